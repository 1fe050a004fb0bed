//! The house that every test lives in.

mod client;
#[cfg(feature = "postgres")]
mod cluster;
pub mod identity_provider;
#[path = "../../../src/rendering/tests/reading.rs"]
#[expect(dead_code, reason = "the rendering room's own tests use the rest")]
pub mod reading;
#[expect(dead_code, reason = "the notify room's own tests use the rest")]
pub mod smtp_sink;

pub use client::{Answer, Client};

use bscp_escalation::app::{self, App};
use bscp_escalation::auth;
use bscp_escalation::clock::{Clock, UtcInstant};
use bscp_escalation::config::Settings;
use bscp_escalation::engine::{DirectoryFile, Engine, Founded, Operation, PolicyLoadError, prove};
use bscp_escalation::notify::{Mailer, Sender, Sent};
use bscp_escalation::store::policies::Via;
use bscp_escalation::store::{StoreError, Writer, people};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::OnceLock;
use tempfile::TempDir;

/// Everybody's password.
pub const PASSWORD: &str = "a password of the test house";
/// Monday 21 December 2026, 09:10 in London.
pub const MONDAY: &str = "2026-12-21T09:10:00Z";

const DIRECTORY: &str = include_str!("../../../config/demo/bromley.toml");
const POLICY: &str = include_str!("../../../config/policies/bscp.toml");

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// A server with the made-up partnership and the shipped policy.
pub struct House {
    pub engine: Engine,
    pub clock: Clock,
    pub address: SocketAddr,
    /// Where its numbers are, if it was asked for them.
    pub metrics_address: Option<SocketAddr>,
    pub settings: Settings,
    pub founded: Founded,
    /// Kept for its folder, which goes when the house does.
    #[expect(dead_code, reason = "kept for its folder")]
    dir: TempDir,
}

/// A server beside a house's own.
pub struct Node {
    pub engine: Engine,
    pub address: SocketAddr,
}

/// What a test may want to be otherwise.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Settings beside the defaults, as `--set` takes them.
    pub settings: Vec<(&'static str, String)>,
    /// The policy file; the shipped one if left out.
    pub policy: Option<String>,
    /// More agencies, people and posts than the shipped directory has, in its form.
    pub directory_besides: &'static str,
    /// The machine's clock instead of one that stands.
    pub real_clock: bool,
    /// The workers run; otherwise the test moves everything itself.
    pub workers: bool,
    /// The mailer that the settings describe, instead of one in memory.
    pub real_mailer: bool,
}

