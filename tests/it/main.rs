//! The server as a whole: a real server on a free port, its own database, a clock that stands until
//! it is wound on, and a mailbox to look into. The same bodies run on SQLite and on PostgreSQL.

#![cfg(test)]

mod accounts;
mod agreement;
mod bounce_console;
mod house;

mod contract;
mod engine;
mod factors;
mod hardening;
mod life;
mod pack_console;
mod pages;
mod process;
mod report_schedules_console;
mod rights;
mod sign_on;
mod trying;
