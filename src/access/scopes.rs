//! What an API token may be good for, and which operation wants what: one table. What is not in it
//! is done by somebody who is there, never by a token: accounts, grave acts, what ends a case or
//! sets its rules aside, and every operation that nobody has thought about yet.

use super::actor::{Actor, ProofBy};
use crate::escalation::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use utoipa::ToSchema;

/// What an API token is good for. It never gives more than its person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum TokenScope {
    /// Reading agencies, people, posts and partnerships.
    #[serde(rename = "directory:read")]
    DirectoryRead,
    /// Changing agencies, people, posts and absences.
    #[serde(rename = "directory:write")]
    DirectoryWrite,
    /// Reading policies and closures, and trying policies.
    #[serde(rename = "policies:read")]
    PoliciesRead,
    /// Reading cases and their timelines.
    #[serde(rename = "cases:read")]
    CasesRead,
    /// Drafting, raising and working on cases; not what ends one.
    #[serde(rename = "cases:write")]
    CasesWrite,
    /// Reading which messages went out.
    #[serde(rename = "notices:read")]
    NoticesRead,
    /// Handing in messages that came back: for a mail server's machine, or an administrator's.
    #[serde(rename = "bounces:write")]
    BouncesWrite,
}

use TokenScope::{
    BouncesWrite, CasesRead, CasesWrite, DirectoryRead, DirectoryWrite, NoticesRead, PoliciesRead,
};

impl TokenScope {
    /// All of them.
    pub const ALL: [Self; 7] = [
        DirectoryRead,
        DirectoryWrite,
        PoliciesRead,
        CasesRead,
        CasesWrite,
        NoticesRead,
        BouncesWrite,
    ];

    /// Whether a machine's token may have it. A machine signs nothing: it reads, and no case, and it
    /// passes on what a mail server reports.
    pub fn is_for_machines(self) -> bool {
        matches!(self, DirectoryRead | PoliciesRead | BouncesWrite)
    }
}

impl fmt::Display for TokenScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DirectoryRead => "directory:read",
            DirectoryWrite => "directory:write",
            PoliciesRead => "policies:read",
            CasesRead => "cases:read",
            CasesWrite => "cases:write",
            NoticesRead => "notices:read",
            BouncesWrite => "bounces:write",
        })
    }
}

/// The operations that a token may do, with the scope that each wants.
const OPERATIONS: &[(TokenScope, &str, &str)] = &[
    (DirectoryRead, "GET", "/api/v1/me"),
    (DirectoryRead, "GET", "/api/v1/partnerships"),
    (DirectoryRead, "GET", "/api/v1/partnerships/{id}"),
    (DirectoryRead, "GET", "/api/v1/agencies"),
    (DirectoryRead, "GET", "/api/v1/agencies/{id}"),
    (DirectoryRead, "GET", "/api/v1/people"),
    (DirectoryRead, "GET", "/api/v1/people/{id}"),
    (DirectoryRead, "GET", "/api/v1/people/{id}/absences"),
    (DirectoryRead, "GET", "/api/v1/posts"),
    (DirectoryRead, "GET", "/api/v1/posts/{id}"),
    (DirectoryWrite, "POST", "/api/v1/agencies"),
    (DirectoryWrite, "PUT", "/api/v1/agencies/{id}"),
    (DirectoryWrite, "POST", "/api/v1/people"),
    (DirectoryWrite, "PUT", "/api/v1/people/{id}"),
    (DirectoryWrite, "POST", "/api/v1/people/{id}/absences"),
    (DirectoryWrite, "DELETE", "/api/v1/people/{id}/absences/{absence_id}"),
    (DirectoryWrite, "POST", "/api/v1/posts"),
    (DirectoryWrite, "PUT", "/api/v1/posts/{id}"),
    (PoliciesRead, "GET", "/api/v1/policies"),
    (PoliciesRead, "GET", "/api/v1/policies/{key}/versions/{version}"),
    (PoliciesRead, "POST", "/api/v1/policies/simulations"),
    (PoliciesRead, "GET", "/api/v1/partnerships/{id}/closures"),
    (CasesRead, "GET", "/api/v1/escalations"),
    (CasesRead, "GET", "/api/v1/exports/escalations"),
    (CasesRead, "GET", "/api/v1/escalations/{id}"),
    (CasesRead, "GET", "/api/v1/escalations/{id}/timeline"),
    (NoticesRead, "GET", "/api/v1/escalations/{id}/notices"),
    (NoticesRead, "GET", "/api/v1/notices"),
    (BouncesWrite, "POST", "/api/v1/bounces"),
    (CasesWrite, "POST", "/api/v1/escalations"),
    (CasesWrite, "PUT", "/api/v1/escalations/{id}/draft"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/raising"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/acknowledgements"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/positions"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/responses"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/early-escalations"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/proposals"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/proposals/{number}/refusals"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/protective-deadlines"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/meetings"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/meetings/{number}/records"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/actions"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/actions/{number}/completions"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/feedback"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/debriefs"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/record-confirmations"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/discussions"),
    (CasesWrite, "POST", "/api/v1/escalations/{id}/tasks/{key}/completions"),
];

/// The operations that a token may do: scope, method and path as the routes write it.
pub fn token_operations() -> &'static [(TokenScope, &'static str, &'static str)] {
    OPERATIONS
}

/// Whether an operation may be done with a token of these scopes.
///
/// # Errors
/// [`Refusal::NotYours`], which names the scope that is wanted.
pub fn token_may(scopes: &BTreeSet<TokenScope>, method: &str, path: &str) -> Result<(), Refusal> {
    let wanted = OPERATIONS.iter().find(|(_, its, of)| *its == method && *of == path);
    match wanted {
        Some((scope, ..)) if scopes.contains(scope) => Ok(()),
        Some((scope, ..)) => Err(Refusal::NotYours(format!(
            "This API token does not have the scope {scope}. Make one that has, or sign in."
        ))),
        None => Err(Refusal::NotYours(
            "No API token can do this, whatever its scopes. Sign in, and do it yourself."
                .to_owned(),
        )),
    }
}

/// Whether somebody hands in messages that came back: a machine of the mail server's, or an
/// administrator.
///
/// # Errors
/// [`Refusal::NotYours`].
pub fn may_hand_in_bounces(actor: &Actor, is_machine: bool) -> Result<(), Refusal> {
    if actor.administrator || is_machine {
        return Ok(());
    }
    Err(Refusal::NotYours("Only an administrator does this. Ask yours.".to_owned()))
}

/// Whether somebody keeps machines and the identities of people: an administrator who is there.
///
/// # Errors
/// [`Refusal::NotYours`].
pub fn may_keep_accounts(actor: &Actor) -> Result<(), Refusal> {
    if actor.administrator && actor.proof.by != ProofBy::ApiToken {
        return Ok(());
    }
    Err(Refusal::NotYours("Only an administrator does this. Ask yours.".to_owned()))
}
