//! What ought to happen to a case: written from docs/policy-language.md, docs/access.md, the words
//! of the API and of the policies themselves, and sharing no code with the program.

use super::policies::{Limit, Policy, Stage, Then};
use super::reaching::{
    AT_THE_TOP, Seat, Side, add, in_partnership, is_there, on_rung, side_and_rung,
};
use super::reckoning::{At, due, told_again, work_on, working_minutes};
use super::script::Ask;
use super::world::{RAISER, Staff};

/// What ought to come of a step: the kinds of what is recorded, and who is told what.
#[derive(Debug, Default, PartialEq, Clone)]
pub struct Happens {
    pub kinds: Vec<String>,
    pub told: Vec<(String, String)>,
}

/// One stay in a stage.
#[derive(Debug)]
pub(super) struct Stay {
    pub(super) stage: usize,
    pub(super) entered: At,
    pub(super) acting: Vec<Seat>,
    pub(super) copied: Vec<Seat>,
    /// The limit that counts from its beginning; none once a class that had run out gave them
    /// until the end of the next working day.
    pub(super) urgent: bool,
    pub(super) until: Option<At>,
    pub(super) reclassed: bool,
    /// From when it counts: a more urgent class counts anew, and never to a later end.
    pub(super) from: At,
    pub(super) no_later: At,
    pub(super) extended: Vec<u32>,
    /// From, until at the most, and when they went on.
    pub(super) pauses: Vec<(At, At, Option<At>)>,
    pub(super) due: At,
    pub(super) is_protective: bool,
    /// When people are told again, once it is overdue.
    pub(super) again: Option<At>,
    pub(super) overdue_since: Option<At>,
    /// When anybody last did something about it.
    pub(super) noticed: Option<At>,
    pub(super) acknowledged: Option<At>,
    /// When the receiving side first answered.
    pub(super) answered: Option<At>,
}

/// A case as it ought to be.
pub struct Oracle {
    pub(super) policy: &'static Policy,
    pub status: &'static str,
    pub(super) whole: bool,
    pub(super) wish: Option<u32>,
    pub(super) urgent: bool,
    /// A protective deadline has passed.
    pub(super) hurried: bool,
    pub(super) protective: Option<At>,
    pub(super) stays: Vec<Stay>,
    /// The side that put each proposal, in which stay, and whether it was answered.
    pub(super) proposals: Vec<(Side, usize, bool)>,
    pub(super) meetings: Vec<(At, bool)>,
    pub(super) actions: Vec<bool>,
    pub(super) ticked: Vec<Side>,
    pub(super) stepped_down: usize,
    pub(super) reopened: usize,
    /// The first stay of this round.
    pub(super) round_began: usize,
    pub(super) ended: Option<At>,
}

/// A step as it is being worked out.
pub(super) struct Now<'a> {
    pub(super) at: At,
    pub(super) staff: &'a Staff,
    pub(super) doer: Option<&'static str>,
    pub(super) happens: Happens,
}

impl Now<'_> {
    pub(super) fn record(&mut self, kinds: &[&str]) {
        self.happens.kinds.extend(kinds.iter().map(|it| (*it).to_owned()));
    }

    /// Everybody once, by the first that they are told; whoever does a thing is not told of it
    /// unless it asks something of them.
    pub(super) fn tell<'n>(&mut self, kind: &str, names: impl IntoIterator<Item = &'n str>) {
        let asks = ["ActionNeeded", "ProposalToAnswer", "Overdue", "Gap"].contains(&kind);
        for name in names {
            let is_told = self.happens.told.iter().any(|(there, _)| there == name);
            if !is_told && (asks || self.doer != Some(name)) {
                self.happens.told.push((name.to_owned(), kind.to_owned()));
            }
        }
    }
}

pub(super) fn names(seats: &[Seat]) -> Vec<&'static str> {
    seats.iter().map(|seat| seat.name).collect()
}

fn business_manager(staff: &Staff) -> Vec<&'static str> {
    names(&in_partnership(staff, &["partnership.business_manager"]).0)
}

impl Oracle {
    /// A draft that was begun.
    pub fn begun(
        policy: &'static Policy,
        urgent: bool,
        wish: Option<u32>,
        protective: Option<At>,
    ) -> Self {
        Self {
            policy,
            status: "draft",
            whole: true,
            wish,
            urgent,
            hurried: false,
            protective,
            stays: Vec::new(),
            proposals: Vec::new(),
            meetings: Vec::new(),
            actions: Vec::new(),
            ticked: Vec::new(),
            stepped_down: 0,
            reopened: 0,
            round_began: 0,
            ended: None,
        }
    }

    /// It goes by this version from its raising on.
    pub fn goes_by(&mut self, policy: &'static Policy) {
        self.policy = policy;
    }

