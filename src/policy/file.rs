//! What a policy file says.

use super::check::{Mistake, checked};
use super::limits::Limits;
use super::stage::{STAGE_TASK, Stage, Task};
use super::who::Who;
use crate::calendar::{Allowance, CalendarRules, Limit};
use crate::directory::{Rung, Sector, Side};
use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A version of a partnership's policy, as its file says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// A short name that stays the same over all versions, such as `bscp`.
    pub key: String,
    /// Its title as the partnership prints it.
    pub title: String,
    /// What it is for, where several policies are live at once: a key, such as
    /// `conference_outcome`.
    #[serde(default = "general")]
    pub topic: String,
    /// The topic as people read it.
    #[serde(default)]
    pub topic_title: Option<String>,
    /// The key of the partnership that it belongs to.
    pub partnership: String,
    /// Counted up with every change: a published version never changes.
    pub version: i32,
    /// The first day on which challenges are raised under it.
    pub effective_from: NaiveDate,
    /// The last such day; none while it is in force.
    #[serde(default)]
    pub effective_until: Option<NaiveDate>,
    /// When the partnership means to look at it again.
    #[serde(default)]
    pub review_on: Option<NaiveDate>,
    /// Who approved it.
    pub approved_by: String,
    /// Where its rules are published.
    pub source: String,
    /// Whom it protects.
    pub population: Population,
    /// The class of the record, by which it is kept or erased.
    #[serde(default)]
    pub retention_class: Option<String>,
    /// How many years a case is kept after its end; the partnership's general rule if left out.
    #[serde(default)]
    pub retention_years: Option<u32>,
    /// What its steps are called: `stage`, `step`, `level`.
    #[serde(default = "stage_label")]
    pub label: String,
    /// The urgency classes, the ordinary one first.
    ///
    /// A class further on in the list is more urgent.
    pub urgency_classes: Vec<String>,
    /// The class whose limits count once a protective deadline has passed.
    #[serde(default)]
    pub urgency_after_protective_deadline: Option<String>,
    /// The stage in which cases of a class start; the first for those that are not named.
    #[serde(default)]
    pub start_stages: BTreeMap<String, u32>,
    /// What disagreements are about.
    pub areas_of_disagreement: Vec<Term>,
    /// How they end.
    pub outcomes: Vec<Term>,
    /// What can be learned from them: chosen with feedback and with a debrief. Nothing is chosen if
    /// left out.
    #[serde(default)]
    pub learning_themes: Vec<Term>,
    /// The days and hours that its clocks count.
    pub calendar: CalendarRules,
    /// Working hours of agencies that keep other ones.
    #[serde(default)]
    pub other_hours: Vec<OtherHours>,
    /// Roles of the policy's own, by their keys.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// What sectors call a rung.
    #[serde(default)]
    pub rung_names: Vec<RungName>,
    /// Who stands in for a rung that some agencies do not have.
    #[serde(default)]
    pub stand_ins: Vec<StandIn>,
    /// What a challenge needs at its raising.
    #[serde(default)]
    pub raising: Raising,
    /// Limits over several stages together.
    #[serde(default)]
    pub caps: Vec<Cap>,
    /// Giving a clock more time. Nobody may if left out.
    #[serde(default)]
    pub extension: Option<Permission>,
    /// Stopping the clocks for a while. Nobody may if left out.
    #[serde(default)]
    pub pause: Option<Permission>,
    /// Going back to a lower stage. Nobody may if left out.
    #[serde(default)]
    pub step_down: Option<Permission>,
    /// Withdrawing: the raising side if left out.
    #[serde(default)]
    pub withdrawal: Option<Permission>,
    /// Reopening: whoever acted last and the partnership if left out.
    #[serde(default)]
    pub reopening: Option<Permission>,
    /// What happens while a case is past due and stays where it is.
    pub overdue: Overdue,
    /// Its stages, the first first.
    pub stages: Vec<Stage>,
}

/// The topic of a policy that is for everything that no other is for.
pub const GENERAL: &str = "general";

fn general() -> String {
    GENERAL.to_owned()
}

fn stage_label() -> String {
    "stage".to_owned()
}

/// Whom a policy protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// Children.
    Children,
    /// Adults at risk.
    Adults,
    /// Both.
    ChildrenAndAdults,
}

/// A word of the partnership's own list, with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The key that the API takes.
    pub key: String,
    /// How people read it.
    pub title: String,
}

/// What a challenge needs at its raising.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Raising {
    /// What must be filled in beside what every challenge needs.
    pub require: Vec<RequiredField>,
    /// The time, from the day on which the decision was received, in which it is raised. Nobody is
    /// turned away for being late: it is recorded.
    pub within: Option<Limit>,
}

/// A field that a policy may require of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredField {
    /// The day on which the decision was received.
    DecisionReceivedOn,
    /// The level of need that is argued about.
    LevelOfNeed,
    /// The practitioner whose decision it is.
    ReceivingPractitionerId,
    /// What both sides agree on.
    Agreed,
    /// What is disputed.
    Disputed,
    /// Why information is shared, or why not.
    InformationSharing,
    /// A date before which the child must be safe.
    ProtectiveDeadline,
}

/// A role of the policy's own: some post beside the rungs, such as a director, a head of quality
/// assurance, a duty team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What it is called.
    pub title: String,
    /// The rung that it stands on, and that is asked where an agency has no such post.
    pub rung: Rung,
}

/// What a sector calls a rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RungName {
    /// The sector.
    pub sector: Sector,
    /// The rung.
    pub rung: Rung,
    /// What it is called there.
    pub title: String,
}

