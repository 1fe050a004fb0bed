//! A report as a spreadsheet: a sheet a section, numbers as numbers. No macro and no formula.

use super::cell_words::{self, legible};
use super::error::RenderingError;
use crate::reports::{Cell, Column, ColumnKind, Report, Row, Section, Table};
use chrono::{Datelike, Timelike};
use chrono_tz::Tz;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use std::collections::BTreeSet;

/// The longest name of a sheet that a spreadsheet takes.
const NAME_MAX: usize = 31;
/// The longest text of a cell that a spreadsheet takes, less what cutting adds.
const TEXT_MAX: usize = 32_000;
/// A4.
const PAPER: u8 = 9;
const FIRST_WIDTH: f64 = 38.0;
const OTHER_WIDTH: f64 = 15.0;
/// Over how many columns a definition is written.
const DEFINITION_COLUMNS: u16 = 6;
/// About how many characters of a definition stand in a line.
const DEFINITION_LINE: usize = 110;

/// What one column of a table becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Count,
    Words,
    Instant,
    Share,
    ShareCount,
    ShareOf,
    Days,
    Hours,
    LengthInWords,
}

impl Part {
    fn of(kind: ColumnKind) -> &'static [Self] {
        match kind {
            ColumnKind::Count => &[Self::Count],
            ColumnKind::Words => &[Self::Words],
            ColumnKind::Instant => &[Self::Instant],
            ColumnKind::Share => &[Self::Share, Self::ShareCount, Self::ShareOf],
            ColumnKind::Elapsed => &[Self::Days, Self::LengthInWords],
            ColumnKind::Working => &[Self::Hours, Self::LengthInWords],
        }
    }

    /// What it adds to the column's heading.
    fn heading(self) -> &'static str {
        match self {
            Self::Count | Self::Words | Self::Instant | Self::Share => "",
            Self::ShareCount => ": how many",
            Self::ShareOf => ": of",
            Self::Days => ", in days",
            Self::Hours => ", in hours",
            Self::LengthInWords => ", in words",
        }
    }

    fn number_format(self) -> &'static str {
        match self {
            Self::Count | Self::ShareCount | Self::ShareOf => "#,##0",
            Self::Share => "0.0%",
            Self::Days | Self::Hours => "#,##0.00",
            Self::Instant => "ddd d mmm yyyy, hh:mm",
            Self::Words | Self::LengthInWords => "General",
        }
    }
}

/// A report as a spreadsheet (XLSX). Each share stands as a percentage with its parts, each length
/// as a number and in words; a number that is not shown says so in its cell.
///
/// # Errors
/// If it cannot be written.
pub fn report_spreadsheet(report: &Report, zone: Tz) -> Result<Vec<u8>, RenderingError> {
    let mut book = Workbook::new();
    let mut properties = DocProperties::new().set_title(legible(&report.title));
    // Without this the writer asks what time it is.
    if let Some(at) = local_time(report.as_of, zone) {
        properties = properties.set_creation_datetime(&at);
    }
    book.set_properties(&properties);
    let mut names = BTreeSet::new();
    about_sheet(begin(&mut book, report, "About", &mut names)?, report, zone)?;
    for section in &report.sections {
        let sheet = begin(&mut book, report, &section.title, &mut names)?;
        section_sheet(sheet, section, zone)?;
    }
    Ok(book.save_to_buffer()?)
}

fn begin<'a>(
    book: &'a mut Workbook,
    report: &Report,
    title: &str,
    names: &mut BTreeSet<String>,
) -> Result<&'a mut Worksheet, XlsxError> {
    let marking = cell_words::marking(report.audience);
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(title, names))?;
    sheet.set_landscape().set_paper_size(PAPER).set_print_fit_to_pages(1, 0);
    sheet.set_header(format!("&C&\"Arial,Bold\"{marking}"));
    sheet.set_footer(format!("&L{marking}&RPage &P of &N"));
    Ok(sheet)
}

