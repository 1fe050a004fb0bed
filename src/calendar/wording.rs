//! Days, times and lengths as people write them.

use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use chrono::{Datelike, NaiveDate, TimeDelta, Timelike, Weekday};

/// A text that grows. Plainer than formatting, and much faster: deadlines are derived by the
/// hundred thousand when a policy is simulated.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// An empty text with room for a usual derivation.
    pub(super) fn with_room() -> Self {
        Self(String::with_capacity(160))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }

    pub(super) fn words(&mut self, words: &str) -> &mut Self {
        self.0.push_str(words);
        self
    }

    pub(super) fn number(&mut self, number: u32) -> &mut Self {
        if number >= 10 {
            self.number(number / 10);
        }
        self.0.push(char::from_digit(number % 10, 10).unwrap_or('0'));
        self
    }

    fn two_digits(&mut self, number: u32) -> &mut Self {
        if number < 10 {
            self.0.push('0');
        }
        self.number(number)
    }

    /// `Wed 30 Dec 2026`.
    pub(super) fn day(&mut self, day: NaiveDate) -> &mut Self {
        self.words(short_name(day.weekday())).words(" ").number(day.day()).words(" ");
        self.words(month(day.month())).words(" ").year(day)
    }

    pub(super) fn year(&mut self, day: NaiveDate) -> &mut Self {
        if day.year() < 0 {
            self.0.push('-');
        }
        self.number(day.year().unsigned_abs())
    }

    /// `17:00`.
    pub(super) fn time(&mut self, time: impl Timelike) -> &mut Self {
        self.two_digits(time.hour()).words(":").two_digits(time.minute())
    }

    /// `17:00:05`.
    pub(super) fn time_with_seconds(&mut self, time: impl Timelike) -> &mut Self {
        let second = time.second();
        self.time(time).words(":").two_digits(second)
    }

    /// `7 hours 30 minutes`, cut to the second; `7 working hours 30 minutes` if the kind is
    /// `working `.
    pub(super) fn length(&mut self, length: TimeDelta, kind: &str) -> &mut Self {
        let seconds = u32::try_from(length.num_seconds()).unwrap_or(u32::MAX);
        if seconds == 0 {
            return self.words("no ").words(kind).words("time");
        }
        let parts =
            [(seconds / 3600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")];
        let (mut gap, mut kind) = ("", kind);
        for (number, unit) in parts.into_iter().filter(|(number, _)| *number > 0) {
            let plural = if number == 1 { "" } else { "s" };
            self.words(gap).number(number).words(" ").words(kind).words(unit).words(plural);
            (gap, kind) = (" ", "");
        }
        self
    }

    /// Begins a list that follows `opening`.
    pub(super) fn list(&mut self, opening: &'static str) -> List<'_> {
        List { text: self, opening, last_gap: None, is_empty: true }
    }
}

/// A list in a text: "a", "a and b", "a, b and c". Adds nothing, not even its opening, if nothing
/// is put on it.
pub(super) struct List<'a> {
    text: &'a mut Text,
    opening: &'static str,
    last_gap: Option<usize>,
    is_empty: bool,
}

const GAP: &str = ", ";

impl List<'_> {
    /// The text, ready for the next item.
    pub(super) fn item(&mut self) -> &mut Text {
        if self.is_empty {
            self.text.words(self.opening);
            self.is_empty = false;
        } else {
            self.last_gap = Some(self.text.0.len());
            self.text.words(GAP);
        }
        self.text
    }

    /// Ends the list: its last gap becomes an "and". Says whether there was anything on it.
    pub(super) fn end(self) -> bool {
        if let Some(at) = self.last_gap {
            self.text.0.replace_range(at..at + GAP.len(), " and ");
        }
        !self.is_empty
    }
}

impl Calendar {
    /// The instant in full, local time, cut to the minute: `Wed 30 Dec 2026, 17:00`. Of an hour
    /// that clocks going back show twice, the second says so: `Sun 25 Oct 2026, 01:30 (second
    /// time)`.
    pub fn say(&self, at: UtcInstant) -> String {
        let mut text = Text::default();
        self.put(&mut text, at);
        text.into_string()
    }

    /// The instant for the subject of a mail, local time: `5pm Wed 30 Dec`, `12:30pm Tue 24 Nov`,
    /// `midday Wed 30 Dec`. `midnight` is the one the day starts with.
    pub fn say_short(&self, at: UtcInstant) -> String {
        let local = self.local(at);
        let (afternoon, hour) = local.hour12();
        let half = if afternoon { "pm" } else { "am" };
        let time = match (local.hour(), local.minute()) {
            (0, 0) => "midnight".to_owned(),
            (12, 0) => "midday".to_owned(),
            (_, 0) => format!("{hour}{half}"),
            (_, minute) => format!("{hour}:{minute:02}{half}"),
        };
        format!("{time} {} {} {}", local.weekday(), local.day(), month(local.month()))
    }

    /// Adds the instant in full.
    pub(super) fn put<'a>(&self, text: &'a mut Text, at: UtcInstant) -> &'a mut Text {
        self.put_as_first_shown(text, at);
        self.put_second_time(text, at)
    }

    /// Adds the instant in full with its seconds.
    pub(super) fn put_with_seconds<'a>(&self, text: &'a mut Text, at: UtcInstant) -> &'a mut Text {
        let local = self.local(at).naive_local();
        text.day(local.date()).words(", ").time_with_seconds(local.time());
        self.put_second_time(text, at)
    }

    /// Adds an instant that is known to be the first at which the clock shows what it shows.
    pub(super) fn put_as_first_shown<'a>(
        &self,
        text: &'a mut Text,
        at: UtcInstant,
    ) -> &'a mut Text {
        let local = self.local(at).naive_local();
        text.day(local.date()).words(", ").time(local.time())
    }

    fn put_second_time<'a>(&self, text: &'a mut Text, at: UtcInstant) -> &'a mut Text {
        if self.instant_of(self.local(at).naive_local()) < at {
            text.words(" (second time)");
        }
        text
    }
}

fn short_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Mon",
        Weekday::Tue => "Tue",
        Weekday::Wed => "Wed",
        Weekday::Thu => "Thu",
        Weekday::Fri => "Fri",
        Weekday::Sat => "Sat",
        Weekday::Sun => "Sun",
    }
}

/// The month's short name, from 1 for January.
pub(super) fn month(month: u32) -> &'static str {
    match month {
        1 => "Jan",
        2 => "Feb",
        3 => "Mar",
        4 => "Apr",
        5 => "May",
        6 => "Jun",
        7 => "Jul",
        8 => "Aug",
        9 => "Sep",
        10 => "Oct",
        11 => "Nov",
        _ => "Dec",
    }
}

/// What the API's description says of a type whose text form policies use.
pub(super) fn text_schema(
    description: &str,
    example: &str,
) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .examples([example])
        .into()
}
