//! What somebody is sent, and when: the page, and the letters that go by what was chosen there.

use super::{at_browser, done, fill_in};
use crate::engine::outbox::{house_and_sink, taken_for};
use crate::engine::sql::Raw;
use crate::engine::{raise_many, sleep_until};
use crate::house::House;
use crate::house::smtp_sink::Act;
use crate::on_each_database;
use crate::sign_on::{Browser, page};
use bscp_escalation::notify::Sent;
use serde_json::json;

const PAGE: &str = "/account/messages";
/// When the first stage of a challenge of Monday runs out.
const STAGE_2: &str = "2026-12-30T17:00:00Z";

async fn together_at(browser: &mut Browser, hour: &str) -> String {
    let written = [("when", "together"), ("together_at_hour", hour)];
    page(&done(browser, PAGE, &written).await).to_owned()
}

/// The subjects of what somebody was sent since they had so many.
fn subjects(house: &House, name: &str, since: usize) -> Vec<String> {
    let mails = house.mails_to(name).split_off(since);
    mails.into_iter().map(|mail| mail.subject).collect()
}

/// One letter about both cases, that says of each what its own would have said.
fn is_of_both(letter: &Sent, cases: &[String]) {
    assert_eq!(letter.subject, "For your information: 2 messages about escalations");
    for reference in cases {
        let link = format!("https://escalations.example/escalations/{reference}");
        let line = letter.text.lines().find(|line| line.starts_with(&format!("- {reference} (")));
        let line = line.unwrap_or_else(|| panic!("{reference}: {}", letter.text));
        assert!(line.contains("Stage: 2 of 4") && line.ends_with(&link), "{line}");
        assert!(line.contains("This escalation has entered this stage."), "{line}");
    }
    let raw = String::from_utf8(letter.raw.clone()).unwrap();
    assert!(raw.contains("Date: Thu, 31 Dec 2026 09:00:00 +0000\r\n"), "dated when it goes: {raw}");
    for private in ["canary", "Q.Z.", "RPP-0417"] {
        assert!(!letter.text.contains(private), "{private}");
    }
}

