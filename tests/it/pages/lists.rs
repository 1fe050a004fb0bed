//! The first page and its lists: each count is that of the list behind it.

use super::at_browser;
use crate::house::House;
use crate::on_each_database;
use crate::sign_on::{Browser, page};

const SHELVES: [&str; 9] = [
    "needs-me",
    "overdue",
    "due-today",
    "due-soon",
    "waiting-on-others",
    "open",
    "drafts",
    "resolved",
    "withdrawn",
];

/// The references on a list, over all its pages.
async fn listed(browser: &mut Browser, shelf: &str) -> Vec<String> {
    let (mut found, mut way) = (Vec::new(), format!("/escalations?show={shelf}"));
    loop {
        let answer = browser.get(&way).await;
        assert_eq!(answer.status, 200, "{way}: {}", answer.body);
        let text = page(&answer).to_owned();
        let rows = text.split("<li>\n<div>\n<p><a href=\"/escalations/").skip(1);
        found.extend(rows.map(|row| row.split(['"', '/']).next().unwrap().to_owned()));
        let next = text.split("&#38;after=").nth(1).map(|rest| rest.split('"').next().unwrap());
        match next {
            Some(next) => way = format!("/escalations?show={shelf}&after={next}"),
            None => return found,
        }
    }
}

fn count_on(home: &str, shelf: &str) -> usize {
    let (_, rest) = home.split_once(&format!("show={shelf}\"><strong>")).unwrap();
    rest.split('<').next().unwrap().parse().unwrap()
}

async fn withdrawn(house: &House) -> String {
    let reference = house.raised().await;
    let priya = house.as_("Priya Nair").await;
    let body = serde_json::json!({ "reason": "Raised by mistake." });
    assert_eq!(priya.command(&reference, "withdrawals", &body).await.status, 200);
    reference
}

on_each_database! {
    async fn each_count_is_that_of_its_list(house: &House) {
        let gone = withdrawn(house).await;
        let mut open = Vec::new();
        for _ in 0..27 {
            open.push(house.raised().await);
        }
        let mut tom = at_browser(house, "Tom Okafor").await;
        let home = page(&tom.get("/").await).to_owned();
        for shelf in ["needs-me", "overdue", "due-today", "due-soon", "waiting-on-others"] {
            assert_eq!(count_on(&home, shelf), listed(&mut tom, shelf).await.len(), "{shelf}");
        }
        assert_eq!(count_on(&home, "needs-me"), 27);
        let mut mine = listed(&mut tom, "open").await;
        mine.sort();
        open.sort();
        assert_eq!(mine, open, "each on one page, and once");
        assert_eq!(listed(&mut tom, "withdrawn").await, [gone]);
        let mut priya = at_browser(house, "Priya Nair").await;
        let home = page(&priya.get("/").await).to_owned();
        assert_eq!((count_on(&home, "needs-me"), count_on(&home, "waiting-on-others")), (0, 27));
        assert!(home.contains("Nothing waits for you."), "{home}");
    }

    async fn a_case_goes_from_due_soon_to_due_today_to_overdue(house: &House) {
        house.raised().await;
        let mut judith = at_browser(house, "Judith Hale").await;
        let counts = |home: &str| ["due-soon", "due-today", "overdue"].map(|it| count_on(home, it));
        let due = due_of(house).await;
        let home = page(&judith.get("/").await).to_owned();
        assert_eq!(counts(&home), [0, 0, 0], "due in five working days: {due}");
        assert!(house.clock.wind_on_to("2026-12-30T09:00:00Z".parse().unwrap()));
        let mut judith = at_browser(house, "Judith Hale").await;
        let home = page(&judith.get("/").await).to_owned();
        assert_eq!(counts(&home), [1, 1, 0], "due today counts as soon: {due}");
        assert!(house.clock.wind_on_to("2026-12-31T09:00:00Z".parse().unwrap()));
        let mut judith = at_browser(house, "Judith Hale").await;
        let home = page(&judith.get("/").await).to_owned();
        assert_eq!(counts(&home), [0, 0, 1], "nobody has looked at the clock yet: {due}");
        assert_eq!(listed(&mut judith, "overdue").await.len(), 1);
    }

    async fn a_list_that_is_not_there_and_a_place_that_is_none_are_told(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        assert_eq!(tom.get("/escalations?show=nothing").await.status, 404);
        assert_eq!(tom.get("/escalations?show=open&after=nowhere").await.status, 400);
        for shelf in SHELVES {
            let text = page(&tom.get(&format!("/escalations?show={shelf}")).await).to_owned();
            assert!(!text.contains("<ul class=\"cases\">"), "{shelf} is empty");
            let here = format!("href=\"/escalations?show={shelf}\" aria-current=\"page\"");
            assert!(text.contains(&here), "{shelf}: {text}");
        }
    }
}

/// When the only case is due, in words.
async fn due_of(house: &House) -> String {
    let answer = house.as_("Judith Hale").await.get("/escalations").await;
    answer.text("/items/0/due_in_words")
}
