//! A simulation as it is answered: instants with their local time, in words.

use super::course::{Course, Step, Stopped};
use super::play::Simulation;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::escalation::{Doer, Ending, NoticeKind, Status};
use serde::Serialize;
use utoipa::ToSchema;

/// What a simulation tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// The policy's key.
    pub policy_key: String,
    /// Its version.
    pub policy_version: i32,
    /// Its title.
    pub policy_title: String,
    /// What it calls its stages.
    pub label: String,
    /// The urgency class of the case.
    pub urgency_class: String,
    /// The agency that raises.
    pub raising: String,
    /// The agency that receives.
    pub receiving: String,
    /// One course for each start.
    pub courses: Vec<CourseReport>,
}

/// What becomes of a case that is raised at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CourseReport {
    /// When it is raised.
    pub raised_at: UtcInstant,
    /// The same in local time.
    pub raised_at_local: String,
    /// What happens, the first first.
    pub steps: Vec<StepReport>,
    /// Where it is in its life afterwards; none if it could not be raised.
    pub status: Option<Status>,
    /// How it stands, in words.
    pub stands: String,
    /// What was to be done and whose moment never came.
    pub unplayed: Vec<String>,
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StepReport {
    /// When.
    pub at: UtcInstant,
    /// The same in local time.
    pub at_local: String,
    /// Who does it: a made-up person, or time.
    pub by: String,
    /// The act of the script that it is.
    pub act: Option<String>,
    /// What happens, as the timeline says it.
    pub happened: Vec<String>,
    /// Why it is refused.
    pub refused: Option<String>,
    /// The stage afterwards.
    pub stage: Option<u32>,
    /// The stage's title.
    pub stage_title: Option<String>,
    /// The clocks that run afterwards, the soonest due first.
    pub running: Vec<RunningReport>,
    /// Who is told.
    pub told: Vec<ToldReport>,
}

/// A clock that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunningReport {
    /// The key of its task; `stage` for the stage's own.
    pub task: String,
    /// What is to be done.
    pub title: String,
    /// When it runs out.
    pub due_at: UtcInstant,
    /// The same in local time.
    pub due_at_local: String,
    /// How this comes about.
    pub derivation: String,
    /// Whether the protective deadline is what counts.
    pub is_protective: bool,
}

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToldReport {
    /// Who: a made-up person who is called after their post.
    pub name: String,
    /// On which side.
    pub side: Side,
    /// Of what.
    pub kind: NoticeKind,
    /// Whether they are asked to do something.
    pub is_asked: bool,
}

impl Report {
    /// The report of these courses.
    pub fn of(simulation: &Simulation, courses: &[Course]) -> Self {
        let policy = simulation.policy();
        let class = simulation.setting().urgency_class.clone();
        Self {
            policy_key: policy.key.clone(),
            policy_version: policy.version,
            policy_title: policy.title.clone(),
            label: policy.label.clone(),
            urgency_class: class.unwrap_or_else(|| policy.ordinary_class().to_owned()),
            raising: simulation.world().raising.agency_name.clone(),
            receiving: simulation.world().receiving.agency_name.clone(),
            courses: courses.iter().map(|course| course_report(simulation, course)).collect(),
        }
    }
}

fn course_report(simulation: &Simulation, course: &Course) -> CourseReport {
    let calendar = simulation.calendar();
    CourseReport {
        raised_at: course.raised_at,
        raised_at_local: calendar.say(course.raised_at),
        steps: course.steps.iter().map(|step| step_report(simulation, step)).collect(),
        status: course.escalation.as_ref().map(|escalation| escalation.status),
        stands: stands(simulation, course),
        unplayed: course.unplayed.iter().map(ToString::to_string).collect(),
    }
}

fn step_report(simulation: &Simulation, step: &Step) -> StepReport {
    let calendar = simulation.calendar();
    let stage = step.stage.and_then(|stage| simulation.policy().stage(stage));
    StepReport {
        at: step.at,
        at_local: calendar.say(step.at),
        by: step.by.as_ref().map_or_else(|| Doer::Time.in_words(), |by| by.name.clone()),
        act: step.act.as_ref().map(ToString::to_string),
        happened: step.events.iter().map(crate::escalation::Event::in_words).collect(),
        refused: step.refused.clone(),
        stage: step.stage,
        stage_title: stage.map(|stage| stage.title.clone()),
        running: step.running.iter().map(|it| running_report(calendar, it)).collect(),
        told: step.told.iter().map(told_report).collect(),
    }
}

fn running_report(calendar: &Calendar, it: &super::course::Running) -> RunningReport {
    RunningReport {
        task: it.task.clone(),
        title: it.title.clone(),
        due_at: it.due.at,
        due_at_local: calendar.say(it.due.at),
        derivation: it.due.derivation.clone(),
        is_protective: it.is_protective,
    }
}

fn told_report(notice: &crate::escalation::Notice) -> ToldReport {
    ToldReport {
        name: notice.seat.name.clone(),
        side: notice.seat.side,
        kind: notice.kind,
        is_asked: notice.kind.asks(),
    }
}

fn stands(simulation: &Simulation, course: &Course) -> String {
    let policy = simulation.policy();
    let Some(escalation) = &course.escalation else { return "it cannot be raised so".to_owned() };
    if let Some(ending) = escalation.ending() {
        return match ending {
            Ending::Agreed { outcome, .. } => format!("resolved: both sides agreed on {outcome}"),
            Ending::Determined { outcome, .. } => {
                format!("resolved: the partnership determined {outcome}")
            }
            Ending::Referred { to, .. } => format!("resolved here: referred to {to}"),
            Ending::Withdrawn { .. } => "withdrawn".to_owned(),
        };
    }
    let stage = escalation.current_entry().map_or(0, |entry| entry.stage);
    let place = format!("{} {stage} of {}", policy.label, policy.stage_count());
    match course.stopped {
        Stopped::StaysOverdue => format!(
            "open and overdue in {place}: nobody stands above, and people are told again until \
             somebody acts"
        ),
        Stopped::TooManySteps => format!("open in {place}: the simulation stops here, it is long"),
        _ => format!("open in {place}"),
    }
}

/// A text in lines of at most `width` characters, broken between words.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
