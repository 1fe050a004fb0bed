//! A report: figures with their words, before they take a form.

use crate::clock::UtcInstant;
use crate::directory::Sector;
use crate::ids::{AgencyId, PartnershipId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a report is about, and what it found. Every form of it is made from this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// Its title.
    pub title: String,
    /// The partnership's name.
    pub partnership: String,
    /// The period: cases raised in it are counted, unless a definition says otherwise.
    pub period: Period,
    /// As of when: what happened later is not in it.
    pub as_of: UtcInstant,
    /// The filters in words, a name and a value each; empty if it is about all cases.
    pub filters: Vec<(String, String)>,
    /// Whom it is for.
    pub audience: Audience,
    /// Small counts below this are not shown; none if all are.
    pub smallest_count_shown: Option<u32>,
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

/// Whom a report is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Officers of the partnership, who may see the cases: every count is shown.
    Officers,
    /// Anybody: small counts are suppressed, and whatever would give them away.
    Publication,
}

/// A period of whole days in local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Period {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// What it is called.
    pub kind: PeriodKind,
}

/// What a period is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// A quarter of a calendar year.
    Quarter,
    /// From 1 April to 31 March.
    FinancialYear,
    /// Any two days.
    Dates,
}

/// Which cases a report is about; all if nothing is named. Of a field that names several values any
/// one matches; of several fields all must.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// The partnership; reports are of one.
    pub partnership_id: Option<PartnershipId>,
    /// Raised or received by one of these agencies.
    pub agencies: Vec<AgencyId>,
    /// Raised or received by an agency of one of these sectors.
    pub sectors: Vec<Sector>,
    /// Under a policy for one of these topics.
    pub topics: Vec<String>,
    /// About one of these areas of disagreement.
    pub areas_of_disagreement: Vec<String>,
    /// About one of these levels of need.
    pub levels_of_need: Vec<String>,
    /// In one of these urgency classes.
    pub urgency_classes: Vec<String>,
}

/// A part of a report: one question, with its answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Section {
    /// Its key, the same in every report: `volumes`, `stages`, …
    pub key: String,
    /// The question, in words.
    pub title: String,
    /// Its tables.
    pub tables: Vec<Table>,
}

/// A table of figures, all of one definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Table {
    /// Its key, the same in every report.
    pub key: String,
    /// Its title.
    pub title: String,
    /// What is counted and what is not, in words; shown beside it.
    pub definition: String,
    /// What the first column holds, such as `Month`.
    pub row_heading: String,
    /// The other columns.
    pub columns: Vec<Column>,
    /// The rows. A total stands last and says so.
    pub rows: Vec<Row>,
    /// How it is drawn; not at all if none.
    pub chart: Option<Chart>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Column {
    /// Its key, the same in every report, or the id or key of what it stands for.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// What its cells are.
    pub kind: ColumnKind,
}

/// What a column's cells are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// How many.
    Count,
    /// So many of so many.
    Share,
    /// A length in elapsed time.
    Elapsed,
    /// A length in working time.
    Working,
    /// Words.
    Words,
    /// An instant.
    Instant,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Row {
    /// The id or key of what it stands for; `total` for a total.
    pub key: String,
    /// What it stands for, in words.
    pub title: String,
    /// Whether it adds up the rows above it.
    pub is_total: bool,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

/// What a table says in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Cell {
    /// How many.
    Count {
        /// The number.
        value: u64,
    },
    /// So many of so many.
    Share {
        /// How many.
        value: u64,
        /// Of how many.
        of: u64,
    },
    /// A length, in minutes.
    Minutes {
        /// The number.
        value: u64,
    },
    /// Words.
    Words {
        /// The words.
        value: String,
    },
    /// An instant.
    Instant {
        /// The instant.
        value: UtcInstant,
    },
    /// There is nothing to say: no case, so no median.
    Nothing,
    /// Not shown, because the number is small or would give a small one away.
    Suppressed,
}

/// How a table is drawn, from its own cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Chart {
    /// A bar a row, of the first column.
    Bars,
    /// A bar a row, stacked from the columns.
    StackedBars,
    /// A point a row on a line for each column, the rows in order of time.
    Lines,
    /// A stair that falls: the first column is a share, and the key of each row after how many days.
    Survival,
    /// For each row a box from quartile to quartile with the median, and whiskers: the columns are
    /// `lower_quartile`, `median`, `upper_quartile`, `ninetieth` and `worst`.
    Boxes,
}

impl Report {
    /// The same, with a first section that says how many cases could not be counted, where there
    /// are any: in every form, since every form is made from sections.
    #[must_use]
    pub fn saying_what_is_left_out(mut self, count: u64) -> Self {
        if count == 0 {
            return self;
        }
        let column =
            Column { key: "cases".to_owned(), title: "Cases".to_owned(), kind: ColumnKind::Count };
        let row = Row {
            key: "left_out".to_owned(),
            title: "Left out".to_owned(),
            is_total: false,
            cells: vec![Cell::Count { value: count }],
        };
        let table = Table {
            key: "left_out".to_owned(),
            title: "Cases that are not counted".to_owned(),
            definition:
                "Cases whose record is still being prepared or cannot be read. No figure of \
                this report counts them: ask the administrator."
                    .to_owned(),
            row_heading: "What".to_owned(),
            columns: vec![column],
            rows: vec![row],
            chart: None,
        };
        let title = "What is missing from this report?".to_owned();
        let section = Section { key: "left_out".to_owned(), title, tables: vec![table] };
        self.sections.insert(0, section);
        self
    }
}
