//! When challenges are raised, what they are about, and what people do.

use super::random::Random;
use bscp_escalation::calendar::Calendar;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::policy::Policy;
use bscp_escalation::simulation::{Act, Setting, WallTime};
use chrono::{NaiveDate, TimeDelta};

/// Local times at which counting goes wrong if it ever does.
const TELLING: [&str; 14] = [
    "2026-12-24 11:30",
    "2026-12-24 16:59",
    "2026-12-31 17:00",
    "2027-01-01 00:00",
    "2027-03-25 16:50",
    "2027-03-27 16:00",
    "2027-03-28 00:30",
    "2027-03-28 01:30",
    "2027-03-28 02:00",
    "2027-04-30 16:50",
    "2027-10-30 16:00",
    "2027-10-31 00:59",
    "2027-10-31 01:30",
    "2027-12-24 09:00",
];

pub fn start(random: &mut Random, calendar: &Calendar) -> UtcInstant {
    let local = match random.below(3) {
        0 => (*random.pick(&TELLING)).to_owned(),
        1 => {
            let day = NaiveDate::from_ymd_opt(2027, 1, 8).unwrap();
            let friday = day + TimeDelta::weeks(i64::try_from(random.below(50)).unwrap());
            format!("{friday} 16:50")
        }
        _ => {
            let day = NaiveDate::from_ymd_opt(2026, 12, 22).unwrap();
            let day = day + TimeDelta::days(i64::try_from(random.below(400)).unwrap());
            format!("{day} {:02}:{:02}", random.below(24), random.below(60))
        }
    };
    local.parse::<WallTime>().unwrap().instant(calendar)
}

/// What a single case is about, in a made-up partnership.
pub fn particulars(
    random: &mut Random,
    policy: &Policy,
    setting: &Setting,
    calendar: &Calendar,
    start: UtcInstant,
) -> Setting {
    let class = random.pick(&policy.urgency_classes).clone();
    let area = random.pick(&policy.areas_of_disagreement).key.clone();
    let hours = TimeDelta::hours(4 + i64::try_from(random.below(500)).unwrap());
    let before = TimeDelta::days(i64::try_from(random.below(9)).unwrap());
    let received = calendar.local(start).date_naive() - before;
    Setting {
        urgency_class: random.once_in(2).then_some(class),
        area_of_disagreement: Some(area),
        protective_deadline: random.once_in(6).then(|| WallTime::Instant(start.plus(hours))),
        decision_received_on: random.once_in(2).then_some(received),
        ..setting.clone()
    }
}

const DOERS: [&str; 9] = [
    "raising",
    "raising",
    "receiving",
    "receiving",
    "receiving",
    "partnership",
    "receiving.line_manager",
    "raising.head_of_service",
    "partnership.business_manager",
];

pub fn script(random: &mut Random, policy: &Policy, start: UtcInstant) -> Vec<Act> {
    let count = random.below(9);
    let mut script: Vec<Act> = (0..count).map(|_| act(random, policy, start)).collect();
    // By chance alone hardly any case would ever be agreed.
    if random.once_in(2) {
        let stage = 1 + random.below(policy.stages.len());
        let outcome = &random.pick(&policy.outcomes).key;
        let (first, hours) = (random.below(90), 1 + random.below(20));
        let (one, other) = *random.pick(&[("raising", "receiving"), ("receiving", "raising")]);
        for act in [
            format!("stage {stage} + {first} hours: {one} records discussion"),
            format!("stage {stage} + {first} hours: {one} proposes {outcome}"),
            format!("stage {stage} + {} hours: {other} confirms", first + hours),
        ] {
            script.push(act.parse().unwrap());
        }
    }
    let last = policy.stages.len();
    if random.once_in(2) {
        let outcome = &random.pick(&policy.outcomes).key;
        for act in [
            format!("stage {last} + 20 hours: partnership convenes panel"),
            format!("stage {last} + 40 hours: partnership determines {outcome}"),
        ] {
            script.push(act.parse().unwrap());
        }
    }
    script
}

fn act(random: &mut Random, policy: &Policy, start: UtcInstant) -> Act {
    let length = match random.below(5) {
        0 => format!("{} minutes", random.below(600)),
        1 => format!("{} hours", random.below(200)),
        2 => format!("{} days at {:02}:{:02}", random.below(9), random.below(24), random.below(60)),
        3 => format!("{} working days at 17:00", random.below(7)),
        _ => format!("{} working days", random.below(7)),
    };
    let when = match random.below(4) {
        0 => format!("raised + {length}"),
        1 => {
            let hours = i64::try_from(random.below(600)).unwrap();
            format!("at {}", start.plus(TimeDelta::hours(hours)))
        }
        _ => format!("stage {} + {length}", 1 + random.below(policy.stages.len())),
    };
    let does = doing(random, policy);
    let text = format!("{when}: {} {does}", random.pick(&DOERS));
    let act: Act = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(act.to_string().parse(), Ok(act.clone()), "{text} does not read back");
    act
}

fn doing(random: &mut Random, policy: &Policy) -> String {
    let outcome = random.pick(&policy.outcomes).key.clone();
    let class = random.pick(&policy.urgency_classes).clone();
    let stage = 1 + random.below(policy.stages.len());
    let tasks: Vec<String> =
        policy.stages.iter().flat_map(|stage| stage.all_tasks()).map(|task| task.key).collect();
    let task = if tasks.is_empty() { "speak".to_owned() } else { random.pick(&tasks).clone() };
    let refer = policy.stages.iter().flat_map(|stage| &stage.refer_to).next();
    let refer = refer.map_or("nowhere", |term| term.key.as_str());
    match random.below(30) {
        0..=2 => "acknowledges".to_owned(),
        3 | 4 => "refuses".to_owned(),
        5 => "accepts".to_owned(),
        6 => "needs information".to_owned(),
        7 | 8 => "states position".to_owned(),
        9..=11 => format!("proposes {outcome}"),
        12 | 13 => "confirms".to_owned(),
        14 => "declines".to_owned(),
        15 => "escalates early".to_owned(),
        16 => format!("escalates early to stage {stage}"),
        17 => "withdraws".to_owned(),
        18 => "reopens".to_owned(),
        19 => format!("determines {outcome}"),
        20 => format!("refers to {refer}"),
        21 => "convenes panel".to_owned(),
        22 => "records discussion".to_owned(),
        23 => "arranges meeting + 2 working days".to_owned(),
        24 => "records meeting".to_owned(),
        25 => format!("ticks {task}"),
        26 => random.pick(&["pauses for 2 working days", "resumes"]).to_string(),
        27 => random.pick(&["extends by 2 working days", "extends speak by 24 hours"]).to_string(),
        28 => format!("urgency {class}"),
        _ => random
            .pick(&["steps down to stage 1", "sets action", "protects until 2027-06-01 12:00"])
            .to_string(),
    }
}
