//! What somebody at a browser sees where something is not there, is refused or fails; programs get
//! the same as a problem.

use super::{at_browser, done, fill_in, filled};
use crate::engine::sql::Raw;
use crate::house::{Answer, Client, Database, House, Wishes, block_on};
use crate::on_each_database;
use crate::sign_on::{Browser, page};
use reqwest::Method;

const ACCEPT: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

async fn look(browser: &mut Browser, path: &str) -> Answer {
    browser.send(Method::GET, path, &[ACCEPT], None).await
}

async fn send(browser: &mut Browser, path: &str, form: String) -> Answer {
    let headers = [
        ACCEPT,
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    browser.send(Method::POST, path, &headers, Some(form)).await
}

/// A page of ours, in its frame, with a way on and the headers of every answer.
#[track_caller]
fn assert_page(answer: &Answer, status: u16, title: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
    let text = page(answer);
    assert!(text.contains(&format!("<title>{title} – ")), "{text}");
    assert_eq!(text.matches("<h1").count(), 1, "{text}");
    assert!(text.contains("<html lang=\"en-GB\">") && text.contains("<main "), "{text}");
    assert!(text.contains("href=\"/\">Home</a></p>"), "a way on: {text}");
    assert!(text.contains("call 999"), "{text}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(answer.header(name).as_deref(), Some(value), "{name}");
    }
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
}

on_each_database! {
    async fn an_address_that_is_not_there_is_a_page_for_people_and_a_problem_for_programs(house: &House) {
        let mut browser = Browser::at_address(house.address);
        for path in ["/no/such/address", "/partnerships/nothing", "/policies/check/more"] {
            assert_page(&look(&mut browser, path).await, 404, "Page not found");
            let program = Client::stranger(house.address).get(&format!("/{path}")).await;
            assert_eq!(program.status, 404);
            assert_eq!(program.header("content-type").as_deref(), Some("application/problem+json"));
        }
        for path in ["/api/v1/nothing", "/api/v1/me"] {
            let answer = look(&mut browser, path).await;
            assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"), "{path}");
        }
    }

    async fn a_wrong_way_of_asking_says_which_way_is_right(house: &House) {
        let mut browser = Browser::at_address(house.address);
        let answer = send(&mut browser, "/accessibility", String::new()).await;
        assert_page(&answer, 405, "Not in this way");
        assert_eq!(answer.header("allow").as_deref(), Some("GET, HEAD"));
        // Somebody loads again what a form had sent.
        assert_page(&look(&mut browser, "/sign-in/password").await, 405, "Not in this way");
    }

    async fn what_cannot_be_read_is_told_as_a_page(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        assert_page(&look(&mut tom, "/escalations?show=open&show=drafts").await, 400, "This cannot be read");
        assert_page(&look(&mut tom, &format!("/?x={}", "y".repeat(9000))).await, 400, "This cannot be read");
        assert_page(&look(&mut tom, "/escalations?show=open&after=nowhere").await, 400, "Nothing was changed");
        assert_page(&look(&mut tom, "/escalations/ESC-2026-999999").await, 404, "Page not found");
        let nobody = "/partnerships/0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b/policies/bscp/1";
        assert_page(&look(&mut tom, nobody).await, 404, "Page not found");
        assert_page(&look(&mut tom, "/partnerships/x/policies/bscp/one").await, 404, "Page not found");
    }

    async fn a_form_that_is_too_long_is_told_so(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let form = format!("action_taken={}", "x".repeat(600_000));
        assert_page(&send(&mut priya, "/raise", form).await, 413, "This is too long");
    }

    async fn what_was_written_is_shown_where_it_could_not_be_taken(house: &House) {
        let reference = house.raised().await;
        let path = format!("/escalations/{reference}/do/respond");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let written = [("stance", "accepts"), ("rationale", "We \"see\" it <now>.")];
        let form = filled(&tom.get(&path).await, &written);
        let mut raw = Raw::of(house);
        raw.run("alter table escalations rename to gone");
        let failed = send(&mut tom, &path, form).await;
        raw.run("alter table gone rename to escalations");
        assert_page(&failed, 500, "Something went wrong on our side");
        let text = page(&failed);
        assert!(text.contains("<h2>What you wrote</h2>") && text.contains("<dt>Rationale</dt>"), "{text}");
        assert!(text.contains("We &#34;see&#34; it &#60;now&#62;."), "{text}");
        assert!(!text.contains("form_token") && !text.contains("Form key"), "{text}");

        // The case moved on in another tab: what was written stands on the page that says so.
        let withdrawal = format!("/escalations/{reference}/do/withdraw");
        let mut priya = at_browser(house, "Priya Nair").await;
        let late = filled(&priya.get(&withdrawal).await, &[("reason", "Twice, by mistake.")]);
        done(&mut priya, &withdrawal, &[("reason", "It was settled.")]).await;
        let refused = send(&mut priya, &withdrawal, late).await;
        assert!([409, 412].contains(&refused.status), "{}", refused.body);
        assert!(page(&refused).contains("Twice, by mistake."), "{}", refused.body);
        let stranger = page(&send(&mut priya, "/raise", "form_token=x&action_taken=Called+999.".to_owned()).await).to_owned();
        assert!(stranger.contains("Called 999."), "also where the page was old: {stranger}");
        assert_eq!(fill_in(&mut priya, "/raise", &[("in_immediate_danger", "no")]).await.status, 303);
    }

    async fn a_failure_is_told_with_the_number_that_the_log_has(house: &House) {
        let mut browser = Browser::at_address(house.address);
        let mut raw = Raw::of(house);
        raw.run("alter table browser_sessions rename to gone");
        browser.cookies.insert("__Host-session".to_owned(), "x".repeat(43));
        let failed = look(&mut browser, "/").await;
        raw.run("alter table gone rename to browser_sessions");
        assert_page(&failed, 500, "Something went wrong on our side");
        let text = page(&failed);
        let number = failed.header("x-request-id").unwrap();
        assert!(text.contains("Nothing was changed.") && text.contains(&number), "{text}");
    }
}

#[test]
fn too_many_requests_are_told_as_a_page() {
    block_on(async {
        let settings = vec![("http.requests_per_minute_of_network", "3".to_owned())];
        let house = House::build(Database::Sqlite, Wishes { settings, ..Wishes::default() }).await;
        let house = house.unwrap();
        let mut browser = Browser::at_address(house.address);
        let mut last = look(&mut browser, "/help").await;
        for _ in 0..4 {
            last = look(&mut browser, "/help").await;
        }
        assert_page(&last, 429, "Too many requests for now");
        assert!(last.header("retry-after").is_some());
        let program = Client::stranger(house.address).get("//help").await;
        assert_eq!(program.header("content-type").as_deref(), Some("application/problem+json"));
    });
}
