//! Trying a policy out: playing it, and holding it against another version or the open cases.

use super::commands::read;
use crate::app;
use crate::clock::Clock;
use crate::config::Settings;
use crate::directory::Sector;
use crate::engine::{Change, LoadedPolicy};
use crate::policy::Policy;
use crate::simulation::{
    ACTS_MAX, Act, Missing, Report, STARTS_MAX, Setting, Simulation, WallTime, calendar_file,
    differences, shifts, table, telling_starts,
};
use anyhow::{anyhow, bail};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a simulated case is about.
#[derive(Debug, Args)]
pub(super) struct CaseArguments {
    /// When the challenge is raised, local time, such as "2026-12-21 09:10"; may be repeated. A
    /// telling set if left out: a Friday afternoon, Christmas Eve, the clock changes
    #[arg(long = "start", value_name = "TIME")]
    starts: Vec<WallTime>,
    /// What it is about, by the policy's key
    #[arg(long, value_name = "KEY")]
    area: Option<String>,
    /// What kind of agency raises it, such as school or police
    #[arg(long, value_name = "SECTOR", value_parser = sector, default_value = "school")]
    raising_sector: Sector,
    /// What kind of agency receives it
    #[arg(long, value_name = "SECTOR", value_parser = sector, default_value = "childrens_social_care")]
    receiving_sector: Sector,
    /// When the child must be safe, such as "2026-12-24 12:00"
    #[arg(long, value_name = "TIME")]
    protective: Option<WallTime>,
    /// The day on which the decision was received, such as 2026-12-18
    #[arg(long, value_name = "DAY")]
    decision_received: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub(super) struct SimulateArguments {
    /// The policy file
    file: PathBuf,
    #[command(flatten)]
    case: CaseArguments,
    /// The urgency class; the ordinary one if left out
    #[arg(long)]
    class: Option<String>,
    /// What somebody does, such as "stage 1 + 2 working days: receiving acknowledges"; may be
    /// repeated. Everybody is silent if left out. See docs/simulate.md
    #[arg(long = "act", value_name = "ACT")]
    acts: Vec<Act>,
    /// A post that nobody holds, such as receiving.line_manager, or everybody
    #[arg(long, value_name = "POST")]
    vacant: Vec<Missing>,
    /// A post whose holder is away without a deputy, or everybody
    #[arg(long, value_name = "POST")]
    absent: Vec<Missing>,
    /// Until when the case is followed; for a year and a bit if left out
    #[arg(long, value_name = "TIME")]
    until: Option<WallTime>,
    /// As what it is printed
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// As what a simulation is printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// To be read
    Table,
    /// For a program
    Json,
    /// A calendar file (iCalendar)
    Ics,
}

#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// The old policy file and the new one; with --against-open-cases the new one alone
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    case: CaseArguments,
    /// Say which open cases of the server would move
    #[arg(long)]
    pub(super) against_open_cases: bool,
    /// A day on which nobody works; may be repeated
    #[arg(long = "closure", value_name = "DAY", requires = "against_open_cases")]
    closures: Vec<NaiveDate>,
    /// From when the clocks would be stopped, such as "2026-12-24 12:00"
    #[arg(long, value_name = "TIME", requires = "pause_until")]
    pause_from: Option<WallTime>,
    /// Until when the clocks would be stopped
    #[arg(long, value_name = "TIME", requires = "against_open_cases")]
    pause_until: Option<WallTime>,
    #[command(flatten)]
    pub(super) place: super::arguments::Place,
}

fn sector(text: &str) -> Result<Sector, String> {
    let read = serde_json::from_value(serde_json::Value::from(text));
    read.map_err(|error| error.to_string())
}

fn policy(file: &Path) -> anyhow::Result<Policy> {
    Policy::parse(&read(file)?).map_err(|mistakes| {
        let lines = mistakes.iter().map(|mistake| format!("\n  {}: {mistake}", file.display()));
        anyhow!("the policy has mistakes:{}", lines.collect::<String>())
    })
}

fn setting(case: &CaseArguments) -> Setting {
    Setting {
        area_of_disagreement: case.area.clone(),
        raising_sector: case.raising_sector,
        receiving_sector: case.receiving_sector,
        protective_deadline: case.protective,
        decision_received_on: case.decision_received,
        ..Setting::default()
    }
}

