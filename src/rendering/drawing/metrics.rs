//! How wide words are: the published widths of Helvetica, in thousandths of the size, for the
//! characters of WinAnsi. Arial and its like have the same.

use crate::rendering::document::win_ansi;

/// A face of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rendering) enum Face {
    Plain,
    Bold,
}

/// From the space, 0x20, to 0xFF; 0 where WinAnsi has no character.
#[rustfmt::skip]
const PLAIN: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 0,
    556, 0, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0,
    0, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 0, 500, 667,
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
];
#[rustfmt::skip]
const BOLD: [u16; 224] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 0,
    556, 0, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0,
    0, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 0, 500, 667,
    278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 611, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    722, 722, 722, 722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278,
    611, 611, 611, 611, 611, 611, 611, 584, 611, 611, 611, 611, 611, 556, 611, 556,
];

/// How wide a text is at a size.
pub(in crate::rendering) fn width_of(text: &str, size: f64, face: Face) -> f64 {
    f64::from(text.chars().map(|c| thousandths(c, face)).sum::<u32>()) * size / 1000.0
}

/// How wide a character is, in thousandths of the size.
fn thousandths(c: char, face: Face) -> u32 {
    let widths = match face {
        Face::Plain => &PLAIN,
        Face::Bold => &BOLD,
    };
    let width = |byte: u8| {
        let place = usize::from(byte).checked_sub(0x20);
        u32::from(place.and_then(|place| widths.get(place)).copied().unwrap_or(0))
    };
    match u8::try_from(c) {
        Ok(byte) if c.is_ascii_graphic() || c == ' ' => width(byte),
        _ => win_ansi(c.encode_utf8(&mut [0; 4])).bytes.into_iter().map(width).sum(),
    }
}

/// A text cut to a width; what is cut ends with `…`.
pub(in crate::rendering) fn fit(text: &str, size: f64, face: Face, width: f64) -> String {
    if width_of(text, size, face) <= width {
        return text.to_owned();
    }
    let mut kept = head(text, size, face, width - width_of("…", size, face)).trim_end().to_owned();
    kept.push('…');
    kept
}

/// A text in lines that are no wider than a width, broken between words; a word that is wider is
/// broken within.
pub(in crate::rendering) fn wrap(text: &str, size: f64, face: Face, width: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut so_far) = (String::new(), 0.0);
    let space = width_of(" ", size, face);
    for word in text.split_whitespace() {
        let mut word = word;
        let mut wide = width_of(word, size, face);
        let gap = if line.is_empty() { 0.0 } else { space };
        if !line.is_empty() && so_far + gap + wide > width {
            lines.push(std::mem::take(&mut line));
            so_far = 0.0;
        }
        // A word that is wider than a line; at least a character a line, however narrow it is.
        while line.is_empty() && wide > width && !word.is_empty() {
            let first = word.chars().next().map_or(0, char::len_utf8);
            let (this, rest) = word.split_at(head(word, size, face, width).len().max(first));
            if rest.is_empty() {
                break;
            }
            lines.push(this.to_owned());
            (word, wide) = (rest, width_of(rest, size, face));
        }
        if !line.is_empty() {
            line.push(' ');
            so_far += space;
        }
        line.push_str(word);
        so_far += wide;
    }
    lines.push(line);
    lines
}

/// The longest beginning of a text that is no wider than a width.
fn head(text: &str, size: f64, face: Face, width: f64) -> &str {
    let (mut end, mut so_far) = (0, 0.0);
    for (at, c) in text.char_indices() {
        so_far += f64::from(thousandths(c, face)) * size / 1000.0;
        if so_far > width {
            break;
        }
        end = at + c.len_utf8();
    }
    text.split_at(end).0
}
