//! Wiring: from settings to a running server.

use crate::api;
use crate::api::{RequestLimits, RequestSpan};
use crate::auth::{self, BreachedPasswords, IfMissing, SigningKey, oidc};
use crate::client_address::TrustedProxies;
use crate::clock::Clock;
use crate::config::{ConfigError, SecondFactor, Settings, SmtpSecurity, SmtpSettings};
use crate::engine::{
    CronError, CronRule, DeliveryOptions, Engine, EngineOptions, JobTimes, ReportSchedule,
    ReportSchedulesError, SessionOptions, Workers,
};
use crate::notify::{self, Mailer, Sender};
use crate::providers::Providers;
use crate::store::{Alone, Store, StoreError, StoreOptions, nodes};
use crate::watch::Heartbeat;
use crate::web as pages;
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Condition, from_fn};
use actix_web::{HttpServer, web};
use anyhow::Context;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tracing_actix_web::TracingLogger;

/// How many messages go to the mailbox folder at once.
const FOLDER_CONCURRENCY: i64 = 16;
/// How long the first line and the headers of a request may take to arrive, in seconds.
const HEAD_SECONDS_MAX: u64 = 10;
/// How long requests in flight may take to end when the server stops, in seconds.
const SHUTDOWN_SECONDS: u64 = 7;
/// How long they may take when it must end because something failed.
const ENDING: Duration = Duration::from_secs(2);

/// A server that listens.
pub struct App {
    engine: Engine,
    server: Server,
    address: SocketAddr,
    /// The server of numbers, and where it listens; none if it was not asked for.
    metrics: Option<(Server, SocketAddr)>,
    runs_workers: bool,
}

/// The engine that settings describe.
///
/// # Errors
/// What is wrong with the settings, the database or the key, and what was being done.
pub async fn build_engine(settings: &Settings, clock: Clock) -> anyhow::Result<Engine> {
    build_engine_with(settings, clock, mailer(settings)?).await
}

/// The same for a server: it waits for the database no longer than its clients wait for it.
///
/// # Errors
/// As [`build_engine`].
pub async fn build_engine_to_serve(settings: &Settings, clock: Clock) -> anyhow::Result<Engine> {
    let store = open_store_by(settings, Store::open_to_serve).await?;
    build_engine_over(settings, store, clock, mailer(settings)?).await
}

/// The engine that settings describe, with a mailer of one's own.
///
/// # Errors
/// As [`build_engine`].
pub async fn build_engine_with(
    settings: &Settings,
    clock: Clock,
    mailer: Mailer,
) -> anyhow::Result<Engine> {
    let store = open_store(settings).await?;
    build_engine_over(settings, store, clock, mailer).await
}

/// The engine that settings describe, with a database and a mailer of one's own.
///
/// # Errors
/// As [`build_engine`].
pub async fn build_engine_over(
    settings: &Settings,
    store: Store,
    clock: Clock,
    mailer: Mailer,
) -> anyhow::Result<Engine> {
    let clock = shared_clock(&store, clock).await.context("asking the database for the time")?;
    let key = signing_key(settings)?;
    Ok(Engine::new(store, clock, mailer, key, engine_options(settings)?))
}

/// The clock that decides: where several nodes share a database server, its clock and not this
/// machine's.
async fn shared_clock(store: &Store, clock: Clock) -> Result<Clock, StoreError> {
    let Clock::System = clock else { return Ok(clock) };
    let shows = store.read(nodes::time).await?;
    Ok(shows.map_or(Clock::System, |shows| Clock::following(Clock::System, shows)))
}

/// Makes sure that no other server process uses the database, as long as this is kept.
///
/// # Errors
/// Another one does, or the database is not on a disk of this machine.
pub fn alone(settings: &Settings) -> anyhow::Result<Alone> {
    let url = settings.database.url.reveal().parse().context("reading database.url")?;
    Ok(Alone::take(&url)?)
}

/// The database that settings describe, at the newest schema.
///
/// # Errors
/// What is wrong with it.
pub async fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    open_store_by(settings, Store::open).await
}

