//! Which open cases a change would move, before anybody makes it. Reads only: each case's state is
//! asked what the command would make happen, and nothing of it is kept.

use super::closures::may_set_rules;
use super::perform::Held;
use super::policies::LoadedPolicy;
use super::{Engine, EngineError};
use crate::access::{self, Actor};
use crate::calendar::Due;
use crate::clock::UtcInstant;
use crate::directory::{PartnershipFunction, Seat};
use crate::escalation::{
    Command, Doer, Escalation, PolicyRef, Prose, Refusal, Rules, Signature, Status, decide,
};
use crate::ids::PartnershipId;
use crate::simulation::{WallTime, apart, left_alone, refusal_in_words};
use crate::store::{Reader, StoreError, closures, escalations, people, policies};
use chrono::NaiveDate;

/// How many cases are read at once.
const PAGE: i64 = 200;

/// A change that somebody thinks of.
#[derive(Debug)]
pub enum Change {
    /// The open cases of the policy are moved to this version of it.
    Policy(Box<LoadedPolicy>),
    /// These days are closures, and the deadlines are worked out again.
    Closures(Vec<NaiveDate>),
    /// The clocks are stopped for a while.
    Pause {
        /// From when on; from now on if that is left out or has passed.
        from: Option<WallTime>,
        /// Until when.
        until: WallTime,
    },
}

/// What a change would do to an open case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// The case's reference.
    pub reference: String,
    /// The stage that it would be in then.
    pub stage: u32,
    /// When it is due without the change.
    pub due_now: Due,
    /// When it would be due with it, or why the change is refused.
    pub due_then: Result<Due, String>,
    /// All this in a line, in the local time of the case's policy.
    pub words: String,
}

impl Engine {
    /// What a change would do to the open cases, in the order of their beginning. Those that it
    /// would not move are left out.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn foresee(&self, change: Change) -> Result<Vec<Foreseen>, EngineError> {
        let engine = self.clone();
        let now = self.now();
        self.store().read(move |r| engine.foresee_in(r, &change, &|_| true, now)).await
    }

    /// What working the deadlines out again would do if a day were a closure: to those open cases of
    /// the partnership that its officer sees.
    ///
    /// # Errors
    /// Not theirs, not found; or the database cannot be read.
    pub async fn foresee_closure(
        &self,
        actor: Actor,
        partnership_id: PartnershipId,
        day: NaiveDate,
    ) -> Result<Vec<Foreseen>, EngineError> {
        let engine = self.clone();
        let now = self.now();
        self.store()
            .read(move |r| {
                may_set_rules(r, &actor, partnership_id)?;
                let is_theirs = |it: &Escalation| {
                    it.partnership_id == partnership_id && access::may_see(&actor, it, now).is_ok()
                };
                engine.foresee_in(r, &Change::Closures(vec![day]), &is_theirs, now)
            })
            .await
    }

    /// The same of a version that the server has, for one of the partnership's officers: what becomes
    /// of the cases that they may see, and how many others would move.
    ///
    /// # Errors
    /// Not theirs, not found; or the database cannot be read.
    pub async fn foresee_version(
        &self,
        actor: Actor,
        partnership_id: PartnershipId,
        which: PolicyRef,
    ) -> Result<(Vec<Foreseen>, usize), EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .read(move |r| {
                super::closures::may_set_rules(r, &actor, partnership_id)?;
                let stored = policies::find(r, partnership_id, &which)?.ok_or(Refusal::NotFound)?;
                let days = closures::days(r, partnership_id)?;
                let loaded = LoadedPolicy::with_closures(stored.policy, &days)
                    .map_err(|error| StoreError::unreadable("a policy's calendar", error))?;
                let all =
                    engine.foresee_in(r, &Change::Policy(Box::new(loaded)), &|_| true, now)?;
                let (count, mut seen) = (all.len(), Vec::new());
                for one in all {
                    if sees(r, &actor, &one.reference, now)? {
                        seen.push(one);
                    }
                }
                let hidden = count.saturating_sub(seen.len());
                Ok((seen, hidden))
            })
            .await
    }

    fn foresee_in(
        &self,
        r: &mut Reader<'_>,
        change: &Change,
        is_told: &dyn Fn(&Escalation) -> bool,
        now: UtcInstant,
    ) -> Result<Vec<Foreseen>, EngineError> {
        let partnership = match change {
            Change::Policy(new) => people::find_partnership_by_key(r, &new.policy.partnership)?,
            Change::Closures(_) | Change::Pause { .. } => None,
        };
        let concerns = |it: &Escalation| match change {
            Change::Policy(new) => {
                it.policy.key == new.policy.key
                    && partnership.as_ref().is_some_and(|found| found.id == it.partnership_id)
            }
            Change::Closures(_) | Change::Pause { .. } => true,
        };
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page: Result<Vec<_>, StoreError> = escalations::ids_after(r, after, PAGE);
            let page = page?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(*last);
            for which in page {
                let Some(stored) = escalations::find(r, which)? else { continue };
                if stored.escalation.status != Status::Open || !concerns(&stored.escalation) {
                    continue;
                }
                if !is_told(&stored.escalation) {
                    continue;
                }
                let held = self.hold(r, stored, None, now)?;
                found.extend(of_case(&held, change, now));
            }
        }
    }
}

