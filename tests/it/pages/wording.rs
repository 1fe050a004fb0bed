//! How the pages are worded: short sentences, plain words, dates as people write them. Looks at every
//! page that somebody can come to, and at what stands in the templates and in the code of the pages.

use super::crawl::{Seen, everything};
use crate::on_each_database;
use std::fs;
use std::path::{Path, PathBuf};

/// The most words in a sentence.
const WORDS_MAX: usize = 25;
/// Words that a tired reader has to think about, and what makes a link say nothing.
const NOT_OURS: [&str; 24] = [
    "click here",
    "read more",
    "utilise",
    "via",
    "e.g.",
    "i.e.",
    "etc",
    "etc.",
    "please note",
    "in order to",
    "prior to",
    "commence",
    "terminate",
    "facilitate",
    "leverage",
    "going forward",
    "in respect of",
    "pursuant",
    "aforementioned",
    "whilst",
    "liaise",
    "endeavour",
    "robust",
    "stakeholders",
];
/// What people wrote, and what the engine works out: it stands on a page in its own words.
const NOT_THE_PAGES: [(&str, &str); 9] = [
    ("<details", "</details>"),
    ("<pre", "</pre>"),
    ("<textarea", "</textarea>"),
    ("<code", "</code>"),
    ("<td", "</td>"),
    ("<dd", "</dd>"),
    ("<ol class=\"line\"", "</ol>"),
    ("<p class=\"words\"", "</p>"),
    ("<head", "</head>"),
];

fn without(text: &str, begin: &str, end: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(begin) {
        kept.push_str(before);
        rest = after.split_once(end).map_or("", |(_, rest)| rest);
    }
    kept + rest
}

/// The texts of a page, each that of one block, without its tags.
fn blocks(html: &str) -> Vec<String> {
    let own =
        NOT_THE_PAGES.iter().fold(html.to_owned(), |text, (from, to)| without(&text, from, to));
    let ends = [
        "</p>",
        "</li>",
        "</dt>",
        "</h1>",
        "</h2>",
        "</h3>",
        "</label>",
        "</legend>",
        "</th>",
        "</caption>",
        "</button>",
        "</summary>",
        "</a>\n",
        "</option>",
    ];
    let split = ends.iter().fold(own, |text, end| text.replace(end, "\u{1}"));
    let plain = |block: &str| {
        let mut text = without(block, "<", ">");
        for (entity, sign) in
            [("&#39;", "'"), ("&#34;", "\""), ("&#38;", "&"), ("&#60;", "<"), ("&#62;", ">")]
        {
            text = text.replace(entity, sign);
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    split.split('\u{1}').map(plain).filter(|block| !block.is_empty()).collect()
}

/// What is wrong with the wording of a text.
fn faults(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let ends = |c: char| matches!(c, '.' | '!' | '?' | ':' | ';' | '\n');
    for sentence in text.split_inclusive(ends).flat_map(|part| part.split(" – ")) {
        let count = sentence
            .split_whitespace()
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .count();
        if count > WORDS_MAX {
            found.push(format!("{count} words: {sentence}"));
        }
    }
    let lower = format!(" {} ", text.to_lowercase());
    for phrase in NOT_OURS {
        let ends = [" ", ",", ".", ":", ";", ")"]
            .iter()
            .any(|end| lower.contains(&format!(" {phrase}{end}")));
        if ends {
            found.push(format!("“{phrase}”: {text}"));
        }
    }
    let signs: Vec<char> = text.chars().collect();
    let is_straight =
        |three: &[char]| three[0].is_alphabetic() && three[1] == '\'' && three[2].is_alphabetic();
    if signs.windows(3).any(is_straight) {
        found.push(format!("a straight apostrophe: {text}"));
    }
    let is_iso = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit());
        word.len() == 10
            && word.chars().enumerate().all(|(at, c)| match at {
                4 | 7 => c == '-',
                _ => c.is_ascii_digit(),
            })
    };
    if text.split_whitespace().any(is_iso) {
        found.push(format!("a date as no person writes it: {text}"));
    }
    found
}

fn files(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_str().is_some_and(|name| name.ends_with(ending)) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The texts in quotes of Rust code, without its comments and the tests at its end. What goes on in
/// the next line is one text.
fn literals(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n").replace("'\"'", "").replace("\\\"", "”");
    let texts = code.split('"').skip(1).step_by(2);
    let joined = texts.map(|text| {
        let parts = text.split("\\\n").enumerate();
        parts.map(|(at, part)| if at == 0 { part } else { part.trim_start() }).collect::<String>()
    });
    joined.collect()
}

#[test]
fn the_words_of_the_pages_are_plain() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut found = Vec::new();
    let templates = files(&room, ".html");
    assert!(templates.len() > 20, "the templates were not found");
    for (path, text) in templates {
        let text = without(&without(&text, "{%", "%}"), "{{", "}}");
        for block in blocks(&text) {
            found.extend(
                faults(&block).into_iter().map(|fault| format!("{}: {fault}", path.display())),
            );
        }
    }
    let sources = files(&room, ".rs");
    assert!(sources.len() > 20, "the sources were not found");
    for (path, text) in sources {
        for text in literals(&text).iter().filter(|text| text.contains(' ')) {
            found.extend(
                faults(text).into_iter().map(|fault| format!("{}: {fault}", path.display())),
            );
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_check_finds_what_it_is_for() {
    let long = "This sentence goes on and on, with one thing and another and yet another, so that \
                whoever reads it at the end of a long day has lost where it began.";
    for wrong in [
        long,
        "Click here for more.",
        "Send it via email.",
        "The child's voice.",
        "Due 2026-12-24.",
    ] {
        assert_eq!(faults(wrong).len(), 1, "{wrong}: {:?}", faults(wrong));
    }
    for right in
        ["Due 24 December 2026. The child’s voice.", "It is viable.", "Say what you want; say it."]
    {
        assert!(faults(right).is_empty(), "{right}: {:?}", faults(right));
    }
    assert_eq!(
        literals("let x = \"one \\\n   two\";\n// \"no\"\nf(\"three\")"),
        ["one two", "three"]
    );
    assert_eq!(
        blocks("<p>One <b>two</b></p>\n<pre>it's</pre><li>three</li>"),
        ["One two", "three"]
    );
}

on_each_database! {
    async fn every_page_is_worded_plainly_and_has_a_title_of_its_own(house: &House) {
        let reference = house.raised().await;
        let mut found = Vec::new();
        for Seen { who, path, text } in everything(house, &reference).await {
            for block in blocks(&text) {
                found.extend(faults(&block).into_iter().map(|fault| format!("{who}, {path}: {fault}")));
            }
            // A report is a document of its own, without our frame.
            if !text.contains("/assets/pages-") {
                continue;
            }
            let title = text.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
            if !title.ends_with(" – Escalations") || title.len() < 16 {
                found.push(format!("{who}, {path}: the title is “{title}”"));
            }
            if text.matches("<h1").count() != 1 {
                found.push(format!("{who}, {path}: {} headings of the first rank", text.matches("<h1").count()));
            }
        }
        found.sort();
        found.dedup();
        assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    }
}
