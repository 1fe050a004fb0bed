//! What each command does.

use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::{DirectoryFile, Engine, LoadedPolicy, PolicyLoadError, verify_timelines};
use crate::policy::Policy;
use crate::store::{DatabaseUrl, Reader, StoreError, people, policies};
use anyhow::{Context, bail};
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(super) fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

pub(super) fn openapi() -> anyhow::Result<ExitCode> {
    println!("{}", serde_json::to_string_pretty(&crate::api::document())?);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn check_policy(file: &Path) -> anyhow::Result<ExitCode> {
    match Policy::parse(&read(file)?) {
        Ok(policy) => {
            LoadedPolicy::new(policy.clone()).context("reading its calendar")?;
            println!("{}: no mistakes found", file.display());
            println!("{} ({}, version {})", policy.title, policy.key, policy.version);
            for (number, stage) in (1..).zip(&policy.stages) {
                let limits: Vec<String> = stage
                    .limits
                    .in_words()
                    .iter()
                    .map(|(class, limit)| format!("{class} {limit}"))
                    .collect();
                println!("  {} {number}: {}; {}", policy.label, stage.title, limits.join(", "));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(mistakes) => {
            for mistake in mistakes {
                println!("{}: {mistake}", file.display());
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

pub(super) fn check_config(settings: &Settings) -> anyhow::Result<ExitCode> {
    app::job_times(settings)?;
    app::mailer(settings)?;
    println!("The settings are in order.");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn serve(settings: Settings) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    load_policies(&engine, settings.policies.dir.as_deref()).await?;
    let app = App::build(&settings, engine.clone())?;
    println!("Listening on http://{}", app.address());
    println!("Database: {}", engine.store().url());
    println!("Mail: {}", engine.mailer().describe());
    println!("Reference of the API: http://{}/api/docs", app.address());
    for hint in missing(&engine).await? {
        println!("{hint}");
    }
    if !settings.engine.worker {
        println!("This node answers requests only: another one must act on deadlines.");
    }
    app.run_until_stopped().await?;
    println!("Stopped.");
    Ok(ExitCode::SUCCESS)
}

/// What a server still lacks before anybody can raise a challenge.
async fn missing(engine: &Engine) -> anyhow::Result<Vec<String>> {
    let hints = |r: &mut Reader<'_>| -> Result<Vec<String>, StoreError> {
        let mut hints = Vec::new();
        let partnerships = people::list_partnerships(r)?;
        if partnerships.is_empty() {
            hints
                .push("There is no partnership yet: `bscp-escalation directory load FILE`.".into());
        }
        for found in partnerships {
            if policies::list(r, found.it.id)?.is_empty() {
                let name = found.it.name;
                hints.push(format!("{name} has no policy: `bscp-escalation policy load FILE`."));
            }
        }
        Ok(hints)
    };
    Ok(engine.store().read(hints).await?)
}

/// Loads every policy file of a folder. A file with mistakes stops the start: a server without
/// its policy would be found out at the first challenge.
async fn load_policies(engine: &Engine, dir: Option<&Path>) -> anyhow::Result<()> {
    let Some(dir) = dir else { return Ok(()) };
    let doing = || format!("reading the folder of policies, {}", dir.display());
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(doing)? {
        let path = entry.with_context(doing)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    for file in files {
        match engine.load_policy(read(&file)?).await {
            Ok(true) => tracing::info!(file = %file.display(), "loaded a policy version"),
            Ok(false) => {}
            Err(error @ PolicyLoadError::NoPartnership(_)) => {
                tracing::warn!(file = %file.display(), %error, "passed over a policy");
            }
            Err(error) => {
                return Err(error).with_context(|| format!("loading {}", file.display()));
            }
        }
    }
    Ok(())
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

pub(super) async fn load_policy(settings: Settings, file: PathBuf) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    let is_new = engine.load_policy(read(&file)?).await?;
    let told = if is_new { "loaded" } else { "was there already" };
    println!("{}: {told}", file.display());
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn set_password(settings: Settings, email: String) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    eprintln!("Type the password for {email}, then Enter.");
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).context("reading the password")?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let wanted = email.clone();
    let found = engine
        .store()
        .read(move |r| people::find_credentials(r, &wanted))
        .await
        .context("looking the person up")?;
    let Some((person_id, _)) = found else {
        bail!("nobody in the directory has the address {email}");
    };
    if let Err(error) = engine.set_password(person_id, &email, password).await {
        if let crate::engine::EngineError::Refused(crate::escalation::Refusal::Faulty(faults)) =
            &error
        {
            let told: Vec<&str> = faults.iter().map(|fault| fault.detail.as_str()).collect();
            bail!("the password is too weak: {}", told.join("; "));
        }
        return Err(error).context("setting the password");
    }
    println!("The password was set.");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn verify(settings: Settings) -> anyhow::Result<ExitCode> {
    // Opening would make an empty database, in which nothing is broken.
    let url: DatabaseUrl = settings.database.url.reveal().parse()?;
    if let DatabaseUrl::Sqlite(path) = &url
        && !path.exists()
    {
        bail!("there is no database at {}", path.display());
    }
    let store = app::open_store(&settings).await?;
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
