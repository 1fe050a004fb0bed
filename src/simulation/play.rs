//! Playing a case: at each step the next thing is either what somebody does by the script, or what
//! time does at the very instant at which it has something to do.

use super::act::Act;
use super::course::{Course, Step, Stopped, running};
use super::moment::{Moment, Since};
use super::setting::Setting;
use super::world::World;
use crate::access;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::{Directory, Side};
use crate::escalation::{
    Child, Command, Doer, Draft, Escalation, Event, ImmediateDanger, Line, Opening, PolicyRef,
    Prose, ProtectiveDeadline, Refusal, Rules, Signature, decide, open_draft, tell,
};
use crate::ids::{EscalationId, PersonId};
use crate::policy::{Calendars, Policy, RequiredField};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// The most starts in one question.
pub const STARTS_MAX: usize = 50;
/// The most acts in a script.
pub const ACTS_MAX: usize = 100;
/// The most steps that a case is walked.
pub const STEPS_MAX: usize = 400;
/// How long a case is followed unless it is said otherwise.
const DAYS_MAX: i64 = 400;
/// How often people are told again of what is overdue before this is taken as going on for ever.
const TOLD_AGAIN: u32 = 2;

/// What is written where the state machine wants words.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) prose: Prose,
    pub(super) line: Line,
}

/// A policy in a made-up partnership, ready to be played.
#[derive(Debug)]
pub struct Simulation {
    policy: Policy,
    calendars: Calendars,
    setting: Setting,
    world: World,
    directory: Directory,
    words: Words,
}

impl Simulation {
    /// A policy in a made-up partnership.
    ///
    /// # Errors
    /// What is wrong with the policy's calendars.
    pub fn new(policy: Policy, setting: Setting) -> Result<Self, String> {
        let calendars = Calendars::new(&policy).map_err(|error| error.to_string())?;
        let world = World::made_up(&policy, &setting);
        let directory = world.directory();
        let words = Words {
            prose: Prose::try_from("Simulated.".to_owned())?,
            line: Line::try_from("Simulated".to_owned())?,
        };
        Ok(Self { policy, calendars, setting, world, directory, words })
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The calendar by which instants are said.
    pub fn calendar(&self) -> &Calendar {
        self.calendars.partnership()
    }

    /// The made-up partnership.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What the case is about.
    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    pub(super) fn words(&self) -> &Words {
        &self.words
    }

    fn rules(&self) -> Rules<'_> {
        Rules { policy: &self.policy, calendars: &self.calendars, directory: &self.directory }
    }

    /// Walks a case that is raised at an instant. It is followed until `until`, or for a year and a
    /// bit.
    pub fn play(&self, start: UtcInstant, script: &[Act], until: Option<UtcInstant>) -> Course {
        let until = until.unwrap_or_else(|| start.plus(TimeDelta::days(DAYS_MAX)));
        let opened = open_draft(self.opening(start), start);
        let (_, draft) = match opened {
            Ok(opened) => opened,
            Err(refusal) => return not_raised(start, script, &refusal),
        };
        let raiser = draft.raiser.clone();
        let mut playing = Playing {
            simulation: self,
            state: draft,
            now: start,
            pending: script.to_vec(),
            entered: BTreeMap::new(),
            steps: Vec::new(),
        };
        let policy = self.policy_ref();
        let raise = Command::Raise { policy, receiving: Some(self.world.receiving.clone()) };
        if let Err(refusal) = playing.carry_out(Some(raiser), None, raise) {
            return not_raised(start, script, &refusal);
        }
        let stopped = playing.go_on(until);
        Course {
            raised_at: start,
            steps: playing.steps,
            escalation: Some(playing.state),
            stopped,
            unplayed: playing.pending,
        }
    }

    fn policy_ref(&self) -> PolicyRef {
        PolicyRef { key: self.policy.key.clone(), version: self.policy.version }
    }

    fn opening(&self, start: UtcInstant) -> Opening {
        Opening {
            id: EscalationId::made_up(1),
            reference: "SIM-1".to_owned(),
            partnership_id: self.world.partnership.id,
            policy: self.policy_ref(),
            raiser: self.raiser(),
            raising: self.world.raising.clone(),
            immediate_danger: ImmediateDanger {
                in_immediate_danger: false,
                action_taken: None,
                taken_at: None,
                taken_by: None,
            },
            draft: self.draft(start),
        }
    }

