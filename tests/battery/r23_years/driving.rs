//! A node looks at what there is to do, and does it.

use super::faults::Over;
use super::node::{Life, Sending};
use super::planning::Happening;
use super::post_office::Manner;
use super::sky::Mood;
use super::world::World;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::engine::Engine;
use bscp_escalation::watch::Ailment;
use chrono::TimeDelta;

/// How often a node looks again at once while it finds something: a case moves one step at a time.
const LOOKS_MAX: usize = 100;
/// The longest wait before a node that failed looks again.
const AGAIN_MAX: TimeDelta = TimeDelta::hours(1);

impl World {
    /// A node does what its two loops would do now.
    pub async fn let_node_work(&mut self, number: usize) {
        let Some(engine) = self.nodes[number].engine() else { return };
        self.known_due = None;
        self.nodes[number].is_woken = false;
        self.nodes[number].wind_to(self.at);
        let now = self.note_moment(number);
        let faults = self.nodes[number].sky.faults();
        let mut said = format!("node {number} looks;");
        let ticked = self.tick(number, &engine, &mut said).await;
        let ran = self.run_jobs(number, &engine, now, &mut said).await;
        let from = self.post.accepted_count();
        let sent = self.deliver(number, engine, &mut said).await;
        if self.nodes[number].sky.faults() != faults {
            // It may have failed to write down what the mail server said.
            self.post.doubt_since(from);
        }
        for address in self.post.recipients_since(from) {
            said.push_str(&format!(" {address}"));
        }
        self.say(&said);
        self.nothing_is_left(number, now, ticked, sent).await;
        if self.dice.one_in(8) {
            self.says_how_it_is(number).await;
        }
        if ticked && ran && sent {
            self.nodes[number].failures = 0;
        } else {
            self.nodes[number].failures += 1;
        }
        self.wait_for_the_next_look(number);
        self.bury_if_dead(number);
    }

    /// Remembers what a node took for the time.
    pub fn note_moment(&mut self, number: usize) -> UtcInstant {
        let now = self.nodes[number].now();
        self.moments.entry(now).or_insert(self.at);
        now
    }

    fn wait_for_the_next_look(&mut self, number: usize) {
        let tick = i64::try_from(self.settings.engine.tick_seconds).unwrap();
        let doublings = self.nodes[number].failures.min(12);
        let wait = (TimeDelta::seconds(tick) * (1 << doublings)).min(AGAIN_MAX);
        self.nodes[number].looks_at = self.at.plus(wait);
        let now = self.nodes[number].now();
        let jobs = [&self.jobs.chasers, &self.jobs.digests, &self.jobs.housekeeping];
        self.nodes[number].next_slot =
            jobs.into_iter().filter_map(|rule| rule.next_slot(now)).min();
    }

    /// A node whose time has come is thrown away, and comes again later.
    pub fn bury_if_dead(&mut self, number: usize) {
        if self.nodes[number].sky.mood() == Mood::Dying(0) {
            self.say(&format!("node {number} dies in the middle"));
            self.nodes[number].crash();
            self.plan_in((1, 3 * 24 * 60), Happening::Over(Over::Node(number)));
        }
    }

    async fn tick(&mut self, number: usize, engine: &Engine, said: &mut String) -> bool {
        let mut acted = 0;
        for _ in 0..LOOKS_MAX {
            match engine.tick().await {
                Ok(ticked) => {
                    acted += ticked.acted_count;
                    if ticked.failed_count > 0 {
                        said.push_str(&format!(
                            " acted on {acted}, failed {};",
                            ticked.failed_count
                        ));
                        let is_well = self.nodes[number].is_well();
                        if is_well {
                            self.violate("I14: a due case could not be acted on in fair weather");
                        }
                        return false;
                    }
                    if ticked.acted_count == 0 {
                        said.push_str(&format!(" acted on {acted};"));
                        return true;
                    }
                }
                Err(error) => {
                    said.push_str(&format!(" acted on {acted}, then failed;"));
                    if self.nodes[number].is_well() {
                        self.violate(&format!("I4: a tick failed in fair weather: {error}"));
                    }
                    return false;
                }
            }
        }
        self.violate("I4: a node acts and acts, and is never done");
        true
    }

