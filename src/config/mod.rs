//! The settings of one node: defaults, then the file, then the environment, then the flags.
//!
//! Read once at start, by the command line, and handed to `app`. `keys.rs` holds every key with its
//! default and what it may be; `config/bscp.example.toml` explains each. A key nobody knows is
//! refused, wherever it stands: a misspelt setting must not pass for a set one. An error names the
//! key, where it was given and what to write instead, and never shows a password. Rules that an
//! agency or a partnership may change are policies, not settings.

mod error;
mod keys;
mod layers;
mod settings;
#[cfg(test)]
mod tests;
mod wires;

pub use error::{ConfigError, Origin};
pub use settings::{
    AuthSettings, DatabaseSettings, EngineSettings, HttpSettings, LogFormat, LogSettings,
    MailSettings, Networks, PagesSettings, PolicySettings, ReportSettings, ScheduleSettings,
    SecondFactor, SecretUrl, Settings, SmtpSecurity, SmtpSettings,
};
