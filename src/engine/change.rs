//! The door for people: one command to one case, once.

use super::in_force::in_force;
use super::keeping::find_colleague;
use super::reading::CaseView;
use super::{Engine, EngineError};
use crate::access::{self, Actor};
use crate::clock::UtcInstant;
use crate::directory::Party;
use crate::escalation::{
    Command, CommandKind, Content, Doer, Draft, PanelMember, PolicyRef, Prose, Refusal,
};
use crate::ids::{EscalationId, PartnershipId, PersonId};
use crate::store::escalations::{self, Stored};
use crate::store::idempotency::{self, StoredAnswer};
use crate::store::{Reader, Writer, people, posts};
use std::sync::Arc;

/// How often work is tried that found another row in the place of its own.
const TRIES_MAX: u32 = 5;

/// A request's idempotency key and what the request was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The key, chosen by the client.
    pub key: String,
    /// A digest of method, path and body.
    pub fingerprint: String,
}

/// Who asks, and on what condition.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who.
    pub actor: Actor,
    /// The version that they have read; none only where there is nothing to have read.
    pub expected_version: Option<i64>,
    /// The request's idempotency key.
    pub idempotency: Option<Idempotency>,
}

/// An answer, and whether it is the one that was given to the same request before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The answer.
    pub answer: StoredAnswer,
    /// Whether it was given before.
    pub is_replay: bool,
}

/// How a change is answered: pure, so that the answer is stored in the transaction of its effect.
pub trait Answering<T>:
    Fn(&T) -> Result<StoredAnswer, EngineError> + Send + Sync + 'static
{
}

impl<T, F> Answering<T> for F where
    F: Fn(&T) -> Result<StoredAnswer, EngineError> + Send + Sync + 'static
{
}

/// What is asked: a command as it is, or one whose particulars are looked up under the lock.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    Command(Command),
    Raise,
    ConvenePanel(PanelWish),
    MovePolicy { version: i32, reason: Prose },
}

/// The panel that is wished for.
#[derive(Debug, Clone)]
pub struct PanelWish {
    /// Who is to sit on it.
    pub member_ids: Vec<PersonId>,
    /// Who is to chair it.
    pub chair_id: PersonId,
    /// When it meets, if that is known.
    pub meets_at: Option<UtcInstant>,
}

impl Asked {
    fn kind(&self) -> CommandKind {
        match self {
            Self::Command(command) => command.kind(),
            Self::Raise => CommandKind::Raise,
            Self::ConvenePanel(_) => CommandKind::ConvenePanel,
            Self::MovePolicy { .. } => CommandKind::MovePolicy,
        }
    }
}

impl Engine {
    /// Gives a command to a case.
    ///
    /// # Errors
    /// Not found, not theirs, not now, at fault, stale, key used otherwise; or the world failed.
    pub async fn change(
        &self,
        request: Request,
        which: EscalationId,
        command: Command,
        answering: impl Answering<CaseView>,
    ) -> Result<Answered, EngineError> {
        self.ask(request, which, Asked::Command(command), answering).await
    }

