//! What each kind of notice says: the reference, the stage, what is asked, by when, what happens
//! next. Never a child, a narrative or an agency's opinion: those are read after signing in.

use super::late::{ACTED_ON, RAN_OUT};
use super::letter::{Letter, Paragraph};
use super::together::{REFERENCE, WORKED_OUT};
use crate::escalation::NoticeKind;

/// What a letter about a case may say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The reference, such as `ESC-2026-000123`.
    pub reference: String,
    /// What the policy calls its steps.
    pub label: String,
    /// The stage, counted from 1; none for a case that is in none.
    pub stage: Option<u32>,
    /// How many stages there are.
    pub stage_count: u32,
    /// The stage's title.
    pub stage_title: String,
    /// When it is due, for a subject: `5pm Wed 30 Dec`.
    pub due_short: Option<String>,
    /// When it is due: `Wed 30 Dec 2026, 17:00`.
    pub due_long: Option<String>,
    /// What is due then, where it is a task of the stage and not the stage itself.
    pub due_task: Option<String>,
    /// How the due instant was worked out, in words.
    pub due_derivation: Option<String>,
    /// Warnings about gaps in the ladder: names of posts and people, none of a child.
    pub warnings: Vec<String>,
    /// When the time ran out that was acted on late, and when it was acted on; none where that was
    /// in time.
    pub late: Option<Late>,
    /// For a message that could not be delivered, or not yet: who it is for.
    pub failed_recipient: Option<String>,
    /// The one link.
    pub link: String,
    /// The partnership's name.
    pub partnership: String,
    /// Where questions go.
    pub contact_email: String,
}

/// A limit that this server acted on late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// When the time ran out, in words.
    pub due_long: String,
    /// When this server acted on it, in words.
    pub acted_long: String,
}

/// A case in a daily list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The reference.
    pub reference: String,
    /// The stage, counted from 1.
    pub stage: u32,
    /// When it is due, in words.
    pub due_long: String,
    /// Whether that has passed.
    pub is_overdue: bool,
}

/// The letter about a case.
pub fn case_letter(kind: NoticeKind, facts: &Facts, recipient_name: &str) -> Letter {
    let (told, next) = what_and_next(kind, facts);
    let mut paragraphs = vec![Paragraph::Text(told), Paragraph::Facts(fact_lines(facts))];
    if kind == NoticeKind::Gap {
        paragraphs.push(Paragraph::Items(facts.warnings.clone()));
    }
    paragraphs.push(Paragraph::Text(format!("What happens next: {next}")));
    Letter {
        subject: subject(kind, facts),
        greeting_name: recipient_name.to_owned(),
        paragraphs,
        link: facts.link.clone(),
        reply_to_hint: questions_to(&facts.partnership, &facts.contact_email),
        partnership: facts.partnership.clone(),
    }
}

/// The daily letter to somebody for whom cases wait that are soon due.
pub fn chaser_letter(
    listed: &[Listed],
    recipient_name: &str,
    link: &str,
    partnership: &str,
    contact_email: &str,
) -> Letter {
    let count = listed.len();
    let escalations = if count == 1 { "escalation waits" } else { "escalations wait" };
    Letter {
        subject: format!("Action needed: {count} {escalations} for you"),
        greeting_name: recipient_name.to_owned(),
        paragraphs: vec![
            Paragraph::Text(format!(
                "{count} {escalations} for you and must be answered by the end of the next \
                 working day, or earlier. If a limit runs out, the escalation moves to more \
                 senior staff."
            )),
            Paragraph::Items(listed.iter().map(Listed::in_words).collect()),
        ],
        link: link.to_owned(),
        reply_to_hint: questions_to(partnership, contact_email),
        partnership: partnership.to_owned(),
    }
}

/// How things stand with a partnership.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many escalations are open.
    pub open_count: usize,
    /// Those that are overdue, the longest first.
    pub overdue: Vec<Listed>,
    /// How many messages could not be delivered.
    pub failed_notices_count: usize,
    /// Gaps in the ladder, in words.
    pub warnings: Vec<String>,
}

