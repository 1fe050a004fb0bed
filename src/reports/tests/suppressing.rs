//! Somebody has the published report, knows how it is made, and tries to work out what is not shown.

use super::super::draft::{Draft, DraftRow, DraftSection, Figure, Heading, Number, column};
use super::super::suppression::protected;
use super::super::*;
use super::histories::*;
use fastrand::Rng;

const HEADING: Heading =
    Heading { key: "made_up", title: "", definition: "", rows: "", chart: None };

fn named(count: usize, letter: char) -> Vec<(String, String)> {
    (0..count).map(|number| (format!("{letter}{number}"), String::new())).collect()
}

fn shown(draft: Draft, smallest: u32) -> Vec<Vec<Option<u64>>> {
    let sections = protected(vec![DraftSection::new("it", "", vec![draft])], Some(smallest));
    let table = &sections[0].tables[0];
    let value = |cell: &Cell| match cell {
        Cell::Count { value } => Some(*value),
        Cell::Suppressed => None,
        cell => panic!("{cell:?}"),
    };
    table.rows.iter().map(|row| row.cells.iter().map(value).collect()).collect()
}

/// A grid with its totals, as it is shown and as it is.
struct Grid {
    shown: Vec<Vec<Option<u64>>>,
    real: Vec<Vec<u64>>,
}

impl Grid {
    fn of(values: &[Vec<u64>], smallest: u32) -> Self {
        let (rows, columns) = (values.len(), values[0].len());
        let value = |row: usize, over: usize| values[row][over];
        let draft = Draft::grid(&HEADING, "all", &named(rows, 'r'), &named(columns, 'c'), value);
        let with_total = |row: &Vec<u64>| {
            let mut row = row.clone();
            row.push(row.iter().sum());
            row
        };
        let mut real: Vec<Vec<u64>> = values.iter().map(with_total).collect();
        real.push((0..=columns).map(|over| real.iter().map(|row| row[over]).sum()).collect());
        Self { shown: shown(draft, smallest), real }
    }

    /// Whether other numbers than the real one agree with all that is shown, at a place.
    fn can_differ(&self, row: usize, over: usize) -> bool {
        let (rows, columns) = (self.real.len() - 1, self.real[0].len() - 1);
        let most = self.real[rows][columns] + 2;
        let mut values = vec![vec![0; columns]; rows];
        self.fill(&mut values, 0, most, &|values| {
            let value = match (row == rows, over == columns) {
                (true, true) => values.iter().flatten().sum(),
                (true, false) => values.iter().map(|row| row[over]).sum(),
                (false, true) => values[row].iter().sum::<u64>(),
                (false, false) => values[row][over],
            };
            value != self.real[row][over]
        })
    }

    /// Tries every way to fill the inside that agrees with what is shown, until one is such.
    fn fill(
        &self,
        values: &mut Vec<Vec<u64>>,
        place: usize,
        most: u64,
        is_such: &dyn Fn(&Vec<Vec<u64>>) -> bool,
    ) -> bool {
        let (rows, columns) = (values.len(), values[0].len());
        if place == rows * columns {
            let all = values.iter().flatten().sum::<u64>();
            return self.shown[rows][columns].is_none_or(|it| it == all) && is_such(values);
        }
        let (row, over) = (place / columns, place % columns);
        let so_far = |of: &mut dyn Iterator<Item = u64>| of.sum::<u64>();
        let in_row = so_far(&mut values[row][..over].iter().copied());
        let in_column = so_far(&mut values[..row].iter().map(|row| row[over]));
        let mut fits = |value: u64| {
            let is_right = |total: Option<u64>, sum: u64, is_last: bool| {
                total.is_none_or(|total| if is_last { sum == total } else { sum <= total })
            };
            if !is_right(self.shown[row][columns], in_row + value, over + 1 == columns)
                || !is_right(self.shown[rows][over], in_column + value, row + 1 == rows)
            {
                return false;
            }
            values[row][over] = value;
            let found = self.fill(values, place + 1, most, is_such);
            values[row][over] = 0;
            found
        };
        match self.shown[row][over] {
            Some(value) => fits(value),
            None => (0..=most).any(fits),
        }
    }

