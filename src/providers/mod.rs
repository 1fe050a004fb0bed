//! Calls to the agencies' identity providers: their documents, their keys, and a code for a token.
//! The only room that calls out over HTTP (the demonstration apart, which plays a client).
//!
//! No redirect is followed, no answer is read beyond a size or waited for beyond a time, and only
//! https leaves this machine. What an answer means is decided in `auth::oidc`. Keys and documents
//! are kept for a while by each node; nothing here is needed to end a session.

mod calls;
mod known;

pub use calls::CallFault;
pub use known::{KeysFor, NoAnswer, Providers};
