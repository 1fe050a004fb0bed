//! A body of every operation that takes one: whole, so that nothing but access refuses it.

use super::aim::{Aim, NOTHING};
use serde_json::{Value, json};

/// A plausible body of an operation, as it is sent.
pub fn body(operation: &str, aim: &Aim) -> String {
    let found = of_cases(operation, aim)
        .or_else(|| of_clocks(operation, aim))
        .or_else(|| of_the_directory(operation, aim))
        .or_else(|| of_rules(operation, aim))
        .or_else(|| of_accounts(operation, aim));
    let found = found.unwrap_or_else(|| {
        panic!("say in tests/it/rights/bodies.rs what a body of {operation} looks like")
    });
    match found {
        // What is no JSON is a form, as it is sent.
        Value::String(form) => form,
        body => body.to_string(),
    }
}

fn draft(aim: &Aim) -> Value {
    json!({
        "receiving_agency_id": aim.after("receiving agency"),
        "receiving_team": "Referral and assessment",
        "receiving_practitioner_id": aim.after("receiving practitioner"),
        "child": { "initials": "Q.Z.", "local_reference": aim.prose("RPP-0417") },
        "area_of_disagreement": "level_of_need",
        "facts": aim.prose("facts"), "judgement": aim.prose("judgement"),
        "rationale": aim.prose("rationale"), "risk": aim.prose("risk"),
        "childs_voice": aim.prose("voice"), "what_was_tried": aim.prose("tried"),
        "outcome_sought": aim.prose("sought")
    })
}

fn of_cases(operation: &str, aim: &Aim) -> Option<Value> {
    let reason = json!({ "reason": aim.prose("the reason") });
    let calm = json!({ "in_immediate_danger": false });
    Some(match operation {
        "begin_draft" | "change_draft" => {
            json!({ "immediate_danger": calm, "draft": draft(aim) })
        }
        "raise_escalation" | "confirm_proposal" | "complete_action" | "confirm_record"
        | "resume_clocks" => json!({}),
        "acknowledge_escalation" | "complete_task" => json!({ "note": aim.prose("the note") }),
        "state_position" => json!({
            "facts": aim.prose("facts"), "judgement": aim.prose("judgement"),
            "rationale": aim.prose("rationale")
        }),
        "respond_to_escalation" => {
            json!({ "stance": "refuses", "rationale": aim.prose("rationale") })
        }
        "break_glass" => json!({ "reason": aim.prose("a call from the hospital") }),
        "review_glass_break" => json!({ "note": aim.prose("the note") }),
        "lift_restriction" => reason,
        "restrict_escalation" => json!({
            "reason": aim.prose("the reason"),
            "restriction": { "reason": "other", "excluded": [] }
        }),
        "escalate_early" | "decline_proposal" | "withdraw_escalation" | "reopen_escalation" => {
            reason
        }
        "propose_outcome" => json!({ "outcome": "plan_agreed", "terms": aim.prose("terms") }),
        "determine_outcome" => json!({
            "outcome": "plan_agreed", "decision": aim.prose("decision"),
            "rationale": aim.prose("rationale")
        }),
        "arrange_meeting" => json!({
            "at": "2026-12-29T12:00:00Z", "place": aim.prose("place"),
            "purpose": aim.prose("purpose")
        }),
        "record_meeting" => json!({ "record": aim.prose("record") }),
        "set_action" => json!({
            "what": aim.prose("what"), "owner": aim.prose("owner"), "due_on": "2026-12-29"
        }),
        "give_feedback" => json!({ "text": aim.prose("text"), "learning": aim.prose("learning") }),
        "record_debrief" => {
            json!({ "held_on": "2026-12-21", "with": aim.prose("with"), "text": aim.prose("text") })
        }
        _ => return None,
    })
}

fn of_clocks(operation: &str, aim: &Aim) -> Option<Value> {
    let reason = aim.prose("the reason");
    Some(match operation {
        "set_protective_deadline" => json!({ "at": "2026-12-29T12:00:00Z", "reason": reason }),
        "record_discussion" => json!({
            "held_at": "2026-12-21T09:00:00Z", "with": aim.prose("with"), "text": aim.prose("text")
        }),
        "extend_deadline" => json!({ "by": "1 working day", "reason": reason }),
        "pause_clocks" => json!({ "until": "2026-12-29T12:00:00Z", "reason": reason }),
        "change_urgency" => json!({ "urgency_class": "urgent", "reason": reason }),
        "step_down" => json!({ "to_stage": 1, "reason": reason }),
        "convene_panel" => json!({
            "member_ids": [aim.after("people")], "chair_id": aim.after("people")
        }),
        "refer_escalation" => json!({ "to": "nowhere", "reason": reason }),
        "move_policy" => json!({ "version": 1, "reason": reason }),
        _ => return None,
    })
}

