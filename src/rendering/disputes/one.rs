//! One dispute: its stages against their clocks, and who did what.

use super::days::DayAxis;
use super::picture::{DisputePicture, Mark, MarkKind, StageSpan};
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::rendering::cell_words;
use crate::rendering::drawing::{
    Align, Dash, Described, Drawing, Face, Fill, Shape, fit, svg, width_of,
};
use crate::rendering::error::RenderingError;
use crate::reports::{Cell, Column, ColumnKind, Row, Table};
use chrono_tz::Tz;

const WIDTH: i32 = 900;
const LEFT: i32 = 170;
const RIGHT: i32 = WIDTH - 24;
const STAGE: i32 = 52;
/// From one row of marks to the next.
const MARKS: i32 = 26;
const RADIUS: i32 = 11;
const TEXT: i32 = 12;
const SMALL: i32 = 11;
const GRID: u8 = 215;
/// Who has a lane, in order: the sides, and the server.
const LANES: [(Option<Side>, &str); 4] = [
    (Some(Side::Raising), "Raising side"),
    (Some(Side::Receiving), "Receiving side"),
    (Some(Side::Partnership), "Partnership"),
    (None, "Clocks and messages"),
];
const KINDS: [(MarkKind, &str); 6] = [
    (MarkKind::Said, "said"),
    (MarkKind::Decided, "proposed, decided, done"),
    (MarkKind::Met, "met"),
    (MarkKind::Told, "told"),
    (MarkKind::Failed, "message failed or delayed"),
    (MarkKind::Clock, "clock moved or ran out"),
];

/// The picture of one dispute as an `svg` element. Each mark has the number of its row in
/// [`dispute_table`].
///
/// # Errors
/// If it cannot be drawn.
pub fn dispute_svg(picture: &DisputePicture, id: &str, zone: Tz) -> Result<String, RenderingError> {
    let title = format!("How {} went", picture.reference);
    let description = "Stages as bars against their clocks, and below them what each side did, in local \
                       days. Everything in it stands in the table beside it, with the same numbers.";
    svg(&drawing(picture, zone), Described { id, title: &title, description })
}

pub(in crate::rendering) fn drawing(picture: &DisputePicture, zone: Tz) -> Drawing {
    let axis = DayAxis::over(first(picture), last(picture), zone, (LEFT, RIGHT));
    let mut drawing = Drawing::new(WIDTH, 0);
    let top = legend(&mut drawing);
    let stages = i32::try_from(picture.stages.len()).unwrap_or(0);
    let lanes: Vec<Vec<(usize, &Mark)>> = LANES
        .iter()
        .map(|(side, _)| {
            let marks = (1..).zip(&picture.marks);
            marks.filter(|(_, mark)| mark.side == *side).collect()
        })
        .collect();
    let rows: Vec<Vec<(i32, usize, &Mark)>> =
        lanes.iter().map(|marks| stack(marks, &axis)).collect();
    let heights: Vec<i32> = rows.iter().map(|marks| lane_height(marks)).collect();
    let bottom = top + stages * STAGE + heights.iter().sum::<i32>();
    drawing.height = bottom + 34;
    for (x, name) in axis.named() {
        drawing.rule((x, top), (x, bottom + 5), GRID);
        drawing.words((x + 2, bottom + 16), &name, SMALL, Face::Plain, Align::Start);
    }
    let mut y = top;
    for stage in &picture.stages {
        draw_stage(&mut drawing, y + STAGE / 2, stage, &axis, picture.as_of, zone);
        y += STAGE;
        drawing.rule((8, y), (RIGHT, y), GRID);
    }
    for ((marks, height), (_, name)) in rows.iter().zip(&heights).zip(LANES) {
        drawing.words((12, y + height / 2), name, TEXT, Face::Bold, Align::Start);
        for (row, number, mark) in marks {
            let at = (axis.pixel(mark.at), y + 3 + MARKS / 2 + row * MARKS);
            draw_mark(&mut drawing, at, mark.kind, &number.to_string());
        }
        y += height;
        drawing.rule((8, y), (RIGHT, y), GRID);
    }
    drawing.rule((LEFT, top), (LEFT, bottom), 0);
    drawing.rule((LEFT, bottom), (RIGHT, bottom), 0);
    drawing
}

