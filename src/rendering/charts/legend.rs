//! What stands for what, above a chart.

use super::{TEXT, WIDTH};
use crate::rendering::drawing::{Align, Dash, Drawing, Face, Fill, Shape, fit, width_of};

/// The most room for the words of one series.
const WORDS_MAX: f64 = 260.0;
const SAMPLE: i32 = 30;
const LINE: i32 = 20;

/// How a series is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sample {
    Area(Fill),
    Line(Dash, Shape),
}

/// Draws what stands for what from `top` down; says where it ends.
pub(super) fn legend(drawing: &mut Drawing, top: i32, entries: &[(Sample, &str)]) -> i32 {
    let (mut x, mut y) = (10, top + LINE / 2);
    for (sample, title) in entries {
        let words = fit(title, f64::from(TEXT), Face::Plain, WORDS_MAX);
        let width = SAMPLE + 6 + pixels(width_of(&words, f64::from(TEXT), Face::Plain)) + 18;
        if x > 10 && x + width > WIDTH {
            (x, y) = (10, y + LINE);
        }
        match sample {
            Sample::Area(fill) => drawing.area((x, y - 7), (x + SAMPLE, y + 7), *fill),
            Sample::Line(dash, shape) => {
                drawing.line(vec![(x, y), (x + SAMPLE, y)], 0, 2, *dash);
                drawing.shape((x + SAMPLE / 2, y), 4, *shape, true);
            }
        }
        drawing.words((x + SAMPLE + 6, y), &words, TEXT, Face::Plain, Align::Start);
        x += width;
    }
    y + LINE / 2 + 6
}

/// A width in whole pixels, rounded up.
#[expect(clippy::cast_possible_truncation, reason = "a width that was measured on a picture")]
pub(super) fn pixels(width: f64) -> i32 {
    width.ceil() as i32
}
