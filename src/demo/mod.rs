//! The demonstration: a made-up partnership, the shipped policy, and one story played from
//! challenge to resolution through the server's own REST API, on a clock that is wound on.
//!
//! It can be killed at any point and started again: every request of the story carries an
//! Idempotency-Key of its own, so a step that was done gives its answer again and has no second
//! effect, and the clock goes on from the latest that the record knows.

mod client;
mod host;
mod story;

pub use host::{DemoOptions, run};
