use ipnet::IpNet;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// All settings of one node, valid and complete. Serializes without secrets, to be shown.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder of what this node keeps in files.
    pub data_dir: PathBuf,
    /// The database.
    pub database: DatabaseSettings,
    /// Pages and API.
    pub http: HttpSettings,
    /// What the pages are called, and how they look.
    pub pages: PagesSettings,
    /// Outgoing email.
    pub mail: MailSettings,
    /// Signing in.
    pub auth: AuthSettings,
    /// The engine: deadlines and deliveries.
    pub engine: EngineSettings,
    /// What happens at a time of day.
    pub schedule: ScheduleSettings,
    /// Other programs that look after this one.
    pub monitoring: MonitoringSettings,
    /// The policies' files.
    pub policies: PolicySettings,
    /// Reports.
    pub reports: ReportSettings,
    /// The log.
    pub log: LogSettings,
}

/// The database.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// Where it is: `sqlite:` and a file, or `postgres://…`.
    pub url: SecretUrl,
    /// The file that the password for PostgreSQL is in, where the URL has none.
    pub password_file: Option<PathBuf>,
    /// Whether another machine's PostgreSQL may be reached unencrypted.
    pub unencrypted: bool,
    /// The most connections at a time.
    pub connections_max: u32,
    /// How long to wait for a connection or a lock.
    pub busy_timeout_seconds: u64,
}

/// Pages and API.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// What people's browsers call this server, for links in emails; no slash at its end.
    pub public_url: String,
    /// Threads that answer requests; one for each processor if not given.
    pub workers: Option<usize>,
    /// The networks of the proxies whose `X-Forwarded-For` is believed; none if not given.
    pub trusted_proxies: Option<Networks>,
    /// How many requests a minute a person may make of this node; 0 for no limit.
    pub requests_per_minute: u32,
    /// The same of a network.
    pub requests_per_minute_of_network: u32,
    /// The largest request body.
    pub body_bytes_max: usize,
    /// How long a request body may take to arrive.
    pub body_seconds_max: u64,
    /// Whether the API document and its reference page are shown.
    pub api_docs: bool,
    /// The origins of other programs' pages that may use the API, with commas between them.
    pub cors_origins: Option<String>,
    /// Where to report a weakness: an email address or a page.
    pub security_contact: Option<String>,
}

impl HttpSettings {
    /// The origins of other programs' pages that may use the API; none by default.
    pub fn origins(&self) -> Vec<String> {
        self.cors_origins
            .iter()
            .flat_map(|text| super::keys::listed(text))
            .map(str::to_owned)
            .collect()
    }
}

/// What the pages are called, and how they look.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PagesSettings {
    /// The name of the service, in the head of every page and in its title.
    pub service_name: String,
    /// The partnership's name beside it; none if not given.
    pub partnership_name: Option<String>,
    /// The colour behind them, as `#rrggbb`; nearly black if not given.
    pub accent: Option<String>,
}

/// Outgoing email.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The sender's name.
    pub from_name: String,
    /// The sender's address.
    pub from_email: String,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<String>,
    /// The folder emails are written to while there is no [`smtp`](Self::smtp).
    pub mailbox_dir: PathBuf,
    /// The mail server.
    pub smtp: Option<SmtpSettings>,
    /// Days an email is tried again before it is given up.
    pub retry_days_max: u32,
    /// How long a node has an email to itself. It renews that while it sends, so this is how soon
    /// another node takes over from one that died.
    pub lease_seconds: u64,
}

/// The mail server.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// Its name, which its certificate must carry.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// The user to sign in as; always with a [`password_file`](Self::password_file).
    pub username: Option<String>,
    /// The file that user's password is in.
    pub password_file: Option<PathBuf>,
    /// The file of certificates (PEM) of authorities that are trusted to vouch for it, beside those
    /// that this machine trusts.
    pub authorities_file: Option<PathBuf>,
    /// The longest one email may take.
    pub timeout_seconds: u64,
    /// The most connections at a time.
    pub connections_max: u32,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Encrypted after `STARTTLS`, which the server must offer.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
    /// Not encrypted.
    None,
}

/// Signing in.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AuthSettings {
    /// The file of the key that signs access tokens. With SQLite it is made at the first start;
    /// with PostgreSQL it must be there, the same on all nodes.
    pub token_key_file: PathBuf,
    /// How long an access token is good.
    pub access_token_seconds: u32,
    /// How long a session lasts from its sign-in, whatever happens.
    pub refresh_token_seconds: u32,
    /// How long a session lasts while nothing happens.
    pub refresh_idle_seconds: u32,
    /// Whether everybody who has a password needs a second factor.
    pub second_factor: SecondFactor,
    /// The list of passwords that were stolen elsewhere; none if not given.
    pub breached_passwords_file: Option<PathBuf>,
    /// The file of the agencies' identity providers; none if not given.
    pub providers_file: Option<PathBuf>,
}

