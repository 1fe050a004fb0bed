//! Invitations: a link by which somebody chooses their own password. Whoever sends it never sees it;
//! the operator, on the machine itself, may hand one over.

use super::change::{Answered, Answering, Request};
use super::keeping::partnerships_of_person;
use super::{Engine, EngineError};
use crate::access;
use crate::auth;
use crate::clock::UtcInstant;
use crate::escalation::Refusal;
use crate::ids::PersonId;
use crate::store::account_letters::{self, AccountLetterKind};
use crate::store::account_secrets::{self, SecretKind};
use crate::store::{StoreError, Writer, changes, people};
use chrono::TimeDelta;

/// How long an invitation works from when it is sent.
pub const INVITATION_HOURS: i64 = 72;
/// How long the link for a new password works from when it is sent.
pub const RESET_MINUTES: i64 = 30;

impl Engine {
    /// Sends somebody an invitation; an earlier one does not work any more once it is sent.
    ///
    /// # Errors
    /// Not theirs, not found, not now: they have left.
    pub async fn invite(
        &self,
        request: Request,
        person_id: PersonId,
        answering: impl Answering<PersonId>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        self.once(request, answering, move |_, w, request| {
            let person = people::find_person(w, person_id)?.map(|found| found.it);
            let of = match &person {
                Some(person) => partnerships_of_person(w, person)?,
                None => Vec::new(),
            };
            let is_administrator = person.as_ref().is_some_and(|person| person.administrator);
            access::may_invite(&request.actor, &of, is_administrator)?;
            let person = person.ok_or(Refusal::NotFound)?;
            if !person.active {
                let detail = "They have left. Make them active first, if they are back.";
                return Err(Refusal::NotNow(detail.to_owned()).into());
            }
            account_letters::enqueue(w, person_id, AccountLetterKind::Invitation, now)?;
            let by = Some(request.actor.person_id);
            changes::append(w, by, "person invited", &person_id.to_string(), &person_id, now)?;
            Ok(person_id)
        })
        .await
    }

    /// An invitation's link, for the operator to hand over; none if nobody who works here has this
    /// address. An earlier one does not work any more.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn invitation_link(&self, email: String) -> Result<Option<String>, EngineError> {
        let now = self.now();
        let secret = auth::fresh_account_secret()?;
        let link = self.secret_link(SecretKind::Invitation, &secret);
        let made: Result<bool, StoreError> = self
            .store()
            .write(move |w| {
                let Some((person_id, _)) = people::find_credentials(w, &email)? else {
                    return Ok(false);
                };
                keep_secret(w, person_id, SecretKind::Invitation, &secret, now)?;
                changes::append(
                    w,
                    None,
                    "person invited",
                    &person_id.to_string(),
                    &person_id,
                    now,
                )?;
                Ok(true)
            })
            .await;
        Ok(made?.then_some(link))
    }

    /// Where a secret is used.
    pub(super) fn secret_link(&self, kind: SecretKind, secret: &str) -> String {
        let place = match kind {
            SecretKind::Invitation => "invitations",
            SecretKind::PasswordReset => "password-resets",
        };
        format!("{}/{place}/{secret}", self.inner.options.public_url)
    }
}

/// Keeps a secret that goes out now, instead of earlier ones.
pub(super) fn keep_secret(
    w: &mut Writer<'_>,
    person_id: PersonId,
    kind: SecretKind,
    secret: &str,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let life = match kind {
        SecretKind::Invitation => TimeDelta::hours(INVITATION_HOURS),
        SecretKind::PasswordReset => TimeDelta::minutes(RESET_MINUTES),
    };
    account_secrets::replace(w, person_id, kind, &auth::digest(secret), now.plus(life), now)
}
