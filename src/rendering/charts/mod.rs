//! Charts: each drawn from the cells of its table, and from nothing else.

mod axis;
mod bars;
mod boxes;
mod figures;
mod legend;
mod lines;
mod stacked;
mod survival;

use super::drawing::{Described, Drawing, Fill, svg};
use super::error::RenderingError;
use crate::reports::{Chart, Table};
use chrono_tz::Tz;

/// How wide every chart is, in pixels: on paper it is as wide as the text.
pub(super) const WIDTH: i32 = 640;
/// The height of usual words.
const TEXT: i32 = 12;
/// The height of the smallest words: on paper they are over 8 points.
const SMALL: i32 = 11;
/// The most rows that are drawn.
const ROWS_MAX: usize = 30;

/// What becomes of a table that is to be drawn.
pub(super) enum Drawn {
    /// A picture.
    Picture(Drawing),
    /// There is nothing to draw, in words.
    Words(&'static str),
}

/// A table's chart; none if it has none.
pub(super) fn drawn(table: &Table, zone: Tz) -> Option<Drawn> {
    let chart = table.chart?;
    let numbers = figures::Numbers::of(table, zone);
    if numbers.rows.is_empty() {
        return Some(Drawn::Words("There is nothing to draw: the table has no rows."));
    }
    if !numbers.has_any() {
        return Some(Drawn::Words(
            "There is nothing to draw: the table has no number that is shown.",
        ));
    }
    if chart == Chart::StackedBars && numbers.series.len() > Fill::COUNT {
        return Some(Drawn::Words(
            "There are too many columns to tell apart in a picture: see the table.",
        ));
    }
    let picture = match chart {
        Chart::Bars => bars::bars(&numbers),
        Chart::StackedBars => stacked::stacked(&numbers),
        Chart::Lines => lines::lines(&numbers),
        Chart::Survival => survival::survival(&numbers),
        Chart::Boxes => boxes::boxes(table, zone),
    };
    Some(Drawn::Picture(picture))
}

/// What a chart shows, for somebody who does not see it.
pub(super) fn description(table: &Table) -> String {
    let shows = match table.chart {
        Some(Chart::Bars) => "A bar for each row",
        Some(Chart::StackedBars) => "A bar for each row, stacked from the columns",
        Some(Chart::Lines) => "A line for each column over the rows",
        Some(Chart::Survival) => "A stair that falls from all cases as time passes",
        Some(Chart::Boxes) => "For each row a box from quartile to quartile with the median",
        None => "Nothing",
    };
    format!("{shows}. Every number of it stands in the table '{}'.", table.title)
}

/// A table's chart as an `svg` element that has `id`; none where the table has no chart, or nothing
/// that could be drawn.
///
/// # Errors
/// If it cannot be drawn.
pub fn chart_svg(table: &Table, id: &str, zone: Tz) -> Result<Option<String>, RenderingError> {
    let Some(Drawn::Picture(picture)) = drawn(table, zone) else { return Ok(None) };
    let (title, description) = (format!("Chart: {}", table.title), description(table));
    svg(&picture, Described { id, title: &title, description: &description }).map(Some)
}
