//! People and their absences.

use super::answer::{plain, read, respond, stored};
use super::directory_views::{AbsenceView, PersonView};
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Ask, CommandHeaders, CreationHeaders, Signed};
use super::page::{Page, limit, place};
use super::problem::Problem;
use crate::clock::UtcInstant;
use crate::directory::{Absence, Person};
use crate::engine::{EngineError, NewAbsence, NewPerson, found, sees_addresses};
use crate::escalation::{Line, Refusal};
use crate::ids::{AbsenceId, AgencyId, PersonId};
use crate::store::idempotency::StoredAnswer;
use crate::store::people::{self, Scope, Versioned};
use crate::store::{StoreError, failing_addresses};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Somebody as they are to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    name: Line,
    email: Line,
    /// The agency they work for; none for the partnership's own people.
    agency_id: Option<AgencyId>,
    /// False once they have left.
    #[serde(default = "yes")]
    active: bool,
    /// May keep the directory. Gives no sight of any case.
    #[serde(default)]
    administrator: bool,
    /// As it was read; passed over. Saving somebody says that their address is right.
    #[serde(default)]
    email_fails_since: Option<UtcInstant>,
    /// As it was read; passed over.
    #[serde(default)]
    email_fails_why: Option<String>,
}

fn yes() -> bool {
    true
}

impl PersonBody {
    fn new_person(self) -> NewPerson {
        let _marks_of_the_address = (self.email_fails_since, self.email_fails_why);
        NewPerson {
            name: self.name,
            email: self.email.to_string(),
            agency_id: self.agency_id,
            active: self.active,
            administrator: self.administrator,
        }
    }
}

/// A time away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceBody {
    from_at: UtcInstant,
    /// Left out while its end is not known.
    until_at: Option<UtcInstant>,
}

/// Which people, and where in the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Only of this agency.
    agency_id: Option<AgencyId>,
    /// `next` of the page before; left out for the first page.
    cursor: Option<String>,
    /// How many, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

fn answer(status: StatusCode, it: &Versioned<Person>) -> Result<StoredAnswer, EngineError> {
    let location = (status == StatusCode::CREATED).then(|| format!("/api/v1/people/{}", it.it.id));
    stored(status, location, i64::from(it.version), &PersonView::of(it.clone(), true))
}

