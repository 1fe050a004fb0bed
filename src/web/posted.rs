//! A form of our own page, sent in the session that the page was shown in. Three locks, each of
//! which another site's page cannot open: the cookie is not sent along with its forms, the browser
//! says where a form came from, and the token in the form is this session's.

use super::again;
use super::page::Refused;
use super::visitor::{Visitor, visitor};
use crate::auth::is_same_secret;
use crate::engine::Written;
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

/// The field that carries the session's form token.
pub(super) const FORM_TOKEN: &str = "form_token";

/// What browsers call this server: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin of `http.public_url`.
    pub fn of(public_url: &str) -> Self {
        let origin = match public_url.split_once("://") {
            Some((scheme, after)) => {
                let host = after.split('/').next().unwrap_or_default();
                format!("{scheme}://{}", host.to_ascii_lowercase())
            }
            None => public_url.to_owned(),
        };
        Self(origin)
    }
}

/// A form that somebody sent from a page of ours.
pub struct Posted {
    /// Who.
    pub visitor: Visitor,
    /// Its fields, without the token. None stands there twice.
    pub fields: BTreeMap<String, String>,
}

impl FromRequest for Posted {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            comes_from_here(&request)?;
            let visitor = match visitor(&request).await {
                Err(Refused::NotSignedIn) => {
                    return Err(again::session_over(&request, &mut payload).await);
                }
                other => other?,
            };
            let mut fields = fields(&request, &mut payload).await?;
            let token = fields.remove(FORM_TOKEN).unwrap_or_default();
            let written = Written { path: request.path().to_owned(), fields };
            if !is_same_secret(&token, &visitor.form_token) {
                return Err(again::of_another_session(&request, &visitor, written).await);
            }
            let fields = written.fields.clone();
            // For whoever must prove first that it is them: nothing of it is lost.
            request.extensions_mut().insert(written);
            Ok(Self { visitor, fields })
        })
    }
}

/// Whether the browser says that this was sent by a page of ours.
///
/// # Errors
/// [`Refused::Forged`].
pub(super) fn comes_from_here(request: &HttpRequest) -> Result<(), Refused> {
    let ours = request.app_data::<web::Data<Origin>>().ok_or(Refused::Forged)?;
    if is_from(request.headers(), ours) { Ok(()) } else { Err(Refused::Forged) }
}

/// By Sec-Fetch-Site, which a page cannot set; by Origin where the browser is too old for it. Under
/// our referrer policy a browser sends the origin `null` with our own forms.
fn is_from(headers: &HeaderMap, ours: &Origin) -> bool {
    let text = |name: header::HeaderName| {
        headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"))
    };
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    match (site, text(header::ORIGIN)) {
        (Some("same-origin"), None | Some("null")) => true,
        (Some("same-origin") | None, Some(origin)) => origin == ours.0,
        _ => false,
    }
}

/// The fields of a form, as forms of ours are sent.
///
/// # Errors
/// Another kind of body, which other sites may send; or one that cannot be read.
pub(super) async fn fields(
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<BTreeMap<String, String>, Refused> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim).unwrap_or_default();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refused::Forged);
    }
    let form = web::Form::<Vec<(String, String)>>::from_request(request, payload).await;
    let form = form.map_err(|_unreadable: actix_web::Error| Refused::Unreadable)?;
    let mut fields = BTreeMap::new();
    for (name, value) in form.into_inner() {
        if fields.insert(name, value).is_some() {
            return Err(Refused::Unreadable);
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_form_is_taken_from_our_own_pages_only() {
        let ours = Origin::of("https://Escalations.example/path");
        let here = "https://escalations.example";
        let tries = [
            (Some("same-origin"), None, true),
            (Some("same-origin"), Some("null"), true),
            (Some("same-origin"), Some(here), true),
            (None, Some(here), true),
            (Some("same-origin"), Some("https://evil.example"), false),
            (Some("same-site"), Some(here), false),
            (Some("cross-site"), Some(here), false),
            (Some("cross-site"), None, false),
            (Some("none"), None, false),
            (Some("SAME-ORIGIN"), None, false),
            (None, None, false),
            (None, Some("null"), false),
            (None, Some("https://escalations.example.evil.example"), false),
            (None, Some("https://escalations.example:444"), false),
            (None, Some("http://escalations.example"), false),
            (None, Some("https://sub.escalations.example"), false),
        ];
        for (site, origin, taken) in tries {
            let mut request = TestRequest::default();
            if let Some(site) = site {
                request = request.insert_header(("Sec-Fetch-Site", site));
            }
            if let Some(origin) = origin {
                request = request.insert_header(("Origin", origin));
            }
            let request = request.to_http_request();
            assert_eq!(is_from(request.headers(), &ours), taken, "{site:?} {origin:?}");
        }
    }
}
