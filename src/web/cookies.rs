//! Our two cookies. Both are bound to this host, go over https only, and no script reads them.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};

/// A session's secret.
pub(super) const SESSION: &str = "__Host-session";
/// A sign-in attempt's secret.
pub(super) const ATTEMPT: &str = "__Host-sign-in";

/// A cookie as we set it. Lax, not strict: a browser that comes back from a provider, or by a link in
/// a message, brings it along; it never does with another site's form.
pub(super) fn set(name: &'static str, secret: String) -> Cookie<'static> {
    Cookie::build(name, secret)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish()
}

/// The same cookie, gone.
pub(super) fn gone(name: &'static str) -> Cookie<'static> {
    let mut cookie = set(name, String::new());
    cookie.set_max_age(Duration::ZERO);
    cookie
}

/// What a browser holds under this name.
pub(super) fn held(request: &HttpRequest, name: &str) -> Option<String> {
    request.cookie(name).map(|cookie| cookie.value().to_owned())
}
