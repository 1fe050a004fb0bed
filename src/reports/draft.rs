//! Tables while they are made: each number knows what it counts, so that what is not to be shown
//! can be found wherever it would be seen.

use super::{Cell, Chart, Column, ColumnKind, Row, Table};

/// A number and what it counts: two numbers of one name are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) name: String,
    pub(super) value: u64,
}

/// A number that is the sum of others, whether or not all of them are shown somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) whole: Number,
    pub(super) parts: Vec<Number>,
}

/// What will be a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Figure {
    Count(Number),
    Share {
        part: Number,
        whole: Number,
    },
    /// A length that is taken from so many.
    Length {
        minutes: Option<u64>,
        of: Number,
    },
    /// A length of a single case: the longest.
    Extreme {
        minutes: Option<u64>,
        of: Number,
    },
    /// Anything that needs no protection, or already has it.
    Plain(Cell),
}

/// A row that is not protected yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftRow {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) is_total: bool,
    pub(super) figures: Vec<Figure>,
}

/// What stands above a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heading {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    pub(super) definition: &'static str,
    pub(super) rows: &'static str,
    pub(super) chart: Option<Chart>,
}

/// A table that is not protected yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// Its head; its rows are those below.
    pub(super) table: Table,
    pub(super) rows: Vec<DraftRow>,
    pub(super) sums: Vec<Sum>,
    /// Whether it names agencies or single days, and so is not published.
    pub(super) is_for_officers: bool,
}

/// A section that is not protected yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftSection {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    pub(super) tables: Vec<Draft>,
}

/// The key of a row or a column that adds up.
pub(super) const TOTAL: &str = "total";

impl Number {
    pub(super) fn new(name: impl Into<String>, value: u64) -> Self {
        Self { name: name.into(), value }
    }
}

pub(super) fn column(key: impl Into<String>, title: &str, kind: ColumnKind) -> Column {
    Column { key: key.into(), title: title.to_owned(), kind }
}

impl DraftSection {
    pub(super) fn new(key: &'static str, title: &'static str, tables: Vec<Draft>) -> Self {
        Self { key, title, tables }
    }
}

impl DraftRow {
    pub(super) fn new(key: impl Into<String>, title: impl Into<String>) -> Self {
        Self { key: key.into(), title: title.into(), is_total: false, figures: Vec::new() }
    }

    pub(super) fn total() -> Self {
        Self { is_total: true, ..Self::new(TOTAL, "Total") }
    }

    pub(super) fn with(mut self, figures: impl IntoIterator<Item = Figure>) -> Self {
        self.figures.extend(figures);
        self
    }
}

impl Draft {
    pub(super) fn new(heading: &Heading, columns: Vec<Column>) -> Self {
        let table = Table {
            key: heading.key.to_owned(),
            title: heading.title.to_owned(),
            definition: heading.definition.to_owned(),
            row_heading: heading.rows.to_owned(),
            columns,
            rows: Vec::new(),
            chart: heading.chart,
        };
        Self { table, rows: Vec::new(), sums: Vec::new(), is_for_officers: false }
    }

    pub(super) fn for_officers(mut self) -> Self {
        self.is_for_officers = true;
        self
    }

    pub(super) fn sum(&mut self, whole: Number, parts: Vec<Number>) {
        self.sums.push(Sum { whole, parts });
    }

    /// A number taken apart: a row for each part, and the whole last.
    pub(super) fn breakdown(
        heading: &Heading,
        counted: &str,
        whole: Number,
        parts: Vec<(String, String, Number)>,
    ) -> Self {
        let mut draft = Self::new(heading, vec![column("count", counted, ColumnKind::Count)]);
        draft.sum(whole.clone(), parts.iter().map(|(_, _, number)| number.clone()).collect());
        for (key, title, number) in parts {
            draft.rows.push(DraftRow::new(key, title).with([Figure::Count(number)]));
        }
        draft.rows.push(DraftRow::total().with([Figure::Count(whole)]));
        draft
    }

    /// A number taken apart in two ways at once, each with its totals. `row/column` of the table
    /// names a cell, `row/` and `/column` a total.
    pub(super) fn grid(
        heading: &Heading,
        whole: &str,
        rows: &[(String, String)],
        columns: &[(String, String)],
        value: impl Fn(usize, usize) -> u64,
    ) -> Self {
        let mut shown: Vec<Column> =
            columns.iter().map(|(key, title)| column(key, title, ColumnKind::Count)).collect();
        shown.push(column(TOTAL, "Total", ColumnKind::Count));
        let mut draft = Self::new(heading, shown);
        let name = |row: &str, column: &str| format!("{}/{row}/{column}", heading.key);
        let total = |numbers: &[Number]| numbers.iter().map(|number| number.value).sum();
        let mut down: Vec<Vec<Number>> = vec![Vec::new(); columns.len() + 1];
        for (at, (row, title)) in rows.iter().enumerate() {
            let cell = |(over, (column, _)): (usize, &(String, String))| {
                Number::new(name(row, column), value(at, over))
            };
            let mut numbers: Vec<Number> = columns.iter().enumerate().map(cell).collect();
            let sum = Number::new(name(row, ""), total(&numbers));
            draft.sum(sum.clone(), numbers.clone());
            numbers.push(sum);
            for (column, number) in down.iter_mut().zip(&numbers) {
                column.push(number.clone());
            }
            let figures = numbers.into_iter().map(Figure::Count);
            draft.rows.push(DraftRow::new(row, title).with(figures));
        }
        let names = columns.iter().map(|(key, _)| name("", key)).chain([whole.to_owned()]);
        let totals: Vec<Number> =
            names.zip(&down).map(|(name, column)| Number::new(name, total(column))).collect();
        for (total, parts) in totals.iter().zip(down) {
            draft.sum(total.clone(), parts);
        }
        if let Some((whole, parts)) = totals.split_last() {
            draft.sum(whole.clone(), parts.to_vec());
        }
        let figures = totals.into_iter().map(Figure::Count);
        draft.rows.push(DraftRow::total().with(figures));
        draft
    }

    /// The table, each cell as it is given.
    pub(super) fn finished(self, cell: impl Fn(&Figure) -> Cell) -> Table {
        let row = |row: DraftRow| Row {
            cells: row.figures.iter().map(&cell).collect(),
            key: row.key,
            title: row.title,
            is_total: row.is_total,
        };
        Table { rows: self.rows.into_iter().map(row).collect(), ..self.table }
    }
}

impl Figure {
    /// The cell that shows everything.
    pub(super) fn shown(&self) -> Cell {
        match self {
            Self::Count(number) => Cell::Count { value: number.value },
            Self::Share { whole, .. } if whole.value == 0 => Cell::Nothing,
            Self::Share { part, whole } => Cell::Share { value: part.value, of: whole.value },
            Self::Length { minutes, .. } | Self::Extreme { minutes, .. } => {
                minutes.map_or(Cell::Nothing, |value| Cell::Minutes { value })
            }
            Self::Plain(cell) => cell.clone(),
        }
    }
}
