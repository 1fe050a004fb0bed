//! Where the links in letters land by which somebody chooses a password, and asking for such a letter.
//!
//! Looking uses nothing up: a mail program may follow a link before its reader does. The secret stays
//! in the address. The page does not repeat it, and tells no other page where its reader came from.

use crate::client_address::ClientAddress;
use crate::engine::{Engine, EngineError, INVITATION_HOURS, RESET_MINUTES};
use crate::escalation::Refusal;
use crate::store::account_secrets::SecretKind;
use crate::web::asking::{Asking, Link};
use crate::web::fields::{Faults, Field, Kind, Sent};
use crate::web::frame::{Frame, see_other, show};
use crate::web::page::{Page, Refused};
use crate::web::sign_in_here::{asked, sent};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

pub(super) const PASSWORD_HINT: &str = "At least 12 characters; 15 or more is better. Three or four \
    words that have nothing to do with each other are strong and easy to remember.";
pub(super) const NOT_THE_SAME: &str = "Once more: type the same password as above";

/// Where a password is chosen by a link.
#[derive(Template)]
#[template(path = "choose_password.html", config = "src/web/askama.toml")]
struct ChoosePassword {
    frame: Frame,
    lead: String,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    /// The organisations by which they can sign in instead: key and name.
    providers: Vec<(String, String)>,
}

/// The fields of a password that is chosen now.
pub(super) fn new_password_fields() -> [Field; 2] {
    [
        Field::new("password", "New password", Kind::NewPassword).hint(PASSWORD_HINT),
        Field::new("password_again", "The new password once more", Kind::NewPassword),
    ]
}

/// A password that was chosen, if it was typed twice alike.
pub(super) fn chosen(sent: &Sent) -> Result<String, Faults> {
    let of = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let (password, again) = (of("password"), of("password_again"));
    if password.is_empty() {
        let text = "New password: choose one".to_owned();
        return Err(Faults(vec![("password".to_owned(), text)]));
    }
    if password != again {
        return Err(Faults(vec![("password_again".to_owned(), NOT_THE_SAME.to_owned())]));
    }
    Ok(password)
}

/// What the engine found wrong with a password, in words of this page.
pub(super) fn of_password(detail: &str) -> Faults {
    Faults(vec![("password".to_owned(), format!("New password: {detail}"))])
}

fn page(app: &App, kind: SecretKind, faults: &Faults, status: StatusCode) -> HttpResponse {
    let (title, life) = match kind {
        SecretKind::Invitation => ("Choose your password", format!("{INVITATION_HOURS} hours")),
        SecretKind::PasswordReset => ("Choose a new password", format!("{RESET_MINUTES} minutes")),
    };
    let providers: Vec<(String, String)> = match kind {
        SecretKind::Invitation => {
            app.providers().iter().map(|of| (of.key.clone(), of.name.clone())).collect()
        }
        SecretKind::PasswordReset => Vec::new(),
    };
    let page = ChoosePassword {
        frame: Frame::for_anybody(title).with_faults(!faults.is_empty()),
        lead: format!(
            "The link that brought you here works once, for {life} from when it was sent. Whoever \
             has it can choose the password: show it to nobody."
        ),
        fields: new_password_fields().into_iter().map(|it| it.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        providers,
    };
    show(status, &page)
}

/// What is answered to a link that does not work, for whatever reason.
fn dead(kind: SecretKind) -> HttpResponse {
    let why = "It was used already, it ran out, or a newer one was sent.";
    let (next, link) = match kind {
        SecretKind::Invitation => (
            "If you have a password, sign in with it. If not, ask for a new one by email; or ask \
             whoever invited you for a new invitation.",
            ("/forgotten-password", "Ask for a link by email"),
        ),
        SecretKind::PasswordReset => (
            "If you chose a password by it, sign in. If not, ask for a new link.",
            ("/forgotten-password", "Ask for a new link"),
        ),
    };
    let mut page = Page::telling("This link does not work any more", &[why, next]);
    page.links = vec![
        ("/sign-in".to_owned(), "The sign-in page".to_owned()),
        (link.0.to_owned(), link.1.to_owned()),
    ];
    page.answer(StatusCode::GONE)
}

/// `GET /invitations/{secret}`
pub(super) async fn invitation(app: App) -> HttpResponse {
    page(&app, SecretKind::Invitation, &Faults::default(), StatusCode::OK)
}

/// `GET /password-resets/{secret}`
pub(super) async fn reset(app: App) -> HttpResponse {
    page(&app, SecretKind::PasswordReset, &Faults::default(), StatusCode::OK)
}

/// `POST /invitations/{secret}`: chooses a password, or goes to an organisation instead.
pub(super) async fn redeem_invitation(
    app: App,
    from: ClientAddress,
    secret: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    match sent.get("provider").cloned() {
        Some(provider) => to_provider(&app, secret.into_inner(), provider, from).await,
        None => redeem(&app, SecretKind::Invitation, secret.into_inner(), &sent, from).await,
    }
}

/// `POST /password-resets/{secret}`
pub(super) async fn redeem_reset(
    app: App,
    from: ClientAddress,
    secret: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    redeem(&app, SecretKind::PasswordReset, secret.into_inner(), &sent, from).await
}

async fn redeem(
    app: &App,
    kind: SecretKind,
    secret: String,
    sent: &Sent,
    from: ClientAddress,
) -> Result<HttpResponse, Refused> {
    let again = |faults: &Faults| Ok(page(app, kind, faults, StatusCode::UNPROCESSABLE_ENTITY));
    let password = match chosen(sent) {
        Ok(password) => password,
        Err(faults) => return again(&faults),
    };
    match app.redeem(kind, secret, password, from.network()).await {
        Ok(()) => Ok(see_other("/sign-in?done=password")),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            match found.iter().find(|fault| fault.pointer == "/password") {
                Some(fault) => again(&of_password(&fault.detail)),
                None => Ok(dead(kind)),
            }
        }
        Err(other) => Err(other.into()),
    }
}

