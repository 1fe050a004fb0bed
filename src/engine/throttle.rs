//! Throttling of guesses at passwords, codes and secrets, in the database that all nodes share.
//!
//! Two counts. From one network: too many wrong guesses, and nothing that comes from it is even
//! checked for a while. At one account: too many from networks that its person never signed in from,
//! and only such networks wait. So a stranger can neither go on guessing nor lock anybody out who is
//! where they usually are. An address that nobody has is counted like any other.
//!
//! A guess counts as wrong from before it is checked until it turns out right: of a hundred at once,
//! over any number of nodes, no more are checked than may be.

use super::{Engine, EngineError};
use crate::auth::{self, Network};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use crate::store::guesses::CountedBy;
use crate::store::people::normal_email;
use crate::store::{Reader, StoreError, Writer, guesses, networks};
use chrono::TimeDelta;

/// Wrong guesses from one network, of one kind, and in what time.
const OF_NETWORK_MAX: usize = 10;
const OF_NETWORK_TIME: TimeDelta = TimeDelta::minutes(5);
/// Wrong guesses at one account from networks that its person does not use, and in what time.
const OF_ACCOUNT_MAX: usize = 20;
const OF_ACCOUNT_TIME: TimeDelta = TimeDelta::minutes(15);
/// How long a network stays one that somebody uses.
pub(super) const NETWORK_IS_KNOWN: TimeDelta = TimeDelta::days(90);

/// What is guessed at. Each kind is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// A password, at sign-in or to change it.
    Password,
    /// An address, by asking for a reset: each time counts.
    ResetRequest,
    /// The secret of an invitation or a reset.
    Link,
    /// The set-up secret.
    SetUp,
    /// A one-time code or a recovery code.
    Code,
    /// The secret in a calendar's address.
    CalendarAddress,
}

/// Whose account is guessed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// Whoever has this address, if anybody.
    Email(String),
    /// Somebody.
    Person(PersonId),
}

/// A guess that may be checked. It counts as wrong until [`was_right`].
#[derive(Debug)]
#[must_use]
pub struct Admitted {
    guess_id: String,
}

impl Guess {
    fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::ResetRequest => "reset_request",
            Self::Link => "link",
            Self::SetUp => "set_up",
            Self::Code => "code",
            Self::CalendarAddress => "calendar_address",
        }
    }
}

impl Account {
    /// What it is counted under: no address stands in the table.
    fn digest(&self) -> String {
        match self {
            Self::Email(email) => auth::digest(&format!("email {}", normal_email(email))),
            Self::Person(person_id) => auth::digest(&format!("person {person_id}")),
        }
    }

    fn uses(&self, r: &mut Reader<'_>, network: &str, now: UtcInstant) -> Result<bool, StoreError> {
        let since = now.plus(-NETWORK_IS_KNOWN);
        match self {
            // PostgreSQL has no such text, and nobody such an address.
            Self::Email(email) if email.contains('\0') => Ok(false),
            Self::Email(email) => networks::is_known_by_email(r, email, network, since),
            Self::Person(person_id) => networks::is_known(r, *person_id, network, since),
        }
    }
}

/// Refuses a guess if there were too many, and else says under which account it counts: none from a
/// network that its person uses.
pub(super) fn check(
    r: &mut Reader<'_>,
    guess: Guess,
    from: &Network,
    account: Option<&Account>,
    now: UtcInstant,
) -> Result<Option<String>, EngineError> {
    let (what, network) = (guess.word(), from.to_string());
    let since = now.plus(-OF_NETWORK_TIME);
    let limit = i64::try_from(OF_NETWORK_MAX).unwrap_or(i64::MAX);
    let made = guesses::made(r, what, CountedBy::Network(&network), since, limit)?;
    refuse_if_full(&made, OF_NETWORK_MAX, OF_NETWORK_TIME, now)?;
    let Some(account) = account else { return Ok(None) };
    if account.uses(r, &network, now)? {
        return Ok(None);
    }
    let digest = account.digest();
    let since = now.plus(-OF_ACCOUNT_TIME);
    let limit = i64::try_from(OF_ACCOUNT_MAX).unwrap_or(i64::MAX);
    let made = guesses::made(r, what, CountedBy::Account(&digest), since, limit)?;
    refuse_if_full(&made, OF_ACCOUNT_MAX, OF_ACCOUNT_TIME, now)?;
    Ok(Some(digest))
}

/// Admits a guess to be checked, and counts it as wrong. Call [`was_right`] if it was not. N.B. an
/// error rolls the transaction back, and the count with it: answer that a guess was wrong by a
/// value.
pub(super) fn admit(
    w: &mut Writer<'_>,
    guess: Guess,
    from: &Network,
    account: Option<&Account>,
    now: UtcInstant,
) -> Result<Admitted, EngineError> {
    guesses::lock(w, &format!("{} from {from}", guess.word()))?;
    if let Some(account) = account {
        guesses::lock(w, &format!("{} at {}", guess.word(), account.digest()))?;
    }
    let account = check(w, guess, from, account, now)?;
    let network = from.to_string();
    let guess_id = guesses::insert(w, guess.word(), &network, account.as_deref(), now)?;
    Ok(Admitted { guess_id })
}

/// Takes the count of a guess back: it was right.
pub(super) fn was_right(w: &mut Writer<'_>, admitted: &Admitted) -> Result<(), StoreError> {
    guesses::delete(w, &admitted.guess_id)
}

fn refuse_if_full(
    made: &[UtcInstant],
    max: usize,
    time: TimeDelta,
    now: UtcInstant,
) -> Result<(), EngineError> {
    match made.first() {
        Some(first) if made.len() >= max => {
            let wait = first.plus(time).since(now).num_seconds().saturating_add(1);
            Err(EngineError::Throttled { wait_seconds: u32::try_from(wait).unwrap_or(1) })
        }
        _ => Ok(()),
    }
}

impl Engine {
    /// Refuses early, before anything that takes time, what would not be admitted.
    pub(super) async fn check_guess(
        &self,
        guess: Guess,
        from: Network,
        account: Option<Account>,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let counted = self.store().read(move |r| check(r, guess, &from, account.as_ref(), now));
        counted.await.map(|_account: Option<String>| ())
    }

    /// Admits a guess, in a transaction of its own.
    pub(super) async fn admit_guess(
        &self,
        guess: Guess,
        from: Network,
        account: Option<Account>,
    ) -> Result<Admitted, EngineError> {
        let now = self.now();
        self.store().write(move |w| admit(w, guess, &from, account.as_ref(), now)).await
    }

    /// Takes the count of a guess back, in a transaction of its own.
    pub(super) async fn guess_was_right(&self, admitted: Admitted) -> Result<(), EngineError> {
        self.store().write(move |w| Ok(was_right(w, &admitted)?)).await
    }
}
