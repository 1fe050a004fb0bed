//! A picture painted on whatever the drawing crate paints on.

use super::metrics::Face;
use super::scene::{Align, Dash, Drawing, Fill, Mark, Point, Shape};
use crate::rendering::error::RenderingError;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle};
use plotters_backend::{DrawingBackend, DrawingErrorKind};

/// The drawing crate's font sizes are so many times the height that is set.
pub(in crate::rendering) const FONT_STEP: f64 = 1.24;
/// The faces that readers have, in which the widths of Helvetica hold.
const FAMILY: &str = "Helvetica, Arial, 'Liberation Sans', sans-serif";

/// Paints a picture, on white.
///
/// # Errors
/// If what it is painted on fails.
pub(in crate::rendering) fn paint<B: DrawingBackend>(
    drawing: &Drawing,
    on: &mut B,
) -> Result<(), RenderingError> {
    paint_marks(drawing, on).map_err(|error| RenderingError::Drawing(error.to_string()))
}

fn paint_marks<B: DrawingBackend>(
    drawing: &Drawing,
    on: &mut B,
) -> Result<(), DrawingErrorKind<B::ErrorType>> {
    on.draw_rect((0, 0), (drawing.width, drawing.height), &style(255, 1), true)?;
    for mark in &drawing.marks {
        match mark {
            Mark::Line { points, grey, width, dash } => {
                for part in parts(points, *dash) {
                    on.draw_path(part, &style(*grey, *width))?;
                }
            }
            Mark::Area { from, to, fill, has_frame } => {
                paint_area(on, *from, *to, *fill)?;
                if *has_frame {
                    let ((x0, y0), (x1, y1)) = (*from, *to);
                    let frame = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)];
                    on.draw_path(frame, &style(0, 1))?;
                }
            }
            Mark::Shape { at, radius, shape, is_filled } => {
                paint_shape(on, *at, *radius, *shape, *is_filled)?;
            }
            Mark::Words { at, text, size, face, align, grey } => {
                on.draw_text(text, &text_style(*size, *face, *align, *grey), *at)?;
            }
        }
    }
    on.present()
}

fn paint_area<B: DrawingBackend>(
    on: &mut B,
    from: Point,
    to: Point,
    fill: Fill,
) -> Result<(), DrawingErrorKind<B::ErrorType>> {
    let ground = if let Fill::Grey(grey) = fill { grey } else { 255 };
    on.draw_rect(from, to, &style(ground, 1), true)?;
    let lines = match fill {
        Fill::Grey(_) => Vec::new(),
        Fill::Rising(step) => slanted(from, to, step, true),
        Fill::Falling(step) => slanted(from, to, step, false),
        Fill::Crossed(step) => {
            [slanted(from, to, step, true), slanted(from, to, step, false)].concat()
        }
        Fill::Level(step) => level(from, to, step),
    };
    for line in lines {
        on.draw_path(line, &style(0, 1))?;
    }
    Ok(())
}

fn paint_shape<B: DrawingBackend>(
    on: &mut B,
    at: Point,
    radius: i32,
    shape: Shape,
    is_filled: bool,
) -> Result<(), DrawingErrorKind<B::ErrorType>> {
    let ground = style(if is_filled { 0 } else { 255 }, 1);
    let corners = shape.corners(at, radius);
    if corners.is_empty() {
        let radius = radius.unsigned_abs();
        on.draw_circle(at, radius, &ground, true)?;
        return on.draw_circle(at, radius, &style(0, 1), false);
    }
    let edge: Vec<Point> = corners.iter().chain(corners.first()).copied().collect();
    on.fill_polygon(corners, &ground)?;
    on.draw_path(edge, &style(0, 1))
}

fn style(grey: u8, width: u32) -> ShapeStyle {
    ShapeStyle::from(&RGBColor(grey, grey, grey)).stroke_width(width)
}

fn text_style(size: i32, face: Face, align: Align, grey: u8) -> TextStyle<'static> {
    let weight = match face {
        Face::Plain => FontStyle::Normal,
        Face::Bold => FontStyle::Bold,
    };
    let across = match align {
        Align::Start => HPos::Left,
        Align::Middle => HPos::Center,
        Align::End => HPos::Right,
    };
    let font = (FAMILY, f64::from(size) * FONT_STEP, weight).into_font();
    let mut style = TextStyle::from(font).pos(Pos::new(across, VPos::Center));
    style.color = RGBColor(grey, grey, grey).to_backend_color();
    style
}

/// A line in the parts that are drawn.
fn parts(points: &[Point], dash: Dash) -> Vec<Vec<Point>> {
    let Dash::Broken(drawn, left_out) = dash else { return vec![points.to_vec()] };
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    let (mut is_drawn, mut left) = (true, f64::from(drawn));
    for (from, to) in points.iter().zip(points.iter().skip(1)) {
        let length = f64::from(to.0 - from.0).hypot(f64::from(to.1 - from.1));
        let mut done = 0.0;
        if is_drawn {
            part.push(*from);
        }
        while length - done > left {
            done += left;
            let at = between(*from, *to, done / length);
            part.push(at);
            if is_drawn {
                parts.push(std::mem::take(&mut part));
            }
            is_drawn = !is_drawn;
            left = f64::from(if is_drawn { drawn } else { left_out });
        }
        left -= length - done;
        if is_drawn {
            part.push(*to);
        }
    }
    parts.push(part);
    parts.retain(|part| part.len() > 1);
    parts
}

#[expect(clippy::cast_possible_truncation, reason = "between two pixels, which are i32")]
fn between(from: Point, to: Point, part: f64) -> Point {
    let mix = |a: i32, b: i32| (f64::from(a) + f64::from(b - a) * part).round() as i32;
    (mix(from.0, to.0), mix(from.1, to.1))
}

/// Slanted lines within an area.
fn slanted(from: Point, to: Point, step: i32, rises: bool) -> Vec<Vec<Point>> {
    let ((x0, y0), (x1, y1)) = (from, to);
    let (width, height) = (x1 - x0, y1 - y0);
    let mut lines = Vec::new();
    let mut sum = step;
    while step > 0 && sum < width + height {
        // Where x and y, counted from a corner, add up to `sum`.
        let (near, far) = ((sum - height).max(0), sum.min(width));
        let y = |x: i32| if rises { y0 + sum - x } else { y1 - (sum - x) };
        lines.push(vec![(x0 + near, y(near)), (x0 + far, y(far))]);
        sum += step;
    }
    lines
}

/// Level lines within an area.
fn level(from: Point, to: Point, step: i32) -> Vec<Vec<Point>> {
    let mut lines = Vec::new();
    let mut y = from.1 + step;
    while step > 0 && y < to.1 {
        lines.push(vec![(from.0, y), (to.0, y)]);
        y += step;
    }
    lines
}
