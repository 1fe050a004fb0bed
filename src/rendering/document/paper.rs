//! Paper that the drawing crate paints on: the vectors of a picture on a page.

use super::flow::{Setting, show};
use crate::rendering::drawing::{FONT_STEP, Face};
use pdf_writer::Content;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};
use std::convert::Infallible;

type Outcome = Result<(), DrawingErrorKind<Infallible>>;

/// From the middle of the lower-case letters down to the baseline, of a size.
const HALF_LETTER: f64 = 0.26;
/// How far the handles of a quarter of a circle reach, of its radius.
const QUARTER: f32 = 0.5523;

/// A place on a page where a picture is painted.
pub(super) struct Paper<'a> {
    pub(super) page: &'a mut Content,
    /// The picture's top left on the page, in points from the bottom left.
    pub(super) top_left: (f32, f32),
    /// Points a pixel.
    pub(super) scale: f32,
    /// The picture's size in pixels.
    pub(super) size: (u32, u32),
    /// Set when a character is met that the fonts do not have.
    pub(super) lacks_any: &'a mut bool,
}

impl Paper<'_> {
    #[expect(clippy::cast_precision_loss, reason = "pixels of a picture, far below 2^24")]
    fn at(&self, (x, y): BackendCoord) -> (f32, f32) {
        let (left, top) = self.top_left;
        (left + x as f32 * self.scale, top - y as f32 * self.scale)
    }

    fn stroke(&mut self, colour: BackendColor, width: u32) {
        self.page.set_stroke_gray(grey(colour));
        #[expect(clippy::cast_precision_loss, reason = "a width of some pixels")]
        self.page.set_line_width(width as f32 * self.scale);
    }

    /// Lays a path; says whether there is one.
    fn lay(&mut self, path: impl IntoIterator<Item = BackendCoord>) -> bool {
        let mut points = path.into_iter();
        let Some(first) = points.next() else { return false };
        let (x, y) = self.at(first);
        self.page.move_to(x, y);
        for point in points {
            let (x, y) = self.at(point);
            self.page.line_to(x, y);
        }
        true
    }
}

/// How light a colour is; ours are greys.
fn grey(colour: BackendColor) -> f32 {
    f32::from(colour.rgb.1) / 255.0
}

impl DrawingBackend for Paper<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Outcome {
        self.draw_rect(point, (point.0 + 1, point.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Outcome {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let ((x0, y0), (x1, y1)) = (self.at(upper_left), self.at(bottom_right));
        self.page.set_fill_gray(grey(style.color()));
        self.stroke(style.color(), style.stroke_width());
        self.page.rect(x0, y1, x1 - x0, y0 - y1);
        if fill {
            self.page.fill_nonzero()
        } else {
            self.page.stroke()
        };
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        self.stroke(style.color(), style.stroke_width());
        if self.lay(path) {
            self.page.stroke();
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        self.page.set_fill_gray(grey(style.color()));
        if self.lay(path) {
            self.page.fill_nonzero();
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let (x, y) = self.at(center);
        #[expect(clippy::cast_precision_loss, reason = "a radius of some pixels")]
        let r = radius as f32 * self.scale;
        let h = r * QUARTER;
        self.page.set_fill_gray(grey(style.color()));
        self.stroke(style.color(), style.stroke_width());
        self.page.move_to(x + r, y);
        self.page.cubic_to(x + r, y + h, x + h, y + r, x, y + r);
        self.page.cubic_to(x - h, y + r, x - r, y + h, x - r, y);
        self.page.cubic_to(x - r, y - h, x - h, y - r, x, y - r);
        self.page.cubic_to(x + h, y - r, x + r, y - h, x + r, y);
        if fill {
            self.page.fill_nonzero()
        } else {
            self.page.close_and_stroke()
        };
        Ok(())
    }

    #[expect(clippy::cast_possible_truncation, reason = "the size of a font")]
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        pos: BackendCoord,
    ) -> Outcome {
        let size = (style.size() / FONT_STEP) as f32 * self.scale;
        let face = match style.style() {
            FontStyle::Bold => Face::Bold,
            _ => Face::Plain,
        };
        let setting = Setting { size, face };
        let (x, y) = self.at(pos);
        let left = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => setting.width(text) / 2.0,
            HPos::Right => setting.width(text),
        };
        self.page.set_fill_gray(grey(style.color()));
        let baseline = y - size * HALF_LETTER as f32;
        show(self.page, (x - left, baseline), text, setting, self.lacks_any);
        self.page.set_fill_gray(0.0);
        Ok(())
    }
}
