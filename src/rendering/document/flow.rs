//! Text that flows from page to page.

use super::tags::{ElementId, Tags};
use super::win_ansi::win_ansi;
use crate::rendering::cell_words::legible;
use crate::rendering::drawing::{Face, width_of, wrap};
use pdf_writer::{Content, Name, Str};

/// A4, in points.
pub(super) const PAGE: (f32, f32) = (595.0, 842.0);
/// From the left and the right edge to the text.
pub(super) const MARGIN: f32 = 48.0;
/// How wide the text is.
pub(super) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const TOP: f32 = PAGE.1 - 64.0;
const BOTTOM: f32 = 58.0;
/// The height that text has on a page.
pub(super) const HEIGHT: f32 = TOP - BOTTOM;

/// The name of the plain font in every page's resources.
pub(super) const PLAIN: Name<'static> = Name(b"Plain");
/// The name of the bold font.
pub(super) const BOLD: Name<'static> = Name(b"Bold");

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) size: f32,
    pub(super) face: Face,
}

impl Setting {
    pub(super) const BODY: Self = Self { size: 10.0, face: Face::Plain };
    pub(super) const NOTE: Self = Self { size: 9.0, face: Face::Plain };

    /// From line to line.
    pub(super) fn leading(self) -> f32 {
        self.size * 1.3
    }

    /// How wide a text is.
    #[expect(clippy::cast_possible_truncation, reason = "points on a page")]
    pub(super) fn width(self, text: &str) -> f32 {
        width_of(text, f64::from(self.size), self.face) as f32
    }

    /// A text in lines.
    pub(super) fn wrap(self, text: &str, width: f32) -> Vec<String> {
        wrap(&legible(text), f64::from(self.size), self.face, f64::from(width))
    }
}

/// Pages that fill from top to bottom.
pub(super) struct Flow {
    pub(super) pages: Vec<Content>,
    pub(super) tags: Tags,
    /// Whether a character was met that the fonts do not have.
    pub(super) lacks_any: bool,
    /// What is still free on the last page reaches from here down.
    y: f32,
}

impl Flow {
    /// Pages of which the first is empty.
    pub(super) fn new() -> Self {
        let mut flow = Self { pages: Vec::new(), tags: Tags::new(), lacks_any: false, y: TOP };
        flow.turn();
        flow
    }

    /// Goes on on a new page.
    pub(super) fn turn(&mut self) {
        self.pages.push(Content::new());
        self.tags.pages.push(Vec::new());
        self.y = TOP;
    }

    /// The number of the last page, from 0, and the height that was reached on it.
    pub(super) fn place(&self) -> (usize, f32) {
        (self.pages.len().saturating_sub(1), self.y)
    }

    /// How much is free on the last page.
    pub(super) fn free(&self) -> f32 {
        self.y - BOTTOM
    }

    /// Goes on on a new page where less than this is free; not on an empty page.
    pub(super) fn ensure(&mut self, height: f32) {
        if self.free() < height && self.y < TOP {
            self.turn();
        }
    }

    /// Leaves room; none at the top of a page.
    pub(super) fn gap(&mut self, height: f32) {
        if self.y < TOP {
            self.y -= height;
        }
    }

    /// Goes down.
    pub(super) fn down(&mut self, height: f32) {
        self.y -= height;
    }

    /// Draws marks of an element on the last page.
    pub(super) fn marked(
        &mut self,
        element: ElementId,
        role: Name<'_>,
        draw: impl FnOnce(&mut Content, &mut bool),
    ) {
        let number = self.tags.mark(element);
        let Some(page) = self.pages.last_mut() else { return };
        page.begin_marked_content_with_properties(role).properties().identify(number);
        draw(page, &mut self.lacks_any);
        page.end_marked_content();
    }

    /// Draws what is there for the eye alone.
    pub(super) fn decoration(&mut self, draw: impl FnOnce(&mut Content, &mut bool)) {
        let Some(page) = self.pages.last_mut() else { return };
        page.begin_marked_content(Name(b"Artifact"));
        draw(page, &mut self.lacks_any);
        page.end_marked_content();
    }

    /// Writes a paragraph of an element, from page to page.
    pub(super) fn paragraph(&mut self, element: ElementId, text: &str, setting: Setting) {
        for line in setting.wrap(text, WIDTH) {
            self.ensure(setting.leading());
            self.y -= setting.leading();
            let at = (MARGIN, self.y + setting.size * 0.3);
            self.marked(element, Name(b"P"), |page, lacks| show(page, at, &line, setting, lacks));
        }
    }
}

/// Writes a line from a place on its baseline.
pub(super) fn show(
    page: &mut Content,
    (x, y): (f32, f32),
    text: &str,
    setting: Setting,
    lacks_any: &mut bool,
) {
    let encoded = win_ansi(text);
    *lacks_any |= encoded.lacks_any;
    let font = match setting.face {
        Face::Plain => PLAIN,
        Face::Bold => BOLD,
    };
    page.begin_text();
    page.set_font(font, setting.size);
    page.next_line(x, y);
    page.show(Str(&encoded.bytes));
    page.end_text();
}

/// Draws a level line.
pub(super) fn rule(page: &mut Content, from: f32, to: f32, y: f32, width: f32) {
    page.set_stroke_gray(0.0);
    page.set_line_width(width);
    page.move_to(from, y);
    page.line_to(to, y);
    page.stroke();
}
