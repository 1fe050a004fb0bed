//! What the form of a post asks for, and what is read from it.

use super::App;
use crate::directory::{Directory, PartnershipFunction, Person, Place, Post, Rung};
use crate::engine::NewPost;
use crate::ids::{AgencyId, PartnershipId, PersonId};
use crate::web::acts::capital;
use crate::web::fields::{Field, Kind, Reading};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;

/// More people than these are not all offered to tick: they are named by their addresses.
const OFFERED_MAX: usize = 100;
/// The fields for deputies, the first to be asked first.
const DEPUTIES: [(&str, &str); 6] = [
    ("deputy_1", "First deputy"),
    ("deputy_2", "Second deputy"),
    ("deputy_3", "Third deputy"),
    ("deputy_4", "Fourth deputy"),
    ("deputy_5", "Fifth deputy"),
    ("deputy_6", "Sixth deputy"),
];
/// How many of them are shown where no more are needed.
const DEPUTIES_SHOWN: usize = 2;
const RUNGS: [Rung; 4] =
    [Rung::Practitioner, Rung::LineManager, Rung::ServiceManager, Rung::HeadOfService];
const FUNCTIONS: [PartnershipFunction; 4] = [
    PartnershipFunction::BusinessManager,
    PartnershipFunction::Scrutineer,
    PartnershipFunction::PanelMember,
    PartnershipFunction::Auditor,
];

/// Whose post it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner {
    Agency(AgencyId),
    Partnership(PartnershipId),
}

impl Owner {
    pub(super) fn of(place: &Place) -> Self {
        match place {
            Place::Agency { agency_id, .. } => Self::Agency(*agency_id),
            Place::Partnership { partnership_id, .. } => Self::Partnership(*partnership_id),
        }
    }

    /// The page that shows its posts.
    pub(super) fn address(self) -> String {
        match self {
            Self::Agency(id) => format!("/directory/agencies/{id}"),
            Self::Partnership(id) => format!("/directory/partnerships/{id}"),
        }
    }
}

/// What a form of a post is made from.
pub(super) struct Ground {
    pub(super) owner: Owner,
    /// The agency's or the partnership's name.
    pub(super) name: String,
    pub(super) directory: Directory,
    /// Who may be ticked.
    offered: Vec<(PersonId, String)>,
}

impl Ground {
    /// Of these people, and those who are in the post; by name.
    pub(super) fn new(
        (owner, name): (Owner, String),
        directory: Directory,
        people: &[Person],
        before: Option<&Post>,
    ) -> Self {
        let named = |id: &PersonId| directory.person(*id).filter(|it| it.is_somebody_here());
        let all: &[Person] = if people.len() > OFFERED_MAX { &[] } else { people };
        let in_post = before.into_iter().flat_map(|post| {
            let holders = post.holders.iter().map(|it| it.person_id);
            holders.chain(post.deputies.iter().map(|it| it.person_id))
        });
        let own = directory.posts().iter().filter(|post| {
            matches!(owner, Owner::Partnership(_))
                && matches!(post.place, Place::Partnership { .. })
        });
        let own = own.flat_map(|post| post.holders.iter().map(|it| it.person_id));
        let ids: Vec<PersonId> = in_post.chain(own).collect();
        let mut offered: Vec<(PersonId, String)> =
            all.iter().map(|person| (person.id, person.name.clone())).collect();
        offered.extend(ids.iter().filter_map(named).map(|it| (it.id, it.name.clone())));
        offered.sort_by_cached_key(|(id, name)| (name.to_lowercase(), *id));
        offered.dedup_by_key(|(id, _)| *id);
        Self { owner, name, directory, offered }
    }

    fn choices(&self) -> Vec<(String, String)> {
        self.offered.iter().map(|(id, name)| (id.to_string(), name.clone())).collect()
    }

    fn is_offered(&self, id: PersonId) -> bool {
        self.offered.iter().any(|(offered, _)| *offered == id)
    }

    /// What the form asks for.
    pub(super) fn fields(&self, before: Option<&Post>) -> Vec<Field> {
        let mut fields = vec![
            Field::new("title", "Title of the post", Kind::Line)
                .hint("Such as: Designated safeguarding lead.")
                .holding(before.map(|post| post.title.as_str())),
        ];
        fields.extend(self.place_fields(before));
        fields.push(
            Field::new("role", "Role", Kind::Line)
                .optional()
                .hint("Only where a policy asks for one by its key, such as duty_team.")
                .holding(before.and_then(|post| post.role.as_deref())),
        );
        fields.extend(self.people_fields(before));
        fields.push(
            Field::new("mailbox_email", "Shared mailbox", Kind::Line)
                .optional()
                .hint("An address that is always told as well.")
                .holding(before.and_then(|post| post.mailbox_email.as_deref())),
        );
        fields
    }

