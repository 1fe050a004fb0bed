//! What would cross a network unencrypted: the database's connection, and people's passwords.

use super::settings::Settings;
use std::net::IpAddr;

/// Why a setting would let secrets cross a network in clear, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InClear {
    /// The setting.
    pub(super) key: &'static str,
    /// Its value, without secrets.
    pub(super) value: String,
    /// What to write instead.
    pub(super) fix: &'static str,
}

/// The first setting that would.
pub(super) fn in_clear(settings: &Settings) -> Option<InClear> {
    let database = &settings.database;
    if !database.unencrypted && is_in_clear(database.url.reveal()) {
        return Some(InClear {
            key: "database.url",
            value: database.url.to_string(),
            fix: "add ?sslmode=verify-full and sslrootcert (in a program built with --features \
                  postgres-tls), or set database.unencrypted = true where nobody else can listen \
                  on the way",
        });
    }
    let public_url = &settings.http.public_url;
    let host = public_url.strip_prefix("http://").map(host_of)?;
    (!is_here(host)).then(|| InClear {
        key: "http.public_url",
        value: public_url.clone(),
        fix: "write https://: people send their passwords there; a reverse proxy in front of this \
              server speaks it",
    })
}

/// Whether this is another machine's PostgreSQL, reached without a certificate that is checked.
fn is_in_clear(url: &str) -> bool {
    let Some((_, after)) = url.split_once("://").filter(|_| !url.starts_with("sqlite:")) else {
        return false;
    };
    let (place, parameters) = after.split_once('?').unwrap_or((after, ""));
    let parameter = |name: &str| {
        let pairs = parameters.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value).next_back()
    };
    if parameter("sslmode") == Some("verify-full") {
        return false;
    }
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let hosts = place.split('/').next().unwrap_or(place);
    // Parameters win over what stands before them, as libpq has it.
    let hosts = parameter("hostaddr").or_else(|| parameter("host")).unwrap_or(hosts);
    hosts.split(',').any(|host| !is_here(host_of(host)))
}

/// The host without its port and path; an IPv6 address without its brackets.
fn host_of(place: &str) -> &str {
    let place = place.split('/').next().filter(|host| !host.is_empty()).unwrap_or(place);
    match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None if place.parse::<IpAddr>().is_ok() => place,
        None => place.split(':').next().unwrap_or(place),
    }
}

/// Whether this host is this machine: by name, by address, or by the folder of a socket.
pub(super) fn is_here(host: &str) -> bool {
    let is_socket = host.is_empty() || host.starts_with('/') || host.starts_with("%2F");
    is_socket
        || host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
