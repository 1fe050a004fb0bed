//! A bar a row, stacked from the columns.

use super::axis::{self, FOOT, LEFT, RIGHT, ROW};
use super::bars::longest;
use super::figures::{NumberRow, Numbers, Unit};
use super::legend::{Sample, legend, pixels};
use super::{SMALL, TEXT, WIDTH};
use crate::rendering::cell_words;
use crate::rendering::drawing::{Align, Drawing, Face, Fill, Scale, width_of};

/// A bar a row, a part a column, each part with its number where there is room; the sum beside it.
pub(super) fn stacked(numbers: &Numbers) -> Drawing {
    let rows = longest(&numbers.rows);
    let mut drawing = Drawing::new(WIDTH, 0);
    let series = numbers.series.iter().enumerate();
    let entries: Vec<(Sample, &str)> =
        series.map(|(index, title)| (Sample::Area(Fill::of(index)), title.as_str())).collect();
    let top = legend(&mut drawing, 4, &entries);
    let bottom = top + ROW * i32::try_from(rows.len()).unwrap_or(0);
    drawing.height = bottom + FOOT;
    let sums = rows.iter().map(|row| row.figures.iter().filter_map(|it| it.number).sum());
    let (scale, ticks) = axis::scale(sums.fold(0.0, f64::max), numbers.unit, (LEFT, RIGHT));
    axis::level_axis(&mut drawing, &scale, &ticks, numbers.unit, (top, bottom), "");
    let mut y = top + ROW / 2;
    for row in &rows {
        axis::row_label(&mut drawing, y, &row.title);
        stack(&mut drawing, y, row, &scale, numbers.unit);
        y += ROW;
    }
    drawing.rule((LEFT, top), (LEFT, bottom), 0);
    axis::left_out(&mut drawing, rows.len(), numbers.rows.len(), "longest ");
    drawing
}

fn stack(drawing: &mut Drawing, y: i32, row: &NumberRow, scale: &Scale, unit: Unit) {
    let (mut sum, mut from) = (0.0, LEFT);
    for (index, figure) in row.figures.iter().enumerate() {
        sum += figure.number.unwrap_or(0.0);
        let to = scale.pixel(sum);
        if to > from {
            let fill = Fill::of(index);
            drawing.area((from, y - 10), (to, y + 10), fill);
            inscribe(drawing, y, (from, to), &figure.words, fill);
        }
        from = to;
    }
    if row.figures.iter().any(|figure| figure.is_suppressed) {
        return axis::not_shown(drawing, from + 4, y);
    }
    let is_none = row.figures.iter().all(|figure| figure.number.is_none());
    let words = match unit {
        _ if is_none => cell_words::NOTHING.to_owned(),
        Unit::Count => format!("{sum}"),
        Unit::Share | Unit::Hours | Unit::Days => return,
    };
    drawing.words((from + 6, y), &words, TEXT, Face::Bold, Align::Start);
}

/// The number within its part of a bar, if it fits.
fn inscribe(drawing: &mut Drawing, y: i32, (from, to): (i32, i32), words: &str, fill: Fill) {
    let width = pixels(width_of(words, f64::from(SMALL), Face::Bold));
    if to - from < width + 6 {
        return;
    }
    let middle = (from + to) / 2;
    let grey = fill.ink().unwrap_or_else(|| {
        let half = width / 2 + 2;
        drawing.patch((middle - half, y - 7), (middle + half, y + 7), Fill::Grey(255));
        0
    });
    drawing.ink((middle, y), words, (SMALL, Face::Bold, Align::Middle), grey);
}
