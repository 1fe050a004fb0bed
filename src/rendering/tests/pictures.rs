//! A chart draws the numbers of its table, and no others; in greys, within its frame.

use super::made_up::*;
use super::reading::{Piece, starts, texts_of, xml};
use crate::rendering::chart_svg;
use crate::rendering::charts::{Drawn, drawn};
use crate::rendering::drawing::{Align, Drawing, Fill, Mark, width_of};
use crate::reports::{Cell, Chart, ColumnKind, Row, Table};
use proptest::prelude::*;

fn picture(table: &Table) -> Drawing {
    match drawn(table, ZONE) {
        Some(Drawn::Picture(picture)) => picture,
        Some(Drawn::Words(words)) => panic!("no picture: {words}"),
        None => panic!("no chart"),
    }
}

fn pieces(table: &Table) -> Vec<Piece> {
    xml(&chart_svg(table, "chart-1", ZONE).unwrap().unwrap(), &[])
}

/// The words of a picture, as its SVG has them.
fn words_of(table: &Table) -> Vec<String> {
    texts_of(&pieces(table), "text").into_iter().map(|text| text.trim().to_owned()).collect()
}

/// The framed areas of a picture: left, right, upper edge, fill.
fn areas_of(picture: &Drawing) -> Vec<(i32, i32, i32, Fill)> {
    let area = |mark: &Mark| match mark {
        Mark::Area { from, to, fill, has_frame: true } => Some((from.0, to.0, from.1, *fill)),
        _ => None,
    };
    picture.marks.iter().filter_map(area).collect()
}

/// The points of the thick lines.
fn thick_lines(picture: &Drawing) -> Vec<Vec<(i32, i32)>> {
    let line = |mark: &Mark| match mark {
        Mark::Line { points, width: 2, .. } if points.len() > 1 => Some(points.clone()),
        _ => None,
    };
    picture.marks.iter().filter_map(line).collect()
}

#[test]
fn a_bar_is_as_long_as_its_number() {
    let numbers = [41, 23, 0, 17];
    let rows = numbers.map(|number| row(&format!("Area {number}"), vec![count(number)]));
    let columns = vec![column("cases", "Cases", ColumnKind::Count)];
    let picture = picture(&table("areas", "Areas", columns, rows.to_vec(), Some(Chart::Bars)));
    let lengths: Vec<i32> = areas_of(&picture).iter().map(|(from, to, ..)| to - from).collect();
    let [longest, second, third] = lengths[..] else { panic!("{lengths:?}") };
    let ratio = |length: i32| f64::from(length) / f64::from(longest);
    assert!((ratio(second) - 23.0 / 41.0).abs() < 0.01);
    assert!((ratio(third) - 17.0 / 41.0).abs() < 0.01);
}

#[test]
fn what_is_not_shown_is_a_gap_with_words_and_never_nought() {
    let picture_of = |cell: Cell| {
        let rows = vec![row("One", vec![count(10)]), row("Two", vec![cell])];
        let columns = vec![column("cases", "Cases", ColumnKind::Count)];
        table("areas", "Areas", columns, rows, Some(Chart::Bars))
    };
    let (suppressed, nought) = (picture_of(Cell::Suppressed), picture_of(count(0)));
    assert_eq!(areas_of(&picture(&suppressed)).len(), 1);
    let zeros = |table: &Table| words_of(table).iter().filter(|text| *text == "0").count();
    // One 0 stands at the axis.
    assert_eq!((zeros(&suppressed), zeros(&nought)), (1, 2));
    assert!(words_of(&suppressed).contains(&"not shown".to_owned()));
    assert!(!words_of(&nought).contains(&"not shown".to_owned()));
}

