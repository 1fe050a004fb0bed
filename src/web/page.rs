//! One page, and the page that says why something was not done.

use super::frame::{Frame, html, see_other, show};
use crate::api::Problem;
use crate::auth::oidc;
use crate::engine::{EngineError, SignOnError, SignOnRefused};
use crate::escalation::Refusal;
use crate::store::StoreError;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError, body::MessageBody, web};
use askama::Template;
use std::fmt;

/// A form with one button.
pub(super) struct Form {
    pub(super) action: &'static str,
    pub(super) token: String,
    pub(super) button: String,
}

/// A page.
#[derive(Template)]
#[template(path = "page.html", config = "src/web/askama.toml")]
pub(super) struct Page {
    pub(super) frame: Frame,
    pub(super) paragraphs: Vec<String>,
    pub(super) links: Vec<(String, String)>,
    pub(super) form: Option<Form>,
}

impl Page {
    /// A page that only tells something.
    pub(super) fn telling(title: &str, paragraphs: &[&str]) -> Self {
        let paragraphs = paragraphs.iter().map(|text| (*text).to_owned()).collect();
        Self { frame: Frame::for_anybody(title), paragraphs, links: Vec::new(), form: None }
    }

    /// The page as an answer.
    pub(super) fn answer(&self, status: StatusCode) -> HttpResponse {
        show(status, self)
    }
}

/// A page that is ready to be shown. It may hold what somebody wrote, so it says nothing of itself.
pub struct Ready(web::Bytes);

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }
}

/// Why a page is not shown, or a form not taken.
#[derive(Debug)]
pub enum Refused {
    /// Signing in did not work.
    SignOn(SignOnRefused),
    /// Nobody is signed in.
    NotSignedIn,
    /// Nobody is signed in who asks for a page: they sign in, and come back to it.
    SignInFirst {
        /// The page.
        return_to: String,
    },
    /// There is nothing that they can see.
    NotFound,
    /// It is not theirs to do.
    NotYours(String),
    /// It cannot be done as things stand.
    NotNow {
        /// Why, and what to do instead.
        text: String,
        /// Where to go on.
        back: String,
    },
    /// They must prove again that it is them; [`super::prove_first`] asks them to.
    ProveAgain,
    /// A form is not taken as it came; this page says why, and has what was written.
    Shown {
        /// Which kind of no.
        status: StatusCode,
        /// The page.
        page: Ready,
    },
    /// It was changed meanwhile.
    Stale,
    /// The same form was sent before with something else in it.
    SentBefore,
    /// Too many wrong guesses.
    Throttled {
        /// After how many seconds it is worth another try.
        wait_seconds: u32,
    },
    /// A code did not do.
    WrongCode,
    /// The form is not of our page in this session.
    Forged,
    /// What came cannot be read.
    Unreadable,
    /// There is no such method here; this one is.
    Method(&'static str),
    /// What was asked for is not there, not theirs, or cannot be.
    Asked {
        /// Which of these.
        status: StatusCode,
        /// The page's title.
        title: &'static str,
        /// What happened, and what to do next.
        text: String,
        /// When it is worth another try, in seconds.
        retry_after_seconds: Option<u32>,
    },
    /// The server failed.
    Failed {
        /// It may work in a moment.
        is_passing: bool,
    },
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        let error = match error {
            EngineError::NotSignedIn => return Self::NotSignedIn,
            EngineError::Stale => return Self::Stale,
            EngineError::KeyUsedOtherwise => return Self::SentBefore,
            EngineError::FactorRefused => return Self::WrongCode,
            EngineError::Throttled { wait_seconds } => return Self::Throttled { wait_seconds },
            EngineError::Refused(Refusal::NotFound) => return Self::NotFound,
            EngineError::Refused(Refusal::NotYours(text)) => return Self::NotYours(text),
            EngineError::Refused(Refusal::NotNow(text)) => {
                return Self::NotNow { text, back: "/".to_owned() };
            }
            EngineError::Refused(Refusal::ProveAgain) => return Self::ProveAgain,
            EngineError::Refused(Refusal::Faulty(found)) => {
                let first = found.into_iter().next().map(|fault| fault.detail);
                let text = first.unwrap_or_else(|| "Something that was sent is wrong.".to_owned());
                return Self::NotNow { text, back: "/".to_owned() };
            }
            other => other,
        };
        tracing::error!(%error, "a page failed");
        let EngineError::Store(error) = error else { return Self::Failed { is_passing: false } };
        Self::Failed {
            is_passing: error.is_passing()
                || matches!(
                    error,
                    StoreError::Connection(_) | StoreError::Busy | StoreError::ReadOnly
                ),
        }
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let (status, title, text) = problem.in_words();
        let retry_after_seconds = problem.retry_after_seconds();
        Self::Asked { status, title, text, retry_after_seconds }
    }
}

