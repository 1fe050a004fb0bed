//! Posts, their holders and deputies.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::people::{Scope, Versioned};
use super::schema::{agency_partnerships, post_deputies, post_holders, posts};
use super::types::{id, of_word, word};
use crate::directory::{Deputy, Holder, Place, Post};
use crate::ids::{AgencyId, PartnershipId, PersonId, PostId};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = posts)]
#[diesel(treat_none_as_null = true)]
struct PostRow {
    id: String,
    title: String,
    agency_id: Option<String>,
    partnership_id: Option<String>,
    rung: String,
    team: Option<String>,
    function: Option<String>,
    mailbox_email: Option<String>,
    version: i32,
    role: Option<String>,
    safeguarding_lead: bool,
}

impl PostRow {
    fn of(it: &Post, version: i32) -> Result<Self, StoreError> {
        let row = Self {
            id: it.id.to_string(),
            title: it.title.clone(),
            agency_id: None,
            partnership_id: None,
            rung: word("a rung", &it.place.rung())?,
            team: None,
            function: None,
            mailbox_email: it.mailbox_email.as_deref().map(super::people::normal_email),
            version,
            role: it.role.clone(),
            safeguarding_lead: false,
        };
        Ok(match &it.place {
            Place::Agency { agency_id, team, safeguarding_lead, .. } => Self {
                agency_id: Some(agency_id.to_string()),
                team: team.clone(),
                safeguarding_lead: *safeguarding_lead,
                ..row
            },
            Place::Partnership { partnership_id, function } => Self {
                partnership_id: Some(partnership_id.to_string()),
                function: Some(word("a function", function)?),
                ..row
            },
        })
    }

    fn into_post(
        self,
        holders: &[(String, String)],
        deputies: &[(String, String, i32)],
    ) -> Result<Versioned<Post>, StoreError> {
        let place = match (self.agency_id, self.partnership_id, self.function) {
            (Some(agency_id), None, None) => Place::Agency {
                agency_id: id("a post's agency", &agency_id)?,
                rung: of_word("a post's rung", &self.rung)?,
                team: self.team,
                safeguarding_lead: self.safeguarding_lead,
            },
            (None, Some(partnership_id), Some(function)) => Place::Partnership {
                partnership_id: id("a post's partnership", &partnership_id)?,
                function: of_word("a post's function", &function)?,
            },
            _ => {
                return Err(StoreError::unreadable("a post's place", "it is neither nor"));
            }
        };
        let holders = holders.iter().filter(|(post, _)| *post == self.id);
        let deputies = deputies.iter().filter(|(post, ..)| *post == self.id);
        let it = Post {
            id: id("a post's id", &self.id)?,
            title: self.title,
            place,
            role: self.role,
            mailbox_email: self.mailbox_email,
            holders: holders
                .map(|(_, person)| Ok(Holder { person_id: id("a post's holder", person)? }))
                .collect::<Result<_, StoreError>>()?,
            deputies: deputies
                .map(|(_, person, rank)| {
                    Ok(Deputy { person_id: id("a post's deputy", person)?, rank: *rank })
                })
                .collect::<Result<_, StoreError>>()?,
        };
        Ok(Versioned { it, version: self.version })
    }
}

fn with_people(r: &mut Reader<'_>, rows: Vec<PostRow>) -> Result<Vec<Versioned<Post>>, StoreError> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let holders: Vec<(String, String)> = on!(r, c => post_holders::table
        .filter(post_holders::post_id.eq_any(&ids))
        .order((post_holders::post_id, post_holders::person_id))
        .load(c))?;
    let deputies: Vec<(String, String, i32)> = on!(r, c => post_deputies::table
        .filter(post_deputies::post_id.eq_any(&ids))
        .order((post_deputies::post_id, post_deputies::rank))
        .load(c))?;
    rows.into_iter().map(|row| row.into_post(&holders, &deputies)).collect()
}

/// A post.
pub fn find_post(
    r: &mut Reader<'_>,
    post_id: PostId,
) -> Result<Option<Versioned<Post>>, StoreError> {
    let row: Option<PostRow> = on!(r, c => posts::table
        .find(post_id.to_string())
        .select(PostRow::as_select())
        .first(c)
        .optional())?;
    Ok(with_people(r, row.into_iter().collect())?.pop())
}

