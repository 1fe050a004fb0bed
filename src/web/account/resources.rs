//! The addresses of this room.

use super::{code_app, links, organisation, overview, passkeys, password, proof, sessions};
use crate::web::routes::At;
use crate::web::{again, frame, sign_in_first, sign_in_passkey};
use actix_web::{Resource, web};

/// The pages of somebody's own account, and those by which they come to it.
pub(in crate::web) fn resources(at: At) -> Vec<Resource> {
    let mut all = before_signing_in(at);
    all.extend(one_s_own(at));
    all
}

fn before_signing_in(at: At) -> Vec<Resource> {
    const BOTH: &str = "GET, HEAD, POST";
    vec![
        at("/assets/passkeys.js", "GET, HEAD").route(web::get().to(frame::passkeys_script)),
        at("/sign-in/passkey", "POST").route(web::post().to(sign_in_passkey::begin)),
        at("/sign-in/passkey/answer", "POST").route(web::post().to(sign_in_passkey::answer)),
        at("/sign-in/again", "POST").route(web::post().to(again::go_on)),
        at("/sign-in/add/app", "POST").route(web::post().to(sign_in_first::begin_app)),
        at("/sign-in/add/app/code", "POST").route(web::post().to(sign_in_first::confirm_app)),
        at("/sign-in/add/passkey", "POST").route(web::post().to(sign_in_first::begin_passkey)),
        at("/sign-in/add/passkey/answer", "POST").route(web::post().to(sign_in_first::add_passkey)),
        at("/invitations/{secret}", BOTH)
            .route(web::get().to(links::invitation))
            .route(web::post().to(links::redeem_invitation)),
        at("/password-resets/{secret}", BOTH)
            .route(web::get().to(links::reset))
            .route(web::post().to(links::redeem_reset)),
        at("/forgotten-password", BOTH)
            .route(web::get().to(links::forgotten))
            .route(web::post().to(links::ask_for_reset)),
    ]
}

fn one_s_own(at: At) -> Vec<Resource> {
    vec![
        at("/account", "GET, HEAD").route(web::get().to(overview::overview)),
        at("/account/password", "GET, HEAD, POST")
            .route(web::get().to(password::form))
            .route(web::post().to(password::change)),
        at("/account/code-app", "POST").route(web::post().to(code_app::begin)),
        at("/account/code-app/code", "POST").route(web::post().to(code_app::confirm)),
        at("/account/code-app/removal", "POST").route(web::post().to(code_app::remove)),
        at("/account/recovery-codes", "POST").route(web::post().to(code_app::renew_paper)),
        at("/account/passkeys", "POST").route(web::post().to(passkeys::begin)),
        at("/account/passkeys/answer", "POST").route(web::post().to(passkeys::add)),
        at("/account/passkeys/{id}/removal", "POST").route(web::post().to(passkeys::remove)),
        at("/account/sessions", "GET, HEAD").route(web::get().to(sessions::list)),
        at("/account/sessions/others/end", "POST").route(web::post().to(sessions::end_others)),
        at("/account/sessions/{id}/end", "POST").route(web::post().to(sessions::end)),
        at("/account/organisation", "POST").route(web::post().to(organisation::link)),
        at("/account/proof", "POST").route(web::post().to(proof::prove)),
        at("/account/proof/passkey", "POST").route(web::post().to(proof::challenge)),
    ]
}