fn of_the_directory(operation: &str, aim: &Aim) -> Option<Value> {
    Some(match operation {
        "add_agency" | "change_agency" => json!({
            "name": aim.prose("an agency"), "sector": "early_years",
            "partnership_ids": [aim.after("partnerships")]
        }),
        // Each with an address of its own: it may be tried after the other.
        "add_person" | "change_person" => json!({
            "name": aim.prose("somebody"), "email": format!("{operation}@sundial.example"),
            "agency_id": aim.after("agencies")
        }),
        "add_absence" => {
            json!({ "from_at": "2027-03-01T09:00:00Z", "until_at": "2027-03-02T09:00:00Z" })
        }
        "add_post" | "change_post" => json!({
            "title": aim.prose("a post"),
            "place": { "of": "agency", "agency_id": aim.after("agencies"), "rung": "practitioner" }
        }),
        "add_closure" => json!({ "day": "2027-01-04", "reason": aim.prose("the reason") }),
        "withdraw_closure" => json!({}),
        "recount_deadlines" => json!({ "reason": aim.prose("the reason"), "apply": false }),
        _ => return None,
    })
}

fn of_rules(operation: &str, aim: &Aim) -> Option<Value> {
    let which = json!({ "key": aim.after("policies"), "version": 1 });
    Some(match operation {
        "propose_policy" => json!({ "text": aim.policy_text() }),
        "publish_policy" => json!({}),
        "simulate_policy" => json!({ "policy": which }),
        "hand_in_bounce" => json!({ "message": aim.prose("Subject: no report") }),
        _ => return None,
    })
}

/// What is secret in these is made up: none of it opens anything.
fn of_accounts(operation: &str, aim: &Aim) -> Option<Value> {
    let ticket = aim.prose("no ticket");
    let credential = json!({ "id": "AAAA", "type": "public-key" });
    Some(match operation {
        "sign_in" => {
            json!({ "email": "somebody.else@sundial.example", "password": aim.prose("a password") })
        }
        "refresh_session" => json!({ "refresh_token": aim.prose("no refresh token") }),
        "set_up" => json!({
            "secret": aim.prose("no secret"), "name": aim.prose("somebody"),
            "email": "set.up@sundial.example", "password": aim.prose("a password of twelve")
        }),
        "redeem_invitation" | "redeem_password_reset" => json!({
            "secret": aim.prose("no secret"), "password": aim.prose("a password of twelve")
        }),
        "request_password_reset" => json!({ "email": "somebody.else@sundial.example" }),
        "change_password" => json!({
            "current_password": aim.prose("not theirs"),
            "password": aim.prose("a password of twelve")
        }),
        "invite_person" | "propose_key_rotation" | "approve_key_rotation" => json!({}),
        "prove_again" => json!({ "password": aim.prose("not theirs") }),
        "sign_in_by_passkey" => json!({ "challenge_id": NOTHING, "credential": credential }),
        "prove_second_factor" => json!({ "ticket": ticket, "one_time_code": "000000" }),
        "begin_first_one_time_codes" | "begin_first_passkey" => json!({ "ticket": ticket }),
        "confirm_first_one_time_codes" => json!({ "ticket": ticket, "one_time_code": "000000" }),
        "add_first_passkey" => json!({
            "ticket": ticket, "challenge_id": NOTHING, "name": aim.prose("a key"),
            "credential": credential
        }),
        "add_passkey" => json!({
            "challenge_id": NOTHING, "name": aim.prose("a key"), "credential": credential
        }),
        "confirm_one_time_codes" => json!({ "one_time_code": "000000" }),
        "make_own_token" | "make_machine_token" => {
            json!({ "name": aim.prose("a token"), "scopes": ["directory:read"], "days": 7 })
        }
        "add_machine" => {
            json!({ "name": aim.prose("a machine"), "agency_id": aim.after("agencies") })
        }
        "link_identity" => json!({ "provider": "nobody", "subject": aim.prose("nobody") }),
        "begin_link" => json!({ "provider": "nobody" }),
        "begin_link_by_invitation" => {
            json!({ "secret": aim.prose("a secret"), "provider": "nobody" })
        }
        _ => return None,
    })
}
