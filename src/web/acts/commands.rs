//! The command that the form of an act becomes.

use super::{Act, ActKind};
use crate::directory::Person;
use crate::engine::CaseView;
use crate::escalation::{
    Command, PanelMember, PositionBody, ProtectiveDeadline, Restriction, RestrictionReason, Stance,
};
use crate::web::fields::Reading;
use std::collections::BTreeSet;

fn stance(key: &str) -> Option<Stance> {
    match key {
        "accepts" => Some(Stance::Accepts),
        "accepts_in_part" => Some(Stance::AcceptsInPart),
        "needs_information" => Some(Stance::NeedsInformation),
        "refuses" => Some(Stance::Refuses),
        _ => None,
    }
}

impl Act {
    /// The command that its form becomes; none if something is at fault.
    pub(in crate::web) fn command(&self, form: &mut Reading<'_>) -> Option<Command> {
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
            _ => return self.guarding_command(form),
        })
    }

    /// The same of the acts about who may see a case, and who decides it.
    fn guarding_command(&self, form: &mut Reading<'_>) -> Option<Command> {
        Some(match self.kind {
            ActKind::ConvenePanel => {
                let (named, chair) =
                    (form.needed_people("member_ids"), form.needed_people("chair_id"));
                let meets_at = form.instant("meets_at");
                let (mut people, chair) = (named?, chair?.into_iter().next()?);
                let chair_id = chair.id;
                // Whoever chairs it sits on it.
                if people.iter().all(|member| member.id != chair_id) {
                    people.push(chair);
                }
                // The engine looks up what the directory knows of them.
                let member = |it: Person| PanelMember {
                    person_id: it.id,
                    name: it.name,
                    agency_id: it.agency_id,
                    sector: None,
                };
                let members = people.into_iter().map(member).collect();
                Command::ConvenePanel { members, chair_id, meets_at }
            }
            ActKind::Restrict => {
                let (why, reason) = (form.needed_choice("why"), form.needed_prose("reason"));
                let mut excluded = BTreeSet::new();
                for id in form.several("on_case") {
                    excluded.insert(id.parse().ok()?);
                }
                excluded.extend(form.people("excluded").iter().map(|person| person.id));
                let excluded = excluded.into_iter().collect();
                let restriction = Restriction { reason: restriction_reason(&why?)?, excluded };
                Command::Restrict { restriction, reason: reason? }
            }
            ActKind::LiftRestriction => {
                Command::LiftRestriction { reason: form.needed_prose("reason")? }
            }
            ActKind::ReviewGlassBreak => {
                let note = form.needed_prose("note")?;
                Command::ReviewGlassBreak { number: self.which.parse().ok()?, note }
            }
            _ => return None,
        })
    }

    /// A command to try whether it could be given, where no made-up form makes one.
    pub(in crate::web) fn example(&self, view: &CaseView) -> Option<Command> {
        (self.kind == ActKind::ConvenePanel).then(|| Command::ConvenePanel {
            members: Vec::new(),
            chair_id: view.escalation.raiser.person_id,
            meets_at: None,
        })
    }
}

fn restriction_reason(key: &str) -> Option<RestrictionReason> {
    match key {
        "colleagues_child" => Some(RestrictionReason::ColleaguesChild),
        "manager_is_the_block" => Some(RestrictionReason::ManagerIsTheBlock),
        "other" => Some(RestrictionReason::Other),
        _ => None,
    }
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
