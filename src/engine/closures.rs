//! Days on which a partnership is closed, beside those of its policies: set by its officers.
//!
//! They count for every deadline that is worked out from then on. What is due already stays due when
//! it is.

use super::change::{Answered, Answering, Request};
use super::directory::stale;
use super::{Engine, EngineError};
use crate::access::{self, Actor};
use crate::clock::UtcInstant;
use crate::escalation::{Line, Refusal};
use crate::ids::PartnershipId;
use crate::store::closures::{self, Closure};
use crate::store::{Reader, directory};
use chrono::{Days, NaiveDate};

/// How far ahead a closure may be set, in days: further ahead it is a slip of the pen.
const DAYS_AHEAD_MAX: u64 = 3 * 366;

impl Engine {
    /// Adds a closure.
    ///
    /// # Errors
    /// Not found, not theirs, a day that is past, too far ahead or closed already.
    pub async fn add_closure(
        &self,
        request: Request,
        partnership_id: PartnershipId,
        day: NaiveDate,
        reason: Line,
        answering: impl Answering<Closure>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        self.once(request, answering, move |_, w, request| {
            may_set_rules(w, &request.actor, partnership_id)?;
            let today = today(now);
            if day < today {
                return Err(Refusal::field("/day", "must be today or later").into());
            }
            if today.checked_add_days(Days::new(DAYS_AHEAD_MAX)).is_none_or(|last| day > last) {
                return Err(Refusal::field("/day", "must be within the next three years").into());
            }
            if closures::find(w, partnership_id, day)?.is_some() {
                return Err(Refusal::field("/day", "is a closure already").into());
            }
            let it = Closure {
                partnership_id,
                day,
                reason: reason.to_string(),
                added_by: request.actor.person_id,
                added_at: now,
                withdrawn: None,
            };
            closures::insert(w, &it)?;
            Ok(it)
        })
        .await
    }

    /// Withdraws a closure that is still to come.
    ///
    /// # Errors
    /// Not found, not theirs, or that its day has come.
    pub async fn withdraw_closure(
        &self,
        request: Request,
        partnership_id: PartnershipId,
        day: NaiveDate,
        answering: impl Answering<Closure>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        self.once(request, answering, move |_, w, request| {
            may_set_rules(w, &request.actor, partnership_id)?;
            let mut it = closures::find(w, partnership_id, day)?.ok_or(Refusal::NotFound)?;
            if day <= today(now) {
                let why = "Its day has come, and deadlines were worked out by it: it stays.";
                return Err(Refusal::not_now(why).into());
            }
            let by = request.actor.person_id;
            closures::withdraw(w, partnership_id, day, by, now).map_err(stale)?;
            it.withdrawn = Some((by, now));
            Ok(it)
        })
        .await
    }
}

/// The day, nearly: until an hour after midnight in summer it is the day before. Nobody is at work
/// then, and nothing hangs on it.
fn today(now: UtcInstant) -> NaiveDate {
    now.utc().date_naive()
}

/// A partnership's officers; whoever has no part in it does not learn that it is there.
pub(super) fn may_set_rules(
    r: &mut Reader<'_>,
    actor: &Actor,
    partnership_id: PartnershipId,
) -> Result<(), EngineError> {
    let has_part = directory::partnerships_of(r, actor)?.contains(&partnership_id);
    if !has_part && !actor.administrator {
        return Err(Refusal::NotFound.into());
    }
    Ok(access::may_set_rules(actor, partnership_id)?)
}
