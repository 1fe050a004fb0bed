//! How far challenges went, and how long that took.

use super::answers::{stage_rows, stage_title};
use super::counting::merge;
use super::distribution::Distribution;
use super::draft::{Draft, DraftRow, DraftSection, Figure, Heading, Number, TOTAL, column};
use super::survival::{Survival, Survivors};
use super::tally::Telling;
use super::{CaseFacts, Cell, Chart, Column, ColumnKind, StayFacts};
use crate::clock::UtcInstant;
use crate::escalation::Status;
use std::collections::BTreeMap;

/// How far the cases of the period went, and how long they were where.
#[derive(Debug, Clone, Default)]
pub(super) struct Stages {
    furthest: BTreeMap<u32, u64>,
    /// By the furthest stage, of those that are resolved.
    resolved: BTreeMap<u32, u64>,
    stays: BTreeMap<u32, u64>,
    elapsed: BTreeMap<u32, Times>,
    working: BTreeMap<u32, Times>,
    to_ending: Distribution,
    survival: Survival,
}

/// The lengths of finished stays and of their limits.
#[derive(Debug, Clone, Default)]
struct Times {
    taken: Distribution,
    limits: Distribution,
    within: u64,
}

const FURTHEST: Heading = Heading {
    key: "furthest_stage",
    title: "Furthest stage reached",
    definition: "Cases raised in the period by the highest stage that they ever entered, whether or \
        not they ended there; a case that stepped down or was reopened lower keeps its highest. \
        Stages of all policies are counted by their number. Drafts are not counted.",
    rows: "Stage",
    chart: Some(Chart::Bars),
};
const RESOLVED: Heading = Heading {
    key: "resolved_by_furthest_stage",
    title: "Resolved at the lowest stage",
    definition: "Cases of the period that are resolved (agreed, determined or referred on), by the \
        highest stage that they ever entered, and each as a share of all that are resolved: the \
        share at stage 1 is the share resolved at the lowest stage. Withdrawn and open cases are \
        not counted.",
    rows: "Stage",
    chart: None,
};
const ELAPSED: Heading = Heading {
    key: "time_elapsed",
    title: "Time in each stage, nights and weekends included",
    definition: "For stays of the cases of the period that have ended: from entering the stage to \
        leaving it, beside the limit, which is from entering to when it was last due. Stays that \
        have not ended are not counted, so long waits that still go on are missing here: see how \
        long cases stay open. In whole minutes, by the nearest rank.",
    rows: "Stage",
    chart: Some(Chart::Boxes),
};
const WORKING: Heading = Heading {
    key: "time_working",
    title: "Time in each stage in working hours",
    definition: "The same stays, counted in working time only, by the working hours of the policy \
        that each case keeps; time when a clock was stopped is counted. Stays that have not ended \
        are not counted. In whole minutes, by the nearest rank.",
    rows: "Stage",
    chart: Some(Chart::Boxes),
};
const TO_ENDING: Heading = Heading {
    key: "time_to_ending",
    title: "From raising to the first ending",
    definition: "For cases of the period that have ended at least once: from raising to the first \
        time that they were resolved or withdrawn, nights and weekends included. Cases that never \
        ended are not counted; what follows a reopening is not either. In whole minutes, by the \
        nearest rank.",
    rows: "Cases",
    chart: None,
};
const SURVIVAL: Heading = Heading {
    key: "survival",
    title: "How long cases stay open",
    definition: "Of every thousand cases, how many would still be open after so many days of 24 \
        hours since they were raised, by the estimate of Kaplan and Meier: open cases count for as \
        long as they have been seen. The first ending counts, by resolving or withdrawing; what \
        follows a reopening does not. About the cases of the period.",
    rows: "After so many days",
    chart: Some(Chart::Survival),
};
const MEDIAN: Heading = Heading {
    key: "median_time_open",
    title: "After how long half of the cases have ended",
    definition: "The number of days after which, by the same estimate, no more than half of the \
        cases of the period are still open. Not reached: more than half of them were still open \
        when they were last seen. What follows a reopening is not counted.",
    rows: "Cases",
    chart: None,
};

/// The days that are shown; those after the last case was seen are left out.
const DAYS_SHOWN: [u64; 30] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 21, 24, 28, 35, 42, 56, 70, 84, 112, 140, 182,
    273, 365, 547, 730, 1095,
];

/// The highest stage that a case ever entered.
pub(super) fn furthest_stage(case: &CaseFacts) -> u32 {
    case.stays.iter().map(|stay| stay.stage).max().unwrap_or(0)
}

/// Whole minutes from one instant to a later one; none if it is not later.
pub(super) fn minutes_between(from: UtcInstant, to: UtcInstant) -> u64 {
    u64::try_from(to.since(from).num_minutes()).unwrap_or(0)
}

/// Whole minutes from raising to the first ending, if there was one.
pub(super) fn minutes_to_ending(case: &CaseFacts) -> Option<u64> {
    case.endings.first().map(|ending| minutes_between(case.raised_at, ending.at))
}

