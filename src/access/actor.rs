//! Somebody who is signed in.

use crate::directory::{Place, SeatCapacity};
use crate::ids::{AgencyId, PersonId, PostId, SessionId};

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

/// Somebody who is signed in, as the directory knows them at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub person_id: PersonId,
    /// The session in which they act.
    pub session_id: SessionId,
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
    /// The post they hold with this id.
    pub fn post(&self, id: PostId) -> Option<&HeldPost> {
        self.posts.iter().find(|post| post.post_id == id)
    }
}
