//! Administration: what the administrator and the officers do that no case asks for, and everybody's
//! own API tokens.

mod closures;
mod deliveries;
mod keys;
mod machines;
mod recounts;
mod server;
mod tokens;

use super::directory::sheet;
use super::routes::At;
use crate::engine::Engine;
use actix_web::{Resource, web};

type App = web::Data<Engine>;

/// How many rows a page shows.
const PAGE: usize = 25;

/// The pages.
pub(super) fn resources(at: At) -> Vec<Resource> {
    let read = "GET, HEAD";
    let own = "/administration/tokens";
    let machine = "/administration/machines/{id}";
    let keys = "/administration/keys";
    let closures = "/administration/closures/{id}";
    vec![
        at("/messages", read).route(web::get().to(deliveries::messages)),
        at("/messages/addresses", read).route(web::get().to(deliveries::addresses)),
        at("/administration", read).route(web::get().to(server::hub)),
        at("/administration/server", read).route(web::get().to(server::server)),
        at("/administration/accounts", read).route(web::get().to(server::accounts)),
        at(own, read).route(web::get().to(tokens::own)),
        sheet!(at, &format!("{own}/add"), tokens::own_form, tokens::make_own),
        sheet!(at, &format!("{own}/{{id}}/revoke"), tokens::revoke_own_form, tokens::revoke_own),
        at("/administration/machines", read).route(web::get().to(machines::machines)),
        sheet!(at, "/administration/machines/add", machines::add_form, machines::add),
        at(machine, read).route(web::get().to(tokens::of_machine)),
        sheet!(at, &format!("{machine}/tokens/add"), tokens::machine_form, tokens::make_of_machine),
        sheet!(
            at,
            &format!("{machine}/tokens/{{token}}/revoke"),
            tokens::revoke_of_machine_form,
            tokens::revoke_of_machine
        ),
        at(keys, read).route(web::get().to(keys::keys)),
        sheet!(at, &format!("{keys}/propose"), keys::propose_form, keys::propose),
        sheet!(at, &format!("{keys}/{{number}}/approve"), keys::approve_form, keys::approve),
        at(closures, read).route(web::get().to(closures::list)),
        sheet!(at, &format!("{closures}/add"), closures::add_form, closures::add),
        sheet!(
            at,
            &format!("{closures}/{{day}}/withdraw"),
            closures::withdraw_form,
            closures::withdraw
        ),
        sheet!(at, "/administration/recounts/{id}", recounts::form, recounts::recount),
    ]
}
