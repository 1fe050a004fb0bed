//! Defaults, file, environment and flags, laid over each other. Each value is checked where it is
//! given, also one that a later layer hides.

use super::error::{ConfigError, Origin};
use super::keys::{
    self, Checked, DATA_DIR, DATABASE_PASSWORD_FILE, DATABASE_URL, KEYS, Key, LISTEN, MAILBOX_DIR,
    PUBLIC_URL, Raw, SMTP, SMTP_HOST, TOKEN_KEY_FILE,
};
use super::settings::{SecretUrl, Settings, SmtpSecurity};
use super::wires::{in_clear, is_here};
use ::config::Config;
use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// Before the environment variables that are settings.
const PREFIX: &str = "BSCP_";

impl Settings {
    /// The settings of this file, this environment and these flags (name and value); the later
    /// wins. An environment variable is the key in capitals, `__` for each dot:
    /// `BSCP_HTTP__LISTEN`.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn load(
        file: Option<&Path>,
        environment: &HashMap<String, String>,
        overrides: &[(String, String)],
    ) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        if let Some(path) = file {
            layers.add_file(path)?;
        }
        layers.add_environment(environment)?;
        for (name, value) in overrides {
            layers.add(name, &Raw::Untyped(value), Origin::Flag)?;
        }
        layers.settings()
    }
}

