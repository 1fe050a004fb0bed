//! Every route, in one table: the server and the API document are made from it, so neither can
//! have one that the other does not.

use super::problem::{Code, Problem};
use super::{
    accounts, agencies, api_tokens, bounces, clock_commands, closures, commands, escalations,
    exports, factors, health, identities, notices, own_sessions, partnerships, people, policies,
    posts, recounts, reference, reports, restricting, second_step, security_txt, sessions,
    signing_keys, simulations,
};
use actix_web::{Resource, web};

/// From each path to its methods and handlers: makes both `operations` (the routes) and
/// `Operations` (their part of the API document).
macro_rules! operations {
    ($($path:literal => { $($method:ident $handler:path),+ $(,)? })+) => {
        fn operations(config: &mut web::ServiceConfig) {
            $(
                config.service(
                    web::resource($path)
                        $(.route(web::$method().to($handler)))+
                        .default_service(web::to(|| async {
                            Err::<&str, _>(Problem::method_not_allowed(
                                allowed(&[$(stringify!($method)),+])
                            ))
                        })),
                );
            )+
        }

        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($handler),+),+))]
        pub(super) struct Operations;
    };
}

operations! {
    "/api/v1/sessions" => { post sessions::sign_in }
    "/api/v1/sessions/refresh" => { post sessions::refresh_session }
    "/api/v1/sessions/current" => { delete sessions::sign_out }
    "/api/v1/sessions/current/proofs" => { post own_sessions::prove_again }
    "/api/v1/sessions/passkeys" => { post second_step::sign_in_by_passkey }
    "/api/v1/sessions/passkeys/challenges" => { post second_step::begin_passkey_sign_in }
    "/api/v1/sessions/second-factors" => { post second_step::prove_second_factor }
    "/api/v1/sessions/second-factors/one-time-codes" => { post second_step::begin_first_one_time_codes }
    "/api/v1/sessions/second-factors/one-time-codes/confirmations" => { post second_step::confirm_first_one_time_codes }
    "/api/v1/sessions/second-factors/passkeys" => { post second_step::add_first_passkey }
    "/api/v1/sessions/second-factors/passkeys/challenges" => { post second_step::begin_first_passkey }
    "/api/v1/set-up" => { post accounts::set_up }
    "/api/v1/invitations/redeem" => { post accounts::redeem_invitation }
    "/api/v1/invitations/identity-attempts" => { post identities::begin_link_by_invitation }
    "/api/v1/password-resets" => { post accounts::request_password_reset }
    "/api/v1/password-resets/redeem" => { post accounts::redeem_password_reset }
    "/api/v1/me/password" => { put accounts::change_password }
    "/api/v1/me" => { get sessions::read_me }
    "/api/v1/me/factors" => { get factors::read_factors }
    "/api/v1/me/passkeys" => { post factors::add_passkey }
    "/api/v1/me/passkeys/challenges" => { post factors::begin_passkey }
    "/api/v1/me/passkeys/{id}" => { delete factors::remove_passkey }
    "/api/v1/me/one-time-codes" => { post factors::begin_one_time_codes, delete factors::remove_one_time_codes }
    "/api/v1/me/one-time-codes/confirmations" => { post factors::confirm_one_time_codes }
    "/api/v1/me/recovery-codes" => { post factors::renew_recovery_codes }
    "/api/v1/me/sessions" => { get own_sessions::list_sessions, delete own_sessions::end_other_sessions }
    "/api/v1/me/sessions/{id}" => { delete own_sessions::end_session }
    "/api/v1/server" => { get health::read_server }
    "/api/v1/me/api-tokens" => { get api_tokens::list_own_tokens, post api_tokens::make_own_token }
    "/api/v1/me/api-tokens/{id}" => { delete api_tokens::revoke_own_token }
    "/api/v1/me/identities/attempts" => { post identities::begin_link }
    "/api/v1/machines" => { post api_tokens::add_machine }
    "/api/v1/machines/{id}/api-tokens" => { get api_tokens::list_machine_tokens, post api_tokens::make_machine_token }
    "/api/v1/machines/{id}/api-tokens/{token_id}" => { delete api_tokens::revoke_machine_token }
    "/api/v1/people/{id}/identities" => { get identities::list_identities, post identities::link_identity }
    "/api/v1/people/{id}/identities/{identity_id}" => { delete identities::unlink_identity }
    "/api/v1/partnerships" => { get partnerships::list_partnerships }
    "/api/v1/partnerships/{id}" => { get partnerships::read_partnership }
    "/api/v1/partnerships/{id}/deadline-recounts" => { post recounts::recount_deadlines }
    "/api/v1/partnerships/{id}/closures" => { get closures::list_closures, post closures::add_closure }
    "/api/v1/partnerships/{id}/closures/{day}/withdrawals" => { post closures::withdraw_closure }
    "/api/v1/partnerships/{id}/reports/disputes" => { get reports::report_on_disputes }
    "/api/v1/partnerships/{id}/reports/cases" => { get reports::list_report_cases }
    "/api/v1/partnerships/{id}/reports/picture" => { get reports::picture_disputes }
    "/api/v1/agencies" => { get agencies::list_agencies, post agencies::add_agency }
    "/api/v1/agencies/{id}" => { get agencies::read_agency, put agencies::change_agency }
    "/api/v1/people" => { get people::list_people, post people::add_person }
    "/api/v1/people/{id}" => { get people::read_person, put people::change_person }
    "/api/v1/people/{id}/factors" => { delete factors::reset_factors }
    "/api/v1/people/{id}/sessions" => { delete own_sessions::end_sessions_of }
    "/api/v1/people/{id}/invitations" => { post accounts::invite_person }
    "/api/v1/people/{id}/absences" => { get people::list_absences, post people::add_absence }
    "/api/v1/people/{id}/absences/{absence_id}" => { delete people::remove_absence }
    "/api/v1/posts" => { get posts::list_posts, post posts::add_post }
    "/api/v1/posts/{id}" => { get posts::read_post, put posts::change_post }
    "/api/v1/policies" => { get policies::list_policies, post policies::propose_policy }
    "/api/v1/policies/simulations" => { post simulations::simulate_policy }
    "/api/v1/policies/{key}/versions/{version}" => { get policies::read_policy }
    "/api/v1/policies/{key}/versions/{version}/publications" => { post policies::publish_policy }
    "/api/v1/escalations" => { get escalations::list_escalations, post escalations::begin_draft }
    "/api/v1/exports/escalations" => { get exports::export_escalations }
    "/api/v1/escalations/{id}" => { get escalations::read_escalation }
    "/api/v1/escalations/{id}/draft" => { put escalations::change_draft }
    "/api/v1/escalations/{id}/timeline" => { get escalations::read_timeline }
    "/api/v1/escalations/{id}/picture" => { get reports::picture_escalation }
    "/api/v1/escalations/{id}/notices" => { get escalations::read_notices }
    "/api/v1/escalations/{id}/raising" => { post commands::raise_escalation }
    "/api/v1/escalations/{id}/acknowledgements" => { post commands::acknowledge_escalation }
    "/api/v1/escalations/{id}/positions" => { post commands::state_position }
    "/api/v1/escalations/{id}/responses" => { post commands::respond_to_escalation }
    "/api/v1/escalations/{id}/early-escalations" => { post commands::escalate_early }
    "/api/v1/escalations/{id}/proposals" => { post commands::propose_outcome }
    "/api/v1/escalations/{id}/proposals/{number}/confirmations" => { post commands::confirm_proposal }
    "/api/v1/escalations/{id}/proposals/{number}/refusals" => { post commands::decline_proposal }
    "/api/v1/escalations/{id}/determinations" => { post commands::determine_outcome }
    "/api/v1/escalations/{id}/withdrawals" => { post commands::withdraw_escalation }
    "/api/v1/escalations/{id}/reopenings" => { post commands::reopen_escalation }
    "/api/v1/escalations/{id}/protective-deadlines" => { post commands::set_protective_deadline }
    "/api/v1/escalations/{id}/meetings" => { post commands::arrange_meeting }
    "/api/v1/escalations/{id}/meetings/{number}/records" => { post commands::record_meeting }
    "/api/v1/escalations/{id}/actions" => { post commands::set_action }
    "/api/v1/escalations/{id}/actions/{number}/completions" => { post commands::complete_action }
    "/api/v1/escalations/{id}/feedback" => { post commands::give_feedback }
    "/api/v1/escalations/{id}/debriefs" => { post commands::record_debrief }
    "/api/v1/escalations/{id}/record-confirmations" => { post commands::confirm_record }
    "/api/v1/escalations/{id}/discussions" => { post clock_commands::record_discussion }
    "/api/v1/escalations/{id}/tasks/{key}/completions" => { post clock_commands::complete_task }
    "/api/v1/escalations/{id}/extensions" => { post clock_commands::extend_deadline }
    "/api/v1/escalations/{id}/pauses" => { post clock_commands::pause_clocks }
    "/api/v1/escalations/{id}/resumptions" => { post clock_commands::resume_clocks }
    "/api/v1/escalations/{id}/urgency-changes" => { post clock_commands::change_urgency }
    "/api/v1/escalations/{id}/step-downs" => { post clock_commands::step_down }
    "/api/v1/escalations/{id}/panels" => { post clock_commands::convene_panel }
    "/api/v1/escalations/{id}/referrals" => { post clock_commands::refer_escalation }
    "/api/v1/escalations/{id}/policy-moves" => { post clock_commands::move_policy }
    "/api/v1/escalations/{id}/views" => { get restricting::read_views }
    "/api/v1/escalations/{id}/restrictions" => { post restricting::restrict_escalation }
    "/api/v1/escalations/{id}/restriction-liftings" => { post restricting::lift_restriction }
    "/api/v1/escalations/{id}/break-glass" => { post restricting::break_glass }
    "/api/v1/escalations/{id}/break-glass/{number}/reviews" => { post restricting::review_glass_break }
    "/api/v1/notices" => { get notices::list_notices }
    "/api/v1/bounces" => { post bounces::hand_in_bounce }
    "/api/v1/signing-keys/rotations" => { get signing_keys::list_key_rotations, post signing_keys::propose_key_rotation }
    "/api/v1/signing-keys/rotations/{number}/approvals" => { post signing_keys::approve_key_rotation }
    "/livez" => { get health::livez }
    "/readyz" => { get health::readyz }
}

