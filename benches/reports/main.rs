//! What reports cost where there are many cases: each view of the server, from its door and without
//! its form; and what it costs to make the facts anew that they count.
//!
//! ```text
//! cargo bench --bench reports
//! BSCP_BENCH_CASES=1000000 cargo bench --bench reports
//! ```
//!
//! 20,000 cases, and a tenth as many with whole timelines, if nothing is said. SQLite and PostgreSQL
//! one after the other; `BSCP_BENCH_DATABASE` and `BSCP_BENCH_STEP` do one step on a
//! database that is kept. It prints and
//! never fails: a machine that is busy with something else is no mistake.

#![cfg(test)]

mod filling;
#[expect(dead_code, unused_imports, reason = "the tests over the wire use the rest")]
#[path = "../../tests/it/house/mod.rs"]
mod house;
mod lives;
mod made_up;
mod measuring;
#[expect(dead_code, reason = "the tests over the wire use the rest")]
#[path = "../../tests/it/engine/sql.rs"]
mod raw;
mod served;
mod views;

use bscp_escalation::ids::PartnershipId;
use bscp_escalation::store::people::{self, Scope};
use bscp_escalation::store::{Reader, StoreError};
use house::{Database, House, MONDAY, Wishes, block_on};
use made_up::Setting;
use raw::Raw;
use std::env;
use std::process::Command;

const CASES: u64 = 20_000;
/// One case with its timeline for so many of which only the facts are there.
const LIVES: u64 = 10;
/// More agencies than the made-up directory has.
const MORE_AGENCIES: u64 = 150;
const CASES_KEY: &str = "BSCP_BENCH_CASES";
const DATABASE_KEY: &str = "BSCP_BENCH_DATABASE";
const STEP_KEY: &str = "BSCP_BENCH_STEP";

fn main() {
    let cases = env::var(CASES_KEY).map_or(CASES, |text| text.parse().unwrap());
    let url = env::var(DATABASE_KEY).ok();
    match (env::var(STEP_KEY).as_deref(), url) {
        (Ok("fill"), Some(url)) => block_on(fill(&url, cases)),
        (Ok("views"), Some(url)) => block_on(views::measure(&url, cases)),
        (Ok("lives"), Some(url)) => block_on(lives::live(furnished(&url, ""), cases / LIVES)),
        (Ok("anew"), Some(url)) => block_on(lives::make_anew(&url)),
        (Ok(step), _) => panic!("{STEP_KEY} is {step}"),
        (Err(_none), Some(url)) => steps(&url, &["views"]),
        (Err(_none), None) => {
            println!(
                "{cases} cases; 2 seconds are wanted for each report on 1,000,000, on two cores"
            );
            let dir = tempfile::tempdir().unwrap();
            each(Database::Sqlite, &dir);
            each(Database::Postgres, &dir);
        }
    }
}

fn each(database: Database, dir: &tempfile::TempDir) {
    let Some(url) = database.fresh(dir) else { return };
    println!("\n{database:?}");
    steps(&url, &["fill", "views"]);
    let dir = tempfile::tempdir().unwrap();
    let Some(url) = database.fresh(&dir) else { return };
    steps(&url, &["lives", "anew"]);
}

/// Does each step in a process of its own: what one took of memory is no other's.
fn steps(url: &str, steps: &[&str]) {
    for step in steps {
        let mut itself = Command::new(env::current_exe().unwrap());
        let ended = itself.env(DATABASE_KEY, url).env(STEP_KEY, step).status().unwrap();
        assert!(ended.success(), "{step}: {ended}");
    }
}

/// A house on a database, with more agencies in it if it is new.
async fn furnished(url: &str, directory_besides: &'static str) -> House {
    let wishes = Wishes { directory_besides, ..Wishes::default() };
    House::build_on(url, tempfile::tempdir().unwrap(), wishes).await
}

fn more_agencies() -> &'static str {
    let sectors = ["school", "general_practice", "early_years", "voluntary_sector", "housing"];
    let agency = |number: u64| {
        let sector = sectors[usize::try_from(number).unwrap() % sectors.len()];
        format!(
            "[[agencies]]\nkey = \"a{number}\"\nname = \"Agency {number}\"\nsector = \"{sector}\"\n"
        )
    };
    // A wish holds a text that was there before the program ran.
    (1..=MORE_AGENCIES).map(agency).collect::<String>().leak()
}

async fn fill(url: &str, cases: u64) {
    let house = furnished(url, more_agencies()).await;
    let mut raw = Raw::of(&house);
    let of: PartnershipId = house.founded.partnership.id;
    let read = move |r: &mut Reader<'_>| {
        people::list_agencies(r, &Scope::Partnerships(vec![of]), None, 1_000)
    };
    let found: Result<_, StoreError> = house.engine.store().read(read).await;
    let agencies = found.unwrap().into_iter().map(|found| (found.it.id, found.it.sector)).collect();
    let until = MONDAY.parse().unwrap();
    let setting = Setting { partnership_id: of, agencies, cases, until };
    let raiser = house.person_id("Priya Nair").parse().unwrap();
    let cost = measuring::Measure::begin(&mut raw).cost_once(async || {
        filling::fill(house.engine.store(), &mut raw, &setting, raiser).await;
    });
    cost.await.say("written");
}
