//! What ought to come of what people ask: who may, when, and what is recorded and told.

use super::oracle::{Happens, Now, Oracle, Stay, names};
use super::policies::{Limit, May, Then};
use super::reaching::Side::{self, Partnership, Raising, Receiving};
use super::reaching::{Seat, in_posts, stands_in};
use super::reckoning::{At, day_of, due, hour, next_worked};
use super::script::Ask;
use super::world::{POSTS, RAISER, Staff};
use chrono::TimeDelta;

/// There is nothing that they can see.
pub const NOT_FOUND: u16 = 404;
const NOT_YOURS: u16 = 403;
const NOT_NOW: u16 = 409;
const FAULTY: u16 = 422;

/// What somebody is to the case.
#[derive(Clone, Copy)]
struct Standing {
    side: Side,
    acts: bool,
    raised: bool,
    determines: bool,
}

/// Refuses unless it holds.
fn need(holds: bool, otherwise: u16) -> Result<(), u16> {
    if holds { Ok(()) } else { Err(otherwise) }
}

/// One of a numbered list.
fn numbered<T>(list: &mut [T], number: u32) -> Result<&mut T, u16> {
    let place = (number as usize).checked_sub(1).ok_or(NOT_FOUND)?;
    list.get_mut(place).ok_or(NOT_FOUND)
}

impl Oracle {
    /// What ought to come of it, or the status with which it ought to be refused.
    pub fn ask(
        &mut self,
        who: &'static str,
        ask: Ask,
        at: At,
        staff: &Staff,
    ) -> Result<Happens, u16> {
        let standing = self.allows(who, ask, staff)?;
        let mut now = Now { at, staff, doer: Some(who), happens: Happens::default() };
        match ask {
            Ask::Write { .. } | Ask::Raise => self.draft(ask, &mut now)?,
            Ask::Withdraw | Ask::Reopen(_) => self.end_or_begin(ask, &mut now)?,
            Ask::Record(_) | Ask::DoneAction(_) => self.tick_off(ask, &mut now)?,
            Ask::Feedback | Ask::Debrief { .. } | Ask::TickRecord => {
                self.follow(ask, standing, &mut now)?;
            }
            Ask::SetAction => {
                // At any time.
                need(!self.stays.is_empty(), NOT_NOW)?;
                self.actions.push(false);
                now.record(&["action_set"]);
                self.tell_acting("ActionSet", &mut now);
            }
            _ => {
                need(self.status == "open", NOT_NOW)?;
                match ask {
                    Ask::Propose { .. } | Ask::Confirm(_) | Ask::Decline(_) => {
                        self.agree(ask, standing, &mut now)?;
                    }
                    Ask::Escalate(_) | Ask::Determine { .. } | Ask::StepDown(_) => {
                        self.move_on(ask, standing, &mut now)?;
                    }
                    Ask::Protect(_)
                    | Ask::Extend(_)
                    | Ask::Pause(_)
                    | Ask::Resume
                    | Ask::Class { .. } => self.wind(ask, standing, &mut now)?,
                    _ => self.say(ask, standing, &mut now)?,
                }
            }
        }
        Ok(now.happens)
    }

    /// Whether somebody may ask it at all: what they are to the case.
    pub fn may(&self, who: &'static str, ask: Ask, staff: &Staff) -> Result<(), u16> {
        self.allows(who, ask, staff).map(|_| ())
    }

    fn allows(&self, who: &'static str, ask: Ask, staff: &Staff) -> Result<Standing, u16> {
        let it = self.standing(who, staff).ok_or(NOT_FOUND)?;
        let officer = it.side == Partnership;
        let allowed = match ask {
            Ask::Write { .. } | Ask::Raise => it.raised,
            Ask::Acknowledge | Ask::Accept | Ask::Refuse | Ask::NeedInformation => {
                it.acts && it.side == Receiving
            }
            Ask::State => !officer,
            Ask::Propose { .. } | Ask::Confirm(_) | Ask::Decline(_) => it.acts && !officer,
            Ask::Determine { .. } => it.acts && officer,
            Ask::Withdraw => it.raised || (it.acts && it.side == Raising),
            Ask::DoneAction(_) | Ask::Feedback | Ask::Debrief { .. } | Ask::TickRecord => true,
            _ => it.raised || it.acts || officer,
        };
        need(allowed, NOT_YOURS)?;
        Ok(it)
    }

