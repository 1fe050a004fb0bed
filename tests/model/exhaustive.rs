//! Small policies, explored whole up to a depth: every command that anybody on the case may give,
//! just before the next due instant, at it, and after it. Time is what lies ahead of now; texts do
//! not matter. In every state that can be reached a case that is open has a deadline and somebody
//! who must act, enters no stage twice in a round, and never closes by itself.

use crate::play::{Ids, RAISER, Staff, at_first, draft_of, no_danger, text};
use bscp_escalation::access;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::directory::{Directory, Side};
use bscp_escalation::escalation::{
    Command, Doer, Escalation, Event, Opening, PanelMember, PolicyRef, Rules, Signature, Stance,
    Status, TaskState, decide, open_draft,
};
use bscp_escalation::ids::EscalationId;
use bscp_escalation::policy::{Calendars, Policy};
use bscp_escalation::timeline::{Entry, verify};
use chrono::TimeDelta;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::rc::Rc;

const IDS: Ids = Ids(1);
/// A Monday with Christmas in its week.
const MONDAY: &str = "2026-12-21T09:10:00Z";
/// As many steps as time needs at the most until nothing is due any more.
const LAPSES_MAX: usize = 12;

const HEAD: &str = r#"
key = "small"
title = "Small"
partnership = "bromley"
version = 1
effective_from = "2026-01-01"
approved_by = "nobody: made up"
source = "made up"
population = "children"
urgency_classes = ["standard"]
areas_of_disagreement = [{ key = "level_of_need", title = "Level of need" }]
outcomes = [{ key = "plan_agreed", title = "Plan agreed" }]

[calendar]
zone = "Europe/London"
division = "england-and-wales"
day_starts = "09:00"
day_ends = "17:00"

[overdue]
tell = ["partnership.business_manager"]
again_each_working_day_at = "09:00"
"#;

/// Two stages, one task, one extension, no panel.
const WITH_A_TASK: &str = r#"
[extension]
at_most = "1 working day"
times = 1

[[stages]]
title = "Managers"
limits = "1 working day"
act = ["raising.line_manager", "receiving.line_manager"]
on_refusal = "escalate"

[[stages.tasks]]
key = "speak"
title = "Speak to the practitioner"
limits = "4 working hours"
ends = "discussion held"
reminders = ["half way"]

[[stages]]
title = "Scrutineer"
limits = "1 working day"
act = ["raising.service_manager", "receiving.service_manager", "partnership.scrutineer"]
determine = ["partnership.scrutineer"]
"#;

/// Three stages, a pause, stepping down, people who move it in the middle, a panel at the end.
const WITH_A_PANEL: &str = r#"
[pause]
at_most = "2 working days"
times = 1

[step_down]
times = 1

[[stages]]
title = "Practitioners"
limits = "1 working day"
act = ["raising.practitioner", "receiving.practitioner"]

[[stages]]
title = "Managers"
limits = "1 working day"
act = ["raising.line_manager", "receiving.line_manager"]
on_deadline = "notify"

[[stages]]
title = "Panel"
act = ["raising.service_manager", "receiving.service_manager", "partnership.scrutineer"]
determine = ["partnership.scrutineer"]

[stages.panel]
size = 2
convene_within = "1 working day"
decide_within = "1 working day"
"#;

struct World {
    policy: Policy,
    calendars: Calendars,
    directory: Directory,
    staff: Staff,
}

/// A step of a life: who, when, and what came of it.
struct Lived {
    before: Option<Rc<Lived>>,
    doer: Doer,
    at: UtcInstant,
    events: Vec<Event>,
}

#[derive(Clone)]
struct Node {
    state: Escalation,
    now: UtcInstant,
    lived: Rc<Lived>,
}

#[derive(Default)]
struct Found {
    states: usize,
    steps: usize,
    refused: usize,
}

impl World {
    fn under(policy: &str) -> Self {
        let policy = Policy::parse(policy).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let calendars = Calendars::new(&policy).expect("its calendars");
        let staff = at_first();
        Self { policy, calendars, directory: IDS.directory(&staff), staff }
    }

