//! Somebody's own account: who they are here, their password, their second factors, where they are
//! signed in; the pages where links for a password land; and proving again that it is them.

mod code_app;
mod links;
mod organisation;
mod overview;
mod passkeys;
mod password;
mod proof;
mod resources;
mod sessions;

pub use proof::prove_first;
pub(super) use resources::resources;
