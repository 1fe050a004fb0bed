//! Tables that break over pages, and that are cut into several where they have too many columns.

use super::flow::{Flow, HEIGHT, MARGIN, Setting, WIDTH, rule, show};
use super::tags::{ElementId, Tags};
use crate::rendering::cell_words;
use crate::rendering::drawing::Face;
use crate::reports::{ColumnKind, Table};
use chrono_tz::Tz;
use pdf_writer::Name;
use pdf_writer::types::{StructRole, TableHeaderScope};

const PLAIN: Setting = Setting { size: 8.5, face: Face::Plain };
const STRONG: Setting = Setting { size: 8.5, face: Face::Bold };
/// The most room that what a row stands for must have.
const FIRST: f32 = 140.0;
/// The most room that a column is given so that nothing is broken.
const FULL_MAX: f32 = 260.0;
/// Between two columns.
const GAP: f32 = 10.0;
/// The most room that a heading is given so that it is not broken.
const HEADING_MAX: f32 = 100.0;
/// What a column is given beside its words, where there is room.
const SPARE: f32 = 12.0;
/// No column is narrower.
const NARROW: f32 = 34.0;
/// A cell that is no wider than this is not broken.
const WIDE: f32 = 110.0;
/// Above and below the words of a row.
const PADDING: f32 = 3.0;

/// A column as it is set.
struct Column {
    left: f32,
    width: f32,
    is_number: bool,
}

/// Words in their columns.
struct Line {
    cells: Vec<String>,
    is_total: bool,
}

/// Writes a table, cut into several side by side where it is too wide.
pub(super) fn write(flow: &mut Flow, parent: ElementId, table: &Table, zone: Tz) {
    for band in bands(table, zone) {
        let first = band.first().copied().unwrap_or(0);
        if first > 0 {
            let (from, to) = (first + 1, first + band.len());
            let words = format!("Columns {from} to {to} of {}:", table.columns.len());
            let element = flow.tags.begin(StructRole::P, parent);
            flow.gap(8.0);
            flow.ensure(60.0);
            flow.paragraph(element, &words, Setting::NOTE);
        }
        write_band(flow, parent, table, &band, zone);
    }
    if table.rows.is_empty() {
        let element = flow.tags.begin(StructRole::P, parent);
        flow.paragraph(
            element,
            "There are no rows: nothing was found that this table counts.",
            PLAIN,
        );
    }
}

/// The columns in as many groups as are needed, each narrow enough for the page, and of about the
/// same number.
fn bands(table: &Table, zone: Tz) -> Vec<Vec<usize>> {
    let widths: Vec<f32> =
        (0..table.columns.len()).map(|place| room(table, place, zone).least + GAP).collect();
    let free = WIDTH - first_room(table).least;
    let mut most = widths.len();
    let fits = |most: usize| {
        widths.chunks(most).all(|band| band.len() == 1 || band.iter().sum::<f32>() <= free)
    };
    while most > 1 && !fits(most) {
        most -= 1;
    }
    // As few groups as that gives, evenly filled.
    let groups = widths.len().div_ceil(most.max(1));
    let even = widths.len().div_ceil(groups.max(1)).max(1);
    let places: Vec<usize> = (0..widths.len()).collect();
    if places.is_empty() {
        vec![Vec::new()]
    } else {
        places.chunks(even).map(<[_]>::to_vec).collect()
    }
}

/// How wide a column is.
#[derive(Debug, Clone, Copy)]
struct Room {
    /// At least: its longest word, and all of a cell that is short.
    least: f32,
    /// So that nothing has to be broken.
    full: f32,
}

fn room(table: &Table, place: usize, zone: Tz) -> Room {
    let Some(column) = table.columns.get(place) else {
        return Room { least: NARROW, full: NARROW };
    };
    let cells = table.rows.iter().filter_map(|row| row.cells.get(place));
    let cells = cells.map(|cell| cell_words::cell(cell, column.kind, zone));
    of_words(&cell_words::heading(column), cells, WIDTH - FIRST - GAP)
}

/// The room of what the rows stand for.
fn first_room(table: &Table) -> Room {
    let titles = table.rows.iter().map(|row| cell_words::legible(&row.title));
    of_words(&table.row_heading, titles, FIRST)
}

fn of_words(heading: &str, cells: impl Iterator<Item = String>, most: f32) -> Room {
    let longest =
        |words: &str| words.split_whitespace().map(|word| STRONG.width(word)).fold(0.0, f32::max);
    let mut room = Room { least: longest(heading).max(NARROW), full: NARROW };
    for cell in cells {
        let all = STRONG.width(&cell);
        room.least = room.least.max(if all <= WIDE { all } else { longest(&cell).max(WIDE) });
        room.full = room.full.max(all);
    }
    // A point more: sums of widths are not exact, and a word must not be broken for that.
    let least = room.least.min(most) + 1.0;
    let full = room.full.max(STRONG.width(heading).min(HEADING_MAX)) + SPARE;
    Room { least, full: full.clamp(least, FULL_MAX.max(least)) }
}

fn columns(table: &Table, band: &[usize], zone: Tz) -> Vec<Column> {
    let rooms = band.iter().map(|place| room(table, *place, zone));
    let rooms: Vec<Room> = [first_room(table)].into_iter().chain(rooms).collect();
    let used = rooms.iter().map(|room| room.least + GAP).sum::<f32>() - GAP;
    let wanted = rooms.iter().map(|room| room.full - room.least).sum::<f32>();
    let part = if wanted > 0.0 { ((WIDTH - used) / wanted).clamp(0.0, 1.0) } else { 0.0 };
    let kinds = band.iter().filter_map(|place| table.columns.get(*place)).map(|it| it.kind);
    let kinds = [ColumnKind::Words].into_iter().chain(kinds);
    let mut left = MARGIN;
    let mut columns = Vec::new();
    for (room, kind) in rooms.into_iter().zip(kinds) {
        let width = room.least + (room.full - room.least) * part;
        let is_number = !matches!(kind, ColumnKind::Words | ColumnKind::Instant);
        columns.push(Column { left, width, is_number });
        left += width + GAP;
    }
    columns
}