/// The database that settings describe, to look at: nothing is made and nothing migrated.
///
/// # Errors
/// What is wrong with it.
pub async fn open_store_as_it_is(settings: &Settings) -> anyhow::Result<Store> {
    open_store_by(settings, Store::open_as_it_is).await
}

async fn open_store_by(
    settings: &Settings,
    open: fn(StoreOptions) -> Result<Store, StoreError>,
) -> anyhow::Result<Store> {
    let url = database_url(settings)?.parse().context("reading database.url")?;
    let options = StoreOptions {
        url,
        connections_max: settings.database.connections_max,
        busy_timeout_seconds: settings.database.busy_timeout_seconds,
    };
    let shown = options.url.to_string();
    tokio::task::spawn_blocking(move || open(options))
        .await?
        .with_context(|| format!("opening the database ({shown})"))
}

/// Where the database is, with the password of its own file.
fn database_url(settings: &Settings) -> anyhow::Result<String> {
    let url = settings.database.url.reveal();
    let Some(path) =
        settings.database.password_file.as_ref().filter(|_| settings.database.url.is_postgres())
    else {
        return Ok(url.to_owned());
    };
    let password = secret_of("database.password_file", path)?;
    let joint = if url.contains('?') { '&' } else { '?' };
    let encoded: String = password.bytes().map(|byte| format!("%{byte:02X}")).collect();
    Ok(format!("{url}{joint}password={encoded}"))
}

/// The secret in a file, in one line.
fn secret_of(setting: &'static str, path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading {setting}, {}", path.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn signing_key(settings: &Settings) -> anyhow::Result<SigningKey> {
    let is_shared = settings.database.url.is_postgres();
    let if_missing = if is_shared { IfMissing::Refuse } else { IfMissing::Create };
    let path = &settings.auth.token_key_file;
    if let Some(folder) = path.parent().filter(|_| !is_shared) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("making the folder {}", folder.display()))?;
    }
    Ok(auth::load_or_create(path, if_missing)?)
}

fn engine_options(settings: &Settings) -> anyhow::Result<EngineOptions> {
    let concurrency = match &settings.mail.smtp {
        Some(smtp) => i64::from(smtp.connections_max),
        None => FOLDER_CONCURRENCY,
    };
    Ok(EngineOptions {
        public_url: settings.http.public_url.clone(),
        batch: i64::from(settings.engine.batch),
        tick_seconds: settings.engine.tick_seconds,
        jobs: job_times(settings)?,
        suppress_below: settings.reports.suppress_below,
        keep_answers_days: i64::from(settings.engine.keep_answers_days),
        delivery: DeliveryOptions {
            concurrency,
            lease_seconds: i64::try_from(settings.mail.lease_seconds)?,
            retry_days_max: i64::from(settings.mail.retry_days_max),
        },
        sessions: SessionOptions {
            access_token_seconds: settings.auth.access_token_seconds,
            session_seconds: i64::from(settings.auth.refresh_token_seconds),
            idle_seconds: i64::from(settings.auth.refresh_idle_seconds),
        },
        second_factor_is_required: settings.auth.second_factor == SecondFactor::Required,
        breached_passwords: breached_passwords(settings)?,
        set_up_file: settings.data_dir.join("set-up-secret"),
        providers: providers(settings)?,
        heartbeat: heartbeat(settings)?,
    })
}

/// The identity providers that settings name; nothing is asked of them yet.
///
/// # Errors
/// What is wrong with their file.
pub fn providers(settings: &Settings) -> anyhow::Result<Providers> {
    let Some(path) = &settings.auth.providers_file else { return Ok(Providers::default()) };
    let providers = oidc::load(path).context("reading auth.providers_file")?;
    Ok(Providers::new(providers)?)
}

/// Where signs of life go, if anywhere.
///
/// # Errors
/// The machine's certificates cannot be read.
fn heartbeat(settings: &Settings) -> anyhow::Result<Option<Heartbeat>> {
    let Some(path) = &settings.monitoring.heartbeat_url_file else { return Ok(None) };
    let url = secret_of("monitoring.heartbeat_url_file", path)?;
    let every = Duration::from_secs(settings.monitoring.heartbeat_seconds);
    Heartbeat::new(url, every).map(Some).context("reading monitoring.heartbeat_url_file")
}

