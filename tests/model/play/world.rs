//! The made-up partnership of the model: who may stand where, and who does at a moment. The oracle
//! reads it as it is; what is tried gets it as a directory.

use bscp_escalation::access::{Actor, HeldPost, Proof, ProofBy};
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::directory::{
    Absence, Agency, Deputy, Directory, Holder, Partnership, PartnershipFunction, Party, Person,
    PersonKind, Place, Post, Rung, SeatCapacity, Sector, Side,
};
use bscp_escalation::ids::{AbsenceId, AgencyId, PartnershipId, PersonId, PostId, SessionId};
use chrono::DateTime;
use std::collections::BTreeSet;

/// Who raises: a teacher without a post.
pub const RAISER: &str = "Ada Reed";
/// Somebody of an agency that is not on the case.
pub const OUTSIDER: &str = "Liam Dunn";
/// Who is told when nobody else can be.
pub const LAST_RESORT: &str = "Example Partnership";

/// A post that may be held.
pub struct Stands {
    /// Its title.
    pub title: &'static str,
    /// Where, as a policy writes it.
    pub who: &'static str,
    /// Who holds it at first, and who may take it over.
    pub people: [&'static str; 2],
    /// Who stands in, the first first.
    pub deputies: &'static [&'static str],
}

const fn stands(
    title: &'static str,
    who: &'static str,
    people: [&'static str; 2],
    deputies: &'static [&'static str],
) -> Stands {
    Stands { title, who, people, deputies }
}

/// Every post.
pub const POSTS: [Stands; 10] = [
    stands("Lead", "raising.line_manager", ["Ben Frost", "Bea Noon"], &[]),
    stands("Trust lead", "raising.service_manager", ["Cara Moss", "Carl Yew"], &["Cleo Dale"]),
    stands("Head", "raising.head_of_service", ["Dev Patel", "Dora Lunt"], &[]),
    stands("Duty", "receiving.practitioner", ["Eve Stone", "Ed Marsh"], &[]),
    stands(
        "Manager",
        "receiving.line_manager",
        ["Finn Hale", "Fay Cole"],
        &["Nell Shaw", "Omar King"],
    ),
    stands("Service", "receiving.service_manager", ["Gita Rao", "Gus Pell"], &[]),
    stands("Director", "receiving.head_of_service", ["Hugh Lane", "Hana Oak"], &[]),
    stands("Business", "partnership.business_manager", ["Iris Bell", "Ivan Holt"], &[]),
    stands("Scrutineer", "partnership.scrutineer", ["Jon Park", "Jill Ward"], &["Jess Trim"]),
    stands("Panel", "partnership.panel_member", ["Kay Wren", "Kit Bray"], &[]),
];

/// Who stands where at a moment, and who is away.
#[derive(Debug, Clone)]
pub struct Staff {
    /// Who holds each post of [`POSTS`]; none where it is vacant.
    pub holders: [Option<&'static str>; POSTS.len()],
    /// Who is away.
    pub away: BTreeSet<&'static str>,
}

impl Staff {
    /// Everybody at work, no post vacant.
    pub fn at_first() -> Self {
        Self {
            holders: std::array::from_fn(|post| Some(POSTS[post].people[0])),
            away: BTreeSet::new(),
        }
    }
}

/// Everybody.
pub fn everybody() -> Vec<&'static str> {
    let of_post = |post: &Stands| [&post.people[..], post.deputies].concat();
    let of_posts = POSTS.iter().flat_map(of_post);
    [RAISER, OUTSIDER].into_iter().chain(of_posts).collect()
}

/// The same ids in every run. Each world of a database has a number of its own.
#[derive(Debug, Clone, Copy)]
pub struct Ids(pub u64);

impl Ids {
    fn id(self, number: usize) -> u64 {
        self.0 * 1_000 + number as u64
    }

    pub fn partnership(self) -> PartnershipId {
        PartnershipId::made_up(self.id(1))
    }

    /// The raising agency, the receiving one, and one that is not on the case.
    pub fn agency(self, side: Option<Side>) -> AgencyId {
        AgencyId::made_up(self.id(match side {
            Some(Side::Raising) => 2,
            Some(_) => 3,
            None => 4,
        }))
    }

    pub fn person(self, name: &str) -> PersonId {
        let place = everybody().iter().position(|there| *there == name);
        PersonId::made_up(self.id(100 + place.unwrap()))
    }

    pub fn post(self, post: usize) -> PostId {
        PostId::made_up(self.id(200 + post))
    }

    pub fn absence(self, number: usize) -> AbsenceId {
        AbsenceId::made_up(self.id(300 + number))
    }

    pub fn receiving(self) -> Party {
        Party {
            agency_id: self.agency(Some(Side::Receiving)),
            agency_name: "Example Social Care".to_owned(),
            team: None,
        }
    }

    pub fn raising(self) -> Party {
        Party {
            agency_id: self.agency(Some(Side::Raising)),
            agency_name: "Example School".to_owned(),
            team: None,
        }
    }

