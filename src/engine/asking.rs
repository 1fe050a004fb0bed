//! Whom somebody can ask who does not know how to go on.

use super::{Engine, EngineError};
use crate::access::Actor;
use crate::directory::{PartnershipFunction, Place};
use crate::store::{Reader, StoreError, directory, people, posts};

/// Whom to ask in a partnership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhomToAsk {
    /// The partnership.
    pub partnership: String,
    /// Its own address.
    pub contact_email: String,
    /// Its business managers, by name: people's own addresses are for officers.
    pub business_managers: Vec<String>,
}

impl Engine {
    /// Whom somebody can ask, in each partnership that they have a part in.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn whom_to_ask(&self, actor: Actor) -> Result<Vec<WhomToAsk>, EngineError> {
        let found: Result<_, StoreError> = self
            .store()
            .read(move |r| {
                let mut found = Vec::new();
                for id in directory::partnerships_of(r, &actor)? {
                    let Some(partnership) = people::find_partnership(r, id)? else { continue };
                    let posts = posts::posts_of(r, &[], id)?;
                    found.push(WhomToAsk {
                        partnership: partnership.it.name,
                        contact_email: partnership.it.contact_email,
                        business_managers: business_managers(r, &posts)?,
                    });
                }
                Ok(found)
            })
            .await;
        Ok(found?)
    }
}

fn business_managers(
    r: &mut Reader<'_>,
    posts: &[crate::directory::Post],
) -> Result<Vec<String>, StoreError> {
    let is_manager = |place: &Place| {
        matches!(place, Place::Partnership { function: PartnershipFunction::BusinessManager, .. })
    };
    let of_managers = posts.iter().filter(|post| is_manager(&post.place));
    let holders = of_managers.flat_map(|post| &post.holders);
    let ids: Vec<String> = holders.map(|holder| holder.person_id.to_string()).collect();
    let found = people::people_of(r, &ids)?.into_iter().filter(|it| it.is_somebody_here());
    Ok(found.map(|person| person.name).collect())
}
