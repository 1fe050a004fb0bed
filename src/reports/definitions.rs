//! The definitions of all figures as one text, from the report that holds them.

use super::{CaseLine, ListColumn, Report, StayLine};
use std::fmt::Write;

/// What every figure of a report counts, in Markdown: `docs/reports.md`, from a report for officers.
pub fn definitions(report: &Report) -> String {
    let mut text = HEAD.to_owned();
    // Writing to a text cannot fail, so what `write!` answers is not looked at.
    for section in &report.sections {
        let _ = write!(text, "\n## {}\n", section.title);
        for table in &section.tables {
            let _ = write!(text, "\n### {}\n\n{}\n\n", table.title, table.definition);
            let _ =
                writeln!(text, "Key: `{}`, by {}.", table.key, table.row_heading.to_lowercase());
        }
    }
    text.push_str(LISTS);
    columns(&mut text, "A line for each case", CaseLine::COLUMNS);
    columns(&mut text, "A line for each stay in a stage", StayLine::COLUMNS);
    text
}

fn columns(text: &mut String, title: &str, columns: &[ListColumn]) {
    let _ = write!(text, "\n### {title}\n\n");
    for ListColumn { key, definition } in columns {
        let _ = writeln!(text, "- `{key}`:{definition}");
    }
}

const HEAD: &str = "\
# Reports

What every figure counts. This text is made from the definitions that stand beside the figures; a
test holds the two together.

Every figure is made from the timelines of cases, by one pass over what is counted of each, and every
form of a report (JSON, CSV, a spreadsheet, a page, a document to print, a chart) from the same
figures. The list of cases is made from the same, so that everything can be counted again from it.

## What holds for all figures

- **The period** is in whole days by the partnership's own clock on the wall. Cases raised in it are
  counted, unless a definition says otherwise. What happened to them later is counted too.
- **As of** an instant: cases raised later are left out. What is known of the others is what is known
  now.
- **Drafts** are never counted.
- **Quantiles** are by the nearest rank: the median is the shortest length that at least half of the
  lengths do not exceed, the 90th centile the shortest that nine of ten do not exceed. So each is a
  length that occurred, and none is made up between two. Beside them stand how many there were.
- **Elapsed time** runs through nights and weekends, **working time** within the working hours of the
  policy that each case keeps, with the partnership's closures as they were then.
- **Cases that are missing**: where what is counted of a case is still being prepared or cannot be
  read, a report says first of all how many such cases there are. Their list says it in
  `left_out_count`, and as comma-separated values in the header `Left-Out-Count` of the answer; a
  picture of many says it in a line of words. A case that somebody may not hear of is not among them.
- **Filters** are put together so: of several values of one filter any one matches, of several filters
  all must. An agency or a sector matches on either side.

## For publication

A report for publication shows no count from 1 to one less than the smallest that is to be shown
(`reports.suppress_below`, 5 if nothing is said); 0 is shown. A small count beside a date and a school
names a child to those who live there. So that nothing suppressed can be worked out:

- further numbers are suppressed until, of each suppressed number, another value agrees with all that
  is shown: over rows and columns, over shares and what is left of them, and over all tables of the
  report that count the same;
- several numbers are suppressed together until they are not a small number together;
- a share is suppressed if either of its numbers or what is left is; lengths if they are taken from a
  number that is;
- the longest of anything is one case's own, and is not shown;
- the curve of open cases leaves out each point between which and the point shown before it fewer
  cases ended or went out of sight;
- levels of need, which are written freely, are named only if they are not rare;
- agencies are not named, and what is open now or falls due is left out.

It takes no filters: two reports with different filters could be subtracted from each other. For the
same reason publish one report for a period, and periods that do not overlap: a quarter and a year that
holds it, or the same days a week later, show by their difference what neither shows alone.
";

const LISTS: &str = "\n## The lists\n\nFor officers only. They hold no child, no narrative and nobody's \
     name.\n";
