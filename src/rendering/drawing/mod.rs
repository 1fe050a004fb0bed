//! A picture before it is painted: lines, areas and words in pixels, in greys and patterns that are
//! told apart in black and white. Painted by the drawing crate, as SVG for a page or as vectors on
//! paper, so that both show the same.

mod metrics;
mod painter;
mod scale;
mod scene;
mod svg;

pub(super) use metrics::{Face, fit, width_of, wrap};
pub(super) use painter::{FONT_STEP, paint};
pub(super) use scale::{Scale, ticks};
#[cfg(test)]
pub(super) use scene::Mark;
pub(super) use scene::{Align, Dash, Drawing, Fill, Point, Shape};
pub(super) use svg::{Described, svg};
