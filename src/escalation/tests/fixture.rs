//! A made-up partnership with three agencies, and a case that is walked through its life there.
//!
//! People go by their names, and times are as the clock in London shows them. The school raises,
//! children's social care receives, and the police have nothing to do with it.

mod case;

pub(crate) use case::*;

use crate::access::{Actor, HeldPost, Proof, ProofBy};
use crate::clock::UtcInstant;
use crate::directory::*;
use crate::escalation::*;
use crate::ids::{AgencyId, PersonId};
use crate::policy::{Calendars, Policy};
use std::str::FromStr;
use std::sync::LazyLock;

/// The policy as it is shipped.
pub(crate) const BSCP: &str = include_str!("../../../config/policies/bscp.toml");

/// The teacher who raises.
pub(crate) const ADA: &str = "Ada Reed";
/// The school's designated safeguarding lead.
pub(crate) const BEN: &str = "Ben Frost";
/// The school trust's safeguarding lead.
pub(crate) const CARA: &str = "Cara Moss";
/// The headteacher.
pub(crate) const DEV: &str = "Dev Patel";
/// The social worker on duty in the assessment team.
pub(crate) const EVE: &str = "Eve Stone";
/// The assessment team's manager.
pub(crate) const FINN: &str = "Finn Hale";
/// The assessment team manager's first deputy.
pub(crate) const NELL: &str = "Nell Shaw";
/// The assessment team manager's second deputy.
pub(crate) const OMAR: &str = "Omar King";
/// The manager of another team of social care.
pub(crate) const PAM: &str = "Pam West";
/// The service manager of social care.
pub(crate) const GITA: &str = "Gita Rao";
/// The director of social care.
pub(crate) const HUGH: &str = "Hugh Lane";
/// The partnership's business manager.
pub(crate) const IRIS: &str = "Iris Bell";
/// The independent scrutineer.
pub(crate) const JON: &str = "Jon Park";
/// A member of the panel.
pub(crate) const KAY: &str = "Kay Wren";
/// A detective sergeant of an agency that is not on the case.
pub(crate) const LIAM: &str = "Liam Dunn";
/// Keeps the directory.
pub(crate) const MONA: &str = "Mona Vale";

/// Everybody, with the agency they work for.
pub(crate) const EVERYBODY: [(&str, Option<u32>); 16] = [
    (ADA, Some(SCHOOL)),
    (BEN, Some(SCHOOL)),
    (CARA, Some(SCHOOL)),
    (DEV, Some(SCHOOL)),
    (EVE, Some(SOCIAL_CARE)),
    (FINN, Some(SOCIAL_CARE)),
    (NELL, Some(SOCIAL_CARE)),
    (OMAR, Some(SOCIAL_CARE)),
    (PAM, Some(SOCIAL_CARE)),
    (GITA, Some(SOCIAL_CARE)),
    (HUGH, Some(SOCIAL_CARE)),
    (IRIS, None),
    (JON, None),
    (KAY, None),
    (LIAM, Some(POLICE)),
    (MONA, None),
];

const PARTNERSHIP: u32 = 1;
pub(crate) const SCHOOL: u32 = 11;
pub(crate) const SOCIAL_CARE: u32 = 12;
pub(crate) const POLICE: u32 = 13;

/// The same id in every run, so that hashes are the same too.
pub(crate) fn id<T: FromStr<Err = uuid::Error>>(number: usize) -> T {
    format!("00000000-0000-7000-8000-{number:012}").parse().unwrap()
}

pub(crate) fn agency(number: u32) -> AgencyId {
    id(number as usize)
}

pub(crate) fn person(name: &str) -> PersonId {
    let place = EVERYBODY.iter().position(|(there, _)| *there == name);
    id(100 + place.unwrap())
}

/// An instant as the clock in London shows it, such as `2026-12-21 09:10`, with seconds if wanted.
pub(crate) fn at(local: &str) -> UtcInstant {
    let seconds = if local.len() == 16 { ":00" } else { "" };
    let local = format!("{}{seconds}", local.replace(' ', "T"));
    SHIPPED.calendars.partnership().instant_of(local.parse().unwrap())
}

pub(crate) fn prose(text: &str) -> Prose {
    Prose::try_from(text.to_owned()).unwrap()
}

pub(crate) fn line(text: &str) -> Line {
    Line::try_from(text.to_owned()).unwrap()
}

static SHIPPED: LazyLock<World> = LazyLock::new(|| World::under(BSCP));

/// The partnership, who stands where in it, and its policy.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) partnership: Partnership,
    pub(crate) posts: Vec<Post>,
    pub(crate) people: Vec<Person>,
    pub(crate) absences: Vec<Absence>,
    pub(crate) sectors: Vec<(u32, Sector)>,
    pub(crate) policy: Policy,
    pub(crate) calendars: Calendars,
}