fn first(picture: &DisputePicture) -> UtcInstant {
    let stages = picture.stages.iter().map(|stage| stage.entered_at);
    let marks = picture.marks.iter().map(|mark| mark.at);
    stages.chain(marks).min().unwrap_or(picture.as_of)
}

/// What is open reaches until now, what is over until its last mark.
fn last(picture: &DisputePicture) -> UtcInstant {
    let ends = picture.stages.iter().map(|stage| stage.end(picture.as_of).max(stage.due_at));
    let marks = picture.marks.iter().map(|mark| mark.at);
    ends.chain(marks).max().unwrap_or(picture.as_of)
}

fn legend(drawing: &mut Drawing) -> i32 {
    let (mut x, y) = (12, 16);
    let bars = [
        (Fill::Grey(200), "in the stage"),
        (Fill::Rising(5), "after the time ran out"),
        (Fill::Grey(255), "clocks stood still"),
    ];
    for (fill, words) in bars {
        drawing.area((x, y - 7), (x + 30, y + 7), fill);
        drawing.words((x + 36, y), words, TEXT, Face::Plain, Align::Start);
        x += 60 + width(words);
    }
    due_flag(drawing, x + 4, y);
    drawing.words((x + 16, y), "due", TEXT, Face::Plain, Align::Start);
    let (mut x, y) = (22, 44);
    for (kind, words) in KINDS {
        draw_mark(drawing, (x, y), kind, "1");
        drawing.words((x + 16, y), words, TEXT, Face::Plain, Align::Start);
        x += 46 + width(words);
    }
    64
}

#[expect(clippy::cast_possible_truncation, reason = "the width of some words")]
fn width(words: &str) -> i32 {
    width_of(words, f64::from(TEXT), Face::Plain) as i32
}

fn draw_stage(
    drawing: &mut Drawing,
    y: i32,
    stage: &StageSpan,
    axis: &DayAxis,
    as_of: UtcInstant,
    zone: Tz,
) {
    let room = f64::from(LEFT - 24);
    drawing.words((12, y - 8), &format!("Stage {}", stage.stage), TEXT, Face::Bold, Align::Start);
    let title = fit(&stage.title, f64::from(SMALL), Face::Plain, room);
    drawing.words((12, y + 8), &title, SMALL, Face::Plain, Align::Start);
    let end = stage.end(as_of);
    let (from, to) =
        (axis.pixel(stage.entered_at), axis.pixel(end).max(axis.pixel(stage.entered_at) + 2));
    let due = axis.pixel(stage.due_at);
    drawing.area((from, y - 8), (to, y + 8), Fill::Grey(200));
    if end > stage.due_at && to > due {
        drawing.area((due.max(from), y - 8), (to, y + 8), Fill::Rising(5));
    }
    for pause in &stage.pauses {
        let (begins, ends) =
            (axis.pixel(pause.from).max(from), axis.pixel(pause.to.min(end)).min(to));
        if ends > begins {
            drawing.area((begins, y - 8), (ends, y + 8), Fill::Grey(255));
        }
    }
    // What was allowed and not needed.
    if due > to {
        drawing.line(vec![(to, y), (due, y)], 0, 1, Dash::Broken(3, 3));
    }
    due_flag(drawing, due, y);
    let words = format!("due {}", cell_words::instant(stage.due_at, zone));
    let (at, align) =
        if due > (LEFT + RIGHT) / 2 { (due - 6, Align::End) } else { (due + 6, Align::Start) };
    drawing.words((at, y + 17), &words, SMALL, Face::Plain, align);
    let fate = match stage.left_at {
        Some(_) => format!("left: {}", stage.left_why),
        None => "open".to_owned(),
    };
    let (at, align) = if to > (LEFT + RIGHT) / 2 { (to, Align::End) } else { (from, Align::Start) };
    drawing.words((at, y - 17), &fate, SMALL, Face::Plain, align);
}

/// A flag at the instant when something is due.
fn due_flag(drawing: &mut Drawing, x: i32, y: i32) {
    drawing.line(vec![(x, y - 12), (x, y + 12)], 0, 2, Dash::Solid);
    drawing.shape((x, y + 12), 3, Shape::Triangle, true);
}

