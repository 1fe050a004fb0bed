use super::{a_sender, hostile_texts, outgoing, parse};
use crate::notify::{Mailer, MailerError, Outgoing, Paragraph, SendFailure, Sender, Sent};

const HEADERS: [&str; 12] = [
    "Date",
    "Message-ID",
    "From",
    "Reply-To",
    "To",
    "Subject",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
];

async fn sent(outgoing: &Outgoing) -> Sent {
    let mailer = Mailer::memory(a_sender());
    mailer.send(outgoing).await.unwrap();
    mailer.sent().remove(0)
}

#[tokio::test]
async fn the_headers_are_these_and_no_others() {
    let sent = sent(&outgoing()).await;
    let message = parse(&sent.raw);
    assert_eq!(message.names(), HEADERS);
    assert_eq!(message.header("Date"), "Fri, 20 Nov 2026 09:10:00 +0000");
    assert_eq!(
        message.header("Message-ID"),
        "<notice-01936d5a-0000-7000-8000-000000000001@example.org>"
    );
    assert_eq!(message.header("Message-ID"), sent.message_id);
    assert_eq!(message.header("From"), "Escalations <escalations@example.org>");
    assert_eq!(message.header("Reply-To"), "bm@example.org");
    assert_eq!(message.header("To"), "\"Ada Obi\" <ada.obi@agency.example>");
    assert_eq!(message.header("Subject"), outgoing().letter.subject);
    let root = message.header("References");
    assert!(root.starts_with("<BE-2026-0147.") && root.ends_with("@example.org>"), "{root}");
    assert_eq!(message.header("In-Reply-To"), root);
    assert_eq!(message.header("Auto-Submitted"), "auto-generated");
    assert_eq!(message.header("X-Auto-Response-Suppress"), "All");
    assert!(message.header("Content-Type").starts_with("multipart/alternative;"));
    assert_eq!(message.parts["text/plain; charset=utf-8"], sent.text);
    assert_eq!(message.parts["text/html; charset=utf-8"], sent.html);
}

#[tokio::test]
async fn every_attempt_is_the_same_message() {
    let first = sent(&outgoing()).await;
    let second = sent(&Outgoing { attempt: 2, ..outgoing() }).await;
    assert_eq!(first.raw, second.raw);
    assert_eq!((first.attempt, second.attempt), (1, 2));
}

#[tokio::test]
async fn a_thread_is_one_recipients_alone() {
    let root = |sent: Sent| parse(&sent.raw).header("References").to_owned();
    let other_notice = Outgoing { notice_id: crate::ids::NoticeId::new(), ..outgoing() };
    let written_otherwise = Outgoing { to_email: "Ada.Obi@AGENCY.example".into(), ..outgoing() };
    let somebody_else = Outgoing { to_email: "bo@agency.example".into(), ..outgoing() };
    let first = root(sent(&outgoing()).await);
    assert_eq!(root(sent(&other_notice).await), first);
    assert_eq!(root(sent(&written_otherwise).await), first);
    assert_ne!(root(sent(&somebody_else).await), first);
    let without = parse(&sent(&Outgoing { thread: None, ..outgoing() }).await.raw);
    assert!(!without.names().contains(&"References"));
}

#[tokio::test]
async fn hostile_texts_make_no_header_and_lose_no_word() {
    for hostile in hostile_texts() {
        let mut outgoing = outgoing();
        outgoing.to_name.clone_from(&hostile);
        outgoing.thread = Some(hostile.clone());
        outgoing.letter.subject.clone_from(&hostile);
        outgoing.letter.greeting_name.clone_from(&hostile);
        outgoing.letter.paragraphs.push(Paragraph::Text(hostile.clone()));
        let sent = sent(&outgoing).await;
        let message = parse(&sent.raw);
        assert_eq!(message.names(), HEADERS, "{hostile:?}");
        assert!(message.header("To").contains("ada.obi@agency.example"));
        assert_eq!(message.parts["text/plain; charset=utf-8"], sent.text, "{hostile:?}");
        assert_eq!(message.parts["text/html; charset=utf-8"], sent.html, "{hostile:?}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_sent_to_is_refused_for_good() {
    let mailer = Mailer::memory(a_sender());
    for address in [
        "",
        "nobody",
        "@agency.example",
        "a@",
        "a@b@c.example",
        "a b@c.example",
        "a@c.example\r\nRCPT TO:<x@evil.example>",
        "a@c.example>\r\n",
        "\"a\"@c.example",
        "a,b@c.example",
        "zoë@c.example",
        "a@c.example\0",
        "a..b@c.example",
    ] {
        let outgoing = Outgoing { to_email: address.to_owned(), ..outgoing() };
        let refused = mailer.send(&outgoing).await;
        assert!(matches!(refused, Err(SendFailure::Permanent(_))), "{address:?}: {refused:?}");
    }
    assert!(mailer.sent().is_empty());
}

#[tokio::test]
async fn a_sender_may_have_any_name_but_needs_an_address() {
    for name in hostile_texts() {
        let sender = Sender::new(&name, "escalations@example.org", None, None).unwrap();
        let mailer = Mailer::memory(sender);
        mailer.send(&outgoing()).await.unwrap();
        let message = parse(&mailer.sent()[0].raw);
        assert_eq!(message.names(), HEADERS, "{name:?}");
        assert!(message.header("From").contains("escalations@example.org"), "{name:?}");
        assert!(message.header("Reply-To").contains("escalations@example.org"), "{name:?}");
    }
    for (email, reply_to, domain) in [
        ("nobody", None, None),
        ("a@example.org", Some("nobody"), None),
        ("a@example.org", None, Some("ex ample")),
        ("a@example.org", None, Some("example.org>\r\nBcc: x@evil.example")),
    ] {
        let refused = Sender::new("Escalations", email, reply_to, domain);
        assert!(matches!(refused, Err(MailerError::Address { .. })), "{email} {domain:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_a_header(name in "\\PC*|[\\x00-\\x7f]*|(?s).{0,300}") {
        let sender = Sender::new(&name, "escalations@example.org", None, None).unwrap();
        let mut outgoing = outgoing();
        outgoing.to_name.clone_from(&name);
        outgoing.thread = Some(name.clone());
        outgoing.letter.subject.clone_from(&name);
        outgoing.letter.paragraphs.push(Paragraph::Text(name));
        let (to, sent) = outgoing.written(&sender).unwrap();
        let message = parse(&sent.raw);
        assert_eq!(to.to_string(), "ada.obi@agency.example");
        assert_eq!(message.names(), HEADERS);
        assert_eq!(&message.parts["text/plain; charset=utf-8"], &sent.text);
        assert_eq!(&message.parts["text/html; charset=utf-8"], &sent.html);
    }
}
