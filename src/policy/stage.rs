//! A stage and its timed tasks.

use super::limits::Limits;
use super::milestone::{Anchor, Anchors, Milestone};
use super::who::Who;
use crate::calendar::Allowance;
use crate::directory::{Sector, Side};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The key of a stage's own clock among its tasks.
pub const STAGE_TASK: &str = "stage";

/// The key of the role that is asked out of hours, where the calendar says so.
pub const DUTY_TEAM: &str = "duty_team";

/// One stage: a rung of the policy with its clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its title, such as `Line managers and designated leads`.
    pub title: String,
    /// Whether it is a formal stage. Some policies begin with informal ones.
    #[serde(default = "yes")]
    pub formal: bool,
    /// The cases that it is for; a case that it is not for passes it by. Every case if left out.
    #[serde(default)]
    pub when: Condition,
    /// The time that it allows, by urgency class. May be left out where tasks carry the clocks.
    #[serde(default)]
    pub limits: Limits,
    /// From where that time counts.
    #[serde(default)]
    pub counts_from: Anchor,
    /// Whose working hours its clocks count: the agency of this side. The partnership's if left
    /// out.
    #[serde(default)]
    pub hours_of: Option<Side>,
    /// Who must act.
    pub act: Vec<Who>,
    /// Who must be consulted.
    #[serde(default)]
    pub consult: Vec<Who>,
    /// Who is told beside them. The raiser and everybody of the earlier stages always are.
    #[serde(default)]
    pub copy: Vec<Who>,
    /// The time in which the receiving side says that the challenge arrived.
    #[serde(default)]
    pub acknowledge_within: Limits,
    /// When those who must act are reminded.
    #[serde(default)]
    pub reminders: Vec<Reminder>,
    /// When the receiving side is warned that the case is about to move up.
    #[serde(default)]
    pub warn_other_side: Option<Reminder>,
    /// What must stand in the record before people bring a case here ahead of its deadline.
    #[serde(default)]
    pub entry_needs: Vec<Need>,
    /// What must stand in the record before people end the case here.
    #[serde(default)]
    pub exit_needs: Vec<Need>,
    /// The timed tasks in it, beside its own clock.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// Who may determine the outcome, in the last stage.
    #[serde(default)]
    pub determine: Vec<Who>,
    /// The panel of the last stage.
    #[serde(default)]
    pub panel: Option<PanelRule>,
    /// How the last stage ends a case that the sides do not agree on.
    #[serde(default)]
    pub ending: EndingRule,
    /// Where it can be referred to, if the last stage refers out.
    #[serde(default)]
    pub refer_to: Vec<super::file::Term>,
    /// The stage that a case moves to from here; the next one if left out.
    #[serde(default)]
    pub escalates_to: Option<u32>,
    /// What happens when its clock runs out.
    #[serde(default)]
    pub on_deadline: OnDeadline,
    /// What happens when its clock runs out and the receiving side has not answered at all;
    /// `on_deadline` if left out.
    #[serde(default)]
    pub on_silence: Option<OnDeadline>,
    /// What happens when the receiving side refuses.
    #[serde(default)]
    pub on_refusal: OnRefusal,
}

fn yes() -> bool {
    true
}

/// A timed task in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its key in the stage, such as `speak`.
    pub key: String,
    /// What is to be done, as people read it.
    pub title: String,
    /// Who must do it; those who must act in the stage if left out.
    #[serde(default)]
    pub who: Vec<Who>,
    /// The time that it allows.
    pub limits: Limits,
    /// What starts its clock: one thing, or whichever of several comes first.
    #[serde(default)]
    pub starts: Anchors,
    /// What ends it.
    #[serde(default = "ticked_off")]
    pub ends: Milestone,
    /// The cases that it is for; every case if left out.
    #[serde(default)]
    pub when: Condition,
    /// When those who must do it are reminded.
    #[serde(default)]
    pub reminders: Vec<Reminder>,
    /// Whose working hours its clock counts; the stage's if left out.
    #[serde(default)]
    pub hours_of: Option<Side>,
    /// What happens when its clock runs out.
    #[serde(default = "inform")]
    pub on_deadline: OnDeadline,
}

fn ticked_off() -> Milestone {
    Milestone::TickedOff
}

fn inform() -> OnDeadline {
    OnDeadline::Inform
}

/// The cases that something is for. Everything that is named must hold; what is left out does not
/// matter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Condition {
    /// Cases of one of these urgency classes.
    pub urgency_class: Vec<String>,
    /// Cases about one of these areas of disagreement.
    pub area_of_disagreement: Vec<String>,
    /// Cases that an agency of one of these sectors raises.
    pub raising_sector: Vec<Sector>,
    /// Cases that an agency of one of these sectors receives.
    pub receiving_sector: Vec<Sector>,
}

impl Condition {
    /// Whether it leaves nothing out.
    pub fn is_for_every_case(&self) -> bool {
        *self == Self::default()
    }
}

/// The panel of a last stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelRule {
    /// How many members it has at least.
    pub size: u32,
    /// How many different agencies they come from at least.
    #[serde(default)]
    pub agencies: u32,
    /// Sectors that must each have a member.
    #[serde(default)]
    pub sectors: Vec<Sector>,
    /// Who chairs it: one of these.
    #[serde(default)]
    pub chair: Vec<Who>,
    /// Whether members may not come from the two agencies in dispute. Nobody who had a part in the
    /// case for either side ever sits on it.
    #[serde(default)]
    pub independent: bool,
    /// The time in which it is named.
    #[serde(default)]
    pub convene_within: Limits,
    /// The time in which it decides, from then.
    #[serde(default)]
    pub decide_within: Limits,
}

