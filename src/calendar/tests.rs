//! Worked examples; the properties and the bank holidays have files of their own.

mod bank_holidays;
mod clock_changes;
mod derivations;
mod document;
mod generate;
mod limits;
mod oracle;
mod properties;
mod published;
mod reminders;
mod second_opinion;

use super::*;
use crate::clock::UtcInstant;
use chrono::{Datelike, Days, NaiveDate, NaiveTime};

fn calendar_closed_on(closures: &[NaiveDate]) -> Calendar {
    Calendar::new(CalendarRules { closures: closures.iter().copied().collect(), ..plain_rules() })
        .unwrap()
}

fn plain_rules() -> CalendarRules {
    let (zone, division) = (chrono_tz::Europe::London, Division::EnglandAndWales);
    CalendarRules::new(zone, division, time(9, 0), time(17, 0))
}

fn calendar() -> Calendar {
    calendar_closed_on(&[])
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

fn utc(text: &str) -> UtcInstant {
    text.parse().unwrap()
}

/// The instant at a local text such as `2026-12-21T10:00:00`.
fn local(text: &str) -> UtcInstant {
    calendar().instant_of(text.parse().unwrap())
}

fn derivation(calendar: &Calendar, from: &str, allowance: &str) -> String {
    calendar.due(local(from), allowance.parse().unwrap()).derivation
}

mod examples {
    use super::*;

    fn assert_derivations(examples: &[(&str, &str, &str)]) {
        for (from, allowance, words) in examples {
            assert_eq!(derivation(&calendar(), from, allowance), *words);
        }
    }

    #[test]
    fn of_working_days() {
        assert_derivations(&[
            (
                "2026-12-21T10:00:00",
                "5 working days",
                "5 working days after Mon 21 Dec 2026, without 25 and 28 Dec and the weekend: \
                 Wed 30 Dec 2026, 17:00",
            ),
            (
                "2026-12-24T10:00:00",
                "2 working days",
                "2 working days after Thu 24 Dec 2026, without 25 and 28 Dec and the weekend: \
                 Wed 30 Dec 2026, 17:00",
            ),
            (
                "2026-12-24T10:00:00",
                "48 hours",
                "48 hours after Thu 24 Dec 2026, 10:00: Sat 26 Dec 2026, 10:00",
            ),
            (
                "2026-11-16T23:59:59",
                "1 working day",
                "1 working day after Mon 16 Nov 2026: Tue 17 Nov 2026, 17:00",
            ),
            (
                "2026-11-21T12:00:00",
                "1 working day",
                "1 working day after Sat 21 Nov 2026, without the weekend: Mon 23 Nov 2026, 17:00",
            ),
            (
                "2026-11-22T12:00:00",
                "1 working day",
                "1 working day after Sun 22 Nov 2026: Mon 23 Nov 2026, 17:00",
            ),
            (
                "2026-12-25T12:00:00",
                "1 working day",
                "1 working day after Fri 25 Dec 2026, without 28 Dec and the weekend: \
                 Tue 29 Dec 2026, 17:00",
            ),
        ]);
    }

    #[test]
    fn of_weeks_and_calendar_days() {
        assert_derivations(&[
            (
                "2026-11-16T09:00:00",
                "1 working week",
                "1 working week (5 working days) after Mon 16 Nov 2026, without the weekend: \
                 Mon 23 Nov 2026, 17:00",
            ),
            (
                "2026-12-23T09:00:00",
                "2 working weeks",
                "2 working weeks (10 working days) after Wed 23 Dec 2026, without 25 and \
                 28 Dec 2026, 1 Jan 2027 and the weekends: Mon 11 Jan 2027, 17:00",
            ),
            (
                "2027-03-22T09:00:00",
                "30 working days",
                "30 working days after Mon 22 Mar 2027, without 26 and 29 Mar, 3 May and the \
                 weekends: Thu 6 May 2027, 17:00",
            ),
            (
                "2026-12-21T09:00:00",
                "28 days",
                "28 days after Mon 21 Dec 2026: Mon 18 Jan 2027, 17:00",
            ),
        ]);
    }

    #[test]
    fn of_elapsed_time() {
        assert_derivations(&[
            (
                "2026-10-24T12:00:00",
                "48 hours",
                "48 hours after Sat 24 Oct 2026, 12:00: Mon 26 Oct 2026, 11:00 \
                 (clocks change on Sun 25 Oct 2026)",
            ),
            (
                "2027-03-27T12:00:00",
                "24 hours",
                "24 hours after Sat 27 Mar 2027, 12:00: Sun 28 Mar 2027, 13:00 \
                 (clocks change on Sun 28 Mar 2027)",
            ),
            (
                "2026-11-16T23:59:59",
                "2 seconds",
                "2 seconds after Mon 16 Nov 2026, 23:59:59: Tue 17 Nov 2026, 00:00:01",
            ),
            (
                "2026-11-16T09:00:59",
                "90 minutes",
                "90 minutes after Mon 16 Nov 2026, 09:00: Mon 16 Nov 2026, 10:30",
            ),
        ]);
    }

    #[test]
    fn of_closures() {
        let closed = calendar_closed_on(&[
            day("2026-12-24"),
            day("2026-12-25"),
            day("2026-12-27"),
            day("2026-12-29"),
        ]);
        assert_eq!(
            derivation(&closed, "2026-12-23T09:00:00", "1 working day"),
            "1 working day after Wed 23 Dec 2026, without 24, 25, 28 and 29 Dec and the weekend: \
             Wed 30 Dec 2026, 17:00"
        );
        assert!(!closed.is_working_day(day("2026-12-24")));
        assert!(calendar().is_working_day(day("2026-12-24")));
    }

    #[test]
    fn of_mornings() {
        let next = |from| calendar().next_working_day_at(local(from), time(9, 0));
        for (from, morning) in [
            ("2026-11-16T08:00:00", "2026-11-17T09:00:00"),
            ("2026-11-16T09:00:00", "2026-11-17T09:00:00"),
            ("2026-11-20T18:00:00", "2026-11-23T09:00:00"),
            ("2026-12-24T18:00:00", "2026-12-29T09:00:00"),
        ] {
            assert_eq!(next(from), local(morning), "{from}");
        }
    }

    #[test]
    fn of_sayings() {
        for (at, long, short) in [
            ("2026-12-30T17:00:00", "Wed 30 Dec 2026, 17:00", "5pm Wed 30 Dec"),
            ("2026-11-24T12:30:00", "Tue 24 Nov 2026, 12:30", "12:30pm Tue 24 Nov"),
            ("2026-11-24T12:00:00", "Tue 24 Nov 2026, 12:00", "midday Tue 24 Nov"),
            ("2026-11-24T00:00:00", "Tue 24 Nov 2026, 00:00", "midnight Tue 24 Nov"),
            ("2026-07-01T00:05:00", "Wed 1 Jul 2026, 00:05", "12:05am Wed 1 Jul"),
            ("2026-07-01T09:00:00", "Wed 1 Jul 2026, 09:00", "9am Wed 1 Jul"),
        ] {
            assert_eq!(calendar().say(local(at)), long);
            assert_eq!(calendar().say_short(local(at)), short);
        }
    }

    #[test]
    fn of_nought_made_in_code() {
        let from = local("2026-11-16T12:00:00");
        for (nought, one) in [
            (Allowance::Elapsed { seconds: 0 }, Allowance::Elapsed { seconds: 1 }),
            (Allowance::WorkingDays(0), Allowance::WorkingDays(1)),
            (Allowance::WorkingWeeks(0), Allowance::WorkingWeeks(1)),
            (Allowance::CalendarDays(0), Allowance::CalendarDays(1)),
        ] {
            assert_eq!(calendar().due(from, nought).at, calendar().due(from, one).at);
        }
    }
}

mod rules {
    use super::*;

    #[test]
    fn are_read_from_a_policy_file() {
        let rules = |text: &str| toml::from_str::<CalendarRules>(text);
        let text = "zone = 'Europe/London'\ndivision = 'england-and-wales'\nday_starts = '09:00'\n\
                    day_ends = '17:00'\n";
        assert_eq!(&rules(text).unwrap(), calendar().rules());
        let closed = rules(&format!("{text}closures = ['2026-12-24']")).unwrap();
        assert_eq!(closed.closures.len(), 1);
        let written = serde_json::to_string(&closed).unwrap();
        assert_eq!(serde_json::from_str::<CalendarRules>(&written).unwrap(), closed);
        assert!(rules(&format!("{text}closure = ['2026-12-24']")).is_err());
        assert!(rules(&text.replace("wales", "whales")).is_err());
    }

    #[test]
    fn refuse_a_day_that_ends_before_it_starts() {
        let hours = |day_starts, day_ends| {
            Calendar::new(CalendarRules { day_starts, day_ends, ..calendar().rules().clone() })
        };
        assert!(hours(time(17, 0), time(17, 0)).is_err());
        assert_eq!(
            hours(time(9, 0), time(0, 0)).unwrap_err().to_string(),
            "the working day must start before it ends: day_starts is 09:00:00 and day_ends is \
             00:00:00"
        );
    }
}

mod allowances {
    use super::*;

    #[test]
    fn are_read_as_policies_write_them() {
        for (text, allowance) in [
            ("2 seconds", Allowance::Elapsed { seconds: 2 }),
            ("1 minute", Allowance::Elapsed { seconds: 60 }),
            ("90 minutes", Allowance::Elapsed { seconds: 5400 }),
            ("48 hours", Allowance::Elapsed { seconds: 172_800 }),
            ("1 working day", Allowance::WorkingDays(1)),
            ("5 working days", Allowance::WorkingDays(5)),
            ("1 working week", Allowance::WorkingWeeks(1)),
            ("1 day", Allowance::CalendarDays(1)),
            ("28 days", Allowance::CalendarDays(28)),
        ] {
            assert_eq!(text.parse(), Ok(allowance));
            assert_eq!(allowance.to_string(), text);
            let json = serde_json::to_string(&allowance).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Allowance>(&json).unwrap(), allowance);
        }
        assert_eq!(" 5  Working Days ".parse(), Ok(Allowance::WorkingDays(5)));
        assert_eq!("60 seconds".parse(), Ok(Allowance::Elapsed { seconds: 60 }));
    }

    #[test]
    fn are_refused_in_words_that_help() {
        use AllowanceError::{TooLong, Unknown, Zero};
        for (text, error) in [
            ("", Unknown),
            ("5", Unknown),
            ("days", Unknown),
            ("five days", Unknown),
            ("-5 days", Unknown),
            ("+5 days", Unknown),
            ("1.5 hours", Unknown),
            ("5days", Unknown),
            ("fortnight", Unknown),
            ("5 school hours", Unknown),
            ("5 immediately", Unknown),
            ("5 days working", Unknown),
            ("0 seconds", Zero),
            ("0 working days", Zero),
            ("1001 hours", TooLong),
            ("3600001 seconds", TooLong),
            ("261 working days", TooLong),
            ("53 working weeks", TooLong),
            ("367 days", TooLong),
            ("99999999999999999999 days", TooLong),
            ("4294967295 hours", TooLong),
        ] {
            assert_eq!(text.parse::<Allowance>(), Err(error), "{text}");
        }
        assert_eq!(
            serde_json::from_str::<Allowance>("\"soon\"").unwrap_err().to_string(),
            "a time allowance must be a whole number and a unit, such as \"90 minutes\", \
             \"48 hours\", \"4 working hours\", \"5 working days\", \"1 working week\", \
             \"5 school days\", \"28 days\", \"2 weeks\" or \"3 months\"; or \"immediately\" or \
             \"same working day\""
        );
    }
}