    fn rules(&self) -> Rules<'_> {
        Rules { policy: &self.policy, calendars: &self.calendars, directory: &self.directory }
    }

    fn raised(&self) -> Node {
        let now: UtcInstant = MONDAY.parse().expect("an instant");
        let policy = PolicyRef { key: self.policy.key.clone(), version: self.policy.version };
        let raiser = Signature {
            person_id: IDS.person(RAISER),
            name: RAISER.to_owned(),
            post_id: None,
            post_title: None,
            side: Side::Raising,
        };
        let opening = Opening {
            id: EscalationId::made_up(1),
            reference: "ESC-2026-000001".to_owned(),
            partnership_id: IDS.partnership(),
            policy: policy.clone(),
            raiser: raiser.clone(),
            raising: IDS.raising(),
            immediate_danger: no_danger(),
            draft: draft_of(IDS),
        };
        let doer = Doer::Person(raiser.clone());
        let (event, state) = open_draft(opening, now).expect("a draft");
        let lived = Lived { before: None, doer, at: now, events: vec![event] };
        let drafted = Node { state, now, lived: Rc::new(lived) };
        let raise = Command::Raise { policy, receiving: Some(IDS.receiving()) };
        self.carry_out(&drafted, Some(raiser), raise).expect("it is raised")
    }

    fn carry_out(&self, node: &Node, by: Option<Signature>, command: Command) -> Option<Node> {
        let events =
            decide(&node.state, &self.rules(), by.as_ref(), command.clone(), node.now).ok()?;
        let doer = by.map_or(Doer::Time, Doer::Person);
        let mut state = node.state.clone();
        for event in &events {
            let before = state.version;
            state = state.apply(event, &doer, node.now);
            assert_eq!(state.version, before + 1, "each entry makes one version");
        }
        let lived = Lived { before: Some(Rc::clone(&node.lived)), doer, at: node.now, events };
        let after = Node { state, now: node.now, lived: Rc::new(lived) };
        check(node, &after, &command);
        Some(after)
    }

    /// Time does what is due, until nothing is.
    fn lapse(&self, mut node: Node) -> Node {
        let is_due = |it: &Node| it.state.next_act_at().is_some_and(|at| at <= it.now);
        for _ in 0..LAPSES_MAX {
            if !is_due(&node) {
                return node;
            }
            let after = self.carry_out(&node, None, Command::Lapse).expect("time is not refused");
            assert!(after.state.version > node.state.version, "due, and nothing happens");
            node = after;
        }
        assert!(!is_due(&node), "time stands on the spot: {:?}", node.state.current_entry());
        node
    }

    /// Just before the next due instant, at it, and long after it.
    fn later(&self, node: &Node) -> Vec<Node> {
        let Some(due) = node.state.next_act_at() else { return Vec::new() };
        let minutes = [TimeDelta::minutes(-1), TimeDelta::zero(), TimeDelta::days(9)];
        let ahead = minutes.map(|by| due.plus(by)).into_iter().filter(|at| *at > node.now);
        ahead.map(|now| self.lapse(Node { now, ..node.clone() })).collect()
    }

    /// Everybody who has something to do with it: the raiser, who must act, and two officers.
    fn people(&self, node: &Node) -> BTreeSet<&'static str> {
        let entry = node.state.stage_entries.last();
        let acting: Vec<&str> =
            entry.into_iter().flat_map(|it| it.who_acts()).map(|seat| seat.name.as_str()).collect();
        let everybody = crate::play::everybody();
        let on_it = everybody.into_iter().filter(|name| acting.contains(name));
        on_it.chain([RAISER, "Iris Bell", "Jon Park"]).collect()
    }

    fn explore(&self, depth: usize) -> Found {
        let first = self.raised();
        let mut seen = HashSet::from([key(&first)]);
        let mut queue = VecDeque::from([(first, 0)]);
        let mut found = Found { states: 1, ..Found::default() };
        while let Some((node, deep)) = queue.pop_front() {
            if deep == depth {
                continue;
            }
            let mut next = self.later(&node);
            for who in self.people(&node) {
                let actor = IDS.actor(who, &self.staff, node.now);
                for command in commands(&node) {
                    let by = access::may(&actor, command.kind(), &node.state, node.now);
                    let after = by.ok().and_then(|by| self.carry_out(&node, Some(by), command));
                    found.refused += usize::from(after.is_none());
                    next.extend(after);
                }
            }
            found.steps += next.len();
            for after in next {
                if seen.insert(key(&after)) {
                    found.states += 1;
                    if found.states % 25 == 0 {
                        prove(&after);
                    }
                    queue.push_back((after, deep + 1));
                }
            }
        }
        found
    }
}

