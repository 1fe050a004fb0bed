//! What the engine answers when it does not do something.

use crate::auth::AuthError;
use crate::escalation::Refusal;
use crate::store::StoreError;
use thiserror::Error;

/// Why something was not done.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The domain says no: for the person who asked.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody else changed it since it was read.
    #[error("This was changed since you read it. Read it again, then decide whether to do this.")]
    Stale,
    /// The idempotency key was used for another request.
    #[error("This Idempotency-Key was used for another request. Use a new key for a new request.")]
    KeyUsedOtherwise,
    /// Wrong address, wrong password, ended session: which is not told.
    #[error("This sign-in does not work. Check the email address and the password.")]
    NotSignedIn,
    /// A code, a passkey or a ticket did not do: which is not told.
    #[error(
        "This did not work. Try again with your next code or your passkey. If it goes on, wait five \
         minutes, then sign in again."
    )]
    FactorRefused,
    /// Too many wrong guesses, whoever made them.
    #[error("Too many attempts. Wait for the time in Retry-After, then try again.")]
    Throttled {
        /// After how many seconds it is worth another try.
        wait_seconds: u32,
    },
    /// The file of the set-up secret failed: for whoever runs the server.
    #[error("the set-up secret: {0}")]
    SetUpFile(String),
    /// The database failed: for whoever runs the server.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Passwords or tokens failed: for whoever runs the server.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// An entry could not be written in its canonical form.
    #[error("writing a timeline entry failed: {0}")]
    Entry(#[from] serde_json::Error),
    /// What time should have done was refused: a fault of this program or of a policy.
    #[error("time was refused: {0}")]
    TimeRefused(String),
}
