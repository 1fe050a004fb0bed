//! Words are measured as the fonts have them, and none is lost.

use crate::rendering::cell_words::{count, length};
use crate::rendering::document::win_ansi;
use crate::rendering::drawing::{Face, fit, width_of, wrap};
use crate::reports::ColumnKind;
use proptest::prelude::*;

fn bytes(text: &str) -> Vec<u8> {
    win_ansi(text).bytes
}

#[test]
fn widths_are_those_of_helvetica() {
    // Added up by hand from the published widths.
    assert!((width_of("Hello World", 10.0, Face::Plain) - 51.67).abs() < 1e-9);
    assert!((width_of("Hello World", 10.0, Face::Bold) - 55.56).abs() < 1e-9);
    assert!((width_of("£1–2 €", 1000.0, Face::Plain) - (556.0 * 5.0 + 278.0)).abs() < 1e-9);
}

#[test]
fn what_the_fonts_lack_is_shown_by_what_is_nearest() {
    assert_eq!(bytes("façade – £5 €6 ‘x’…"), b"fa\xe7ade \x96 \xa35 \x806 \x91x\x92\x85");
    assert_eq!(bytes("Łódź Ștefan Țepeș Ōsaka"), b"L\xf3dz Stefan Tepes Osaka");
    assert_eq!(bytes("≥ 3 → 4\u{2212}1 e\u{301}"), b">= 3 -> 4-1 e");
    assert_eq!(bytes("a\tb\nc\0d\u{2003}e"), b"a b c d e");
    assert!(!win_ansi("Łódź ≥ é\u{301}").lacks_any);
    let lacking = win_ansi("日本 Иван");
    assert_eq!(lacking.bytes, b"?? ????");
    assert!(lacking.lacks_any);
}

#[test]
fn lengths_are_said_in_few_words() {
    let said =
        |minutes| (length(minutes, ColumnKind::Elapsed), length(minutes, ColumnKind::Working));
    let both = |elapsed: &str, working: &str| (elapsed.to_owned(), working.to_owned());
    assert_eq!(said(0), both("0 min", "0 min"));
    assert_eq!(said(59), both("59 min", "59 min"));
    assert_eq!(said(1_440), both("1 day", "24 h"));
    assert_eq!(said(2_879), both("1 day 23 h", "47 h 59 min"));
    assert_eq!(said(2_940), both("2 days 1 h", "49 h"));
    assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
}

proptest! {
    #[test]
    fn wrapping_loses_no_character_and_no_line_is_too_wide(
        text in "\\PC{0,80}", width in 12.0_f64..200.0
    ) {
        let lines = wrap(&text, 10.0, Face::Plain, width);
        let without = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(without(&lines.concat()), without(&text));
        for line in &lines {
            let is_one = line.chars().count() <= 1;
            prop_assert!(is_one || width_of(line, 10.0, Face::Plain) <= width + 1e-6, "{:?}", line);
        }
    }

    #[test]
    fn what_is_cut_says_so_and_fits(text in "[ -~]{0,60}", width in 20.0_f64..120.0) {
        let kept = fit(&text, 10.0, Face::Bold, width);
        prop_assert!(width_of(&kept, 10.0, Face::Bold) <= width + 1e-6);
        let beginning = kept.strip_suffix('…').unwrap_or(&kept);
        prop_assert!(text.starts_with(beginning));
        prop_assert!(kept == text || kept.ends_with('…'));
    }
}
