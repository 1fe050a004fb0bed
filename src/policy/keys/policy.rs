//! The keys of the policy itself, and of what stands in it beside its stages.

use super::calendar::CALENDAR;
use super::kinds::{Key, Kind, Table};
use super::permissions::{EXTENSION, PAUSE, REOPENING, STEP_DOWN, WITHDRAWAL};
use super::stage::STAGE;
use super::words::{POPULATION, REQUIRED_FIELDS, RUNGS, SECTOR};

const MANY: i64 = 1000;

/// The whole language, from its top.
pub static POLICY: Table = Table {
    name: "policy",
    about: "What stands at the top of the file, before its first table in brackets.",
    keys: &[
        Key::required(
            "key",
            Kind::Slug,
            "A short name that stays the same over all versions.",
            "\"bscp\"",
        ),
        Key::required(
            "title",
            Kind::Text,
            "Its title as the partnership prints it.",
            "\"BSCP escalation policy\"",
        ),
        Key::optional(
            "topic",
            Kind::Word,
            "\"general\"",
            "What it is for, where several policies are live at once. The general one is for \
             everything that no other is for.",
            "\"conference_outcome\"",
        ),
        Key::optional(
            "topic_title",
            Kind::Text,
            "none",
            "The topic as people read it.",
            "\"Outcome of a conference\"",
        ),
        Key::required(
            "partnership",
            Kind::Text,
            "The key of the partnership that it belongs to.",
            "\"bromley\"",
        ),
        Key::required(
            "version",
            Kind::Whole { least: 1, most: i32::MAX as i64 },
            "Counted up with every change: a published version never changes.",
            "1",
        ),
        Key::required(
            "effective_from",
            Kind::Day,
            "The first day on which challenges are raised under it.",
            "\"2026-09-01\"",
        ),
        Key::optional(
            "effective_until",
            Kind::Day,
            "in force until another version is",
            "The last day on which challenges are raised under it.",
            "\"2028-08-31\"",
        ),
        Key::optional(
            "review_on",
            Kind::Day,
            "none",
            "When the partnership means to look at it again.",
            "\"2027-09-01\"",
        ),
        Key::required("approved_by", Kind::Text, "Who approved it.", "\"Executive, 3 June 2026\""),
        Key::required(
            "source",
            Kind::Text,
            "Where its rules are published.",
            "\"Section 7 of the partnership's procedures\"",
        ),
        Key::required("population", Kind::OneOf(POPULATION), "Whom it protects.", "\"children\""),
        Key::optional(
            "retention_class",
            Kind::Text,
            "none",
            "The class of the record, by which it is kept or erased.",
            "\"professional challenge\"",
        ),
        Key::optional(
            "retention_years",
            Kind::Whole { least: 1, most: 150 },
            "the partnership's general rule",
            "How many years a case is kept after its end.",
            "10",
        ),
        Key::optional(
            "label",
            Kind::Text,
            "\"stage\"",
            "What its steps are called: stage, step, level.",
            "\"step\"",
        ),
        Key::required(
            "urgency_classes",
            Kind::List(&Kind::Class),
            "The urgency classes, the ordinary one first. One further on in the list is more \
             urgent.",
            "[\"standard\", \"urgent\"]",
        ),
        Key::optional(
            "urgency_after_protective_deadline",
            Kind::Class,
            "the limits stay as they are",
            "The class whose limits count as well once a protective deadline has passed.",
            "\"urgent\"",
        ),
        Key::optional(
            "start_stages",
            Kind::ByName(&Kind::Whole { least: 1, most: MANY }),
            "the first stage",
            "The stage in which cases of an urgency class start.",
            "{ urgent = 2 }",
        ),
        Key::required(
            "areas_of_disagreement",
            Kind::Tables(&TERM),
            "What disagreements are about.",
            "[{ key = \"level_of_need\", title = \"Level of need\" }]",
        ),
        Key::required(
            "outcomes",
            Kind::Tables(&TERM),
            "How they end.",
            "[{ key = \"plan_agreed\", title = \"Plan agreed\" }]",
        ),
        Key::optional(
            "learning_themes",
            Kind::Tables(&TERM),
            "none is chosen",
            "What can be learned from disagreements. Whoever gives feedback or records a debrief \
             chooses from this list, and reports count what was chosen; what they write in their \
             own words is not counted and stands in no report.",
            "[{ key = \"drift\", title = \"Drift and delay\" }]",
        ),
        Key::required(
            "calendar",
            Kind::Table(&CALENDAR),
            "The days and hours that its clocks count.",
            "a [calendar] table",
        ),
        Key::optional(
            "other_hours",
            Kind::Tables(&OTHER_HOURS),
            "every agency keeps the partnership's",
            "Working hours of agencies that keep other ones. They count where a stage or a task \
             says hours_of.",
            "an [[other_hours]] table",
        ),
        Key::optional(
            "roles",
            Kind::ByName(&Kind::Table(&ROLE)),
            "none",
            "Roles of the policy's own, by the key that posts in the directory carry. `duty_team` \
             is the one that is asked out of hours.",
            "a [roles.director] table",
        ),
        Key::optional(
            "rung_names",
            Kind::Tables(&RUNG_NAME),
            "each rung's ordinary name",
            "What a sector calls a rung.",
            "a [[rung_names]] table",
        ),
        Key::optional(
            "stand_ins",
            Kind::Tables(&STAND_IN),
            "the next rung up",
            "Whose post stands in for a rung or a role that agencies of a sector do not have.",
            "a [[stand_ins]] table",
        ),
        Key::optional(
            "raising",
            Kind::Table(&RAISING),
            "what every challenge needs",
            "What a challenge needs at its raising.",
            "a [raising] table",
        ),
        Key::optional(
            "caps",
            Kind::Tables(&CAP),
            "none",
            "Limits over several stages together.",
            "a [[caps]] table",
        ),
        Key::optional(
            "extension",
            Kind::Table(&EXTENSION),
            "nobody may",
            "Giving a clock more time.",
            "an [extension] table",
        ),
        Key::optional(
            "pause",
            Kind::Table(&PAUSE),
            "nobody may",
            "Stopping the clocks of a stage for a while.",
            "a [pause] table",
        ),
        Key::optional(
            "step_down",
            Kind::Table(&STEP_DOWN),
            "nobody may",
            "Going back to a lower stage.",
            "a [step_down] table",
        ),
        Key::optional(
            "withdrawal",
            Kind::Table(&WITHDRAWAL),
            "the raiser and whoever must act for the raising side may",
            "Withdrawing a challenge.",
            "a [withdrawal] table",
        ),
        Key::optional(
            "reopening",
            Kind::Table(&REOPENING),
            "the raiser, whoever acted last and the partnership may",
            "Taking an ended case up again.",
            "a [reopening] table",
        ),
        Key::required(
            "overdue",
            Kind::Table(&OVERDUE),
            "What happens while a case is past due and stays where it is.",
            "an [overdue] table",
        ),
        Key::required(
            "stages",
            Kind::Tables(&STAGE),
            "Its stages, the first first.",
            "[[stages]] tables",
        ),
    ],
};

