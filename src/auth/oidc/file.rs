//! `auth.providers_file`: the identity providers, each checked before the server starts.

use super::endpoint;
use super::provider::{ClientSecret, Provider};
use crate::ids::AgencyId;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The file of the identity providers cannot be used; for the operator. Shows no secret.
#[derive(Debug, thiserror::Error)]
pub enum ProvidersFileError {
    /// It, or a file that it names, cannot be read.
    #[error("reading {}: {cause}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It is not understood.
    #[error("{} cannot be understood: {reason}", path.display())]
    NotUnderstood {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A provider is not as it must be.
    #[error("the identity provider `{provider}`: {reason}")]
    Wrong {
        /// Its key.
        provider: String,
        /// What is wrong, and what to write instead.
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    name: String,
    issuer: String,
    client_id: String,
    client_secret_file: PathBuf,
    agencies: Vec<AgencyId>,
    #[serde(default)]
    acr: Vec<String>,
    #[serde(default)]
    amr: Vec<String>,
    max_age_seconds: Option<u32>,
    #[serde(default)]
    scopes: Vec<String>,
}

/// The providers of a file. A secret's file stands where the file says, seen from its own folder.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn load(path: &Path) -> Result<Vec<Provider>, ProvidersFileError> {
    let unreadable = |cause| ProvidersFileError::Unreadable { path: path.to_owned(), cause };
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let file: File = toml::from_str(&text).map_err(|error: toml::de::Error| {
        let line =
            error.span().map_or(0, |span| text.get(..span.start).unwrap_or("").lines().count());
        let reason = format!("line {}: {}", line.max(1), error.message());
        ProvidersFileError::NotUnderstood { path: path.to_owned(), reason }
    })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut providers: Vec<Provider> = Vec::new();
    for entry in file.provider {
        let wrong = |reason: &str| ProvidersFileError::Wrong {
            provider: entry.key.clone(),
            reason: reason.to_owned(),
        };
        check(&entry).map_err(wrong)?;
        if providers.iter().any(|other| other.key == entry.key) {
            return Err(wrong("its key stands there twice"));
        }
        if providers.iter().any(|other| other.issuer == entry.issuer) {
            return Err(wrong("its issuer stands there twice: a person is issuer and subject"));
        }
        let secret = secret(&folder.join(&entry.client_secret_file), &entry.key)?;
        providers.push(entry.into_provider(secret));
    }
    Ok(providers)
}

fn check(entry: &Entry) -> Result<(), &'static str> {
    let is_key = |key: &str| {
        (1..=40).contains(&key.len())
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let is_line = |text: &str| !text.trim().is_empty() && !text.contains(char::is_control);
    let all_words = |words: &[String]| {
        words.iter().all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic()))
    };
    if !is_key(&entry.key) {
        return Err("its key must be small letters, digits and hyphens, at most 40");
    }
    if !is_line(&entry.name) || !is_line(&entry.client_id) {
        return Err("its name and client_id must be text in one line");
    }
    if !endpoint::is_safe(&entry.issuer) || entry.issuer.contains('?') {
        return Err(
            "its issuer must begin with https:// and have no ? or # (http:// on this machine only)",
        );
    }
    if entry.agencies.is_empty() {
        return Err("agencies is empty: name the ids of the agencies whose people it may sign in");
    }
    if !all_words(&entry.acr) || !all_words(&entry.amr) || !all_words(&entry.scopes) {
        return Err("acr, amr and scopes are words without spaces");
    }
    Ok(())
}

impl Entry {
    fn into_provider(self, client_secret: ClientSecret) -> Provider {
        Provider {
            key: self.key,
            name: self.name,
            issuer: self.issuer,
            client_id: self.client_id,
            client_secret,
            agencies: self.agencies.into_iter().collect::<BTreeSet<_>>(),
            acr: self.acr,
            amr: self.amr,
            max_age_seconds: self.max_age_seconds,
            scopes: self.scopes,
        }
    }
}

fn secret(path: &Path, provider: &str) -> Result<ClientSecret, ProvidersFileError> {
    let unreadable = |cause| ProvidersFileError::Unreadable { path: path.to_owned(), cause };
    let wrong =
        |reason: String| Err(ProvidersFileError::Wrong { provider: provider.to_owned(), reason });
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return wrong(format!(
            "its client_secret_file {} is open to other users of this machine (mode {mode:03o}): \
             close it with `chmod 600 {}`",
            path.display(),
            path.display()
        ));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() || text.contains(char::is_control) {
        return wrong("its client_secret_file must hold the secret in one line".to_owned());
    }
    Ok(ClientSecret::new(text.to_owned()))
}
