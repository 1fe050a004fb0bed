//! A side of a case, who is reached on it, and what stood in the way.

use super::post::{Rung, Side};
use crate::ids::{AgencyId, PersonId, PostId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One side of a case: an agency, and the team in it if it was named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Party {
    /// The agency.
    pub agency_id: AgencyId,
    /// Its name when the case was raised.
    pub agency_name: String,
    /// The team, where the agency has several posts on a rung.
    pub team: Option<String>,
}

/// In what capacity somebody is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeatCapacity {
    /// Holds the post.
    Holder,
    /// Stands in for the post's absent holder.
    Deputy,
    /// A shared mailbox with no sign-in.
    Mailbox,
    /// On the case in person, such as the raiser, without a post.
    Person,
    /// The partnership's own address, because nobody else could be reached.
    LastResort,
}

/// Somebody whom a case has reached, and why them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Seat {
    /// The side they are on.
    pub side: Side,
    /// The rung they stand on.
    pub rung: Rung,
    /// The post; none for somebody on the case in person, and for the last resort.
    pub post_id: Option<PostId>,
    /// The post's title.
    pub post_title: Option<String>,
    /// The person; none for a mailbox and for the last resort.
    pub person_id: Option<PersonId>,
    /// The name to call them by.
    pub name: String,
    /// In what capacity.
    pub capacity: SeatCapacity,
}

/// Why somebody else had to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// The agency has no such post.
    NoPost,
    /// Nobody holds the post.
    Vacant,
    /// The holders are away; a deputy stands in.
    AbsentDeputyStandsIn,
    /// The holders are away and there is no deputy who is not.
    AbsentWithoutDeputy,
    /// The partnership itself has nobody in post: its own address is told.
    PartnershipUnmanned,
}

/// A gap in the ladder, to be shown to whoever can mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// The side with the gap.
    pub side: Side,
    /// The rung with the gap.
    pub rung: Rung,
    /// The post, if there is one.
    pub post_id: Option<PostId>,
    /// Why.
    pub reason: GapReason,
    /// The warning in words: what is wrong, and who was asked instead.
    pub warning: String,
}

/// Who is to be reached, and what stood in the way. `seats` is never empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// Who is to be reached.
    pub seats: Vec<Seat>,
    /// The gaps on the way to them.
    pub gaps: Vec<Gap>,
}

impl Route {
    /// Adds another route, leaving out seats that are there already.
    pub fn add(&mut self, other: Self) {
        for seat in other.seats {
            if !self.seats.iter().any(|there| there.is_same_recipient(&seat)) {
                self.seats.push(seat);
            }
        }
        for gap in other.gaps {
            if !self.gaps.contains(&gap) {
                self.gaps.push(gap);
            }
        }
    }
}

impl Seat {
    /// Whether a message to either reaches the same mailbox.
    pub fn is_same_recipient(&self, other: &Self) -> bool {
        match (self.person_id, other.person_id) {
            (Some(mine), Some(theirs)) => mine == theirs,
            (None, None) => self.post_id == other.post_id && self.capacity == other.capacity,
            _ => false,
        }
    }
}
