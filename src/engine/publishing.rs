//! How a policy version comes into force: one officer proposes it, another publishes it.
//!
//! What was proposed is stored as it is, and never changes; it is in force only once a second person
//! has published it. On the server's console and through the API alike.

use super::change::{Answered, Answering, Request};
use super::{Engine, EngineError};
use crate::access::{self, Actor, Proof, ProofBy};
use crate::clock::UtcInstant;
use crate::escalation::{FieldFault, PolicyRef, Refusal};
use crate::ids::{PartnershipId, PersonId, SessionId};
use crate::policy::{Mistake, Policy};
use crate::store::policies::{self, By, Proposer, Publication, Publisher, StoredPolicy, Via};
use crate::store::{Reader, StoreError, Writer, directory, people};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// How often work that was in another transaction's way is tried.
const TRIES_MAX: u32 = 5;

/// Why a policy version was not proposed or not published.
#[derive(Debug, Error)]
pub enum PolicyLoadError {
    /// It has mistakes.
    #[error("the policy has mistakes:\n{}", list(.0))]
    Mistakes(Vec<Mistake>),
    /// Its partnership is not in the directory.
    #[error("the policy is for the partnership '{0}', which this server does not have")]
    NoPartnership(String),
    /// Its version is there already with other words.
    #[error(
        "version {version} of the policy '{key}' was loaded before with other words, and a version \
         never changes: raise `version` in the file"
    )]
    Changed {
        /// The policy's key.
        key: String,
        /// The version.
        version: i32,
    },
    /// It does not follow on the versions that are there, in words.
    #[error("{0}")]
    OutOfOrder(String),
    /// There is no such version.
    #[error("there is no version {version} of the policy '{key}': propose it first")]
    NoVersion {
        /// The policy's key.
        key: String,
        /// The version.
        version: i32,
    },
    /// It is not theirs to do, or not now.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn list(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(|mistake| format!("  {mistake}")).collect();
    lines.join("\n")
}

impl From<PolicyLoadError> for EngineError {
    fn from(error: PolicyLoadError) -> Self {
        let text = error.to_string();
        match error {
            PolicyLoadError::Mistakes(mistakes) => {
                let fault = |mistake: &Mistake| FieldFault::new("/text", mistake.to_string());
                Refusal::Faulty(mistakes.iter().map(fault).collect()).into()
            }
            PolicyLoadError::NoPartnership(_)
            | PolicyLoadError::Changed { .. }
            | PolicyLoadError::OutOfOrder(_) => Refusal::field("/text", text).into(),
            PolicyLoadError::NoVersion { .. } => Refusal::NotFound.into(),
            PolicyLoadError::Refused(refusal) => refusal.into(),
            PolicyLoadError::Store(error) => error.into(),
        }
    }
}

/// A version that was proposed, now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The partnership whose policy it is.
    pub partnership_id: PartnershipId,
    /// Which version it is.
    pub which: PolicyRef,
    /// Whether it was not there before.
    pub is_new: bool,
    /// Whether it was published.
    pub is_published: bool,
}

impl Engine {
    /// Proposes a policy version: on the server's console in an officer's name, or in nobody's, as
    /// the server's folder does. The same file again changes nothing.
    ///
    /// # Errors
    /// Its mistakes, that it does not follow on what is there, or that it is not theirs to propose.
    pub async fn propose_policy(
        &self,
        text: String,
        by: Option<PersonId>,
    ) -> Result<Proposed, PolicyLoadError> {
        let now = self.now();
        self.again_and_again(move |w| {
            let by = by.map(|by| on_console(w, by, now)).transpose()?;
            let by = by.as_ref().map(|actor| (actor, Via::Console));
            let (stored, is_new) = propose(w, &text, by, now)?;
            Ok(Proposed {
                partnership_id: stored.partnership_id,
                which: stored.which(),
                is_new,
                is_published: stored.publication.is_some(),
            })
        })
        .await
    }

