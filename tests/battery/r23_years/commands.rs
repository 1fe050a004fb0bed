//! What people do about cases: drawn so that most of it can be done, and some cannot.

use super::asking::{Ask, Fate, of_case, of_other};
use super::world::World;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::directory::Side;
use bscp_escalation::engine::{
    Answered, Engine, EngineError, NewAbsence, NewDraft, NewPerson, NewPost, PanelWish, Request,
};
use bscp_escalation::escalation::{
    Command, Escalation, PositionBody, Prose, ProtectiveDeadline, Restriction, RestrictionReason,
    Stance, Status,
};
use bscp_escalation::ids::{EscalationId, PersonId, PostId};
use chrono::TimeDelta;

/// What is asked for.
#[derive(Debug, Clone)]
pub enum Wish {
    Begin(Box<NewDraft>),
    Raise,
    Do(Command),
    Panel(PanelWish),
    MovePolicy(i32, Prose),
    Absence(PersonId, NewAbsence),
    Person(PersonId, NewPerson),
    Post(PostId, NewPost),
}

impl Wish {
    /// In a word or two.
    pub fn in_words(&self) -> String {
        match self {
            Self::Begin(_) => "begins a draft".to_owned(),
            Self::Raise => "raises".to_owned(),
            Self::Do(command) => format!("{:?}", command.kind()),
            Self::Panel(_) => "names a panel".to_owned(),
            Self::MovePolicy(version, _) => format!("moves to version {version} of the policy"),
            Self::Absence(..) => "enters an absence".to_owned(),
            Self::Person(_, person) => format!("saves {} ({})", person.name, person.active),
            Self::Post(_, post) => format!("saves the post {}", post.title),
        }
    }

    /// Asks an engine for it.
    pub async fn carry_out(
        self,
        engine: &Engine,
        request: Request,
        which: Option<EscalationId>,
    ) -> Result<Answered, EngineError> {
        let case = which.unwrap_or_else(|| EscalationId::made_up(1));
        match self {
            Self::Begin(new) => engine.begin_draft(request, *new, of_case).await,
            Self::Raise => engine.raise(request, case, of_case).await,
            Self::Do(command) => engine.change(request, case, command, of_case).await,
            Self::Panel(wish) => engine.convene_panel(request, case, wish, of_case).await,
            Self::MovePolicy(version, reason) => {
                engine.move_policy(request, case, version, reason, of_case).await
            }
            Self::Absence(who, new) => engine.add_absence(request, who, new, of_other).await,
            Self::Person(who, new) => engine.save_person(request, Some(who), new, of_other).await,
            Self::Post(post, new) => engine.save_post(request, Some(post), new, of_other).await,
        }
    }

    /// Whether it changes who must get nothing any more.
    pub fn moves_people(&self) -> bool {
        let restricts = |command: &Command| {
            matches!(command, Command::Restrict { .. } | Command::LiftRestriction { .. })
        };
        match self {
            Self::Raise | Self::Person(..) => true,
            Self::Do(command) => restricts(command),
            _ => false,
        }
    }

    /// The kind of the entry that holds its words, where it has any.
    pub fn leaves(&self) -> Option<&'static str> {
        let command = match self {
            Self::Begin(_) => return Some("drafted"),
            Self::MovePolicy(..) => return Some("policy_moved"),
            Self::Do(command) => command,
            _ => return None,
        };
        Some(match command {
            Command::Acknowledge { .. } => "acknowledged",
            Command::StatePosition(_) => "position_stated",
            Command::Respond { .. } => "responded",
            Command::EscalateEarly { .. } => "stage_entered",
            Command::Propose { .. } => "proposed",
            Command::DeclineProposal { .. } => "proposal_declined",
            Command::Determine { .. } => "determined",
            Command::Withdraw { .. } => "withdrawn",
            Command::Reopen { .. } => "reopened",
            Command::SetProtectiveDeadline(_) => "protective_deadline_set",
            Command::SetAction { .. } => "action_set",
            Command::GiveFeedback { .. } => "feedback_given",
            Command::Restrict { .. } => "restricted",
            Command::LiftRestriction { .. } => "restriction_lifted",
            Command::Extend { .. } => "deadline_extended",
            Command::Pause { .. } => "paused",
            Command::ChangeUrgency { .. } => "urgency_changed",
            Command::ArrangeMeeting { .. } => "meeting_arranged",
            _ => return None,
        })
    }
}

/// The words of a request, by which its effect is found again.
pub fn words_of(number: usize) -> String {
    format!("Said in request {number}.")
}

impl World {
    /// Somebody does something about a case.
    pub async fn act(&mut self) -> Option<usize> {
        let cases = self.cases().await;
        let open: Vec<&Escalation> =
            cases.iter().filter(|it| matches!(it.status, Status::Draft | Status::Open)).collect();
        if cases.is_empty() {
            return None;
        }
        // One in four acts is about a case that may have ended.
        let it = if open.is_empty() || self.dice.one_in(4) {
            self.dice.pick(&cases).clone()
        } else {
            (*self.dice.pick(&open)).clone()
        };
        let words = Prose::try_from(words_of(self.asks.len())).unwrap();
        let (who, wish) = match it.status {
            Status::Draft => (it.raiser.person_id, Wish::Raise),
            Status::Open => self.about_an_open_case(&it, words),
            Status::Resolved | Status::Withdrawn => self.about_an_ended_case(&it, words),
        };
        // Some are not who ought to do it.
        let who = if self.dice.one_in(10) { self.anybody() } else { who };
        self.ask_about(&it, who, wish).await
    }