fn checked(setting: &Setting, policy: &Policy) -> anyhow::Result<()> {
    let faults: Vec<String> = setting
        .faults(policy)
        .iter()
        .map(|it| format!("{}: {}", it.pointer.trim_start_matches('/'), it.detail))
        .collect();
    if faults.is_empty() { Ok(()) } else { bail!("{}", faults.join("; ")) }
}

pub(super) fn simulate(asked: SimulateArguments) -> anyhow::Result<ExitCode> {
    let policy = policy(&asked.file)?;
    let setting = Setting {
        urgency_class: asked.class,
        vacant: asked.vacant,
        absent: asked.absent,
        ..setting(&asked.case)
    };
    checked(&setting, &policy)?;
    let simulation = Simulation::new(policy, setting).map_err(|error| anyhow!(error))?;
    if asked.acts.len() > ACTS_MAX {
        bail!("at most {ACTS_MAX} acts in a script");
    }
    let starts = starts(&asked.case, &simulation)?;
    let until = asked.until.map(|time| time.instant(simulation.calendar()));
    let courses: Vec<_> =
        starts.iter().map(|start| simulation.play(*start, &asked.acts, until)).collect();
    let report = Report::of(&simulation, &courses);
    match asked.format {
        Format::Table => print!("{}", table(&report)),
        Format::Json => println!("{}", serde_json::to_string_pretty(&report)?),
        Format::Ics => print!("{}", calendar_file(&report)),
    }
    Ok(ExitCode::SUCCESS)
}

/// The starts that were asked for, or a telling set.
fn starts(
    case: &CaseArguments,
    simulation: &Simulation,
) -> anyhow::Result<Vec<crate::clock::UtcInstant>> {
    if case.starts.len() > STARTS_MAX {
        bail!("at most {STARTS_MAX} starts at once");
    }
    let calendar = simulation.calendar();
    if case.starts.is_empty() {
        let telling = telling_starts(simulation.policy(), calendar);
        return Ok(telling.into_iter().map(|start| start.at).collect());
    }
    Ok(case.starts.iter().map(|time| time.instant(calendar)).collect())
}

/// Holds two policy files against each other.
pub(super) fn diff_files(asked: &DiffArguments) -> anyhow::Result<ExitCode> {
    let [old, new] = asked.files.as_slice() else {
        bail!("name two policy files, the old one and the new one");
    };
    let (old, new) = (policy(old)?, policy(new)?);
    println!("{} version {} -> {} version {}", old.key, old.version, new.key, new.version);
    println!("\nWhat the new one says otherwise:");
    let said = differences(&old, &new)?;
    for difference in &said {
        println!("  {difference}");
    }
    if said.is_empty() {
        println!("  nothing");
    }
    let setting = setting(&asked.case);
    checked(&setting, &new)?;
    let simulation =
        Simulation::new(new.clone(), setting.clone()).map_err(|error| anyhow!(error))?;
    let starts = starts(&asked.case, &simulation)?;
    println!("\nWhich deadlines move:");
    let moved = shifts(&old, &new, &setting, &starts).map_err(|error| anyhow!(error))?;
    for shift in &moved {
        println!("  {}", shift.in_words(&new.label, simulation.calendar()));
    }
    if moved.is_empty() {
        println!("  none");
    }
    Ok(ExitCode::SUCCESS)
}

/// Says which open cases of a server a change would move.
pub(super) async fn diff_open_cases(
    settings: Settings,
    asked: DiffArguments,
) -> anyhow::Result<ExitCode> {
    let engine = app::build_engine(&settings, Clock::System).await?;
    let change = match (asked.files.as_slice(), asked.closures, asked.pause_until) {
        ([file], closures, None) if closures.is_empty() => {
            Change::Policy(Box::new(LoadedPolicy::new(policy(file)?)?))
        }
        ([], closures, None) if !closures.is_empty() => Change::Closures(closures),
        ([], closures, Some(until)) if closures.is_empty() => {
            Change::Pause { from: asked.pause_from, until }
        }
        _ => bail!(
            "name one change: a policy file, or --closure with a day, or --pause-until with a time"
        ),
    };
    let found = engine.foresee(change).await?;
    for it in &found {
        println!("{}", it.words);
    }
    println!("{} open cases would move or be refused. Nothing was changed.", found.len());
    Ok(ExitCode::SUCCESS)
}
