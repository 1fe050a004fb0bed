//! A line a column over the rows, which are in order of time.

use super::axis;
use super::figures::{Figure, Numbers};
use super::legend::{Sample, legend};
use super::{SMALL, WIDTH};
use crate::rendering::drawing::{Align, Dash, Drawing, Face, Point, Scale, Shape, fit, wrap};

const LEFT: i32 = 52;
const RIGHT: i32 = WIDTH - 28;
const HEIGHT: i32 = 230;
/// The most lines that can be told apart.
const SERIES_MAX: usize = 4;
/// The most numbers that stand beside their points.
const NUMBERS_MAX: usize = 30;
/// The room for the words of a row.
const LABEL: i32 = 74;

/// A line for each of the first columns. Where a number is not shown the line has a gap, and `n/s`
/// stands below it.
pub(super) fn lines(numbers: &Numbers) -> Drawing {
    let mut drawing = Drawing::new(WIDTH, 0);
    let count = numbers.series.len().min(SERIES_MAX);
    let entry = |(index, title): (usize, &'_ String)| {
        (Sample::Line(Dash::of(index), Shape::of(index)), title.clone())
    };
    let entries: Vec<(Sample, String)> =
        numbers.series.iter().take(count).enumerate().map(entry).collect();
    let entries: Vec<(Sample, &str)> =
        entries.iter().map(|(sample, title)| (*sample, title.as_str())).collect();
    let top = legend(&mut drawing, 4, &entries) + 10;
    let bottom = top + HEIGHT;
    drawing.height = bottom + 44;
    let (scale, ticks) = axis::scale(numbers.greatest_of(count), numbers.unit, (bottom, top));
    axis::upright_axis(&mut drawing, &scale, &ticks, numbers.unit, (LEFT, RIGHT));
    row_words(&mut drawing, numbers, bottom);
    let has_numbers = numbers.rows.len() * count <= NUMBERS_MAX;
    for series in 0..count {
        let figures = numbers.rows.iter().map(|row| row.figures.get(series));
        line(&mut drawing, &figures.collect::<Vec<_>>(), series, &scale, has_numbers);
    }
    let suppressed = numbers.rows.iter().flat_map(|row| &row.figures).any(|it| it.is_suppressed);
    if suppressed || count < numbers.series.len() {
        drawing.height += 18;
        let mut notes = Vec::new();
        if suppressed {
            notes.push("n/s: the number is not shown.".to_owned());
        }
        if count < numbers.series.len() {
            let all = numbers.series.len();
            notes.push(format!("The first {count} of {all} columns are drawn."));
        }
        let at = (LEFT, drawing.height - 10);
        drawing.words(at, &notes.join(" "), SMALL, Face::Plain, Align::Start);
    }
    drawing
}

/// The place of a row across.
fn across(row: usize, of: usize) -> i32 {
    let (row, last) = (i32::try_from(row).unwrap_or(0), i32::try_from(of).unwrap_or(1) - 1);
    if last < 1 { (LEFT + RIGHT) / 2 } else { LEFT + 14 + (RIGHT - LEFT - 28) * row / last }
}

fn row_words(drawing: &mut Drawing, numbers: &Numbers, bottom: i32) {
    let count = numbers.rows.len();
    let step = (across(1, count.max(2)) - across(0, count.max(2))).max(1);
    let every = usize::try_from(LABEL / step + 1).unwrap_or(1);
    for (index, row) in numbers.rows.iter().enumerate() {
        let x = across(index, count);
        drawing.rule((x, bottom), (x, bottom + 4), 0);
        if index % every == 0 {
            let (size, width) = (f64::from(SMALL), f64::from(LABEL - 4));
            let mut lines = wrap(&row.title, size, Face::Plain, width).into_iter();
            let first = lines.next().unwrap_or_default();
            let rest = fit(&lines.collect::<Vec<_>>().join(" "), size, Face::Plain, width);
            drawing.words((x, bottom + 15), &first, SMALL, Face::Plain, Align::Middle);
            drawing.words((x, bottom + 28), &rest, SMALL, Face::Plain, Align::Middle);
        }
    }
}

fn line(
    drawing: &mut Drawing,
    figures: &[Option<&Figure>],
    series: usize,
    scale: &Scale,
    has_numbers: bool,
) {
    let bottom = scale.pixels.0;
    let mut run: Vec<Point> = Vec::new();
    let mut points: Vec<(Point, &Figure)> = Vec::new();
    for (index, figure) in figures.iter().enumerate() {
        let x = across(index, figures.len());
        match figure.and_then(|it| it.number.map(|number| (number, it))) {
            Some((number, figure)) => {
                let at = (x, scale.pixel(number));
                run.push(at);
                points.push((at, figure));
            }
            None => {
                drawing.line(std::mem::take(&mut run), 0, 2, Dash::of(series));
                if figure.is_some_and(|it| it.is_suppressed) {
                    let y = bottom - 8 - 13 * i32::try_from(series).unwrap_or(0);
                    drawing.words((x, y), "n/s", SMALL, Face::Plain, Align::Middle);
                }
            }
        }
    }
    drawing.line(run, 0, 2, Dash::of(series));
    let last = points.len().saturating_sub(1);
    for (index, ((x, y), figure)) in points.into_iter().enumerate() {
        drawing.shape((x, y), 4, Shape::of(series), true);
        if has_numbers || index == last {
            let y = if series == 0 { y - 13 } else { y + 13 };
            drawing.words((x, y), &figure.words, SMALL, Face::Plain, Align::Middle);
        }
    }
}
