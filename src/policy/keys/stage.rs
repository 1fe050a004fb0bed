//! The keys of a stage, its tasks and its panel.

use super::kinds::{Key, Kind, Table};
use super::policy::TERM;
use super::words::{ENDING, NEEDS, ON_DEADLINE, ON_REFUSAL, SECTOR, SIDES};

pub(super) static STAGE: Table = Table {
    name: "stages",
    about: "One stage: who must act, and how long they have. Stages are numbered from 1 in the \
            order of the file.",
    keys: &[
        Key::required("title", Kind::Text, "Its title.", "\"Line managers\""),
        Key::optional(
            "formal",
            Kind::YesNo,
            "true",
            "Whether it is a formal stage. Some policies begin with informal ones.",
            "false",
        ),
        Key::optional(
            "when",
            Kind::Table(&CONDITION),
            "every case",
            "The cases that it is for. Every other passes it by. Not in the last stage, which is \
             for every case.",
            "{ receiving_sector = [\"police\"] }",
        ),
        Key::optional(
            "limits",
            Kind::Limits,
            "none of its own: its tasks, a cap or a protective deadline carry the clocks",
            "The time that it allows.",
            "{ standard = \"5 working days\", urgent = \"24 hours\" }",
        ),
        Key::optional(
            "counts_from",
            Kind::Anchor,
            "\"stage entered\"",
            "From where that time counts.",
            "\"decision received\"",
        ),
        Key::optional(
            "hours_of",
            Kind::OneOf(SIDES),
            "the partnership's",
            "Whose working hours its clocks count: those of the agency on this side.",
            "\"receiving\"",
        ),
        Key::required(
            "act",
            Kind::List(&Kind::Who),
            "Who must act. They are told at once, and only they answer, put an outcome and agree \
             to one.",
            "[\"raising.line_manager\", \"receiving.line_manager\"]",
        ),
        Key::optional(
            "consult",
            Kind::List(&Kind::Who),
            "nobody",
            "Who must be consulted.",
            "[\"receiving.safeguarding_lead\"]",
        ),
        Key::optional(
            "copy",
            Kind::List(&Kind::Who),
            "nobody",
            "Who is told beside them. The raiser and everybody of the earlier stages always are.",
            "[\"partnership.business_manager\"]",
        ),
        Key::optional(
            "acknowledge_within",
            Kind::Limits,
            "no clock",
            "The time in which the receiving side says that the challenge arrived, from when the \
             stage was entered. Where it passes, people are told once. It is a task with the key \
             `acknowledge`.",
            "\"1 working day\"",
        ),
        Key::optional(
            "reminders",
            Kind::List(&Kind::Reminder),
            "none",
            "When those who must act are reminded of the stage's own limit.",
            "[\"1 working day before\", \"half way\"]",
        ),
        Key::optional(
            "warn_other_side",
            Kind::Reminder,
            "no warning",
            "When the receiving side is warned that the case is about to move up.",
            "\"1 working day before\"",
        ),
        Key::optional(
            "entry_needs",
            Kind::List(&Kind::OneOf(NEEDS)),
            "nothing",
            "What must stand in the record of the stage before, when people bring a case here \
             ahead of its deadline. Time is never held up by it.",
            "[\"discussion\"]",
        ),
        Key::optional(
            "exit_needs",
            Kind::List(&Kind::OneOf(NEEDS)),
            "nothing",
            "What must stand in the record before people end the case here. Where time moves it on \
             all the same, what is missing is recorded.",
            "[\"answer\"]",
        ),
        Key::optional(
            "tasks",
            Kind::Tables(&TASK),
            "none",
            "Timed tasks in it, beside its own clock; at most 8, with those that shorter keys \
             stand for.",
            "a [[stages.tasks]] table",
        ),
        Key::optional(
            "determine",
            Kind::List(&Kind::Who),
            "nobody",
            "Who determines the outcome, in the last stage: the partnership's posts that stand in \
             act. Whoever stands in for a vacant one determines only while nobody can be reached in \
             any of them.",
            "[\"partnership.scrutineer\"]",
        ),
        Key::optional(
            "panel",
            Kind::Table(&PANEL),
            "no panel: whoever is in determine decides alone",
            "The panel of the last stage: its members determine.",
            "a [stages.panel] table",
        ),
        Key::optional(
            "ending",
            Kind::OneOf(ENDING),
            "\"determination\"",
            "How the last stage ends a case that the sides do not agree on.",
            "\"mediation\"",
        ),
        Key::optional(
            "refer_to",
            Kind::Tables(&TERM),
            "nowhere",
            "Where it can be referred to, if the last stage refers out.",
            "[{ key = \"safeguarding_board\", title = \"The regional board\" }]",
        ),
        Key::optional(
            "escalates_to",
            Kind::Whole { least: 1, most: 1000 },
            "the next stage",
            "The number of the stage that a case moves to from here.",
            "4",
        ),
        Key::optional(
            "on_deadline",
            Kind::OneOf(ON_DEADLINE),
            "\"escalate\"",
            "What happens when its own limit runs out. A protective deadline that runs out moves \
             the case also where this is \"inform\".",
            "\"notify\"",
        ),
        Key::optional(
            "on_silence",
            Kind::OneOf(ON_DEADLINE),
            "as on_deadline says",
            "What happens when its own limit runs out and the receiving side has not answered at \
             all.",
            "\"escalate\"",
        ),
        Key::optional(
            "on_refusal",
            Kind::OneOf(ON_REFUSAL),
            "\"prompt\"",
            "What happens when the receiving side refuses.",
            "\"escalate\"",
        ),
    ],
};

