//! For each row a box from quartile to quartile, with the median and whiskers.

use super::axis::{self, FOOT, LEFT, RIGHT};
use super::figures::{Figure, Unit};
use super::legend::pixels;
use super::{ROWS_MAX, SMALL, WIDTH};
use crate::rendering::cell_words::{self, legible};
use crate::rendering::drawing::{Align, Dash, Drawing, Face, Fill, Scale, Shape, width_of};
use crate::reports::{Cell, ColumnKind, Row, Table};
use chrono_tz::Tz;

const ROW: i32 = 46;
/// What a box is made of, from the least to the greatest.
const KEYS: [&str; 5] = ["lower_quartile", "median", "upper_quartile", "ninetieth", "worst"];
/// What is read of the picture, below it.
const HOW_TO_READ: &str =
    "box: from quartile to quartile; thick line: median; whisker: to the 90th centile; dot: worst";

/// A box a row, where the table has the columns of one.
pub(super) fn boxes(table: &Table, zone: Tz) -> Drawing {
    let all: Vec<&Row> = table.rows.iter().filter(|row| !row.is_total).collect();
    let rows: Vec<(&Row, [Figure; 5])> =
        all.iter().take(ROWS_MAX).map(|row| (*row, figures(table, row, zone))).collect();
    let top = 8;
    let bottom = top + ROW * i32::try_from(rows.len()).unwrap_or(0);
    let mut drawing = Drawing::new(WIDTH, bottom + FOOT + 16);
    let most = |place: usize| {
        let numbers = rows.iter().filter_map(|(_, five)| five.get(place)?.number);
        numbers.fold(0.0, f64::max)
    };
    // One that took very long does not press all others together: its dot becomes an arrow.
    let (ninetieth, worst) = (most(3), most(4));
    let greatest = if worst > 3.0 * ninetieth && ninetieth > 0.0 { 1.5 * ninetieth } else { worst };
    let kind = table.columns.iter().find(|column| column.key == "median");
    let kind = kind.map_or(ColumnKind::Elapsed, |column| column.kind);
    let unit = Unit::of(kind, greatest);
    let (scale, ticks) = axis::scale(greatest, unit, (LEFT, RIGHT));
    let says = match kind {
        ColumnKind::Working => "Working time",
        _ => "Elapsed time",
    };
    axis::level_axis(&mut drawing, &scale, &ticks, unit, (top, bottom), says);
    let mut y = top + ROW / 2;
    for (row, five) in &rows {
        axis::row_label(&mut drawing, y, &legible(&row.title));
        draw(&mut drawing, y, five, &scale);
        y += ROW;
    }
    drawing.rule((LEFT, top), (LEFT, bottom), 0);
    let at = (WIDTH / 2, bottom + FOOT + 6);
    drawing.words(at, HOW_TO_READ, SMALL, Face::Plain, Align::Middle);
    axis::left_out(&mut drawing, rows.len(), all.len(), "first ");
    drawing
}

fn figures(table: &Table, row: &Row, zone: Tz) -> [Figure; 5] {
    KEYS.map(|key| {
        let cells = table.columns.iter().zip(&row.cells);
        let mut found = cells.filter(|(column, _)| column.key == key);
        let (column, cell) = found.next().unzip();
        let kind = column.map_or(ColumnKind::Elapsed, |column| column.kind);
        Figure::of(cell.unwrap_or(&Cell::Nothing), kind, zone)
    })
}

fn draw(drawing: &mut Drawing, y: i32, five: &[Figure; 5], scale: &Scale) {
    let [lower, median, upper, ninetieth, worst] = five;
    if five.iter().any(|figure| figure.is_suppressed) {
        return axis::not_shown(drawing, LEFT + 4, y);
    }
    let place = |figure: &Figure| figure.number.map(|number| scale.pixel(number));
    let (Some(from), Some(middle), Some(to)) = (place(lower), place(median), place(upper)) else {
        let at = (LEFT + 6, y);
        return drawing.words(at, cell_words::NOTHING, SMALL, Face::Bold, Align::Start);
    };
    drawing.area((from, y - 9), (to, y + 9), Fill::Grey(215));
    drawing.line(vec![(middle, y - 9), (middle, y + 9)], 0, 4, Dash::Solid);
    // Not over the names of the rows.
    let half = pixels(width_of(&median.words, f64::from(SMALL), Face::Bold)) / 2;
    let at = (middle.max(LEFT + half + 4), y - 17);
    drawing.words(at, &median.words, SMALL, Face::Bold, Align::Middle);
    if let Some(end) = place(ninetieth) {
        drawing.rule((to, y), (end, y), 0);
        drawing.rule((end, y - 6), (end, y + 6), 0);
    }
    let Some(number) = worst.number else { return };
    let x = scale.pixel(number);
    if number > scale.numbers.1 {
        drawing.line(vec![(x - 8, y - 5), (x, y), (x - 8, y + 5)], 0, 2, Dash::Solid);
    } else {
        drawing.shape((x, y), 4, Shape::Circle, false);
    }
    drawing.words((x + 8, y), &worst.words, SMALL, Face::Plain, Align::Start);
}
