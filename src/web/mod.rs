//! The pages of the browser: thin doors to the engine, like the API's, that work without a script.
//!
//! A browser holds its session in a cookie; the API never looks at it. [`Visitor`] is whoever is at
//! a page. Whatever changes something is a POST, and comes in through [`Posted`], which takes it only
//! from a form of our own page in the same session. A page says what to do next, and nothing of why
//! a token was refused.

mod account;
mod acting;
mod acts;
mod administration;
mod again;
mod asking;
mod asking_reports;
mod assets;
mod calendar_feed;
mod case;
mod case_views;
mod cookies;
mod directory;
mod errors;
mod factor_pages;
mod fields;
mod finding;
mod frame;
mod help;
mod home;
mod ladder;
mod list_filters;
mod look;
mod moments;
mod more;
mod naming;
mod notification_settings;
mod page;
mod policies;
mod posted;
mod printing;
mod raise;
mod record;
mod reports;
mod restricting;
mod routes;
mod sheet;
mod sign_in;
mod sign_in_first;
mod sign_in_here;
mod sign_in_passkey;
mod statements;
mod visitor;

pub use account::prove_first;
pub use errors::tell_people;
pub use look::{Look, in_its_look};
pub use posted::{Origin, Posted};
pub use routes::configure;
pub use visitor::Visitor;
