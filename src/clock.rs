//! What time it is. The only file that may ask.
//!
//! Everything else takes `now` as an argument, so a test or the demonstration can live through a
//! Christmas in a second. Instants are whole microseconds in UTC: what both databases keep, so an
//! instant that went through either comes back equal, and so do the bytes hashed over it.

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// An instant in UTC, in whole microseconds.
///
/// Its text form is fixed in width (`2026-12-21T09:10:00.000000Z`), so text order is time order.
/// Kept as a number, since 1970, and within what a date can say: reports compare many millions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcInstant(i64);

impl UtcInstant {
    /// 1 January 1970: before anything that is stored.
    pub const EPOCH: Self = Self(0);
    const FIRST: i64 = DateTime::<Utc>::MIN_UTC.timestamp_micros();
    const LAST: i64 = DateTime::<Utc>::MAX_UTC.timestamp_micros();

    /// The instant, cut to whole microseconds.
    pub const fn new(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }

    /// The instant so many microseconds after 1970 began; none beyond the ends of time.
    pub fn of_micros(micros: i64) -> Option<Self> {
        (Self::FIRST..=Self::LAST).contains(&micros).then_some(Self(micros))
    }

    /// How many microseconds after 1970 began.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant as chrono has it.
    pub fn utc(self) -> DateTime<Utc> {
        // It was made of one, so there is one.
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// This instant moved by a length; stays where it is at the ends of time.
    pub fn plus(self, length: TimeDelta) -> Self {
        self.utc().checked_add_signed(length).map_or(self, Self::new)
    }

    /// The length from `earlier` to this instant; negative if `earlier` is later.
    pub fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for UtcInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl fmt::Debug for UtcInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is not an instant that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an instant such as 2026-12-21T09:10:00Z (RFC 3339, with its offset)")]
pub struct NotAnInstant;

impl FromStr for UtcInstant {
    type Err = NotAnInstant;

    /// In UTC its year has four digits, or the text would not be of fixed width; and it is no leap
    /// second, which PostgreSQL would make another instant.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
        let kept =
            |at: &DateTime<Utc>| (1..=9999).contains(&at.year()) && at.nanosecond() < 1_000_000_000;
        read.ok().filter(kept).map(Self::new).ok_or(NotAnInstant)
    }
}

impl Serialize for UtcInstant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcInstant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for UtcInstant {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl utoipa::ToSchema for UtcInstant {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("UtcInstant")
    }
}

/// Where `now` comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is wound on; for tests.
    Standing(Arc<Mutex<UtcInstant>>),
    /// A clock that runs at the machine's pace, some way off from it, and can be wound on; for the
    /// demonstration.
    Wound(Arc<Mutex<TimeDelta>>),
    /// The clock of the database that several machines share, as this machine last heard it; between
    /// two times of hearing it runs on by the machine's monotonic clock, which nobody sets.
    Following(Arc<Following>),
}

/// A clock elsewhere that is followed.
#[derive(Debug)]
pub struct Following {
    machine: Clock,
    heard: Mutex<Heard>,
}

/// What a clock elsewhere showed, and when that was heard.
#[derive(Debug, Clone, Copy)]
struct Heard {
    showed: UtcInstant,
    at: Duration,
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn standing_at(now: UtcInstant) -> Self {
        Self::Standing(Arc::new(Mutex::new(now)))
    }

    /// A clock that shows `now` at this moment and runs on from there.
    pub fn wound_to(now: UtcInstant) -> Self {
        Self::Wound(Arc::new(Mutex::new(now.since(system_now()))))
    }

    /// A clock elsewhere, which shows `shows` now, followed beside this machine's own.
    pub fn following(machine: Self, shows: UtcInstant) -> Self {
        let heard = Mutex::new(Heard { showed: shows, at: machine.monotonic() });
        Self::Following(Arc::new(Following { machine, heard }))
    }

    /// The clock that is followed shows `shows` now. Nothing for others.
    pub fn heard(&self, shows: UtcInstant) {
        if let Self::Following(following) = self {
            let heard = Heard { showed: shows, at: following.machine.monotonic() };
            *following.heard.lock().unwrap_or_else(PoisonError::into_inner) = heard;
        }
    }

    /// What this machine's own clock shows.
    pub fn machine(&self) -> UtcInstant {
        match self {
            Self::Following(following) => following.machine.now(),
            own => own.now(),
        }
    }