    /// Whether somebody who acts for the partnership does so in a post that determines; whoever
    /// stands in does so only where nobody is there whose own it is.
    fn in_their_own_right(&self, stay: &Stay, who: &'static str, staff: &Staff) -> bool {
        let own: Vec<usize> = (0..POSTS.len())
            .filter(|post| self.stage().determine.contains(&POSTS[*post].who))
            .filter(|post| !in_posts(staff, &[POSTS[*post].who]).0.is_empty())
            .filter(|post| stay.acting.iter().any(|seat| seat.post == Some(*post)))
            .collect();
        let asked = |post| stay.acting.iter().any(|it| it.name == who && it.post == Some(post));
        own.is_empty() || own.iter().any(|post| stands_in(staff, *post, who) || asked(*post))
    }

    fn standing(&self, who: &'static str, staff: &Staff) -> Option<Standing> {
        let raised = who == RAISER;
        let Some(stay) = self.stays.last() else {
            let it = Standing { side: Raising, acts: true, raised, determines: false };
            return raised.then_some(it);
        };
        let by_post = |seat: &Seat| seat.post.is_some_and(|post| stands_in(staff, post, who));
        // Whoever has left the post in which they were reached acts no more, and still sees it.
        let left = |seat: &Seat| seat.post.is_some() && !seat.deputises && !by_post(seat);
        let in_person = |seat: &&Seat| seat.name == who && !left(seat);
        let acting = stay.acting.iter().find(in_person);
        if let Some(seat) = acting.or_else(|| stay.acting.iter().find(|seat| by_post(seat))) {
            let determines = seat.determines && self.in_their_own_right(stay, who, staff);
            return Some(Standing { side: seat.side, acts: true, raised, determines });
        }
        let seats = || self.stays.iter().rev().flat_map(|it| it.acting.iter().chain(&it.copied));
        let reached = seats().find(|it| it.name == who).or_else(|| seats().find(|it| by_post(it)));
        let is_officer = (0..POSTS.len())
            .any(|it| POSTS[it].who.starts_with("partnership") && stands_in(staff, it, who));
        let side = match reached {
            _ if raised => Raising,
            Some(seat) => seat.side,
            None if is_officer => Partnership,
            None => return None,
        };
        Some(Standing { side, acts: false, raised, determines: false })
    }

    fn draft(&mut self, ask: Ask, now: &mut Now<'_>) -> Result<(), u16> {
        need(self.status == "draft", NOT_NOW)?;
        if let Ask::Write { whole } = ask {
            self.whole = whole;
            now.record(&["draft_changed"]);
            return Ok(());
        }
        let stages = self.policy.stages.len();
        let is_stage = self.wish.is_none_or(|it| (1..=stages).contains(&(it as usize)));
        let is_ahead = self.protective.is_none_or(|it| it > now.at);
        need(self.whole && is_stage && is_ahead, FAULTY)?;
        self.status = "open";
        now.record(&["raised"]);
        let start = if self.urgent { self.policy.urgent_starts } else { 1 };
        let stage = self.wish.map_or(start, |it| it as usize);
        self.enter(stage - 1, "StageEntered", now);
        Ok(())
    }

    fn end(&mut self, how: &str, status: &'static str, notice: &str, now: &mut Now<'_>) {
        now.record(&["stage_left", how]);
        self.status = status;
        self.ended = Some(now.at);
        self.tell_everybody(notice, now);
    }