fn draw_mark(drawing: &mut Drawing, at: (i32, i32), kind: MarkKind, number: &str) {
    let (shape, is_filled) = match kind {
        MarkKind::Said => (Shape::Circle, false),
        MarkKind::Decided => (Shape::Square, false),
        MarkKind::Met => (Shape::Triangle, false),
        MarkKind::Told => (Shape::Diamond, false),
        MarkKind::Failed => (Shape::Diamond, true),
        MarkKind::Clock => (Shape::Square, true),
    };
    let radius = if shape == Shape::Square { RADIUS - 2 } else { RADIUS };
    drawing.shape(at, radius, shape, is_filled);
    let (size, drop) = match shape {
        Shape::Triangle => (9, 4),
        Shape::Diamond => (9, 0),
        Shape::Circle | Shape::Square => (10, 0),
    };
    let ink = if is_filled { 255 } else { 0 };
    drawing.ink((at.0, at.1 + drop), number, (size, Face::Bold, Align::Middle), ink);
}

/// Marks in as many rows as they need so that none covers another.
fn stack<'a>(marks: &[(usize, &'a Mark)], axis: &DayAxis) -> Vec<(i32, usize, &'a Mark)> {
    let mut ends: Vec<i32> = Vec::new();
    let mut rows = Vec::new();
    for (number, mark) in marks {
        let x = axis.pixel(mark.at);
        let free = ends.iter().position(|end| *end + 2 <= x - RADIUS);
        let row = free.unwrap_or(ends.len());
        match ends.get_mut(row) {
            Some(end) => *end = x + RADIUS,
            None => ends.push(x + RADIUS),
        }
        rows.push((i32::try_from(row).unwrap_or(0), *number, *mark));
    }
    rows
}

fn lane_height(marks: &[(i32, usize, &Mark)]) -> i32 {
    let rows = marks.iter().map(|(row, _, _)| row + 1).max().unwrap_or(1);
    rows * MARKS + 6
}

/// What the picture of a dispute shows, as a table in the order of time; a mark's row has its number.
pub fn dispute_table(picture: &DisputePicture) -> Table {
    let mut rows: Vec<(UtcInstant, String, String, String)> = Vec::new();
    for stage in &picture.stages {
        let name = format!("stage {}", stage.stage);
        let mut add = |at, what: String| rows.push((at, String::new(), what, String::new()));
        add(stage.entered_at, format!("{name} begins: {}", stage.title));
        add(stage.due_at, format!("{name} is due"));
        for pause in &stage.pauses {
            add(pause.from, format!("{name}: the clocks stand still"));
            add(pause.to, format!("{name}: the clocks go on, at the latest"));
        }
        if let Some(left) = stage.left_at {
            add(left, format!("{name} ends: {}", stage.left_why));
        }
    }
    for (number, mark) in (1_usize..).zip(&picture.marks) {
        let who = match mark.side {
            Some(side) => format!("{side} side ({})", mark.who),
            None => mark.who.clone(),
        };
        rows.push((mark.at, number.to_string(), mark.what.clone(), who));
    }
    rows.sort_by_key(|row| row.0);
    let words = |value: String| Cell::Words { value };
    let row = |(at, number, what, who): (UtcInstant, String, String, String)| Row {
        key: number.clone(),
        title: if number.is_empty() { cell_words::NOTHING.to_owned() } else { number },
        is_total: false,
        cells: vec![Cell::Instant { value: at }, words(what), words(who)],
    };
    Table {
        key: "dispute".to_owned(),
        title: format!("How {} went", picture.reference),
        definition:
            "Everything that the picture shows, in the order of time. A number is that of a mark; \
                     what has none is a bar or a flag."
                .to_owned(),
        row_heading: "Mark".to_owned(),
        columns: vec![
            column("when", "When", ColumnKind::Instant),
            column("what", "What happened", ColumnKind::Words),
            column("who", "Who", ColumnKind::Words),
        ],
        rows: rows.into_iter().map(row).collect(),
        chart: None,
    }
}

pub(super) fn column(key: &str, title: &str, kind: ColumnKind) -> Column {
    Column { key: key.to_owned(), title: title.to_owned(), kind }
}