/// The methods of an address, as `Allow` names them: where there is GET there is HEAD.
fn allowed(methods: &[&str]) -> String {
    let mut names: Vec<String> = methods.iter().map(|method| method.to_uppercase()).collect();
    if let Some(place) = names.iter().position(|name| name == "GET") {
        names.insert(place + 1, "HEAD".to_owned());
    }
    names.join(", ")
}

/// What the server shows of itself beside the API's operations.
#[derive(Debug, Clone)]
pub struct Face {
    /// The largest request body, in bytes.
    pub body_bytes_max: usize,
    /// How long a body may take to arrive, in seconds.
    pub body_seconds_max: u64,
    /// Whether the API document and its reference page are shown.
    pub docs: bool,
    /// Where to report a weakness.
    pub security_contact: Option<String>,
    /// What people's browsers call this server.
    pub public_url: String,
}

/// Something beside the API, for reading.
fn page(path: &str) -> Resource {
    web::resource(path).default_service(web::to(|| async {
        Err::<&str, _>(Problem::method_not_allowed(allowed(&["get"])))
    }))
}

/// Adds the API, its document and its reference page.
pub fn configure(config: &mut web::ServiceConfig, face: Face) {
    let not_found = || Problem::new(Code::NotFound, "There is nothing at this address.");
    if face.docs {
        config
            .service(page("/api/v1/openapi.json").route(web::get().to(reference::document)))
            .service(page("/api/docs").route(web::get().to(reference::page)));
    }
    config
        .app_data(web::PayloadConfig::new(face.body_bytes_max))
        .app_data(web::QueryConfig::default().error_handler(|error, _| {
            Problem::new(Code::BadRequest, format!("The query cannot be read: {error}.")).into()
        }))
        .app_data(web::PathConfig::default().error_handler(move |_, _| not_found().into()))
        .app_data(web::Data::new(face))
        .configure(operations)
        .service(page(reports::STYLE_SHEET_PATH).route(web::get().to(reports::style_sheet)))
        .service(page("/pages.css").route(web::get().to(reference::style)))
        .service(page("/.well-known/security.txt").route(web::get().to(security_txt::security_txt)))
        .default_service(web::to(move || async move { Err::<&str, _>(not_found()) }));
}