    fn end_or_begin(&mut self, ask: Ask, now: &mut Now<'_>) -> Result<(), u16> {
        let Ask::Reopen(wish) = ask else {
            if self.status == "draft" {
                self.status = "withdrawn";
                now.record(&["withdrawn"]);
                return Ok(());
            }
            need(self.status == "open", NOT_NOW)?;
            self.end("withdrawn", "withdrawn", "Withdrawn", now);
            return Ok(());
        };
        need(self.status != "open", NOT_NOW)?;
        let ended = self.ended.ok_or(NOT_NOW)?;
        if let Some((times, days)) = self.policy.reopening {
            need(self.reopened < times, NOT_NOW)?;
            need(now.at <= ended + TimeDelta::days(days), NOT_NOW)?;
        }
        let last = self.stays.last().map_or(0, |it| it.stage);
        let stage = wish.map_or(Some(last), |it| (it as usize).checked_sub(1)).ok_or(FAULTY)?;
        need((last..self.policy.stages.len()).contains(&stage), FAULTY)?;
        self.reopened += 1;
        self.round_began = self.stays.len();
        self.status = "open";
        self.ended = None;
        self.ticked.clear();
        now.record(&["reopened"]);
        self.enter(stage, "Reopened", now);
        Ok(())
    }

    fn say(&mut self, ask: Ask, by: Standing, now: &mut Now<'_>) -> Result<(), u16> {
        let (at, stage) = (now.at, self.stage());
        let last = self.stay().stage + 1 == self.policy.stages.len();
        let answers = !matches!(ask, Ask::Acknowledge | Ask::Arrange(_) | Ask::Discuss(_));
        if answers {
            self.stay().noticed = Some(at);
        }
        if answers && by.side == Receiving {
            self.stay().answered.get_or_insert(at);
        }
        match ask {
            Ask::Acknowledge => {
                // Once a stage, and again where it is overdue and nobody has done anything about it.
                let stay = self.stay();
                let unnoticed =
                    stay.overdue_since.is_some_and(|it| stay.noticed.is_none_or(|at| at < it));
                need(unnoticed || stay.acknowledged.is_none(), NOT_NOW)?;
                stay.acknowledged.get_or_insert(at);
                stay.noticed = Some(at);
                now.record(&["acknowledged"]);
                self.tell_raising("Acknowledged", now);
            }
            Ask::State => {
                now.record(&["position_stated"]);
                self.tell_acting("PositionStated", now);
            }
            Ask::Refuse if stage.on_refusal == Then::Escalate && !last => {
                now.record(&["responded", "stage_left"]);
                let next = self.stay().stage + 1;
                self.enter(next, "StageEntered", now);
            }
            Ask::Accept | Ask::Refuse | Ask::NeedInformation => {
                now.record(&["responded"]);
                if ask == Ask::Refuse && stage.on_refusal != Then::Inform {
                    self.tell_raising("Refused", now);
                }
                self.tell_acting("Responded", now);
            }
            Ask::Arrange(_) => {
                let Ask::Arrange(minutes) = ask else { return Err(FAULTY) };
                self.meetings.push((at + TimeDelta::minutes(minutes), false));
                now.record(&["meeting_arranged"]);
                self.tell_acting("MeetingArranged", now);
            }
            Ask::Discuss(minutes) => {
                need(minutes <= 0, FAULTY)?;
                now.record(&["discussion_recorded"]);
            }
            _ => unreachable!("{ask:?}"),
        }
        Ok(())
    }

    fn tell_raising(&mut self, kind: &str, now: &mut Now<'_>) {
        let raising: Vec<&str> = (self.stay().acting.iter())
            .filter(|seat| seat.side == Raising)
            .map(|seat| seat.name)
            .collect();
        now.tell(kind, raising);
        now.tell(kind, [RAISER]);
    }

    fn tell_acting(&mut self, kind: &str, now: &mut Now<'_>) {
        let acting = names(&self.stay().acting);
        now.tell(kind, acting);
    }