    pub fn the_partnership(self) -> Partnership {
        Partnership {
            id: self.partnership(),
            key: format!("example{}", self.0),
            name: LAST_RESORT.to_owned(),
            reference_prefix: format!("M{}", self.0),
            contact_email: format!("partnership@{}.example", self.0),
        }
    }

    pub fn agencies(self) -> Vec<Agency> {
        let agency = |side, name: &str, sector| Agency {
            id: self.agency(side),
            name: name.to_owned(),
            sector,
            partnership_ids: vec![self.partnership()],
        };
        vec![
            agency(Some(Side::Raising), "Example School", Sector::School),
            agency(Some(Side::Receiving), "Example Social Care", Sector::ChildrensSocialCare),
            agency(None, "Example Police", Sector::Police),
        ]
    }

    pub fn people(self) -> Vec<Person> {
        let person = |name: &&str| Person {
            id: self.person(name),
            name: (*name).to_owned(),
            email: format!("{}@{}.example", name.to_lowercase().replace(' ', "."), self.0),
            agency_id: self.agency_of(name),
            active: true,
            administrator: false,
            kind: PersonKind::Person,
        };
        everybody().iter().map(person).collect()
    }

    fn agency_of(self, name: &str) -> Option<AgencyId> {
        let of_post = |post: &&Stands| post.people.contains(&name) || post.deputies.contains(&name);
        match POSTS.iter().find(of_post).map(|post| post.who.split_once('.').unwrap().0) {
            Some("partnership") => None,
            Some("receiving") => Some(self.agency(Some(Side::Receiving))),
            Some(_) => Some(self.agency(Some(Side::Raising))),
            None if name == RAISER => Some(self.agency(Some(Side::Raising))),
            None => Some(self.agency(None)),
        }
    }

    fn place(self, who: &str) -> Place {
        let of = |function| Place::Partnership { partnership_id: self.partnership(), function };
        let (side, rung) = who.split_once('.').unwrap();
        let rung = match rung {
            "practitioner" => Rung::Practitioner,
            "line_manager" => Rung::LineManager,
            "service_manager" => Rung::ServiceManager,
            "head_of_service" => Rung::HeadOfService,
            "business_manager" => return of(PartnershipFunction::BusinessManager),
            "scrutineer" => return of(PartnershipFunction::Scrutineer),
            _ => return of(PartnershipFunction::PanelMember),
        };
        let side = if side == "raising" { Side::Raising } else { Side::Receiving };
        let agency_id = self.agency(Some(side));
        Place::Agency { agency_id, rung, team: None, safeguarding_lead: false }
    }

    pub fn posts(self, staff: &Staff) -> Vec<Post> {
        let post = |(number, post): (usize, &Stands)| Post {
            id: self.post(number),
            title: post.title.to_owned(),
            place: self.place(post.who),
            role: None,
            mailbox_email: None,
            holders: (staff.holders[number].iter())
                .map(|name| Holder { person_id: self.person(name) })
                .collect(),
            deputies: (1..)
                .zip(post.deputies)
                .map(|(rank, name)| Deputy { person_id: self.person(name), rank })
                .collect(),
        };
        POSTS.iter().enumerate().map(post).collect()
    }

    pub fn absence_of(self, name: &str) -> Absence {
        let number = everybody().iter().position(|there| *there == name).unwrap();
        Absence {
            id: self.absence(number),
            person_id: self.person(name),
            from_at: UtcInstant::new(DateTime::UNIX_EPOCH),
            until_at: None,
        }
    }

    pub fn directory(self, staff: &Staff) -> Directory {
        let absences = staff.away.iter().map(|name| self.absence_of(name)).collect();
        Directory::new(self.the_partnership(), self.posts(staff), self.people(), absences)
            .with_agencies(self.agencies())
    }

    /// Somebody who is signed in, with the posts that they hold, and those in which they stand in
    /// because no holder is there.
    pub fn actor(self, name: &str, staff: &Staff, now: UtcInstant) -> Actor {
        let person_id = self.person(name);
        let held = |(number, post): (usize, Post)| {
            let holds = post.holders.iter().any(|it| it.person_id == person_id);
            let deputises = post.deputies.iter().any(|it| it.person_id == person_id);
            let is_there = staff.holders[number].is_some_and(|it| !staff.away.contains(it));
            let capacity = if holds { SeatCapacity::Holder } else { SeatCapacity::Deputy };
            (holds || (deputises && !is_there)).then_some(HeldPost {
                post_id: post.id,
                title: post.title,
                place: post.place,
                capacity,
            })
        };
        Actor {
            person_id,
            session_id: SessionId::made_up(self.id(999)),
            proof: Proof { at: now, by: ProofBy::SecondFactor },
            name: name.to_owned(),
            agency_id: self.agency_of(name),
            administrator: false,
            posts: self.posts(staff).into_iter().enumerate().filter_map(held).collect(),
        }
    }
}
