//! One-time codes from an app (TOTP, RFC 6238): SHA-1, six digits, thirty seconds, as every app
//! knows them; one step of leeway either way.

use super::AuthError;
use crate::clock::UtcInstant;
use totp_rs::{Algorithm, Builder, Totp};

/// How long a code stands, in seconds.
const STEP_SECONDS: u64 = 30;
/// As many bytes as the hash gives (RFC 4226 section 4).
const SECRET_BYTES: usize = 20;
const ISSUER: &str = "Escalations";

/// Somebody's source of one-time codes.
pub struct OneTimeCodes {
    totp: Totp,
    secret: Vec<u8>,
}

impl OneTimeCodes {
    /// A new source, for the account of this address.
    ///
    /// # Errors
    /// No random bytes, or the address cannot stand in its URL.
    pub fn fresh(account: &str) -> Result<Self, AuthError> {
        let mut secret = vec![0; SECRET_BYTES];
        getrandom::fill(&mut secret).map_err(AuthError::Randomness)?;
        Self::of_secret(secret, account)
    }

    /// The source of this secret.
    ///
    /// # Errors
    /// It is too short, or the address cannot stand in its URL.
    pub fn of_secret(secret: Vec<u8>, account: &str) -> Result<Self, AuthError> {
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(STEP_SECONDS)
            .with_secret(secret.clone())
            .with_account_name(account.replace(':', "_"))
            .with_issuer(Some(ISSUER))
            .build()
            .map_err(|error| AuthError::OneTimeCodes(error.to_string()))?;
        Ok(Self { totp, secret })
    }

    /// The secret's bytes, to be sealed.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The secret as it is typed into an app.
    pub fn secret_text(&self) -> String {
        self.totp.secret().to_base32()
    }

    /// The `otpauth://` URL that an app reads.
    ///
    /// # Errors
    /// The address cannot stand in it.
    pub fn url(&self) -> Result<String, AuthError> {
        self.totp.to_url().map_err(|error| AuthError::OneTimeCodes(error.to_string()))
    }

    /// The step that a code belongs to, if it is right at `now`. The caller sees to it that no step
    /// is used twice.
    pub fn step_of(&self, code: &str, now: UtcInstant) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let seconds = u64::try_from(now.utc().timestamp()).ok()?;
        i64::try_from(self.totp.check(&digits, seconds)?).ok()
    }
}
