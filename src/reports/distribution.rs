//! How lengths are distributed, exactly, in memory that does not grow with the cases.

use std::collections::BTreeMap;

/// Lengths below this many minutes (91 days) are counted in a row, longer ones in a map.
const IN_A_ROW: u64 = 1 << 17;

/// How many of each whole minute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Distribution {
    row: Vec<u32>,
    long: BTreeMap<u64, u32>,
    count: u64,
}

impl Distribution {
    pub(super) fn add(&mut self, minutes: u64) {
        self.add_times(minutes, 1);
    }

    fn add_times(&mut self, minutes: u64, times: u32) {
        self.count += u64::from(times);
        if minutes >= IN_A_ROW {
            *self.long.entry(minutes).or_default() += times;
            return;
        }
        let index = minutes as usize;
        if index >= self.row.len() {
            self.row.resize((index + 1).next_power_of_two().max(64), 0);
        }
        if let Some(there) = self.row.get_mut(index) {
            *there += times;
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (minutes, times) in other.each() {
            self.add_times(minutes, times);
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The smallest length that at least so many hundredths do not exceed: the nearest rank.
    pub(super) fn hundredth(&self, hundredths: u64) -> Option<u64> {
        let rank = (self.count * hundredths).div_ceil(100).max(1);
        let mut passed = 0;
        self.each().find_map(|(minutes, times)| {
            passed += u64::from(times);
            (passed >= rank).then_some(minutes)
        })
    }

    pub(super) fn worst(&self) -> Option<u64> {
        self.hundredth(100)
    }

    /// Each length that occurs, the shortest first, and how often.
    fn each(&self) -> impl Iterator<Item = (u64, u32)> {
        let row = (0..).zip(self.row.iter().copied()).filter(|(_, times)| *times > 0);
        row.chain(self.long.iter().map(|(minutes, times)| (*minutes, *times)))
    }
}
