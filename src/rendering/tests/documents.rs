//! A document is opened without its writer: its table of objects, its text, its structure.

use super::made_up::*;
use super::reading::{Shown, objects, shown};
use crate::rendering::cell_words::{self, legible};
use crate::rendering::document::win_ansi;
use crate::rendering::drawing::{Face, width_of};
use crate::rendering::report_document;
use crate::reports::{Audience, Report, Row};

fn document() -> Vec<u8> {
    report_document(&report(), ZONE).unwrap()
}

/// A text as a document has it: in the letters of its fonts, with single spaces.
fn printed(text: &str) -> String {
    let printed = win_ansi(&legible(text)).bytes;
    let from_80: Vec<char> = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ".chars().collect();
    let letter = |byte: u8| match byte {
        0x80..=0x9f => from_80[usize::from(byte) - 0x80],
        byte => char::from(byte),
    };
    squeezed(&printed.into_iter().map(letter).collect::<String>())
}

/// Without any space: lines are broken between words, and within long ones.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// All that stands in tables, in order: the smallest size but that of the page's foot.
fn table_text(lines: &[Shown]) -> String {
    lines
        .iter()
        .filter(|line| (line.size - 8.5).abs() < 1e-6)
        .map(|line| squeezed(&line.text))
        .collect()
}

#[test]
fn every_figure_is_printed_in_its_row() {
    let report = report();
    let lines = shown(&document());
    let text = table_text(&lines);
    for table in report.sections.iter().flat_map(|section| &section.tables) {
        for row in &table.rows {
            for (column, cell) in table.columns.iter().zip(&row.cells) {
                let said = printed(&cell_words::cell(cell, column.kind, ZONE));
                assert!(text.contains(&said), "{} {}: {said}", table.key, row.title);
            }
        }
        // Of a table that is not cut, whole rows stand together.
        if table.columns.len() < 5 {
            for row in &table.rows {
                let cells = table.columns.iter().zip(&row.cells);
                let cells = cells.map(|(column, cell)| cell_words::cell(cell, column.kind, ZONE));
                let row: String =
                    [row.title.clone()].into_iter().chain(cells).map(|it| printed(&it)).collect();
                assert!(text.contains(&row), "{}: {row}", table.key);
            }
        }
    }
}

#[test]
fn titles_definitions_and_what_it_is_about_are_printed() {
    let report = report();
    let text: String = shown(&document()).iter().map(|line| squeezed(&line.text)).collect();
    for section in &report.sections {
        assert!(text.contains(&printed(&section.title)), "{}", section.title);
        for table in &section.tables {
            assert!(text.contains(&printed(&table.definition)), "{}", table.definition);
        }
    }
    assert!(text.contains(&printed("Northwick & District Safeguarding Children Partnership")));
    assert!(text.contains("1April2026to31March2027(financialyear2026/27)"));
    assert!(text.contains("healthprovider,=school"));
}

#[test]
fn every_page_has_its_number_its_marking_and_the_headings_of_its_table() {
    let lines = shown(&document());
    let pages = lines.iter().map(|line| line.page).max().unwrap() + 1;
    assert!(pages > 8);
    let mut with_heading = 0;
    for page in 0..pages {
        let here: Vec<&str> =
            lines.iter().filter(|line| line.page == page).map(|line| line.text.as_str()).collect();
        assert!(here.contains(&format!("Page {} of {pages}", page + 1).as_str()), "{here:?}");
        assert_eq!(here.iter().filter(|text| **text == "OFFICIAL-SENSITIVE").count(), 2);
        let has_agencies = here.iter().filter(|text| text.starts_with("Agency ")).count() > 30;
        if has_agencies && here.contains(&"Receives") {
            with_heading += 1;
        }
        assert!(
            !has_agencies || here.contains(&"Receives") || here.contains(&"Agencies"),
            "{page}"
        );
    }
    assert!(with_heading >= 4);
    let published = Report { audience: Audience::Publication, ..report() };
    let text: Vec<String> = shown(&report_document(&published, ZONE).unwrap())
        .into_iter()
        .map(|line| line.text)
        .collect();
    assert!(!text.contains(&"OFFICIAL-SENSITIVE".to_owned()));
    assert!(text.contains(&"For publication".to_owned()));
}

