//! The first administrator. There is no default account: while nobody can sign in as administrator,
//! a secret of short life stands in a file that only the server's user can read, and whoever reads it
//! makes the first.

use super::throttle::Guess;
use super::{Engine, EngineError};
use crate::auth::{self, Network};
use crate::clock::UtcInstant;
use crate::directory::{Person, PersonKind};
use crate::escalation::{Line, Refusal};
use crate::ids::PersonId;
use crate::notify::is_address;
use crate::store::people::Versioned;
use crate::store::{StoreError, Writer, changes, people, set_up};
use chrono::TimeDelta;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How long a set-up secret works, in minutes.
pub const SET_UP_MINUTES: i64 = 15;
/// How many wrong guesses it stands.
const WRONG_GUESSES_MAX: i32 = 5;

/// The first administrator as they are to be.
#[derive(Debug, Clone)]
pub struct FirstAdministrator {
    /// Their name.
    pub name: Line,
    /// The address that they sign in with.
    pub email: String,
}

impl Engine {
    /// Makes a fresh set-up secret while nobody can sign in as administrator, and says in which file
    /// it is; none if somebody can. The one before does not work any more.
    ///
    /// # Errors
    /// If the file cannot be written, or the database failed.
    pub async fn make_set_up_secret(&self) -> Result<Option<PathBuf>, EngineError> {
        let path = self.inner.options.set_up_file.clone();
        let secret = auth::fresh_account_secret()?;
        let digest = auth::digest(&secret);
        let until = self.now().plus(TimeDelta::minutes(SET_UP_MINUTES));
        let made: Result<bool, StoreError> = self
            .store()
            .write(move |w| {
                if set_up::has_administrator(w)? {
                    return Ok(false);
                }
                set_up::replace(w, &digest, until)?;
                Ok(true)
            })
            .await;
        if !made? {
            self.remove_set_up_file();
            return Ok(None);
        }
        write_private(&path, &secret).map_err(|cause| {
            EngineError::SetUpFile(format!("writing {}: {cause}", path.display()))
        })?;
        Ok(Some(path))
    }

    /// Makes the first administrator, for whoever has the set-up secret. Signs nobody in.
    ///
    /// # Errors
    /// Not found if the secret is another one, has run out, or there is nothing to set up: one
    /// answer. At fault; [`EngineError::Throttled`].
    pub async fn set_up(
        &self,
        secret: String,
        first: FirstAdministrator,
        password: String,
        from: Network,
    ) -> Result<Versioned<Person>, EngineError> {
        let now = self.now();
        if !is_address(&first.email) {
            let detail = "must be an email address, such as sam.taylor@example.org";
            return Err(Refusal::field("/email", detail).into());
        }
        let admitted = self.admit_guess(Guess::SetUp, from, None).await?;
        let known = vec![first.name.to_string(), first.email.clone()];
        let hash = self.hash_of_new(password, known).await?;
        let digest = auth::digest(&secret);
        let made = self.store().write(move |w| {
            if set_up::has_administrator(w)? {
                return Ok(None);
            }
            if !set_up::use_up(w, &digest, now)? {
                set_up::guessed_wrong(w, WRONG_GUESSES_MAX)?;
                return Ok(None);
            }
            save_first(w, &first, &hash, now).map(Some)
        });
        let made: Versioned<Person> = made.await?.ok_or(Refusal::NotFound)?;
        self.guess_was_right(admitted).await?;
        self.remove_set_up_file();
        tracing::info!(person_id = %made.it.id, "the first administrator was set up");
        Ok(made)
    }

    /// The secret in it is dead: a file that stays behind does no harm, and is told.
    fn remove_set_up_file(&self) {
        match fs::remove_file(&self.inner.options.set_up_file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the file of the used set-up secret could not be removed");
            }
            _ => {}
        }
    }
}

/// Somebody of the directory with this address, or somebody new, as administrator.
fn save_first(
    w: &mut Writer<'_>,
    first: &FirstAdministrator,
    hash: &str,
    now: UtcInstant,
) -> Result<Versioned<Person>, EngineError> {
    let there = match people::find_id_by_email(w, &first.email)? {
        Some(person_id) => people::find_person(w, person_id)?,
        None => None,
    };
    let version = there.as_ref().map(|found| found.version);
    let it = match there {
        Some(found) => Person { active: true, administrator: true, ..found.it },
        None => Person {
            id: PersonId::new(),
            name: first.name.to_string(),
            email: people::normal_email(&first.email),
            agency_id: None,
            active: true,
            administrator: true,
            kind: PersonKind::Person,
        },
    };
    people::save_person(w, &it, version)?;
    people::set_password_hash(w, it.id, hash)?;
    changes::append(w, None, "first administrator set up", &it.id.to_string(), &it, now)?;
    Ok(Versioned { it, version: version.map_or(1, |version| version.saturating_add(1)) })
}

/// Writes a file that only this user can read. One that is there is replaced, whatever its mode.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}
