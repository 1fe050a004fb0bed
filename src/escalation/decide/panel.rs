//! The last stage: naming its panel, and referring a case out.

use super::Case;
use crate::clock::UtcInstant;
use crate::directory::{Rung, Seat, SeatCapacity, Sector, Side};
use crate::escalation::command::PanelMember;
use crate::escalation::event::{Event, Signature};
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::{LeavingReason, StageEntry};
use crate::escalation::task_run::Panel;
use crate::escalation::text::Prose;
use crate::ids::{AgencyId, PersonId};
use crate::policy::{EndingRule, PanelRule};
use std::collections::BTreeSet;

impl Case<'_> {
    /// Names the panel. Everything that the policy wants of it is checked, and that nobody sits on
    /// it who had a part in the case.
    pub(super) fn convene_panel(
        &self,
        members: Vec<PanelMember>,
        chair_id: PersonId,
        meets_at: Option<UtcInstant>,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let stage = self.stage(entry.stage)?;
        let rule = stage
            .panel
            .as_ref()
            .ok_or_else(|| Refusal::not_now("The policy has no panel in this stage."))?;
        if meets_at.is_some_and(|at| at <= self.now) {
            return Err(Refusal::field("/meets_at", "must be in the future"));
        }
        for member in &members {
            self.no_conflict(member, rule)?;
        }
        self.composition(&members, chair_id, rule)?;
        let members = members.iter().map(seat_of).collect();
        let panel = Panel { members, chair_id, convened_at: self.now, meets_at };
        Ok(vec![Event::PanelConvened { panel: Box::new(panel) }])
    }

    fn no_conflict(&self, member: &PanelMember, rule: &PanelRule) -> Result<(), Refusal> {
        let it = self.escalation;
        let refused = |why: &str| {
            Err(Refusal::field("/member_ids", format!("{} {why}: name somebody else", member.name)))
        };
        if it.excludes(member.person_id) {
            return refused("cannot sit on this panel");
        }
        let is_them =
            |by: &Signature| by.side != Side::Partnership && by.person_id == member.person_id;
        let acted = it.positions.iter().any(|p| is_them(&p.by))
            || it.responses.iter().any(|r| is_them(&r.by))
            || it.proposals.iter().any(|p| is_them(&p.by));
        let reached = it
            .reached()
            .iter()
            .any(|seat| seat.side != Side::Partnership && seat.person_id == Some(member.person_id));
        if member.person_id == it.raiser.person_id {
            return refused("raised the challenge");
        }
        let challenge = it.challenge();
        if challenge.is_some_and(|it| it.receiving_practitioner_id == Some(member.person_id)) {
            return refused("made the decision in dispute");
        }
        if acted || reached {
            return refused("had a part in this case");
        }
        let agencies = [Side::Raising, Side::Receiving]
            .into_iter()
            .filter_map(|side| self.party(side))
            .map(|party| party.agency_id)
            .collect::<Vec<AgencyId>>();
        if rule.independent && member.agency_id.is_some_and(|id| agencies.contains(&id)) {
            return refused("works for one of the two agencies in dispute");
        }
        Ok(())
    }

    fn composition(
        &self,
        members: &[PanelMember],
        chair_id: PersonId,
        rule: &PanelRule,
    ) -> Result<(), Refusal> {
        let fault = |detail: String| Err(Refusal::field("/member_ids", detail));
        let people: BTreeSet<PersonId> = members.iter().map(|it| it.person_id).collect();
        if people.len() < members.len() {
            return fault("must name nobody twice".to_owned());
        }
        let size = u32::try_from(members.len()).unwrap_or(u32::MAX);
        if size < rule.size {
            return fault(format!("must name at least {} people", rule.size));
        }
        let agencies: BTreeSet<Option<AgencyId>> = members.iter().map(|it| it.agency_id).collect();
        if u32::try_from(agencies.len()).unwrap_or(u32::MAX) < rule.agencies {
            return fault(format!("must come from at least {} agencies", rule.agencies));
        }
        let sectors: BTreeSet<Sector> = members.iter().filter_map(|it| it.sector).collect();
        if let Some(sector) = rule.sectors.iter().find(|sector| !sectors.contains(sector)) {
            return fault(format!("must have somebody of the sector '{}'", sector.in_words()));
        }
        let Some(chair) = members.iter().find(|it| it.person_id == chair_id) else {
            return Err(Refusal::field("/chair_id", "must be one of the members"));
        };
        let may_chair = rule.chair.is_empty()
            || self.route_all(&rule.chair).seats.iter().any(|it| it.person_id == Some(chair_id));
        if !may_chair {
            let whom: Vec<String> =
                rule.chair.iter().map(|who| self.rules.policy.who_in_words(who)).collect();
            return Err(Refusal::field(
                "/chair_id",
                format!("{} may not chair: the policy wants {}", chair.name, whom.join(" or ")),
            ));
        }
        Ok(())
    }

    /// Whether somebody may determine here: on a panel, where the policy has one.
    pub(super) fn on_the_panel(&self, entry: &StageEntry, by: &Signature) -> Result<(), Refusal> {
        if self.stage(entry.stage)?.panel.is_none() {
            return Ok(());
        }
        let Some(panel) = &entry.panel else {
            return Err(Refusal::not_now("The panel determines this. Name it first."));
        };
        if panel.members.iter().any(|seat| seat.person_id == Some(by.person_id)) {
            return Ok(());
        }
        let names: Vec<&str> = panel.members.iter().map(|seat| seat.name.as_str()).collect();
        Err(Refusal::NotYours(format!("The panel determines this: {}.", names.join(", "))))
    }

    /// Refers the case to a body that decides.
    pub(super) fn refer(&self, to: String, reason: Prose) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let stage = self.stage(entry.stage)?;
        if stage.ending != EndingRule::Referral {
            return Err(Refusal::not_now("The policy refers no case out from here."));
        }
        if !stage.refer_to.iter().any(|term| term.key == to) {
            let keys: Vec<&str> = stage.refer_to.iter().map(|term| term.key.as_str()).collect();
            return Err(Refusal::field("/to", format!("must be one of: {}", keys.join(", "))));
        }
        self.needs(&stage.exit_needs, entry)?;
        Ok(vec![self.left(entry, LeavingReason::Referred), Event::Referred { to, reason }])
    }
}

fn seat_of(member: &PanelMember) -> Seat {
    Seat {
        side: Side::Partnership,
        rung: Rung::Partnership,
        post_id: None,
        post_title: Some("Member of the panel".to_owned()),
        person_id: Some(member.person_id),
        name: member.name.clone(),
        capacity: SeatCapacity::Person,
    }
}