    fn agree(&mut self, ask: Ask, by: Standing, now: &mut Now<'_>) -> Result<(), u16> {
        let (at, this) = (now.at, self.stays.len() - 1);
        let began = self.round_began;
        if let Ask::Propose { known } = ask {
            let on_table = self.proposals.iter().any(|it| !it.2 && it.1 >= began);
            need(known, FAULTY)?;
            need(!on_table, NOT_NOW)?;
            self.proposals.push((by.side, this, false));
            self.stay().noticed = Some(at);
            now.record(&["proposed"]);
            let other: Vec<&str> = (self.stay().acting.iter())
                .filter(|seat| seat.side != by.side && seat.side != Partnership)
                .map(|seat| seat.name)
                .collect();
            now.tell("ProposalToAnswer", other);
            self.tell_those_concerned("Proposed", now);
        } else {
            let (Ask::Confirm(number) | Ask::Decline(number)) = ask else { return Err(FAULTY) };
            let proposal = numbered(&mut self.proposals, number)?;
            need(!proposal.2 && proposal.1 >= began, NOT_NOW)?;
            need(proposal.0 != by.side, NOT_YOURS)?;
            proposal.2 = true;
            if let Ask::Confirm(_) = ask {
                now.record(&["proposal_confirmed"]);
                self.end("agreed", "resolved", "Agreed", now);
            } else {
                now.record(&["proposal_declined"]);
                self.tell_those_concerned("ProposalDeclined", now);
            }
        }
        if by.side == Receiving {
            self.stay().answered.get_or_insert(at);
        }
        Ok(())
    }

    fn move_on(&mut self, ask: Ask, by: Standing, now: &mut Now<'_>) -> Result<(), u16> {
        let (here, stages) = (self.stay().stage, self.policy.stages.len());
        match ask {
            Ask::Escalate(wish) => {
                need(here + 1 < stages, NOT_NOW)?;
                let to = wish.map_or(Some(here + 1), |it| (it as usize).checked_sub(1));
                let to = to.filter(|to| (here + 1..stages).contains(to)).ok_or(FAULTY)?;
                now.record(&["stage_left"]);
                self.enter(to, "StageEntered", now);
            }
            Ask::StepDown(to) => {
                let times = self.policy.step_down.ok_or(NOT_NOW)?;
                need(self.stepped_down < times, NOT_NOW)?;
                let to = (to as usize).checked_sub(1).filter(|to| *to < here).ok_or(FAULTY)?;
                self.stepped_down += 1;
                self.round_began = self.stays.len();
                now.record(&["stage_left"]);
                self.enter(to, "StageEntered", now);
            }
            Ask::Determine { known } => {
                need(here + 1 == stages, NOT_NOW)?;
                need(by.determines && !self.stage().determine.is_empty(), NOT_YOURS)?;
                need(known, FAULTY)?;
                self.end("determined", "resolved", "Determined", now);
            }
            _ => unreachable!("{ask:?}"),
        }
        Ok(())
    }

