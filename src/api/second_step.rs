//! The second step of a sign-in, and signing in with a passkey: for whoever is not signed in yet.

use super::escalations::ChangeProblems;
use super::extract::{App, Open};
use super::problem::Problem;
use super::sessions::{TokensView, tokens};
use crate::client_address::ClientAddress;
use crate::engine::{Added, BegunCeremony, Code, Holder, NewCodeSource};
use crate::escalation::Line;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A ticket, and one of the codes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorBody {
    ticket: String,
    /// The six digits that the app shows now.
    one_time_code: Option<String>,
    /// One of the codes on paper.
    recovery_code: Option<String>,
}

/// A ticket alone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketBody {
    ticket: String,
}

/// A ticket, and the first code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketCodeBody {
    ticket: String,
    /// The six digits that the app shows now.
    one_time_code: String,
}

/// A ticket, and the new passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketPasskeyBody {
    ticket: String,
    challenge_id: String,
    /// What you call it, such as `phone`.
    name: Line,
    /// What `navigator.credentials.create` gave, as JSON.
    #[schema(value_type = Object)]
    credential: Value,
}

/// The answer of a passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyProofBody {
    challenge_id: String,
    /// What `navigator.credentials.get` gave, as JSON.
    #[schema(value_type = Object)]
    credential: Value,
}

/// A challenge for a passkey.
#[derive(Serialize, ToSchema)]
pub struct ChallengeView {
    /// Send it back with the answer: once, within five minutes.
    challenge_id: String,
    /// For `navigator.credentials`, as its `publicKey` in JSON.
    #[schema(value_type = Object)]
    options: Value,
}

/// An app that is being added.
#[derive(Serialize, ToSchema)]
pub struct CodeSourceView {
    /// To be typed into the app.
    secret: String,
    /// To be shown as a QR code that the app reads.
    otpauth_url: String,
}

/// A factor was added.
#[derive(Serialize, ToSchema)]
pub struct AddedView {
    /// The session, where the factor ended a sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<TokensView>,
    /// With the first factor: ten codes for the day the phone is lost, each for once. They are shown
    /// now and never again: print them.
    recovery_codes: Vec<String>,
}

impl ChallengeView {
    /// A challenge as it is answered.
    pub fn of(begun: BegunCeremony) -> Self {
        Self { challenge_id: begun.challenge_id, options: begun.options }
    }
}

impl CodeSourceView {
    /// An app as it is answered.
    pub fn of(new: NewCodeSource) -> Self {
        Self { secret: new.secret, otpauth_url: new.url }
    }
}

impl AddedView {
    /// What was added, as it is answered.
    pub fn of(added: Added) -> Self {
        Self { tokens: added.signed_in.map(TokensView::of), recovery_codes: added.recovery_codes }
    }
}

/// Sign in: the second step
///
/// With a code of your app, or one from your paper. Each works once.
#[utoipa::path(
    post, path = "/api/v1/sessions/second-factors", tag = "sessions", request_body = FactorBody,
    responses((status = 200, description = "The session's tokens.", body = TokensView), ChangeProblems)
)]
pub async fn prove_second_factor(
    app: App,
    from: ClientAddress,
    body: Open<FactorBody>,
) -> Result<HttpResponse, Problem> {
    let FactorBody { ticket, one_time_code, recovery_code } = body.0;
    let code = match (one_time_code, recovery_code) {
        (Some(code), None) => Code::OneTime(code),
        (None, Some(code)) => Code::Recovery(code),
        _ => return Err(Problem::field("", "send one_time_code or recovery_code, one of the two")),
    };
    Ok(tokens(app.prove_factor(&ticket, code, from.network()).await?))
}

