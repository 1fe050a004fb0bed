//! Entering stages, and what time does.

use super::Case;
use super::clocks::Stay;
use crate::calendar::OutOfHours;
use crate::directory::{Party, Route, Rung, Seat, Side};
use crate::escalation::apply::next_number;
use crate::escalation::challenge::ProtectiveDeadline;
use crate::escalation::event::{Doer, Event, Signature};
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::{Answer, EntryReason, LeavingReason, StageEntry};
use crate::escalation::task_run::Clocks;
use crate::escalation::text::Prose;
use crate::policy::{DUTY_TEAM, Need, RungOrRole, STAGE_TASK, Stage, Who};

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
        let stay = Stay { stage, number, entered_at: self.now, round, paused: Vec::new() };
        let Clocks { due, is_protective, tasks } = self.clocks_at_entry(&stay)?;
        let acting = self.route_to_act(stage, number);
        let consulted = self.route_all(&stage.consult);
        let copied = self.route_all(&stage.copy);
        let mut gaps = acting.gaps;
        for gap in consulted.gaps.into_iter().chain(copied.gaps) {
            if !gaps.contains(&gap) {
                gaps.push(gap);
            }
        }
        let is_in = |seats: &[Seat], seat: &Seat| seats.iter().any(|it| it.is_same_recipient(seat));
        let mut consulted = consulted.seats;
        consulted.retain(|seat| !is_in(&acting.seats, seat));
        let mut copied = copied.seats;
        copied.retain(|seat| !is_in(&acting.seats, seat) && !is_in(&consulted, seat));
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
            consulted,
            gaps,
            tasks,
            pauses: Vec::new(),
            panel: None,
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

    pub(super) fn route_all(&self, whom: &[Who]) -> Route {
        let mut route = Route::default();
        for who in whom {
            route.add(self.route(who));
        }
        route
    }

    /// Who must act in a stage. Where a rung is held by those who acted in the stage before, such
    /// as a designated lead who raised the challenge, the rung above joins them: a case that moves
    /// up must reach somebody more senior (BSCP rule 3).
    /// A policy that names the same rung again means the same people, with those who joined them.
    /// Nobody stands on both sides, and whoever in the partnership stands in for an agency does not
    /// act where the partnership determines: they are told of the gap.
    pub(super) fn route_to_act(&self, stage: &Stage, number: u32) -> Route {
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
            let mut found = self.route(who);
            let mut rung = match who {
                who if named_before(who) => {
                    found.add(stay_on(before, who));
                    None
                }
                Who::Rung(side, rung) => rung.above().map(|above| (*side, above)),
                Who::Role(side, role) => {
                    let on = self.rules.policy.roles.get(role).map(|role| role.rung);
                    on.and_then(Rung::above).map(|above| (*side, above))
                }
                Who::Function(_) => None,
            };
            while let Some((side, above)) = rung
                && found.seats.iter().all(|seat| acted(seat) || faces_itself(&route, seat))
            {
                found.add(self.route(&Who::Rung(side, above)));
                rung = above.above().map(|next| (side, next));
            }
            if !stage.determine.is_empty() && !matches!(who, Who::Function(_)) {
                found.seats.retain(|seat| seat.side != Side::Partnership);
            }
            route.add(found);
        }
        route.add(self.route_to_duty_team(stage));
        // Whoever stays on from the stage before may have been excluded since.
        route.seats.retain(|seat| !self.escalation.excludes_seat(seat));
        route
    }

    /// The people of the duty team, where the policy asks them out of hours.
    fn route_to_duty_team(&self, stage: &Stage) -> Route {
        let calendar = self.rules.calendars.partnership();
        let is_duty = calendar.rules().out_of_hours == OutOfHours::DutyTeam;
        let mut route = Route::default();
        if is_duty && !calendar.is_open_at(self.now) {
            for side in [Side::Raising, Side::Receiving] {
                if stage.act.iter().any(|who| who.side() == side) {
                    route.add(self.route(&Who::Role(side, DUTY_TEAM.to_owned())));
                }
            }
        }
        route
    }

    pub(super) fn route(&self, who: &Who) -> Route {
        let directory = self.rules.directory;
        let (side, rung) = match who {
            Who::Function(function) => {
                return directory.route_to_partnership(&[*function], self.now);
            }
            Who::Rung(side, rung) => (*side, *rung),
            Who::Role(side, role) => return self.route_to_role(*side, role),
        };
        let Some(party) = self.party(side) else {
            return directory.route_to_partnership(&[], self.now);
        };
        let in_person = match side {
            Side::Raising => Some(self.escalation.raiser.person_id),
            _ => self.escalation.challenge().and_then(|it| it.receiving_practitioner_id),
        };
        if let (Rung::Practitioner, Some(person)) = (rung, in_person) {
            return directory.route_to_person(side, party, rung, person, self.now);
        }
        self.stand_in(side, party, &RungOrRole::Rung(rung))
            .unwrap_or_else(|| directory.route(side, party, rung, self.now))
    }

    /// Another agency's people, where the policy lets them stand in for a rung or a role that
    /// agencies of this sector do not have.
    fn stand_in(&self, side: Side, party: &Party, post: &RungOrRole) -> Option<Route> {
        let directory = self.rules.directory;
        let sector = directory.sector_of(party.agency_id)?;
        let stand_ins = &self.rules.policy.stand_ins;
        let it = stand_ins.iter().find(|it| it.for_sector == sector && it.post == *post)?;
        let others = directory.agencies_of_sector(it.by_sector);
        let other = others.first()?;
        Some(match &it.by_post {
            RungOrRole::Rung(rung) => directory.route(side, other, *rung, self.now),
            RungOrRole::Role(key) => {
                let role = self.rules.policy.roles.get(key)?;
                directory.route_to_role(side, other, key, role.rung, &role.title, self.now)
            }
        })
    }

    fn route_to_role(&self, side: Side, key: &str) -> Route {
        let directory = self.rules.directory;
        let role = self.rules.policy.roles.get(key);
        match (self.party(side), role) {
            (Some(party), Some(role)) => {
                self.stand_in(side, party, &RungOrRole::Role(key.to_owned())).unwrap_or_else(|| {
                    directory.route_to_role(side, party, key, role.rung, &role.title, self.now)
                })
            }
            (Some(party), None) => directory.route(side, party, Rung::HeadOfService, self.now),
            (None, _) => directory.route_to_partnership(&[], self.now),
        }
    }

    /// The agency on a side; none for the partnership, and for the receiving side of a draft.
    pub(super) fn party(&self, side: Side) -> Option<&Party> {
        match side {
            Side::Raising => Some(&self.escalation.raising),
            Side::Receiving => self.escalation.challenge().map(|challenge| &challenge.receiving),
            Side::Partnership => None,
        }
    }

    pub(super) fn left(&self, entry: &StageEntry, why: LeavingReason) -> Event {
        let missing = |need: &&Need| !self.stands(**need, entry);
        let needs = self.stage(entry.stage).map(|stage| stage.exit_needs.as_slice());
        let needs = needs.unwrap_or_default().iter().filter(missing);
        let unrecorded = needs.map(|need| need.in_words().to_owned()).collect();
        Event::StageLeft { entry: entry.number, why, unrecorded }
    }

    /// Whether something that a policy wants stands in the record.
    fn stands(&self, need: Need, entry: &StageEntry) -> bool {
        let it = self.escalation;
        let stated = |side: Side| {
            it.positions.iter().any(|p| p.stage_entry == entry.number && p.by.side == side)
        };
        match need {
            Need::RaisingPosition => stated(Side::Raising),
            Need::ReceivingPosition => stated(Side::Receiving),
            Need::Answer => {
                !matches!(it.answer_in(entry.number), Answer::Silence | Answer::AcknowledgedOnly)
            }
            Need::Discussion => it.discussions.iter().any(|d| d.stage_entry == entry.number),
            Need::Meeting => it.meetings.iter().any(|m| m.recorded_in == Some(entry.number)),
            Need::Action => !it.actions.is_empty(),
        }
    }

    /// Refuses what people do while something that the policy wants does not stand in the record.
    /// Time is not held up by it.
    pub(super) fn needs(&self, needs: &[Need], entry: &StageEntry) -> Result<(), Refusal> {
        let missing: Vec<&str> = needs
            .iter()
            .filter(|need| !self.stands(**need, entry))
            .map(|need| need.in_words())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Refusal::not_now(format!(
            "The policy wants this in the record first: {}.",
            missing.join("; ")
        )))
    }

    /// The stage that a case moves to from a stay. Where a cap over several stages ran out, that is
    /// the one after them. Stages that are not for this case are passed by; none is left after the
    /// last.
    pub(super) fn next_stage(&self, entry: &StageEntry) -> Option<u32> {
        let last = self.rules.policy.stage_count();
        let policy_stage = self.rules.policy.stage(entry.stage)?;
        let mut next = policy_stage.escalates_to.unwrap_or(entry.stage.saturating_add(1));
        if let Some(to) = self.cap_ran_out(entry) {
            next = next.max(to.saturating_add(1).min(last));
        }
        if next <= entry.stage {
            next = entry.stage.saturating_add(1);
        }
        while next < last
            && self.rules.policy.stage(next).is_some_and(|stage| !self.holds(&stage.when))
        {
            next = next.saturating_add(1);
        }
        (next <= last).then_some(next)
    }

    /// The last stage that a cap spans which has run out over a stay.
    fn cap_ran_out(&self, entry: &StageEntry) -> Option<u32> {
        let stay = self.stay_of(entry).ok()?;
        // Looked at from just before the stage's own clock runs out, the cap still lies ahead.
        let tasks = entry.all_tasks();
        let own = tasks.iter().find(|task| task.key == STAGE_TASK)?.clock()?;
        if own.due.at > self.now {
            return None;
        }
        let before = Case { now: entry.entered_at, ..*self };
        let (cap, due) = before.cap_over(&stay)?;
        (due.at <= own.due.at).then_some(cap.to_stage)
    }

    /// Moving up before the deadline.
    pub(super) fn escalate_early(
        &self,
        to_stage: Option<u32>,
        reason: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let last = self.rules.policy.stage_count();
        let Some(next) = self.next_stage(entry) else {
            return Err(Refusal::not_now(
                "This is at the last stage already. The partnership determines it.",
            ));
        };
        let to = to_stage.unwrap_or(next);
        if to <= entry.stage || to > last {
            return Err(Refusal::field(
                "/to_stage",
                format!("must be above the current stage {} and at most {last}", entry.stage),
            ));
        }
        self.needs(&self.stage(to)?.entry_needs, entry)?;
        let entered =
            self.enter_stage(to, entry.round, EntryReason::EscalatedEarly, Some(reason))?;
        Ok(vec![self.left(entry, LeavingReason::EscalatedEarly), entered])
    }

    /// Setting or moving the protective deadline: the stage's clocks are worked out again from
    /// where they started. Clocks that stand still go on: what protects the child does not wait.
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
        if entry.overdue.is_some() || (entry.pause().is_none() && entry.due.at <= self.now) {
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
        let mut events: Vec<Event> = Vec::new();
        let mut with = self.escalation.clone();
        if let Some(pause) = entry.pause() {
            let ended = self.end_pause(entry, pause)?;
            with = with.apply(&ended, &Doer::Person(by.clone()), self.now);
            events.push(ended);
        }
        with.protect_by(deadline.clone(), self.now);
        let case = Case { escalation: &with, rules: self.rules, now: self.now };
        let Clocks { due, is_protective, tasks } = case.clocks_again(case.open_entry()?)?;
        events.push(Event::ProtectiveDeadlineSet {
            protective_deadline: deadline,
            due,
            is_protective,
            tasks,
        });
        Ok(events)
    }
}

/// Those who acted for a side in the stage before, seniors who had joined them included.
fn stay_on(before: Option<&StageEntry>, who: &Who) -> Route {
    let acted = before.into_iter().flat_map(|entry| &entry.acting);
    let seats = match who {
        Who::Rung(side, _) | Who::Role(side, _) => {
            acted.filter(|seat| seat.side == *side).cloned().collect()
        }
        Who::Function(_) => Vec::new(),
    };
    Route { seats, gaps: Vec::new() }
}

/// Whether somebody acts for another side already.
fn faces_itself(route: &Route, seat: &Seat) -> bool {
    route.seats.iter().any(|there| there.side != seat.side && there.is_same_recipient(seat))
}
