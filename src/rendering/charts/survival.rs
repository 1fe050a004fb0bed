//! A stair that falls: which share is still there after which time.

use super::axis;
use super::figures::{Figure, Unit};
use super::{SMALL, WIDTH};
use crate::rendering::cell_words;
use crate::rendering::drawing::{Align, Dash, Drawing, Face, Point};
use crate::reports::Table;
use chrono_tz::Tz;

const LEFT: i32 = 56;
const RIGHT: i32 = WIDTH - 60;
const TOP: i32 = 16;
const BOTTOM: i32 = TOP + 230;

/// The stair from all at the beginning, by the table's first two columns.
pub(super) fn survival(table: &Table, zone: Tz) -> Drawing {
    let mut drawing = Drawing::new(WIDTH, BOTTOM + 44);
    let kinds = table.columns.iter().map(|column| column.kind);
    let rows: Vec<Vec<Figure>> = table
        .rows
        .iter()
        .filter(|row| !row.is_total)
        .map(|row| {
            let cells = row.cells.iter().zip(kinds.clone());
            cells.map(|(cell, kind)| Figure::of(cell, kind, zone)).collect()
        })
        .collect();
    let steps: Vec<(&Figure, &Figure)> = rows
        .iter()
        .filter_map(|row| match row.as_slice() {
            [after, left, ..] => Some((after, left)),
            _ => None,
        })
        .collect();
    let greatest = steps.iter().filter_map(|(after, _)| after.number).fold(0.0, f64::max);
    let unit = table.columns.first().map_or(Unit::Days, |column| Unit::of(column.kind, greatest));
    let (across, ticks) = axis::scale(greatest, unit, (LEFT, RIGHT));
    let says = table.columns.first().map(cell_words::heading).unwrap_or_default();
    axis::level_axis(&mut drawing, &across, &ticks, unit, (TOP, BOTTOM), &says);
    let (up, shares) = axis::scale(1.0, Unit::Share, (BOTTOM, TOP));
    axis::upright_axis(&mut drawing, &up, &shares, Unit::Share, (LEFT, RIGHT));
    let half = up.pixel(0.5);
    drawing.line(vec![(LEFT, half), (RIGHT, half)], 0, 1, Dash::Broken(2, 4));

    let mut stair: Vec<Point> = vec![(LEFT, up.pixel(1.0))];
    let mut last = None;
    for (after, left) in steps {
        let Some(x) = after.number.map(|number| across.pixel(number)) else { continue };
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
