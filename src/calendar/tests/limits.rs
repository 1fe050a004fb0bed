//! Limits, weekday hours and further keys as a policy writes them.

use super::*;

#[test]
fn are_read_as_policies_write_them() {
    let limit = |text: &str| text.parse::<Limit>().unwrap();
    let plain = limit("5 working days");
    assert_eq!(plain, Limit::from(Allowance::WorkingDays(5)));
    assert_eq!((plain.shown(), plain.day_ends(), plain.start_day_counts()), (None, None, None));
    let shown = limit("48 hours (two working days)");
    assert_eq!(shown.allowance(), Allowance::Elapsed { seconds: 172_800 });
    assert_eq!(shown.shown(), Some("two working days"));
    assert_eq!(limit("5 working days, to midnight").day_ends(), Some(DayEnd::Midnight));
    let counted = limit("10 working days, start day counted");
    assert_eq!((counted.day_ends(), counted.start_day_counts()), (None, Some(true)));
    let all = limit("10 School Days ,start day  NOT counted, to close of business( Ten Days )");
    assert_eq!(
        all.to_string(),
        "10 school days, to close of business, start day not counted (Ten Days)"
    );
    assert_eq!(serde_json::to_string(&all).unwrap(), format!("\"{all}\""));
    assert_eq!(serde_json::from_str::<Limit>(&format!("\"{all}\"")).unwrap(), all);
    for text in ["same working day, to midnight", "2 weeks, to the same time", "immediately"] {
        assert_eq!(limit(text).to_string(), text);
    }
}

#[test]
fn are_refused_in_words_that_help() {
    use LimitError::{NotInDays, SameDay, Shown, Twice, UnknownOption, WholeDays};
    for (text, error) in [
        ("", LimitError::Allowance(AllowanceError::Unknown)),
        ("soon (48 hours)", LimitError::Allowance(AllowanceError::Unknown)),
        ("0 days", LimitError::Allowance(AllowanceError::Zero)),
        ("5 days,", UnknownOption),
        ("5 days, two working days", UnknownOption),
        ("5 days to midnight", LimitError::Allowance(AllowanceError::Unknown)),
        ("5 days, to midnight, to midnight", Twice),
        ("5 days, to midnight, to the same time", Twice),
        ("5 days, start day counted, start day not counted", Twice),
        ("48 hours, to midnight", NotInDays),
        ("4 working hours, start day not counted", NotInDays),
        ("immediately, to close of business", NotInDays),
        ("same working day, to the same time", SameDay),
        ("same working day, start day counted", SameDay),
        ("5 days, to the same time, start day counted", WholeDays),
        ("48 hours ()", Shown),
        ("48 hours (two", Shown),
        ("48 hours (two) days", Shown),
        ("48 hours (two (working) days)", Shown),
        ("48 hours (two\nworking days)", Shown),
    ] {
        assert_eq!(text.parse::<Limit>(), Err(error), "{text}");
        assert!(error.to_string().len() > 40, "{error}");
    }
    assert_eq!(format!("1 day ({})", "x".repeat(81)).parse::<Limit>(), Err(Shown));
    assert!(serde_json::from_str::<Limit>("48").is_err());
}

#[test]
fn of_all_units_have_a_longest() {
    for longest in [
        "1000 hours",
        "1000 working hours",
        "260 working days",
        "52 working weeks",
        "195 school days",
        "366 days",
        "52 weeks",
        "24 months",
    ] {
        assert_eq!(longest.parse::<Allowance>().unwrap().to_string(), longest);
        let (number, unit) = longest.split_once(' ').unwrap();
        let longer = format!("{} {unit}", number.parse::<u32>().unwrap() + 1);
        assert_eq!(longer.parse::<Allowance>(), Err(AllowanceError::TooLong), "{longer}");
    }
    for text in ["90 working minutes", "1 working hour", "1 school day", "1 week", "1 month"] {
        assert_eq!(text.parse::<Allowance>().unwrap().to_string(), text);
    }
}

#[test]
fn know_what_they_count() {
    for (text, in_days, in_working_units) in [
        ("immediately", false, false),
        ("48 hours", false, false),
        ("4 working hours", false, true),
        ("same working day", true, true),
        ("5 working days", true, true),
        ("1 working week", true, true),
        ("5 school days", true, true),
        ("28 days", true, false),
        ("2 weeks", true, false),
        ("3 months", true, false),
    ] {
        let allowance: Allowance = text.parse().unwrap();
        assert_eq!(allowance.is_in_days(), in_days, "{text}");
        assert_eq!(allowance.is_in_working_units(), in_working_units, "{text}");
    }
}

#[test]
fn are_texts_to_the_api() {
    use utoipa::PartialSchema;
    for schema in [Allowance::schema(), Limit::schema()] {
        let schema = serde_json::to_value(schema).unwrap();
        assert_eq!(schema["type"], "string", "{schema}");
        assert!(schema["description"].is_string() && schema["examples"][0].is_string());
    }
}

