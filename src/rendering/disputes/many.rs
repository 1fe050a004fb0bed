//! Many disputes, one line a case: how long each took, stage by stage, from when it was raised.

use super::one::column;
use crate::clock::UtcInstant;
use crate::escalation::Status;
use crate::rendering::cell_words;
use crate::rendering::drawing::{
    Align, Dash, Described, Drawing, Face, Fill, Scale, Shape, fit, svg, ticks, width_of,
};
use crate::rendering::error::RenderingError;
use crate::reports::{CaseFacts, Cell, ColumnKind, EndedHow, Row, StayFacts, Table};

/// The most cases in a picture.
const CASES_MAX: usize = 100;
const WIDTH: i32 = 900;
const LEFT: i32 = 150;
const RIGHT: i32 = WIDTH - 40;
const ROW: i32 = 20;
const TEXT: i32 = 12;
const SMALL: i32 = 11;
/// The room that a stage's number needs.
const NUMBER: i32 = 14;
const GRID: u8 = 215;
const DAY: f64 = 86_400.0;
const DEFINITION: &str = "The time from raising runs to the last ending, of an open case until now, and \
    includes times in which it was closed before it was taken up again. The time after deadlines adds \
    up what each stay in a stage lasted longer than its deadline.";
const ENDINGS: [(EndedHow, Shape, bool, &str); 4] = [
    (EndedHow::Agreed, Shape::Circle, true, "agreed"),
    (EndedHow::Determined, Shape::Square, true, "determined"),
    (EndedHow::Referred, Shape::Triangle, true, "referred out"),
    (EndedHow::Withdrawn, Shape::Diamond, false, "withdrawn"),
];

/// Many disputes that are pictured together.
#[derive(Debug, Clone, Copy)]
pub struct Disputes<'c> {
    /// The cases, in the order in which they come.
    pub cases: &'c [CaseFacts],
    /// How many belong to them that cannot be drawn: their facts are still to be made, or cannot be
    /// read.
    pub left_out_count: u64,
    /// As of when: until then an open case reaches.
    pub as_of: UtcInstant,
}

impl Disputes<'_> {
    /// How many cases are missing, in words; nothing if none is.
    fn missing(self) -> Option<String> {
        let words = "missing: what is counted of them is still being prepared or cannot be read.";
        match self.left_out_count {
            0 => None,
            1 => Some(format!("1 case is {}", words.replace("of them", "of it"))),
            count => Some(format!("{count} cases are {words}")),
        }
    }
}

/// Many disputes as an `svg` element, one line a case in the order in which they come; of more than
/// 100 the first 100 are drawn, and it says so.
///
/// # Errors
/// If it cannot be drawn.
pub fn disputes_svg(disputes: Disputes<'_>, id: &str) -> Result<String, RenderingError> {
    let description = "A line a case: its stages one after another, in days since it was raised, what \
                       was after a deadline hatched, and how it ended. The table beside it says the same.";
    let title = "How the cases went, one line each";
    svg(&drawing(disputes), Described { id, title, description })
}

