//! The pages of the journey: what each asks for, and what the draft holds afterwards.

use crate::calendar::Calendar;
use crate::engine::CaseView;
use crate::escalation::{Child, Draft, Line, Prose, ProtectiveDeadline};
use crate::ids::AgencyId;
use crate::reports::in_words;
use crate::web::acts::capital;
use crate::web::fields::{Field, Kind, Reading};
use crate::web::page::Refused;

/// A page of the journey. With the first question and the last look there are eight, and the one for
/// whoever has more to say, which the last look leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Agency,
    About,
    Child,
    Facts,
    Risk,
    Tried,
    More,
}

impl Step {
    pub(super) const ALL: [Self; 7] =
        [Self::Agency, Self::About, Self::Child, Self::Facts, Self::Risk, Self::Tried, Self::More];

    pub(super) fn address(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::About => "about",
            Self::Child => "child",
            Self::Facts => "facts",
            Self::Risk => "risk",
            Self::Tried => "tried",
            Self::More => "more",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Agency => "Whose decision do you challenge?",
            Self::About => "What is it about?",
            Self::Child => "Which child is it about?",
            Self::Facts => "What happened, and what do you make of it?",
            Self::Risk => "What is the risk to the child?",
            Self::Tried => "What was tried, and what do you seek?",
            Self::More => "Anything else?",
        }
    }

    pub(super) fn at(address: &str) -> Result<Self, Refused> {
        Self::ALL.into_iter().find(|step| step.address() == address).ok_or(Refused::NotFound)
    }

    pub(super) fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).map_or(1, |at| at + 1)
    }

    /// The page after it; the last look if there is none.
    pub(super) fn next(self) -> Option<Self> {
        Self::ALL.get(self.number()).copied().filter(|next| *next != Self::More)
    }

    /// Where it stands on the way to the last look: "page 2 of 7"; nowhere if it is beside the way.
    pub(super) fn place(self) -> Option<String> {
        let count = Self::ALL.len();
        (self != Self::More).then(|| format!("page {} of {count}", self.number()))
    }
}

/// Key and words of what there is to choose from.
pub(super) type Choices = Vec<(String, String)>;

/// Who there is to choose from.
pub(super) struct Known {
    pub(super) agencies: Choices,
    /// Of the agency that was chosen.
    pub(super) people: Choices,
}

fn prose(name: &'static str, label: &str, held: Option<&Prose>) -> Field {
    Field::new(name, label, Kind::Prose).holding(held.map(Prose::as_str))
}

fn line(name: &'static str, label: &str, held: Option<&Line>) -> Field {
    Field::new(name, label, Kind::Line).holding(held.map(Line::as_str))
}

/// What a page asks for, with what the draft holds.
pub(super) fn fields(step: Step, view: &CaseView, draft: &Draft, known: &Known) -> Vec<Field> {
    match step {
        Step::Agency => {
            let agency = draft.receiving_agency_id.map(|id| id.to_string());
            vec![
                Field::new("receiving_agency_id", "Agency", Kind::Pick(known.agencies.clone()))
                    .holding(agency.as_deref()),
                line("receiving_team", "Team", draft.receiving_team.as_ref())
                    .optional()
                    .hint("If the agency has several teams, and you know which one."),
            ]
        }
        Step::About => about_fields(view, draft, known),
        Step::Child => child_fields(draft),
        Step::Facts => vec![
            prose("facts", "Facts", draft.facts.as_ref())
                .hint("What happened and was seen, with dates. What you make of it comes below."),
            prose("judgement", "Your judgement", draft.judgement.as_ref())
                .hint("What you make of it as a professional."),
            prose("rationale", "Why do you judge so?", draft.rationale.as_ref()),
        ],
        Step::Risk => risk_fields(draft, view.loaded.calendar()),
        Step::Tried => vec![
            prose("what_was_tried", "What was tried before this?", draft.what_was_tried.as_ref())
                .hint("Whom you spoke to, when, and what they said."),
            prose("outcome_sought", "What outcome do you seek?", draft.outcome_sought.as_ref()),
        ],
        Step::More => vec![
            prose("agreed", "What do both sides agree on?", draft.agreed.as_ref()).optional(),
            prose("disputed", "What is disputed?", draft.disputed.as_ref()).optional(),
            prose(
                "information_sharing",
                "Why is information shared, or why not?",
                draft.information_sharing.as_ref(),
            )
            .optional(),
        ],
    }
}

