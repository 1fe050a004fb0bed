//! Whom somebody means by a name that they write into a form.

use super::keeping::find_colleague;
use super::{Engine, EngineError};
use crate::access::{self, Actor};
use crate::directory::Person;
use crate::escalation::Refusal;
use crate::ids::{EscalationId, PartnershipId};
use crate::store::people::{self, Scope, normal_email};
use crate::store::{Reader, directory, escalations};

/// How many people are read at once.
const AT_ONCE: i64 = 1_000;
/// How many names are offered in place of one that nobody has.
const ALIKE_MAX: usize = 3;
/// Words shorter than this make no two names alike.
const WORD_LETTERS_MIN: usize = 3;

/// Whom a text may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonMeant {
    /// What was written.
    pub text: String,
    /// Those who are called so, or have this address.
    pub found: Vec<Person>,
    /// The names of others with which it may be confused; where nobody was found.
    pub alike: Vec<String>,
}

impl Engine {
    /// Whom each of these texts means: people of a partnership that the person belongs to, by name in
    /// small or capital letters, or by address.
    ///
    /// # Errors
    /// Not found for a partnership that is not theirs; or the world failed.
    pub async fn people_meant(
        &self,
        actor: Actor,
        partnership_id: PartnershipId,
        texts: Vec<String>,
    ) -> Result<Vec<PersonMeant>, EngineError> {
        self.store()
            .read(move |r| {
                if !directory::partnerships_of(r, &actor)?.contains(&partnership_id) {
                    return Err(Refusal::NotFound.into());
                }
                let mut all = Vec::new();
                if !texts.is_empty() {
                    all = everybody(r)?;
                }
                let meant = texts.into_iter().map(|text| meant(r, &all, text, partnership_id));
                meant.collect()
            })
            .await
    }

    /// The names of those whom a case's restriction excludes, in order.
    ///
    /// # Errors
    /// Not found if the case is not there or the person may not see it; or the world failed.
    pub async fn names_excluded(
        &self,
        actor: Actor,
        which: EscalationId,
    ) -> Result<Vec<String>, EngineError> {
        let now = self.now();
        self.store()
            .read(move |r| {
                let stored = escalations::find(r, which)?.ok_or(Refusal::NotFound)?;
                access::may_see(&actor, &stored.escalation, now)?;
                let ids: Vec<String> =
                    stored.escalation.excluded().iter().map(ToString::to_string).collect();
                let people = people::people_of(r, &ids)?;
                let mut names: Vec<String> = people.into_iter().map(|it| it.name).collect();
                names.sort();
                Ok(names)
            })
            .await
    }
}

fn everybody(r: &mut Reader<'_>) -> Result<Vec<Person>, EngineError> {
    let mut all: Vec<Person> = Vec::new();
    loop {
        let after = all.last().map(|person| person.id);
        let page = people::list_people(r, &Scope::All, None, after, AT_ONCE)?;
        let is_last = i64::try_from(page.len()).is_ok_and(|length| length < AT_ONCE);
        all.extend(page.into_iter().map(|person| person.it));
        if is_last {
            return Ok(all);
        }
    }
}

fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Nobody is told of people of other partnerships: each who fits must be a colleague.
fn meant(
    r: &mut Reader<'_>,
    all: &[Person],
    text: String,
    of: PartnershipId,
) -> Result<PersonMeant, EngineError> {
    let (name, email) = (folded(&text), normal_email(&text));
    let mut found = Vec::new();
    for person in all.iter().filter(|it| folded(&it.name) == name || it.email == email) {
        found.extend(find_colleague(r, person.id, &[of])?);
    }
    let mut alike: Vec<String> = Vec::new();
    if found.is_empty() {
        let words: Vec<&str> =
            name.split(' ').filter(|word| word.chars().count() >= WORD_LETTERS_MIN).collect();
        let is_alike = |it: &&Person| folded(&it.name).split(' ').any(|word| words.contains(&word));
        for person in all.iter().filter(is_alike) {
            if alike.len() == ALIKE_MAX {
                break;
            }
            alike.extend(find_colleague(r, person.id, &[of])?.map(|it| it.name));
        }
    }
    Ok(PersonMeant { text, found, alike })
}