    /// Raises a draft, under the policy version that is in force now.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub async fn raise(
        &self,
        request: Request,
        which: EscalationId,
        answering: impl Answering<CaseView>,
    ) -> Result<Answered, EngineError> {
        self.ask(request, which, Asked::Raise, answering).await
    }

    /// Names the panel of a case's last stage.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub async fn convene_panel(
        &self,
        request: Request,
        which: EscalationId,
        wish: PanelWish,
        answering: impl Answering<CaseView>,
    ) -> Result<Answered, EngineError> {
        self.ask(request, which, Asked::ConvenePanel(wish), answering).await
    }

    /// Moves a case to another version of its policy.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub async fn move_policy(
        &self,
        request: Request,
        which: EscalationId,
        version: i32,
        reason: Prose,
        answering: impl Answering<CaseView>,
    ) -> Result<Answered, EngineError> {
        self.ask(request, which, Asked::MovePolicy { version, reason }, answering).await
    }

    async fn ask(
        &self,
        request: Request,
        which: EscalationId,
        asked: Asked,
        answering: impl Answering<CaseView>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        self.once_about(request, Some(which), answering, move |engine, w, request| {
            let stored = escalations::lock(w, which)?.ok_or(Refusal::NotFound)?;
            let signature = access::may(&request.actor, asked.kind(), &stored.escalation, now)?;
            if request.expected_version.is_some_and(|read| read != stored.escalation.version) {
                return Err(EngineError::Stale);
            }
            super::restricting::known_in(w, &asked)?;
            let (command, policy) = engine.particulars(w, &stored, asked.clone(), now)?;
            let held = engine.hold(w, stored, policy.as_ref(), now)?;
            let doer = Doer::Person(signature);
            let after = engine.perform(w, &held, doer, command, now)?;
            Ok(CaseView::of(&request.actor, after, Arc::clone(&held.loaded), now)?)
        })
        .await
    }

    /// As [`Engine::once_about`], where it is about no case.
    pub(super) async fn once<T: 'static>(
        &self,
        request: Request,
        answering: impl Answering<T>,
        work: impl Fn(&Self, &mut Writer<'_>, &Request) -> Result<T, EngineError>
        + Send
        + Sync
        + 'static,
    ) -> Result<Answered, EngineError> {
        self.once_about(request, None, answering, work).await
    }

    /// Runs a request's work once for its idempotency key: the answer is stored with the effect,
    /// and given again to the same request. Of two that come at once, the second finds the first's.
    /// An answer about a case is given again only to somebody who still sees it.
    ///
    /// The work asks whether the person may do it in the transaction that does it, under the case's
    /// lock: nobody can be excluded in between.
    async fn once_about<T: 'static>(
        &self,
        request: Request,
        about: Option<EscalationId>,
        answering: impl Answering<T>,
        work: impl Fn(&Self, &mut Writer<'_>, &Request) -> Result<T, EngineError>
        + Send
        + Sync
        + 'static,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        let shared = Arc::new((request, answering, work));
        let mut tries = 0;
        loop {
            let engine = self.clone();
            let parts = Arc::clone(&shared);
            let done = self
                .store()
                .write(move |w| {
                    let (request, answering, work) = &*parts;
                    if let Some(replay) = replayed(w, request, about, now)? {
                        return Ok(Answered { answer: replay, is_replay: true });
                    }
                    let changed = match work(&engine, w, request) {
                        // While it waited for the lock, the same request may have been done.
                        Err(error @ (EngineError::Refused(_) | EngineError::Stale)) => {
                            return match replayed(w, request, about, now)? {
                                Some(replay) => Ok(Answered { answer: replay, is_replay: true }),
                                None => Err(error),
                            };
                        }
                        changed => changed?,
                    };
                    let mut answer = answering(&changed)?;
                    if let Some(idempotency) = &request.idempotency {
                        answer.fingerprint.clone_from(&idempotency.fingerprint);
                        let person_id = request.actor.person_id;
                        idempotency::insert(w, person_id, &idempotency.key, &answer, now)?;
                    }
                    Ok::<_, EngineError>(Answered { answer, is_replay: false })
                })
                .await;
            tries += 1;
            match done {
                Err(EngineError::Store(error))
                    if tries < TRIES_MAX && error.is_unique_violation() =>
                {
                    tracing::info!(tries, %error, "trying a change again");
                }
                done => {
                    if done.is_ok() {
                        self.wake();
                    }
                    return done;
                }
            }
        }
    }

    /// What raising needs to know, looked up where nobody can change it any more: the policy in
    /// force, and the receiving side.
    fn particulars(
        &self,
        r: &mut Reader<'_>,
        stored: &Stored,
        asked: Asked,
        now: UtcInstant,
    ) -> Result<(Command, Option<PolicyRef>), EngineError> {
        let it = &stored.escalation;
        match asked {
            Asked::Command(command) => return Ok((command, None)),
            Asked::ConvenePanel(wish) => return Ok((panel(r, wish, it.partnership_id)?, None)),
            Asked::MovePolicy { version, reason } => {
                let policy = PolicyRef { key: it.policy.key.clone(), version };
                super::policies::published(r, it.partnership_id, &policy)?;
                let command = Command::MovePolicy { policy: policy.clone(), reason };
                return Ok((command, Some(policy)));
            }
            Asked::Raise => {}
        }
        let Content::Draft(draft) = &it.content else {
            let policy = it.policy.clone();
            return Ok((Command::Raise { policy, receiving: None }, None));
        };
        let in_force = in_force(r, it.partnership_id, now)?;
        let policy = if in_force.has(&it.policy.key) {
            in_force.choose(Some(&it.policy.key), None)?
        } else {
            let begun_under = self.inner.policies.get(r, it.partnership_id, &it.policy)?;
            in_force.choose_again(&begun_under.policy.topic)?
        };
        let receiving = receiving_party(r, draft, it.partnership_id)?;
        Ok((Command::Raise { policy: policy.clone(), receiving }, Some(policy)))
    }
}

