//! What people do to a case, one form each: its words, its fields, and the command that it becomes.

use super::fields::{Field, Kind, Reading};
use crate::engine::CaseView;
use crate::escalation::{Command, PositionBody, ProtectiveDeadline, Stance, TaskState};
use crate::policy::{Policy, STAGE_TASK, Term};

/// An act, and what it is about where a case has several of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Act {
    pub(super) kind: ActKind,
    /// A number, or a task's key; empty where there is one only.
    pub(super) which: String,
}

/// The kinds of act, in the order in which they are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActKind {
    Acknowledge,
    Respond,
    AgreeToProposal,
    DeclineProposal,
    Propose,
    Determine,
    StatePosition,
    TickTask,
    EscalateEarly,
    ArrangeMeeting,
    RecordMeeting,
    RecordDiscussion,
    SetAction,
    CompleteAction,
    SetProtectiveDeadline,
    Extend,
    Pause,
    Resume,
    ChangeUrgency,
    StepDown,
    Refer,
    GiveFeedback,
    Debrief,
    ConfirmRecord,
    Reopen,
    Withdraw,
}

/// Address, title, lead, button, and what is said once it is done.
type Texts = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// The words of an act: its address, the link to it, its page's lead, its button, and what the case's
/// page says once it is done.
pub(super) struct Words {
    pub(super) address: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) button: &'static str,
    pub(super) done: &'static str,
    /// It ends something, or moves the case.
    pub(super) is_grave: bool,
}

impl ActKind {
    pub(super) const ALL: [Self; 26] = [
        Self::Acknowledge,
        Self::Respond,
        Self::AgreeToProposal,
        Self::DeclineProposal,
        Self::Propose,
        Self::Determine,
        Self::StatePosition,
        Self::TickTask,
        Self::EscalateEarly,
        Self::ArrangeMeeting,
        Self::RecordMeeting,
        Self::RecordDiscussion,
        Self::SetAction,
        Self::CompleteAction,
        Self::SetProtectiveDeadline,
        Self::Extend,
        Self::Pause,
        Self::Resume,
        Self::ChangeUrgency,
        Self::StepDown,
        Self::Refer,
        Self::GiveFeedback,
        Self::Debrief,
        Self::ConfirmRecord,
        Self::Reopen,
        Self::Withdraw,
    ];

