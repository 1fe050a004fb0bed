//! What is tried: a script of steps, drawn from a seed, and cut down to what a fault needs.

use super::policies::POLICIES;
use super::world::{OUTSIDER, POSTS, RAISER, Staff, everybody};
use fastrand::Rng;
use std::fmt;

/// Ten o'clock: no script begins before it on that Monday.
const MORNING: i64 = 10 * 60;

/// What somebody asks of the case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ask {
    /// Go on writing, and leave out the facts or not.
    Write {
        whole: bool,
    },
    Raise,
    Acknowledge,
    State,
    Accept,
    Refuse,
    NeedInformation,
    Escalate(Option<u32>),
    Propose {
        known: bool,
    },
    Confirm(u32),
    Decline(u32),
    Determine {
        known: bool,
    },
    Withdraw,
    Reopen(Option<u32>),
    /// A protective deadline so many minutes from now.
    Protect(i64),
    /// A meeting so many minutes from now.
    Arrange(i64),
    Record(u32),
    SetAction,
    DoneAction(u32),
    Feedback,
    /// A debrief that was held today, or is tomorrow.
    Debrief {
        tomorrow: bool,
    },
    TickRecord,
    /// A discussion that was held so many minutes from now.
    Discuss(i64),
    /// So many working days more.
    Extend(u32),
    /// For so many minutes.
    Pause(i64),
    Resume,
    Class {
        urgent: bool,
    },
    StepDown(u32),
}

/// On what condition it is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// At the version that is there.
    Fresh,
    /// At a version that is gone.
    Stale,
    /// Twice under one key, and once more with another body.
    Twice,
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// So many minutes pass; time does what is due only if it `ticks`.
    Wait {
        minutes: i64,
        ticks: bool,
    },
    /// Until so many minutes from when the case is due, or people are told again.
    WaitTillDue {
        and: i64,
        ticks: bool,
    },
    /// Somebody asks for something.
    Ask {
        who: &'static str,
        ask: Ask,
        on: Condition,
    },
    Leave(&'static str),
    Return(&'static str),
    /// A post gets another holder, or none.
    Hand {
        post: usize,
        to: Option<&'static str>,
    },
    /// The second version of the policy is published.
    Publish,
    /// Another process on the same database.
    Restart,
}

/// How a script begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Which of the policies.
    pub policy: usize,
    /// Minutes after Monday, 21 December 2026, 00:00 UTC.
    pub start: i64,
    pub urgent: bool,
    /// A wish to start in a stage.
    pub start_stage: Option<u32>,
    /// A protective deadline so many minutes from the start.
    pub protective: Option<i64>,
    pub steps: Vec<Step>,
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, start, urgent, start_stage, protective, steps } = self;
        let key = POLICIES[*policy][0].key;
        writeln!(
            f,
            "policy {key}, start + {start} minutes, urgent {urgent}, start stage \
                     {start_stage:?}, protective deadline {protective:?}"
        )?;
        for step in steps {
            writeln!(f, "  {step:?}")?;
        }
        Ok(())
    }
}

impl Script {
    /// Draws one. Every policy gets its turn.
    pub fn draw(rng: &mut Rng, steps_max: usize) -> Self {
        let policy = rng.usize(0..POLICIES.len());
        let stages = POLICIES[policy][0].stages.len() as u32;
        let one_in = |rng: &mut Rng, of: u32| rng.u32(0..of) == 0;
        let mut script = Self {
            policy,
            start: MORNING + rng.i64(0..60 * 24 * 500),
            urgent: one_in(rng, 3),
            start_stage: one_in(rng, 4).then(|| rng.u32(0..=stages + 1)),
            protective: one_in(rng, 4).then(|| minutes(rng)),
            steps: Vec::new(),
        };
        let length = rng.usize(1..=steps_max);
        // Most cases are raised at once: what is worth trying comes after that.
        if !one_in(rng, 8) {
            script.steps.push(Step::Ask { who: RAISER, ask: Ask::Raise, on: Condition::Fresh });
        }
        while script.steps.len() < length {
            script.steps.push(step(rng, stages));
        }
        script
    }

    /// The shortest script that still fails, as far as leaving steps out gets.
    pub fn shrunk(mut self, fails: &mut impl FnMut(&Self) -> bool) -> Self {
        let mut length = self.steps.len();
        while length > 0 {
            let mut from = 0;
            while from < self.steps.len() {
                let mut shorter = self.clone();
                let to = (from + length).min(shorter.steps.len());
                shorter.steps.drain(from..to);
                if fails(&shorter) {
                    self = shorter;
                } else {
                    from += length;
                }
            }
            length /= 2;
        }
        let plain: [fn(&mut Self); 4] = [
            |it| it.protective = None,
            |it| it.start_stage = None,
            |it| it.urgent = false,
            |it| it.start = MORNING,
        ];
        for make in plain {
            let mut plainer = self.clone();
            make(&mut plainer);
            if fails(&plainer) {
                self = plainer;
            }
        }
        self
    }
}

