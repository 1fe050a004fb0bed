//! What pages are shown with besides their words. Its address changes with what is in it, so a
//! browser keeps it for as long as it likes and still never shows an old one.

use super::look::Look;
use super::routes::At;
use actix_web::http::header;
use actix_web::{HttpResponse, Resource, web};

/// How they look now. Under any other address than its own it may not be kept: while nodes are
/// being upgraded, an old one is asked for what a new one's page names.
async fn style(hash: Option<web::Path<String>>) -> HttpResponse {
    let look = Look::here();
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8"));
    if hash.is_some_and(|hash| *hash == look.style_hash) {
        answer.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    }
    answer.body(look.style.clone())
}

/// The style sheet, where its own address is and where it was before it had one.
pub(super) fn resources(at: At) -> Vec<Resource> {
    vec![
        at("/assets/pages-{hash}.css", "GET, HEAD").route(web::get().to(style)),
        at("/assets/pages.css", "GET, HEAD").route(web::get().to(style)),
    ]
}
