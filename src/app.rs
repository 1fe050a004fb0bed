//! Wiring: from settings to a running server.

use crate::api;
use crate::auth::{self, IfMissing, SigningKey};
use crate::clock::Clock;
use crate::config::{SecondFactor, Settings, SmtpSecurity, SmtpSettings};
use crate::engine::{
    CronError, CronRule, DeliveryOptions, Engine, EngineOptions, JobTimes, SessionOptions, Workers,
};
use crate::notify::{self, Mailer, Sender};
use crate::store::{Store, StoreOptions};
use actix_web::dev::{Server, ServerHandle};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::{HttpMessage, HttpServer, web};
use anyhow::Context;
use std::net::SocketAddr;
use tracing_actix_web::{RequestId, TracingLogger};

/// How many messages go to the mailbox folder at once.
const FOLDER_CONCURRENCY: i64 = 16;
/// How long requests in flight may take to end when the server stops, in seconds.
const SHUTDOWN_SECONDS: u64 = 8;

/// A server that listens.
pub struct App {
    engine: Engine,
    server: Server,
    address: SocketAddr,
    runs_workers: bool,
}

/// The engine that settings describe.
///
/// # Errors
/// What is wrong with the settings, the database or the key, and what was being done.
pub async fn build_engine(settings: &Settings, clock: Clock) -> anyhow::Result<Engine> {
    build_engine_with(settings, clock, mailer(settings)?).await
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
    let key = signing_key(settings)?;
    Ok(Engine::new(store, clock, mailer, key, engine_options(settings)?))
}

/// The database that settings describe, at the newest schema.
///
/// # Errors
/// What is wrong with it.
pub async fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    let url = settings.database.url.reveal().parse().context("reading database.url")?;
    let options = StoreOptions {
        url,
        connections_max: settings.database.connections_max,
        busy_timeout_seconds: settings.database.busy_timeout_seconds,
    };
    let shown = options.url.to_string();
    tokio::task::spawn_blocking(move || Store::open(options))
        .await?
        .with_context(|| format!("opening the database ({shown})"))
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
    })
}

/// When the jobs run.
///
/// # Errors
/// Which setting cannot be read, and what to write instead.
pub fn job_times(settings: &Settings) -> anyhow::Result<JobTimes> {
    let schedule = &settings.schedule;
    let rule = |key: &'static str, text: &str| {
        CronRule::parse(text, schedule.time_zone)
            .map_err(|error: CronError| crate::config::ConfigError::refused(key, text, error))
    };
    Ok(JobTimes {
        chasers: rule("schedule.chasers", &schedule.chasers)?,
        digests: rule("schedule.digests", &schedule.digests)?,
        housekeeping: rule("schedule.housekeeping", &schedule.housekeeping)?,
    })
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
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("reading mail.smtp.password_file, {}", path.display()))?;
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
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
        timeout_seconds: smtp.timeout_seconds,
        connections_max: smtp.connections_max,
    })
}

impl App {
    /// Listens, and is ready to run.
    ///
    /// # Errors
    /// If the address is taken or not ours.
    pub fn build(settings: &Settings, engine: Engine) -> anyhow::Result<Self> {
        let listen = settings.http.listen;
        let body_bytes_max = settings.http.body_bytes_max;
        let data = web::Data::new(engine.clone());
        let server = HttpServer::new(move || {
            actix_web::App::new()
                .app_data(data.clone())
                .wrap(from_fn(show_request_id))
                .wrap(TracingLogger::default())
                .wrap(security_headers())
                .configure(|config| api::configure(config, body_bytes_max))
        });
        let server = match settings.http.workers {
            Some(workers) => server.workers(workers),
            None => server,
        };
        let server = server
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .bind(listen)
            .with_context(|| format!("listening on {listen} (http.listen)"))?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        Ok(Self { engine, server: server.run(), address, runs_workers: settings.engine.worker })
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
    /// If the server ended badly.
    pub async fn run_until_stopped(self) -> anyhow::Result<()> {
        if !self.runs_workers {
            return self.server.await.context("serving");
        }
        let mut workers = Workers::start(&self.engine);
        let handle = self.server.handle();
        let mut server = std::pin::pin!(self.server);
        let served = tokio::select! {
            served = &mut server => served.context("serving"),
            () = workers.ended_badly() => {
                handle.stop(true).await;
                Err(anyhow::anyhow!(
                    "a worker ended by itself, and deadlines would be forgotten: start the server again"
                ))
            }
        };
        workers.stop().await;
        served
    }
}

/// Headers of every answer: nobody may keep it, frame it, guess at its type, or learn from where it
/// was linked. The pages bring their own style and no script.
fn security_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ))
        .add(("Cache-Control", "no-store"))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "no-referrer"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
}

/// Shows the request's id, so that somebody who tells of an error can tell which.
async fn show_request_id(
    request: actix_web::dev::ServiceRequest,
    next: Next<impl actix_web::body::MessageBody>,
) -> Result<actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    let id = request.extensions().get::<RequestId>().copied();
    let mut response = next.call(request).await?;
    if let Some(value) = id.and_then(|id| HeaderValue::from_str(&id.to_string()).ok()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
