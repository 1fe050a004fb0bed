//! Mistakes of meaning: what can be read, and cannot be meant. Each names its line.

use super::*;

const PRACTITIONERS: &str = "act = [\"raising.practitioner\", \"receiving.practitioner\"]";
const DETERMINE: &str = "determine = [\"partnership.scrutineer\", \"partnership.panel_member\"]";
const FIRST: &str = "title = \"Practitioners\"";

/// Each change of a file makes the one mistake, on the line that the change ends with.
fn each(file: &str, cases: &[(&str, &str, &str)]) {
    for (from, to, text) in cases {
        one_mistake(&with(file, from, to), to.lines().last().unwrap(), text);
    }
}

/// The head of the shipped policy with more in it.
fn head(more: &str) -> String {
    with(BSCP, "label = \"stage\"", &format!("label = \"stage\"\n{more}"))
}

/// The shipped policy with more at its end, in its last stage.
fn last(more: &str) -> String {
    format!("{BSCP}{more}\n")
}

#[test]
fn days_and_lists_of_the_head() {
    each(
        BSCP,
        &[
            ("\"2027-09-01\"", "\"2026-08-31\"", "it is before effective_from"),
            ("deadline = \"urgent\"", "deadline = \"urgnt\"", "did you mean \"urgent\"?"),
            (
                "\"plan_agreed\", title = \"Plan",
                "\"not_changed\", title = \"Plan",
                "the key 'not_changed' stands twice",
            ),
            (
                "\"meetings\", title = \"Att",
                "\"drift\", title = \"Att",
                "the key 'drift' stands twice",
            ),
            (
                "[\"standard\", \"urgent\"]",
                "[\"standard\", \"urgent\", \"urgent\"]",
                "stands here twice",
            ),
            ("tell = [\"partnership.business_manager\"]", "tell = []", "name who is told"),
            ("day_ends = \"17:00\"", "day_ends = \"09:00\"", "must start before it ends"),
        ],
    );
    let until = "effective_until = \"2026-08-31\"";
    one_mistake(&head(until), until, "it is before effective_from");
    let whole = |from: &str, until: &str| {
        let start = BSCP.find(from).unwrap();
        let end = BSCP[start..].find(until).unwrap();
        &BSCP[start..start + end + until.len()]
    };
    let areas = whole("areas_of_disagreement = [", "\n]");
    one_mistake(&with(BSCP, areas, "areas_of_disagreement = []"), "areas_of", "name at least one");
    let no_stages = format!("stages = []\n{}", &BSCP[..BSCP.find("[[stages]]").unwrap()]);
    one_mistake(&no_stages, "stages = []", "a policy needs at least one [[stages]]");
    let without_classes = with(BSCP, "[\"standard\", \"urgent\"]", "[]");
    has_mistake(&without_classes, "urgency_classes = []", "name at least one");
}

#[test]
fn what_people_may_do() {
    let withdrawal = "may = [\"raising.line_manager\"]";
    let file = with(EVERY_KEY, withdrawal, &format!("{withdrawal}\nwithin = \"2 days\""));
    one_mistake(&file, "within = \"2 days\"", "it belongs to: raising, reopening");
    let file = with(EVERY_KEY, "retention_years = 10", "retention_years = 0");
    one_mistake(&file, "retention_years = 0", "from 1 to 150");
    let file = with(EVERY_KEY, "at_most = \"5 working days\"\n", "");
    one_mistake(&file, "[extension]", "this needs the key 'at_most'");
    let twice = "{ key = \"illness\", title = \"Ill\" }, { key = \"illness\"";
    let file = with(EVERY_KEY, "{ key = \"illness\"", twice);
    one_mistake(&file, "\"illness\", title = \"Ill\"", "the key 'illness' stands twice");
}

#[test]
fn calendars() {
    each(
        EVERY_KEY,
        &[
            (
                "monday = \"09:00-17:00\"",
                "monday = \"17:00-09:00\"",
                "a day must start before it ends",
            ),
            ("cut_off = \"15:00\"", "cut_off = \"18:00\"", "outside the working hours"),
            ("immediately = \"30 minutes\"", "immediately = \"2 working days\"", "cannot be what"),
            ("sectors = [\"school\", \"early_years\"]", "sectors = []", "name at least one sector"),
            (
                "[\"school\", \"early_years\"]",
                "[\"school\", \"school\"]",
                "has other hours already",
            ),
        ],
    );
}

