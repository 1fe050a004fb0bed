//! The command line: what an administrator types. Answers go to standard output, messages to
//! standard error. Exit codes: 0 done, 1 it failed or found something wrong, 2 the command was not
//! understood, 74 the disk under the database failed, 75 it cannot be done now, 78 the settings are
//! wrong.

mod arguments;
mod commands;
mod doctor;
mod logging;
mod policy_commands;
mod reporting;
mod run;
mod simulating;

pub use run::run;
