//! What it took: reminders, messages that did not arrive, more time, pauses, hand-overs.

use super::draft::{Draft, DraftRow, DraftSection, Figure, Heading, Number, column};
use super::{CaseFacts, Chart, ColumnKind};
use crate::escalation::EntryReason;

/// What the cases of the period took.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    /// In the order of [`WHAT`]: how many there were, and in how many cases.
    counted: [(u64, u64); 8],
    /// In the order of [`HAND_OVERS`].
    hand_overs: [u64; 5],
}

/// What is counted, and of which cases.
const WHAT: [(&str, &str); 8] = [
    ("reminders", "Reminders before a deadline"),
    ("told_again", "Told again after a deadline"),
    ("failed_messages", "Messages that could not be delivered"),
    ("delayed_messages", "Messages delayed so long that somebody else was told"),
    ("extensions", "Clocks given more time"),
    ("pauses", "Clocks stopped"),
    ("meetings", "Meetings recorded"),
    ("reopenings", "Cases taken up again"),
];

const HAND_OVERS: [(EntryReason, &str, &str); 5] = [
    (EntryReason::DeadlinePassed, "deadline_passed", "The deadline passed"),
    (EntryReason::Refused, "refused", "The receiving side refused"),
    (EntryReason::EscalatedEarly, "escalated_early", "Escalated before the deadline"),
    (EntryReason::SteppedDown, "stepped_down", "Taken back to a lower stage"),
    (EntryReason::Reopened, "reopened", "Taken up again after an ending"),
];

const WORK: Heading = Heading {
    key: "work",
    title: "Reminders, messages, more time and pauses",
    definition: "How often each of these happened in the cases of the period, and in how many of \
        the cases at least once. A message is counted when it was given up or long delayed, not \
        for each attempt; messages about people's own accounts, and those of drafts, are not.",
    rows: "What",
    chart: None,
};
const MOVES: Heading = Heading {
    key: "hand_overs",
    title: "Hand-overs from stage to stage",
    definition: "Every time that a case of the period entered another stage, by why it did. The \
        stage in which a case was raised is not counted; a case counts once for each move.",
    rows: "Why",
    chart: Some(Chart::Bars),
};

impl Work {
    pub(super) fn count(&mut self, case: &CaseFacts) {
        let numbers = [
            case.reminder_count,
            case.told_again_count,
            case.failed_notice_count,
            case.delayed_notice_count,
            case.extension_count,
            case.pause_count,
            case.meeting_count,
            u32::try_from(case.reopened_at.len()).unwrap_or(u32::MAX),
        ];
        for ((times, cases), number) in self.counted.iter_mut().zip(numbers) {
            *times += u64::from(number);
            *cases += u64::from(number > 0);
        }
        for stay in &case.stays {
            for (count, (why, ..)) in self.hand_overs.iter_mut().zip(&HAND_OVERS) {
                *count += u64::from(stay.why == *why);
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for ((times, cases), (more, in_more)) in self.counted.iter_mut().zip(other.counted) {
            *times += more;
            *cases += in_more;
        }
        for (count, more) in self.hand_overs.iter_mut().zip(other.hand_overs) {
            *count += more;
        }
    }

    pub(super) fn section(&self, raised: &Number) -> DraftSection {
        let tables = vec![self.what(raised), self.moves()];
        DraftSection::new("work", "What did it take?", tables)
    }

    fn what(&self, raised: &Number) -> Draft {
        let columns = vec![
            column("times", "Times", ColumnKind::Count),
            column("cases", "Cases", ColumnKind::Share),
        ];
        let mut draft = Draft::new(&WORK, columns);
        for ((key, title), (times, cases)) in WHAT.iter().zip(self.counted) {
            let part = Number::new(format!("work/{key}/cases"), cases);
            let times = Number::new(format!("work/{key}/times"), times);
            let share = Figure::Share { part, whole: raised.clone() };
            draft.rows.push(DraftRow::new(*key, *title).with([Figure::Count(times), share]));
        }
        draft
    }

    fn moves(&self) -> Draft {
        let part = |((_, key, title), value): (&(EntryReason, &str, &str), u64)| {
            let number = Number::new(format!("hand_overs/{key}"), value);
            ((*key).to_owned(), (*title).to_owned(), number)
        };
        let parts = HAND_OVERS.iter().zip(self.hand_overs).map(part).collect();
        let whole = Number::new("hand_overs", self.hand_overs.iter().sum());
        Draft::breakdown(&MOVES, "Times", whole, parts)
    }
}
