//! Setting the stage: folder, database, partnership, policy, server.

use super::client::PASSWORD;
use super::story::Story;
use crate::app::{self, App};
use crate::auth;
use crate::clock::{Clock, UtcInstant};
use crate::config::Settings;
use crate::engine::{DirectoryFile, Engine};
use crate::ids::PersonId;
use crate::store::policies::Via;
use crate::store::{StoreError, Writer, people, timeline};
use anyhow::{Context, bail};
use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const PARTNERSHIP: &str = include_str!("../../config/demo/bromley.toml");
const POLICY: &str = include_str!("../../config/policies/bscp.toml");
/// Who proposes the policy, and who publishes it.
const BUSINESS_MANAGER: &str = "judith.hale@bscp.example";
const SCRUTINEER: &str = "alan.greer@bscp.example";
/// Monday 21 December 2026, 09:10 in London: the last week before Christmas.
const STORY_BEGINS: &str = "2026-12-21T09:10:00Z";
/// The file that says that a folder is the demonstration's, and how far its story is.
const MARKER: &str = "demonstration";
const PLAYED: &str = "played to its end\n";
const BEGUN: &str = "begun\n";

/// How the demonstration is run.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// Stop after the story.
    pub once: bool,
    /// Go on with what is there, without the story.
    pub keep: bool,
    /// Its folder.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
}

/// Plays the story; then stays up, or stops with exit code 0 only if everything happened.
///
/// # Errors
/// What did not happen, or what was being done when something failed.
pub async fn run(options: DemoOptions) -> anyhow::Result<ExitCode> {
    let is_new = prepare_folder(&options)?;
    let settings = settings(&options)?;
    let _alone = app::alone(&settings)?;
    let clock = Clock::wound_to(STORY_BEGINS.parse::<UtcInstant>()?);
    let engine = app::build_engine(&settings, clock.clone()).await?;
    // A story that was cut off goes on no earlier than its record knows.
    let latest: Result<_, StoreError> = engine.store().read(timeline::latest_recorded_at).await;
    if let Some(latest) = latest? {
        clock.wind_on_to(latest);
    }
    let people = found_partnership(&engine).await?;
    let policy_is_new = publish_policy(&engine).await?;
    let app = App::build(&settings, engine.clone())?;
    let address = app.address();
    let handle = app.handle();
    let serving = tokio::spawn(app.run_until_stopped());
    println!(
        "A made-up partnership: {people} people. Database and mailbox are in {}.",
        options.data_dir.display()
    );
    println!(
        "The shipped BSCP policy {}.",
        if policy_is_new { "was proposed and published" } else { "is there" }
    );
    println!("The server listens on http://{address}, on a clock of its own.\n");
    if !options.keep {
        if !is_new {
            println!("A story that was cut off is here. It goes on where it stopped.\n");
        }
        let mailbox = settings.mail.mailbox_dir.clone();
        let story = Story::new(address, engine, clock, mailbox);
        let played = story.play().await;
        if let Err(error) = played {
            handle.stop(false).await;
            return Err(error.context("the story did not go as it must"));
        }
        std::fs::write(options.data_dir.join(MARKER), PLAYED)?;
    }
    if options.once {
        handle.stop(true).await;
        serving.await.context("stopping the server")??;
        println!("\nEverything happened.");
        return Ok(ExitCode::SUCCESS);
    }
    say_how_to_try(address, &options.data_dir);
    serving.await.context("serving")??;
    Ok(ExitCode::SUCCESS)
}

/// Makes the folder, or empties it of a story that was played to its end. A folder that is not the
/// demonstration's is left alone.
fn prepare_folder(options: &DemoOptions) -> anyhow::Result<bool> {
    let dir = &options.data_dir;
    let marker = dir.join(MARKER);
    let state = match std::fs::read_to_string(&marker) {
        Ok(state) => Some(state),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("reading {}", marker.display())),
    };
    let is_there = dir.exists() && std::fs::read_dir(dir)?.next().is_some();
    match (state.as_deref(), is_there) {
        (None, true) => bail!(
            "{} is not the demonstration's: name another folder with --data-dir",
            dir.display()
        ),
        (Some(PLAYED), true) if !options.keep => {
            println!("The story was played here before. It begins anew; --keep would leave it.");
            std::fs::remove_dir_all(dir).with_context(|| format!("emptying {}", dir.display()))?;
        }
        (Some(_), true) => return Ok(false),
        (_, false) => {}
    }
    std::fs::create_dir_all(dir).with_context(|| format!("making the folder {}", dir.display()))?;
    std::fs::write(&marker, BEGUN).with_context(|| format!("writing {}", marker.display()))?;
    Ok(true)
}

