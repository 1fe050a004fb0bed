//! What is open now: how old it is, and what falls due.

use super::answers::stage_rows;
use super::draft::{Draft, DraftSection, Heading, Number};
use super::frame::Frame;
use super::tally::Telling;
use super::{CaseFacts, Chart};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Every open case, whenever it was raised.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenNow {
    /// By stage, in the order of [`BANDS`].
    ages: BTreeMap<u32, [u64; 6]>,
    days: BTreeMap<NaiveDate, u64>,
    overdue: u64,
    later: u64,
}

/// From how many working days on.
const BANDS: [(u32, &str, &str); 6] = [
    (0, "0", "0 to 5 working days"),
    (6, "6", "6 to 10 working days"),
    (11, "11", "11 to 20 working days"),
    (21, "21", "21 to 40 working days"),
    (41, "41", "41 to 60 working days"),
    (61, "61", "More than 60 working days"),
];

/// How many working days are looked ahead.
const AHEAD: usize = 10;

const AGES: Heading = Heading {
    key: "ages",
    title: "Age of open cases",
    definition: "All cases that are open now, whenever they were raised, by the working days since \
        the day on which they were raised (that day is not counted, today is) and by the stage that \
        they are in. Time after a reopening goes on from the raising. Cases that have ended are not \
        counted, nor drafts.",
    rows: "Open for",
    chart: Some(Chart::StackedBars),
};
const DUE: Heading = Heading {
    key: "falling_due",
    title: "What falls due in the next ten working days",
    definition: "All cases that are open now, whenever they were raised, by the day on which the \
        clock of their stage runs out. Overdue: it already has. A clock that is stopped counts by \
        when it was last due. Tasks within a stage and follow-up actions are not counted.",
    rows: "Due",
    chart: Some(Chart::Bars),
};

impl OpenNow {
    /// Counts an open case.
    pub(super) fn count(&mut self, case: &CaseFacts, frame: &Frame, last_day: NaiveDate) {
        let Some(stay) = case.stays.last() else { return };
        let age = frame.working_days_since(case.raised_at);
        let band = BANDS.partition_point(|(from, ..)| *from <= age).saturating_sub(1);
        if let Some(there) = self.ages.entry(stay.stage).or_default().get_mut(band) {
            *there += 1;
        }
        if stay.missed.is_some() || frame.has_passed(stay.due_at) {
            self.overdue += 1;
            return;
        }
        let day = frame.day_of(stay.due_at);
        if day <= last_day {
            *self.days.entry(day).or_default() += 1;
        } else {
            self.later += 1;
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (stage, more) in other.ages {
            let there = self.ages.entry(stage).or_default();
            for (there, more) in there.iter_mut().zip(more) {
                *there += more;
            }
        }
        super::counting::merge(&mut self.days, other.days);
        self.overdue += other.overdue;
        self.later += other.later;
    }

    pub(super) fn section(&self, telling: &Telling<'_>) -> DraftSection {
        let tables = vec![self.by_age().for_officers(), self.by_day(telling).for_officers()];
        DraftSection::new("open_now", "What is open now?", tables)
    }

    fn by_age(&self) -> Draft {
        let rows = BANDS.map(|(_, key, title)| (key.to_owned(), title.to_owned()));
        let stages = stage_rows(self.ages.keys().copied());
        let values: Vec<[u64; 6]> = self.ages.values().copied().collect();
        Draft::grid(&AGES, "open now", &rows, &stages, |row, over| {
            values.get(over).and_then(|stage| stage.get(row)).copied().unwrap_or(0)
        })
    }

    fn by_day(&self, telling: &Telling<'_>) -> Draft {
        let part = |key: &str, title: &str, value| {
            let number = Number::new(format!("falling_due/{key}"), value);
            (key.to_owned(), title.to_owned(), number)
        };
        let mut parts = vec![part("overdue", "Overdue", self.overdue)];
        for day in telling.frame.days_until_working_day(AHEAD) {
            let value = self.days.get(&day).copied().unwrap_or(0);
            let title = day.format("%A %-d %B %Y").to_string();
            parts.push(part(&day.to_string(), &title, value));
        }
        parts.push(part("later", "Later", self.later));
        let value = parts.iter().map(|(_, _, number)| number.value).sum();
        Draft::breakdown(&DUE, "Cases", Number::new("open now", value), parts)
    }

    /// The last day that is looked ahead to.
    pub(super) fn last_day(frame: &Frame) -> NaiveDate {
        frame.days_until_working_day(AHEAD).last().copied().unwrap_or_else(|| frame.today())
    }
}
