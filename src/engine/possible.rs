//! What somebody could do with a case now: so that a page offers that, and nothing else.
//!
//! It is no second set of rules. Each act is tried, by an example of it, at the same two questions
//! that the door asks: may they, and what would it make happen? Nothing is kept of the answer.

use super::{Engine, EngineError};
use crate::access::{self, Actor};
use crate::escalation::{Command, Refusal, decide};
use crate::ids::EscalationId;
use crate::store::escalations;

impl Engine {
    /// Of each command: whether this person could give it, or one like it, to a case as it is now. A
    /// fault in the command's own words does not count against it.
    ///
    /// # Errors
    /// Not found for those who may not see the case; or the world failed.
    pub async fn are_possible(
        &self,
        actor: Actor,
        which: EscalationId,
        commands: Vec<Command>,
    ) -> Result<Vec<bool>, EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .read(move |r| {
                let stored = escalations::find(r, which)?.ok_or(Refusal::NotFound)?;
                access::may_see(&actor, &stored.escalation, now)?;
                let held = engine.hold(r, stored, None, now)?;
                let case = &held.stored.escalation;
                let is_possible = |command: Command| {
                    let Ok(by) = access::may(&actor, command.kind(), case, now) else {
                        return false;
                    };
                    match decide(case, &held.rules(), Some(&by), command, now) {
                        Ok(events) => !events.is_empty(),
                        Err(refusal) => matches!(refusal, Refusal::Faulty(_)),
                    }
                };
                Ok(commands.into_iter().map(is_possible).collect())
            })
            .await
    }
}