#[test]
fn the_parts_of_a_stack_add_up_and_a_column_of_totals_is_none_of_them() {
    let picture = picture(&on_time());
    let areas = areas_of(&picture);
    let legend = 5;
    let row = areas[legend].2;
    let (first, stack): (Vec<_>, Vec<_>) =
        areas.iter().skip(legend).copied().partition(|(_, _, top, _)| *top == row);
    assert_eq!(first.len(), 5);
    let scale = f64::from(first[0].1 - first[0].0) / 61.0;
    for ((from, to, ..), number) in first.iter().zip([61.0, 12.0, 4.0, 9.0, 7.0]) {
        assert!((f64::from(to - from) - number * scale).abs() <= 1.5, "{number}");
    }
    for pair in first.windows(2) {
        assert_eq!(pair[0].1, pair[1].0, "a part begins where the one before ends");
    }
    let fills: Vec<Fill> = first.iter().map(|area| area.3).collect();
    assert!((1..5).all(|place| !fills[..place].contains(&fills[place])), "{fills:?}");
    // Of the second row one part is not shown and so is the sum; of the third two are 0.
    assert_eq!(stack.len(), 4 + 3);
    let words = words_of(&on_time());
    for said in ["61", "12", "93", "31", "not shown", "On time", "Refused"] {
        assert!(words.contains(&said.to_owned()), "{said}");
    }
    assert!(!words.contains(&"48".to_owned()), "the sum would give the part away");
}

#[test]
fn a_line_has_a_gap_where_its_number_is_not_shown() {
    let table = volumes();
    let picture = picture(&table);
    // One line in the legend for each of three columns, and the second is in two parts.
    let lines = thick_lines(&picture);
    let points: Vec<usize> = lines[3..].iter().map(Vec::len).collect();
    assert_eq!(points, [12, 4, 7, 12]);
    let height = |place: usize, of: usize| lines[3 + place][of].1;
    // 27, 23 and 30 cases: equal steps are equally high.
    let step = f64::from(height(0, 1) - height(0, 0)) / 4.0;
    assert!((f64::from(height(0, 1) - height(0, 2)) / 7.0 - step).abs() < 0.6);
    let words = words_of(&table);
    assert_eq!(words.iter().filter(|text| *text == "n/s").count(), 1);
    assert!(words.iter().any(|text| text.starts_with("n/s: the number is not shown")));
}

#[test]
fn a_stair_falls_at_its_times_to_its_shares() {
    let picture = picture(&survival());
    let stair = thick_lines(&picture).pop().unwrap();
    assert_eq!(stair.len(), 1 + 2 * 8);
    let (top, left) = (stair[0].1, stair[0].0);
    let (end, bottom) = (stair[16].0, f64::from(stair[16].1 - top) / 0.91);
    for (place, (days, share)) in (1..).zip([(0, 1_000), (2, 911), (5, 773), (9, 520), (12, 410)]) {
        let (before, after) = (stair[place * 2 - 1], stair[place * 2]);
        assert_eq!((before.0, before.1), (after.0, stair[place * 2 - 2].1), "it falls upright");
        let height = f64::from(after.1 - top) / bottom;
        assert!((height - (1.0 - f64::from(share) / 1_000.0)).abs() < 0.01, "{share}");
        let across = f64::from(after.0 - left) / f64::from(end - left);
        assert!((across - f64::from(days) / 61.0).abs() < 0.01, "{days}");
    }
}

#[test]
fn a_box_reaches_from_quartile_to_quartile() {
    let picture = picture(&stage_times());
    let areas = areas_of(&picture);
    assert_eq!(areas.len(), 3, "a row without numbers has no box");
    let widths: Vec<f64> = areas.iter().map(|(from, to, ..)| f64::from(to - from)).collect();
    assert!((widths[1] / widths[0] - 1_200.0 / 768.0).abs() < 0.03);
    assert!((widths[2] / widths[0] - 1_000.0 / 768.0).abs() < 0.03);
    let words = words_of(&stage_times());
    for said in ["18 h 25 min", "27 h 2 min", "233 h 20 min", "not shown", "–"] {
        assert!(words.contains(&said.to_owned()), "{said}");
    }
}

