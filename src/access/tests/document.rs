//! What docs/access.md says of cases, and what the rules say: the same.

use crate::access::*;
use crate::clock::UtcInstant;
use crate::directory::{Deputy, Holder, PartnershipFunction, Place, Post, Rung};
use crate::escalation::tests::fixture::*;
use crate::escalation::{
    Command, CommandKind, GLASS_LASTS, Refusal, Restriction, RestrictionReason,
};
use crate::ids::PartnershipId;

const TEXT: &str = include_str!("../../../docs/access.md");

/// The rows of the table below a heading, its head first.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let below = TEXT.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let below = below.split("\n## ").next().unwrap();
    let rows = below.lines().filter(|line| line.starts_with('|') && !line.starts_with("|-"));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

fn partnership(number: usize, function: PartnershipFunction) -> Place {
    Place::Partnership { partnership_id: id::<PartnershipId>(number), function }
}

fn lead(of: u32) -> Place {
    Place::Agency {
        agency_id: agency(of),
        rung: Rung::ServiceManager,
        team: Some("Safeguarding unit".to_owned()),
        safeguarding_lead: true,
    }
}

/// Somebody holds one post more, which nothing reaches.
fn with_post(mut world: World, name: &str, place: Place) -> World {
    let number = 300 + world.posts.len();
    world.posts.push(Post {
        id: id(number),
        title: format!("Post {number}"),
        place,
        role: None,
        mailbox_email: None,
        holders: vec![Holder { person_id: person(name) }],
        deputies: Vec::<Deputy>::new(),
    });
    world
}

/// Nobody is somebody else's stand-in by chance: whoever it is holds nothing besides.
fn only(mut world: World, name: &str) -> World {
    for post in &mut world.posts {
        post.holders.retain(|holder| holder.person_id != person(name));
    }
    world
}

/// Who a row is about: their name, and the world in which they are what it says.
fn somebody(who: &str, relation: &str) -> (&'static str, World) {
    use PartnershipFunction::{Auditor, BusinessManager};
    let world = World::new();
    let alone = |place| (LIAM, with_post(only(World::new(), LIAM), LIAM, place));
    match (who, relation.trim_end_matches(", excluded")) {
        ("practitioner", "raised it") => (ADA, world),
        ("practitioner", "reached before") => (EVE, world),
        ("post holder", "acts, raising side") => (BEN, world),
        ("post holder", "acts, receiving side" | "acts") => (FINN, world),
        // Held by two by the time that the case is looked at; see `at_the_end`.
        ("post holder", "came into a post that was reached") => (PAM, world),
        ("post holder", "another team") => (PAM, world),
        ("post holder", "more senior, not reached") => (GITA, world),
        ("post holder", "another agency") => (LIAM, world),
        ("deputy", "the holder is there") => (NELL, world),
        ("deputy", "the holder is away") => (NELL, world.away(FINN, "2026-11-24 09:00")),
        ("safeguarding lead", "raising agency, not reached") => alone(lead(SCHOOL)),
        ("safeguarding lead", "receiving agency, not reached" | "receiving agency") => {
            alone(lead(SOCIAL_CARE))
        }
        ("safeguarding lead", "another agency") => alone(lead(POLICE)),
        ("business manager", "of the partnership") => (IRIS, world),
        ("scrutineer", "of the partnership") => (JON, world),
        ("panel member", "of the partnership") => (KAY, world),
        ("business manager", "of another partnership") => alone(partnership(2, BusinessManager)),
        ("auditor", "of the partnership") => alone(partnership(1, Auditor)),
        ("auditor", "of another partnership") => alone(partnership(2, Auditor)),
        ("administrator", "keeps the directory") => (MONA, world),
        other => panic!("docs/access.md: say in this test who this is: {other:?}"),
    }
}

fn at_the_end(case: &mut Case, relation: &str, when: &str) {
    case.at(when);
    if relation == "came into a post that was reached" {
        case.world = case.world.clone().also_holds(PAM, "Team manager, assessment");
    }
}

fn restrict(excluded: &[&str]) -> Command {
    Command::Restrict {
        restriction: Restriction {
            reason: RestrictionReason::ColleaguesChild,
            excluded: excluded.iter().map(|name| person(name)).collect(),
        },
        reason: prose("A colleague's own child."),
    }
}

fn look() -> Command {
    Command::BreakGlass { reason: prose("The child is in hospital.") }
}

/// The case of a column, and when it is looked at.
fn case_of(column: &str, who: &str, relation: &str) -> (&'static str, Case, UtcInstant) {
    let (name, world) = somebody(who, relation);
    let day = "2026-11-25 10:00";
    if column == "draft" {
        let mut case = Case::drafted(world, whole_draft(), "2026-11-16 10:00");
        at_the_end(&mut case, relation, day);
        let now = case.now;
        return (name, case, now);
    }
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    at_the_end(&mut case, relation, day);
    match column {
        "open" => {}
        "overdue" => _ = case.at("2026-12-01 10:00"),
        "ended" => _ = case.by(ADA, withdraw()),
        "restricted" | "glass broken" | "run out" => {
            let excluded: &[&str] = if relation.ends_with(", excluded") { &[name] } else { &[] };
            let officer = if name == JON { IRIS } else { JON };
            case.by(officer, restrict(excluded));
            if column != "restricted" {
                // Whoever may not is refused; what they see then is what counts.
                let _refused = case.try_by(name, look());
            }
            if column == "run out" {
                case.now = case.now.plus(GLASS_LASTS);
            }
        }
        other => panic!("docs/access.md: say in this test what state this is: {other}"),
    }
    let now = case.now;
    (name, case, now)
}

