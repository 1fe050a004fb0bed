//! The pages of the browser. For now those of signing in at an agency's identity provider, of signing
//! out, and of reports; what every later page needs stands here too.
//!
//! A browser holds its session in a cookie; the API never looks at it. [`Visitor`] is whoever is at
//! a page. Whatever changes something is a POST, and comes in through [`Posted`], which takes it only
//! from a form of our own page in the same session. A page says what to do next, and nothing of why
//! a token was refused.

mod cookies;
mod page;
mod posted;
mod reports;
mod routes;
mod sign_in;
mod visitor;

pub use posted::{Origin, Posted};
pub use routes::configure;
pub use visitor::Visitor;