/// The environment variable of a key.
pub(super) fn environment_name(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

#[derive(Default)]
struct Layers {
    /// In order: the later wins.
    given: Vec<(&'static Key, Checked, Origin)>,
    has_smtp: bool,
}

impl Layers {
    fn add(&mut self, name: &str, raw: &Raw<'_>, origin: Origin) -> Result<(), ConfigError> {
        let Some(key) = Key::find(name) else {
            return Err(unknown(name.to_owned(), origin));
        };
        match key.check(raw) {
            Ok(Checked::Text(url))
                if key.name == DATABASE_URL
                    && origin.is_seen_by_others()
                    && SecretUrl::has_password(&url) =>
            {
                Err(ConfigError::Refused {
                    key: key.name,
                    value: key.shown(raw),
                    origin: Some(origin),
                    fix: format!(
                        "command lines and environments are seen by others; write the password \
                         into a file of its own, and name that by {DATABASE_PASSWORD_FILE}"
                    ),
                })
            }
            Ok(value) => {
                self.has_smtp |= keys::is_below(name, SMTP);
                self.given.push((key, value, origin));
                Ok(())
            }
            Err(fix) => Err(ConfigError::Refused {
                key: key.name,
                value: key.shown(raw),
                origin: Some(origin),
                fix,
            }),
        }
    }

    fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|cause| ConfigError::Unreadable { path: path.to_owned(), cause })?;
        let at = |place: usize| {
            let lines = text.bytes().take(place).filter(|byte| *byte == b'\n').count();
            Origin::File(path.to_owned(), lines + 1)
        };
        let table = DeTable::parse(&text).map_err(|error| ConfigError::NotToml {
            at: at(error.span().map_or(0, |span| span.start)),
            reason: error.message().lines().collect::<Vec<_>>().join(", "),
        })?;
        self.add_table("", table.get_ref(), &at)
    }

    fn add_table(
        &mut self,
        section: &str,
        table: &DeTable<'_>,
        at: &impl Fn(usize) -> Origin,
    ) -> Result<(), ConfigError> {
        for (key, value) in table.iter() {
            let origin = at(key.span().start);
            let name = match section {
                "" => key.get_ref().to_string(),
                section => format!("{section}.{}", key.get_ref()),
            };
            let value = value.get_ref();
            let raw = match value {
                DeValue::Table(table) if keys::is_section(&name) => {
                    self.has_smtp |= name == SMTP;
                    self.add_table(&name, table, at)?;
                    continue;
                }
                DeValue::String(text) => Raw::Text(text),
                DeValue::Integer(number) => Raw::Whole(number.as_str(), number.radix()),
                DeValue::Boolean(flag) => Raw::Flag(*flag),
                other => Raw::Other(other.type_str()),
            };
            self.add(&name, &raw, origin)?;
        }
        Ok(())
    }

    fn add_environment(
        &mut self,
        environment: &HashMap<String, String>,
    ) -> Result<(), ConfigError> {
        let mut ours: Vec<_> = environment
            .iter()
            .filter_map(|(name, value)| Some((name, name.strip_prefix(PREFIX)?, value)))
            .collect();
        ours.sort();
        for (variable, name, value) in ours {
            let origin = Origin::Environment(variable.clone());
            let name = name.to_lowercase().replace("__", ".");
            if environment_name(&name) != *variable {
                return Err(unknown(name, origin));
            }
            self.add(&name, &Raw::Untyped(value), origin)?;
        }
        Ok(())
    }

    /// Puts the defaults under what was given, and the defaults that are made from others.
    fn settings(self) -> Result<Settings, ConfigError> {
        let mut builder = Config::builder();
        for key in KEYS.iter().filter(|key| self.has_smtp || !keys::is_below(key.name, SMTP)) {
            if let Some(default) = key.default {
                let value = key
                    .check(&Raw::Untyped(default))
                    .map_err(|fix| ConfigError::refused(key.name, default, fix))?;
                builder = builder.set_default(key.name, value)?;
            }
        }
        for (key, value, _) in &self.given {
            builder = builder.set_override(key.name, value.clone())?;
        }
        let known = builder.build_cloned()?;
        let data = known.get_string(DATA_DIR)?;
        let listen: SocketAddr = known.get(LISTEN)?;
        let host = match listen.ip() {
            all if all.is_unspecified() => format!("localhost:{}", listen.port()),
            _ => listen.to_string(),
        };
        let settings = builder
            .set_default(DATABASE_URL, format!("sqlite:{data}/escalations.sqlite3"))?
            .set_default(MAILBOX_DIR, format!("{data}/mailbox"))?
            .set_default(TOKEN_KEY_FILE, format!("{data}/token.key"))?
            .set_default(PUBLIC_URL, format!("http://{host}"))?
            // A section without any value still has to be there.
            .set_default("policies", HashMap::<String, String>::new())?
            .build()?;
        if self.has_smtp && self.origin(SMTP_HOST) == Origin::Default {
            let reason = "a mail server has a name; write it, or leave out all of mail.smtp";
            return Err(ConfigError::Missing { key: SMTP_HOST, reason });
        }
        let mut settings: Settings = settings.try_deserialize()?;
        let without_slash = settings.http.public_url.trim_end_matches('/').len();
        settings.http.public_url.truncate(without_slash);
        self.check_together(&settings)?;
        Ok(settings)
    }

    /// The rules over several settings.
    fn check_together(&self, settings: &Settings) -> Result<(), ConfigError> {
        let auth = &settings.auth;
        if settings.database.url.is_postgres() && self.origin(TOKEN_KEY_FILE) == Origin::Default {
            let reason = "with PostgreSQL several nodes share one key; make it once, with \
                `(umask 077; openssl rand -base64 32 > token.key)`, and name it on each node";
            return Err(ConfigError::Missing { key: TOKEN_KEY_FILE, reason });
        }
        let url = settings.database.url.reveal();
        if settings.database.password_file.is_some() && SecretUrl::has_password(url) {
            let fix = "write it without the password, which database.password_file has";
            return Err(self.refused(DATABASE_URL, &settings.database.url, fix));
        }
        let not_above = |key, value: u64, max_key, max: u64| {
            let fix = format!("write no more than {max_key}, which is {max}");
            if value <= max { Ok(()) } else { Err(self.refused(key, value, fix)) }
        };
        not_above(
            "auth.access_token_seconds",
            auth.access_token_seconds.into(),
            "auth.refresh_idle_seconds",
            auth.refresh_idle_seconds.into(),
        )?;
        not_above(
            "auth.refresh_idle_seconds",
            auth.refresh_idle_seconds.into(),
            "auth.refresh_token_seconds",
            auth.refresh_token_seconds.into(),
        )?;
        if let Some(found) = in_clear(settings) {
            return Err(self.refused(found.key, found.value, found.fix));
        }
        let Some(smtp) = &settings.mail.smtp else {
            return Ok(());
        };
        let both = "a mail server is given both a username and a file of its password, or neither";
        match (&smtp.username, &smtp.password_file) {
            (Some(_), None) => {
                Err(ConfigError::Missing { key: "mail.smtp.password_file", reason: both })
            }
            (None, Some(_)) => {
                Err(ConfigError::Missing { key: "mail.smtp.username", reason: both })
            }
            (Some(_), Some(_)) if smtp.security == SmtpSecurity::None && !is_here(&smtp.host) => {
                let fix = "write tls or starttls: a password is not sent unencrypted to another \
                    machine";
                Err(self.refused("mail.smtp.security", "none", fix))
            }
            _ => Ok(()),
        }
    }

    /// Where the value in force was given.
    fn origin(&self, name: &str) -> Origin {
        let last = self.given.iter().rev().find(|(key, ..)| key.name == name);
        last.map_or(Origin::Default, |(_, _, origin)| origin.clone())
    }

    fn refused(
        &self,
        key: &'static str,
        value: impl ToString,
        fix: impl Into<String>,
    ) -> ConfigError {
        let (value, fix) = (value.to_string(), fix.into());
        ConfigError::Refused { key, value, origin: Some(self.origin(key)), fix }
    }
}

fn unknown(key: String, origin: Origin) -> ConfigError {
    let nearest = keys::nearest(&key);
    ConfigError::Unknown { key, origin, nearest }
}