    /// Publishes a version on the server's console, in another officer's name than the one in which
    /// it was proposed. False says that it was published already.
    ///
    /// # Errors
    /// That it is not there, not theirs to publish, or was overtaken.
    pub async fn publish_policy(
        &self,
        partnership_id: PartnershipId,
        which: PolicyRef,
        by: PersonId,
        via: Via,
    ) -> Result<bool, PolicyLoadError> {
        let now = self.now();
        self.again_and_again(move |w| {
            let actor = on_console(w, by, now)?;
            Ok(publish(w, partnership_id, &which, (&actor, via), now)?.1)
        })
        .await
    }

    /// Proposes a policy version through the API.
    ///
    /// # Errors
    /// Not theirs, every mistake in it, or that it does not follow on what is there.
    pub async fn propose_policy_on_request(
        &self,
        request: Request,
        text: String,
        answering: impl Answering<StoredPolicy>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        self.once(request, answering, move |_, w, request| {
            let (stored, is_new) = propose(w, &text, Some((&request.actor, Via::Api)), now)?;
            if !is_new {
                let state = match stored.publication {
                    Some(_) => "is published",
                    None => "waits for another officer to publish it",
                };
                return Err(Refusal::not_now(format!(
                    "This version is here already, with the same words, and {state}."
                ))
                .into());
            }
            Ok(stored)
        })
        .await
    }

    /// Publishes a version through the API.
    ///
    /// # Errors
    /// Not found, not theirs to publish, published already, or overtaken.
    pub async fn publish_policy_on_request(
        &self,
        request: Request,
        partnership_id: Option<PartnershipId>,
        which: PolicyRef,
        answering: impl Answering<StoredPolicy>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        self.once(request, answering, move |_, w, request| {
            let actor = &request.actor;
            access::fresh_proof(actor, now)?;
            let partnership_id = partnership_with(w, actor, partnership_id, &which)?;
            let (stored, is_new) = publish(w, partnership_id, &which, (actor, Via::Api), now)?;
            if !is_new {
                return Err(Refusal::not_now("This version is published already.").into());
            }
            Ok(stored)
        })
        .await
    }

    /// Runs work that writes, and runs it again where another node was in its way.
    async fn again_and_again<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Writer<'_>) -> Result<T, PolicyLoadError> + Clone + Send + 'static,
    ) -> Result<T, PolicyLoadError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.store().write(work.clone()).await {
                Err(PolicyLoadError::Store(error))
                    if tries < TRIES_MAX && error.is_unique_violation() => {}
                done => return done,
            }
        }
    }
}

/// Somebody in whose name the console acts: in no session, with the posts that they have now.
pub(super) fn on_console(
    r: &mut Reader<'_>,
    person_id: PersonId,
    now: UtcInstant,
) -> Result<Actor, PolicyLoadError> {
    let proof = Proof { at: now, by: ProofBy::Console };
    let actor = directory::find_actor(r, person_id, SessionId::new(), proof, now)?;
    actor.ok_or_else(|| Refusal::NotYours("They do not work here any more.".to_owned()).into())
}

