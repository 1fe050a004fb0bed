//! The story's people, as clients of the REST API.

use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Everybody's password in the demonstration.
pub(super) const PASSWORD: &str = "correct horse demonstration";

/// Somebody who is signed in.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    /// Signs somebody in.
    pub(super) async fn sign_in(address: SocketAddr, email: &str) -> anyhow::Result<Self> {
        let base = format!("http://{address}/api/v1");
        let http = reqwest::Client::builder().no_proxy().build()?;
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = http.post(format!("{base}/sessions")).json(&body).send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        let token = answer.get("access_token").and_then(Value::as_str);
        let token = token.context("the sign-in gave no token")?.to_owned();
        Ok(Self { http, base, token })
    }

    /// Reads something.
    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        Ok(self.get_with_etag(path).await?.0)
    }

    async fn get_with_etag(&self, path: &str) -> anyhow::Result<(Value, Option<String>)> {
        let url = format!("{}{path}", self.base);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await?;
        let etag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok());
        let etag = etag.map(str::to_owned);
        let status = answer.status();
        let body: Value = answer.json().await?;
        if !status.is_success() {
            bail!("GET {path} answered {status}: {body}");
        }
        Ok((body, etag))
    }

    /// Makes something new; `key` makes sure that it is made once.
    pub(super) async fn post_new(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        self.post(path, key, None, body).await
    }

    /// Gives a command to a case as it is now; `key` makes sure that it is done once.
    pub(super) async fn command(
        &self,
        reference: &str,
        command: &str,
        key: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let case = format!("/escalations/{reference}");
        // Time may change the case between reading and writing; then it is read again.
        for _ in 0..5 {
            let (_, etag) = self.get_with_etag(&case).await?;
            let done = self.post(&format!("{case}/{command}"), key, etag, body).await;
            match done {
                Err(error) if error.to_string().contains("412") => continue,
                done => return done,
            }
        }
        bail!("{command} of {reference}: the case changed each time that it was read")
    }

    async fn post(
        &self,
        path: &str,
        key: &str,
        etag: Option<String>,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.base);
        let request = self.http.post(url).bearer_auth(&self.token).header("Idempotency-Key", key);
        let request = match etag {
            Some(etag) => request.header("If-Match", etag),
            None => request,
        };
        let answer = request.json(body).send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        if !status.is_success() {
            bail!("POST {path} answered {status}: {body}");
        }
        Ok(body)
    }
}
