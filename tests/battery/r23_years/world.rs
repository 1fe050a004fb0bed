//! The world of a year: what is in it, what is to happen when, and its one loop.

use super::asking::Ask;
use super::node::{Life, Node, settings};
use super::planning::Happening;
use super::post_office::PostOffice;
use super::trace::Trace;
use crate::dice::Dice;
use crate::house::Database;
use bscp_escalation::app;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::config::Settings;
use bscp_escalation::engine::{DirectoryFile, Founded, JobTimes};
use bscp_escalation::ids::PersonId;
use bscp_escalation::store::policies::Via;
use bscp_escalation::store::{Store, StoreError, due, outbox};
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const DIRECTORY: &str = include_str!("../../../config/demo/bromley.toml");
/// Monday 7 September 2026, 09:00 in London.
pub const BEGINS: &str = "2026-09-07T08:00:00Z";
const YEAR: TimeDelta = TimeDelta::days(365);
/// A year in which so much went wrong has shown enough.
const VIOLATIONS_MAX: usize = 5;
/// More steps than any year has: one that gets here goes round in circles.
const STEPS_MAX: usize = 50_000;

/// What came of a year.
pub struct Played {
    pub trace: Trace,
    pub violations: Vec<String>,
}

/// The world.
pub struct World {
    pub dice: Dice,
    pub at: UtcInstant,
    pub end: UtcInstant,
    pub nodes: Vec<Node>,
    pub settings: Settings,
    pub jobs: JobTimes,
    /// The database as it is, whatever the weather.
    pub eye: Store,
    pub post: Arc<PostOffice>,
    pub founded: Founded,
    pub policy_version: i32,
    pub trace: Trace,
    pub violations: Vec<String>,
    pub asks: Vec<Ask>,
    /// By what a node took for the time, what the time was.
    pub moments: BTreeMap<UtcInstant, UtcInstant>,
    /// When some node was well.
    pub spells: Vec<(UtcInstant, UtcInstant)>,
    pub well_since: Option<UtcInstant>,
    /// The node that is to be stopped in its next message.
    pub to_be_held: Option<usize>,
    /// What is due next, while it is known.
    pub known_due: Option<(Option<UtcInstant>, Option<UtcInstant>)>,
    /// What is to happen, in the order of its planning where it is at one instant.
    pub agenda: BTreeMap<(UtcInstant, u64), Happening>,
    pub planned: u64,
    /// Kept for its folder.
    _dir: TempDir,
}

impl World {
    /// Plays a year.
    pub async fn play(dice: Dice) -> Played {
        let mut world = Self::build(dice).await;
        world.plan();
        let mut steps = 0;
        while let Some(next) = world.next_instant().await {
            steps += 1;
            if next > world.end || world.violations.len() >= VIOLATIONS_MAX {
                break;
            }
            if steps > STEPS_MAX {
                world.violations.push("the year goes round in circles".to_owned());
                break;
            }
            world.at = world.at.max(next);
            world.step().await;
        }
        if world.violations.len() < VIOLATIONS_MAX {
            world.settle().await;
            world.check_all().await;
        }
        Played { trace: world.trace, violations: world.violations }
    }

    async fn build(mut dice: Dice) -> Self {
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let dir = dir.unwrap();
        let wanted = if dice.one_in(8) { Database::Postgres } else { Database::Sqlite };
        let url = wanted.fresh(&dir).or_else(|| Database::Sqlite.fresh(&dir)).unwrap();
        let at: UtcInstant = BEGINS.parse().unwrap();
        let tick_seconds = dice.between(5, 31);
        let settings = settings(&url, dir.path(), tick_seconds, dice.one_in(10));
        let post = Arc::new(PostOffice::new(dice.seed()));
        let mut nodes = Vec::new();
        for _ in 0..dice.between(1, 4) {
            let ahead = TimeDelta::seconds(i64::try_from(dice.between(0, 41)).unwrap() - 20);
            let mut node = Node::new(dice.seed(), ahead, at);
            node.start(&settings, &post, at).await;
            nodes.push(node);
        }
        let engine = nodes[0].engine().unwrap();
        let directory = DirectoryFile::parse(DIRECTORY).unwrap();
        let founded = engine.found_partnership(directory).await.unwrap();
        let mut world = Self {
            end: at.plus(YEAR),
            jobs: app::job_times(&settings).unwrap(),
            eye: app::open_store(&settings).await.unwrap(),
            policy_version: 0,
            trace: Trace::default(),
            violations: Vec::new(),
            asks: Vec::new(),
            moments: BTreeMap::new(),
            spells: Vec::new(),
            well_since: Some(at),
            to_be_held: None,
            known_due: None,
            agenda: BTreeMap::new(),
            planned: 0,
            _dir: dir,
            dice,
            at,
            nodes,
            settings,
            post,
            founded,
        };
        let policy = world.next_policy();
        let proposed = engine.propose_policy(policy, Some(world.id("Judith Hale"))).await.unwrap();
        let by = world.id("Professor Alan Greer");
        let (of, which) = (proposed.partnership_id, proposed.which);
        assert!(engine.publish_policy(of, which, by, Via::Console).await.unwrap());
        world.say(&format!("begins: {} nodes on {wanted:?}", world.nodes.len()));
        world
    }

