//! What the commands about policies do, and what `serve` says of them.

use super::commands::read;
use crate::app;
use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::{DirectoryFile, Engine, PolicyLoadError};
use crate::escalation::PolicyRef;
use crate::ids::PersonId;
use crate::policy::Policy;
use crate::store::policies::{self, Listing, Via};
use crate::store::{Reader, StoreError, people};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Names every mistake of a file, or prints the policy at a glance; with a directory file, names
/// also whom it asks for and who is nobody there.
pub(super) fn check(file: &Path, directory: Option<&Path>) -> anyhow::Result<ExitCode> {
    let policy = match Policy::parse(&read(file)?) {
        Ok(policy) => policy,
        Err(mistakes) => {
            for mistake in mistakes {
                println!("{}: {mistake}", file.display());
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    println!("{}: no mistakes found\n", file.display());
    print!("{}", policy.at_a_glance());
    let Some(directory) = directory else { return Ok(ExitCode::SUCCESS) };
    let missing = DirectoryFile::parse(&read(directory)?)?.nobody_for(&policy);
    if missing.is_empty() {
        println!("\n{}: somebody is there for everything", directory.display());
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "\n{}: nobody is there for some of it. The next rung up is asked:",
        directory.display()
    );
    for sentence in missing {
        println!("  {sentence}");
    }
    Ok(ExitCode::FAILURE)
}

/// Prints the reference of the policy language.
pub(super) fn language() -> ExitCode {
    print!("{}", crate::policy::language());
    ExitCode::SUCCESS
}

/// Proposes a file in an officer's name.
pub(super) async fn load(
    settings: Settings,
    file: PathBuf,
    by: String,
) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    let text = read(&file)?;
    let by = officer(&engine, by).await?;
    let proposed = engine.propose_policy(text, Some(by)).await?;
    let PolicyRef { key, version } = &proposed.which;
    let told = if proposed.is_new { "proposed" } else { "was there already" };
    println!("{}: {told} ({key}, version {version})", file.display());
    if !proposed.is_published {
        let partnership_id = proposed.partnership_id;
        let partnership = engine
            .store()
            .read(move |r| people::find_partnership(r, partnership_id))
            .await?
            .context("the policy's partnership is gone")?;
        println!("{}", how_to_publish(&proposed.which, &partnership.it.key));
    }
    Ok(ExitCode::SUCCESS)
}

/// Publishes a version in another officer's name.
pub(super) async fn publish(
    settings: Settings,
    partnership: String,
    which: PolicyRef,
    by: String,
) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    let by = officer(&engine, by).await?;
    let key = partnership.clone();
    let found: Result<_, StoreError> =
        engine.store().read(move |r| people::find_partnership_by_key(r, &key)).await;
    let Some(found) = found? else { bail!("there is no partnership '{partnership}'") };
    let is_new = engine.publish_policy(found.id, which.clone(), by, Via::Console).await?;
    let told = if is_new { "published" } else { "was published already" };
    println!("{}, version {}: {told}", which.key, which.version);
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn officer(engine: &Engine, email: String) -> anyhow::Result<PersonId> {
    let wanted = email.clone();
    let found: Result<_, StoreError> =
        engine.store().read(move |r| people::find_id_by_email(r, &wanted)).await;
    found?.with_context(|| format!("nobody in the directory has the address {email}"))
}

fn how_to_publish(which: &PolicyRef, partnership: &str) -> String {
    let PolicyRef { key, version } = which;
    format!(
        "It is not in force: another officer publishes it, through the API or with `bscp-escalation \
         policy publish {key} {version} --partnership {partnership} --by EMAIL`."
    )
}

/// What a server still lacks before anybody can raise a challenge, and what waits for an officer.
pub(super) async fn missing(engine: &Engine) -> anyhow::Result<Vec<String>> {
    let hints = |r: &mut Reader<'_>| -> Result<Vec<String>, StoreError> {
        let mut hints = Vec::new();
        let partnerships = people::list_partnerships(r)?;
        if partnerships.is_empty() {
            hints
                .push("There is no partnership yet: `bscp-escalation directory load FILE`.".into());
        }
        for found in partnerships {
            let (name, key) = (found.it.name, found.it.key);
            let listing = policies::list(r, found.it.id)?;
            if listing.readable.is_empty() {
                hints.push(format!(
                    "{name} has no policy: `bscp-escalation policy load FILE --by EMAIL`."
                ));
            }
            for which in waiting(&listing) {
                hints.push(format!(
                    "{name}: version {} of the policy {} was proposed. {}",
                    which.version,
                    which.key,
                    how_to_publish(&which, &key)
                ));
            }
        }
        Ok(hints)
    };
    Ok(engine.store().read(hints).await?)
}

/// The versions that can still be published: nothing later of their policy was.
fn waiting(listing: &Listing) -> Vec<PolicyRef> {
    let is_waiting = |which: &PolicyRef| {
        let versions = listing.versions_of(&which.key);
        !versions.iter().any(|it| it.is_published && it.version >= which.version)
    };
    listing.readable.iter().map(|it| it.which()).filter(is_waiting).collect()
}

/// Proposes every policy file of a folder that is new, in nobody's name. A file with mistakes stops
/// the start: a server without its policy would be found out at the first challenge.
pub(super) async fn propose_folder(engine: &Engine, dir: Option<&Path>) -> anyhow::Result<()> {
    let Some(dir) = dir else { return Ok(()) };
    let doing = || format!("reading the folder of policies, {}", dir.display());
    let mut files: Vec<(i32, PathBuf, String)> = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(doing)? {
        let path = entry.with_context(doing)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = read(&path)?;
            // One that cannot be read says so when it is proposed.
            let version = Policy::read(&text).map_or(0, |policy| policy.version);
            files.push((version, path, text));
        }
    }
    files.sort(); // the versions of a policy in their order
    for (_, file, text) in files {
        match engine.propose_policy(text, None).await {
            Ok(it) if it.is_new => {
                tracing::info!(file = %file.display(), "proposed a policy version")
            }
            Ok(_) => {}
            Err(error @ (PolicyLoadError::NoPartnership(_) | PolicyLoadError::OutOfOrder(_))) => {
                tracing::warn!(file = %file.display(), %error, "passed over a policy");
            }
            Err(error) => {
                return Err(error).with_context(|| format!("loading {}", file.display()));
            }
        }
    }
    Ok(())
}
