//! Every key, its default and what it may be: the one table that checks all layers alike.

use super::settings::{Networks, SecretUrl};
use std::iter;
use std::net::SocketAddr;

/// One setting that can be given.
pub(super) struct Key {
    /// Its name from the top, with dots.
    pub(super) name: &'static str,
    /// Its default, as in an environment variable. None: it is absent or made from others.
    pub(super) default: Option<&'static str>,
    kind: Kind,
}

enum Kind {
    /// Text that is not empty, and passes the check; else what to write instead.
    Text(fn(&str) -> Result<(), String>),
    Whole(u64, u64),
    Flag,
    OneOf(&'static [&'static str]),
}

/// A value as it was given.
pub(super) enum Raw<'a> {
    /// From where everything is text: the environment, a flag.
    Untyped(&'a str),
    Text(&'a str),
    Whole(&'a str, u32),
    Flag(bool),
    /// A kind of value that no setting has.
    Other(&'static str),
}

/// A value that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checked {
    Text(String),
    Whole(u64),
    Flag(bool),
}

impl From<Checked> for ::config::Value {
    fn from(value: Checked) -> Self {
        match value {
            Checked::Text(text) => text.into(),
            Checked::Whole(number) => number.into(),
            Checked::Flag(flag) => flag.into(),
        }
    }
}

use Kind::{Flag, OneOf, Text, Whole};

const fn key(name: &'static str, default: &'static str, kind: Kind) -> Key {
    Key { name, default: Some(default), kind }
}

const fn optional(name: &'static str, kind: Kind) -> Key {
    Key { name, default: None, kind }
}

pub(super) const DATA_DIR: &str = "data_dir";
pub(super) const DATABASE_URL: &str = "database.url";
pub(super) const DATABASE_PASSWORD_FILE: &str = "database.password_file";
pub(super) const LISTEN: &str = "http.listen";
pub(super) const PUBLIC_URL: &str = "http.public_url";
pub(super) const MAILBOX_DIR: &str = "mail.mailbox_dir";
pub(super) const TOKEN_KEY_FILE: &str = "auth.token_key_file";
/// The section that is there as a whole or not at all, and its key that must be given.
pub(super) const SMTP: &str = "mail.smtp";
pub(super) const SMTP_HOST: &str = "mail.smtp.host";

pub(super) const KEYS: &[Key] = &[
    key(DATA_DIR, "data", Text(any)),
    optional(DATABASE_URL, Text(database_url)),
    optional(DATABASE_PASSWORD_FILE, Text(any)),
    key("database.unencrypted", "false", Flag),
    key("database.connections_max", "8", Whole(1, 200)),
    key("database.busy_timeout_seconds", "10", Whole(1, 300)),
    key(LISTEN, "127.0.0.1:8080", Text(address)),
    optional(PUBLIC_URL, Text(public_url)),
    optional("http.workers", Whole(1, 256)),
    optional("http.trusted_proxies", Text(networks)),
    key("http.requests_per_minute", "600", Whole(0, 1_000_000)),
    key("http.requests_per_minute_of_network", "3000", Whole(0, 1_000_000)),
    key("http.body_bytes_max", "262144", Whole(1024, 16_777_216)),
    key("http.body_seconds_max", "30", Whole(1, 600)),
    key("http.api_docs", "true", Flag),
    optional("http.cors_origins", Text(origins)),
    optional("http.security_contact", Text(contact)),
    key("pages.service_name", "Escalations", Text(name)),
    optional("pages.partnership_name", Text(name)),
    optional("pages.accent", Text(accent)),
    key("mail.from_name", "Escalations", Text(any)),
    key("mail.from_email", "escalations@localhost.localdomain", Text(email)),
    optional("mail.reply_to", Text(email)),
    optional(MAILBOX_DIR, Text(any)),
    optional(SMTP_HOST, Text(host)),
    key("mail.smtp.port", "587", Whole(1, 65_535)),
    key("mail.smtp.security", "starttls", OneOf(&["starttls", "tls", "none"])),
    optional("mail.smtp.username", Text(any)),
    optional("mail.smtp.password_file", Text(any)),
    optional("mail.smtp.authorities_file", Text(any)),
    key("mail.smtp.timeout_seconds", "30", Whole(1, 600)),
    key("mail.smtp.connections_max", "8", Whole(1, 64)),
    key("mail.retry_days_max", "5", Whole(1, 30)),
    key("mail.lease_seconds", "20", Whole(10, 3600)),
    optional(TOKEN_KEY_FILE, Text(any)),
    key("auth.access_token_seconds", "900", Whole(60, 3600)),
    key("auth.refresh_token_seconds", "43200", Whole(900, 604_800)),
    key("auth.refresh_idle_seconds", "1800", Whole(300, 86_400)),
    key("auth.second_factor", "required", OneOf(&["required", "optional"])),
    optional("auth.breached_passwords_file", Text(any)),
    optional("auth.providers_file", Text(any)),
    key("engine.tick_seconds", "5", Whole(1, 300)),
    key("engine.batch", "200", Whole(1, 10_000)),
    key("engine.worker", "true", Flag),
    key("engine.keep_answers_days", "8", Whole(7, 3_650)),
    optional("monitoring.metrics_listen", Text(address)),
    optional("monitoring.heartbeat_url_file", Text(any)),
    key("monitoring.heartbeat_seconds", "60", Whole(10, 3600)),
    key("schedule.time_zone", "Europe/London", Text(time_zone)),
    key("schedule.chasers", "0 0 9 * * Mon-Fri", Text(any)),
    key("schedule.digests", "0 30 8 * * Mon-Fri", Text(any)),
    key("schedule.housekeeping", "0 15 3 * * *", Text(any)),
    optional("policies.dir", Text(any)),
    // Fewer would guard nothing: with 2, whoever knows of one case in a cell knows of no other.
    key("reports.suppress_below", "5", Whole(3, 100)),
    optional("reports.schedules_file", Text(any)),
    key("log.level", "info", OneOf(&["error", "warn", "info", "debug", "trace"])),
    key("log.format", "text", OneOf(&["text", "json"])),
];

impl Key {
    /// The key of this name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The value if it is one this key may have; else what to write instead.
    pub(super) fn check(&self, raw: &Raw<'_>) -> Result<Checked, String> {
        match (&self.kind, raw) {
            (Text(check), Raw::Untyped(text) | Raw::Text(text)) => {
                if text.trim().is_empty() || text.contains(char::is_control) {
                    return Err("write some text in one line, or leave the setting out".to_owned());
                }
                check(text).map(|()| Checked::Text((*text).to_owned()))
            }
            (OneOf(names), Raw::Untyped(text) | Raw::Text(text)) if names.contains(text) => {
                Ok(Checked::Text((*text).to_owned()))
            }
            (Flag, Raw::Flag(flag)) => Ok(Checked::Flag(*flag)),
            (Flag, Raw::Untyped("true")) => Ok(Checked::Flag(true)),
            (Flag, Raw::Untyped("false")) => Ok(Checked::Flag(false)),
            (Whole(min, max), Raw::Untyped(text)) => whole(text, 10, *min, *max),
            (Whole(min, max), Raw::Whole(digits, radix)) => whole(digits, *radix, *min, *max),
            (Text(_), _) => Err("write text in quotes".to_owned()),
            (Flag, _) => Err("write true or false, without quotes".to_owned()),
            (Whole(min, max), _) => Err(range(*min, *max)),
            (OneOf(names), _) => Err(format!("write one of {}", names.join(", "))),
        }
    }

    /// The value as it may be shown.
    pub(super) fn shown(&self, raw: &Raw<'_>) -> String {
        match raw {
            Raw::Untyped(text) | Raw::Text(text) if self.name == DATABASE_URL => {
                SecretUrl::redacted(text)
            }
            Raw::Untyped(text) | Raw::Text(text) | Raw::Whole(text, _) => without_user(text),
            Raw::Flag(flag) => flag.to_string(),
            Raw::Other(what) => format!("({what})"),
        }
    }
}

/// Whether there are keys below this name.
pub(super) fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| is_below(key.name, name))
}

