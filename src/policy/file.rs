//! What a policy file says.

use super::check::{Mistake, mistakes};
use super::who::Who;
use crate::calendar::{Allowance, CalendarRules};
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
    /// What its steps are called: `stage`, `step`, `level`.
    #[serde(default = "stage_label")]
    pub label: String,
    /// The urgency classes, the ordinary one first.
    pub urgency_classes: Vec<String>,
    /// The class whose limits count once a protective deadline has passed.
    #[serde(default)]
    pub urgency_after_protective_deadline: Option<String>,
    /// What disagreements are about.
    pub areas_of_disagreement: Vec<Term>,
    /// How they end.
    pub outcomes: Vec<Term>,
    /// The days and hours that its clocks count.
    pub calendar: CalendarRules,
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

/// One stage: a rung of the policy with its clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its title, such as `Line managers and designated leads`.
    pub title: String,
    /// The time it allows, by urgency class.
    pub limits: BTreeMap<String, Allowance>,
    /// Who must act.
    pub act: Vec<Who>,
    /// Who is told beside them. The raiser and everybody of the earlier stages always are.
    #[serde(default)]
    pub copy: Vec<Who>,
    /// Who may determine the outcome, in the last stage.
    #[serde(default)]
    pub determine: Vec<Who>,
    /// What happens when its clock runs out.
    #[serde(default)]
    pub on_deadline: OnDeadline,
    /// What happens when the receiving side refuses.
    #[serde(default)]
    pub on_refusal: OnRefusal,
}

/// What happens when a stage's clock runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDeadline {
    /// The case moves to the next stage. In the last stage it stays, overdue.
    #[default]
    Escalate,
    /// The case stays, overdue, and people are told again and again until they move it.
    Notify,
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
}

/// What happens while a case is past due and stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overdue {
    /// Who is told beside those who must act.
    pub tell: Vec<Who>,
    /// The time of each working day at which they are told again.
    pub again_each_working_day_at: NaiveTime,
}

impl Policy {
    /// Reads a new policy file.
    ///
    /// # Errors
    /// Every mistake in it, in plain words.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        let policy = Self::read(text).map_err(|unreadable| vec![unreadable])?;
        match mistakes(&policy) {
            found if found.is_empty() => Ok(policy),
            found => Err(found),
        }
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

    /// The time that a stage allows to a class; the ordinary class's where it has none of its own.
    pub fn limit(&self, stage: &Stage, urgency_class: &str) -> Option<Allowance> {
        let ordinary = self.urgency_classes.first();
        stage
            .limits
            .get(urgency_class)
            .or_else(|| ordinary.and_then(|class| stage.limits.get(class)))
            .copied()
    }

    /// Whether challenges are raised under it on a day.
    pub fn is_effective_on(&self, day: NaiveDate) -> bool {
        self.effective_from <= day && self.effective_until.is_none_or(|until| day <= until)
    }
}
