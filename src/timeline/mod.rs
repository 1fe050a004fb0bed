//! The timeline: the append-only record of all that happened to a case, chained so that nobody can
//! change it unseen.
//!
//! Pure. Each entry carries the SHA-256 of the one before it over canonical bytes (see
//! [`Entry::canonical`]), which anybody can recompute with stock tools. The store keeps it and its
//! triggers refuse to change it; `timeline verify` reads it through [`verify`].

mod entry;
#[cfg(test)]
mod tests;
mod verify;

pub use entry::{Entry, EntryHash, FIRST_PREVIOUS};
pub use verify::{Break, fold, verify};