/// List people
///
/// Of the agencies of the partnerships that you have a part in.
#[utoipa::path(
    get, path = "/api/v1/people", tag = "directory", params(PeopleQuery),
    responses((status = 200, description = "A page.", body = Page<PersonView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_people(
    app: App,
    signed: Signed,
    query: web::Query<PeopleQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit)?;
    let after: Option<PersonId> = place(query.cursor.as_deref())?;
    let agency_id = query.agency_id;
    let shows_email = sees_addresses(&signed.0);
    let scope = app.directory_scope(signed.0).await?;
    let all: Result<_, StoreError> = app
        .store()
        .read(move |r| {
            let all = people::list_people(r, &scope, agency_id, after, limit + 1)?;
            let of: Vec<PersonId> = all.iter().map(|one| one.it.id).collect();
            Ok((all, failing_addresses::of(r, &of)?))
        })
        .await;
    let (all, failing) = all.map_err(EngineError::Store)?;
    let view = |one: Versioned<Person>| {
        let fails = failing.get(&one.it.id);
        Ok(PersonView::of(one, shows_email).failing(fails))
    };
    Ok(plain(&Page::of(all, limit, |one| one.it.id, view)?))
}

/// Read somebody
#[utoipa::path(
    get, path = "/api/v1/people/{id}", tag = "directory",
    params(("id" = PersonId, Path, description = "Their id.")),
    responses((status = 200, description = "The person; their ETag is in the header.", body = PersonView), (status = 304, description = "You have it already."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_person(
    app: App,
    signed: Signed,
    id: web::Path<PersonId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let shows_email = sees_addresses(&signed.0) || signed.0.person_id == id;
    let is_me = signed.0.person_id == id;
    let scope = app.directory_scope(signed.0).await?;
    let (it, shared, failing) = app
        .store()
        .read(move |r| {
            let it = found(people::find_person(r, id))?;
            let shared = match (&scope, it.it.agency_id) {
                (Scope::All, _) => true,
                (Scope::Partnerships(of), Some(agency_id)) => people::find_agency(r, agency_id)?
                    .is_some_and(|a| a.it.partnership_ids.iter().any(|one| of.contains(one))),
                (Scope::Partnerships(_), None) => is_me,
            };
            let mut failing = failing_addresses::of(r, &[id])?;
            Ok::<_, EngineError>((it, shared, failing.remove(&id)))
        })
        .await?;
    if !shared {
        return Err(Refusal::NotFound.into());
    }
    let view = PersonView::of(it.clone(), shows_email).failing(failing.as_ref());
    Ok(read(&request, i64::from(it.version), &view))
}

/// Add somebody
#[utoipa::path(
    post, path = "/api/v1/people", tag = "directory", request_body = PersonBody,
    params(CreationHeaders),
    responses((status = 201, description = "The person.", body = PersonView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn add_person(app: App, ask: Ask<PersonBody>) -> Result<HttpResponse, Problem> {
    let new = ask.body.new_person();
    let answering = |it: &Versioned<Person>| answer(StatusCode::CREATED, it);
    respond(app.save_person(ask.request, None, new, answering).await?)
}

/// Change somebody
///
/// As they are to be, whole. Making somebody inactive ends their sign-in with their next request.
#[utoipa::path(
    put, path = "/api/v1/people/{id}", tag = "directory", request_body = PersonBody,
    params(("id" = PersonId, Path, description = "Their id."), CommandHeaders),
    responses((status = 200, description = "The person.", body = PersonView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn change_person(
    app: App,
    id: web::Path<PersonId>,
    ask: Ask<PersonBody>,
) -> Result<HttpResponse, Problem> {
    let (request, body) = ask.conditioned()?;
    let answering = |it: &Versioned<Person>| answer(StatusCode::OK, it);
    respond(app.save_person(request, Some(*id), body.new_person(), answering).await?)
}

/// Add an absence
///
/// Yours, or somebody's whom you keep. Their deputies stand in.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/absences", tag = "directory", request_body = AbsenceBody,
    params(("id" = PersonId, Path, description = "Whose."), CreationHeaders),
    responses((status = 201, description = "The absence.", body = AbsenceView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn add_absence(
    app: App,
    id: web::Path<PersonId>,
    ask: Ask<AbsenceBody>,
) -> Result<HttpResponse, Problem> {
    let AbsenceBody { from_at, until_at } = ask.body;
    let answering = |it: &Absence| {
        let location = format!("/api/v1/people/{}/absences/{}", it.person_id, it.id);
        stored(StatusCode::CREATED, Some(location), 1, &AbsenceView::of(it))
    };
    let new = NewAbsence { from_at, until_at };
    respond(app.add_absence(ask.request, *id, new, answering).await?)
}

/// Take an absence back
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/absences/{absence_id}", tag = "directory",
    params(("id" = PersonId, Path, description = "Whose."), ("absence_id" = AbsenceId, Path, description = "Its id.")),
    responses((status = 204, description = "Gone."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn remove_absence(
    app: App,
    signed: Signed,
    path: web::Path<(PersonId, AbsenceId)>,
) -> Result<HttpResponse, Problem> {
    let (person_id, absence_id) = path.into_inner();
    app.remove_absence(signed.0, person_id, absence_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List somebody's absences
///
/// Yours, or somebody's whom you keep: those that have not ended yet.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/absences", tag = "directory",
    params(("id" = PersonId, Path, description = "Whose.")),
    responses((status = 200, description = "All of them: there are few.", body = Page<AbsenceView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_absences(
    app: App,
    signed: Signed,
    id: web::Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    let items = app.absences(signed.0, *id).await?.iter().map(AbsenceView::of).collect();
    Ok(plain(&Page { items, next: None }))
}
