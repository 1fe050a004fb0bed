//! Passwords: argon2id with the least parameters OWASP advises (19 MiB, 2 passes, 1 lane).
//!
//! Hashing and verifying keep a core busy for some 30 ms and hold 19 MiB: call them from a thread
//! that may block, and few at a time.

use super::AuthError;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{ARGON2ID_IDENT, Argon2, Params, Version};

/// The fewest characters. NIST SP 800-63B asks for 15 where a password is the only factor and 8
/// otherwise; 12 is what people keep without writing it down.
const CHARACTERS_MIN: usize = 12;
/// The most characters; enough for any sentence and any password manager.
const CHARACTERS_MAX: usize = 128;
/// The fewest guesses that an attacker must need who tries what people choose first. At the least
/// that OWASP advises, ten thousand million guesses at a stolen hash keep a machine busy for years.
const GUESSES_LOG10_MIN: f64 = 10.0;
/// The fewest characters of a password beside the words that are known of the person and the place.
const UNKNOWN_CHARACTERS_MIN: usize = 8;
/// What everybody here would think of first, beside their own name and address.
const LOCAL_WORDS: [&str; 6] =
    ["bromley", "bscp", "safeguarding", "escalation", "children", "partnership"];

/// The hash of nobody's password: right in form, and of no password.
pub(super) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password will not do. The text is for the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than 12 characters.
    #[error(
        "Use at least {CHARACTERS_MIN} characters; 15 or more is better. Three or four words that \
         have nothing to do with each other are strong and easy to remember"
    )]
    TooShort,
    /// More than 128 characters.
    #[error("Use at most {CHARACTERS_MAX} characters")]
    TooLong,
    /// Among the first that attackers try, or made of a pattern, a name or an address.
    #[error(
        "Choose a password that is harder to guess. This one is a common password, a simple \
         pattern, or made of your name or email address"
    )]
    Guessable,
    /// It stands in a list of passwords that were stolen elsewhere.
    #[error(
        "Choose another password. This one was stolen from some other service before, and \
         attackers try it first"
    )]
    Breached,
}

/// Says whether a new password will do for somebody of whom these words are known: their name and
/// email address. There is no rule about capitals, digits or signs: such rules make passwords worse
/// (OWASP ASVS 5.0 6.2.5). Takes some milliseconds: call it from a thread that may block.
///
/// # Errors
/// Why it will not do, as a text for the person.
pub fn check_strength(password: &str, about: &[&str]) -> Result<(), WeakPassword> {
    let characters = password.chars().count();
    if characters < CHARACTERS_MIN {
        return Err(WeakPassword::TooShort);
    }
    if characters > CHARACTERS_MAX {
        return Err(WeakPassword::TooLong);
    }
    // An address and a name are guessed whole and in parts.
    let parts = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let known: Vec<&str> =
        about.iter().copied().chain(parts).chain(LOCAL_WORDS).filter(|it| it.len() > 2).collect();
    let guesses_log10 = zxcvbn::zxcvbn(&each_word_once(password), &known).guesses_log10();
    if guesses_log10 < GUESSES_LOG10_MIN || is_little_without(&password.to_lowercase(), &known) {
        return Err(WeakPassword::Guessable);
    }
    Ok(())
}

/// A password without the words that it says again: saying them twice costs an attacker nothing.
fn each_word_once(password: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in password.split_whitespace() {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" ")
}

/// Whether a password is little more than words that everybody would try for this person: strung
/// together they look like many guesses, and are not.
fn is_little_without(password: &str, known: &[&str]) -> bool {
    let mut words: Vec<String> = known.iter().map(|word| word.to_lowercase()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.iter().fold(password.to_owned(), |rest, word| rest.replace(word, ""));
    rest != password && rest.chars().count() < UNKNOWN_CHARACTERS_MIN
}

/// The hash of a password with a fresh salt, as a PHC string (`$argon2id$v=19$m=19456,…`).
///
/// # Errors
/// No memory or no randomness.
pub fn hash(password: &str) -> Result<String, AuthError> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(AuthError::Hashing)?;
    Ok(hash.to_string())
}

/// Whether this is the password of that hash, at the hash's own parameters.
///
/// # Errors
/// The stored text is no password hash.
pub fn verify(password: &str, stored: &str) -> Result<bool, AuthError> {
    let stored = parse(stored)?;
    match Argon2::default().verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(AuthError::StoredHash(error)),
    }
}

/// Takes as long as [`verify`] and agrees with nobody. For an address that is not known here, so
/// that the time of the answer does not tell whether it is.
///
/// # Errors
/// No memory.
pub fn verify_against_nothing(password: &str) -> Result<(), AuthError> {
    verify(password, NOBODY).map(|_never_true| ())
}

/// Whether a hash was made with other parameters than today's. Then hash the password anew, at the
/// next sign-in, when it is at hand.
///
/// # Errors
/// The stored text is no password hash.
pub fn needs_rehash(stored: &str) -> Result<bool, AuthError> {
    let stored = parse(stored)?;
    if stored.algorithm != ARGON2ID_IDENT || stored.version != Some(Version::V0x13.into()) {
        return Ok(true);
    }
    let used = Params::try_from(&stored).map_err(AuthError::StoredHash)?;
    let todays = Params::DEFAULT;
    Ok((used.m_cost(), used.t_cost(), used.p_cost())
        != (todays.m_cost(), todays.t_cost(), todays.p_cost()))
}

fn parse(stored: &str) -> Result<PasswordHash, AuthError> {
    let stored = PasswordHash::new(stored).map_err(|error| AuthError::StoredHash(error.into()))?;
    if stored.salt.is_none() || stored.hash.is_none() {
        return Err(AuthError::StoredHashIncomplete);
    }
    Ok(stored)
}