/// To an organisation's sign-in, by a link: a form that led there itself, browsers would not send.
async fn to_provider(
    app: &App,
    secret: String,
    provider: String,
    from: ClientAddress,
) -> Result<HttpResponse, Refused> {
    let name = app.providers().find(&provider).map(|found| found.name.clone());
    match app.link_address_by_invitation(secret, provider, from.network()).await {
        Ok(address) => Ok(way_to_provider(&name.unwrap_or_default(), address)),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            if found.iter().any(|fault| fault.pointer == "/secret") {
                return Ok(dead(SecretKind::Invitation));
            }
            let text = "This organisation does not sign in people of yours. Choose a password.";
            let faults = Faults(vec![(String::new(), text.to_owned())]);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page(app, SecretKind::Invitation, &faults, status))
        }
        Err(other) => Err(other.into()),
    }
}

/// The page with the link that goes to an organisation, to link an account there.
pub(super) fn way_to_provider(name: &str, address: String) -> HttpResponse {
    let text = format!(
        "Sign in there as you do at work. You come back here, and are asked whether both accounts \
         are yours. The link works once, within ten minutes; it is for you alone. {name} is where it \
         leads."
    );
    let mut page = Page::telling(&format!("Go on to {name}"), &[&text]);
    page.links = vec![(address, format!("Sign in with {name}"))];
    page.answer(StatusCode::OK)
}

/// What was done, in a word of the address.
#[derive(Deserialize)]
pub(super) struct ForgottenQuery {
    done: Option<String>,
}

/// `GET /forgotten-password`: asks for the address, or says what happens next.
pub(super) async fn forgotten(query: web::Query<ForgottenQuery>) -> HttpResponse {
    if query.done.is_some() {
        let texts = [
            "If it is the address of somebody here, a link is on its way to it. It works for 30 \
             minutes.",
            "Nothing came after five minutes? Look among the unwanted messages, check that you typed \
             the address that you sign in with, or ask whoever looks after your account.",
        ];
        let mut page = Page::telling("Look into your mailbox", &texts);
        page.links = vec![("/sign-in".to_owned(), "The sign-in page".to_owned())];
        return page.answer(StatusCode::OK);
    }
    email_page(None, &Faults::default(), StatusCode::OK)
}

fn email_page(sent: Option<&Sent>, faults: &Faults, status: StatusCode) -> HttpResponse {
    let frame = Frame::for_anybody("Ask for a new password");
    let mut page = Asking::new(frame, "/forgotten-password", "Send me a link");
    page.back = Some(("/sign-in", "Back to the sign-in page"));
    page.paragraphs =
        vec!["You get an email with a link by which you choose a new password.".to_owned()];
    let field = Field::new("email", "The email address that you sign in with", Kind::Email);
    page.fields = vec![match sent {
        Some(sent) => field.filled_with(sent),
        None => field,
    }];
    let none =
        "If your agency signs you in, you have no password here: go back, and sign in with it.";
    page.links = vec![Link::to("/sign-in", none)];
    page.answer(faults, status)
}

/// `POST /forgotten-password`: sends a letter, if anybody has the address. The answer is the same if
/// nobody has.
pub(super) async fn ask_for_reset(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    let email = asked(&sent, "email");
    if !email.contains('@') {
        let text = "Email address: write it whole, such as sam.taylor@example.org";
        let faults = Faults(vec![("email".to_owned(), text.to_owned())]);
        return Ok(email_page(Some(&sent), &faults, StatusCode::UNPROCESSABLE_ENTITY));
    }
    app.request_password_reset(email, from.network()).await?;
    Ok(see_other("/forgotten-password?done=sent"))
}
