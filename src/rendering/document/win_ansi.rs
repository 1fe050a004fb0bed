//! Text in the encoding that the fonts of every reader have.

/// A text in WinAnsi.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rendering) struct WinAnsi {
    /// Its bytes.
    pub(in crate::rendering) bytes: Vec<u8>,
    /// Whether it lacks a character: a question mark stands in its place.
    pub(in crate::rendering) lacks_any: bool,
}

/// From 0x80 to 0x9F; a space where there is none.
const FROM_80: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";
/// Latin Extended-A, from U+0100 on, without its marks.
const FROM_100: &str = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOo\
                        ŒœRrRrRrSsSsSsŠšTtTtTtUuUuUuUuUuUuWwYyŸZzZzŽžs";
/// What stands for others.
const STANDING_FOR: [(&str, &str); 14] = [
    ("\u{2010}\u{2011}\u{2012}\u{2212}", "-"),
    ("\u{2015}", "—"),
    ("\u{201b}\u{2032}\u{02bc}", "’"),
    ("\u{2033}", "”"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "not ="),
    ("→", "->"),
    ("←", "<-"),
    ("✓✔", "yes"),
    ("✗✘", "no"),
    ("Șș", "s"),
    ("Țț", "t"),
    ("\u{200b}\u{200c}\u{200d}\u{feff}\u{2060}", ""),
];

/// A text in WinAnsi; what it lacks is shown by what is nearest to it.
pub(in crate::rendering) fn win_ansi(text: &str) -> WinAnsi {
    let mut encoded = WinAnsi { bytes: Vec::with_capacity(text.len()), lacks_any: false };
    for c in text.chars() {
        if let Some(byte) = byte(c) {
            encoded.bytes.push(byte);
        } else if let Some(nearest) = nearest(c) {
            encoded.bytes.extend(nearest.chars().filter_map(byte));
        } else {
            encoded.bytes.push(b'?');
            encoded.lacks_any = true;
        }
    }
    encoded
}

fn byte(c: char) -> Option<u8> {
    match c {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(c)).ok(),
        _ => {
            let place = FROM_80.chars().position(|there| there == c)?;
            u8::try_from(0x80 + place).ok()
        }
    }
}

fn nearest(c: char) -> Option<String> {
    if c.is_whitespace() || c.is_control() {
        return Some(" ".to_owned());
    }
    if let Some((_, with)) = STANDING_FOR.iter().find(|(these, _)| these.contains(c)) {
        let is_upper = c.is_uppercase();
        return Some(if is_upper { with.to_uppercase() } else { (*with).to_owned() });
    }
    // A mark above or below the letter before it.
    if ('\u{300}'..='\u{36f}').contains(&c) {
        return Some(String::new());
    }
    let place = u32::from(c).checked_sub(0x100)?;
    FROM_100.chars().nth(usize::try_from(place).ok()?).map(String::from)
}