    /// Whether it is made up, for tests and the demonstration: then nobody can set it wrong.
    pub fn is_made_up(&self) -> bool {
        matches!(self, Self::Standing(_) | Self::Wound(_))
    }

    /// A length since some moment, by a clock that nobody sets: for how long something takes.
    pub fn monotonic(&self) -> Duration {
        static STARTED: LazyLock<Instant> = LazyLock::new(instant);
        let running = || instant().saturating_duration_since(*STARTED);
        match self {
            Self::System => running(),
            Self::Following(following) => following.machine.monotonic(),
            Self::Wound(offset) => {
                let offset = *offset.lock().unwrap_or_else(PoisonError::into_inner);
                running() + offset.abs().to_std().unwrap_or(Duration::ZERO)
            }
            Self::Standing(_) => {
                let since = self.now().since(UtcInstant::new(DateTime::<Utc>::UNIX_EPOCH));
                since.to_std().unwrap_or(Duration::ZERO)
            }
        }
    }

    /// The time.
    pub fn now(&self) -> UtcInstant {
        match self {
            Self::Following(following) => {
                let heard = *following.heard.lock().unwrap_or_else(PoisonError::into_inner);
                let since = following.machine.monotonic().saturating_sub(heard.at);
                heard.showed.plus(TimeDelta::from_std(since).unwrap_or(TimeDelta::MAX))
            }
            Self::System => system_now(),
            Self::Standing(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
            Self::Wound(offset) => {
                let offset = *offset.lock().unwrap_or_else(PoisonError::into_inner);
                system_now().plus(offset)
            }
        }
    }

    /// Winds a standing or wound clock on to `at`, and says whether it moved: a clock never goes
    /// back, and the machine's clock is not ours to move.
    pub fn wind_on_to(&self, at: UtcInstant) -> bool {
        match self {
            Self::System | Self::Following(_) => false,
            Self::Standing(stands) => {
                let mut stands = stands.lock().unwrap_or_else(PoisonError::into_inner);
                let moves = at > *stands;
                if moves {
                    *stands = at;
                }
                moves
            }
            Self::Wound(offset) => {
                let mut offset = offset.lock().unwrap_or_else(PoisonError::into_inner);
                let wanted = at.since(system_now());
                let moves = wanted > *offset;
                if moves {
                    *offset = wanted;
                }
                moves
            }
        }
    }
}

/// How long something takes, whatever the clock on the wall does meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    pub fn started() -> Self {
        Self(instant())
    }

    /// How long it has run.
    pub fn so_far(self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the time")]
fn system_now() -> UtcInstant {
    UtcInstant::new(Utc::now())
}

fn instant() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use crate::clock::UtcInstant;
    use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_instant_is_what_chrono_has_cut_to_microseconds(
            seconds in -70_000_000_000_i64..260_000_000_000,
            nanos in 0_u32..1_000_000_000,
            nanos_more in any::<i64>(),
        ) {
            let at = DateTime::from_timestamp(seconds, nanos).unwrap();
            let (it, more) = (UtcInstant::new(at), TimeDelta::nanoseconds(nanos_more));
            prop_assert_eq!(it.utc(), at.trunc_subsecs(6));
            prop_assert_eq!(UtcInstant::of_micros(it.micros()), Some(it));
            let later = (at.trunc_subsecs(6) + more).trunc_subsecs(6);
            prop_assert_eq!(it.plus(more).utc(), later);
            prop_assert_eq!(it.plus(more).since(it), later - at.trunc_subsecs(6));
            prop_assert_eq!(it.plus(more) < it, later < it.utc());
        }
    }

    #[test]
    fn at_the_ends_of_time_an_instant_stays_where_it_is() {
        for end in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let it = UtcInstant::new(end);
            assert_eq!(it.utc(), end.trunc_subsecs(6));
            assert_eq!(UtcInstant::of_micros(it.micros()), Some(it));
            let beyond = if it > UtcInstant::EPOCH { 1 } else { -1 };
            assert_eq!(UtcInstant::of_micros(it.micros() + beyond), None);
            assert_eq!(it.plus(TimeDelta::days(beyond)), it);
        }
        assert_eq!(UtcInstant::of_micros(0), Some(UtcInstant::EPOCH));
        assert_eq!(UtcInstant::EPOCH.utc(), DateTime::UNIX_EPOCH);
    }
}