/// Another agency's post that stands in for a rung which agencies of a sector do not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandIn {
    /// The sector whose agencies lack it.
    pub for_sector: Sector,
    /// The rung or the role that they lack.
    pub post: RungOrRole,
    /// The sector of the agency that stands in.
    pub by_sector: Sector,
    /// The rung or the role there.
    pub by_post: RungOrRole,
}

/// A rung, or a role that the policy declares: `service_manager`, `senior_liaison_officer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RungOrRole {
    /// A rung.
    Rung(Rung),
    /// The key of a role.
    Role(String),
}

impl TryFrom<String> for RungOrRole {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match format!("receiving.{text}").parse::<Who>()? {
            Who::Rung(_, rung) => Ok(Self::Rung(rung)),
            Who::Role(_, role) => Ok(Self::Role(role)),
            Who::Function(_) => Err(format!("'{text}' is no rung and no role of an agency")),
        }
    }
}

impl From<RungOrRole> for String {
    fn from(post: RungOrRole) -> Self {
        let who = match post {
            RungOrRole::Rung(rung) => Who::Rung(Side::Receiving, rung),
            RungOrRole::Role(role) => Who::Role(Side::Receiving, role),
        };
        who.to_string().trim_start_matches("receiving.").to_owned()
    }
}

/// A limit over several stages together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// The first stage that it spans.
    pub from_stage: u32,
    /// The last.
    pub to_stage: u32,
    /// The time that they have together, from when the first of them was entered.
    pub limits: Limits,
}

/// The working hours of agencies that keep other ones than the partnership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherHours {
    /// The sectors that keep them.
    pub sectors: Vec<Sector>,
    /// Their calendar, whole.
    pub calendar: CalendarRules,
}

/// Who may do something that moves a clock, how far and how often.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Permission {
    /// Who may; whoever may by the general rules if left out.
    pub may: Vec<Who>,
    /// How much at a time, at the most.
    pub at_most: Option<Limit>,
    /// How often: in a stage for extension and pause, over the life of a case for stepping down and
    /// reopening. As often as there is a reason if left out.
    pub times: Option<u32>,
    /// How long after the end a case may be reopened.
    pub within: Option<Limit>,
    /// The reasons that count; in one's own words if left out.
    pub reasons: Vec<Term>,
}

/// What happens while a case is past due and stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overdue {
    /// Who is told beside those who must act.
    pub tell: Vec<Who>,
    /// The time of each working day at which they are told again.
    pub again_each_working_day_at: NaiveTime,
    /// How often they are told again until somebody who must act has acknowledged it; only each
    /// working day if left out.
    #[serde(default)]
    pub until_acknowledged_every: Option<Allowance>,
}

impl Policy {
    /// Reads a new policy file.
    ///
    /// # Errors
    /// Every mistake in it, in plain words.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        checked(text)
    }

    /// Reads a policy that was checked when it was new. It is not judged again: what was good
    /// then stays in force, whatever is asked of new files since.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        toml::from_str(text).map_err(|error| Mistake::unreadable(text, &error))
    }

    /// A stage by its number, counted from 1.
    pub fn stage(&self, number: u32) -> Option<&Stage> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.stages.get(index)
    }

    /// How many stages there are.
    pub fn stage_count(&self) -> u32 {
        u32::try_from(self.stages.len()).unwrap_or(u32::MAX)
    }

    /// The ordinary urgency class.
    pub fn ordinary_class(&self) -> &str {
        self.urgency_classes.first().map_or("", String::as_str)
    }

    /// The limits that something has for a class, of which the shortest counts; the ordinary
    /// class's where it has none of its own.
    pub fn limits<'a>(&self, of: &'a Limits, urgency_class: &str) -> &'a [Limit] {
        of.of(urgency_class, self.ordinary_class())
    }

    /// How urgent a class is: 0 for the ordinary one, more for those further on in the list.
    pub fn urgency(&self, class: &str) -> Option<usize> {
        self.urgency_classes.iter().position(|there| there == class)
    }

    /// The stage in which cases of a class start.
    pub fn start_stage(&self, urgency_class: &str) -> u32 {
        self.start_stages.get(urgency_class).copied().unwrap_or(1)
    }

    /// A timed task of a stage by its key.
    pub fn task(&self, stage: &Stage, key: &str) -> Option<Task> {
        if key == STAGE_TASK {
            return Some(stage.own_clock());
        }
        stage.all_tasks().into_iter().find(|task| task.key == key)
    }

    /// Whom somebody in a policy is, for people: `the receiving side's director`.
    pub fn who_in_words(&self, who: &Who) -> String {
        match who {
            Who::Rung(side, rung) => format!("the {side} side's {}", rung.in_words()),
            Who::Role(side, key) => {
                let title = self.roles.get(key).map_or(key.as_str(), |role| &role.title);
                format!("the {side} side's {title}")
            }
            Who::Function(function) => format!("the partnership's {}", function.in_words()),
        }
    }

    /// The sectors whose agencies stand in for others.
    pub fn stand_in_sectors(&self) -> Vec<Sector> {
        self.stand_ins.iter().map(|it| it.by_sector).collect()
    }

    /// What a rung is called in an agency of a sector.
    pub fn rung_title(&self, sector: Option<Sector>, rung: Rung) -> &str {
        let named = self.rung_names.iter().find(|it| Some(it.sector) == sector && it.rung == rung);
        named.map_or(rung.in_words(), |it| &it.title)
    }

    /// Whether challenges are raised under it on a day.
    pub fn is_effective_on(&self, day: NaiveDate) -> bool {
        self.effective_from <= day && self.effective_until.is_none_or(|until| day <= until)
    }
}
