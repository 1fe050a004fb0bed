//! Which mail server, and how to reach it.

use super::mailer::MailerError;
use lettre::transport::smtp::authentication::Credentials;
use std::fmt;

/// How the connection to the mail server is protected. Certificates are always checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Encrypted from the first byte; commonly port 465.
    Tls,
    /// Encrypted after `STARTTLS`, which the server must offer; commonly port 587.
    StartTls,
    /// Not encrypted: for a mail server on this machine, and for tests.
    None,
}

/// The mail server and how to reach it.
#[derive(Clone)]
pub struct SmtpSettings {
    /// The server's name, which its certificate must carry.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// The user to sign in as, if the server asks for it.
    pub username: Option<String>,
    /// That user's password.
    pub password: Option<String>,
    /// Certificates (PEM) of authorities that may vouch for it, beside those this machine trusts.
    pub authorities: Option<Vec<u8>>,
    /// The longest a message may take, from waiting for a connection to the final answer.
    pub timeout_seconds: u64,
    /// The most connections at a time.
    pub connections_max: u32,
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "(not shown)"))
            .field("authorities", &self.authorities.as_ref().map(Vec::len))
            .field("timeout_seconds", &self.timeout_seconds)
            .field("connections_max", &self.connections_max)
            .finish()
    }
}

impl SmtpSettings {
    /// The credentials, if any.
    pub(super) fn credentials(&self) -> Result<Option<Credentials>, MailerError> {
        let here = matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        match (&self.username, &self.password) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) if self.security == Security::None && !here => {
                Err(MailerError::Settings(
                    "a password is not sent without encryption to another machine; use TLS or \
                     STARTTLS",
                ))
            }
            (Some(username), Some(password)) => {
                Ok(Some(Credentials::new(username.clone(), password.clone())))
            }
            _ => Err(MailerError::Settings("give both a username and a password, or neither")),
        }
    }
}
