//! `doctor`: looks at a database without changing it, and says what is wrong with it.

use crate::app;
use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::{misdirected_reports, prove};
use crate::store::{Store, StoreError, due};
use anyhow::Context;
use std::process::ExitCode;

/// How many cases that were set aside are listed; more have one cause.
const SET_ASIDE_MAX: i64 = 100;

/// Looks at the database; `is_deep` proves every record in it.
pub(super) async fn look(settings: Settings, is_deep: bool) -> anyhow::Result<ExitCode> {
    let store = app::open_store_as_it_is(&settings).await?;
    println!("{}: at the newest schema", store.url());
    let damage: Vec<String> = store.damage().await.context("asking the database for damage")?;
    for line in &damage {
        println!("damaged: {line}");
    }
    let aside: Result<Vec<(String, String)>, StoreError> =
        store.read(|r| due::list_set_aside(r, SET_ASIDE_MAX)).await;
    for (reference, why) in aside.context("asking which cases were set aside")? {
        println!("set aside: {reference}: {why}");
    }
    let misdirected = misdirected(&settings, &store).await?;
    if !is_deep {
        println!("The records were not proved: `doctor --deep` does that.");
        return Ok(exit_code(damage.is_empty() && misdirected == 0));
    }
    let proof = prove(&store).await.context("reading the records")?;
    for breach in &proof.breaches {
        println!("{breach}");
    }
    if proof.facts_to_make_count > 0 {
        println!(
            "still to be made, which the server does at its next start: what reports count of {} cases",
            proof.facts_to_make_count
        );
    }
    let verdict = match proof.breaches.len() {
        0 => "nothing is broken".to_owned(),
        1 => "1 is broken".to_owned(),
        many => format!("{many} are broken"),
    };
    println!(
        "{} cases, {} entries, {} kept answers: {verdict}",
        proof.cases_count, proof.entries_count, proof.answers_count
    );
    Ok(exit_code(damage.is_empty() && misdirected == 0 && proof.breaches.is_empty()))
}

/// Says to whom scheduled reports will not go, and in how many places.
async fn misdirected(settings: &Settings, store: &Store) -> anyhow::Result<usize> {
    let reports = app::job_times(settings)?.reports;
    let found = misdirected_reports(store, &reports, Clock::System.now()).await;
    let found = found.context("asking the directory who gets the scheduled reports")?;
    for sentence in &found {
        println!("{sentence}");
    }
    Ok(found.len())
}

/// Forgets what was recorded by a clock that ran ahead, so that the server believes the clock as it
/// is now.
pub(super) async fn trust_clock(settings: Settings) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    let forgotten = engine.trust_clock().await.context("forgetting the later time")?;
    println!("It is {}. {forgotten} records of a later time are forgotten.", engine.now());
    Ok(ExitCode::SUCCESS)
}

fn exit_code(is_well: bool) -> ExitCode {
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
