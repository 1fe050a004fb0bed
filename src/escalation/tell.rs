//! Who must be told of what happened. Nobody on a case is left out, and nobody is told twice of
//! one command: whoever has to act is told that, all others are informed.

use super::decide::Rules;
use super::event::{Doer, Event};
use super::stage_entry::{EntryReason, StageEntry};
use super::state::{Escalation, Stance};
use crate::clock::UtcInstant;
use crate::directory::{PartnershipFunction, Route, Seat, SeatCapacity, Side};
use crate::ids::PersonId;
use crate::policy::{OnRefusal, STAGE_TASK};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a message is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A stage begins, and the recipient must act in it.
    ActionNeeded,
    /// A stage begins; the recipient is informed.
    StageEntered,
    /// The challenge arrived on the receiving side.
    Acknowledged,
    /// A side stated its position.
    PositionStated,
    /// The receiving side answered.
    Responded,
    /// The receiving side refused: the raising side may escalate now.
    Refused,
    /// An outcome is proposed, and the recipient's side has to confirm or decline it.
    ProposalToAnswer,
    /// An outcome is proposed; the recipient is informed.
    Proposed,
    /// A proposal was declined.
    ProposalDeclined,
    /// Both sides agreed.
    Agreed,
    /// The partnership determined the outcome.
    Determined,
    /// The raising side withdrew.
    Withdrawn,
    /// The case was taken up again.
    Reopened,
    /// The stage's clock was moved by a protective deadline.
    DueMoved,
    /// The case is overdue and nobody stands above.
    Overdue,
    /// The case is overdue; the recipient is informed.
    StillOverdue,
    /// A meeting was arranged.
    MeetingArranged,
    /// An action was set down.
    ActionSet,
    /// The ladder has a gap that somebody has to mend.
    Gap,
    /// A message could not be delivered; the recipient is told in its place.
    NoticeFailed,
    /// A message has not been taken for a quarter of an hour; the recipient is told too.
    NoticeDelayed,
    /// A task of the stage begins, and the recipient must do it.
    TaskBegins,
    /// A task of the stage was not done in time; the recipient is informed.
    TaskMissed,
    /// A clock runs out soon, and the recipient must act.
    Reminder,
    /// The case is about to move up, and the recipient's side has not answered.
    EscalationWarning,
    /// A stage begins, and the recipient is to be consulted.
    Consulted,
    /// The clocks stand still.
    Paused,
    /// The clocks go on.
    PauseEnded,
    /// The case goes by another version of the policy.
    PolicyMoved,
    /// The case was referred out.
    Referred,
    /// Somebody who does not see the case looked at it in an emergency.
    GlassBroken,
    /// A daily list of what waits for the recipient.
    Chaser,
    /// A daily list for the partnership.
    Digest,
    /// The server cannot act on the case; the partnership has to.
    SetAside,
    /// A report that goes to the recipient at a time of day, as a link.
    Report,
}

impl NoticeKind {
    /// Whether the recipient is asked to do something.
    pub fn asks(self) -> bool {
        matches!(
            self,
            Self::ActionNeeded
                | Self::Refused
                | Self::ProposalToAnswer
                | Self::Overdue
                | Self::Gap
                | Self::NoticeFailed
                | Self::NoticeDelayed
                | Self::TaskBegins
                | Self::Reminder
                | Self::EscalationWarning
                | Self::Consulted
                | Self::Chaser
                | Self::SetAside
        )
    }
}

/// One message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who it goes to.
    pub seat: Seat,
    /// What it is about.
    pub kind: NoticeKind,
}

/// Who must be told of `events`, which led to `after`.
pub fn tell(
    after: &Escalation,
    events: &[Event],
    doer: &Doer,
    rules: &Rules<'_>,
    now: UtcInstant,
) -> Vec<Notice> {
    let mut telling = Telling { after, rules, now, notices: Vec::new() };
    // A stage that begins comes first: what asks somebody to act goes before what informs them.
    let (begins, rest): (Vec<&Event>, Vec<&Event>) =
        events.iter().partition(|event| matches!(event, Event::StageEntered { .. }));
    for event in begins.into_iter().chain(rest) {
        telling.of(event);
    }
    let doer_id = match doer {
        Doer::Person(by) => Some(by.person_id),
        Doer::Time => None,
    };
    // Whoever did it knows. What asks them to act they are told all the same.
    telling.notices.retain(|notice| {
        notice.kind.asks() || doer_id.is_none() || notice.seat.person_id != doer_id
    });
    telling.notices
}

