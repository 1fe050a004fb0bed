//! No cell that a spreadsheet would take for a formula.

use std::borrow::Cow;

/// With which a cell makes a spreadsheet calculate (OWASP ASVS 5.0.0, 1.2.10).
const FORMULA_SIGNS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\0'];

/// A cell of comma-separated values that no spreadsheet calculates: one that begins with a sign by
/// which it would has an apostrophe before it. For words alone: a number needs none.
pub fn inert(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA_SIGNS) { format!("'{cell}").into() } else { cell.into() }
}