/// Runs the same test on each database; one that takes the `Database` builds its own house.
#[macro_export]
macro_rules! on_each_database {
    ($($(#[$doc:meta])* async fn $name:ident($database:ident: Database $(,)?) $body:block)+) => {
        $($(#[$doc])* async fn $name($database: $crate::house::Database) $body)+

        mod built_on_sqlite {
            $(#[test] fn $name() {
                $crate::house::block_on(super::$name($crate::house::Database::Sqlite));
            })+
        }
        #[cfg(feature = "postgres")]
        mod built_on_postgres {
            $(#[test] fn $name() {
                $crate::house::block_on(super::$name($crate::house::Database::Postgres));
            })+
        }
    };
    ($($(#[$doc:meta])* async fn $name:ident($house:ident: &House $(,)?) $body:block)+) => {
        $($(#[$doc])* async fn $name($house: &$crate::house::House) $body)+

        mod on_sqlite {
            $(#[test] fn $name() {
                $crate::house::run($crate::house::Database::Sqlite, super::$name);
            })+
        }
        #[cfg(feature = "postgres")]
        mod on_postgres {
            $(#[test] fn $name() {
                $crate::house::run($crate::house::Database::Postgres, super::$name);
            })+
        }
    };
}

/// Runs a test in a house of its own, and proves its record afterwards.
pub fn run(database: Database, test: impl AsyncFnOnce(&House)) {
    block_on(async {
        let Some(house) = House::build(database, Wishes::default()).await else { return };
        test(&house).await;
        house.prove_the_record().await;
    });
}

/// What somebody wants who only reads.
pub fn reading() -> Operation {
    Operation { method: "GET".to_owned(), path: "/api/v1/me".to_owned() }
}

/// Runs something asynchronous to its end.
pub fn block_on<F: Future>(work: F) -> F::Output {
    actix_web::rt::System::new().block_on(work)
}

impl Database {
    /// The URL of a fresh database; none where there is no PostgreSQL, which was said loudly.
    pub fn fresh(self, dir: &TempDir) -> Option<String> {
        match self {
            Self::Sqlite => Some(format!("sqlite:{}", dir.path().join("house.sqlite3").display())),
            #[cfg(feature = "postgres")]
            Self::Postgres => Some(cluster::cluster()?.fresh_database()),
            #[cfg(not(feature = "postgres"))]
            Self::Postgres => None,
        }
    }
}

fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| auth::hash(PASSWORD).unwrap())
}

impl House {
    /// Builds a house; none where there is no PostgreSQL.
    pub async fn build(database: Database, wishes: Wishes) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let url = database.fresh(&dir)?;
        Some(Self::build_on(&url, dir, wishes).await)
    }

    /// Builds a house on a database that may be there already, such as a second node.
    pub async fn build_on(url: &str, dir: TempDir, wishes: Wishes) -> Self {
        let settings = settings(url, &dir, &wishes);
        let clock = if wishes.real_clock {
            Clock::System
        } else {
            Clock::standing_at(MONDAY.parse().unwrap())
        };
        let mailer =
            if wishes.real_mailer { app::mailer(&settings).unwrap() } else { memory_mailer() };
        let engine = app::build_engine_with(&settings, clock.clone(), mailer).await.unwrap();
        let directory = format!("{DIRECTORY}\n{}", wishes.directory_besides);
        let policy = wishes.policy.as_deref().unwrap_or(POLICY);
        let founded = furnish(&engine, &directory, policy).await;
        let app = App::build(&settings, engine.clone()).unwrap();
        let (address, metrics_address) = (app.address(), app.metrics_address());
        tokio::spawn(app.run_until_stopped());
        Self { engine, clock, address, metrics_address, settings, founded, dir }
    }

    /// Proposes a policy version and publishes it, each in an officer's name; false says that it was
    /// there.
    pub async fn load_policy(&self, policy: String) -> Result<bool, PolicyLoadError> {
        publish(&self.engine, &self.founded, policy).await
    }

    /// Another node on this house's database, with its clock and a mailbox of its own.
    pub async fn another_node(&self) -> Engine {
        let clock = self.clock.clone();
        app::build_engine_with(&self.settings, clock, memory_mailer()).await.unwrap()
    }

    /// Another server on this house's database, with other settings.
    pub async fn node_with(&self, change: impl FnOnce(&mut Settings)) -> Node {
        let mut settings = self.settings.clone();
        change(&mut settings);
        let clock = self.clock.clone();
        let engine = app::build_engine_with(&settings, clock, memory_mailer()).await.unwrap();
        let app = App::build(&settings, engine.clone()).unwrap();
        let address = app.address();
        tokio::spawn(app.run_until_stopped());
        Node { engine, address }
    }

    /// Somebody who is signed in, by name.
    pub async fn as_(&self, name: &str) -> Client {
        Client::sign_in(self.address, &self.email(name)).await
    }

    /// Somebody's address, by name.
    pub fn email(&self, name: &str) -> String {
        let person = self.founded.people.iter().find(|person| person.name == name);
        person.unwrap_or_else(|| panic!("nobody is called {name}")).email.clone()
    }

    /// Somebody's id, by name.
    pub fn person_id(&self, name: &str) -> String {
        let person = self.founded.people.iter().find(|person| person.name == name);
        person.unwrap_or_else(|| panic!("nobody is called {name}")).id.to_string()
    }

    /// An agency's id, by its key in the directory file.
    pub fn agency_id(&self, key: &str) -> String {
        self.founded.agencies[key].to_string()
    }

    /// Winds the clock on, and lets everything happen that is due then.
    pub async fn advance_to(&self, at: &str) {
        let at: UtcInstant = at.parse().unwrap();
        assert!(self.clock.wind_on_to(at), "the clock cannot be wound back to {at}");
        self.settle().await;
    }

    /// Lets everything happen that is due now, until nothing is left.
    pub async fn settle(&self) {
        loop {
            let ticked = self.engine.tick().await.unwrap();
            assert_eq!(ticked.failed_count, 0, "a due case could not be acted on");
            let sent = self.engine.deliver().await.unwrap();
            if ticked.acted_count == 0 && sent == 0 {
                return;
            }
        }
    }

    /// The messages that went to somebody, by name, the first first.
    pub fn mails_to(&self, name: &str) -> Vec<Sent> {
        let email = self.email(name);
        self.mails_to_address(&email)
    }

    /// The messages that went to an address, in the order in which they were queued: several are on
    /// their way at once.
    pub fn mails_to_address(&self, email: &str) -> Vec<Sent> {
        let sent = self.engine.mailer().sent().into_iter();
        let mut theirs: Vec<Sent> = sent.filter(|sent| sent.to.contains(email)).collect();
        // Ids rise with time.
        theirs.sort_by(|one, other| one.message_id.cmp(&other.message_id));
        theirs
    }

    /// A whole draft of Priya Nair's against the team of Tom Okafor.
    pub fn draft(&self) -> Value {
        json!({
            "immediate_danger": { "in_immediate_danger": false },
            "draft": {
                "receiving_agency_id": self.agency_id("social_care"),
                "receiving_team": "Referral and assessment",
                "receiving_practitioner_id": self.person_id("Tom Okafor"),
                "child": { "initials": "Q.Z.", "local_reference": "RPP-0417" },
                "area_of_disagreement": "level_of_need",
                "facts": "canary-facts", "judgement": "canary-judgement",
                "rationale": "canary-rationale", "risk": "canary-risk",
                "childs_voice": "canary-voice", "what_was_tried": "canary-tried",
                "outcome_sought": "canary-sought"
            }
        })
    }

    /// Raises Priya Nair's challenge and answers its reference.
    pub async fn raised(&self) -> String {
        let draft = self.draft();
        self.raised_with(&draft).await
    }

    /// Raises a challenge of Priya Nair's and answers its reference.
    pub async fn raised_with(&self, draft: &Value) -> String {
        let priya = self.as_("Priya Nair").await;
        let begun = priya.post("/escalations", draft).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        let reference = begun.text("/reference");
        let raised = priya.command(&reference, "raising", &json!({})).await;
        assert_eq!(raised.status, 200, "{}", raised.body);
        self.settle().await;
        reference
    }

    /// The whole database keeps its promises: I1, I2, I3, I8 and I9.
    pub async fn prove_the_record(&self) {
        let proof = prove(self.engine.store()).await.unwrap();
        assert_eq!(proof.breaches, [], "the record does not hold");
        assert_eq!(proof.facts_to_make_count, 0, "reports leave cases out");
    }
}

/// The digest by which a policy's text is known again.
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn memory_mailer() -> Mailer {
    Mailer::memory(Sender::new("Escalations", "escalations@bscp.example", None, None).unwrap())
}

fn settings(url: &str, dir: &TempDir, wishes: &Wishes) -> Settings {
    let key = dir.path().join("token.key");
    if url.starts_with("postgres") {
        // Nodes share their key: an operator makes it.
        let key_is_there = key.exists();
        if !key_is_there {
            auth::load_or_create(&key, auth::IfMissing::Create).unwrap();
        }
    }
    let mut overrides: Vec<(String, String)> = [
        ("data_dir", dir.path().display().to_string()),
        ("database.url", url.to_owned()),
        ("http.listen", "127.0.0.1:0".to_owned()),
        ("http.public_url", "https://escalations.example".to_owned()),
        ("http.workers", "1".to_owned()),
        ("auth.token_key_file", key.display().to_string()),
        ("auth.second_factor", "optional".to_owned()),
        ("engine.worker", wishes.workers.to_string()),
        ("engine.tick_seconds", "1".to_owned()),
        // The clock stands, and no minute would pass.
        ("http.requests_per_minute", "0".to_owned()),
        ("http.requests_per_minute_of_network", "0".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into();
    overrides.extend(wishes.settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    Settings::load(None, &HashMap::new(), &overrides).unwrap()
}

/// Founds a partnership in which everybody has a password.
pub async fn found(engine: &Engine, directory: &str) -> Founded {
    let file = DirectoryFile::parse(directory).unwrap();
    let founded = engine.found_partnership(file).await.unwrap();
    let everybody = founded.people.clone();
    let set = move |w: &mut Writer<'_>| -> Result<(), StoreError> {
        for person in &everybody {
            people::set_password_hash(w, person.id, password_hash())?;
        }
        Ok(())
    };
    engine.store().write(set).await.unwrap();
    founded
}

/// Founds the partnership, or finds it where another node has.
pub async fn furnish(engine: &Engine, directory: &str, policy: &str) -> Founded {
    let founded = found(engine, directory).await;
    publish(engine, &founded, policy.to_owned()).await.unwrap();
    founded
}

/// Proposes a policy version in Judith Hale's name, and publishes it in Professor Alan Greer's;
/// false says that it was there.
async fn publish(
    engine: &Engine,
    founded: &Founded,
    policy: String,
) -> Result<bool, PolicyLoadError> {
    let id = |name: &str| founded.people.iter().find(|person| person.name == name).unwrap().id;
    let proposed = engine.propose_policy(policy, Some(id("Judith Hale"))).await?;
    let by = id("Professor Alan Greer");
    engine.publish_policy(proposed.partnership_id, proposed.which, by, Via::Console).await?;
    Ok(proposed.is_new)
}

/// The shipped policy with a stage that takes two seconds, four times.
pub fn two_second_policy() -> String {
    // Every class alike: a more urgent one with a longer limit is a mistake.
    let limits = ["1 working week", "1 working day", "24 hours", "48 hours"];
    limits.into_iter().fold(POLICY.to_owned(), |policy, limit| {
        assert!(policy.contains(limit), "the shipped policy has no {limit} any more");
        policy.replace(limit, "2 seconds")
    })
}

/// A settings file for another server process on a house's database, with the house's key.
pub fn fresh_settings(house: &House) -> String {
    let settings = &house.settings;
    format!(
        "data_dir = {:?}\n[database]\nurl = {:?}\n[auth]\ntoken_key_file = {:?}\n\
         second_factor = \"optional\"\n\
         [engine]\ntick_seconds = 1\n[http]\nworkers = 1\n",
        settings.data_dir,
        settings.database.url.reveal(),
        settings.auth.token_key_file,
    )
}