    /// The act of an address.
    pub(super) fn at(address: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.words().address == address)
    }

    pub(super) fn words(self) -> Words {
        let (address, title, lead, button, done) = self.texts();
        let is_grave = matches!(
            self,
            Self::Withdraw | Self::Determine | Self::EscalateEarly | Self::Refer | Self::StepDown
        );
        Words { address, title, lead, button, done, is_grave }
    }

    #[rustfmt::skip]
    fn texts(self) -> Texts {
        match self {
            Self::Acknowledge => ("acknowledge", "Say that the challenge arrived",
                "The other side learns that somebody has it. This is not yet an answer: the clock runs on.",
                "Say that it arrived", "The other side is told that the challenge arrived."),
            Self::Respond => ("respond", "Answer the challenge",
                "Say where your side stands, and why. Both sides are told.",
                "Send the answer", "Your answer was sent."),
            Self::AgreeToProposal => ("agree", "Agree to the proposal",
                "Both sides then agree, and the escalation is resolved.",
                "Agree, and resolve the escalation", "Both sides agree. The escalation is resolved."),
            Self::DeclineProposal => ("decline", "Decline the proposal",
                "The other side is told, with your reason. The clock runs on.",
                "Decline the proposal", "The other side is told that you declined."),
            Self::Propose => ("propose", "Propose an outcome",
                "The other side agrees or declines. One proposal is on the table at a time.",
                "Send the proposal", "Your proposal was sent to the other side."),
            Self::Determine => ("determine", "Determine the outcome",
                "This ends the escalation. Both sides are told what was determined, and why.",
                "Determine the outcome", "The outcome is determined. Both sides are told."),
            Self::StatePosition => ("position", "State a position",
                "Write the facts apart from your judgement. It stands beside the other side’s position.",
                "Put this position on record", "Your position is on record."),
            Self::TickTask => ("task", "Tick off a task",
                "Say that this task of the stage is done.",
                "It is done", "The task is ticked off."),
            Self::EscalateEarly => ("escalate", "Escalate now",
                "Move the case up before its deadline, because the risk to the child does not wait.",
                "Escalate now", "The case has moved up. Its new people are told."),
            Self::ArrangeMeeting => ("meeting", "Arrange a meeting",
                "Everybody who must act is told when and where.",
                "Arrange the meeting", "The meeting is arranged."),
            Self::RecordMeeting => ("meeting-record", "Record what a meeting came to",
                "Write what was said and agreed.",
                "Put it on record", "The meeting is on record."),
            Self::RecordDiscussion => ("discussion", "Record a discussion",
                "A talk between the two sides, by telephone or in person.",
                "Put it on record", "The discussion is on record."),
            Self::SetAction => ("action", "Set down an action",
                "Something that somebody is to do, by a day.",
                "Set it down", "The action is set down."),
            Self::CompleteAction => ("action-done", "Tick off an action",
                "Say that this action is done.",
                "It is done", "The action is ticked off."),
            other => other.texts_of_clocks_and_endings(),
        }
    }

    #[rustfmt::skip]
    fn texts_of_clocks_and_endings(self) -> Texts {
        match self {
            Self::SetProtectiveDeadline => ("protective-deadline", "Set a protective deadline",
                "A moment before which the child must be safe: court, discharge, a weekend. The sooner of it and the policy’s limit counts.",
                "Set the protective deadline", "The protective deadline is set."),
            Self::Extend => ("extend", "Give the clock more time",
                "Both sides are told of the new deadline, and why.",
                "Give more time", "The clock has more time. Both sides are told."),
            Self::Pause => ("pause", "Pause the clocks",
                "The clocks stand still until the moment that you name, at most. Then they go on by themselves.",
                "Pause the clocks", "The clocks stand still."),
            Self::Resume => ("resume", "Let the clocks go on",
                "The pause ends now.",
                "Let the clocks go on", "The clocks go on."),
            Self::ChangeUrgency => ("urgency", "Change the urgency",
                "The limits of the other class count from now on.",
                "Change the urgency", "The urgency is changed."),
            Self::StepDown => ("step-down", "Go back to a lower stage",
                "The people of the lower stage have the case again.",
                "Go back", "The case is back at a lower stage."),
            Self::Refer => ("refer", "Refer the case out",
                "A body that decides takes it over. This ends the escalation here.",
                "Refer the case out", "The case is referred."),
            Self::GiveFeedback => ("feedback", "Give feedback",
                "How did it go? What can others learn from it?",
                "Send the feedback", "Thank you. Your feedback is on record."),
            Self::Debrief => ("debrief", "Record a debrief",
                "That staff were supported after this.",
                "Record the debrief", "The debrief is on record."),
            Self::ConfirmRecord => ("record", "Confirm the child’s record",
                "Say that the outcome stands on the child’s record in your agency.",
                "It stands on the record", "It is confirmed that the outcome stands on the record."),
            Self::Reopen => ("reopen", "Take the case up again",
                "Its clocks start anew, and its people are told.",
                "Take it up again", "The case is open again."),
            Self::Withdraw => ("withdraw", "Withdraw",
                "This ends the escalation without an outcome. Everybody who had it is told.",
                "Withdraw", "It is withdrawn."),
            // The others stand above.
            _ => ("", "", "", "", ""),
        }
    }

    /// What it can be about in this case.
    pub(super) fn each(self, view: &CaseView) -> Vec<String> {
        let it = &view.escalation;
        let numbers = |numbers: Vec<u32>| numbers.iter().map(ToString::to_string).collect();
        match self {
            Self::AgreeToProposal | Self::DeclineProposal => {
                numbers(it.open_proposal().map(|proposal| proposal.number).into_iter().collect())
            }
            Self::RecordMeeting => {
                let open = it.meetings.iter().filter(|meeting| meeting.record.is_none());
                numbers(open.map(|meeting| meeting.number).collect())
            }
            Self::CompleteAction => {
                let open = it.actions.iter().filter(|action| action.done_at.is_none());
                numbers(open.map(|action| action.number).collect())
            }
            Self::TickTask => {
                let tasks = it.current_entry().map(|entry| entry.tasks.as_slice());
                let open = tasks.unwrap_or_default().iter().filter(|task| {
                    let is_open =
                        matches!(task.state, TaskState::Running(_) | TaskState::Missed { .. });
                    is_open && task.key != STAGE_TASK
                });
                open.map(|task| task.key.clone()).collect()
            }
            _ => vec![String::new()],
        }
    }
}

