//! What reports count: made anew, and proved.

use crate::app;
use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::verify_facts;
use anyhow::Context;
use std::process::ExitCode;

/// Makes what is counted of every case anew from its timeline.
pub(super) async fn rebuild(settings: Settings) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    let made = engine.rebuild_facts().await.context("making what reports count")?;
    println!("{} cases: made anew; {} could not be", made.made_count, made.failed_count);
    Ok(exit_code(made.failed_count == 0))
}

/// Compares what is counted of every case with its timeline.
pub(super) async fn verify(settings: Settings) -> anyhow::Result<ExitCode> {
    let store = app::open_store_as_it_is(&settings).await?;
    let verified = verify_facts(&store).await.context("reading what reports count")?;
    for (reference, what) in &verified.differing {
        println!("{reference}: {what}");
    }
    println!(
        "{} cases: {} differ; {} are still to be made, which the server does at its next start",
        verified.cases_count,
        verified.differing.len(),
        verified.to_make_count
    );
    Ok(exit_code(verified.differing.is_empty()))
}

fn exit_code(is_well: bool) -> ExitCode {
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
