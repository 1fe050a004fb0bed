//! Signing in at an agency's own identity provider: there, back, and a session in the browser.
//!
//! An attempt belongs to one browser, by a secret in its cookie of which the database has the digest,
//! and works once. Nonce and PKCE verifier are made from that secret, so nobody else can make them
//! and nothing has to keep them. People are known by issuer and subject. An account that is not known
//! yet is linked only where somebody asked for it, and said so again in the same browser.

use super::sign_in::log_sign_in;
use super::{Engine, EngineError};
use crate::access::{Proof, ProofBy};
use crate::auth::oidc::{
    self, Expected, Identified, Metadata, Provider, ProviderFault, authorization_url,
};
use crate::auth::{self, derived_secret, is_same_secret, random_secret};
use crate::clock::UtcInstant;
use crate::ids::{PersonId, SessionId};
use crate::providers::{KeysFor, NoAnswer};
use crate::store::browser_sessions::{self, SignedInAt};
use crate::store::sessions::{self, Session};
use crate::store::sign_in_attempts::{self, Attempt, Found};
use crate::store::{Reader, StoreError, Writer, identities, people};
use chrono::TimeDelta;
use thiserror::Error;

/// How long somebody may take at the provider.
const ATTEMPT: TimeDelta = TimeDelta::minutes(10);
/// What is made from a browser's secret.
const NONCE: &str = "nonce";
const VERIFIER: &str = "pkce verifier";
const LINKING: &str = "linking";

/// A browser on its way to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where it goes.
    pub location: String,
    /// What its cookie holds meanwhile.
    pub browser_secret: String,
}

/// What a browser brings back.
#[derive(Debug, Clone, Default)]
pub struct Brought {
    /// The attempt's state.
    pub state: Option<String>,
    /// The code to exchange.
    pub code: Option<String>,
    /// What went wrong there.
    pub error: Option<String>,
    /// Who says so (RFC 9207).
    pub issuer: Option<String>,
    /// What the browser's cookies hold: the attempt's secret, and the session before.
    pub browser_secret: Option<String>,
    /// The session that the browser had.
    pub session_secret: Option<String>,
}

/// How an attempt ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// In a session, which this secret stands for.
    SignedIn {
        /// What the browser's cookie holds from now on.
        session_secret: String,
        /// Where to go.
        return_path: String,
    },
    /// At the question whether these two accounts are to be linked.
    Asked {
        /// The name of whose account here it is.
        person: String,
        /// The name of the provider.
        provider: String,
        /// What the form must send back.
        form_token: String,
    },
}

/// Why somebody is not signed in. What exactly is wrong with a token is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignOnRefused {
    /// There is no such provider.
    #[error("there is no such provider")]
    NoProvider,
    /// Too late, used, begun in another browser, or not begun here at all.
    #[error("the attempt is not this browser's, or not any more")]
    StartAgain,
    /// The provider does not answer, or not as it must.
    #[error("the provider cannot be asked")]
    NotReachable,
    /// The provider says no, or the person does.
    #[error("the provider did not sign them in")]
    Declined,
    /// What the provider says is not believed.
    #[error("the provider's answer is not believed")]
    NotBelieved,
    /// They proved too little, or too long ago.
    #[error("the sign-in was too weak")]
    TooWeak,
    /// Nobody here is linked with this account.
    #[error("nobody is linked with this account")]
    Unknown,
    /// The account is linked with somebody else.
    #[error("the account is linked with somebody else")]
    Taken,
    /// They have left, or this provider does not sign in their agency's people.
    #[error("they may not sign in here")]
    NotTheirs,
}