    fn wind(&mut self, ask: Ask, by: Standing, now: &mut Now<'_>) -> Result<(), u16> {
        let at = now.at;
        let policy = self.policy;
        let is_late = self.stay().again.is_some() || self.stay().due <= at;
        let is_paused = self.stay().pauses.last().is_some_and(|it| it.2.is_none());
        match ask {
            Ask::Protect(minutes) => {
                need(minutes > 0, FAULTY)?;
                need(!is_late, NOT_NOW)?;
                let until = at + TimeDelta::minutes(minutes);
                let puts_off = self.protective.is_some_and(|it| it < until);
                need(by.side != Receiving || !puts_off, NOT_YOURS)?;
                self.protective = Some(until);
                if is_paused {
                    now.record(&["pause_ended"]);
                    let pause = self.stay().pauses.last_mut().expect("a pause");
                    pause.2 = Some(at.min(pause.1));
                }
                self.reckon(at);
                now.record(&["protective_deadline_set"]);
                if is_paused {
                    self.tell_those_concerned("PauseEnded", now);
                }
                self.tell_those_concerned("DueMoved", now);
            }
            Ask::Extend(days) => {
                let May(most, times) = policy.extension.ok_or(NOT_NOW)?;
                let Limit::Days(most) = most else { return Err(NOT_NOW) };
                need(!is_late && !is_paused, NOT_NOW)?;
                need(self.stay().extended.len() < times, NOT_NOW)?;
                need(days <= most, FAULTY)?;
                self.stay().extended.push(days);
                self.reckon(at);
                now.record(&["deadline_extended"]);
                self.tell_those_concerned("DueMoved", now);
            }
            Ask::Pause(minutes) => {
                let May(most, times) = policy.pause.ok_or(NOT_NOW)?;
                need(!is_late && !is_paused, NOT_NOW)?;
                need(self.stay().pauses.len() < times, NOT_NOW)?;
                let until = at + TimeDelta::minutes(minutes);
                need(at < until && until <= due(most, at), FAULTY)?;
                need(self.protective.is_none_or(|it| it <= at || until <= it), FAULTY)?;
                self.stay().pauses.push((at, until, None));
                self.reckon(at);
                now.record(&["paused"]);
                self.tell_those_concerned("Paused", now);
            }
            Ask::Resume => {
                need(is_paused, NOT_NOW)?;
                // A pause ends when it was to, also where nobody noticed.
                let until = self.stay().pauses.last().map_or(at, |it| it.1);
                self.go_on(at.min(until), now);
            }
            Ask::Class { urgent } => {
                need(self.urgent != urgent, NOT_NOW)?;
                need(!is_late || urgent, NOT_NOW)?;
                self.urgent = urgent;
                self.stay().reclassed = true;
                if !is_late {
                    self.change_class(urgent || self.hurried, urgent, at);
                }
                now.record(&["urgency_changed"]);
                self.tell_those_concerned("DueMoved", now);
            }
            _ => unreachable!("{ask:?}"),
        }
        Ok(())
    }

    fn change_class(&mut self, urgent: bool, anew: bool, at: At) {
        let limit = self.stage().limits[usize::from(self.stay().urgent)];
        let stay = self.stay();
        stay.no_later = if anew { due(limit, stay.from).min(stay.no_later) } else { At::MAX_UTC };
        stay.from = if anew { at } else { stay.entered };
        stay.urgent = urgent;
        self.reckon(at);
        if self.stay().due <= at {
            self.stay().until = Some(hour(next_worked(day_of(at), 1), 17));
            self.reckon(at);
        }
    }

    fn tick_off(&mut self, ask: Ask, now: &mut Now<'_>) -> Result<(), u16> {
        let at = now.at;
        need(!self.stays.is_empty(), NOT_NOW)?;
        if let Ask::Record(number) = ask {
            let meeting = numbered(&mut self.meetings, number)?;
            need(meeting.0 <= at && !meeting.1, NOT_NOW)?;
            meeting.1 = true;
            now.record(&["meeting_recorded"]);
        } else if let Ask::DoneAction(number) = ask {
            let done = numbered(&mut self.actions, number)?;
            need(!std::mem::replace(done, true), NOT_NOW)?;
            now.record(&["action_done"]);
        }
        Ok(())
    }

    fn follow(&mut self, ask: Ask, by: Standing, now: &mut Now<'_>) -> Result<(), u16> {
        need(!self.stays.is_empty(), NOT_NOW)?;
        let has_ended = self.status != "open";
        match ask {
            Ask::Debrief { tomorrow } => {
                need(!tomorrow, FAULTY)?;
                now.record(&["debriefed"]);
            }
            Ask::Feedback => {
                need(has_ended, NOT_NOW)?;
                now.record(&["feedback_given"]);
            }
            _ => {
                need(has_ended, NOT_NOW)?;
                need(by.side != Partnership, NOT_YOURS)?;
                need(!self.ticked.contains(&by.side), NOT_NOW)?;
                self.ticked.push(by.side);
                now.record(&["record_confirmed"]);
            }
        }
        Ok(())
    }
}