    /// Everything that is not shown could be something else; what is small is not shown.
    fn is_safe(&self, smallest: u64) {
        for (row, cells) in self.shown.iter().enumerate() {
            for (over, cell) in cells.iter().enumerate() {
                let real = self.real[row][over];
                match cell {
                    Some(value) => {
                        assert_eq!(*value, real);
                        assert!(!(1..smallest).contains(&real), "{:?}", self.shown);
                    }
                    None => {
                        assert!(self.can_differ(row, over), "{:?}\n{:?}", self.real, self.shown)
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_suppressed_in_a_breakdown_cannot_be_worked_out() {
    let mut rng = Rng::with_seed(21);
    for _ in 0..3_000 {
        let smallest = rng.u32(2..6);
        let most = rng.u64(1..12);
        let rows = rng.usize(1..6);
        let values: Vec<Vec<u64>> =
            (0..rows).map(|_| vec![if rng.u8(..3) == 0 { 0 } else { rng.u64(..=most) }]).collect();
        Grid::of(&values, smallest).is_safe(smallest.into());
    }
}

#[test]
fn what_is_suppressed_in_a_table_of_two_ways_cannot_be_worked_out() {
    let mut rng = Rng::with_seed(22);
    let mut suppressed = 0;
    for _ in 0..1_500 {
        let smallest = rng.u32(2..5);
        let most = rng.u64(1..9);
        let (rows, columns) = (rng.usize(2..4), rng.usize(2..4));
        let mut row =
            || (0..columns).map(|_| if rng.u8(..3) == 0 { 0 } else { rng.u64(..=most) }).collect();
        let values: Vec<Vec<u64>> = (0..rows).map(|_| row()).collect();
        let grid = Grid::of(&values, smallest);
        suppressed += grid.shown.iter().flatten().filter(|cell| cell.is_none()).count();
        grid.is_safe(smallest.into());
    }
    assert!(suppressed > 1_000, "{suppressed}");
}

/// Two rings of suppressed cells that hang together by one: no row and no column has one alone, and
/// still that one can be worked out.
#[test]
fn a_bridge_between_two_rings_is_no_hiding_place() {
    let values = vec![
        vec![2, 3, 9, 9, 9, 9],
        vec![3, 2, 9, 4, 9, 9],
        vec![9, 9, 9, 3, 2, 9],
        vec![9, 9, 9, 2, 3, 9],
    ];
    let mut values = values;
    // the bridge: in the row of the first ring and the column of the second
    values[1][3] = 1;
    let grid = Grid::of(&values, 5);
    grid.is_safe(5);
    assert!(grid.shown[1].iter().filter(|cell| cell.is_none()).count() >= 4, "{:?}", grid.shown);
}

#[test]
fn a_table_without_small_counts_is_shown_whole() {
    let mut rng = Rng::with_seed(23);
    for _ in 0..500 {
        let mut row =
            || (0..4).map(|_| if rng.u8(..4) == 0 { 0 } else { rng.u64(5..50) }).collect();
        let values: Vec<Vec<u64>> = (0..3).map(|_| row()).collect();
        let grid = Grid::of(&values, 5);
        assert!(grid.shown.iter().flatten().all(Option::is_some), "{:?}", grid.shown);
    }
}

#[test]
fn a_share_does_not_give_away_what_is_left() {
    let share = |part: u64, whole: u64| {
        let mut draft = Draft::new(&HEADING, vec![column("share", "", ColumnKind::Share)]);
        let (part, whole) = (Number::new("part", part), Number::new("whole", whole));
        draft.rows.push(DraftRow::new("it", "").with([Figure::Share { part, whole }]));
        let sections = protected(vec![DraftSection::new("it", "", vec![draft])], Some(5));
        sections[0].tables[0].rows[0].cells[0].clone()
    };
    assert_eq!(share(8, 9), Cell::Suppressed);
    assert_eq!(share(1, 9), Cell::Suppressed);
    assert_eq!(share(3, 4), Cell::Suppressed);
    assert_eq!(share(9, 9), Cell::Share { value: 9, of: 9 });
    assert_eq!(share(0, 9), Cell::Share { value: 0, of: 9 });
    assert_eq!(share(5, 10), Cell::Share { value: 5, of: 10 });
    assert_eq!(share(0, 0), Cell::Nothing);
}

/// One total in two tables: what is suppressed in one for its own sake is so in the other.
#[test]
fn a_number_is_suppressed_wherever_it_stands() {
    let part = |name: &str, value| (name.to_owned(), String::new(), Number::new(name, value));
    let whole = || Number::new("resolved", 7);
    let first = Draft::breakdown(
        &HEADING,
        "",
        Number::new("raised", 8),
        vec![part("resolved", 7), part("open", 1)],
    );
    let second = Draft::breakdown(&HEADING, "", whole(), vec![part("a", 7), part("b", 0)]);
    let section = DraftSection::new("it", "", vec![first, second]);
    let sections = protected(vec![section], Some(5));
    let cells = |at: usize| -> Vec<&Cell> {
        sections[0].tables[at].rows.iter().map(|row| &row.cells[0]).collect()
    };
    assert_eq!(cells(0)[..2], [&Cell::Suppressed, &Cell::Suppressed]);
    // the total is the 7 that is not shown above, and so is its only part
    assert_eq!((cells(1)[0], cells(1)[2]), (&Cell::Suppressed, &Cell::Suppressed));
}

fn published(cases: &[CaseFacts], smallest: u32) -> Report {
    tally(&question(), cases).report(&names(), Audience::Publication, smallest).unwrap()
}

/// In every table of a whole report: nothing small is shown, no longest, and of no column with a
/// total is exactly one number missing.
#[test]
fn nothing_small_is_left_in_a_published_report() {
    for seed in 0..40 {
        let made = cases(seed, [10, 40, 150, 600][seed as usize % 4]);
        let report = published(&made, 5);
        assert_eq!(report.smallest_count_shown, Some(5));
        for table in report.sections.iter().flat_map(|section| &section.tables) {
            for cell in table.rows.iter().flat_map(|row| &row.cells) {
                match cell {
                    Cell::Count { value } => assert!(!(1..5).contains(value), "{}", table.key),
                    Cell::Share { of: 1_000, .. } if table.key == "survival" => {}
                    Cell::Share { value, of } => {
                        let few = |number: u64| (1..5).contains(&number);
                        assert!(!few(*value) && !few(*of) && !few(of - value), "{}", table.key);
                    }
                    _ => {}
                }
            }
            if table.rows.last().is_some_and(|row| row.is_total) {
                for (at, column) in table.columns.iter().enumerate() {
                    let missing = table.rows.iter().filter(|row| row.cells[at] == Cell::Suppressed);
                    let is_count = column.kind == ColumnKind::Count;
                    assert!(!is_count || missing.count() != 1, "{} / {}", table.key, column.key);
                }
            }
            assert!(
                !["agencies", "never_raised", "falling_due", "ages"].contains(&table.key.as_str())
            );
        }
    }
}

#[test]
fn a_large_report_is_still_worth_reading_in_public() {
    let report = published(&cases(30, 5_000), 5);
    let cells: Vec<&Cell> = report
        .sections
        .iter()
        .flat_map(|section| &section.tables)
        .flat_map(|table| &table.rows)
        .flat_map(|row| &row.cells)
        .collect();
    let suppressed = cells.iter().filter(|cell| ***cell == Cell::Suppressed).count();
    assert!(suppressed * 4 < cells.len(), "{suppressed} of {}", cells.len());
}

#[test]
fn a_report_for_publication_takes_no_filters() {
    let filters = Filters { topics: vec!["general".to_owned()], ..Filters::default() };
    let tally = Tally::new(Question { filters, ..question() });
    assert_eq!(tally.report(&names(), Audience::Publication, 5), Err(NotForPublication));
    assert!(tally.report(&names(), Audience::Officers, 5).is_ok());
}

/// Levels of need are written freely: words that only a few used are not published.
#[test]
fn rare_words_are_not_published() {
    let mut made = cases(31, 300);
    made[0].level_of_need = Some("twins of the baker".to_owned());
    made[0].raised_at = at("2026-06-01T09:00:00Z");
    let said = |report: &Report| serde_json::to_string(report).unwrap().contains("baker");
    assert!(said(&for_officers(&question(), &made)));
    assert!(!said(&published(&made, 5)));
}
