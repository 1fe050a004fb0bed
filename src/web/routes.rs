use super::page::Refused;
use super::posted::Origin;
use super::{reports, sign_in};
use actix_web::{Resource, web};

/// The largest form: a logout token is the longest field.
const FORM_BYTES_MAX: usize = 32_768;

fn at(path: &str, allow: &'static str) -> Resource {
    web::resource(path)
        .default_service(web::to(move || async move { Err::<&str, _>(Refused::Method(allow)) }))
}

/// Adds the pages.
pub fn configure(config: &mut web::ServiceConfig, origin: Origin) {
    config
        .app_data(web::Data::new(origin))
        .app_data(web::FormConfig::default().limit(FORM_BYTES_MAX))
        .service(at("/sign-in", "GET").route(web::get().to(sign_in::page)))
        .service(at("/sign-in/with/{provider}", "GET").route(web::get().to(sign_in::begin)))
        .service(at("/sign-in/back/{provider}", "GET").route(web::get().to(sign_in::finish)))
        .service(at("/sign-in/link", "POST").route(web::post().to(sign_in::link)))
        .service(
            at("/sign-in/logout/{provider}", "POST")
                .route(web::post().to(sign_in::provider_logout)),
        )
        .service(
            at("/partnerships/{id}/reports/disputes", "GET")
                .route(web::get().to(reports::disputes)),
        )
        .service(at("/partnerships/{id}/reports/cases", "GET").route(web::get().to(reports::cases)))
        .service(at("/sign-out", "POST").route(web::post().to(sign_in::sign_out)));
}