impl World {
    /// Everybody at work, no post vacant, the policy as it is shipped.
    pub(crate) fn new() -> Self {
        SHIPPED.clone()
    }

    /// The same under another policy.
    pub(crate) fn under(policy: &str) -> Self {
        Self::of(Policy::parse(policy).unwrap())
    }

    fn of(policy: Policy) -> Self {
        let calendars = Calendars::new(&policy).unwrap();
        Self {
            partnership: Partnership {
                id: id(PARTNERSHIP as usize),
                key: "bromley".to_owned(),
                name: "Example Partnership".to_owned(),
                reference_prefix: "ESC".to_owned(),
                contact_email: "partnership@example.org".to_owned(),
            },
            posts: posts(),
            people: EVERYBODY.iter().map(|(name, of)| somebody(name, *of)).collect(),
            absences: Vec::new(),
            sectors: vec![
                (SCHOOL, Sector::School),
                (SOCIAL_CARE, Sector::ChildrensSocialCare),
                (POLICE, Sector::Police),
            ],
            policy,
            calendars,
        }
    }

    /// Under the shipped policy with one text in it put in place of another, wherever it stands. It
    /// need not be a policy that somebody would publish.
    pub(crate) fn with(from: &str, to: &str) -> Self {
        assert!(BSCP.contains(from), "the shipped policy does not say: {from}");
        Self::of(Policy::read(&BSCP.replace(from, to)).unwrap())
    }

    pub(crate) fn directory(&self) -> Directory {
        Directory::new(
            self.partnership.clone(),
            self.posts.clone(),
            self.people.clone(),
            self.absences.clone(),
        )
        .with_agencies(
            self.sectors.iter().map(|(number, sector)| self.agency(*number, *sector)).collect(),
        )
    }

    fn agency(&self, number: u32, sector: Sector) -> Agency {
        Agency {
            id: agency(number),
            name: format!("Agency {number}"),
            sector,
            partnership_ids: vec![self.partnership.id],
        }
    }

    /// An agency is of another sector.
    pub(crate) fn with_sector(mut self, number: u32, sector: Sector) -> Self {
        self.sectors.retain(|(there, _)| *there != number);
        self.sectors.push((number, sector));
        self
    }

    /// A post carries a role.
    pub(crate) fn with_role(mut self, title: &str, role: &str) -> Self {
        self.post_mut(title).role = Some(role.to_owned());
        self
    }

    /// A post is held by somebody else, and by nobody besides.
    pub(crate) fn held_by(mut self, title: &str, name: &str) -> Self {
        let person_id = person(name);
        self.post_mut(title).holders = vec![Holder { person_id }];
        self
    }

    /// Somebody is away from an instant on, until it is said otherwise.
    pub(crate) fn away(mut self, name: &str, from: &str) -> Self {
        let number = 900 + self.absences.len();
        self.absences.push(Absence {
            id: id(number),
            person_id: person(name),
            from_at: at(from),
            until_at: None,
        });
        self
    }

    /// Nobody holds or deputises a post any more.
    pub(crate) fn vacant(mut self, title: &str) -> Self {
        let post = self.post_mut(title);
        post.holders.clear();
        post.deputies.clear();
        self
    }

    /// Somebody holds a post as well.
    pub(crate) fn also_holds(mut self, name: &str, title: &str) -> Self {
        let person_id = person(name);
        self.post_mut(title).holders.push(Holder { person_id });
        self
    }

    /// Somebody has left.
    pub(crate) fn left(mut self, name: &str) -> Self {
        self.person_mut(name).active = false;
        self
    }

    pub(crate) fn post_mut(&mut self, title: &str) -> &mut Post {
        self.posts.iter_mut().find(|post| post.title == title).unwrap()
    }

    fn person_mut(&mut self, name: &str) -> &mut Person {
        self.people.iter_mut().find(|there| there.name == name).unwrap()
    }

    /// Somebody who is signed in, with the posts that they hold, and those in which they stand in
    /// because no holder is there.
    pub(crate) fn actor(&self, name: &str, now: UtcInstant) -> Actor {
        let person_id = person(name);
        let is_there = |holder: &Holder| {
            let of = holder.person_id;
            let is_away = self.absences.iter().any(|it| it.person_id == of && it.covers(now));
            !is_away && self.people.iter().any(|it| it.id == of && it.active)
        };
        let held = |post: &Post| {
            let holds = post.holders.iter().any(|it| it.person_id == person_id);
            let deputises = post.deputies.iter().any(|it| it.person_id == person_id)
                && !post.holders.iter().any(is_there);
            let capacity = if holds { SeatCapacity::Holder } else { SeatCapacity::Deputy };
            (holds || deputises).then(|| HeldPost {
                post_id: post.id,
                title: post.title.clone(),
                place: post.place.clone(),
                capacity,
            })
        };
        Actor {
            person_id,
            session_id: id(999),
            proof: Proof { at: now, by: ProofBy::SecondFactor },
            name: name.to_owned(),
            agency_id: self.people.iter().find(|p| p.id == person_id).unwrap().agency_id,
            administrator: name == MONA,
            posts: self.posts.iter().filter_map(held).collect(),
        }
    }
}

