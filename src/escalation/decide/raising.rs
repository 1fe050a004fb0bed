//! Writing a challenge, and raising it.

use super::{Case, Rules};
use crate::calendar::Due;
use crate::clock::UtcInstant;
use crate::directory::Party;
use crate::escalation::challenge::{Challenge, Draft, ImmediateDanger};
use crate::escalation::command::Opening;
use crate::escalation::event::{Doer, Event, Sectors};
use crate::escalation::refusal::{FieldFault, Refusal};
use crate::escalation::stage_entry::EntryReason;
use crate::escalation::state::{Content, Escalation, PolicyRef, Status};
use crate::ids::PersonId;
use crate::policy::RequiredField;

/// Begins a draft: the first question must be answered, everything else may wait.
///
/// # Errors
/// Which field is at fault.
pub fn open_draft(opening: Opening, now: UtcInstant) -> Result<(Event, Escalation), Refusal> {
    let mut faults = opening.immediate_danger.faults(now);
    faults.extend(restriction_faults(&opening.draft, opening.raiser.person_id));
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let event = Event::Drafted {
        reference: opening.reference,
        partnership_id: opening.partnership_id,
        policy: opening.policy,
        raising: opening.raising,
        immediate_danger: opening.immediate_danger,
        draft: Box::new(opening.draft),
    };
    let doer = Doer::Person(opening.raiser);
    let begun = Escalation::begin(opening.id, &event, &doer, now)
        .ok_or_else(|| Refusal::not_now("This cannot be begun by nobody."))?;
    Ok((event, begun))
}

fn restriction_faults(draft: &Draft, raiser: PersonId) -> Vec<FieldFault> {
    let restriction = draft.restriction.as_ref();
    restriction.map(|it| it.faults("/draft/restriction", raiser)).unwrap_or_default()
}

impl Case<'_> {
    pub(super) fn change_draft(
        &self,
        immediate_danger: ImmediateDanger,
        draft: Box<Draft>,
    ) -> Result<Vec<Event>, Refusal> {
        self.a_draft()?;
        let mut faults = immediate_danger.faults(self.now);
        faults.extend(restriction_faults(&draft, self.escalation.raiser.person_id));
        if !faults.is_empty() {
            return Err(Refusal::Faulty(faults));
        }
        Ok(vec![Event::DraftChanged { immediate_danger, draft }])
    }

    /// Raises the draft: the challenge must be whole, then its first stage is entered.
    pub(super) fn raise(
        &self,
        policy: PolicyRef,
        receiving: Option<Party>,
    ) -> Result<Vec<Event>, Refusal> {
        let draft = self.a_draft()?;
        let rules = self.rules;
        let ordinary = rules.policy.urgency_classes.first().map_or("", String::as_str);
        let mut faults = known_terms(draft, rules);
        required(draft, rules, &mut faults);
        self.deadline_faults(draft, &mut faults);
        if receiving.as_ref().is_some_and(|party| {
            party.agency_id == self.escalation.raising.agency_id
                && party.team == self.escalation.raising.team
        }) {
            faults.push(FieldFault::new(
                "/draft/receiving_agency_id",
                "must be another agency than yours, or another team of it",
            ));
        }
        let challenge = match draft.complete(receiving, ordinary) {
            Ok(challenge) if faults.is_empty() => challenge,
            Ok(_) => return Err(Refusal::Faulty(faults)),
            Err(missing) => {
                faults.extend(missing);
                return Err(Refusal::Faulty(faults));
            }
        };
        let (stage, reason) = match &draft.start_stage {
            Some(start) => (start.stage, Some(start.reason.clone())),
            None => (self.first_stage(&challenge), None),
        };
        let raised = Event::Raised {
            policy,
            late_after: self.late_after(&challenge),
            sectors: self.sectors(&challenge),
            challenge: Box::new(challenge),
            protective_deadline: draft.protective_deadline.clone(),
        };
        let doer = Doer::Person(self.escalation.raiser.clone());
        let after = self.escalation.clone().apply(&raised, &doer, self.now);
        let case = Case { escalation: &after, rules, now: self.now };
        let entered = case.enter_stage(stage, 1, EntryReason::Raised, reason)?;
        Ok(vec![raised, entered])
    }

    /// The stage in which a case starts by its urgency class, those that are not for it passed by.
    fn first_stage(&self, challenge: &Challenge) -> u32 {
        let policy = self.rules.policy;
        let mut with = self.escalation.clone();
        with.content = Content::Raised(Box::new(challenge.clone()));
        let case = Case { escalation: &with, ..*self };
        let mut stage = policy.start_stage(&challenge.urgency_class);
        while stage < policy.stage_count()
            && policy.stage(stage).is_some_and(|it| !case.holds(&it.when))
        {
            stage = stage.saturating_add(1);
        }
        stage
    }

    fn sectors(&self, challenge: &Challenge) -> Option<Sectors> {
        let directory = self.rules.directory;
        let raising = directory.sector_of(self.escalation.raising.agency_id)?;
        let receiving = directory.sector_of(challenge.receiving.agency_id)?;
        Some(Sectors { raising, receiving })
    }

    /// By when the policy wants a challenge raised, where that has passed. Nobody is turned away.
    fn late_after(&self, challenge: &Challenge) -> Option<Due> {
        let within = self.rules.policy.raising.within.as_ref()?;
        let calendar = self.rules.calendars.partnership();
        let day = challenge.decision_received_on?;
        let received = calendar.instant_of(day.and_time(calendar.rules().day_ends));
        Some(calendar.due_of(received, within)).filter(|due| due.at < self.now)
    }

    fn a_draft(&self) -> Result<&Draft, Refusal> {
        match (&self.escalation.content, self.escalation.status) {
            (Content::Draft(draft), Status::Draft) => Ok(draft),
            (_, Status::Withdrawn) => {
                Err(Refusal::not_now("This draft was discarded. Begin a new one."))
            }
            _ => Err(Refusal::not_now("This was raised already. State a position to add to it.")),
        }
    }

    fn deadline_faults(&self, draft: &Draft, faults: &mut Vec<FieldFault>) {
        if draft.protective_deadline.as_ref().is_some_and(|deadline| deadline.at <= self.now) {
            faults.push(FieldFault::new(
                "/draft/protective_deadline/at",
                "must be in the future: a time before which the child must be safe",
            ));
        }
        let today = self.rules.calendars.partnership().local(self.now).date_naive();
        if draft.decision_received_on.is_some_and(|day| day > today) {
            faults
                .push(FieldFault::new("/draft/decision_received_on", "must not be in the future"));
        }
        if draft
            .start_stage
            .as_ref()
            .is_some_and(|start| self.rules.policy.stage(start.stage).is_none())
        {
            faults.push(FieldFault::new(
                "/draft/start_stage/stage",
                format!("must be from 1 to {}", self.rules.policy.stage_count()),
            ));
        }
    }
}

