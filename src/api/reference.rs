//! The API document and its reference page: server-rendered, without a script, so that it works
//! offline and under a strict content security policy.

use super::openapi;
use super::problem::{CODES, Code, Problem};
use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use serde_json::Value;
use std::collections::BTreeMap;

struct Field {
    name: String,
    kind: String,
    is_required: bool,
    description: String,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Field>,
    body: Option<String>,
    answers: Vec<(String, String)>,
}

struct Schema {
    name: String,
    description: String,
    fields: Vec<Field>,
    words: Vec<String>,
}

#[derive(Template)]
#[template(path = "reference.html", config = "src/api/askama.toml")]
struct ReferencePage {
    version: &'static str,
    groups: BTreeMap<String, Vec<Operation>>,
    schemas: Vec<Schema>,
    problems: Vec<(u16, &'static str, &'static str)>,
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A schema in words: `string (date-time)`, `list of StageEntry`, `Party or null`.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema.get(key).and_then(Value::as_array) {
            let words: Vec<String> = parts.iter().map(kind).collect();
            return words.join(" or ");
        }
    }
    let mut word = match schema.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    };
    if let Some(items) = schema.get("items") {
        word = format!("list of {}", kind(items));
    }
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        word = format!("{word} ({format})");
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        word = words.join(" | ");
    }
    word
}

fn fields(schema: &Value) -> Vec<Field> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    properties
        .iter()
        .map(|(name, property)| Field {
            name: name.clone(),
            kind: kind(property),
            is_required: required.contains(&name.as_str()),
            description: text(property, "description"),
        })
        .collect()
}

fn operation(method: &str, path: &str, it: &Value) -> Operation {
    let parameters = it.get("parameters").and_then(Value::as_array);
    let parameters = parameters.into_iter().flatten().map(|parameter| Field {
        name: format!("{} ({})", text(parameter, "name"), text(parameter, "in")),
        kind: parameter.get("schema").map(kind).unwrap_or_default(),
        is_required: parameter.get("required").and_then(Value::as_bool).unwrap_or(false),
        description: text(parameter, "description"),
    });
    let body = it.pointer("/requestBody/content/application~1json/schema").map(kind);
    let answers = it.get("responses").and_then(Value::as_object);
    let answers = answers.into_iter().flatten().map(|(status, answer)| {
        let content = answer.get("content").and_then(Value::as_object);
        let schema = content.and_then(|content| content.values().next());
        let schema = schema.and_then(|media| media.get("schema")).map(kind);
        let description = text(answer, "description");
        let shown = match schema {
            Some(schema) => format!("{description} {schema}"),
            None => description,
        };
        (status.clone(), shown)
    });
    Operation {
        id: text(it, "operationId"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(it, "summary"),
        description: text(it, "description"),
        parameters: parameters.collect(),
        body,
        answers: answers.collect(),
    }
}

fn reference_page() -> Result<ReferencePage, serde_json::Error> {
    let document = serde_json::to_value(openapi::document())?;
    let mut groups: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, methods) in paths.into_iter().flatten() {
        for (method, it) in methods.as_object().into_iter().flatten() {
            let tag = it.pointer("/tags/0").and_then(Value::as_str).unwrap_or("other");
            groups.entry(tag.to_owned()).or_default().push(operation(method, path, it));
        }
    }
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let schemas = schemas
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let variants = schema.get("oneOf").and_then(Value::as_array);
            let variants = variants.map(|all| all.iter().map(variant).collect());
            let words = schema.get("enum").and_then(Value::as_array);
            let words = words.map(|all| {
                all.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
            });
            Schema {
                name: name.clone(),
                description: text(schema, "description"),
                fields: fields(schema),
                words: words.or(variants).unwrap_or_default(),
            }
        })
        .collect();
    let problems = CODES.iter().map(|code| {
        let (status, word, title) = code.row();
        (status.as_u16(), word, title)
    });
    Ok(ReferencePage {
        version: env!("CARGO_PKG_VERSION"),
        groups,
        schemas,
        problems: problems.collect(),
    })
}

/// A variant of a tagged union, in words: its tag and its fields.
fn variant(schema: &Value) -> String {
    let fields: Vec<String> = fields(schema)
        .into_iter()
        .map(|field| match field.name.as_str() {
            "kind" | "doer" | "how" | "of" => field.kind,
            _ => format!("{}: {}", field.name, field.kind),
        })
        .collect();
    if fields.is_empty() { kind(schema) } else { fields.join(", ") }
}

fn failed(what: &str, error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, what, "making a page failed");
    Problem::new(Code::Internal, "The page could not be made. Tell whoever runs the server.")
}

fn html(page: &impl Template) -> Result<HttpResponse, Problem> {
    let text = page.render().map_err(|error| failed("a template", error))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(text))
}

/// `GET /api/v1/openapi.json`
pub async fn document() -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(openapi::document()))
}

/// `GET /api/docs`
pub async fn page() -> Result<HttpResponse, Problem> {
    html(&reference_page().map_err(|error| failed("the API document", error))?)
}

/// `GET /pages.css`: the style of all pages; the content security policy allows no other.
pub async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8"))
        .body(include_str!("templates/pages.css"))
}
