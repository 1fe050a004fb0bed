//! Axes, and the words at them.

use super::figures::Unit;
use super::{SMALL, TEXT, WIDTH};
use crate::rendering::drawing::{Align, Dash, Drawing, Face, Scale, fit, ticks, wrap};

/// The room for the words of a row.
pub(super) const LABEL: i32 = 190;
/// Where the drawing of a row begins.
pub(super) const LEFT: i32 = LABEL + 10;
/// Where it ends: beside it stands the number.
pub(super) const RIGHT: i32 = WIDTH - 104;
/// The height of a row.
pub(super) const ROW: i32 = 32;
/// The room for the numbers below an axis.
pub(super) const FOOT: i32 = 40;
/// The grey of lines behind what is drawn.
const GRID: u8 = 205;

/// A scale from 0 to a round number that is not below `greatest`, and its ticks in what is written.
pub(super) fn scale(greatest: f64, unit: Unit, pixels: (i32, i32)) -> (Scale, Vec<f64>) {
    let greatest = if unit == Unit::Share { 1.0 } else { greatest };
    let ticks = match unit {
        Unit::Share => vec![0.0, 25.0, 50.0, 75.0, 100.0],
        _ => ticks(greatest / unit.size(), unit == Unit::Count),
    };
    let last = ticks.last().copied().unwrap_or(1.0) * unit.size();
    (Scale { numbers: (0.0, last), pixels }, ticks)
}

/// Upright lines and numbers below them; and what the numbers are.
pub(super) fn level_axis(
    drawing: &mut Drawing,
    scale: &Scale,
    ticks: &[f64],
    unit: Unit,
    (top, bottom): (i32, i32),
    says: &str,
) {
    for tick in ticks {
        let x = scale.pixel(tick * unit.size());
        drawing.rule((x, top), (x, bottom), GRID);
        drawing.words((x, bottom + 10), &unit.say(*tick), SMALL, Face::Plain, Align::Middle);
    }
    let says = format!("{says}{}", unit.words());
    let (middle, width) = ((scale.pixels.0 + scale.pixels.1) / 2, f64::from(WIDTH - LABEL));
    let says = fit(&says, f64::from(SMALL), Face::Plain, width);
    drawing.words((middle, bottom + 27), &says, SMALL, Face::Plain, Align::Middle);
}

/// Level lines and numbers left of them.
pub(super) fn upright_axis(
    drawing: &mut Drawing,
    scale: &Scale,
    ticks: &[f64],
    unit: Unit,
    (left, right): (i32, i32),
) {
    for tick in ticks {
        let y = scale.pixel(tick * unit.size());
        drawing.rule((left, y), (right, y), if *tick == 0.0 { 0 } else { GRID });
        drawing.words((left - 6, y), &unit.say(*tick), SMALL, Face::Plain, Align::End);
    }
}

/// The words of a row, in two lines at the most; the rest is cut, and stands in the table.
pub(super) fn row_label(drawing: &mut Drawing, y: i32, title: &str) {
    let (size, width) = (f64::from(TEXT), f64::from(LABEL));
    let lines = wrap(title, size, Face::Plain, width);
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<String> = lines.collect();
    if rest.is_empty() {
        return drawing.words((LABEL, y), &first, TEXT, Face::Plain, Align::End);
    }
    let second = fit(&rest.join(" "), size, Face::Plain, width);
    drawing.words((LABEL, y - 7), &first, TEXT, Face::Plain, Align::End);
    drawing.words((LABEL, y + 7), &second, TEXT, Face::Plain, Align::End);
}

/// That a number is not shown, where its drawing would be: a frame of broken lines with the words.
pub(super) fn not_shown(drawing: &mut Drawing, x: i32, y: i32) {
    let (left, right, top, bottom) = (x, x + 64, y - 8, y + 8);
    let frame = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    drawing.line(frame, 0, 1, Dash::Broken(3, 3));
    drawing.words((x + 32, y), "not shown", SMALL, Face::Plain, Align::Middle);
}

/// That not all rows are drawn, in words below everything; nothing if all are.
pub(super) fn left_out(drawing: &mut Drawing, drawn: usize, all: usize, which: &str) {
    if drawn < all {
        let words = format!("The {which}{drawn} of {all} rows are drawn; all stand in the table.");
        drawing.height += 18;
        let at = (LEFT, drawing.height - 8);
        drawing.words(at, &words, SMALL, Face::Plain, Align::Start);
    }
}
