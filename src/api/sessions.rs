//! Signing in and out, and who you are.

use super::answer::plain;
use super::directory_views::PostView;
use super::escalations::ReadProblems;
use super::extract::{App, Open, Signed};
use super::problem::{Problem, ProblemBody};
use crate::client_address::ClientAddress;
use crate::engine::{SignInStep, SignedIn, Way};
use crate::ids::{AgencyId, PersonId};
use crate::store::posts;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    #[schema(example = "priya.nair@ravensbourne-park.example")]
    email: String,
    #[schema(format = Password)]
    password: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    refresh_token: String,
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
pub struct TokensView {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    token_type: &'static str,
    /// The access token's life, in seconds.
    expires_in: u32,
    /// For a new pair of tokens. Works once; used twice, it ends the session.
    refresh_token: String,
    /// What is not safe about this sign-in; absent where all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'static str>,
}

/// What a sign-in still asks for.
#[derive(Serialize, ToSchema)]
pub struct NextStepView {
    next: NextStep,
    /// For the next step: within ten minutes, and at most five tries. Opens nothing else.
    ticket: String,
    /// How the factor can be proved; empty where one is to be added.
    ways: Vec<Way>,
}

/// What comes next.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum NextStep {
    /// Prove the second factor: see `POST /api/v1/sessions/second-factors`, or sign in with the
    /// passkey: see `POST /api/v1/sessions/passkeys/challenges`.
    SecondFactor,
    /// Add a second factor: see `POST /api/v1/sessions/second-factors/passkeys/challenges` and
    /// `POST /api/v1/sessions/second-factors/one-time-codes`.
    AddSecondFactor,
}

/// Who you are.
#[derive(Serialize, ToSchema)]
pub struct MeView {
    person_id: PersonId,
    name: String,
    agency_id: Option<AgencyId>,
    administrator: bool,
    /// The posts that you hold or deputise.
    posts: Vec<PostView>,
}

const BY_PASSWORD_ALONE: &str = "This server lets people in by a password alone. That is for \
    evaluation with made-up data only: set auth.second_factor to required before real use.";

impl TokensView {
    /// The tokens of a session.
    pub fn of(signed_in: SignedIn) -> Self {
        Self {
            access_token: signed_in.access_token,
            token_type: "Bearer",
            expires_in: signed_in.expires_in,
            refresh_token: signed_in.refresh_token,
            warning: None,
        }
    }
}

/// The tokens of a session, as an answer.
pub fn tokens(signed_in: SignedIn) -> HttpResponse {
    HttpResponse::Ok().json(TokensView::of(signed_in))
}

fn step(step: SignInStep) -> HttpResponse {
    let (next, ticket, ways) = match step {
        SignInStep::In(signed_in) => {
            let warning = Some(BY_PASSWORD_ALONE);
            return HttpResponse::Ok().json(TokensView { warning, ..TokensView::of(signed_in) });
        }
        SignInStep::ProveFactor { ticket, ways } => (NextStep::SecondFactor, ticket, ways),
        SignInStep::AddFactor { ticket } => (NextStep::AddSecondFactor, ticket, Vec::new()),
    };
    HttpResponse::Accepted().json(NextStepView { next, ticket, ways })
}

/// Sign in
///
/// By address and password. Whoever has a second factor, or needs one, gets a ticket for the next
/// step (202) and no tokens yet. With a passkey no password is needed: see
/// `POST /api/v1/sessions/passkeys/challenges`. After ten wrong passwords from a network within five
/// minutes it waits; after twenty at one address, the networks that its person does not use wait.
#[utoipa::path(
    post, path = "/api/v1/sessions", tag = "sessions", request_body = SignInBody,
    responses(
        (status = 200, description = "The session's tokens.", body = TokensView),
        (status = 202, description = "A second factor is asked for.", body = NextStepView),
        (status = 400, description = "The body cannot be read.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "This address with this password does not work.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts: wait for the seconds in Retry-After.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn sign_in(
    app: App,
    from: ClientAddress,
    body: Open<SignInBody>,
) -> Result<HttpResponse, Problem> {
    let SignInBody { email, password } = body.0;
    Ok(step(app.sign_in(email, password, from.network()).await?))
}

/// Get new tokens for a refresh token
#[utoipa::path(
    post, path = "/api/v1/sessions/refresh", tag = "sessions", request_body = RefreshBody,
    responses(
        (status = 200, description = "New tokens; the old refresh token is used up.", body = TokensView),
        (status = 400, description = "The body cannot be read.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "The session has ended.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts: wait for the seconds in Retry-After.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn refresh_session(app: App, body: Open<RefreshBody>) -> Result<HttpResponse, Problem> {
    Ok(tokens(app.refresh(&body.0.refresh_token).await?))
}

/// Sign out
///
/// The session's tokens do not work any more.
#[utoipa::path(
    delete, path = "/api/v1/sessions/current", tag = "sessions",
    responses((status = 204, description = "Signed out."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn sign_out(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    app.sign_out(signed.0.session_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who you are
#[utoipa::path(
    get, path = "/api/v1/me", tag = "sessions",
    responses((status = 200, description = "You, and your posts.", body = MeView), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_me(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let actor = signed.0;
    let person_id = actor.person_id;
    let posts: Result<_, crate::store::StoreError> =
        app.store().read(move |r| posts::posts_of_person(r, person_id)).await;
    let posts = posts.map_err(crate::engine::EngineError::Store)?;
    Ok(plain(&MeView {
        person_id,
        name: actor.name,
        agency_id: actor.agency_id,
        administrator: actor.administrator,
        posts: posts.into_iter().map(|post| PostView::of(post, None)).collect(),
    }))
}