const MINUTES_A_DAY: u64 = 24 * 60;

impl Stages {
    pub(super) fn count(&mut self, case: &CaseFacts, as_of: UtcInstant) {
        let furthest = furthest_stage(case);
        *self.furthest.entry(furthest).or_default() += 1;
        if case.status == Status::Resolved {
            *self.resolved.entry(furthest).or_default() += 1;
        }
        for stay in &case.stays {
            *self.stays.entry(stay.stage).or_default() += 1;
            self.count_stay(stay);
        }
        let to_ending = minutes_to_ending(case);
        if let Some(minutes) = to_ending {
            self.to_ending.add(minutes);
        }
        let seen = to_ending.unwrap_or_else(|| minutes_between(case.raised_at, as_of));
        self.survival.count(seen / MINUTES_A_DAY, to_ending.is_some());
    }

    fn count_stay(&mut self, stay: &StayFacts) {
        let Some(left) = stay.left else { return };
        let taken = minutes_between(stay.entered_at, left.at);
        let limit = minutes_between(stay.entered_at, stay.due_at);
        // by the instants, not by whole minutes: a second late is late
        self.elapsed.entry(stay.stage).or_default().add(taken, limit, left.at <= stay.due_at);
        let (taken, limit) = (left.working_minutes.into(), stay.limit_working_minutes.into());
        self.working.entry(stay.stage).or_default().add(taken, limit, taken <= limit);
    }

    pub(super) fn merge(&mut self, other: Self) {
        merge(&mut self.furthest, other.furthest);
        merge(&mut self.resolved, other.resolved);
        merge(&mut self.stays, other.stays);
        for (all, more) in [(&mut self.elapsed, other.elapsed), (&mut self.working, other.working)]
        {
            for (stage, times) in more {
                all.entry(stage).or_default().merge(&times);
            }
        }
        self.to_ending.merge(&other.to_ending);
        self.survival.merge(&other.survival);
    }

    pub(super) fn section(
        &self,
        telling: &Telling<'_>,
        raised: &Number,
        resolved: &Number,
    ) -> DraftSection {
        let tables = vec![
            self.by_furthest(raised),
            self.by_resolved(resolved),
            self.times(&ELAPSED, ColumnKind::Elapsed, &self.elapsed),
            self.times(&WORKING, ColumnKind::Working, &self.working),
            self.ending(raised),
            self.curve(telling.smallest),
            self.median(raised),
        ];
        DraftSection::new("stages", "How far do challenges go, and how long does it take?", tables)
    }

    fn by_furthest(&self, raised: &Number) -> Draft {
        let number = |stage: u32, value| Number::new(format!("furthest/{stage}"), value);
        let part = |(stage, value): (&u32, &u64)| {
            (stage.to_string(), stage_title(*stage), number(*stage, *value))
        };
        let parts = self.furthest.iter().map(part).collect();
        let mut draft = Draft::breakdown(&FURTHEST, "Cases", raised.clone(), parts);
        for (stage, value) in &self.furthest {
            let resolved = self.resolved_at(*stage);
            let others = Number::new(format!("unresolved_at/{stage}"), value - resolved.value);
            draft.sum(number(*stage, *value), vec![resolved, others]);
        }
        draft
    }

    fn resolved_at(&self, stage: u32) -> Number {
        let value = self.resolved.get(&stage).copied().unwrap_or(0);
        Number::new(format!("resolved_at/{stage}"), value)
    }

    fn by_resolved(&self, resolved: &Number) -> Draft {
        let columns = vec![
            column("count", "Resolved", ColumnKind::Count),
            column("share", "Of all resolved", ColumnKind::Share),
        ];
        let mut draft = Draft::new(&RESOLVED, columns);
        let row = |row: DraftRow, part: Number| {
            row.with([Figure::Count(part.clone()), Figure::Share { part, whole: resolved.clone() }])
        };
        for (key, title) in stage_rows(self.furthest.keys().copied()) {
            let value = key.parse().map_or(0, |stage| self.resolved_at(stage).value);
            let part = Number::new(format!("resolved_at/{key}"), value);
            draft.rows.push(row(DraftRow::new(key, title), part));
        }
        let parts = self.furthest.keys().map(|stage| self.resolved_at(*stage)).collect();
        draft.sum(resolved.clone(), parts);
        draft.rows.push(row(DraftRow::total(), resolved.clone()));
        draft
    }

