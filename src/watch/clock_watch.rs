//! Whether the clock that decides can be believed.
//!
//! On PostgreSQL the database's clock decides, for all nodes; on SQLite this machine's. Deadlines are
//! acted on neither early (by a clock that jumped ahead) nor twice (by one that was set back): a node
//! whose clock is in doubt says so and steps aside, and another goes on.

use crate::clock::UtcInstant;
use chrono::TimeDelta;
use std::fmt;
use std::time::Duration;

/// How far clocks may be apart before one of them is in doubt.
const APART_MAX: TimeDelta = TimeDelta::seconds(30);
/// How long a clock that jumped must have run evenly before it is believed again.
const EVEN_FOR: Duration = Duration::from_secs(60);

/// A look at the clocks.
#[derive(Debug, Clone, Copy)]
pub struct ClockLook {
    /// What the clock shows that decides.
    pub decides: UtcInstant,
    /// What this machine's clock shows at that moment.
    pub machine: UtcInstant,
    /// How long this process has run, by a clock that nobody sets.
    pub monotonic: Duration,
    /// When any node last wrote to the database, by the clock that decided then.
    pub last_seen: Option<UtcInstant>,
}

/// Why the clock is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockDoubt {
    /// This machine's clock differs from the database's by so many seconds; positive if it is ahead.
    OffBy(i64),
    /// The clock that decides was moved by so many seconds while the server ran.
    Jumped(i64),
    /// The clock shows so many seconds before the time at which a node last wrote to the database.
    BehindRecord(i64),
}

impl fmt::Display for ClockDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OffBy(seconds) => {
                write!(
                    f,
                    "this machine's clock is {seconds} seconds off the database's: set it right"
                )
            }
            Self::Jumped(seconds) => write!(
                f,
                "the clock was moved by {seconds} seconds: it is believed again once it has run \
                 evenly for a minute"
            ),
            Self::BehindRecord(seconds) => write!(
                f,
                "the clock shows a time {seconds} seconds before the last one recorded: set it \
                 right, or, if it is right now, run `bscp-escalation doctor --trust-clock`"
            ),
        }
    }
}

/// What was seen of the clocks so far.
#[derive(Debug, Default)]
pub struct ClockWatch {
    last: Option<(UtcInstant, Duration)>,
    jumped: Option<(i64, Duration)>,
}

impl ClockWatch {
    /// Looks again, and says whether the clock is in doubt.
    pub fn look(&mut self, look: ClockLook) -> Option<ClockDoubt> {
        let (decides, monotonic) = (look.decides, look.monotonic);
        if let Some((before, then)) = self.last.replace((decides, monotonic)) {
            let ran = TimeDelta::from_std(monotonic.saturating_sub(then)).unwrap_or(TimeDelta::MAX);
            let moved = decides.since(before) - ran;
            if moved.abs() > APART_MAX {
                self.jumped = Some((moved.num_seconds(), monotonic));
            }
        }
        let is_recent = |(_, at): &(i64, Duration)| monotonic.saturating_sub(*at) < EVEN_FOR;
        self.jumped = self.jumped.filter(is_recent);
        let off = look.machine.since(decides);
        if off.abs() > APART_MAX {
            return Some(ClockDoubt::OffBy(off.num_seconds()));
        }
        if let Some((seconds, _)) = self.jumped {
            return Some(ClockDoubt::Jumped(seconds));
        }
        let behind = look.last_seen.map_or(TimeDelta::zero(), |seen| seen.since(decides));
        (behind > APART_MAX).then(|| ClockDoubt::BehindRecord(behind.num_seconds()))
    }
}
