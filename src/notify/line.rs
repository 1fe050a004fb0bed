//! Texts made safe for where they go: one line of a letter, one header of an email.

/// The most characters of a text that go into a header. A header line may not pass 998 octets
/// (RFC 5322, 2.1.1), and a text without spaces cannot be folded.
const HEADER_CHARS_MAX: usize = 200;

/// The text as one line: whatever breaks a line, controls a terminal or turns the direction of
/// reading becomes a space, so no text can look like two or hide where it ends.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if is_unfit(c) { ' ' } else { c }).collect();
    spaced.trim().to_owned()
}

/// The text as it may stand in a header: one line of at most 200 characters, in which nothing is
/// taken for an already encoded word (`=?utf-8?…?=`, RFC 2047) that could bring back what was
/// taken out.
pub fn header_safe(text: &str) -> String {
    let plain = one_line(text).replace("=?", "= ?");
    cut(&plain, HEADER_CHARS_MAX).trim_end().to_owned()
}

/// The text without the email addresses in it, for the log: a mail server's answer may quote them.
pub fn without_addresses(text: &str) -> String {
    let word = |word: &str| if word.contains('@') { "(address)" } else { word }.to_owned();
    one_line(text).split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The first `chars_max` characters of the text.
pub(super) fn cut(text: &str, chars_max: usize) -> &str {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

fn is_unfit(c: char) -> bool {
    let breaks_a_line = matches!(c, '\u{2028}' | '\u{2029}');
    let turns_the_direction = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    c.is_control() || breaks_a_line || turns_the_direction
}
