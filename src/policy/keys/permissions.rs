//! The keys of what people may do to the clocks of a case, and to a case as a whole.

use super::kinds::{Key, Kind, Table};
use super::policy::TERM;

const MANY: i64 = 1000;

pub(super) static EXTENSION: Table = Table {
    name: "extension",
    about: "Giving a clock more time.",
    keys: &[
        Key::optional(
            "may",
            Kind::List(&Kind::Who),
            "the raiser, whoever must act in the stage, and the partnership",
            "Who may.",
            "[\"partnership.business_manager\"]",
        ),
        Key::required(
            "at_most",
            Kind::Limit,
            "How much at a time, at the most.",
            "\"5 working days\"",
        ),
        Key::optional(
            "times",
            Kind::Whole { least: 1, most: MANY },
            "as often as there is a reason",
            "How often in a stage.",
            "1",
        ),
        Key::optional(
            "reasons",
            Kind::Tables(&TERM),
            "any, in one's own words",
            "The reasons that count.",
            "[{ key = \"court_hearing\", title = \"A court hears the matter\" }]",
        ),
    ],
};

pub(super) static PAUSE: Table = Table {
    name: "pause",
    about: "Stopping the clocks of a stage for a while. Deadlines move by the time they stood. Nobody can stop them beyond a protective deadline.",
    keys: &[
        Key::optional(
            "may",
            Kind::List(&Kind::Who),
            "the raiser, whoever must act in the stage, and the partnership",
            "Who may.",
            "[\"partnership.business_manager\"]",
        ),
        Key::required(
            "at_most",
            Kind::Limit,
            "How long at a time, at the most.",
            "\"5 working days\"",
        ),
        Key::optional(
            "times",
            Kind::Whole { least: 1, most: MANY },
            "as often as there is a reason",
            "How often in a stage.",
            "1",
        ),
        Key::optional(
            "reasons",
            Kind::Tables(&TERM),
            "any, in one's own words",
            "The reasons that count.",
            "[{ key = \"court_hearing\", title = \"A court hears the matter\" }]",
        ),
    ],
};

pub(super) static STEP_DOWN: Table = Table {
    name: "step_down",
    about: "Going back to a lower stage, where a new round begins.",
    keys: &[
        Key::optional(
            "may",
            Kind::List(&Kind::Who),
            "the raiser, whoever must act in the stage, and the partnership",
            "Who may.",
            "[\"partnership.business_manager\"]",
        ),
        Key::optional(
            "times",
            Kind::Whole { least: 1, most: MANY },
            "as often as there is a reason",
            "How often in the life of a case.",
            "1",
        ),
        Key::optional(
            "reasons",
            Kind::Tables(&TERM),
            "any, in one's own words",
            "The reasons that count.",
            "[{ key = \"court_hearing\", title = \"A court hears the matter\" }]",
        ),
    ],
};

pub(super) static WITHDRAWAL: Table = Table {
    name: "withdrawal",
    about: "Withdrawing a challenge.",
    keys: &[Key::optional(
        "may",
        Kind::List(&Kind::Who),
        "the raiser, and whoever must act for the raising side",
        "Of the raiser and those who must act for the raising side, who may.",
        "[\"raising.line_manager\"]",
    )],
};

pub(super) static REOPENING: Table = Table {
    name: "reopening",
    about: "Taking an ended case up again, in the stage where it ended or a higher one.",
    keys: &[
        Key::optional(
            "may",
            Kind::List(&Kind::Who),
            "the raiser, whoever acted last, and the partnership",
            "Who may.",
            "[\"partnership.business_manager\"]",
        ),
        Key::optional(
            "times",
            Kind::Whole { least: 1, most: MANY },
            "as often as there is a reason",
            "How often in the life of a case.",
            "1",
        ),
        Key::optional(
            "within",
            Kind::Limit,
            "at any time",
            "How long after its end.",
            "\"28 days\"",
        ),
    ],
};
