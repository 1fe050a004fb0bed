//! Made-up disputes.

use super::made_up::instant;
use crate::clock::UtcInstant;
use crate::directory::{Sector, Side};
use crate::escalation::{Answer, EntryReason, LeavingReason, Status};
use crate::ids::{AgencyId, EscalationId, PartnershipId};
use crate::rendering::{DisputePicture, Mark, MarkKind, PauseSpan, StageSpan};
use crate::reports::{CaseFacts, EndedHow, EndingFacts, LeftFacts, MissedFacts, StayFacts};
use chrono::TimeDelta;

fn mark(at: &str, kind: MarkKind, side: Option<Side>, who: &str, what: &str) -> Mark {
    Mark { at: instant(at), kind, side, who: who.to_owned(), what: what.to_owned() }
}

fn stage(stage: u32, title: &str, times: [&str; 2], left: Option<(&str, &str)>) -> StageSpan {
    StageSpan {
        stage,
        title: title.to_owned(),
        entered_at: instant(times[0]),
        due_at: instant(times[1]),
        left_at: left.map(|(at, _)| instant(at)),
        left_why: left.map_or(String::new(), |(_, why)| why.to_owned()),
        pauses: Vec::new(),
    }
}

/// A dispute with everything in it.
pub fn picture() -> DisputePicture {
    let mut second = stage(
        2,
        "Team managers meet and settle it, or say in writing why not",
        ["2026-11-05T17:00:00Z", "2026-11-16T17:00:00Z"],
        Some(("2026-11-20T10:00:00Z", "escalated before the deadline")),
    );
    second.pauses.push(PauseSpan {
        from: instant("2026-11-10T09:00:00Z"),
        to: instant("2026-11-12T09:00:00Z"),
    });
    DisputePicture {
        reference: "ESC-2026-000123".to_owned(),
        as_of: instant("2026-11-27T12:00:00Z"),
        stages: vec![
            stage(
                1,
                "Practitioners talk",
                ["2026-11-02T09:30:00Z", "2026-11-05T17:00:00Z"],
                Some(("2026-11-05T17:00:00Z", "its time ran out")),
            ),
            second,
            stage(3, "Heads of service", ["2026-11-20T10:00:00Z", "2026-12-02T17:00:00Z"], None),
        ],
        marks: [raised_and_answered(), moved_up_and_declined()].concat(),
    }
}

/// The first seven marks.
fn raised_and_answered() -> Vec<Mark> {
    use MarkKind::{Clock, Failed, Said, Told};
    use Side::{Raising, Receiving};
    vec![
        mark(
            "2026-11-02T09:30:00Z",
            Said,
            Some(Raising),
            "Designated safeguarding lead",
            "raised the challenge",
        ),
        mark("2026-11-02T09:30:01Z", Told, None, "the server", "the people of stage 1 were told"),
        mark(
            "2026-11-02T09:34:00Z",
            Failed,
            None,
            "the server",
            "a message could not be delivered; somebody else was told",
        ),
        mark(
            "2026-11-03T11:00:00Z",
            Said,
            Some(Receiving),
            "Social worker",
            "acknowledged the challenge",
        ),
        mark(
            "2026-11-05T17:00:00Z",
            Clock,
            None,
            "the server",
            "the time of stage 1 ran out: acknowledged and not answered",
        ),
        mark("2026-11-05T17:00:02Z", Told, None, "the server", "the people of stage 2 were told"),
        mark(
            "2026-11-06T10:00:00Z",
            Said,
            Some(Receiving),
            "Team manager",
            "answered: needs to know more",
        ),
    ]
}

