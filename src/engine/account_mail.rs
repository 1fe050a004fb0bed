//! Sending letters about somebody's own account: as `deliver` sends notices, and beside it.
//!
//! A secret that goes out in a letter is made when the letter is sent, and its time counts from then.
//! A letter that is tried again carries a new one, and the one before is dead.

use super::account_wording::{Told, account_letter};
use super::invitations::keep_secret;
use super::{Engine, EngineError};
use crate::auth;
use crate::directory::Person;
use crate::notify::{Letter, Outgoing, SendFailure};
use crate::store::account_letters::{self, AccountLetterKind, LeasedLetter};
use crate::store::account_secrets::SecretKind;
use crate::store::outbox::Attempt;
use crate::store::{StoreError, people};

/// What became of a letter that was to be written.
enum Written {
    /// It goes to this person.
    Letter(Box<Person>, Box<Letter>),
    /// It never goes, because of this.
    Never(String),
    /// It is another's to write.
    LeaseLost,
}

impl Engine {
    /// Sends a letter under its lease, and records what came of it.
    pub(super) async fn send_account_letter(
        &self,
        leased: LeasedLetter,
    ) -> Result<(), EngineError> {
        let sent = match self.written(&leased).await? {
            Written::LeaseLost => {
                tracing::warn!("a lease ran out before its letter was sent");
                return Ok(());
            }
            Written::Letter(person, letter) => {
                let outgoing = Outgoing {
                    notice_id: leased.id,
                    to_name: person.name,
                    to_email: person.email,
                    letter: *letter,
                    thread: None,
                    queued_at: leased.queued_at,
                    attempt: u32::try_from(leased.attempts).unwrap_or(u32::MAX),
                };
                self.inner.mailer.send(&outgoing).await
            }
            Written::Never(why) => Err(SendFailure::Permanent(why)),
        };
        let now = self.now();
        let logged = sent.as_ref().err().map(SendFailure::in_log);
        let attempt = match sent {
            Ok(accepted) => Attempt::Accepted(accepted.answer),
            Err(SendFailure::Permanent(why)) => Attempt::Failed(why),
            Err(SendFailure::Temporary(why)) => {
                self.again_or_never(leased.queued_at, leased.attempts, why, now)
            }
        };
        match &attempt {
            Attempt::Accepted(_) => {}
            Attempt::Again(at, _) => {
                tracing::warn!(letter_id = %leased.id, attempts = leased.attempts, again_at = %at, why = logged, "a letter about an account was not taken and is tried again");
            }
            Attempt::Failed(_) => {
                tracing::error!(letter_id = %leased.id, attempts = leased.attempts, why = logged, "a letter about an account was given up");
            }
        }
        let recorded: Result<bool, StoreError> = self
            .store()
            .write(move |w| account_letters::record_attempt(w, &leased, &attempt, now))
            .await;
        if !recorded? {
            tracing::warn!("a lease ran out while its letter was being sent");
        }
        Ok(())
    }

    /// Whom the letter goes to and what it says, with its secret; or why it never goes.
    async fn written(&self, leased: &LeasedLetter) -> Result<Written, EngineError> {
        let kind = match &leased.kind {
            Ok(kind) => *kind,
            Err(why) => return Ok(Written::Never(why.clone())),
        };
        let secret_kind = match kind {
            AccountLetterKind::Invitation => Some(SecretKind::Invitation),
            AccountLetterKind::PasswordReset => Some(SecretKind::PasswordReset),
            _ => None,
        };
        let (now, person_id) = (self.now(), leased.person_id);
        let secret = secret_kind.map(|kind| Ok((kind, auth::fresh_account_secret()?)));
        let secret = secret.transpose().map_err(|error: auth::AuthError| error)?;
        let link = match &secret {
            Some((kind, secret)) => self.secret_link(*kind, secret),
            None => self.inner.options.public_url.clone(),
        };
        let token = leased.lease_token.clone();
        let found: Result<Option<Option<Person>>, StoreError> = self
            .store()
            .write(move |w| {
                if !account_letters::is_held(w, &token, now)? {
                    return Ok(None);
                }
                let person = people::find_person(w, person_id)?.map(|found| found.it);
                let Some(person) = person.filter(|person| person.active) else {
                    return Ok(Some(None));
                };
                if let Some((kind, secret)) = &secret {
                    keep_secret(w, person_id, *kind, secret, now)?;
                }
                Ok(Some(Some(person)))
            })
            .await;
        Ok(match found? {
            None => Written::LeaseLost,
            Some(None) => Written::Never("its recipient has left".to_owned()),
            Some(Some(person)) => {
                let told = Told { kind, name: &person.name, queued_at: leased.queued_at, link };
                let letter = account_letter(told);
                Written::Letter(Box::new(person), Box::new(letter))
            }
        })
    }
}
