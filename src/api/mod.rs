//! The REST API under `/api/v1`: a thin door. A handler turns a request into a command or a
//! question, asks the engine, and turns the answer into JSON. It decides nothing, and writes only
//! through the engine.

mod agencies;
mod answer;
mod bodies;
mod clock_commands;
mod closures;
mod command_macros;
mod commands;
mod directory_views;
mod escalations;
mod extract;
mod factors;
mod health;
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
mod routes;
mod second_step;
mod sessions;
mod simulations;
mod views;

pub use openapi::document;
pub use routes::configure;
