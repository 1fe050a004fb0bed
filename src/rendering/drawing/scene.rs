//! What stands in a picture.

use super::metrics::Face;
use crate::rendering::cell_words::legible;

/// A place, in pixels from the top left.
pub(in crate::rendering) type Point = (i32, i32);

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rendering) enum Dash {
    Solid,
    /// Drawn and left out, in pixels.
    Broken(i32, i32),
}

impl Dash {
    /// The line of a series, told apart from the others by its pattern alone.
    pub(in crate::rendering) fn of(series: usize) -> Self {
        match series % 4 {
            0 => Self::Solid,
            1 => Self::Broken(9, 5),
            2 => Self::Broken(2, 4),
            _ => Self::Broken(16, 4),
        }
    }
}

/// How an area is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rendering) enum Fill {
    /// A grey, 0 is black.
    Grey(u8),
    /// Lines that rise, so far apart, on white.
    Rising(i32),
    /// Lines that fall.
    Falling(i32),
    /// Level lines.
    Level(i32),
    /// Lines both ways.
    Crossed(i32),
}

impl Fill {
    /// How many can be told apart.
    pub(in crate::rendering) const COUNT: usize = 8;

    /// The area of a series, told apart from its neighbours in black and white.
    pub(in crate::rendering) fn of(series: usize) -> Self {
        match series % Self::COUNT {
            0 => Self::Grey(70),
            1 => Self::Grey(215),
            2 => Self::Rising(6),
            3 => Self::Grey(140),
            4 => Self::Crossed(7),
            5 => Self::Level(4),
            6 => Self::Grey(250),
            _ => Self::Falling(6),
        }
    }

    /// The grey in which words are legible on it; none where a pattern is in the way.
    pub(in crate::rendering) fn ink(self) -> Option<u8> {
        match self {
            Self::Grey(grey) if grey < 120 => Some(255),
            Self::Grey(_) => Some(0),
            Self::Rising(_) | Self::Falling(_) | Self::Level(_) | Self::Crossed(_) => None,
        }
    }
}

/// The shape of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rendering) enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
}

impl Shape {
    /// The shape of a series.
    pub(in crate::rendering) fn of(series: usize) -> Self {
        match series % 4 {
            0 => Self::Circle,
            1 => Self::Square,
            2 => Self::Triangle,
            _ => Self::Diamond,
        }
    }

    /// Its corners around a place; none of a circle.
    pub(in crate::rendering) fn corners(self, (x, y): Point, r: i32) -> Vec<Point> {
        match self {
            Self::Circle => Vec::new(),
            Self::Square => vec![(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)],
            Self::Triangle => vec![(x, y - r), (x + r, y + r), (x - r, y + r)],
            Self::Diamond => vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)],
        }
    }
}

/// On which side of its place a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rendering) enum Align {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// Something in a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rendering) enum Mark {
    Line { points: Vec<Point>, grey: u8, width: u32, dash: Dash },
    Area { from: Point, to: Point, fill: Fill, has_frame: bool },
    Shape { at: Point, radius: i32, shape: Shape, is_filled: bool },
    Words { at: Point, text: String, size: i32, face: Face, align: Align, grey: u8 },
}

/// A picture: what stands in it, in the order in which it is painted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rendering) struct Drawing {
    pub(in crate::rendering) width: i32,
    pub(in crate::rendering) height: i32,
    pub(in crate::rendering) marks: Vec<Mark>,
}

impl Drawing {
    /// An empty picture.
    pub(in crate::rendering) fn new(width: i32, height: i32) -> Self {
        Self { width, height, marks: Vec::new() }
    }

    /// A thin line in a grey.
    pub(in crate::rendering) fn rule(&mut self, from: Point, to: Point, grey: u8) {
        self.line(vec![from, to], grey, 1, Dash::Solid);
    }

    /// A line.
    pub(in crate::rendering) fn line(
        &mut self,
        points: Vec<Point>,
        grey: u8,
        width: u32,
        dash: Dash,
    ) {
        self.marks.push(Mark::Line { points, grey, width, dash });
    }

    /// A filled area with its frame.
    pub(in crate::rendering) fn area(&mut self, from: Point, to: Point, fill: Fill) {
        self.marks.push(Mark::Area { from, to, fill, has_frame: true });
    }

    /// A filled area without a frame.
    pub(in crate::rendering) fn patch(&mut self, from: Point, to: Point, fill: Fill) {
        self.marks.push(Mark::Area { from, to, fill, has_frame: false });
    }

    /// A mark: black, or white with a black edge.
    pub(in crate::rendering) fn shape(
        &mut self,
        at: Point,
        radius: i32,
        shape: Shape,
        is_filled: bool,
    ) {
        self.marks.push(Mark::Shape { at, radius, shape, is_filled });
    }

    /// A line of black words, their middle at the height of the place.
    pub(in crate::rendering) fn words(
        &mut self,
        at: Point,
        text: &str,
        size: i32,
        face: Face,
        align: Align,
    ) {
        self.ink(at, text, (size, face, align), 0);
    }

    /// A line of words in a grey.
    pub(in crate::rendering) fn ink(
        &mut self,
        at: Point,
        text: &str,
        (size, face, align): (i32, Face, Align),
        grey: u8,
    ) {
        let text = legible(text);
        self.marks.push(Mark::Words { at, text, size, face, align, grey });
    }
}