/// A name that a spreadsheet takes and that no other sheet has.
fn sheet_name(title: &str, names: &mut BTreeSet<String>) -> String {
    let allowed = |c: char| if "[]:*?/\\".contains(c) { ' ' } else { c };
    let plain: String = legible(title).chars().map(allowed).collect();
    let plain = plain.trim().trim_matches('\'').trim();
    // "History" is a name that the spreadsheet keeps for itself.
    let is_free = !plain.is_empty() && !plain.eq_ignore_ascii_case("history");
    let plain = if is_free { plain } else { "Section" };
    for number in 1_u32.. {
        let suffix = if number == 1 { String::new() } else { format!(" {number}") };
        let kept: String = cut_utf16(plain, NAME_MAX - suffix.len());
        let name = format!("{}{suffix}", kept.trim_end().trim_end_matches('\''));
        if names.insert(name.to_lowercase()) {
            return name;
        }
    }
    plain.to_owned()
}

/// The beginning of a text, in the units in which a spreadsheet counts.
fn cut_utf16(text: &str, most: usize) -> String {
    let mut length = 0;
    let fits = |c: &char| {
        length += c.len_utf16();
        length <= most
    };
    text.chars().take_while(fits).collect()
}

fn about_sheet(sheet: &mut Worksheet, report: &Report, zone: Tz) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 24)?.set_column_width(1, 90)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    put(sheet, 0, 0, cell_words::marking(report.audience), &Format::new().set_bold())?;
    put(sheet, 1, 0, &report.title, &title_format())?;
    let mut row = 3;
    for (name, value) in cell_words::about(report, zone) {
        put(sheet, row, 0, &name, &wrapped.clone().set_bold())?;
        put(sheet, row, 1, &value, &wrapped)?;
        row += 1;
    }
    let how_to_read = "Each section has its own sheet. What a table counts, and what not, stands above \
                       it. A share has its percentage and its parts. A length is a number and in words; \
                       working time is counted in working hours. An empty cell has nothing to say.";
    put(sheet, row, 0, "How to read it", &wrapped.clone().set_bold())?;
    put(sheet, row, 1, how_to_read, &wrapped)
}

fn section_sheet(sheet: &mut Worksheet, section: &Section, zone: Tz) -> Result<(), XlsxError> {
    let parts = |table: &Table| -> usize {
        table.columns.iter().map(|column| Part::of(column.kind).len()).sum()
    };
    let widest = section.tables.iter().map(parts).max().unwrap_or(0);
    sheet.set_column_width(0, FIRST_WIDTH)?;
    for column in 1..=u16::try_from(widest).unwrap_or(u16::MAX - 1) {
        sheet.set_column_width(column, OTHER_WIDTH)?;
    }
    put(sheet, 0, 0, &section.title, &title_format())?;
    let mut row = 2;
    let mut last_heading = 0;
    for table in &section.tables {
        last_heading = row + 2;
        row = write_table(sheet, row, table, zone)? + 2;
    }
    // Of several tables no one heading can stand still; the section's title does.
    let frozen = if section.tables.len() == 1 { last_heading + 1 } else { 1 };
    sheet.set_freeze_panes(frozen, 1)?;
    Ok(())
}

/// Writes a table from a row on; says on which row it ends.
fn write_table(sheet: &mut Worksheet, top: u32, table: &Table, zone: Tz) -> Result<u32, XlsxError> {
    put(sheet, top, 0, &table.title, &Format::new().set_bold().set_font_size(12))?;
    let definition = cut(&table.definition);
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.merge_range(top + 1, 0, top + 1, DEFINITION_COLUMNS, &definition, &wrapped)?;
    let lines = definition.chars().count() / DEFINITION_LINE + 1;
    sheet.set_row_height(top + 1, 15.0 * f64::from(u16::try_from(lines).unwrap_or(20).min(20)))?;

    let heading = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let heading = heading.set_border_bottom(FormatBorder::Medium);
    put(sheet, top + 2, 0, &table.row_heading, &heading)?;
    for (place, (column, part)) in (1..).zip(columns(table)) {
        let title = format!("{}{}", cell_words::heading(column), part.heading());
        put(sheet, top + 2, place, &title, &heading)?;
    }
    let mut at = top + 3;
    for row in &table.rows {
        write_row(sheet, at, table, row, zone)?;
        at += 1;
    }
    if table.rows.is_empty() {
        put(sheet, at, 0, "No rows: nothing was found.", &Format::new())?;
        at += 1;
    }
    Ok(at)
}

