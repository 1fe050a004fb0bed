//! How many cases a report could not count, in each of its forms; and that a case that somebody may
//! not hear of is none of them.

use super::reports::{cell, of, text};
use crate::engine::sql::Raw;
use crate::house::reading::{Value as InASheet, sheets, shown, texts_of, xml};
use crate::house::{Client, House};
use crate::on_each_database;
use serde_json::{Value, json};

const QUESTION: &str = "What is missing from this report?";

/// Damages what is counted of a case.
fn damage(house: &House, reference: &str) {
    let mut raw = Raw::of(house);
    let bytes = if raw.is_sqlite() { "x'01ff'" } else { "'\\x01ff'" };
    raw.change_one(&format!(
        "update report_cases set facts = {bytes} where escalation_id = \
         (select id from escalations where reference = '{reference}')"
    ));
}

/// How many cases each form of a report says it leaves out: none where it has no such section.
async fn left_out(client: &Client, house: &House) -> [Option<u64>; 5] {
    let disputes = |form: &str| of(house, &format!("disputes?form={form}"));
    let read = client.get(&disputes("json")).await;
    let has_section = read.list("/sections").iter().any(|section| section["key"] == "left_out");
    let number = |it: &Value| it["value"].as_u64().unwrap();
    let json = has_section.then(|| number(cell(&read.body, "left_out", "left_out", "cases")));
    if has_section {
        assert_eq!(read.text("/sections/0/key"), "left_out", "it stands first");
    }

    let read = client.get(&disputes("csv")).await;
    let mut lines = csv::Reader::from_reader(text(&read).as_bytes());
    let lines = lines.records().map(Result::unwrap);
    let line = lines.into_iter().find(|line| &line[0] == "left_out");
    let csv = line.map(|line| {
        assert_eq!((&line[2], &line[4], &line[6]), ("left_out", "left_out", "cases"));
        line[8].parse().unwrap()
    });

    let read = client.get(&disputes("html")).await;
    let pieces = xml(text(&read), &["meta", "link"]);
    let row = texts_of(&pieces, "tr").into_iter().find(|row| row.contains("Left out"));
    assert_eq!(row.is_some(), texts_of(&pieces, "h2").iter().any(|it| it.contains(QUESTION)));
    let html = row.map(|row| row.replace("Left out", "").trim().parse().unwrap());

    let sheets = sheets(&client.bytes(&disputes("xlsx")).await);
    let cells = || sheets.iter().flat_map(|sheet| sheet.cells.iter().map(move |it| (sheet, it)));
    let words = |words: &str| InASheet::Words(words.to_owned());
    let at = cells().find(|(_, (_, value))| **value == words("Left out"));
    let xlsx = at.map(|(sheet, ((row, column), _))| match sheet.cells[&(*row, column + 1)] {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
        InASheet::Number(number) => number as u64,
        ref other => panic!("{other:?}"),
    });

    let lines = shown(&client.bytes(&disputes("pdf")).await);
    let at = lines.iter().position(|line| line.text == "Left out");
    assert_eq!(at.is_some(), lines.iter().any(|line| line.text == QUESTION), "{lines:?}");
    let pdf = at.map(|at| lines[at + 1].text.parse().unwrap());
    [json, csv, html, xlsx, pdf]
}

/// How many cases the list and the picture say are missing, in each of their forms.
async fn missing(client: &Client, house: &House) -> [u64; 5] {
    let json = client.get(&of(house, "cases")).await;
    let csv = client.get(&of(house, "cases?form=csv")).await;
    let in_header = |answer: &crate::house::Answer| -> u64 {
        answer.header("left-out-count").unwrap().parse().unwrap()
    };
    let lines = csv::Reader::from_reader(text(&csv).as_bytes()).into_records().count();
    assert_eq!(lines, json.list("/items").len(), "no line but those of cases");
    let said = |words: &[String]| -> u64 {
        let said: Vec<&String> = words.iter().filter(|it| it.contains("missing: ")).collect();
        match said.as_slice() {
            [] => 0,
            [one] => {
                // `1 case is missing: `, after whatever stands before it.
                let before = one.split(" missing: ").next().unwrap();
                before.split_whitespace().rev().nth(2).unwrap().parse().unwrap()
            }
            several => panic!("{several:?}"),
        }
    };
    let svg = client.get(&of(house, "picture?form=svg")).await;
    let svg = said(&texts_of(&xml(text(&svg), &[]), "text"));
    let page = client.get(&of(house, "picture")).await;
    let page = said(&texts_of(&xml(text(&page), &["meta", "link"]), "caption"));
    let number = u64::try_from(json.number("/left_out_count")).unwrap();
    assert_eq!(in_header(&json), number);
    [number, in_header(&csv), svg, page, lines as u64]
}

on_each_database! {
    async fn every_form_says_how_many_cases_it_leaves_out(house: &House) {
        let mut cases = Vec::new();
        for _ in 0..4 {
            cases.push(house.raised().await);
        }
        let judith = house.as_("Judith Hale").await;
        assert_eq!(left_out(&judith, house).await, [None; 5], "nothing is missing");
        assert_eq!(missing(&judith, house).await, [0, 0, 0, 0, 4]);
        for (number, reference) in (1..).zip(&cases[..2]) {
            damage(house, reference);
            assert_eq!(left_out(&judith, house).await, [Some(number); 5]);
            assert_eq!(missing(&judith, house).await, [number, number, number, number, 4 - number]);
            let report = judith.get(&of(house, "disputes")).await;
            let raised = cell(&report.body, "headline", "period", "raised");
            assert_eq!(raised["value"], 4 - number, "what is missing is not counted");
        }
        // What is published says so too: whoever reads it must know that it is not whole.
        let public = judith.get(&of(house, "disputes?audience=publication")).await;
        assert_eq!(cell(&public.body, "left_out", "left_out", "cases")["value"], 2);
        house.engine.rebuild_facts().await.unwrap();
        assert_eq!(left_out(&judith, house).await, [None; 5], "it is mended");
        assert_eq!(missing(&judith, house).await, [0, 0, 0, 0, 4]);
    }

    /// Otherwise the number would tell whom it excludes that there is a case about them.
    async fn a_case_that_somebody_may_not_hear_of_is_not_missing_to_them(house: &House) {
        let reference = house.raised().await;
        house.raised().await;
        let judith = house.as_("Judith Hale").await;
        let moira = house.as_("Moira Stennett").await;
        let body = json!({
            "restriction": { "reason": "other", "excluded": [house.person_id("Moira Stennett")] },
            "reason": "It is about somebody whom she knows.",
        });
        let restricted = judith.command(&reference, "restrictions", &body).await;
        assert_eq!(restricted.status, 200, "{}", restricted.body);
        assert_eq!(left_out(&moira, house).await, [None; 5]);
        assert_eq!(missing(&moira, house).await, [0, 0, 0, 0, 1]);
        damage(house, &reference);
        assert_eq!(left_out(&judith, house).await, [Some(1); 5]);
        assert_eq!(missing(&judith, house).await, [1, 1, 1, 1, 1]);
        assert_eq!(left_out(&moira, house).await, [None; 5], "nor when it cannot be read");
        assert_eq!(missing(&moira, house).await, [0, 0, 0, 0, 1]);
        house.engine.rebuild_facts().await.unwrap();
    }
}
