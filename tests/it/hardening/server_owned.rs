//! What the server decides cannot be sent: on every write, every such field is refused, and nothing
//! changes.

use crate::contract::document::{Operation, document, operations};
use crate::engine::sql::Raw;
use crate::on_each_database;
use serde_json::{Map, Value, json};

const FIELDS: [&str; 20] = [
    "id",
    "state",
    "status",
    "stage",
    "org",
    "agency",
    "raising_agency_id",
    "raiser_id",
    "due_at",
    "next_act_at",
    "created_at",
    "created_by",
    "recorded_at",
    "hash",
    "head_hash",
    "version",
    "is_overdue",
    "reference",
    "password_hash",
    "__proto__",
];

/// The schema of an operation's body.
fn body_schema<'d>(document: &'d Value, operation: &Operation) -> Option<&'d Value> {
    let reference = operation.it.pointer("/requestBody/content/application~1json/schema/$ref")?;
    document.pointer(reference.as_str()?.trim_start_matches('#'))
}

/// The places in a body where an object stands: the body itself, and its own objects.
fn objects<'d>(
    document: &'d Value,
    schema: &'d Value,
) -> Vec<(Option<String>, &'d Map<String, Value>)> {
    let none = || -> &'d Map<String, Value> {
        static NONE: std::sync::OnceLock<Map<String, Value>> = std::sync::OnceLock::new();
        NONE.get_or_init(Map::new)
    };
    let own = schema["properties"].as_object().unwrap_or_else(|| none());
    let mut found = vec![(None, own)];
    for (name, property) in own {
        let Some(Value::String(reference)) = property.get("$ref") else { continue };
        let inner = document.pointer(reference.trim_start_matches('#')).unwrap();
        if let Some(inner) = inner.get("properties").and_then(Value::as_object) {
            found.push((Some(name.clone()), inner));
        }
    }
    found
}

on_each_database! {
    async fn no_write_takes_a_field_that_is_the_servers(house: &House) {
        let document = document(house).await;
        let reference = house.raised().await;
        let priya = house.as_("Priya Nair").await;
        let ellis = house.as_("Ellis Grant").await;
        let mut raw = Raw::of(house);
        let tables = super::tables(&mut raw);
        let dump = |raw: &mut Raw| -> Vec<Vec<String>> {
            let kept = tables.iter().filter(|table| !table.contains("throttle"));
            kept.map(|table| {
                let mut rows = super::rows(raw, table);
                rows.sort();
                rows
            }).collect()
        };
        let before = dump(&mut raw);
        let mut count = 0;
        for operation in operations(&document) {
            let Some(schema) = body_schema(&document, &operation) else { continue };
            let is_case = operation.path.starts_with("/api/v1/escalations");
            let client = if is_case { &priya } else { &ellis };
            let address = operation.address();
            let address = if is_case {
                address.replace(crate::contract::NOBODY, &reference)
            } else {
                address
            };
            for (place, known) in objects(&document, schema) {
                for field in FIELDS.iter().filter(|field| !known.contains_key(**field)) {
                    let object = json!({ *field: "canary" });
                    let (body, pointer) = match &place {
                        None => (object, format!("/{field}")),
                        Some(name) => (json!({ name: object }), format!("/{name}/{field}")),
                    };
                    let headers = [("If-Match", "\"1\"")];
                    let sent = client
                        .send(operation.method(), &address, &headers, Some(body.to_string()))
                        .await;
                    let what = format!("{} {pointer}: {}", operation.id, sent.body);
                    assert!((400..500).contains(&sent.status), "{what}");
                    if sent.status == 422 {
                        assert_eq!(sent.faults(), [pointer], "{what}");
                    }
                    assert!(!sent.body.to_string().contains("canary"), "{what}");
                    count += 1;
                }
            }
        }
        assert!(count > 1000, "only {count} tries");
        assert!(dump(&mut raw) == before, "something changed");
    }
}
