//! Playing the rows: so many trials each, or as many as fit into the time; then the table.

use crate::dice::Dice;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// One row of the battery.
pub struct Row {
    /// Its name in docs/reliability.md, such as `R1`.
    pub name: &'static str,
    /// What is done to the server.
    pub what: &'static str,
    /// What a trial counts, such as `kills`.
    pub unit: &'static str,
    /// How many trials the short part has.
    pub trials: u64,
    /// Its share of a long run's time.
    pub weight: u32,
    /// One trial.
    pub trial: fn(Dice) -> Outcome,
}

/// A row, in the order of its fields.
pub const fn row(
    name: &'static str,
    what: &'static str,
    unit: &'static str,
    trials: u64,
    weight: u32,
    trial: fn(Dice) -> Outcome,
) -> Row {
    Row { name, what, unit, trials, weight, trial }
}

/// What came of a trial. A trial that panics is a violation too.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many of the row's units it had.
    pub units: u64,
    /// What was violated, by the invariant's name first, such as `I1: …`.
    pub violations: Vec<String>,
    /// Why it could not be tried here; then it counts as nothing, and CI fails.
    pub untried: Option<String>,
}

impl Outcome {
    /// A trial in which everything held.
    pub fn held(units: u64) -> Self {
        Self { units, ..Self::default() }
    }
}

/// What was asked for on the command line.
pub struct Plan {
    time: Option<Duration>,
    trials: Option<u64>,
    first: u64,
    seed: u64,
    rows: Option<Vec<String>>,
}

struct Played {
    row: &'static Row,
    trials: u64,
    units: u64,
    violations: Vec<String>,
    untried: Option<String>,
    took: Duration,
}

const USAGE: &str = "--minutes N, --seed N, --rows R1,R2, --trials N, --first N";

impl Plan {
    /// Reads `--minutes N`, `--seed N`, `--rows R1,R2`, `--trials N` and `--first N`.
    pub fn of_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut plan = Self { time: None, trials: None, first: 1, seed: 1, rows: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} of what? {USAGE}"))?;
            let number =
                || value.parse::<u64>().map_err(|error| format!("{name} {value}: {error}"));
            match name.as_str() {
                "--minutes" => plan.time = Some(Duration::from_secs(number()? * 60)),
                "--trials" => plan.trials = Some(number()?),
                "--first" => plan.first = number()?,
                "--seed" => plan.seed = number()?,
                "--rows" => plan.rows = Some(value.split(',').map(str::to_owned).collect()),
                _ => return Err(format!("{name} means nothing here: {USAGE}")),
            }
        }
        Ok(plan)
    }

    /// Plays the rows that are wanted and prints the table.
    pub fn play(&self, rows: &'static [Row]) -> ExitCode {
        let wanted: Vec<&Row> = rows
            .iter()
            .filter(|row| {
                self.rows.as_ref().is_none_or(|names| names.iter().any(|name| name == row.name))
            })
            // Rows that are too long for the short part have no trials there.
            .filter(|row| self.time.is_some() || self.trials.is_some() || row.trials > 0)
            .collect();
        if wanted.is_empty() {
            eprintln!("there is no such row");
            return ExitCode::from(2);
        }
        let weights: u32 = wanted.iter().map(|row| row.weight).sum();
        let mut played = Vec::new();
        for row in wanted {
            eprintln!("{} {} …", row.name, row.what);
            let share = self.time.map(|time| time * row.weight / weights);
            played.push(self.play_row(row, share));
        }
        print!("{}", self.table(&played));
        let in_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty());
        let failed =
            played.iter().any(|row| !row.violations.is_empty() || (in_ci && row.untried.is_some()));
        if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn play_row(&self, row: &'static Row, share: Option<Duration>) -> Played {
        let began = Instant::now();
        let mut played = Played {
            row,
            trials: 0,
            units: 0,
            violations: Vec::new(),
            untried: None,
            took: Duration::ZERO,
        };
        let trials = self.trials.or_else(|| share.is_none().then_some(row.trials));
        for number in self.first.. {
            let enough = match (trials, share) {
                (Some(trials), _) => played.trials >= trials,
                (None, Some(share)) => played.trials > 0 && began.elapsed() >= share,
                (None, None) => true,
            };
            if enough {
                break;
            }
            let dice = Dice::of_trial(self.seed, row.name, number);
            let outcome = catch_unwind(AssertUnwindSafe(|| (row.trial)(dice)));
            let outcome = outcome.unwrap_or_else(|panic| Outcome {
                violations: vec![format!("the trial panicked: {}", said(&*panic))],
                ..Outcome::default()
            });
            if outcome.untried.is_some() {
                played.untried = outcome.untried;
                break;
            }
            played.trials += 1;
            played.units += outcome.units;
            for violation in outcome.violations {
                eprintln!("{} trial {number} of seed {}: {violation}", row.name, self.seed);
                played.violations.push(violation);
            }
        }
        played.took = began.elapsed();
        played
    }

    fn table(&self, played: &[Played]) -> String {
        let mut table = format!(
            "Seed {}, from trial {}.\n\n| row | what is done | trials | of which | violations | minutes |\n\
             |---|---|---:|---:|---:|---:|\n",
            self.seed, self.first
        );
        for row in played {
            let (name, what) = (row.row.name, row.row.what);
            let minutes = row.took.as_secs_f64() / 60.0;
            let units = match &row.untried {
                Some(why) => format!("not tried: {why}"),
                None => format!("{} {}", row.units, row.row.unit),
            };
            table.push_str(&format!(
                "| {name} | {what} | {} | {units} | {} | {minutes:.1} |\n",
                row.trials,
                row.violations.len()
            ));
        }
        table
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}
