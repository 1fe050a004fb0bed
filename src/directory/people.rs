//! Partnerships, agencies and people.

use crate::clock::UtcInstant;
use crate::ids::{AbsenceId, AgencyId, PartnershipId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The safeguarding children partnership of an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Partnership {
    /// Its id.
    pub id: PartnershipId,
    /// A short name for files and addresses, such as `bromley`.
    pub key: String,
    /// Its full name.
    pub name: String,
    /// What its references begin with, such as `ESC`; no two partnerships of a server share one.
    pub reference_prefix: String,
    /// The address that is told when nobody else can be: the ladder never ends in nobody.
    pub contact_email: String,
}

/// What kind of agency it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Sector {
    /// The local authority's children's social care.
    ChildrensSocialCare,
    /// Police.
    Police,
    /// A health provider: hospital or community trust.
    HealthProvider,
    /// General practice.
    GeneralPractice,
    /// The integrated care board.
    IntegratedCareBoard,
    /// School or college.
    School,
    /// Nursery, childminder, children's centre.
    EarlyYears,
    /// Probation.
    Probation,
    /// Housing.
    Housing,
    /// Voluntary and community sector.
    VoluntarySector,
    /// Youth justice.
    YouthJustice,
    /// Any other.
    Other,
}

impl Sector {
    /// The sector in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::ChildrensSocialCare => "children's social care",
            Self::Police => "police",
            Self::HealthProvider => "health provider",
            Self::GeneralPractice => "general practice",
            Self::IntegratedCareBoard => "integrated care board",
            Self::School => "school",
            Self::EarlyYears => "early years",
            Self::Probation => "probation",
            Self::Housing => "housing",
            Self::VoluntarySector => "voluntary sector",
            Self::YouthJustice => "youth justice",
            Self::Other => "other",
        }
    }
}

/// An agency; it serves one or several partnerships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// Its name, such as `Ravensbourne Park Primary School`.
    pub name: String,
    /// What kind of agency it is.
    pub sector: Sector,
    /// The partnerships that it serves.
    pub partnership_ids: Vec<PartnershipId>,
}

/// Somebody, or an agency's own program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// Somebody.
    #[default]
    Person,
    /// A program of an agency: reads through API tokens, never signs in, holds no post, and is
    /// never told or asked anything.
    Machine,
}

/// Somebody who works for an agency or for a partnership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name, as they sign.
    pub name: String,
    /// Where their mail goes, and what they sign in with.
    pub email: String,
    /// The agency they work for; none for the partnership's own people.
    pub agency_id: Option<AgencyId>,
    /// False once they have left: they can neither sign in nor be routed to.
    pub active: bool,
    /// May keep the directory. Gives no sight of any case.
    pub administrator: bool,
    /// Somebody, or a machine.
    #[serde(default)]
    pub kind: PersonKind,
}

impl Person {
    /// Whether they can be asked, told, and given a part in anything: somebody who has not left.
    pub fn is_somebody_here(&self) -> bool {
        self.active && self.kind == PersonKind::Person
    }
}

/// A time in which somebody is away; their deputies stand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Absence {
    /// Its id.
    pub id: AbsenceId,
    /// Who is away.
    pub person_id: PersonId,
    /// The first instant of it.
    pub from_at: UtcInstant,
    /// The first instant after it; none while its end is not known.
    pub until_at: Option<UtcInstant>,
}

impl Absence {
    /// Whether `now` falls into it.
    pub fn covers(&self, now: UtcInstant) -> bool {
        self.from_at <= now && self.until_at.is_none_or(|until| now < until)
    }
}

/// Who a message goes to: a name to greet and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The person; none for a shared mailbox.
    pub person_id: Option<PersonId>,
    /// The name in the greeting.
    pub name: String,
    /// The address.
    pub email: String,
}
