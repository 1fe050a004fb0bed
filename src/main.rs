//! The program: see the `cli` room.

use std::process::ExitCode;

fn main() -> ExitCode {
    bscp_escalation::cli::run()
}