fn sees(
    r: &mut Reader<'_>,
    actor: &Actor,
    reference: &str,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let Some(id) = escalations::find_id(r, reference)? else { return Ok(false) };
    let found = escalations::find(r, id)?;
    Ok(found.is_some_and(|it| access::may_see(actor, &it.escalation, now).is_ok()))
}

fn of_case(held: &Held, change: &Change, now: UtcInstant) -> Option<Foreseen> {
    let reference = held.stored.escalation.reference.clone();
    let words = |refusal: Refusal| refusal_in_words(&refusal);
    let reason = Prose::try_from("Foreseen.".to_owned());
    let (before, then) = match (change, reason) {
        (_, Err(why)) => (held.stored.escalation.clone(), Err(why)),
        (Change::Policy(new), Ok(reason)) => {
            let before = held.stored.escalation.clone();
            let rules = Rules {
                policy: &new.policy,
                calendars: &new.calendars,
                directory: &held.directory,
            };
            let policy = PolicyRef { key: new.policy.key.clone(), version: new.policy.version };
            let command = Command::MovePolicy { policy, reason };
            let then = after(&before, &rules, None, command, now).map_err(words);
            (before, then)
        }
        (Change::Closures(days), Ok(reason)) => {
            let before = held.stored.escalation.clone();
            let calendars = held.loaded.calendars.with_closures(days);
            let rules = Rules { calendars: &calendars, ..held.rules() };
            let command = Command::Recount { reason };
            let then = after(&before, &rules, None, command, now).map_err(words);
            (before, then)
        }
        (Change::Pause { from, until }, Ok(reason)) => {
            let calendar = held.loaded.calendar();
            let from = from.map_or(now, |from| from.instant(calendar)).max(now);
            let until = until.instant(calendar);
            match left_alone(held.stored.escalation.clone(), &held.rules(), now, from) {
                Ok(before) => {
                    let then = paused(held, &before, from, until, &reason).map_err(words);
                    (before, then)
                }
                Err(refusal) => (held.stored.escalation.clone(), Err(words(refusal))),
            }
        }
    };
    let entry = before.current_entry()?;
    let due_now = entry.due.clone();
    let due_then = match then {
        Ok(then) => Ok(then.current_entry()?.due.clone()),
        Err(why) => Err(why),
    };
    let moves = due_then.as_ref().is_err() || due_then.as_ref().is_ok_and(|it| it.at != due_now.at);
    let words = in_words(held, &reference, entry.stage, &due_now, &due_then);
    moves.then_some(Foreseen { reference, stage: entry.stage, due_now, due_then, words })
}

fn in_words(
    held: &Held,
    reference: &str,
    stage: u32,
    due_now: &Due,
    due_then: &Result<Due, String>,
) -> String {
    let calendar = held.loaded.calendar();
    let label = &held.loaded.policy.label;
    let now = calendar.say(due_now.at);
    let then = match due_then {
        Ok(then) => {
            let apart = apart(calendar, due_now.at, then.at);
            format!("{} ({apart})", calendar.say(then.at))
        }
        Err(why) => format!("refused: {why}"),
    };
    format!("{reference}, {label} {stage}: due {now} -> {then}")
}

/// The case after a command.
fn after(
    before: &Escalation,
    rules: &Rules<'_>,
    by: Option<&Signature>,
    command: Command,
    now: UtcInstant,
) -> Result<Escalation, Refusal> {
    let doer = by.cloned().map_or(Doer::Time, Doer::Person);
    let events = decide(before, rules, by, command, now)?;
    Ok(events.iter().fold(before.clone(), |it, event| it.apply(event, &doer, now)))
}

/// The case with its clocks stopped, by the first of those on it and of the partnership who may.
fn paused(
    held: &Held,
    before: &Escalation,
    from: UtcInstant,
    until: UtcInstant,
    reason: &Prose,
) -> Result<Escalation, Refusal> {
    let rules = held.rules();
    let partnership =
        held.directory.route_to_partnership(&[PartnershipFunction::BusinessManager], from).seats;
    let acting = before.current_entry().into_iter().flat_map(|entry| &entry.acting);
    let permission = rules.policy.pause.as_ref();
    // Where the policy names the reasons that count, one of them is given.
    let counts = permission.and_then(|it| it.reasons.first());
    let counts = counts.map(|term| Prose::try_from(term.key.clone()));
    let reason = match counts {
        Some(reason) => reason.map_err(Refusal::NotNow)?,
        None => reason.clone(),
    };
    let mut refused = None;
    for by in partnership.iter().chain(acting).filter_map(signature) {
        let command = Command::Pause { until, reason: reason.clone() };
        match after(before, &rules, Some(&by), command, from) {
            Ok(paused) => return Ok(paused),
            // That one of them may not says less than why one who may cannot.
            Err(refusal @ Refusal::NotYours(_)) => _ = refused.get_or_insert(refusal),
            Err(refusal) => return Err(refusal),
        }
    }
    Err(refused.unwrap_or(Refusal::NotFound))
}

fn signature(seat: &Seat) -> Option<Signature> {
    Some(Signature {
        person_id: seat.person_id?,
        name: seat.name.clone(),
        post_id: seat.post_id,
        post_title: seat.post_title.clone(),
        side: seat.side,
    })
}
