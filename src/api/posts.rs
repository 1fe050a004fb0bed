//! Posts, their holders and deputies, and the gaps among them.

use super::answer::{plain, read, respond, stored};
use super::directory_views::{Manning, PostView};
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Ask, CommandHeaders, CreationHeaders, Signed};
use super::page::{Page, limit, place};
use super::problem::Problem;
use crate::directory::{Place, Post};
use crate::engine::{EngineError, NewPost, found};
use crate::escalation::{Line, Refusal};
use crate::ids::{AgencyId, PersonId, PostId};
use crate::store::idempotency::StoredAnswer;
use crate::store::people::{Scope, Versioned};
use crate::store::{people, posts};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// A post as it is to be, with who is in it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostBody {
    title: Line,
    place: Place,
    /// What it is for beside its rung, as a policy names it, such as `duty_team`.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9_]+$")]
    role: Option<String>,
    /// A shared mailbox with no sign-in that is always told as well.
    mailbox_email: Option<String>,
    /// Empty while it is vacant.
    #[serde(default)]
    holders: Vec<PersonId>,
    /// Who stands in, the first to be asked first.
    #[serde(default)]
    deputies: Vec<PersonId>,
}

impl PostBody {
    fn new_post(self) -> NewPost {
        NewPost {
            title: self.title,
            place: self.place,
            role: self.role,
            mailbox_email: self.mailbox_email,
            holders: self.holders,
            deputies: self.deputies,
        }
    }
}

/// Which posts, and where in the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PostsQuery {
    /// Only of this agency.
    agency_id: Option<AgencyId>,
    /// `next` of the page before; left out for the first page.
    cursor: Option<String>,
    /// How many, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

fn answer(status: StatusCode, it: &Versioned<Post>) -> Result<StoredAnswer, EngineError> {
    let location = (status == StatusCode::CREATED).then(|| format!("/api/v1/posts/{}", it.it.id));
    stored(status, location, i64::from(it.version), &PostView::of(it.it.clone(), None))
}

/// List posts
///
/// Of the agencies and partnerships that you have a part in, each with its gap in words.
#[utoipa::path(
    get, path = "/api/v1/posts", tag = "directory", params(PostsQuery),
    responses((status = 200, description = "A page.", body = Page<PostView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_posts(
    app: App,
    signed: Signed,
    query: web::Query<PostsQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit)?;
    let after: Option<PostId> = place(query.cursor.as_deref())?;
    let agency_id = query.agency_id;
    let scope = app.directory_scope(signed.0).await?;
    let now = app.now();
    let (all, manning) = app
        .store()
        .read(move |r| {
            let all = posts::list_posts(r, &scope, agency_id, after, limit + 1)?;
            let manning = Manning::of(r, all.iter().map(|one| &one.it), now)?;
            Ok::<_, EngineError>((all, manning))
        })
        .await?;
    let view = |one: Versioned<Post>| Ok(PostView::of(one.it, Some((&manning, one.version))));
    Ok(plain(&Page::of(all, limit, |one| one.it.id, view)?))
}

/// Read a post
#[utoipa::path(
    get, path = "/api/v1/posts/{id}", tag = "directory",
    params(("id" = PostId, Path, description = "Its id.")),
    responses((status = 200, description = "The post; its ETag is in the header.", body = PostView), (status = 304, description = "You have it already."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_post(
    app: App,
    signed: Signed,
    id: web::Path<PostId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let scope = app.directory_scope(signed.0).await?;
    let now = app.now();
    let (it, manning) = app
        .store()
        .read(move |r| {
            let it = found(posts::find_post(r, id))?;
            let of = match &it.it.place {
                Place::Partnership { partnership_id, .. } => vec![*partnership_id],
                Place::Agency { agency_id, .. } => {
                    found(people::find_agency(r, *agency_id))?.it.partnership_ids
                }
            };
            if let Scope::Partnerships(mine) = &scope
                && !of.iter().any(|one| mine.contains(one))
            {
                return Err(EngineError::Refused(Refusal::NotFound));
            }
            let manning = Manning::of(r, std::iter::once(&it.it), now)?;
            Ok((it, manning))
        })
        .await?;
    let version = it.version;
    Ok(read(&request, i64::from(version), &PostView::of(it.it, Some((&manning, version)))))
}

/// Add a post
#[utoipa::path(
    post, path = "/api/v1/posts", tag = "directory", request_body = PostBody,
    params(CreationHeaders),
    responses((status = 201, description = "The post.", body = PostView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn add_post(app: App, ask: Ask<PostBody>) -> Result<HttpResponse, Problem> {
    let new = ask.body.new_post();
    let answering = |it: &Versioned<Post>| answer(StatusCode::CREATED, it);
    respond(app.save_post(ask.request, None, new, answering).await?)
}

/// Change a post, its holders and its deputies
///
/// As it is to be, whole.
#[utoipa::path(
    put, path = "/api/v1/posts/{id}", tag = "directory", request_body = PostBody,
    params(("id" = PostId, Path, description = "Its id."), CommandHeaders),
    responses((status = 200, description = "The post.", body = PostView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn change_post(
    app: App,
    id: web::Path<PostId>,
    ask: Ask<PostBody>,
) -> Result<HttpResponse, Problem> {
    let (request, body) = ask.conditioned()?;
    let answering = |it: &Versioned<Post>| answer(StatusCode::OK, it);
    respond(app.save_post(request, Some(*id), body.new_post(), answering).await?)
}
