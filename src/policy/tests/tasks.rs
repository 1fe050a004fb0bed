//! Tasks that could not begin or end, and stages whose clocks could all stop.

use super::*;

const SECOND: &str = "act = [\"raising.line_manager\", \"receiving.line_manager\"]";
const LIMITS: &str = "title = \"Line managers and designated safeguarding leads\"\n\
    limits = { standard = \"1 working week\", urgent = \"1 working day\" }\n";

/// The shipped policy with tasks in its second stage.
fn tasks(tasks: &str) -> String {
    with(BSCP, SECOND, &format!("{SECOND}\n{tasks}"))
}

/// The same without a limit of the stage's own.
fn only_tasks(more: &str) -> String {
    with(&tasks(more), LIMITS, "title = \"Line managers\"\n")
}

fn task(key: &str, more: &str) -> String {
    format!(
        "[[stages.tasks]]\nkey = \"{key}\"\ntitle = \"T\"\nlimits = \"2 working days\"\n{more}\n"
    )
}

#[test]
fn keys() {
    let twice = task("speak", "") + &task("speak", "ends = \"meeting held\"");
    let found = Policy::parse(&tasks(&twice)).unwrap_err();
    assert!(found[0].text.contains("the key 'speak' stands twice"), "{found:?}");
    one_mistake(&tasks(&task("stage", "")), "key = \"stage\"", "is the key of another clock");
    let own = format!("acknowledge_within = \"1 hour\"\n{}", task("acknowledge", ""));
    one_mistake(&tasks(&own), "key = \"acknowledge\"", "is the key of another clock");
    let many: String = (0..9).map(|number| task(&format!("t{number}"), "")).collect();
    let found = Policy::parse(&tasks(&many)).unwrap_err();
    assert_eq!(found[0].key, "stages, number 2: tasks");
    assert!(found[0].text.contains("at most 8 clocks, and this one has 10"), "{found:?}");
}

#[test]
fn what_starts_a_clock_must_be_there() {
    for (starts, text) in [
        ("starts = \"decision received\"", "add \"decision_received_on\" to require"),
        ("starts = \"spoken done\"", "this stage has no task 'spoken'"),
        ("starts = \"panel convened\"", "it has no panel"),
        ("starts = \"stage done\"", "the case is over when that is done"),
        ("starts = \"stage missed\"", "the case moves on when that is missed"),
        ("starts = \"stage ended\"", "the case is over when that is done, and moves on"),
        ("starts = \"speak done\"", "it waits for what waits for it"),
        ("ends = \"determined\"", "nobody determines in it"),
        ("ends = \"panel convened\"", "it has no panel"),
    ] {
        one_mistake(&tasks(&task("speak", starts)), starts, text);
    }
    let circle =
        task("speak", "starts = \"write done\"") + &task("write", "starts = \"speak done\"");
    let found = Policy::parse(&tasks(&circle)).unwrap_err();
    assert_eq!(found.len(), 2, "{found:?}");
    let either = task("speak", "starts = [\"write done\", \"stage entered\"]")
        + &task("write", "starts = \"speak done\"");
    Policy::parse(&tasks(&either)).unwrap();
    let misspelt = task("speak", "") + &task("write", "starts = \"speek done\"");
    one_mistake(&tasks(&misspelt), "speek done", "did you mean \"speak\"?");
    let refusal = format!("on_refusal = \"escalate\"\n{}", task("talk", "starts = \"refused\""));
    one_mistake(&tasks(&refusal), "starts = \"refused\"", "a refusal moves the case on at once");
    let counts = format!("{SECOND}\ncounts_from = \"decision received\"");
    one_mistake(&with(BSCP, SECOND, &counts), "counts_from", "this clock may have no start");
    let dated = "label = \"stage\"\nraising = { require = [\"decision_received_on\"] }";
    let file = with(&with(BSCP, SECOND, &counts), "label = \"stage\"", dated);
    Policy::parse(&file).unwrap();
    let within =
        with(BSCP, "label = \"stage\"", "label = \"stage\"\nraising = { within = \"2 days\" }");
    one_mistake(&within, "raising = ", "add \"decision_received_on\" to require");
}

#[test]
fn a_reminder_longer_than_its_task() {
    let reminders = "reminders = [\"5 working days before\"]";
    one_mistake(&tasks(&task("speak", reminders)), reminders, "this reminder would never come");
}

#[test]
fn a_stage_that_comes_to_stand_is_named_with_how() {
    let second = |file: &str, text: &str| {
        let found = Policy::parse(file).unwrap_err();
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(
            said.iter().any(|it| it.contains("stages, number 2: ") && it.contains(text)),
            "{said:#?}\n{text}"
        );
        let line = BSCP[..BSCP.match_indices("[[stages]]").nth(1).unwrap().0].matches('\n').count();
        assert_eq!(found[0].line, line + 1, "{said:#?}");
    };
    second(&only_tasks(&task("speak", "")), "when 'speak' is missed, no clock runs");
    second(
        &only_tasks(&task("speak", "on_deadline = \"escalate\"")),
        "when 'speak' is done, no clock runs",
    );
    let two =
        task("speak", "on_deadline = \"escalate\"") + &task("write", "starts = \"speak done\"");
    second(&only_tasks(&two), "when 'speak' is done and 'write' is missed, no clock runs");
    second(
        &only_tasks(&task("speak", "starts = \"refused\"")),
        "as the stage is entered, no clock runs",
    );
    let informs = with(BSCP, SECOND, &format!("{SECOND}\non_deadline = \"inform\""));
    second(&informs, "when 'stage' is missed, no clock runs");
    let silent = with(BSCP, SECOND, &format!("{SECOND}\non_silence = \"inform\""));
    second(&silent, "when 'stage' is missed, no clock runs");
    let urgent_only = task(
        "speak",
        "when = { urgency_class = [\"urgent\"] }\nends = \"agreed\"\non_deadline = \"escalate\"",
    );
    second(
        &only_tasks(&urgent_only),
        "as the stage is entered, in a case that not every task is for no clock runs",
    );
}

#[test]
fn a_stage_whose_tasks_carry_its_clocks_is_no_mistake() {
    let settled = task("speak", "")
        + &task(
            "settle",
            "starts = \"speak ended\"\nends = \"agreed\"\non_deadline = \"escalate\"",
        );
    Policy::parse(&only_tasks(&settled)).unwrap();
    // Together they are for every case.
    let either = task(
        "a",
        "when = { urgency_class = [\"urgent\"] }\nends = \"agreed\"\non_deadline = \"escalate\"",
    ) + &task(
        "b",
        "when = { urgency_class = [\"standard\"] }\nends = \"agreed\"\non_deadline = \"notify\"",
    );
    Policy::parse(&only_tasks(&either)).unwrap();
    let beside = task("speak", "") + &task("write", "starts = \"speak missed\"");
    Policy::parse(&tasks(&beside)).unwrap();
}
