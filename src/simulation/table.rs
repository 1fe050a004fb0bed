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
    push(out, "", &format!("{}: {}", step.at_local, step.by));
    if let Some(act) = step.act.as_ref().filter(|_| step.refused.is_some()) {
        push(out, TEXT, act);
    }
    if let Some(refused) = &step.refused {
        push(out, TEXT, &format!("REFUSED: {refused}"));
    }
    for words in &step.happened {
        push(out, TEXT, &shortened(words, report, step));
    }
    for running in step.running.iter().filter(|it| !before.contains(it)) {
        let what = match (running.task.as_str(), step.stage) {
            ("stage", Some(stage)) => format!("{} {stage}", report.label),
            _ => running.title.clone(),
        };
        let RunningReport { due_at_local, derivation, .. } = running;
        let sum = derivation.strip_suffix(due_at_local.as_str()).unwrap_or(derivation);
        let sum = sum.trim_end_matches(": ");
        push(out, DUE, &format!("{due_at_local} ({what}): {sum}"));
    }
    let mut kinds: Vec<NoticeKind> = Vec::new();
    for told in &step.told {
        if !kinds.contains(&told.kind) {
            kinds.push(told.kind);
        }
    }
    for kind in kinds {
        let of_kind = |told: &&ToldReport| told.kind == kind;
        let names = both_sides(step.told.iter().filter(of_kind).map(|it| it.name.as_str()));
        push(out, TOLD, &format!("{}: {}", kind_in_words(kind), names.join("; ")));
    }
}

/// What happened, without the names and sums that stand below it on lines of their own.
fn shortened(words: &str, report: &Report, step: &StepReport) -> String {
    if let (Some(stage), Some(title)) = (step.stage, &step.stage_title)
        && let Some(rest) = words.strip_prefix(&format!("stage {stage} begins ({title})"))
    {
        let how = rest.split_once(": ").map_or("", |(how, _)| how);
        return format!("{} {stage} begins ({title}){how}", report.label);
    }
    words.split_once("; due next: ").map_or(words, |(what, _)| what).to_owned()
}

/// Names in their order, those who face each other as one.
fn both_sides<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let names: Vec<&str> = names.collect();
    let mut short = Vec::new();
    for name in &names {
        let post = |side: &str| name.strip_suffix(&format!(" ({side} side)"));
        let other =
            |side: &str, post: &str| names.contains(&format!("{post} ({side} side)").as_str());
        match (post("raising"), post("receiving")) {
            (Some(post), _) if other("receiving", post) => {
                short.push(format!("{post} (both sides)"));
            }
            (_, Some(post)) if other("raising", post) => {}
            _ => short.push((*name).to_owned()),
        }
    }
    short
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
