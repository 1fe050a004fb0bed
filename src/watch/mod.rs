//! Whether this node is well: what there is to see, what follows from it, and a sign of life that
//! goes out only while all is well, so that silence is the alarm.
//!
//! A clock that decides deadlines is not believed blindly: see [`ClockWatch`]. What a node sees of
//! itself is put into [`Signs`]; [`Signs::ailments`] says what is wrong, and readiness, the metrics
//! and the heartbeat all follow from that one answer.

mod clock_watch;
mod heartbeat;
mod signs;
#[cfg(test)]
mod tests;

pub use clock_watch::{ClockDoubt, ClockLook, ClockWatch};
pub use heartbeat::{Heartbeat, HeartbeatFault};
pub use signs::{Ailment, LATE_SECONDS_MAX, Signs};
