//! A policy version in words, for somebody who does not read its file.

use super::{curly, day};
use crate::calendar::{Division, OutOfHours};
use crate::policy::{
    Anchor, Condition, Need, OnDeadline, OnRefusal, Permission, Policy, Population, RequiredField,
    STAGE_TASK, Stage, Task, Term,
};
use crate::web::acts::capital;

/// Label and words.
pub(super) type Said = (&'static str, String);

/// A stage in words.
pub(super) struct StageWords {
    pub(super) title: String,
    pub(super) rows: Vec<Said>,
    pub(super) tasks: Vec<TaskWords>,
}

/// A timed task in words.
pub(super) struct TaskWords {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
}

/// A list of the partnership's own words.
pub(super) struct Terms {
    pub(super) title: &'static str,
    pub(super) titles: Vec<String>,
}

/// A paragraph of the comments that a file begins with, and the points under it.
#[derive(Default)]
pub(super) struct Remark {
    pub(super) text: String,
    pub(super) points: Vec<String>,
}

/// What the file says of itself: the comments that it begins with.
pub(super) fn preamble(text: &str) -> Vec<Remark> {
    let lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    let mut remarks = vec![Remark::default()];
    for line in lines.map_while(|line| line.strip_prefix('#')) {
        let words = line.trim();
        let goes_on = line.starts_with("  ");
        let has_points = remarks.last().is_some_and(|last| !last.points.is_empty());
        if words.is_empty() || (has_points && !goes_on) {
            remarks.push(Remark::default());
        }
        let Some(last) = remarks.last_mut() else { continue };
        match (words.strip_prefix("- "), last.points.last_mut()) {
            (Some(point), _) => last.points.push(point.to_owned()),
            (None, Some(point)) => add(point, words),
            (None, None) => add(&mut last.text, words),
        }
    }
    remarks.retain(|remark| !remark.text.is_empty() || !remark.points.is_empty());
    remarks
}

/// Adds words to a text.
fn add(text: &mut String, words: &str) {
    if !text.is_empty() && !words.is_empty() {
        text.push(' ');
    }
    text.push_str(words);
}

/// What stands at the head of the policy.
pub(super) fn head(policy: &Policy) -> Vec<Said> {
    let mut rows = vec![("In force from", day(policy.effective_from))];
    if let Some(until) = policy.effective_until {
        rows.push(("In force until", day(until)));
    }
    if let Some(review) = policy.review_on {
        rows.push(("To be looked at again on", day(review)));
    }
    rows.push(("Approved by", policy.approved_by.clone()));
    rows.push(("Source", policy.source.clone()));
    rows.push((
        "It protects",
        match policy.population {
            Population::Children => "Children",
            Population::Adults => "Adults at risk",
            Population::ChildrenAndAdults => "Children and adults at risk",
        }
        .to_owned(),
    ));
    if let Some(topic) = &policy.topic_title {
        rows.push(("For challenges about", topic.clone()));
    }
    rows.extend(classes(policy));
    rows.extend(raising(policy));
    rows
}

fn classes(policy: &Policy) -> Vec<Said> {
    let classes = policy.urgency_classes.iter().map(|class| plain(class));
    let mut rows = vec![("Urgency, the ordinary first", capital(&joined(classes.collect())))];
    let starts = policy.start_stages.iter();
    let starts = starts
        .map(|(class, stage)| format!("{} cases begin in {} {stage}", plain(class), policy.label));
    let starts: Vec<String> = starts.collect();
    if !starts.is_empty() {
        rows.push(("Where cases begin", capital(&starts.join("; "))));
    }
    if let Some(class) = &policy.urgency_after_protective_deadline {
        rows.push((
            "After a protective deadline has passed",
            format!("The limits for {} cases count.", plain(class)),
        ));
    }
    for cap in &policy.caps {
        let (label, limits) = (&policy.label, policy.limits_in_words(&cap.limits));
        let words = format!("{label}s {} to {} together: {limits}", cap.from_stage, cap.to_stage);
        rows.push(("Limit over several stages", capital(&words)));
    }
    rows
}

fn raising(policy: &Policy) -> Vec<Said> {
    let needed = policy.raising.require.iter().map(|field| match field {
        RequiredField::DecisionReceivedOn => "the day on which the decision was received",
        RequiredField::LevelOfNeed => "the level of need that is argued about",
        RequiredField::ReceivingPractitionerId => "whose decision it is",
        RequiredField::Agreed => "what both sides agree on",
        RequiredField::Disputed => "what is disputed",
        RequiredField::InformationSharing => "why information is shared, or why not",
        RequiredField::ProtectiveDeadline => "a moment before which the child must be safe",
    });
    let needed: Vec<String> = needed.map(str::to_owned).collect();
    let mut rows = Vec::new();
    if !needed.is_empty() {
        rows.push(("A challenge must say", capital(&joined(needed))));
    }
    if let Some(within) = &policy.raising.within {
        let words =
            format!("Within {within} of the decision. A late one is taken, and noted as late.");
        rows.push(("When to raise it", words));
    }
    rows
}

/// The days and hours that clocks count.
pub(super) fn clocks(policy: &Policy) -> Vec<Said> {
    let calendar = &policy.calendar;
    let time = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
    let mut rows = vec![
        (
            "A working day",
            format!(
                "{} to {}, by the clock of {}",
                time(calendar.day_starts),
                time(calendar.day_ends),
                calendar.zone.name().replace('_', " ")
            ),
        ),
        (
            "Bank holidays of",
            match calendar.division {
                Division::EnglandAndWales => "England and Wales",
                Division::Scotland => "Scotland",
                Division::NorthernIreland => "Northern Ireland",
            }
            .to_owned(),
        ),
        (
            "A clock in hours that starts out of working hours",
            match calendar.out_of_hours {
                OutOfHours::ClockRuns => "It runs at once.",
                OutOfHours::ClockWaits => "It starts when work next starts.",
                OutOfHours::DutyTeam => "It runs at once, and the duty team is told.",
            }
            .to_owned(),
        ),
        (
            "The day on which a clock starts",
            if calendar.start_day_counts { "It counts." } else { "It does not count." }.to_owned(),
        ),
    ];
    if !calendar.closures.is_empty() {
        let days = calendar.closures.iter().map(|closed| day(*closed)).collect();
        rows.push(("Other days that do not count", joined(days)));
    }
    for other in &policy.other_hours {
        let sectors = other.sectors.iter().map(|sector| curly(sector.in_words())).collect();
        let words = format!(
            "{}: {} to {}",
            capital(&joined(sectors)),
            time(other.calendar.day_starts),
            time(other.calendar.day_ends)
        );
        rows.push(("Other working hours", words));
    }
    rows
}

/// What people may do to the clocks and to a case.
pub(super) fn permissions(policy: &Policy) -> Vec<Said> {
    let nobody = || "Nobody may.".to_owned();
    let asked = |permission: Option<&Permission>| {
        permission.map_or_else(nobody, |it| permission_in_words(policy, it))
    };
    let or = |permission: Option<&Permission>, usual: &str| {
        permission.map_or_else(|| usual.to_owned(), |it| permission_in_words(policy, it))
    };
    vec![
        ("Give a clock more time", asked(policy.extension.as_ref())),
        ("Pause the clocks", asked(policy.pause.as_ref())),
        ("Go back to a lower stage", asked(policy.step_down.as_ref())),
        ("Withdraw", or(policy.withdrawal.as_ref(), "The raising side may.")),
        (
            "Take a case up again",
            or(policy.reopening.as_ref(), "Whoever acted last may, and the partnership."),
        ),
        ("While a case is overdue", overdue(policy)),
    ]
}

fn permission_in_words(policy: &Policy, it: &Permission) -> String {
    let who = match it.may.as_slice() {
        [] => "Whoever may by the general rules".to_owned(),
        may => capital(&curly(&policy.whom(may))),
    };
    let mut parts = vec![who];
    if let Some(most) = &it.at_most {
        parts.push(format!("at most {most} at a time"));
    }
    if let Some(times) = it.times {
        parts.push(format!("{times} {}", if times == 1 { "time" } else { "times" }));
    }
    if let Some(within) = &it.within {
        parts.push(format!("within {within} of the end"));
    }
    if !it.reasons.is_empty() {
        let reasons = it.reasons.iter().map(|term| term.title.clone()).collect();
        parts.push(format!("for one of these reasons: {}", joined(reasons)));
    }
    format!("{}.", parts.join("; "))
}

fn overdue(policy: &Policy) -> String {
    let overdue = &policy.overdue;
    let told = curly(&policy.whom(&overdue.tell));
    let at = overdue.again_each_working_day_at.format("%H:%M");
    let mut words =
        format!("Those who must act are told, and {told}: again each working day at {at}.");
    if let Some(every) = &overdue.until_acknowledged_every {
        words += &format!(" Until somebody says that they have it, also every {every}.");
    }
    words
}

/// The partnership's own lists.
pub(super) fn terms(policy: &Policy) -> Vec<Terms> {
    let titles = |terms: &[Term]| terms.iter().map(|term| term.title.clone()).collect();
    let all = [
        ("What disagreements are about", &policy.areas_of_disagreement),
        ("How they end", &policy.outcomes),
        ("What can be learned", &policy.learning_themes),
    ];
    let all = all.into_iter().map(|(title, terms)| Terms { title, titles: titles(terms) });
    all.filter(|terms| !terms.titles.is_empty()).collect()
}

/// Every stage, the first first.
pub(super) fn stages(policy: &Policy) -> Vec<StageWords> {
    (1..).zip(&policy.stages).map(|(number, stage)| stage_words(policy, number, stage)).collect()
}

fn stage_words(policy: &Policy, number: u32, stage: &Stage) -> StageWords {
    let whom = |whom: &[_]| capital(&curly(&policy.whom(whom)));
    let mut rows = Vec::new();
    if !stage.when.is_for_every_case() {
        rows.push(("Only for", condition(&stage.when)));
    }
    if !stage.limits.is_empty() {
        rows.push(("Time", capital(&policy.limits_in_words(&stage.limits))));
    }
    if stage.counts_from != Anchor::StageEntered {
        rows.push(("Counted from", from(&stage.counts_from.to_string())));
    }
    rows.push(("Must act", whom(&stage.act)));
    if !stage.consult.is_empty() {
        rows.push(("Must be asked", whom(&stage.consult)));
    }
    if !stage.copy.is_empty() {
        rows.push(("Is told as well", whom(&stage.copy)));
    }
    if !stage.reminders.is_empty() {
        let times = stage.reminders.iter().map(ToString::to_string).collect();
        rows.push(("Reminders", capital(&joined(times))));
    }
    if let Some(warning) = &stage.warn_other_side {
        let words =
            format!("{warning}: the receiving side hears that the case is about to move up.");
        rows.push(("Warning", capital(&words)));
    }
    for (label, needs) in [
        ("Needed before people bring a case here early", &stage.entry_needs),
        ("Needed before people end it here", &stage.exit_needs),
    ] {
        if !needs.is_empty() {
            let needs = needs.iter().map(|need: &Need| curly(need.in_words())).collect();
            rows.push((label, capital(&joined(needs))));
        }
    }
    rows.extend(afterwards(policy, number, stage));
    let tasks = stage.all_tasks();
    let tasks = tasks.iter().filter(|task| task.key != STAGE_TASK);
    StageWords {
        title: format!("{} {number}: {}", capital(&policy.label), stage.title),
        rows,
        tasks: tasks.map(|task| task_words(policy, task)).collect(),
    }
}

/// What happens when the time runs out, on silence, on a refusal, and at the end.
fn afterwards(policy: &Policy, number: u32, stage: &Stage) -> Vec<Said> {
    let mut rows = Vec::new();
    let is_last = number == policy.stage_count();
    if is_last {
        rows.push(("How it ends", format!("{}.", capital(&curly(&policy.ending(stage))))));
    } else {
        rows.push((
            "When the time runs out",
            format!("{}.", capital(&policy.after(stage, number))),
        ));
    }
    if let Some(on_silence) = stage.on_silence {
        let words = match on_silence {
            OnDeadline::Escalate => "The case moves up.",
            OnDeadline::Notify => "The case stays, overdue, and people are told again.",
            OnDeadline::Inform => "People are told once, and the stage goes on.",
        };
        rows.push(("If the receiving side says nothing at all", words.to_owned()));
    }
    let words = match stage.on_refusal {
        OnRefusal::Prompt => "The raising side is asked whether to move the case up now.",
        OnRefusal::Escalate => "The case moves up at once.",
        OnRefusal::Inform => "The raising side is told.",
    };
    if !is_last {
        rows.push(("If the receiving side refuses", words.to_owned()));
    }
    if let Some(panel) = &stage.panel {
        let mut words = format!("At least {} members", panel.size);
        if panel.agencies > 0 {
            words += &format!(", from at least {} agencies", panel.agencies);
        }
        if panel.independent {
            words += ", none of them from the two agencies in dispute";
        }
        rows.push(("Panel", words + "."));
    }
    rows
}

fn task_words(policy: &Policy, task: &Task) -> TaskWords {
    let mut lines = vec![format!("Time: {}", policy.limits_in_words(&task.limits))];
    if !task.who.is_empty() {
        lines.push(format!("Who: {}", curly(&policy.whom(&task.who))));
    }
    let starts: Vec<String> = task.starts.iter().map(ToString::to_string).collect();
    lines.push(format!("Counted from: {}", from(&starts.join(" or "))));
    lines.push(format!("Done when: {}", task.ends));
    if !task.when.is_for_every_case() {
        lines.push(format!("Only for: {}", condition(&task.when)));
    }
    if !task.reminders.is_empty() {
        let times = task.reminders.iter().map(ToString::to_string).collect();
        lines.push(format!("Reminders: {}", joined(times)));
    }
    let missed = match task.on_deadline {
        OnDeadline::Escalate => "the case moves up",
        OnDeadline::Notify => "the case stays, overdue, and people are told again",
        OnDeadline::Inform => "people are told once",
    };
    lines.push(format!("If it is missed: {missed}"));
    TaskWords { title: task.title.clone(), lines }
}

/// Where a clock counts from, as people say it.
fn from(anchor: &str) -> String {
    match anchor {
        "stage entered" => "when the stage began and its people were told".to_owned(),
        "raised" => "when the challenge was raised".to_owned(),
        "decision received" => "the day on which the decision was received".to_owned(),
        other => other.replace('_', " "),
    }
}

fn condition(when: &Condition) -> String {
    let mut parts = Vec::new();
    let keys = |keys: &[String]| joined(keys.iter().map(|key| plain(key)).collect());
    let sectors = |of: &[crate::directory::Sector]| {
        joined(of.iter().map(|sector| curly(sector.in_words())).collect())
    };
    if !when.urgency_class.is_empty() {
        parts.push(format!("urgency {}", keys(&when.urgency_class)));
    }
    if !when.area_of_disagreement.is_empty() {
        parts.push(format!("challenges about {}", keys(&when.area_of_disagreement)));
    }
    if !when.raising_sector.is_empty() {
        parts.push(format!("raised by {}", sectors(&when.raising_sector)));
    }
    if !when.receiving_sector.is_empty() {
        parts.push(format!("received by {}", sectors(&when.receiving_sector)));
    }
    capital(&parts.join("; "))
}

/// A key as words.
fn plain(key: &str) -> String {
    key.replace('_', " ")
}

fn joined(parts: Vec<String>) -> String {
    parts.join(", ")
}