fn about_fields(view: &CaseView, draft: &Draft, known: &Known) -> Vec<Field> {
    let policy = &view.loaded.policy;
    let areas = policy.areas_of_disagreement.iter();
    let areas = areas.map(|area| (area.key.clone(), area.title.clone())).collect();
    let classes = policy.urgency_classes.iter();
    let classes = classes.map(|key| (key.clone(), words_of_class(key))).collect::<Choices>();
    let practitioner = draft.receiving_practitioner_id.map(|id| id.to_string());
    let class = draft.urgency_class.clone().or_else(|| policy.urgency_classes.first().cloned());
    vec![
        Field::new("area_of_disagreement", "What is it about?", Kind::Choice(areas))
            .holding(draft.area_of_disagreement.as_deref()),
        Field::new("urgency_class", "How urgent is it?", Kind::Choice(classes))
            .holding(class.as_deref()),
        Field::new(
            "receiving_practitioner_id",
            "Whose decision is it, if you know?",
            Kind::Pick(known.people.clone()),
        )
        .optional()
        .hint("They are asked first. Left out, whoever leads them is asked.")
        .holding(practitioner.as_deref()),
    ]
}

fn child_fields(draft: &Draft) -> Vec<Field> {
    let child = draft.child.as_ref();
    vec![
        line("initials", "Initials", child.map(|it| &it.initials))
            .hint("Initials only. The full name stays out of this record."),
        line(
            "local_reference",
            "Your agency’s record number",
            child.and_then(|it| it.local_reference.as_ref()),
        )
        .optional(),
        line("level_of_need", "Level of need that is argued about", draft.level_of_need.as_ref())
            .optional(),
        Field::new("decision_received_on", "When did the decision reach you?", Kind::Date)
            .optional()
            .on(draft.decision_received_on),
    ]
}

fn risk_fields(draft: &Draft, calendar: &Calendar) -> Vec<Field> {
    vec![
        prose("risk", "What happens to the child if nothing changes?", draft.risk.as_ref()),
        prose(
            "childs_voice",
            "What does the child wish, feel and show?",
            draft.childs_voice.as_ref(),
        )
        .hint("In the child’s own words where you can; or why it is not known."),
        Field::new(
            "safe_by",
            "Is there a moment before which the child must be safe?",
            Kind::Instant,
        )
        .optional()
        .hint("Court, discharge, a weekend. The sooner of it and the policy’s limit counts.")
        .at(draft.protective_deadline.as_ref().map(|it| it.at), calendar),
        prose(
            "safe_by_reason",
            "Why then?",
            draft.protective_deadline.as_ref().map(|it| &it.reason),
        )
        .optional(),
    ]
}

fn words_of_class(key: &str) -> String {
    capital(&in_words(key))
}

/// The draft with what a page says. What stays empty may be filled in later: the last page says what
/// is missing.
pub(super) fn filled(step: Step, mut draft: Draft, form: &mut Reading<'_>) -> Draft {
    match step {
        Step::Agency => {
            let agency: Option<AgencyId> =
                form.choice("receiving_agency_id").and_then(|id| id.parse().ok());
            if agency != draft.receiving_agency_id {
                // Whoever was named works for the agency that was named before.
                draft.receiving_practitioner_id = None;
            }
            draft.receiving_agency_id = agency;
            draft.receiving_team = form.line("receiving_team");
        }
        Step::About => {
            draft.area_of_disagreement = form.choice("area_of_disagreement");
            draft.urgency_class = form.choice("urgency_class");
            draft.receiving_practitioner_id =
                form.choice("receiving_practitioner_id").and_then(|id| id.parse().ok());
        }
        Step::Child => {
            let (initials, local_reference) = (form.line("initials"), form.line("local_reference"));
            if initials.is_none() && local_reference.is_some() {
                form.needed_line("initials");
            }
            draft.child = initials.map(|initials| Child { initials, local_reference });
            draft.level_of_need = form.line("level_of_need");
            draft.decision_received_on = form.date("decision_received_on");
        }
        Step::Facts => {
            draft.facts = form.prose("facts");
            draft.judgement = form.prose("judgement");
            draft.rationale = form.prose("rationale");
        }
        Step::Risk => {
            draft.risk = form.prose("risk");
            draft.childs_voice = form.prose("childs_voice");
            let (at, reason) = (form.instant("safe_by"), form.prose("safe_by_reason"));
            let reason = if at.is_some() { form.needed_prose("safe_by_reason") } else { reason };
            if reason.is_some() && at.is_none() {
                form.needed_instant("safe_by");
            }
            draft.protective_deadline =
                at.zip(reason).map(|(at, reason)| ProtectiveDeadline { at, reason });
        }
        Step::Tried => {
            draft.what_was_tried = form.prose("what_was_tried");
            draft.outcome_sought = form.prose("outcome_sought");
        }
        Step::More => {
            draft.agreed = form.prose("agreed");
            draft.disputed = form.prose("disputed");
            draft.information_sharing = form.prose("information_sharing");
        }
    }
    draft
}
