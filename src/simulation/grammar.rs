//! A script's act as a line: `stage 1 + 2 working days: receiving acknowledges`.

use super::act::{Act, Doing};
use crate::calendar::Limit;
use crate::escalation::Stance;
use std::fmt;
use std::str::FromStr;

/// Everything that can be done, as it is typed.
const FORMS: &str = "acknowledges; accepts; accepts in part; needs information; refuses; states position; proposes \
     OUTCOME; confirms; declines; escalates early; escalates early to stage 3; withdraws; reopens; \
     reopens at stage 3; determines OUTCOME; refers to KEY; convenes panel; records discussion; \
     arranges meeting + 3 working days; records meeting; ticks TASK; sets action; pauses for 2 \
     working days; resumes; extends by 2 working days; extends TASK by 2 working days; urgency \
     CLASS; steps down to stage 1; protects until 2026-12-24 12:00";

impl FromStr for Act {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (when, what) = text.split_once(": ").ok_or_else(|| {
            "must read WHEN: WHO DOES WHAT, such as \"stage 1 + 2 working days: receiving \
             acknowledges\""
                .to_owned()
        })?;
        let (by, does) = what.trim().split_once(' ').ok_or_else(nothing_done)?;
        Ok(Self { when: when.parse()?, by: by.parse()?, does: doing(does)? })
    }
}

fn nothing_done() -> String {
    format!("must say what is done, one of: {FORMS}")
}

fn doing(text: &str) -> Result<Doing, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    Ok(match words.as_slice() {
        ["acknowledges"] => Doing::Acknowledge,
        ["accepts"] => Doing::Respond { stance: Stance::Accepts },
        ["accepts", "in", "part"] => Doing::Respond { stance: Stance::AcceptsInPart },
        ["needs", "information"] => Doing::Respond { stance: Stance::NeedsInformation },
        ["refuses"] => Doing::Respond { stance: Stance::Refuses },
        ["states", "position"] => Doing::StatePosition,
        ["proposes", outcome] => Doing::Propose { outcome: (*outcome).to_owned() },
        ["confirms"] => Doing::Confirm,
        ["declines"] => Doing::Decline,
        ["escalates", "early"] => Doing::EscalateEarly { to_stage: None },
        ["escalates", "early", "to", "stage", number] => {
            Doing::EscalateEarly { to_stage: Some(stage(number)?) }
        }
        ["withdraws"] => Doing::Withdraw,
        ["reopens"] => Doing::Reopen { stage: None },
        ["reopens", "at", "stage", number] => Doing::Reopen { stage: Some(stage(number)?) },
        ["determines", outcome] => Doing::Determine { outcome: (*outcome).to_owned() },
        ["refers", "to", to] => Doing::Refer { to: (*to).to_owned() },
        other => return doing_of_clocks(other),
    })
}

fn doing_of_clocks(words: &[&str]) -> Result<Doing, String> {
    Ok(match words {
        ["convenes", "panel"] => Doing::ConvenePanel,
        ["records", "discussion"] => Doing::RecordDiscussion,
        ["arranges", "meeting", "+", length @ ..] => {
            Doing::ArrangeMeeting { after: length.join(" ").parse()? }
        }
        ["records", "meeting"] => Doing::RecordMeeting,
        ["ticks", task] => Doing::TickTask { task: (*task).to_owned() },
        ["sets", "action"] => Doing::SetAction,
        ["pauses", "for", length @ ..] => Doing::Pause { lasting: limit(length)? },
        ["resumes"] => Doing::Resume,
        ["extends", "by", length @ ..] => Doing::Extend { task: None, more: limit(length)? },
        ["extends", task, "by", length @ ..] => {
            Doing::Extend { task: Some((*task).to_owned()), more: limit(length)? }
        }
        ["urgency", class] => Doing::ChangeUrgency { urgency_class: (*class).to_owned() },
        ["steps", "down", "to", "stage", number] => Doing::StepDown { to_stage: stage(number)? },
        ["protects", "until", time @ ..] => {
            Doing::SetProtectiveDeadline { at: time.join(" ").parse()? }
        }
        _ => return Err(nothing_done()),
    })
}

fn stage(number: &str) -> Result<u32, String> {
    number
        .parse()
        .map_err(|_unreadable: std::num::ParseIntError| "must number a stage, from 1".to_owned())
}

fn limit(words: &[&str]) -> Result<Limit, String> {
    words.join(" ").parse::<Limit>().map_err(|error| error.to_string())
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.when, self.by, self.does)
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acknowledge => f.write_str("acknowledges"),
            Self::Respond { stance } => f.write_str(match stance {
                Stance::Accepts => "accepts",
                Stance::AcceptsInPart => "accepts in part",
                Stance::NeedsInformation => "needs information",
                Stance::Refuses => "refuses",
            }),
            Self::StatePosition => f.write_str("states position"),
            Self::Propose { outcome } => write!(f, "proposes {outcome}"),
            Self::Confirm => f.write_str("confirms"),
            Self::Decline => f.write_str("declines"),
            Self::EscalateEarly { to_stage: None } => f.write_str("escalates early"),
            Self::EscalateEarly { to_stage: Some(to) } => {
                write!(f, "escalates early to stage {to}")
            }
            Self::Withdraw => f.write_str("withdraws"),
            Self::Reopen { stage: None } => f.write_str("reopens"),
            Self::Reopen { stage: Some(stage) } => write!(f, "reopens at stage {stage}"),
            Self::Determine { outcome } => write!(f, "determines {outcome}"),
            Self::Refer { to } => write!(f, "refers to {to}"),
            Self::ConvenePanel => f.write_str("convenes panel"),
            Self::RecordDiscussion => f.write_str("records discussion"),
            Self::ArrangeMeeting { after } => write!(f, "arranges meeting + {after}"),
            Self::RecordMeeting => f.write_str("records meeting"),
            Self::TickTask { task } => write!(f, "ticks {task}"),
            Self::SetAction => f.write_str("sets action"),
            Self::Pause { lasting } => write!(f, "pauses for {lasting}"),
            Self::Resume => f.write_str("resumes"),
            Self::Extend { task: None, more } => write!(f, "extends by {more}"),
            Self::Extend { task: Some(task), more } => write!(f, "extends {task} by {more}"),
            Self::ChangeUrgency { urgency_class } => write!(f, "urgency {urgency_class}"),
            Self::StepDown { to_stage } => write!(f, "steps down to stage {to_stage}"),
            Self::SetProtectiveDeadline { at } => write!(f, "protects until {at}"),
        }
    }
}
