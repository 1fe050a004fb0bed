//! One node: an engine with its own clock, connections and weather, which can be stopped, thrown
//! away and built anew.

use super::post_office::PostOffice;
use super::sky::{Mood, Sky};
use bscp_escalation::app;
use bscp_escalation::auth;
use bscp_escalation::clock::{Clock, UtcInstant};
use bscp_escalation::config::Settings;
use bscp_escalation::engine::{Engine, EngineError};
use bscp_escalation::notify::{Mailer, PlayedServer, Sender};
use chrono::TimeDelta;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinHandle;

/// A sending that is under way on a node that was stopped in it.
pub type Sending = JoinHandle<Result<u64, EngineError>>;

/// Where a node is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It works.
    Up,
    /// It holds what it had, and does nothing.
    Asleep,
    /// It was thrown away.
    Down,
}

/// A node.
pub struct Node {
    engine: Option<Engine>,
    clock: Arc<Mutex<UtcInstant>>,
    /// How far its clock is ahead of the time.
    pub ahead: TimeDelta,
    pub sky: Arc<Sky>,
    pub life: Life,
    /// A message in whose middle it was stopped.
    pub held: Option<Sending>,
    /// It was asked something, or woke up: it looks at once.
    pub is_woken: bool,
    /// When it looks again where it failed, or was too early by its clock.
    pub looks_at: UtcInstant,
    /// When the next of the daily jobs is to run.
    pub next_slot: Option<UtcInstant>,
    /// How often it failed in a row.
    pub failures: u32,
}

impl Node {
    /// A node that is not built yet.
    pub fn new(seed: u64, ahead: TimeDelta, at: UtcInstant) -> Self {
        Self {
            engine: None,
            clock: Arc::new(Mutex::new(at)),
            ahead,
            sky: Arc::new(Sky::fair(seed)),
            life: Life::Down,
            held: None,
            is_woken: true,
            looks_at: at,
            next_slot: None,
            failures: 0,
        }
    }

    /// Builds its engine, in fair weather.
    pub async fn start(&mut self, settings: &Settings, post: &Arc<PostOffice>, at: UtcInstant) {
        self.sky.turn(Mood::Fair);
        let store = app::open_store(settings).await.unwrap();
        let store = store.in_weather(Arc::clone(&self.sky) as _);
        let clock = Clock::Standing(Arc::clone(&self.clock));
        let mailer = Mailer::played(sender(), Arc::clone(post) as Arc<dyn PlayedServer>);
        self.engine = Some(app::build_engine_over(settings, store, clock, mailer).await.unwrap());
        self.life = Life::Up;
        self.wake(at);
    }

    /// Throws its engine away, and what it was doing.
    pub fn crash(&mut self) {
        if let Some(held) = self.held.take() {
            held.abort();
        }
        self.engine = None;
        self.life = Life::Down;
    }

    /// It looks at what there is to do as soon as it can.
    pub fn wake(&mut self, at: UtcInstant) {
        self.failures = 0;
        self.is_woken = true;
        self.wind_to(at);
    }

    /// Sets its clock by the time.
    pub fn wind_to(&self, at: UtcInstant) {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = at.plus(self.ahead);
    }

    /// What it takes for the time.
    pub fn now(&self) -> UtcInstant {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When it looks next: when something is due by its clock, and soon where it failed.
    pub fn looks_next(&self, due: Option<UtcInstant>, at: UtcInstant) -> UtcInstant {
        if self.is_woken {
            return at;
        }
        let due = due.into_iter().chain(self.next_slot).min();
        let due = due.map(|due| due.plus(-self.ahead));
        match due {
            Some(due) if due > at && self.failures == 0 => due,
            None if self.failures == 0 => at.plus(TimeDelta::days(400)),
            _ => self.looks_at,
        }
    }

    /// Its engine, while it works.
    pub fn engine(&self) -> Option<Engine> {
        self.engine.clone().filter(|_| self.life == Life::Up)
    }

    /// Whether it can be held to its word: it works, and nothing is in its way.
    pub fn is_well(&self) -> bool {
        self.life == Life::Up && self.sky.mood() == Mood::Fair
    }
}

fn sender() -> Sender {
    Sender::new("Escalations", "escalations@bscp.example", None, None).unwrap()
}

/// The settings of all nodes of a year.
pub fn settings(url: &str, folder: &Path, tick_seconds: u64, is_daily: bool) -> Settings {
    let key = folder.join("token.key");
    if url.starts_with("postgres") {
        auth::load_or_create(&key, auth::IfMissing::Create).unwrap();
    }
    let mut overrides: Vec<(String, String)> = [
        ("data_dir", folder.display().to_string()),
        ("database.url", url.to_owned()),
        ("database.connections_max", "2".to_owned()),
        ("http.public_url", "https://escalations.example".to_owned()),
        ("auth.token_key_file", key.display().to_string()),
        ("auth.second_factor", "optional".to_owned()),
        ("engine.tick_seconds", tick_seconds.to_string()),
        // One message at a time, so that the order is the driver's.
        ("mail.smtp.host", "127.0.0.1".to_owned()),
        ("mail.smtp.port", "25".to_owned()),
        ("mail.smtp.security", "none".to_owned()),
        ("mail.smtp.connections_max", "1".to_owned()),
        ("mail.from_email", "escalations@bscp.example".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into();
    if !is_daily {
        for (key, rule) in [
            ("schedule.chasers", "0 0 9 1,15 * *"),
            ("schedule.digests", "0 30 8 1,15 * *"),
            ("schedule.housekeeping", "0 15 3 * * Sun"),
        ] {
            overrides.push((key.to_owned(), rule.to_owned()));
        }
    }
    Settings::load(None, &HashMap::new(), &overrides).unwrap()
}