fn somebody(name: &str, of: Option<u32>) -> Person {
    Person {
        id: person(name),
        name: name.to_owned(),
        email: format!("{}@example.org", name.to_lowercase().replace(' ', ".")),
        agency_id: of.map(agency),
        active: true,
        administrator: name == MONA,
        kind: PersonKind::Person,
    }
}

fn posts() -> Vec<Post> {
    use Rung::{HeadOfService, LineManager, Practitioner, ServiceManager};
    let mut posts = Vec::new();
    let mut post = |title: &str, place: Place, holder: &str| {
        posts.push(Post {
            id: id(200 + posts.len()),
            title: title.to_owned(),
            place,
            role: None,
            mailbox_email: None,
            holders: vec![Holder { person_id: person(holder) }],
            deputies: Vec::new(),
        });
    };
    let of = |number: u32, rung: Rung, team: Option<&str>| Place::Agency {
        agency_id: agency(number),
        rung,
        team: team.map(str::to_owned),
        safeguarding_lead: false,
    };
    let partnership =
        |function| Place::Partnership { partnership_id: id(PARTNERSHIP as usize), function };
    post("Designated safeguarding lead", of(SCHOOL, LineManager, None), BEN);
    post("Trust safeguarding lead", of(SCHOOL, ServiceManager, None), CARA);
    post("Headteacher", of(SCHOOL, HeadOfService, None), DEV);
    post("Duty social worker", of(SOCIAL_CARE, Practitioner, Some("Assessment")), EVE);
    post("Team manager, assessment", of(SOCIAL_CARE, LineManager, Some("Assessment")), FINN);
    post("Team manager, care leavers", of(SOCIAL_CARE, LineManager, Some("Care leavers")), PAM);
    post("Service manager", of(SOCIAL_CARE, ServiceManager, None), GITA);
    post("Director", of(SOCIAL_CARE, HeadOfService, None), HUGH);
    post("Detective sergeant", of(POLICE, LineManager, None), LIAM);
    post("Business manager", partnership(PartnershipFunction::BusinessManager), IRIS);
    post("Independent scrutineer", partnership(PartnershipFunction::Scrutineer), JON);
    post("Panel member", partnership(PartnershipFunction::PanelMember), KAY);
    let assessment = posts.iter_mut().find(|post| post.title == "Team manager, assessment");
    // The second deputy stands first in the list: the rank decides.
    assessment.unwrap().deputies = vec![
        Deputy { person_id: person(OMAR), rank: 2 },
        Deputy { person_id: person(NELL), rank: 1 },
    ];
    posts
}

/// The school's side, and social care's.
pub(crate) fn school() -> Party {
    Party {
        agency_id: agency(SCHOOL),
        agency_name: "Example Primary School".to_owned(),
        team: None,
    }
}

pub(crate) fn social_care() -> Party {
    Party {
        agency_id: agency(SOCIAL_CARE),
        agency_name: "Example Social Care".to_owned(),
        team: Some("Assessment".to_owned()),
    }
}

/// The child is in no immediate danger.
pub(crate) fn no_danger() -> ImmediateDanger {
    ImmediateDanger {
        in_immediate_danger: false,
        action_taken: None,
        taken_at: None,
        taken_by: None,
    }
}

/// A draft with nothing missing.
pub(crate) fn whole_draft() -> Draft {
    Draft {
        receiving_agency_id: Some(agency(SOCIAL_CARE)),
        receiving_team: Some(line("Assessment")),
        child: Some(Child { initials: line("A. B."), local_reference: None }),
        area_of_disagreement: Some("level_of_need".to_owned()),
        facts: Some(prose("What happened.")),
        judgement: Some(prose("What I make of it.")),
        rationale: Some(prose("Why.")),
        risk: Some(prose("What may happen.")),
        childs_voice: Some(prose("What the child says.")),
        what_was_tried: Some(prose("A telephone call.")),
        outcome_sought: Some(prose("An assessment.")),
        ..Draft::default()
    }
}

pub(crate) fn policy_ref() -> PolicyRef {
    PolicyRef { key: "bscp".to_owned(), version: 1 }
}

pub(crate) fn opening(draft: Draft, immediate_danger: ImmediateDanger) -> Opening {
    Opening {
        id: id(1_000),
        reference: "ESC-2026-000001".to_owned(),
        partnership_id: id(PARTNERSHIP as usize),
        policy: policy_ref(),
        raiser: Signature {
            person_id: person(ADA),
            name: ADA.to_owned(),
            post_id: None,
            post_title: None,
            side: Side::Raising,
        },
        raising: school(),
        immediate_danger,
        draft,
    }
}