/// The daily letter to the partnership: how things stand.
pub fn digest_letter(
    standing: &Standing,
    recipient_name: &str,
    link: &str,
    partnership: &str,
    contact_email: &str,
) -> Letter {
    let Standing { open_count, overdue, failed_notices_count, warnings } = standing;
    let mut paragraphs = vec![Paragraph::Facts(vec![
        ("Open escalations".to_owned(), open_count.to_string()),
        ("Overdue".to_owned(), overdue.len().to_string()),
        ("Messages that could not be delivered".to_owned(), failed_notices_count.to_string()),
        ("Gaps in the ladder".to_owned(), warnings.len().to_string()),
    ])];
    if !overdue.is_empty() {
        paragraphs.push(Paragraph::Text("Overdue, the longest first:".to_owned()));
        paragraphs.push(Paragraph::Items(overdue.iter().map(Listed::in_words).collect()));
    }
    if !warnings.is_empty() {
        paragraphs.push(Paragraph::Text("Gaps that somebody has to mend:".to_owned()));
        paragraphs.push(Paragraph::Items(warnings.clone()));
    }
    Letter {
        subject: format!("Escalations today: {open_count} open, {} overdue", overdue.len()),
        greeting_name: recipient_name.to_owned(),
        paragraphs,
        link: link.to_owned(),
        reply_to_hint: questions_to(partnership, contact_email),
        partnership: partnership.to_owned(),
    }
}

impl Listed {
    fn in_words(&self) -> String {
        let overdue = if self.is_overdue { "overdue since" } else { "due" };
        format!("{} (stage {}): {overdue} {}", self.reference, self.stage, self.due_long)
    }
}

pub(super) fn questions_to(partnership: &str, email: &str) -> String {
    format!("Questions: {partnership}, {email}")
}

fn subject(kind: NoticeKind, facts: &Facts) -> String {
    let stage = facts.stage.map(|stage| format!(" ({} {stage})", facts.label)).unwrap_or_default();
    let reference = &facts.reference;
    match (kind, &facts.due_short) {
        (
            NoticeKind::ActionNeeded | NoticeKind::ProposalToAnswer | NoticeKind::Refused,
            Some(due),
        ) => {
            format!("Action needed by {due}: escalation {reference}{stage}")
        }
        (
            NoticeKind::TaskBegins | NoticeKind::Reminder | NoticeKind::EscalationWarning,
            Some(due),
        ) => {
            let what =
                if kind == NoticeKind::TaskBegins { "Action needed" } else { "Reminder: due" };
            format!("{what} by {due}: escalation {reference}{stage}")
        }
        (NoticeKind::Consulted, Some(due)) => {
            format!("Your view is needed by {due}: escalation {reference}{stage}")
        }
        (NoticeKind::TaskMissed, _) => {
            format!("Not done in time: escalation {reference}{stage}")
        }
        (NoticeKind::Referred, _) => format!("Referred on: escalation {reference}"),
        (NoticeKind::GlassBroken, _) => {
            format!("Somebody looked at escalation {reference} in an emergency")
        }
        (NoticeKind::Overdue, _) => {
            format!("Overdue, action needed now: escalation {reference}{stage}")
        }
        (NoticeKind::StillOverdue, _) => format!("Overdue: escalation {reference}{stage}"),
        (NoticeKind::Gap | NoticeKind::NoticeFailed, _) => {
            format!("Action needed: nobody reached in escalation {reference}{stage}")
        }
        (NoticeKind::NoticeDelayed, _) => {
            format!("Action needed: a message waits in escalation {reference}{stage}")
        }
        (NoticeKind::StageEntered, Some(due)) => {
            format!("For your information, due {due}: escalation {reference}{stage}")
        }
        (NoticeKind::Agreed | NoticeKind::Determined, _) => {
            format!("Resolved: escalation {reference}")
        }
        (NoticeKind::Withdrawn, _) => format!("Withdrawn: escalation {reference}"),
        (NoticeKind::Reopened, _) => format!("Reopened: escalation {reference}{stage}"),
        _ => format!("For your information: escalation {reference}{stage}"),
    }
}

