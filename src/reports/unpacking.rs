//! Reads packed facts. Written by hand, because it is what a report does a million times: postcard's
//! own reader takes three times as long. `packed` writes them with postcard; tests hold the two
//! together.

use super::facts::{
    ActionFacts, Answered, CaseFacts, EndedHow, EndingFacts, LeftFacts, MissedFacts, StayFacts,
};
use crate::clock::UtcInstant;
use crate::directory::Sector;
use crate::escalation::{Answer, EntryReason, LeavingReason, Stance, Status};
use crate::ids::{AgencyId, EscalationId, PartnershipId};
use chrono::NaiveDate;

/// The words of each list, in the order in which they are numbered.
const SECTORS: [Sector; 12] = [
    Sector::ChildrensSocialCare,
    Sector::Police,
    Sector::HealthProvider,
    Sector::GeneralPractice,
    Sector::IntegratedCareBoard,
    Sector::School,
    Sector::EarlyYears,
    Sector::Probation,
    Sector::Housing,
    Sector::VoluntarySector,
    Sector::YouthJustice,
    Sector::Other,
];
const STATUSES: [Status; 4] = [Status::Draft, Status::Open, Status::Resolved, Status::Withdrawn];
const ENTERED: [EntryReason; 6] = [
    EntryReason::Raised,
    EntryReason::DeadlinePassed,
    EntryReason::Refused,
    EntryReason::EscalatedEarly,
    EntryReason::Reopened,
    EntryReason::SteppedDown,
];
const LEFT: [LeavingReason; 8] = [
    LeavingReason::DeadlinePassed,
    LeavingReason::Refused,
    LeavingReason::EscalatedEarly,
    LeavingReason::Agreed,
    LeavingReason::Determined,
    LeavingReason::Withdrawn,
    LeavingReason::Referred,
    LeavingReason::SteppedDown,
];
const STANCES: [Stance; 4] =
    [Stance::Accepts, Stance::AcceptsInPart, Stance::NeedsInformation, Stance::Refuses];
const ANSWERS: [Answer; 4] =
    [Answer::Silence, Answer::AcknowledgedOnly, Answer::Refusal, Answer::AnsweredNotAgreed];
const HOW: [EndedHow; 4] =
    [EndedHow::Agreed, EndedHow::Determined, EndedHow::Referred, EndedHow::Withdrawn];

/// The facts that these bytes are, to the last byte, with the themes of learning or without; none if
/// they are not.
pub(super) fn facts(bytes: &[u8], with_themes: bool) -> Option<CaseFacts> {
    let mut rest = Bytes(bytes);
    let mut facts = rest.case()?;
    if with_themes {
        facts.learning_themes = rest.all(Bytes::text)?;
    }
    rest.0.is_empty().then_some(facts)
}

/// What is still to be read.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number in groups of seven bits, the lowest first; each byte but the last has its highest bit.
    #[inline]
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        if first < 0x80 { Some(u64::from(first)) } else { self.longer_number(first) }
    }

    fn longer_number(&mut self, first: u8) -> Option<u64> {
        let mut number = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                return None;
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn count(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    /// A number with its sign in the lowest bit.
    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn yes(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn taken(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        std::str::from_utf8(self.taken(length)?).ok().map(str::to_owned)
    }

    fn id(&mut self) -> Option<[u8; 16]> {
        if self.byte()? != 16 {
            return None;
        }
        self.taken(16)?.try_into().ok()
    }

    fn instant(&mut self) -> Option<UtcInstant> {
        UtcInstant::of_micros(self.signed()?)
    }

    fn word<T: Copy, const N: usize>(&mut self, words: &[T; N]) -> Option<T> {
        words.get(usize::from(self.byte()?)).copied()
    }

    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.yes()? { read(self).map(Some) } else { Some(None) }
    }

    fn all<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::try_from(self.number()?).ok()?;
        // Each takes a byte at least: so a wrong count takes no memory.
        let mut all = Vec::with_capacity(count.min(self.0.len()));
        for _ in 0..count {
            all.push(read(self)?);
        }
        Some(all)
    }

    /// In the order of the fields, as what follows; but for the themes of learning, which are the last.
    fn case(&mut self) -> Option<CaseFacts> {
        Some(CaseFacts {
            escalation_id: EscalationId::from(self.id()?),
            reference: self.text()?,
            partnership_id: PartnershipId::from(self.id()?),
            policy_key: self.text()?,
            policy_version: i32::try_from(self.signed()?).ok()?,
            topic: self.text()?,
            stage_count: self.count()?,
            raised_at: self.instant()?,
            raising_agency_id: AgencyId::from(self.id()?),
            raising_sector: self.word(&SECTORS)?,
            receiving_agency_id: AgencyId::from(self.id()?),
            receiving_sector: self.word(&SECTORS)?,
            area_of_disagreement: self.text()?,
            urgency_class: self.text()?,
            level_of_need: self.optional(Self::text)?,
            was_immediate_danger: self.yes()?,
            status: self.word(&STATUSES)?,
            stays: self.all(Self::stay)?,
            endings: self.all(Self::ending)?,
            reopened_at: self.all(Self::instant)?,
            reminder_count: self.count()?,
            told_again_count: self.count()?,
            failed_notice_count: self.count()?,
            delayed_notice_count: self.count()?,
            extension_count: self.count()?,
            pause_count: self.count()?,
            meeting_count: self.count()?,
            actions: self.all(Self::action)?,
            feedback_count: self.count()?,
            learning_count: self.count()?,
            debrief_count: self.count()?,
            changed_at: self.instant()?,
            learning_themes: Vec::new(),
        })
    }

    fn stay(&mut self) -> Option<StayFacts> {
        Some(StayFacts {
            number: self.count()?,
            round: self.count()?,
            stage: self.count()?,
            why: self.word(&ENTERED)?,
            entered_at: self.instant()?,
            due_at: self.instant()?,
            limit_working_minutes: self.count()?,
            answered: self.optional(|it| {
                let at = it.instant()?;
                Some(Answered { at, stance: it.optional(|it| it.word(&STANCES))? })
            })?,
            acknowledged_at: self.optional(Self::instant)?,
            missed: self.optional(|it| {
                Some(MissedFacts {
                    due_at: it.instant()?,
                    recorded_late_seconds: it.signed()?,
                    answer: it.word(&ANSWERS)?,
                })
            })?,
            left: self.optional(|it| {
                let (at, why) = (it.instant()?, it.word(&LEFT)?);
                Some(LeftFacts { at, why, working_minutes: it.count()? })
            })?,
        })
    }

    fn ending(&mut self) -> Option<EndingFacts> {
        Some(EndingFacts {
            at: self.instant()?,
            how: self.word(&HOW)?,
            outcome: self.optional(Self::text)?,
            stage: self.count()?,
        })
    }

    fn action(&mut self) -> Option<ActionFacts> {
        let day = i32::try_from(self.signed()?).ok()?;
        let due_on = NaiveDate::from_num_days_from_ce_opt(day)?;
        Some(ActionFacts { due_on, done_at: self.optional(Self::instant)? })
    }
}
