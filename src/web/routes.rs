use super::page::Refused;
use super::posted::Origin;
use super::{
    account, acting, administration, asking_reports, assets, calendar_feed, case, case_views,
    directory, finding, help, home, more, notification_settings, policies, printing, raise, record,
    reports, restricting, sign_in, sign_in_here,
};
use actix_web::{Resource, web};

/// The largest form: several texts of 20,000 characters, each of them written as up to twelve bytes.
const FORM_BYTES_MAX: usize = 524_288;

/// Makes a resource of a path and the methods that it takes.
pub(super) type At = fn(&str, &'static str) -> Resource;

fn at(path: &str, allow: &'static str) -> Resource {
    web::resource(path)
        .default_service(web::to(move || async move { Err::<&str, _>(Refused::Method(allow)) }))
}

/// Adds the pages.
pub fn configure(config: &mut web::ServiceConfig, origin: Origin) {
    config
        .app_data(web::Data::new(origin))
        .app_data(web::FormConfig::default().limit(FORM_BYTES_MAX))
        .service(at("/", "GET, HEAD").route(web::get().to(home::home)))
        .service(at("/escalations", "GET, HEAD").route(web::get().to(home::list)))
        .service(at("/escalations/{id}", "GET, HEAD").route(web::get().to(case::case)))
        .service(
            at("/escalations/{id}/timeline", "GET, HEAD").route(web::get().to(record::timeline)),
        )
        .service(
            at("/escalations/{id}/messages", "GET, HEAD").route(web::get().to(record::messages)),
        )
        .service(
            at("/escalations/{id}/do/{act}", "GET, HEAD, POST")
                .route(web::get().to(acting::form))
                .route(web::post().to(acting::act)),
        )
        .service(
            at("/escalations/{id}/do/{act}/{which}", "GET, HEAD, POST")
                .route(web::get().to(acting::numbered_form))
                .route(web::post().to(acting::numbered_act)),
        )
        .service(
            at("/raise", "GET, HEAD, POST")
                .route(web::get().to(raise::begin_page))
                .route(web::post().to(raise::begin)),
        )
        .service(
            at("/escalations/{id}/draft", "GET, HEAD, POST")
                .route(web::get().to(raise::check_page))
                .route(web::post().to(raise::raise)),
        )
        .service(
            at("/escalations/{id}/draft/{step}", "GET, HEAD, POST")
                .route(web::get().to(raise::step_page))
                .route(web::post().to(raise::step)),
        )
        .service(at("/escalations/{id}/raised", "GET, HEAD").route(web::get().to(raise::raised)))
        .service(at("/sign-in", "GET, HEAD").route(web::get().to(sign_in::page)))
        .service(at("/sign-in/password", "POST").route(web::post().to(sign_in_here::with_password)))
        .service(at("/sign-in/code", "POST").route(web::post().to(sign_in_here::with_code)))
        .service(at("/sign-in/with/{provider}", "GET, HEAD").route(web::get().to(sign_in::begin)))
        .service(at("/sign-in/back/{provider}", "GET, HEAD").route(web::get().to(sign_in::finish)))
        .service(at("/sign-in/link", "POST").route(web::post().to(sign_in::link)))
        .service(
            at("/sign-in/logout/{provider}", "POST")
                .route(web::post().to(sign_in::provider_logout)),
        )
        .service(at("/sign-out", "POST").route(web::post().to(sign_in::sign_out)));
    let rooms: [fn(At) -> Vec<Resource>; 15] = [
        account::resources,
        administration::resources,
        asking_reports::resources,
        assets::resources,
        calendar_feed::resources,
        case_views::resources,
        directory::resources,
        finding::resources,
        help::resources,
        more::resources,
        notification_settings::resources,
        policies::resources,
        printing::resources,
        reports::resources,
        restricting::resources,
    ];
    for resource in rooms.into_iter().flat_map(|resources| resources(at)) {
        config.service(resource);
    }
}
