//! Accounts at identity providers, linked with people.

use super::accounts::AttemptProblems;
use super::answer::{created_plain, plain, respond};
use super::api_tokens::PrivateProblems;
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Ask, CreationHeaders, Open, Private, Signed};
use super::page::Page;
use super::problem::Problem;
use crate::client_address::ClientAddress;
use crate::clock::UtcInstant;
use crate::ids::{IdentityId, PersonId};
use crate::store::identities::Identity;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An account to link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityBody {
    /// The provider's key in this server's file.
    provider: String,
    /// The subject (`sub`) that the provider gives them; never an email address.
    #[schema(max_length = 255)]
    subject: String,
}

/// Where to link an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// The provider's key in this server's file.
    provider: String,
}

/// Where to link an account instead of choosing a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitedLinkBody {
    /// The last part of the invitation's link.
    secret: String,
    /// The provider's key in this server's file.
    provider: String,
}

/// Where to go with a browser.
#[derive(Serialize, ToSchema)]
pub struct LinkView {
    /// Open it in your browser within ten minutes. It works once: give it to nobody.
    url: String,
}

/// A linked account.
#[derive(Serialize, ToSchema)]
pub struct IdentityView {
    id: IdentityId,
    provider: String,
    issuer: String,
    subject: String,
    linked_at: UtcInstant,
    linked_by: Option<PersonId>,
    last_used_at: Option<UtcInstant>,
}

impl IdentityView {
    fn of(it: &Identity) -> Self {
        Self {
            id: it.id,
            provider: it.provider.clone(),
            issuer: it.issuer.clone(),
            subject: it.subject.clone(),
            linked_at: it.linked_at,
            linked_by: it.linked_by,
            last_used_at: it.last_used_at,
        }
    }
}

fn all(identities: &[Identity]) -> HttpResponse {
    plain(&Page { items: identities.iter().map(IdentityView::of).collect(), next: None })
}

/// Link an account with somebody
///
/// For administrators, who must have proved lately that it is them. A letter tells the person.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/identities", tag = "identities", request_body = IdentityBody,
    params(("id" = PersonId, Path, description = "Whose."), CreationHeaders),
    responses((status = 201, description = "The link.", body = IdentityView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn link_identity(
    app: App,
    id: web::Path<PersonId>,
    ask: Ask<IdentityBody>,
) -> Result<HttpResponse, Problem> {
    let IdentityBody { provider, subject } = ask.body;
    let answering = |it: &Identity| created_plain(&IdentityView::of(it));
    respond(app.link_identity(ask.request, *id, (provider, subject), answering).await?)
}

/// List the accounts that are linked with somebody
///
/// Yours, or anybody's for administrators.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/identities", tag = "identities",
    params(("id" = PersonId, Path, description = "Whose.")),
    responses((status = 200, description = "All of them: there are few.", body = Page<IdentityView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_identities(
    app: App,
    signed: Signed,
    id: web::Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    Ok(all(&app.identities(signed.0, *id).await?))
}

/// Take a link back
///
/// For administrators, who must have proved lately that it is them. Ends the sessions that began by it.
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/identities/{identity_id}", tag = "identities",
    params(("id" = PersonId, Path, description = "Whose."), ("identity_id" = IdentityId, Path, description = "The link's id.")),
    responses((status = 204, description = "Gone."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn unlink_identity(
    app: App,
    signed: Signed,
    path: web::Path<(PersonId, IdentityId)>,
) -> Result<HttpResponse, Problem> {
    let (person_id, identity_id) = path.into_inner();
    app.unlink_identity(signed.0, person_id, identity_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Link an account with yours
///
/// You must have proved lately that it is you. Answers an address for your browser, which asks the
/// provider and then you.
#[utoipa::path(
    post, path = "/api/v1/me/identities/attempts", tag = "identities", request_body = LinkBody,
    responses((status = 201, description = "Where to go.", body = LinkView), PrivateProblems),
    security(("bearer" = []))
)]
pub async fn begin_link(app: App, ask: Private<LinkBody>) -> Result<HttpResponse, Problem> {
    let url = app.link_address(ask.actor, ask.body.provider).await?;
    Ok(HttpResponse::Created().json(LinkView { url }))
}

/// Link an account by an invitation
///
/// Instead of choosing a password. Answers an address for your browser, which asks the provider and
/// then you. The invitation works until the account is linked.
#[utoipa::path(
    post, path = "/api/v1/invitations/identity-attempts", tag = "identities",
    request_body = InvitedLinkBody,
    responses((status = 201, description = "Where to go.", body = LinkView), AttemptProblems)
)]
pub async fn begin_link_by_invitation(
    app: App,
    from: ClientAddress,
    body: Open<InvitedLinkBody>,
) -> Result<HttpResponse, Problem> {
    let InvitedLinkBody { secret, provider } = body.0;
    let url = app.link_address_by_invitation(secret, provider, from.network()).await?;
    Ok(HttpResponse::Created().json(LinkView { url }))
}
