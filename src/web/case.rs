//! The page of one case: who has it and by when, what can be done, its stages, both sides' words.

use super::acts::{Act, ActKind, capital};
use super::fields::{Field, Reading, Sent};
use super::frame::{Frame, show};
use super::home::{tag, waiting};
use super::page::Refused;
use super::visitor::Visitor;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::engine::{CaseView, Engine};
use crate::escalation::{
    Challenge, Ending, Escalation, LeavingReason, PositionBody, Prose, Signature, StageEntry,
    Status,
};
use crate::policy::Term;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

/// Label and words.
type Said = (String, String);

/// Something that somebody said, dated and signed.
pub(super) struct Statement {
    heading: String,
    by: String,
    texts: Vec<Said>,
}

/// A stage on the ladder.
struct Step {
    title: String,
    state: &'static str,
    is_here: bool,
    lines: Vec<String>,
}

struct Link {
    address: String,
    title: String,
}

/// Who has it, and by when.
struct Now {
    people: String,
    due: String,
    task: Option<String>,
    derivation: String,
    is_overdue: bool,
    pause: Option<String>,
}

#[derive(Template)]
#[template(path = "case.html", config = "src/web/askama.toml")]
struct Case {
    frame: Frame,
    reference: String,
    heading: String,
    tag: (String, bool),
    done: Option<&'static str>,
    now: Option<Now>,
    ended: Option<Statement>,
    acts: Vec<Link>,
    summary: Vec<Said>,
    steps: Vec<Step>,
    raising: Vec<Statement>,
    receiving: Vec<Statement>,
    others: Vec<Statement>,
    warnings: Vec<String>,
}

/// What the address of a case may say beside it.
#[derive(Deserialize)]
pub(super) struct CaseQuery {
    /// The act that was just done.
    done: Option<String>,
}