    /// What a node that is well has looked at is done, and what it could send is sent.
    async fn nothing_is_left(&mut self, number: usize, now: UtcInstant, ticked: bool, sent: bool) {
        let (act, send) = self.next_due().await;
        if !self.nodes[number].is_well() {
            return;
        }
        if ticked && act.is_some_and(|at| at <= now) {
            self.violate("I4: a node has looked, and a case is due still");
        }
        if sent && send.is_some_and(|at| at <= now) {
            self.violate("I6: a node has sent what is to be sent, and a message waits still");
        }
    }

    /// I12: a node that is well says so, and one that has no database says that.
    async fn says_how_it_is(&mut self, number: usize) {
        let Some(engine) = self.nodes[number].engine() else { return };
        let looked = engine.look().await;
        let mut ailments = engine.signs().await.ailments();
        // Their loops do not run here: the driver stands for them.
        ailments.retain(|it| !matches!(it, Ailment::EscalatorStalled | Ailment::DelivererStalled));
        match self.nodes[number].sky.mood() {
            Mood::Fair if looked.is_err() || !ailments.is_empty() => {
                self.violate(&format!("I12: node {number} is well and says {ailments:?}"));
            }
            Mood::Gone if looked.is_ok() || ailments.is_empty() => {
                self.violate(&format!("I12: node {number} has no database and says it is well"));
            }
            _ => {}
        }
    }

    async fn run_jobs(
        &mut self,
        number: usize,
        engine: &Engine,
        now: UtcInstant,
        said: &mut String,
    ) -> bool {
        let is_time = self.nodes[number].next_slot.is_none_or(|slot| slot <= now);
        let has_failed = self.nodes[number].failures > 0;
        if !is_time && !has_failed {
            return true;
        }
        match engine.run_jobs().await {
            Ok(ran) => {
                said.push_str(&format!(" ran {ran} jobs;"));
                true
            }
            Err(error) => {
                said.push_str(" a job failed;");
                if self.nodes[number].is_well() {
                    self.violate(&format!("a job failed in fair weather: {error}"));
                }
                false
            }
        }
    }

    async fn deliver(&mut self, number: usize, engine: Engine, said: &mut String) -> bool {
        if self.to_be_held == Some(number) {
            self.post.hold_next();
        }
        let from = self.post.accepted_count();
        let mut sending: Sending = tokio::spawn(async move { engine.deliver().await });
        let done = tokio::select! {
            biased;
            done = &mut sending => Some(done.unwrap()),
            () = self.post.held.notified() => None,
        };
        match done {
            None => {
                said.push_str(" is stopped in the middle of a message;");
                self.to_be_held = None;
                self.post.doubt_since(from);
                self.nodes[number].held = Some(sending);
                self.nodes[number].life = Life::Asleep;
                self.plan_in((1, 40 * 24 * 60), Happening::Over(Over::Node(number)));
                true
            }
            Some(Ok(sent)) => {
                said.push_str(&format!(" tried {sent} messages;"));
                if self.to_be_held == Some(number) {
                    self.post.release();
                }
                true
            }
            Some(Err(error)) => {
                said.push_str(" failed at sending;");
                if self.nodes[number].is_well() {
                    self.violate(&format!("I6: sending failed in fair weather: {error}"));
                }
                false
            }
        }
    }

    /// Something was violated.
    pub fn violate(&mut self, what: &str) {
        self.say(&format!("VIOLATED {what}"));
        self.violations.push(format!("{what} ({})", self.at));
    }

    /// Good weather comes to stay: everything that waits is brought to its end.
    pub async fn settle(&mut self) {
        self.to_be_held = None;
        self.post.turn(Manner::Kind);
        for number in 0..self.nodes.len() {
            self.nodes[number].sky.turn(Mood::Fair);
            self.nodes[number].ahead = TimeDelta::zero();
            if self.nodes[number].life != Life::Up {
                let _is_up = self.is_over(Over::Node(number)).await;
            }
            self.nodes[number].wake(self.at);
        }
        self.say("good weather comes to stay");
        for _ in 0..500 {
            for number in 0..self.nodes.len() {
                self.let_node_work(number).await;
            }
            match self.next_due().await.1 {
                Some(next) => self.at = self.at.plus(TimeDelta::seconds(1)).max(next),
                None => return,
            }
        }
        self.violate("I6: messages wait still, however long the weather was good");
    }
}
