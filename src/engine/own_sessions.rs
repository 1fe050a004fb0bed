//! Somebody's own sessions: on which devices they are signed in, and ending that.

use super::{Engine, EngineError};
use crate::access::Actor;
use crate::escalation::Refusal;
use crate::ids::SessionId;
use crate::store::StoreError;
use crate::store::sessions::{self, Session};

impl Engine {
    /// One's own sessions that are open, the newest first.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn own_sessions(&self, actor: &Actor) -> Result<Vec<Session>, EngineError> {
        let now = self.now();
        let person_id = actor.person_id;
        let found: Result<Vec<Session>, StoreError> =
            self.store().read(move |r| sessions::of_person(r, person_id, now)).await;
        Ok(found?.into_iter().filter(|session| self.is_open(session, now)).collect())
    }

    /// Ends a session of one's own.
    ///
    /// # Errors
    /// Not found; or the world failed.
    pub async fn end_own_session(
        &self,
        actor: Actor,
        session_id: SessionId,
    ) -> Result<(), EngineError> {
        let now = self.now();
        self.store()
            .write(move |w| {
                let theirs = sessions::find(w, session_id)?
                    .filter(|session| session.person_id == actor.person_id)
                    .ok_or(Refusal::NotFound)?;
                sessions::end(w, theirs.id, now)?;
                Ok(())
            })
            .await
    }

    /// Ends all sessions of one's own, save the one in which this is asked.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn end_other_sessions(&self, actor: Actor) -> Result<(), EngineError> {
        let now = self.now();
        let (person_id, save) = (actor.person_id, Some(actor.session_id));
        let ended: Result<usize, StoreError> =
            self.store().write(move |w| sessions::end_all_of(w, person_id, save, now)).await;
        ended?;
        Ok(())
    }
}
