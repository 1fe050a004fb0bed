//! A server on a database that is there already.

use crate::house::{Client, MONDAY};
use bscp_escalation::app::{self, App};
use bscp_escalation::auth;
use bscp_escalation::clock::Clock;
use bscp_escalation::config::Settings;
use bscp_escalation::engine::Engine;
use bscp_escalation::ids::{AgencyId, PartnershipId, PersonId};
use bscp_escalation::notify::{Mailer, Sender};
use bscp_escalation::store::people::{self, Scope};
use bscp_escalation::store::{Reader, StoreError};
use std::collections::HashMap;
use std::net::SocketAddr;
use tempfile::TempDir;

const OFFICER: &str = "judith.hale@bscp.example";

/// A server, and what is asked of it.
pub struct Served {
    pub engine: Engine,
    pub address: SocketAddr,
    pub partnership_id: PartnershipId,
    /// The agency that is challenged most.
    pub agency_id: AgencyId,
    pub officer_id: PersonId,
    /// Kept for its folder.
    _dir: TempDir,
}

impl Served {
    /// A server on a database that was filled.
    pub async fn on(url: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = settings(url, &dir);
        let clock = Clock::standing_at(MONDAY.parse().unwrap());
        let sender = Sender::new("Escalations", "escalations@bscp.example", None, None).unwrap();
        let mailer = Mailer::memory(sender);
        let engine = app::build_engine_with(&settings, clock, mailer).await.unwrap();
        let app = App::build(&settings, engine.clone()).unwrap();
        let address = app.address();
        tokio::spawn(app.run_until_stopped());
        let found: Result<_, StoreError> = engine.store().read(find).await;
        let (partnership_id, agency_id, officer_id) = found.unwrap();
        Self { engine, address, partnership_id, agency_id, officer_id, _dir: dir }
    }

    /// An officer, signed in.
    pub async fn officer(&self) -> Client {
        Client::sign_in(self.address, OFFICER).await
    }
}

fn find(r: &mut Reader<'_>) -> Result<(PartnershipId, AgencyId, PersonId), StoreError> {
    let partnership = people::find_partnership_by_key(r, "bromley")?.unwrap();
    let scope = Scope::Partnerships(vec![partnership.id]);
    let first = people::list_agencies(r, &scope, None, 1)?.remove(0).it.id;
    let officer_id = people::find_id_by_email(r, OFFICER)?.unwrap();
    Ok((partnership.id, first, officer_id))
}

fn settings(url: &str, dir: &TempDir) -> Settings {
    let key = dir.path().join("token.key");
    auth::load_or_create(&key, auth::IfMissing::Create).unwrap();
    let overrides = [
        ("data_dir", dir.path().display().to_string()),
        ("database.url", url.to_owned()),
        ("http.listen", "127.0.0.1:0".to_owned()),
        ("http.public_url", "https://escalations.example".to_owned()),
        ("http.workers", "2".to_owned()),
        ("auth.token_key_file", key.display().to_string()),
        ("auth.second_factor", "optional".to_owned()),
        ("engine.worker", "false".to_owned()),
        ("http.requests_per_minute", "0".to_owned()),
        ("http.requests_per_minute_of_network", "0".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value));
    Settings::load(None, &HashMap::new(), &overrides).unwrap()
}