fn terms(terms: &[Term]) -> Vec<(String, String)> {
    terms.iter().map(|term| (term.key.clone(), term.title.clone())).collect()
}

fn keys(keys: &[String]) -> Vec<(String, String)> {
    keys.iter().map(|key| (key.clone(), crate::reports::in_words(key))).collect()
}

fn stances() -> Vec<(String, String)> {
    [
        ("accepts", "We accept the challenge"),
        ("accepts_in_part", "We accept a part of it"),
        ("needs_information", "We need to know more"),
        ("refuses", "We refuse it"),
    ]
    .map(|(key, title)| (key.to_owned(), title.to_owned()))
    .to_vec()
}

fn stance(key: &str) -> Option<Stance> {
    match key {
        "accepts" => Some(Stance::Accepts),
        "accepts_in_part" => Some(Stance::AcceptsInPart),
        "needs_information" => Some(Stance::NeedsInformation),
        "refuses" => Some(Stance::Refuses),
        _ => None,
    }
}

fn reason() -> Field {
    Field::new("reason", "Why?", Kind::Prose)
}

/// The stages below, or above, the one where the case is.
fn stages(view: &CaseView, is_above: bool) -> Vec<(String, String)> {
    let policy = &view.loaded.policy;
    let here = view.escalation.stage_entries.last().map_or(0, |entry| entry.stage);
    let fits = |stage: &u32| if is_above { *stage > here } else { *stage < here };
    let titled = |stage: u32| {
        let title = policy.stage(stage).map_or("", |stage| stage.title.as_str());
        (stage.to_string(), format!("{} {stage}: {title}", capital(&policy.label)))
    };
    (1..=policy.stage_count()).filter(fits).map(titled).collect()
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Act {
    /// What its form asks for.
    pub(super) fn fields(&self, view: &CaseView) -> Vec<Field> {
        let policy = &view.loaded.policy;
        let prose = |name, label| Field::new(name, label, Kind::Prose);
        let outcome = || Field::new("outcome", "Outcome", Kind::Choice(terms(&policy.outcomes)));
        match self.kind {
            ActKind::Acknowledge => vec![
                prose("note", "When will you answer?")
                    .optional()
                    .hint("In your own words. It helps the other side to wait."),
            ],
            ActKind::Respond => vec![
                Field::new("stance", "Where does your side stand?", Kind::Choice(stances())),
                prose("rationale", "Why?"),
            ],
            ActKind::AgreeToProposal
            | ActKind::CompleteAction
            | ActKind::Resume
            | ActKind::ConfirmRecord => Vec::new(),
            ActKind::DeclineProposal | ActKind::Withdraw => vec![reason()],
            ActKind::Propose => vec![
                outcome(),
                prose("terms", "What is to be agreed?")
                    .hint("Who does what, by when. The other side agrees to these words."),
            ],
            ActKind::Determine => vec![
                outcome(),
                prose("decision", "What is determined?"),
                prose("rationale", "Why?"),
            ],
            ActKind::StatePosition => position_fields(),
            ActKind::TickTask => vec![prose("note", "Anything to add?").optional()],
            ActKind::EscalateEarly => vec![
                Field::new("to_stage", "To which stage?", Kind::Choice(stages(view, true))),
                prose("reason", "Why can it not wait?"),
            ],
            ActKind::Reopen => vec![reason()],
            _ => self.dated_fields(view),
        }
    }

    /// The same of the acts that name a time, a person or a place.
    fn dated_fields(&self, view: &CaseView) -> Vec<Field> {
        let policy = &view.loaded.policy;
        let prose = |name, label| Field::new(name, label, Kind::Prose);
        match self.kind {
            ActKind::ArrangeMeeting => vec![
                Field::new("at", "When?", Kind::Instant),
                Field::new("place", "Where?", Kind::Line).hint("A room, or a link."),
                prose("purpose", "What is it to settle?"),
            ],
            ActKind::RecordMeeting => vec![prose("record", "What did it come to?")],
            ActKind::RecordDiscussion => vec![
                Field::new("held_at", "When was it?", Kind::Instant),
                Field::new("with", "With whom?", Kind::Line),
                prose("text", "What did it come to?").optional(),
            ],
            ActKind::SetAction => vec![
                prose("what", "What is to be done?"),
                Field::new("owner", "By whom?", Kind::Line),
                Field::new("due_on", "By which day?", Kind::Date),
            ],
            ActKind::SetProtectiveDeadline => {
                vec![Field::new("at", "By when must the child be safe?", Kind::Instant), reason()]
            }
            ActKind::Extend => vec![
                Field::new("by", "How much more?", Kind::Line).hint("Such as: 2 working days."),
                permitted(policy.extension.as_ref().map_or(&[], |it| &it.reasons)),
            ],
            ActKind::Pause => vec![
                Field::new("until", "Until when at the most?", Kind::Instant),
                permitted(policy.pause.as_ref().map_or(&[], |it| &it.reasons)),
            ],
            ActKind::ChangeUrgency => vec![
                Field::new("urgency_class", "Urgency", Kind::Choice(keys(&policy.urgency_classes))),
                reason(),
            ],
            ActKind::StepDown => vec![
                Field::new("to_stage", "To which stage?", Kind::Choice(stages(view, false))),
                reason(),
            ],
            ActKind::Refer => {
                let to = policy.stages.iter().flat_map(|stage| &stage.refer_to);
                let to = to.map(|term| (term.key.clone(), term.title.clone())).collect();
                vec![Field::new("to", "To whom?", Kind::Choice(to)), reason()]
            }
            ActKind::GiveFeedback => with_themes(
                policy,
                vec![
                    prose("text", "What went well, and what did not?"),
                    prose("learning", "What can others learn from it?").optional(),
                ],
            ),
            ActKind::Debrief => with_themes(
                policy,
                vec![
                    Field::new("held_on", "On which day?", Kind::Date),
                    Field::new("with", "With whom?", Kind::Line),
                    prose("text", "What did it come to?").optional(),
                ],
            ),
            _ => Vec::new(),
        }
    }

    /// The command that its form becomes; none if something is at fault.
    pub(super) fn command(&self, form: &mut Reading<'_>) -> Option<Command> {
        let number = self.which.parse::<u32>();
        Some(match self.kind {
            ActKind::Acknowledge => Command::Acknowledge { note: form.prose("note") },
            ActKind::Respond => {
                let (key, rationale) =
                    (form.needed_choice("stance"), form.needed_prose("rationale"));
                Command::Respond { stance: stance(&key?)?, rationale: rationale? }
            }
            ActKind::AgreeToProposal => Command::ConfirmProposal { proposal: number.ok()? },
            ActKind::DeclineProposal => {
                let reason = form.needed_prose("reason")?;
                Command::DeclineProposal { proposal: number.ok()?, reason }
            }
            ActKind::Propose => {
                let (outcome, terms) = (form.needed_choice("outcome"), form.needed_prose("terms"));
                Command::Propose { outcome: outcome?, terms: terms? }
            }
            ActKind::Determine => {
                let outcome = form.needed_choice("outcome");
                let (decision, rationale) =
                    (form.needed_prose("decision"), form.needed_prose("rationale"));
                Command::Determine { outcome: outcome?, decision: decision?, rationale: rationale? }
            }
            ActKind::StatePosition => Command::StatePosition(Box::new(position(form)?)),
            ActKind::TickTask => {
                Command::TickTask { task: self.which.clone(), note: form.prose("note") }
            }
            ActKind::EscalateEarly => {
                let (to, reason) = (form.needed_choice("to_stage"), form.needed_prose("reason"));
                Command::EscalateEarly { to_stage: Some(to?.parse().ok()?), reason: reason? }
            }
            ActKind::RecordMeeting => {
                let record = form.needed_prose("record")?;
                Command::RecordMeeting { meeting: number.ok()?, record }
            }
            ActKind::CompleteAction => Command::CompleteAction { action: number.ok()? },
            ActKind::Resume => Command::Resume,
            ActKind::ConfirmRecord => Command::ConfirmRecord,
            ActKind::Reopen => {
                Command::Reopen { reason: form.needed_prose("reason")?, stage: None }
            }
            ActKind::Withdraw => Command::Withdraw { reason: form.needed_prose("reason")? },
            _ => return self.dated_command(form),
        })
    }

    /// The same of the acts that name a time, a person or a place.
    fn dated_command(&self, form: &mut Reading<'_>) -> Option<Command> {
        Some(match self.kind {
            ActKind::ArrangeMeeting => {
                let (at, place) = (form.needed_instant("at"), form.needed_line("place"));
                let purpose = form.needed_prose("purpose");
                Command::ArrangeMeeting { at: at?, place: place?, purpose: purpose? }
            }
            ActKind::RecordDiscussion => {
                let (held_at, with) = (form.needed_instant("held_at"), form.needed_line("with"));
                let text = form.prose("text");
                Command::RecordDiscussion { held_at: held_at?, with: with?, text }
            }
            ActKind::SetAction => {
                let (what, owner) = (form.needed_prose("what"), form.needed_line("owner"));
                let due_on = form.needed_date("due_on");
                Command::SetAction { what: what?, owner: owner?, due_on: due_on? }
            }
            ActKind::SetProtectiveDeadline => {
                let (at, reason) = (form.needed_instant("at"), form.needed_prose("reason"));
                Command::SetProtectiveDeadline(ProtectiveDeadline { at: at?, reason: reason? })
            }
            ActKind::Extend => {
                let (by, reason) = (form.needed_limit("by"), form.needed_prose("reason"));
                Command::Extend { task: None, by: by?, reason: reason? }
            }
            ActKind::Pause => {
                let (until, reason) = (form.needed_instant("until"), form.needed_prose("reason"));
                Command::Pause { until: until?, reason: reason? }
            }
            ActKind::ChangeUrgency => {
                let class = form.needed_choice("urgency_class");
                let reason = form.needed_prose("reason");
                Command::ChangeUrgency { urgency_class: class?, reason: reason? }
            }
            ActKind::StepDown => {
                let (to, reason) = (form.needed_choice("to_stage"), form.needed_prose("reason"));
                Command::StepDown { to_stage: to?.parse().ok()?, reason: reason? }
            }
            ActKind::Refer => {
                let (to, reason) = (form.needed_choice("to"), form.needed_prose("reason"));
                Command::Refer { to: to?, reason: reason? }
            }
            ActKind::GiveFeedback => {
                let (text, learning) = (form.needed_prose("text"), form.prose("learning"));
                Command::GiveFeedback { text: text?, learning, themes: form.several("themes") }
            }
            ActKind::Debrief => {
                let (held_on, with) = (form.needed_date("held_on"), form.needed_line("with"));
                let (text, themes) = (form.prose("text"), form.several("themes"));
                Command::Debrief { held_on: held_on?, with: with?, text, themes }
            }
            _ => return None,
        })
    }
}

/// These, and the policy's themes of learning where it lists any.
fn with_themes(policy: &Policy, mut fields: Vec<Field>) -> Vec<Field> {
    let themes = terms(&policy.learning_themes);
    if !themes.is_empty() {
        let field = Field::new("themes", "What is it about?", Kind::Several(themes)).optional();
        fields.push(field.hint("All that fit. Reports count these, and never what you write."));
    }
    fields
}

/// A reason; one of the policy's own where it lists any.
fn permitted(reasons: &[Term]) -> Field {
    if reasons.is_empty() {
        return reason();
    }
    let titles = reasons.iter().map(|term| (term.key.clone(), term.title.clone()));
    Field::new("reason", "Why?", Kind::Choice(titles.collect()))
}

fn position_fields() -> Vec<Field> {
    let prose = |name, label| Field::new(name, label, Kind::Prose);
    vec![
        prose("facts", "Facts").hint("What happened and was seen, and nothing else."),
        prose("judgement", "Your judgement").hint("What you make of it as a professional."),
        prose("rationale", "Why do you judge so?"),
        prose("agreed", "What do both sides agree on?").optional(),
        prose("disputed", "What is disputed?").optional(),
        prose("risk", "What is the risk to the child?").optional(),
        prose("childs_voice", "What does the child wish, feel and show?").optional(),
        prose("outcome_sought", "What outcome does your side seek?").optional(),
    ]
}

fn position(form: &mut Reading<'_>) -> Option<PositionBody> {
    let (facts, judgement) = (form.needed_prose("facts"), form.needed_prose("judgement"));
    let rationale = form.needed_prose("rationale");
    let position = PositionBody {
        facts: facts?,
        judgement: judgement?,
        rationale: rationale?,
        agreed: form.prose("agreed"),
        disputed: form.prose("disputed"),
        risk: form.prose("risk"),
        childs_voice: form.prose("childs_voice"),
        outcome_sought: form.prose("outcome_sought"),
    };
    Some(position)
}
