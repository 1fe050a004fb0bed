//! Where to report a weakness (RFC 9116).

use super::extract::App;
use super::problem::{Code, Problem};
use super::routes::Face;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{SecondsFormat, TimeDelta};

/// For how long the address is promised: the RFC advises less than a year.
const DAYS: i64 = 180;

/// `GET /.well-known/security.txt`: the operator's contact; nothing where none is set.
pub async fn security_txt(app: App, face: web::Data<Face>) -> Result<HttpResponse, Problem> {
    let Some(contact) = &face.security_contact else {
        return Err(Problem::new(Code::NotFound, "There is nothing at this address."));
    };
    let expires = app.now().plus(TimeDelta::days(DAYS)).utc();
    let expires = expires.to_rfc3339_opts(SecondsFormat::Secs, true);
    let scheme = if contact.contains(':') { "" } else { "mailto:" };
    let text = format!(
        "Contact: {scheme}{contact}\nExpires: {expires}\nPreferred-Languages: en\n\
         Canonical: {}/.well-known/security.txt\n",
        face.public_url
    );
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(text))
}