on_each_database! {
    async fn what_only_informs_comes_together_at_the_hour_and_what_asks_comes_at_once(house: &House) {
        for name in ["Tom Okafor", "Margaret Bell", "Joel Mensah"] {
            let text = together_at(&mut at_browser(house, name).await, "9").await;
            assert!(text.contains("comes together from now on"), "{text}");
        }
        let cases = raise_many(house, 2).await;
        // In the first stage he must act: whatever is told of it comes at once.
        let priya = house.as_("Priya Nair").await;
        let position = json!({
            "facts": "canary-facts", "judgement": "canary-judgement", "rationale": "canary-rationale"
        });
        let stated = priya.command(&cases[0], "positions", &position).await;
        assert_eq!(stated.status, 200, "{}", stated.body);
        house.settle().await;
        let at_once = subjects(house, "Tom Okafor", 0);
        assert_eq!(at_once.len(), 3, "{at_once:?}");
        assert!(at_once[2].starts_with("For your information"), "{at_once:?}");
        house.advance_to(STAGE_2).await;
        for name in ["Margaret Bell", "Joel Mensah"] {
            let asked = subjects(house, name, 0);
            assert_eq!(asked.len(), 2, "{name} must act: {asked:?}");
            assert!(asked.iter().all(|it| it.starts_with("Action needed by")), "{asked:?}");
        }
        let hers = subjects(house, "Priya Nair", 0).into_iter();
        assert_eq!(hers.filter(|it| it.contains("(stage 2)")).count(), 2, "she chose nothing");
        assert_eq!(subjects(house, "Tom Okafor", 3), [] as [&str; 0], "it waits");
        let numbers = house.engine.numbers().await.unwrap();
        assert_eq!((numbers.waiting_count, numbers.oldest_waiting_seconds), (0, None), "on purpose");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let text = page(&tom.get(PAGE).await).to_owned();
        let waits = "2 messages wait for you. They go together on Thu 31 Dec 2026, 09:00.";
        assert!(text.contains(waits), "{text}");
        let messages = tom.get(&format!("/escalations/{}/messages", cases[0])).await;
        assert!(page(&messages).contains("Waits for the hour at which they want such messages"));
        house.advance_to("2026-12-31T08:59:59Z").await;
        assert_eq!(house.mails_to("Tom Okafor").len(), 3);
        house.advance_to("2026-12-31T09:00:00Z").await;
        let mails = house.mails_to("Tom Okafor").split_off(3);
        assert_eq!(mails.len(), 1, "{mails:?}");
        is_of_both(&mails[0], &cases);
        assert_eq!(Raw::of(house).count("notices", "state in ('queued', 'leased')"), 0, "nothing is lost");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let text = page(&tom.get(PAGE).await).to_owned();
        assert!(text.contains("value=\"together\" checked"), "{text}");
        assert!(!text.contains("wait for you. They go"), "{text}");
    }

    async fn one_message_goes_as_itself(house: &House) {
        together_at(&mut at_browser(house, "Tom Okafor").await, "9").await;
        let reference = house.raised().await;
        house.advance_to(STAGE_2).await;
        assert_eq!(house.mails_to("Tom Okafor").len(), 1);
        house.advance_to("2026-12-31T09:00:00Z").await;
        let [subject] = subjects(house, "Tom Okafor", 1).try_into().unwrap();
        assert!(subject.starts_with("For your information, due"), "{subject}");
        assert!(subject.contains(&reference), "{subject}");
    }

    async fn changing_it_back_sends_what_waits_and_another_hour_moves_it(house: &House) {
        together_at(&mut at_browser(house, "Tom Okafor").await, "9").await;
        raise_many(house, 2).await;
        house.settle().await;
        house.advance_to(STAGE_2).await;
        let mut tom = at_browser(house, "Tom Okafor").await;
        // 9:00 of this day is past; 18:00 is not.
        let text = together_at(&mut tom, "18").await;
        assert!(text.contains("They go together on Wed 30 Dec 2026, 18:00."), "{text}");
        house.settle().await;
        assert_eq!(house.mails_to("Tom Okafor").len(), 2);
        let text = page(&done(&mut tom, PAGE, &[("when", "at-once")]).await).to_owned();
        assert!(text.contains("Every message comes at once from now on."), "{text}");
        house.settle().await;
        let [subject] = subjects(house, "Tom Okafor", 2).try_into().unwrap();
        assert_eq!(subject, "For your information: 2 messages about escalations");
        assert_eq!(Raw::of(house).count("notification_settings", "1 = 1"), 0);
        house.advance_to("2026-12-31T18:00:00Z").await;
        assert_eq!(house.mails_to("Tom Okafor").len(), 3, "and nothing a second time");
    }

    async fn of_an_urgent_case_everything_comes_at_once(house: &House) {
        together_at(&mut at_browser(house, "Tom Okafor").await, "9").await;
        let mut draft = house.draft();
        draft["draft"]["urgency_class"] = json!("urgent");
        house.raised_with(&draft).await;
        house.advance_to("2026-12-22T17:00:00Z").await;
        let [subject] = subjects(house, "Tom Okafor", 1).try_into().unwrap();
        assert!(subject.starts_with("For your information, due"), "{subject}");
    }

    async fn a_fault_keeps_what_was_chosen_and_changes_nothing(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let faulty = fill_in(&mut priya, PAGE, &[("when", "together"), ("together_at_hour", "")]).await;
        assert_eq!(faulty.status, 422);
        let text = page(&faulty);
        assert!(text.contains("<title>Error: Your messages"), "{text}");
        assert!(text.contains("href=\"#together_at_hour\""), "{text}");
        assert!(text.contains("value=\"together\" checked"), "{text}");
        let odd = fill_in(&mut priya, PAGE, &[("when", "together"), ("together_at_hour", "3")]).await;
        assert_eq!(odd.status, 422, "nobody reads at three in the morning");
        let nothing = fill_in(&mut priya, PAGE, &[]).await;
        assert_eq!(nothing.status, 422);
        assert!(page(&nothing).contains("href=\"#when\""), "{}", nothing.body);
        assert_eq!(Raw::of(house).count("notification_settings", "1 = 1"), 0);
    }

    async fn sent_twice_it_is_set_once_and_only_for_oneself(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let form = priya.get(PAGE).await;
        let form = super::filled(&form, &[("when", "together"), ("together_at_hour", "8")]);
        let (one, two) = (priya.post(PAGE, &form).await, priya.post(PAGE, &form).await);
        assert_eq!((one.status, two.status), (303, 303), "{} {}", one.body, two.body);
        let mut raw = Raw::of(house);
        let hers = format!("person_id = '{}' and together_at_hour = 8", house.person_id("Priya Nair"));
        assert_eq!((raw.count("notification_settings", &hers), raw.count("notification_settings", "1 = 1")), (1, 1));
        let mut tom = at_browser(house, "Tom Okafor").await;
        assert_eq!(tom.post(PAGE, &form).await.status, 403, "another's form");
        let text = page(&tom.get(PAGE).await).to_owned();
        assert!(text.contains("value=\"at-once\" checked"), "{text}");
        let mut nobody = Browser::at_address(house.address);
        assert_eq!(nobody.get(PAGE).await.status, 303);
    }

    async fn the_page_says_where_mail_goes_and_that_it_comes_back(house: &House) {
        let mut judith = at_browser(house, "Judith Hale").await;
        let text = page(&judith.get(PAGE).await).to_owned();
        assert!(text.contains(&house.email("Judith Hale")), "{text}");
        assert!(text.contains("because you are its business manager"), "{text}");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let text = page(&tom.get(PAGE).await).to_owned();
        assert!(!text.contains("business manager. The next"), "{text}");
        assert!(!text.contains("Mail does not reach you"), "{text}");
        Raw::of(house).change_one(
            "update people set email_fails_since = '2026-12-18T09:00:00.000000Z', \
             email_fails_why = 'a message came back (5.1.1)' where name = 'Tom Okafor'",
        );
        let text = page(&tom.get(PAGE).await).to_owned();
        assert!(text.contains("Mail does not reach you"), "{text}");
        assert!(text.contains("Since Fri 18 Dec 2026, 09:00") && text.contains("(5.1.1)"), "{text}");
        let more = page(&tom.get("/more").await).to_owned();
        assert!(more.contains("href=\"/account/messages\"") && more.contains("href=\"/account/calendar\""));
    }
}

