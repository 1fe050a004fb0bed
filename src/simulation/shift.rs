//! Which deadlines move from one policy to another, while everybody is silent.

use super::course::Course;
use super::play::Simulation;
use super::setting::Setting;
use crate::calendar::{Calendar, Due};
use crate::clock::UtcInstant;
use crate::policy::Policy;
use std::collections::BTreeMap;

/// A deadline that moves, or that only one of the two policies has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// The urgency class of the case.
    pub urgency_class: String,
    /// When it is raised.
    pub raised_at: UtcInstant,
    /// The stage, counted from 1.
    pub stage: u32,
    /// The key of the task; `stage` for the stage's own clock.
    pub task: String,
    /// When it is due under the old policy; none if it has no such deadline.
    pub before: Option<Due>,
    /// When it is due under the new one.
    pub after: Option<Due>,
}

impl Shift {
    /// The shift in a sentence. `label` is what the policy calls its stages.
    pub fn in_words(&self, label: &str, calendar: &Calendar) -> String {
        let task = match self.task.as_str() {
            "stage" => String::new(),
            task => format!(", task '{task}'"),
        };
        let say = |due: &Option<Due>| {
            due.as_ref().map_or_else(|| "nothing".to_owned(), |due| calendar.say(due.at))
        };
        let apart = match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!(" ({})", apart(calendar, before.at, after.at)),
            _ => String::new(),
        };
        format!(
            "{label} {}{task}, {}, raised {}, everybody silent: due {} -> {}{apart}",
            self.stage,
            self.urgency_class,
            calendar.say(self.raised_at),
            say(&self.before),
            say(&self.after),
        )
    }
}

/// How far an instant lies from another, in words: `3 working days sooner`, `2 hours later`.
pub fn apart(calendar: &Calendar, from: UtcInstant, to: UtcInstant) -> String {
    let (first, last) = if from <= to { (from, to) } else { (to, from) };
    let way = if from <= to { "later" } else { "sooner" };
    let day = |at| calendar.local(at).date_naive();
    let works = |day: &chrono::NaiveDate| calendar.is_working_day(*day);
    let working_days =
        day(first).iter_days().skip(1).take_while(|it| *it <= day(last)).filter(works).count();
    let length = last.since(first);
    let (number, unit) = match (working_days, length.num_days(), length.num_hours()) {
        (1.., _, _) => (i64::try_from(working_days).unwrap_or(i64::MAX), "working day"),
        (0, 1.., _) => (length.num_days(), "day"),
        (0, _, 1..) => (length.num_hours(), "hour"),
        _ => (length.num_minutes(), "minute"),
    };
    format!("{number} {unit}{} {way}", if number == 1 { "" } else { "s" })
}

/// Each deadline that moves for a case raised at one of `starts` in each urgency class that both
/// policies have, with nobody saying a word.
///
/// # Errors
/// What is wrong with a policy's calendars.
pub fn shifts(
    old: &Policy,
    new: &Policy,
    setting: &Setting,
    starts: &[UtcInstant],
) -> Result<Vec<Shift>, String> {
    let mut found = Vec::new();
    for class in new.urgency_classes.iter().filter(|class| old.urgency(class).is_some()) {
        let with = |policy: &Policy| {
            let area = setting.area_of_disagreement.clone();
            let area = area.filter(|it| policy.areas_of_disagreement.iter().any(|a| a.key == *it));
            let setting = Setting {
                urgency_class: Some(class.clone()),
                area_of_disagreement: area,
                ..setting.clone()
            };
            Simulation::new(policy.clone(), setting)
        };
        let (old, new) = (with(old)?, with(new)?);
        for raised_at in starts {
            let play = |simulation: &Simulation| dues(&simulation.play(*raised_at, &[], None));
            let (before, after) = (play(&old), play(&new));
            let mut keys: Vec<_> = before.keys().chain(after.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let (before, after) = (before.get(key).cloned(), after.get(key).cloned());
                let at = |due: &Option<Due>| due.as_ref().map(|due| due.at);
                if at(&before) != at(&after) {
                    let (stage, task) = key.clone();
                    let (urgency_class, raised_at) = (class.clone(), *raised_at);
                    found.push(Shift { urgency_class, raised_at, stage, task, before, after });
                }
            }
        }
    }
    Ok(found)
}

/// Each deadline of a course as it was first said, by stage and task.
fn dues(course: &Course) -> BTreeMap<(u32, String), Due> {
    let mut dues = BTreeMap::new();
    for step in &course.steps {
        for running in &step.running {
            let key = (step.stage.unwrap_or_default(), running.task.clone());
            dues.entry(key).or_insert_with(|| running.due.clone());
        }
    }
    dues
}
