//! A stair that falls: which share is still there after how many days.

use super::axis;
use super::figures::{Numbers, Unit};
use super::{SMALL, WIDTH};
use crate::rendering::drawing::{Align, Dash, Drawing, Face, Point};

const LEFT: i32 = 56;
const RIGHT: i32 = WIDTH - 60;
const TOP: i32 = 16;
const BOTTOM: i32 = TOP + 230;
/// Minutes a day.
const DAY: f64 = 1440.0;

/// The stair from all at the beginning: the first column of shares, after as many days as the key of
/// each row says.
pub(super) fn survival(numbers: &Numbers) -> Drawing {
    let mut drawing = Drawing::new(WIDTH, BOTTOM + 44);
    let steps = numbers.rows.iter().filter_map(|row| {
        let days: f64 = row.key.parse().ok()?;
        Some((days * DAY, row.figures.first()?))
    });
    let steps: Vec<_> = steps.collect();
    let greatest = steps.iter().map(|(after, _)| *after).fold(DAY, f64::max);
    let (across, ticks) = axis::scale(greatest, Unit::Days, (LEFT, RIGHT));
    let says = "Time since the case was raised";
    axis::level_axis(&mut drawing, &across, &ticks, Unit::Days, (TOP, BOTTOM), says);
    let (up, shares) = axis::scale(1.0, Unit::Share, (BOTTOM, TOP));
    axis::upright_axis(&mut drawing, &up, &shares, Unit::Share, (LEFT, RIGHT));
    let half = up.pixel(0.5);
    drawing.line(vec![(LEFT, half), (RIGHT, half)], 0, 1, Dash::Broken(2, 4));

    let mut stair: Vec<Point> = vec![(LEFT, up.pixel(1.0))];
    let mut last = None;
    for (after, left) in steps {
        let x = across.pixel(after);
        match left.number {
            Some(share) => {
                let y = up.pixel(share);
                stair.extend(stair.last().map(|before| (x, before.1)));
                stair.push((x, y));
                last = Some(((x, y), &left.words));
            }
            None => {
                drawing.line(std::mem::take(&mut stair), 0, 2, Dash::Solid);
                if left.is_suppressed {
                    drawing.words((x, BOTTOM - 8), "n/s", SMALL, Face::Plain, Align::Middle);
                }
            }
        }
    }
    drawing.line(stair, 0, 2, Dash::Solid);
    if let Some(((x, y), words)) = last {
        drawing.words((x + 6, y), words, SMALL, Face::Bold, Align::Start);
    }
    drawing
}
