mod folder;
mod letter;
mod message;
mod smtp;

#[path = "../../tests/it/house/smtp_sink.rs"]
#[expect(dead_code, unused_imports, reason = "the house's tests use the rest")]
mod smtp_sink;

use super::{Letter, Outgoing, Paragraph, Sender};
use std::collections::BTreeMap;

fn a_letter() -> Letter {
    Letter {
        subject: "Action needed by 5pm Tue 24 Nov: escalation BE-2026-0147 (stage 2)".to_owned(),
        greeting_name: "Ada Obi".to_owned(),
        paragraphs: vec![
            Paragraph::Text("Stage 2 is with you. Please answer, or ask for more time.".to_owned()),
            Paragraph::Facts(vec![
                ("Reference".to_owned(), "BE-2026-0147".to_owned()),
                ("By when".to_owned(), "5pm on Tuesday 24 November 2026".to_owned()),
            ]),
            Paragraph::Items(vec!["BE-2026-0101".to_owned(), "BE-2026-0102".to_owned()]),
        ],
        link: "https://escalation.example.org/escalations/BE-2026-0147?a=1&b=2".to_owned(),
        reply_to_hint: "Questions: the partnership's business manager, bm@example.org".to_owned(),
        partnership: "Example Safeguarding Children Partnership".to_owned(),
    }
}

fn a_sender() -> Sender {
    Sender::new("Escalations", "escalations@example.org", Some("bm@example.org"), None).unwrap()
}

fn outgoing() -> Outgoing {
    Outgoing {
        notice_id: "01936d5a-0000-7000-8000-000000000001".parse().unwrap(),
        to_name: "Ada Obi".to_owned(),
        to_email: "ada.obi@agency.example".to_owned(),
        letter: a_letter(),
        thread: Some("BE-2026-0147".to_owned()),
        queued_at: "2026-11-20T09:10:00Z".parse().unwrap(),
        attempt: 1,
    }
}

/// Texts that try to be more than a text.
fn hostile_texts() -> Vec<String> {
    let long_word = "x".repeat(1200);
    let long_8_bit = "é".repeat(1200);
    [
        "plain\r\nBcc: somebody@evil.example",
        "plain\nBcc: somebody@evil.example",
        "plain\rBcc: somebody@evil.example",
        "nul\0here\u{1b}[31m",
        "line\u{2028}Bcc: x@evil.example\u{2029}more\u{85}more",
        "\r\n\r\nbody that ends the headers",
        "\r\n.\r\nQUIT",
        ".",
        "..",
        "..leading dots\r\n.",
        "a\" <somebody@evil.example>, \"b",
        "=?utf-8?q?=0D=0ABcc:_x@evil.example?=",
        "Zoë Ångström-Łukasz 区",
        "<script>alert(1)</script> & \"quotes\" 'too'",
        "--=_notice-01936d5a-0000-7000-8000-000000000001--",
        "\u{202e}turned",
        "",
        "   ",
        &long_word,
        &long_8_bit,
    ]
    .map(str::to_owned)
    .to_vec()
}

/// A message taken apart by the rules of RFC 5322 and RFC 2046, for looking at.
struct Parsed {
    headers: Vec<(String, String)>,
    parts: BTreeMap<String, String>,
}

impl Parsed {
    fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let value = &found.next().unwrap_or_else(|| panic!("no header {name}")).1;
        assert!(found.next().is_none(), "two headers {name}");
        value
    }

    fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }
}

fn parse(raw: &[u8]) -> Parsed {
    let whole = std::str::from_utf8(raw).unwrap();
    assert!(whole.is_ascii());
    assert!(!whole.replace("\r\n", "").contains(['\r', '\n', '\0']), "a lone CR, LF or NUL");
    assert!(whole.split("\r\n").all(|line| line.len() <= 998), "a line of more than 998 octets");
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let headers = headers(head);
    let content_type = &headers.iter().find(|(n, _)| n == "Content-Type").unwrap().1;
    let boundary = content_type.split("boundary=\"").nth(1).unwrap().trim_end_matches('"');
    let mut parts = BTreeMap::new();
    let delimited = format!("\r\n{body}");
    let delimiter = format!("\r\n--{boundary}");
    let mut pieces = delimited.split(&delimiter);
    assert_eq!(pieces.next(), Some(""), "a preamble");
    for piece in pieces {
        if piece.starts_with("--") {
            continue;
        }
        let (head, body) = piece.strip_prefix("\r\n").unwrap().split_once("\r\n\r\n").unwrap();
        let kind = self::headers(head).into_iter().find(|(n, _)| n == "Content-Type").unwrap().1;
        parts.insert(kind, quoted_printable(body).replace("\r\n", "\n"));
    }
    Parsed { headers, parts }
}

fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let split = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("no header: {line:?}"));
        (name.to_owned(), value.to_owned())
    };
    unfolded.split("\r\n").map(split).collect()
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'=' {
            let hex = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}