    /// When something happens next.
    async fn next_instant(&mut self) -> Option<UtcInstant> {
        let planned = self.agenda.keys().next().map(|(at, _)| *at);
        let (act, send) = self.next_due().await;
        let due = act.into_iter().chain(send).min();
        let up = self.nodes.iter().filter(|node| node.life == Life::Up);
        up.map(|node| node.looks_next(due, self.at)).chain(planned).min()
    }

    /// When time has something to do next, and when a message is to go; asked of the database once
    /// for as long as nobody has done anything.
    pub async fn next_due(&mut self) -> (Option<UtcInstant>, Option<UtcInstant>) {
        if let Some(known) = self.known_due {
            return known;
        }
        let due: Result<_, StoreError> = self
            .eye
            .read(|r| {
                let act = due::first_due_at(r)?.into_iter().chain(due::next_try_at(r)?).min();
                Ok((act, outbox::next_attempt_at(r, None)?))
            })
            .await;
        let due = due.unwrap();
        self.known_due = Some(due);
        due
    }

    async fn step(&mut self) {
        let mut order = Vec::new();
        while let Some(entry) = self.agenda.first_entry().filter(|it| it.key().0 <= self.at) {
            let happening = entry.remove();
            self.known_due = None;
            if let Some(number) = self.happen(happening).await {
                self.nodes[number].is_woken = true;
                order.push(number);
            }
        }
        self.account_health();
        // Whoever was asked is awake first, or whoever else; now and then all look.
        order.extend(0..self.nodes.len());
        let turn = usize::try_from(self.dice.between(0, 4)).unwrap();
        let turn = turn % order.len();
        order.rotate_left(turn);
        let all_look = self.dice.one_in(16);
        for number in order {
            let (act, send) = self.next_due().await;
            let due = act.into_iter().chain(send).min();
            let node = &self.nodes[number];
            let looks = node.is_woken || all_look || node.looks_next(due, self.at) <= self.at;
            if node.life == Life::Up && looks {
                self.let_node_work(number).await;
            }
        }
        self.account_health();
        let said = self.post.take_violations();
        self.violations.extend(said);
    }

    async fn happen(&mut self, happening: Happening) -> Option<usize> {
        match happening {
            Happening::Begin => self.begin().await,
            Happening::Act => self.act().await,
            Happening::Again(ask) => self.ask_again(ask).await,
            Happening::Look => self.look().await,
            Happening::Sweep => self.sweep().await,
            Happening::Keep => self.keep().await,
            Happening::Publish => self.publish().await,
            Happening::Trouble => self.trouble().await,
            Happening::Over(over) => self.is_over(over).await,
        }
    }

    /// Writes down whether some node is well from now on.
    pub fn account_health(&mut self) {
        let is_well = self.nodes.iter().any(Node::is_well);
        match self.well_since {
            None if is_well => self.well_since = Some(self.at),
            Some(since) if !is_well => {
                self.spells.push((since, self.at));
                self.well_since = None;
            }
            _ => {}
        }
    }

    /// Adds a line to the trace.
    pub fn say(&mut self, what: &str) {
        self.trace.add(self.at, what);
    }

    /// Somebody's id.
    pub fn id(&self, name: &str) -> PersonId {
        let person = self.founded.people.iter().find(|person| person.name == name);
        person.unwrap_or_else(|| panic!("nobody is called {name}")).id
    }

    /// Somebody's name.
    pub fn name(&self, id: PersonId) -> String {
        let person = self.founded.people.iter().find(|person| person.id == id);
        person.map_or_else(|| "a stranger".to_owned(), |person| person.name.clone())
    }

    /// A node that works, as a person's request comes to one.
    pub fn some_node(&mut self) -> Option<usize> {
        let up: Vec<usize> =
            (0..self.nodes.len()).filter(|number| self.nodes[*number].life == Life::Up).collect();
        if up.is_empty() { None } else { Some(*self.dice.pick(&up)) }
    }
}
