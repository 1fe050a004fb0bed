//! What is seen of a node, and what is wrong with it.

use super::clock_watch::ClockDoubt;
use std::fmt;
use std::time::Duration;

/// A deadline that was not acted on for longer than this, in seconds, means that the escalator does
/// not work (I4).
pub const LATE_SECONDS_MAX: i64 = 60;
/// A loop that did not come round for longer than this does not work, whatever its tick.
const STALLED_AFTER: Duration = Duration::from_secs(60);

/// What is seen of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs {
    /// For how many seconds the longest waiting case is due that was not set aside; none if the
    /// database does not answer, negative if nothing is due.
    pub unacted_seconds: Option<i64>,
    /// Whether the last attempt to write to the database succeeded.
    pub can_write: bool,
    /// How long ago the escalator last came round; none on a node that only answers requests.
    pub escalator_age: Option<Duration>,
    /// The same of the loop that sends mail.
    pub deliverer_age: Option<Duration>,
    /// How often they come round at the least.
    pub tick: Duration,
    /// Whether the clock is in doubt.
    pub clock: Option<ClockDoubt>,
    /// How many cases were set aside.
    pub set_aside_count: i64,
}

/// Something that is wrong with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ailment {
    /// The database does not answer.
    NoDatabase,
    /// The database cannot be written to.
    CannotWrite,
    /// A deadline has passed and was not acted on.
    DeadlineLeftAlone,
    /// The escalator does not come round.
    EscalatorStalled,
    /// The loop that sends mail does not come round.
    DelivererStalled,
    /// The clock cannot be believed.
    Clock(ClockDoubt),
    /// A case was set aside.
    CaseSetAside,
}

impl Ailment {
    /// Whether the node cannot do its work. A case that was set aside is no reason to turn people
    /// away from all others: it silences the heartbeat only.
    pub fn is_grave(self) -> bool {
        self != Self::CaseSetAside
    }
}

impl fmt::Display for Ailment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoDatabase => "the database does not answer",
            Self::CannotWrite => "the database cannot be written to",
            Self::DeadlineLeftAlone => {
                "a deadline that has passed was not acted on for over a minute"
            }
            Self::EscalatorStalled => "nobody has looked for what is due for too long",
            Self::DelivererStalled => "nobody has looked for messages to send for too long",
            Self::CaseSetAside => "a case was set aside: the log says which and why",
            Self::Clock(doubt) => return doubt.fmt(f),
        })
    }
}

impl Signs {
    /// What is wrong, the gravest first; nothing if all is well.
    pub fn ailments(&self) -> Vec<Ailment> {
        let stalled_after = (self.tick * 2).max(STALLED_AFTER);
        let stalled = |age: Option<Duration>| age.is_some_and(|age| age > stalled_after);
        let late = self.unacted_seconds.is_some_and(|seconds| seconds > LATE_SECONDS_MAX);
        [
            self.unacted_seconds.is_none().then_some(Ailment::NoDatabase),
            (!self.can_write).then_some(Ailment::CannotWrite),
            late.then_some(Ailment::DeadlineLeftAlone),
            self.clock.map(Ailment::Clock),
            stalled(self.escalator_age).then_some(Ailment::EscalatorStalled),
            stalled(self.deliverer_age).then_some(Ailment::DelivererStalled),
            (self.set_aside_count > 0).then_some(Ailment::CaseSetAside),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
