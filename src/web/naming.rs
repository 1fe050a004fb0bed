//! Forms that name people: whom each name means.

use super::fields::{Faults, Field, Kind, Meant, Sent};
use super::page::Refused;
use super::visitor::Visitor;
use crate::directory::Person;
use crate::engine::{Engine, PersonMeant};
use crate::ids::PartnershipId;

/// The most names that a field takes.
const NAMES_MAX: usize = 50;

/// The names in a field, without empty lines.
fn names(field: &Field, sent: &Sent) -> Vec<String> {
    let written = sent.get(field.name).map_or("", String::as_str);
    let lines = written.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// Whom the names in a form mean, and what is wrong with them.
pub(super) async fn people_meant(
    app: &Engine,
    visitor: &Visitor,
    of: PartnershipId,
    fields: &[Field],
    sent: &Sent,
) -> Result<(Meant, Faults), Refused> {
    let (mut meant, mut faults) = (Meant::new(), Faults::default());
    for field in fields.iter().filter(|it| matches!(it.kind, Kind::People | Kind::Person)) {
        let names = names(field, sent);
        let most = if field.kind == Kind::Person { 1 } else { NAMES_MAX };
        if names.len() > most {
            faults.add(field.name, format!("{} Name at most {most}.", field.label));
            continue;
        }
        let found = app.people_meant(visitor.actor.clone(), of, names).await?;
        let mut people: Vec<Person> = Vec::new();
        for one in found {
            match the_one(one) {
                Ok(person) => people.push(person),
                Err(why) => faults.add(field.name, format!("{} {why}", field.label)),
            }
        }
        meant.insert(field.name, people);
    }
    Ok((meant, faults))
}

/// The one whom a text means; or why it means nobody.
fn the_one(meant: PersonMeant) -> Result<Person, String> {
    let PersonMeant { text, mut found, alike } = meant;
    let first = found.pop();
    match first {
        Some(_) if !found.is_empty() => Err(format!(
            "More than one person is called ‘{text}’: write the email address of the one you mean."
        )),
        Some(person) => Ok(person),
        None if alike.is_empty() => Err(format!(
            "Nobody of the directory is called ‘{text}’: write the name as it stands there."
        )),
        None => Err(format!(
            "Nobody of the directory is called ‘{text}’. Did you mean {}?",
            alike.join(", or ")
        )),
    }
}
