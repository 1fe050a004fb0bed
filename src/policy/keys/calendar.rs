//! The keys of a calendar.

use super::kinds::{Key, Kind, Table};

const DIVISIONS: &[(&str, &str)] = &[("england-and-wales", "England and Wales")];

pub(super) static CALENDAR: Table = Table {
    name: "calendar",
    about: "The days and hours that clocks count. `[calendar]` is the partnership's; a table of \
            `[[other_hours]]` has one of its own, whole.",
    keys: &[
        Key::required("zone", Kind::Zone, "Whose clock on the wall counts.", "\"Europe/London\""),
        Key::required(
            "division",
            Kind::OneOf(DIVISIONS),
            "Whose bank holidays are no working days. They are worked out by rule for any year.",
            "\"england-and-wales\"",
        ),
        Key::required("day_starts", Kind::Time, "When the working day starts.", "\"09:00\""),
        Key::required(
            "day_ends",
            Kind::Time,
            "When the working day ends. A limit in days ends then on its last day.",
            "\"17:00\"",
        ),
        Key::optional(
            "closures",
            Kind::List(&Kind::Day),
            "none",
            "Further days on which nobody works, such as those between Christmas and New Year.",
            "[\"2026-12-29\", \"2026-12-30\"]",
        ),
    ],
};
