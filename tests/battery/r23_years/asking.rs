//! Requests: sent to a node that works, and again with the same key where no answer came.

use super::commands::Wish;
use super::planning::Happening;
use super::world::World;
use bscp_escalation::access::{Proof, ProofBy};
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::engine::{Answered, CaseView, Engine, EngineError, Idempotency, Request};
use bscp_escalation::escalation::Refusal;
use bscp_escalation::ids::{EscalationId, PersonId, SessionId};
use bscp_escalation::store::idempotency::StoredAnswer;
use bscp_escalation::store::{StoreError, directory, escalations};

/// How often a request that is not answered is sent at most.
const TRIES_MAX: u32 = 5;

/// What is known of a request's effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// No answer has come yet, or ever.
    Unknown,
    /// It was done.
    Done(StoredAnswer),
    /// It was refused.
    Refused,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Ask {
    pub who: PersonId,
    pub wish: Wish,
    pub which: Option<EscalationId>,
    /// The version that they say they have read.
    pub read: Option<i64>,
    pub tries: u32,
    pub fate: Fate,
}

impl World {
    /// Sends a new request to a node. The node, if there was one to send it to.
    pub async fn ask(&mut self, ask: Ask) -> Option<usize> {
        self.asks.push(ask);
        self.ask_again(self.asks.len() - 1).await
    }

    /// Sends a request, for the first time or again. The node that got it.
    pub async fn ask_again(&mut self, number: usize) -> Option<usize> {
        let Some(on) = self.some_node() else {
            self.say(&format!("request {number}: no node is there"));
            self.try_later(number);
            return None;
        };
        let engine = self.nodes[on].engine()?;
        self.nodes[on].wind_to(self.at);
        let now = self.note_moment(on);
        self.asks[number].tries += 1;
        let ask = self.asks[number].clone();
        let before = self.version_of(ask.which).await;
        let faults = self.nodes[on].sky.faults();
        let answered = self.send(&engine, &ask, number, now).await;
        if let Err(error) = &answered
            && !is_an_answer(error)
            && self.nodes[on].sky.faults() == faults
        {
            self.violate(&format!("request {number} failed in fair weather: {error}"));
        }
        let after = self.version_of(ask.which).await;
        let said = match &answered {
            Ok(answered) if answered.is_replay => "done before".to_owned(),
            Ok(answered) => format!("done {:?}", answered.answer.etag),
            Err(error) if is_an_answer(error) => format!("refused: {error}"),
            Err(_no_answer) => "not answered".to_owned(),
        };
        let (who, what) = (self.name(ask.who), ask.wish.in_words());
        self.say(&format!(
            "request {number} to node {on}: {who} {what} {:?} at {:?}: {said}",
            ask.which.map(|it| it.to_string()),
            ask.read
        ));
        self.judge(number, answered, before, after);
        self.bury_if_dead(on);
        if self.asks[number].wish.moves_people() {
            self.look_who_is_forbidden().await;
        }
        Some(on)
    }

    async fn version_of(&self, which: Option<EscalationId>) -> Option<i64> {
        let which = which?;
        let found: Result<_, StoreError> =
            self.eye.read(move |r| escalations::find(r, which)).await;
        found.unwrap().map(|stored| stored.escalation.version)
    }

    async fn send(
        &self,
        engine: &Engine,
        ask: &Ask,
        number: usize,
        now: UtcInstant,
    ) -> Result<Answered, EngineError> {
        let who = ask.who;
        let found: Result<_, StoreError> = engine
            .store()
            .read(move |r| {
                let proof = Proof { at: now, by: ProofBy::Password };
                directory::find_actor(r, who, SessionId::made_up(1), proof, now)
            })
            .await;
        let actor = found?.ok_or(EngineError::NotSignedIn)?;
        let idempotency = Idempotency {
            key: format!("request-{number}"),
            fingerprint: format!("fingerprint-{number}"),
        };
        let request = Request { actor, expected_version: ask.read, idempotency: Some(idempotency) };
        ask.wish.clone().carry_out(engine, request, ask.which).await
    }

    /// What an answer says against what is in the database.
    fn judge(
        &mut self,
        number: usize,
        answered: Result<Answered, EngineError>,
        before: Option<i64>,
        after: Option<i64>,
    ) {
        let ask = self.asks[number].clone();
        match (answered, &ask.fate) {
            (Ok(answered), Fate::Done(answer)) => {
                if !answered.is_replay || answered.answer != *answer {
                    self.violate(&format!("I10: request {number} was done twice"));
                }
            }
            (Ok(answered), Fate::Refused) => {
                self.violate(&format!(
                    "I10: request {number} was refused and then done: {answered:?}"
                ));
            }
            (Ok(answered), Fate::Unknown) => {
                let is_first = !answered.is_replay;
                if is_first && ask.read.is_some() && ask.read != before {
                    self.violate(&format!("I11: request {number} had read an older version"));
                }
                if answered.is_replay && ask.tries == 1 {
                    self.violate(&format!("I10: request {number} was new and is said to be old"));
                }
                let version: Option<i64> =
                    answered.answer.etag.as_deref().and_then(|it| it.parse().ok());
                if ask.which.is_some() && version > after {
                    self.violate(&format!("I1: request {number} was answered and is not there"));
                }
                self.asks[number].fate = Fate::Done(answered.answer);
                if self.dice.one_in(6) {
                    self.plan_in((1, 2 * 24 * 60), Happening::Again(number));
                }
            }
            (Err(error), Fate::Done(_)) if is_an_answer(&error) => {
                // Whoever does not see the case any more is not told of it again.
                let is_hidden = matches!(error, EngineError::Refused(Refusal::NotFound));
                if !is_hidden && !matches!(error, EngineError::NotSignedIn) {
                    self.violate(&format!(
                        "I10: request {number} was done and then refused: {error}"
                    ));
                }
            }
            (Err(error), _) if is_an_answer(&error) => {
                let is_hidden = matches!(
                    error,
                    EngineError::Refused(Refusal::NotFound) | EngineError::NotSignedIn
                );
                if !is_hidden || ask.tries == 1 {
                    self.asks[number].fate = Fate::Refused;
                }
                if before != after {
                    self.violate(&format!("I2: request {number} was refused and did something"));
                }
            }
            (Err(_no_answer), Fate::Unknown) => self.try_later(number),
            (Err(_no_answer), _) => {}
        }
    }

    /// Most try again, some give up.
    fn try_later(&mut self, number: usize) {
        let ask = &self.asks[number];
        if ask.fate == Fate::Unknown && ask.tries < TRIES_MAX && !self.dice.one_in(5) {
            let most = *self.dice.pick(&[20, 120, 48 * 60]);
            self.plan_in((5, most), Happening::Again(number));
        }
    }
}

/// Whether it is an answer of the product's, and not that nobody knows what became of it.
pub fn is_an_answer(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::Refused(_)
            | EngineError::Stale
            | EngineError::KeyUsedOtherwise
            | EngineError::NotSignedIn
    )
}

/// What is answered about a case.
pub fn of_case(view: &CaseView) -> Result<StoredAnswer, EngineError> {
    Ok(StoredAnswer {
        fingerprint: String::new(),
        status: 200,
        location: Some(view.escalation.id.to_string()),
        etag: Some(view.escalation.version.to_string()),
        body: view.escalation.reference.clone(),
    })
}

/// What is answered about anything else.
pub fn of_other<T>(_: &T) -> Result<StoredAnswer, EngineError> {
    Ok(StoredAnswer {
        fingerprint: String::new(),
        status: 200,
        location: None,
        etag: None,
        body: "done".to_owned(),
    })
}
