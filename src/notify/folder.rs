//! Messages as files, where no mail server is configured.

use super::mailer::{Accepted, MailerError, SendFailure};
use super::outgoing::{Outgoing, Sender};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A folder of messages, one `.eml` file each, readable by this user only.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    sender: Sender,
}

impl Folder {
    /// The folder, made if it is missing.
    pub(super) fn new(path: PathBuf, sender: Sender) -> Result<Self, MailerError> {
        match private_folder().create(&path) {
            Ok(()) => Ok(Self { path, sender }),
            Err(cause) => Err(MailerError::Folder { path, cause }),
        }
    }

    /// Writes the message to its file. The same notice again replaces its own file.
    pub(super) async fn send(&self, outgoing: &Outgoing) -> Result<Accepted, SendFailure> {
        let (to, sent) = outgoing.written(&self.sender)?;
        let name = file_name(outgoing, to.as_ref());
        let answer = format!("written to {name}");
        let folder = self.path.clone();
        // A disk may be slow; the server's other work must not wait for it.
        let write = move || write_whole(&folder, &name, &sent.raw);
        let failed = |cause: String| {
            SendFailure::Temporary(format!("writing to the mail folder {:?}: {cause}", self.path))
        };
        match tokio::task::spawn_blocking(write).await {
            Ok(Ok(())) => Ok(Accepted { answer }),
            Ok(Err(cause)) => Err(failed(cause.to_string())),
            Err(cause) => Err(failed(cause.to_string())),
        }
    }

    pub(super) fn sender(&self) -> &Sender {
        &self.sender
    }

    pub(super) fn describe(&self) -> String {
        format!(
            "no mail server is configured: every message is written to the folder {}",
            self.path.display()
        )
    }
}

/// `<when it was queued>-<recipient>-<notice>.eml`: nothing in it changes from attempt to attempt.
fn file_name(outgoing: &Outgoing, to: &str) -> String {
    let when = outgoing.queued_at.utc().format("%Y%m%dT%H%M%SZ");
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-' | '_');
    let recipient: String = to.chars().take(80).map(|c| if plain(c) { c } else { '_' }).collect();
    format!("{when}-{recipient}-{}.eml", outgoing.notice_id)
}

/// Writes a file so that it is there whole or not at all, whenever the machine stops.
fn write_whole(folder: &Path, name: &str, content: &[u8]) -> std::io::Result<()> {
    let unfinished = folder.join(format!(".{name}.part"));
    let mut file = private_file().open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, folder.join(name))?;
    // The new name itself must be on the disk too; only a folder that can be opened needs it.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