    /// The raiser signs in the lowest post that they hold.
    fn raiser(&self) -> Signature {
        let person_id = self.world.raiser;
        let actor = self.world.actor(person_id);
        let posts = actor.iter().flat_map(|actor| &actor.posts);
        let lowest = posts.min_by_key(|post| post.place.rung());
        Signature {
            person_id,
            name: actor.as_ref().map(|actor| actor.name.clone()).unwrap_or_default(),
            post_id: lowest.map(|post| post.post_id),
            post_title: lowest.map(|post| post.title.clone()),
            side: Side::Raising,
        }
    }

    /// A whole draft, with whatever the policy requires beside.
    pub fn draft(&self, start: UtcInstant) -> Draft {
        let Words { prose, line } = &self.words;
        let (some, requires) = (
            || Some(prose.clone()),
            |field: RequiredField| self.policy.raising.require.contains(&field),
        );
        let today = self.calendar().local(start).date_naive();
        let today = requires(RequiredField::DecisionReceivedOn).then_some(today);
        let area = || self.policy.areas_of_disagreement.first().map(|term| term.key.clone());
        let protective = self.setting.protective_deadline.map(|time| ProtectiveDeadline {
            at: time.instant(self.calendar()),
            reason: prose.clone(),
        });
        Draft {
            receiving_agency_id: Some(self.world.receiving.agency_id),
            receiving_team: None,
            receiving_practitioner_id: self.world.receiving_practitioner,
            child: Some(Child { initials: line.clone(), local_reference: None }),
            area_of_disagreement: self.setting.area_of_disagreement.clone().or_else(area),
            urgency_class: self.setting.urgency_class.clone(),
            level_of_need: Some(line.clone()),
            decision_received_on: self.setting.decision_received_on.or(today),
            facts: some(),
            judgement: some(),
            rationale: some(),
            agreed: some(),
            disputed: some(),
            risk: some(),
            childs_voice: some(),
            what_was_tried: some(),
            outcome_sought: some(),
            information_sharing: some(),
            restriction: None,
            protective_deadline: protective,
            start_stage: None,
        }
    }
}

struct Playing<'a> {
    simulation: &'a Simulation,
    state: Escalation,
    now: UtcInstant,
    /// What is still to be done, in the order of the script.
    pending: Vec<Act>,
    /// When each stage was first entered.
    entered: BTreeMap<u32, UtcInstant>,
    steps: Vec<Step>,
}

