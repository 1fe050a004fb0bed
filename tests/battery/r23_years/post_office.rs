//! The mail server of all nodes, as the seed plays it. What it accepted it never forgets.

use bscp_escalation::notify::{Accepted, PlayedAnswer, PlayedServer, SendFailure, Sent};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, oneshot};

/// How it treats messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It accepts them.
    Kind,
    /// It is away.
    Away,
    /// Of so many messages it puts one off, and of as many it accepts one and its answer is lost.
    Fickle(u64),
}

/// A message that it accepted.
#[derive(Debug, Clone)]
pub struct Received {
    pub to: String,
    pub raw: Vec<u8>,
    /// Whether the node may not know that it was accepted: then it may come again.
    pub is_in_doubt: bool,
}

#[derive(Debug)]
struct Inner {
    manner: Manner,
    draws: fastrand::Rng,
    dead: BTreeSet<String>,
    received: Vec<Received>,
    /// The latest copy of each message.
    latest: HashMap<String, usize>,
    left: BTreeSet<String>,
    excluded: BTreeMap<String, BTreeSet<String>>,
    violations: Vec<String>,
    holds_next: bool,
    gate: Option<oneshot::Receiver<()>>,
    opener: Option<oneshot::Sender<()>>,
}

/// The mail server.
#[derive(Debug)]
pub struct PostOffice {
    inner: Mutex<Inner>,
    /// Told when a sender was stopped in the middle of a message.
    pub held: Notify,
}

impl PostOffice {
    pub fn new(seed: u64) -> Self {
        let inner = Inner {
            manner: Manner::Kind,
            draws: fastrand::Rng::with_seed(seed),
            dead: BTreeSet::new(),
            received: Vec::new(),
            latest: HashMap::new(),
            left: BTreeSet::new(),
            excluded: BTreeMap::new(),
            violations: Vec::new(),
            holds_next: false,
            gate: None,
            opener: None,
        };
        Self { inner: Mutex::new(inner), held: Notify::new() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn turn(&self, manner: Manner) {
        self.inner().manner = manner;
    }

    /// Lets an address be unknown from now on, or known again.
    pub fn bury(&self, address: &str, is_dead: bool) {
        let mut inner = self.inner();
        if is_dead {
            inner.dead.insert(address.to_owned());
        } else {
            inner.dead.remove(address);
        }
    }

    /// Who must get nothing any more: those who have left, and whom cases exclude.
    pub fn forbid(&self, left: BTreeSet<String>, excluded: BTreeMap<String, BTreeSet<String>>) {
        let mut inner = self.inner();
        inner.left = left;
        inner.excluded = excluded;
    }

    /// How many messages it has accepted.
    pub fn accepted_count(&self) -> usize {
        self.inner().received.len()
    }

    /// The senders of all messages from the `from`th on may not know that they were accepted.
    pub fn doubt_since(&self, from: usize) {
        for received in self.inner().received.iter_mut().skip(from) {
            received.is_in_doubt = true;
        }
    }

    /// The ids of all messages that were accepted.
    pub fn accepted_ids(&self) -> BTreeSet<String> {
        self.inner().latest.keys().cloned().collect()
    }

    /// To whom it accepted messages from the `from`th on.
    pub fn recipients_since(&self, from: usize) -> Vec<String> {
        self.inner().received.iter().skip(from).map(|it| it.to.clone()).collect()
    }

    /// What went wrong here, each once.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().violations)
    }

    /// Stops the sender of the next message after it was dealt with and before it is told.
    pub fn hold_next(&self) {
        let mut inner = self.inner();
        let (opener, gate) = oneshot::channel();
        (inner.holds_next, inner.gate, inner.opener) = (true, Some(gate), Some(opener));
    }

    /// Lets the stopped sender go on, or forgets that one was to be stopped.
    pub fn release(&self) {
        let mut inner = self.inner();
        inner.holds_next = false;
        inner.gate = None;
        if let Some(opener) = inner.opener.take() {
            // Nobody listens where no message came.
            let _ = opener.send(());
        }
    }
}

impl Inner {
    fn deal_with(&mut self, sent: &Sent) -> Result<Accepted, SendFailure> {
        if self.dead.contains(&sent.to) {
            return Err(SendFailure::Permanent("550 5.1.1 no such user".to_owned()));
        }
        match self.manner {
            Manner::Kind => self.accept(sent, false),
            Manner::Away => {
                return Err(SendFailure::Temporary("nobody answers at the mail server".to_owned()));
            }
            Manner::Fickle(one_in) => match self.draws.u64(0..one_in) {
                0 => return Err(SendFailure::Temporary("451 4.3.0 later".to_owned())),
                1 => {
                    self.accept(sent, true);
                    return Err(SendFailure::Temporary("the connection was cut".to_owned()));
                }
                _ => self.accept(sent, false),
            },
        }
        Ok(Accepted { answer: "250 2.0.0 taken".to_owned() })
    }

    fn accept(&mut self, sent: &Sent, is_in_doubt: bool) {
        if self.left.contains(&sent.to) {
            self.violations
                .push(format!("I7: \"{}\" went to {}, who has left", sent.subject, sent.to));
        }
        for reference in self.excluded.get(&sent.to).into_iter().flatten() {
            if sent.subject.contains(reference) || sent.text.contains(reference) {
                self.violations.push(format!(
                    "I7: \"{}\" told {} of {reference}, which excludes them",
                    sent.subject, sent.to
                ));
            }
        }
        let latest = self.latest.get(&sent.message_id).map(|at| &self.received[*at]);
        if latest.is_some_and(|copy| !copy.is_in_doubt) {
            self.violations.push(format!(
                "I6: \"{}\" went to {} again, and nothing had gone wrong",
                sent.subject, sent.to
            ));
        }
        if latest.is_some_and(|copy| copy.raw != sent.raw || copy.to != sent.to) {
            self.violations.push(format!("I6: \"{}\" went again in other words", sent.subject));
        }
        self.latest.insert(sent.message_id.clone(), self.received.len());
        self.received.push(Received { to: sent.to.clone(), raw: sent.raw.clone(), is_in_doubt });
    }
}

impl PlayedServer for PostOffice {
    fn answer(&self, sent: Sent) -> PlayedAnswer<'_> {
        let (answer, gate) = {
            let mut inner = self.inner();
            let answer = inner.deal_with(&sent);
            let gate = if inner.holds_next { inner.gate.take() } else { None };
            inner.holds_next = false;
            (answer, gate)
        };
        Box::pin(async move {
            if let Some(gate) = gate {
                self.held.notify_one();
                // An opener that is gone opens as well: the node is thrown away.
                let _ = gate.await;
            }
            answer
        })
    }
}
