//! The store: the only room that knows diesel, and the same code on SQLite and on PostgreSQL.
//!
//! Reads take a [`Reader`], writes a [`Writer`]: a function that changes something cannot be
//! called without a writing transaction. Errors come back as [`StoreError`] and are never turned
//! into emptiness: a server that shows "nothing due" because it could not read is worse than one
//! that is down.
//!
//! Why an enum of connections and not diesel's derived one: every query is compiled for each
//! database by `on!`, so nothing that either can do is out of reach, and there is one schema.

mod alone;
mod conn;
mod connecting;
mod error;
mod migrate;
mod pool;
mod schema;
mod trust;
mod turns;
mod types;
mod weather;

pub mod account_holders;
pub mod account_letters;
pub mod account_secrets;
pub mod api_tokens;
pub mod browser_sessions;
pub mod calendar_feeds;
pub mod case_views;
pub mod changes;
pub mod closures;
pub mod delivery_problems;
pub mod directory;
pub mod due;
pub mod escalations;
pub mod factors;
pub mod failing_addresses;
pub mod guesses;
pub mod idempotency;
pub mod identities;
pub mod jobs;
pub mod networks;
pub mod nodes;
pub mod notices;
pub mod notification_settings;
pub mod outbox;
mod outbox_line;
pub mod outbox_numbers;
pub mod people;
pub mod policies;
pub mod posts;
pub mod projections;
pub mod proving;
pub mod reports;
pub mod sessions;
pub mod set_up;
pub mod sign_in_attempts;
pub mod signing_keys;
pub mod tickets;
pub mod timeline;

pub use alone::Alone;
pub use conn::{Reader, Writer};
pub use error::StoreError;
pub use pool::{DatabaseUrl, Store, StoreOptions};
pub use weather::{Moment, Weather};
