//! Reads the forms back, by other means than they are written with.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// An element's name and attributes.
pub type Start = (String, BTreeMap<String, String>);

/// What an XML text holds, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Start(Start),
    End(String),
    Text(String),
}

/// The pieces of an XML text. Fails where it is not well-formed. `voids` are elements of HTML that
/// have no end.
pub fn xml(text: &str, voids: &[&str]) -> Vec<Piece> {
    let shown = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(shown), "a character that XML does not have");
    let (mut rest, mut open, mut pieces) = (text, Vec::<String>::new(), Vec::new());
    while let Some(at) = rest.find('<') {
        push_text(&mut pieces, &rest[..at]);
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') || tag.starts_with('?') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "the ends fit");
            pieces.push(Piece::End(name.to_owned()));
            continue;
        }
        let is_empty = tag.ends_with('/');
        let (name, attributes) = start(tag.trim_end_matches('/'));
        pieces.push(Piece::Start((name.clone(), attributes)));
        if is_empty || voids.contains(&name.as_str()) {
            pieces.push(Piece::End(name));
        } else {
            open.push(name);
        }
    }
    push_text(&mut pieces, rest);
    assert!(open.is_empty(), "open at the end: {open:?}");
    pieces
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(plain(text)));
    }
}

fn start(tag: &str) -> Start {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || ":-".contains(c)), "{name:?}");
    let mut attributes = BTreeMap::new();
    while !rest.trim().is_empty() {
        let (key, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("{tag:?}"));
        let (value, after) = after.split_once('"').expect("a value ends");
        let key = key.trim().to_owned();
        assert!(key.chars().all(|c| c.is_ascii_alphanumeric() || ":-".contains(c)), "{key:?}");
        assert!(attributes.insert(key, plain(value)).is_none(), "an attribute twice: {tag:?}");
        rest = after;
    }
    (name.to_owned(), attributes)
}

/// A text without its references.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let end = at + rest[at..].find(';').expect("a reference ends");
        match &rest[at + 1..end] {
            "lt" => plain.push('<'),
            "gt" => plain.push('>'),
            "amp" => plain.push('&'),
            "quot" => plain.push('"'),
            "apos" => plain.push('\''),
            number => {
                let number = number.strip_prefix('#').unwrap_or_else(|| panic!("&{number};"));
                plain.push(char::from_u32(number.parse().unwrap()).unwrap());
            }
        }
        rest = &rest[end + 1..];
    }
    plain + rest
}

/// The start tags, in order.
pub fn starts(pieces: &[Piece]) -> Vec<&Start> {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Start(start) => Some(start),
            _ => None,
        })
        .collect()
}

/// The text within each element of a name, in order.
pub fn texts_of(pieces: &[Piece], name: &str) -> Vec<String> {
    let (mut texts, mut depth) = (Vec::<String>::new(), 0);
    for piece in pieces {
        match piece {
            Piece::Start((there, _)) if there == name => {
                depth += 1;
                texts.push(String::new());
            }
            Piece::End(there) if there == name => depth -= 1,
            Piece::Text(text) if depth > 0 => texts.last_mut().unwrap().push_str(text),
            _ => {}
        }
    }
    texts
}

/// What a cell of a spreadsheet holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(f64),
    Words(String),
}

/// A sheet: its name, its cells by row and column from 0, and its text.
pub struct Sheet {
    pub name: String,
    pub cells: BTreeMap<(u32, u32), Value>,
    pub xml: String,
}

/// The parts of a spreadsheet by name.
pub fn unzipped(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = BTreeMap::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        parts.insert(name, text);
    }
    parts
}

/// The sheets of a spreadsheet.
pub fn sheets(bytes: &[u8]) -> Vec<Sheet> {
    let parts = unzipped(bytes);
    let shared = texts_of(&xml(&parts["xl/sharedStrings.xml"], &[]), "si");
    let book = xml(&parts["xl/workbook.xml"], &[]);
    let names = starts(&book).into_iter().filter(|(name, _)| name == "sheet");
    (1..)
        .zip(names)
        .map(|(number, (_, attributes))| {
            let text = parts[&format!("xl/worksheets/sheet{number}.xml")].clone();
            let cells = cells(&xml(&text, &[]), &shared);
            Sheet { name: attributes["name"].clone(), cells, xml: text }
        })
        .collect()
}