/// What the server shows of itself.
fn face(settings: &Settings) -> api::Face {
    let http = &settings.http;
    api::Face {
        body_bytes_max: http.body_bytes_max,
        body_seconds_max: http.body_seconds_max,
        docs: http.api_docs,
        security_contact: http.security_contact.clone(),
        public_url: http.public_url.clone(),
    }
}

/// The list of passwords that were stolen elsewhere, if there is one.
///
/// # Errors
/// If it cannot be read, or is something else.
pub fn breached_passwords(settings: &Settings) -> anyhow::Result<Option<BreachedPasswords>> {
    let path = settings.auth.breached_passwords_file.as_deref();
    path.map(BreachedPasswords::open).transpose().context("auth.breached_passwords_file")
}

/// When the jobs run.
///
/// # Errors
/// Which setting cannot be read, and what to write instead.
pub fn job_times(settings: &Settings) -> anyhow::Result<JobTimes> {
    let schedule = &settings.schedule;
    let rule = |key: &'static str, text: &str| {
        CronRule::parse(text, schedule.time_zone)
            .map_err(|error: CronError| ConfigError::refused(key, text, error))
    };
    Ok(JobTimes {
        chasers: rule("schedule.chasers", &schedule.chasers)?,
        digests: rule("schedule.digests", &schedule.digests)?,
        housekeeping: rule("schedule.housekeeping", &schedule.housekeeping)?,
        reports: report_schedules(settings)?.into_iter().map(Arc::new).collect(),
    })
}

/// The reports that go to people at a time of day.
///
/// # Errors
/// Everything that is wrong with their file.
fn report_schedules(settings: &Settings) -> Result<Vec<ReportSchedule>, ConfigError> {
    let Some(path) = &settings.reports.schedules_file else { return Ok(Vec::new()) };
    ReportSchedule::load(path, settings.schedule.time_zone).map_err(
        |error: ReportSchedulesError| {
            ConfigError::refused("reports.schedules_file", &path.display().to_string(), error)
        },
    )
}

/// The mailer that settings describe.
///
/// # Errors
/// What is wrong with them.
pub fn mailer(settings: &Settings) -> anyhow::Result<Mailer> {
    let mail = &settings.mail;
    let sender = Sender::new(&mail.from_name, &mail.from_email, mail.reply_to.as_deref(), None)
        .context("reading mail.from_name, mail.from_email and mail.reply_to")?;
    match &mail.smtp {
        Some(smtp) => Mailer::smtp(&smtp_settings(smtp)?, sender).context("setting up mail.smtp"),
        None => {
            Mailer::folder(mail.mailbox_dir.clone(), sender).context("making the mailbox folder")
        }
    }
}

fn smtp_settings(smtp: &SmtpSettings) -> anyhow::Result<notify::SmtpSettings> {
    let password = match &smtp.password_file {
        None => None,
        Some(path) => Some(secret_of("mail.smtp.password_file", path)?),
    };
    let authorities = match &smtp.authorities_file {
        None => None,
        Some(path) => {
            let read = std::fs::read(path);
            Some(read.with_context(|| {
                format!("reading mail.smtp.authorities_file, {}", path.display())
            })?)
        }
    };
    Ok(notify::SmtpSettings {
        host: smtp.host.clone(),
        port: smtp.port,
        security: match smtp.security {
            SmtpSecurity::Tls => notify::Security::Tls,
            SmtpSecurity::StartTls => notify::Security::StartTls,
            SmtpSecurity::None => notify::Security::None,
        },
        username: smtp.username.clone(),
        password,
        authorities,
        timeout_seconds: smtp.timeout_seconds,
        connections_max: smtp.connections_max,
    })
}

