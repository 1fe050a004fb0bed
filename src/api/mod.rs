//! The REST API under `/api/v1`: a thin door. A handler turns a request into a command or a
//! question, asks the engine, and turns the answer into JSON. It decides nothing, and writes only
//! through the engine.

mod accounts;
mod agencies;
mod answer;
mod api_tokens;
mod bodies;
mod bounces;
mod clock_commands;
mod closures;
mod command_macros;
mod commands;
mod directory_views;
mod escalations;
mod exports;
mod extract;
mod factors;
mod headers;
mod health;
mod identities;
mod limits;
mod metrics;
mod notices;
mod openapi;
mod own_sessions;
mod page;
mod partnerships;
mod people;
mod policies;
mod posts;
mod problem;
mod recounts;
mod reference;
mod report_answers;
mod reports;
mod request_span;
mod restricting;
mod routes;
mod screening;
mod second_step;
mod security_txt;
mod sessions;
mod signing_keys;
mod simulations;
mod strict_json;
mod views;

pub use headers::{cors, on_every_answer, show_request_id};
pub use limits::{RequestLimits, limit_requests};
pub use metrics::configure as configure_metrics;
pub use openapi::document;
pub use problem::Problem;
pub use report_answers::Links;
pub use reports::{ReportCasesQuery, ReportPictureQuery, ReportQuery};
pub use request_span::RequestSpan;
pub use routes::{Face, configure};
pub use screening::screen;
