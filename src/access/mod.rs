//! Who may see and do what. The one place that decides it.
//!
//! Pure. Need to know: a case is seen by the people on it, by the posts that it has reached, and by
//! its partnership; a draft by its writer alone. An administrator keeps the directory and sees no
//! case. [`may_see`] and [`may`] hand back the signature under which somebody acts, so a caller
//! cannot act without having asked.

mod actor;
mod keys;
mod rules;
#[cfg(test)]
mod tests;

pub use actor::{Actor, HeldPost, Proof, ProofBy};
pub use keys::{may_approve_key_rotation, may_propose_key_rotation, may_see_key_rotations};
pub use rules::{
    Relation, fresh_proof, may, may_end_sign_ins, may_invite, may_keep_directory,
    may_publish_policy, may_see, may_set_rules, relation,
};