fn replayed(
    r: &mut Reader<'_>,
    request: &Request,
    about: Option<EscalationId>,
    now: UtcInstant,
) -> Result<Option<StoredAnswer>, EngineError> {
    let Some(idempotency) = &request.idempotency else { return Ok(None) };
    match idempotency::find(r, request.actor.person_id, &idempotency.key)? {
        Some(answer) if answer.fingerprint == idempotency.fingerprint => {
            if let Some(which) = about {
                let stored = escalations::find(r, which)?.ok_or(Refusal::NotFound)?;
                access::may_see(&request.actor, &stored.escalation, now)?;
            }
            Ok(Some(answer))
        }
        Some(_) => Err(EngineError::KeyUsedOtherwise),
        None => Ok(None),
    }
}

/// The panel that is wished for, with what the directory knows of its members.
fn panel(r: &mut Reader<'_>, wish: PanelWish, of: PartnershipId) -> Result<Command, EngineError> {
    let PanelWish { member_ids, chair_id, meets_at } = wish;
    let mut members = Vec::with_capacity(member_ids.len());
    for person_id in member_ids {
        let audits = posts::posts_of_person(r, person_id)?.iter().any(|it| it.place.audits());
        let person = find_colleague(r, person_id, &[of])?.filter(|_| !audits).ok_or_else(|| {
            Refusal::field(
                "/member_ids",
                "must name people of the directory who have not left, and no auditor",
            )
        })?;
        let agency_id = person.agency_id;
        let agency = match agency_id {
            Some(id) => people::find_agency(r, id)?,
            None => None,
        };
        let sector = agency.map(|found| found.it.sector);
        members.push(PanelMember { person_id, name: person.name, agency_id, sector });
    }
    Ok(Command::ConvenePanel { members, chair_id, meets_at })
}

/// The receiving side that a draft names; none if it names none.
fn receiving_party(
    r: &mut Reader<'_>,
    draft: &Draft,
    partnership_id: PartnershipId,
) -> Result<Option<Party>, EngineError> {
    let Some(agency_id) = draft.receiving_agency_id else { return Ok(None) };
    let agency = people::find_agency(r, agency_id)?
        .filter(|found| found.it.partnership_ids.contains(&partnership_id))
        .ok_or_else(|| {
            Refusal::field(
                "/draft/receiving_agency_id",
                "must be an agency of the partnership: see GET /api/v1/agencies",
            )
        })?;
    if let Some(person_id) = draft.receiving_practitioner_id {
        let person = people::find_person(r, person_id)?
            .filter(|found| found.it.is_somebody_here() && found.it.agency_id == Some(agency_id));
        if person.is_none() {
            return Err(Refusal::field(
                "/draft/receiving_practitioner_id",
                "must work for the receiving agency; leave it out if you do not know who it is",
            )
            .into());
        }
    }
    Ok(Some(Party {
        agency_id,
        agency_name: agency.it.name,
        team: draft.receiving_team.as_ref().map(ToString::to_string),
    }))
}