impl From<SignOnError> for Refused {
    fn from(error: SignOnError) -> Self {
        match error {
            SignOnError::Refused(refused) => Self::SignOn(refused),
            SignOnError::Failed(error) => error.into(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().1)
    }
}

impl Refused {
    /// The query cannot be read, for this reason.
    pub(super) fn unreadable_query(why: &str) -> Self {
        let text = format!("The address cannot be read: {why}.");
        Self::Asked {
            status: StatusCode::BAD_REQUEST,
            title: "Another address is needed",
            text,
            retry_after_seconds: None,
        }
    }

    /// A page instead of what a form asked for.
    pub(super) fn shown(page: HttpResponse) -> Self {
        let status = page.status();
        match page.into_body().try_into_bytes() {
            Ok(bytes) => Self::Shown { status, page: Ready(bytes) },
            // A page of ours is made whole before it is sent.
            Err(_in_parts) => Self::Failed { is_passing: false },
        }
    }

    /// Status, title, and what to do next.
    fn words(&self) -> (StatusCode, &'static str, &str) {
        use StatusCode as S;
        match self {
            Self::SignInFirst { .. } => (S::SEE_OTHER, "Sign in first", "You are not signed in."),
            Self::NotFound => (
                S::NOT_FOUND,
                "Page not found",
                "There is nothing here that you can see. If a link in a message brought you here, \
                 you may be signed in as somebody else.",
            ),
            Self::NotYours(text) => (S::FORBIDDEN, "This is not yours to do", text),
            Self::NotNow { text, .. } => (S::CONFLICT, "This cannot be done now", text),
            Self::ProveAgain => {
                (S::FORBIDDEN, "Prove again that it is you", "Sign out and in again, then do this.")
            }
            Self::Shown { status, .. } => (*status, "Look at this again", "Nothing was changed."),
            Self::Stale => (
                S::PRECONDITION_FAILED,
                "Somebody was quicker",
                "This was changed since you opened the page, and nothing of yours was sent. Go back, \
                 load the page again, and look before you send it once more.",
            ),
            Self::SentBefore => (
                S::CONFLICT,
                "This form was sent already",
                "It was sent before with other words in it, and nothing was changed now. Open the \
                 form again if there is more to say.",
            ),
            Self::Throttled { .. } => {
                (S::TOO_MANY_REQUESTS, "Too many attempts", "Wait five minutes, then try again.")
            }
            Self::WrongCode => (
                S::FORBIDDEN,
                "This did not work",
                "The code was not right, was used already, or came too late. Sign in again, with \
                 your next code.",
            ),
            Self::SignOn(refused) => sign_on_words(*refused),
            Self::NotSignedIn => (
                S::UNAUTHORIZED,
                "Sign in first",
                "You are not signed in, or no longer. Go to the sign-in page.",
            ),
            Self::Forged => (
                S::FORBIDDEN,
                "Nothing was changed",
                "This form did not come from our page, or its page is old. Go back, load the page \
                 again, and send it once more.",
            ),
            Self::Unreadable => {
                (S::BAD_REQUEST, "Nothing was changed", "What was sent cannot be read.")
            }
            Self::Method(_) => {
                (S::METHOD_NOT_ALLOWED, "Not in this way", "This address is used in another way.")
            }
            Self::Asked { status, title, text, .. } => (*status, title, text),
            Self::Failed { is_passing: true } => (
                S::SERVICE_UNAVAILABLE,
                "The server cannot answer now",
                "Nothing was changed. Try again in a few seconds.",
            ),
            Self::Failed { is_passing: false } => (
                S::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side",
                "Nothing was changed. Try again; if it happens again, tell whoever runs the server.",
            ),
        }
    }
}

fn sign_on_words(refused: SignOnRefused) -> (StatusCode, &'static str, &'static str) {
    use StatusCode as S;
    const TITLE: &str = "You are not signed in";
    match refused {
        SignOnRefused::NoProvider => (
            S::NOT_FOUND,
            TITLE,
            "There is no such way to sign in. Choose one on the sign-in page.",
        ),
        SignOnRefused::StartAgain => (
            S::BAD_REQUEST,
            TITLE,
            "This sign-in took too long, was used already, or began in another browser. Start again \
             on the sign-in page.",
        ),
        SignOnRefused::NotReachable => (
            S::SERVICE_UNAVAILABLE,
            TITLE,
            "Your organisation's sign-in cannot be reached from here at the moment. Try again in a \
             few minutes; if it stays so, tell your organisation's IT support. If a child is in \
             danger now, call 999: do not wait for this.",
        ),
        SignOnRefused::Declined => (
            S::FORBIDDEN,
            TITLE,
            "Your organisation's sign-in was broken off, or did not let you in. Start again; if it \
             stays so, ask your organisation's IT support.",
        ),
        SignOnRefused::NotBelieved => (
            S::FORBIDDEN,
            TITLE,
            "The answer of your organisation's sign-in cannot be accepted. Start again; if it stays \
             so, tell whoever runs this server, with the time.",
        ),
        SignOnRefused::TooWeak => (
            S::FORBIDDEN,
            TITLE,
            "Your organisation's sign-in did not ask for as much as is needed here, such as a second \
             step on your telephone, or did so too long ago. Sign out there, and start again; if it \
             stays so, ask your organisation's IT support.",
        ),
        SignOnRefused::Unknown => (
            S::FORBIDDEN,
            TITLE,
            "You signed in at your organisation, and nobody here is linked with that account yet. \
             Ask the partnership's business manager or your safeguarding lead for an invitation.",
        ),
        SignOnRefused::Taken => (
            S::CONFLICT,
            "The account is not linked",
            "This account is linked with somebody else here. Tell the partnership's administrator.",
        ),
        SignOnRefused::NotTheirs => (
            S::FORBIDDEN,
            TITLE,
            "Your account here is closed, or your agency does not sign in this way. Ask the \
             partnership's business manager.",
        ),
    }
}

impl Refused {
    /// The link that leads on.
    fn way_on(&self) -> Option<(String, String)> {
        let (address, text) = match self {
            Self::Method(_) => return None,
            Self::NotNow { back, .. } => (back.as_str(), "Go on"),
            Self::NotFound
            | Self::NotYours(_)
            | Self::ProveAgain
            | Self::Shown { .. }
            | Self::Stale
            | Self::SentBefore
            | Self::Asked { .. } => ("/", "Home"),
            _ => ("/sign-in", "The sign-in page"),
        };
        Some((address.to_owned(), text.to_owned()))
    }
}

/// The way back to a page as it stands in a query: what has a meaning there loses it, and a plain path
/// stays legible.
pub(super) fn and_back(return_to: &str) -> String {
    format!("return_to={}", oidc::encoded(return_to).replace("%2F", "/"))
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.words().0
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::SignInFirst { return_to } = self {
            return see_other(&format!("/sign-in?{}", and_back(return_to)));
        }
        if let Self::Shown { status, page: Ready(bytes) } = self {
            return html(*status, bytes.clone());
        }
        let (status, title, text) = self.words();
        let mut page = Page::telling(title, &[text]);
        page.links.extend(self.way_on());
        let mut response = page.answer(status);
        if let Self::Throttled { wait_seconds } = self {
            let seconds = header::HeaderValue::from(*wait_seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        if let Self::Method(allow) = self {
            response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allow));
        }
        let seconds = match self {
            Self::Asked { retry_after_seconds, .. } => *retry_after_seconds,
            _ if status == StatusCode::SERVICE_UNAVAILABLE => Some(30),
            _ => None,
        };
        if let Some(seconds) = seconds {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