/// Posts after one (in the order of their ids), at most `limit`, of one agency or all in scope.
pub fn list_posts(
    r: &mut Reader<'_>,
    scope: &Scope,
    agency_id: Option<AgencyId>,
    after: Option<PostId>,
    limit: i64,
) -> Result<Vec<Versioned<Post>>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<PostRow> = on!(r, c => {
        let mut query = posts::table
            .filter(posts::id.gt(&after))
            .order(posts::id)
            .limit(limit)
            .select(PostRow::as_select())
            .into_boxed();
        if let Some(of) = agency_id {
            query = query.filter(posts::agency_id.eq(of.to_string()));
        }
        if let Some(of) = scope.ids() {
            let partnerships: Vec<Option<String>> = of.iter().cloned().map(Some).collect();
            query = query.filter(
                posts::partnership_id.is_not_null()
                    .and(posts::partnership_id.eq_any(partnerships))
                    .or(posts::agency_id.is_not_null().and(posts::agency_id.eq_any(
                        agency_partnerships::table
                            .filter(agency_partnerships::partnership_id.eq_any(of))
                            .select(agency_partnerships::agency_id.nullable()),
                    ))),
            );
        }
        query.load(c)
    })?;
    with_people(r, rows)
}

/// The posts of these agencies and of a partnership.
pub fn posts_of(
    r: &mut Reader<'_>,
    agency_ids: &[AgencyId],
    partnership_id: PartnershipId,
) -> Result<Vec<Post>, StoreError> {
    let agency_ids: Vec<Option<String>> =
        agency_ids.iter().map(|id| Some(id.to_string())).collect();
    let rows: Vec<PostRow> = on!(r, c => posts::table
        .filter(posts::agency_id.eq_any(&agency_ids)
            .or(posts::partnership_id.eq(partnership_id.to_string())))
        .order((posts::title, posts::id))
        .select(PostRow::as_select())
        .load(c))?;
    Ok(with_people(r, rows)?.into_iter().map(|found| found.it).collect())
}

/// The posts that somebody holds, and those that they deputise.
pub fn posts_of_person(r: &mut Reader<'_>, person_id: PersonId) -> Result<Vec<Post>, StoreError> {
    let person_id = person_id.to_string();
    let rows: Vec<PostRow> = on!(r, c => posts::table
        .filter(posts::id.eq_any(
            post_holders::table
                .filter(post_holders::person_id.eq(&person_id))
                .select(post_holders::post_id),
        )
        .or(posts::id.eq_any(
            post_deputies::table
                .filter(post_deputies::person_id.eq(&person_id))
                .select(post_deputies::post_id),
        )))
        .order((posts::title, posts::id))
        .select(PostRow::as_select())
        .load(c))?;
    Ok(with_people(r, rows)?.into_iter().map(|found| found.it).collect())
}

/// Adds a post, or changes it if it is at `version`, with its holders and deputies.
pub fn save_post(w: &mut Writer<'_>, it: &Post, version: Option<i32>) -> Result<(), StoreError> {
    let row = PostRow::of(it, version.map_or(1, |version| version.saturating_add(1)))?;
    match version {
        None => {
            on!(w, c => diesel::insert_into(posts::table).values(&row).execute(c))?;
        }
        Some(version) => {
            let changed = on!(w, c => diesel::update(
                    posts::table.filter(posts::id.eq(&row.id)).filter(posts::version.eq(version)))
                .set(&row)
                .execute(c))?;
            if changed != 1 {
                return Err(StoreError::Stale("the post"));
            }
        }
    }
    on!(w, c => diesel::delete(post_holders::table.filter(post_holders::post_id.eq(&row.id)))
        .execute(c))?;
    on!(w, c => diesel::delete(post_deputies::table.filter(post_deputies::post_id.eq(&row.id)))
        .execute(c))?;
    for holder in &it.holders {
        on!(w, c => diesel::insert_into(post_holders::table)
            .values((
                post_holders::post_id.eq(&row.id),
                post_holders::person_id.eq(holder.person_id.to_string()),
            ))
            .execute(c))?;
    }
    for deputy in &it.deputies {
        on!(w, c => diesel::insert_into(post_deputies::table)
            .values((
                post_deputies::post_id.eq(&row.id),
                post_deputies::person_id.eq(deputy.person_id.to_string()),
                post_deputies::rank.eq(deputy.rank),
            ))
            .execute(c))?;
    }
    Ok(())
}