/// Whether everybody who has a password needs a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactor {
    /// Everybody; right for real use.
    Required,
    /// Those who added one; for evaluation only.
    Optional,
}

/// The engine: deadlines and deliveries.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EngineSettings {
    /// How often to look for what is due.
    pub tick_seconds: u64,
    /// How many escalations or emails to take at a time.
    pub batch: u32,
    /// Whether this node runs the engine; at least one must.
    pub worker: bool,
    /// Days that answers to requests with an Idempotency-Key are kept, to be given again.
    pub keep_answers_days: u32,
}

/// Other programs that look after this one.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MonitoringSettings {
    /// Where numbers are shown at `/metrics`; nowhere if left out.
    pub metrics_listen: Option<SocketAddr>,
    /// The file with the address that signs of life go to; none go out if left out.
    pub heartbeat_url_file: Option<PathBuf>,
    /// How often they go out, in seconds.
    pub heartbeat_seconds: u64,
}

/// What happens at a time of day. The times are checked by the engine, which reads them; it answers
/// a bad one with [`ConfigError::refused`](super::ConfigError::refused).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSettings {
    /// The time zone of the times below.
    pub time_zone: chrono_tz::Tz,
    /// When reminders go out.
    pub chasers: String,
    /// When digests go out.
    pub digests: String,
    /// When what has had its time is removed.
    pub housekeeping: String,
}

/// The policies' files.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySettings {
    /// The folder of the policies that are proposed at start; none if not given.
    pub dir: Option<PathBuf>,
}

/// Reports.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReportSettings {
    /// In a report for publication, counts from 1 to one less than this are not shown.
    pub suppress_below: u32,
    /// The file of the reports that go to people at a time of day; none if not given. It is checked
    /// by the engine, like the times of [`ScheduleSettings`].
    pub schedules_file: Option<PathBuf>,
}

/// The log.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// The least grave entries to write: `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
    /// How to write them.
    pub format: LogFormat,
}

/// How log entries are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A line of JSON for machines.
    Json,
}

/// Networks, as a list with commas: `10.0.0.0/8, ::1`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// They.
    pub fn all(&self) -> &[IpNet] {
        &self.0
    }
}

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = |part: &str| {
            let part = part.trim();
            let alone = part.parse::<IpAddr>().map(IpNet::from);
            alone.or_else(|_no_address| part.parse::<IpNet>()).map_err(|error| {
                format!("{error}; write networks with commas between, such as 10.0.0.0/8, ::1")
            })
        };
        text.split(',').map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl TryFrom<String> for Networks {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl Serialize for Networks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        serializer.serialize_str(&all.join(", "))
    }
}

/// A database's URL, which may hold a password: shown without it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// The URL with its password, to connect with.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether several nodes can share this database.
    pub fn is_postgres(&self) -> bool {
        !self.0.starts_with("sqlite:")
    }

    /// Whether such a URL holds a password.
    pub(super) fn has_password(url: &str) -> bool {
        let Some((_, after)) = url.split_once("://").filter(|_| !url.starts_with("sqlite:")) else {
            return false;
        };
        let (place, parameters) = after.split_once('?').unwrap_or((after, ""));
        let user = place.rsplit_once('@').map_or("", |(user, _)| user);
        user.contains(':') || parameters.to_ascii_lowercase().contains("password=")
    }

    /// Such a URL as it may be shown, also one that is not right: without user, password and
    /// parameters.
    pub(super) fn redacted(url: &str) -> String {
        if url.starts_with("sqlite:") {
            return url.to_owned();
        }
        let Some((scheme, after)) = url
            .split_once("://")
            .filter(|(scheme, _)| matches!(*scheme, "postgres" | "postgresql"))
        else {
            return "(not shown)".to_owned();
        };
        // A password may hold any of these signs: only what is after the last @ is safe, and that
        // too only if the @ is not in the parameters.
        let (user, place) = match after.rsplit_once('@') {
            Some((user, _)) if user.contains('?') => ("***", ""),
            Some((_, place)) => ("***@", place),
            None => ("", after),
        };
        let place = place.split(['?', '&']).next().unwrap_or_default();
        format!("{scheme}://{user}{place}")
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Self::redacted(&self.0))
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
