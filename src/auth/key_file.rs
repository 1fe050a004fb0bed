//! The file of the signing key: private, made whole or not at all.

use super::{AuthError, KEY_BYTES_MIN, SigningKey};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// More than any key; keeps a wrong path, to a log say, from being read.
const FILE_BYTES_MAX: u64 = 4096;
const TEXT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What to do where no key file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// Make one; right for a single node.
    Create,
    /// Refuse; several nodes must be given the same file.
    Refuse,
}

/// The signing key could not be had from its file. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// No such file, and none may be made.
    #[error(
        "there is no key file {path}; all nodes share one: make it once, with \
         `(umask 077; openssl rand -base64 32 > {path})`, and copy it to each node"
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Others than its owner have a right to it.
    #[error(
        "the key file {path} is open to other users of this machine (mode {mode:03o}), and who \
         reads it can sign in as anybody; close it with `chmod 600 {path}`, and replace the key if \
         others may have read it"
    )]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It holds no key.
    #[error(
        "the key file {path} holds no key: {reason}; make a new one with \
         `openssl rand -base64 32 > {path}` (everybody then has to sign in again)"
    )]
    NoKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; never its content.
        reason: String,
    },
    /// It could not be read or written.
    #[error("{doing} the key file {path}: {cause}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        cause: io::Error,
    },
    /// No randomness for a new key.
    #[error("making the key file: {0}")]
    Making(#[from] AuthError),
}

/// The key of a file: at least 32 raw bytes, or base64 text of as many. A new file is base64 text
/// of 32 random bytes, for its owner's eyes only.
///
/// # Errors
/// No file and none may be made, a file open to others, no key in it, or it cannot be read.
pub fn load_or_create(path: &Path, if_missing: IfMissing) -> Result<SigningKey, KeyFileError> {
    let content = match (read(path)?, if_missing) {
        (Some(content), _) => content,
        (None, IfMissing::Refuse) => {
            return Err(KeyFileError::Missing { path: path.to_owned() });
        }
        (None, IfMissing::Create) => {
            create(path)?;
            // Another process may have been first; its key counts.
            read(path)?.ok_or_else(|| KeyFileError::Missing { path: path.to_owned() })?
        }
    };
    let no_key = |reason: String| KeyFileError::NoKey { path: path.to_owned(), reason };
    let key = key_of(&content).map_err(|reason| no_key(reason.to_owned()))?;
    SigningKey::from_bytes(&key).map_err(|error| no_key(error.to_string()))
}

/// The bytes of the key: text is base64, and what is not text is the key itself.
fn key_of(content: &[u8]) -> Result<Vec<u8>, &'static str> {
    let is_text = content.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    if !is_text {
        return Ok(content.to_vec());
    }
    let compact: Vec<u8> = content
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    TEXT.decode(compact).map_err(|_may_quote_the_key: base64::DecodeError| "it is not base64")
}

/// The file's content, or `None` where there is no file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, KeyFileError> {
    let failed = |cause| io_failed("reading", path, cause);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Of the open file, not of the name: nobody can change it in between.
    let about = file.metadata().map_err(failed)?;
    let mode = about.permissions().mode() & 0o777;
    if about.is_file() && mode & 0o077 != 0 {
        return Err(KeyFileError::OpenToOthers { path: path.to_owned(), mode });
    }
    let mut content = Vec::new();
    file.take(FILE_BYTES_MAX).read_to_end(&mut content).map_err(failed)?;
    Ok(Some(content))
}

/// Makes the file whole, under another name, and then names it: unless the name is taken by then.
fn create(path: &Path) -> Result<(), KeyFileError> {
    let failed = |cause| io_failed("making", path, cause);
    let mut random = [0; KEY_BYTES_MIN + 8];
    getrandom::fill(&mut random).map_err(AuthError::Randomness)?;
    let (key, mark) = random.split_at(KEY_BYTES_MIN);
    let mark: String = mark.iter().map(|byte| format!("{byte:02x}")).collect();
    let draft = path.with_added_extension(mark);
    let written = write(&draft, &format!("{}\n", TEXT.encode(key))).and_then(|()| {
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        }
    });
    // A draft that was never made needs no removing.
    let removed = match fs::remove_file(&draft) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    };
    written.and(removed).map_err(failed)
}

fn write(path: &Path, content: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

fn io_failed(doing: &'static str, path: &Path, cause: io::Error) -> KeyFileError {
    KeyFileError::Io { doing, path: path.to_owned(), cause }
}