/// How a last stage ends a case that the sides do not agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndingRule {
    /// The partnership determines the outcome.
    #[default]
    Determination,
    /// The partnership helps the sides to agree, and decides nothing.
    Mediation,
    /// The partnership refers it out, to a body that decides.
    Referral,
}

/// What happens when a clock runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDeadline {
    /// The case moves to the next stage. In the last stage it stays, overdue.
    #[default]
    Escalate,
    /// The case stays, overdue, and people are told again and again until they move it.
    Notify,
    /// People are told once and the stage goes on: the limit is indicative, or another task takes
    /// over.
    Inform,
}

/// What happens when the receiving side refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnRefusal {
    /// The raising side is told and asked whether to escalate now.
    #[default]
    Prompt,
    /// The case moves to the next stage at once.
    Escalate,
    /// The raising side is told, as of any answer.
    Inform,
}

/// What must stand in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The raising side's position, stated in this stage.
    RaisingPosition,
    /// The receiving side's position, stated in this stage.
    ReceivingPosition,
    /// The receiving side's answer, given in this stage.
    Answer,
    /// A discussion between the two sides, recorded in this stage.
    Discussion,
    /// A meeting that was recorded in this stage.
    Meeting,
    /// An action, set down at any time.
    Action,
}

impl Need {
    /// What is missing where it does not stand, as people read it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::RaisingPosition => "the raising side's position in this stage",
            Self::ReceivingPosition => "the receiving side's position in this stage",
            Self::Answer => "the receiving side's answer in this stage",
            Self::Discussion => "the record of a discussion in this stage",
            Self::Meeting => "the record of a meeting in this stage",
            Self::Action => "an action",
        }
    }
}

/// When somebody is reminded: `1 working day before`, `half way`, `80%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Reminder {
    /// So long before the clock runs out.
    Before(Allowance),
    /// After this share of the clock, in hundredths from 1 to 99.
    Share(u8),
}

impl fmt::Display for Reminder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(allowance) => write!(f, "{allowance} before"),
            Self::Share(50) => f.write_str("half way"),
            Self::Share(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for Reminder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            format!(
                "'{text}' is no time of a reminder; write one such as \"1 working day before\", \
                 \"half way\" or \"80%\""
            )
        };
        if text == "half way" {
            return Ok(Self::Share(50));
        }
        if let Some(percent) = text.strip_suffix('%') {
            let percent =
                percent.parse::<u8>().map_err(|_unreadable: std::num::ParseIntError| wrong())?;
            return if (1..=99).contains(&percent) {
                Ok(Self::Share(percent))
            } else {
                Err(wrong())
            };
        }
        let allowance = text.strip_suffix(" before").ok_or_else(wrong)?;
        allowance.parse().map(Self::Before).map_err(|error| format!("{}: {error}", wrong()))
    }
}

impl TryFrom<String> for Reminder {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Reminder> for String {
    fn from(reminder: Reminder) -> Self {
        reminder.to_string()
    }
}

impl Stage {
    /// Every timed task of the stage, the ones that a shorter key stands for included, its own
    /// clock first.
    pub fn all_tasks(&self) -> Vec<Task> {
        let mut tasks = Vec::new();
        if !self.limits.is_empty() {
            tasks.push(self.own_clock());
        }
        let task = |key: &str, title: &str, limits: &Limits| Task {
            key: key.to_owned(),
            title: title.to_owned(),
            who: Vec::new(),
            limits: limits.clone(),
            starts: Anchors::default(),
            ends: Milestone::TickedOff,
            when: Condition::default(),
            reminders: Vec::new(),
            hours_of: None,
            on_deadline: OnDeadline::Inform,
        };
        if !self.acknowledge_within.is_empty() {
            tasks.push(Task {
                ends: Milestone::Acknowledged,
                ..task("acknowledge", "Say that the challenge arrived", &self.acknowledge_within)
            });
        }
        if let Some(panel) = &self.panel {
            let partnership = |task: Task| Task {
                who: self.determine.clone(),
                on_deadline: OnDeadline::Notify,
                ..task
            };
            if !panel.convene_within.is_empty() {
                let convene = task("convene", "Convene the panel", &panel.convene_within);
                tasks.push(partnership(Task { ends: Milestone::PanelConvened, ..convene }));
            }
            if !panel.decide_within.is_empty() {
                let decide = task("decide", "Decide as a panel", &panel.decide_within);
                tasks.push(partnership(Task {
                    starts: Anchor::Happens(Milestone::PanelConvened).into(),
                    ends: Milestone::Determined,
                    ..decide
                }));
            }
        }
        tasks.extend(self.tasks.iter().cloned());
        tasks
    }

    /// The stage's own clock, as a task that ends when the case does. Its limits are empty where
    /// only a cap or a protective deadline makes one.
    pub fn own_clock(&self) -> Task {
        Task {
            key: STAGE_TASK.to_owned(),
            title: self.title.clone(),
            who: Vec::new(),
            limits: self.limits.clone(),
            starts: self.counts_from.clone().into(),
            ends: Milestone::Agreed,
            when: Condition::default(),
            reminders: self.reminders.clone(),
            hours_of: self.hours_of,
            on_deadline: self.on_deadline,
        }
    }
}
