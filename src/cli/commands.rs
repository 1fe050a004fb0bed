//! What each command does.

use super::policy_commands;
use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::{
    Bounced, DirectoryFile, Engine, EngineError, INVITATION_HOURS, SET_UP_MINUTES, verify_timelines,
};
use crate::escalation::Refusal;
use crate::store::StoreError;
use anyhow::{Context, bail};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The disk failed (`EX_IOERR` of sysexits.h).
const EXIT_IO: i32 = 74;
/// To be done again later (`EX_TEMPFAIL` of sysexits.h): mail servers do that.
const EXIT_AGAIN: u8 = 75;

pub(super) fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

pub(super) fn openapi() -> anyhow::Result<ExitCode> {
    println!("{}", serde_json::to_string_pretty(&crate::api::document())?);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn check_config(settings: &Settings) -> anyhow::Result<ExitCode> {
    app::job_times(settings)?;
    app::mailer(settings)?;
    app::breached_passwords(settings)?;
    app::providers(settings)?;
    println!("The settings are in order.");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn serve(settings: Settings) -> anyhow::Result<ExitCode> {
    let alone = app::alone(&settings)?;
    let engine = app::build_engine_to_serve(&settings, Clock::System).await?;
    if let Err((provider, fault)) = engine.check_providers().await {
        bail!("the identity provider `{provider}` (auth.providers_file): {fault}");
    }
    policy_commands::propose_folder(&engine, settings.policies.dir.as_deref()).await?;
    let app = App::build(&settings, engine.clone())?;
    println!("Listening on http://{}", app.address());
    println!("Database: {}", engine.store().url());
    println!("Mail: {}", engine.mailer().describe());
    println!("Reference of the API: http://{}/api/docs", app.address());
    if let Some(hint) = set_up_hint(&engine).await? {
        println!("{hint}");
    }
    for hint in policy_commands::missing(&engine).await? {
        println!("{hint}");
    }
    for sentence in engine.misdirected_reports().await.context("asking who gets reports")? {
        println!("{sentence}");
    }
    if !engine.second_factor_is_required() {
        tracing::warn!("people come in by a password alone: for evaluation with made-up data only");
    }
    if let Some(why) = engine.why_no_passkeys() {
        println!("{why}");
    }
    if !settings.engine.worker {
        println!("This node answers requests only: another one must act on deadlines.");
    }
    if let Some(address) = app.metrics_address() {
        println!("Numbers for monitoring: http://{address}/metrics");
    }
    if let Err(error) = app.run_until_stopped().await {
        if error.is::<StoreError>() {
            // Without closing the database: SQLite would copy its log into it, and believe the disk
            // once more.
            eprintln!("{}", super::run::sentence(&error));
            std::process::exit(EXIT_IO);
        }
        return Err(error);
    }
    drop(alone);
    println!("Stopped.");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn migrate(settings: Settings) -> anyhow::Result<ExitCode> {
    let store = app::open_store(&settings).await?;
    println!("{}: at the newest schema", store.url());
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn load_directory(settings: Settings, file: PathBuf) -> anyhow::Result<ExitCode> {
    let directory = DirectoryFile::parse(&read(&file)?)?;
    let engine = app::build_engine(&settings, Clock::System).await?;
    let founded = engine.found_partnership(directory).await?;
    println!(
        "Founded {}: {} agencies, {} people",
        founded.partnership.name,
        founded.agencies.len(),
        founded.people.len()
    );
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn invite(settings: Settings, email: String) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    let link = engine.invitation_link(email.clone()).await.context("making the link")?;
    let Some(link) = link else { bail!("nobody in the directory has the address {email}") };
    println!(
        "Give this link to {email} and to nobody else. It works once, for {INVITATION_HOURS} hours:"
    );
    println!("{link}");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn set_up_secret(settings: Settings) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    let Some(hint) = set_up_hint(&engine).await? else {
        bail!("somebody can sign in as administrator: there is nothing to set up");
    };
    println!("{hint}");
    Ok(ExitCode::SUCCESS)
}

/// Makes a set-up secret where nobody can sign in as administrator, and says where it is.
async fn set_up_hint(engine: &Engine) -> anyhow::Result<Option<String>> {
    let made = engine.make_set_up_secret().await.context("making the set-up secret")?;
    Ok(made.map(|file| {
        format!(
            "Nobody can sign in as administrator yet. The file {} holds a secret for \
             POST /api/v1/set-up, which makes the first one. It works once, for {SET_UP_MINUTES} \
             minutes; `bscp-escalation set-up-secret` makes a new one.",
            file.display()
        )
    }))
}

/// Hands in a message that came back. A mail server's pipe must not answer it with another message, so
/// what is no report is said and not an error of the pipe; and what cannot be taken now is for the
/// mail server to hand in again.
pub(super) async fn bounce(settings: Settings) -> anyhow::Result<ExitCode> {
    match take_bounce(&settings).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("{}", super::run::sentence(&error));
            Ok(ExitCode::from(EXIT_AGAIN))
        }
    }
}

async fn take_bounce(settings: &Settings) -> anyhow::Result<()> {
    let limit = u64::try_from(settings.http.body_bytes_max)?;
    let mut input = std::io::stdin().lock();
    let mut message = Vec::new();
    // What a report says of its message stands first; the rest is what came back.
    input.by_ref().take(limit).read_to_end(&mut message).context("reading the message")?;
    // A pipe that is not read to its end has failed for whoever writes to it.
    std::io::copy(&mut input, &mut std::io::sink()).context("reading the message")?;
    let engine = app::build_engine(settings, Clock::System).await?;
    match engine.take_bounce(message).await {
        Ok(outcome) => println!("{}", said_of(outcome)),
        Err(EngineError::Refused(Refusal::Faulty(faults))) => {
            for fault in faults {
                println!("The message {}.", fault.detail);
            }
        }
        Err(error) => return Err(error).context("taking the message"),
    }
    Ok(())
}

fn said_of(outcome: Bounced) -> &'static str {
    match outcome {
        Bounced::Recorded => "Recorded: the message has failed, and somebody else is told.",
        Bounced::Known => "Known already.",
        Bounced::NothingLost => "Nothing is lost: the message is tried on, or has arrived.",
    }
}

pub(super) async fn verify(settings: Settings) -> anyhow::Result<ExitCode> {
    let store = app::open_store_as_it_is(&settings).await?;
    let verified = verify_timelines(&store).await.context("reading the timelines")?;
    for verdict in &verified.broken {
        println!("{} ({}): {}", verdict.reference, verdict.escalation_id, verdict.broken);
    }
    println!(
        "{} cases, {} entries: {} broken",
        verified.cases_count,
        verified.entries_count,
        verified.broken.len()
    );
    Ok(if verified.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
