//! The truth table of health, and clocks that are off, jump and go back (R12, R13, R37).

use super::*;
use crate::clock::UtcInstant;
use chrono::TimeDelta;
use std::time::Duration;

const TEN: &str = "2026-12-21T10:00:00Z";

fn well() -> Signs {
    Signs {
        unacted_seconds: Some(-3600),
        can_write: true,
        escalator_age: Some(Duration::from_secs(4)),
        deliverer_age: Some(Duration::from_secs(4)),
        tick: Duration::from_secs(5),
        clock: None,
        set_aside_count: 0,
    }
}

#[test]
fn each_sign_by_itself_and_all_together() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    type Change = fn(&mut Signs);
    let table: [(Change, Ailment); 7] = [
        (|s| s.unacted_seconds = None, Ailment::NoDatabase),
        (|s| s.can_write = false, Ailment::CannotWrite),
        (|s| s.unacted_seconds = Some(61), Ailment::DeadlineLeftAlone),
        (|s| s.clock = Some(ClockDoubt::OffBy(31)), Ailment::Clock(ClockDoubt::OffBy(31))),
        (|s| s.escalator_age = Some(Duration::from_secs(61)), Ailment::EscalatorStalled),
        (|s| s.deliverer_age = Some(Duration::from_secs(61)), Ailment::DelivererStalled),
        (|s| s.set_aside_count = 1, Ailment::CaseSetAside),
    ];
    assert_eq!(well().ailments(), []);
    // Every combination: each ailment is there exactly if its sign is.
    for chosen in 0_u32..128 {
        let mut signs = well();
        let picked: Vec<_> = (0..7).filter(|at| chosen & (1 << at) != 0).collect();
        picked.iter().for_each(|at| table[*at].0(&mut signs));
        let mut wanted: Vec<_> = picked.iter().map(|at| table[*at].1).collect();
        if signs.unacted_seconds == Some(61) {
            wanted.retain(|ailment| *ailment != Ailment::NoDatabase); // the later sign replaced it
        }
        assert_eq!(signs.ailments(), wanted, "{chosen:b}");
        let grave = wanted.iter().any(|ailment| *ailment != Ailment::CaseSetAside);
        assert_eq!(signs.ailments().iter().any(|it| it.is_grave()), grave);
    }
    let still_well = Signs {
        unacted_seconds: Some(60),
        escalator_age: seconds(60),
        deliverer_age: None,
        ..well()
    };
    assert_eq!(still_well.ailments(), []);
    let slow = Signs { tick: Duration::from_secs(300), escalator_age: seconds(600), ..well() };
    assert_eq!(slow.ailments(), []);
    assert_eq!(
        Signs { escalator_age: seconds(601), ..slow }.ailments(),
        [Ailment::EscalatorStalled]
    );
}

/// A watch, and a clock that runs evenly unless it is moved.
struct Clocks {
    watch: ClockWatch,
    decides: UtcInstant,
    monotonic: Duration,
    machine_off: TimeDelta,
    last_seen: Option<UtcInstant>,
}

impl Clocks {
    fn new() -> Self {
        let decides = TEN.parse().unwrap();
        let watch = ClockWatch::default();
        let monotonic = Duration::from_secs(100);
        Self { watch, decides, monotonic, machine_off: TimeDelta::zero(), last_seen: None }
    }

    /// After so many seconds of even running.
    fn after(&mut self, seconds: u64) -> Option<ClockDoubt> {
        self.monotonic += Duration::from_secs(seconds);
        self.decides = self.decides.plus(TimeDelta::seconds(i64::try_from(seconds).unwrap()));
        self.watch.look(ClockLook {
            decides: self.decides,
            machine: self.decides.plus(self.machine_off),
            monotonic: self.monotonic,
            last_seen: self.last_seen,
        })
    }

    fn jump(&mut self, seconds: i64) {
        self.decides = self.decides.plus(TimeDelta::seconds(seconds));
    }
}

#[test]
fn a_machine_that_is_off_by_more_than_half_a_minute_is_in_doubt_until_it_is_set_right() {
    for off in [-86_400, -3_600, -31, -30, -5, 0, 5, 30, 31, 3_600, 86_400] {
        let mut clocks = Clocks::new();
        clocks.machine_off = TimeDelta::seconds(off);
        let wanted = (off.abs() > 30).then_some(ClockDoubt::OffBy(off));
        for _ in 0..3 {
            assert_eq!(clocks.after(5), wanted, "{off}");
        }
        clocks.machine_off = TimeDelta::zero();
        assert_eq!(clocks.after(5), None, "{off}");
    }
}

#[test]
fn a_clock_that_jumped_is_believed_again_after_a_minute_of_even_running() {
    for jump in [-86_400, -3_600, -31, 31, 3_600, 86_400, 31_536_000] {
        let mut clocks = Clocks::new();
        assert_eq!(clocks.after(5), None);
        clocks.jump(jump);
        for _ in 0..12 {
            assert_eq!(clocks.after(5), Some(ClockDoubt::Jumped(jump)), "{jump}");
        }
        assert_eq!(clocks.after(5), None, "{jump}");
        clocks.jump(jump);
        assert_eq!(clocks.after(5), Some(ClockDoubt::Jumped(jump)), "again");
        clocks.jump(-jump);
        assert_eq!(clocks.after(30), Some(ClockDoubt::Jumped(-jump)), "and back");
    }
    for small in [-30, -1, 1, 30] {
        let mut clocks = Clocks::new();
        clocks.after(5);
        clocks.jump(small);
        assert_eq!(clocks.after(5), None, "{small}");
    }
}

#[test]
fn a_frozen_clock_and_one_that_creeps_are_noticed() {
    let mut frozen = Clocks::new();
    frozen.after(5);
    frozen.jump(-31);
    assert_eq!(frozen.after(31), Some(ClockDoubt::Jumped(-31)), "it stood for 31 seconds");
    // Half a second a second: between two looks five seconds apart nothing jumps.
    let mut creeping = Clocks::new();
    for _ in 0..100 {
        creeping.jump(-2);
        assert_eq!(creeping.after(5), None);
    }
    // But the database's own record of it, or another machine's clock, tells.
    creeping.last_seen = Some(creeping.decides.plus(TimeDelta::seconds(200)));
    assert_eq!(creeping.after(5), Some(ClockDoubt::BehindRecord(195)));
}

#[test]
fn a_clock_behind_the_record_is_in_doubt_until_time_catches_up() {
    let mut clocks = Clocks::new();
    clocks.last_seen = Some(clocks.decides.plus(TimeDelta::seconds(90)));
    assert_eq!(clocks.after(5), Some(ClockDoubt::BehindRecord(85)));
    assert_eq!(clocks.after(50), Some(ClockDoubt::BehindRecord(35)));
    assert_eq!(clocks.after(5), None, "30 seconds may be another node's");
}