/// Whether `name` is a key of that section.
pub(super) fn is_below(name: &str, section: &str) -> bool {
    name.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
}

/// The known key that was probably meant by an unknown one, if any is near.
pub(super) fn nearest(unknown: &str) -> Option<&'static str> {
    const LENGTH_MAX: usize = 64;
    if unknown.len() > LENGTH_MAX {
        return None;
    }
    let unknown = unknown.to_lowercase();
    // A right name without its section is near too.
    let distance = |name: &'static str| {
        let starts = name.match_indices('.').map(|(dot, _)| dot + 1);
        iter::once(0)
            .chain(starts)
            .enumerate()
            .filter_map(|(left_out, start)| Some(left_out + edits(&unknown, name.get(start..)?)))
            .min()
    };
    KEYS.iter()
        .filter_map(|key| Some((distance(key.name)?, key.name)))
        .min()
        .filter(|(distance, _)| *distance <= 1 + unknown.len() / 4)
        .map(|(_, name)| name)
}

/// The least number of signs to insert, remove or replace to make one text of the other.
fn edits(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (above, a) in one.chars().enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        for (b, cell) in other.chars().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

fn whole(digits: &str, radix: u32, min: u64, max: u64) -> Result<Checked, String> {
    match u64::from_str_radix(digits, radix) {
        Ok(number) if (min..=max).contains(&number) => Ok(Checked::Whole(number)),
        _ => Err(range(min, max)),
    }
}

fn range(min: u64, max: u64) -> String {
    format!("write a whole number from {min} to {max}, without quotes")
}

/// A text without what stands before an @ after `://`: user and password of a URL.
fn without_user(text: &str) -> String {
    match text.split_once("://").map(|(scheme, after)| (scheme, after.rsplit_once('@'))) {
        Some((scheme, Some((_, place)))) => format!("{scheme}://***@{place}"),
        _ => text.to_owned(),
    }
}

fn any(_: &str) -> Result<(), String> {
    Ok(())
}

/// What stands in the head of every page.
fn name(text: &str) -> Result<(), String> {
    const CHARACTERS_MAX: usize = 80;
    (text.chars().count() <= CHARACTERS_MAX)
        .then_some(())
        .ok_or_else(|| format!("write at most {CHARACTERS_MAX} characters"))
}

/// A colour that white letters can be read on (WCAG 2.2, 1.4.3).
fn accent(text: &str) -> Result<(), String> {
    const CONTRAST_MIN: f64 = 4.5;
    let Some(contrast) = contrast_with_white(text) else {
        return Err("write a colour as #rrggbb, such as #0b4f8a".to_owned());
    };
    if contrast >= CONTRAST_MIN {
        return Ok(());
    }
    // Cut and not rounded: 4.497 is not 4.50.
    let shown = (contrast * 100.0).floor() / 100.0;
    Err(format!(
        "white letters on it have a contrast of {shown:.2} to 1, and need {CONTRAST_MIN} to 1: write a \
         darker colour, such as #0b4f8a"
    ))
}

/// The contrast of a colour with white, by WCAG 2.2's definitions of relative luminance and of
/// contrast ratio; none for what is no colour.
fn contrast_with_white(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('#').filter(|it| it.len() == 6)?;
    if !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |at: usize| {
        let value = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
        let share = f64::from(value) / 255.0;
        Some(if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) })
    };
    let luminance = 0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?;
    Some(1.05 / (luminance + 0.05))
}

