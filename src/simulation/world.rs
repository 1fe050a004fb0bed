//! A made-up partnership in which a policy can be played: two agencies in dispute, whoever stands
//! in for them, and the partnership, each post held by somebody who is called after it.

use super::setting::{Missing, Setting};
use crate::access::{Actor, HeldPost, Proof, ProofBy};
use crate::clock::UtcInstant;
use crate::directory::{
    Absence, Agency, Directory, Holder, Partnership, PartnershipFunction, Party, Person,
    PersonKind, Place, Post, Rung, SeatCapacity, Sector, Side,
};
use crate::escalation::PanelMember;
use crate::ids::{AbsenceId, AgencyId, PartnershipId, PersonId, PostId, SessionId};
use crate::policy::{Policy, Who};
use chrono::DateTime;

const RUNGS: [Rung; 4] =
    [Rung::Practitioner, Rung::LineManager, Rung::ServiceManager, Rung::HeadOfService];

/// A made-up partnership.
#[derive(Debug, Clone)]
pub struct World {
    /// The partnership.
    pub partnership: Partnership,
    /// Its agencies: the two in dispute, those that stand in, and those that panels are drawn from.
    pub agencies: Vec<Agency>,
    /// Every post.
    pub posts: Vec<Post>,
    /// Everybody.
    pub people: Vec<Person>,
    /// Who is away.
    pub absences: Vec<Absence>,
    /// The side that raises.
    pub raising: Party,
    /// The side that receives.
    pub receiving: Party,
    /// Who raises: there in person, whoever else is missing.
    pub raiser: PersonId,
    /// Whose decision it is; none where that post is vacant.
    pub receiving_practitioner: Option<PersonId>,
    panellists: Vec<PersonId>,
    next_number: u64,
}

impl World {
    /// A partnership with everything that a policy asks for, but for who is missing.
    pub fn made_up(policy: &Policy, setting: &Setting) -> Self {
        let mut world = Self::empty(policy, setting);
        let raising = world.agency("Raising agency", setting.raising_sector);
        let receiving = world.agency("Receiving agency", setting.receiving_sector);
        world.raising = party(&raising);
        world.receiving = party(&receiving);
        world.raiser = world.man(policy, &raising, "raising side");
        let practitioner = world.man(policy, &receiving, "receiving side");
        for sector in policy.stand_in_sectors() {
            if !world.agencies.iter().any(|agency| agency.sector == sector) {
                let agency = world.agency("Another agency", sector);
                world.man(policy, &agency, sector.in_words());
            }
        }
        world.man_partnership();
        world.add_panellists(policy);
        for missing in &setting.vacant {
            world.each_of(missing, |post, _| post.holders.clear());
        }
        for missing in &setting.absent {
            world.each_of(missing, |post, away| {
                away.extend(post.holders.iter().map(|holder| holder.person_id));
            });
        }
        // The order in which the store reads them, so that people are told in the same order.
        world.posts.sort_by(|one, other| (&one.title, one.id).cmp(&(&other.title, other.id)));
        let still_there = world.posts.iter().any(|post| holds(post, practitioner));
        world.receiving_practitioner = still_there.then_some(practitioner);
        world
    }

    fn empty(policy: &Policy, setting: &Setting) -> Self {
        let nowhere =
            Party { agency_id: AgencyId::made_up(0), agency_name: String::new(), team: None };
        Self {
            partnership: Partnership {
                id: PartnershipId::made_up(setting.first_number),
                key: policy.partnership.clone(),
                name: "The partnership".to_owned(),
                reference_prefix: "SIM".to_owned(),
                contact_email: format!("partnership-{}@simulation.example", setting.first_number),
            },
            agencies: Vec::new(),
            posts: Vec::new(),
            people: Vec::new(),
            absences: Vec::new(),
            raising: nowhere.clone(),
            receiving: nowhere,
            raiser: PersonId::made_up(0),
            receiving_practitioner: None,
            panellists: Vec::new(),
            next_number: setting.first_number,
        }
    }