/// The other seven.
fn moved_up_and_declined() -> Vec<Mark> {
    use MarkKind::{Clock, Decided, Met, Told};
    use Side::{Partnership, Raising, Receiving};
    vec![
        mark(
            "2026-11-10T09:00:00Z",
            Clock,
            Some(Partnership),
            "Business manager",
            "stopped the clocks",
        ),
        mark("2026-11-12T09:00:00Z", Clock, None, "the server", "the clocks went on"),
        mark(
            "2026-11-13T14:00:00Z",
            Met,
            Some(Raising),
            "Designated safeguarding lead",
            "recorded a meeting",
        ),
        mark(
            "2026-11-13T16:00:00Z",
            Decided,
            Some(Receiving),
            "Team manager",
            "proposed an outcome",
        ),
        mark(
            "2026-11-16T17:00:00Z",
            Clock,
            None,
            "the server",
            "the time of stage 2 ran out: answered, not agreed",
        ),
        mark(
            "2026-11-17T09:00:00Z",
            Decided,
            Some(Raising),
            "Head of safeguarding",
            "declined the proposal",
        ),
        mark("2026-11-20T10:00:00Z", Told, None, "the server", "the people of stage 3 were told"),
    ]
}

fn after(at: UtcInstant, hours: i64) -> UtcInstant {
    at.plus(TimeDelta::hours(hours))
}

/// So many cases with one to three stages each.
pub fn cases(count: i64) -> Vec<CaseFacts> {
    (0..count).map(case).collect()
}

fn case(number: i64) -> CaseFacts {
    let raised_at = after(instant("2026-06-01T09:00:00Z"), number * 29);
    let stages = 1 + number % 3;
    let mut entered_at = raised_at;
    let is_open = number % 7 == 6;
    let mut stays = Vec::new();
    for stage in 1..=stages {
        let due_at = after(entered_at, 100 + 20 * stage);
        let is_late = (number + stage) % 4 == 0;
        let left_at = after(entered_at, 40 + number % 60 + if is_late { 90 } else { 0 });
        let missed = MissedFacts { due_at, recorded_late_seconds: 1, answer: Answer::Silence };
        let left =
            LeftFacts { at: left_at, why: LeavingReason::EscalatedEarly, working_minutes: 1_000 };
        let stage_number = u32::try_from(stage).unwrap();
        stays.push(StayFacts {
            missed: is_late.then_some(missed),
            left: (!(stage == stages && is_open)).then_some(left),
            ..stay(stage_number, entered_at, due_at)
        });
        entered_at = left_at;
    }
    let how = match number % 4 {
        0 => EndedHow::Agreed,
        1 => EndedHow::Determined,
        2 => EndedHow::Referred,
        _ => EndedHow::Withdrawn,
    };
    let ending = EndingFacts { at: entered_at, how, outcome: None, stage: 1 };
    CaseFacts {
        escalation_id: EscalationId::made_up(number.unsigned_abs()),
        reference: format!("ESC-2026-{number:06}"),
        partnership_id: PartnershipId::made_up(1),
        policy_key: "general".to_owned(),
        policy_version: 1,
        topic: "general".to_owned(),
        stage_count: 3,
        raised_at,
        raising_agency_id: AgencyId::made_up(2),
        raising_sector: Sector::School,
        receiving_agency_id: AgencyId::made_up(3),
        receiving_sector: Sector::ChildrensSocialCare,
        area_of_disagreement: "threshold".to_owned(),
        urgency_class: "standard".to_owned(),
        level_of_need: None,
        was_immediate_danger: false,
        status: if is_open { Status::Open } else { Status::Resolved },
        stays,
        endings: if is_open { Vec::new() } else { vec![ending] },
        reopened_at: Vec::new(),
        reminder_count: 0,
        told_again_count: 0,
        failed_notice_count: 0,
        delayed_notice_count: 0,
        extension_count: 0,
        pause_count: 0,
        meeting_count: 0,
        actions: Vec::new(),
        feedback_count: 0,
        learning_count: 0,
        debrief_count: 0,
        changed_at: entered_at,
        learning_themes: Vec::new(),
    }
}

fn stay(stage: u32, entered_at: UtcInstant, due_at: UtcInstant) -> StayFacts {
    StayFacts {
        number: stage,
        round: 1,
        stage,
        why: if stage == 1 { EntryReason::Raised } else { EntryReason::EscalatedEarly },
        entered_at,
        due_at,
        limit_working_minutes: 2_000,
        answered: None,
        acknowledged_at: None,
        missed: None,
        left: None,
    }
}
