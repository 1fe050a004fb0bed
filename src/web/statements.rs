//! What people said of a case, each dated and signed: for its page, and for the whole of it on paper.

use super::acts::capital;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::engine::CaseView;
use crate::escalation::{
    Challenge, Ending, PositionBody, Proposal, Prose, Response, Signature, Stance,
};
use crate::policy::Term;
use chrono::NaiveDate;

/// Label and words.
pub(super) type Said = (String, String);

/// Something that somebody said, dated and signed.
pub(super) struct Statement {
    pub(super) heading: String,
    pub(super) by: String,
    pub(super) texts: Vec<Said>,
}

impl Statement {
    fn new(heading: impl Into<String>, by: String, texts: Vec<Said>) -> Self {
        Self { heading: heading.into(), by, texts }
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

pub(super) fn text(label: &str, prose: &Prose) -> Said {
    (label.to_owned(), prose.as_str().to_owned())
}

fn texts<const N: usize>(all: [(&str, Option<&Prose>); N]) -> Vec<Said> {
    all.into_iter().filter_map(|(label, prose)| Some(text(label, prose?))).collect()
}

fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// The titles of themes of learning; nothing where none was chosen.
fn themes(view: &CaseView, keys: &[String]) -> Option<Said> {
    let known = &view.loaded.policy.learning_themes;
    let titles: Vec<&str> = keys.iter().map(|key| titled(known, key)).collect();
    (!keys.is_empty()).then(|| ("What it is about".to_owned(), titles.join("; ")))
}

/// How it ended.
pub(super) fn ended(view: &CaseView, ending: &Ending) -> Statement {
    let (policy, calendar) = (&view.loaded.policy, view.loaded.calendar());
    let outcome = |key: &str| titled(&policy.outcomes, key).to_owned();
    match ending {
        Ending::Agreed { proposal, outcome: key, at } => {
            let proposals = &view.escalation.proposals;
            let terms = proposals.iter().find(|it| it.number == *proposal);
            let terms = terms.map(|it| text("What was agreed", &it.terms)).into_iter().collect();
            let heading = format!("Both sides agreed: {}", outcome(key));
            Statement::new(heading, calendar.say(*at), terms)
        }
        Ending::Determined { outcome: key, decision, rationale, at, by } => Statement::new(
            format!("The partnership determined: {}", outcome(key)),
            signed(by, *at, calendar),
            vec![text("What was determined", decision), text("Why", rationale)],
        ),
        Ending::Withdrawn { reason, at, by } => Statement::new(
            "Withdrawn by the raising side",
            signed(by, *at, calendar),
            vec![text("Why", reason)],
        ),
        Ending::Referred { to, reason, at, by } => {
            let mut places = policy.stages.iter().flat_map(|stage| &stage.refer_to);
            let place = places.find(|term| term.key == *to).map_or(to, |term| &term.title);
            Statement::new(
                format!("Referred to {place}"),
                signed(by, *at, calendar),
                vec![text("Why", reason)],
            )
        }
    }
}

/// What a case is about, a label and its words each.
pub(super) fn summary(view: &CaseView, challenge: &Challenge) -> Vec<Said> {
    let it = &view.escalation;
    let (policy, calendar) = (&view.loaded.policy, view.loaded.calendar());
    let child = &challenge.child;
    let child = match &child.local_reference {
        Some(record) => format!("{} (record {record})", child.initials),
        None => child.initials.to_string(),
    };
    let area = titled(&policy.areas_of_disagreement, &challenge.area_of_disagreement);
    let raiser = match it.raised_at {
        Some(at) => signed(&it.raiser, at, calendar),
        None => it.raiser.name.clone(),
    };
    let mut rows = vec![
        ("Child", child),
        ("About", area.to_owned()),
        ("Urgency", capital(&crate::reports::in_words(&challenge.urgency_class))),
        ("Raised by", raiser),
    ];
    if let Some(level) = &challenge.level_of_need {
        rows.push(("Level of need", level.to_string()));
    }
    if let Some(received_on) = challenge.decision_received_on {
        rows.push(("Decision received", day(received_on)));
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

fn the_challenge(challenge: &Challenge) -> Vec<Said> {
    texts([
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
    ])
}

fn response(one: &Response, by: String) -> Statement {
    let heading = match one.stance {
        Stance::Accepts => "Accepts the challenge",
        Stance::AcceptsInPart => "Accepts a part of the challenge",
        Stance::NeedsInformation => "Needs to know more",
        Stance::Refuses => "Refuses the challenge",
    };
    Statement::new(heading, by, vec![text("Why", &one.rationale)])
}

/// What one side said, in the order in which it was said.
pub(super) fn said_by(view: &CaseView, challenge: &Challenge, side: Side) -> Vec<Statement> {
    let it = &view.escalation;
    let calendar = view.loaded.calendar();
    let sign = |by: &Signature, at| signed(by, at, calendar);
    let of_side = |by: &Signature| by.side == side;
    let mut said: Vec<(UtcInstant, Statement)> = Vec::new();
    if side == Side::Raising {
        let at = it.raised_at.unwrap_or(it.drafted_at);
        let by = sign(&it.raiser, at);
        said.push((at, Statement::new("The challenge", by, the_challenge(challenge))));
    }
    for one in it.positions.iter().filter(|one| of_side(&one.by)) {
        let by = sign(&one.by, one.at);
        said.push((one.at, Statement::new("Position", by, position(&one.statement))));
    }
    for one in it.acknowledgements.iter().filter(|one| of_side(&one.by)) {
        let note = texts([("Note", one.note.as_ref())]);
        let by = sign(&one.by, one.at);
        said.push((one.at, Statement::new("The challenge arrived", by, note)));
    }
    for one in it.responses.iter().filter(|one| of_side(&one.by)) {
        said.push((one.at, response(one, sign(&one.by, one.at))));
    }
    for one in it.proposals.iter().filter(|one| of_side(&one.by)) {
        said.push((one.at, proposal(view, one)));
    }
    said.sort_by_key(|(at, _)| *at);
    said.into_iter().map(|(_, statement)| statement).collect()
}

fn proposal(view: &CaseView, one: &Proposal) -> Statement {
    let calendar = view.loaded.calendar();
    let answer = match &one.answer {
        None => "None yet.".to_owned(),
        Some(answer) => {
            let by = signed(&answer.by, answer.at, calendar);
            let why = answer.reason.as_ref().map_or("", Prose::as_str);
            if answer.confirmed {
                format!("Agreed by {by}")
            } else {
                format!("Declined by {by}\n{why}")
            }
        }
    };
    let outcome = titled(&view.loaded.policy.outcomes, &one.outcome);
    Statement::new(
        format!("Proposal {}: {outcome}", one.number),
        signed(&one.by, one.at, calendar),
        vec![text("What is to be agreed", &one.terms), ("Answer".to_owned(), answer)],
    )
}

/// Meetings, discussions and actions, what was said afterwards, and emergency looks.
pub(super) fn others(view: &CaseView) -> Vec<Statement> {
    let (it, calendar) = (&view.escalation, view.loaded.calendar());
    let meetings = it.meetings.iter().map(|one| {
        Statement::new(
            format!("Meeting {}: {}", one.number, calendar.say(one.at)),
            format!("{}; arranged by {}", one.place, one.arranged_by.name),
            texts([("To settle", Some(&one.purpose)), ("What it came to", one.record.as_ref())]),
        )
    });
    let discussions = it.discussions.iter().map(|one| {
        let text = texts([("What it came to", one.text.as_ref())]);
        let by = signed(&one.by, one.held_at, calendar);
        Statement::new(format!("Discussion with {}", one.with), by, text)
    });
    let actions = it.actions.iter().map(|one| {
        let state = match one.done_at {
            Some(at) => format!("Done {}", calendar.say(at)),
            None => "Not done yet".to_owned(),
        };
        let heading = format!("Action {}: {} by {}", one.number, one.owner, day(one.due_on));
        Statement::new(heading, state, vec![text("What", &one.what)])
    });
    let feedback = it.feedback.iter().map(|one| {
        let said = texts([("How it went", Some(&one.text)), ("To learn", one.learning.as_ref())]);
        let said = said.into_iter().chain(themes(view, &one.themes)).collect();
        Statement::new("Feedback", signed(&one.by, one.at, calendar), said)
    });
    let debriefs = it.debriefs.iter().map(|one| {
        let said = texts([("What it came to", one.text.as_ref())]);
        let said = said.into_iter().chain(themes(view, &one.themes)).collect();
        let heading = format!("Debrief with {}, {}", one.with, day(one.held_on));
        Statement::new(heading, signed(&one.by, one.at, calendar), said)
    });
    let all = meetings.chain(discussions).chain(actions).chain(feedback).chain(debriefs);
    all.chain(emergency_looks(view)).chain(confirmations(view)).collect()
}

fn emergency_looks(view: &CaseView) -> impl Iterator<Item = Statement> {
    let calendar = view.loaded.calendar();
    view.escalation.glass_breaks.iter().map(move |one| {
        let mut said = vec![text("Why", &one.reason)];
        said.push(match &one.review {
            None => {
                ("What an officer found".to_owned(), "Nobody has looked into it yet.".to_owned())
            }
            Some(review) => {
                let by = signed(&review.by, review.at, calendar);
                ("What an officer found".to_owned(), format!("{}\n{by}", review.note.as_str()))
            }
        });
        let by = signed(&one.by, one.at, calendar);
        let until = calendar.say(one.expires_at);
        Statement::new(
            format!("Emergency look {}", one.number),
            format!("{by}; until {until}"),
            said,
        )
    })
}

fn confirmations(view: &CaseView) -> impl Iterator<Item = Statement> {
    let calendar = view.loaded.calendar();
    view.escalation.record_confirmations.iter().map(move |one| {
        let heading = "The outcome stands on the child’s record";
        Statement::new(heading, signed(&one.by, one.at, calendar), Vec::new())
    })
}