/// `GET /escalations/{id}`: a case.
pub(super) async fn case(
    app: App,
    visitor: Visitor,
    id: web::Path<String>,
    query: web::Query<CaseQuery>,
) -> Result<HttpResponse, Refused> {
    let which = app.resolve(&id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    let it = &view.escalation;
    if it.status == Status::Draft {
        return Ok(super::frame::see_other(&format!("/escalations/{}/draft", it.reference)));
    }
    let acts = possible(&app, &visitor, &view).await?;
    let now = app.now();
    let challenge = it.challenge().ok_or(Refused::NotFound)?;
    let calendar = view.loaded.calendar();
    let heading =
        format!("{} challenges {}", it.raising.agency_name, challenge.receiving.agency_name);
    let entry = it.current_entry();
    let page = Case {
        frame: Frame::of(&visitor, format!("{} {heading}", it.reference)),
        reference: it.reference.clone(),
        heading,
        tag: tag(it.status, entry.is_some_and(|entry| entry.due.at <= now)),
        done: query.done.as_deref().and_then(ActKind::at).map(|kind| kind.words().done),
        now: entry.map(|entry| who_and_when(it, entry, calendar, now)),
        ended: it.ending().map(|ending| ended(&view, ending)),
        acts: acts.iter().map(|act| link(&view, act)).collect(),
        summary: summary(&view, challenge),
        steps: steps(&view),
        raising: said_by(&view, challenge, Side::Raising),
        receiving: said_by(&view, challenge, Side::Receiving),
        others: others(&view),
        warnings: entry.map_or_else(Vec::new, |entry| {
            entry.gaps.iter().map(|gap| gap.warning.clone()).collect()
        }),
    };
    Ok(show(StatusCode::OK, &page))
}

/// What whoever comes could do now.
pub(super) async fn possible(
    app: &App,
    visitor: &Visitor,
    view: &CaseView,
) -> Result<Vec<Act>, Refused> {
    let calendar = view.loaded.calendar();
    let today = calendar.local(app.now()).date_naive();
    let mut tried = Vec::new();
    for kind in ActKind::ALL {
        for which in kind.each(view) {
            let act = Act { kind, which };
            let fields = act.fields(view);
            let sent: Sent = fields.iter().flat_map(|field: &Field| field.example(today)).collect();
            if let Some(command) = act.command(&mut Reading::of(&sent, &fields, calendar)) {
                tried.push((act, command));
            }
        }
    }
    let (acts, commands): (Vec<_>, Vec<_>) = tried.into_iter().unzip();
    let can = app.are_possible(visitor.actor.clone(), view.escalation.id, commands).await?;
    Ok(acts.into_iter().zip(can).filter_map(|(act, can)| can.then_some(act)).collect())
}

fn link(view: &CaseView, act: &Act) -> Link {
    let words = act.kind.words();
    let it = &view.escalation;
    let base = format!("/escalations/{}/do/{}", it.reference, words.address);
    let task =
        it.current_entry().and_then(|entry| entry.tasks.iter().find(|it| it.key == act.which));
    match (act.which.as_str(), task) {
        ("", _) => Link { address: base, title: words.title.to_owned() },
        (which, Some(task)) => Link {
            address: format!("{base}/{which}"),
            title: format!("{}: {}", words.title, task.title),
        },
        (which, None) => {
            Link { address: format!("{base}/{which}"), title: format!("{} {which}", words.title) }
        }
    }
}

fn who_and_when(it: &Escalation, entry: &StageEntry, calendar: &Calendar, now: UtcInstant) -> Now {
    Now {
        people: waiting(it, entry),
        due: calendar.say(entry.due.at),
        task: entry.task_due_next().map(|task| task.title.clone()),
        derivation: entry.due.derivation.clone(),
        is_overdue: entry.due.at <= now,
        pause: entry.pause().map(|pause| calendar.say(pause.until)),
    }
}

/// A key's words in a list of the policy.
pub(super) fn titled<'t>(terms: &'t [Term], key: &'t str) -> &'t str {
    terms.iter().find(|term| term.key == key).map_or(key, |term| &term.title)
}

pub(super) fn signed(by: &Signature, at: UtcInstant, calendar: &Calendar) -> String {
    let post = by.post_title.as_ref().map_or(String::new(), |title| format!(", {title}"));
    format!("{}{post}, {}", by.name, calendar.say(at))
}

fn text(label: &str, prose: &Prose) -> Said {
    (label.to_owned(), prose.as_str().to_owned())
}

/// The titles of themes of learning; nothing where none was chosen.
fn themes(view: &CaseView, keys: &[String]) -> Option<Said> {
    let known = &view.loaded.policy.learning_themes;
    let titles: Vec<&str> = keys.iter().map(|key| titled(known, key)).collect();
    (!keys.is_empty()).then(|| ("What it is about".to_owned(), titles.join("; ")))
}

fn texts<const N: usize>(all: [(&str, Option<&Prose>); N]) -> Vec<Said> {
    all.into_iter().filter_map(|(label, prose)| Some(text(label, prose?))).collect()
}

fn ended(view: &CaseView, ending: &Ending) -> Statement {
    let (policy, calendar) = (&view.loaded.policy, view.loaded.calendar());
    let outcome = |key: &str| titled(&policy.outcomes, key).to_owned();
    match ending {
        Ending::Agreed { proposal, outcome: key, at } => {
            let proposals = &view.escalation.proposals;
            let terms = proposals.iter().find(|it| it.number == *proposal);
            Statement {
                heading: format!("Both sides agreed: {}", outcome(key)),
                by: calendar.say(*at),
                texts: terms.map(|it| text("What was agreed", &it.terms)).into_iter().collect(),
            }
        }
        Ending::Determined { outcome: key, decision, rationale, at, by } => Statement {
            heading: format!("The partnership determined: {}", outcome(key)),
            by: signed(by, *at, calendar),
            texts: vec![text("What was determined", decision), text("Why", rationale)],
        },
        Ending::Withdrawn { reason, at, by } => Statement {
            heading: "Withdrawn by the raising side".to_owned(),
            by: signed(by, *at, calendar),
            texts: vec![text("Why", reason)],
        },
        Ending::Referred { to, reason, at, by } => {
            let places = policy.stages.iter().flat_map(|stage| &stage.refer_to);
            let place = places.clone().find(|term| term.key == *to).map_or(to, |term| &term.title);
            Statement {
                heading: format!("Referred to {place}"),
                by: signed(by, *at, calendar),
                texts: vec![text("Why", reason)],
            }
        }
    }
}

fn summary(view: &CaseView, challenge: &Challenge) -> Vec<Said> {
    let it = &view.escalation;
    let (policy, calendar) = (&view.loaded.policy, view.loaded.calendar());
    let child = &challenge.child;
    let record = child.local_reference.as_ref();
    let mut rows = vec![
        (
            "Child",
            match record {
                Some(record) => format!("{} (record {record})", child.initials),
                None => child.initials.to_string(),
            },
        ),
        (
            "About",
            titled(&policy.areas_of_disagreement, &challenge.area_of_disagreement).to_owned(),
        ),
        ("Urgency", capital(&crate::reports::in_words(&challenge.urgency_class))),
        (
            "Raised by",
            match it.raised_at {
                Some(at) => signed(&it.raiser, at, calendar),
                None => it.raiser.name.clone(),
            },
        ),
    ];
    if let Some(level) = &challenge.level_of_need {
        rows.push(("Level of need", level.to_string()));
    }
    if let Some(day) = challenge.decision_received_on {
        rows.push(("Decision received", day.format("%-d %B %Y").to_string()));
    }
    if let Some(deadline) = &it.protective_deadline {
        let why = deadline.reason.as_str();
        rows.push(("Child must be safe by", format!("{}: {why}", calendar.say(deadline.at))));
    }
    if it.immediate_danger.in_immediate_danger {
        let done = it.immediate_danger.action_taken.as_ref().map_or("", Prose::as_str);
        rows.push(("Immediate danger", format!("Yes. What was done: {done}")));
    }
    if challenge.restriction.is_some() {
        rows.push(("Restricted", "Only those named on this case see it.".to_owned()));
    }
    rows.push(("Policy", format!("{}, version {}", policy.title, policy.version)));
    rows.into_iter().map(|(label, words)| (label.to_owned(), words)).collect()
}

fn left(why: LeavingReason) -> &'static str {
    match why {
        LeavingReason::DeadlinePassed => "The time ran out, and the case moved up.",
        LeavingReason::Refused => "The challenge was refused, and the case moved up.",
        LeavingReason::EscalatedEarly => "People moved the case up before the deadline.",
        LeavingReason::Agreed => "Both sides agreed.",
        LeavingReason::Determined => "The partnership determined the outcome.",
        LeavingReason::Withdrawn => "The raising side withdrew.",
        LeavingReason::Referred => "The case was referred out.",
        LeavingReason::SteppedDown => "The case went back to a lower stage.",
    }
}