/// What of a state decides what can become of it: everything but texts, names of records and how
/// long ago it was.
fn key(node: &Node) -> String {
    let state = &node.state;
    let ahead = |at: UtcInstant| at.since(node.now).num_minutes();
    let entry = state.stage_entries.last().expect("a stay");
    let tasks: Vec<_> = (entry.all_tasks().iter())
        .map(|run| match &run.state {
            TaskState::Running(clock) => format!(
                "{} {} {:?} {}",
                run.key,
                ahead(clock.due.at),
                clock.reminders.iter().map(|at| ahead(*at)).collect::<Vec<_>>(),
                clock.extensions.len()
            ),
            TaskState::Waiting => format!("{} waits", run.key),
            TaskState::Done { .. } => format!("{} done", run.key),
            TaskState::Missed { .. } => format!("{} missed", run.key),
        })
        .collect();
    let acting: Vec<&str> = entry.who_acts().map(|seat| seat.name.as_str()).collect();
    let round: Vec<_> = (state.stage_entries.iter())
        .filter(|it| it.round == entry.round)
        .map(|it| it.stage)
        .collect();
    let acknowledged = state.acknowledgements.iter().any(|it| it.stage_entry == entry.number);
    let again = entry.overdue.as_ref().map(|it| ahead(it.tell_again_at));
    let pause = entry.pause().map(|it| ahead(it.until));
    let open = state.open_proposal().map(|it| (it.number, it.by.side));
    let protective = state.protective_deadline.as_ref().map(|it| ahead(it.at));
    let held: Vec<_> =
        state.meetings.iter().map(|it| (ahead(it.at) > 0, it.record.is_some())).collect();
    // Offices open and close by the day: the hour of the week is part of it.
    let hour = node.now.utc().timestamp() / 60 % (7 * 24 * 60);
    format!(
        "{:?} {tasks:?} {acting:?} {round:?} {acknowledged} {again:?} {pause:?} {} {open:?} \
         {protective:?} {:?} {:?} {held:?} {} {} {hour} {}",
        state.status,
        entry.pauses.len(),
        state.answer_in(entry.number),
        entry.panel.as_ref().map(|it| it.members.len()),
        state.stage_entries.iter().filter(|it| it.why == StepDown).count(),
        state.record_confirmations.len(),
        state.discussions.iter().filter(|it| it.stage_entry == entry.number).count().min(1),
    )
}
use bscp_escalation::escalation::EntryReason::SteppedDown as StepDown;

fn commands(node: &Node) -> Vec<Command> {
    let ahead = |minutes| node.now.plus(TimeDelta::minutes(minutes));
    let respond = |stance| Command::Respond { stance, rationale: text("Our reasons.") };
    let number = u32::try_from(node.state.proposals.len()).expect("a number");
    let member = |name: &str| PanelMember {
        person_id: IDS.person(name),
        name: name.to_owned(),
        agency_id: None,
        sector: None,
    };
    let mut all = vec![
        Command::Acknowledge { note: None },
        respond(Stance::Accepts),
        respond(Stance::Refuses),
        Command::EscalateEarly { to_stage: None, reason: text("The risk grows.") },
        Command::Propose { outcome: "plan_agreed".to_owned(), terms: text("A visit.") },
        Command::ConfirmProposal { proposal: number },
        Command::DeclineProposal { proposal: number, reason: text("Not enough.") },
        Command::Determine {
            outcome: "plan_agreed".to_owned(),
            decision: text("It is so."),
            rationale: text("Why."),
        },
        Command::Withdraw { reason: text("It is settled.") },
        Command::Reopen { reason: text("It is not."), stage: None },
        Command::SetProtectiveDeadline(bscp_escalation::escalation::ProtectiveDeadline {
            at: ahead(180),
            reason: text("A hearing."),
        }),
        Command::RecordDiscussion { held_at: node.now, with: text("All."), text: None },
        Command::Extend {
            task: None,
            by: "1 working day".parse().expect("a limit"),
            reason: text("Illness."),
        },
        Command::Pause { until: ahead(24 * 60), reason: text("Illness.") },
        Command::Resume,
        Command::StepDown { to_stage: 1, reason: text("It can be settled.") },
        Command::ConvenePanel {
            members: vec![member("Jon Park"), member("Kay Wren")],
            chair_id: IDS.person("Jon Park"),
            meets_at: None,
        },
    ];
    let tasks = node.state.current_entry().map(|entry| entry.all_tasks().into_owned());
    all.extend(
        tasks.into_iter().flatten().map(|run| Command::TickTask { task: run.key, note: None }),
    );
    all
}

