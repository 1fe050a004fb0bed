use std::fmt;
use std::io;
use std::path::PathBuf;

/// Where a setting was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A line of the settings file, from 1.
    File(PathBuf, usize),
    /// The environment variable of this name.
    Environment(String),
    /// A flag of the command line.
    Flag,
    /// Nowhere: its default.
    Default,
}

impl Origin {
    /// Whether others on the machine may read what is given there.
    pub(super) fn is_seen_by_others(&self) -> bool {
        matches!(self, Self::Environment(_) | Self::Flag)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, line) => write!(f, "{}, line {line}", path.display()),
            Self::Environment(name) => {
                write!(f, "environment variable {}", name.escape_debug())
            }
            Self::Flag => f.write_str("command line"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The settings are not usable; for the operator, in a full sentence. Shows no secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("The settings file {} cannot be read: {cause}.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file is no TOML. The line itself is not shown: it may hold a password.
    #[error("The settings file cannot be understood ({at}): {reason}.")]
    NotToml {
        /// Where it stops making sense.
        at: Origin,
        /// Why.
        reason: String,
    },
    /// There is no such setting.
    #[error("There is no setting `{}` ({origin}){}.", key.escape_debug(), advice(nearest, origin))]
    Unknown {
        /// What was written.
        key: String,
        /// Where.
        origin: Origin,
        /// The setting that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The setting cannot have this value.
    #[error("The setting `{key}` cannot be `{}`{}: {fix}.", value.escape_debug(), place(origin))]
    Refused {
        /// The setting.
        key: &'static str,
        /// The value, without secrets.
        value: String,
        /// Where it was given, if that is known.
        origin: Option<Origin>,
        /// What to write instead.
        fix: String,
    },
    /// A setting must be given because of another one.
    #[error("The setting `{key}` is missing: {reason}.")]
    Missing {
        /// The setting.
        key: &'static str,
        /// Why it is needed.
        reason: &'static str,
    },
    /// The table of keys and the settings disagree: a mistake in this program.
    #[error("The settings do not fit together: {0}.")]
    Mismatch(#[from] ::config::ConfigError),
}

impl ConfigError {
    /// A setting that turned out wrong where it is used: a time of day, say, that only the engine
    /// understands. `fix` says what to write instead.
    pub fn refused(key: &'static str, value: &str, fix: impl fmt::Display) -> Self {
        let (value, fix) = (value.to_owned(), fix.to_string());
        Self::Refused { key, value, origin: None, fix }
    }
}

fn place(origin: &Option<Origin>) -> String {
    origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin})"))
}

/// What to write instead of an unknown key, spelt as at the place it was found.
fn advice(nearest: &Option<&'static str>, origin: &Origin) -> String {
    match (nearest, origin) {
        (Some(key), Origin::Environment(_)) => {
            format!("; did you mean {}", super::layers::environment_name(key))
        }
        (Some(key), _) => format!("; did you mean `{key}`"),
        (None, _) => "; config/bscp.example.toml lists them all".to_owned(),
    }
}
