//! What is wrong with a policy file: every mistake at once, by line and in plain words.
//!
//! First its form, against the table of keys: syntax, unknown and missing keys, values that cannot
//! be read. A file whose form is right is read, and then judged by what it means: whether every
//! stage can be reached, every clock starts, and every case can end.

mod classes;
mod document;
mod endings;
mod form;
mod head;
mod ladder;
mod lengths;
mod mistake;
mod people;
mod reading;
mod stages;
mod standing;
mod tasks;
mod values;

pub use mistake::Mistake;
pub(super) use reading::checked;
