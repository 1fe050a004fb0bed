//! Accounts at identity providers, linked with people here: by an administrator, or by somebody who
//! is signed in. Never by an email address.

use super::change::{Answered, Answering};
use super::passwords::{DEAD_LINK, whose};
use super::single_sign_on::{SignOnError, SignOnRefused, may_sign_on};
use super::throttle::Guess;
use super::{Engine, EngineError, Request};
use crate::access::{self, Actor};
use crate::auth::oidc::Provider;
use crate::auth::{self, Network};
use crate::clock::UtcInstant;
use crate::escalation::Refusal;
use crate::ids::{IdentityId, PersonId};
use crate::providers::Providers;
use crate::store::account_letters::{self, AccountLetterKind};
use crate::store::account_secrets::{self, SecretKind};
use crate::store::identities::Identity;
use crate::store::{
    Reader, StoreError, Writer, browser_sessions, changes, identities, people, sign_in_attempts,
};
use chrono::TimeDelta;

/// How long a ticket for linking is good.
const TICKET: TimeDelta = TimeDelta::minutes(10);
/// The most characters of a subject (OpenID Connect Core 1.0 section 2).
const SUBJECT_MAX: usize = 255;

impl Engine {
    /// The identity providers.
    pub fn providers(&self) -> &Providers {
        &self.inner.options.providers
    }

    /// The accounts that are linked with somebody, for themselves and for administrators.
    ///
    /// # Errors
    /// Not theirs, not found; or the world failed.
    pub async fn identities(
        &self,
        actor: Actor,
        person_id: PersonId,
    ) -> Result<Vec<Identity>, EngineError> {
        self.store()
            .read(move |r| {
                if actor.person_id != person_id {
                    access::may_keep_accounts(&actor)?;
                    somebody(r, person_id)?;
                }
                Ok(identities::of_person(r, person_id)?)
            })
            .await
    }

    /// Links an account with somebody, in an administrator's name.
    ///
    /// # Errors
    /// Not theirs, no such provider, linked already; or the world failed.
    pub async fn link_identity(
        &self,
        request: Request,
        person_id: PersonId,
        (provider, subject): (String, String),
        answering: impl Answering<Identity>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        self.once(request, answering, move |engine, w, request| {
            access::may_keep_accounts(&request.actor)?;
            access::fresh_proof(&request.actor, now)?;
            somebody(w, person_id)?;
            let provider = engine.named_provider(&provider)?;
            let is_subject = (1..=SUBJECT_MAX).contains(&subject.len())
                && !subject.contains(char::is_control)
                && subject.trim() == subject;
            if !is_subject {
                let detail = "must be the subject (sub) that the provider gives them, as it stands";
                return Err(Refusal::field("/subject", detail).into());
            }
            theirs(w, provider, person_id)?;
            if identities::find(w, &provider.issuer, &subject)?.is_some() {
                return Err(Refusal::field("/subject", "is linked with somebody already").into());
            }
            insert_link(w, provider, person_id, subject.clone(), (request.actor.person_id, now))
        })
        .await
    }

    /// Takes a link back, and ends the sessions that it began.
    ///
    /// # Errors
    /// Not theirs, not found; or the world failed.
    pub async fn unlink_identity(
        &self,
        actor: Actor,
        person_id: PersonId,
        identity_id: IdentityId,
    ) -> Result<(), EngineError> {
        let now = self.now();
        self.store()
            .write(move |w| {
                access::may_keep_accounts(&actor)?;
                access::fresh_proof(&actor, now)?;
                let gone = identities::delete(w, person_id, identity_id)?;
                let gone = gone.ok_or(Refusal::NotFound)?;
                let whose = (gone.issuer.as_str(), gone.subject.as_str());
                browser_sessions::end_of_identity(w, person_id, whose, now)?;
                account_letters::enqueue(w, person_id, AccountLetterKind::FactorRemoved, now)?;
                let by = Some(actor.person_id);
                let what = (identity_id, &gone.provider);
                changes::append(w, by, "identity unlinked", &person_id.to_string(), &what, now)?;
                Ok(())
            })
            .await
    }

    /// Where somebody who is signed in goes with a browser to link an account. Works once.
    ///
    /// # Errors
    /// No such provider, or not for their agency; the proof is old; or the world failed.
    pub async fn link_address(
        &self,
        actor: Actor,
        provider: String,
    ) -> Result<String, EngineError> {
        access::fresh_proof(&actor, self.now())?;
        self.ticket(actor.person_id, &provider).await
    }

