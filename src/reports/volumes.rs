//! How many there are, and how that goes on month by month.

use super::draft::{Draft, DraftRow, DraftSection, Figure, Heading, Number, column};
use super::frame::Frame;
use super::tally::Telling;
use super::{CaseFacts, Cell, Chart, ColumnKind, EndedHow};
use crate::escalation::Status;

/// What happened in each month; before the first and after the last too.
#[derive(Debug, Clone)]
pub(super) struct Volumes {
    months: Vec<InAMonth>,
    /// Of the cases of the period, how many are open, resolved, withdrawn.
    pub(super) open: u64,
    pub(super) resolved: u64,
    pub(super) withdrawn: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct InAMonth {
    raised: u64,
    resolved: u64,
    withdrawn: u64,
    reopened: u64,
}

const MONTHS: Heading = Heading {
    key: "months",
    title: "Raised and ended by month",
    definition: "Cases by the month in which they were raised, resolved (agreed, determined or \
        referred on), withdrawn or reopened; a case that is reopened and resolved again counts as \
        resolved twice. Cases raised before the period count where they end in it, drafts never. \
        Open at the month's end are all cases that were open then, whenever they were raised; of a \
        month that has not ended, those that are open now.",
    rows: "Month",
    chart: Some(Chart::Lines),
};

const STATUS: Heading = Heading {
    key: "status",
    title: "Where the cases of the period stand",
    definition: "Cases raised in the period, each once, by where they stand now. One that was \
        resolved and reopened is open. Drafts are not counted.",
    rows: "Status",
    chart: Some(Chart::Bars),
};

impl Volumes {
    pub(super) fn new(frame: &Frame) -> Self {
        let months = vec![InAMonth::default(); frame.months().len() + 2];
        Self { months, open: 0, resolved: 0, withdrawn: 0 }
    }

    /// Counts a case, whenever it was raised.
    pub(super) fn count_any(&mut self, case: &CaseFacts, frame: &Frame) {
        self.month(frame.slot(case.raised_at), |month| month.raised += 1);
        for ending in &case.endings {
            self.month(frame.slot(ending.at), |month| match ending.how {
                EndedHow::Agreed | EndedHow::Determined | EndedHow::Referred => month.resolved += 1,
                EndedHow::Withdrawn => month.withdrawn += 1,
            });
        }
        for at in &case.reopened_at {
            self.month(frame.slot(*at), |month| month.reopened += 1);
        }
    }

    fn month(&mut self, slot: usize, change: impl FnOnce(&mut InAMonth)) {
        if let Some(month) = self.months.get_mut(slot) {
            change(month);
        }
    }

    /// Counts a case of the period.
    pub(super) fn count(&mut self, case: &CaseFacts) {
        match case.status {
            Status::Draft | Status::Open => self.open += 1,
            Status::Resolved => self.resolved += 1,
            Status::Withdrawn => self.withdrawn += 1,
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (month, more) in self.months.iter_mut().zip(other.months) {
            month.raised += more.raised;
            month.resolved += more.resolved;
            month.withdrawn += more.withdrawn;
            month.reopened += more.reopened;
        }
        self.open += other.open;
        self.resolved += other.resolved;
        self.withdrawn += other.withdrawn;
    }

    pub(super) fn raised(&self) -> Number {
        Number::new("raised", self.open + self.resolved + self.withdrawn)
    }

    pub(super) fn resolved(&self) -> Number {
        Number::new("resolved", self.resolved)
    }

    pub(super) fn ended(&self) -> Number {
        Number::new("ended", self.resolved + self.withdrawn)
    }

    pub(super) fn section(&self, telling: &Telling<'_>) -> DraftSection {
        let tables = vec![self.by_month(telling), self.by_status()];
        DraftSection::new("volumes", "How many challenges are there?", tables)
    }

    fn by_month(&self, telling: &Telling<'_>) -> Draft {
        let kinds = [
            ("raised", "Raised"),
            ("resolved", "Resolved"),
            ("withdrawn", "Withdrawn"),
            ("reopened", "Reopened"),
        ];
        let of = |month: &InAMonth| [month.raised, month.resolved, month.withdrawn, month.reopened];
        let mut columns: Vec<_> =
            kinds.iter().map(|(key, title)| column(*key, title, ColumnKind::Count)).collect();
        // what was open follows from the other columns and from the month before, and would give
        // away what is suppressed there
        let says_open = telling.smallest.is_none();
        if says_open {
            columns.push(column("open_at_end", "Open at the month's end", ColumnKind::Count));
        }
        let mut draft = Draft::new(&MONTHS, columns);
        let numbers = |key: &str, values: [u64; 4]| {
            kinds
                .iter()
                .zip(values)
                .map(|((kind, _), value)| match (key, *kind) {
                    ("", "raised") => Number::new("raised", value),
                    _ => Number::new(format!("months/{key}/{kind}"), value),
                })
                .collect::<Vec<_>>()
        };
        let mut open = self.months.first().map_or(0, |before| open_after(0, before));
        let mut parts: [Vec<Number>; 4] = Default::default();
        for (month, in_it) in telling.frame.months().iter().zip(self.months.iter().skip(1)) {
            open = open_after(open, in_it);
            let numbers = numbers(&month.key, of(in_it));
            for (parts, number) in parts.iter_mut().zip(&numbers) {
                parts.push(number.clone());
            }
            let is_open = if month.has_begun { Cell::Count { value: open } } else { Cell::Nothing };
            let figures = numbers.into_iter().map(Figure::Count);
            let figures = figures.chain(says_open.then_some(Figure::Plain(is_open)));
            draft.rows.push(DraftRow::new(&month.key, &month.title).with(figures));
        }
        let sums = parts.each_ref().map(|parts| parts.iter().map(|number| number.value).sum());
        let totals = numbers("", sums);
        for (total, parts) in totals.iter().zip(parts) {
            draft.sum(total.clone(), parts);
        }
        let figures = totals.into_iter().map(Figure::Count);
        let figures = figures.chain(says_open.then_some(Figure::Plain(Cell::Nothing)));
        draft.rows.push(DraftRow::total().with(figures));
        draft
    }

    fn by_status(&self) -> Draft {
        let part = |key: &str, title: &str, value| {
            (key.to_owned(), title.to_owned(), Number::new(key, value))
        };
        let parts = vec![
            part("open", "Open", self.open),
            part("resolved", "Resolved", self.resolved),
            part("withdrawn", "Withdrawn", self.withdrawn),
        ];
        Draft::breakdown(&STATUS, "Cases", self.raised(), parts)
    }
}

fn open_after(open: u64, month: &InAMonth) -> u64 {
    (open + month.raised + month.reopened).saturating_sub(month.resolved + month.withdrawn)
}
