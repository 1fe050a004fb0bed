//! Who is to be reached on a rung of a side: the people there, or whoever stands in for them.

use super::people::{Absence, Contact, Partnership, Person};
use super::post::{PartnershipFunction, Place, Post, Rung, Side};
use crate::clock::UtcInstant;
use crate::ids::{AgencyId, PersonId, PostId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How a warning ends where nobody stands in. Others may hold a post on the same rung.
const ASKED_INSTEAD: &str = "Whoever else is there was asked, or else the next rung up.";

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

/// The part of the directory that a case needs: its agencies' posts, its partnership's, and
/// everybody in them.
#[derive(Debug, Clone)]
pub struct Directory {
    partnership: Partnership,
    posts: Vec<Post>,
    people: BTreeMap<PersonId, Person>,
    absences: Vec<Absence>,
}

impl Directory {
    /// The directory over these.
    pub fn new(
        partnership: Partnership,
        posts: Vec<Post>,
        people: Vec<Person>,
        absences: Vec<Absence>,
    ) -> Self {
        let people = people.into_iter().map(|person| (person.id, person)).collect();
        Self { partnership, posts, people, absences }
    }

    /// The partnership that the case belongs to.
    pub fn partnership(&self) -> &Partnership {
        &self.partnership
    }

    /// Somebody in it.
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// Who is to be reached at `now` on a rung of an agency: holders, deputies of the absent, the
    /// next rung up for a vacant post, the partnership last.
    pub fn route(&self, side: Side, party: &Party, rung: Rung, now: UtcInstant) -> Route {
        if rung == Rung::Partnership {
            return self.route_to_partnership(&[PartnershipFunction::BusinessManager], now);
        }
        let mut route = Route::default();
        let posts = self.posts_of(party, rung);
        if posts.is_empty() {
            route.gaps.push(Gap {
                side,
                rung,
                post_id: None,
                reason: GapReason::NoPost,
                warning: format!(
                    "{} has no post of {}. The next rung up was asked instead.",
                    party.agency_name,
                    rung.in_words()
                ),
            });
        }
        for post in posts {
            route.add(self.man(post, side, &party.agency_name, now));
        }
        if route.seats.is_empty()
            && let Some(above) = rung.above()
        {
            route.add(self.route(side, party, above, now));
        }
        route
    }

    /// Who is to be reached at `now` in the partnership's posts of these functions; if none is
    /// manned its business manager, and if there is none its own address.
    pub fn route_to_partnership(
        &self,
        functions: &[PartnershipFunction],
        now: UtcInstant,
    ) -> Route {
        let mut route = Route::default();
        for post in self.posts_with_function(functions) {
            route.add(self.man(post, Side::Partnership, &self.partnership.name, now));
        }
        if !route.seats.is_empty() {
            return route;
        }
        if functions != [PartnershipFunction::BusinessManager] {
            route.add(self.route_to_partnership(&[PartnershipFunction::BusinessManager], now));
            return route;
        }
        route.gaps.push(Gap {
            side: Side::Partnership,
            rung: Rung::Partnership,
            post_id: None,
            reason: GapReason::PartnershipUnmanned,
            warning: format!(
                "Nobody could be reached in a post of {}. Its own address was told.",
                self.partnership.name
            ),
        });
        route.seats.push(self.last_resort());
        route
    }

    /// The partnership's own address: where a message goes that can go nowhere else.
    pub fn last_resort(&self) -> Seat {
        Seat {
            side: Side::Partnership,
            rung: Rung::Partnership,
            post_id: None,
            post_title: None,
            person_id: None,
            name: self.partnership.name.clone(),
            capacity: SeatCapacity::LastResort,
        }
    }

    /// The seat of somebody who is on a case in person: there themselves, or reached through the
    /// rung above when they are away or gone.
    pub fn route_to_person(
        &self,
        side: Side,
        party: &Party,
        rung: Rung,
        person_id: PersonId,
        now: UtcInstant,
    ) -> Route {
        let person = self.people.get(&person_id);
        let mut route = Route::default();
        if let Some(person) = person.filter(|person| person.active) {
            route.seats.push(Seat {
                side,
                rung,
                post_id: None,
                post_title: self.title_of(person.id, party),
                person_id: Some(person.id),
                name: person.name.clone(),
                capacity: SeatCapacity::Person,
            });
            if self.is_present(person, now) {
                return route;
            }
        }
        let missing = match person {
            Some(person) if person.active => format!("{} is away.", person.name),
            Some(person) => format!("{} has left.", person.name),
            None => "Somebody on the case has left.".to_owned(),
        };
        route.gaps.push(Gap {
            side,
            rung,
            post_id: None,
            reason: GapReason::AbsentWithoutDeputy,
            warning: format!("{missing} The next rung up was asked as well."),
        });
        if let Some(above) = rung.above() {
            route.add(self.route(side, party, above, now));
        }
        route
    }

    /// The name and address to send to for a seat. The last resort is the partnership's own
    /// address, also for somebody who is no longer in the directory.
    pub fn contact(&self, seat: &Seat) -> Contact {
        if let Some(person) = seat.person_id.and_then(|id| self.people.get(&id)) {
            return Contact {
                person_id: Some(person.id),
                name: person.name.clone(),
                email: person.email.clone(),
            };
        }
        let mailbox = self
            .posts
            .iter()
            .find(|post| seat.capacity == SeatCapacity::Mailbox && Some(post.id) == seat.post_id)
            .and_then(|post| post.mailbox_email.clone());
        Contact {
            person_id: None,
            name: seat.name.clone(),
            email: mailbox.unwrap_or_else(|| self.partnership.contact_email.clone()),
        }
    }

    /// The title of the lowest post that somebody holds in a party's agency.
    fn title_of(&self, person_id: PersonId, party: &Party) -> Option<String> {
        let held = self.posts.iter().filter(|post| {
            matches!(&post.place, Place::Agency { agency_id, .. } if *agency_id == party.agency_id)
                && post.holders.iter().any(|holder| holder.person_id == person_id)
        });
        held.min_by_key(|post| post.place.rung()).map(|post| post.title.clone())
    }

    /// The posts of a party on a rung: those of its team, or else those of the whole agency, or
    /// else all there are; rather one person too many than nobody.
    fn posts_of(&self, party: &Party, rung: Rung) -> Vec<&Post> {
        let on_rung: Vec<(&Post, &Option<String>)> = self
            .posts
            .iter()
            .filter_map(|post| match &post.place {
                Place::Agency { agency_id, rung: on, team }
                    if *agency_id == party.agency_id && *on == rung =>
                {
                    Some((post, team))
                }
                _ => None,
            })
            .collect();
        let of_team = |wanted: &Option<String>| -> Vec<&Post> {
            on_rung.iter().filter(|(_, team)| *team == wanted).map(|(post, _)| *post).collect()
        };
        let mut chosen = of_team(&party.team);
        if chosen.is_empty() {
            chosen = of_team(&None);
        }
        if chosen.is_empty() {
            chosen = on_rung.iter().map(|(post, _)| *post).collect();
        }
        chosen
    }

    fn posts_with_function(&self, functions: &[PartnershipFunction]) -> Vec<&Post> {
        self.posts
            .iter()
            .filter(|post| match &post.place {
                Place::Partnership { partnership_id, function } => {
                    *partnership_id == self.partnership.id && functions.contains(function)
                }
                Place::Agency { .. } => false,
            })
            .collect()
    }

    /// Who is in a post at `now`: mailbox and present holders; deputies where no holder is present.
    /// A mailbox alone answers for a post that nobody was ever meant to hold, and for no other.
    fn man(&self, post: &Post, side: Side, agency_name: &str, now: UtcInstant) -> Route {
        let rung = post.place.rung();
        let mut route = Route::default();
        let seat = |person: &Person, capacity| Seat {
            side,
            rung,
            post_id: Some(post.id),
            post_title: Some(post.title.clone()),
            person_id: Some(person.id),
            name: person.name.clone(),
            capacity,
        };
        let holders: Vec<&Person> = self.active(post.holders.iter().map(|holder| holder.person_id));
        let present = holders.iter().filter(|person| self.is_present(person, now));
        route.seats.extend(present.map(|person| seat(person, SeatCapacity::Holder)));
        let is_held = !route.seats.is_empty();
        let is_mailbox_alone = post.holders.is_empty() && post.deputies.is_empty();
        if let Some(_address) = &post.mailbox_email {
            route.seats.push(Seat {
                side,
                rung,
                post_id: Some(post.id),
                post_title: Some(post.title.clone()),
                person_id: None,
                name: post.title.clone(),
                capacity: SeatCapacity::Mailbox,
            });
        }
        if is_held || (is_mailbox_alone && !route.seats.is_empty()) {
            return route;
        }
        let mut deputies: Vec<_> = post.deputies.iter().collect();
        deputies.sort_by_key(|deputy| deputy.rank);
        let deputy = self
            .active(deputies.into_iter().map(|deputy| deputy.person_id))
            .into_iter()
            .find(|person| self.is_present(person, now));
        let (reason, warning) = match (holders.as_slice(), deputy) {
            ([], None) => (
                GapReason::Vacant,
                format!("Nobody holds the post {} of {agency_name}. {ASKED_INSTEAD}", post.title),
            ),
            ([], Some(deputy)) => (
                GapReason::Vacant,
                format!(
                    "Nobody holds the post {} of {agency_name}. {} stands in.",
                    post.title, deputy.name
                ),
            ),
            ([first, ..], Some(deputy)) => (
                GapReason::AbsentDeputyStandsIn,
                format!(
                    "{} ({} of {agency_name}) is away. {} stands in.",
                    first.name, post.title, deputy.name
                ),
            ),
            ([first, ..], None) => (
                GapReason::AbsentWithoutDeputy,
                format!(
                    "{} ({} of {agency_name}) is away and so is any deputy. {ASKED_INSTEAD}",
                    first.name, post.title
                ),
            ),
        };
        route.gaps.push(Gap { side, rung, post_id: Some(post.id), reason, warning });
        route.seats.extend(deputy.map(|person| seat(person, SeatCapacity::Deputy)));
        route
    }

    fn active(&self, ids: impl Iterator<Item = PersonId>) -> Vec<&Person> {
        ids.filter_map(|id| self.people.get(&id)).filter(|person| person.active).collect()
    }

    fn is_present(&self, person: &Person, now: UtcInstant) -> bool {
        !self.absences.iter().any(|absence| absence.person_id == person.id && absence.covers(now))
    }
}
