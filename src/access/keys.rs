//! Who may rotate the key that signs access tokens: two people, never one.

use super::actor::Actor;
use crate::escalation::Refusal;
use crate::ids::PersonId;

/// Whether somebody may propose a new signing key: an administrator.
///
/// # Errors
/// Who may.
pub fn may_propose_key_rotation(actor: &Actor) -> Result<(), Refusal> {
    if actor.administrator {
        return Ok(());
    }
    Err(Refusal::NotYours("An administrator proposes a new signing key.".to_owned()))
}

/// Whether somebody may approve a signing key that somebody proposed: another administrator, or an
/// officer of a partnership.
///
/// # Errors
/// Who may.
pub fn may_approve_key_rotation(actor: &Actor, proposed_by: PersonId) -> Result<(), Refusal> {
    may_see_key_rotations(actor)?;
    if actor.person_id == proposed_by {
        return Err(Refusal::NotYours(
            "You proposed this key. Another administrator or an officer approves it.".to_owned(),
        ));
    }
    Ok(())
}

/// Whether somebody may read which signing keys were proposed and approved; never the keys.
///
/// # Errors
/// Who may.
pub fn may_see_key_rotations(actor: &Actor) -> Result<(), Refusal> {
    let is_officer = actor.officer_of().next().is_some();
    if actor.administrator || is_officer {
        return Ok(());
    }
    Err(Refusal::NotYours(
        "Administrators and the partnerships' officers deal with signing keys.".to_owned(),
    ))
}