    fn number(&mut self) -> u64 {
        self.next_number = self.next_number.saturating_add(1);
        self.next_number
    }

    fn agency(&mut self, what: &str, sector: Sector) -> Agency {
        let agency = Agency {
            id: AgencyId::made_up(self.number()),
            name: format!("{what} ({})", sector.in_words()),
            sector,
            partnership_ids: vec![self.partnership.id],
        };
        self.agencies.push(agency.clone());
        agency
    }

    fn person(&mut self, name: String, agency_id: Option<AgencyId>) -> PersonId {
        let number = self.number();
        let id = PersonId::made_up(number);
        let email = format!("person-{number}@simulation.example");
        let (active, administrator, kind) = (true, false, PersonKind::Person);
        self.people.push(Person { id, name, email, agency_id, active, administrator, kind });
        id
    }

    fn post(&mut self, title: String, place: Place, role: Option<String>, holder: PersonId) {
        let id = PostId::made_up(self.number());
        let holders = vec![Holder { person_id: holder }];
        let (mailbox_email, deputies) = (None, Vec::new());
        self.posts.push(Post { id, title, place, role, mailbox_email, holders, deputies });
    }

    /// One person for each rung and each role of the policy's own; the practitioner is handed back.
    fn man(&mut self, policy: &Policy, agency: &Agency, whose: &str) -> PersonId {
        let rungs = RUNGS.map(|rung| (policy.rung_title(Some(agency.sector), rung), rung, None));
        let roles = policy.roles.iter();
        let roles = roles.map(|(key, role)| (role.title.as_str(), role.rung, Some(key.clone())));
        let mut practitioner = None;
        for (title, rung, role) in rungs.into_iter().chain(roles) {
            let title = capitalised(title);
            let person = self.person(format!("{title} ({whose})"), Some(agency.id));
            practitioner.get_or_insert(person);
            self.post(
                title,
                Place::Agency { agency_id: agency.id, rung, team: None, safeguarding_lead: false },
                role,
                person,
            );
        }
        practitioner.unwrap_or_else(|| PersonId::made_up(0))
    }

    fn man_partnership(&mut self) {
        for function in [
            PartnershipFunction::BusinessManager,
            PartnershipFunction::Scrutineer,
            PartnershipFunction::PanelMember,
        ] {
            let title = capitalised(function.in_words());
            let person = self.person(format!("{title} (partnership)"), None);
            let partnership_id = self.partnership.id;
            self.post(title, Place::Partnership { partnership_id, function }, None, person);
        }
    }

    /// People of agencies that have no part in the case, as many as the largest panel needs.
    fn add_panellists(&mut self, policy: &Policy) {
        let rules: Vec<_> = policy.stages.iter().filter_map(|it| it.panel.as_ref()).collect();
        let mut sectors: Vec<Sector> = Vec::new();
        for sector in rules.iter().flat_map(|rule| &rule.sectors) {
            if !sectors.contains(sector) {
                sectors.push(*sector);
            }
        }
        let most = rules.iter().map(|rule| rule.size.max(rule.agencies)).max().unwrap_or(0);
        let most = usize::try_from(most.min(PANELLISTS_MAX)).unwrap_or(0).max(sectors.len());
        sectors.resize(most, Sector::Other);
        for (number, sector) in (1..).zip(sectors) {
            let agency = self.agency(&format!("Third agency {number}"), sector);
            let whose = format!("Panellist {number} ({})", sector.in_words());
            let panellist = self.person(whose, Some(agency.id));
            self.panellists.push(panellist);
        }
    }