    /// The stage, what is due, whether it is overdue, and who must act; none while it is not open.
    pub fn stands(&self) -> Option<(usize, At, bool, Vec<&'static str>)> {
        let stay = self.stays.last().filter(|_| self.status == "open")?;
        let mut acting = names(&stay.acting);
        acting.sort_unstable();
        Some((stay.stage + 1, stay.due, stay.again.is_some(), acting))
    }

    /// When time has something to do.
    pub fn acts_at(&self) -> Option<At> {
        let stay = self.stays.last().filter(|_| self.status == "open")?;
        let paused = stay.pauses.last().filter(|it| it.2.is_none()).map(|it| it.1);
        Some(paused.or(stay.again).unwrap_or(stay.due))
    }

    pub(super) fn stage(&self) -> &'static Stage {
        &self.policy.stages[self.stays.last().expect("a stay").stage]
    }

    pub(super) fn stay(&mut self) -> &mut Stay {
        self.stays.last_mut().expect("a stay")
    }

    /// Time does what is due, until nothing is.
    pub fn lapse(&mut self, at: At, staff: &Staff) -> Happens {
        let mut all = Happens::default();
        while self.acts_at().is_some_and(|due| due <= at) {
            let mut now = Now { at, staff, doer: None, happens: Happens::default() };
            self.lapse_once(&mut now);
            all.kinds.extend(now.happens.kinds);
            all.told.extend(now.happens.told);
        }
        all
    }

    pub(super) fn lapse_once(&mut self, now: &mut Now<'_>) {
        let (stage, policy) = (self.stage(), self.policy);
        let stay = self.stay();
        if let Some(pause) = stay.pauses.last_mut().filter(|it| it.2.is_none()) {
            let until = pause.1;
            return self.go_on(until, now);
        }
        if stay.again.is_some() {
            now.record(&["overdue_told_again"]);
            return self.tell_overdue(now);
        }
        now.record(&["deadline_passed"]);
        let by_then = |at: Option<At>| at.is_some_and(|at| at <= stay.due);
        let is_silent = !by_then(stay.answered) && !by_then(stay.acknowledged);
        let then = stage.on_silence.filter(|_| is_silent).unwrap_or(stage.on_deadline);
        let next = stay.stage + 1;
        if then == Then::Escalate && next < policy.stages.len() {
            now.record(&["stage_left"]);
            return self.enter(next, "StageEntered", now);
        }
        self.tell_overdue(now);
    }

    pub(super) fn tell_overdue(&mut self, now: &mut Now<'_>) {
        let at = now.at;
        let stay = self.stay();
        stay.again = Some(told_again(at));
        stay.overdue_since.get_or_insert(at);
        now.tell("Overdue", names(&stay.acting));
        // And whoever came into their posts, or stands in for them, since they were asked.
        now.tell("Overdue", names(&self.whom(self.stage().act, false, 0, now.staff).0));
        now.tell("Overdue", business_manager(now.staff));
        now.tell("StillOverdue", [RAISER]);
    }

    /// What the oracle has no word for: how changes of class, extensions, pauses and protective
    /// deadlines of one stay work on each other.
    pub fn leaves_out(&self, ask: Ask) -> bool {
        let Some(stay) = self.stays.last() else { return false };
        let (extended, paused) = (!stay.extended.is_empty(), !stay.pauses.is_empty());
        match ask {
            Ask::Class { .. } => extended || paused || stay.reclassed,
            Ask::Extend(_) => paused || stay.reclassed,
            Ask::Pause(_) => extended || stay.reclassed,
            Ask::Protect(_) => stay.reclassed,
            _ => false,
        }
    }

    /// The clocks go on.
    pub(super) fn go_on(&mut self, ended: At, now: &mut Now<'_>) {
        now.record(&["pause_ended"]);
        self.stay().pauses.last_mut().expect("a pause").2 = Some(ended);
        self.reckon(now.at);
        self.tell_those_concerned("PauseEnded", now);
    }

    /// Those who must act, and the raiser.
    pub(super) fn tell_those_concerned(&mut self, kind: &str, now: &mut Now<'_>) {
        let acting = names(&self.stay().acting);
        now.tell(kind, acting);
        now.tell(kind, [RAISER]);
    }

    pub(super) fn tell_everybody(&mut self, kind: &str, now: &mut Now<'_>) {
        for stay in &self.stays {
            now.tell(kind, names(&stay.acting));
            now.tell(kind, names(&stay.copied));
        }
        now.tell(kind, [RAISER]);
        now.tell(kind, business_manager(now.staff));
    }

    /// A stage begins: whoever must act is asked, everybody of before is told.
    pub(super) fn enter(&mut self, stage: usize, others: &str, now: &mut Now<'_>) {
        let at = now.at;
        self.hurried |= self.policy.hurries && self.protective.is_some_and(|it| it <= at);
        let rules = &self.policy.stages[stage];
        let (acting, gap) = self.whom(rules.act, true, stage, now.staff);
        let (copied, another) = self.whom(rules.copy, false, stage, now.staff);
        now.record(&["stage_entered"]);
        now.tell("ActionNeeded", names(&acting));
        if gap || another {
            now.tell("Gap", business_manager(now.staff));
        }
        let urgent = self.urgent || self.hurried;
        self.stays.push(Stay {
            stage,
            entered: at,
            acting,
            copied,
            urgent,
            until: None,
            reclassed: false,
            from: at,
            no_later: At::MAX_UTC,
            extended: Vec::new(),
            pauses: Vec::new(),
            due: at,
            is_protective: false,
            again: None,
            overdue_since: None,
            noticed: None,
            acknowledged: None,
            answered: None,
        });
        self.reckon(at);
        // Whoever is of the partnership is told where a stage names them.
        let copied = names(&self.stay().copied);
        now.tell(others, copied);
        for seat in self.stays.iter().flat_map(|it| it.acting.iter().chain(&it.copied)) {
            if seat.side != Side::Partnership {
                now.tell(others, [seat.name]);
            }
        }
        now.tell(others, [RAISER]);
        if others == "Reopened" {
            self.tell_everybody(others, now);
        }
    }

    /// Who is reached. Where those of a rung have acted before, the rung above joins them; a rung
    /// that is named again means the same people, with those who joined.
    pub(super) fn whom(
        &self,
        whos: &[&'static str],
        acts: bool,
        stage: usize,
        staff: &Staff,
    ) -> (Vec<Seat>, bool) {
        let (mut seats, mut gap) = (Vec::new(), false);
        let is_partnerships = whos.iter().any(|it| it.starts_with("partnership"));
        for who in whos {
            let (side, _) = side_and_rung(who);
            let (mut found, missing) = match side {
                Side::Partnership => in_partnership(staff, &[who]),
                _ => self.on_side(who, acts, stage, staff),
            };
            // Where the partnership acts itself, nobody of it stands in for a side.
            if acts && is_partnerships && side != Side::Partnership {
                found.retain(|seat| seat.side != Side::Partnership);
            }
            gap |= missing;
            add(&mut seats, found);
        }
        (seats, gap)
    }

    pub(super) fn on_side(
        &self,
        who: &str,
        acts: bool,
        stage: usize,
        staff: &Staff,
    ) -> (Vec<Seat>, bool) {
        let (side, rung) = side_and_rung(who);
        if who == "raising.practitioner" {
            let raiser =
                Seat { name: RAISER, side, rung, post: None, deputises: false, determines: false };
            if is_there(staff, RAISER) {
                return (vec![raiser], false);
            }
            let mut seats = vec![raiser];
            add(&mut seats, on_rung(staff, side, rung + 1).0);
            return (seats, true);
        }
        let (mut seats, mut gap) = on_rung(staff, side, rung);
        if !acts {
            return (seats, gap);
        }
        // A rung that was named in the stage before means the same people, with those who joined.
        let names_it = |stay: &&Stay| self.policy.stages[stay.stage].act.contains(&who);
        let before = self.stays.iter().rfind(|stay| stay.stage < stage);
        if let Some(before) = before.filter(names_it) {
            let same = before.acting.iter().filter(|seat| seat.side == side);
            add(&mut seats, same.cloned().collect());
            return (seats, gap);
        }
        let has_acted = |seat: &Seat| {
            before.is_some_and(|stay| stay.acting.iter().any(|it| it.name == seat.name))
        };
        while seats.iter().all(has_acted) {
            let highest = seats.iter().map(|it| it.rung).max().expect("somebody");
            if highest == AT_THE_TOP {
                break;
            }
            let (above, missing) = on_rung(staff, side, highest + 1);
            gap |= missing;
            add(&mut seats, above);
        }
        (seats, gap)
    }

    /// Works out when the stay is due.
    pub(super) fn reckon(&mut self, now: At) {
        let (stage, protective) = (self.stage(), self.protective);
        let stay = self.stay();
        let limit = stage.limits[usize::from(stay.urgent)];
        let mut at = stay.until.unwrap_or_else(|| due(limit, stay.from).min(stay.no_later));
        for days in &stay.extended {
            at = due(Limit::Days(*days), at);
        }
        for (from, until, ended) in &stay.pauses {
            let to = ended.unwrap_or(*until);
            at = match limit {
                Limit::Hours(_) => at + (to - *from),
                Limit::Days(_) | Limit::WorkingHours(_) => work_on(at, working_minutes(*from, to)),
            };
        }
        let sooner = protective.filter(|it| *it > stay.entered && *it < at);
        stay.is_protective = sooner.is_some();
        stay.due = sooner.unwrap_or(at);
        let _ = now;
    }
}