    /// Sends a request about a case, mostly from its present version.
    pub async fn ask_about(&mut self, it: &Escalation, who: PersonId, wish: Wish) -> Option<usize> {
        let old = i64::from(self.dice.one_in(10) && it.version > 1);
        let read = Some(it.version - old);
        let which = Some(it.id);
        self.ask(Ask { who, wish, which, read, tries: 0, fate: Fate::Unknown }).await
    }

    pub fn anybody(&mut self) -> PersonId {
        let people = self.founded.people.clone();
        self.dice.pick(&people).id
    }

    /// Somebody who must act on a side now.
    fn acting(&mut self, it: &Escalation, side: Side) -> PersonId {
        let acting: Vec<PersonId> = it
            .current_entry()
            .into_iter()
            .flat_map(|entry| &entry.acting)
            .filter(|seat| seat.side == side)
            .filter_map(|seat| seat.person_id)
            .collect();
        if acting.is_empty() { self.anybody() } else { *self.dice.pick(&acting) }
    }

    fn about_an_open_case(&mut self, it: &Escalation, words: Prose) -> (PersonId, Wish) {
        if let Some(proposal) = it.open_proposal() {
            let side =
                if proposal.by.side == Side::Raising { Side::Receiving } else { Side::Raising };
            let proposal = proposal.number;
            let who = self.acting(it, side);
            if self.dice.one_in(2) {
                return (who, Wish::Do(Command::ConfirmProposal { proposal }));
            }
            if self.dice.one_in(2) {
                return (who, Wish::Do(Command::DeclineProposal { proposal, reason: words }));
            }
        }
        let (raising, receiving) =
            (self.acting(it, Side::Raising), self.acting(it, Side::Receiving));
        let command = match self.dice.between(0, 14) {
            0 => Command::Acknowledge { note: Some(words) },
            1 => Command::Respond { stance: self.a_stance(), rationale: words },
            2 => Command::StatePosition(Box::new(position(words))),
            3 | 4 => {
                let who = if self.dice.one_in(2) { raising } else { receiving };
                let outcome = "plan_agreed".to_owned();
                return (who, Wish::Do(Command::Propose { outcome, terms: words }));
            }
            5 => {
                let withdraws = self.dice.one_in(3);
                let command = if withdraws {
                    Command::Withdraw { reason: words }
                } else {
                    Command::EscalateEarly { to_stage: None, reason: words }
                };
                return (raising, Wish::Do(command));
            }
            _ => return self.about_clocks(it, raising, words),
        };
        (receiving, Wish::Do(command))
    }

    fn about_clocks(
        &mut self,
        it: &Escalation,
        raising: PersonId,
        words: Prose,
    ) -> (PersonId, Wish) {
        let later =
            |at: UtcInstant, days: u64| at.plus(TimeDelta::days(i64::try_from(days).unwrap()));
        let days = self.dice.between(1, 15);
        let officer = *self.dice.pick(&["Judith Hale", "Professor Alan Greer"]);
        let officer = self.id(officer);
        let command = match self.dice.between(0, 9) {
            0 => {
                Command::Extend { task: None, by: "1 working day".parse().unwrap(), reason: words }
            }
            1 => Command::Pause { until: later(self.at, days.min(6)), reason: words },
            2 => Command::Resume,
            3 => {
                let class = if it.urgency_class() == "urgent" { "standard" } else { "urgent" };
                Command::ChangeUrgency { urgency_class: class.to_owned(), reason: words }
            }
            4 => Command::SetProtectiveDeadline(ProtectiveDeadline {
                at: later(self.at, days),
                reason: words,
            }),
            5 => Command::SetAction {
                what: words,
                owner: "Somebody".to_owned().try_into().unwrap(),
                due_on: later(self.at, days).utc().date_naive(),
            },
            6 => {
                let who = self.anybody();
                let restriction = Restriction {
                    reason: RestrictionReason::ManagerIsTheBlock,
                    excluded: vec![who],
                };
                let reason = words;
                return (it.raiser.person_id, Wish::Do(Command::Restrict { restriction, reason }));
            }
            7 if it.restriction().is_some() => {
                return (officer, Wish::Do(Command::LiftRestriction { reason: words }));
            }
            7 => return (officer, Wish::MovePolicy(self.policy_version, words)),
            _ => {
                let member = self.id("Moira Stennett");
                let chair = self.id("Professor Alan Greer");
                let member_ids = vec![member, chair, self.id("Paul Hinds")];
                let meets_at = Some(later(self.at, days));
                return (officer, Wish::Panel(PanelWish { member_ids, chair_id: chair, meets_at }));
            }
        };
        (raising, Wish::Do(command))
    }

    fn about_an_ended_case(&mut self, it: &Escalation, words: Prose) -> (PersonId, Wish) {
        let command = match self.dice.between(0, 4) {
            0 => Command::Reopen { reason: words, stage: None },
            1 => Command::ConfirmRecord,
            _ => Command::GiveFeedback { text: words, learning: None, themes: Vec::new() },
        };
        (it.raiser.person_id, Wish::Do(command))
    }

    fn a_stance(&mut self) -> Stance {
        *self.dice.pick(&[
            Stance::Accepts,
            Stance::AcceptsInPart,
            Stance::NeedsInformation,
            Stance::Refuses,
        ])
    }
}

fn position(words: Prose) -> PositionBody {
    PositionBody {
        facts: words.clone(),
        judgement: words.clone(),
        rationale: words,
        agreed: None,
        disputed: None,
        risk: None,
        childs_voice: None,
        outcome_sought: None,
    }
}
