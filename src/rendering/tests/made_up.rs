//! A made-up report with everything that is hard to show.

use crate::clock::UtcInstant;
use crate::reports::{
    Audience, Cell, Chart, Column, ColumnKind, Period, PeriodKind, Report, Row, Section, Table,
};
use chrono::NaiveDate;
use chrono_tz::Tz;

pub const ZONE: Tz = chrono_tz::Europe::London;

/// What somebody could write into a name to break a form.
pub const CANARIES: [&str; 7] = [
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    "+44 \"quoted\", 'single' & more",
    "@SUM(A1:A9)",
    "</svg><img src=x onerror=alert(1)>",
    "line one\r\nline two\u{0}\u{1b}end",
    "-]]>--%>{{ template }}",
];

pub fn instant(text: &str) -> UtcInstant {
    text.parse().unwrap()
}

pub fn long_name() -> String {
    "Borough Safeguarding and Early Help Partnership Hub of the Northern Localities ".repeat(4)
        [..300]
        .to_owned()
}

pub fn count(value: u64) -> Cell {
    Cell::Count { value }
}

pub fn share(value: u64, of: u64) -> Cell {
    Cell::Share { value, of }
}

pub fn minutes(value: u64) -> Cell {
    Cell::Minutes { value }
}

pub fn words(value: &str) -> Cell {
    Cell::Words { value: value.to_owned() }
}

pub fn column(key: &str, title: &str, kind: ColumnKind) -> Column {
    Column { key: key.to_owned(), title: title.to_owned(), kind }
}

pub fn row(title: &str, cells: Vec<Cell>) -> Row {
    Row {
        key: title.to_lowercase().replace(' ', "_"),
        title: title.to_owned(),
        is_total: false,
        cells,
    }
}

pub fn total(cells: Vec<Cell>) -> Row {
    Row { key: "total".to_owned(), title: "Total".to_owned(), is_total: true, cells }
}

pub fn table(
    key: &str,
    title: &str,
    columns: Vec<Column>,
    rows: Vec<Row>,
    chart: Option<Chart>,
) -> Table {
    Table {
        key: key.to_owned(),
        title: title.to_owned(),
        definition: format!(
            "{title}: cases raised in the period, each counted once. Drafts are not counted, and a case \
             that was taken up again is not counted a second time."
        ),
        row_heading: "What".to_owned(),
        columns,
        rows,
        chart,
    }
}

fn section(key: &str, title: &str, tables: Vec<Table>) -> Section {
    Section { key: key.to_owned(), title: title.to_owned(), tables }
}

pub fn volumes() -> Table {
    use ColumnKind::Count;
    let months = [
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "January",
        "February",
        "March",
    ];
    let mut rows: Vec<Row> = (1_u64..)
        .zip(months)
        .map(|(number, month)| {
            let raised = 20 + number * 7 % 11;
            let before = if number == 5 { Cell::Suppressed } else { count(11 + number * 5 % 9) };
            row(&format!("{month} 2026"), vec![count(raised), before, count(8 + number * 3 % 7)])
        })
        .collect();
    rows.push(total(vec![count(1_234_567), count(171), count(131)]));
    let columns = vec![
        column("raised", "Raised", Count),
        column("raised_before", "Raised, the year before", Count),
        column("resolved", "Resolved", Count),
    ];
    table("volumes_by_month", "Cases by month", columns, rows, Some(Chart::Lines))
}

pub fn areas() -> Table {
    let mut rows = vec![
        row("Threshold for a child protection enquiry", vec![count(41)]),
        row("Quality of the assessment", vec![count(23)]),
        row("Information was not shared", vec![Cell::Suppressed]),
        row("Nothing yet", vec![Cell::Nothing]),
        row("None", vec![count(0)]),
        row(&long_name(), vec![count(17)]),
    ];
    for (number, canary) in (0..).zip(CANARIES) {
        rows.push(row(canary, vec![count(30 + number)]));
    }
    rows.push(total(vec![count(321)]));
    let columns = vec![column("cases", "Cases", ColumnKind::Count)];
    table("areas", "Areas of <b>\"disagreement\"</b> & 'more'", columns, rows, Some(Chart::Bars))
}

pub fn on_time() -> Table {
    use ColumnKind::Count;
    let columns = vec![
        column("on_time", "On time", Count),
        column("late", "Late", Count),
        column("acknowledged", "Acknowledged only", Count),
        column("silent", "Silent", Count),
        column("refused", "Refused", Count),
        column("total", "All stays", Count),
    ];
    let rows = vec![
        row("Stage 1", vec![count(61), count(12), count(4), count(9), count(7), count(93)]),
        row(
            "Stage 2",
            vec![count(31), count(8), Cell::Suppressed, count(6), count(3), Cell::Suppressed],
        ),
        row("Stage 3", vec![count(9), count(1), count(0), count(2), count(0), count(12)]),
        total(vec![
            count(101),
            count(21),
            Cell::Suppressed,
            count(17),
            count(10),
            Cell::Suppressed,
        ]),
    ];
    table("on_time", "Answers within the time, by stage", columns, rows, Some(Chart::StackedBars))
}

