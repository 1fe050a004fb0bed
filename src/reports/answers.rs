//! Whether answers came in time; late, silent and refused apart.

use super::draft::{Draft, DraftRow, DraftSection, Figure, Heading, Number, TOTAL, column};
use super::{CaseFacts, Chart, ColumnKind, StayFacts};
use crate::escalation::{Answer, LeavingReason, Stance};
use std::collections::BTreeMap;

/// How the receiving side answered in a stay. Each stay has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StayResult {
    /// It was answered, or the case ended in it, before its clock ran out.
    OnTime,
    /// Its clock ran out after an answer, without an agreement.
    NotAgreed,
    /// Its clock ran out after no more than an acknowledgement.
    AcknowledgedOnly,
    /// Its clock ran out after nothing at all.
    Silent,
    /// The receiving side said no.
    Refused,
    /// It ended before its clock ran out, and before an answer: withdrawn, escalated early, taken
    /// back to a lower stage.
    EndedBefore,
    /// Its clock has not run out, and the case is still there.
    Running,
}

impl StayResult {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::OnTime,
        Self::NotAgreed,
        Self::AcknowledgedOnly,
        Self::Silent,
        Self::Refused,
        Self::EndedBefore,
        Self::Running,
    ];

    /// How it was in this stay.
    pub fn of(stay: &StayFacts) -> Self {
        let refuses = stay.answered.and_then(|it| it.stance) == Some(Stance::Refuses);
        match (stay.missed, stay.left.map(|left| left.why)) {
            (Some(missed), _) => match missed.answer {
                Answer::Silence => Self::Silent,
                Answer::AcknowledgedOnly => Self::AcknowledgedOnly,
                Answer::Refusal => Self::Refused,
                Answer::AnsweredNotAgreed => Self::NotAgreed,
            },
            (None, None) => Self::Running,
            (None, Some(LeavingReason::Refused)) => Self::Refused,
            (
                None,
                Some(LeavingReason::Agreed | LeavingReason::Determined | LeavingReason::Referred),
            ) => Self::OnTime,
            (
                None,
                Some(
                    LeavingReason::Withdrawn
                    | LeavingReason::EscalatedEarly
                    | LeavingReason::SteppedDown
                    | LeavingReason::DeadlinePassed,
                ),
            ) => match stay.answered {
                Some(_) if refuses => Self::Refused,
                Some(_) => Self::OnTime,
                None => Self::EndedBefore,
            },
        }
    }

    /// Whether it says how the receiving side kept its time.
    pub fn is_decided(self) -> bool {
        !matches!(self, Self::EndedBefore | Self::Running)
    }

    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::NotAgreed => "not_agreed",
            Self::AcknowledgedOnly => "acknowledged_only",
            Self::Silent => "silent",
            Self::Refused => "refused",
            Self::EndedBefore => "ended_before",
            Self::Running => "running",
        }
    }

    /// It in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::OnTime => "On time",
            Self::NotAgreed => "Answered, not agreed in time",
            Self::AcknowledgedOnly => "Acknowledged only",
            Self::Silent => "Silent",
            Self::Refused => "Refused",
            Self::EndedBefore => "Ended before an answer was due",
            Self::Running => "Still running",
        }
    }
}

const ANSWERS: Heading = Heading {
    key: "answers",
    title: "How each stay in a stage was answered",
    definition: "Every stay in a stage of the cases of the period, by what the receiving side had \
        done when its clock ran out. On time: the clock did not run out, and there was an answer \
        other than a refusal, or the case ended there by agreement, determination or referral. \
        Refused, at any time, is counted apart; so is a stay that ended before any answer was due \
        because the raising side withdrew, escalated early or stepped down. A case counts once for \
        each stay.",
    rows: "Stage",
    chart: Some(Chart::StackedBars),
};

const ON_TIME: Heading = Heading {
    key: "on_time",
    title: "Share answered on time",
    definition: "Stays answered on time, of all that were on time, answered but not agreed in time, \
        acknowledged only, silent or refused. Stays whose clock still runs, and those that ended \
        before an answer was due, are not counted.",
    rows: "Stage",
    chart: None,
};

/// Every stay of the cases of the period.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    /// By stage, in the order of [`StayResult::ALL`].
    stages: BTreeMap<u32, [u64; 7]>,
}

