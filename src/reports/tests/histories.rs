//! Made-up cases, consistent in themselves, the same in every run of a seed.

use super::super::*;
use crate::calendar::{Calendar, CalendarRules, Division};
use crate::clock::UtcInstant;
use crate::directory::Sector;
use crate::escalation::{Answer, EntryReason, LeavingReason as Why, Stance, Status};
use crate::ids::{AgencyId, EscalationId, PartnershipId};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use fastrand::Rng;

pub(super) fn partnership() -> PartnershipId {
    PartnershipId::made_up(1)
}

pub(super) fn at(text: &str) -> UtcInstant {
    text.parse().unwrap()
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn calendar() -> Calendar {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let zone = chrono_tz::Europe::London;
    Calendar::new(CalendarRules::new(zone, Division::EnglandAndWales, time(9), time(17))).unwrap()
}

pub(super) fn question() -> Question {
    let period = Period::financial_year(2026).unwrap();
    Question {
        partnership_id: partnership(),
        period,
        before: period.year_before(),
        filters: Filters::default(),
        as_of: at("2026-11-20T15:30:00Z"),
        calendar: calendar(),
    }
}

const AGENCIES: [(&str, Sector); 15] = [
    ("Children's social care", Sector::ChildrensSocialCare),
    ("Early help", Sector::ChildrensSocialCare),
    ("Police, public protection", Sector::Police),
    ("Hospital trust", Sector::HealthProvider),
    ("Community health", Sector::HealthProvider),
    ("Integrated care board", Sector::IntegratedCareBoard),
    ("Park Surgery", Sector::GeneralPractice),
    ("Ravensbourne Primary", Sector::School),
    ("Hill Academy", Sector::School),
    ("St Mark's, \"upper\" school", Sector::School),
    ("Little Acorns", Sector::EarlyYears),
    ("Probation", Sector::Probation),
    ("Housing", Sector::Housing),
    ("Never heard of", Sector::VoluntarySector),
    ("Silent so far", Sector::YouthJustice),
];

pub(super) fn agency(number: usize) -> (AgencyId, Sector) {
    (AgencyId::made_up(100 + number as u64), AGENCIES[number].1)
}

fn named(keys: &[(&str, &str)]) -> Vec<(String, String)> {
    keys.iter().map(|(key, title)| ((*key).to_owned(), (*title).to_owned())).collect()
}

pub(super) fn names() -> Names {
    let agencies = AGENCIES.iter().enumerate().map(|(number, (name, sector))| {
        (agency(number).0, AgencyName { name: (*name).to_owned(), sector: *sector })
    });
    Names {
        partnership: "Made-up Safeguarding Children Partnership".to_owned(),
        agencies: agencies.collect(),
        areas_of_disagreement: named(&[
            ("threshold", "Criteria for referral and level of need"),
            ("assessment", "Outcome of an assessment"),
            ("timeliness", "Timeliness of intervention"),
            ("roles", "Roles and responsibilities"),
        ]),
        urgency_classes: named(&[("standard", "Standard"), ("urgent", "Urgent")]),
        outcomes: named(&[
            ("changed", "Decision changed"),
            ("explained", "Explained and accepted"),
            ("plan", "Plan agreed"),
        ]),
        learning_themes: named(&[
            ("threshold", "Understanding of thresholds"),
            ("drift", "Drift and delay"),
            ("information", "Information sharing"),
            ("never_chosen", "Never chosen so far"),
        ]),
        topics: named(&[("general", "General"), ("conference", "Conference outcome")]),
    }
}

fn pick<T: Copy>(rng: &mut Rng, among: &[T]) -> T {
    among[rng.usize(..among.len())]
}

/// An instant so many minutes and seconds later, mostly hours or days.
fn later(rng: &mut Rng, than: UtcInstant) -> UtcInstant {
    let seconds = match rng.u8(..4) {
        0 => rng.i64(1..3_600),
        1 => rng.i64(3_600..86_400),
        2 => rng.i64(86_400..900_000),
        _ => rng.i64(1..3_000_000),
    };
    than.plus(TimeDelta::seconds(seconds))
}

/// What happens next in a made-up case.
enum Next {
    Stay { stage: u32, why: EntryReason, at: UtcInstant, round: u32 },
    Ended { at: UtcInstant },
    Nothing,
}

/// A made-up case of the question's partnership.
pub(super) fn case(
    rng: &mut Rng,
    number: u64,
    until: UtcInstant,
    calendar: &Calendar,
) -> CaseFacts {
    let raised_at = at("2024-10-01T08:00:00Z").plus(TimeDelta::seconds(rng.i64(0..67_400_000)));
    let raising = rng.usize(2..13);
    let receiving = if rng.u8(..3) > 0 { 0 } else { pick(rng, &[1, 2, 3, 4, 12]) };
    let urgency = pick(rng, &["standard", "standard", "standard", "urgent"]);
    let levels =
        [None, Some("Level 3"), Some("level  3"), Some("Level 4"), Some("Other"), Some("3/4")];
    let mut case = CaseFacts {
        escalation_id: EscalationId::made_up(number),
        reference: format!("ESC-2026-{number:06}"),
        partnership_id: partnership(),
        policy_key: "bscp".to_owned(),
        policy_version: 1,
        topic: pick(rng, &["general", "general", "conference", "plan_detail"]).to_owned(),
        stage_count: 4,
        raised_at,
        raising_agency_id: agency(raising).0,
        raising_sector: agency(raising).1,
        receiving_agency_id: agency(receiving).0,
        receiving_sector: agency(receiving).1,
        area_of_disagreement: pick(
            rng,
            &["threshold", "threshold", "assessment", "timeliness", "sharing"],
        )
        .to_owned(),
        urgency_class: urgency.to_owned(),
        level_of_need: pick(rng, &levels).map(str::to_owned),
        was_immediate_danger: rng.u8(..8) == 0,
        status: Status::Open,
        stays: Vec::new(),
        endings: Vec::new(),
        reopened_at: Vec::new(),
        reminder_count: rng.u32(..4),
        told_again_count: rng.u32(..3).saturating_sub(1),
        failed_notice_count: rng.u32(..6).saturating_sub(4),
        delayed_notice_count: rng.u32(..9).saturating_sub(7),
        extension_count: rng.u32(..4).saturating_sub(2),
        pause_count: rng.u32(..5).saturating_sub(3),
        meeting_count: rng.u32(..3).saturating_sub(1),
        actions: Vec::new(),
        feedback_count: 0,
        learning_count: 0,
        debrief_count: 0,
        changed_at: raised_at,
        learning_themes: Vec::new(),
    };
    if rng.clone().u8(..6) == 0 {
        choose_themes(rng, &mut case);
    }
    let stage = if urgency == "urgent" { rng.u32(1..4) } else { 1 };
    let mut next = Next::Stay { stage, why: EntryReason::Raised, at: raised_at, round: 1 };
    loop {
        next = match next {
            Next::Stay { stage, why, at, round } => {
                stay(rng, &mut case, (stage, why, at, round), until, calendar)
            }
            Next::Ended { at } => ended(rng, &mut case, at, until),
            Next::Nothing => return case,
        };
    }
}

const STANCES: [Option<Stance>; 5] = [
    Some(Stance::Accepts),
    Some(Stance::AcceptsInPart),
    Some(Stance::NeedsInformation),
    Some(Stance::Refuses),
    None,
];

/// Why a stage is left; none if it is not.
fn leaving(rng: &mut Rng, stage: u32) -> Option<Why> {
    let ways = [
        Why::Agreed,
        Why::Agreed,
        Why::DeadlinePassed,
        Why::DeadlinePassed,
        Why::DeadlinePassed,
        Why::Determined,
        Why::Withdrawn,
        Why::Referred,
        Why::EscalatedEarly,
        Why::Refused,
        Why::SteppedDown,
    ];
    let why = pick(rng, &ways);
    let is_past_the_last =
        stage == 4 && matches!(why, Why::DeadlinePassed | Why::EscalatedEarly | Why::Refused);
    let is_below_the_first = stage == 1 && why == Why::SteppedDown;
    (!is_past_the_last && !is_below_the_first && rng.u8(..6) > 0).then_some(why)
}

fn stay(
    rng: &mut Rng,
    case: &mut CaseFacts,
    (stage, why, entered_at, round): (u32, EntryReason, UtcInstant, u32),
    until: UtcInstant,
    calendar: &Calendar,
) -> Next {
    let due_at = later(rng, entered_at);
    let working = |to| calendar.working_time_between(entered_at, to).num_minutes() as u32;
    let before_due = |rng: &mut Rng| {
        entered_at.plus(TimeDelta::seconds(rng.i64(0..=due_at.since(entered_at).num_seconds())))
    };
    let answered = (rng.u8(..3) > 0).then(|| {
        let stance = pick(rng, &STANCES);
        Answered { at: before_due(rng).min(until), stance }
    });
    let acknowledged_at = (rng.u8(..2) == 0).then(|| before_due(rng).min(until));
    let left_why = leaving(rng, stage);
    let is_late = left_why == Some(Why::DeadlinePassed)
        || (matches!(left_why, None | Some(Why::Agreed | Why::Determined | Why::Withdrawn))
            && rng.u8(..3) == 0);
    let recorded_late_seconds = if rng.u8(..5) == 0 { rng.i64(0..90_000) } else { rng.i64(0..60) };
    let recorded = due_at.plus(TimeDelta::seconds(recorded_late_seconds));
    let left_at = match left_why {
        Some(Why::DeadlinePassed) => recorded,
        _ if is_late => later(rng, recorded),
        _ => before_due(rng),
    };
    let answer = match (answered, acknowledged_at) {
        (Some(answered), _) if answered.stance == Some(Stance::Refuses) => Answer::Refusal,
        (Some(_), _) => Answer::AnsweredNotAgreed,
        (None, Some(_)) => Answer::AcknowledgedOnly,
        (None, None) => Answer::Silence,
    };
    let missed = (is_late && recorded <= until).then_some(MissedFacts {
        due_at,
        recorded_late_seconds,
        answer,
    });
    let left = left_why.filter(|_| left_at <= until).map(|why| LeftFacts {
        at: left_at,
        why,
        working_minutes: working(left_at),
    });
    case.stays.push(StayFacts {
        number: case.stays.len() as u32 + 1,
        round,
        stage,
        why,
        entered_at,
        due_at,
        limit_working_minutes: working(due_at),
        answered,
        acknowledged_at,
        missed,
        left,
    });
    let Some(left) = left else { return Next::Nothing };
    let moved = |stage, why| Next::Stay { stage, why, at: left.at, round };
    match left.why {
        Why::DeadlinePassed => moved(stage + 1, EntryReason::DeadlinePassed),
        Why::Refused => moved(stage + 1, EntryReason::Refused),
        Why::EscalatedEarly => moved(4.min(stage + 1 + rng.u32(..2)), EntryReason::EscalatedEarly),
        Why::SteppedDown => moved(stage - 1, EntryReason::SteppedDown),
        Why::Agreed => ending(rng, case, left.at, EndedHow::Agreed, stage),
        Why::Determined => ending(rng, case, left.at, EndedHow::Determined, stage),
        Why::Referred => ending(rng, case, left.at, EndedHow::Referred, stage),
        Why::Withdrawn => ending(rng, case, left.at, EndedHow::Withdrawn, stage),
    }
}

fn ending(rng: &mut Rng, case: &mut CaseFacts, at: UtcInstant, how: EndedHow, stage: u32) -> Next {
    let outcome = match how {
        EndedHow::Withdrawn => None,
        EndedHow::Referred => Some("board".to_owned()),
        _ => (rng.u8(..9) > 0).then(|| pick(rng, &["changed", "explained", "plan"]).to_owned()),
    };
    case.endings.push(EndingFacts { at, how, outcome, stage });
    case.status = if how == EndedHow::Withdrawn { Status::Withdrawn } else { Status::Resolved };
    Next::Ended { at }
}

/// Chooses themes of learning; the draws that follow stay as they were.
fn choose_themes(rng: &Rng, case: &mut CaseFacts) {
    let mut aside = rng.clone();
    let themes = ["drift", "information", "out_of_use", "threshold"];
    let chosen = themes.into_iter().filter(|_| aside.u8(..3) == 0).map(str::to_owned);
    let all: std::collections::BTreeSet<_> =
        case.learning_themes.iter().cloned().chain(chosen).collect();
    case.learning_themes = all.into_iter().collect();
}

/// Feedback and actions follow; perhaps it is taken up again.
fn ended(rng: &mut Rng, case: &mut CaseFacts, at: UtcInstant, until: UtcInstant) -> Next {
    let feedback = rng.u32(..3);
    case.feedback_count += feedback;
    case.learning_count += feedback.saturating_sub(rng.u32(..3));
    case.debrief_count += rng.u32(..3) / 2;
    choose_themes(rng, case);
    for _ in 0..rng.u32(..3) {
        let due_on = later(rng, at).utc().date_naive();
        let done_at = Some(later(rng, at)).filter(|done| *done <= until && rng.bool());
        case.actions.push(ActionFacts { due_on, done_at });
    }
    let again = later(rng, at);
    if rng.u8(..5) > 0 || again > until {
        return Next::Nothing;
    }
    case.reopened_at.push(again);
    case.status = Status::Open;
    let round = case.reopened_at.len() as u32 + 1;
    Next::Stay { stage: rng.u32(1..=4), why: EntryReason::Reopened, at: again, round }
}

/// So many made-up cases.
pub(super) fn cases(seed: u64, count: u64) -> Vec<CaseFacts> {
    let (mut rng, calendar, until) = (Rng::with_seed(seed), calendar(), question().as_of);
    (1..=count).map(|number| case(&mut rng, number, until, &calendar)).collect()
}

pub(super) fn tally(question: &Question, cases: &[CaseFacts]) -> Tally {
    let mut tally = Tally::new(question.clone());
    cases.iter().for_each(|case| tally.count(case));
    tally
}

pub(super) fn for_officers(question: &Question, cases: &[CaseFacts]) -> Report {
    tally(question, cases).report(&names(), Audience::Officers, 5).unwrap()
}

/// A table of a report.
pub(super) fn table<'r>(report: &'r Report, key: &str) -> &'r Table {
    let mut tables = report.sections.iter().flat_map(|section| &section.tables);
    tables.find(|table| table.key == key).unwrap_or_else(|| panic!("no table {key}"))
}

/// A cell of a table.
pub(super) fn cell<'t>(table: &'t Table, row: &str, column: &str) -> &'t Cell {
    let at = table.columns.iter().position(|it| it.key == column);
    let at = at.unwrap_or_else(|| panic!("{}: no column {column}", table.key));
    let row = table.rows.iter().find(|it| it.key == row);
    &row.unwrap_or_else(|| panic!("{}: no such row", table.key)).cells[at]
}
