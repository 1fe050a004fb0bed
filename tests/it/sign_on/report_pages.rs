//! Where the link of a report's letter leads: to sign in first, then to the report of its period, for
//! whoever may have it and for nobody else.

use super::{Browser, World, page};
use crate::engine::report_letters::Schedules;
use crate::engine::sleep_until;
use crate::house::{Answer, Database, House, PASSWORD, Wishes};
use crate::on_each_database;
use crate::pages::encoded;

/// An officer who signs in at an agency's provider.
const NADIA: &str = r#"
[[people]]
name = "Nadia Rahman"
email = "nadia.rahman@socialcare.example"
agency = "social_care"

[[posts]]
title = "Deputy business manager"
function = "business_manager"
holders = ["nadia.rahman@socialcare.example"]
"#;
const PUBLIC_URL: &str = "https://escalations.example";
const CANARIES: [&str; 3] = ["Q.Z.", "RPP-0417", "canary-"];

async fn house(database: Database, schedules: &Schedules) -> Option<House> {
    let settings = vec![schedules.setting()];
    let wishes = Wishes { settings, directory_besides: NADIA, ..Wishes::default() };
    let house = House::build(database, wishes).await?;
    assert_eq!(house.engine.run_jobs().await.unwrap(), 0);
    Some(house)
}

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&")
}

/// The address behind some words of a page.
fn link(page: &str, words: &str) -> String {
    let (before, _) = page.split_once(&format!(">{words}</a>")).unwrap_or_else(|| panic!("{page}"));
    let (_, address) = before.rsplit_once("href=\"").unwrap();
    unescaped(address.trim_end_matches('"'))
}

/// Follows where it is sent, to Nadia Rahman's provider and back, until there is a page.
async fn follow(world: &World<'_>, browser: &mut Browser, path: &str) -> (Answer, String) {
    let sent = browser.get(path).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let to = sent.header("location").unwrap();
    assert!(to.starts_with("/sign-in?return_to="), "{to}");
    let sign_in = browser.get(&to).await;
    let provider = link(page(&sign_in), "Sign in with The social-care");
    let begun = browser.get(&provider).await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    let back = world.care.authorize(&begun.header("location").unwrap(), "nadia-1");
    let arrived = browser.get(&format!("/sign-in/back/social-care{}", back.query())).await;
    assert_eq!(arrived.status, 303, "{}", arrived.body);
    let here = arrived.header("location").unwrap();
    (browser.get(&here).await, here)
}