#[test]
fn limits_by_class() {
    let three = "limits = { standard = \"1 working week\", urgent = \"24 hours\" }";
    each(
        BSCP,
        &[
            (three, "limits = { urgent = \"24 hours\" }", "it has no limit for 'standard'"),
            ("urgent = \"24 hours\"", "urgnet = \"24 hours\"", "did you mean \"urgent\"?"),
            (
                "urgent = \"24 hours\"",
                "urgent = \"14 days\"",
                "'urgent' is more urgent than 'standard'",
            ),
            ("urgent = \"24 hours\"", "urgent = \"6 working days\"", "its limit is longer: from"),
        ],
    );
    // Two ways to say nearly the same, one of them later from some starts, are no mistake.
    for (standard, urgent) in [("2 working days", "48 hours"), ("1 working day", "24 hours")] {
        let limits = format!("limits = {{ standard = \"{standard}\", urgent = \"{urgent}\" }}");
        Policy::parse(&with(BSCP, three, &limits)).unwrap();
    }
    let third =
        BSCP.replace("[\"standard\", \"urgent\"]", "[\"standard\", \"urgent\", \"at once\"]");
    has_mistake(&third, "limits = {", "the ordinary limit, which it gets, is longer");
    // A class that starts above a stage needs no limit there.
    let above =
        third.replace("label = \"stage\"", "label = \"stage\"\nstart_stages = { \"at once\" = 4 }");
    let found = Policy::parse(&above).unwrap_err();
    let keys: Vec<&str> = found.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["stages, number 4: limits.at once"]);
}

#[test]
fn people_who_are_not_there() {
    each(
        BSCP,
        &[
            (
                PRACTITIONERS,
                "act = [\"raising.practitioner\", \"receiving.practioner\"]",
                "nobody can be 'receiving.practioner': it is no rung, and no [roles.practioner] is declared; did you mean \"receiving.practitioner\"?",
            ),
            (
                PRACTITIONERS,
                "act = [\"raising.practitioner\", \"receiving.practitioner\", \"raising.practitioner\"]",
                "stands here twice",
            ),
        ],
    );
    each(
        EVERY_KEY,
        &[
            (
                "rung = \"head_of_service\"",
                "rung = \"partnership\"",
                "nobody of an agency stands on the partnership's rung",
            ),
            (
                "sector = \"police\", rung = \"line_manager\"",
                "sector = \"police\", rung = \"partnership\"",
                "partnership's rung",
            ),
        ],
    );
    let spare = "[roles.spare]\ntitle = \"Spare\"\nrung = \"line_manager\"\n\n[roles.duty_team]";
    let file = with(EVERY_KEY, "[roles.duty_team]", spare);
    one_mistake(&file, "[roles.spare]", "nobody in the policy is 'spare'");
    let taken = spare.replace("spare", "line_manager");
    let file = with(EVERY_KEY, "[roles.duty_team]", &taken);
    one_mistake(&file, "[roles.line_manager]", "is a name of its own already");
    let file = with(EVERY_KEY, "by_post = \"director\"", "by_post = \"directr\"");
    one_mistake(&file, "directr", "did you mean \"director\"?");
    let file = with(
        EVERY_KEY,
        "[roles.duty_team]\ntitle = \"Duty team\"\nrung = \"service_manager\"\n",
        "",
    );
    one_mistake(&file, "out_of_hours = \"duty team\"", "add [roles.duty_team]");
    let idle = with(EVERY_KEY, "out_of_hours = \"duty team\"", "out_of_hours = \"clock runs\"");
    one_mistake(&idle, "[roles.duty_team]", "nobody in the policy is 'duty_team'");
}

#[test]
fn stand_ins_and_names_twice() {
    let names = "rung_names = [{ sector = \"police\", rung = \"line_manager\", title = \"Detective sergeant\" }";
    let twice =
        format!("{names}, {{ sector = \"police\", rung = \"line_manager\", title = \"DS\" }}");
    one_mistake(&with(EVERY_KEY, names, &twice), "rung_names", "has a name already");
    let own = "by_sector = \"general_practice\", by_post = \"line_manager\"";
    let from = "by_sector = \"integrated_care_board\", by_post = \"service_manager\"";
    one_mistake(&with(EVERY_KEY, from, own), own, "cannot stand in for itself");
    let from = "post = \"director\", by_sector";
    let file = with(EVERY_KEY, from, "post = \"line_manager\", by_sector");
    one_mistake(&file, "by_post = \"director\"", "somebody stands in for this post");
}

