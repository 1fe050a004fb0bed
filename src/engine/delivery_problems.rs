//! What did not arrive, and which addresses fail: for those who ring people, and correct addresses.

use super::directory_lists::everybody_in;
use super::looking_up::scope_of;
use super::{Engine, EngineError, sees_addresses};
use crate::access::Actor;
use crate::directory::Person;
use crate::escalation::Refusal;
use crate::ids::{NoticeId, PersonId};
use crate::store::delivery_problems::{self, Trouble};
use crate::store::failing_addresses::{self, FailingAddress};
use crate::store::notices::StoredNotice;
use crate::store::{StoreError, escalations};

/// How many people are asked for at once.
const AT_ONCE: usize = 500;

/// A message that did not arrive, with the reference of its case.
#[derive(Debug)]
pub struct TroubledNotice {
    /// The message.
    pub notice: StoredNotice,
    /// The reference of its case; none where it is about none.
    pub reference: Option<String>,
}

impl Engine {
    /// A page of the messages in some trouble, the newest first, of the partnerships of which somebody
    /// is an officer; without those of cases that are not there for them.
    ///
    /// # Errors
    /// If they are an officer of none.
    pub async fn troubled_notices(
        &self,
        actor: Actor,
        which: (Trouble, Option<NoticeId>),
        limit: i64,
    ) -> Result<Vec<TroubledNotice>, EngineError> {
        let of: Vec<_> = actor.officer_of().collect();
        if of.is_empty() {
            let who =
                "The partnership’s officers see all messages. See a case’s own under the case.";
            return Err(Refusal::NotYours(who.to_owned()).into());
        }
        self.store()
            .read(move |r| {
                let notices = delivery_problems::list(r, actor.person_id, &of, which, limit)?;
                let mut found = Vec::with_capacity(notices.len());
                for notice in notices {
                    let case = match notice.escalation_id {
                        Some(id) => escalations::reference_of(r, id)?,
                        None => None,
                    };
                    let reference = case.map(|(reference, _)| reference);
                    found.push(TroubledNotice { notice, reference });
                }
                Ok(found)
            })
            .await
    }

    /// Everybody from whose address mail comes back, by name, for those who see addresses.
    ///
    /// # Errors
    /// Not theirs; or the world failed.
    pub async fn failing_addresses(
        &self,
        actor: Actor,
    ) -> Result<Vec<(Person, FailingAddress)>, EngineError> {
        if !sees_addresses(&actor) {
            let who = "The partnership’s officers and the administrator see addresses.";
            return Err(Refusal::NotYours(who.to_owned()).into());
        }
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                let everybody = everybody_in(r, &scope)?;
                let mut failing = std::collections::BTreeMap::new();
                for some in everybody.chunks(AT_ONCE) {
                    let ids: Vec<PersonId> = some.iter().map(|person| person.id).collect();
                    failing.extend(failing_addresses::of(r, &ids)?);
                }
                let theirs = everybody.into_iter().filter_map(|person| {
                    let marked = failing.remove(&person.id)?;
                    Some((person, marked))
                });
                Ok::<_, StoreError>(theirs.collect())
            })
            .await
            .map_err(EngineError::Store)
    }
}
