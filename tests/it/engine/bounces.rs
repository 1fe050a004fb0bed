//! Messages that came back: what a report changes, once, and what changes nothing.

use super::outbox::notice_to;
use super::{entries, notices};
use crate::house::{Answer, Client, House};
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

const ADMINISTRATOR: &str = "Ellis Grant";

/// A report of a mail server about a message.
fn report(message_id: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: escalations@bscp.example\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
         Auto-Submitted: auto-replied\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; tom.okafor@socialcare.example\r\nAction: {action}\r\n\
         Status: {status}\r\nDiagnostic-Code: smtp; 550 canary words of a mail server\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\n\
         From: escalations@bscp.example\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\nx\r\n\
         --b--\r\n"
    )
}

async fn hand_in(client: &Client, message: &str) -> Answer {
    client.post("/bounces", &json!({ "message": message })).await
}

/// The Message-ID of what went to somebody first.
fn message_id(house: &House, name: &str) -> String {
    house.mails_to(name)[0].message_id.clone()
}

async fn tom(house: &House) -> Value {
    let judith = house.as_("Judith Hale").await;
    judith.get(&format!("/people/{}", house.person_id("Tom Okafor"))).await.body
}

on_each_database! {
    async fn a_message_that_came_back_has_failed_after_all_and_somebody_else_is_told(
        house: &House
    ) {
        let reference = house.raised().await;
        let ellis = house.as_(ADMINISTRATOR).await;
        let failed = report(&message_id(house, "Tom Okafor"), "failed", "5.1.1");
        let before = house.mails_to("Judith Hale").len();
        for outcome in ["recorded", "known", "known"] {
            let answer = hand_in(&ellis, &failed).await;
            assert_eq!((answer.status, answer.text("/outcome").as_str()), (200, outcome));
            house.settle().await;
        }
        let notice = notice_to(house, &reference, "Tom Okafor").await;
        assert_eq!(notice["state"], "failed");
        assert_eq!(notice["last_error"], "a message came back (5.1.1)");
        assert_eq!(notice["bounced_at"], "2026-12-21T09:10:00.000000Z");
        assert_eq!(notices(house, "failed").await.len(), 1);
        assert_eq!(entries(house, &reference, "notice_failed").await.len(), 1);
        let told = house.mails_to("Judith Hale").split_off(before);
        assert_eq!(told.len(), 1, "once");
        assert!(told[0].text.contains("Tom Okafor") && !told[0].text.contains("canary"));

        // His address is marked, until somebody who keeps the directory says that it is right.
        let person = tom(house).await;
        assert_eq!(person["email_fails_why"], "a message came back (5.1.1)");
        assert_eq!(person["email_fails_since"], "2026-12-21T09:10:00.000000Z");
        let judith = house.as_("Judith Hale").await;
        let path = format!("/people/{}", house.person_id("Tom Okafor"));
        let etag = format!("\"{}\"", person["version"]);
        let mut body = person.clone();
        for passed_over in ["id", "version"] {
            body.as_object_mut().unwrap().remove(passed_over);
        }
        let headers = [("If-Match", etag.as_str())];
        let saved = judith.send(Method::PUT, &path, &headers, Some(body.to_string())).await;
        assert_eq!(saved.status, 200, "{}", saved.body);
        assert_eq!(tom(house).await["email_fails_why"], Value::Null);
        let priya = house.as_("Priya Nair").await;
        assert_eq!(hand_in(&priya, &failed).await.status, 403);
    }

    async fn what_is_delayed_garbage_or_about_something_else_changes_nothing(house: &House) {
        let reference = house.raised().await;
        let ellis = house.as_(ADMINISTRATOR).await;
        let ours = message_id(house, "Tom Okafor");
        for (action, status) in [("delayed", "4.4.1"), ("relayed", "2.0.0"), ("delivered", "2.0.0")] {
            let answer = hand_in(&ellis, &report(&ours, action, status)).await;
            assert_eq!((answer.status, answer.text("/outcome").as_str()), (200, "nothing_lost"));
        }
        let forged = ours.replace("bscp.example", "elsewhere.example");
        let unknown = "<notice-0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b@bscp.example>";
        let reply = format!(
            "From: tom.okafor@socialcare.example\r\nSubject: Out of office\r\n\
             In-Reply-To: {ours}\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n"
        );
        let binary = "\u{0}\u{1}\u{2}".repeat(1000);
        for message in [
            String::new(),
            binary,
            "no headers here".to_owned(),
            reply,
            report(&forged, "failed", "5.1.1"),
            report(unknown, "failed", "5.1.1"),
            report("<>", "failed", "5.1.1"),
            report(&ours, "nonsense", "5.1.1"),
        ] {
            let answer = hand_in(&ellis, &message).await;
            assert_eq!(answer.status, 422, "{message:.60}: {}", answer.body);
            assert_eq!(answer.faults(), ["/message"]);
        }
        house.settle().await;
        assert_eq!(notice_to(house, &reference, "Tom Okafor").await["state"], "accepted");
        assert_eq!(notices(house, "failed").await.len(), 0);
        assert_eq!(entries(house, &reference, "notice_failed").await.len(), 0);
        assert_eq!(tom(house).await["email_fails_why"], Value::Null);
    }

    async fn a_report_that_names_the_message_in_its_headers_alone_is_understood(house: &House) {
        house.raised().await;
        let ellis = house.as_(ADMINISTRATOR).await;
        let ours = message_id(house, "Tom Okafor");
        let headers_alone = report(&ours, "failed", "5.2.1")
            .replace("Content-Type: message/rfc822", "Content-Type: text/rfc822-headers");
        assert_eq!(hand_in(&ellis, &headers_alone).await.text("/outcome"), "recorded");
        let priya = message_id(house, "Priya Nair");
        let named = report("<x@y.example>", "failed", "5.2.1")
            .replace("MIME-Version: 1.0\r\n", &format!("MIME-Version: 1.0\r\nReferences: {priya}\r\n"));
        assert_eq!(hand_in(&ellis, &named).await.text("/outcome"), "recorded");
    }
}
