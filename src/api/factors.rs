//! Your own factors: passkeys, an app for one-time codes, recovery codes. And those of somebody who
//! has lost them all.

use super::answer::plain;
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Private, Signed};
use super::problem::Problem;
use super::second_step::{AddedView, ChallengeView, CodeSourceView};
use crate::clock::UtcInstant;
use crate::engine::Holder;
use crate::escalation::Line;
use crate::ids::{PasskeyId, PersonId};
use crate::store::factors::{CodeSource, Passkey};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The first code of an app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCodeBody {
    /// The six digits that the app shows now.
    one_time_code: String,
}

/// A new passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyBody {
    challenge_id: String,
    /// What you call it, such as `phone`.
    name: Line,
    /// What `navigator.credentials.create` gave, as JSON.
    #[schema(value_type = Object)]
    credential: Value,
}

/// What you can prove yourself with beside your password.
#[derive(Serialize, ToSchema)]
pub struct FactorsView {
    passkeys: Vec<PasskeyView>,
    /// Your app for one-time codes.
    one_time_codes: Option<CodesView>,
    /// How many recovery codes you have not used.
    recovery_codes_left: i64,
    /// Whether this server asks everybody for a second factor.
    is_required: bool,
}

/// A passkey.
#[derive(Serialize, ToSchema)]
pub struct PasskeyView {
    id: PasskeyId,
    /// What you call it.
    name: String,
    added_at: UtcInstant,
    last_used_at: Option<UtcInstant>,
}

/// An app for one-time codes.
#[derive(Serialize, ToSchema)]
pub struct CodesView {
    added_at: UtcInstant,
    last_used_at: Option<UtcInstant>,
}

/// A fresh set of recovery codes.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodesView {
    /// Ten, each for once. They are shown now and never again: print them.
    recovery_codes: Vec<String>,
}

impl PasskeyView {
    fn of(it: Passkey) -> Self {
        let Passkey { id, name, added_at, last_used_at, .. } = it;
        Self { id, name, added_at, last_used_at }
    }
}

impl CodesView {
    fn of(it: CodeSource) -> Self {
        Self { added_at: it.added_at, last_used_at: it.last_used_at }
    }
}

fn holder(signed: Signed) -> Holder {
    Holder::Signed(Box::new(signed.0))
}

/// Your factors
#[utoipa::path(
    get, path = "/api/v1/me/factors", tag = "factors",
    responses((status = 200, description = "All of them: there are few.", body = FactorsView), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_factors(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let is_required = app.second_factor_is_required();
    let factors = app.factors(signed.0).await?;
    Ok(plain(&FactorsView {
        passkeys: factors.passkeys.into_iter().map(PasskeyView::of).collect(),
        one_time_codes: factors.one_time_codes.map(CodesView::of),
        recovery_codes_left: factors.recovery_codes_left,
        is_required,
    }))
}

/// Begin to add a passkey
///
/// Wants a fresh proof: see `POST /api/v1/sessions/current/proofs`.
#[utoipa::path(
    post, path = "/api/v1/me/passkeys/challenges", tag = "factors",
    responses((status = 200, description = "The challenge.", body = ChallengeView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn begin_passkey(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let begun = app.begin_passkey(holder(signed)).await?;
    Ok(HttpResponse::Ok().json(ChallengeView::of(begun)))
}

/// Add a passkey
///
/// Wants a fresh proof.
#[utoipa::path(
    post, path = "/api/v1/me/passkeys", tag = "factors", request_body = NewPasskeyBody,
    responses((status = 201, description = "It was added; with the first factor there are recovery codes.", body = AddedView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn add_passkey(app: App, ask: Private<NewPasskeyBody>) -> Result<HttpResponse, Problem> {
    let NewPasskeyBody { challenge_id, name, credential } = ask.body;
    let holder = holder(Signed(ask.actor));
    let added = app.add_passkey(holder, &challenge_id, name, credential).await?;
    Ok(HttpResponse::Created().json(AddedView::of(added)))
}

/// Remove a passkey
///
/// Wants a fresh proof. The last factor stays where one is required.
#[utoipa::path(
    delete, path = "/api/v1/me/passkeys/{id}", tag = "factors",
    params(("id" = PasskeyId, Path, description = "Its id.")),
    responses((status = 204, description = "Gone."), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn remove_passkey(
    app: App,
    signed: Signed,
    id: web::Path<PasskeyId>,
) -> Result<HttpResponse, Problem> {
    app.remove_passkey(signed.0, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Begin to add an app for one-time codes
///
/// Wants a fresh proof. An app that you have goes on until the new one has shown its first code.
#[utoipa::path(
    post, path = "/api/v1/me/one-time-codes", tag = "factors",
    responses((status = 200, description = "The app's secret.", body = CodeSourceView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn begin_one_time_codes(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let begun = app.begin_one_time_codes(holder(signed)).await?;
    Ok(HttpResponse::Ok().json(CodeSourceView::of(begun)))
}

/// The first code of the app
///
/// Wants a fresh proof. From now on its codes count, and those of an app before do not.
#[utoipa::path(
    post, path = "/api/v1/me/one-time-codes/confirmations", tag = "factors",
    request_body = FirstCodeBody,
    responses((status = 201, description = "It was added; with the first factor there are recovery codes.", body = AddedView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn confirm_one_time_codes(
    app: App,
    ask: Private<FirstCodeBody>,
) -> Result<HttpResponse, Problem> {
    let holder = holder(Signed(ask.actor));
    let added = app.confirm_one_time_codes(holder, ask.body.one_time_code).await?;
    Ok(HttpResponse::Created().json(AddedView::of(added)))
}

/// Remove your app for one-time codes
///
/// Wants a fresh proof. The last factor stays where one is required.
#[utoipa::path(
    delete, path = "/api/v1/me/one-time-codes", tag = "factors",
    responses((status = 204, description = "Gone."), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn remove_one_time_codes(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    app.remove_one_time_codes(signed.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Make fresh recovery codes
///
/// Wants a fresh proof. Those of before do not work any more.
#[utoipa::path(
    post, path = "/api/v1/me/recovery-codes", tag = "factors",
    responses((status = 201, description = "The codes.", body = RecoveryCodesView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn renew_recovery_codes(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let recovery_codes = app.renew_recovery_codes(signed.0).await?;
    Ok(HttpResponse::Created().json(RecoveryCodesView { recovery_codes }))
}

/// Take all factors from somebody who has lost them
///
/// By an administrator, with a fresh proof. Takes their password too, ends their sessions and API
/// tokens, and invites them anew. Make sure that it is they who ask: by a call to a number that you
/// know, say.
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/factors", tag = "factors",
    params(("id" = PersonId, Path, description = "Whose.")),
    responses((status = 204, description = "Gone; an invitation is on its way to them."), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn reset_factors(
    app: App,
    signed: Signed,
    id: web::Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    app.reset_factors(signed.0, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
