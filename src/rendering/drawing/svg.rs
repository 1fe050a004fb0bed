//! A picture as SVG that stands in a page: no script, no style, nothing from elsewhere.

use super::painter::paint;
use super::scene::Drawing;
use crate::rendering::cell_words::legible;
use crate::rendering::error::RenderingError;
use plotters::backend::SVGBackend;

/// What somebody is told of a picture who does not see it.
#[derive(Debug, Clone, Copy)]
pub(in crate::rendering) struct Described<'a> {
    /// Its id, unique in its page.
    pub(in crate::rendering) id: &'a str,
    /// What it is.
    pub(in crate::rendering) title: &'a str,
    /// What it shows, and where the same stands in words.
    pub(in crate::rendering) description: &'a str,
}

/// The picture as an `svg` element.
///
/// # Errors
/// If it cannot be painted.
pub(in crate::rendering) fn svg(
    drawing: &Drawing,
    described: Described<'_>,
) -> Result<String, RenderingError> {
    let size = (drawing.width.unsigned_abs(), drawing.height.unsigned_abs());
    let mut painted = String::new();
    paint(drawing, &mut SVGBackend::with_string(&mut painted, size))?;
    let fault = || RenderingError::Drawing("the picture does not begin with its element".into());
    // The crate writes the element's start; ours tells what the picture is.
    let marks = painted.strip_prefix("<svg ").and_then(|rest| rest.split_once(">\n"));
    let (_, marks) = marks.ok_or_else(fault)?;
    let id: String =
        described.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let (title, description) = (escaped(described.title), escaped(described.description));
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title {id}-description\" \
         width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\">\n<title id=\"{id}-title\">{title}</title>\n\
         <desc id=\"{id}-description\">{description}</desc>\n{marks}",
        size.0, size.1, size.0, size.1,
    ))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in legible(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