pub(in crate::rendering) fn drawing(disputes: Disputes<'_>) -> Drawing {
    let Disputes { cases, as_of, .. } = disputes;
    let drawn = cases.get(..CASES_MAX).unwrap_or(cases);
    let mut drawing = Drawing::new(WIDTH, 0);
    let top = legend(&mut drawing);
    let bottom = top + ROW * i32::try_from(drawn.len()).unwrap_or(0);
    drawing.height = bottom + 44;
    let longest = drawn.iter().map(|case| days(end(case, as_of), case.raised_at));
    let longest = longest.fold(1.0, f64::max);
    let ticks = ticks(longest, true);
    let numbers = (0.0, ticks.last().copied().unwrap_or(longest));
    let scale = Scale { numbers, pixels: (LEFT, RIGHT) };
    for tick in &ticks {
        let x = scale.pixel(*tick);
        drawing.rule((x, top), (x, bottom + 4), GRID);
        drawing.words((x, bottom + 14), &format!("{tick}"), SMALL, Face::Plain, Align::Middle);
    }
    let middle = (LEFT + RIGHT) / 2;
    let says = "Days since the case was raised";
    drawing.words((middle, bottom + 31), says, SMALL, Face::Plain, Align::Middle);
    let mut y = top + ROW / 2;
    for case in drawn {
        line(&mut drawing, y, case, &scale, as_of);
        y += ROW;
    }
    drawing.rule((LEFT, top), (LEFT, bottom), 0);
    let all = cases.len();
    let words =
        || format!("The first {CASES_MAX} of {all} cases are drawn; all stand in the table.");
    let not_drawn = (drawn.len() < all).then(words);
    for words in not_drawn.into_iter().chain(disputes.missing()) {
        drawing.height += 20;
        drawing.words((LEFT, drawing.height - 10), &words, SMALL, Face::Plain, Align::Start);
    }
    drawing
}

fn legend(drawing: &mut Drawing) -> i32 {
    let y = 16;
    let mut x = 12;
    #[expect(clippy::cast_possible_truncation, reason = "the width of some words")]
    let width = |words: &str| width_of(words, f64::from(TEXT), Face::Plain) as i32;
    for stage in 1..=3 {
        let words = format!("stage {stage}");
        stay(drawing, (x, x + 30), y, stage);
        drawing.words((x + 36, y), &words, TEXT, Face::Plain, Align::Start);
        x += 54 + width(&words);
    }
    drawing.area((x, y - 7), (x + 30, y + 7), Fill::Rising(5));
    let words = "after the deadline";
    drawing.words((x + 36, y), words, TEXT, Face::Plain, Align::Start);
    x += 60 + width(words);
    for (_, shape, is_filled, words) in ENDINGS {
        drawing.shape((x, y), 5, shape, is_filled);
        drawing.words((x + 10, y), words, TEXT, Face::Plain, Align::Start);
        x += 30 + width(words);
    }
    arrow(drawing, x, y);
    drawing.words((x + 18, y), "open", TEXT, Face::Plain, Align::Start);
    36
}

fn arrow(drawing: &mut Drawing, x: i32, y: i32) {
    drawing.line(vec![(x, y), (x + 12, y)], 0, 2, Dash::Solid);
    drawing.line(vec![(x + 7, y - 5), (x + 12, y), (x + 7, y + 5)], 0, 2, Dash::Solid);
}

fn line(drawing: &mut Drawing, y: i32, case: &CaseFacts, scale: &Scale, as_of: UtcInstant) {
    let reference = fit(&case.reference, f64::from(TEXT), Face::Plain, f64::from(LEFT - 16));
    drawing.words((LEFT - 8, y), &reference, TEXT, Face::Plain, Align::End);
    let pixel = |at: UtcInstant| scale.pixel(days(at, case.raised_at));
    let last = pixel(end(case, as_of));
    drawing.rule((LEFT, y), (last, y), 120);
    for it in &case.stays {
        let ends = stay_end(it, as_of);
        let (from, to, due) = (pixel(it.entered_at), pixel(ends), pixel(it.due_at));
        stay(drawing, (from, to.max(from + 1)), y, it.stage);
        if ends > it.due_at && to > due {
            let late = due.max(from);
            drawing.area((late, y - 7), (to, y + 7), Fill::Rising(5));
            if late - from < NUMBER && to - late >= 2 * NUMBER {
                number_on_hatching(drawing, late + NUMBER, y, it.stage);
            }
        }
    }
    let ending = case.endings.last().filter(|_| case.status != Status::Open);
    let mark = ending.and_then(|ending| ENDINGS.iter().find(|(how, ..)| *how == ending.how));
    match mark {
        Some((_, shape, is_filled, _)) => drawing.shape((last + 8, y), 5, *shape, *is_filled),
        None => arrow(drawing, last + 2, y),
    }
}

