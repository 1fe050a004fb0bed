//! Entering stages, and what time does.

use super::Case;
use crate::calendar::Due;
use crate::clock::UtcInstant;
use crate::directory::{Route, Rung, Seat, Side};
use crate::escalation::apply::next_number;
use crate::escalation::challenge::ProtectiveDeadline;
use crate::escalation::event::{Event, Signature};
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::{EntryReason, LeavingReason, StageEntry};
use crate::escalation::text::Prose;
use crate::policy::{OnDeadline, Stage, Who};

impl Case<'_> {
    /// Entering a stage: its people, and the instant at which its clock runs out. The clock starts
    /// now, when the people are told, also where the stage before was left late.
    pub(super) fn enter_stage(
        &self,
        number: u32,
        round: u32,
        why: EntryReason,
        reason: Option<Prose>,
    ) -> Result<Event, Refusal> {
        let stage = self.stage(number)?;
        let (due, is_protective) = self.due_of(stage, self.now)?;
        let acting = self.route_to_act(stage, number);
        let copied = self.route_all(&stage.copy);
        let mut gaps = acting.gaps;
        let unseen: Vec<_> = copied.gaps.into_iter().filter(|gap| !gaps.contains(gap)).collect();
        gaps.extend(unseen);
        let acts = |seat: &Seat| acting.seats.iter().any(|there| there.is_same_recipient(seat));
        let copied = copied.seats.into_iter().filter(|seat| !acts(seat)).collect();
        let entry = StageEntry {
            number: next_number(self.escalation.stage_entries.len()),
            round,
            stage: number,
            title: stage.title.clone(),
            entered_at: self.now,
            why,
            due,
            is_protective,
            copied,
            acting: acting.seats,
            gaps,
            overdue: None,
            left: None,
        };
        Ok(Event::StageEntered { entry: Box::new(entry), reason })
    }

    pub(super) fn stage(&self, number: u32) -> Result<&Stage, Refusal> {
        let policy = self.rules.policy;
        policy.stage(number).ok_or_else(|| {
            Refusal::field("/stage", format!("must be from 1 to {}", policy.stage_count()))
        })
    }

    /// When a stage's clock runs out: the policy's limit, or the protective deadline if that is
    /// sooner. A protective deadline that has passed cannot be met any more: from then on the
    /// policy's shorter limit counts.
    fn due_of(&self, stage: &Stage, from: UtcInstant) -> Result<(Due, bool), Refusal> {
        let policy = self.rules.policy;
        let protective = self.escalation.protective_deadline.as_ref();
        // Once one ran out, a later one does not bring the longer limit back.
        let ran_out = |entry: &StageEntry| {
            let left = entry.left.as_ref().map(|left| left.why);
            entry.is_protective && left == Some(LeavingReason::DeadlinePassed)
        };
        let passed = protective.is_some_and(|deadline| deadline.at <= from);
        let is_urgent = passed || self.escalation.stage_entries.iter().any(ran_out);
        let own = self.escalation.challenge().map_or("", |challenge| &challenge.urgency_class);
        let after_passed =
            policy.urgency_after_protective_deadline.as_deref().filter(|_| is_urgent);
        let limits = [Some(own), after_passed].into_iter().flatten();
        let by_policy = limits
            .filter_map(|class| policy.limit(stage, class))
            .map(|limit| self.rules.calendar.due(from, limit))
            .min_by_key(|due| due.at)
            .ok_or_else(|| Refusal::not_now("The policy gives this stage no limit."))?;
        Ok(match protective.filter(|deadline| !passed && deadline.at < by_policy.at) {
            Some(deadline) => (self.protective_due(deadline, &by_policy), true),
            None => (by_policy, false),
        })
    }

    fn protective_due(&self, deadline: &ProtectiveDeadline, by_policy: &Due) -> Due {
        let calendar = self.rules.calendar;
        Due {
            at: deadline.at,
            derivation: format!(
                "the protective deadline, {}, which is sooner than {}",
                calendar.say(deadline.at),
                by_policy.derivation
            ),
        }
    }

    fn route_all(&self, whom: &[Who]) -> Route {
        let mut route = Route::default();
        for who in whom {
            route.add(self.route(*who));
        }
        route
    }

    /// Who must act in a stage. Where a rung is held by those who acted in the stage before, such
    /// as a designated lead who raised the challenge, the rung above joins them: a case that moves
    /// up must reach somebody more senior (BSCP rule 3).
    /// A policy that names the same rung again means the same people, with those who joined them.
    /// Nobody stands on both sides, and whoever in the partnership stands in for an agency does not
    /// act where the partnership determines: they are told of the gap.
    fn route_to_act(&self, stage: &Stage, number: u32) -> Route {
        let before = self.escalation.stage_entries.iter().rev().find(|entry| entry.stage < number);
        let named_before = |who: &Who| {
            before
                .and_then(|entry| self.rules.policy.stage(entry.stage))
                .is_some_and(|stage| stage.act.contains(who))
        };
        let acted = |seat: &Seat| {
            before.is_some_and(|entry| entry.acting.iter().any(|b| b.is_same_recipient(seat)))
        };
        let mut route = Route::default();
        for who in &stage.act {
            let mut found = self.route(*who);
            let mut rung = match who {
                who if named_before(who) => {
                    found.add(stay_on(before, *who));
                    None
                }
                Who::Rung(side, rung) => rung.above().map(|above| (*side, above)),
                Who::Function(_) => None,
            };
            while let Some((side, above)) = rung
                && found.seats.iter().all(|seat| acted(seat) || faces_itself(&route, seat))
            {
                found.add(self.route(Who::Rung(side, above)));
                rung = above.above().map(|next| (side, next));
            }
            if !stage.determine.is_empty() && matches!(who, Who::Rung(..)) {
                found.seats.retain(|seat| seat.side != Side::Partnership);
            }
            route.add(found);
        }
        route
    }

    pub(super) fn route(&self, who: Who) -> Route {
        let directory = self.rules.directory;
        let raising = &self.escalation.raising;
        let challenge = self.escalation.challenge();
        match (who, challenge) {
            (Who::Function(function), _) => directory.route_to_partnership(&[function], self.now),
            (Who::Rung(Side::Raising, Rung::Practitioner), _) => directory.route_to_person(
                Side::Raising,
                raising,
                Rung::Practitioner,
                self.escalation.raiser.person_id,
                self.now,
            ),
            (Who::Rung(Side::Raising, rung), _) => {
                directory.route(Side::Raising, raising, rung, self.now)
            }
            (Who::Rung(Side::Receiving, rung), Some(challenge)) => {
                let party = &challenge.receiving;
                match challenge.receiving_practitioner_id {
                    Some(person) if rung == Rung::Practitioner => {
                        directory.route_to_person(Side::Receiving, party, rung, person, self.now)
                    }
                    _ => directory.route(Side::Receiving, party, rung, self.now),
                }
            }
            (Who::Rung(..), _) => directory.route_to_partnership(&[], self.now),
        }
    }

    /// What is due now. One stage at a time: the next one's clock starts with this moment, so its
    /// people have their whole time however late this is.
    pub(super) fn lapse(&self) -> Result<Vec<Event>, Refusal> {
        let Some(entry) = self.escalation.current_entry() else {
            return Ok(Vec::new());
        };
        if entry.next_act_at() > self.now {
            return Ok(Vec::new());
        }
        let policy = self.rules.policy;
        let at_of_day = policy.overdue.again_each_working_day_at;
        let tell_again_at = self.rules.calendar.next_working_day_at(self.now, at_of_day);
        if let Some(overdue) = &entry.overdue {
            let times = overdue.told_again_times.saturating_add(1);
            return Ok(vec![Event::OverdueToldAgain { entry: entry.number, times, tell_again_at }]);
        }
        let stays = self.stage(entry.stage)?.on_deadline == OnDeadline::Notify
            || entry.stage >= policy.stage_count();
        let mut events = vec![Event::DeadlinePassed {
            entry: entry.number,
            stage: entry.stage,
            due_at: entry.due.at,
            late_seconds: self.now.since(entry.due.at).num_seconds(),
            answer: self.escalation.answer_by(entry.number, entry.due.at),
            tell_again_at: stays.then_some(tell_again_at),
        }];
        if !stays {
            let next = entry.stage.saturating_add(1);
            events.push(self.left(entry, LeavingReason::DeadlinePassed));
            events.push(self.enter_stage(next, entry.round, EntryReason::DeadlinePassed, None)?);
        }
        Ok(events)
    }

    pub(super) fn left(&self, entry: &StageEntry, why: LeavingReason) -> Event {
        Event::StageLeft { entry: entry.number, why }
    }

    /// Moving up before the deadline.
    pub(super) fn escalate_early(
        &self,
        to_stage: Option<u32>,
        reason: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let last = self.rules.policy.stage_count();
        if entry.stage >= last {
            return Err(Refusal::not_now(
                "This is at the last stage already. The partnership determines it.",
            ));
        }
        let to = to_stage.unwrap_or(entry.stage.saturating_add(1));
        if to <= entry.stage || to > last {
            return Err(Refusal::field(
                "/to_stage",
                format!("must be above the current stage {} and at most {last}", entry.stage),
            ));
        }
        let entered =
            self.enter_stage(to, entry.round, EntryReason::EscalatedEarly, Some(reason))?;
        Ok(vec![self.left(entry, LeavingReason::EscalatedEarly), entered])
    }

    /// Setting or moving the protective deadline: the current stage's clock is worked out again
    /// from when the stage was entered.
    pub(super) fn set_protective_deadline(
        &self,
        by: &Signature,
        deadline: ProtectiveDeadline,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        if deadline.at <= self.now {
            return Err(Refusal::field(
                "/at",
                "must be in the future: a time before which the child must be safe",
            ));
        }
        if entry.overdue.is_some() || entry.due.at <= self.now {
            return Err(Refusal::not_now(
                "This is overdue already: everybody is told again each working day until it ends.",
            ));
        }
        let before = self.escalation.protective_deadline.as_ref();
        if by.side == Side::Receiving && before.is_some_and(|before| before.at < deadline.at) {
            return Err(Refusal::NotYours(
                "The receiving side may bring the protective deadline forward. Only the raising \
                 side and the partnership may move it back."
                    .to_owned(),
            ));
        }
        let mut with = self.escalation.clone();
        with.protective_deadline = Some(deadline.clone());
        let case = Case { escalation: &with, rules: self.rules, now: self.now };
        let (due, is_protective) = case.due_of(self.stage(entry.stage)?, entry.entered_at)?;
        Ok(vec![Event::ProtectiveDeadlineSet { protective_deadline: deadline, due, is_protective }])
    }
}

/// Those who acted for a side in the stage before, seniors who had joined them included.
fn stay_on(before: Option<&StageEntry>, who: Who) -> Route {
    let acted = before.into_iter().flat_map(|entry| &entry.acting);
    let seats = match who {
        Who::Rung(side, _) => acted.filter(|seat| seat.side == side).cloned().collect(),
        Who::Function(_) => Vec::new(),
    };
    Route { seats, gaps: Vec::new() }
}

/// Whether somebody acts for another side already.
fn faces_itself(route: &Route, seat: &Seat) -> bool {
    route.seats.iter().any(|there| there.side != seat.side && there.is_same_recipient(seat))
}
