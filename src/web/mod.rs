//! The pages of the browser: thin doors to the engine, like the API's, that work without a script.
//!
//! A browser holds its session in a cookie; the API never looks at it. [`Visitor`] is whoever is at
//! a page. Whatever changes something is a POST, and comes in through [`Posted`], which takes it only
//! from a form of our own page in the same session. A page says what to do next, and nothing of why
//! a token was refused.

mod account;
mod acting;
mod acts;
mod again;
mod asking;
mod calendar_feed;
mod case;
mod cookies;
mod factor_pages;
mod fields;
mod frame;
mod home;
mod more;
mod notification_settings;
mod page;
mod posted;
mod raise;
mod record;
mod reports;
mod routes;
mod sign_in;
mod sign_in_first;
mod sign_in_here;
mod sign_in_passkey;
mod visitor;

pub use account::prove_first;
pub use posted::{Origin, Posted};
pub use routes::configure;
pub use visitor::Visitor;
