//! Minding the server: how it is, which cases stand aside, who cannot sign in yet, and which machines
//! there are. For administrators and the partnerships' officers.

use super::directory_lists::everybody_in;
use super::keeping::partnerships_of_person;
use super::looking_up::scope_of;
use super::{Engine, EngineError, Numbers, sees_addresses};
use crate::access::{self, Actor};
use crate::clock::UtcInstant;
use crate::directory::{Person, PersonKind};
use crate::escalation::Refusal;
use crate::store::due::{self, CaseAside};
use crate::store::nodes::{self, Node};
use crate::store::{StoreError, account_holders};

/// The most nodes, and cases that stand aside, that are listed.
const LISTED_MAX: i64 = 50;

/// How the server is.
#[derive(Debug)]
pub struct ServerState {
    /// What this node sees of itself, and of the messages.
    pub numbers: Numbers,
    /// The server processes on this database, the latest seen first.
    pub nodes: Vec<Node>,
    /// The cases that stand aside of which the viewer may hear.
    pub aside: Vec<CaseAside>,
}

impl Engine {
    /// How the server is.
    ///
    /// # Errors
    /// Not theirs; or the world failed.
    pub async fn server_state(&self, actor: Actor) -> Result<ServerState, EngineError> {
        if !sees_addresses(&actor) {
            let who = "Administrators and the partnerships’ officers see how the server is.";
            return Err(Refusal::NotYours(who.to_owned()).into());
        }
        let numbers = self.numbers().await?;
        let of: Vec<_> = actor.officer_of().collect();
        let found: Result<_, StoreError> = self
            .store()
            .read(move |r| {
                let nodes = nodes::list(r, LISTED_MAX)?;
                Ok((nodes, due::list_set_aside_of(r, actor.person_id, &of, LISTED_MAX)?))
            })
            .await;
        let (nodes, aside) = found?;
        Ok(ServerState { numbers, nodes, aside })
    }

    /// The people who cannot sign in yet and whom the viewer may invite, by name, with until when an
    /// invitation of theirs works.
    ///
    /// # Errors
    /// Not theirs; or the world failed.
    pub async fn people_without_account(
        &self,
        actor: Actor,
    ) -> Result<Vec<(Person, Option<UtcInstant>)>, EngineError> {
        let now = self.now();
        if !sees_addresses(&actor) {
            access::may_invite(&actor, &[], false)?;
        }
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                let holders = account_holders::all(r)?;
                let mut invited = account_holders::invited(r, now)?;
                let mut found = Vec::new();
                for person in everybody_in(r, &scope)? {
                    if holders.contains(&person.id) || !person.is_somebody_here() {
                        continue;
                    }
                    let of = partnerships_of_person(r, &person)?;
                    if access::may_invite(&actor, &of, person.administrator).is_ok() {
                        let until = invited.remove(&person.id);
                        found.push((person, until));
                    }
                }
                Ok(found)
            })
            .await
    }

    /// The agencies' programs, by name, for administrators.
    ///
    /// # Errors
    /// Not theirs; or the world failed.
    pub async fn machines(&self, actor: Actor) -> Result<Vec<Person>, EngineError> {
        access::may_keep_accounts(&actor)?;
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                let mut all = everybody_in(r, &scope)?;
                all.retain(|person| person.kind == PersonKind::Machine);
                Ok(all)
            })
            .await
    }
}
