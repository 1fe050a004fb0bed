//! Who may not hear of a case, and who looked at it in an emergency.

use super::{Case, Rules};
use crate::directory::{Route, Seat, Side};
use crate::escalation::event::{Event, Signature};
use crate::escalation::refusal::Refusal;
use crate::escalation::restriction::{GLASS_LASTS, Restriction};
use crate::escalation::text::Prose;

impl Case<'_> {
    /// Puts a restriction on, or changes it. Where somebody who must act is excluded by it, the stage
    /// is routed again as if they had gone: a case must never wait for people who cannot see it.
    pub(super) fn restrict(
        &self,
        by: &Signature,
        restriction: Restriction,
        reason: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        self.raised()?;
        if self.escalation.restriction().is_some() && by.side != Side::Partnership {
            return Err(Refusal::NotYours(
                "This is restricted already. The partnership's officers change that.".to_owned(),
            ));
        }
        let mut faults = restriction.faults("/restriction", self.escalation.raiser.person_id);
        if restriction.excluded.contains(&by.person_id) {
            faults.push(crate::escalation::FieldFault::new(
                "/restriction/excluded",
                "must not name you: ask another officer of the partnership",
            ));
        }
        if !faults.is_empty() {
            return Err(Refusal::Faulty(faults));
        }
        let Route { seats: acting, gaps } = self.acting_without(&restriction)?;
        Ok(vec![Event::Restricted { restriction, reason, acting, gaps }])
    }

    /// Who must act in the current stage once these are excluded; nothing where nobody leaves it.
    fn acting_without(&self, restriction: &Restriction) -> Result<Route, Refusal> {
        let Some(entry) = self.escalation.current_entry() else { return Ok(Route::default()) };
        let directory = self.rules.directory.clone().without(&restriction.excluded);
        let leaves = |seat: &&Seat| match seat.person_id {
            Some(id) => restriction.excluded.contains(&id),
            None => !directory.reaches(seat),
        };
        if !entry.acting.iter().any(|seat| leaves(&seat)) {
            return Ok(Route::default());
        }
        let seats = entry.acting.iter().filter(|seat| !leaves(seat)).cloned().collect();
        let mut route = Route { seats, gaps: Vec::new() };
        let rules = Rules { directory: &directory, ..self.rules.clone() };
        let case = Case { escalation: self.escalation, rules: &rules, now: self.now };
        route.add(case.route_to_act(self.stage(entry.stage)?, entry.stage));
        Ok(route)
    }

    pub(super) fn lift_restriction(&self, reason: Prose) -> Result<Vec<Event>, Refusal> {
        self.raised()?;
        if self.escalation.restriction().is_none() {
            return Err(Refusal::not_now("This is not restricted."));
        }
        Ok(vec![Event::RestrictionLifted { reason }])
    }

    pub(super) fn break_glass(&self, reason: Prose) -> Result<Vec<Event>, Refusal> {
        self.raised()?;
        Ok(vec![Event::GlassBroken { reason, expires_at: self.now.plus(GLASS_LASTS) }])
    }

    pub(super) fn review_glass_break(
        &self,
        by: &Signature,
        number: u32,
        note: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        let mut all = self.escalation.glass_breaks.iter();
        let found = all.find(|it| it.number == number).ok_or(Refusal::NotFound)?;
        if found.review.is_some() {
            return Err(Refusal::not_now("Somebody looked into this already."));
        }
        if found.by.person_id == by.person_id {
            return Err(Refusal::NotYours(
                "Another officer looks into this: it was you.".to_owned(),
            ));
        }
        Ok(vec![Event::GlassBreakReviewed { number, note }])
    }
}
