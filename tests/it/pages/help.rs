//! Help and the accessibility statement: for anybody, at any time.

use super::at_browser;
use crate::engine::sql::Raw;
use crate::on_each_database;
use crate::sign_on::{Browser, page};

on_each_database! {
    async fn anybody_finds_help_before_signing_in(house: &House) {
        let mut stranger = Browser::at_address(house.address);
        let sign_in = page(&stranger.get("/sign-in").await).to_owned();
        for path in ["/help", "/accessibility"] {
            assert!(sign_in.contains(&format!("href=\"{path}\"")), "{sign_in}");
            let answer = stranger.get(path).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            let text = page(&answer);
            assert!(text.contains("id=\"ask\"") && !text.contains("Judith Hale"), "{text}");
            assert!(!text.contains("OFFICIAL-SENSITIVE") && !text.contains("bscp.example"), "{text}");
        }
        let help = page(&stranger.get("/help").await).to_owned();
        for words in ["call 999", "I cannot sign in", "I got an email", "<dt>Overdue</dt>"] {
            assert!(help.contains(words), "{words}: {help}");
        }
        for target in help.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(help.contains(&format!("id=\"{target}\"")), "{target} leads nowhere");
        }
        let statement = page(&stranger.get("/accessibility").await).to_owned();
        for words in ["No people who use screen readers were asked yet", "WCAG 2.2"] {
            assert!(statement.contains(words), "{words}: {statement}");
        }
    }

    async fn whoever_is_signed_in_sees_whom_to_ask(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        let text = page(&tom.get("/help").await).to_owned();
        assert!(text.contains("Business manager: Judith Hale"), "{text}");
        assert!(text.contains("href=\"mailto:"), "the partnership’s address: {text}");
        assert!(!text.contains(&house.email("Judith Hale")), "people’s own addresses are not for all");
        assert!(text.contains("href=\"/policies\""), "{text}");
    }

    async fn help_is_there_while_the_database_is_not(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        let mut raw = Raw::of(house);
        raw.run("alter table browser_sessions rename to gone");
        let answer = tom.get("/help").await;
        raw.run("alter table gone rename to browser_sessions");
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(page(&answer).contains("call 999") && !page(&answer).contains("Judith Hale"));
    }
}
