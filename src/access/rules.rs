//! The rules, on one page.

use super::actor::{Actor, ProofBy};
use crate::clock::UtcInstant;
use crate::directory::{Place, Seat, SeatCapacity, Side};
use crate::escalation::{CommandKind, Escalation, Refusal, Signature, Status};
use crate::ids::{PartnershipId, PersonId};

/// How old a proof may be for a grave act, in seconds (ASVS 5.0 requirement 7.5.3).
const FRESH_SECONDS: i64 = 300;

/// Whether somebody has proved lately enough that it is them, for an act that is grave: one that
/// gives power, takes it away, or lets somebody in. An API token proves nobody's presence; the
/// operator's console needs no proof.
///
/// # Errors
/// [`Refusal::ProveAgain`].
pub fn fresh_proof(actor: &Actor, now: UtcInstant) -> Result<(), Refusal> {
    let age = now.since(actor.proof.at).num_milliseconds();
    let is_fresh = match actor.proof.by {
        ProofBy::Console => true,
        ProofBy::ApiToken => false,
        ProofBy::Password | ProofBy::SecondFactor | ProofBy::Passkey | ProofBy::SingleSignOn => {
            age <= FRESH_SECONDS * 1000
        }
    };
    if is_fresh { Ok(()) } else { Err(Refusal::ProveAgain) }
}

/// What somebody is to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Under which signature they would act.
    pub signature: Signature,
    /// They raised it.
    pub is_raiser: bool,
    /// They must act in the stage where it is, or did in the stage where it ended.
    pub is_acting: bool,
}

/// What somebody is to a case; none if it is none of their business.
pub fn relation(actor: &Actor, escalation: &Escalation) -> Option<Relation> {
    let is_raiser = actor.person_id == escalation.raiser.person_id;
    if escalation.raised_at.is_none() {
        return is_raiser.then(|| Relation {
            signature: escalation.raiser.clone(),
            is_raiser,
            is_acting: true,
        });
    }
    let last = escalation.stage_entries.last();
    // Whoever was reached in a post and has left it stays on the case, and acts no more.
    let is_theirs = |seat: &&Seat| match (seat.capacity, seat.post_id) {
        (SeatCapacity::Holder, Some(post_id)) => actor.post(post_id).is_some(),
        _ => true,
    };
    let acting = last.and_then(|entry| best_seat(actor, entry.who_acts().filter(is_theirs)));
    let is_acting = acting.is_some();
    let signature = match acting {
        Some(signature) => Some(signature),
        None if is_raiser => None,
        None => best_seat(actor, escalation.reached().into_iter())
            .or_else(|| in_partnership(actor, escalation)),
    };
    // The raiser signs as they did at first, unless they must act in a post.
    let signature = match signature {
        Some(signature) if !is_raiser || signature.post_id.is_some() => signature,
        _ if is_raiser => escalation.raiser.clone(),
        signature => signature?,
    };
    Some(Relation { signature, is_raiser, is_acting })
}

/// Under which signature somebody sits in one of these seats: in person first, then in a post that
/// was reached, whoever held it then.
fn best_seat<'s>(
    actor: &Actor,
    seats: impl Iterator<Item = &'s Seat> + Clone,
) -> Option<Signature> {
    let in_person = seats.clone().find(|seat| seat.person_id == Some(actor.person_id));
    let in_post =
        || seats.clone().find(|seat| seat.post_id.is_some_and(|id| actor.post(id).is_some()));
    let seat = in_person.or_else(in_post)?;
    Some(Signature {
        person_id: actor.person_id,
        name: actor.name.clone(),
        post_id: seat.post_id,
        post_title: seat.post_title.clone(),
        side: seat.side,
    })
}

fn in_partnership(actor: &Actor, escalation: &Escalation) -> Option<Signature> {
    let post = actor.posts.iter().find(|post| {
        matches!(&post.place, Place::Partnership { partnership_id, .. }
            if *partnership_id == escalation.partnership_id)
    })?;
    Some(Signature {
        person_id: actor.person_id,
        name: actor.name.clone(),
        post_id: Some(post.post_id),
        post_title: Some(post.title.clone()),
        side: Side::Partnership,
    })
}

/// Whether somebody may see a case.
///
/// # Errors
/// [`Refusal::NotFound`]: the answer is the same as for a case that is not there.
pub fn may_see(actor: &Actor, escalation: &Escalation) -> Result<Relation, Refusal> {
    relation(actor, escalation).ok_or(Refusal::NotFound)
}

