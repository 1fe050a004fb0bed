//! How people come by their passwords: set-up, invitations, resets, and changing one's own. Nobody
//! names a password for somebody else.

use super::answer::{created_plain, etag, respond};
use super::directory_views::PersonView;
use super::escalations::ChangeProblems;
use super::extract::{App, Ask, CreationHeaders, Open, Private};
use super::problem::{Problem, ProblemBody};
use crate::client_address::ClientAddress;
use crate::engine::{FirstAdministrator, INVITATION_HOURS};
use crate::escalation::Line;
use crate::ids::PersonId;
use crate::store::account_secrets::SecretKind;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

/// What is answered where a stranger's attempt is not taken.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers for the API document")]
pub enum AttemptProblems {
    /// The body cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemBody),
    /// The access token is not valid.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(ProblemBody),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// The body is not JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(ProblemBody),
    /// Fields are at fault.
    #[response(status = 422, content_type = "application/problem+json")]
    Faulty(ProblemBody),
    /// Too many attempts: wait for the seconds in Retry-After.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemBody),
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUpBody {
    /// What stands in the file that the server named at its start.
    secret: String,
    name: Line,
    email: String,
    #[schema(format = Password)]
    password: String,
}

/// Whose password is forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordResetBody {
    email: String,
}

/// A password chosen by a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemBody {
    /// The last part of the link.
    secret: String,
    #[schema(format = Password)]
    password: String,
}

/// One's own new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordBody {
    #[schema(format = Password)]
    current_password: String,
    #[schema(format = Password)]
    password: String,
}

/// Whom it is to be an invitation for: the path says it. Send `{}`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationBody {}

/// An invitation that is on its way.
#[derive(Serialize, ToSchema)]
pub struct InvitationView {
    person_id: PersonId,
    /// How long its link works from when it is sent.
    works_for_hours: i64,
}

/// What is done now, whoever has the address.
#[derive(Serialize, ToSchema)]
pub struct PasswordResetView {
    /// What happens next.
    next: &'static str,
}

/// Make the first administrator
///
/// While nobody can sign in as administrator. The secret works once, for 15 minutes, and stands five
/// wrong guesses. `bscp-escalation set-up-secret` makes a new one.
#[utoipa::path(
    post, path = "/api/v1/set-up", tag = "accounts", request_body = SetUpBody,
    responses(
        (status = 201, description = "The administrator, who can sign in now.", body = PersonView),
        (status = 404, description = "The secret is another one or ran out, or there is nothing to set up: the same answer.", body = ProblemBody, content_type = "application/problem+json"),
        AttemptProblems,
    )
)]
pub async fn set_up(
    app: App,
    from: ClientAddress,
    body: Open<SetUpBody>,
) -> Result<HttpResponse, Problem> {
    let SetUpBody { secret, name, email, password } = body.0;
    let first = FirstAdministrator { name, email };
    let made = app.set_up(secret, first, password, from.network()).await?;
    let location = format!("/api/v1/people/{}", made.it.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header((header::ETAG, etag(i64::from(made.version))))
        .json(PersonView::of(made, true)))
}

/// Invite somebody
///
/// They are sent a link by which they choose their own password. An earlier invitation does not work
/// any more once this one is sent.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/invitations", tag = "accounts",
    request_body = InvitationBody,
    params(("id" = PersonId, Path, description = "Whom."), CreationHeaders),
    responses((status = 201, description = "The invitation will be sent.", body = InvitationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn invite_person(
    app: App,
    id: web::Path<PersonId>,
    ask: Ask<InvitationBody>,
) -> Result<HttpResponse, Problem> {
    let InvitationBody {} = ask.body;
    let answering = |person_id: &PersonId| {
        let view = InvitationView { person_id: *person_id, works_for_hours: INVITATION_HOURS };
        created_plain(&view)
    };
    respond(app.invite(ask.request, *id, answering).await?)
}

/// Choose a password by an invitation
///
/// The link works once, for 72 hours. It ends the person's sessions and signs nobody in.
#[utoipa::path(
    post, path = "/api/v1/invitations/redeem", tag = "accounts", request_body = RedeemBody,
    responses((status = 204, description = "The password is set. Sign in with it."), AttemptProblems)
)]
pub async fn redeem_invitation(
    app: App,
    from: ClientAddress,
    body: Open<RedeemBody>,
) -> Result<HttpResponse, Problem> {
    redeem(app, from, body, SecretKind::Invitation).await
}

/// Ask for a link to choose a new password
///
/// The answer is the same whether or not anybody has this address.
#[utoipa::path(
    post, path = "/api/v1/password-resets", tag = "accounts", request_body = PasswordResetBody,
    responses((status = 202, description = "If somebody has this address, a link is on its way.", body = PasswordResetView), AttemptProblems)
)]
pub async fn request_password_reset(
    app: App,
    from: ClientAddress,
    body: Open<PasswordResetBody>,
) -> Result<HttpResponse, Problem> {
    app.request_password_reset(body.0.email, from.network()).await?;
    let next = "If this is the address of somebody here, a link is on its way to it. It works for 30 \
        minutes. Nothing came? Look among the unwanted messages, or ask whoever looks after your \
        account.";
    Ok(HttpResponse::Accepted().json(PasswordResetView { next }))
}

/// Choose a new password by a link
///
/// The link works once, for 30 minutes. It ends the person's sessions, signs nobody in, and leaves
/// their second factor as it is.
#[utoipa::path(
    post, path = "/api/v1/password-resets/redeem", tag = "accounts", request_body = RedeemBody,
    responses((status = 204, description = "The password is set. Sign in with it."), AttemptProblems)
)]
pub async fn redeem_password_reset(
    app: App,
    from: ClientAddress,
    body: Open<RedeemBody>,
) -> Result<HttpResponse, Problem> {
    redeem(app, from, body, SecretKind::PasswordReset).await
}

async fn redeem(
    app: App,
    from: ClientAddress,
    body: Open<RedeemBody>,
    kind: SecretKind,
) -> Result<HttpResponse, Problem> {
    let RedeemBody { secret, password } = body.0;
    app.redeem(kind, secret, password, from.network()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Change your password
///
/// Your other sessions end. The present password is the condition; no Idempotency-Key is kept, as
/// that would keep a digest of a password.
#[utoipa::path(
    put, path = "/api/v1/me/password", tag = "accounts", request_body = ChangePasswordBody,
    responses((status = 204, description = "Changed."), AttemptProblems),
    security(("bearer" = []))
)]
pub async fn change_password(
    app: App,
    from: ClientAddress,
    ask: Private<ChangePasswordBody>,
) -> Result<HttpResponse, Problem> {
    let ChangePasswordBody { current_password, password } = ask.body;
    app.change_password(ask.actor, current_password, password, from.network()).await?;
    Ok(HttpResponse::NoContent().finish())
}
