//! The keys of the policy language: one table, by which files are checked and from which the
//! language's reference is written.

mod calendar;
mod kinds;
mod permissions;
mod policy;
mod stage;
mod words;

pub(super) use kinds::{Key, Kind, Presence, Table};
pub(super) use policy::POLICY;
