//! A bar a row.

use super::axis::{self, FOOT, LEFT, RIGHT, ROW};
use super::figures::{NumberRow, Numbers};
use super::{ROWS_MAX, TEXT, WIDTH};
use crate::rendering::drawing::{Align, Drawing, Face, Fill};

/// A bar a row of the first column, its number beside it.
pub(super) fn bars(numbers: &Numbers) -> Drawing {
    let rows = longest(&numbers.rows);
    let top = 8;
    let bottom = top + ROW * i32::try_from(rows.len()).unwrap_or(0);
    let mut drawing = Drawing::new(WIDTH, bottom + FOOT);
    let firsts = rows.iter().filter_map(|row| row.figures.first()?.number);
    let (scale, ticks) = axis::scale(firsts.fold(0.0, f64::max), numbers.unit, (LEFT, RIGHT));
    let says = numbers.first_series();
    axis::level_axis(&mut drawing, &scale, &ticks, numbers.unit, (top, bottom), says);
    let mut y = top + ROW / 2;
    for row in &rows {
        axis::row_label(&mut drawing, y, &row.title);
        if let Some(figure) = row.figures.first() {
            let end = figure.number.map_or(LEFT, |number| scale.pixel(number));
            if figure.is_suppressed {
                axis::not_shown(&mut drawing, LEFT + 4, y);
            } else {
                if end > LEFT {
                    drawing.area((LEFT, y - 9), (end, y + 9), Fill::Grey(120));
                }
                let at = (end + 6, y);
                drawing.words(at, &figure.words, TEXT, Face::Bold, Align::Start);
            }
        }
        y += ROW;
    }
    drawing.rule((LEFT, top), (LEFT, bottom), 0);
    axis::left_out(&mut drawing, rows.len(), numbers.rows.len(), "longest ");
    drawing
}

/// The rows that are drawn, in their order: all, or those with the greatest sums.
pub(super) fn longest(rows: &[NumberRow]) -> Vec<&NumberRow> {
    let sum = |row: &NumberRow| row.figures.iter().filter_map(|it| it.number).sum::<f64>();
    let mut places: Vec<(usize, &NumberRow)> = rows.iter().enumerate().collect();
    places.sort_by(|a, b| sum(b.1).total_cmp(&sum(a.1)));
    places.truncate(ROWS_MAX);
    places.sort_by_key(|(place, _)| *place);
    places.into_iter().map(|(_, row)| row).collect()
}