/// A length of time: minutes, hours, days or weeks.
fn minutes(rng: &mut Rng) -> i64 {
    match rng.u32(0..8) {
        0..=2 => rng.i64(1..90),
        3..=4 => rng.i64(1..30) * 60,
        5..=6 => rng.i64(1..9 * 24 * 60),
        _ => rng.i64(1..30) * 24 * 60,
    }
}

fn step(rng: &mut Rng, stages: u32) -> Step {
    let everybody = everybody();
    let anybody = |rng: &mut Rng| everybody[rng.usize(0..everybody.len())];
    let ticks = rng.u32(0..6) > 0;
    match rng.u32(0..100) {
        0..=13 => Step::Wait { minutes: minutes(rng), ticks },
        14..=25 => Step::WaitTillDue { and: rng.i64(-1..=1) * rng.i64(1..3), ticks },
        26..=28 => Step::Leave(anybody(rng)),
        29..=31 => Step::Return(anybody(rng)),
        32..=34 => {
            let post = rng.usize(0..POSTS.len());
            let to = (rng.u32(0..3) > 0).then(|| POSTS[post].people[rng.usize(0..2)]);
            Step::Hand { post, to }
        }
        35 => Step::Publish,
        36 => Step::Restart,
        _ => {
            let on = match rng.u32(0..12) {
                0 => Condition::Stale,
                1 => Condition::Twice,
                _ => Condition::Fresh,
            };
            let who = match rng.u32(0..8) {
                0 | 1 => RAISER,
                2 if rng.u32(0..4) == 0 => OUTSIDER,
                3 | 4 => POSTS[rng.usize(0..POSTS.len())].people[0],
                _ => anybody(rng),
            };
            Step::Ask { who, ask: ask(rng, stages), on }
        }
    }
}

fn ask(rng: &mut Rng, stages: u32) -> Ask {
    let mostly = |rng: &mut Rng| rng.u32(0..8) > 0;
    let stage = |rng: &mut Rng| (rng.u32(0..3) == 0).then(|| rng.u32(0..=stages + 1));
    // A proposal that is on the table has a low number, or the next.
    let number = |rng: &mut Rng| rng.u32(0..6) / 2 + 1;
    let ahead = |rng: &mut Rng| if rng.u32(0..6) == 0 { -minutes(rng) } else { minutes(rng) };
    match rng.u32(0..60) {
        0 => Ask::Write { whole: mostly(rng) },
        1..=2 => Ask::Raise,
        3..=5 => Ask::Acknowledge,
        6..=8 => Ask::State,
        9..=10 => Ask::Accept,
        11..=13 => Ask::Refuse,
        14 => Ask::NeedInformation,
        15..=18 => Ask::Escalate(stage(rng)),
        19..=23 => Ask::Propose { known: mostly(rng) },
        24..=26 => Ask::Confirm(number(rng)),
        27..=30 => Ask::Decline(number(rng)),
        31..=32 => Ask::Determine { known: mostly(rng) },
        33 => Ask::Withdraw,
        34..=38 => Ask::Reopen(stage(rng)),
        39..=41 => Ask::Protect(ahead(rng)),
        42 => Ask::Arrange(ahead(rng)),
        43..=44 => Ask::Record(number(rng)),
        45 => Ask::SetAction,
        46 => Ask::DoneAction(number(rng)),
        47 => Ask::Feedback,
        48 => Ask::Debrief { tomorrow: !mostly(rng) },
        49 => Ask::TickRecord,
        50 => Ask::Discuss(-ahead(rng)),
        51..=53 => Ask::Extend(rng.u32(1..4)),
        54..=55 => Ask::Pause(ahead(rng)),
        56 => Ask::Resume,
        57..=58 => Ask::Class { urgent: mostly(rng) },
        _ => Ask::StepDown(rng.u32(0..=stages)),
    }
}

/// Whether a step changes who stands where; then they do.
pub fn changes_staff(step: Step, staff: &mut Staff) -> bool {
    match step {
        Step::Leave(who) => staff.away.insert(who),
        Step::Return(who) => staff.away.remove(who),
        Step::Hand { post, to } => std::mem::replace(&mut staff.holders[post], to) != to,
        _ => false,
    }
}