fn settings(options: &DemoOptions) -> anyhow::Result<Settings> {
    let listen = free_address(options.listen)?;
    let flags: Vec<(String, String)> = [
        ("data_dir", options.data_dir.display().to_string()),
        ("http.listen", listen.to_string()),
        ("mail.from_name", "Escalations (demonstration)".to_owned()),
        ("mail.from_email", "escalations@bscp.example".to_owned()),
        ("engine.tick_seconds", "1".to_owned()),
        // Made-up people have no phones.
        ("auth.second_factor", "optional".to_owned()),
        // What was being sent when it was cut off is sent again after this.
        ("mail.lease_seconds", "10".to_owned()),
        // It asks again and again whether something has happened.
        ("http.requests_per_minute", "0".to_owned()),
        ("http.requests_per_minute_of_network", "0".to_owned()),
        // The story takes weeks on its own clock, and relies on the answers when it was cut off.
        ("engine.keep_answers_days", "365".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into();
    Ok(Settings::load(None, &HashMap::new(), &flags)?)
}

/// The address that was asked for, with another port if that one is taken.
fn free_address(asked: SocketAddr) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(asked)
        .or_else(|_taken| TcpListener::bind((asked.ip(), 0)))
        .with_context(|| format!("finding a free port on {}", asked.ip()))?;
    Ok(listener.local_addr()?)
}

/// Founds the made-up partnership with everybody's password, once; says how many people it has.
async fn found_partnership(engine: &Engine) -> anyhow::Result<usize> {
    let file = DirectoryFile::parse(PARTNERSHIP)?;
    let key = file.partnership_key().to_owned();
    let there: Result<_, StoreError> =
        engine.store().read(move |r| people::find_partnership_by_key(r, &key)).await;
    if there?.is_none() {
        engine.found_partnership(file.clone()).await?;
    }
    let emails = file.emails();
    let count = emails.len();
    let hash = tokio::task::spawn_blocking(|| auth::hash(PASSWORD)).await??;
    let set = move |w: &mut Writer<'_>| -> Result<(), StoreError> {
        for email in &emails {
            let (person_id, _) = people::find_credentials(w, email)?
                .ok_or(StoreError::Missing("somebody of the demonstration"))?;
            people::set_password_hash(w, person_id, &hash)?;
        }
        Ok(())
    };
    engine.store().write(set).await?;
    Ok(count)
}

/// Publishes the shipped policy, once, by two people as it must be; says whether it is new.
async fn publish_policy(engine: &Engine) -> anyhow::Result<bool> {
    let officer = async |email: &'static str| -> anyhow::Result<PersonId> {
        let found: Result<_, StoreError> =
            engine.store().read(move |r| people::find_id_by_email(r, email)).await;
        found?.with_context(|| format!("{email} is not in the demonstration's directory"))
    };
    let proposed =
        engine.propose_policy(POLICY.to_owned(), Some(officer(BUSINESS_MANAGER).await?)).await?;
    let by = officer(SCRUTINEER).await?;
    Ok(engine.publish_policy(proposed.partnership_id, proposed.which, by, Via::Console).await?)
}

fn say_how_to_try(address: SocketAddr, data_dir: &Path) {
    println!("\nThe server stays up: http://{address}");
    println!("Reference of the API: http://{address}/api/docs");
    println!("Messages, whole: {}", data_dir.join("mailbox").display());
    println!("\nSign in by hand; everybody's password is: {PASSWORD}");
    for (email, who) in [
        ("priya.nair@ravensbourne.example", "designated safeguarding lead: raised the challenge"),
        ("tom.okafor@socialcare.example", "social worker: whose decision it was"),
        ("joel.mensah@socialcare.example", "team manager, standing in for an absent one"),
        ("ruth.calloway@socialcare.example", "head of service"),
        ("judith.hale@bscp.example", "the partnership's business manager"),
        ("alan.greer@bscp.example", "independent scrutineer"),
        ("maria.flynn@police.example", "detective sergeant: not on this case, and does not see it"),
        ("ellis.grant@bscp.example", "administrator: keeps the directory, sees no case"),
    ] {
        println!("  {email:<36} {who}");
    }
    println!("\nStop it with Ctrl-C.");
}
