//! Somebody with the API at hand.

use super::PASSWORD;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// A text in the body, by JSON pointer.
    pub fn text(&self, pointer: &str) -> String {
        let value = self.body.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no text at {pointer} of {}", self.body)).to_owned()
    }

    /// A number in the body, by JSON pointer.
    pub fn number(&self, pointer: &str) -> i64 {
        let value = self.body.pointer(pointer).and_then(Value::as_i64);
        value.unwrap_or_else(|| panic!("no number at {pointer} of {}", self.body))
    }

    /// A list in the body, by JSON pointer.
    pub fn list(&self, pointer: &str) -> Vec<Value> {
        let value = self.body.pointer(pointer).and_then(Value::as_array);
        value.unwrap_or_else(|| panic!("no list at {pointer} of {}", self.body)).clone()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned())
    }

    /// The fields that an error names, in order.
    pub fn faults(&self) -> Vec<String> {
        let errors = self.body.pointer("/errors").and_then(Value::as_array);
        let pointers = errors.into_iter().flatten().map(|fault| {
            fault.pointer("/pointer").and_then(Value::as_str).unwrap_or_default().to_owned()
        });
        pointers.collect()
    }
}

/// Somebody, signed in or not.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    pub token: Option<String>,
    pub refresh_token: Option<String>,
}

impl Client {
    /// Nobody in particular.
    pub fn stranger(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, base: format!("http://{address}"), token: None, refresh_token: None }
    }

    /// Nobody in particular, who goes nowhere they are sent to.
    pub fn stranger_who_stays(address: SocketAddr) -> Self {
        let stays = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().no_proxy().redirect(stays).build().unwrap();
        Self { http, ..Self::stranger(address) }
    }

    /// Somebody who signs in.
    pub async fn sign_in(address: SocketAddr, email: &str) -> Self {
        let mut client = Self::stranger(address);
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = client.post("/sessions", &body).await;
        assert_eq!(answer.status, 200, "{email} could not sign in: {}", answer.body);
        client.token = Some(answer.text("/access_token"));
        client.refresh_token = Some(answer.text("/refresh_token"));
        client
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body.to_string())).await
    }

    /// A command to a case as it is now.
    pub async fn command(&self, reference: &str, command: &str, body: &Value) -> Answer {
        let path = format!("/escalations/{reference}");
        let read = self.get(&path).await;
        let etag = read.header("etag").unwrap_or_else(|| "\"0\"".to_owned());
        let headers = [("If-Match", etag.as_str())];
        self.send(Method::POST, &format!("{path}/{command}"), &headers, Some(body.to_string()))
            .await
    }

    /// Any request, under `/api/v1` unless the path begins with `//`.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        self.send_as(method, path, headers, "application/json", body).await
    }

    /// Any request with a body of any kind.
    pub async fn send_as(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        kind: &str,
        body: Option<String>,
    ) -> Answer {
        let kind = [("Content-Type", kind)];
        let headers = [headers, if body.is_some() { &kind } else { &[] }].concat();
        self.send_raw(method, path, &headers, body).await
    }

    /// Any request, with these headers and no others of ours but the token.
    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let mut request = self.http.request(method, self.url(path));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let text = answer.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }

    /// What is read, as it is: a form that is no text.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let mut request = self.http.get(self.url(path));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }

    fn url(&self, path: &str) -> String {
        match path.strip_prefix('/') {
            Some(rest) if rest.starts_with('/') => format!("{}{rest}", self.base),
            _ => format!("{}/api/v1{path}", self.base),
        }
    }
}
