//! The engine: the use cases. The only room that changes anything, and it has one door for cases.
//!
//! [`Engine::change`] is that door, for people; time goes through the same inner function
//! (`perform`): lock, check access, decide, append to the timeline, save, enqueue notices, commit.
//! All or nothing. Mail is sent later, outside any transaction, by `deliver`.
//!
//! A deadline is a row in the database, never a timer in memory: [`Engine::tick`] asks what is due
//! and hands each case to the door, which decides again under its lock. So any number of nodes may
//! do it at once, and one that slept finds on waking what is due. Only jobs whose miss would not
//! matter hang on a time of day (`schedule`).

mod account_mail;
mod account_wording;
mod api_tokens;
mod asking;
mod bounces;
mod browser_sessions;
mod calendar_feeds;
mod change;
mod closures;
mod coverage;
mod cron;
mod deliver;
mod delivery_problems;
mod directory;
mod directory_lists;
mod drafting;
mod error;
mod factors;
mod foreseeing;
mod founding;
mod health;
mod identities;
mod in_force;
mod invitations;
mod keeping;
mod keeping_facts;
mod letters_together;
mod lists;
mod looking_up;
mod making_facts;
mod minding;
mod naming_people;
mod own_sessions;
mod passkeys;
mod passwords;
mod perform;
mod policies;
mod possible;
mod prove;
mod proving_again;
mod publishing;
mod reading;
mod reading_policies;
mod recount;
mod report_schedules;
mod reporting;
mod reports;
mod restricting;
mod schedule;
mod second_step;
mod sending;
mod sending_reports;
mod set_up;
mod shelves;
mod sign_in;
mod signing_keys;
mod single_sign_on;
mod throttle;
mod tick;
mod verify;
mod withholding;
mod worker;
mod written;

pub use api_tokens::{NewApiToken, NewMachine, Operation, TOKEN_DAYS_MAX};
pub use asking::WhomToAsk;
pub use bounces::Bounced;
pub use browser_sessions::AtBrowser;
pub use calendar_feeds::{CalendarAddress, CalendarFeed};
pub use change::{Answered, Answering, Idempotency, PanelWish, Request};
pub use cron::{CronError, CronRule};
pub use deliver::DeliveryOptions;
pub use delivery_problems::TroubledNotice;
pub use directory::{NewAbsence, NewAgency, NewPerson, NewPost, found, sees_addresses};
pub use directory_lists::{FoundInDirectory, Gaps};
pub use drafting::{NewDraft, PlaceToRaise};
pub use error::EngineError;
pub use foreseeing::{Change, Foreseen};
pub use founding::{DirectoryFile, Founded, FoundingError};
pub use health::{Beat, Numbers};
pub use invitations::{INVITATION_HOURS, RESET_MINUTES};
pub use letters_together::{OwnLetters, TOGETHER_HOURS};
pub use lists::ListedCase;
pub use looking_up::{AgencyBook, Keeps, PartnershipBook, PersonBook};
pub use making_facts::{FactsMade, FactsVerified, verify_facts};
pub use minding::ServerState;
pub use naming_people::PersonMeant;
pub use passkeys::BegunCeremony;
pub use policies::LoadedPolicy;
pub use prove::{Breach, Invariant, Proof, prove};
pub use proving_again::ProofOffered;
pub use publishing::{PolicyLoadError, Proposed};
pub use reading::CaseView;
pub use reading_policies::{PoliciesOf, ReadPolicy};
pub use recount::{MovedDeadline, RecountWish};
pub use report_schedules::{ReportReader, ReportSchedule, ReportSchedulesError, ScheduledReport};
pub use reporting::{ReportWish, Reported};
pub use reports::{FactsAsked, FoldedFacts, fold_facts};
pub use schedule::JobTimes;
pub use second_step::{Added, Code, Holder, NewCodeSource};
pub use sending_reports::misdirected_reports;
pub use set_up::{FirstAdministrator, SET_UP_MINUTES};
pub use shelves::{ListChoices, Shelf, ShelfPage};
pub use sign_in::{SessionOptions, SignInStep, SignedIn, Way};
pub use single_sign_on::{Arrived, Begun, Brought, SignOnError, SignOnRefused};
pub use throttle::{Account, Guess};
pub use tick::Ticked;
pub use verify::{Verdict, Verified, verify_timelines};
pub use worker::Workers;
pub use written::{WasAtBrowser, Written};

