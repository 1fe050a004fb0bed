//! The escalation and professional-challenge server of a safeguarding children partnership.
//!
//! This is the map. Each room's own head says more; `docs/architecture.md` says why, who may
//! import whom, and where a new thing goes.
//!
//! # The rooms
//!
//! The core is pure: no I/O, no database, no web, and `now` is an argument.
//!
//! - [`clock`] is the only file that may ask what time it is; [`ids`] are typed ids.
//! - [`calendar`] gets from a start and an allowance to the instant a deadline falls, with the sum
//!   in words.
//! - [`directory`] knows who stands on which rung of which agency, and never answers "nobody":
//!   deputies, then the next rung up, then the partnership, and each gap shown.
//! - [`policy`] reads a partnership's policy: its stages, their clocks, who acts, who is told.
//! - [`escalation`] is the state machine of one disagreement: `decide` what a command makes happen,
//!   `apply` what happened, `tell` who must know.
//! - [`timeline`] chains what happened by hashes, and proves it.
//! - [`access`] decides who may see and do what, and nobody else does.
//! - [`simulation`] plays a policy on a made-up partnership before it is live, by the functions
//!   that decide real cases.
//! - [`reports`] says what a partnership asks about how its disputes went.
//! - [`rendering`] gives a report its forms: comma-separated values, a spreadsheet, a page, a
//!   document to print, pictures.
//!
//! The world:
//!
//! - [`config`] reads the settings and refuses what it does not know.
//! - [`notify`] says what a message says, how it looks as an email and how it leaves.
//! - [`auth`] knows passwords and tokens, and nothing of what they open.
//! - [`providers`] calls the agencies' identity providers.
//! - [`watch`] says whether a node is well, and sends a sign of life while it is.
//! - [`store`] is the only room that knows diesel: one code on SQLite and on PostgreSQL.
//! - [`engine`] holds the use cases, and is the only room that changes anything.
//!
//! The doors:
//!
//! - [`api`] turns requests into commands and questions, and answers into JSON.
//! - [`web`] has the pages of the browser: signing in at an agency's provider, and signing out.
//! - [`app`] wires settings to a running server.
//! - [`demo`] plays one story as a client of the API.
//! - [`cli`] is what an administrator types.
//!
//! # A request
//!
//! `api/extract.rs` finds out who asks, at which version, under which idempotency key, and reads
//! the body; `api/commands.rs` makes a command of it for [`engine::Engine::change`]. In one
//! transaction (`engine/change.rs`, then `engine/perform.rs`) the case is locked, `access` is
//! asked, [`escalation::decide`] answers with events or a refusal, the events are appended to the
//! timeline and applied, the state is saved with its next due instant, one notice for everybody who
//! must know is put into the outbox, and the answer is kept under the idempotency key. Commit,
//! wake the workers, answer. Nothing has been sent yet, and nothing can be lost.
//!
//! # A tick
//!
//! `engine/worker.rs` runs two loops. One asks the database which cases are due
//! ([`engine::Engine::tick`]) and hands each to the inside of the same door with
//! [`escalation::Command::Lapse`]; whoever comes second finds nothing due. The other
//! ([`engine::Engine::deliver`]) leases notices, sends them outside any transaction, and records
//! what became of them; a sender that dies leaves a lease that runs out. So any number of nodes
//! share the work, and one that slept finds on waking what is due.

pub mod access;
pub mod api;
pub mod app;
pub mod auth;
pub mod calendar;
pub mod cli;
pub mod client_address;
pub mod clock;
pub mod config;
pub mod demo;
pub mod directory;
pub mod engine;
pub mod escalation;
pub mod ids;
pub mod notify;
pub mod policy;
pub mod providers;
pub mod rendering;
pub mod reports;
pub mod simulation;
pub mod store;
pub mod timeline;
pub mod watch;
pub mod web;
