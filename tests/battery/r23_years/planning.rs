//! What is to happen when.

use super::faults::Over;
use super::world::{BEGINS, World};
use bscp_escalation::clock::UtcInstant;
use chrono::TimeDelta;

/// Something that is to happen at an instant.
#[derive(Debug, Clone)]
pub enum Happening {
    /// Somebody begins a challenge.
    Begin,
    /// Somebody does something about a case.
    Act,
    /// Somebody sends a request again that was not answered.
    Again(usize),
    /// Somebody looks through their list.
    Look,
    /// The partnership ends what has been overdue for long.
    Sweep,
    /// The directory changes.
    Keep,
    /// A policy version is published.
    Publish,
    /// Something fails.
    Trouble,
    /// Something works again.
    Over(Over),
}

impl World {
    /// What the year has in store.
    pub fn plan(&mut self) {
        let cases = self.dice.between(5, 10);
        for _ in 0..cases {
            let at = self.office_hour(0, 330);
            self.plan_at(at, Happening::Begin);
            if self.dice.one_in(2) {
                let hours = i64::try_from(self.dice.between(0, 96)).unwrap();
                self.plan_at(at.plus(TimeDelta::hours(hours)), Happening::Trouble);
            }
            for _ in 0..self.dice.between(0, 10) {
                let days = i64::try_from(self.dice.between(0, 35)).unwrap();
                let at = self.in_office_hours(at.plus(TimeDelta::days(days)));
                self.plan_at(at, Happening::Act);
            }
        }
        for (count, happening) in [
            (self.dice.between(4, 10), Happening::Keep),
            (self.dice.between(0, 3), Happening::Publish),
            (self.dice.between(5, 15), Happening::Look),
            (self.dice.between(4, 14), Happening::Trouble),
        ] {
            for _ in 0..count {
                let at = self.office_hour(1, 364);
                self.plan_at(at, happening.clone());
            }
        }
        for week in 0..52 {
            let at = self.at.plus(TimeDelta::days(2 + 7 * week) + TimeDelta::hours(3));
            self.plan_at(at, Happening::Sweep);
        }
    }

    /// Plans something.
    pub fn plan_at(&mut self, at: UtcInstant, happening: Happening) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), happening);
    }

    /// Plans something for a drawn number of minutes from now.
    pub fn plan_in(&mut self, minutes: (u64, u64), happening: Happening) {
        let seconds = i64::try_from(self.dice.between(minutes.0 * 60, minutes.1 * 60)).unwrap();
        self.plan_at(self.at.plus(TimeDelta::seconds(seconds)), happening);
    }

    fn office_hour(&mut self, from: u64, to: u64) -> UtcInstant {
        let days = i64::try_from(self.dice.between(from, to)).unwrap();
        let begins: UtcInstant = BEGINS.parse().unwrap();
        self.in_office_hours(begins.plus(TimeDelta::days(days)))
    }

    /// An instant of that day at which people work, more or less.
    fn in_office_hours(&mut self, day: UtcInstant) -> UtcInstant {
        let midnight = day.utc().date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let seconds = i64::try_from(self.dice.between(7 * 3600, 18 * 3600)).unwrap();
        UtcInstant::new(midnight + TimeDelta::seconds(seconds))
    }
}
