//! The policy, lived through: one file a chapter. Times are London's.

mod agreeing;
mod answering;
mod drafting;
pub(crate) mod fixture;
mod last_stage;
mod moving_up;
mod policies;
pub(crate) mod properties;
mod reopening;
mod telling;
mod time;
mod working;
