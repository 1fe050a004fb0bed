//! The tables, one schema for both databases. Kept by hand; a test compares it with what the
//! migrations make.

diesel::table! {
    partnerships (id) { id -> Text, key -> Text, name -> Text, reference_prefix -> Text,
        contact_email -> Text, version -> Integer, }
}
diesel::table! {
    agencies (id) { id -> Text, name -> Text, sector -> Text, version -> Integer, }
}
diesel::table! {
    agency_partnerships (agency_id, partnership_id) { agency_id -> Text, partnership_id -> Text, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    people (id) { id -> Text, name -> Text, email -> Text, agency_id -> Nullable<Text>,
        active -> Bool, administrator -> Bool, password_hash -> Nullable<Text>,
        version -> Integer, kind -> Text, email_fails_since -> Nullable<Instant>,
        email_fails_why -> Nullable<Text>, }
}
diesel::table! {
    posts (id) { id -> Text, title -> Text, agency_id -> Nullable<Text>,
        partnership_id -> Nullable<Text>, rung -> Text, team -> Nullable<Text>,
        function -> Nullable<Text>, mailbox_email -> Nullable<Text>, version -> Integer,
        role -> Nullable<Text>, safeguarding_lead -> Bool, }
}
diesel::table! {
    post_holders (post_id, person_id) { post_id -> Text, person_id -> Text, }
}
diesel::table! {
    post_deputies (post_id, person_id) { post_id -> Text, person_id -> Text, rank -> Integer, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    absences (id) { id -> Text, person_id -> Text, from_at -> Instant,
        until_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    directory_changes (id) { id -> Text, changed_at -> Instant, person_id -> Nullable<Text>,
        change -> Text, resource_id -> Text, body -> Text, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    report_cases (partnership_id, raised_at, escalation_id) { escalation_id -> Text,
        partnership_id -> Text, raised_at -> Instant, case_version -> BigInt, is_made -> Bool,
        facts -> Binary, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    policies (partnership_id, key, version) { partnership_id -> Text, key -> Text,
        version -> Integer, title -> Text, effective_from -> Text,
        effective_until -> Nullable<Text>, text -> Text, sha256 -> Text, loaded_at -> Instant,
        proposed_by -> Nullable<Text>, proposed_via -> Nullable<Text>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    policy_publications (partnership_id, key, version) { partnership_id -> Text, key -> Text,
        version -> Integer, published_by -> Nullable<Text>, published_via -> Text,
        published_at -> Instant, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    partnership_closures (id) { id -> Text, partnership_id -> Text, day -> Text, reason -> Text,
        added_by -> Text, added_at -> Instant, withdrawn_by -> Nullable<Text>,
        withdrawn_at -> Nullable<Instant>, }
}
diesel::table! {
    reference_counters (partnership_id, year) { partnership_id -> Text, year -> Integer,
        last_number -> Integer, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    escalations (id) { id -> Text, reference -> Text, partnership_id -> Text, policy_key -> Text,
        policy_version -> Integer, status -> Text, stage -> Nullable<Integer>,
        raising_agency_id -> Text, receiving_agency_id -> Nullable<Text>, raiser_id -> Text,
        drafted_at -> Instant, raised_at -> Nullable<Instant>, due_at -> Nullable<Instant>,
        due_sort_at -> Instant, next_act_at -> Nullable<Instant>, is_overdue -> Bool,
        version -> BigInt, head_hash -> Text, state -> Text, is_restricted -> Bool,
        area_of_disagreement -> Nullable<Text>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    stage_entries (escalation_id, number) { escalation_id -> Text, number -> Integer,
        round -> Integer, stage -> Integer, entered_at -> Instant, due_at -> Instant,
        left_at -> Nullable<Instant>, left_why -> Nullable<Text>, }
}
diesel::table! {
    seats (escalation_id, position) { escalation_id -> Text, position -> Integer,
        post_id -> Nullable<Text>, person_id -> Nullable<Text>, is_waiting -> Bool, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    timeline_entries (escalation_id, sequence) { escalation_id -> Text, sequence -> BigInt,
        recorded_at -> Instant, kind -> Text, doer -> Text, event -> Text,
        previous_hash -> Text, hash -> Text, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    notices (id) { id -> Text, event_key -> Text, escalation_id -> Nullable<Text>,
        partnership_id -> Text, kind -> Text, person_id -> Nullable<Text>,
        recipient_name -> Text, recipient_email -> Text, letter -> Text,
        thread -> Nullable<Text>, state -> Text, attempts -> Integer, queued_at -> Instant,
        next_attempt_at -> Instant, lease_until -> Nullable<Instant>,
        lease_token -> Nullable<Text>, last_error -> Nullable<Text>, answer -> Nullable<Text>,
        ended_at -> Nullable<Instant>, urgency -> Integer, destination -> Text,
        bundle -> Nullable<Text>, sent_as -> Nullable<Text>, about_notice_id -> Nullable<Text>,
        delay_told_at -> Nullable<Instant>, bounced_at -> Nullable<Instant>,
        waits_until -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    job_runs (job, slot_at) { job -> Text, slot_at -> Instant, ran_at -> Instant, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    sessions (id) { id -> Text, person_id -> Text, created_at -> Instant,
        proved_at -> Instant, proved_by -> Text,
        last_used_at -> Instant, expires_at -> Instant, ended_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    refresh_tokens (digest) { digest -> Text, session_id -> Text, issued_at -> Instant,
        used_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    signing_keys (number) { number -> Integer, salt -> Text, proposed_by -> Text,
        proposed_at -> Instant, approved_by -> Nullable<Text>,
        approved_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    idempotency_keys (person_id, key) { person_id -> Text, key -> Text, fingerprint -> Text,
        status -> Integer, location -> Nullable<Text>, etag -> Nullable<Text>, body -> Text,
        created_at -> Instant, }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    account_letters (id) { id -> Text, person_id -> Text, kind -> Text, state -> Text,
        attempts -> Integer, queued_at -> Instant, next_attempt_at -> Instant,
        lease_until -> Nullable<Instant>, lease_token -> Nullable<Text>,
        last_error -> Nullable<Text>, ended_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    failed_guesses (id) { id -> Text, what -> Text, network -> Text, account -> Nullable<Text>,
        guessed_at -> Instant, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    identities (id) { id -> Text, provider -> Text, issuer -> Text, subject -> Text,
        person_id -> Text, linked_at -> Instant, linked_by -> Nullable<Text>,
        last_used_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    known_networks (person_id, network) { person_id -> Text, network -> Text,
        last_seen_at -> Instant, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    sign_in_attempts (state_digest) { state_digest -> Text, browser_digest -> Text,
        provider -> Text, return_path -> Text, wants_fresh -> Bool,
        links_person_id -> Nullable<Text>, begun_at -> Instant, expires_at -> Instant,
        used_at -> Nullable<Instant>, subject -> Nullable<Text>,
        provider_session -> Nullable<Text>, proved_at -> Nullable<Instant>,
        linked_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    account_secrets (digest) { digest -> Text, person_id -> Text, kind -> Text,
        made_at -> Instant, expires_at -> Instant, used_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    link_tickets (digest) { digest -> Text, person_id -> Text, provider -> Text,
        expires_at -> Instant, used_at -> Nullable<Instant>, }
}
diesel::table! {
    browser_sessions (cookie_digest) { cookie_digest -> Text, session_id -> Text,
        issuer -> Nullable<Text>, subject -> Nullable<Text>, provider_session -> Nullable<Text>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    set_up_secrets (only_one) { only_one -> Integer, digest -> Text, expires_at -> Instant,
        wrong_guesses -> Integer, }
}
diesel::table! {
    excluded_people (escalation_id, person_id) { escalation_id -> Text, person_id -> Text, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    logout_tokens (issuer, jti) { issuer -> Text, jti -> Text, seen_at -> Instant, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    case_views (id) { id -> Text, escalation_id -> Text, person_id -> Text, what -> Text,
        standing -> Text, viewed_at -> Instant, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    api_tokens (id) { id -> Text, digest -> Text, name -> Text, person_id -> Text,
        agency_id -> Nullable<Text>, scopes -> Text, made_at -> Instant, made_by -> Text,
        expires_at -> Instant, last_used_on -> Nullable<Text>, revoked_at -> Nullable<Instant>, }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    sign_in_tickets (digest) { digest -> Text, person_id -> Text, purpose -> Text,
        tries -> Integer, begun_at -> Instant, expires_at -> Instant,
        used_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    one_time_code_sources (id) { id -> Text, person_id -> Text, sealed_secret -> Text,
        key_generation -> Integer, added_at -> Instant, confirmed_at -> Nullable<Instant>,
        last_step -> Nullable<BigInt>, last_used_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    recovery_codes (digest) { digest -> Text, person_id -> Text, made_at -> Instant,
        used_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    passkeys (id) { id -> Text, person_id -> Text, credential_id -> Text, name -> Text,
        credential -> Text, added_at -> Instant, last_used_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    passkey_challenges (digest) { digest -> Text, purpose -> Text, person_id -> Nullable<Text>,
        state -> Text, expires_at -> Instant, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    wrong_proofs (id) { id -> Text, person_id -> Text, tried_at -> Instant, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    nodes (id) { id -> Text, started_at -> Instant, seen_at -> Instant, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    set_aside_cases (escalation_id) {
        escalation_id -> Text,
        set_aside_at -> Instant,
        reason -> Text,
        tries -> Integer,
        try_again_at -> Instant,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    calendar_feeds (person_id) { person_id -> Text, number -> Integer,
        digest -> Nullable<Text>, made_at -> Nullable<Instant>,
        last_read_at -> Nullable<Instant>, }
}
diesel::table! {
    use diesel::sql_types::*;
    use crate::store::types::Instant;
    notification_settings (person_id) { person_id -> Text, together_at_hour -> Integer,
        changed_at -> Instant, }
}
diesel::joinable!(set_aside_cases -> escalations (escalation_id));
diesel::joinable!(reference_counters -> partnerships (partnership_id));
diesel::allow_tables_to_appear_in_same_query!(
    partnerships,
    reference_counters,
    set_aside_cases,
    agencies,
    agency_partnerships,
    people,
    posts,
    post_holders,
    post_deputies,
    absences,
    escalations,
    stage_entries,
    seats,
    notices,
    sessions,
    refresh_tokens,
    account_letters,
    excluded_people,
    case_views,
    failed_guesses,
    known_networks,
    account_secrets,
    identities,
    sign_in_attempts,
    link_tickets,
    browser_sessions,
    logout_tokens,
    api_tokens,
    passkeys,
);