impl Answers {
    pub(super) fn count(&mut self, case: &CaseFacts) {
        for stay in &case.stays {
            let result = StayResult::of(stay);
            let stage = self.stages.entry(stay.stage).or_default();
            for (there, kind) in stage.iter_mut().zip(StayResult::ALL) {
                *there += u64::from(kind == result);
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (stage, more) in other.stages {
            let there = self.stages.entry(stage).or_default();
            for (there, more) in there.iter_mut().zip(more) {
                *there += more;
            }
        }
    }

    pub(super) fn section(&self, server: Draft) -> DraftSection {
        let tables = vec![self.results(), self.on_time(), server];
        DraftSection::new("answers", "Did answers come in time?", tables)
    }

    fn results(&self) -> Draft {
        let rows = stage_rows(self.stages.keys().copied());
        let kinds = StayResult::ALL.map(|it| (it.key().to_owned(), it.title().to_owned()));
        let values: Vec<[u64; 7]> = self.stages.values().copied().collect();
        Draft::grid(&ANSWERS, "stays", &rows, &kinds, |row, over| {
            values.get(row).and_then(|row| row.get(over)).copied().unwrap_or(0)
        })
    }

    fn on_time(&self) -> Draft {
        let columns = vec![
            column("decided", "Stays", ColumnKind::Count),
            column("on_time", "On time", ColumnKind::Share),
        ];
        let mut draft = Draft::new(&ON_TIME, columns);
        let mut wholes = Vec::new();
        let mut all = [0; 7];
        for (stage, results) in &self.stages {
            for (all, there) in all.iter_mut().zip(results) {
                *all += there;
            }
            let (key, title) = (stage.to_string(), stage_title(*stage));
            let (row, whole) = share_row(&mut draft, DraftRow::new(&key, title), &key, results);
            draft.rows.push(row);
            wholes.push(whole);
        }
        let (row, whole) = share_row(&mut draft, DraftRow::total(), "", &all);
        draft.rows.push(row);
        draft.sum(whole, wholes);
        draft
    }
}

/// A row with the share that is on time; `key` names the stage, nothing all of them.
fn share_row(
    draft: &mut Draft,
    row: DraftRow,
    key: &str,
    results: &[u64; 7],
) -> (DraftRow, Number) {
    let each = StayResult::ALL.into_iter().zip(results);
    let parts: Vec<Number> = each
        .filter(|(kind, _)| kind.is_decided())
        .map(|(kind, value)| Number::new(format!("answers/{key}/{}", kind.key()), *value))
        .collect();
    let value = parts.iter().map(|number| number.value).sum();
    let whole = Number::new(format!("decided/{key}"), value);
    let on_time = parts.first().map_or(0, |number| number.value);
    let part = Number::new(format!("answers/{key}/on_time"), on_time);
    draft.sum(whole.clone(), parts);
    let figures = [Figure::Count(whole.clone()), Figure::Share { part, whole: whole.clone() }];
    (row.with(figures), whole)
}

/// What a stage is called where stages of several policies are counted together.
pub(super) fn stage_title(stage: u32) -> String {
    format!("Stage {stage}")
}

pub(super) fn stage_rows(stages: impl Iterator<Item = u32>) -> Vec<(String, String)> {
    stages.map(|stage| (stage.to_string(), stage_title(stage))).collect()
}

/// What the server itself was late with, apart from the people.
#[derive(Debug, Clone, Default)]
pub(super) struct ServerLateness {
    seconds: super::distribution::Distribution,
    within_a_minute: u64,
}

const SERVER: Heading = Heading {
    key: "server_lateness",
    title: "How late the server was",
    definition: "For each stay whose clock ran out, how much later the server recorded it and told \
        people: the server's own lateness, not anybody's answer. Minutes are rounded up; by the \
        nearest rank.",
    rows: "Deadlines that passed",
    chart: None,
};

impl ServerLateness {
    pub(super) fn count(&mut self, case: &CaseFacts) {
        for missed in case.stays.iter().filter_map(|stay| stay.missed) {
            let seconds = u64::try_from(missed.recorded_late_seconds).unwrap_or(0);
            self.seconds.add(seconds);
            self.within_a_minute += u64::from(seconds <= 60);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.seconds.merge(&other.seconds);
        self.within_a_minute += other.within_a_minute;
    }

    pub(super) fn table(&self) -> Draft {
        let columns = vec![
            column("count", "Deadlines that passed", ColumnKind::Count),
            column("within_a_minute", "Recorded within a minute", ColumnKind::Share),
            column("median", "Median", ColumnKind::Elapsed),
            column("ninetieth", "90th centile", ColumnKind::Elapsed),
            column("worst", "Longest", ColumnKind::Elapsed),
        ];
        let mut draft = Draft::new(&SERVER, columns);
        let whole = Number::new("missed", self.seconds.count());
        let minutes = |seconds: Option<u64>| seconds.map(|seconds| seconds.div_ceil(60));
        let length = |hundredths| Figure::Length {
            minutes: minutes(self.seconds.hundredth(hundredths)),
            of: whole.clone(),
        };
        let part = Number::new("missed/within_a_minute", self.within_a_minute);
        let row = DraftRow::new(TOTAL, "All").with([
            Figure::Count(whole.clone()),
            Figure::Share { part, whole: whole.clone() },
            length(50),
            length(90),
            Figure::Extreme { minutes: minutes(self.seconds.worst()), of: whole.clone() },
        ]);
        draft.rows.push(row);
        draft
    }
}
