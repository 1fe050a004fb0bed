//! Logs, to standard error: sentences with fields, and nobody's data in them.

use crate::config::{LogFormat, LogSettings};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Where the requests' spans are made.
const REQUESTS: &str = "bscp_escalation::api::request_span";

/// Starts the log. Messages of libraries are kept to warnings; the requests' spans are kept, so that
/// a failure's line carries the id that the answer showed.
pub(super) fn start(settings: &LogSettings) {
    let level = &settings.level;
    let filter = EnvFilter::new(format!("warn,bscp_escalation={level},{REQUESTS}=info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = match settings.format {
        LogFormat::Json => log.json().try_init(),
        LogFormat::Text => log.try_init(),
    };
    if let Err(error) = started {
        eprintln!("The log was started already: {error}");
    }
    // Its place alone: what a panic says may hold what somebody wrote.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "the program panicked: report this place to its makers");
    }));
}