    fn place_fields(&self, before: Option<&Post>) -> Vec<Field> {
        let place = before.map(|post| &post.place);
        if let Owner::Partnership(_) = self.owner {
            let kinds = FUNCTIONS.map(|it| (it.in_words().to_owned(), capital(it.in_words())));
            let now = place.and_then(|place| match place {
                Place::Partnership { function, .. } => Some(function.in_words()),
                Place::Agency { .. } => None,
            });
            let field = Field::new("function", "What is it for?", Kind::Choice(kinds.to_vec()));
            return vec![field.holding(now)];
        }
        let rungs = RUNGS.map(|it| (it.in_words().to_owned(), capital(it.in_words())));
        let (team, is_lead) = match place {
            Some(Place::Agency { team, safeguarding_lead, .. }) => {
                (team.as_deref(), *safeguarding_lead)
            }
            _ => (None, false),
        };
        let yes = vec![(
            "yes".to_owned(),
            "Yes: they may look at a case of the agency in an emergency".to_owned(),
        )];
        let lead = if is_lead { vec!["yes".to_owned()] } else { Vec::new() };
        vec![
            Field::new("rung", "How senior is it?", Kind::Choice(rungs.to_vec()))
                .holding(place.map(|place| place.rung().in_words())),
            Field::new("team", "Team", Kind::Line)
                .optional()
                .hint("Only where the agency has several posts of this kind.")
                .holding(team),
            Field::new(
                "safeguarding_lead",
                "Is it that of the agency’s safeguarding lead?",
                Kind::Several(yes),
            )
            .optional()
            .holding_several(&lead),
        ]
    }

    fn people_fields(&self, before: Option<&Post>) -> Vec<Field> {
        let holders: Vec<String> = before
            .map(|post| post.holders.iter().map(|it| it.person_id.to_string()).collect())
            .unwrap_or_default();
        let deputies: Vec<String> = before
            .map(|post| post.deputies.iter().map(|it| it.person_id.to_string()).collect())
            .unwrap_or_default();
        let mut fields = Vec::new();
        if !self.offered.is_empty() {
            fields.push(
                Field::new("holders", "Who holds it?", Kind::Several(self.choices()))
                    .optional()
                    .hint("Nobody while it is vacant.")
                    .holding_several(&holders),
            );
        }
        fields.push(
            Field::new("holder_by_email", "Somebody else who holds it", Kind::Line)
                .optional()
                .hint("Their email address in this directory."),
        );
        if !self.offered.is_empty() {
            let count = DEPUTIES_SHOWN.max(deputies.len().saturating_add(1));
            let shown = DEPUTIES.into_iter().take(count);
            fields.extend(shown.enumerate().map(|(at, (name, label))| {
                let field = Field::new(name, label, Kind::Pick(self.choices())).optional();
                field.holding(deputies.get(at).map(String::as_str))
            }));
        }
        fields.push(
            Field::new("deputy_by_email", "Somebody else who stands in", Kind::Line)
                .optional()
                .hint("Their email address in this directory. They are asked last."),
        );
        fields
    }

    fn place(&self, form: &mut Reading<'_>) -> Option<Place> {
        match self.owner {
            Owner::Agency(agency_id) => {
                let chosen = form.needed_choice("rung");
                let team = form.line("team").map(String::from);
                let safeguarding_lead = !form.several("safeguarding_lead").is_empty();
                let chosen = chosen?;
                let rung = RUNGS.into_iter().find(|it| it.in_words() == chosen)?;
                Some(Place::Agency { agency_id, rung, team, safeguarding_lead })
            }
            Owner::Partnership(partnership_id) => {
                let chosen = form.needed_choice("function")?;
                let function = FUNCTIONS.into_iter().find(|it| it.in_words() == chosen)?;
                Some(Place::Partnership { partnership_id, function })
            }
        }
    }

    /// The post as it is to be. Deputies beyond those that the form shows stay; whoever has left goes.
    pub(super) async fn read(
        &self,
        (app, visitor): (&App, &Visitor),
        form: &mut Reading<'_>,
        before: Option<&Post>,
    ) -> Result<Option<NewPost>, Refused> {
        let title = form.needed_line("title");
        let place = self.place(form);
        let role = form.line("role").map(String::from);
        let mailbox_email = form.line("mailbox_email").map(String::from);
        let of_key =
            |key: &String| self.offered.iter().map(|(id, _)| *id).find(|id| id.to_string() == *key);
        let mut holders: Vec<PersonId> =
            form.several("holders").iter().filter_map(of_key).collect();
        let mut deputies: Vec<PersonId> = Vec::new();
        for (name, _) in DEPUTIES {
            deputies.extend(form.choice(name).as_ref().and_then(of_key));
        }
        if let Some(post) = before {
            let rest = post.deputies.iter().skip(DEPUTIES.len()).map(|it| it.person_id);
            deputies.extend(rest.filter(|id| self.is_offered(*id)));
        }
        holders.extend(by_email((app, visitor), form, "holder_by_email").await?);
        deputies.extend(by_email((app, visitor), form, "deputy_by_email").await?);
        let (Some(title), Some(place)) = (title, place) else { return Ok(None) };
        Ok(Some(NewPost { title, place, role, mailbox_email, holders, deputies }))
    }
}

async fn by_email(
    (app, visitor): (&App, &Visitor),
    form: &mut Reading<'_>,
    name: &str,
) -> Result<Option<PersonId>, Refused> {
    let Some(email) = form.line(name) else { return Ok(None) };
    let found = app.person_of_address(visitor.actor.clone(), email.to_string()).await?;
    if found.is_none() {
        form.faults.add(name, "Nobody in the directory has this address");
    }
    Ok(found)
}
