//! bscp-escalation

pub mod access;
pub mod calendar;
pub mod clock;
pub mod directory;
pub mod escalation;
pub mod ids;
pub mod notify;
pub mod policy;
pub mod store;
pub mod timeline;
