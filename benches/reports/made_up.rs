//! Facts of made-up cases, the same in every run: one to four stays, some ten entries each.

use bscp_escalation::clock::UtcInstant;
use bscp_escalation::directory::Sector;
use bscp_escalation::escalation::{Answer, EntryReason, LeavingReason, Stance, Status};
use bscp_escalation::ids::{AgencyId, EscalationId, PartnershipId};
use bscp_escalation::reports::{
    ActionFacts, Answered, CaseFacts, EndedHow, EndingFacts, LeftFacts, MissedFacts, StayFacts,
};
use chrono::TimeDelta;
use fastrand::Rng;

/// How long the cases are raised over.
pub const DAYS: u64 = 730;
/// One case in so many is still open.
const OPEN: u64 = 20;
const AREAS: [&str; 11] = [
    "level_of_need",
    "information_gathering",
    "assessment_outcome",
    "need_for_action",
    "roles_and_responsibilities",
    "service_provision",
    "timeliness",
    "information_sharing",
    "progress_of_plan",
    "step_or_closure",
    "meeting_decision",
];
const OUTCOMES: [&str; 5] = [
    "decision_changed",
    "decision_partly_changed",
    "explained_and_accepted",
    "not_changed",
    "plan_agreed",
];

/// Whose cases are made up, how many, and until when they are raised.
#[derive(Debug, Clone)]
pub struct Setting {
    pub partnership_id: PartnershipId,
    /// The first receive most challenges.
    pub agencies: Vec<(AgencyId, Sector)>,
    pub cases: u64,
    pub until: UtcInstant,
}

impl Setting {
    /// When a case is raised: they come one after the other, at equal distances.
    pub fn raised_at(&self, number: u64) -> UtcInstant {
        let whole = i128::from(DAYS) * 86_400_000_000;
        let back = whole * i128::from(self.cases - number) / i128::from(self.cases);
        self.until.plus(-TimeDelta::microseconds(i64::try_from(back).unwrap()))
    }

    /// The facts of a case, as they are in the end.
    pub fn facts(&self, number: u64) -> CaseFacts {
        let mut rng = Rng::with_seed(number);
        let raised_at = self.raised_at(number);
        let raising = self.agencies[rng.usize(..self.agencies.len())];
        let often = if rng.u8(..4) > 0 { 4 } else { self.agencies.len() };
        let receiving = self.agencies[rng.usize(..often)];
        let is_open = number.is_multiple_of(OPEN);
        let (stays, left_at) = stays(&mut rng, raised_at, is_open);
        let how = [EndedHow::Agreed, EndedHow::Agreed, EndedHow::Agreed, EndedHow::Determined];
        let how = if rng.u8(..10) == 0 { EndedHow::Withdrawn } else { how[rng.usize(..4)] };
        let is_withdrawn = how == EndedHow::Withdrawn;
        let outcome = OUTCOMES[rng.usize(..OUTCOMES.len())].to_owned();
        let ending = EndingFacts {
            at: left_at,
            how,
            outcome: (!is_withdrawn).then_some(outcome),
            stage: stays.last().unwrap().stage,
        };
        let action = ActionFacts {
            due_on: left_at.plus(TimeDelta::days(20)).utc().date_naive(),
            done_at: rng.bool().then(|| left_at.plus(TimeDelta::days(rng.i64(1..30)))),
        };
        CaseFacts {
            escalation_id: EscalationId::made_up(number),
            reference: format!("ESC-2026-{number:06}"),
            partnership_id: self.partnership_id,
            policy_key: "bscp".to_owned(),
            policy_version: 1,
            topic: "general".to_owned(),
            stage_count: 4,
            raised_at,
            raising_agency_id: raising.0,
            raising_sector: raising.1,
            receiving_agency_id: receiving.0,
            receiving_sector: receiving.1,
            area_of_disagreement: AREAS[rng.usize(..AREAS.len())].to_owned(),
            urgency_class: if rng.u8(..5) == 0 { "urgent" } else { "standard" }.to_owned(),
            level_of_need: (rng.u8(..3) == 0).then(|| format!("Level {}", rng.u8(1..5))),
            was_immediate_danger: rng.u8(..50) == 0,
            status: match (is_open, is_withdrawn) {
                (true, _) => Status::Open,
                (false, true) => Status::Withdrawn,
                (false, false) => Status::Resolved,
            },
            reminder_count: rng.u32(..5),
            told_again_count: rng.u32(..2),
            failed_notice_count: u32::from(rng.u8(..40) == 0),
            delayed_notice_count: u32::from(rng.u8(..40) == 0),
            extension_count: u32::from(rng.u8(..10) == 0),
            pause_count: u32::from(rng.u8(..20) == 0),
            meeting_count: rng.u32(..2),
            actions: if is_open || is_withdrawn { Vec::new() } else { vec![action] },
            feedback_count: rng.u32(..2),
            learning_count: rng.u32(..2),
            debrief_count: u32::from(rng.u8(..4) == 0),
            changed_at: stays.last().unwrap().entered_at,
            learning_themes: if rng.u8(..4) == 0 { vec!["drift".to_owned()] } else { Vec::new() },
            endings: if is_open { Vec::new() } else { vec![ending] },
            reopened_at: Vec::new(),
            stays,
        }
    }

    /// The same case when it was raised.
    pub fn facts_at_first(&self, number: u64) -> CaseFacts {
        let mut facts = self.facts(number);
        let later = facts.stays.split_off(1);
        drop(later);
        for stay in &mut facts.stays {
            (stay.answered, stay.acknowledged_at) = (None, None);
            (stay.missed, stay.left) = (None, None);
        }
        facts.status = Status::Open;
        facts.endings.clear();
        facts.actions.clear();
        facts
    }
}

/// The stays of a case, and when it ended if it did.
fn stays(rng: &mut Rng, raised_at: UtcInstant, is_open: bool) -> (Vec<StayFacts>, UtcInstant) {
    let count = [1, 1, 1, 2, 2, 3, 4][rng.usize(..7)];
    let mut entered_at = raised_at;
    let mut stays = Vec::new();
    for stage in 1..=count {
        let is_last = stage == count;
        let after = |minutes: i64| entered_at.plus(TimeDelta::minutes(minutes));
        let limit = rng.i64(1..6) * 1_440;
        let answered = rng.i64(60..limit + 60);
        let taken = if is_last { answered + rng.i64(1..2_000) } else { limit };
        let has_missed = !is_last || taken > limit;
        let answer = [Answer::AcknowledgedOnly, Answer::Silence, Answer::Refusal];
        stays.push(StayFacts {
            number: stage,
            round: 1,
            stage,
            why: if stage == 1 { EntryReason::Raised } else { EntryReason::DeadlinePassed },
            entered_at,
            due_at: after(limit),
            limit_working_minutes: u32::try_from(limit / 3).unwrap(),
            answered: is_last
                .then(|| Answered { at: after(answered), stance: Some(Stance::AcceptsInPart) }),
            acknowledged_at: (rng.u8(..4) > 0).then(|| after(answered / 2)),
            missed: has_missed.then(|| MissedFacts {
                due_at: after(limit),
                recorded_late_seconds: rng.i64(..3),
                answer: answer[rng.usize(..3)],
            }),
            left: (!is_last || !is_open).then(|| LeftFacts {
                at: after(taken),
                why: if is_last { LeavingReason::Agreed } else { LeavingReason::DeadlinePassed },
                working_minutes: u32::try_from(taken / 3).unwrap(),
            }),
        });
        entered_at = after(taken);
    }
    (stays, entered_at)
}
