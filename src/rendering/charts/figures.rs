//! The numbers of a table that can be drawn.

use crate::rendering::cell_words;
use crate::reports::{Cell, Column, ColumnKind, Table};
use chrono_tz::Tz;

/// A number of a table, with its words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    /// What is drawn; none where there is nothing to draw.
    pub(super) number: Option<f64>,
    /// The number in few words.
    pub(super) words: String,
    /// Whether it is not shown.
    pub(super) is_suppressed: bool,
}

/// A row of numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NumberRow {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) figures: Vec<Figure>,
}

/// The numbers of a table, all of one kind; without its totals.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Numbers {
    pub(super) unit: Unit,
    /// The headings of the columns.
    pub(super) series: Vec<String>,
    pub(super) rows: Vec<NumberRow>,
}

/// In what numbers are written at an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Unit {
    Count,
    Share,
    /// Minutes, written in hours.
    Hours,
    /// Minutes, written in days.
    Days,
}

impl Unit {
    /// How many of what is drawn make one of what is written.
    pub(super) fn size(self) -> f64 {
        match self {
            Self::Count => 1.0,
            Self::Share => 0.01,
            Self::Hours => 60.0,
            Self::Days => 1440.0,
        }
    }

    /// A number at an axis, in what is written.
    pub(super) fn say(self, number: f64) -> String {
        // What a sum of tenths leaves at its end is not said.
        let number = (number * 1000.0).round() / 1000.0;
        match self {
            Self::Share => format!("{number}%"),
            Self::Count | Self::Hours | Self::Days => format!("{number}"),
        }
    }

    /// What an axis says of itself, after its heading.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Count | Self::Share => "",
            Self::Hours => ", in hours",
            Self::Days => ", in days",
        }
    }

    /// The unit of a column, where the greatest number is known.
    pub(super) fn of(kind: ColumnKind, greatest: f64) -> Self {
        match kind {
            ColumnKind::Share => Self::Share,
            ColumnKind::Elapsed if greatest >= 3.0 * 1440.0 => Self::Days,
            ColumnKind::Elapsed | ColumnKind::Working => Self::Hours,
            ColumnKind::Count | ColumnKind::Words | ColumnKind::Instant => Self::Count,
        }
    }
}

impl Figure {
    /// A cell as it is drawn.
    #[expect(clippy::cast_precision_loss, reason = "a pixel is coarser than what is lost")]
    pub(super) fn of(cell: &Cell, kind: ColumnKind, zone: Tz) -> Self {
        let number = match cell {
            Cell::Count { value } | Cell::Minutes { value } => Some(*value as f64),
            Cell::Share { value, of } if *of > 0 => Some(*value as f64 / *of as f64),
            _ => None,
        };
        let words = cell_words::short(cell, kind, zone);
        Self { number, words, is_suppressed: *cell == Cell::Suppressed }
    }
}

impl Numbers {
    /// The numbers of a table: the columns of the kind of the first that has numbers, without a
    /// column of totals beside others.
    pub(super) fn of(table: &Table, zone: Tz) -> Self {
        let is_numbers = |column: &&Column| {
            !matches!(column.kind, ColumnKind::Words | ColumnKind::Instant) && column.key != "total"
        };
        let first = table.columns.iter().find(is_numbers).or(table.columns.first());
        let kind = first.map_or(ColumnKind::Count, |column| column.kind);
        let drawn = |column: &Column| is_numbers(&column) && column.kind == kind;
        let row = |row: &crate::reports::Row| {
            let cells = table.columns.iter().zip(&row.cells);
            let figures = cells.filter(|(column, _)| drawn(column));
            let figures = figures.map(|(column, cell)| Figure::of(cell, column.kind, zone));
            let (key, title) = (row.key.clone(), cell_words::legible(&row.title));
            NumberRow { key, title, figures: figures.collect() }
        };
        let rows: Vec<NumberRow> = table.rows.iter().filter(|row| !row.is_total).map(row).collect();
        let greatest = greatest(&rows);
        let series = table.columns.iter().filter(|column| drawn(column));
        let series = series.map(cell_words::heading).collect();
        Self { unit: Unit::of(kind, greatest), series, rows }
    }

    /// Whether there is a number to draw.
    pub(super) fn has_any(&self) -> bool {
        self.rows.iter().flat_map(|row| &row.figures).any(|figure| figure.number.is_some())
    }

    /// The greatest number of the first so many columns.
    pub(super) fn greatest_of(&self, columns: usize) -> f64 {
        let figures = self.rows.iter().flat_map(|row| row.figures.iter().take(columns));
        figures.filter_map(|figure| figure.number).fold(0.0, f64::max)
    }

    /// The first column's heading.
    pub(super) fn first_series(&self) -> &str {
        self.series.first().map_or("", String::as_str)
    }
}

fn greatest(rows: &[NumberRow]) -> f64 {
    rows.iter().flat_map(|row| &row.figures).filter_map(|it| it.number).fold(0.0, f64::max)
}