fn cells(pieces: &[Piece], shared: &[String]) -> BTreeMap<(u32, u32), Value> {
    let mut cells = BTreeMap::new();
    let mut cell: Option<(String, bool)> = None;
    for piece in pieces {
        match piece {
            Piece::Start((name, attributes)) if name == "c" => {
                let is_words = attributes.get("t").is_some_and(|kind| kind == "s");
                cell = Some((attributes["r"].clone(), is_words));
            }
            Piece::End(name) if name == "c" => cell = None,
            Piece::Text(text) => {
                if let Some((place, is_words)) = &cell {
                    let value = if *is_words {
                        Value::Words(shared[text.parse::<usize>().unwrap()].clone())
                    } else {
                        Value::Number(text.parse().unwrap())
                    };
                    cells.insert(coordinates(place), value);
                }
            }
            _ => {}
        }
    }
    cells
}

fn coordinates(place: &str) -> (u32, u32) {
    let split = place.find(|c: char| c.is_ascii_digit()).unwrap();
    let (letters, row) = place.split_at(split);
    let column = letters.bytes().fold(0, |sum, letter| sum * 26 + u32::from(letter - b'A') + 1);
    (row.parse::<u32>().unwrap() - 1, column - 1)
}

/// A line of text on a page: where it begins, in which font and size, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub page: usize,
    pub x: f64,
    pub y: f64,
    pub font: String,
    pub size: f64,
    pub text: String,
}

/// The objects of a document by number. Fails where the table at its end does not fit.
pub fn objects(pdf: &[u8]) -> BTreeMap<u32, Vec<u8>> {
    assert!(pdf.starts_with(b"%PDF-1.7"));
    let latin = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let end = latin(&pdf[pdf.len() - 40..]);
    let from: usize =
        end.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
    let table = latin(&pdf[from..]);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("xref"));
    let count: u32 = lines.next().unwrap().split_once(' ').unwrap().1.parse().unwrap();
    let entries: Vec<&str> = lines.take(count as usize).collect();
    let mut objects = BTreeMap::new();
    for (number, entry) in (0..count).zip(entries).filter(|(_, entry)| entry.contains(" n")) {
        let body = &pdf[entry[..10].parse::<usize>().unwrap()..];
        let head = format!("{number} 0 obj\n");
        assert!(body.starts_with(head.as_bytes()), "object {number} is not where the table says");
        let end = body.windows(7).position(|these| these == b"\nendobj").expect("an object ends");
        objects.insert(number, body[head.len()..end].to_vec());
    }
    objects
}

/// Every line of text of a document, page by page.
pub fn shown(pdf: &[u8]) -> Vec<Shown> {
    let objects = objects(pdf);
    let text = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let pages = objects.values().map(|object| text(object));
    let pages: Vec<String> = pages.filter(|object| object.contains("/Type /Page\n")).collect();
    let mut shown = Vec::new();
    for (page, object) in pages.iter().enumerate() {
        let content = object.split("/Contents ").nth(1).unwrap();
        let number = content.split(' ').next().unwrap().parse().unwrap();
        let stream = text(&objects[&number]);
        let stream = stream.split_once("stream\n").unwrap().1.to_owned();
        for block in stream.split("BT\n").skip(1) {
            let block = block.split("\nET").next().unwrap();
            let (font, rest) = block.split_once(" Tf\n").unwrap();
            let (place, rest) = rest.split_once(" Td\n").unwrap();
            let (font, size) = font[1..].split_once(' ').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            shown.push(Shown {
                page,
                x: x.parse().unwrap(),
                y: y.parse().unwrap(),
                font: font.to_owned(),
                size: size.parse().unwrap(),
                text: string(rest.strip_suffix(" Tj").unwrap()),
            });
        }
    }
    shown
}

/// A string of a document, read from WinAnsi.
fn string(written: &str) -> String {
    if let Some(digits) = written.strip_prefix('<') {
        let digits = digits.trim_end_matches('>').as_bytes();
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        return digits.chunks(2).map(|pair| read_win_ansi(byte(pair))).collect();
    }
    let inner = &written[1..written.len() - 1];
    let (mut text, mut chars) = (String::new(), inner.chars());
    while let Some(c) = chars.next() {
        let c = if c == '\\' { chars.next().unwrap() } else { c };
        text.push(read_win_ansi(c as u8));
    }
    text
}

fn read_win_ansi(byte: u8) -> char {
    let from_80: Vec<char> = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ".chars().collect();
    match byte {
        0x80..=0x9f => from_80[usize::from(byte) - 0x80],
        byte => char::from(byte),
    }
}