#[test]
fn no_text_leaves_the_page_and_no_two_lines_of_a_table_stand_on_each_other() {
    let mut odd = report();
    let mut row: Row = odd.sections[6].tables[0].rows[0].clone();
    row.title = "Wort".repeat(200);
    row.cells[2] = words(&"a word and another ".repeat(900));
    odd.sections[6].tables[0].rows.push(row);
    let lines = shown(&report_document(&odd, ZONE).unwrap());
    for line in &lines {
        let face = if line.font == "Bold" { Face::Bold } else { Face::Plain };
        let right = line.x + width_of(&line.text, line.size, face);
        assert!(line.x > 47.0 && right < 595.0 - 46.0, "{line:?}");
        assert!(line.y > 20.0 && line.y < 842.0 - 30.0, "{line:?}");
    }
    let mut places: Vec<(usize, i64, i64)> = Vec::new();
    for line in lines.iter().filter(|line| (line.size - 8.5).abs() < 1e-6) {
        #[expect(clippy::cast_possible_truncation, reason = "points on a page")]
        let place = (line.page, (line.x * 10.0) as i64, (line.y * 10.0) as i64);
        assert!(!places.contains(&place), "{line:?}");
        places.push(place);
    }
    let words = lines.iter().flat_map(|line| line.text.split(' '));
    let count = words.filter(|word| *word == "another").count();
    assert_eq!(count, 900, "a cell longer than a page goes on");
}

#[test]
fn what_the_fonts_lack_is_said() {
    let says = |report: &Report| {
        let lines = shown(&report_document(report, ZONE).unwrap());
        lines.iter().any(|line| line.text.starts_with("In this document a question mark may stand"))
    };
    assert!(says(&report()));
    let mut plain = report();
    plain.sections.truncate(1);
    assert!(!says(&plain));
}

#[test]
fn a_reader_that_reads_aloud_finds_headings_tables_and_figures() {
    let objects = objects(&document());
    let texts: Vec<String> = objects
        .values()
        .map(|object| object.iter().map(|byte| char::from(*byte)).collect())
        .collect();
    let of =
        |role: &str| texts.iter().filter(|text| text.contains(&format!("/S /{role}\n"))).count();
    assert_eq!([of("Document"), of("H1"), of("H2"), of("H3"), of("Figure")], [1, 1, 7, 9, 6]);
    let report = report();
    let tables = report.sections.iter().flat_map(|section| &section.tables);
    let rows: usize = tables.map(|table| table.rows.len()).sum();
    assert!(of("TR") > rows && of("TH") > rows && of("TD") > rows);
    let figures = texts.iter().filter(|text| text.contains("/S /Figure\n"));
    assert!(figures.into_iter().all(|text| text.contains("/Alt (Chart: ")));
    let headings = texts.iter().filter(|text| text.contains("/S /TH\n"));
    assert!(headings.into_iter().all(|text| text.contains("/Scope /")));
    let catalogue = texts.iter().find(|text| text.contains("/Type /Catalog")).unwrap();
    for entry in ["/Lang (en-GB)", "/Marked true", "/StructTreeRoot", "/DisplayDocTitle true"] {
        assert!(catalogue.contains(entry), "{entry}");
    }
    assert!(
        texts.iter().any(|text| text.contains("/Title (Escalations and professional challenge: "))
    );
    assert!(!texts.iter().any(|text| text.contains("/Author") || text.contains("/JavaScript")));
    assert_eq!(texts.iter().filter(|text| text.contains("/Dest [")).count(), 7);
}

#[test]
fn each_run_of_marks_has_its_number_once_and_its_element() {
    let objects = objects(&document());
    let text = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let mut pages = 0;
    for object in objects.values().map(|object| text(object)) {
        let Some(content) = object.split("/Contents ").nth(1) else { continue };
        let number: u32 = content.split(' ').next().unwrap().parse().unwrap();
        let stream = text(&objects[&number]);
        let begins = stream.matches(" BDC").count() + stream.matches(" BMC").count();
        assert_eq!(begins, stream.matches("EMC").count());
        let numbers: Vec<usize> = stream
            .split("/MCID ")
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap())
            .collect();
        assert!(numbers.iter().copied().eq(0..numbers.len()));
        // The list of the page's elements stands right after what it shows.
        let elements = text(&objects[&(number + 1)]);
        assert_eq!(elements.matches(" 0 R").count(), numbers.len());
        pages += 1;
    }
    assert!(pages > 8);
}

#[test]
fn a_report_without_sections_is_a_page() {
    let nothing = Report { sections: Vec::new(), ..report() };
    let lines = shown(&report_document(&nothing, ZONE).unwrap());
    assert!(lines.iter().any(|line| line.text == "Page 1 of 1"));
}
