//! Who of a side does an act, and what command it is.

use super::act::{By, Doing};
use super::play::{Simulation, Words};
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::escalation::{Command, Escalation, PositionBody, Prose, ProtectiveDeadline};
use crate::ids::PersonId;
use crate::policy::Permission;

impl Simulation {
    /// Those who may be meant, the first to be asked first: whoever has the task or must act in
    /// the stage, then whoever the case has reached.
    pub(super) fn candidates(
        &self,
        by: &By,
        doing: &Doing,
        escalation: &Escalation,
    ) -> Vec<PersonId> {
        let side = match by {
            By::Who(who) => return self.world().holders(who),
            By::Side(side) => *side,
        };
        let mut found: Vec<PersonId> = Vec::new();
        let mut add = |ids: &mut dyn Iterator<Item = PersonId>| {
            for id in ids {
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        };
        if let Some(entry) = escalation.stage_entries.last() {
            let is_it = |key: &String| matches!(doing, Doing::TickTask { task } if task == key);
            let of_task = entry.tasks.iter().filter(|run| is_it(&run.key));
            let seats = of_task.flat_map(|run| &run.acting).chain(&entry.acting);
            add(&mut seats.filter(|it| it.side == side).filter_map(|it| it.person_id));
        }
        if side == Side::Raising {
            add(&mut std::iter::once(escalation.raiser.person_id));
        }
        let reached = escalation.reached();
        add(&mut reached.iter().filter(|it| it.side == side).filter_map(|it| it.person_id));
        if side == Side::Partnership {
            add(&mut self.world().partnership_people().into_iter());
        }
        found
    }

    /// The command that an act is.
    ///
    /// # Errors
    /// That there is nothing to give it to, in words.
    pub(super) fn command(
        &self,
        doing: &Doing,
        escalation: &Escalation,
        now: UtcInstant,
    ) -> Result<Command, String> {
        let Words { prose, line } = self.words().clone();
        Ok(match doing.clone() {
            Doing::Acknowledge => Command::Acknowledge { note: None },
            Doing::Respond { stance } => Command::Respond { stance, rationale: prose },
            Doing::StatePosition => Command::StatePosition(Box::new(position(&prose))),
            Doing::Propose { outcome } => Command::Propose { outcome, terms: prose },
            Doing::Confirm => Command::ConfirmProposal { proposal: on_the_table(escalation)? },
            Doing::Decline => {
                let proposal = on_the_table(escalation)?;
                Command::DeclineProposal { proposal, reason: prose }
            }
            Doing::EscalateEarly { to_stage } => Command::EscalateEarly { to_stage, reason: prose },
            Doing::Withdraw => Command::Withdraw { reason: prose },
            Doing::Reopen { stage } => Command::Reopen { reason: prose, stage },
            Doing::Determine { outcome } => {
                Command::Determine { outcome, decision: prose.clone(), rationale: prose }
            }
            Doing::Refer { to } => Command::Refer { to, reason: prose },
            Doing::RecordDiscussion => {
                Command::RecordDiscussion { held_at: now, with: line, text: None }
            }
            Doing::ArrangeMeeting { after } => {
                let at = after.after(self.calendar(), now);
                Command::ArrangeMeeting { at, place: line, purpose: prose }
            }
            Doing::RecordMeeting => {
                let latest = escalation.meetings.iter().rfind(|it| it.record.is_none());
                let meeting = latest.ok_or("There is no meeting to record.")?.number;
                Command::RecordMeeting { meeting, record: prose }
            }
            Doing::TickTask { task } => Command::TickTask { task, note: None },
            Doing::SetAction => {
                let due_on = self.calendar().local(now).date_naive();
                Command::SetAction { what: prose, owner: line, due_on }
            }
            other => return self.command_of_clocks(other, escalation, now),
        })
    }

    fn command_of_clocks(
        &self,
        doing: Doing,
        escalation: &Escalation,
        now: UtcInstant,
    ) -> Result<Command, String> {
        let policy = self.policy();
        let reason = |permission: &Option<Permission>| self.reason(permission.as_ref());
        Ok(match doing {
            Doing::Pause { lasting } => {
                let until = self.calendar().due_of(now, &lasting).at;
                Command::Pause { until, reason: reason(&policy.pause)? }
            }
            Doing::Resume => Command::Resume,
            Doing::Extend { task, more } => {
                Command::Extend { task, by: more, reason: reason(&policy.extension)? }
            }
            Doing::ChangeUrgency { urgency_class } => {
                Command::ChangeUrgency { urgency_class, reason: self.words().prose.clone() }
            }
            Doing::StepDown { to_stage } => {
                Command::StepDown { to_stage, reason: reason(&policy.step_down)? }
            }
            Doing::SetProtectiveDeadline { at } => {
                let at = at.instant(self.calendar());
                let reason = self.words().prose.clone();
                Command::SetProtectiveDeadline(ProtectiveDeadline { at, reason })
            }
            Doing::ConvenePanel => return self.panel(escalation),
            other => return Err(format!("Nothing is done by '{other}'.")),
        })
    }

    /// The first reason that a permission counts, where it names them.
    fn reason(&self, permission: Option<&Permission>) -> Result<Prose, String> {
        match permission.and_then(|permission| permission.reasons.first()) {
            Some(term) => Prose::try_from(term.key.clone()),
            None => Ok(self.words().prose.clone()),
        }
    }

    /// A panel as the policy wants it, of people who have no part in the case.
    fn panel(&self, escalation: &Escalation) -> Result<Command, String> {
        let entry = escalation.current_entry();
        let stage = entry.and_then(|entry| self.policy().stage(entry.stage));
        let rule = stage.and_then(|stage| stage.panel.as_ref());
        let rule = rule.ok_or("The policy has no panel in this stage.")?;
        let world = self.world();
        let chair = rule.chair.iter().find_map(|who| world.holders(who).first().copied());
        let sector_of = |id: &PersonId| world.panel_member(*id).and_then(|member| member.sector);
        let mut members: Vec<PersonId> = chair.into_iter().collect();
        for sector in &rule.sectors {
            let fits = world.panellists().iter().find(|id| sector_of(id) == Some(*sector));
            if let Some(id) = fits.filter(|id| !members.contains(id)) {
                members.push(*id);
            }
        }
        let wanted = usize::try_from(rule.size.max(rule.agencies)).unwrap_or(usize::MAX);
        for id in world.panellists() {
            if members.len() < wanted && !members.contains(id) {
                members.push(*id);
            }
        }
        let chair_id = *members.first().ok_or("There is nobody to sit on a panel.")?;
        let members = members.into_iter().filter_map(|id| world.panel_member(id)).collect();
        Ok(Command::ConvenePanel { members, chair_id, meets_at: None })
    }
}

fn on_the_table(escalation: &Escalation) -> Result<u32, String> {
    let open = escalation.open_proposal();
    Ok(open.ok_or("There is no proposal on the table.")?.number)
}

fn position(prose: &Prose) -> PositionBody {
    PositionBody {
        facts: prose.clone(),
        judgement: prose.clone(),
        rationale: prose.clone(),
        agreed: None,
        disputed: None,
        risk: None,
        childs_voice: None,
        outcome_sought: None,
    }
}
