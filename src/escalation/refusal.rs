//! Why something cannot be done, and what to do instead.

use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

/// A fault in one field of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldFault {
    /// Where it is, as a JSON pointer such as `/challenge/facts`.
    pub pointer: String,
    /// What is wrong and what to write instead.
    pub detail: String,
}

impl FieldFault {
    /// A fault at a pointer.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// The domain says no. The texts are for the person who asked: they name no child and no narrative.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is no such thing, or the person may not know that there is.
    #[error("There is nothing here that you can see.")]
    NotFound,
    /// The person may see it, and may not do this.
    #[error("{0}")]
    NotYours(String),
    /// It is theirs to do, once they have proved again that it is them.
    #[error(
        "Prove again that it is you: see POST /api/v1/sessions/current/proofs. Then send this again."
    )]
    ProveAgain,
    /// It cannot be done as things stand.
    #[error("{0}")]
    NotNow(String),
    /// What was sent is at fault.
    #[error("Some fields need another look.")]
    Faulty(Vec<FieldFault>),
}

impl Refusal {
    /// Refuses for one field's fault.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Faulty(vec![FieldFault::new(pointer, detail)])
    }

    /// Refuses as things stand.
    pub fn not_now(why: impl Into<String>) -> Self {
        Self::NotNow(why.into())
    }
}