/// The ladder: every stay, then the stages that were not reached.
fn steps(view: &CaseView) -> Vec<Step> {
    let (it, policy, calendar) = (&view.escalation, &view.loaded.policy, view.loaded.calendar());
    let label = capital(&policy.label);
    let mut steps: Vec<Step> = Vec::new();
    for entry in &it.stage_entries {
        let mut lines = vec![
            format!("From {}", calendar.say(entry.entered_at)),
            format!("Due {}", calendar.say(entry.due.at)),
        ];
        let people: Vec<&str> = entry.acting.iter().map(|seat| seat.name.as_str()).collect();
        if !people.is_empty() {
            lines.push(format!("With {}", people.join(", ")));
        }
        if let Some(it) = &entry.left {
            lines.push(format!("Left {}. {}", calendar.say(it.at), left(it.why)));
        }
        steps.push(Step {
            title: format!("{label} {}: {}", entry.stage, entry.title),
            state: if entry.left.is_none() { "The case is here" } else { "Over" },
            is_here: entry.left.is_none(),
            lines,
        });
    }
    let highest = it.stage_entries.iter().map(|entry| entry.stage).max().unwrap_or(0);
    let state = if it.status == Status::Open { "Not reached yet" } else { "Not reached" };
    for stage in highest + 1..=policy.stage_count() {
        let title = policy.stage(stage).map_or("", |stage| stage.title.as_str());
        let title = format!("{label} {stage}: {title}");
        steps.push(Step { title, state, is_here: false, lines: Vec::new() });
    }
    steps
}

fn position(statement: &PositionBody) -> Vec<Said> {
    texts([
        ("Facts", Some(&statement.facts)),
        ("Judgement", Some(&statement.judgement)),
        ("Why", Some(&statement.rationale)),
        ("Agreed", statement.agreed.as_ref()),
        ("Disputed", statement.disputed.as_ref()),
        ("Risk to the child", statement.risk.as_ref()),
        ("The child’s voice", statement.childs_voice.as_ref()),
        ("Outcome sought", statement.outcome_sought.as_ref()),
    ])
}