/// What must hold of every step, whoever did it.
fn check(before: &Node, after: &Node, command: &Command) {
    let (was, is) = (&before.state, &after.state);
    let by_time = *command == Command::Lapse;
    let why =
        || format!("{command:?}\nfrom {:?}\nto {:?}", was.current_entry(), is.current_entry());
    if by_time {
        assert_eq!(was.status, is.status, "time ended it: {}", why());
    }
    assert!(is.version >= was.version, "{}", why());
    let mut seen = HashSet::new();
    for (number, entry) in (1..).zip(&is.stage_entries) {
        assert_eq!(entry.number, number, "{}", why());
        assert!(seen.insert((entry.round, entry.stage)), "a stage twice in a round: {}", why());
    }
    if is.status != Status::Open {
        assert_eq!((is.next_act_at(), is.current_entry()), (None, None), "{}", why());
        return;
    }
    let entry = is.current_entry().unwrap_or_else(|| panic!("open and in no stage: {}", why()));
    let acts = is.next_act_at().unwrap_or_else(|| panic!("open without a deadline: {}", why()));
    assert!(entry.all_tasks().iter().any(|it| it.clock().is_some()) || entry.overdue.is_some());
    assert!(entry.due.at > entry.entered_at, "no time at all: {}", why());
    assert!(by_time || acts > before.now || was.next_act_at() <= Some(before.now), "{}", why());
    assert!(entry.who_acts().next().is_some(), "nobody must act: {}", why());
    assert!(!is.waiting_for().is_empty(), "it waits for nobody: {}", why());
}

/// The timeline of what was lived holds, and adds up to the state.
fn prove(node: &Node) {
    let mut steps = Vec::new();
    let mut lived = Some(&node.lived);
    while let Some(it) = lived {
        steps.push(it);
        lived = it.before.as_ref();
    }
    let mut entries: Vec<Entry> = Vec::new();
    for (step, event) in steps.iter().rev().flat_map(|it| it.events.iter().map(move |e| (it, e))) {
        let last = entries.last().map(|it| (it.sequence, it.hash.as_str()));
        let (doer, event) = (step.doer.clone(), event.clone());
        let entry = Entry::following(node.state.id, last, step.at, doer, event);
        entries.push(entry.expect("an entry"));
    }
    assert_eq!(verify(&entries).as_ref(), Ok(&node.state));
}

fn explored(name: &str, policy: &str, depth: usize, at_least: usize) {
    let depth = std::env::var("BSCP_MODEL_DEPTH").map_or(depth, |it| it.parse().expect("a depth"));
    let began = std::time::Instant::now();
    let Found { states, steps, refused } = World::under(policy).explore(depth);
    println!(
        "{name}, depth {depth}: {states} states, {steps} steps, {refused} refused, {:.1?}",
        began.elapsed()
    );
    assert!(states >= at_least, "hardly anything was explored");
}

#[test]
fn two_stages_with_a_task_and_an_extension() {
    explored("two stages, a task", &format!("{HEAD}{WITH_A_TASK}"), 4, 500);
}

#[test]
fn three_stages_with_a_pause_and_a_panel() {
    explored("three stages, a panel", &format!("{HEAD}{WITH_A_PANEL}"), 4, 500);
}

#[test]
fn the_shipped_policy() {
    explored("the shipped policy", crate::play::BSCP, 4, 500);
}