const TOM: &str = "tom.okafor@socialcare.example";
const LATER: Act = Act::Answer("451 4.3.0 try again later");

on_each_database! {
    async fn what_waited_over_the_holidays_is_tried_as_long_as_any_other(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 1).await else { return };
        together_at(&mut at_browser(&house, "Tom Okafor").await, "9").await;
        let reference = house.raised().await;
        assert_eq!(taken_for(&sink, TOM).len(), 1, "he is asked at once");
        // On Christmas Eve, after the hour: the next working day is the 29th.
        sleep_until(&house, "2026-12-24T10:00:00Z");
        let priya = house.as_("Priya Nair").await;
        let why = json!({ "reason": "The risk does not wait." });
        let early = priya.command(&reference, "early-escalations", &why).await;
        assert_eq!(early.status, 200, "{}", early.body);
        sink.always_for(TOM, LATER);
        house.advance_to("2026-12-29T08:59:00Z").await;
        let mut raw = Raw::of(&house);
        let his = |state: &str| format!(
            "recipient_email = '{TOM}' and bundle = 'once_a_day' and state = '{state}'"
        );
        assert_eq!(raw.count("notices", &format!("{} and attempts = 0", his("queued"))), 1);
        house.advance_to("2026-12-29T09:00:00Z").await;
        assert_eq!(raw.count("notices", &format!("{} and attempts = 1", his("queued"))), 1, "tried again");
        sink.take_everything();
        house.advance_to("2026-12-29T09:05:00Z").await;
        assert_eq!(raw.count("notices", &his("accepted")), 1);
        assert_eq!(taken_for(&sink, TOM).len(), 2);
    }
}
