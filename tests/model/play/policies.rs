//! The policies that are played: their texts for the program, and the same read by a person for the
//! oracle. Nothing here is parsed.

/// The policy as it is shipped.
pub const BSCP: &str = include_str!("../../../config/policies/bscp.toml");

/// A limit.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// Working days, to the close of business.
    Days(u32),
    /// Working hours.
    WorkingHours(i64),
    /// Hours.
    Hours(i64),
}

/// What a deadline or a refusal does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Then {
    Escalate,
    Notify,
    Prompt,
    Inform,
}

/// A stage.
#[derive(Debug)]
pub struct Stage {
    /// For the standard class, and the urgent one.
    pub limits: [Limit; 2],
    pub act: &'static [&'static str],
    pub copy: &'static [&'static str],
    pub determine: &'static [&'static str],
    pub on_deadline: Then,
    pub on_silence: Option<Then>,
    pub on_refusal: Then,
}

/// What people may do with the clocks: how much at most, and how often.
#[derive(Debug, Clone, Copy)]
pub struct May(pub Limit, pub usize);

/// A policy.
#[derive(Debug)]
pub struct Policy {
    pub key: &'static str,
    pub stages: &'static [Stage],
    /// Where cases of the urgent class start.
    pub urgent_starts: usize,
    /// Whether a protective deadline that has passed makes the later stages urgent.
    pub hurries: bool,
    pub extension: Option<May>,
    pub pause: Option<May>,
    /// How often.
    pub step_down: Option<usize>,
    /// How often, and how many days after the end.
    pub reopening: Option<(usize, i64)>,
    /// The key of an outcome.
    pub outcome: &'static str,
}

use Limit::{Days, Hours, WorkingHours};
use Then::{Escalate, Inform, Notify, Prompt};

const STAGE: Stage = Stage {
    limits: [Days(5), Days(1)],
    act: &[],
    copy: &[],
    determine: &[],
    on_deadline: Escalate,
    on_silence: None,
    on_refusal: Prompt,
};

const PRACTITIONERS: &[&str] = &["raising.practitioner", "receiving.practitioner"];
const LINE_MANAGERS: &[&str] = &["raising.line_manager", "receiving.line_manager"];
const SERVICE_MANAGERS: &[&str] = &["raising.service_manager", "receiving.service_manager"];
const HEADS_AND_BUSINESS: &[&str] =
    &["raising.head_of_service", "receiving.head_of_service", "partnership.business_manager"];

macro_rules! bscp {
    ($standard:expr) => {
        Policy {
            key: "bscp",
            stages: &[
                Stage { limits: [$standard, Days(1)], act: PRACTITIONERS, ..STAGE },
                Stage { limits: [$standard, Days(1)], act: LINE_MANAGERS, ..STAGE },
                Stage {
                    limits: [$standard, Hours(24)],
                    act: SERVICE_MANAGERS,
                    copy: HEADS_AND_BUSINESS,
                    ..STAGE
                },
                Stage {
                    limits: [$standard, Hours(48)],
                    act: &[
                        "raising.service_manager",
                        "receiving.service_manager",
                        "partnership.scrutineer",
                        "partnership.panel_member",
                    ],
                    copy: HEADS_AND_BUSINESS,
                    determine: &["partnership.scrutineer", "partnership.panel_member"],
                    ..STAGE
                },
            ],
            urgent_starts: 1,
            hurries: true,
            extension: None,
            pause: None,
            step_down: None,
            reopening: None,
            outcome: "plan_agreed",
        }
    };
}

const QUAY_TEXT: &str = r#"
key = "quay"
title = "Quay"
partnership = "bromley"
version = 1
effective_from = "2026-01-01"
approved_by = "nobody: made up"
source = "made up"
population = "children"
urgency_classes = ["standard", "urgent"]
areas_of_disagreement = [{ key = "level_of_need", title = "Level of need" }]
outcomes = [{ key = "plan_agreed", title = "Plan agreed" }]

[calendar]
zone = "Europe/London"
division = "england-and-wales"
day_starts = "09:00"
day_ends = "17:00"

[extension]
at_most = "2 working days"
times = 1

[pause]
at_most = "5 working days"
times = 2

