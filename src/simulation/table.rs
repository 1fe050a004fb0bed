//! A simulation to be read in a terminal, 100 columns wide.

use super::report::{CourseReport, Report, RunningReport, StepReport, ToldReport, wrapped};
use crate::escalation::NoticeKind;

const WIDTH: usize = 100;
const DUE: &str = "      due   ";
const TOLD: &str = "      told  ";
const TEXT: &str = "      ";

/// The report as a table: for each start what happens, what is due then and how that comes about,
/// and who is told.
pub fn table(report: &Report) -> String {
    let mut out = String::new();
    let head = format!(
        "{} ({}, version {}); {}; {} -> {}",
        report.policy_title,
        report.policy_key,
        report.policy_version,
        report.urgency_class,
        report.raising,
        report.receiving
    );
    push(&mut out, "", &head);
    for course in &report.courses {
        out.push('\n');
        one_course(&mut out, report, course);
    }
    out
}

fn one_course(out: &mut String, report: &Report, course: &CourseReport) {
    let head = format!("Raised {}", course.raised_at_local);
    push(out, "", &head);
    push(out, "", &"-".repeat(head.chars().count()));
    let mut before: &[RunningReport] = &[];
    for step in &course.steps {
        one_step(out, report, step, before);
        before = &step.running;
    }
    for act in &course.unplayed {
        push(out, "", &format!("Its moment never came: {act}"));
    }
    push(out, "", &format!("So it stands: {}.", course.stands));
}

fn one_step(out: &mut String, report: &Report, step: &StepReport, before: &[RunningReport]) {
    push(out, "", &format!("{}  {}", step.at_local, step.by));
    if let Some(act) = step.act.as_ref().filter(|_| step.refused.is_some()) {
        push(out, TEXT, act);
    }
    if let Some(refused) = &step.refused {
        push(out, TEXT, &format!("REFUSED: {refused}"));
    }
    for words in &step.happened {
        // The deadline and its sum stand below on lines of their own.
        let words = match words.strip_prefix("stage ").and_then(|rest| rest.split_once("; due ")) {
            Some((begins, _)) => format!("{} {begins}", report.label),
            None => words.split_once("; due next: ").map_or(words.as_str(), |it| it.0).to_owned(),
        };
        push(out, TEXT, &words);
    }
    for running in step.running.iter().filter(|it| !before.contains(it)) {
        let what = match (running.task.as_str(), step.stage) {
            ("stage", Some(stage)) => format!("{} {stage}", report.label),
            _ => running.title.clone(),
        };
        push(out, DUE, &format!("{}  {what}: {}", running.due_at_local, running.derivation));
    }
    let mut kinds: Vec<NoticeKind> = Vec::new();
    for told in &step.told {
        if !kinds.contains(&told.kind) {
            kinds.push(told.kind);
        }
    }
    for kind in kinds {
        let of_kind = |told: &&ToldReport| told.kind == kind;
        let names: Vec<&str> =
            step.told.iter().filter(of_kind).map(|told| told.name.as_str()).collect();
        push(out, TOLD, &format!("{}: {}", kind_in_words(kind), names.join("; ")));
    }
}

/// What a message is about, in words.
fn kind_in_words(kind: NoticeKind) -> String {
    let words = format!("{kind:?}");
    let mut spaced = String::new();
    for letter in words.chars() {
        if letter.is_uppercase() && !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.extend(letter.to_lowercase());
    }
    spaced
}

/// Adds a paragraph with a word before its first line, the others below its text.
fn push(out: &mut String, before: &str, text: &str) {
    let below = " ".repeat(before.chars().count());
    for (index, line) in wrapped(text, WIDTH - below.len()).iter().enumerate() {
        out.push_str(if index == 0 { before } else { &below });
        out.push_str(line);
        out.push('\n');
    }
}
