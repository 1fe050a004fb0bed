//! How a post stands, in words: who is in it, who is away, who covers, and who would be asked where
//! nobody is.

use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::{Directory, GapReason, Place, Post, Seat, SeatCapacity, Standing};
use crate::ids::{AgencyId, PartnershipId, PersonId, PostId};
use crate::web::acts::capital;

/// Somebody in a post.
pub(super) struct InPost {
    pub(super) id: PersonId,
    pub(super) name: String,
    /// That they are away, or have left.
    pub(super) note: Option<String>,
}

/// A post as a page shows it.
pub(super) struct PostLine {
    pub(super) id: PostId,
    pub(super) title: String,
    /// Its rung or function, its team and its role.
    pub(super) place: String,
    pub(super) holders: Vec<InPost>,
    pub(super) deputies: Vec<InPost>,
    pub(super) mailbox: Option<String>,
    /// What somebody has to mend, in a sentence or two.
    pub(super) gap: Option<String>,
    /// Who stands in for somebody who is away.
    pub(super) cover: Option<String>,
}

/// By what a page says who is where.
pub(super) struct Speaker<'d> {
    pub(super) directory: &'d Directory,
    pub(super) calendar: &'d Calendar,
    pub(super) now: UtcInstant,
    /// Until when somebody is away is told to those who keep them.
    pub(super) tells_until: bool,
}

/// Where a post stands, in words.
pub(super) fn place_in_words(post: &Post) -> String {
    let mut words = match &post.place {
        Place::Agency { rung, team, .. } => {
            let team = team.as_ref().map_or(String::new(), |team| format!(", team {team}"));
            format!("{}{team}", capital(rung.in_words()))
        }
        Place::Partnership { function, .. } => capital(function.in_words()),
    };
    if matches!(post.place, Place::Agency { safeguarding_lead: true, .. }) {
        words += ", safeguarding lead of the agency";
    }
    if let Some(role) = &post.role {
        words += &format!(", role {role}");
    }
    words
}

/// The posts of an agency, the lowest rung first.
pub(super) fn of_agency(directory: &Directory, id: AgencyId) -> Vec<&Post> {
    let is_there =
        |post: &&Post| matches!(&post.place, Place::Agency { agency_id, .. } if *agency_id == id);
    let mut found: Vec<&Post> = directory.posts().iter().filter(is_there).collect();
    found.sort_by_key(|post| (post.place.rung(), post.title.to_lowercase(), post.id));
    found
}

/// The own posts of a partnership, by function.
pub(super) fn of_partnership(directory: &Directory, id: PartnershipId) -> Vec<&Post> {
    let function = |post: &Post| match &post.place {
        Place::Partnership { partnership_id, function } if *partnership_id == id => Some(*function),
        _ => None,
    };
    let mut found: Vec<&Post> =
        directory.posts().iter().filter(|post| function(post).is_some()).collect();
    found.sort_by_key(|post| (function(post), post.title.to_lowercase(), post.id));
    found
}

/// People and mailboxes, as a sentence names them.
pub(super) fn asked_in_words(seats: &[Seat]) -> String {
    let name = |seat: &Seat| match (&seat.post_title, seat.capacity) {
        (_, SeatCapacity::LastResort) => "the partnership’s own address".to_owned(),
        (Some(title), SeatCapacity::Mailbox) => format!("the mailbox of the post “{title}”"),
        (Some(title), _) if *title != seat.name => format!("{} ({title})", seat.name),
        _ => seat.name.clone(),
    };
    let names: Vec<String> = seats.iter().map(name).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => "nobody".to_owned(),
    }
}

/// What is wrong with a post and what follows from it, in sentences; none where nothing is.
pub(super) fn gap_in_words(post: &Post, standing: &Standing) -> Option<String> {
    let asked = || {
        // No case goes to an auditor.
        if post.place.audits() {
            return String::new();
        }
        format!(" A case would go to {}.", asked_in_words(&standing.asked))
    };
    match standing.gap? {
        GapReason::Vacant => Some(format!("Nobody holds this post.{}", asked())),
        GapReason::AbsentWithoutDeputy => {
            Some(format!("Whoever holds this post is away, and nobody covers.{}", asked()))
        }
        GapReason::AbsentDeputyStandsIn | GapReason::NoPost | GapReason::PartnershipUnmanned => {
            None
        }
    }
}

impl Speaker<'_> {
    /// A post as a page shows it.
    pub(super) fn line(&self, post: &Post) -> PostLine {
        let standing = self.directory.standing(post, self.now);
        let deputies: Vec<PersonId> = post.deputies.iter().map(|it| it.person_id).collect();
        let cover = (standing.gap == Some(GapReason::AbsentDeputyStandsIn)).then(|| {
            let stands_in = |seat: &&Seat| {
                seat.post_id == Some(post.id) && seat.capacity == SeatCapacity::Deputy
            };
            let names: Vec<&str> =
                standing.asked.iter().filter(stands_in).map(|seat| seat.name.as_str()).collect();
            format!("{} covers.", names.join(", "))
        });
        PostLine {
            id: post.id,
            title: post.title.clone(),
            place: place_in_words(post),
            holders: post.holders.iter().map(|it| self.in_post(it.person_id)).collect(),
            deputies: deputies.into_iter().map(|id| self.in_post(id)).collect(),
            mailbox: post.mailbox_email.clone(),
            gap: gap_in_words(post, &standing),
            cover,
        }
    }

    fn in_post(&self, id: PersonId) -> InPost {
        let Some(person) = self.directory.person(id) else {
            let (name, note) = ("Somebody".to_owned(), Some("has left".to_owned()));
            return InPost { id, name, note };
        };
        let note =
            if person.is_somebody_here() { self.away(id) } else { Some("has left".to_owned()) };
        InPost { id, name: person.name.clone(), note }
    }

    /// That somebody is away now, and until when if that may be told.
    pub(super) fn away(&self, id: PersonId) -> Option<String> {
        let absence = self.directory.absence_of(id, self.now)?;
        Some(match absence.until_at.filter(|_| self.tells_until) {
            Some(until) => format!("away until {}", self.calendar.say(until)),
            None => "away".to_owned(),
        })
    }
}