/// A stage's number where all that is seen of a stay is what was after its deadline.
fn number_on_hatching(drawing: &mut Drawing, x: i32, y: i32, stage: u32) {
    drawing.patch((x - 6, y - 6), (x + 6, y + 6), Fill::Grey(255));
    drawing.words((x, y), &stage.to_string(), SMALL, Face::Bold, Align::Middle);
}

/// A stay in a stage: the higher, the darker, with its number where there is room.
fn stay(drawing: &mut Drawing, (from, to): (i32, i32), y: i32, stage: u32) {
    let grey = match stage {
        1 => 230,
        2 => 175,
        3 => 110,
        _ => 60,
    };
    drawing.area((from, y - 7), (to, y + 7), Fill::Grey(grey));
    if to - from >= NUMBER {
        let ink = Fill::Grey(grey).ink().unwrap_or(0);
        let setting = (SMALL, Face::Bold, Align::Middle);
        drawing.ink(((from + to) / 2, y), &stage.to_string(), setting, ink);
    }
}

fn stay_end(stay: &StayFacts, as_of: UtcInstant) -> UtcInstant {
    stay.left.map_or(as_of, |left| left.at).max(stay.entered_at)
}

/// When a case ended last; one that is open reaches until now.
fn end(case: &CaseFacts, as_of: UtcInstant) -> UtcInstant {
    let ended = case.endings.last().filter(|_| case.status != Status::Open).map(|ending| ending.at);
    ended.unwrap_or(as_of).max(case.raised_at)
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some years")]
fn days(at: UtcInstant, since: UtcInstant) -> f64 {
    at.since(since).num_seconds() as f64 / DAY
}

/// What the picture of many disputes shows, as a table; of all cases, however many are drawn.
pub fn disputes_table(disputes: Disputes<'_>) -> Table {
    let Disputes { cases, as_of, .. } = disputes;
    let row = |case: &CaseFacts| {
        let open = end(case, as_of).since(case.raised_at).num_minutes();
        let late = case.stays.iter().map(|stay| stay_end(stay, as_of).since(stay.due_at));
        let late: i64 = late.map(|late| late.num_minutes().max(0)).sum();
        let minutes = |minutes: i64| Cell::Minutes { value: u64::try_from(minutes).unwrap_or(0) };
        let furthest = case.stays.iter().map(|stay| stay.stage).max().unwrap_or(0);
        Row {
            key: case.escalation_id.to_string(),
            title: case.reference.clone(),
            is_total: false,
            cells: vec![
                Cell::Instant { value: case.raised_at },
                Cell::Count { value: u64::from(furthest) },
                minutes(open),
                minutes(late),
                Cell::Words { value: stands(case).to_owned() },
            ],
        }
    };
    let missing = disputes.missing().map(|words| format!(" {words}"));
    Table {
        key: "disputes".to_owned(),
        title: "How the cases went, one line each".to_owned(),
        definition: DEFINITION.to_owned() + missing.as_deref().unwrap_or_default(),
        row_heading: "Case".to_owned(),
        columns: vec![
            column("raised_at", "Raised", ColumnKind::Instant),
            column("furthest_stage", "Furthest stage", ColumnKind::Count),
            column("lasted", "Time from raising", ColumnKind::Elapsed),
            column("late", "Time after deadlines", ColumnKind::Elapsed),
            column("stands", "How it stands", ColumnKind::Words),
        ],
        rows: cases.iter().map(row).collect(),
        chart: None,
    }
}

fn stands(case: &CaseFacts) -> &'static str {
    let ending = case.endings.last().filter(|_| case.status != Status::Open);
    let mark = ending.and_then(|ending| ENDINGS.iter().find(|(how, ..)| *how == ending.how));
    mark.map_or(cell_words::OPEN, |(_, _, _, words)| words)
}
