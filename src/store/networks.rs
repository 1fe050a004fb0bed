//! The networks that people signed in from.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::people::normal_email;
use super::schema::{known_networks, people};
use super::types::At;
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;

/// What a network is to somebody who signs in from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Familiarity {
    /// They never signed in before.
    First,
    /// They signed in from it lately.
    Known,
    /// They signed in, and not from it, or too long ago.
    New,
}

/// Whether the person with this address signed in from a network since an instant. The same
/// question for an address that nobody has.
pub fn is_known_by_email(
    r: &mut Reader<'_>,
    email: &str,
    network: &str,
    since: UtcInstant,
) -> Result<bool, StoreError> {
    let found: i64 = on!(r, c => known_networks::table
        .inner_join(people::table.on(people::id.eq(known_networks::person_id)))
        .filter(people::email.eq(normal_email(email)))
        .filter(known_networks::network.eq(network))
        .filter(known_networks::last_seen_at.gt(At(since)))
        .count()
        .get_result(c))?;
    Ok(found > 0)
}

/// Whether somebody signed in from a network since an instant.
pub fn is_known(
    r: &mut Reader<'_>,
    person_id: PersonId,
    network: &str,
    since: UtcInstant,
) -> Result<bool, StoreError> {
    let found: i64 = on!(r, c => known_networks::table
        .filter(known_networks::person_id.eq(person_id.to_string()))
        .filter(known_networks::network.eq(network))
        .filter(known_networks::last_seen_at.gt(At(since)))
        .count()
        .get_result(c))?;
    Ok(found > 0)
}

/// Remembers that somebody signed in from a network, and says what it was to them until now, if
/// only what they did after `since` counts.
pub fn remember(
    w: &mut Writer<'_>,
    person_id: PersonId,
    network: &str,
    since: UtcInstant,
    now: UtcInstant,
) -> Result<Familiarity, StoreError> {
    let person = person_id.to_string();
    let seen: Vec<(String, At)> = on!(w, c => known_networks::table
        .filter(known_networks::person_id.eq(&person))
        .select((known_networks::network, known_networks::last_seen_at))
        .load(c))?;
    let this = seen.iter().find(|(one, _)| one == network).map(|(_, at)| at.0);
    let familiarity = match this {
        _ if seen.is_empty() => Familiarity::First,
        Some(last) if last > since => Familiarity::Known,
        _ => Familiarity::New,
    };
    on!(w, c => diesel::insert_into(known_networks::table)
        .values((
            known_networks::person_id.eq(&person),
            known_networks::network.eq(network),
            known_networks::last_seen_at.eq(At(now)),
        ))
        .on_conflict((known_networks::person_id, known_networks::network))
        .do_update()
        .set(known_networks::last_seen_at.eq(At(now)))
        .execute(c))?;
    Ok(familiarity)
}

/// Forgets networks that nobody used since an instant, and says how many.
pub fn delete_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<usize, StoreError> {
    Ok(on!(w, c => diesel::delete(known_networks::table
            .filter(known_networks::last_seen_at.lt(At(before))))
        .execute(c))?)
}