fn database_url(url: &str) -> Result<(), String> {
    let good = match url.split_once(':') {
        Some(("sqlite", path)) => !matches!(path.trim_start_matches('/'), "" | ":memory:"),
        Some(("postgres" | "postgresql", rest)) => rest.len() > 2 && rest.starts_with("//"),
        _ => false,
    };
    good.then_some(()).ok_or_else(|| {
        "write sqlite: and a file, such as sqlite:data/escalations.sqlite3, or \
         postgres://user:password@host/database"
            .to_owned()
    })
}

fn address(text: &str) -> Result<(), String> {
    text.parse::<SocketAddr>().map(|_| ()).map_err(|error| {
        format!("{error}; write an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080")
    })
}

fn public_url(url: &str) -> Result<(), String> {
    let after = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let good = after.is_some_and(|after| {
        after.starts_with(|first: char| first.is_alphanumeric() || first == '[')
            && !after.contains(|c: char| c.is_whitespace() || "?#@\\\"<>".contains(c))
    });
    good.then_some(()).ok_or_else(|| {
        "write what people's browsers call this server, such as https://escalations.example.org, \
         with https:// or http:// and without a user, ? or #"
            .to_owned()
    })
}

/// The origins of a list with commas.
pub(super) fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim)
}

/// Exactly as browsers write them (RFC 6454 section 6.2): nothing else can match.
fn origins(text: &str) -> Result<(), String> {
    let is_origin = |origin: &str| {
        let after = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let default_port = if origin.starts_with("https:") { ":443" } else { ":80" };
        after.is_some_and(|host| {
            !host.is_empty()
                && !host.ends_with(default_port)
                && host
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:[]".contains(c))
        })
    };
    listed(text).all(is_origin).then_some(()).ok_or_else(|| {
        "write origins as browsers do, with commas between them, such as \
         https://intranet.example.org, https://other.example.org:8443: in small letters, without a \
         path, and without the port where it is the usual one"
            .to_owned()
    })
}

fn contact(text: &str) -> Result<(), String> {
    let good = text.starts_with("https://") || text.starts_with("mailto:") || email(text).is_ok();
    (good && !text.contains(char::is_whitespace))
        .then_some(())
        .ok_or_else(|| "write an email address, or a page that begins with https://".to_owned())
}

fn email(text: &str) -> Result<(), String> {
    text.parse::<lettre::Address>().map(|_| ()).map_err(|error| {
        format!("{error}; write one email address alone, such as escalations@example.org")
    })
}

fn host(text: &str) -> Result<(), String> {
    let good = text.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c))
        && (!text.contains(':') || text.parse::<std::net::Ipv6Addr>().is_ok());
    good.then_some(()).ok_or_else(|| {
        "write the mail server's name alone, such as smtp.example.org; its port goes to \
         mail.smtp.port"
            .to_owned()
    })
}

fn networks(text: &str) -> Result<(), String> {
    text.parse::<Networks>().map(|_| ())
}

fn time_zone(name: &str) -> Result<(), String> {
    name.parse::<chrono_tz::Tz>()
        .map(|_| ())
        .map_err(|error| format!("{error}; write a name such as Europe/London"))
}
