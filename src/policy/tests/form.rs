//! Mistakes of form: what cannot be read, and where.

use super::*;

const TITLE: &str = "title = \"Practitioners\"";

#[test]
fn an_unknown_key_is_named_with_the_one_that_was_meant() {
    let file = with(BSCP, "review_on =", "reviewed_on =");
    one_mistake(
        &file,
        "reviewed_on",
        "there is no key 'reviewed_on' here; did you mean 'review_on'?",
    );
    let file = with(BSCP, TITLE, "title = \"Practitioners\"\non_silense = \"escalate\"");
    one_mistake(&file, "on_silense", "did you mean 'on_silence'?");
}

#[test]
fn a_key_in_the_wrong_table_is_told_where_it_belongs() {
    let file = with(BSCP, TITLE, "title = \"Practitioners\"\nretention_years = 10");
    one_mistake(
        &file,
        "retention_years",
        "there is no key 'retention_years' here; it belongs to: policy",
    );
}

#[test]
fn a_missing_key_is_named_at_the_head_of_its_table() {
    let file = with(BSCP, "approved_by = \"to be confirmed by the partnership\"\n", "");
    let found = Policy::parse(&file).unwrap_err();
    assert_eq!((found.len(), found[0].line), (1, 1), "{found:?}");
    assert!(found[0].text.starts_with("the policy needs the key 'approved_by': add approved_by ="));
    let file = with(BSCP, "division = \"england-and-wales\"   #", "#");
    one_mistake(&file, "[calendar]", "this needs the key 'division'");
    let file = with(BSCP, "title = \"Line managers and designated safeguarding leads\"", "");
    let found = Policy::parse(&file).unwrap_err();
    let second = BSCP.match_indices("[[stages]]").nth(1).unwrap().0;
    assert_eq!(found[0].line, BSCP[..second].matches('\n').count() + 1);
    assert_eq!(found[0].key, "stages, number 2: title");
}

#[test]
fn a_value_that_cannot_be_read_is_told_what_one_looks_like() {
    for (from, to, text) in [
        ("\"24 hours\"", "\"a day or so\"", "\"a day or so\" is no limit"),
        ("\"24 hours\"", "24", "write a limit in quotes, such as \"5 working days\""),
        ("\"24 hours\"", "[]", "give at least one limit"),
        ("version = 1", "version = \"1\"", "write the number without quotes"),
        ("version = 1", "version = 0", "give a whole number from 1 to"),
        ("version = 1", "version = 1.5", "write a whole number"),
        ("\"2026-09-01\"", "2026-09-01", "put the day in quotes, such as \"2026-09-01\""),
        ("\"2026-09-01\"", "\"1 September 2026\"", "is no day; write year-month-day"),
        ("day_starts = \"09:00\"", "day_starts = 09:00:00", "put the time in quotes"),
        ("day_starts = \"09:00\"", "day_starts = \"9 am\"", "\"9 am\" is no time of day"),
        ("\"Europe/London\"", "\"Europe/Londn\"", "did you mean \"Europe/London\"?"),
        ("\"england-and-wales\"", "\"england\"", "did you mean \"england-and-wales\"?"),
        ("\"children\"", "\"kids\"", "use one of: \"children\", \"adults\""),
        ("key = \"bscp\"", "key = \"BSCP policy\"", "use small letters, digits and hyphens"),
        ("key = \"timeliness\"", "key = \"Time!\"", "use small letters, digits and underscores"),
        ("label = \"stage\"", "label = \" \"", "this is blank"),
        (
            "act = [\"raising.practitioner\", \"receiving.practitioner\"]",
            "act = \"raising.practitioner\"",
            "this is a list: put it in brackets",
        ),
        (
            "\"raising.practitioner\"",
            "\"practitioner\"",
            "'practitioner' is nobody that a policy can name",
        ),
        (
            "\"raising.practitioner\"",
            "\"partnership.line_manager\"",
            "is nobody that a policy can name",
        ),
    ] {
        let file = with(BSCP, from, to);
        let on = to.lines().next().unwrap();
        let found = Policy::parse(&file).unwrap_err();
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        let [mistake] = found.as_slice() else { panic!("{to}: {said:#?}") };
        assert!(mistake.text.contains(text), "{said:#?} lacks {text}");
        let line = file.lines().nth(mistake.line - 1).unwrap();
        assert!(line.contains(on), "{line} is not the line of {on}");
    }
}

#[test]
fn what_starts_and_ends_a_task_and_reminds_of_it() {
    for (from, to, text) in [
        (
            "ends = \"discussion held\"",
            "ends = \"discusion held\"",
            "did you mean \"discussion held\"?",
        ),
        ("\"speak ended\", \"proposal declined\"", "\"spoken\"", "'spoken' does not start a clock"),
        (
            "starts = [\"speak ended\", \"proposal declined\"]",
            "starts = []",
            "name what starts the clock",
        ),
        ("\"half way\"", "\"sometimes\"", "'sometimes' is no time of a reminder"),
        ("friday = \"09:00-16:30\"", "friday = \"till four\"", "a weekday's hours must be"),
        ("formal = false", "formal = \"no\"", "write true or false"),
        ("post = \"line_manager\"", "post = \"The manager\"", "is no rung and cannot be a role"),
        (
            "\"4 working hours\"\n\n[[stages]]",
            "\"now and then\"\n\n[[stages]]",
            "is no length of time",
        ),
    ] {
        let file = with(EVERY_KEY, from, to);
        one_mistake(&file, to.lines().next().unwrap(), text);
    }
}

#[test]
fn a_line_that_cannot_be_read_hides_no_other_mistake() {
    let file = BSCP
        .replace("key = \"bscp\"", "key bscp")
        .replace("population = \"children\"", "population = \"kids\"")
        .replace("day_starts = \"09:00\"", "day_starts = \"09:00")
        .replace("urgent = \"24 hours\"", "urgnt = 24 hours");
    let lines: Vec<usize> = Policy::parse(&file).unwrap_err().iter().map(|it| it.line).collect();
    let wanted: Vec<usize> = ["key bscp", "\"kids\"", "day_starts", "urgnt"]
        .into_iter()
        .map(|text| line_of(&file, text))
        .collect();
    assert_eq!(lines, wanted);
}

#[test]
fn a_key_that_stands_twice_is_named() {
    let file = with(BSCP, "version = 1", "version = 1\nversion = 2");
    one_mistake(&file, "version = 2", "this key stands here twice");
}

#[test]
fn all_of_them_are_named_at_once_and_in_the_order_of_lines() {
    let file = BSCP
        .replace("key = \"bscp\"", "key = \"\"")
        .replace("version = 1", "version = -1")
        .replace("zone = \"Europe/London\"", "zone = \"London\"")
        .replace("urgent = \"24 hours\"", "urgent = \"soon\"");
    let found = Policy::parse(&file).unwrap_err();
    let keys: Vec<&str> = found.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["key", "version", "calendar.zone", "stages, number 3: limits.urgent"]);
    let last = &found[3];
    assert_eq!(last.place, format!("line {} (stages, number 3: limits.urgent)", last.line));
    assert!(last.to_string().starts_with(&format!("line {}: stages, number 3: ", last.line)));
    assert!(last.column > 40, "{last:?}");
}
