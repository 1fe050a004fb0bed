//! Pauses: how far a deadline moves while its clock stands.

use super::wording::Text;
use crate::calendar::{Calendar, Due, Limit};
use crate::clock::UtcInstant;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The time from one instant to a later one; nothing if the second is not later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Interval {
    /// When it begins.
    pub from: UtcInstant,
    /// When it ends.
    pub to: UtcInstant,
}

impl Calendar {
    /// The deadline of a clock that stood during `pauses`.
    ///
    /// A clock in working units moves on by the working time within the pauses, every other by the
    /// time that passed. A pause counts from where it begins to where it ends, also past the
    /// deadline; pauses that overlap count once. Which pauses a clock has had is the caller's to
    /// know: one that began after the deadline, or before the start, counts like any other.
    pub fn shifted(&self, due: &Due, limit: &Limit, pauses: &[Interval]) -> Due {
        let pauses = merged(pauses);
        if pauses.is_empty() {
            return due.clone();
        }
        let working = self.in_full(limit.allowance()).is_in_working_units();
        let kind = if working { "working " } else { "" };
        let mut paused = TimeDelta::zero();
        let mut text = Text::with_room();
        text.words(&due.derivation);
        let mut list = text.list("; paused ");
        for Interval { from, to } in &pauses {
            let length =
                if working { self.working_time_between(*from, *to) } else { to.since(*from) };
            let item = self.put(list.item(), *from).words(" to ");
            self.put(item, *to).words(" (").length(length, kind).words(")");
            paused += length;
        }
        list.end();
        if pauses.len() > 1 {
            text.words(", ").length(paused, kind).words(" in all");
        }
        let at =
            if working { self.after_working_time(due.at, paused) } else { due.at.plus(paused) };
        self.put(text.words(": "), at);
        Due { at, derivation: text.into_string() }
    }
}

/// The same time in intervals that do not touch, in order.
fn merged(intervals: &[Interval]) -> Vec<Interval> {
    let mut sorted: Vec<Interval> =
        intervals.iter().copied().filter(|interval| interval.from < interval.to).collect();
    sorted.sort_unstable_by_key(|interval| interval.from);
    let mut merged: Vec<Interval> = Vec::with_capacity(sorted.len());
    for interval in sorted {
        match merged.last_mut() {
            Some(last) if interval.from <= last.to => last.to = last.to.max(interval.to),
            _ => merged.push(interval),
        }
    }
    merged
}
