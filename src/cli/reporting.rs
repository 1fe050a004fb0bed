//! What reports count: made anew, and proved; and the pack for an annual report.

use super::policy_commands::officer;
use crate::app;
use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::{ReportWish, Reported, verify_facts};
use crate::ids::PartnershipId;
use crate::rendering::{ReportForm, STYLE_SHEET};
use crate::reports::{Audience, Filters, Period, Report};
use crate::store::{StoreError, people};
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const STYLE_SHEET_NAME: &str = "report.css";

/// The pack that is wanted.
pub(super) struct Pack {
    pub(super) partnership: String,
    pub(super) financial_year: i32,
    pub(super) by: String,
    pub(super) for_officers: bool,
    pub(super) to: PathBuf,
}

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

/// Writes the pack for an annual report.
pub(super) async fn pack(settings: Settings, wanted: Pack) -> anyhow::Result<ExitCode> {
    let Pack { partnership, financial_year, by, for_officers, to } = wanted;
    let period = Period::financial_year(financial_year);
    let Some(period) = period.filter(|_| (2000..=2200).contains(&financial_year)) else {
        bail!("--financial-year must be from 2000 to 2200")
    };
    let engine = app::build_engine(&settings, Clock::System).await?;
    let by = officer(&engine, by).await?;
    let key = partnership.clone();
    let found: Result<_, StoreError> =
        engine.store().read(move |r| people::find_partnership_by_key(r, &key)).await;
    let Some(found) = found? else { bail!("there is no partnership '{partnership}'") };
    let wish = wish(found.id, period, for_officers);
    let made = engine.report_on_console(by, wish).await.context("making the report")?;
    write(&made, &to, &format!("disputes-{financial_year}-{:02}", (financial_year + 1) % 100))?;
    if made.left_out_count > 0 {
        println!("Cases that could not be counted: {}. Run `doctor --deep`.", made.left_out_count);
    }
    Ok(exit_code(made.left_out_count == 0))
}

fn wish(partnership_id: PartnershipId, period: Period, for_officers: bool) -> ReportWish {
    ReportWish {
        partnership_id,
        period,
        beside_year_before: true,
        filters: Filters::default(),
        audience: if for_officers { Audience::Officers } else { Audience::Publication },
        smallest_count: None,
    }
}

fn write(made: &Reported<Report>, to: &Path, name: &str) -> anyhow::Result<()> {
    let (report, zone) = (&made.it, made.zone);
    fs::create_dir_all(to).with_context(|| format!("making the folder {}", to.display()))?;
    let mut files = vec![(STYLE_SHEET_NAME.to_owned(), STYLE_SHEET.as_bytes().to_vec())];
    for form in ReportForm::ALL {
        let bytes = form.of(report, zone, STYLE_SHEET_NAME, &[])?;
        files.push((format!("{name}.{}", form.ending()), bytes));
    }
    for (name, bytes) in files {
        let path = to.join(name);
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

fn exit_code(is_well: bool) -> ExitCode {
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
