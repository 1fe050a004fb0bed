//! What is said on the console of reports that go to people: by `config check` of the file, by
//! `doctor` of the people in it.

use crate::engine::report_letters::Schedules;
use crate::house::{House, Wishes, fresh_settings};
use crate::on_each_database;
use crate::process::PROGRAM;
use std::process::Command;

/// What a command says with such a file of scheduled reports: its exit code, and both its outputs.
fn said(house: &House, schedules: &Schedules, command: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("bscp.toml");
    std::fs::write(&config, fresh_settings(house)).unwrap();
    let (key, path) = schedules.setting();
    let output = Command::new(PROGRAM)
        .args(command)
        .arg("--config")
        .arg(&config)
        .args(["--set", &format!("{key}={path}")])
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

on_each_database! {
    async fn a_file_with_mistakes_is_refused_by_report_and_key(house: &House) {
        let schedules = Schedules::of(&[
            ("board", "0 7 1 * *", "last_month", &["scrutineer"]),
            ("Year", "0 0 7 1 4 *", "last_year", &["auditor", "alan.greer@bscp.example"]),
        ]);
        for command in [&["config", "check"][..], &["doctor"], &["serve"]] {
            let (code, text) = said(house, &schedules, command);
            assert_eq!(code, Some(78), "{command:?}: {text}");
            for part in [
                "The setting `reports.schedules_file` cannot be `",
                "report `board`, `schedule`: '0 7 1 * *' must have six fields",
                "report `Year`, `name`: write small letters",
                "report `Year`, `period`: `last_year` is none; write one of last_month",
                "report `Year`, `to`: `auditor` (number 1) is nobody",
            ] {
                assert!(text.contains(part), "{command:?} does not say {part}: {text}");
            }
        }
        let good = Schedules::of(&[("board", "0 0 7 1 * *", "last_month", &["scrutineer"])]);
        assert_eq!(said(house, &good, &["config", "check"]).0, Some(0));
        let (code, text) = said(house, &good, &["doctor"]);
        assert_eq!(code, Some(0), "{text}");
    }

    async fn a_doctor_names_whom_a_report_will_not_reach(house: &House) {
        let to = ["priya.nair@ravensbourne.example", "who@bscp.example", "judith.hale@bscp.example"];
        let schedules = Schedules::of(&[("board", "0 0 7 1 * *", "last_month", &to)]);
        assert_eq!(said(house, &schedules, &["config", "check"]).0, Some(0), "it asks no database");
        let (code, text) = said(house, &schedules, &["doctor"]);
        assert_eq!(code, Some(1), "{text}");
        for part in [
            "report `board`, `to`, priya.nair@ravensbourne.example: they are no officer",
            "report `board`, `to`, who@bscp.example: nobody in the directory has this address",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("judith.hale"), "{text}");
    }
}

on_each_database! {
    async fn the_guard_of_what_is_published_is_the_servers_and_nobody_lowers_it(
        database: Database
    ) {
        let settings = vec![("reports.suppress_below", "8".to_owned())];
        let wishes = Wishes { settings, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        for _ in 0..7 {
            house.raised().await;
        }
        let judith = house.as_("Judith Hale").await;
        let of = format!("/partnerships/{}/reports/disputes", house.founded.partnership.id);
        let asked = async |query: &str| judith.get(&format!("{of}?{query}")).await;
        let published = asked("audience=publication").await;
        assert_eq!(published.status, 200, "{}", published.body);
        assert_eq!(published.number("/smallest_count_shown"), 8);
        assert!(!published.body.to_string().contains("\"value\":7"), "seven are less than eight");
        let lower = asked("audience=publication&smallest_count=7").await;
        assert_eq!((lower.status, lower.faults()), (422, vec!["/smallest_count".to_owned()]));
        assert!(lower.body.to_string().contains("must be 8 or more"), "{}", lower.body);
        let higher = asked("audience=publication&smallest_count=9").await;
        assert_eq!(higher.number("/smallest_count_shown"), 9);
        house.raised().await;
        let published = asked("audience=publication").await;
        assert!(published.body.to_string().contains("\"value\":8"), "{}", published.body);
        // Officers see all.
        assert!(asked("").await.body["smallest_count_shown"].is_null());
    }
}
