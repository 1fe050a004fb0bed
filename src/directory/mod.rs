//! The directory: who stands on which rung of which agency, and who is to be reached when nobody does.
//!
//! Pure. The store loads a [`Directory`] of the agencies that a case concerns; `escalation` asks
//! it who must be told. It never answers "nobody": deputies stand in for the absent, the next rung
//! up for a vacant post, the partnership last, and each gap is handed back to be shown.

mod people;
mod post;
mod route;
mod routing;
mod standing;
#[cfg(test)]
mod tests;

pub use people::{Absence, Agency, Contact, Partnership, Person, PersonKind, Sector};
pub use post::{Deputy, Holder, PartnershipFunction, Place, Post, Rung, Side, is_role};
pub use route::{Gap, GapReason, Party, Route, Seat, SeatCapacity};
pub use routing::Directory;
pub use standing::Standing;
