//! Reports that go to people at a time of day: one letter each with a link, each slot once, and to
//! nobody who may not have them.

use super::sql::Raw;
use super::{notices, raise_many, sleep_until};
use crate::contract::{as_sent, on_condition};
use crate::house::{Database, House, Wishes};
use crate::on_each_database;
use bscp_escalation::notify::Sent;
use reqwest::Method;
use serde_json::json;
use std::fs;
use tempfile::TempDir;

/// Words of a child and of a narrative in every draft of the house.
const CANARIES: [&str; 4] = ["Q.Z.", "RPP-0417", "canary-", "Ravensbourne"];
/// The business manager's three posts of officers, and somebody who stands in for one who is away.
const STANDING_IN: &str = r#"
[[posts]]
title = "Second scrutineer"
function = "scrutineer"
holders = ["moira.stennett@bscp.example"]
deputies = ["tom.okafor@socialcare.example"]

[[absences]]
person = "moira.stennett@bscp.example"
from = "2026-12-18T17:00:00Z"
until = "2027-01-18T09:00:00Z"
"#;

/// A file of scheduled reports, and the setting that names it.
pub struct Schedules {
    folder: TempDir,
}

impl Schedules {
    pub fn of(entries: &[(&str, &str, &str, &[&str])]) -> Self {
        let entry = |(name, schedule, period, to): &(&str, &str, &str, &[&str])| {
            format!(
                "[[report]]\nname = {name:?}\nschedule = {schedule:?}\npartnership = \"bromley\"\n\
                 report = \"disputes\"\nperiod = {period:?}\nto = {to:?}\n"
            )
        };
        Self::written(&entries.iter().map(entry).collect::<String>())
    }

    pub fn written(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("schedules.toml"), text).unwrap();
        Self { folder }
    }

    pub fn setting(&self) -> (&'static str, String) {
        let path = self.folder.path().join("schedules.toml");
        ("reports.schedules_file", path.display().to_string())
    }

    async fn house(&self, database: Database, directory_besides: &'static str) -> Option<House> {
        // Nothing else goes out.
        let settings = vec![
            self.setting(),
            ("schedule.digests", "0 0 0 1 1 *".to_owned()),
            ("schedule.chasers", "0 0 0 1 1 *".to_owned()),
        ];
        let wishes = Wishes { settings, directory_besides, ..Wishes::default() };
        let house = House::build(database, wishes).await?;
        assert_eq!(
            house.engine.run_jobs().await.unwrap(),
            0,
            "the first start makes up for nothing"
        );
        Some(house)
    }
}

fn reports_to(house: &House, name: &str) -> Vec<Sent> {
    let mails = house.mails_to(name).into_iter();
    mails.filter(|mail| mail.subject.starts_with("Report on disputes: ")).collect()
}

fn periods_of(house: &House, name: &str) -> Vec<String> {
    let mails = reports_to(house, name).into_iter();
    mails.map(|mail| mail.subject["Report on disputes: ".len()..].to_owned()).collect()
}

/// Runs the jobs at a time, and answers how many notices of reports there are then.
async fn letters_at(house: &House, at: &str) -> i64 {
    sleep_until(house, at);
    house.engine.run_jobs().await.unwrap();
    Raw::of(house).count("notices", "kind = 'report'")
}