pub fn stage_times() -> Table {
    use ColumnKind::Working as W;
    let columns = vec![
        column("stays", "Finished stays", ColumnKind::Count),
        column("lower_quartile", "Lower quartile", W),
        column("median", "Median", W),
        column("upper_quartile", "Upper quartile", W),
        column("ninetieth", "90th centile", W),
        column("worst", "Worst", W),
        column("limit", "Limit (median)", W),
        column("within", "Within the limit", ColumnKind::Share),
    ];
    let length = |five: [u64; 5]| five.map(minutes).to_vec();
    let row_of = |title: &str, stays, five, limit, within| {
        let mut cells = vec![count(stays)];
        cells.extend(length(five));
        cells.extend([minutes(limit), within]);
        row(title, cells)
    };
    let nothing = |title: &str, cell: &Cell| row(title, vec![cell.clone(); 8]);
    let rows = vec![
        row_of("Stage 1", 93, [612, 1_105, 1_380, 1_440, 1_622], 1_380, share(71, 93)),
        row_of("Stage 2", 48, [300, 905, 1_500, 2_301, 2_790], 1_840, share(1, 300)),
        row_of("Stage 3", 12, [1_200, 1_960, 2_200, 3_100, 14_000], 2_300, share(12, 12)),
        nothing("Stage 4", &Cell::Nothing),
        nothing("Stage 5", &Cell::Suppressed),
    ];
    table("stage_times", "Time in each stage against its limit", columns, rows, Some(Chart::Boxes))
}

pub fn survival() -> Table {
    let columns = vec![
        column("still_open", "Still open of 1,000", ColumnKind::Share),
        column("ended", "Ended by then", ColumnKind::Count),
    ];
    let steps =
        [(0, 1_000), (2, 911), (5, 773), (9, 520), (12, 410), (20, 300), (33, 180), (61, 90)];
    let rows = steps.map(|(days, left)| Row {
        key: days.to_string(),
        ..row(&format!("{days} days"), vec![share(left, 1_000), count(1_000 - left)])
    });
    table("survival", "Cases still open by time", columns, rows.to_vec(), Some(Chart::Survival))
}

pub fn many_rows() -> Table {
    use ColumnKind::Count;
    let rows = (1..=200_u64).map(|number| {
        row(&format!("Agency {number}"), vec![count(number * 13 % 97), count(number * 7 % 89)])
    });
    let columns = vec![column("raises", "Raises", Count), column("receives", "Receives", Count)];
    table("agencies", "Agencies", columns, rows.collect(), Some(Chart::Bars))
}

pub fn matrix() -> Table {
    let names = [
        "Police",
        "Health provider",
        "General practice",
        "School",
        "Early years",
        "Probation",
        "Housing",
        "Voluntary sector",
        "Youth justice",
        "Children's social care",
        "Care board",
        "Other",
    ];
    let columns = names.map(|name| column(&name.to_lowercase(), name, ColumnKind::Count));
    let rows = (0_u64..).zip(names).map(|(number, name)| {
        let cells = (0..12_u64).map(|other| match (number * 5 + other * 3) % 7 {
            0 => Cell::Suppressed,
            value => count(value * 3),
        });
        row(name, cells.collect())
    });
    table("matrix", "Who raises with whom", columns.to_vec(), rows.collect(), None)
}

pub fn words_and_instants() -> Table {
    let columns = vec![
        column("due", "Due", ColumnKind::Instant),
        column("elapsed", "Open for", ColumnKind::Elapsed),
        column("what", "What is due", ColumnKind::Words),
    ];
    let mut rows = vec![
        row(
            "ESC-2026-000123",
            vec![
                Cell::Instant { value: instant("2026-07-01T16:00:00Z") },
                minutes(4_381),
                words(
                    "=HYPERLINK(\"http://example.org\") – façade, naïve, Łódź, Ștefan, ≥ 3 → 日本",
                ),
            ],
        ),
        row("ESC-2026-000124", vec![Cell::Nothing, minutes(0), Cell::Nothing]),
        row(
            "ESC-2026-000125",
            vec![
                Cell::Instant { value: instant("2026-12-30T17:00:00Z") },
                minutes(61),
                words(&long_name()),
            ],
        ),
    ];
    for canary in CANARIES {
        rows.push(row(canary, vec![Cell::Nothing, minutes(1), words(canary)]));
    }
    table("due", "What will fall due", columns, rows, None)
}

pub fn empty() -> Table {
    let columns = vec![column("cases", "Cases", ColumnKind::Count)];
    table("nobody", "Agencies that never answered in time", columns, Vec::new(), Some(Chart::Bars))
}

/// A report with everything.
pub fn report() -> Report {
    Report {
        title: "Escalations and professional challenge".to_owned(),
        partnership: "Northwick & District Safeguarding Children Partnership".to_owned(),
        period: Period {
            from: NaiveDate::from_ymd_opt(2026, 4, 1).unwrap(),
            to: NaiveDate::from_ymd_opt(2027, 3, 31).unwrap(),
            kind: PeriodKind::FinancialYear,
        },
        as_of: instant("2027-04-09T08:30:00Z"),
        filters: vec![("sector".to_owned(), "health provider, =school".to_owned())],
        audience: Audience::Officers,
        smallest_count_shown: Some(5),
        sections: vec![
            section("volumes", "How many?", vec![volumes()]),
            section("areas", "About what? [a/b]: 'who' * and ?", vec![areas(), matrix()]),
            section("about what", "about what?  a b   'who'   and", vec![empty()]),
            section(
                "stages",
                "How long did each stage take against its limit?",
                vec![stage_times(), survival()],
            ),
            section("answers", "Who answered in time?", vec![on_time()]),
            section("agencies", "Which agencies?", vec![many_rows()]),
            section("due", "What will fall due?", vec![words_and_instants()]),
        ],
    }
}