[overdue]
tell = ["partnership.business_manager"]
again_each_working_day_at = "09:00"

[[stages]]
title = "Managers"
limits = { standard = "3 working days", urgent = "6 working hours" }
act = ["raising.line_manager", "receiving.line_manager"]
on_deadline = "notify"
on_refusal = "escalate"

[[stages]]
title = "Scrutineer"
limits = { standard = "48 hours", urgent = "4 hours" }
act = ["raising.service_manager", "receiving.service_manager", "partnership.scrutineer"]
determine = ["partnership.scrutineer"]
"#;

const QUAY: Policy = Policy {
    key: "quay",
    stages: &[
        Stage {
            limits: [Days(3), WorkingHours(6)],
            act: LINE_MANAGERS,
            on_deadline: Notify,
            on_refusal: Escalate,
            ..STAGE
        },
        Stage {
            limits: [Hours(48), Hours(4)],
            act: &[
                "raising.service_manager",
                "receiving.service_manager",
                "partnership.scrutineer",
            ],
            determine: &["partnership.scrutineer"],
            ..STAGE
        },
    ],
    urgent_starts: 1,
    hurries: false,
    extension: Some(May(Days(2), 1)),
    pause: Some(May(Days(5), 2)),
    step_down: None,
    reopening: None,
    outcome: "plan_agreed",
};

const MOLE_TEXT: &str = r#"
key = "mole"
title = "Mole"
partnership = "bromley"
version = 1
effective_from = "2026-01-01"
approved_by = "nobody: made up"
source = "made up"
population = "children"
urgency_classes = ["standard", "urgent"]
start_stages = { urgent = 2 }
areas_of_disagreement = [{ key = "level_of_need", title = "Level of need" }]
outcomes = [{ key = "decision_changed", title = "Decision changed" }]

[calendar]
zone = "Europe/London"
division = "england-and-wales"
day_starts = "09:00"
day_ends = "17:00"

[step_down]
times = 1

[reopening]
within = "28 days, to the same time"
times = 1

[overdue]
tell = ["partnership.business_manager"]
again_each_working_day_at = "09:00"

[[stages]]
title = "Practitioners"
limits = { standard = "2 working days", urgent = "12 working hours" }
act = ["raising.practitioner", "receiving.practitioner"]
on_silence = "notify"

[[stages]]
title = "Managers"
limits = { standard = "72 hours", urgent = "24 hours" }
act = ["raising.line_manager", "receiving.line_manager"]
copy = ["partnership.business_manager"]
on_refusal = "inform"

[[stages]]
title = "The partnership"
limits = "1 working week"
act = ["raising.service_manager", "receiving.head_of_service", "partnership.panel_member"]
determine = ["partnership.panel_member"]
"#;

const MOLE: Policy = Policy {
    key: "mole",
    stages: &[
        Stage {
            limits: [Days(2), WorkingHours(12)],
            act: PRACTITIONERS,
            on_silence: Some(Notify),
            ..STAGE
        },
        Stage {
            limits: [Hours(72), Hours(24)],
            act: LINE_MANAGERS,
            copy: &["partnership.business_manager"],
            on_refusal: Inform,
            ..STAGE
        },
        Stage {
            limits: [Days(5), Days(5)],
            act: &[
                "raising.service_manager",
                "receiving.head_of_service",
                "partnership.panel_member",
            ],
            determine: &["partnership.panel_member"],
            ..STAGE
        },
    ],
    urgent_starts: 2,
    hurries: false,
    extension: None,
    pause: None,
    step_down: Some(1),
    reopening: Some((1, 28)),
    outcome: "decision_changed",
};

/// Every policy: its versions, the first first. The second is published in mid-life.
pub const POLICIES: [[&Policy; 2]; 3] =
    [[&bscp!(Days(5)), &bscp!(Days(2))], [&QUAY; 2], [&MOLE; 2]];

/// The text of a version.
pub fn text(which: usize, version: usize) -> String {
    let first = [BSCP, QUAY_TEXT, MOLE_TEXT][which];
    if version == 0 {
        return first.to_owned();
    }
    let second = first.replace("version = 1", "version = 2");
    second.replace(r#"standard = "1 working week""#, r#"standard = "2 working days""#)
}