#[test]
fn a_table_with_nothing_to_draw_has_words_and_one_without_a_chart_nothing() {
    assert!(matches!(drawn(&empty(), ZONE), Some(Drawn::Words(_))));
    assert!(drawn(&matrix(), ZONE).is_none());
    assert_eq!(chart_svg(&empty(), "x", ZONE).unwrap(), None);
    let mut hidden = areas();
    for row in &mut hidden.rows {
        row.cells = vec![Cell::Suppressed];
    }
    assert!(matches!(drawn(&hidden, ZONE), Some(Drawn::Words(_))));
}

#[test]
fn lines_are_as_high_as_what_is_drawn_of_them_and_no_higher() {
    let mut table = volumes();
    let rows = table.rows.iter().cloned().map(|mut row| {
        row.cells.extend([count(5), count(900)]);
        row
    });
    table.rows = rows.collect();
    let more = [("four", "Four"), ("open", "Open at the month's end")];
    table.columns.extend(more.map(|(key, title)| column(key, title, ColumnKind::Count)));
    let words = words_of(&table);
    assert!(words.contains(&"30".to_owned()) && !words.contains(&"1000".to_owned()), "{words:?}");
    assert!(words.iter().any(|text| text.contains("The first 4 of 5 columns are drawn.")));
}

#[test]
fn more_parts_than_can_be_told_apart_are_not_drawn() {
    let cells = |count_of: u64| (0..count_of).map(count).collect();
    let table_of = |parts: u64| {
        let columns = (0..parts).map(|part| column(&part.to_string(), "Part", ColumnKind::Count));
        let rows = vec![row("One", cells(parts))];
        table("parts", "Parts", columns.collect(), rows, Some(Chart::StackedBars))
    };
    assert!(matches!(drawn(&table_of(8), ZONE), Some(Drawn::Picture(_))));
    assert!(matches!(drawn(&table_of(9), ZONE), Some(Drawn::Words(_))));
}

#[test]
fn of_very_many_rows_the_longest_are_drawn_and_it_says_so() {
    let picture = picture(&many_rows());
    assert_eq!(areas_of(&picture).len(), 30);
    let said = "The longest 30 of 200 rows are drawn; all stand in the table.";
    assert!(words_of(&many_rows()).contains(&said.to_owned()));
}

#[test]
fn every_picture_says_what_it_is_and_is_told_apart_without_colour() {
    for table in [volumes(), areas(), on_time(), stage_times(), survival(), many_rows()] {
        let pieces = pieces(&table);
        let starts = starts(&pieces);
        let (name, svg) = starts[0];
        assert_eq!((name.as_str(), svg["role"].as_str()), ("svg", "img"));
        assert_eq!(svg["aria-labelledby"], "chart-1-title chart-1-description");
        assert_eq!(texts_of(&pieces, "title"), [format!("Chart: {}", table.title)]);
        assert!(texts_of(&pieces, "desc")[0].contains(&table.title));
        for (name, attributes) in starts {
            assert!(
                !["script", "style", "image", "use", "a", "foreignObject"].contains(&name.as_str())
            );
            assert!(!attributes.contains_key("style"));
            for colour in ["fill", "stroke"].iter().filter_map(|key| attributes.get(*key)) {
                let channels =
                    colour.strip_prefix('#').map(|hex| (&hex[..2], &hex[2..4], &hex[4..]));
                assert!(
                    colour == "none" || channels.is_some_and(|(r, g, b)| r == g && g == b),
                    "{colour}"
                );
            }
        }
    }
}

