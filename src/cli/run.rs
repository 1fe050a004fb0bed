//! From arguments to exit code.

use super::arguments::{
    Arguments, Command, ConfigCommand, DirectoryCommand, PersonCommand, Place, PolicyCommand,
    ReportsCommand, TimelineCommand,
};
use super::{commands, doctor, logging, policy_commands, reporting, simulating};
use crate::config::{ConfigError, Settings};
use crate::escalation::PolicyRef;
use crate::store::StoreError;
use clap::Parser;
use std::collections::HashMap;
use std::process::ExitCode;

/// The settings are wrong (`EX_CONFIG` of sysexits.h).
const EXIT_CONFIG: u8 = 78;
/// Another server uses the database's file (`EX_TEMPFAIL` of sysexits.h).
const EXIT_IN_USE: u8 = 75;

/// Reads the command line, does what it says, and says how it went.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match dispatch(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}", sentence(&error));
            exit_code(&error)
        }
    }
}

/// The exit code that tells what went wrong; docs/operating.md lists them.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    if error.chain().any(|cause| cause.is::<ConfigError>()) {
        return ExitCode::from(EXIT_CONFIG);
    }
    let is_in_use = |cause: &StoreError| matches!(cause, StoreError::InUse(_));
    if error.chain().filter_map(|cause| cause.downcast_ref()).any(is_in_use) {
        return ExitCode::from(EXIT_IN_USE);
    }
    ExitCode::FAILURE
}

/// What was being done, and what went wrong with it.
pub(super) fn sentence(error: &anyhow::Error) -> String {
    let parts: Vec<String> = error.chain().map(ToString::to_string).collect();
    format!("Failed: {}", parts.join(": "))
}

fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    // One provider of encryption for the whole program.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("a provider of encryption was installed already");
    }
    match command {
        Command::Openapi => commands::openapi(),
        Command::Policy(PolicyCommand::Check { file, directory }) => {
            policy_commands::check(&file, directory.as_deref())
        }
        Command::Policy(PolicyCommand::Language) => Ok(policy_commands::language()),
        Command::Config(ConfigCommand::Check(place)) => {
            let settings = settings(&place)?;
            commands::check_config(&settings)
        }
        Command::Demo(demo) => {
            actix_web::rt::System::new().block_on(crate::demo::run(crate::demo::DemoOptions {
                once: demo.once,
                keep: demo.keep,
                data_dir: demo.data_dir,
                listen: demo.listen,
            }))
        }
        Command::Serve(place) => serve(&place),
        Command::Migrate(place) => with(&place, commands::migrate),
        Command::Directory(DirectoryCommand::Load { file, place }) => {
            with(&place, |settings| commands::load_directory(settings, file))
        }
        Command::Person(PersonCommand::Invite { email, place }) => {
            with(&place, |settings| commands::invite(settings, email))
        }
        Command::SetUpSecret(place) => with(&place, commands::set_up_secret),
        Command::Policy(PolicyCommand::Simulate(asked)) => simulating::simulate(asked),
        Command::Policy(PolicyCommand::Diff(asked)) if asked.against_open_cases => {
            let settings = settings(&asked.place)?;
            logging::start(&settings.log);
            actix_web::rt::System::new().block_on(simulating::diff_open_cases(settings, asked))
        }
        Command::Policy(PolicyCommand::Diff(asked)) => simulating::diff_files(&asked),
        Command::Policy(PolicyCommand::Load { file, by, place }) => {
            with(&place, |settings| policy_commands::load(settings, file, by))
        }
        Command::Policy(PolicyCommand::Publish { key, number, partnership, by, place }) => {
            let which = PolicyRef { key, version: number };
            with(&place, |settings| policy_commands::publish(settings, partnership, which, by))
        }
        Command::Bounce(place) => with(&place, commands::bounce),
        Command::Doctor { trust_clock: true, place, .. } => with(&place, doctor::trust_clock),
        Command::Doctor { deep, place, .. } => {
            with(&place, |settings| doctor::look(settings, deep))
        }
        Command::Reports(ReportsCommand::Rebuild(place)) => with(&place, reporting::rebuild),
        Command::Reports(ReportsCommand::Verify(place)) => with(&place, reporting::verify),
        Command::Reports(ReportsCommand::Pack {
            partnership,
            financial_year,
            by,
            for_officers,
            to,
            place,
        }) => {
            let wanted = reporting::Pack { partnership, financial_year, by, for_officers, to };
            with(&place, |settings| reporting::pack(settings, wanted))
        }
        Command::Timeline(TimelineCommand::Verify(place)) => with(&place, commands::verify),
    }
}

/// The system is not taken apart at the end: that would wait for whatever still waits for a database
/// that does not answer.
fn serve(place: &Place) -> anyhow::Result<ExitCode> {
    let settings = settings(place)?;
    logging::start(&settings.log);
    let system = actix_web::rt::System::new();
    let served = system.block_on(commands::serve(settings));
    std::mem::forget(system);
    served
}

fn with<F>(place: &Place, work: impl FnOnce(Settings) -> F) -> anyhow::Result<ExitCode>
where
    F: Future<Output = anyhow::Result<ExitCode>>,
{
    let settings = settings(place)?;
    logging::start(&settings.log);
    actix_web::rt::System::new().block_on(work(settings))
}

fn settings(place: &Place) -> anyhow::Result<Settings> {
    let mut overrides: Vec<(String, String)> = Vec::new();
    if let Some(url) = &place.database_url {
        overrides.push(("database.url".to_owned(), url.clone()));
    }
    if let Some(listen) = &place.listen {
        overrides.push(("http.listen".to_owned(), listen.to_string()));
    }
    for text in &place.settings {
        let (key, value) = text.split_once('=').ok_or_else(|| {
            anyhow::anyhow!("--set {text} has no '=': write --set engine.tick_seconds=1")
        })?;
        overrides.push((key.to_owned(), value.to_owned()));
    }
    let mut environment: HashMap<String, String> = HashMap::new();
    for (name, value) in std::env::vars_os() {
        // Names the settings file, which is not a setting itself.
        if name == "BSCP_CONFIG" {
            continue;
        }
        if let (Ok(name), Ok(value)) = (name.into_string(), value.into_string()) {
            environment.insert(name, value);
        }
    }
    Ok(Settings::load(place.config.as_deref(), &environment, &overrides)?)
}
