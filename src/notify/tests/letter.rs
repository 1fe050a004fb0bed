use super::{a_letter, hostile_texts};
use crate::notify::{Letter, LetterError, Paragraph, header_safe};

const TEXT: &str = "\
OFFICIAL-SENSITIVE

Action needed by 5pm Tue 24 Nov: escalation BE-2026-0147 (stage 2)

Hello Ada Obi,

Stage 2 is with you. Please answer, or ask for more time.

Reference: BE-2026-0147
By when: 5pm on Tuesday 24 November 2026

- BE-2026-0101
- BE-2026-0102

https://escalation.example.org/escalations/BE-2026-0147?a=1&b=2

Questions: the partnership's business manager, bm@example.org

This message was sent automatically by the Example Safeguarding Children Partnership escalation \
server. It holds no details of the case.";

#[test]
fn the_text_reads_like_a_letter() {
    assert_eq!(a_letter().text().unwrap(), TEXT);
}

#[test]
fn the_html_says_what_the_text_says() {
    let mut letter = a_letter();
    letter.greeting_name = "Zoë O'Neil <b>".to_owned();
    assert_eq!(words(&shown(&letter.html().unwrap())), words(&letter.text().unwrap()));
}

#[test]
fn the_html_is_plain_and_accessible() {
    let html = a_letter().html().unwrap();
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en-GB\">"));
    assert_eq!(html.matches("<h1").count(), 1);
    assert_eq!(html.matches("<title>").count(), 1);
    assert_eq!(html.matches("http").count(), 2, "the link as its target and as its words");
    for nothing in ["<img", "<script", "<link", "url(", "src="] {
        assert!(!html.contains(nothing), "{nothing}");
    }
}

#[test]
fn hostile_texts_stay_texts() {
    let harmless = a_letter_of("word");
    let lines = harmless.text().unwrap().lines().count();
    let tags = harmless.html().unwrap().matches('<').count();
    for hostile in hostile_texts() {
        let letter = a_letter_of(&hostile);
        let text = letter.text().unwrap();
        let html = letter.html().unwrap();
        assert_eq!(text.lines().count(), lines, "{text:?}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
        assert_eq!(html.matches('<').count(), tags, "{html}");
        assert_eq!(words(&shown(&html)), words(&text), "{hostile:?}");
    }
}

fn a_letter_of(word: &str) -> Letter {
    let word = word.to_owned();
    Letter {
        subject: word.clone(),
        greeting_name: word.clone(),
        paragraphs: vec![
            Paragraph::Text(word.clone()),
            Paragraph::Facts(vec![(word.clone(), word.clone())]),
            Paragraph::Items(vec![word.clone()]),
        ],
        link: a_letter().link,
        reply_to_hint: word.clone(),
        partnership: word,
    }
}

#[test]
fn a_shared_mailbox_is_greeted_without_a_name() {
    let mut letter = a_letter();
    letter.greeting_name = String::new();
    assert!(letter.text().unwrap().contains("\n\nHello,\n\n"));
    assert!(letter.html().unwrap().contains("<p>Hello,</p>"));
}

#[test]
fn a_link_that_leads_elsewhere_than_to_a_server_is_refused() {
    for link in ["", "javascript:alert(1)", "https://a.example/x y", "https://a.example/\nx"] {
        let mut letter = a_letter();
        letter.link = link.to_owned();
        assert!(matches!(letter.text(), Err(LetterError::Link)), "{link:?}");
        assert!(matches!(letter.html(), Err(LetterError::Link)), "{link:?}");
    }
}

#[test]
fn header_safe_leaves_one_short_line() {
    assert_eq!(header_safe("Ada\r\nBcc: x@y.example"), "Ada  Bcc: x@y.example");
    assert_eq!(header_safe("a\0b\u{7f}c\u{85}d\u{2028}e\u{2029}f\u{202e}g"), "a b c d e f g");
    assert_eq!(header_safe("=?utf-8?q?=0D=0A?="), "= ?utf-8?q?=0D=0A?=");
    assert_eq!(header_safe("  Zoë, 区\t"), "Zoë, 区");
    for hostile in hostile_texts() {
        let safe = header_safe(&hostile);
        assert!(safe.chars().count() <= 200);
        assert!(!safe.contains(char::is_control));
        assert_eq!(header_safe(&safe), safe, "twice is once");
    }
}

/// What a page of HTML shows, without its title.
fn shown(html: &str) -> String {
    let (_, main) = html.split_once("<main").unwrap();
    let mut shown = String::new();
    for piece in format!("<main{main}").split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        if tag == "li" {
            shown.push_str("- ");
        }
        shown.push_str(text);
    }
    let entities =
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    entities.iter().fold(shown, |shown, (entity, c)| shown.replace(entity, c))
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn the_log_hears_of_no_address() {
    let answer = "550 5.1.1 <ada.obi@agency.example>: no such user\r\nada@agency.example is gone";
    assert_eq!(
        super::super::line::without_addresses(answer),
        "550 5.1.1 (address) no such user  (address) is gone"
    );
    assert_eq!(super::super::line::without_addresses("421 try again later"), "421 try again later");
}