    /// Where somebody who was invited goes with a browser to link an account, instead of choosing a
    /// password. The invitation works until they have.
    ///
    /// # Errors
    /// No such provider, or not for their agency; the invitation is dead; throttled; or the world
    /// failed.
    pub async fn link_address_by_invitation(
        &self,
        secret: String,
        provider: String,
        from: Network,
    ) -> Result<String, EngineError> {
        self.named_provider(&provider)?;
        let now = self.now();
        let digest = auth::digest(&secret);
        let admitted = self.admit_guess(Guess::Link, from, None).await?;
        let found: Result<_, StoreError> =
            self.store().read(move |r| whose(r, &digest, SecretKind::Invitation, now)).await;
        let person = found?.ok_or_else(|| Refusal::field("/secret", DEAD_LINK))?;
        self.guess_was_right(admitted).await?;
        self.ticket(person.id, &provider).await
    }

    /// The address that links an account with somebody's, once.
    async fn ticket(&self, person_id: PersonId, provider: &str) -> Result<String, EngineError> {
        let now = self.now();
        let named = self.named_provider(provider)?.clone();
        let ticket = auth::random_secret()?;
        let digest = auth::digest(&ticket);
        let address =
            format!("{}/sign-in/with/{}?ticket={ticket}", self.inner.options.public_url, named.key);
        self.store()
            .write(move |w| {
                theirs(w, &named, person_id)?;
                let until = now.plus(TICKET);
                sign_in_attempts::insert_ticket(w, &digest, person_id, &named.key, until)?;
                Ok::<_, EngineError>(())
            })
            .await?;
        Ok(address)
    }

    /// Links an account that somebody has just signed in with; nothing to do if it is theirs.
    pub(super) async fn link(
        &self,
        provider: &Provider,
        person_id: PersonId,
        subject: String,
        by: PersonId,
    ) -> Result<(), SignOnError> {
        let now = self.now();
        let provider = provider.clone();
        self.store()
            .write(move |w| {
                may_sign_on(w, &provider, person_id)?;
                match identities::find(w, &provider.issuer, &subject)? {
                    Some(identity) if identity.person_id == person_id => Ok(()),
                    Some(_) => Err(SignOnRefused::Taken.into()),
                    None => {
                        // Whoever can sign in this way needs no link for a password any more.
                        account_secrets::delete_of(w, person_id)?;
                        insert_link(w, &provider, person_id, subject.clone(), (by, now))?;
                        Ok(())
                    }
                }
            })
            .await
    }

    fn named_provider(&self, key: &str) -> Result<&Provider, Refusal> {
        let detail = "must be the key of an identity provider of this server";
        self.providers().find(key).ok_or_else(|| Refusal::field("/provider", detail))
    }
}

/// Whether this provider signs in this person's agency.
fn theirs(r: &mut Reader<'_>, provider: &Provider, person_id: PersonId) -> Result<(), EngineError> {
    match may_sign_on(r, provider, person_id) {
        Ok(_) => Ok(()),
        Err(SignOnError::Refused(_)) => {
            let detail = "must be a provider that signs in the people of the person's agency";
            Err(Refusal::field("/provider", detail).into())
        }
        Err(SignOnError::Failed(error)) => Err(error),
    }
}

fn somebody(r: &mut Reader<'_>, person_id: PersonId) -> Result<(), EngineError> {
    let person = people::find_person(r, person_id)?.filter(|found| found.it.is_somebody_here());
    person.map(|_| ()).ok_or_else(|| Refusal::NotFound.into())
}

fn insert_link(
    w: &mut Writer<'_>,
    provider: &Provider,
    person_id: PersonId,
    subject: String,
    (by, now): (PersonId, UtcInstant),
) -> Result<Identity, EngineError> {
    let it = Identity {
        id: IdentityId::new(),
        provider: provider.key.clone(),
        issuer: provider.issuer.clone(),
        subject,
        person_id,
        linked_at: now,
        linked_by: Some(by),
        last_used_at: None,
    };
    identities::insert(w, &it).map_err(taken)?;
    account_letters::enqueue(w, person_id, AccountLetterKind::IdentityLinked, now)?;
    let what = (it.id, &it.provider, &it.subject);
    changes::append(w, Some(by), "identity linked", &person_id.to_string(), &what, now)?;
    Ok(it)
}

/// Two links of one account at once: the second finds it taken.
fn taken(error: StoreError) -> EngineError {
    if error.is_unique_violation() {
        return Refusal::field("/subject", "is linked with somebody already").into();
    }
    error.into()
}
