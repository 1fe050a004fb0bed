//! How a request that access allows is kept from changing anything, so that one house serves a
//! thousand of them.

use super::aim::{Aim, NOTHING};
use super::operations::{Asked, Operation};
use serde_json::{Value, json};

/// A plausible request that changes nothing, whoever sends it; none where there is no way to ask for
/// it without doing it.
pub fn harmless(operation: &Operation, aim: &Aim) -> Option<Asked> {
    let asked = operation.asked(aim);
    if ONLY_REALLY.contains(&operation.id.as_str()) {
        return None;
    }
    // As of no version it stops at 412, after access.
    if operation.is_read() || operation.is_conditioned() {
        return Some(asked);
    }
    if operation.is_open() {
        return Some(asked.with_body("{}"));
    }
    Some(match stopping(&operation.id, aim) {
        Stop::AsItIs => asked,
        Stop::With(pointer, value) => {
            let mut body: Value = serde_json::from_str(&asked.body.as_ref().unwrap().1).unwrap();
            body[pointer] = value;
            asked.with_body(&body.to_string())
        }
    })
}

enum Stop {
    /// It changes nothing as it is.
    AsItIs,
    /// A field is such that it is refused once access has been checked.
    With(&'static str, Value),
}

/// What cannot be asked for without doing it.
const ONLY_REALLY: [&str; 28] = [
    "add_machine",
    "make_machine_token",
    "propose_key_rotation",
    "approve_key_rotation",
    "sign_out",
    "remove_absence",
    "break_glass",
    "invite_person",
    "change_password",
    "prove_again",
    "begin_passkey_sign_in",
    "add_passkey",
    "begin_passkey",
    "remove_passkey",
    "begin_one_time_codes",
    "confirm_one_time_codes",
    "remove_one_time_codes",
    "renew_recovery_codes",
    "end_other_sessions",
    "end_session",
    "reset_factors",
    "end_sessions_of",
    "make_own_token",
    "revoke_own_token",
    "begin_link",
    "revoke_machine_token",
    "unlink_identity",
    "link_identity",
];

/// How an operation is stopped that has no version.
fn stopping(operation: &str, aim: &Aim) -> Stop {
    match operation {
        // A question; a trial; a version that is published already; a closure whose day has come.
        // No report of a mail server.
        "hand_in_bounce" => Stop::AsItIs,
        "simulate_policy" | "recount_deadlines" | "publish_policy" | "withdraw_closure" => {
            Stop::AsItIs
        }
        "begin_draft" => Stop::With("partnership_id", json!(NOTHING)),
        "add_agency" => {
            let twice = aim.after("partnerships");
            Stop::With("partnership_ids", json!([twice, twice]))
        }
        "add_person" => Stop::With("email", json!("no address")),
        "add_post" => Stop::With("role", json!("No Role")),
        "add_absence" => Stop::With("until_at", json!("2027-03-01T09:00:00Z")),
        "add_closure" => Stop::With("day", json!("2026-12-01")),
        // What is published never changes.
        "propose_policy" => {
            Stop::With("text", json!(format!("{}\n# Changed.\n", aim.policy_text())))
        }
        other => panic!(
            "say in tests/it/rights/stops.rs how {other} is kept from changing anything, or that \
             there is no way"
        ),
    }
}