/// Where a table ends at the right.
fn right(columns: &[Column]) -> f32 {
    columns.last().map_or(MARGIN, |column| column.left + column.width)
}

#[expect(clippy::cast_precision_loss, reason = "the number of some columns")]
fn count(number: usize) -> f32 {
    number as f32
}

fn write_band(flow: &mut Flow, parent: ElementId, table: &Table, band: &[usize], zone: Tz) {
    let columns = columns(table, band, zone);
    let of_band = band.iter().filter_map(|place| table.columns.get(*place));
    let headings = of_band.map(cell_words::heading);
    let headings: Vec<String> = [table.row_heading.clone()].into_iter().chain(headings).collect();
    let heading = Line { cells: headings, is_total: false };
    let element = flow.tags.begin(StructRole::Table, parent);
    let head_height = height(&wrapped(&heading, &columns, STRONG));
    flow.ensure(head_height + 4.0 * PLAIN.leading());
    write_heading(flow, Some(element), &heading, &columns);
    for row in &table.rows {
        let cells =
            band.iter().map(|place| match (row.cells.get(*place), table.columns.get(*place)) {
                (Some(cell), Some(column)) => cell_words::cell(cell, column.kind, zone),
                _ => String::new(),
            });
        let cells = [row.title.clone()].into_iter().chain(cells).collect();
        let line = Line { cells, is_total: row.is_total };
        write_row(flow, element, &line, &columns, &heading);
    }
    flow.gap(6.0);
}

/// The lines of each cell.
fn wrapped(line: &Line, columns: &[Column], setting: Setting) -> Vec<Vec<String>> {
    let cells = line.cells.iter().zip(columns);
    cells.map(|(words, column)| setting.wrap(words, column.width)).collect()
}

fn height(cells: &[Vec<String>]) -> f32 {
    let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
    count(lines) * PLAIN.leading() + 2.0 * PADDING
}

/// Writes the headings; again on a later page they are for the eye alone.
fn write_heading(flow: &mut Flow, table: Option<ElementId>, heading: &Line, columns: &[Column]) {
    let cells = wrapped(heading, columns, STRONG);
    let row = table.map(|table| flow.tags.begin(StructRole::TR, table));
    let cell_of = |tags: &mut Tags, _: usize| {
        let cell = tags.begin(StructRole::TH, row?);
        tags.heads(cell, TableHeaderScope::Column);
        Some(cell)
    };
    write_cells(flow, &cells, columns, STRONG, cell_of);
    let (_, y) = flow.place();
    flow.decoration(|page, _| rule(page, MARGIN, right(columns), y, 1.0));
}

fn write_row(flow: &mut Flow, table: ElementId, line: &Line, columns: &[Column], heading: &Line) {
    let setting = if line.is_total { STRONG } else { PLAIN };
    let cells = wrapped(line, columns, setting);
    let head = height(&wrapped(heading, columns, STRONG));
    let row = flow.tags.begin(StructRole::TR, table);
    let elements: Vec<ElementId> = (0..cells.len())
        .map(|place| {
            let role = if place == 0 { StructRole::TH } else { StructRole::TD };
            let cell = flow.tags.begin(role, row);
            if place == 0 {
                flow.tags.heads(cell, TableHeaderScope::Row);
            }
            cell
        })
        .collect();
    // A row that no page holds goes on on the next.
    let most = ((HEIGHT - head) / PLAIN.leading()).floor() - 2.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1")]
    let most = most.max(1.0) as usize;
    let all = cells.iter().map(Vec::len).max().unwrap_or(0);
    let mut from = 0;
    while from < all.max(1) {
        let part: Vec<Vec<String>> = cells
            .iter()
            .map(|lines| lines.iter().skip(from).take(most).cloned().collect())
            .collect();
        if flow.free() < height(&part) {
            flow.turn();
            write_heading(flow, None, heading, columns);
        }
        if line.is_total && from == 0 {
            let (_, y) = flow.place();
            flow.decoration(|page, _| rule(page, MARGIN, right(columns), y, 1.0));
        }
        write_cells(flow, &part, columns, setting, |_, place| elements.get(place).copied());
        from += most;
    }
    let (_, y) = flow.place();
    flow.decoration(|page, _| rule(page, MARGIN, right(columns), y, 0.3));
}

/// Writes the lines of cells side by side, each as the element that `element_of` gives it.
fn write_cells(
    flow: &mut Flow,
    cells: &[Vec<String>],
    columns: &[Column],
    setting: Setting,
    mut element_of: impl FnMut(&mut Tags, usize) -> Option<ElementId>,
) {
    let (_, top) = flow.place();
    for (place, (lines, column)) in cells.iter().zip(columns).enumerate() {
        let element = element_of(&mut flow.tags, place);
        let mut y = top - PADDING;
        for line in lines.iter().filter(|line| !line.is_empty()) {
            y -= setting.leading();
            let over = column.width - setting.width(line);
            let x = column.left + if column.is_number { over.max(0.0) } else { 0.0 };
            let at = (x, y + setting.size * 0.3);
            match element {
                Some(element) => flow.marked(element, Name(b"P"), |page, lacks| {
                    show(page, at, line, setting, lacks);
                }),
                None => flow.decoration(|page, lacks| show(page, at, line, setting, lacks)),
            }
        }
    }
    flow.down(height(cells));
}
