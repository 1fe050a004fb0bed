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
use crate::store::notices::Attempt;
use crate::store::{StoreError, people};
use chrono::TimeDelta;

impl Engine {
    /// Sends the letters that are to be sent now, until none is left, and says how many attempts
    /// were made.
    pub(super) async fn deliver_account_letters(&self) -> Result<u64, EngineError> {
        let mut attempts_count = 0;
        loop {
            let now = self.now();
            let options = &self.inner.options.delivery;
            let until = now.plus(TimeDelta::seconds(options.lease_seconds));
            // One after the other: there are few, and each lease must last for all before it.
            let leased: Result<Vec<LeasedLetter>, StoreError> =
                self.store().write(move |w| account_letters::lease(w, now, until, 1)).await;
            let leased = leased?;
            if leased.is_empty() {
                return Ok(attempts_count);
            }
            for letter in leased {
                attempts_count += 1;
                self.send_account_letter(letter).await?;
            }
        }
    }

    async fn send_account_letter(&self, leased: LeasedLetter) -> Result<(), EngineError> {
        let sent = match self.written(&leased).await? {
            Ok((person, letter)) => {
                let outgoing = Outgoing {
                    notice_id: leased.id,
                    to_name: person.name,
                    to_email: person.email,
                    letter,
                    thread: None,
                    queued_at: leased.queued_at,
                    attempt: u32::try_from(leased.attempts).unwrap_or(u32::MAX),
                };
                self.inner.mailer.send(&outgoing).await
            }
            Err(why) => Err(SendFailure::Permanent(why)),
        };
        let now = self.now();
        let attempt = match sent {
            Ok(accepted) => Attempt::Accepted(accepted.answer),
            Err(SendFailure::Permanent(why)) => Attempt::Failed(why),
            Err(SendFailure::Temporary(why)) => {
                self.again_or_never(leased.queued_at, leased.attempts, why, now)
            }
        };
        match &attempt {
            Attempt::Accepted(_) => {}
            Attempt::Again(at, why) => {
                tracing::warn!(letter_id = %leased.id, attempts = leased.attempts, again_at = %at, why, "a letter about an account was not taken and is tried again");
            }
            Attempt::Failed(why) => {
                tracing::error!(letter_id = %leased.id, attempts = leased.attempts, why, "a letter about an account was given up");
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
    async fn written(
        &self,
        leased: &LeasedLetter,
    ) -> Result<Result<(Person, Letter), String>, EngineError> {
        let kind = match &leased.kind {
            Ok(kind) => *kind,
            Err(why) => return Ok(Err(why.clone())),
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
        let found: Result<Option<Person>, StoreError> = self
            .store()
            .write(move |w| {
                let person = people::find_person(w, person_id)?.map(|found| found.it);
                let Some(person) = person.filter(|person| person.active) else { return Ok(None) };
                if let Some((kind, secret)) = &secret {
                    keep_secret(w, person_id, *kind, secret, now)?;
                }
                Ok(Some(person))
            })
            .await;
        Ok(match found? {
            Some(person) => {
                let told = Told { kind, name: &person.name, queued_at: leased.queued_at, link };
                let letter = account_letter(told);
                Ok((person, letter))
            }
            None => Err("its recipient has left".to_owned()),
        })
    }
}