/// What the policy requires beside what every challenge needs.
fn required(draft: &Draft, rules: &Rules<'_>, faults: &mut Vec<FieldFault>) {
    for field in &rules.policy.raising.require {
        let (is_there, name, detail) = match field {
            RequiredField::DecisionReceivedOn => (
                draft.decision_received_on.is_some(),
                "decision_received_on",
                "say on which day the decision was received",
            ),
            RequiredField::LevelOfNeed => {
                (draft.level_of_need.is_some(), "level_of_need", "say which level of need it is")
            }
            RequiredField::ReceivingPractitionerId => (
                draft.receiving_practitioner_id.is_some(),
                "receiving_practitioner_id",
                "say whose decision it is",
            ),
            RequiredField::Agreed => {
                (draft.agreed.is_some(), "agreed", "say what both sides agree on")
            }
            RequiredField::Disputed => {
                (draft.disputed.is_some(), "disputed", "say what is disputed")
            }
            RequiredField::InformationSharing => (
                draft.information_sharing.is_some(),
                "information_sharing",
                "say why information is shared, or why not",
            ),
            RequiredField::ProtectiveDeadline => (
                draft.protective_deadline.is_some(),
                "protective_deadline",
                "say by when the child must be safe",
            ),
        };
        if !is_there {
            faults.push(FieldFault::new(format!("/draft/{name}"), detail));
        }
    }
}

fn known_terms(draft: &Draft, rules: &Rules<'_>) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let areas = &rules.policy.areas_of_disagreement;
    if let Some(area) = &draft.area_of_disagreement
        && !areas.iter().any(|term| term.key == *area)
    {
        let keys: Vec<&str> = areas.iter().map(|term| term.key.as_str()).collect();
        faults.push(FieldFault::new(
            "/draft/area_of_disagreement",
            format!("must be one of: {}", keys.join(", ")),
        ));
    }
    let classes = &rules.policy.urgency_classes;
    if let Some(class) = &draft.urgency_class
        && !classes.contains(class)
    {
        faults.push(FieldFault::new(
            "/draft/urgency_class",
            format!("must be one of: {}", classes.join(", ")),
        ));
    }
    faults
}
