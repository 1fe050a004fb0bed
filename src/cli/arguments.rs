//! What can be typed.

use super::simulating::{DiffArguments, SimulateArguments};
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Escalation and professional-challenge server for a safeguarding children partnership.
///
/// Try it:          bscp-escalation demo
/// Run it:          bscp-escalation serve --config config/bscp.toml
/// Prove the record: bscp-escalation doctor --deep --config config/bscp.toml
#[derive(Debug, Parser)]
#[command(version, about, verbatim_doc_comment, propagate_version = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Play one story from challenge to resolution, on a made-up partnership and a fast clock
    Demo(DemoArguments),
    /// Run the server
    Serve(Place),
    /// Bring the database to the newest schema and stop
    Migrate(Place),
    /// Partnerships, their agencies, people and posts
    #[command(subcommand)]
    Directory(DirectoryCommand),
    /// People and how they sign in
    #[command(subcommand)]
    Person(PersonCommand),
    /// Make a new secret for setting up the first administrator, while there is none
    SetUpSecret(Place),
    /// Policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Hand in a message that came back, on the standard input, as a mail server's pipe gives it
    Bounce(Place),
    /// The record
    #[command(subcommand)]
    Timeline(TimelineCommand),
    /// What reports count
    #[command(subcommand)]
    Reports(ReportsCommand),
    /// Look at a database without changing it, and say what is wrong with it
    Doctor {
        /// Prove every record in it too: each case, each answer that was given
        #[arg(long)]
        deep: bool,
        /// Believe this machine's clock although the database has records of a later time
        #[arg(long)]
        trust_clock: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the API document (OpenAPI 3.1)
    Openapi,
}

/// Which server: its settings.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The settings file; see config/bscp.example.toml
    #[arg(long, env = "BSCP_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Where the database is, such as sqlite:data/escalations.sqlite3 or postgres://user@host/name
    #[arg(long)]
    pub(super) database_url: Option<String>,
    /// Where to listen, such as 127.0.0.1:8080
    #[arg(long)]
    pub(super) listen: Option<SocketAddr>,
    /// Any other setting, such as --set engine.tick_seconds=1
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) settings: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Stop after the story: exit code 0 only if everything happened
    #[arg(long)]
    pub(super) once: bool,
    /// Go on with what is in the folder, without playing the story
    #[arg(long, conflicts_with = "once")]
    pub(super) keep: bool,
    /// The folder for its database and mailbox
    #[arg(long, default_value = "data/demo")]
    pub(super) data_dir: PathBuf,
    /// Where to listen; a free port if it is taken
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(super) listen: SocketAddr,
}

#[derive(Debug, Subcommand)]
pub(super) enum DirectoryCommand {
    /// Found a partnership from a directory file; see config/demo/bromley.toml
    Load {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum PersonCommand {
    /// Print a link by which somebody in the directory chooses their password, to hand over to them
    Invite {
        /// Their email address
        email: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Read a policy file: name every mistake, or print the policy at a glance
    Check {
        /// The file
        file: PathBuf,
        /// A directory file, to name whom the policy asks for and who is nobody there
        #[arg(long, value_name = "FILE")]
        directory: Option<PathBuf>,
    },
    /// Print the reference of the policy language
    #[command(hide = true)]
    Language,
    /// Play a policy file before it is live: each deadline, how it comes about, who is told
    Simulate(SimulateArguments),
    /// Tell what a new policy file changes, or which open cases a change would move
    Diff(DiffArguments),
    /// Propose a policy version: it is stored, and in force once a second officer has published it
    Load {
        /// The file
        file: PathBuf,
        /// The email address of the partnership's officer in whose name it is proposed
        #[arg(long, value_name = "EMAIL")]
        by: String,
        #[command(flatten)]
        place: Place,
    },
    /// Publish a version that was proposed: it is in force from its first day on
    Publish {
        /// The policy's key
        key: String,
        /// The version
        #[arg(value_name = "VERSION")]
        number: i32,
        /// The partnership's key
        #[arg(long, value_name = "KEY")]
        partnership: String,
        /// The email address of another officer than the one who proposed it
        #[arg(long, value_name = "EMAIL")]
        by: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TimelineCommand {
    /// Walk every case: the chain is whole, and the stored state is what it adds up to
    Verify(Place),
}

#[derive(Debug, Subcommand)]
pub(super) enum ReportsCommand {
    /// Make what reports count of every case anew from its timeline; the server may run meanwhile
    Rebuild(Place),
    /// Compare what reports count of every case with its timeline, and change nothing
    Verify(Place),
    /// Write the pack for an annual report: a document, a page, a spreadsheet and the figures, with
    /// last year beside this year
    Pack {
        /// The partnership's key
        #[arg(long, value_name = "KEY")]
        partnership: String,
        /// The year in which the financial year begins, on 1 April
        #[arg(long, value_name = "YEAR")]
        financial_year: i32,
        /// The email address of an officer: the pack is of the cases that they see
        #[arg(long, value_name = "EMAIL")]
        by: String,
        /// Show every count; without it small counts are left out, as for publication
        #[arg(long)]
        for_officers: bool,
        /// Where the files are written; it is made if it is not there
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Read the settings as `serve` would, and say what is wrong with them
    Check(Place),
}
