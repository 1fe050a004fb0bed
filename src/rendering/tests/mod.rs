//! Every form says what the report says, whatever stands in it.

mod case_lists;
mod disputes;
mod documents;
mod lists;
mod made_up;
mod made_up_disputes;
mod pages;
mod pictures;
mod reading;
mod spreadsheets;
mod words;