#[test]
fn who_acts_and_what_is_wanted() {
    let raising = "act = [\"raising.practitioner\"]";
    let add = |more: &str| format!("{PRACTITIONERS}\n{more}");
    let none = with(BSCP, PRACTITIONERS, "act = []");
    has_mistake(&none, "act = []", "nobody must act: name them in act");
    one_mistake(&with(BSCP, PRACTITIONERS, raising), raising, "both sides must act");
    let notify = format!("{raising}\non_deadline = \"notify\"");
    Policy::parse(&with(BSCP, PRACTITIONERS, &notify)).unwrap();
    for (more, text) in [
        ("exit_needs = [\"answer\"]", "nobody of the receiving side acts in this stage"),
        ("acknowledge_within = \"1 hour\"", "nobody can say that the challenge arrived"),
    ] {
        let file = with(BSCP, PRACTITIONERS, &format!("{notify}\n{more}"));
        one_mistake(&file, more, text);
    }
    for (more, text) in [
        ("entry_needs = [\"discussion\"]", "no stage is below the first"),
        ("exit_needs = [\"answer\", \"answer\"]", "this stands here twice"),
        ("reminders = [\"2 working weeks before\"]", "this reminder would never come"),
        ("reminders = [\"half way\", \"50%\"]", "stands here twice"),
        ("warn_other_side = \"30 days before\"", "this reminder would never come"),
        ("on_deadline = \"notify\"\nwarn_other_side = \"half way\"", "nothing to warn of"),
        ("when = { urgency_class = [\"urgnt\"] }", "did you mean \"urgent\"?"),
        ("when = { area_of_disagreement = [\"timelines\"] }", "did you mean \"timeliness\"?"),
    ] {
        let file = with(BSCP, PRACTITIONERS, &add(more));
        has_mistake(&file, more.lines().last().unwrap(), text);
    }
    // A reminder that an urgent case is too short for is for the others.
    let reminders = add("reminders = [\"2 working days before\"]");
    Policy::parse(&with(BSCP, PRACTITIONERS, &reminders)).unwrap();
    one_mistake(&last("warn_other_side = \"half way\""), "warn_other", "nothing to warn of");
    one_mistake(&last("on_refusal = \"escalate\""), "on_refusal", "no stage above the last");
}

#[test]
fn a_stage_without_a_clock() {
    let one = format!(
        "{FIRST}\nlimits = {{ standard = \"1 working week\", urgent = \"1 working day\" }}"
    );
    one_mistake(&with(BSCP, &one, FIRST), "[[stages]]", "it has no limit for 'standard'");
    for more in [
        "reminders = [\"half way\"]",
        "on_silence = \"notify\"",
        "warn_other_side = \"80%\"",
        "counts_from = \"raised\"",
    ] {
        let file = with(BSCP, &one, &format!("{FIRST}\n{more}\nacknowledge_within = \"1 hour\""));
        has_mistake(&file, more, "the stage has none: add limits");
    }
}

#[test]
fn the_ladder() {
    one_mistake(&head("start_stages = { urgent = 5 }"), "start_stages", "there is no stage 5");
    one_mistake(
        &head("start_stages = { urgnt = 2 }"),
        "start_stages",
        "is not one of urgency_classes",
    );
    for (more, text) in [
        ("escalates_to = 1", "stage 1 is not above this one"),
        ("escalates_to = 5", "there is no stage 5: the last is 4"),
    ] {
        let file = with(BSCP, PRACTITIONERS, &format!("{PRACTITIONERS}\n{more}"));
        one_mistake(&file, more, text);
    }
    one_mistake(&last("escalates_to = 4"), "escalates_to", "no stage above the last");
    let skips = with(BSCP, PRACTITIONERS, &format!("{PRACTITIONERS}\nescalates_to = 3"));
    let found = Policy::parse(&skips).unwrap_err();
    assert_eq!(found[0].key, "stages, number 2");
    assert!(found[0].text.contains("no case ever reaches this stage"), "{found:?}");
    let both =
        with(&skips, "label = \"stage\"", "label = \"stage\"\nstart_stages = { urgent = 2 }");
    Policy::parse(&both).unwrap();
    let all_start_higher = head("start_stages = { standard = 2, urgent = 2 }");
    let found = Policy::parse(&all_start_higher).unwrap_err();
    assert_eq!(found[0].key, "stages, number 1");
    let second = "title = \"Line managers and designated safeguarding leads\"";
    let when = format!("{second}\nwhen = {{ urgency_class = [\"urgent\"] }}");
    let file = with(&head("start_stages = { urgent = 3 }"), second, &when);
    let found = Policy::parse(&file).unwrap_err();
    assert!(found[0].text.contains("no case that when describes comes here"), "{found:?}");
}

