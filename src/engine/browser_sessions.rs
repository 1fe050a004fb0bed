//! The session that a browser's cookie stands for, and how a provider ends one from afar.

use super::single_sign_on::{SignOnError, SignOnRefused, end_session_of_cookie};
use super::{Engine, EngineError, SignedIn};
use crate::access::Actor;
use crate::auth::{self, derived_secret, is_random_secret, oidc, random_secret};
use crate::store::browser_sessions::{self, Which};
use crate::store::{StoreError, directory};

/// What the token of a session's forms is made for.
pub(super) const FORMS: &str = "forms";

/// Somebody at a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtBrowser {
    /// Who.
    pub actor: Actor,
    /// What every form of theirs must send back: nobody else's page can know it.
    pub form_token: String,
}

impl Engine {
    /// Who is at a browser, by its cookie, as the directory knows them now.
    ///
    /// # Errors
    /// [`EngineError::NotSignedIn`], for whatever reason; or the world failed.
    pub async fn authenticate_browser(&self, secret: &str) -> Result<AtBrowser, EngineError> {
        if !is_random_secret(secret) {
            return Err(EngineError::NotSignedIn);
        }
        let now = self.now();
        let engine = self.clone();
        let digest = auth::digest(secret);
        let found: Result<_, StoreError> = self
            .store()
            .read(move |r| {
                let session = browser_sessions::find_by_cookie(r, &digest)?
                    .filter(|session| engine.is_open(session, now));
                let Some(session) = session else { return Ok(None) };
                let (person_id, proof) = (session.person_id, session.proof);
                let actor = directory::find_actor(r, person_id, session.id, proof, now)?;
                Ok(actor.map(|actor| (actor, session.last_used_at)))
            })
            .await;
        let (actor, last_used_at) = found?.ok_or(EngineError::NotSignedIn)?;
        self.note_use(actor.session_id, last_used_at, now).await?;
        Ok(AtBrowser { actor, form_token: derived_secret(secret, FORMS) })
    }

    /// Hands the session of somebody who has just signed in here over to their browser, and says the
    /// secret of its cookie. Whatever session the browser held before is over.
    ///
    /// # Errors
    /// If the world failed; the session that began is then nobody's, and runs out.
    pub async fn keep_in_browser(
        &self,
        signed_in: SignedIn,
        secret_before: Option<String>,
    ) -> Result<String, EngineError> {
        let now = self.now();
        let secret = random_secret()?;
        let digest = auth::digest(&secret);
        self.store()
            .write(move |w| {
                if let Some(before) = &secret_before {
                    end_session_of_cookie(w, before, now)?;
                }
                Ok::<_, EngineError>(browser_sessions::hand_over(w, signed_in.session_id, &digest)?)
            })
            .await?;
        Ok(secret)
    }

    /// Ends the session of a browser's cookie.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn sign_out_browser(&self, secret: &str) -> Result<(), EngineError> {
        let now = self.now();
        let secret = secret.to_owned();
        self.store()
            .write(move |w| Ok::<_, EngineError>(end_session_of_cookie(w, &secret, now)?))
            .await
    }

    /// Ends the sessions that a provider says have ended there, and says how many. They are over on
    /// every node with their next request.
    ///
    /// # Errors
    /// [`SignOnRefused`] if the token is not believed, or came before; nothing is ended then.
    pub async fn end_by_provider(
        &self,
        provider: &str,
        logout_token: &str,
    ) -> Result<usize, SignOnError> {
        let now = self.now();
        let provider = self.providers().find(provider).ok_or(SignOnRefused::NoProvider)?;
        let logout = self
            .with_keys(provider, now, |keys| {
                oidc::check_logout_token(provider, keys, logout_token, now)
            })
            .await?;
        let issuer = provider.issuer.clone();
        self.store()
            .write(move |w| {
                if !browser_sessions::take_logout_token(w, &issuer, &logout.id, now)? {
                    return Err(SignOnRefused::NotBelieved.into());
                }
                let which = match (&logout.subject, &logout.session) {
                    (Some(subject), Some(session)) => Which::SubjectAndSession(subject, session),
                    (Some(subject), None) => Which::Subject(subject),
                    (None, Some(session)) => Which::Session(session),
                    (None, None) => return Err(SignOnRefused::NotBelieved.into()),
                };
                Ok::<_, SignOnError>(browser_sessions::end_of(w, &issuer, which, now)?)
            })
            .await
    }
}
