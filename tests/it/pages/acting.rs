//! What people do to a case from its page.

use super::{at_browser, done, fill_in, filled};
use crate::on_each_database;
use crate::sign_on::page;

const TERMS: &str = "An assessment begins on Monday.";

on_each_database! {
    async fn the_two_sides_come_to_agree_by_their_pages(house: &House) {
        let reference = house.raised().await;
        let case = format!("/escalations/{reference}");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let mut priya = at_browser(house, "Priya Nair").await;
        let offered = page(&tom.get(&case).await).to_owned();
        assert!(offered.contains("do/respond") && !offered.contains("do/withdraw"), "{offered}");
        let hers = page(&priya.get(&case).await).to_owned();
        assert!(!hers.contains("do/respond") && hers.contains("do/withdraw"), "{hers}");

        let after = done(&mut tom, &format!("{case}/do/acknowledge"), &[("note", "By Tuesday.")]).await;
        assert!(page(&after).contains("The other side is told that the challenge arrived."));
        done(&mut tom, &format!("{case}/do/respond"),
            &[("stance", "accepts_in_part"), ("rationale", "We see a part of it.")]).await;
        let outcome = first_choice(page(&tom.get(&format!("{case}/do/propose")).await), "outcome");
        done(&mut tom, &format!("{case}/do/propose"), &[("outcome", &outcome), ("terms", TERMS)]).await;
        let hers = page(&priya.get(&case).await).to_owned();
        assert!(hers.contains("do/agree/1") && hers.contains(TERMS), "{hers}");
        let form = page(&priya.get(&format!("{case}/do/agree/1")).await).to_owned();
        assert!(form.contains(TERMS), "whoever agrees sees to what: {form}");
        let ended = done(&mut priya, &format!("{case}/do/agree/1"), &[]).await;
        let text = page(&ended);
        assert!(text.contains("Both sides agreed") && text.contains(">Resolved<"), "{text}");
        assert!(!text.contains("do/respond"), "{text}");
        let record = page(&priya.get(&format!("{case}/timeline")).await).to_owned();
        for words in ["acknowledged the challenge", "accepts a part", "confirmed proposal 1"] {
            assert!(record.contains(words), "{words}: {record}");
        }
        house.settle().await;
        let messages = page(&priya.get(&format!("{case}/messages")).await).to_owned();
        assert!(messages.contains("Taken by their mail server"), "{messages}");
    }

    async fn themes_of_learning_are_ticked_and_counted(house: &House) {
        let reference = house.raised().await;
        let case = format!("/escalations/{reference}");
        let mut priya = at_browser(house, "Priya Nair").await;
        done(&mut priya, &format!("{case}/do/withdraw"), &[("reason", "It was settled.")]).await;
        let path = format!("{case}/do/feedback");
        // A fault elsewhere keeps what was ticked.
        let ticked = [("themes-drift", "yes"), ("themes-roles", "yes")];
        let faulty = fill_in(&mut priya, &path, &ticked).await;
        assert_eq!(faulty.status, 422);
        let text = page(&faulty);
        assert_eq!(text.matches("type=\"checkbox\"").count(), 8, "{text}");
        assert_eq!(text.matches(" checked>").count(), 2, "{text}");
        assert!(text.contains("name=\"themes-drift\" value=\"yes\" checked>"), "{text}");
        let written = [&ticked[..], &[("text", "It took long."), ("themes-unknown", "yes")]].concat();
        let after = done(&mut priya, &path, &written).await;
        assert!(page(&after).contains("Drift and delay; Roles and responsibilities"));
        let seen = house.as_("Priya Nair").await.get(&case).await;
        assert_eq!(seen.body["feedback"][0]["themes"], serde_json::json!(["drift", "roles"]));
        done(&mut priya, &path, &[("text", "Nothing more.")]).await;
        let seen = house.as_("Priya Nair").await.get(&case).await;
        assert_eq!(seen.body["feedback"][1].get("themes"), None);
    }

    async fn a_fault_keeps_what_was_written_and_changes_nothing(house: &House) {
        let reference = house.raised().await;
        let path = format!("/escalations/{reference}/do/respond");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let answer = fill_in(&mut tom, &path, &[("rationale", "Because of \"this\" & that.")]).await;
        assert_eq!(answer.status, 422);
        let text = page(&answer);
        assert!(text.contains("<title>Error: Answer the challenge"), "{text}");
        assert!(text.contains("href=\"#stance\""), "{text}");
        assert!(text.contains("Because of &#34;this&#34; &#38; that."), "{text}");
        let case = house.as_("Tom Okafor").await.get(&format!("/escalations/{reference}")).await;
        assert!(case.list("/responses").is_empty());
    }

    async fn a_double_click_answers_once_and_an_old_tab_changes_nothing(house: &House) {
        let reference = house.raised().await;
        let case = format!("/escalations/{reference}");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let respond = format!("{case}/do/respond");
        let (first, old) = (tom.get(&respond).await, tom.get(&respond).await);
        let form = filled(&first, &[("stance", "refuses"), ("rationale", "We do not see it.")]);
        let (one, two) = (tom.post(&respond, &form).await, tom.post(&respond, &form).await);
        assert_eq!((one.status, two.status), (303, 303), "{} {}", one.body, two.body);
        let late = filled(&old, &[("stance", "accepts"), ("rationale", "From the old tab.")]);
        let stale = tom.post(&respond, &late).await;
        assert_eq!(stale.status, 412, "{}", stale.body);
        let text = page(&stale);
        assert!(text.contains("From the old tab.") && text.contains("Somebody changed this case"));
        let seen = house.as_("Tom Okafor").await.get(&case).await;
        assert_eq!(seen.list("/responses").len(), 1);
        let again = filled(&stale, &[("stance", "accepts"), ("rationale", "From the old tab.")]);
        assert_eq!(tom.post(&respond, &again).await.status, 303, "knowingly it can be sent");
    }

    async fn nobody_does_by_a_page_what_is_not_theirs(house: &House) {
        let reference = house.raised().await;
        let case = format!("/escalations/{reference}");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let form = tom.get(&format!("{case}/do/respond")).await;
        let mut priya = at_browser(house, "Priya Nair").await;
        assert_eq!(priya.get(&format!("{case}/do/respond")).await.status, 409);
        let mut hers = super::hidden(&form);
        hers.insert("form_token".to_owned(), priya.form_token("/").await);
        let forged: Vec<String> = hers.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let body = format!("{}&stance=accepts&rationale=x", forged.join("&"));
        let refused = priya.post(&format!("{case}/do/respond"), &body).await;
        assert_eq!(refused.status, 409, "{}", refused.body);
        let theirs = filled(&form, &[("stance", "accepts"), ("rationale", "x")]);
        let wrong_token = priya.post(&format!("{case}/do/respond"), &theirs).await;
        assert_eq!(wrong_token.status, 403, "the token of another's session");
        let mut sam = at_browser(house, "Sam Porter").await;
        for path in ["", "/timeline", "/messages", "/do/respond", "/draft", "/raised"] {
            let answer = sam.get(&format!("{case}{path}")).await;
            assert_eq!(answer.status, 404, "{path}");
            let nothing = sam.get(&format!("/escalations/ESC-2026-999999{path}")).await;
            assert_eq!(page(&answer), page(&nothing), "{path}: as if it were not there");
        }
        let seen = house.as_("Tom Okafor").await.get(&case).await;
        assert!(seen.list("/responses").is_empty());
    }
}

/// The first value that a choice of a form has.
fn first_choice(text: &str, name: &str) -> String {
    let (_, rest) = text.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}
