//! What stands in a report's document, in which order.

use super::file::{Bookmark, Whole, bytes};
use super::flow::{Flow, HEIGHT, MARGIN, Setting, WIDTH, show};
use super::paper::Paper;
use super::tables;
use super::tags::{DOCUMENT, ElementId};
use crate::rendering::cell_words::{self, legible};
use crate::rendering::charts::{self, Drawn};
use crate::rendering::drawing::{Drawing, Face, paint};
use crate::rendering::error::RenderingError;
use crate::reports::{Report, Section, Table};
use chrono_tz::Tz;
use pdf_writer::Name;
use pdf_writer::types::StructRole;

const TITLE: Setting = Setting { size: 20.0, face: Face::Bold };
const SECTION: Setting = Setting { size: 15.0, face: Face::Bold };
const TABLE: Setting = Setting { size: 11.0, face: Face::Bold };
const LABEL: Setting = Setting { size: 10.0, face: Face::Bold };
/// Where the values stand that a report is about.
const VALUES: f32 = 110.0;
/// The highest picture: a page without the words above it.
const PICTURE_MAX: f32 = HEIGHT - 130.0;
/// The height of a table's headings and its first rows.
const ROWS_KEPT: f32 = 80.0;
/// Between what stands above a table.
const GAPS: f32 = 30.0;
/// What is said where the fonts lacked a character.
const LACKING: &str = "In this document a question mark may stand for a character that its fonts do not \
                       have. The page and the spreadsheet of the same report show it.";

/// A report as a document to print (PDF, A4): bookmarks by section, charts as vectors, tables that
/// break over pages with their headings again, the marking and the page's number on every page.
///
/// Its fonts are those of every reader, which know the characters of western Europe; another is
/// shown by the nearest that they have, or by a question mark and a note that says so.
///
/// # Errors
/// If a chart cannot be drawn.
pub fn report_document(report: &Report, zone: Tz) -> Result<Vec<u8>, RenderingError> {
    let mut flow = Flow::new();
    heading(&mut flow, DOCUMENT, StructRole::H1, &report.title, TITLE);
    flow.gap(6.0);
    for (name, value) in cell_words::about(report, zone) {
        about(&mut flow, &name, &value);
    }
    let mut bookmarks = Vec::new();
    for section in &report.sections {
        let element = flow.tags.begin(StructRole::Sect, DOCUMENT);
        bookmarks.push(write_section(&mut flow, element, section, zone)?);
    }
    if flow.lacks_any {
        let element = flow.tags.begin(StructRole::P, DOCUMENT);
        flow.gap(14.0);
        flow.paragraph(element, LACKING, Setting::NOTE);
    }
    let period = cell_words::period(&report.period);
    Ok(bytes(Whole {
        flow,
        bookmarks,
        title: legible(&format!("{}: {}, {period}", report.title, report.partnership)),
        marking: cell_words::marking(report.audience),
        footer: format!("{}, {period}", legible(&report.title)),
    }))
}

fn heading(flow: &mut Flow, parent: ElementId, role: StructRole, text: &str, setting: Setting) {
    let element = flow.tags.begin(role, parent);
    flow.paragraph(element, text, setting);
}

/// A name and its value beside it.
fn about(flow: &mut Flow, name: &str, value: &str) {
    let element = flow.tags.begin(StructRole::P, DOCUMENT);
    let names = LABEL.wrap(name, VALUES - 8.0);
    let values = Setting::BODY.wrap(value, WIDTH - VALUES);
    for place in 0..names.len().max(values.len()) {
        flow.ensure(LABEL.leading());
        flow.down(LABEL.leading());
        let y = flow.place().1 + LABEL.size * 0.3;
        for (words, x, setting) in
            [(names.get(place), MARGIN, LABEL), (values.get(place), MARGIN + VALUES, Setting::BODY)]
        {
            if let Some(words) = words.filter(|words| !words.is_empty()) {
                flow.marked(element, Name(b"P"), |page, lacks| {
                    show(page, (x, y), words, setting, lacks);
                });
            }
        }
    }
}

fn write_section(
    flow: &mut Flow,
    element: ElementId,
    section: &Section,
    zone: Tz,
) -> Result<Bookmark, RenderingError> {
    let first =
        section.tables.first().map(|table| together(table, charts::drawn(table, zone).as_ref()));
    let head = lines_height(SECTION, &section.title);
    flow.gap(24.0);
    flow.ensure((head + first.unwrap_or(0.0)).min(HEIGHT));
    let (page, top) = flow.place();
    heading(flow, element, StructRole::H2, &section.title, SECTION);
    for table in &section.tables {
        write_table(flow, element, table, zone)?;
    }
    Ok(Bookmark { title: legible(&section.title), page, top })
}

fn lines_height(setting: Setting, text: &str) -> f32 {
    let lines = u16::try_from(setting.wrap(text, WIDTH).len()).unwrap_or(u16::MAX);
    f32::from(lines) * setting.leading()
}

/// The height of what stands above a table's own rows, and of the first of these: it is not torn
/// apart.
fn together(table: &Table, chart: Option<&Drawn>) -> f32 {
    let words = lines_height(TABLE, &table.title) + lines_height(Setting::NOTE, &table.definition);
    let chart = match chart {
        Some(Drawn::Picture(picture)) => placed(picture, PICTURE_MAX).1,
        Some(Drawn::Words(_)) | None => ROWS_KEPT,
    };
    words + chart + GAPS
}

fn write_table(
    flow: &mut Flow,
    parent: ElementId,
    table: &Table,
    zone: Tz,
) -> Result<(), RenderingError> {
    let chart = charts::drawn(table, zone);
    flow.gap(14.0);
    flow.ensure(together(table, chart.as_ref()).min(HEIGHT));
    heading(flow, parent, StructRole::H3, &table.title, TABLE);
    let definition = flow.tags.begin(StructRole::P, parent);
    flow.paragraph(definition, &table.definition, Setting::NOTE);
    flow.gap(6.0);
    match chart {
        Some(Drawn::Picture(picture)) => {
            let figure = flow.tags.begin(StructRole::Figure, parent);
            let description = charts::description(table);
            flow.tags.say_instead(figure, format!("Chart: {}. {description}", table.title));
            draw(flow, figure, &picture)?;
        }
        Some(Drawn::Words(words)) => {
            let element = flow.tags.begin(StructRole::P, parent);
            flow.paragraph(element, words, Setting::NOTE);
        }
        None => {}
    }
    tables::write(flow, parent, table, zone);
    Ok(())
}

/// How many points a pixel of a picture has, and how high it is: as wide as the text, unless it would
/// be higher than a page then.
#[expect(clippy::cast_precision_loss, reason = "pixels of a picture, far below 2^24")]
fn placed(picture: &Drawing, most: f32) -> (f32, f32) {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let scale = (WIDTH / width).min(most / height);
    (scale, height * scale)
}

fn draw(flow: &mut Flow, figure: ElementId, picture: &Drawing) -> Result<(), RenderingError> {
    let (scale, height) = placed(picture, PICTURE_MAX);
    flow.ensure(height);
    let top_left = (MARGIN, flow.place().1);
    let size = (picture.width.unsigned_abs(), picture.height.unsigned_abs());
    let mut outcome = Ok(());
    flow.marked(figure, Name(b"Figure"), |page, lacks_any| {
        page.save_state();
        outcome = paint(picture, &mut Paper { page, top_left, scale, size, lacks_any });
        page.restore_state();
    });
    flow.down(height + 6.0);
    outcome
}