#[test]
fn hours_of_a_weekday_are_read_and_written() {
    for (text, written) in [
        ("closed", "closed"),
        ("Closed ", "closed"),
        ("09:00-16:30", "09:00-16:30"),
        ("09:00 - 16:30", "09:00-16:30"),
        ("9:00-16:30:15", "09:00-16:30:15"),
    ] {
        assert_eq!(text.parse::<DayHours>().unwrap().to_string(), written);
    }
    for text in ["", "open", "09:00", "9-5", "09:00-24:00", "09:00-16:30.5", "09:00-23:59:60"] {
        assert_eq!(text.parse::<DayHours>(), Err(DayHoursError), "{text}");
    }
}

const WHOLE: &str = r#"
zone = "Europe/London"
division = "northern-ireland"
day_starts = "09:00"
day_ends = "17:00"
closures = ["2026-12-24"]
days_end = "midnight"
start_day_counts = true
same_working_day_cut_off = "15:00"
immediately = "2 working hours"
out_of_hours = "duty team"
terms = [{ from = "2026-09-01", until = "2026-12-18" }]
[hours]
friday = "09:00-16:30"
saturday = "10:00-14:00"
wednesday = "closed"
"#;

#[test]
fn rules_are_read_whole_and_written_again() {
    let rules: CalendarRules = toml::from_str(WHOLE).unwrap();
    assert_eq!(rules.days_end, DayEnd::Midnight);
    assert_eq!(rules.out_of_hours, OutOfHours::DutyTeam);
    assert_eq!(rules.immediately, Some(Allowance::WorkingTime { seconds: 7200 }));
    assert_eq!(rules.hours.wednesday, Some(DayHours::Closed));
    assert_eq!(rules.terms.len(), 1);
    assert!(Calendar::new(rules.clone()).is_ok());
    let written = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<CalendarRules>(&written).unwrap(), rules);
    for (key, wrong) in [
        ("\"midnight\"", "\"noon\""),
        ("\"duty team\"", "\"nobody\""),
        ("closed", "shut"),
        ("friday", "freitag"),
        ("until", "to"),
        ("2 working hours", "soon"),
    ] {
        assert!(toml::from_str::<CalendarRules>(&WHOLE.replace(key, wrong)).is_err(), "{key}");
    }
}

#[test]
fn rules_that_make_no_calendar_are_told_one_and_all() {
    let mistakes = |changes: &[(&str, &str)]| -> Vec<String> {
        let text = changes.iter().fold(WHOLE.to_owned(), |text, (from, to)| text.replace(from, to));
        let rules: CalendarRules = toml::from_str(&text).unwrap();
        let mistakes = rules.mistakes();
        assert_eq!(Calendar::new(rules).err(), mistakes.first().copied());
        mistakes.iter().map(ToString::to_string).collect()
    };
    assert_eq!(mistakes(&[]), [""; 0]);
    assert_eq!(
        mistakes(&[
            ("09:00-16:30", "16:30-09:00"),
            ("10:00-14:00", "10:00-10:00"),
            ("2 working hours", "1 working day"),
            ("2026-12-18", "2026-08-31"),
        ]),
        [
            "hours.friday: a day must start before it ends, and it says 16:30-09:00",
            "hours.saturday: a day must start before it ends, and it says 10:00-10:00",
            "immediately: \"1 working day\" cannot be what \"immediately\" allows; give hours, \
             minutes, working hours or working minutes, such as \"1 hour\"",
            "terms: the term from 2026-09-01 ends on 2026-08-31, before it begins",
        ]
    );
    let second = |term: &str| format!("}}, {{ {term} }}]");
    assert_eq!(
        mistakes(&[("}]", &second("from = \"2026-12-18\", until = \"2027-02-12\""))]),
        ["terms: the term from 2026-12-18 does not begin after the one before it, which ends on \
          2026-12-18; list terms one after the other"]
    );
    assert_eq!(
        mistakes(&[("}]", &second("from = \"2027-09-01\", until = \"2027-12-17\""))]),
        ["terms: no term between 2026-12-18 and 2027-09-01, which is longer than a school \
          holiday; a term is missing"]
    );
    assert_eq!(
        mistakes(&[("15:00", "08:59")]),
        ["same_working_day_cut_off: 08:59:00 is outside the working hours of every weekday; give \
          a time between their start and their end"]
    );
}

#[test]
fn a_week_without_work_makes_no_calendar() {
    let closed = Some(DayHours::Closed);
    let hours = WeeklyHours {
        monday: closed,
        tuesday: closed,
        wednesday: closed,
        thursday: closed,
        friday: closed,
        ..Default::default()
    };
    let made = |hours| Calendar::new(CalendarRules { hours, ..plain_rules() });
    assert_eq!(made(hours), Err(CalendarError::TooLittleWork));
    let minutes = |text: &str| Some(text.parse().unwrap());
    let too_short = WeeklyHours { sunday: minutes("09:00-09:59"), ..hours };
    assert_eq!(made(too_short), Err(CalendarError::TooLittleWork));
    let one_hour = WeeklyHours { sunday: minutes("09:00-10:00"), ..hours };
    let calendar = made(one_hour).unwrap();
    // also the longest allowance comes to an end: a thousand weeks on
    let due = calendar.due(local("2026-11-22T10:00:00"), "1000 working hours".parse().unwrap());
    assert_eq!(calendar.say(due.at), "Sun 21 Jan 2046, 10:00");
}
