//! bscp-escalation

pub mod access;
pub mod api;
pub mod app;
pub mod auth;
pub mod calendar;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod directory;
pub mod engine;
pub mod escalation;
pub mod ids;
pub mod notify;
pub mod policy;
pub mod store;
pub mod timeline;