#[test]
fn caps() {
    let cap = |from: u32, to: u32, limits: &str| {
        with(
            BSCP,
            "[overdue]",
            &format!(
                "[[caps]]\nfrom_stage = {from}\nto_stage = {to}\nlimits = {limits}\n\n[overdue]"
            ),
        )
    };
    let good = "{ standard = \"10 working days\", urgent = \"2 working days\" }";
    Policy::parse(&cap(1, 3, good)).unwrap();
    one_mistake(&cap(1, 9, good), "to_stage", "there is no stage 9");
    one_mistake(&cap(2, 2, good), "to_stage", "a cap spans several stages");
    let shorter = "{ standard = \"3 working days\", urgent = \"2 working days\" }";
    has_mistake(
        &cap(1, 3, shorter),
        "limits = { standard = \"3 w",
        "for 'standard' it is shorter than stage 1",
    );
    let never = "{ standard = \"50 working days\", urgent = \"20 working days\" }";
    one_mistake(&cap(1, 3, never), "limits = { standard = \"50", "it can never run out");
}

#[test]
fn endings() {
    let only = "only the last stage has determine";
    let early = format!("{PRACTITIONERS}\ndetermine = [\"partnership.scrutineer\"]");
    one_mistake(
        &with(BSCP, PRACTITIONERS, &early),
        "determine = [\"partnership.scrutineer\"]",
        only,
    );
    for more in ["ending = \"mediation\"", "panel = { size = 3 }"] {
        let file = with(BSCP, PRACTITIONERS, &format!("{PRACTITIONERS}\n{more}"));
        one_mistake(&file, more, "only the last stage has");
    }
}

#[test]
fn the_last_stage() {
    let nobody = with(BSCP, DETERMINE, "");
    let found = Policy::parse(&nobody).unwrap_err();
    assert!(
        found.iter().any(|it| it.text.contains("the last stage can never end without agreement"))
    );
    for (to, text) in [
        (DETERMINE.replace("[", "[\"raising.service_manager\", "), "no side judges itself"),
        (
            "determine = [\"partnership.scrutineer\"]".to_owned(),
            "add 'partnership.panel_member' to determine",
        ),
    ] {
        let found = Policy::parse(&with(BSCP, DETERMINE, &to)).unwrap_err();
        assert!(found.iter().any(|it| it.text.contains(text)), "{found:#?}");
    }
    let from = ", \"partnership.scrutineer\", \"partnership.panel_member\"]\ncopy";
    let file = with(BSCP, from, ", \"partnership.scrutineer\"]\ncopy");
    one_mistake(&file, DETERMINE, "'partnership.panel_member' determines and must act");
    for (more, text) in [
        ("on_deadline = \"inform\"", "a case must stay overdue"),
        ("on_silence = \"inform\"", "a case must stay overdue"),
        ("when = { urgency_class = [\"urgent\"] }", "the last stage is for every case"),
        ("ending = \"mediation\"", "nobody determines: remove determine"),
        ("ending = \"referral\"", "say in refer_to where"),
        ("refer_to = [{ key = \"board\", title = \"Board\" }]", "only where ending = \"referral\""),
        ("panel = { size = 3, agencies = 4 }", "cannot come from 4 agencies"),
        ("panel = { size = 1, sectors = [\"police\", \"school\"] }", "cannot be of 2 sectors"),
        ("panel = { size = 3, sectors = [\"police\", \"police\"] }", "stands here twice"),
        (
            "panel = { size = 3, chair = [\"raising.head_of_service\"] }",
            "nobody of a side in dispute can chair",
        ),
        ("panel = { size = 0 }", "from 1 to 100"),
    ] {
        let file = last(more);
        let found = Policy::parse(&file).unwrap_err();
        assert!(found.iter().any(|it| it.text.contains(text)), "{more}: {found:#?}");
    }
    let mediation = BSCP
        .replace(DETERMINE, "ending = \"mediation\"")
        .replace(", \"partnership.scrutineer\", \"partnership.panel_member\"]\ncopy", "]\ncopy");
    Policy::parse(&mediation).unwrap();
    let act = "act = [\"raising.service_manager\", \"receiving.service_manager\"]";
    let start = mediation.rfind(act).unwrap();
    let one_side = format!(
        "{}act = [\"raising.service_manager\"]{}",
        &mediation[..start],
        &mediation[start + act.len()..]
    );
    one_mistake(
        &one_side,
        "act = [\"raising.service_manager\"]",
        "the case ends only when both sides agree",
    );
}