fn fact_lines(facts: &Facts) -> Vec<(String, String)> {
    let mut lines = vec![(REFERENCE.to_owned(), facts.reference.clone())];
    let mut label = facts.label.clone();
    if let Some(first) = label.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    if let Some(stage) = facts.stage {
        let of = facts.stage_count;
        lines.push((label, format!("{stage} of {of}, {}", facts.stage_title)));
    }
    if let Some(task) = &facts.due_task {
        lines.push(("What is due next".to_owned(), task.clone()));
    }
    if let Some(due) = &facts.due_long {
        lines.push(("By when".to_owned(), due.clone()));
    }
    if let Some(late) = &facts.late {
        lines.push((RAN_OUT.to_owned(), late.due_long.clone()));
        lines.push((ACTED_ON.to_owned(), late.acted_long.clone()));
    }
    if let Some(derivation) = &facts.due_derivation {
        lines.push((WORKED_OUT.to_owned(), derivation.clone()));
    }
    lines
}

/// What the letter tells, and what happens next.
fn what_and_next(kind: NoticeKind, facts: &Facts) -> (String, String) {
    match kind {
        NoticeKind::NoticeFailed => return failed(facts),
        NoticeKind::NoticeDelayed => return delayed(facts),
        _ => {}
    }
    let is_last = facts.stage.is_none_or(|stage| stage >= facts.stage_count);
    let unless = if is_last {
        "this is the last stage. Until it is agreed or determined, everybody here is told again \
         each working day."
    } else {
        "if the two sides do not agree by then, the escalation moves to more senior staff on both \
         sides."
    };
    let next = match kind {
        NoticeKind::Agreed | NoticeKind::Determined => {
            "each agency confirms that the outcome stands on the child's record. You are asked for \
             feedback, and a debrief is offered."
        }
        NoticeKind::Referred => {
            "those to whom it was referred decide. Each agency confirms that this stands on the \
             child's record."
        }
        NoticeKind::GlassBroken => {
            "an officer of the partnership looks into it. If you think that it was not an \
             emergency, tell the partnership."
        }
        NoticeKind::Withdrawn => "nothing, unless somebody reopens it with a reason.",
        NoticeKind::Overdue => "everybody here is told again each working day until it is settled.",
        NoticeKind::StillOverdue => "they are told again each working day until it is settled.",
        NoticeKind::Gap => {
            "the escalation goes on. The gap stays on the partnership's list until it is mended."
        }
        _ => unless,
    };
    (what(kind).to_owned(), next.to_owned())
}

