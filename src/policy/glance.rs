//! A policy at a glance: what a business manager wants to read of it.

use super::{EndingRule, Limits, OnDeadline, Policy, STAGE_TASK, Stage, Task, Who};
use std::fmt::Write;

impl Policy {
    /// The policy in a few lines: what it is, then each stage with its clocks, who acts, who is
    /// copied, its tasks, and how it ends.
    pub fn at_a_glance(&self) -> String {
        let mut text = format!(
            "{}\n{}, version {}, for {}; in force from {}{}{}\nApproved by: {}\n",
            self.title,
            self.key,
            self.version,
            match self.population {
                super::Population::Children => "children",
                super::Population::Adults => "adults at risk",
                super::Population::ChildrenAndAdults => "children and adults at risk",
            },
            self.effective_from.format("%-d %b %Y"),
            self.effective_until
                .map_or_else(String::new, |day| format!(" until {}", day.format("%-d %b %Y"))),
            self.review_on
                .map_or_else(String::new, |day| format!(", review {}", day.format("%-d %b %Y"))),
            self.approved_by,
        );
        for (number, stage) in (1..).zip(&self.stages) {
            let lines = self.stage_at_a_glance(number, stage);
            // Writing to a text cannot fail.
            let _ = write!(text, "\n{} {number}: {}\n", capital(&self.label), stage.title);
            for line in lines {
                let _ = writeln!(text, "    {line}");
            }
        }
        for cap in &self.caps {
            let _ = writeln!(
                text,
                "\n{}s {} to {} together: {}",
                capital(&self.label),
                cap.from_stage,
                cap.to_stage,
                self.limits_in_words(&cap.limits)
            );
        }
        text
    }

    fn stage_at_a_glance(&self, number: u32, stage: &Stage) -> Vec<String> {
        let mut lines = Vec::new();
        if !stage.when.is_for_every_case() {
            lines.push("only for some cases (see when)".to_owned());
        }
        if !stage.limits.is_empty() {
            lines.push(self.limits_in_words(&stage.limits));
        }
        lines.push(format!("acts: {}", self.whom(&stage.act)));
        for (word, whom) in [("consulted", &stage.consult), ("copied", &stage.copy)] {
            if !whom.is_empty() {
                lines.push(format!("{word}: {}", self.whom(whom)));
            }
        }
        for task in stage.all_tasks().iter().filter(|task| task.key != STAGE_TASK) {
            lines.push(self.task_at_a_glance(task));
        }
        let is_last = number == self.stage_count();
        lines.push(format!(
            "then: {}",
            if is_last { self.ending(stage) } else { self.after(stage, number) }
        ));
        lines
    }

    fn task_at_a_glance(&self, task: &Task) -> String {
        let who = if task.who.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.whom(&task.who))
        };
        format!(
            "task: {}{who}; {}; from: {}; done when: {}",
            task.title,
            self.limits_in_words(&task.limits),
            task.starts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "),
            task.ends
        )
    }

    /// What happens when the time of a stage runs out, in words.
    pub fn after(&self, stage: &Stage, number: u32) -> String {
        let to = stage.escalates_to.unwrap_or(number.saturating_add(1));
        match stage.on_deadline {
            OnDeadline::Escalate => format!("it moves to {} {to}", self.label),
            OnDeadline::Notify => {
                format!("it stays overdue until people move it to {} {to}", self.label)
            }
            OnDeadline::Inform => "people are told, and its tasks decide".to_owned(),
        }
    }

    /// How the last stage ends a case that the sides do not agree on, in words.
    pub fn ending(&self, stage: &Stage) -> String {
        match stage.ending {
            EndingRule::Determination if stage.panel.is_some() => {
                "a panel determines the outcome".to_owned()
            }
            EndingRule::Determination => {
                format!("the outcome is determined by {}", self.whom(&stage.determine))
            }
            EndingRule::Mediation => "the partnership mediates until both sides agree".to_owned(),
            EndingRule::Referral => {
                let to: Vec<&str> = stage.refer_to.iter().map(|term| term.title.as_str()).collect();
                format!("the partnership may refer it to {}", to.join(" or "))
            }
        }
    }

    /// The limits of each class, in the order of the classes.
    pub fn limits_in_words(&self, limits: &Limits) -> String {
        let words = limits.in_words();
        let order = |class: &str| self.urgency(class).unwrap_or_default();
        let mut words: Vec<(String, String)> = words.into_iter().collect();
        words.sort_by_key(|(class, _)| order(class));
        let is_one = limits.classes().next().is_none();
        let said = |(class, limit): (String, String)| match is_one {
            true => limit,
            false => format!("{class}: {limit}"),
        };
        words.into_iter().map(said).collect::<Vec<_>>().join("; ")
    }

    /// Whom a list of the policy means, in words.
    pub fn whom(&self, whom: &[Who]) -> String {
        let words: Vec<String> = whom.iter().map(|who| self.who_in_words(who)).collect();
        words.join("; ")
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}