pub(super) static TERM: Table = Table {
    name: "term",
    about: "A word of one of the policy's own lists: areas of disagreement, outcomes, themes \
            of learning, reasons, bodies to refer to.",
    keys: &[
        Key::required("key", Kind::Word, "The key that stands in records.", "\"level_of_need\""),
        Key::required("title", Kind::Text, "How people read it.", "\"Level of need\""),
    ],
};

static OTHER_HOURS: Table = Table {
    name: "other_hours",
    about: "The working hours of agencies that keep other ones than the partnership. Each sector \
            stands in one of these tables at the most.",
    keys: &[
        Key::required(
            "sectors",
            Kind::List(&SECTOR),
            "The sectors that keep them.",
            "[\"school\", \"early_years\"]",
        ),
        Key::required(
            "calendar",
            Kind::Table(&CALENDAR),
            "Their calendar, whole: nothing is taken from the partnership's.",
            "a [other_hours.calendar] table",
        ),
    ],
};

static ROLE: Table = Table {
    name: "role",
    about: "A role of the policy's own: some post beside the rungs, such as a director or a duty \
            team. Stages name it by its key, as `raising.director`.",
    keys: &[
        Key::required("title", Kind::Text, "What it is called.", "\"Director\""),
        Key::required(
            "rung",
            Kind::OneOf(RUNGS),
            "The rung that it stands on, and that is asked where an agency has no such post.",
            "\"head_of_service\"",
        ),
    ],
};

