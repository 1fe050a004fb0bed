//! How a post stands: whether whoever it needs can be reached, and who would be asked instead.

use super::post::{Place, Post, Rung, Side};
use super::route::{GapReason, Party, Seat};
use super::routing::Directory;
use crate::clock::UtcInstant;
use crate::ids::AgencyId;

/// How a post stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Why its holders would not be asked; none if one of them is there, or a mailbox is all there is.
    pub gap: Option<GapReason>,
    /// Everybody whom a case would reach that came to this rung now; never empty.
    pub asked: Vec<Seat>,
}

impl Standing {
    /// Whether somebody has to mend it: nobody holds the post, or all who do are away and nobody
    /// stands in for them.
    pub fn is_gap(&self) -> bool {
        matches!(self.gap, Some(GapReason::Vacant | GapReason::AbsentWithoutDeputy))
    }
}

/// The rungs that a case climbs within an agency.
const CLIMBED: [Rung; 3] = [Rung::LineManager, Rung::ServiceManager, Rung::HeadOfService];

impl Directory {
    /// How a post of it stands at `now`.
    pub fn standing(&self, post: &Post, now: UtcInstant) -> Standing {
        let route = match &post.place {
            Place::Agency { agency_id, rung, team, .. } => {
                let party = self.party(*agency_id, team.clone());
                self.route(Side::Receiving, &party, *rung, now)
            }
            Place::Partnership { function, .. } => self.route_to_partnership(&[*function], now),
        };
        let gap = route.gaps.iter().find(|gap| gap.post_id == Some(post.id));
        Standing { gap: gap.map(|gap| gap.reason), asked: route.seats }
    }

    /// The rungs on which an agency has no post at all, with who would be asked instead.
    pub fn rungs_without_post(&self, id: AgencyId, now: UtcInstant) -> Vec<(Rung, Vec<Seat>)> {
        let has_post = |wanted: Rung| {
            self.posts().iter().any(|post| {
                matches!(&post.place, Place::Agency { agency_id, rung, .. }
                    if *agency_id == id && *rung == wanted)
            })
        };
        let missing = CLIMBED.into_iter().filter(|rung| !has_post(*rung));
        let party = self.party(id, None);
        missing.map(|rung| (rung, self.route(Side::Receiving, &party, rung, now).seats)).collect()
    }

    fn party(&self, agency_id: AgencyId, team: Option<String>) -> Party {
        let name = self.agency(agency_id).map_or(String::new(), |agency| agency.name.clone());
        Party { agency_id, agency_name: name, team }
    }
}