impl Playing<'_> {
    fn go_on(&mut self, until: UtcInstant) -> Stopped {
        loop {
            if self.steps.len() >= STEPS_MAX {
                return Stopped::TooManySteps;
            }
            let of_time = self.state.next_act_at().map(|at| at.max(self.now));
            let of_people = self.next_act();
            let next_is_time = match (of_time, of_people) {
                (None, None) => return Stopped::Ended,
                (Some(time), Some((people, _))) => time <= people,
                (Some(_), None) => true,
                (None, Some(_)) => false,
            };
            // What falls on this very instant is still done.
            let is_later = of_time.is_some_and(|at| at > self.now);
            if is_later && of_people.is_none() && self.is_told_again_for_ever() {
                return Stopped::StaysOverdue;
            }
            let next = if next_is_time { of_time } else { of_people.map(|(at, _)| at) };
            match next {
                Some(next) if next <= until => self.now = next,
                _ => return Stopped::TimeIsOver,
            }
            match of_people {
                Some((_, index)) if !next_is_time => self.act(index),
                _ => {
                    let lapsed = self.carry_out(None, None, Command::Lapse);
                    if let Err(refusal) = lapsed {
                        // No rule refuses time: shown, since it would stop a real case as well.
                        self.refused(None, None, Some(Command::Lapse), refusal_in_words(&refusal));
                        return Stopped::TimeIsOver;
                    }
                }
            }
        }
    }

    /// The next act whose moment is known, and its place in the script.
    fn next_act(&self) -> Option<(UtcInstant, usize)> {
        let moments = self.pending.iter().enumerate();
        let known = moments.filter_map(|(index, act)| Some((self.moment(act)?, index)));
        known.min()
    }

    /// When something is done; not known before what it counts from has happened, and never if
    /// that lies before the raising.
    fn moment(&self, act: &Act) -> Option<UtcInstant> {
        let calendar = self.simulation.calendar();
        let raised_at = self.state.raised_at?;
        let at = match act.when {
            Moment::At(time) => time.instant(calendar),
            Moment::After(since, length) => {
                let from = match since {
                    Since::Raised => raised_at,
                    Since::Stage(stage) => *self.entered.get(&stage)?,
                };
                length.map_or(from, |length| length.after(calendar, from))
            }
        };
        (at >= raised_at).then(|| at.max(self.now))
    }

    fn is_told_again_for_ever(&self) -> bool {
        let overdue = self.state.current_entry().and_then(|entry| entry.overdue.as_ref());
        overdue.is_some_and(|overdue| overdue.told_again_times >= TOLD_AGAIN)
            && running(&self.state).is_empty()
    }

    /// Does an act of the script: by the first of those who may be meant that may, else it is
    /// shown how the first was refused.
    fn act(&mut self, index: usize) {
        let act = self.pending.remove(index);
        let command = match self.simulation.command(&act.does, &self.state, self.now) {
            Ok(command) => command,
            Err(why) => return self.refused(None, Some(act), None, why),
        };
        let mut first_refusal = None;
        for person_id in self.simulation.candidates(&act.by, &act.does, &self.state) {
            match self.signature(person_id, &command) {
                Ok(by) => match self.carry_out(Some(by.clone()), Some(&act), command.clone()) {
                    Ok(()) => return,
                    Err(refusal) => _ = first_refusal.get_or_insert((Some(by), refusal)),
                },
                Err(refusal) => _ = first_refusal.get_or_insert((None, refusal)),
            }
        }
        let nobody = || (None, Refusal::NotYours("There is nobody who could do this.".to_owned()));
        let (by, refusal) = first_refusal.unwrap_or_else(nobody);
        self.refused(by, Some(act), Some(command), refusal_in_words(&refusal));
    }

    fn signature(&self, person_id: PersonId, command: &Command) -> Result<Signature, Refusal> {
        let actor = self.simulation.world().actor(person_id).ok_or(Refusal::NotFound)?;
        access::may(&actor, command.kind(), &self.state, self.now)
    }

    fn carry_out(
        &mut self,
        by: Option<Signature>,
        act: Option<&Act>,
        command: Command,
    ) -> Result<(), Refusal> {
        let rules = self.simulation.rules();
        let events = decide(&self.state, &rules, by.as_ref(), command.clone(), self.now)?;
        let doer = by.clone().map_or(Doer::Time, Doer::Person);
        for event in &events {
            self.state = self.state.clone().apply(event, &doer, self.now);
            if let Event::StageEntered { entry, .. } = event {
                self.entered.entry(entry.stage).or_insert(self.now);
            }
        }
        let told = tell(&self.state, &events, &doer, &rules, self.now);
        self.push(Step {
            at: self.now,
            by,
            act: act.cloned(),
            command: Some(command),
            events,
            refused: None,
            stage: None,
            running: Vec::new(),
            told,
        });
        Ok(())
    }

    fn refused(
        &mut self,
        by: Option<Signature>,
        act: Option<Act>,
        command: Option<Command>,
        why: String,
    ) {
        self.push(Step {
            at: self.now,
            by,
            act,
            command,
            events: Vec::new(),
            refused: Some(why),
            stage: None,
            running: Vec::new(),
            told: Vec::new(),
        });
    }

    fn push(&mut self, step: Step) {
        let stage = self.state.current_entry().map(|entry| entry.stage);
        self.steps.push(Step { stage, running: running(&self.state), ..step });
    }
}

fn not_raised(start: UtcInstant, script: &[Act], refusal: &Refusal) -> Course {
    let step = Step {
        at: start,
        by: None,
        act: None,
        command: None,
        events: Vec::new(),
        refused: Some(refusal_in_words(refusal)),
        stage: None,
        running: Vec::new(),
        told: Vec::new(),
    };
    Course {
        raised_at: start,
        steps: vec![step],
        escalation: None,
        stopped: Stopped::NotRaised,
        unplayed: script.to_vec(),
    }
}

/// A case as it is at `until` if nobody does anything from `now` on.
///
/// # Errors
/// Why time cannot do what is due; no rule of a policy refuses it.
pub fn left_alone(
    mut escalation: Escalation,
    rules: &Rules<'_>,
    now: UtcInstant,
    until: UtcInstant,
) -> Result<Escalation, Refusal> {
    for _ in 0..STEPS_MAX {
        let Some(at) = escalation.next_act_at().map(|at| at.max(now)) else { break };
        if at > until {
            break;
        }
        let events = decide(&escalation, rules, None, Command::Lapse, at)?;
        if events.is_empty() {
            break;
        }
        for event in &events {
            escalation = escalation.apply(event, &Doer::Time, at);
        }
    }
    Ok(escalation)
}

/// A refusal as a sentence, with each field at fault.
pub fn refusal_in_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Faulty(faults) => {
            let each: Vec<String> = faults
                .iter()
                .map(|it| format!("{} {}", it.pointer.trim_start_matches('/'), it.detail))
                .collect();
            format!("{}.", each.join("; "))
        }
        other => other.to_string(),
    }
}
