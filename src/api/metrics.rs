//! Numbers for the operator's monitoring, in Prometheus' text form, on an address of their own.
//! Nothing of a case or a person is in them.

use super::extract::App;
use crate::engine::{Engine, Numbers};
use actix_web::{HttpResponse, web};
use metrics::{Unit, describe_gauge, gauge, with_local_recorder};
use metrics_exporter_prometheus::PrometheusBuilder;

/// Puts `/metrics` in its place.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/metrics", web::get().to(read));
}

async fn read(app: App) -> HttpResponse {
    let engine: &Engine = &app;
    match engine.numbers().await {
        Ok(numbers) => HttpResponse::Ok()
            .content_type("text/plain; version=0.0.4; charset=utf-8")
            .body(in_text(&numbers)),
        Err(error) => {
            tracing::error!(%error, "asking the database for numbers failed");
            HttpResponse::ServiceUnavailable().body("the database does not answer\n")
        }
    }
}

/// Every number, with what it means. Each is made anew when it is asked for: nothing is counted in
/// memory, so two nodes say the same of what they share.
fn in_text(numbers: &Numbers) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    with_local_recorder(&recorder, || {
        for (name, unit, what, value) in all(numbers) {
            describe_gauge!(name, unit, what);
            gauge!(name).set(value);
        }
    });
    recorder.handle().render()
}

fn all(numbers: &Numbers) -> Vec<(&'static str, Unit, &'static str, f64)> {
    let ailments = numbers.signs.ailments();
    let is_ready = !ailments.iter().any(|it| it.is_grave());
    let yes = |is_so: bool| if is_so { 1.0 } else { 0.0 };
    let seconds =
        |seconds: i64| std::time::Duration::from_secs(seconds.unsigned_abs()).as_secs_f64();
    let count = |count: i64| seconds(count);
    let age = |age: Option<std::time::Duration>| age.map(|age| age.as_secs_f64());
    let mut all = vec![
        ("bscp_ready", Unit::Count, "1 if this node can do its work.", yes(is_ready)),
        (
            "bscp_well",
            Unit::Count,
            "1 if nothing is wrong: then the heartbeat goes out.",
            yes(ailments.is_empty()),
        ),
        (
            "bscp_set_aside_cases",
            Unit::Count,
            "Cases that time could not act on.",
            count(numbers.signs.set_aside_count),
        ),
        (
            "bscp_clock_in_doubt",
            Unit::Count,
            "1 if this node stands aside because of its clock.",
            yes(numbers.signs.clock.is_some()),
        ),
        (
            "bscp_notices_waiting",
            Unit::Count,
            "Messages that wait to be sent.",
            count(numbers.waiting_count),
        ),
        (
            "bscp_notices_oldest_seconds",
            Unit::Seconds,
            "For how long the oldest of them waits; 0 if there is none.",
            seconds(numbers.oldest_waiting_seconds.unwrap_or(0).max(0)),
        ),
        (
            "bscp_notices_failed",
            Unit::Count,
            "Messages that were given up.",
            count(numbers.failed_count),
        ),
    ];
    // Where the database does not answer this is not known, and 0 would say that all is well.
    if let Some(unacted) = numbers.signs.unacted_seconds {
        let what = "For how long the longest waiting deadline has passed without being acted on; 0 if \
                    none has.";
        all.push(("bscp_due_unacted_seconds", Unit::Seconds, what, seconds(unacted.max(0))));
    }
    if let Some(age) = age(numbers.signs.escalator_age) {
        all.push((
            "bscp_escalator_age_seconds",
            Unit::Seconds,
            "How long ago this node last looked for what is due.",
            age,
        ));
    }
    if let Some(age) = age(numbers.signs.deliverer_age) {
        all.push((
            "bscp_deliverer_age_seconds",
            Unit::Seconds,
            "How long ago this node last looked for messages to send.",
            age,
        ));
    }
    all
}
