//! How long cases stay open, where some have not ended yet: the estimate of Kaplan and Meier (1958).

/// By whole days of 24 hours since a case was raised: how many ended then for the first time, and
/// how many were last seen open then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Survival {
    days: Vec<Day>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Day {
    ended: u64,
    last_seen_open: u64,
}

/// More than a century: what is later is counted here.
const LAST_DAY: u64 = 40_000;

/// What is known of one number of days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Survivors {
    /// How many days have passed.
    pub(super) days: u64,
    /// How many cases were seen for so long and were still open.
    pub(super) seen_open: u64,
    /// How many had ended by then.
    pub(super) ended: u64,
    /// The estimated share that is still open.
    pub(super) share: f64,
}

impl Survivors {
    /// So many of every thousand.
    pub(super) fn of_a_thousand(self) -> u64 {
        (self.share * 1_000.0).round() as u64
    }
}

impl Survival {
    pub(super) fn count(&mut self, days: u64, has_ended: bool) {
        self.add(days.min(LAST_DAY) as usize, u64::from(has_ended), u64::from(!has_ended));
    }

    fn add(&mut self, day: usize, ended: u64, last_seen_open: u64) {
        if day >= self.days.len() {
            self.days.resize(day + 1, Day::default());
        }
        if let Some(there) = self.days.get_mut(day) {
            there.ended += ended;
            there.last_seen_open += last_seen_open;
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (day, there) in other.days.iter().enumerate() {
            self.add(day, there.ended, there.last_seen_open);
        }
    }

    /// For each whole number of days from 0, until everybody has ended or was last seen open.
    pub(super) fn curve(&self) -> Vec<Survivors> {
        let all = self.days.iter().map(|day| day.ended + day.last_seen_open).sum();
        let mut now = Survivors { days: 0, seen_open: all, ended: 0, share: 1.0 };
        let mut curve = vec![now];
        for day in &self.days {
            if now.seen_open > 0 {
                // who was last seen open on this day was at risk on it
                now.share *= 1.0 - day.ended as f64 / now.seen_open as f64;
            }
            now.days += 1;
            now.ended += day.ended;
            now.seen_open -= day.ended + day.last_seen_open;
            curve.push(now);
        }
        curve
    }

    /// By how many days half of the cases have ended; none if that is not reached.
    pub(super) fn median_days(&self) -> Option<u64> {
        self.curve().iter().find(|day| day.share <= 0.5).map(|day| day.days)
    }
}
