//! What fails, and when it works again.

use super::node::Life;
use super::planning::Happening;
use super::post_office::Manner;
use super::sky::Mood;
use super::world::World;
use chrono::TimeDelta;

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// What works again.
#[derive(Debug, Clone)]
pub enum Over {
    /// A node that slept or was thrown away.
    Node(usize),
    /// The database of a node.
    Sky(usize),
    /// The mail server.
    Post,
    /// An address that was unknown.
    Grave(String),
}

impl World {
    /// Something fails.
    pub async fn trouble(&mut self) -> Option<usize> {
        let number = usize::try_from(self.dice.between(0, 3)).unwrap() % self.nodes.len();
        match self.dice.between(0, 16) {
            0 | 1 => self.crash(number),
            2 | 3 => self.fall_asleep(number),
            4 => {
                let moments = self.dice.between(1, 40);
                self.turn(number, Mood::Dying(moments), "dies soon");
            }
            5 | 6 => {
                let one_in = self.dice.between(2, 12);
                self.turn(number, Mood::Stormy(one_in), "is in a storm");
                self.plan_in((5, 2 * DAY), Happening::Over(Over::Sky(number)));
            }
            7 => {
                for number in 0..self.nodes.len() {
                    self.turn(number, Mood::Gone, "has no database");
                    self.plan_in((1, 2 * DAY), Happening::Over(Over::Sky(number)));
                }
            }
            8 | 12 | 13 => {
                let is_away = self.dice.one_in(2);
                let one_in = self.dice.between(2, 8);
                let manner = if is_away { Manner::Away } else { Manner::Fickle(one_in) };
                self.post.turn(manner);
                self.say(&format!("the mail server is {manner:?}"));
                // Longer than messages are tried, now and then.
                let most = if self.dice.one_in(6) { 7 * DAY } else { DAY };
                self.plan_in((HOUR, most), Happening::Over(Over::Post));
                // Somebody acts meanwhile, and somebody for whom a message waits may leave.
                self.plan_in((1, HOUR), Happening::Act);
                self.plan_in((HOUR, 5 * HOUR), Happening::Keep);
            }
            9 | 14 | 15 => self.bury_an_address().await,
            10 => self.step_a_clock(number),
            _ if self.dice.one_in(3) => {
                let all_down = self.dice.one_in(2);
                for number in 0..self.nodes.len() {
                    if all_down {
                        self.crash_for(number, 30 * DAY)
                    } else {
                        self.fall_asleep(number)
                    }
                }
            }
            _ if self.nodes.iter().all(|node| node.held.is_none()) => {
                self.to_be_held = Some(number);
            }
            _ => {}
        }
        None
    }

    /// Something works again. The node that wakes up by it, if one does.
    pub async fn is_over(&mut self, over: Over) -> Option<usize> {
        match over {
            Over::Node(number) => {
                self.wake_up(number).await;
                Some(number)
            }
            Over::Sky(number) => {
                let mood = self.nodes[number].sky.mood();
                if !matches!(mood, Mood::Dying(_)) {
                    self.nodes[number].sky.turn(Mood::Fair);
                    self.say(&format!("node {number} has fair weather"));
                }
                Some(number)
            }
            Over::Post => {
                self.post.turn(Manner::Kind);
                self.say("the mail server is kind");
                None
            }
            Over::Grave(address) => {
                self.post.bury(&address, false);
                None
            }
        }
    }

    fn turn(&mut self, number: usize, mood: Mood, what: &str) {
        if self.nodes[number].life == Life::Up {
            self.nodes[number].sky.turn(mood);
            self.say(&format!("node {number} {what}"));
        }
    }

    fn crash(&mut self, number: usize) {
        let most = *self.dice.pick(&[HOUR, DAY, 10 * DAY]);
        self.crash_for(number, most);
    }

    fn crash_for(&mut self, number: usize, minutes_max: u64) {
        if self.nodes[number].life != Life::Up {
            return;
        }
        self.nodes[number].crash();
        self.say(&format!("node {number} crashes"));
        self.plan_in((1, minutes_max), Happening::Over(Over::Node(number)));
    }

    fn fall_asleep(&mut self, number: usize) {
        if self.nodes[number].life != Life::Up {
            return;
        }
        self.nodes[number].life = Life::Asleep;
        self.say(&format!("node {number} falls asleep"));
        let most = *self.dice.pick(&[HOUR, DAY, 40 * DAY]);
        self.plan_in((2, most), Happening::Over(Over::Node(number)));
    }

    async fn wake_up(&mut self, number: usize) {
        match self.nodes[number].life {
            Life::Up => {}
            Life::Down => {
                let at = self.at;
                let (settings, post) = (self.settings.clone(), self.post.clone());
                self.nodes[number].start(&settings, &post, at).await;
                self.say(&format!("node {number} is built anew"));
            }
            Life::Asleep => {
                self.nodes[number].life = Life::Up;
                self.nodes[number].wake(self.at);
                self.note_moment(number);
                self.say(&format!("node {number} wakes up"));
                self.finish_what_was_held(number).await;
            }
        }
    }

    /// A node that was stopped in the middle of a message goes on with it.
    async fn finish_what_was_held(&mut self, number: usize) {
        let Some(sending) = self.nodes[number].held.take() else { return };
        let from = self.post.accepted_count();
        let faults = self.nodes[number].sky.faults();
        self.post.release();
        let done = sending.await.unwrap();
        if self.nodes[number].sky.faults() != faults {
            self.post.doubt_since(from);
        }
        match done {
            Ok(tried) => self.say(&format!("node {number} goes on with {tried} messages")),
            Err(error) => {
                self.say(&format!("node {number} fails to go on"));
                if self.nodes[number].is_well() {
                    self.violate(&format!("I6: going on failed in fair weather: {error}"));
                }
            }
        }
    }

    async fn bury_an_address(&mut self) {
        let people = self.everybody().await;
        let person = self.somebody_of_an_open_case().await;
        let found = people.into_iter().find(|it| it.id == person);
        let Some(address) = found.map(|it| it.email) else { return };
        self.say(&format!("nobody is known at {address}"));
        self.post.bury(&address, true);
        self.plan_in((HOUR, 30 * DAY), Happening::Over(Over::Grave(address)));
        self.plan_in((1, 2 * DAY), Happening::Act);
    }

    /// A clock jumps, within what a node may be off.
    fn step_a_clock(&mut self, number: usize) {
        let seconds = i64::try_from(self.dice.between(0, 41)).unwrap() - 20;
        self.nodes[number].ahead = TimeDelta::seconds(seconds);
        self.say(&format!("node {number} is {seconds} s ahead"));
    }
}