/// Proposes a version; false says that it was there already.
fn propose(
    w: &mut Writer<'_>,
    text: &str,
    by: Option<(&Actor, Via)>,
    now: UtcInstant,
) -> Result<(StoredPolicy, bool), PolicyLoadError> {
    let policy = Policy::parse(text).map_err(PolicyLoadError::Mistakes)?;
    let partnership = people::find_partnership_by_key(w, &policy.partnership)?
        .ok_or_else(|| PolicyLoadError::NoPartnership(policy.partnership.clone()))?;
    if let Some((actor, _)) = by {
        access::may_set_rules(actor, partnership.id)?;
    }
    policies::lock(w, partnership.id)?;
    let sha256 = text_sha256(text);
    let which = PolicyRef { key: policy.key.clone(), version: policy.version };
    if let Some(there) = policies::find(w, partnership.id, &which)? {
        if there.sha256 == sha256 {
            return Ok((there, false));
        }
        let PolicyRef { key, version } = which;
        return Err(PolicyLoadError::Changed { key, version });
    }
    let versions = policies::list(w, partnership.id)?.versions_of(&policy.key);
    if let Some(higher) =
        versions.iter().map(|it| it.version).max().filter(|it| *it > which.version)
    {
        return Err(PolicyLoadError::OutOfOrder(format!(
            "version {} of the policy '{}' comes after version {higher}, which is here already: \
             raise `version` in the file",
            which.version, which.key
        )));
    }
    let effective_from = policy.effective_from.to_string();
    let published = versions.iter().filter(|it| it.is_published).max_by_key(|it| it.version);
    if let Some(last) = published.filter(|last| effective_from < last.effective_from) {
        return Err(PolicyLoadError::OutOfOrder(format!(
            "effective_from is before that of version {} ({}), which is published: a later version \
             does not begin earlier",
            last.version, last.effective_from
        )));
    }
    let proposer = match by {
        Some((actor, via)) => Proposer::Person(signed(actor, via)),
        None => Proposer::Folder,
    };
    let stored = StoredPolicy {
        partnership_id: partnership.id,
        policy,
        sha256,
        proposer,
        proposed_at: now,
        publication: None,
    };
    policies::insert(w, &stored, text)?;
    Ok((stored, true))
}

/// The digest by which a policy's text is known again.
pub(super) fn text_sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Publishes a version; false says that it was published already.
fn publish(
    w: &mut Writer<'_>,
    partnership_id: PartnershipId,
    which: &PolicyRef,
    (actor, via): (&Actor, Via),
    now: UtcInstant,
) -> Result<(StoredPolicy, bool), PolicyLoadError> {
    policies::lock(w, partnership_id)?;
    let mut stored = policies::find(w, partnership_id, which)?.ok_or_else(|| {
        PolicyLoadError::NoVersion { key: which.key.clone(), version: which.version }
    })?;
    access::may_publish_policy(actor, partnership_id, stored.proposed_by())?;
    if stored.publication.is_some() {
        return Ok((stored, false));
    }
    let versions = policies::list(w, partnership_id)?.versions_of(&which.key);
    let overtaken = |version: &i32| *version > which.version;
    let published = versions.iter().filter(|it| it.is_published).map(|it| it.version);
    if let Some(higher) = published.max().filter(overtaken) {
        return Err(Refusal::not_now(format!(
            "Version {higher} was published before it. Propose these words again with a higher \
             version."
        ))
        .into());
    }
    let by = signed(actor, via);
    policies::publish(w, partnership_id, which, &by, now)?;
    stored.publication = Some(Publication { by: Publisher::Person(by), at: now });
    Ok((stored, true))
}

fn signed(actor: &Actor, via: Via) -> By {
    By { person_id: actor.person_id, name: actor.name.clone(), via }
}

/// The partnership whose version it is, of those that somebody has a part in.
fn partnership_with(
    r: &mut Reader<'_>,
    actor: &Actor,
    wanted: Option<PartnershipId>,
    which: &PolicyRef,
) -> Result<PartnershipId, EngineError> {
    let mut found = Vec::new();
    let mine = directory::partnerships_of(r, actor)?;
    for partnership in people::list_partnerships(r)? {
        let id = partnership.it.id;
        let is_mine = actor.administrator || mine.contains(&id);
        let is_wanted = wanted.is_none_or(|wanted| wanted == id);
        if is_mine && is_wanted && policies::find(r, id, which)?.is_some() {
            found.push(id);
        }
    }
    if found.len() > 1 {
        found.retain(|id| access::may_set_rules(actor, *id).is_ok());
    }
    match found.as_slice() {
        [] => Err(Refusal::NotFound.into()),
        [only] => Ok(*only),
        _ => {
            let detail = "several partnerships have a policy of this key: say whose it is";
            Err(Refusal::field("/partnership_id", detail).into())
        }
    }
}
