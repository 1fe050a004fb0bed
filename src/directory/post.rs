//! Posts and the rungs they stand on.

use crate::ids::{AgencyId, PartnershipId, PersonId, PostId};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// The sides of a disagreement.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The agency whose practitioner raises the challenge.
    Raising,
    /// The agency whose decision is challenged.
    Receiving,
    /// The partnership.
    Partnership,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Raising => "raising",
            Self::Receiving => "receiving",
            Self::Partnership => "partnership",
        })
    }
}

/// A level of seniority on a side, lowest first. Rungs of the same level face each other.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Teacher, social worker, health visitor, police officer, and so on.
    Practitioner,
    /// Line manager or designated safeguarding lead.
    LineManager,
    /// Service manager, or named or designated professional.
    ServiceManager,
    /// Head of service or director.
    HeadOfService,
    /// The partnership.
    Partnership,
}

impl Rung {
    /// The next rung up; nobody stands above the partnership.
    pub fn above(self) -> Option<Self> {
        match self {
            Self::Practitioner => Some(Self::LineManager),
            Self::LineManager => Some(Self::ServiceManager),
            Self::ServiceManager => Some(Self::HeadOfService),
            Self::HeadOfService => Some(Self::Partnership),
            Self::Partnership => None,
        }
    }

    /// The rung in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Practitioner => "practitioner",
            Self::LineManager => "line manager or designated safeguarding lead",
            Self::ServiceManager => "service manager or named professional",
            Self::HeadOfService => "head of service",
            Self::Partnership => "partnership",
        }
    }
}

/// What a partnership's own post is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PartnershipFunction {
    /// Keeps the log, chases, reports.
    BusinessManager,
    /// Independent scrutineer or chair.
    Scrutineer,
    /// A member of the panel of the last stage.
    PanelMember,
    /// Looks at how cases were handled, and has no part in any: reads, and changes nothing.
    Auditor,
}

impl PartnershipFunction {
    /// The function in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::BusinessManager => "business manager",
            Self::Scrutineer => "scrutineer",
            Self::PanelMember => "panel member",
            Self::Auditor => "auditor",
        }
    }

    /// The functions of the partnership's officers: all but the auditor's, whom no case reaches.
    pub const OFFICERS: [Self; 3] = [Self::BusinessManager, Self::Scrutineer, Self::PanelMember];

    /// Whether whoever holds such a post is an officer of the partnership.
    pub fn is_officer(self) -> bool {
        Self::OFFICERS.contains(&self)
    }
}

/// Where a post stands: on a rung of an agency, or at the partnership's top. The type allows no
/// third way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// In an agency.
    Agency {
        /// The agency.
        agency_id: AgencyId,
        /// The rung; never `partnership`.
        rung: Rung,
        /// The team that the post serves; none if it serves the whole agency.
        team: Option<String>,
        /// Whether it is that of the agency's safeguarding lead, who may look at a case of the
        /// agency in an emergency, and is told when somebody did.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        safeguarding_lead: bool,
    },
    /// In the partnership.
    Partnership {
        /// The partnership.
        partnership_id: PartnershipId,
        /// What it is for.
        function: PartnershipFunction,
    },
}

impl Place {
    /// Whether it is an auditor's.
    pub fn audits(&self) -> bool {
        matches!(self, Self::Partnership { function: PartnershipFunction::Auditor, .. })
    }

    /// The rung of the place.
    pub fn rung(&self) -> Rung {
        match self {
            Self::Agency { rung, .. } => *rung,
            Self::Partnership { .. } => Rung::Partnership,
        }
    }
}

/// Somebody who holds a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Holder {
    /// Who.
    pub person_id: PersonId,
}

/// Somebody who stands in for a post's absent holders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deputy {
    /// Who.
    pub person_id: PersonId,
    /// The order of asking: 1 is asked first.
    pub rank: i32,
}

/// The most characters in a role's key.
const ROLE_CHARACTERS_MAX: usize = 40;

/// Whether a text is a role's key: small letters, digits and underscores, at most 40 of them.
pub fn is_role(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (1..=ROLE_CHARACTERS_MAX).contains(&text.len()) && text.chars().all(fits)
}

/// A post: who stands on a rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Its title, such as `Team manager, referral and assessment`.
    pub title: String,
    /// Where it stands.
    pub place: Place,
    /// What it is for beside its rung, as a policy names it: a key such as `director` or
    /// `duty_team`; see [`is_role`].
    pub role: Option<String>,
    /// A shared mailbox with no sign-in that is always told as well.
    pub mailbox_email: Option<String>,
    /// Who holds it; empty while it is vacant.
    pub holders: Vec<Holder>,
    /// Who stands in, in the order of asking.
    pub deputies: Vec<Deputy>,
}