#[test]
fn a_case_is_seen_by_those_of_whom_the_document_says_so() {
    let rows = table("Who sees a case");
    let (head, rows) = rows.split_first().unwrap();
    assert!(rows.len() >= 20 && head.len() == 9);
    let mut wrong = Vec::new();
    for row in rows {
        for (column, cell) in head.iter().zip(row).skip(2) {
            let (name, case, now) = case_of(column, row[0], row[1]);
            let sees = may_see(&case.actor(name), &case.state, now);
            let found = if sees.is_ok() { "sees" } else { "-" };
            if found != *cell {
                wrong.push(format!("{}, {}: {column}: {cell}, and not {found}", row[0], row[1]));
            }
            assert!(matches!(sees, Ok(_) | Err(Refusal::NotFound)));
        }
    }
    assert!(wrong.is_empty(), "docs/access.md:\n{}", wrong.join("\n"));
}

/// The command of an operation on a case; none for one that reads.
fn command_of(operation: &str) -> Option<CommandKind> {
    use CommandKind as Kind;
    let (method, path) = operation.trim_matches('`').split_once(' ').unwrap();
    if method == "GET" {
        return None;
    }
    Some(match path.strip_prefix("/api/v1/escalations/{id}/").unwrap() {
        "draft" => Kind::ChangeDraft,
        "raising" => Kind::Raise,
        "acknowledgements" => Kind::Acknowledge,
        "positions" => Kind::StatePosition,
        "responses" => Kind::Respond,
        "early-escalations" => Kind::EscalateEarly,
        "proposals" => Kind::Propose,
        "proposals/{number}/confirmations" | "proposals/{number}/refusals" => Kind::AnswerProposal,
        "determinations" => Kind::Determine,
        "withdrawals" => Kind::Withdraw,
        "reopenings" => Kind::Reopen,
        "protective-deadlines" => Kind::SetProtectiveDeadline,
        "meetings" | "meetings/{number}/records" => Kind::Meet,
        "actions" => Kind::SetAction,
        "actions/{number}/completions" => Kind::CompleteAction,
        "feedback" => Kind::GiveFeedback,
        "debriefs" => Kind::Debrief,
        "record-confirmations" => Kind::ConfirmRecord,
        "discussions" => Kind::RecordDiscussion,
        "tasks/{key}/completions" => Kind::TickTask,
        "extensions" => Kind::Extend,
        "pauses" | "resumptions" => Kind::Pause,
        "urgency-changes" => Kind::ChangeUrgency,
        "step-downs" => Kind::StepDown,
        "panels" => Kind::ConvenePanel,
        "referrals" => Kind::Refer,
        "policy-moves" => Kind::MovePolicy,
        "restrictions" => Kind::Restrict,
        "restriction-liftings" => Kind::LiftRestriction,
        "break-glass" => Kind::BreakGlass,
        "break-glass/{number}/reviews" => Kind::ReviewGlassBreak,
        other => panic!("docs/access.md: say in this test which command this is: {other}"),
    })
}

#[test]
fn a_command_is_given_by_those_of_whom_the_document_says_so() {
    let world =
        with_post(only(World::new(), LIAM), LIAM, partnership(1, PartnershipFunction::Auditor));
    let world = with_post(with_post(world, PAM, lead(SOCIAL_CARE)), OMAR, lead(SOCIAL_CARE));
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(4);
    case.by(PAM, look());
    let people: [(&str, &[&str]); 12] = [
        (ADA, &["raiser"]),
        (CARA, &["acting raising"]),
        (GITA, &["acting receiving"]),
        (BEN, &["reached raising"]),
        (EVE, &["reached receiving"]),
        (IRIS, &["officer"]),
        (JON, &["officer", "determines"]),
        (KAY, &["officer", "determines"]),
        (LIAM, &["auditor"]),
        (PAM, &["glass broken", "safeguarding lead"]),
        (OMAR, &["in an emergency"]),
        (MONA, &[]),
    ];
    let rows = table("Who may do what to a case");
    assert!(rows.len() > 35);
    for row in &rows[1..] {
        let (operation, words) = (row[0], row[1].split(", ").collect::<Vec<_>>());
        for (name, is) in people {
            let actor = case.actor(name);
            let answer = match command_of(operation) {
                Some(kind) => may(&actor, kind, &case.state, case.now).map(|_| ()),
                None if operation.contains("/views") => {
                    may_see_views(&actor, &case.state, case.now).map(|_| ())
                }
                None => may_see(&actor, &case.state, case.now).map(|_| ()),
            };
            let sees = !is.is_empty() && !is.contains(&"in an emergency");
            let is_named = is.iter().any(|is| words.contains(is));
            let is_theirs = is_named || (sees && words.contains(&"everybody who sees it"));
            let what = format!("{operation}, {name}: {answer:?}");
            match answer {
                Ok(()) => assert!(is_theirs, "{what}"),
                Err(Refusal::NotFound) => assert!(!is_theirs && !sees, "{what}"),
                Err(Refusal::NotYours(_)) => assert!(!is_theirs && sees, "{what}"),
                Err(_) => panic!("{what}"),
            }
        }
    }
}