on_each_database! {
    async fn each_reader_gets_one_letter_with_a_link_and_no_figure(database: Database) {
        let to = ["business_manager", "alan.greer@bscp.example", "Judith.Hale@bscp.example"];
        let schedules = Schedules::of(&[("board", "0 0 7 5 1,4,7,10 *", "last_quarter", &to)]);
        let Some(house) = schedules.house(database, "").await else { return };
        raise_many(&house, 7).await;
        assert_eq!(letters_at(&house, "2027-01-05T06:59:59Z").await, 0);
        assert_eq!(letters_at(&house, "2027-01-05T07:00:00Z").await, 2, "Judith Hale is named twice");
        house.settle().await;
        for name in ["Judith Hale", "Professor Alan Greer"] {
            let [mail] = reports_to(&house, name).try_into().unwrap();
            assert_eq!(mail.subject, "Report on disputes: October to December 2026");
            let id = house.founded.partnership.id;
            let link = format!(
                "https://escalations.example/partnerships/{id}/reports/disputes?quarter=2026-Q4"
            );
            assert_eq!(mail.text.matches("https://").count(), 1, "{}", mail.text);
            assert!(mail.text.lines().any(|line| line == link), "{}", mail.text);
            assert!(mail.html.contains(&format!("href=\"{link}\"")), "{}", mail.html);
            let rest = mail.text.replace(&link, "").replace("October to December 2026", "");
            assert!(!rest.contains(|c: char| c.is_ascii_digit()), "a figure: {rest}");
            for canary in CANARIES {
                assert!(!mail.text.contains(canary) && !mail.html.contains(canary), "{canary}");
            }
        }
        // The record shows it: which slot was run, and who was written to.
        let mut raw = Raw::of(&house);
        assert_eq!(raw.count("job_runs", "job = 'report:board'"), 2, "October's was nobody's to run");
        assert_eq!(raw.count("notices", "event_key like 'report:board:%:2027-01-05T07:00:00%'"), 2);
        let accepted = notices(&house, "accepted").await;
        assert_eq!(accepted.iter().filter(|notice| notice["kind"] == "report").count(), 2);
        assert_eq!(letters_at(&house, "2027-01-06T12:00:00Z").await, 2, "and no more");
        assert_eq!(letters_at(&house, "2027-04-05T06:00:00Z").await, 4, "07:00 in summer");
        house.prove_the_record().await;
    }

    async fn two_nodes_send_a_slot_once(database: Database) {
        let to = ["business_manager", "scrutineer"];
        let schedules = Schedules::of(&[("daily", "0 0 7 * * *", "year_to_date", &to)]);
        let Some(house) = schedules.house(database, "").await else { return };
        let node = house.another_node().await;
        for (day, letters) in [(22, 2), (23, 4), (24, 6)] {
            sleep_until(&house, &format!("2026-12-{day}T07:00:00Z"));
            let ran = tokio::join!(
                house.engine.run_jobs(), node.run_jobs(), house.engine.run_jobs(), node.run_jobs()
            );
            let ran = [ran.0, ran.1, ran.2, ran.3].map(Result::unwrap);
            assert_eq!(ran.iter().sum::<u64>(), 2, "the report once, and housekeeping: {ran:?}");
            assert_eq!(Raw::of(&house).count("notices", "kind = 'report'"), letters);
        }
    }

    async fn of_the_slots_that_were_missed_only_the_latest_is_sent(database: Database) {
        let schedules = Schedules::of(&[("month", "0 0 7 1 * *", "last_month", &["scrutineer"])]);
        let Some(house) = schedules.house(database, "").await else { return };
        // Down over the first of January, February and March.
        assert_eq!(letters_at(&house, "2027-03-20T12:00:00Z").await, 1);
        house.settle().await;
        assert_eq!(periods_of(&house, "Professor Alan Greer"), ["February 2027"]);
        assert_eq!(letters_at(&house, "2027-04-01T06:00:00Z").await, 2, "and then as ever");
        house.settle().await;
        assert_eq!(periods_of(&house, "Professor Alan Greer"), ["February 2027", "March 2027"]);
    }

    async fn whoever_may_not_have_reports_is_not_written_to_and_it_is_said(database: Database) {
        let to = [
            "priya.nair@ravensbourne.example",
            "nobody@bscp.example",
            "ellis.grant@bscp.example",
            "alan.greer@bscp.example",
            "moira.stennett@bscp.example",
        ];
        let schedules = Schedules::of(&[("daily", "0 0 7 * * *", "last_month", &to)]);
        let Some(house) = schedules.house(database, "").await else { return };
        let said = house.engine.misdirected_reports().await.unwrap();
        let begins = |address: &str| format!("report `daily`, `to`, {address}: ");
        let named: Vec<bool> =
            to.iter().map(|it| said.iter().any(|line| line.starts_with(&begins(it)))).collect();
        assert_eq!(named, [true, true, true, false, false], "{said:?}");
        assert!(said[0].contains("only officers may have reports"), "{said:?}");
        assert!(said[1].contains("nobody in the directory"), "{said:?}");
        assert_eq!(letters_at(&house, "2026-12-22T07:00:00Z").await, 2);
        // Moira Stennett leaves.
        let ellis = house.as_("Ellis Grant").await;
        let path = format!("/people/{}", house.person_id("Moira Stennett"));
        let read = ellis.get(&path).await;
        let mut body = as_sent(&read);
        body["active"] = json!(false);
        let etag = read.header("etag").unwrap();
        assert_eq!(on_condition(&ellis, Method::PUT, &path, &etag, &body).await.status, 200);
        assert_eq!(letters_at(&house, "2026-12-23T07:00:00Z").await, 3);
        house.settle().await;
        assert_eq!(periods_of(&house, "Professor Alan Greer").len(), 2);
        assert!(periods_of(&house, "Moira Stennett").is_empty(), "she had left before it went");
        for name in ["Priya Nair", "Ellis Grant"] {
            assert!(reports_to(&house, name).is_empty(), "{name}");
        }
        assert_eq!(house.engine.misdirected_reports().await.unwrap().len(), 4);
    }

    async fn whoever_is_no_officer_any_more_when_the_letter_goes_does_not_get_it(
        database: Database
    ) {
        let to = ["alan.greer@bscp.example", "business_manager"];
        let schedules = Schedules::of(&[("daily", "0 0 7 * * *", "last_month", &to)]);
        let Some(house) = schedules.house(database, "").await else { return };
        assert_eq!(letters_at(&house, "2026-12-22T07:00:00Z").await, 2);
        let ellis = house.as_("Ellis Grant").await;
        let posts = ellis.get("/posts?limit=200").await.list("/items");
        let post = posts.iter().find(|post| post["title"] == "Independent scrutineer").unwrap();
        let path = format!("/posts/{}", post["id"].as_str().unwrap());
        let read = ellis.get(&path).await;
        let mut body = as_sent(&read);
        body["holders"] = json!([]);
        let etag = read.header("etag").unwrap();
        let changed = on_condition(&ellis, Method::PUT, &path, &etag, &body).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        house.settle().await;
        assert!(reports_to(&house, "Professor Alan Greer").is_empty());
        assert_eq!(reports_to(&house, "Judith Hale").len(), 1);
        let cancelled = notices(&house, "cancelled").await;
        let [notice] = cancelled.as_slice() else { panic!("{cancelled:?}") };
        assert_eq!(notice["kind"], "report");
        assert!(notice["last_error"].as_str().unwrap().contains("no officer"), "{notice}");
    }

    async fn a_post_is_whoever_is_in_it_then(database: Database) {
        let schedules = Schedules::of(&[("daily", "0 0 7 * * *", "last_month", &["scrutineer"])]);
        let Some(house) = schedules.house(database, STANDING_IN).await else { return };
        assert_eq!(letters_at(&house, "2026-12-22T07:00:00Z").await, 2);
        house.settle().await;
        let count = |name: &str| reports_to(&house, name).len();
        let everybody = || ["Professor Alan Greer", "Tom Okafor", "Moira Stennett"].map(count);
        assert_eq!(everybody(), [1, 1, 0], "Tom Okafor stands in");
        assert_eq!(letters_at(&house, "2027-01-19T07:00:00Z").await, 4);
        house.settle().await;
        assert_eq!(everybody(), [2, 1, 1], "and does not where the holder is there");
    }

    async fn a_slot_is_on_the_wall_clock_and_its_period_ends_the_day_before(database: Database) {
        let to = ["scrutineer"];
        let schedules = Schedules::of(&[
            ("daily", "0 30 1 * * *", "year_to_date", &to),
            ("yearly", "0 0 0 1 4 *", "last_financial_year", &to),
        ]);
        let Some(house) = schedules.house(database, "").await else { return };
        // 01:30 is left out on 28 March 2027: right after it, once.
        assert_eq!(letters_at(&house, "2027-03-27T01:30:00Z").await, 1);
        assert_eq!(letters_at(&house, "2027-03-28T00:59:59Z").await, 1);
        assert_eq!(letters_at(&house, "2027-03-28T01:00:00Z").await, 2);
        assert_eq!(letters_at(&house, "2027-03-28T12:00:00Z").await, 2);
        house.settle().await;
        let periods = periods_of(&house, "Professor Alan Greer");
        assert_eq!(periods, ["1 April 2026 to 26 March 2027", "1 April 2026 to 27 March 2027"]);
        // Midnight in summer is the evening before elsewhere.
        assert_eq!(letters_at(&house, "2027-03-31T22:59:59Z").await, 3, "of 31 March at 01:30");
        assert_eq!(letters_at(&house, "2027-03-31T23:00:00Z").await, 4);
        house.settle().await;
        let last = periods_of(&house, "Professor Alan Greer").pop().unwrap();
        assert_eq!(last, "April 2026 to March 2027", "the year that ended a moment ago");
        // 01:30 comes twice on 31 October 2027: the first time.
        assert_eq!(letters_at(&house, "2027-10-31T00:29:59Z").await, 5, "30 October's");
        assert_eq!(letters_at(&house, "2027-10-31T00:30:00Z").await, 6);
        assert_eq!(letters_at(&house, "2027-10-31T01:30:00Z").await, 6);
        house.settle().await;
        let last = periods_of(&house, "Professor Alan Greer").pop().unwrap();
        assert_eq!(last, "1 April to 30 October 2027");
    }

    async fn a_report_of_a_partnership_that_is_not_here_is_said_and_stops_nothing(
        database: Database
    ) {
        let elsewhere = "[[report]]\nname = \"lost\"\nschedule = \"0 0 7 * * *\"\n\
            partnership = \"elsewhere\"\nreport = \"cases\"\nperiod = \"last_month\"\n\
            to = [\"business_manager\"]\n";
        let schedules = Schedules::written(&(elsewhere.to_owned()
            + &elsewhere.replace("elsewhere", "bromley").replace("lost", "found")));
        let Some(house) = schedules.house(database, "").await else { return };
        let said = house.engine.misdirected_reports().await.unwrap();
        assert_eq!(said, ["report `lost`, `partnership`: there is no partnership `elsewhere`"]);
        assert_eq!(letters_at(&house, "2026-12-22T07:00:00Z").await, 1);
        house.settle().await;
        let [mail] = house.mails_to("Judith Hale").try_into().unwrap();
        assert_eq!(mail.subject, "List of cases: November 2026");
        assert!(mail.text.contains("/reports/cases?from=2026-11-01&to=2026-11-30"), "{}", mail.text);
    }
}
