//! Reports of mail servers handed in on the console, as a pipe of theirs or an operator does: in each
//! shape that mail servers give them, and what is none.

use crate::engine::sql::Raw;
use crate::engine::{notices, raise_many};
use crate::house::{Client, Database, House, Wishes, block_on, fresh_settings};
use crate::process::PROGRAM;
use serde_json::Value;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const TOM: &str = "tom.okafor@socialcare.example";
const RECORDED: &str = "Recorded: the message has failed, and somebody else is told.\n";

/// A report about the message of this Message-ID.
type Report = fn(&str) -> String;

/// How the report comes in.
enum From<'a> {
    /// By a mail server's pipe.
    Pipe(&'a [u8]),
    /// Out of a file.
    File(&'a Path),
}

/// Hands it in: the exit code, what it answered, and its log.
fn hand_in(config: &Path, from: From<'_>) -> (Option<i32>, String, String) {
    let mut command = Command::new(PROGRAM);
    command.arg("bounce").arg("--config").arg(config);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended: Output = match from {
        From::File(path) => command.stdin(File::open(path).unwrap()).output().unwrap(),
        From::Pipe(bytes) => {
            let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
            // Whoever writes to it must be able to write all.
            child.stdin.take().unwrap().write_all(bytes).unwrap();
            child.wait_with_output().unwrap()
        }
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

/// What comes back of our message.
fn original(id: &str) -> String {
    format!(
        "Return-Path: <escalations@bscp.example>\nReceived: from bscp.example by mx.bscp.example\n\
         From: Escalations <escalations@bscp.example>\nTo: Tom Okafor <{TOM}>\n\
         Subject: canary-subject\nMessage-ID: {id}\nReferences: <esc-1@bscp.example>\n\
         MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\ncanary-body\n"
    )
}

/// Postfix, through `/etc/aliases`: a line of an envelope before the headers, and no CR.
fn postfix(id: &str) -> String {
    format!(
        "From MAILER-DAEMON  Sun Nov 22 14:05:11 2026\nReturn-Path: <>\n\
         X-Original-To: escalations@bscp.example\nDelivered-To: escalations@bscp.example\n\
         Date: Sun, 22 Nov 2026 14:05:11 +0000 (GMT)\n\
         From: MAILER-DAEMON@mx.bscp.example (Mail Delivery System)\n\
         Subject: Undelivered Mail Returned to Sender\nTo: escalations@bscp.example\n\
         Auto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status;\n\
         \tboundary=\"4A1B2C3D4E.1795356311/mx.bscp.example\"\nContent-Transfer-Encoding: 8bit\n\
         Message-Id: <20261122140511.5F6A7@mx.bscp.example>\n\n\
         This is a MIME-encapsulated message.\n\n\
         --4A1B2C3D4E.1795356311/mx.bscp.example\nContent-Description: Notification\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\
         This is the mail system at host mx.bscp.example.\n\n<{TOM}>: host\n    \
         mx.socialcare.example[192.0.2.10] said: 550 5.1.1 canary-words\n\n\
         --4A1B2C3D4E.1795356311/mx.bscp.example\nContent-Description: Delivery report\n\
         Content-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.bscp.example\nX-Postfix-Queue-ID: 4A1B2C3D4E\n\
         X-Postfix-Sender: rfc822; escalations@bscp.example\n\
         Arrival-Date: Sun, 22 Nov 2026 14:05:10 +0000 (GMT)\n\n\
         Final-Recipient: rfc822; {TOM}\nOriginal-Recipient: rfc822;{TOM}\nAction: failed\n\
         Status: 5.1.1\nRemote-MTA: dns; mx.socialcare.example\n\
         Diagnostic-Code: smtp; 550 5.1.1 canary-words\n\n\
         --4A1B2C3D4E.1795356311/mx.bscp.example\nContent-Description: Undelivered Message\n\
         Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\n{}\n\
         --4A1B2C3D4E.1795356311/mx.bscp.example--\n",
        original(id)
    )
}

/// Exchange and Office 365: words in two forms, and the message named in the headers.
fn exchange(id: &str) -> String {
    format!(
        "MIME-Version: 1.0\r\nFrom: <postmaster@socialcare.example>\r\n\
         To: <escalations@bscp.example>\r\nDate: Sun, 22 Nov 2026 14:05:11 +0000\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\
         \tboundary=\"1d9f8c3a-7b21-4c55-9c1e-2f6a7b8c9d0e\"\r\nContent-Language: en-GB\r\n\
         X-MS-Exchange-Message-Is-Ndr:\r\n\
         Message-ID: <5b1f2c3d@AB1PR01MB0001.exchange.example>\r\n\
         In-Reply-To: {id}\r\nReferences: {id}\r\nSubject: Undeliverable: canary-subject\r\n\
         Auto-Submitted: auto-replied\r\n\r\n\
         --1d9f8c3a-7b21-4c55-9c1e-2f6a7b8c9d0e\r\n\
         Content-Type: multipart/alternative; differences=Content-Type;\r\n\
         \tboundary=\"6a7b8c9d-0e1f\"\r\n\r\n\
         --6a7b8c9d-0e1f\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n\
         Your message to {TOM} couldn't be delivered. canary-words\r\n\
         --6a7b8c9d-0e1f\r\nContent-Type: text/html; charset=\"us-ascii\"\r\n\r\n\
         <html><body>canary-words</body></html>\r\n--6a7b8c9d-0e1f--\r\n\r\n\
         --1d9f8c3a-7b21-4c55-9c1e-2f6a7b8c9d0e\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns;AB1PR01MB0001.exchange.example\r\n\
         Received-From-MTA: dns;mx.bscp.example\r\nArrival-Date: Sun, 22 Nov 2026 14:05:10 +0000\r\n\r\n\
         Final-Recipient: rfc822;{TOM}\r\nAction: failed\r\nStatus: 5.1.10\r\n\
         Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; canary-words\r\n\r\n\
         --1d9f8c3a-7b21-4c55-9c1e-2f6a7b8c9d0e\r\nContent-Type: message/rfc822\r\n\r\n\
         {}\r\n--1d9f8c3a-7b21-4c55-9c1e-2f6a7b8c9d0e--\r\n",
        original("<another@exchange.example>").replace('\n', "\r\n")
    )
}

/// Exim: the action before the recipient, and headers of its own.
fn exim(id: &str) -> String {
    format!(
        "Return-path: <>\nEnvelope-to: escalations@bscp.example\n\
         Auto-Submitted: auto-replied\nX-Failed-Recipients: {TOM}\n\
         From: Mail Delivery System <Mailer-Daemon@mx.bscp.example>\nTo: escalations@bscp.example\n\
         Content-Type: multipart/report; report-type=delivery-status; \
         boundary=1795356311-eximdsn-1804289383\nMIME-Version: 1.0\n\
         Subject: Mail delivery failed: returning message to sender\n\
         Message-Id: <E1tEXIM-0001aB-2c@mx.bscp.example>\n\n\
         --1795356311-eximdsn-1804289383\nContent-type: text/plain; charset=us-ascii\n\n\
         This message was created automatically by mail delivery software.\n\n  {TOM}\n    \
         canary-words\n\n\
         --1795356311-eximdsn-1804289383\nContent-type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.bscp.example\n\n\
         Action: failed\nFinal-Recipient: rfc822;{TOM}\nStatus: 5.0.0\n\
         Remote-MTA: dns; mx.socialcare.example\nDiagnostic-Code: smtp; 550 canary-words\n\n\
         --1795356311-eximdsn-1804289383\nContent-type: message/rfc822\n\n{}\n\
         --1795356311-eximdsn-1804289383--\n",
        original(id)
    )
}

/// Gmail: a picture beside its words, and a diagnosis of several lines.
fn gmail(id: &str) -> String {
    format!(
        "Return-Path: <>\r\nFrom: Mail Delivery Subsystem <mailer-daemon@gmail.example>\r\n\
         To: escalations@bscp.example\r\nAuto-Submitted: auto-replied\r\n\
         Subject: Delivery Status Notification (Failure)\r\n\
         References: {id}\r\nIn-Reply-To: {id}\r\nX-Failed-Recipients: {TOM}\r\n\
         Message-ID: <67401122.170a0220@mx.gmail.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; boundary=\"000000000000a1b2c3\"; \
         report-type=delivery-status\r\n\r\n\
         --000000000000a1b2c3\r\nContent-Type: multipart/related; boundary=\"000000000000d4\"\r\n\r\n\
         --000000000000d4\r\nContent-Type: multipart/alternative; boundary=\"000000000000e5\"\r\n\r\n\
         --000000000000e5\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\n\r\n\
         ** Address not found ** canary-words\r\n\
         --000000000000e5\r\nContent-Type: text/html; charset=\"UTF-8\"\r\n\r\n<b>canary-words</b>\r\n\
         --000000000000e5--\r\n\
         --000000000000d4\r\nContent-Type: image/png; name=\"icon.png\"\r\n\
         Content-Transfer-Encoding: base64\r\nContent-ID: <icon.png>\r\n\r\niVBORw0KGgo=\r\n\
         --000000000000d4--\r\n\
         --000000000000a1b2c3\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; gmail.example\r\nArrival-Date: Sun, 22 Nov 2026 06:05:10 -0800 (PST)\r\n\
         X-Original-Message-ID: {id}\r\n\r\n\
         Final-Recipient: rfc822; {TOM}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Remote-MTA: dns; gmail-smtp-in.example. (192.0.2.20, the server for the domain.)\r\n\
         Diagnostic-Code: smtp; 550-5.1.1 canary-words\r\n 550-5.1.1 double-checking\r\n \
         550 5.1.1 canary-words - gsmtp\r\nLast-Attempt-Date: Sun, 22 Nov 2026 06:05:11 -0800\r\n\r\n\
         --000000000000a1b2c3\r\nContent-Type: message/rfc822\r\n\r\n{}\r\n\
         --000000000000a1b2c3--\r\n",
        original("<another@gmail.example>").replace('\n', "\r\n")
    )
}

/// As little as the standard asks for (RFC 3464), encoded where it may be; the headers alone came
/// back.
fn least(id: &str) -> String {
    use base64::Engine as _;
    let status = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; tom@socialcare.example\n\
                  Action: FAILED\nStatus: 5.2.2 (mailbox full)\n";
    let status = base64::engine::general_purpose::STANDARD.encode(status);
    format!(
        "From: postmaster@mx.example\nTo: escalations@bscp.example\nSubject: x\n\
         MIME-Version: 1.0\nContent-Type: MULTIPART/REPORT; REPORT-TYPE=delivery-status; \
         BOUNDARY=b\n\n\
         --b\nContent-Type: text/plain\n\nx\n\
         --b\nContent-Type: MESSAGE/DELIVERY-STATUS\nContent-Transfer-Encoding: base64\n\n{status}\n\
         --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {id}\nSubject: canary-subject\n\
         --b--\n"
    )
}

/// What came back is twenty megabytes: its report stands first.
fn huge(id: &str) -> String {
    postfix(id).replace("canary-body\n", &"canary-body\n".repeat(20_000_000 / 12))
}

/// A house of the real time, and the settings of a program beside it.
async fn house_and_config() -> (House, std::path::PathBuf, tempfile::TempDir) {
    let wishes = Wishes { real_clock: true, ..Wishes::default() };
    let house = House::build(Database::Sqlite, wishes).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("bscp.toml");
    let settings = fresh_settings(&house);
    let more = "[mail]\nfrom_email = \"escalations@bscp.example\"\n[log]\nlevel = \"trace\"\n";
    std::fs::write(&config, format!("{settings}{more}")).unwrap();
    (house, config, dir)
}

async fn tom(judith: &Client, house: &House) -> Value {
    judith.get(&format!("/people/{}", house.person_id("Tom Okafor"))).await.body
}

/// What may stand nowhere: the words of the report and of our message, and whom it is about.
fn assert_silent(what: &str, said: &str) {
    for private in ["canary", TOM, "Tom Okafor", "MAILER-DAEMON", "Undeliver", "gsmtp"] {
        assert!(!said.contains(private), "{what}: {private} in {said}");
    }
}

#[test]
fn a_report_of_each_usual_shape_is_understood_and_none_of_its_words_is_kept() {
    block_on(async {
        let shapes: [(&str, &str, Report); 6] = [
            ("Postfix", "5.1.1", postfix),
            ("Exchange", "5.1.10", exchange),
            ("Exim", "5.0.0", exim),
            ("Gmail", "5.1.1", gmail),
            ("the least", "5.2.2", least),
            ("20 megabytes", "5.1.1", huge),
        ];
        let (house, config, dir) = house_and_config().await;
        let judith = house.as_("Judith Hale").await;
        raise_many(&house, shapes.len()).await;
        house.settle().await;
        let sent = house.mails_to("Tom Okafor");
        let told_before = house.mails_to("Judith Hale").len();
        for (number, ((shape, status, report), mail)) in shapes.into_iter().zip(&sent).enumerate() {
            let report = report(&mail.message_id);
            let path = dir.path().join("report.eml");
            std::fs::write(&path, &report).unwrap();
            let mut raw = Raw::of(&house);
            raw.run("update people set email_fails_since = null, email_fails_why = null");
            // By each way; the second time it is known.
            let ways = [From::Pipe(report.as_bytes()), From::File(&path)];
            let ways = if number % 2 == 0 {
                ways.into_iter().collect::<Vec<_>>()
            } else {
                ways.into_iter().rev().collect()
            };
            for (from, answer) in ways.into_iter().zip([RECORDED, "Known already.\n"]) {
                let (code, said, log) = hand_in(&config, from);
                assert_eq!((code, said.as_str()), (Some(0), answer), "{shape}: {log}");
                assert_silent(shape, &log);
            }
            let failed = notices(&house, "failed").await;
            assert_eq!(failed.len(), number + 1, "{shape}");
            let why = format!("a message came back ({status})");
            assert!(
                failed.iter().any(|it| it["last_error"] == why.as_str()),
                "{shape}: {failed:?}"
            );
            let marked = tom(&judith, &house).await;
            assert_eq!(marked["email_fails_why"], why.as_str(), "{shape}: his address is marked");
        }
        house.settle().await;
        let told = house.mails_to("Judith Hale").split_off(told_before);
        assert_eq!(told.len(), sent.len(), "somebody else is told of each, once");
        house.prove_the_record().await;
    });
}

#[test]
fn what_is_no_report_about_a_message_of_ours_is_said_changes_nothing_and_bounces_nothing() {
    block_on(async {
        let (house, config, _dir) = house_and_config().await;
        house.raised().await;
        let ours = house.mails_to("Tom Okafor")[0].message_id.clone();
        let unknown = "<notice-0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b@bscp.example>";
        let reply = format!(
            "From: Tom Okafor <{TOM}>\nSubject: Automatic reply: canary-subject\n\
             In-Reply-To: {ours}\nAuto-Submitted: auto-replied\n\nI am away. canary-words\n"
        );
        let none = "The message is not an email message";
        let no_report = "The message is not a report of a mail server";
        for (what, message, answer) in [
            ("nothing at all", Vec::new(), none),
            ("an answer by itself", reply.into_bytes(), no_report),
            ("noise", b"\0\x01\xff\n".repeat(1000), none),
            ("much noise", b"canary ".repeat(3_000_000), no_report),
            (
                "about another's message",
                postfix("<x@elsewhere.example>").into_bytes(),
                "The message is not about a message of this server",
            ),
            (
                "about one that is not there",
                postfix(unknown).into_bytes(),
                "The message is about a message that this server does not have.",
            ),
            (
                "a delay",
                postfix(&ours).replace("Action: failed", "Action: delayed").into_bytes(),
                "Nothing is lost: the message is tried on, or has arrived.",
            ),
        ] {
            let (code, said, log) = hand_in(&config, From::Pipe(&message));
            assert_eq!(code, Some(0), "{what}: a mail server would send it back: {log}");
            assert!(said.starts_with(answer), "{what}: {said}");
            assert_eq!(said.lines().count(), 1, "{what}: {said}");
            assert_silent(what, &format!("{said}{log}"));
        }
        assert_eq!(notices(&house, "failed").await, [Value::Null; 0]);
        let judith = house.as_("Judith Hale").await;
        assert_eq!(tom(&judith, &house).await["email_fails_why"], Value::Null);
        house.prove_the_record().await;
    });
}

#[test]
fn a_report_that_cannot_be_taken_now_is_for_the_mail_server_to_hand_in_again() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("bscp.toml");
    // A folder stands where the database should be.
    std::fs::create_dir(dir.path().join("escalations.sqlite3")).unwrap();
    std::fs::write(&config, format!("data_dir = {:?}\n", dir.path())).unwrap();
    let report = huge("<notice-0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b@bscp.example>");
    let (code, said, log) = hand_in(&config, From::Pipe(report.as_bytes()));
    assert_eq!((code, said.as_str()), (Some(75), ""), "{log}");
    assert!(log.contains("opening the database"), "{log}");
    assert_silent("no database", &log);
}