/// What one side said, in the order in which it was said.
fn said_by(view: &CaseView, challenge: &Challenge, side: Side) -> Vec<Statement> {
    let it = &view.escalation;
    let calendar = view.loaded.calendar();
    let mut said: Vec<(UtcInstant, Statement)> = Vec::new();
    if side == Side::Raising {
        let at = it.raised_at.unwrap_or(it.drafted_at);
        said.push((
            at,
            Statement {
                heading: "The challenge".to_owned(),
                by: signed(&it.raiser, at, calendar),
                texts: texts([
                    ("Facts", Some(&challenge.facts)),
                    ("Judgement", Some(&challenge.judgement)),
                    ("Why", Some(&challenge.rationale)),
                    ("Risk to the child", Some(&challenge.risk)),
                    ("The child’s voice", Some(&challenge.childs_voice)),
                    ("What was tried", Some(&challenge.what_was_tried)),
                    ("Outcome sought", Some(&challenge.outcome_sought)),
                    ("Agreed", challenge.agreed.as_ref()),
                    ("Disputed", challenge.disputed.as_ref()),
                    ("Sharing of information", challenge.information_sharing.as_ref()),
                ]),
            },
        ));
    }
    let of_side = |by: &Signature| by.side == side;
    for one in it.positions.iter().filter(|one| of_side(&one.by)) {
        said.push((
            one.at,
            Statement {
                heading: "Position".to_owned(),
                by: signed(&one.by, one.at, calendar),
                texts: position(&one.statement),
            },
        ));
    }
    for one in it.acknowledgements.iter().filter(|one| of_side(&one.by)) {
        said.push((
            one.at,
            Statement {
                heading: "The challenge arrived".to_owned(),
                by: signed(&one.by, one.at, calendar),
                texts: texts([("Note", one.note.as_ref())]),
            },
        ));
    }
    for one in it.responses.iter().filter(|one| of_side(&one.by)) {
        let heading = match one.stance {
            crate::escalation::Stance::Accepts => "Accepts the challenge",
            crate::escalation::Stance::AcceptsInPart => "Accepts a part of the challenge",
            crate::escalation::Stance::NeedsInformation => "Needs to know more",
            crate::escalation::Stance::Refuses => "Refuses the challenge",
        };
        said.push((
            one.at,
            Statement {
                heading: heading.to_owned(),
                by: signed(&one.by, one.at, calendar),
                texts: vec![text("Why", &one.rationale)],
            },
        ));
    }
    for one in it.proposals.iter().filter(|one| of_side(&one.by)) {
        said.push((one.at, proposal(view, one)));
    }
    said.sort_by_key(|(at, _)| *at);
    said.into_iter().map(|(_, statement)| statement).collect()
}

fn proposal(view: &CaseView, one: &crate::escalation::Proposal) -> Statement {
    let calendar = view.loaded.calendar();
    let mut texts = vec![text("What is to be agreed", &one.terms)];
    texts.push(match &one.answer {
        None => ("Answer".to_owned(), "None yet.".to_owned()),
        Some(answer) if answer.confirmed => {
            ("Answer".to_owned(), format!("Agreed by {}", signed(&answer.by, answer.at, calendar)))
        }
        Some(answer) => {
            let why = answer.reason.as_ref().map_or("", Prose::as_str);
            let by = signed(&answer.by, answer.at, calendar);
            ("Answer".to_owned(), format!("Declined by {by}\n{why}"))
        }
    });
    Statement {
        heading: format!(
            "Proposal {}: {}",
            one.number,
            titled(&view.loaded.policy.outcomes, &one.outcome)
        ),
        by: signed(&one.by, one.at, calendar),
        texts,
    }
}

/// Meetings, discussions, actions, and what was said afterwards.
fn others(view: &CaseView) -> Vec<Statement> {
    let (it, calendar) = (&view.escalation, view.loaded.calendar());
    let day = |day: chrono::NaiveDate| day.format("%-d %B %Y").to_string();
    let meetings = it.meetings.iter().map(|one| Statement {
        heading: format!("Meeting {}: {}", one.number, calendar.say(one.at)),
        by: format!("{}; arranged by {}", one.place, one.arranged_by.name),
        texts: texts([("To settle", Some(&one.purpose)), ("What it came to", one.record.as_ref())]),
    });
    let discussions = it.discussions.iter().map(|one| Statement {
        heading: format!("Discussion with {}", one.with),
        by: signed(&one.by, one.held_at, calendar),
        texts: texts([("What it came to", one.text.as_ref())]),
    });
    let actions = it.actions.iter().map(|one| Statement {
        heading: format!("Action {}: {} by {}", one.number, one.owner, day(one.due_on)),
        by: match one.done_at {
            Some(at) => format!("Done {}", calendar.say(at)),
            None => "Not done yet".to_owned(),
        },
        texts: vec![text("What", &one.what)],
    });
    let feedback = it.feedback.iter().map(|one| Statement {
        heading: "Feedback".to_owned(),
        by: signed(&one.by, one.at, calendar),
        texts: texts([("How it went", Some(&one.text)), ("To learn", one.learning.as_ref())])
            .into_iter()
            .chain(themes(view, &one.themes))
            .collect(),
    });
    let debriefs = it.debriefs.iter().map(|one| Statement {
        heading: format!("Debrief with {}, {}", one.with, day(one.held_on)),
        by: signed(&one.by, one.at, calendar),
        texts: texts([("What it came to", one.text.as_ref())])
            .into_iter()
            .chain(themes(view, &one.themes))
            .collect(),
    });
    meetings.chain(discussions).chain(actions).chain(feedback).chain(debriefs).collect()
}
