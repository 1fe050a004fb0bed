//! What the form of each act asks for.

use super::{Act, ActKind, capital};
use crate::engine::CaseView;
use crate::policy::{Policy, Term};
use crate::web::fields::{Field, Kind};

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

impl Act {
    /// What its form asks for.
    pub(in crate::web) fn fields(&self, view: &CaseView) -> Vec<Field> {
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
            _ => self.guarding_fields(view),
        }
    }

    /// The same of the acts about who may see a case, and who decides it.
    fn guarding_fields(&self, view: &CaseView) -> Vec<Field> {
        match self.kind {
            ActKind::ConvenePanel => vec![
                Field::new("member_ids", "Who sits on it?", Kind::People)
                    .hint("Their names as they stand in the directory, one a line."),
                Field::new("chair_id", "Who chairs it?", Kind::Person)
                    .hint("Whoever chairs it is one of its members."),
                Field::new("meets_at", "When does it meet?", Kind::Instant).optional(),
            ],
            ActKind::Restrict => restriction_fields(view),
            ActKind::LiftRestriction => vec![reason()],
            ActKind::ReviewGlassBreak => {
                vec![Field::new("note", "What did you find?", Kind::Prose)]
            }
            _ => Vec::new(),
        }
    }
}

fn restriction_fields(view: &CaseView) -> Vec<Field> {
    let it = &view.escalation;
    let reasons = [
        ("colleagues_child", "It is about a colleague’s own child"),
        ("manager_is_the_block", "The raiser’s manager is what stands in the way"),
        ("other", "Another reason"),
    ];
    let reasons = reasons.map(|(key, title)| (key.to_owned(), title.to_owned())).to_vec();
    let seats = it.reached().into_iter();
    let others = seats.filter_map(|seat| {
        let person_id = seat.person_id.filter(|id| *id != it.raiser.person_id)?;
        let post = seat.post_title.as_ref().map_or(String::new(), |title| format!(", {title}"));
        Some((person_id.to_string(), format!("{}{post}", seat.name)))
    });
    let mut on_case: Vec<(String, String)> = Vec::new();
    for (id, title) in others {
        if on_case.iter().all(|(known, _)| *known != id) {
            on_case.push((id, title));
        }
    }
    let mut fields = vec![Field::new("why", "Why is it restricted?", Kind::Choice(reasons))];
    if !on_case.is_empty() {
        let label = "Who on the case must not see it any more?";
        fields.push(Field::new("on_case", label, Kind::Several(on_case)).optional());
    }
    fields
        .push(Field::new("excluded", "Who else must not hear of it?", Kind::People).optional().hint(
        "Names as they stand in the directory, one a line. Whoever may come to it by their post, \
             such as a manager, belongs here.",
    ));
    fields.push(Field::new("reason", "Say more about why", Kind::Prose));
    fields
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
