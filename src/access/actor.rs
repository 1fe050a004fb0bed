//! Somebody who is signed in.

use crate::clock::UtcInstant;
use crate::directory::{PartnershipFunction, Place, SeatCapacity};
use crate::ids::{AgencyId, PartnershipId, PersonId, PostId, SessionId};
use serde::{Deserialize, Serialize};

/// A post that somebody holds, or in which they stand in for its absent holders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPost {
    /// The post.
    pub post_id: PostId,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub place: Place,
    /// Holder or deputy.
    pub capacity: SeatCapacity,
}

/// How somebody who is signed in proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// When they last did: a grave act asks for it to be fresh.
    pub at: UtcInstant,
    /// By what.
    pub by: ProofBy,
}

/// By what somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofBy {
    /// A password alone: only where a second factor is optional.
    Password,
    /// A password, and a one-time code or a recovery code.
    SecondFactor,
    /// A passkey that verified its holder.
    Passkey,
    /// Their agency's own identity provider.
    SingleSignOn,
    /// An API token; it never proves that anybody is there.
    ApiToken,
    /// Nothing: the operator acts in their name, on the machine itself.
    Console,
}

/// Somebody who is signed in, as the directory knows them at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub person_id: PersonId,
    /// The session in which they act.
    pub session_id: SessionId,
    /// How they proved who they are.
    pub proof: Proof,
    /// Their name as they sign.
    pub name: String,
    /// The agency they work for.
    pub agency_id: Option<AgencyId>,
    /// May keep the directory.
    pub administrator: bool,
    /// The posts that they hold, and those in which they stand in now. A deputy whose holder is
    /// there has no part in the post's cases.
    pub posts: Vec<HeldPost>,
}

impl Actor {
    /// The partnerships of which they are an officer: in which they hold a post that is not an
    /// auditor's.
    pub fn officer_of(&self) -> impl Iterator<Item = PartnershipId> {
        self.partnership_posts(PartnershipFunction::is_officer)
    }

    /// The partnerships whose cases they audit.
    pub fn auditor_of(&self) -> impl Iterator<Item = PartnershipId> {
        self.partnership_posts(|function| function == PartnershipFunction::Auditor)
    }

    fn partnership_posts(
        &self,
        wanted: impl Fn(PartnershipFunction) -> bool,
    ) -> impl Iterator<Item = PartnershipId> {
        self.posts.iter().filter_map(move |post| match post.place {
            Place::Partnership { partnership_id, function } if wanted(function) => {
                Some(partnership_id)
            }
            _ => None,
        })
    }

    /// The post they hold with this id.
    pub fn post(&self, id: PostId) -> Option<&HeldPost> {
        self.posts.iter().find(|post| post.post_id == id)
    }
}
