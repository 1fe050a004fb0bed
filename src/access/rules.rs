//! The rules, on one page.

use super::actor::{Actor, ProofBy};
use super::relation::{
    Relation, Standing, as_safeguarding_lead, emergency_post, may_see, relation,
};
use crate::clock::UtcInstant;
use crate::directory::Side;
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

/// Whether somebody may give a command to a case, and under which signature.
///
/// # Errors
/// Not found for those who may not see it; otherwise who may do it instead.
pub fn may(
    actor: &Actor,
    command: CommandKind,
    escalation: &Escalation,
    now: UtcInstant,
) -> Result<Signature, Refusal> {
    if command == CommandKind::BreakGlass {
        return may_break_glass(actor, escalation, now);
    }
    let relation = may_see(actor, escalation, now)?;
    if relation.standing.only_reads() {
        return Err(Refusal::NotYours(
            "You can read this case, and change nothing in it.".to_owned(),
        ));
    }
    let is_of = |side| relation.signature.side == side;
    let (raising, receiving) = (is_of(Side::Raising), is_of(Side::Receiving));
    let partnership = is_of(Side::Partnership);
    let (acting, raiser) = (relation.is_acting, relation.is_raiser);
    use CommandKind as Kind;
    let (allowed, who) = match command {
        Kind::ChangeDraft | Kind::Raise => (raiser, "Only its writer does this."),
        Kind::Acknowledge | Kind::Respond => (
            receiving && acting,
            "The people of the receiving side who must act in this stage do this.",
        ),
        Kind::StatePosition => (raising || receiving, "The two sides do this."),
        Kind::EscalateEarly
        | Kind::SetProtectiveDeadline
        | Kind::Meet
        | Kind::SetAction
        | Kind::RecordDiscussion
        | Kind::Extend
        | Kind::Pause
        | Kind::ChangeUrgency
        | Kind::StepDown => (
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
        Kind::ConvenePanel
        | Kind::Refer
        | Kind::MovePolicy
        | Kind::LiftRestriction
        | Kind::ReviewGlassBreak => (partnership, "The partnership's officers do this."),
        Kind::Restrict => {
            (raiser || partnership, "The raiser and the partnership's officers do this.")
        }
        // Whose task it is the case knows.
        Kind::TickTask
        | Kind::CompleteAction
        | Kind::GiveFeedback
        | Kind::Debrief
        | Kind::ConfirmRecord => (true, ""),
        Kind::BreakGlass | Kind::OfTime => (false, "Only time does this."),
    };
    if !allowed {
        return Err(Refusal::NotYours(who.to_owned()));
    }
    if escalation.status == Status::Draft && !raiser {
        return Err(Refusal::NotFound);
    }
    Ok(relation.signature)
}

/// Whether somebody may look at a case in an emergency that they do not see: the safeguarding lead of
/// an agency on it, and an auditor of its partnership where it is restricted.
///
/// # Errors
/// Not found for everybody else, as for a case that is not there; not theirs for whoever sees it.
pub fn may_break_glass(
    actor: &Actor,
    escalation: &Escalation,
    now: UtcInstant,
) -> Result<Signature, Refusal> {
    if relation(actor, escalation, now).is_some() {
        return Err(Refusal::NotYours("You can see this case already: read it.".to_owned()));
    }
    if escalation.raised_at.is_none() || escalation.excludes(actor.person_id) {
        return Err(Refusal::NotFound);
    }
    emergency_post(actor, escalation).ok_or(Refusal::NotFound)
}

/// Whether somebody may see who looked at a case: officers, auditors, and the safeguarding leads of
/// its agencies, as long as they see the case.
///
/// # Errors
/// Not found for those who may not see the case; otherwise who may.
pub fn may_see_views(
    actor: &Actor,
    escalation: &Escalation,
    now: UtcInstant,
) -> Result<Relation, Refusal> {
    let relation = may_see(actor, escalation, now)?;
    let is_theirs = matches!(relation.standing, Standing::Officer | Standing::Auditor)
        || relation.signature.side == Side::Partnership
        || is_officer(actor, &[escalation.partnership_id])
        || as_safeguarding_lead(actor, escalation).is_some();
    if is_theirs {
        return Ok(relation);
    }
    Err(Refusal::NotYours(
        "The partnership's officers and auditors, and the safeguarding leads of the agencies on \
         it, see who looked at a case."
            .to_owned(),
    ))
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

/// Whether somebody may have reports on a partnership's disputes: its officers may, who see its cases.
///
/// # Errors
/// Who may.
pub fn may_report(actor: &Actor, of: PartnershipId) -> Result<(), Refusal> {
    if is_officer(actor, &[of]) {
        return Ok(());
    }
    Err(Refusal::NotYours("The partnership's officers report on its disputes.".to_owned()))
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
    actor.officer_of().any(|partnership_id| of.contains(&partnership_id))
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