struct Telling<'a> {
    after: &'a Escalation,
    rules: &'a Rules<'a>,
    now: UtcInstant,
    notices: Vec<Notice>,
}

impl Telling<'_> {
    fn of(&mut self, event: &Event) {
        match event {
            Event::StageEntered { entry, .. } => self.stage_entered(entry),
            Event::DeadlinePassed { tell_again_at: Some(_), .. }
            | Event::OverdueToldAgain { .. } => self.overdue(),
            Event::Acknowledged { .. } => {
                self.side(Side::Raising, NoticeKind::Acknowledged);
            }
            Event::PositionStated { .. } => self.everybody_acting(NoticeKind::PositionStated),
            Event::Responded { stance: Stance::Refuses, .. } if self.refusal_prompts() => {
                self.side(Side::Raising, NoticeKind::Refused);
                self.everybody_acting(NoticeKind::Responded);
            }
            Event::Responded { .. } => self.everybody_acting(NoticeKind::Responded),
            Event::Proposed { .. } => {
                if let Some(proposal) = self.after.open_proposal() {
                    let answers = super::decide::other_side(proposal.by.side);
                    self.acting_of(answers, NoticeKind::ProposalToAnswer);
                }
                self.everybody_acting(NoticeKind::Proposed);
                self.raiser(NoticeKind::Proposed);
            }
            Event::ProposalDeclined { .. } => {
                self.everybody_acting(NoticeKind::ProposalDeclined);
                self.raiser(NoticeKind::ProposalDeclined);
            }
            Event::Agreed { .. } => self.everybody(NoticeKind::Agreed),
            Event::Determined { .. } => self.everybody(NoticeKind::Determined),
            // A draft is seen by its writer alone, and so is that it was discarded.
            Event::Withdrawn { .. } if self.after.raised_at.is_none() => {}
            Event::Withdrawn { .. } => self.everybody(NoticeKind::Withdrawn),
            Event::Reopened { .. } => self.everybody(NoticeKind::Reopened),
            Event::ProtectiveDeadlineSet { .. } => {
                self.everybody_acting(NoticeKind::DueMoved);
                self.raiser(NoticeKind::DueMoved);
            }
            other => self.of_clocks(other),
        }
    }

    /// What tasks, clocks and panels ask people to know.
    fn of_clocks(&mut self, event: &Event) {
        match event {
            Event::DeadlinePassed { tell_again_at: None, task, entry, .. } => {
                let moves_on = self.after.current_entry().is_none_or(|it| it.number != *entry);
                if !moves_on {
                    self.task_missed(task.as_deref().unwrap_or(STAGE_TASK));
                }
            }
            Event::TasksMoved { started, .. } => {
                for key in started {
                    self.doers_of(key, NoticeKind::TaskBegins);
                }
            }
            Event::Reminded { tasks, .. } => {
                for key in tasks {
                    self.doers_of(key, NoticeKind::Reminder);
                }
            }
            Event::OtherSideWarned { .. } => {
                self.acting_of(Side::Receiving, NoticeKind::EscalationWarning);
            }
            Event::DeadlineExtended { .. }
            | Event::UrgencyChanged { .. }
            | Event::DeadlinesRecounted { .. } => {
                self.everybody_acting_and_raiser(NoticeKind::DueMoved)
            }
            Event::Paused { .. } => self.everybody_acting_and_raiser(NoticeKind::Paused),
            Event::PauseEnded { .. } => self.everybody_acting_and_raiser(NoticeKind::PauseEnded),
            Event::PolicyMoved { .. } => self.everybody_acting_and_raiser(NoticeKind::PolicyMoved),
            Event::PanelConvened { panel } => {
                for seat in &panel.members {
                    self.add(seat.clone(), NoticeKind::ActionNeeded);
                }
                self.everybody_acting_and_raiser(NoticeKind::MeetingArranged);
            }
            Event::Referred { .. } => self.everybody(NoticeKind::Referred),
            Event::Restricted { acting, gaps, .. } => self.restricted(acting, gaps.is_empty()),
            Event::GlassBroken { .. } => self.glass_broken(),
            Event::MeetingArranged { .. } => self.everybody_acting(NoticeKind::MeetingArranged),
            Event::ActionSet { .. } => self.everybody_acting(NoticeKind::ActionSet),
            Event::NoticeFailed { to_last_resort: true, .. } => {
                let seat = self.rules.directory.last_resort();
                self.add(seat, NoticeKind::NoticeFailed);
            }
            Event::NoticeFailed { .. } => self.business_manager(NoticeKind::NoticeFailed),
            Event::NoticeDelayed { person_id, .. } => self.notice_delayed(*person_id),
            Event::Drafted { .. }
            | Event::DraftChanged { .. }
            | Event::Raised { .. }
            | Event::StageLeft { .. }
            | Event::ProposalConfirmed { .. }
            | Event::MeetingRecorded { .. }
            | Event::ActionDone { .. }
            | Event::FeedbackGiven { .. }
            | Event::Debriefed { .. }
            | Event::DiscussionRecorded { .. }
            | Event::TaskTicked { .. }
            | Event::RecordConfirmed => {}
            // The rest was told of above.
            _ => {}
        }
    }

    /// The business manager knows; where the message is for them, the partnership's own address.
    fn notice_delayed(&mut self, recipient: Option<PersonId>) {
        let directory = self.rules.directory;
        let function = [PartnershipFunction::BusinessManager];
        let mut seats = directory.route_to_partnership(&function, self.now).seats;
        seats.retain(|seat| seat.person_id.is_none() || seat.person_id != recipient);
        if seats.is_empty() {
            seats.push(directory.last_resort());
        }
        for seat in seats {
            self.add(seat, NoticeKind::NoticeDelayed);
        }
    }

    /// Whether the raising side is asked, after a refusal, to escalate now.
    fn refusal_prompts(&self) -> bool {
        let stage = self.after.current_entry().and_then(|it| self.rules.policy.stage(it.stage));
        stage.is_none_or(|stage| stage.on_refusal != OnRefusal::Inform)
    }

    /// Whoever joins those who must act in place of somebody excluded is asked to.
    fn restricted(&mut self, acting: &[Seat], is_whole: bool) {
        for seat in acting {
            self.add(seat.clone(), NoticeKind::ActionNeeded);
        }
        if !is_whole {
            self.business_manager(NoticeKind::Gap);
        }
    }

    /// The officers, those who act now, and the safeguarding leads of both agencies know.
    fn glass_broken(&mut self) {
        let directory = self.rules.directory;
        let officers = directory.route_to_partnership(&PartnershipFunction::OFFICERS, self.now);
        for seat in officers.seats {
            self.add(seat, NoticeKind::GlassBroken);
        }
        self.everybody_acting_and_raiser(NoticeKind::GlassBroken);
        let receiving = self.after.challenge().map(|it| (Side::Receiving, it.receiving.agency_id));
        let agencies: Vec<_> =
            [(Side::Raising, self.after.raising.agency_id)].into_iter().chain(receiving).collect();
        for seat in directory.safeguarding_leads(&agencies, self.now) {
            self.add(seat, NoticeKind::GlassBroken);
        }
    }

    fn everybody_acting_and_raiser(&mut self, kind: NoticeKind) {
        self.everybody_acting(kind);
        self.raiser(kind);
    }

    /// Those who must do a task: named in it, or else all who must act in the stage.
    fn doers_of(&mut self, key: &str, kind: NoticeKind) {
        let entry = self.after.stage_entries.last();
        let run = entry.and_then(|entry| entry.tasks.iter().find(|run| run.key == key));
        match run {
            Some(run) if !run.acting.is_empty() => {
                for seat in run.acting.clone() {
                    self.add(seat, kind);
                }
            }
            _ => self.everybody_acting(kind),
        }
    }

    /// A task was not done in time: those who must do it, the raiser and the partnership know.
    fn task_missed(&mut self, key: &str) {
        self.doers_of(key, NoticeKind::TaskMissed);
        self.raiser(NoticeKind::TaskMissed);
        self.business_manager(NoticeKind::TaskMissed);
    }

    /// Those who act are asked; the copied, the raiser and everybody of the stages before are
    /// informed; each gap goes to the partnership.
    fn stage_entered(&mut self, entry: &StageEntry) {
        for seat in &entry.acting {
            self.add(seat.clone(), NoticeKind::ActionNeeded);
        }
        for task in entry.tasks.iter().filter(|task| task.clock().is_some()) {
            for seat in &task.acting {
                self.add(seat.clone(), NoticeKind::TaskBegins);
            }
        }
        for seat in &entry.consulted {
            self.add(seat.clone(), NoticeKind::Consulted);
        }
        if !entry.gaps.is_empty() {
            self.business_manager(NoticeKind::Gap);
        }
        let informs = match entry.why {
            EntryReason::Reopened => NoticeKind::Reopened,
            _ => NoticeKind::StageEntered,
        };
        for seat in &entry.copied {
            self.add(seat.clone(), informs);
        }
        let earlier: Vec<Seat> = self
            .after
            .reached()
            .into_iter()
            .filter(|seat| seat.side != Side::Partnership)
            .cloned()
            .collect();
        for seat in earlier {
            self.add(seat, informs);
        }
        self.raiser(informs);
    }

    fn overdue(&mut self) {
        for who in &self.rules.policy.overdue.tell {
            for seat in super::decide::route(self.after, self.rules, who, self.now).seats {
                self.add(seat, NoticeKind::Overdue);
            }
        }
        self.everybody_acting(NoticeKind::Overdue);
        // Whoever stands in by now for those who went away since is asked as well.
        let stage = self.after.current_entry().and_then(|e| self.rules.policy.stage(e.stage));
        for who in stage.map(|stage| stage.act.as_slice()).unwrap_or_default() {
            for seat in super::decide::route(self.after, self.rules, who, self.now).seats {
                self.add(seat, NoticeKind::Overdue);
            }
        }
        self.raiser(NoticeKind::StillOverdue);
    }

    fn everybody(&mut self, kind: NoticeKind) {
        for seat in self.after.reached().into_iter().cloned().collect::<Vec<_>>() {
            self.add(seat, kind);
        }
        self.raiser(kind);
        self.business_manager(kind);
    }

    fn everybody_acting(&mut self, kind: NoticeKind) {
        for side in [Side::Raising, Side::Receiving, Side::Partnership] {
            self.acting_of(side, kind);
        }
    }

    fn acting_of(&mut self, side: Side, kind: NoticeKind) {
        let seats: Vec<Seat> = self
            .after
            .stage_entries
            .last()
            .map(|entry| entry.acting.iter().filter(|seat| seat.side == side).cloned().collect())
            .unwrap_or_default();
        for seat in seats {
            self.add(seat, kind);
        }
    }

    fn side(&mut self, side: Side, kind: NoticeKind) {
        self.acting_of(side, kind);
        if side == Side::Raising {
            self.raiser(kind);
        }
    }

    fn raiser(&mut self, kind: NoticeKind) {
        let raiser = &self.after.raiser;
        self.add(
            Seat {
                side: Side::Raising,
                rung: crate::directory::Rung::Practitioner,
                post_id: raiser.post_id,
                post_title: raiser.post_title.clone(),
                person_id: Some(raiser.person_id),
                name: raiser.name.clone(),
                capacity: SeatCapacity::Person,
            },
            kind,
        );
    }

    fn business_manager(&mut self, kind: NoticeKind) {
        self.partnership(PartnershipFunction::BusinessManager, kind);
    }

    fn partnership(&mut self, function: PartnershipFunction, kind: NoticeKind) {
        let route: Route = self.rules.directory.route_to_partnership(&[function], self.now);
        for seat in route.seats {
            self.add(seat, kind);
        }
    }

    /// The first reason to tell somebody counts: callers name what asks before what informs.
    fn add(&mut self, seat: Seat, kind: NoticeKind) {
        if self.after.excludes_seat(&seat) {
            return;
        }
        if !self.notices.iter().any(|there| there.seat.is_same_recipient(&seat)) {
            self.notices.push(Notice { seat, kind });
        }
    }
}