fn what(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::ActionNeeded => {
            "You are asked to act in this escalation. Sign in, read what both sides say, talk to \
             each other, and propose or confirm an outcome."
        }
        NoticeKind::StageEntered => {
            "This escalation has entered the stage below. You are told because you are on it. You \
             need not do anything now."
        }
        NoticeKind::Acknowledged => "The other side has said that the challenge arrived.",
        NoticeKind::PositionStated => "A side has stated its position. Sign in to read it.",
        NoticeKind::Responded => "The receiving side has answered. Sign in to read it.",
        NoticeKind::Refused => {
            "The receiving side has answered. Sign in to read the answer, and decide: go on \
             talking, propose an outcome, or escalate now without waiting for the limit."
        }
        NoticeKind::ProposalToAnswer => {
            "The other side proposes an outcome. Sign in to read it, and confirm or decline it."
        }
        NoticeKind::Proposed => {
            "An outcome was proposed. The other side is asked to confirm or decline it."
        }
        NoticeKind::ProposalDeclined => "A proposed outcome was declined. Sign in to read why.",
        NoticeKind::Agreed => {
            "Both sides have agreed on an outcome: this escalation is resolved. Sign in to read it."
        }
        NoticeKind::Determined => {
            "The partnership has determined the outcome: this escalation is resolved. Sign in to \
             read it."
        }
        NoticeKind::Withdrawn => "The raising side has withdrawn this escalation.",
        NoticeKind::Reopened => "This escalation was reopened. Sign in to read why.",
        NoticeKind::DueMoved => {
            "The time by which this must be settled has changed. Sign in to see who changed it and \
             why."
        }
        NoticeKind::TaskBegins
        | NoticeKind::TaskMissed
        | NoticeKind::Reminder
        | NoticeKind::EscalationWarning
        | NoticeKind::Consulted
        | NoticeKind::Paused
        | NoticeKind::PauseEnded
        | NoticeKind::PolicyMoved
        | NoticeKind::Overdue
        | NoticeKind::StillOverdue
        | NoticeKind::Referred => what_of_clocks(kind),
        NoticeKind::MeetingArranged => {
            "A meeting about this escalation was arranged. Sign in to see when and where."
        }
        NoticeKind::ActionSet => {
            "An action was set down in this escalation. Sign in to see whose it is and by when."
        }
        NoticeKind::GlassBroken => {
            "Somebody who is not on this escalation looked at it in an emergency, and gave a \
             reason. They can read it for four hours, and change nothing. Whoever is on it can sign \
             in to see who it was and why."
        }
        NoticeKind::Gap => {
            "Somebody who should have been told of this escalation could not be. Somebody else was \
             asked instead. Please mend the gap."
        }
        NoticeKind::NoticeFailed | NoticeKind::NoticeDelayed => {
            "A message about this escalation could not be delivered."
        }
        NoticeKind::Chaser | NoticeKind::Digest | NoticeKind::SetAside | NoticeKind::Report => {
            "This escalation waits."
        }
    }
}

/// What is told of tasks, clocks and other ends.
fn what_of_clocks(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::TaskBegins => {
            "A task in this escalation is yours to do now. Sign in to see what it is."
        }
        NoticeKind::TaskMissed => {
            "A task in this escalation was not done in the time that the policy allows. Sign in to \
             see which."
        }
        NoticeKind::Reminder => {
            "The time of this stage runs out soon. You are asked to act before it does."
        }
        NoticeKind::EscalationWarning => {
            "This escalation is about to move to more senior staff. You can still answer it, or \
             agree on an outcome with the other side."
        }
        NoticeKind::Overdue => {
            "The time of this stage has run out and the escalation is not settled. It stays open \
             until it is. You are asked to act today."
        }
        NoticeKind::StillOverdue => {
            "The time of this stage has run out and the escalation is not settled. Those who must \
             act and the partnership have been told."
        }
        NoticeKind::Consulted => {
            "You are to be consulted on this escalation. Sign in, read what both sides say, and \
             give your view."
        }
        NoticeKind::Paused => {
            "The clocks of this escalation were stopped for a while. Sign in to see why and until \
             when."
        }
        NoticeKind::PauseEnded => "The clocks of this escalation go on.",
        NoticeKind::PolicyMoved => {
            "This escalation goes by a newer version of the policy now. Sign in to see what has \
             changed."
        }
        NoticeKind::Referred => {
            "The partnership has referred this escalation on. Sign in to see where to and why."
        }
        _ => "Something has changed in this escalation. Sign in to see what.",
    }
}

fn delayed(facts: &Facts) -> (String, String) {
    let recipient = facts.failed_recipient.as_deref().unwrap_or("somebody on it");
    (
        format!(
            "A message that asks {recipient} to act in this escalation has not been taken by their \
             mail server for a quarter of an hour. Please reach them another way."
        ),
        "the message is tried on, and the limit stands.".to_owned(),
    )
}

fn failed(facts: &Facts) -> (String, String) {
    let recipient = facts.failed_recipient.as_deref().unwrap_or("somebody on it");
    (
        format!(
            "A message about this escalation to {recipient} could not be delivered. Please reach \
             them another way today, and correct their address in the directory."
        ),
        "the escalation goes on, and its limit stands.".to_owned(),
    )
}
