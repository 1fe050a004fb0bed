//! Playing a policy: a question that is too long for an address. Nothing is written.

use super::extract::{App, Ask};
use super::policies::all_in;
use super::problem::{Code, Problem, ProblemBody};
use crate::calendar::Calendar;
use crate::directory::Sector;
use crate::engine::EngineError;
use crate::escalation::{FieldFault, Refusal};
use crate::policy::Policy;
use crate::simulation::{
    ACTS_MAX, Act, Missing, Report, STARTS_MAX, Setting, Simulation, WallTime, calendar_file,
    telling_starts,
};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

/// A policy version that the server has.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyVersionBody {
    /// Its key.
    pub key: String,
    /// Its version.
    pub version: i32,
}

/// A policy to play, and what happens. Either `text` or `policy` is needed; all else may be left
/// out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulationBody {
    /// The text of a policy file.
    pub text: Option<String>,
    /// A version that the server has, instead.
    pub policy: Option<PolicyVersionBody>,
    /// When the challenge is raised, at most 50 times; a telling set if left out.
    #[serde(default)]
    pub starts: Vec<WallTime>,
    /// What people do, at most 100 acts; everybody is silent if left out.
    #[serde(default)]
    pub script: Vec<Act>,
    /// The urgency class; the ordinary one if left out.
    pub urgency_class: Option<String>,
    /// The area of disagreement; the policy's first if left out.
    pub area_of_disagreement: Option<String>,
    /// What kind of agency raises it; a school if left out.
    pub raising_sector: Option<Sector>,
    /// What kind of agency receives it; children's social care if left out.
    pub receiving_sector: Option<Sector>,
    /// When the child must be safe.
    pub protective_deadline: Option<WallTime>,
    /// The day on which the decision was received.
    pub decision_received_on: Option<NaiveDate>,
    /// Posts that nobody holds.
    #[serde(default)]
    pub vacant: Vec<Missing>,
    /// Posts whose holder is away without a deputy.
    #[serde(default)]
    pub absent: Vec<Missing>,
    /// Until when the case is followed; for a year and a bit if left out.
    pub until: Option<WallTime>,
}

/// What a question answers that cannot be answered.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers for the API document")]
pub enum QuestionProblems {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemBody),
    /// Nobody is signed in.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(ProblemBody),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// The body is not JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(ProblemBody),
    /// Fields are at fault, or the policy has mistakes: all of them are named.
    #[response(status = 422, content_type = "application/problem+json")]
    Faulty(ProblemBody),
}

impl SimulationBody {
    fn setting(&self) -> Setting {
        let usual = Setting::default();
        Setting {
            urgency_class: self.urgency_class.clone(),
            area_of_disagreement: self.area_of_disagreement.clone(),
            raising_sector: self.raising_sector.unwrap_or(usual.raising_sector),
            receiving_sector: self.receiving_sector.unwrap_or(usual.receiving_sector),
            protective_deadline: self.protective_deadline,
            decision_received_on: self.decision_received_on,
            vacant: self.vacant.clone(),
            absent: self.absent.clone(),
            first_number: usual.first_number,
        }
    }

    fn faults(&self, policy: &Policy, setting: &Setting) -> Vec<FieldFault> {
        let mut faults = setting.faults(policy);
        if self.starts.len() > STARTS_MAX {
            let detail = format!("must hold at most {STARTS_MAX} starts");
            faults.push(FieldFault::new("/starts", detail));
        }
        if self.script.len() > ACTS_MAX {
            faults.push(FieldFault::new("/script", format!("must hold at most {ACTS_MAX} acts")));
        }
        faults
    }
}

/// Play a policy
///
/// Tells what would happen to a challenge that is raised at these times, if people did this and
/// failed to do that: each deadline with its sum in words, who is told what and when, in local
/// time, in a made-up partnership. Nothing is written, so it needs neither If-Match nor a key. With
/// `Accept: text/calendar` the answer is a calendar file (RFC 5545).
#[utoipa::path(
    post, path = "/api/v1/policies/simulations", tag = "policies",
    request_body = SimulationBody,
    responses(
        (status = 200, description = "What happens, or a calendar file of it.", content(
            (Report = "application/json"), (String = "text/calendar"))),
        QuestionProblems),
    security(("bearer" = []))
)]
pub async fn simulate_policy(
    app: App,
    request: HttpRequest,
    asked: Ask<SimulationBody>,
) -> Result<HttpResponse, Problem> {
    let body = asked.body;
    let policy = match (&body.text, &body.policy) {
        (Some(text), None) => Policy::parse(text).map_err(|mistakes| {
            let fault =
                |mistake: &crate::policy::Mistake| FieldFault::new("/text", mistake.to_string());
            Problem::from(Refusal::Faulty(mistakes.iter().map(fault).collect()))
        })?,
        (None, Some(which)) => {
            let scope = app.directory_scope(asked.request.actor).await?;
            let all: Result<_, crate::store::StoreError> =
                app.store().read(move |r| all_in(r, &scope)).await;
            let mut all = all.map_err(EngineError::Store)?.into_iter().map(|stored| stored.policy);
            let it = all.find(|it| it.key == which.key && it.version == which.version);
            it.ok_or_else(|| {
                Problem::field("/policy", "must be a version that you can see: GET /policies")
            })?
        }
        _ => return Err(Problem::field("/text", "send either text or policy")),
    };
    let setting = body.setting();
    let faults = body.faults(&policy, &setting);
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults).into());
    }
    let report = web::block(move || played(&body, policy, setting)).await;
    let report = report.map_err(|_stopped: actix_web::error::BlockingError| {
        Problem::new(Code::Unavailable, "Nothing was changed. Try again in a few seconds.")
    })??;
    if wants_calendar(&request) {
        let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
        return Ok(HttpResponse::Ok().insert_header(kind).body(calendar_file(&report)));
    }
    Ok(super::answer::plain(&report))
}

fn played(body: &SimulationBody, policy: Policy, setting: Setting) -> Result<Report, Problem> {
    let simulation = Simulation::new(policy, setting)
        .map_err(|error| Problem::field("/text", format!("calendar: {error}")))?;
    let calendar: &Calendar = simulation.calendar();
    let starts: Vec<_> = if body.starts.is_empty() {
        let telling = telling_starts(simulation.policy(), calendar);
        telling.into_iter().map(|start| start.at).collect()
    } else {
        body.starts.iter().map(|time| time.instant(calendar)).collect()
    };
    let until = body.until.map(|time| time.instant(calendar));
    let play = |start| simulation.play(start, &body.script, until);
    let courses: Vec<_> = starts.into_iter().map(play).collect();
    Ok(Report::of(&simulation, &courses))
}

fn wants_calendar(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept
        .is_some_and(|kinds| kinds.split(',').any(|kind| kind.trim().starts_with("text/calendar")))
}