    fn each_of(&mut self, missing: &Missing, mut what: impl FnMut(&mut Post, &mut Vec<PersonId>)) {
        let (raising, receiving) = (self.raising.agency_id, self.receiving.agency_id);
        let mut away = Vec::new();
        for post in &mut self.posts {
            let is_meant = match missing {
                Missing::Everybody => true,
                Missing::Who(who) => is_of(post, who, raising, receiving),
            };
            if is_meant {
                what(post, &mut away);
            }
        }
        let from_at = UtcInstant::new(DateTime::UNIX_EPOCH);
        for person_id in away {
            let id = AbsenceId::made_up(self.number());
            self.absences.push(Absence { id, person_id, from_at, until_at: None });
        }
    }

    /// The directory of it.
    pub fn directory(&self) -> Directory {
        Directory::new(
            self.partnership.clone(),
            self.posts.clone(),
            self.people.clone(),
            self.absences.clone(),
        )
        .with_agencies(self.agencies.clone())
    }

    /// Somebody as if they were signed in; none if there is no such person.
    pub fn actor(&self, person_id: PersonId) -> Option<Actor> {
        let person = self.people.iter().find(|person| person.id == person_id)?;
        let held = |post: &Post| HeldPost {
            post_id: post.id,
            title: post.title.clone(),
            place: post.place.clone(),
            capacity: SeatCapacity::Holder,
        };
        Some(Actor {
            person_id,
            session_id: SessionId::made_up(0),
            // Nobody proves anything to a simulation.
            proof: Proof { at: UtcInstant::new(DateTime::UNIX_EPOCH), by: ProofBy::Console },
            name: person.name.clone(),
            agency_id: person.agency_id,
            administrator: false,
            posts: self.posts.iter().filter(|post| holds(post, person_id)).map(held).collect(),
        })
    }

    /// The holders of what a policy names.
    pub(super) fn holders(&self, who: &Who) -> Vec<PersonId> {
        let (raising, receiving) = (self.raising.agency_id, self.receiving.agency_id);
        let posts = self.posts.iter().filter(|post| is_of(post, who, raising, receiving));
        posts.flat_map(|post| &post.holders).map(|holder| holder.person_id).collect()
    }

    /// The holders of the partnership's own posts.
    pub(super) fn partnership_people(&self) -> Vec<PersonId> {
        let own = self.posts.iter().filter(|post| post.place.rung() == Rung::Partnership);
        own.flat_map(|post| &post.holders).map(|holder| holder.person_id).collect()
    }

    /// Somebody as the state machine wants to know the member of a panel.
    pub(super) fn panel_member(&self, person_id: PersonId) -> Option<PanelMember> {
        let person = self.people.iter().find(|person| person.id == person_id)?;
        let agency = self.agencies.iter().find(|agency| Some(agency.id) == person.agency_id);
        Some(PanelMember {
            person_id,
            name: person.name.clone(),
            agency_id: person.agency_id,
            sector: agency.map(|agency| agency.sector),
        })
    }

    /// People of agencies that have no part in the case.
    pub(super) fn panellists(&self) -> &[PersonId] {
        &self.panellists
    }
}

/// The most people that are made up for panels.
const PANELLISTS_MAX: u32 = 50;

fn party(agency: &Agency) -> Party {
    Party { agency_id: agency.id, agency_name: agency.name.clone(), team: None }
}

fn holds(post: &Post, person_id: PersonId) -> bool {
    post.holders.iter().any(|holder| holder.person_id == person_id)
}

fn is_of(post: &Post, who: &Who, raising: AgencyId, receiving: AgencyId) -> bool {
    let agency_of = |side: &Side| if *side == Side::Raising { raising } else { receiving };
    match (&post.place, who) {
        (Place::Agency { agency_id, rung, .. }, Who::Rung(side, wanted)) => {
            *agency_id == agency_of(side) && rung == wanted && post.role.is_none()
        }
        (Place::Agency { agency_id, .. }, Who::Role(side, role)) => {
            *agency_id == agency_of(side) && post.role.as_ref() == Some(role)
        }
        (Place::Partnership { function, .. }, Who::Function(wanted)) => function == wanted,
        _ => false,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
