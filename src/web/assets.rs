//! What pages are shown with besides their words. Its address changes with what is in it, so a
//! browser keeps it for as long as it likes and still never shows an old one.

use super::routes::At;
use crate::auth;
use actix_web::http::header;
use actix_web::{HttpResponse, Resource, web};
use std::sync::LazyLock;

/// How the pages look.
const STYLE: &str = include_str!("templates/pages.css");
/// As many signs of a digest as tell two style sheets apart.
const SIGNS: usize = 16;

static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| auth::digest(STYLE).chars().take(SIGNS).collect());
static STYLE_ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/assets/pages-{}.css", *STYLE_HASH));

/// Where the style sheet of the pages stands.
pub(super) fn style_address() -> &'static str {
    &STYLE_ADDRESS
}

/// How they look now. Under any other address than its own it may not be kept: while nodes are
/// being upgraded, an old one is asked for what a new one's page names.
async fn style(hash: Option<web::Path<String>>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8"));
    if hash.is_some_and(|hash| *hash == *STYLE_HASH) {
        answer.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    }
    answer.body(STYLE)
}

/// The style sheet, where its own address is and where it was before it had one.
pub(super) fn resources(at: At) -> Vec<Resource> {
    vec![
        at("/assets/pages-{hash}.css", "GET, HEAD").route(web::get().to(style)),
        at("/assets/pages.css", "GET, HEAD").route(web::get().to(style)),
    ]
}
