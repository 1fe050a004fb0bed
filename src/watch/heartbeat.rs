//! A sign of life to somebody else's monitoring, by HTTP: it goes out while all is well, and whoever
//! misses it raises the alarm. Nothing of a case is in it.

use reqwest::{Client, StatusCode, redirect};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Where signs of life go.
#[derive(Clone)]
pub struct Heartbeat {
    client: Client,
    url: String,
    every: Duration,
}

/// Why a sign of life did not arrive; for the log. Shows nothing of the address, which may hold a
/// secret.
#[derive(Debug, thiserror::Error)]
pub enum HeartbeatFault {
    /// The calls could not be set up.
    #[error("setting up the heartbeat: {0}")]
    SetUp(String),
    /// No connection, or no answer in time.
    #[error("it could not be reached: {0}")]
    Unreachable(String),
    /// An answer that is no 2xx.
    #[error("it answered {0}")]
    Status(StatusCode),
}

impl std::fmt::Debug for Heartbeat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Heartbeat(every {:?})", self.every)
    }
}

impl Heartbeat {
    /// A heartbeat to an address, so often.
    ///
    /// # Errors
    /// The machine's certificates cannot be read.
    pub fn new(url: String, every: Duration) -> Result<Self, HeartbeatFault> {
        let on_this_machine = url.starts_with("http://");
        let builder = Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT);
        let builder = if on_this_machine { builder.no_proxy() } else { builder.https_only(true) };
        let client = builder
            .build()
            .map_err(|error| HeartbeatFault::SetUp(error.without_url().to_string()))?;
        Ok(Self { client, url, every })
    }

    /// How often it goes out.
    pub fn every(&self) -> Duration {
        self.every
    }

    /// Sends one.
    ///
    /// # Errors
    /// It did not arrive.
    pub async fn send(&self) -> Result<(), HeartbeatFault> {
        let answer = self.client.get(&self.url).send().await;
        let answer =
            answer.map_err(|error| HeartbeatFault::Unreachable(error.without_url().to_string()))?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(HeartbeatFault::Status(status)) }
    }
}