/// Why a step of signing in was not done.
#[derive(Debug, Error)]
pub enum SignOnError {
    /// For the person.
    #[error(transparent)]
    Refused(#[from] SignOnRefused),
    /// For whoever runs the server.
    #[error(transparent)]
    Failed(#[from] EngineError),
}

impl From<StoreError> for SignOnError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<auth::AuthError> for SignOnError {
    fn from(error: auth::AuthError) -> Self {
        Self::Failed(error.into())
    }
}

impl Engine {
    /// Asks each provider for its document, so that a wrong address or issuer is found at start.
    /// One that cannot be reached now is no reason not to start.
    ///
    /// # Errors
    /// A provider's document is not what the file says.
    pub async fn check_providers(&self) -> Result<(), (String, ProviderFault)> {
        let now = self.now();
        for provider in self.providers().iter() {
            match self.providers().metadata(provider, now).await {
                Ok(_) => {}
                Err(NoAnswer::Fault(fault)) => return Err((provider.key.clone(), fault)),
                Err(NoAnswer::Call(fault)) => {
                    tracing::warn!(provider = provider.key, %fault, "an identity provider does not answer");
                }
            }
        }
        Ok(())
    }

    /// Sends a browser to a provider. With a ticket, to link its account with the ticket's owner's.
    ///
    /// # Errors
    /// No such provider, or it cannot be asked; the ticket is not good.
    pub async fn begin_sign_on(
        &self,
        provider: &str,
        return_to: Option<&str>,
        ticket: Option<&str>,
        afresh: bool,
    ) -> Result<Begun, SignOnError> {
        let now = self.now();
        let provider = self.provider(provider)?;
        let metadata = self.metadata(provider, now).await?;
        let (state, browser_secret) = (random_secret()?, random_secret()?);
        let location = authorization_url(
            provider,
            &metadata,
            &self.redirect_uri(provider),
            (
                &state,
                &derived_secret(&browser_secret, NONCE),
                &derived_secret(&browser_secret, VERIFIER),
            ),
            afresh,
        );
        let attempt = Attempt {
            state_digest: auth::digest(&state),
            browser_digest: auth::digest(&browser_secret),
            provider: provider.key.clone(),
            return_path: oidc::return_path(return_to).to_owned(),
            wants_fresh: afresh,
            links: None,
            begun_at: now,
            expires_at: now.plus(ATTEMPT),
        };
        let ticket = ticket.map(auth::digest);
        self.store()
            .write(move |w| {
                let mut attempt = attempt.clone();
                if let Some(ticket) = &ticket {
                    let whose = sign_in_attempts::use_ticket(w, ticket, &attempt.provider, now)?;
                    attempt.links = Some(whose.ok_or(SignOnRefused::StartAgain)?);
                }
                Ok::<_, SignOnError>(sign_in_attempts::insert(w, &attempt)?)
            })
            .await?;
        Ok(Begun { location, browser_secret })
    }

    /// Takes a browser in that comes back from a provider.
    ///
    /// # Errors
    /// [`SignOnRefused`] with no session begun; or the world failed.
    pub async fn finish_sign_on(
        &self,
        provider: &str,
        brought: Brought,
    ) -> Result<Arrived, SignOnError> {
        let now = self.now();
        let provider = self.provider(provider)?.clone();
        let secret = brought.browser_secret.clone().ok_or(SignOnRefused::StartAgain)?;
        let attempt = self.take_attempt(&provider, &brought, &secret, now).await?;
        let metadata = self.metadata(&provider, now).await?;
        let code = believed(&provider, &metadata, &brought)?;
        let verifier = derived_secret(&secret, VERIFIER);
        let redirect_uri = self.redirect_uri(&provider);
        let token = self
            .providers()
            .exchange(&provider, &metadata, (code, &verifier), &redirect_uri)
            .await
            .map_err(|fault| {
                tracing::warn!(provider = provider.key, %fault, "a code brought no token");
                SignOnRefused::NotBelieved
            })?;
        let nonce = derived_secret(&secret, NONCE);
        let proved_since = attempt.wants_fresh.then_some(attempt.begun_at);
        let expected = Expected { nonce: &nonce, proved_since };
        let identified = self
            .with_keys(&provider, now, |keys| {
                oidc::check_id_token(&provider, keys, &token, expected, now)
            })
            .await?;
        match attempt.links {
            None => self.sign_on(provider, attempt, identified, brought.session_secret, now).await,
            Some(person_id) => {
                let form_token = derived_secret(&secret, LINKING);
                self.ask_to_link(provider, attempt, identified, person_id, form_token).await
            }
        }
    }

    /// Links the two accounts of an attempt that asked for it, and signs the person in.
    ///
    /// # Errors
    /// As [`Engine::finish_sign_on`].
    pub async fn confirm_link(
        &self,
        browser_secret: &str,
        form_token: &str,
        session_before: Option<String>,
    ) -> Result<Arrived, SignOnError> {
        if !is_same_secret(form_token, &derived_secret(browser_secret, LINKING)) {
            return Err(SignOnRefused::StartAgain.into());
        }
        let now = self.now();
        let browser_digest = auth::digest(browser_secret);
        let kept: Result<_, StoreError> =
            self.store().write(move |w| sign_in_attempts::use_kept(w, &browser_digest, now)).await;
        let (attempt, found) = kept?.ok_or(SignOnRefused::StartAgain)?;
        let person_id = attempt.links.ok_or(SignOnRefused::StartAgain)?;
        let provider = self.provider(&attempt.provider)?.clone();
        self.link(&provider, person_id, found.subject.clone(), person_id).await?;
        let identified = Identified {
            subject: found.subject,
            session: found.provider_session,
            proved_at: found.proved_at,
        };
        self.sign_on(provider, attempt, identified, session_before, now).await
    }

    async fn take_attempt(
        &self,
        provider: &Provider,
        brought: &Brought,
        secret: &str,
        now: UtcInstant,
    ) -> Result<Attempt, SignOnError> {
        let state = brought.state.as_deref().ok_or(SignOnRefused::StartAgain)?;
        let (state, browser) = (auth::digest(state), auth::digest(secret));
        let key = provider.key.clone();
        let taken: Result<_, StoreError> = self
            .store()
            .write(move |w| sign_in_attempts::use_up(w, &state, &browser, &key, now))
            .await;
        Ok(taken?.ok_or(SignOnRefused::StartAgain)?)
    }

    /// Begins a session for whoever is linked with this account.
    async fn sign_on(
        &self,
        provider: Provider,
        attempt: Attempt,
        identified: Identified,
        session_before: Option<String>,
        now: UtcInstant,
    ) -> Result<Arrived, SignOnError> {
        let session_secret = random_secret()?;
        let cookie_digest = auth::digest(&session_secret);
        let lifetime = TimeDelta::seconds(self.inner.options.sessions.session_seconds);
        let person_id = self
            .store()
            .write(move |w| {
                let identity = identities::find(w, &provider.issuer, &identified.subject)?
                    .ok_or(SignOnRefused::Unknown)?;
                may_sign_on(w, &provider, identity.person_id)?;
                identities::note_use(w, identity.id, now)?;
                if let Some(before) = &session_before {
                    end_session_of_cookie(w, before, now)?;
                }
                // A provider that does not say when somebody proved who they are did not say
                // that it was lately: grave acts ask for more.
                let proved_at = identified.proved_at.unwrap_or(now.plus(-TimeDelta::days(1)));
                let session = Session {
                    id: SessionId::new(),
                    person_id: identity.person_id,
                    proof: Proof { at: proved_at, by: ProofBy::SingleSignOn },
                    begun_at: now,
                    last_used_at: now,
                    expires_at: now.plus(lifetime),
                    ended_at: None,
                };
                let at = SignedInAt {
                    issuer: provider.issuer.clone(),
                    subject: identified.subject.clone(),
                    provider_session: identified.session.clone(),
                };
                browser_sessions::insert(w, &session, &cookie_digest, &at)?;
                Ok::<_, SignOnError>(identity.person_id)
            })
            .await?;
        log_sign_in(person_id, ProofBy::SingleSignOn);
        Ok(Arrived::SignedIn { session_secret, return_path: attempt.return_path })
    }

    /// Keeps whom the provider named, and asks whether to link.
    async fn ask_to_link(
        &self,
        provider: Provider,
        attempt: Attempt,
        identified: Identified,
        person_id: PersonId,
        form_token: String,
    ) -> Result<Arrived, SignOnError> {
        let name = provider.name.clone();
        let person = self
            .store()
            .write(move |w| {
                let person = may_sign_on(w, &provider, person_id)?;
                let linked = identities::find(w, &provider.issuer, &identified.subject)?;
                if linked.is_some_and(|identity| identity.person_id != person_id) {
                    return Err(SignOnRefused::Taken.into());
                }
                let found = Found {
                    subject: identified.subject.clone(),
                    provider_session: identified.session.clone(),
                    proved_at: identified.proved_at,
                };
                sign_in_attempts::keep(w, &attempt.state_digest, &found)?;
                Ok::<_, SignOnError>(person)
            })
            .await?;
        Ok(Arrived::Asked { person, provider: name, form_token })
    }

    fn provider(&self, key: &str) -> Result<&Provider, SignOnRefused> {
        self.providers().find(key).ok_or(SignOnRefused::NoProvider)
    }

    /// Where a provider sends browsers back to; it must be registered there to the letter.
    pub fn redirect_uri(&self, provider: &Provider) -> String {
        format!("{}/sign-in/back/{}", self.inner.options.public_url, provider.key)
    }

    async fn metadata(
        &self,
        provider: &Provider,
        now: UtcInstant,
    ) -> Result<Metadata, SignOnRefused> {
        self.providers()
            .metadata(provider, now)
            .await
            .map_err(|fault| not_reachable(provider, &fault))
    }

    /// Checks a token with the provider's keys; with new ones if its key is not among them.
    pub(super) async fn with_keys<T>(
        &self,
        provider: &Provider,
        now: UtcInstant,
        check: impl Fn(&oidc::KeySet) -> Result<T, ProviderFault>,
    ) -> Result<T, SignOnRefused> {
        let ask = async |why| {
            let keys = self.providers().keys(provider, why, now).await;
            keys.map_err(|fault| not_reachable(provider, &fault))
        };
        let checked = match check(&ask(KeysFor::Token).await?) {
            Err(ProviderFault::UnknownKey) => check(&ask(KeysFor::UnknownKey).await?),
            checked => checked,
        };
        checked.map_err(|fault| {
            tracing::warn!(provider = provider.key, %fault, "a provider's token was refused");
            match fault {
                ProviderFault::TooWeak(_) => SignOnRefused::TooWeak,
                _ => SignOnRefused::NotBelieved,
            }
        })
    }
}

fn not_reachable(provider: &Provider, fault: &NoAnswer) -> SignOnRefused {
    tracing::warn!(provider = provider.key, %fault, "an identity provider cannot be asked");
    SignOnRefused::NotReachable
}

/// The code, if this answer is the provider's and says yes.
fn believed<'a>(
    provider: &Provider,
    metadata: &Metadata,
    brought: &'a Brought,
) -> Result<&'a str, SignOnRefused> {
    let is_its = match &brought.issuer {
        Some(issuer) => *issuer == provider.issuer,
        None => !metadata.names_itself,
    };
    if !is_its {
        tracing::warn!(provider = provider.key, "an answer names another provider, or none");
        return Err(SignOnRefused::NotBelieved);
    }
    if brought.error.is_some() {
        tracing::info!(provider = provider.key, "a provider did not sign somebody in");
        return Err(SignOnRefused::Declined);
    }
    brought.code.as_deref().filter(|code| !code.is_empty()).ok_or(SignOnRefused::NotBelieved)
}

/// Whether this provider may sign this person in now; their name if it may.
pub(super) fn may_sign_on(
    r: &mut Reader<'_>,
    provider: &Provider,
    person_id: PersonId,
) -> Result<String, SignOnError> {
    let person = people::find_person(r, person_id)?.map(|found| found.it);
    let person = person.filter(|person| {
        person.is_somebody_here()
            && person.agency_id.is_some_and(|agency| provider.agencies.contains(&agency))
    });
    Ok(person.ok_or(SignOnRefused::NotTheirs)?.name)
}

/// Ends the session that a cookie stands for, if any.
pub(super) fn end_session_of_cookie(
    w: &mut Writer<'_>,
    secret: &str,
    now: UtcInstant,
) -> Result<(), StoreError> {
    if let Some(session) = browser_sessions::find_by_cookie(w, &auth::digest(secret))? {
        sessions::end(w, session.id, now)?;
    }
    Ok(())
}
