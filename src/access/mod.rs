//! Who may see and do what. The one place that decides it; docs/access.md is its table, and the tests
//! read that table.
//!
//! Pure. Need to know: a case is seen by the people on it, by the posts that it has reached, and by
//! its partnership; a draft by its writer alone; a restricted case by those on it in person and by
//! the officers whom it does not exclude. An administrator keeps the directory and sees no case.
//! [`may_see`] and [`may`] hand back the signature under which somebody acts, so a caller cannot act
//! without having asked.

mod actor;
mod keys;
mod relation;
mod rules;
mod scopes;
#[cfg(test)]
mod tests;

pub use actor::{Actor, HeldPost, Proof, ProofBy};
pub use keys::{may_approve_key_rotation, may_propose_key_rotation, may_see_key_rotations};
pub use relation::{Relation, Standing, looks_in_emergencies, may_see, relation};
pub use rules::{
    fresh_proof, may, may_break_glass, may_invite, may_keep_directory, may_publish_policy,
    may_report, may_see_views, may_set_rules,
};
pub use scopes::{TokenScope, may_hand_in_bounces, may_keep_accounts, token_may, token_operations};
