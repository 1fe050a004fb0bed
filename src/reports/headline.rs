//! The few figures that stand first, this period beside another.

use super::answers::StayResult;
use super::distribution::Distribution;
use super::draft::{Draft, DraftRow, Figure, Heading, Number, column};
use super::stages::{furthest_stage, minutes_to_ending};
use super::tally::Telling;
use super::{CaseFacts, ColumnKind, Period};
use crate::escalation::Status;

/// The first figures of a period.
#[derive(Debug, Clone, Default)]
pub(super) struct Headline {
    raised: u64,
    resolved: u64,
    at_the_lowest: u64,
    decided: u64,
    on_time: u64,
    to_ending: Distribution,
}

const HEADLINE: Heading = Heading {
    key: "headline",
    title: "The period in one line",
    definition: "Cases raised in the period; of those resolved, the share that never went beyond \
        stage 1; of the stays in a stage that say so, the share that the receiving side answered \
        on time; and the median from raising to the first ending. Drafts are not counted; open \
        cases count only as raised.",
    rows: "Period",
    chart: None,
};

impl Headline {
    pub(super) fn count(&mut self, case: &CaseFacts) {
        let is_resolved = case.status == Status::Resolved;
        self.raised += 1;
        self.resolved += u64::from(is_resolved);
        self.at_the_lowest += u64::from(is_resolved && furthest_stage(case) == 1);
        for result in case.stays.iter().map(StayResult::of) {
            self.decided += u64::from(result.is_decided());
            self.on_time += u64::from(result == StayResult::OnTime);
        }
        if let Some(minutes) = minutes_to_ending(case) {
            self.to_ending.add(minutes);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.raised += other.raised;
        self.resolved += other.resolved;
        self.at_the_lowest += other.at_the_lowest;
        self.decided += other.decided;
        self.on_time += other.on_time;
        self.to_ending.merge(&other.to_ending);
    }

    /// The table; `before` is another period's.
    pub(super) fn table(&self, before: Option<&Self>, telling: &Telling<'_>) -> Draft {
        let columns = vec![
            column("raised", "Raised", ColumnKind::Count),
            column("lowest_stage", "Resolved at the lowest stage", ColumnKind::Share),
            column("on_time", "Answered on time", ColumnKind::Share),
            column("median_to_ending", "Median to the first ending", ColumnKind::Elapsed),
        ];
        let mut draft = Draft::new(&HEADLINE, columns);
        let question = telling.question;
        self.add_to(&mut draft, "", DraftRow::new("period", in_words(question.period)));
        if let (Some(before), Some(period)) = (before, question.before) {
            before.add_to(&mut draft, "before/", DraftRow::new("before", in_words(period)));
        }
        draft
    }

    /// Its row; the numbers of this period have the names that they have elsewhere.
    fn add_to(&self, draft: &mut Draft, prefix: &str, row: DraftRow) {
        let number = |name: &str, value| Number::new(format!("{prefix}{name}"), value);
        let raised = number("raised", self.raised);
        let resolved = number("resolved", self.resolved);
        let decided = number("decided/", self.decided);
        let ended = number("first_endings", self.to_ending.count());
        let unresolved = number("unresolved", self.raised - self.resolved);
        let never = number("never_ended", self.raised - ended.value);
        draft.sum(raised.clone(), vec![resolved.clone(), unresolved]);
        draft.sum(raised.clone(), vec![ended.clone(), never]);
        let figures = [
            Figure::Count(raised),
            Figure::Share { part: number("resolved_at/1", self.at_the_lowest), whole: resolved },
            Figure::Share { part: number("answers//on_time", self.on_time), whole: decided },
            Figure::Length { minutes: self.to_ending.hundredth(50), of: ended },
        ];
        draft.rows.push(row.with(figures));
    }
}

/// A period in words: `1 April 2026 to 31 March 2027`.
pub(super) fn in_words(period: Period) -> String {
    let day = |day: chrono::NaiveDate| day.format("%-d %B %Y").to_string();
    format!("{} to {}", day(period.from), day(period.to))
}