    fn times(&self, heading: &Heading, kind: ColumnKind, times: &BTreeMap<u32, Times>) -> Draft {
        let mut columns = distribution_columns("Stays", kind);
        columns.push(column("limit_median", "Median limit", kind));
        columns.push(column("within_limit", "Within the limit", ColumnKind::Share));
        let mut draft = Draft::new(heading, columns);
        for (stage, times) in times {
            let of = Number::new(format!("finished/{stage}"), times.taken.count());
            let part = Number::new(format!("{}/{stage}/within", heading.key), times.within);
            let minutes = times.limits.hundredth(50);
            let row = DraftRow::new(stage.to_string(), stage_title(*stage))
                .with(distribution_figures(&times.taken, &of))
                .with([Figure::Length { minutes, of: of.clone() }])
                .with([Figure::Share { part, whole: of.clone() }]);
            draft.rows.push(row);
            let stays = self.stays.get(stage).copied().unwrap_or(0);
            let rest = Number::new(format!("unfinished/{stage}"), stays - of.value);
            draft.sum(Number::new(format!("answers/{stage}/"), stays), vec![of, rest]);
        }
        draft
    }

    fn first_endings(&self) -> Number {
        Number::new("first_endings", self.to_ending.count())
    }

    fn ending(&self, raised: &Number) -> Draft {
        let mut draft = Draft::new(&TO_ENDING, distribution_columns("Cases", ColumnKind::Elapsed));
        let of = self.first_endings();
        let row = DraftRow::new(TOTAL, "All").with(distribution_figures(&self.to_ending, &of));
        draft.rows.push(row);
        let never = Number::new("never_ended", raised.value - of.value);
        draft.sum(raised.clone(), vec![of, never]);
        draft
    }

    fn curve(&self, smallest: Option<u32>) -> Draft {
        let columns = vec![
            column("still_open", "Still open of 1,000", ColumnKind::Share),
            column("seen_open", "Seen open so long", ColumnKind::Count),
            column("ended", "Ended by then", ColumnKind::Count),
        ];
        let mut draft = Draft::new(&SURVIVAL, columns);
        let curve = self.survival.curve();
        let mut last = None;
        let shown = DAYS_SHOWN.iter().filter_map(|days| curve.get(usize::try_from(*days).ok()?));
        for now in shown.filter(|now| now.seen_open > 0 || now.share == 0.0) {
            let title = match now.days {
                1 => "1 day".to_owned(),
                days => format!("{days} days"),
            };
            let cells = match smallest {
                Some(smallest) if tells_of_few(last, now, smallest.into()) => {
                    [Cell::Suppressed, Cell::Suppressed, Cell::Suppressed]
                }
                _ => {
                    last = Some(now);
                    [
                        Cell::Share { value: now.of_a_thousand(), of: 1_000 },
                        Cell::Count { value: now.seen_open },
                        Cell::Count { value: now.ended },
                    ]
                }
            };
            let row = DraftRow::new(now.days.to_string(), title);
            draft.rows.push(row.with(cells.map(Figure::Plain)));
        }
        draft
    }

    fn median(&self, raised: &Number) -> Draft {
        let columns = vec![column("median", "Median", ColumnKind::Elapsed)];
        let mut draft = Draft::new(&MEDIAN, columns);
        let days = self.survival.median_days();
        let figure = match days {
            Some(days) => {
                Figure::Length { minutes: Some(days * MINUTES_A_DAY), of: raised.clone() }
            }
            None => Figure::Plain(Cell::Words { value: "not reached".to_owned() }),
        };
        draft.rows.push(DraftRow::new(TOTAL, "All").with([figure]));
        draft
    }
}

/// Whether it would show fewer than `smallest` cases, by itself or against what was shown last.
fn tells_of_few(last: Option<&Survivors>, now: &Survivors, smallest: u64) -> bool {
    let few = |number: u64| (1..smallest).contains(&number);
    let (open_before, ended_before) =
        last.map_or((now.seen_open, 0), |it| (it.seen_open, it.ended));
    let gone = open_before - now.seen_open;
    let ended = now.ended - ended_before;
    few(now.seen_open)
        || few(now.ended)
        || few(gone)
        || few(ended)
        || few(gone.saturating_sub(ended))
}

impl Times {
    fn add(&mut self, taken: u64, limit: u64, is_within: bool) {
        self.taken.add(taken);
        self.limits.add(limit);
        self.within += u64::from(is_within);
    }

    fn merge(&mut self, other: &Self) {
        self.taken.merge(&other.taken);
        self.limits.merge(&other.limits);
        self.within += other.within;
    }
}

fn distribution_columns(counted: &str, kind: ColumnKind) -> Vec<Column> {
    vec![
        column("count", counted, ColumnKind::Count),
        column("lower_quartile", "Lower quartile", kind),
        column("median", "Median", kind),
        column("upper_quartile", "Upper quartile", kind),
        column("ninetieth", "90th centile", kind),
        column("worst", "Longest", kind),
    ]
}

fn distribution_figures(lengths: &Distribution, of: &Number) -> Vec<Figure> {
    let at = |hundredths| lengths.hundredth(hundredths);
    let quantile = |hundredths| Figure::Length { minutes: at(hundredths), of: of.clone() };
    vec![
        Figure::Count(of.clone()),
        quantile(25),
        quantile(50),
        quantile(75),
        quantile(90),
        Figure::Extreme { minutes: lengths.worst(), of: of.clone() },
    ]
}
