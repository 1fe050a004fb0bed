//! The simulation and the engine agree. Random cases are played by the simulation; then the real
//! engine, on a database, with a clock that is wound to each instant, is given what people did, and
//! must come to the same: every event with its instant, its doer and its sums in words, every due,
//! every recipient of every notice, every refusal.
//!
//! `BSCP_AGREEMENT_CASES=10000` plays more, `BSCP_AGREEMENT_SEED=7` others.

mod policies;
mod random;
mod replay;
mod scripts;

use crate::house::{Database, House, Wishes, block_on};
use bscp_escalation::simulation::{Course, Setting, Simulation, Stopped};
use chrono::TimeDelta;
use random::Random;
use std::env;
use std::time::Instant;

/// How many cases are played unless it is said otherwise: what is cheap enough for every run.
const CASES: usize = 300;
const SEED: u64 = 20_261_221;
/// How many days a case is followed.
const DAYS: i64 = 75;
/// How many made-up partnerships stand side by side.
const WORLDS: usize = 120;

/// A made-up partnership under a policy.
pub struct Place {
    pub policy: bscp_escalation::policy::Policy,
    pub text: String,
    pub setting: Setting,
    pub simulation: Simulation,
}

/// A case that was simulated.
pub struct Case {
    pub place: usize,
    pub simulation: Simulation,
    pub course: Course,
}

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

fn cases(places: &[Place], count: usize, random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::with_capacity(count);
    while cases.len() < count {
        let place = random.below(places.len());
        let Place { policy, setting, simulation, .. } = &places[place];
        let calendar = simulation.calendar();
        let start = scripts::start(random, calendar);
        if !policy.is_effective_on(calendar.local(start).date_naive()) {
            continue;
        }
        let setting = scripts::particulars(random, policy, setting, calendar, start);
        let simulation = Simulation::new(policy.clone(), setting).unwrap();
        let script = scripts::script(random, policy, start);
        let until = start.plus(TimeDelta::days(DAYS));
        let course = simulation.play(start, &script, Some(until));
        cases.push(Case { place, simulation, course });
    }
    cases
}

#[test]
fn the_simulation_and_the_engine_agree() {
    let count = usize::try_from(number("BSCP_AGREEMENT_CASES", CASES as u64)).unwrap();
    let seed = number("BSCP_AGREEMENT_SEED", SEED);
    println!("{count} cases in {WORLDS} partnerships, seed {seed}");
    let mut random = Random::new(seed);
    let began = Instant::now();
    let places = policies::places(&mut random, WORLDS);
    let cases = cases(&places, count, &mut random);
    let simulated = began.elapsed();
    let stopped = |how: Stopped| cases.iter().filter(|case| case.course.stopped == how).count();
    let steps: usize = cases.iter().map(|case| case.course.steps.len()).sum();
    let refused = cases.iter().flat_map(|case| &case.course.steps);
    let refused = refused.filter(|step| step.refused.is_some()).count();
    println!(
        "{steps} steps, {refused} of them refused; {} cases ended, {} stay overdue, {} go on, \
         {} could not be raised",
        stopped(Stopped::Ended),
        stopped(Stopped::StaysOverdue),
        stopped(Stopped::TimeIsOver) + stopped(Stopped::TooManySteps),
        stopped(Stopped::NotRaised),
    );
    block_on(async {
        let house = House::build(Database::Sqlite, Wishes::default()).await.unwrap();
        let began = Instant::now();
        replay::furnish(&house, &places).await;
        let found = replay::replay(&house, &places, &cases).await;
        println!("simulated in {simulated:.1?}, replayed in {:.1?}", began.elapsed());
        println!("compared {} events and {} notices", found.events, found.notices);
        assert!(found.events > steps / 2, "hardly anything was compared");
        house.prove_the_record().await;
    });
}