/// That everything of a picture stands within its frame, words by their measured width.
fn stays_within(picture: &Drawing) -> Result<(), TestCaseError> {
    let (width, height) = (picture.width, picture.height);
    let is_within = |(x, y): (i32, i32)| (0..=width).contains(&x) && (0..=height).contains(&y);
    for mark in &picture.marks {
        match mark {
            Mark::Line { points, .. } => {
                prop_assert!(points.iter().all(|at| is_within(*at)), "{:?}", mark);
            }
            Mark::Area { from, to, .. } => {
                prop_assert!(is_within(*from) && is_within(*to), "{:?}", mark);
                prop_assert!(from.0 <= to.0 && from.1 <= to.1, "{:?}", mark);
            }
            Mark::Shape { at, .. } => prop_assert!(is_within(*at), "{:?}", mark),
            Mark::Words { at, text, size, face, align, .. } => {
                let wide = width_of(text, f64::from(*size), *face);
                let left = f64::from(at.0)
                    - match align {
                        Align::Start => 0.0,
                        Align::Middle => wide / 2.0,
                        Align::End => wide,
                    };
                prop_assert!(is_within(*at), "{:?}", mark);
                prop_assert!(left >= -2.0 && left + wide <= f64::from(width) + 2.0, "{:?}", mark);
            }
        }
    }
    Ok(())
}

fn any_cell(kind: ColumnKind) -> BoxedStrategy<Cell> {
    let number = prop_oneof![0..20_u64, 0..100_000_u64];
    let shown = match kind {
        ColumnKind::Share => {
            (0..50_u64, 0..50_u64).prop_map(|(some, more)| share(some, some + more)).boxed()
        }
        ColumnKind::Count => number.prop_map(count).boxed(),
        _ => number.prop_map(minutes).boxed(),
    };
    prop_oneof![8 => shown, 1 => Just(Cell::Nothing), 1 => Just(Cell::Suppressed)].boxed()
}

fn any_chart() -> impl Strategy<Value = Table> {
    let chart = prop_oneof![
        Just(Chart::Bars),
        Just(Chart::StackedBars),
        Just(Chart::Lines),
        Just(Chart::Boxes),
        Just(Chart::Survival)
    ];
    let kind = prop_oneof![
        Just(ColumnKind::Count),
        Just(ColumnKind::Share),
        Just(ColumnKind::Elapsed),
        Just(ColumnKind::Working)
    ];
    (chart, kind, 1..9_usize, 0..45_usize).prop_flat_map(|(chart, kind, columns, rows)| {
        let kinds: Vec<ColumnKind> = match chart {
            Chart::Survival => vec![ColumnKind::Share, ColumnKind::Count],
            Chart::Boxes => vec![ColumnKind::Working; 5],
            _ => vec![kind; columns],
        };
        let keys = ["lower_quartile", "median", "upper_quartile", "ninetieth", "worst"];
        let cells: Vec<_> = kinds.iter().map(|kind| any_cell(*kind)).collect();
        let row = ("\\PC{0,60}", cells).prop_map(move |(title, mut cells)| {
            if chart == Chart::Boxes {
                cells.sort_by_key(|cell| match cell {
                    Cell::Minutes { value } => *value,
                    _ => 0,
                });
            }
            let key =
                if chart == Chart::Survival { title.len().to_string() } else { title.clone() };
            Row { key, ..row(&title, cells) }
        });
        let headings = prop::collection::vec("[ -~]{0,70}", kinds.len());
        (headings, prop::collection::vec(row, rows)).prop_map(move |(headings, rows)| {
            let columns = headings.iter().zip(&kinds).enumerate().map(|(place, (title, kind))| {
                column(keys.get(place).unwrap_or(&"other"), title, *kind)
            });
            table("any", "Any", columns.collect(), rows, Some(chart))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn every_chart_stays_within_its_frame_and_is_well_formed(table in any_chart()) {
        if let Some(Drawn::Picture(picture)) = drawn(&table, ZONE) {
            stays_within(&picture)?;
            xml(&chart_svg(&table, "any", ZONE).unwrap().unwrap(), &[]);
        }
    }
}
