//! What a report says, in words: cells, lengths, instants, periods.

use crate::clock::UtcInstant;
use crate::reports::{Audience, Cell, Column, ColumnKind, Period, PeriodKind, Report};
use chrono::Datelike;
use chrono_tz::Tz;

/// What stands where there is nothing to say.
pub(super) const NOTHING: &str = "–";
/// What stands for a case that has not ended.
pub(super) const OPEN: &str = "open";
/// What stands where a number is not shown.
pub(super) const SUPPRESSED: &str = "not shown";

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// What a cell says in its column.
pub(super) fn cell(cell: &Cell, kind: ColumnKind, zone: Tz) -> String {
    match cell {
        Cell::Share { value, of: whole @ 1.. } => {
            format!("{} ({} of {})", percent(*value, *whole), count(*value), count(*whole))
        }
        other => short(other, kind, zone),
    }
}

/// What a cell says in its column, where there is little room.
pub(super) fn short(cell: &Cell, kind: ColumnKind, zone: Tz) -> String {
    match cell {
        Cell::Count { value } => count(*value),
        Cell::Share { of: 0, .. } | Cell::Nothing => NOTHING.to_owned(),
        Cell::Share { value, of } => percent(*value, *of),
        Cell::Minutes { value } => length(*value, kind),
        Cell::Words { value } => legible(value),
        Cell::Instant { value } => instant(*value, zone),
        Cell::Suppressed => SUPPRESSED.to_owned(),
    }
}

/// A number with its thousands apart: `12,345`.
pub(super) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share as a whole percentage; one that is not quite none or not quite all says so.
fn percent(value: u64, of: u64) -> String {
    let rounded = (u128::from(value) * 200 + u128::from(of)) / (u128::from(of) * 2);
    match rounded {
        0 if value > 0 => "under 1%".to_owned(),
        100 if value < of => "over 99%".to_owned(),
        rounded => format!("{rounded}%"),
    }
}

/// A length: elapsed in days and hours, working in hours and minutes, since a working day is of
/// another length for each policy.
pub(super) fn length(minutes: u64, kind: ColumnKind) -> String {
    let parts = match kind {
        ColumnKind::Elapsed if minutes >= DAY => {
            let days = if minutes < 2 * DAY { "day" } else { "days" };
            [(minutes / DAY, days), (minutes % DAY / HOUR, "h")]
        }
        _ => [(minutes / HOUR, "h"), (minutes % HOUR, "min")],
    };
    let said = parts.iter().filter(|(number, _)| *number > 0);
    let said: Vec<String> =
        said.map(|(number, unit)| format!("{} {unit}", count(*number))).collect();
    if said.is_empty() { "0 min".to_owned() } else { said.join(" ") }
}

/// An instant in local time: `Wed 30 Dec 2026, 17:00`.
pub(super) fn instant(at: UtcInstant, zone: Tz) -> String {
    at.utc().with_timezone(&zone).format("%a %-d %b %Y, %H:%M").to_string()
}

/// The heading of a column, with what its numbers are where that is not plain.
pub(super) fn heading(column: &Column) -> String {
    let title = legible(&column.title);
    let says = title.to_lowercase();
    match column.kind {
        ColumnKind::Elapsed if !says.contains("elapsed") => format!("{title} (elapsed)"),
        ColumnKind::Working if !says.contains("working") => format!("{title} (working time)"),
        _ => title,
    }
}

/// The period: `1 April 2026 to 31 March 2027`, with its name if it has one.
pub(super) fn period(period: &Period) -> String {
    let day = |day: chrono::NaiveDate| day.format("%-d %B %Y").to_string();
    let days = format!("{} to {}", day(period.from), day(period.to));
    match period.kind {
        PeriodKind::Quarter => format!("{days} (a quarter)"),
        PeriodKind::FinancialYear => {
            let (from, to) = (period.from.year(), period.to.year().rem_euclid(100));
            format!("{days} (financial year {from}/{to:02})")
        }
        PeriodKind::Dates => days,
    }
}

/// How a report is marked: who may see it.
pub(super) fn marking(audience: Audience) -> &'static str {
    match audience {
        Audience::Officers => "OFFICIAL-SENSITIVE",
        Audience::Publication => "For publication",
    }
}

/// What a report is about: a name and a value each.
pub(super) fn about(report: &Report, zone: Tz) -> Vec<(String, String)> {
    let mut about = vec![
        ("Partnership".to_owned(), legible(&report.partnership)),
        ("Period".to_owned(), period(&report.period)),
        ("As of".to_owned(), instant(report.as_of, zone)),
    ];
    if report.filters.is_empty() {
        about.push(("Cases".to_owned(), "all of the partnership".to_owned()));
    }
    for (name, value) in &report.filters {
        about.push((format!("Only {}", legible(name)), legible(value)));
    }
    if let Some(smallest) = report.smallest_count_shown {
        let not_shown = format!(
            "counts from 1 to {}, and what would give one away; such a cell says '{SUPPRESSED}'",
            smallest.saturating_sub(1)
        );
        about.push(("Not shown".to_owned(), not_shown));
    }
    about
}

/// A text without what no form can show: control characters become spaces.
pub(super) fn legible(text: &str) -> String {
    let shown = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if shown(c) { c } else { ' ' }).collect()
}