static TASK: Table = Table {
    name: "tasks",
    about: "A timed task in a stage: something that must be done beside agreeing. Tasks run beside \
            each other, or one after another by what starts them.",
    keys: &[
        Key::required(
            "key",
            Kind::Word,
            "Its key in the stage. Not `stage`, and not `acknowledge`, `convene` or `decide` where \
             acknowledge_within, convene_within or decide_within stand for them.",
            "\"meet\"",
        ),
        Key::required("title", Kind::Text, "What is to be done, as people read it.", "\"Meet\""),
        Key::optional(
            "who",
            Kind::List(&Kind::Who),
            "those who must act in the stage",
            "Who must do it.",
            "[\"receiving.line_manager\"]",
        ),
        Key::required("limits", Kind::Limits, "The time that it allows.", "\"3 working days\""),
        Key::optional(
            "starts",
            Kind::Anchors,
            "\"stage entered\"",
            "What starts its clock: one thing, or whichever of several comes first.",
            "\"speak done\"",
        ),
        Key::optional(
            "ends",
            Kind::Milestone,
            "\"ticked off\"",
            "What ends it.",
            "\"meeting held\"",
        ),
        Key::optional(
            "when",
            Kind::Table(&CONDITION),
            "every case",
            "The cases that it is for.",
            "{ urgency_class = [\"urgent\"] }",
        ),
        Key::optional(
            "reminders",
            Kind::List(&Kind::Reminder),
            "none",
            "When those who must do it are reminded.",
            "[\"half way\"]",
        ),
        Key::optional(
            "hours_of",
            Kind::OneOf(SIDES),
            "the stage's",
            "Whose working hours its clock counts: those of the agency on this side.",
            "\"receiving\"",
        ),
        Key::optional(
            "on_deadline",
            Kind::OneOf(ON_DEADLINE),
            "\"inform\"",
            "What happens when its clock runs out.",
            "\"escalate\"",
        ),
    ],
};

static CONDITION: Table = Table {
    name: "when",
    about: "The cases that a stage or a task is for. Everything that is named must hold; of a list, \
            one is enough. What is left out does not matter.",
    keys: &[
        Key::optional(
            "urgency_class",
            Kind::List(&Kind::Class),
            "any",
            "Cases of one of these urgency classes.",
            "[\"urgent\"]",
        ),
        Key::optional(
            "area_of_disagreement",
            Kind::List(&Kind::Word),
            "any",
            "Cases about one of these areas, by their keys.",
            "[\"level_of_need\"]",
        ),
        Key::optional(
            "raising_sector",
            Kind::List(&SECTOR),
            "any",
            "Cases that an agency of one of these sectors raises.",
            "[\"school\"]",
        ),
        Key::optional(
            "receiving_sector",
            Kind::List(&SECTOR),
            "any",
            "Cases that an agency of one of these sectors receives.",
            "[\"police\"]",
        ),
    ],
};

static PANEL: Table = Table {
    name: "panel",
    about: "The panel of a last stage that determines. Nobody who had a part in the case for \
            either side ever sits on it.",
    keys: &[
        Key::required(
            "size",
            Kind::Whole { least: 1, most: 100 },
            "How many members it has at least.",
            "3",
        ),
        Key::optional(
            "agencies",
            Kind::Whole { least: 0, most: 100 },
            "any",
            "How many different agencies they come from at least. The partnership's own people \
             count as one.",
            "3",
        ),
        Key::optional(
            "sectors",
            Kind::List(&SECTOR),
            "any",
            "Sectors that must each have a member.",
            "[\"police\"]",
        ),
        Key::optional(
            "chair",
            Kind::List(&Kind::Who),
            "any member",
            "Who chairs it: one of these.",
            "[\"partnership.scrutineer\"]",
        ),
        Key::optional(
            "independent",
            Kind::YesNo,
            "false",
            "Whether members may not come from the two agencies in dispute.",
            "true",
        ),
        Key::optional(
            "convene_within",
            Kind::Limits,
            "no clock",
            "The time in which it is named, from when the stage was entered. Where it passes, the \
             case is overdue. It is a task with the key `convene`.",
            "\"3 working days\"",
        ),
        Key::optional(
            "decide_within",
            Kind::Limits,
            "no clock",
            "The time in which it decides, from when it was named. Where it passes, the case is \
             overdue. It is a task with the key `decide`.",
            "\"5 working days\"",
        ),
    ],
};