/// The server of numbers, on an address of its own.
fn metrics_server(
    settings: &Settings,
    engine: &Engine,
) -> anyhow::Result<Option<(Server, SocketAddr)>> {
    let Some(listen) = settings.monitoring.metrics_listen else { return Ok(None) };
    let data = web::Data::new(engine.clone());
    let server = HttpServer::new(move || {
        actix_web::App::new().app_data(data.clone()).configure(api::configure_metrics)
    })
    .workers(1)
    .client_request_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
    .disable_signals()
    .bind(listen)
    .with_context(|| format!("listening on {listen} (monitoring.metrics_listen)"))?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    Ok(Some((server.run(), address)))
}

impl App {
    /// Listens, and is ready to run.
    ///
    /// # Errors
    /// If the address is taken or not ours.
    pub fn build(settings: &Settings, engine: Engine) -> anyhow::Result<Self> {
        let listen = settings.http.listen;
        let face = face(settings);
        let origins: Vec<String> = settings.http.origins();
        let data = web::Data::new(engine.clone());
        let http = &settings.http;
        let proxies = http.trusted_proxies.as_ref().map(|networks| networks.all().to_vec());
        let proxies = web::Data::new(TrustedProxies(proxies.unwrap_or_default()));
        let limits = web::Data::new(RequestLimits::new(
            engine.clock().clone(),
            http.requests_per_minute,
            http.requests_per_minute_of_network,
        ));
        let origin = pages::Origin::of(&settings.http.public_url);
        let server = HttpServer::new(move || {
            let face = face.clone();
            actix_web::App::new()
                .app_data(data.clone())
                .app_data(proxies.clone())
                .app_data(limits.clone())
                // The innermost first.
                .wrap(from_fn(pages::prove_first))
                .wrap(from_fn(api::screen))
                .wrap(from_fn(api::limit_requests))
                .wrap(Condition::new(!origins.is_empty(), api::cors(&origins)))
                .wrap(from_fn(api::show_request_id))
                .wrap(TracingLogger::<RequestSpan>::new())
                .wrap(from_fn(api::on_every_answer))
                .configure(|config| pages::configure(config, origin.clone()))
                .configure(|config| api::configure(config, face))
        })
        .client_request_timeout(Duration::from_secs(HEAD_SECONDS_MAX));
        let server = match settings.http.workers {
            Some(workers) => server.workers(workers),
            None => server,
        };
        let server = server
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .bind(listen)
            .with_context(|| format!("listening on {listen} (http.listen)"))?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        let metrics = metrics_server(settings, &engine)?;
        let runs_workers = settings.engine.worker;
        Ok(Self { engine, server: server.run(), address, metrics, runs_workers })
    }

    /// Where it shows its numbers, if anywhere.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|(_, address)| *address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Runs until somebody stops it, then lets requests and workers finish what they are at.
    ///
    /// # Errors
    /// If the server ended badly, or had to end: a worker ended by itself, or the disk under the
    /// database failed ([`StoreError::DiskDistrusted`]).
    pub async fn run_until_stopped(self) -> anyhow::Result<()> {
        let mut workers = Workers::start(&self.engine, self.runs_workers);
        let metrics = self.metrics.map(|(server, _)| {
            let handle = server.handle();
            tokio::spawn(server);
            handle
        });
        let handle = self.server.handle();
        let mut server = std::pin::pin!(self.server);
        let (served, why) = tokio::select! {
            served = &mut server => (served.context("serving"), None),
            () = workers.ended_badly() => (Ok(()), Some(anyhow::anyhow!(
                "a worker ended by itself, and deadlines would be forgotten: start the server again"
            ))),
            () = self.engine.store().disk_failed() => {
                (Ok(()), Some(StoreError::DiskDistrusted.into()))
            }
        };
        if let Some(metrics) = metrics {
            metrics.stop(false).await;
        }
        let Some(why) = why else {
            workers.stop().await;
            return served;
        };
        tracing::error!(error = %why, "the server must end");
        workers.cut_off();
        // The server ends only while it is polled.
        let ending = async { tokio::join!(handle.stop(true), &mut server) };
        match tokio::time::timeout(ENDING, ending).await {
            Ok(((), served)) => served.context("ending")?,
            Err(_elapsed) => tracing::warn!("requests did not end in time and were cut off"),
        }
        Err(why)
    }
}
