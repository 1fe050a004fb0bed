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
/// The room for what a row stands for, where there are other columns.
const FIRST: f32 = 140.0;
/// Between two columns.
const GAP: f32 = 10.0;
/// No column is narrower or, before it is given what is over, wider.
const NARROW: f32 = 34.0;
const WIDE: f32 = 120.0;
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

/// The columns in as many groups as are needed, each narrow enough for the page.
fn bands(table: &Table, zone: Tz) -> Vec<Vec<usize>> {
    let mut bands: Vec<Vec<usize>> = vec![Vec::new()];
    let mut left = WIDTH - FIRST;
    for place in 0..table.columns.len() {
        let width = natural(table, place, zone) + GAP;
        if width > left && bands.last().is_some_and(|band| !band.is_empty()) {
            bands.push(Vec::new());
            left = WIDTH - FIRST;
        }
        left -= width;
        if let Some(band) = bands.last_mut() {
            band.push(place);
        }
    }
    bands
}

/// How wide a column would be: its longest word, and all of a cell that is short.
fn natural(table: &Table, place: usize, zone: Tz) -> f32 {
    let Some(column) = table.columns.get(place) else { return NARROW };
    let heading = cell_words::heading(column);
    let words = heading.split_whitespace().map(|word| STRONG.width(word));
    let cells = table.rows.iter().filter_map(|row| row.cells.get(place)).map(|cell| {
        let said = cell_words::cell(cell, column.kind, zone);
        let all = STRONG.width(&said);
        let longest = said.split_whitespace().map(|word| STRONG.width(word)).fold(0.0, f32::max);
        if all <= WIDE { all } else { longest.max(WIDE) }
    });
    words.chain(cells).fold(NARROW, f32::max).min(WIDTH - FIRST - GAP)
}

fn columns(table: &Table, band: &[usize], zone: Tz) -> Vec<Column> {
    let widths: Vec<f32> = band.iter().map(|place| natural(table, *place, zone)).collect();
    let used = widths.iter().sum::<f32>() + GAP * count(widths.len());
    // What is over goes to the first column up to half the page, and then to all.
    let over = (WIDTH - FIRST - used).max(0.0);
    let first = FIRST + over.min(if band.is_empty() { over } else { WIDTH / 2.0 - FIRST });
    let each = (WIDTH - first - used).max(0.0) / count(widths.len().max(1));
    let each = each.min(40.0);
    let mut columns = vec![Column { left: MARGIN, width: first, is_number: false }];
    let mut left = MARGIN + first + GAP;
    for (place, width) in band.iter().zip(widths) {
        let kind = table.columns.get(*place).map_or(ColumnKind::Words, |column| column.kind);
        let is_number = !matches!(kind, ColumnKind::Words | ColumnKind::Instant);
        columns.push(Column { left, width: width + each, is_number });
        left += width + each + GAP;
    }
    columns
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
    flow.decoration(|page, _| rule(page, MARGIN, MARGIN + WIDTH, y, 1.0));
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
            flow.decoration(|page, _| rule(page, MARGIN, MARGIN + WIDTH, y, 1.0));
        }
        write_cells(flow, &part, columns, setting, |_, place| elements.get(place).copied());
        from += most;
    }
    let (_, y) = flow.place();
    flow.decoration(|page, _| rule(page, MARGIN, MARGIN + WIDTH, y, 0.3));
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