fn columns(table: &Table) -> impl Iterator<Item = (&Column, Part)> {
    let parts = |column: &Column| Part::of(column.kind);
    table.columns.iter().flat_map(move |column| parts(column).iter().map(move |it| (column, *it)))
}

fn write_row(
    sheet: &mut Worksheet,
    at: u32,
    table: &Table,
    row: &Row,
    zone: Tz,
) -> Result<(), XlsxError> {
    let format = |format: Format| match row.is_total {
        true => format.set_bold().set_border_top(FormatBorder::Thin),
        false => format,
    };
    put(sheet, at, 0, &row.title, &format(Format::new().set_text_wrap()))?;
    let cells = table.columns.iter().zip(&row.cells);
    let parts = cells.flat_map(|(column, cell)| {
        Part::of(column.kind).iter().map(move |it| (*it, column.kind, cell))
    });
    for (place, (part, kind, cell)) in (1..).zip(parts) {
        let format = format(Format::new().set_num_format(part.number_format()));
        write_cell(sheet, (at, place), part, (cell, kind), &format, zone)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a spreadsheet has no other numbers")]
fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    part: Part,
    (cell, kind): (&Cell, ColumnKind),
    format: &Format,
    zone: Tz,
) -> Result<(), XlsxError> {
    let number = match (part, cell) {
        (Part::Count, Cell::Count { value }) => Some(*value as f64),
        (Part::Share, Cell::Share { value, of }) if *of > 0 => Some(*value as f64 / *of as f64),
        (Part::ShareCount, Cell::Share { value, .. }) => Some(*value as f64),
        (Part::ShareOf, Cell::Share { of, .. }) => Some(*of as f64),
        (Part::Days, Cell::Minutes { value }) => Some(*value as f64 / 1440.0),
        (Part::Hours, Cell::Minutes { value }) => Some(*value as f64 / 60.0),
        _ => None,
    };
    if let Some(number) = number {
        sheet.write_number_with_format(row, column, number, format)?;
        return Ok(());
    }
    if let (Part::Instant, Cell::Instant { value }) = (part, cell)
        && let Some(at) = local_time(*value, zone)
    {
        sheet.write_datetime_with_format(row, column, &at, format)?;
        return Ok(());
    }
    let words = match cell {
        Cell::Nothing | Cell::Share { of: 0, .. } => return Ok(()),
        other => cell_words::short(other, kind, zone),
    };
    put(sheet, row, column, &words, format)
}

/// Writes words: never a formula and never a link, whatever they begin with.
fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    words: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, column, cut(words), format).map(|_| ())
}

fn cut(words: &str) -> String {
    let mut kept = cut_utf16(&legible(words), TEXT_MAX);
    if kept.len() < words.len() {
        kept.push('…');
    }
    kept
}

fn title_format() -> Format {
    Format::new().set_bold().set_font_size(16)
}

/// An instant as a spreadsheet has it; none before 1900.
fn local_time(at: crate::clock::UtcInstant, zone: Tz) -> Option<ExcelDateTime> {
    let local = at.utc().with_timezone(&zone).naive_local();
    let small = |number: u32| u8::try_from(number).ok();
    let (year, month, day) = (u16::try_from(local.year()).ok()?, local.month(), local.day());
    let day = ExcelDateTime::from_ymd(year, small(month)?, small(day)?).ok()?;
    let hour = u16::try_from(local.hour()).ok()?;
    day.and_hms(hour, small(local.minute())?, f64::from(local.second())).ok()
}
