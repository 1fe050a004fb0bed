//! Working the deadlines of a partnership's open cases out again: an explicit act, with a list of
//! what moves. A holiday or a closure that becomes known later moves no deadline by itself.

use super::change::{Answered, Answering, Request};
use super::closures::may_set_rules;
use super::{Engine, EngineError};
use crate::access;
use crate::clock::UtcInstant;
use crate::escalation::{Command, CommandKind, Doer, Escalation, Prose, TaskRun, decide};
use crate::ids::{EscalationId, PartnershipId};
use crate::store::{StoreError, Writer, escalations};
use chrono::TimeDelta;

/// How many cases are read at once.
const PAGE: i64 = 200;

/// A recount that is asked for.
#[derive(Debug, Clone)]
pub struct RecountWish {
    /// The partnership whose open cases are meant.
    pub partnership_id: PartnershipId,
    /// Why, for the timelines.
    pub reason: Prose,
    /// Whether it is done. If not, what would move is listed and nothing is changed.
    pub apply: bool,
}

/// A deadline of a case that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedDeadline {
    /// The case.
    pub escalation_id: EscalationId,
    /// Its reference.
    pub reference: String,
    /// The stage where it is.
    pub stage: u32,
    /// The key of the task; `stage` for the stage's own clock.
    pub task: String,
    /// When it was due.
    pub due_before: UtcInstant,
    /// When it is due now.
    pub due_after: UtcInstant,
    /// The sum in words.
    pub derivation: String,
}

impl Engine {
    /// Works the deadlines of the partnership's open cases out again, all of them or none.
    ///
    /// # Errors
    /// Not theirs, not found, or the world failed.
    pub async fn recount(
        &self,
        request: Request,
        wish: RecountWish,
        answering: impl Answering<Vec<MovedDeadline>>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        self.once(request, answering, move |engine, w, request| {
            engine.recount_in(w, request, &wish, now)
        })
        .await
    }

    fn recount_in(
        &self,
        w: &mut Writer<'_>,
        request: &Request,
        wish: &RecountWish,
        now: UtcInstant,
    ) -> Result<Vec<MovedDeadline>, EngineError> {
        // The list names cases, which whoever only keeps the directory does not see.
        may_set_rules(w, &request.actor, wish.partnership_id)?;
        let mut moved = Vec::new();
        let mut after: Option<(UtcInstant, EscalationId)> = None;
        let far = now.plus(TimeDelta::days(36_500));
        loop {
            let page = escalations::due(w, far, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(moved) };
            after = Some(*last);
            for (_, which) in page {
                moved.extend(self.recount_case(w, request, wish, which, now)?);
            }
        }
    }

    fn recount_case(
        &self,
        w: &mut Writer<'_>,
        request: &Request,
        wish: &RecountWish,
        which: EscalationId,
        now: UtcInstant,
    ) -> Result<Vec<MovedDeadline>, EngineError> {
        let stored = match escalations::lock(w, which) {
            // It must not keep the others from being worked out.
            Err(error) if error.is_about_what_is_stored() => {
                tracing::error!(escalation_id = %which, %error, "a case is left out of a recount");
                return Ok(Vec::new());
            }
            stored => stored?.ok_or(StoreError::Missing("a case"))?,
        };
        let it = &stored.escalation;
        if it.partnership_id != wish.partnership_id {
            return Ok(Vec::new());
        }
        // For an officer whom it excludes the case is not there. Another officer's recount moves it.
        if access::may_see(&request.actor, it, now).is_err() {
            return Ok(Vec::new());
        }
        let before = stored.escalation.clone();
        let held = self.hold(w, stored, None, now)?;
        let command = Command::Recount { reason: wish.reason.clone() };
        let after = if wish.apply {
            let it = &held.stored.escalation;
            let by = access::may(&request.actor, CommandKind::MovePolicy, it, now)?;
            self.perform(w, &held, Doer::Person(by), command, now)?
        } else {
            let it = &held.stored.escalation;
            let by = it.raiser.clone();
            let events = decide(it, &held.rules(), Some(&by), command, now)?;
            let doer = Doer::Person(by);
            events.iter().fold(it.clone(), |it, event| it.apply(event, &doer, now))
        };
        Ok(moved(&before, &after))
    }
}

/// The deadlines that differ between a case before and after.
fn moved(before: &Escalation, after: &Escalation) -> Vec<MovedDeadline> {
    let (Some(was), Some(is)) = (before.current_entry(), after.current_entry()) else {
        return Vec::new();
    };
    let before_it = was.all_tasks();
    let mut moved = Vec::new();
    for run in is.all_tasks().iter() {
        let old = before_it.iter().find(|old| old.key == run.key).and_then(TaskRun::clock);
        if let (Some(old), Some(new)) = (old, run.clock())
            && old.due.at != new.due.at
        {
            moved.push(MovedDeadline {
                escalation_id: after.id,
                reference: after.reference.clone(),
                stage: is.stage,
                task: run.key.clone(),
                due_before: old.due.at,
                due_after: new.due.at,
                derivation: new.due.derivation.clone(),
            });
        }
    }
    moved
}