on_each_database! {
    async fn a_letters_link_leads_through_sign_in_to_the_report_of_its_period(database: Database) {
        let schedules = Schedules::of(&[(
            "board", "0 0 7 5 1,4,7,10 *", "last_quarter", &["nadia.rahman@socialcare.example"],
        )]);
        let Some(house) = house(database, &schedules).await else { return };
        for _ in 0..3 {
            house.raised().await;
        }
        sleep_until(&house, "2027-01-05T07:00:00Z");
        // Raised after the period: not in its report.
        house.engine.tick().await.unwrap();
        house.raised().await;
        house.engine.run_jobs().await.unwrap();
        house.settle().await;
        let mails = house.mails_to("Nadia Rahman");
        let mail = mails.iter().find(|mail| mail.subject.starts_with("Report on")).unwrap();
        let address = mail.text.lines().find(|line| line.starts_with("https://")).unwrap();
        let path = address.strip_prefix(PUBLIC_URL).unwrap();

        let world = World::build(&house).await;
        assert_eq!(world.link("Nadia Rahman", "social-care", "nadia-1").await.status, 201);
        let mut browser = world.browser();
        let (shown, here) = follow(&world, &mut browser, path).await;
        assert_eq!(here, path, "back to where the letter led");
        assert_eq!(shown.status, 200, "{}", shown.body);
        let text = page(&shown);
        assert!(text.contains("1 October 2026 to 31 December 2026 (a quarter)"), "{text}");
        let csv = browser.get(&link(text, "Comma-separated values (CSV)")).await;
        let raised = page(&csv).lines().find(|line| line.contains(",period,") && line.contains(",raised,"));
        assert!(raised.unwrap().contains(",3,"), "{raised:?}");
        for (words, kind, begins) in [
            ("A document to print (PDF)", "application/pdf", "%PDF-1."),
            (
                "A spreadsheet (XLSX)",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "PK",
            ),
        ] {
            let form = browser.get(&link(text, words)).await;
            assert_eq!(form.header("content-type").as_deref(), Some(kind));
            assert!(page(&form).starts_with(begins), "{words}");
        }
        let cases = browser.get(&link(text, "The cases that are counted")).await;
        assert_eq!(cases.status, 200, "{}", cases.body);
        let list = page(&cases);
        for number in 1..=4 {
            let reference = format!("ESC-2026-00000{number}");
            assert_eq!(list.contains(&reference), number < 4, "{reference}: {list}");
        }
        let csv = browser.get(&link(list, "Comma-separated values (CSV), with all columns")).await;
        let mut rows = csv::Reader::from_reader(page(&csv).as_bytes());
        assert_eq!(rows.records().map(Result::unwrap).count(), 3);
        for shown in [text, list] {
            for canary in CANARIES {
                assert!(!shown.contains(canary), "{canary}");
            }
            assert!(!shown.contains("<script"));
        }
    }

    async fn a_letters_link_leads_through_a_password_to_the_list_of_its_period(database: Database) {
        let entry = "[[report]]\nname = \"list\"\nschedule = \"0 0 7 * * *\"\n\
            partnership = \"bromley\"\nreport = \"cases\"\nperiod = \"year_to_date\"\n\
            to = [\"judith.hale@bscp.example\"]\n";
        let schedules = Schedules::written(entry);
        let Some(house) = house(database, &schedules).await else { return };
        let reference = house.raised().await;
        sleep_until(&house, "2026-12-22T07:00:00Z");
        house.engine.run_jobs().await.unwrap();
        house.settle().await;
        let mails = house.mails_to("Judith Hale");
        let mail = mails.iter().find(|mail| mail.subject.starts_with("List of cases")).unwrap();
        let address = mail.text.lines().find(|line| line.starts_with("https://")).unwrap();
        let path = address.strip_prefix(PUBLIC_URL).unwrap();
        assert!(path.ends_with("/reports/cases?from=2026-04-01&to=2026-12-21"), "{path}");
        let mut judith = Browser::at_address(house.address);
        let way = judith.get(path).await.header("location").unwrap();
        let sign_in = judith.get(&way).await;
        let carried = format!("name=\"return_to\" value=\"{path}\"");
        assert!(unescaped(page(&sign_in)).contains(&carried), "{}", sign_in.body);
        let form = format!(
            "return_to={}&email={}&password={}",
            encoded(path), encoded(&house.email("Judith Hale")), encoded(PASSWORD)
        );
        let answer = judith.post("/sign-in/password", &form).await;
        assert_eq!((answer.status, answer.header("location").as_deref()), (303, Some(path)));
        let shown = judith.get(path).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        let text = page(&shown);
        assert!(text.contains(&reference) && text.contains("21 December 2026"), "{text}");
        assert_eq!(link(text, "Home"), "/");
    }

    async fn a_page_says_what_the_api_says_to_whoever_may_not_or_asks_amiss(database: Database) {
        let none = Schedules::written("");
        let Some(house) = house(database, &none).await else { return };
        house.raised().await;
        let world = World::build(&house).await;
        assert_eq!(world.link("Nadia Rahman", "social-care", "nadia-1").await.status, 201);
        assert_eq!(world.link("Priya Nair", "school", "priya-1").await.status, 201);
        let reports = format!("/partnerships/{}/reports", house.founded.partnership.id);
        let nowhere = "/partnerships/0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b/reports/disputes";
        let mut nadia = world.browser();
        let of_days = format!("{reports}/disputes?from=2026-04-01&to=2026-12-20");
        let (answer, here) = follow(&world, &mut nadia, &of_days).await;
        assert_eq!((answer.status, here), (200, of_days), "{}", answer.body);
        let priya = world.signed_in("priya-1").await;
        for (who, path, status, says) in [
            (&priya, format!("{reports}/disputes"), 403, "officers report"),
            (&priya, format!("{reports}/cases"), 403, "officers report"),
            (&priya, nowhere.to_owned(), 404, "nothing here that you can see"),
            (&nadia, nowhere.to_owned(), 404, "nothing here that you can see"),
            (&nadia, "/partnerships/bromley/reports/disputes".to_owned(), 404, "nothing here that you can see"),
            (&nadia, format!("{reports}/disputes?quarter=2026-Q5"), 422, "quarter must be"),
            (&nadia, format!("{reports}/disputes?quarter=2026-Q3&from=2026-01-01"), 422, "one period"),
            (&nadia, format!("{reports}/disputes?quater=2026-Q3"), 400, "cannot be read"),
            (&nadia, format!("{reports}/cases?audience=publication"), 400, "cannot be read"),
            (&nadia, format!("{reports}/disputes?audience=publication&topics=general"), 422, "filters"),
        ] {
            let answer = who.clone().get(&path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            assert_eq!(answer.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
            assert!(page(&answer).contains(says), "{path}: {}", answer.body);
            assert!(!page(&answer).contains("<table"), "{path}");
        }
        // Nobody in particular is sent to sign in, whatever is asked, and learns nothing.
        for path in [format!("{reports}/disputes"), format!("{reports}/cases"), nowhere.to_owned()] {
            let answer = world.browser().get(&path).await;
            assert_eq!(answer.status, 303, "{path}");
            assert_eq!(answer.body.as_str().unwrap_or_default(), "");
        }
        // A session that is over is none.
        let token = nadia.form_token("/sign-in").await;
        nadia.post("/sign-out", &format!("form_token={token}")).await;
        assert_eq!(nadia.get(&format!("{reports}/disputes")).await.status, 303);
    }

    async fn a_page_of_a_report_counts_as_a_request_of_its_person(database: Database) {
        let none = Schedules::written("");
        let Some(house) = house(database, &none).await else { return };
        let world = World::build(&house).await;
        assert_eq!(world.link("Nadia Rahman", "social-care", "nadia-1").await.status, 201);
        let mut nadia = world.browser();
        let path = format!("/partnerships/{}/reports/cases", house.founded.partnership.id);
        assert_eq!(follow(&world, &mut nadia, &path).await.0.status, 200);
        let strict = house.node_with(|settings| settings.http.requests_per_minute = 2);
        let mut nadia = nadia.moved_to(&strict.await);
        assert_eq!([nadia.get(&path).await.status, nadia.get(&path).await.status], [200, 200]);
        let refused = nadia.get(&path).await;
        assert_eq!(refused.status, 429, "{}", refused.body);
        assert!(refused.header("retry-after").is_some_and(|seconds| seconds != "0"));
    }

    async fn a_page_of_a_report_has_the_headers_of_every_answer(database: Database) {
        let none = Schedules::written("");
        let Some(house) = house(database, &none).await else { return };
        let world = World::build(&house).await;
        assert_eq!(world.link("Nadia Rahman", "social-care", "nadia-1").await.status, 201);
        let mut nadia = world.browser();
        for what in ["disputes", "cases"] {
            let path = format!("/partnerships/{}/reports/{what}", house.founded.partnership.id);
            let stranger = world.browser().get(&path).await;
            let shown = match nadia.get(&path).await {
                answer if answer.status == 200 => answer,
                _ => follow(&world, &mut nadia, &path).await.0,
            };
            for answer in [&stranger, &shown] {
                let policy = answer.header("content-security-policy").unwrap();
                assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
                for (name, value) in [
                    ("cache-control", "no-store"),
                    ("x-content-type-options", "nosniff"),
                    ("x-frame-options", "DENY"),
                    ("referrer-policy", "no-referrer"),
                ] {
                    assert_eq!(answer.header(name).as_deref(), Some(value), "{what}: {name}");
                }
            }
            let policy = shown.header("content-security-policy").unwrap();
            assert!(policy.contains("style-src 'self'"), "the page has a style sheet: {policy}");
            let posted = nadia.post(&path, "x=y").await;
            assert_eq!((posted.status, posted.header("allow").as_deref()), (405, Some("GET, HEAD")));
        }
    }

    async fn somebody_is_led_nowhere_else_by_the_sign_in_page(database: Database) {
        let none = Schedules::written("");
        let Some(house) = house(database, &none).await else { return };
        let world = World::build(&house).await;
        for away in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2Fx%22%3E%3Cscript%3E"] {
            let answer = world.browser().get(&format!("/sign-in?return_to={away}")).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            let text = page(&answer);
            assert!(!text.contains("evil") && !text.contains("<script"), "{text}");
        }
    }
}
