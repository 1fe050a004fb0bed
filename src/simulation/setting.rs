//! What a simulated case is about, and who is not there.

use super::as_text::as_text;
use super::moment::WallTime;
use crate::directory::Sector;
use crate::escalation::FieldFault;
use crate::policy::{Policy, Who};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a simulated case is about, and who is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The urgency class; the ordinary one if none.
    pub urgency_class: Option<String>,
    /// The area of disagreement; the policy's first if none.
    pub area_of_disagreement: Option<String>,
    /// What kind of agency raises.
    pub raising_sector: Sector,
    /// What kind of agency receives.
    pub receiving_sector: Sector,
    /// A date before which the child must be safe.
    pub protective_deadline: Option<WallTime>,
    /// The day on which the decision was received.
    pub decision_received_on: Option<NaiveDate>,
    /// Posts that nobody holds.
    pub vacant: Vec<Missing>,
    /// Posts whose holder is away the whole time, with no deputy.
    pub absent: Vec<Missing>,
    /// What the made-up ids are counted from; it matters only where several made-up partnerships
    /// stand side by side.
    pub first_number: u64,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            urgency_class: None,
            area_of_disagreement: None,
            raising_sector: Sector::School,
            receiving_sector: Sector::ChildrensSocialCare,
            protective_deadline: None,
            decision_received_on: None,
            vacant: Vec::new(),
            absent: Vec::new(),
            first_number: 1,
        }
    }
}

impl Setting {
    /// What in it the policy does not know.
    pub fn faults(&self, policy: &Policy) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        if let Some(class) = &self.urgency_class
            && policy.urgency(class).is_none()
        {
            let classes = policy.urgency_classes.join(", ");
            faults.push(FieldFault::new("/urgency_class", format!("must be one of: {classes}")));
        }
        let areas = &policy.areas_of_disagreement;
        if let Some(area) = &self.area_of_disagreement
            && !areas.iter().any(|term| term.key == *area)
        {
            let keys: Vec<&str> = areas.iter().map(|term| term.key.as_str()).collect();
            let detail = format!("must be one of: {}", keys.join(", "));
            faults.push(FieldFault::new("/area_of_disagreement", detail));
        }
        for (field, missing) in [("vacant", &self.vacant), ("absent", &self.absent)] {
            for (index, it) in missing.iter().enumerate() {
                if let Missing::Who(who) = it
                    && who.role().is_some_and(|role| !policy.roles.contains_key(role))
                {
                    let detail = "must be a rung, a function or a role that the policy declares";
                    faults.push(FieldFault::new(format!("/{field}/{index}"), detail));
                }
            }
        }
        faults
    }
}

/// Who is missing: one, or all but the raiser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Missing {
    /// Everybody in every post.
    Everybody,
    /// Somebody whom a policy can name.
    Who(Who),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => f.write_str("everybody"),
            Self::Who(who) => who.fmt(f),
        }
    }
}

impl FromStr for Missing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "everybody" {
            return Ok(Self::Everybody);
        }
        text.parse().map(Self::Who).map_err(|_unreadable: String| {
            "must be everybody, or a post such as receiving.line_manager".to_owned()
        })
    }
}

as_text! { Missing: "receiving.line_manager" }