/// Whether somebody may give a command to a case, and under which signature.
///
/// # Errors
/// Not found for those who may not see it; otherwise who may do it instead.
pub fn may(
    actor: &Actor,
    command: CommandKind,
    escalation: &Escalation,
) -> Result<Signature, Refusal> {
    let relation = may_see(actor, escalation)?;
    let side = relation.signature.side;
    let raising = side == Side::Raising;
    let receiving = side == Side::Receiving;
    let partnership = side == Side::Partnership;
    let acting = relation.is_acting;
    let raiser = relation.is_raiser;
    use CommandKind as Kind;
    let (allowed, who) = match command {
        Kind::ChangeDraft | Kind::Raise => (raiser, "Only its writer does this."),
        Kind::Acknowledge | Kind::Respond => (
            receiving && acting,
            "The people of the receiving side who must act in this stage do this.",
        ),
        Kind::StatePosition => (raising || receiving, "The two sides do this."),
        Kind::EscalateEarly | Kind::SetProtectiveDeadline => (
            raiser || acting || partnership,
            "The raiser, whoever must act in this stage, and the partnership do this.",
        ),
        Kind::Propose | Kind::AnswerProposal => (
            (raising || receiving) && acting,
            "The people of the two sides who must act in this stage do this. It moved on from you.",
        ),
        Kind::Determine => {
            (partnership && acting, "The scrutineer or the panel does this, at the last stage.")
        }
        Kind::Withdraw => (
            raiser || (raising && acting),
            "The raiser, or whoever must act for the raising side, does this.",
        ),
        Kind::Reopen => (
            raiser || acting || partnership,
            "The raiser, whoever acted last, and the partnership do this.",
        ),
        Kind::Meet | Kind::SetAction => (
            raiser || acting || partnership,
            "The raiser, whoever must act in this stage, and the partnership do this.",
        ),
        Kind::RecordDiscussion
        | Kind::Extend
        | Kind::Pause
        | Kind::ChangeUrgency
        | Kind::StepDown => (
            raiser || acting || partnership,
            "The raiser, whoever must act in this stage, and the partnership do this.",
        ),
        // Whose task it is the case knows.
        Kind::TickTask => (true, ""),
        Kind::ConvenePanel | Kind::Refer | Kind::MovePolicy => {
            (partnership, "The partnership's officers do this.")
        }
        Kind::CompleteAction | Kind::GiveFeedback | Kind::Debrief | Kind::ConfirmRecord => {
            (true, "")
        }
        Kind::OfTime => (false, "Only time does this."),
    };
    if !allowed {
        return Err(Refusal::NotYours(who.to_owned()));
    }
    if escalation.status == Status::Draft && !raiser {
        return Err(Refusal::NotFound);
    }
    Ok(relation.signature)
}

/// Whether somebody may decide on a partnership's rules: propose its policies, and say on which days
/// it is closed. Its officers may; whoever merely keeps the directory may not.
///
/// # Errors
/// Who may.
pub fn may_set_rules(actor: &Actor, of: PartnershipId) -> Result<(), Refusal> {
    if is_officer(actor, &[of]) {
        return Ok(());
    }
    Err(Refusal::NotYours(
        "The partnership's officers decide on its policies and on the days it is closed."
            .to_owned(),
    ))
}

/// Whether somebody may publish a version that somebody proposed: another officer may.
///
/// # Errors
/// Who may.
pub fn may_publish_policy(
    actor: &Actor,
    of: PartnershipId,
    proposed_by: Option<PersonId>,
) -> Result<(), Refusal> {
    may_set_rules(actor, of)?;
    if proposed_by == Some(actor.person_id) {
        return Err(Refusal::NotYours(
            "You proposed this version. Another officer of the partnership publishes it."
                .to_owned(),
        ));
    }
    Ok(())
}

fn is_officer(actor: &Actor, of: &[PartnershipId]) -> bool {
    actor.posts.iter().any(|post| match &post.place {
        Place::Partnership { partnership_id, .. } => of.contains(partnership_id),
        Place::Agency { .. } => false,
    })
}

/// Whether somebody may keep the part of the directory that belongs to these partnerships: an
/// administrator all of it, a partnership's officers their own.
///
/// # Errors
/// Who may.
pub fn may_keep_directory(actor: &Actor, of: &[PartnershipId]) -> Result<(), Refusal> {
    if actor.administrator || is_officer(actor, of) {
        return Ok(());
    }
    Err(Refusal::NotYours(
        "The partnership's officers and the administrator keep the directory.".to_owned(),
    ))
}

/// Whether somebody may end the sign-ins of others, and take their factors when they are lost.
///
/// # Errors
/// Who may.
pub fn may_end_sign_ins(actor: &Actor) -> Result<(), Refusal> {
    if actor.administrator {
        return Ok(());
    }
    Err(Refusal::NotYours("An administrator does this.".to_owned()))
}

/// Whether somebody may invite a person whose agency or posts belong to these partnerships: whoever
/// keeps their entry in the directory. An administrator is invited by administrators only, or an
/// officer could become one.
///
/// # Errors
/// Who may.
pub fn may_invite(
    actor: &Actor,
    of: &[PartnershipId],
    is_administrator: bool,
) -> Result<(), Refusal> {
    if actor.administrator || (!is_administrator && is_officer(actor, of)) {
        return Ok(());
    }
    Err(Refusal::NotYours(
        "The officers of the person's partnership, and the administrator, invite people."
            .to_owned(),
    ))
}