use crate::auth::{BreachedPasswords, Passkeys, SigningKey};
use crate::clock::{Clock, UtcInstant};
use crate::notify::Mailer;
use crate::providers::Providers;
use crate::store::Store;
use crate::watch::Heartbeat;
use policies::PolicyShelf;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Notify, Semaphore};

/// How the engine is set up.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// What links in messages begin with, such as `https://escalations.example.org`.
    pub public_url: String,
    /// How many due cases are read at once.
    pub batch: i64,
    /// How long the workers wait at most before they look again, in seconds.
    pub tick_seconds: u64,
    /// When the time-of-day jobs run.
    pub jobs: JobTimes,
    /// How long answers to idempotency keys are kept, in days.
    pub keep_answers_days: i64,
    /// How messages are sent.
    pub delivery: DeliveryOptions,
    /// How long sessions last.
    pub sessions: SessionOptions,
    /// Whether everybody who has a password needs a second factor. Not so for evaluation only.
    pub second_factor_is_required: bool,
    /// Passwords that were stolen elsewhere; none if the operator brought no list.
    pub breached_passwords: Option<BreachedPasswords>,
    /// The file of the set-up secret, while there is one.
    pub set_up_file: PathBuf,
    /// The agencies' identity providers.
    pub providers: Providers,
    /// In a report for publication, counts from 1 to one less than this are not shown.
    pub suppress_below: u32,
    /// Where signs of life go while all is well, if anywhere.
    pub heartbeat: Option<Heartbeat>,
}

/// The use cases, over a database, a clock and a mailer. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Clock,
    mailer: Mailer,
    key: SigningKey,
    options: EngineOptions,
    policies: PolicyShelf,
    health: health::Health,
    /// Or why there are none here.
    passkeys: Result<Passkeys, String>,
    /// Woken after each commit that may have left something to do.
    escalator_wake: Notify,
    deliverer_wake: Notify,
    /// Passwords take memory and time by design: only so many are checked at once.
    password_permits: Arc<Semaphore>,
}

impl Engine {
    /// The engine over these.
    pub fn new(
        store: Store,
        clock: Clock,
        mailer: Mailer,
        key: SigningKey,
        options: EngineOptions,
    ) -> Self {
        let passkeys = Passkeys::of_server(&options.public_url);
        let inner = Inner {
            passkeys,
            store,
            clock,
            mailer,
            key,
            options,
            policies: PolicyShelf::default(),
            health: health::Health::new(),
            escalator_wake: Notify::new(),
            deliverer_wake: Notify::new(),
            password_permits: Arc::new(Semaphore::new(2)),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The time.
    pub fn now(&self) -> UtcInstant {
        self.inner.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The database, for reading.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Where mail goes, in a sentence.
    pub fn mailer(&self) -> &Mailer {
        &self.inner.mailer
    }

    /// Whether everybody who has a password needs a second factor.
    pub fn second_factor_is_required(&self) -> bool {
        self.inner.options.second_factor_is_required
    }

    /// Why there are no passkeys on this server, as a sentence; none if there are.
    pub fn why_no_passkeys(&self) -> Option<&str> {
        self.inner.passkeys.as_ref().err().map(String::as_str)
    }

    /// Wakes the workers: something may be due, or waits to be sent.
    pub fn wake(&self) {
        self.inner.escalator_wake.notify_one();
        self.inner.deliverer_wake.notify_one();
    }
}
