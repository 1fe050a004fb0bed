//! Passwords that were stolen elsewhere: a file that the operator may bring.
//!
//! A sorted text of SHA-1 digests in capital hexadecimal, one a line, each perhaps with `:` and how
//! often it was seen: the form of the well-known public download, which is tens of gigabytes. It is
//! looked up where it lies, by halving: some thirty reads a password, and nothing in memory. No
//! password and no digest leaves the machine.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The characters of a digest.
const DIGITS: usize = 40;

/// The list.
#[derive(Debug, Clone)]
pub struct BreachedPasswords {
    path: PathBuf,
}

/// The list cannot be used; for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BreachedPasswordsError {
    /// It cannot be read.
    #[error("reading the list of stolen passwords, {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It holds something else.
    #[error(
        "{} is no list of stolen passwords: each line is a SHA-1 digest of 40 capital \
         hexadecimal digits, perhaps with `:` and a number, and the lines are sorted",
        path.display()
    )]
    OtherForm {
        /// The file.
        path: PathBuf,
    },
}

impl BreachedPasswords {
    /// The list in this file, whose first line is looked at.
    ///
    /// # Errors
    /// It cannot be read, or is something else.
    pub fn open(path: &Path) -> Result<Self, BreachedPasswordsError> {
        let list = Self { path: path.to_owned() };
        let mut file = list.file()?;
        if list.entry_from(&mut file, 0)?.is_none() {
            return Err(list.other_form());
        }
        Ok(list)
    }

    /// Whether a password stands in the list.
    ///
    /// # Errors
    /// The list cannot be read any more.
    pub fn contains(&self, password: &str) -> Result<bool, BreachedPasswordsError> {
        let wanted = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let wanted: String = wanted.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        let mut file = self.file()?;
        let length = file.get_ref().metadata().map_err(|cause| self.unreadable(cause))?.len();
        // The entry, if it is there, begins at or after `low` and before `high`.
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = low + (high - low) / 2;
            let Some((begins, digest)) = self.entry_from(&mut file, middle)? else {
                high = middle;
                continue;
            };
            if begins >= high {
                // The only entry that begins between is before the middle, or none.
                high = middle;
                continue;
            }
            match wanted.as_bytes().cmp(digest.as_slice()) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => high = middle,
                Ordering::Greater => low = begins + 1,
            }
        }
        Ok(false)
    }

    fn file(&self) -> Result<BufReader<File>, BreachedPasswordsError> {
        let file = File::open(&self.path).map_err(|cause| self.unreadable(cause))?;
        Ok(BufReader::with_capacity(256, file))
    }

    /// The first entry that begins at this place or after it, and where it begins.
    fn entry_from(
        &self,
        file: &mut BufReader<File>,
        place: u64,
    ) -> Result<Option<(u64, Vec<u8>)>, BreachedPasswordsError> {
        let failed = |cause| self.unreadable(cause);
        let mut begins = place;
        if place > 0 {
            // A line begins here only if one ends right before.
            file.seek(SeekFrom::Start(place - 1)).map_err(failed)?;
            let skipped = file.skip_until(b'\n').map_err(failed)?;
            begins = place - 1 + u64::try_from(skipped).unwrap_or(u64::MAX);
        } else {
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
        }
        let mut line = Vec::new();
        file.read_until(b'\n', &mut line).map_err(failed)?;
        let text = line.trim_ascii_end();
        if text.is_empty() {
            return Ok(None);
        }
        let digest = text.get(..DIGITS).ok_or_else(|| self.other_form())?;
        let is_digest = digest.iter().all(|c| c.is_ascii_digit() || (b'A'..=b'F').contains(c));
        let ends_well = text.get(DIGITS).is_none_or(|next| *next == b':');
        if !is_digest || !ends_well {
            return Err(self.other_form());
        }
        Ok(Some((begins, digest.to_vec())))
    }

    fn unreadable(&self, cause: io::Error) -> BreachedPasswordsError {
        BreachedPasswordsError::Unreadable { path: self.path.clone(), cause }
    }

    fn other_form(&self) -> BreachedPasswordsError {
        BreachedPasswordsError::OtherForm { path: self.path.clone() }
    }
}
