//! Between instants and the clock on the wall, never backwards.

use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

/// The furthest that the clock on the wall has got: a day, and how long after its midnight.
///
/// Where clocks go back from midnight to the day before, that day gets its full 24 hours and no
/// further, so that the day is always one that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WallTime {
    pub(super) day: NaiveDate,
    pub(super) since_midnight: TimeDelta,
}

const DAY: TimeDelta = TimeDelta::days(1);

impl Calendar {
    /// The instant as the clock on the wall shows it.
    pub fn local(&self, at: UtcInstant) -> DateTime<Tz> {
        at.utc().with_timezone(&self.rules().zone)
    }

    /// The instant at which the clock on the wall shows this: the first at which it shows this or
    /// something later.
    ///
    /// A time that clocks going forward skip is the first instant after the gap; a time that clocks
    /// going back show twice is the earlier.
    pub fn instant_of(&self, local: NaiveDateTime) -> UtcInstant {
        let zone = self.rules().zone;
        let at = zone
            .from_local_datetime(&local)
            .earliest()
            .or_else(|| GapInfo::new(&local, &zone).and_then(|gap| gap.end))
            .map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc));
        UtcInstant::new(at)
    }

    /// The instant at which a local day begins.
    pub(super) fn beginning_of(&self, day: NaiveDate) -> UtcInstant {
        self.instant_of(day.and_time(NaiveTime::MIN))
    }

    /// The furthest that the clock on the wall has got: while it shows an hour for the second time
    /// it stays where it went back. Never runs backwards.
    pub(super) fn wall_time(&self, at: UtcInstant) -> WallTime {
        let local = self.local(at).naive_local();
        let first_shown = self.instant_of(local);
        if first_shown < at {
            let furthest = self.went_back_at(first_shown, at);
            if furthest.time() == NaiveTime::MIN
                && let Some(day) = furthest.date().pred_opt()
            {
                return WallTime { day, since_midnight: DAY };
            }
            return WallTime::of(furthest);
        }
        WallTime::of(local)
    }

    /// What the clock would have shown when it went back between two instants.
    fn went_back_at(&self, first_shown: UtcInstant, at: UtcInstant) -> NaiveDateTime {
        let change = self.offset_change(first_shown, at);
        let offset = self.local(first_shown).offset().fix();
        change.utc().with_timezone(&offset).naive_local()
    }

    /// The first second after `from` at which the offset is no longer what it is at `from`, given
    /// that it changes until `to`.
    pub(super) fn offset_change(&self, from: UtcInstant, to: UtcInstant) -> UtcInstant {
        let offset = |at| self.local(at).offset().fix();
        let before = offset(from);
        // changes fall on whole seconds
        let from = from.plus(-TimeDelta::microseconds(from.utc().timestamp_subsec_micros().into()));
        // `low` is before the change and `high` after it
        let (mut low, mut high) = (0, to.since(from).num_seconds());
        while high - low > 1 {
            let middle = low.midpoint(high);
            if offset(from.plus(TimeDelta::seconds(middle))) == before {
                low = middle;
            } else {
                high = middle;
            }
        }
        from.plus(TimeDelta::seconds(high))
    }
}

impl WallTime {
    fn of(local: NaiveDateTime) -> Self {
        Self { day: local.date(), since_midnight: local.time() - NaiveTime::MIN }
    }

    /// The same moment, where midnight is the beginning of a day.
    pub(super) fn itself(self) -> Self {
        self
    }

    /// The same moment, where midnight is the end of a day and not the beginning of the next.
    pub(super) fn as_an_end(self) -> Self {
        match self.day.pred_opt() {
            Some(day) if self.since_midnight.is_zero() => Self { day, since_midnight: DAY },
            _ => self,
        }
    }
}