static RUNG_NAME: Table = Table {
    name: "rung_names",
    about: "What a sector calls a rung, for mails and pages.",
    keys: &[
        Key::required("sector", SECTOR, "The sector.", "\"police\""),
        Key::required("rung", Kind::OneOf(RUNGS), "The rung.", "\"line_manager\""),
        Key::required("title", Kind::Text, "What it is called there.", "\"detective sergeant\""),
    ],
};

static STAND_IN: Table = Table {
    name: "stand_ins",
    about: "Who stands in for a rung or a role that agencies of a sector do not have. They act for \
            the side of the agency that they stand in for.",
    keys: &[
        Key::required(
            "for_sector",
            SECTOR,
            "The sector whose agencies lack it.",
            "\"general_practice\"",
        ),
        Key::required(
            "post",
            Kind::RungOrRole,
            "The rung or the role that they lack.",
            "\"line_manager\"",
        ),
        Key::required(
            "by_sector",
            SECTOR,
            "The sector of the agency that stands in.",
            "\"integrated_care_board\"",
        ),
        Key::required(
            "by_post",
            Kind::RungOrRole,
            "The rung or the role there.",
            "\"service_manager\"",
        ),
    ],
};

static RAISING: Table = Table {
    name: "raising",
    about: "What a challenge needs at its raising, beside what every challenge needs.",
    keys: &[
        Key::optional(
            "require",
            Kind::List(&Kind::OneOf(REQUIRED_FIELDS)),
            "nothing more",
            "What must be filled in.",
            "[\"decision_received_on\"]",
        ),
        Key::optional(
            "within",
            Kind::Limit,
            "no limit",
            "The time in which it is raised, from the end of the day on which the decision was \
             received. Nobody is turned away for being late: it is recorded.",
            "\"2 working days\"",
        ),
    ],
};

static CAP: Table = Table {
    name: "caps",
    about: "A limit over several stages together. Where it runs out, the case moves to the stage \
            after the last that it spans.",
    keys: &[
        Key::required(
            "from_stage",
            Kind::Whole { least: 1, most: MANY },
            "The number of the first stage that it spans.",
            "1",
        ),
        Key::required(
            "to_stage",
            Kind::Whole { least: 1, most: MANY },
            "The number of the last.",
            "3",
        ),
        Key::required(
            "limits",
            Kind::Limits,
            "The time that they have together, from when the first of them was entered.",
            "\"10 working days\"",
        ),
    ],
};

static OVERDUE: Table = Table {
    name: "overdue",
    about: "What happens while a case is past due and stays where it is: in the last stage, or \
            where on_deadline is \"notify\".",
    keys: &[
        Key::required(
            "tell",
            Kind::List(&Kind::Who),
            "Who is told beside those who must act.",
            "[\"partnership.business_manager\"]",
        ),
        Key::required(
            "again_each_working_day_at",
            Kind::Time,
            "The time of each working day at which they are told again.",
            "\"09:00\"",
        ),
        Key::optional(
            "until_acknowledged_every",
            Kind::Allowance,
            "only each working day",
            "How often they are told until anybody has done something about it: acknowledged, \
             stated a position, answered or put an outcome.",
            "\"4 hours\"",
        ),
    ],
};
