//! The keys of a calendar.

use super::kinds::{Key, Kind, Table};

const DIVISIONS: &[(&str, &str)] = &[
    ("england-and-wales", "England and Wales"),
    ("scotland", "Scotland"),
    ("northern-ireland", "Northern Ireland"),
];

const DAYS_END: &[(&str, &str)] = &[
    ("close of business", "when the working hours of that day end"),
    ("midnight", "when that day ends and the next begins"),
    ("same time", "at the time of day at which the clock started"),
];

const OUT_OF_HOURS: &[(&str, &str)] = &[
    ("clock runs", "it runs at once"),
    ("clock waits", "it starts when work next starts"),
    ("duty team", "it runs at once, and the role `duty_team` is told"),
];

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
            "hours",
            Kind::Table(&HOURS),
            "day_starts to day_ends from Monday to Friday, closed at the weekend",
            "Weekdays with hours of their own.",
            "{ friday = \"09:00-16:30\" }",
        ),
        Key::optional(
            "closures",
            Kind::List(&Kind::Day),
            "none",
            "Further days on which nobody works, such as those between Christmas and New Year.",
            "[\"2026-12-29\", \"2026-12-30\"]",
        ),
        Key::optional(
            "days_end",
            Kind::OneOf(DAYS_END),
            "\"close of business\"",
            "Where a clock in days ends on its last day, unless its limit says otherwise.",
            "\"midnight\"",
        ),
        Key::optional(
            "start_day_counts",
            Kind::YesNo,
            "false",
            "Whether the start day is the first counted day, unless the limit says otherwise. Then \
             it counts if it is a day of the kind counted and the start is before its close.",
            "true",
        ),
        Key::optional(
            "same_working_day_cut_off",
            Kind::Time,
            "the close of that day",
            "The latest time at which \"same working day\" still means the start day. Later, it is \
             the next working day.",
            "\"15:00\"",
        ),
        Key::optional(
            "immediately",
            Kind::Allowance,
            "\"1 hour\"",
            "What \"immediately\" allows: hours, minutes, working hours or working minutes.",
            "\"30 minutes\"",
        ),
        Key::optional(
            "out_of_hours",
            Kind::OneOf(OUT_OF_HOURS),
            "\"clock runs\"",
            "What becomes of a clock in hours or minutes that starts outside working hours.",
            "\"clock waits\"",
        ),
        Key::optional(
            "terms",
            Kind::Tables(&TERMS),
            "every working day is a school day",
            "School terms in their order, for limits in school days. Before the first and after the \
             last, every working day is a school day.",
            "[{ from = \"2026-09-02\", until = \"2026-10-23\" }]",
        ),
    ],
};

static TERMS: Table = Table {
    name: "school terms",
    about: "A school term.",
    keys: &[
        Key::required("from", Kind::Day, "Its first day.", "\"2026-09-02\""),
        Key::required("until", Kind::Day, "Its last day.", "\"2026-10-23\""),
    ],
};

const DEFAULT: &str = "as every day of its kind";

static HOURS: Table = Table {
    name: "hours",
    about: "The working hours of single weekdays: from when to when, or `closed`.",
    keys: &[
        Key::optional("monday", Kind::Hours, DEFAULT, "Mondays.", "\"09:00-17:00\""),
        Key::optional("tuesday", Kind::Hours, DEFAULT, "Tuesdays.", "\"09:00-17:00\""),
        Key::optional("wednesday", Kind::Hours, DEFAULT, "Wednesdays.", "\"09:00-17:00\""),
        Key::optional("thursday", Kind::Hours, DEFAULT, "Thursdays.", "\"09:00-17:00\""),
        Key::optional("friday", Kind::Hours, DEFAULT, "Fridays.", "\"09:00-16:30\""),
        Key::optional("saturday", Kind::Hours, DEFAULT, "Saturdays.", "\"10:00-12:00\""),
        Key::optional("sunday", Kind::Hours, DEFAULT, "Sundays.", "\"closed\""),
    ],
};