/// Sign in for the first time: begin to add an app for one-time codes
#[utoipa::path(
    post, path = "/api/v1/sessions/second-factors/one-time-codes", tag = "sessions",
    request_body = TicketBody,
    responses((status = 200, description = "The app's secret.", body = CodeSourceView), ChangeProblems)
)]
pub async fn begin_first_one_time_codes(
    app: App,
    from: ClientAddress,
    body: Open<TicketBody>,
) -> Result<HttpResponse, Problem> {
    let begun = app.begin_one_time_codes(Holder::Ticket(body.0.ticket, from.network())).await?;
    Ok(HttpResponse::Ok().json(CodeSourceView::of(begun)))
}

/// Sign in for the first time: the first code of the app
#[utoipa::path(
    post, path = "/api/v1/sessions/second-factors/one-time-codes/confirmations", tag = "sessions",
    request_body = TicketCodeBody,
    responses((status = 200, description = "The session's tokens, and recovery codes.", body = AddedView), ChangeProblems)
)]
pub async fn confirm_first_one_time_codes(
    app: App,
    from: ClientAddress,
    body: Open<TicketCodeBody>,
) -> Result<HttpResponse, Problem> {
    let TicketCodeBody { ticket, one_time_code } = body.0;
    let added =
        app.confirm_one_time_codes(Holder::Ticket(ticket, from.network()), one_time_code).await?;
    Ok(HttpResponse::Ok().json(AddedView::of(added)))
}

/// Sign in for the first time: begin to add a passkey
#[utoipa::path(
    post, path = "/api/v1/sessions/second-factors/passkeys/challenges", tag = "sessions",
    request_body = TicketBody,
    responses((status = 200, description = "The challenge.", body = ChallengeView), ChangeProblems)
)]
pub async fn begin_first_passkey(
    app: App,
    from: ClientAddress,
    body: Open<TicketBody>,
) -> Result<HttpResponse, Problem> {
    let begun = app.begin_passkey(Holder::Ticket(body.0.ticket, from.network())).await?;
    Ok(HttpResponse::Ok().json(ChallengeView::of(begun)))
}

/// Sign in for the first time: the passkey
#[utoipa::path(
    post, path = "/api/v1/sessions/second-factors/passkeys", tag = "sessions",
    request_body = TicketPasskeyBody,
    responses((status = 200, description = "The session's tokens, and recovery codes.", body = AddedView), ChangeProblems)
)]
pub async fn add_first_passkey(
    app: App,
    from: ClientAddress,
    body: Open<TicketPasskeyBody>,
) -> Result<HttpResponse, Problem> {
    let TicketPasskeyBody { ticket, challenge_id, name, credential } = body.0;
    let added = app
        .add_passkey(Holder::Ticket(ticket, from.network()), &challenge_id, name, credential)
        .await?;
    Ok(HttpResponse::Ok().json(AddedView::of(added)))
}

/// Sign in with a passkey: the challenge
///
/// No address is needed: the device knows whose passkey it has. Serves for
/// `POST /api/v1/sessions/current/proofs` too.
#[utoipa::path(
    post, path = "/api/v1/sessions/passkeys/challenges", tag = "sessions",
    responses((status = 200, description = "The challenge.", body = ChallengeView), ChangeProblems)
)]
pub async fn begin_passkey_sign_in(app: App) -> Result<HttpResponse, Problem> {
    let begun = app.begin_passkey_proof().await?;
    Ok(HttpResponse::Ok().json(ChallengeView::of(begun)))
}

/// Sign in with a passkey
///
/// It is both factors: nothing else is asked.
#[utoipa::path(
    post, path = "/api/v1/sessions/passkeys", tag = "sessions", request_body = PasskeyProofBody,
    responses((status = 200, description = "The session's tokens.", body = TokensView), ChangeProblems)
)]
pub async fn sign_in_by_passkey(
    app: App,
    from: ClientAddress,
    body: Open<PasskeyProofBody>,
) -> Result<HttpResponse, Problem> {
    let PasskeyProofBody { challenge_id, credential } = body.0;
    Ok(tokens(app.sign_in_by_passkey(&challenge_id, credential, from.network()).await?))
}
