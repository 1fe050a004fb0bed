//! Every operation of the API document, and a plausible request for each.

use super::aim::Aim;
use super::bodies;
use crate::house::{Answer, Client, House};
use reqwest::Method;
use serde_json::Value;

/// An operation of the API document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The name of its handler, such as `read_escalation`.
    pub id: String,
    pub method: Method,
    /// With its parameters in braces, such as `/api/v1/escalations/{id}`.
    pub path: String,
    it: Value,
    document: Value,
}

/// A request as it is sent.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    /// From the server's root, with its query.
    pub address: String,
    pub headers: Vec<(String, String)>,
    /// The body's content type, and the body.
    pub body: Option<(String, String)>,
}

/// Every operation that the server tells of, by address and method.
pub async fn operations(house: &House) -> Vec<Operation> {
    let document = Client::stranger(house.address).get("/openapi.json").await.body;
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, it) in methods.as_object().unwrap() {
            all.push(Operation {
                id: it["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                it: it.clone(),
                document: document["components"].clone(),
            });
        }
    }
    assert!(all.len() > 50, "only {} operations", all.len());
    all
}

impl Operation {
    /// As docs/access.md names it: `GET /api/v1/me`.
    pub fn named(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// It has a parameter of this name, in its address or its headers.
    pub fn takes(&self, name: &str) -> bool {
        self.parameters().any(|parameter| parameter["name"] == name)
    }

    /// It changes something that has a version.
    pub fn is_conditioned(&self) -> bool {
        self.takes("If-Match")
    }

    /// It only reads.
    pub fn is_read(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// It is about one case.
    pub fn is_of_a_case(&self) -> bool {
        self.path.starts_with("/api/v1/escalations/{id}")
    }

    /// It says that nobody need be signed in.
    pub fn is_open(&self) -> bool {
        self.it.get("security").is_none()
    }

    /// The answers that it tells of.
    pub fn tells_of(&self, status: u16) -> bool {
        self.it["responses"].get(status.to_string()).is_some()
    }

    /// The content type of its body; none if it takes none.
    pub fn body_kind(&self) -> Option<&str> {
        let kinds = self.it.pointer("/requestBody/content")?.as_object()?;
        let first = kinds.keys().next().map(String::as_str);
        if kinds.contains_key("application/json") { Some("application/json") } else { first }
    }

    fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.it["parameters"].as_array().into_iter().flatten()
    }

    /// Its address, with what is aimed at in the place of each parameter.
    pub fn address(&self, aim: &Aim) -> String {
        let mut before = "";
        let mut address = String::new();
        for part in self.path.split('/').skip(1) {
            address.push('/');
            match part.strip_prefix('{') {
                Some(_) => address.push_str(aim.after(before)),
                None => {
                    address.push_str(part);
                    before = part;
                }
            }
        }
        address
    }

    /// Its queries: none, and one for each value that each of its parameters may have.
    pub fn queries(&self, aim: &Aim) -> Vec<String> {
        let mut all = vec![String::new()];
        for parameter in self.parameters().filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            let words = self.words(&parameter["schema"]);
            let values = if words.is_empty() { aim.query_values(name) } else { words };
            let with = aim.query_beside(name);
            all.extend(values.into_iter().map(|value| format!("?{with}{name}={value}")));
        }
        all
    }

    /// The words that a schema allows; none where it allows any.
    fn words(&self, schema: &Value) -> Vec<String> {
        if let Some(reference) = schema["$ref"].as_str() {
            let pointer = reference.trim_start_matches("#/components");
            return self.words(self.document.pointer(pointer).unwrap());
        }
        if schema["type"] == "boolean" || schema["type"][0] == "boolean" {
            return vec!["true".to_owned(), "false".to_owned()];
        }
        let parts =
            ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|key| schema[key].as_array());
        let of_parts = parts.flatten().flat_map(|part| self.words(part));
        let here = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        here.map(str::to_owned).chain(of_parts).collect()
    }

    /// A plausible request, as of a version that was never there: where access allows it, and the
    /// body could be read, it stops at 412 and changes nothing. What has no version is changed.
    pub fn asked(&self, aim: &Aim) -> Asked {
        self.asked_as_of("\"0\"", aim)
    }

    /// A plausible request as of a version.
    pub fn asked_as_of(&self, etag: &str, aim: &Aim) -> Asked {
        let condition = self.is_conditioned().then(|| ("If-Match".to_owned(), etag.to_owned()));
        let body = self.body_kind().map(|kind| (kind.to_owned(), bodies::body(&self.id, aim)));
        Asked {
            method: self.method.clone(),
            address: self.address(aim),
            headers: condition.into_iter().collect(),
            body,
        }
    }
}

impl Asked {
    /// Sends it as somebody.
    pub async fn send(&self, client: &Client) -> Answer {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let path = format!("/{}", self.address);
        let (kind, body) = match &self.body {
            Some((kind, body)) => (kind.as_str(), Some(body.clone())),
            None => ("application/json", None),
        };
        client.send_as(self.method.clone(), &path, &headers, kind, body).await
    }

    /// The same with another query.
    pub fn with_query(mut self, query: &str) -> Self {
        self.address.push_str(query);
        self
    }

    /// The same with another header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(there, _)| !there.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with another body.
    pub fn with_body(mut self, body: &str) -> Self {
        if let Some((_, there)) = &mut self.body {
            body.clone_into(there);
        }
        self
    }
}
