//! Who is to be reached on a rung of a side: the people there, or whoever stands in for them.

use super::people::{Absence, Agency, Contact, Partnership, Person, Sector};
use super::post::{PartnershipFunction, Place, Post, Rung, Side};
use super::route::{Gap, GapReason, Party, Route, Seat, SeatCapacity};
use crate::clock::UtcInstant;
use crate::ids::{AgencyId, PersonId};
use std::collections::BTreeMap;

/// Who is asked where nobody stands in, and no other post on the same rung is manned.
const NEXT_RUNG: &str = "the next rung up";

/// The part of the directory that a case needs: its agencies' posts, its partnership's, and
/// everybody in them.
#[derive(Debug, Clone)]
pub struct Directory {
    partnership: Partnership,
    agencies: Vec<Agency>,
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
        Self { partnership, agencies: Vec::new(), posts, people, absences }
    }

    /// The same with the partnership's agencies known, and those of the case.
    #[must_use]
    pub fn with_agencies(self, mut agencies: Vec<Agency>) -> Self {
        agencies.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        Self { agencies, ..self }
    }

    /// The same with more people known, such as those whom a command has just brought onto a case.
    #[must_use]
    pub fn with_people(mut self, people: Vec<Person>) -> Self {
        self.people.extend(people.into_iter().map(|person| (person.id, person)));
        self
    }

    /// The same for a case that nobody of these people may hear of: they count as gone, so that a
    /// deputy, a stand-in or the next rung steps in. A shared mailbox that one of them may read, as
    /// holder or deputy of its post, is not used either.
    #[must_use]
    pub fn without(mut self, excluded: &[PersonId]) -> Self {
        if excluded.is_empty() {
            return self;
        }
        self.people.retain(|id, _| !excluded.contains(id));
        for post in &mut self.posts {
            let holders = post.holders.iter().map(|it| it.person_id);
            let mut readers = holders.chain(post.deputies.iter().map(|it| it.person_id));
            if readers.any(|id| excluded.contains(&id)) {
                post.mailbox_email = None;
            }
        }
        self
    }

    /// Whether a message to a seat still reaches whom it is meant for.
    pub fn reaches(&self, seat: &Seat) -> bool {
        let has_mailbox =
            |post: &Post| Some(post.id) == seat.post_id && post.mailbox_email.is_some();
        match (seat.person_id, seat.capacity) {
            (Some(person_id), _) => self.people.contains_key(&person_id),
            (None, SeatCapacity::Mailbox) => self.posts.iter().any(has_mailbox),
            (None, _) => true,
        }
    }

    /// The safeguarding leads of these agencies who are there at `now`, each on its agency's side.
    pub fn safeguarding_leads(&self, of: &[(Side, AgencyId)], now: UtcInstant) -> Vec<Seat> {
        let mut route = Route::default();
        for (side, agency) in of {
            let posts = self.posts.iter().filter(|post| {
                matches!(&post.place, Place::Agency { agency_id, safeguarding_lead: true, .. }
                    if agency_id == agency)
            });
            for post in posts {
                route.add(self.man(post, *side, "", NEXT_RUNG, now));
            }
        }
        route.seats
    }

    /// The same with another post, or with one as it is to be.
    #[must_use]
    pub fn with_post(mut self, post: Post) -> Self {
        self.posts.retain(|it| it.id != post.id);
        self.posts.push(post);
        self
    }

    /// The same with one more absence.
    #[must_use]
    pub fn with_absence(mut self, absence: Absence) -> Self {
        self.absences.push(absence);
        self
    }

    /// Its posts.
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// The absence in which somebody is at `now`.
    pub fn absence_of(&self, id: PersonId, now: UtcInstant) -> Option<&Absence> {
        self.absences.iter().find(|absence| absence.person_id == id && absence.covers(now))
    }

    /// An agency in it.
    pub fn agency(&self, id: AgencyId) -> Option<&Agency> {
        self.agencies.iter().find(|agency| agency.id == id)
    }

    /// What kind of agency one of them is; none for an agency that is not in it.
    pub fn sector_of(&self, id: AgencyId) -> Option<Sector> {
        self.agency(id).map(|agency| agency.sector)
    }

    /// The partnership's agencies of a sector, by name, each as a whole. Their people can be
    /// reached only if the directory was loaded with the sector's posts.
    pub fn agencies_of_sector(&self, sector: Sector) -> Vec<Party> {
        let serves = |agency: &&Agency| {
            agency.sector == sector && agency.partnership_ids.contains(&self.partnership.id)
        };
        let party = |agency: &Agency| Party {
            agency_id: agency.id,
            agency_name: agency.name.clone(),
            team: None,
        };
        self.agencies.iter().filter(serves).map(party).collect()
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
        let posts = self.posts_of(party, |post| post.place.rung() == rung);
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
            route.add(self.man(post, side, &party.agency_name, NEXT_RUNG, now));
        }
        if route.seats.is_empty()
            && let Some(above) = rung.above()
        {
            route.add(self.route(side, party, above, now));
        }
        route
    }

    /// Who is to be reached at `now` in an agency's posts of a role, which stand on whatever rung.
    /// Where it has none, or nobody in it can be reached, `rung` is asked instead, and a gap says
    /// so. `role_title` is what people call the role.
    pub fn route_to_role(
        &self,
        side: Side,
        party: &Party,
        role: &str,
        rung: Rung,
        role_title: &str,
        now: UtcInstant,
    ) -> Route {
        let instead = format!("the {}", rung.in_words());
        let mut route = Route::default();
        let posts = self.posts_of(party, |post| post.role.as_deref() == Some(role));
        if posts.is_empty() {
            route.gaps.push(Gap {
                side,
                rung,
                post_id: None,
                reason: GapReason::NoPost,
                warning: format!(
                    "{} has no post of {role_title}. {} was asked instead.",
                    party.agency_name,
                    instead.replacen("the", "The", 1)
                ),
            });
        }
        for post in posts {
            route.add(self.man(post, side, &party.agency_name, &instead, now));
        }
        if route.seats.is_empty() {
            route.add(self.route(side, party, rung, now));
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
            route.add(self.man(post, Side::Partnership, &self.partnership.name, NEXT_RUNG, now));
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
        if let Some(person) = person.filter(|person| person.is_somebody_here()) {
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

    /// The posts of a party that are wanted, by rung or by role: those of its team, or else those
    /// of the whole agency, or else all there are; rather one person too many than nobody.
    fn posts_of(&self, party: &Party, wanted: impl Fn(&Post) -> bool) -> Vec<&Post> {
        let found: Vec<(&Post, &Option<String>)> = self
            .posts
            .iter()
            .filter(|post| wanted(post))
            .filter_map(|post| match &post.place {
                Place::Agency { agency_id, team, .. } if *agency_id == party.agency_id => {
                    Some((post, team))
                }
                _ => None,
            })
            .collect();
        let of_team = |wanted: &Option<String>| -> Vec<&Post> {
            found.iter().filter(|(_, team)| *team == wanted).map(|(post, _)| *post).collect()
        };
        let mut chosen = of_team(&party.team);
        if chosen.is_empty() {
            chosen = of_team(&None);
        }
        if chosen.is_empty() {
            chosen = found.iter().map(|(post, _)| *post).collect();
        }
        chosen
    }

    /// Whether a seat is in one of the partnership's posts of these functions, and somebody can be
    /// reached in that post at `now`.
    pub fn is_manned(
        &self,
        seat: &Seat,
        functions: &[PartnershipFunction],
        now: UtcInstant,
    ) -> bool {
        self.posts_with_function(functions).iter().any(|post| {
            Some(post.id) == seat.post_id
                && !self.man(post, Side::Partnership, "", NEXT_RUNG, now).seats.is_empty()
        })
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
    /// `instead` says who is asked where all that reaches nobody.
    fn man(
        &self,
        post: &Post,
        side: Side,
        agency_name: &str,
        instead: &str,
        now: UtcInstant,
    ) -> Route {
        let rung = post.place.rung();
        let asked = format!("Whoever else is there was asked, or else {instead}.");
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
                format!("Nobody holds the post {} of {agency_name}. {asked}", post.title),
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
                    "{} ({} of {agency_name}) is away and so is any deputy. {asked}",
                    first.name, post.title
                ),
            ),
        };
        route.gaps.push(Gap { side, rung, post_id: Some(post.id), reason, warning });
        route.seats.extend(deputy.map(|person| seat(person, SeatCapacity::Deputy)));
        route
    }

    fn active(&self, ids: impl Iterator<Item = PersonId>) -> Vec<&Person> {
        ids.filter_map(|id| self.people.get(&id))
            .filter(|person| person.is_somebody_here())
            .collect()
    }

    fn is_present(&self, person: &Person, now: UtcInstant) -> bool {
        !self.absences.iter().any(|absence| absence.person_id == person.id && absence.covers(now))
    }
}
