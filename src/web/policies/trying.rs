//! Trying a policy out: what would happen to a challenge that is raised at a moment, and who would
//! get which message. Nothing is written.

use super::differences::stopped;
use super::{App, PolicyPath, address, curly, version};
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::escalation::Doer;
use crate::policy::Policy;
use crate::simulation::{
    ACTS_MAX, Act, CourseReport, Report, Setting, Simulation, StepReport, calendar_file,
    telling_starts,
};
use crate::web::acts::capital;
use crate::web::fields::{Faults, Field, Kind, Reading, Sent};
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::visitor::Visitor;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// The field that carries a policy that the server does not have.
pub(super) const TEXT: &str = "text";
/// Set by the buttons of this page: which form the answer has.
const AS: &str = "as";

/// A step in a table.
struct Row {
    when: String,
    what: Vec<String>,
    /// Each deadline that is new in this step, and how it came about.
    due: Vec<(String, String)>,
    told: Vec<String>,
}

/// What becomes of one challenge.
struct Course {
    raised: String,
    rows: Vec<Row>,
    stands: String,
    unplayed: Vec<String>,
}

#[derive(Template)]
#[template(path = "policy_simulation.html", config = "src/web/askama.toml")]
struct SimulationPage {
    frame: Frame,
    back: String,
    action: String,
    title: String,
    version: i32,
    text: Option<String>,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    form_token: String,
    courses: Vec<Course>,
}

/// What is tried, and where.
struct Tried {
    policy: Policy,
    /// Its file, where the server does not have it.
    text: Option<String>,
    back: String,
    action: String,
}

/// `GET /partnerships/{id}/policies/{key}/{version}/simulation`: what to try.
pub(super) async fn form(
    app: App,
    visitor: Visitor,
    path: PolicyPath,
) -> Result<HttpResponse, Refused> {
    let tried = of_version(&app, &visitor, path).await?;
    let fields = fields(&tried.policy);
    Ok(page(&visitor, &tried, fields, &Faults::default(), Vec::new(), StatusCode::OK))
}

/// `POST /partnerships/{id}/policies/{key}/{version}/simulation`: tries it.
pub(super) async fn try_version(
    app: App,
    request: HttpRequest,
    posted: Posted,
    path: PolicyPath,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields } = posted;
    let tried = of_version(&app, &visitor, path).await?;
    tried_out(&request, &visitor, tried, &fields).await
}

/// `POST /policies/simulation`: the same with a file that the server does not have. Sent by the page
/// where it is written, it asks first what to try.
pub(super) async fn try_text(
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let text = sent.remove(TEXT).unwrap_or_default().replace("\r\n", "\n");
    let policy = match Policy::parse(&text) {
        Ok(policy) => policy,
        Err(mistakes) => return Ok(super::editor::with_mistakes(&visitor, text, &mistakes)),
    };
    let tried = Tried {
        policy,
        text: Some(text),
        back: "/policies/check".to_owned(),
        action: "/policies/simulation".to_owned(),
    };
    if !sent.contains_key(AS) {
        let fields = fields(&tried.policy);
        return Ok(page(&visitor, &tried, fields, &Faults::default(), Vec::new(), StatusCode::OK));
    }
    tried_out(&request, &visitor, tried, &sent).await
}

async fn of_version(app: &App, visitor: &Visitor, path: PolicyPath) -> Result<Tried, Refused> {
    let stored = version(app, visitor, path).await?.stored;
    let back = address(stored.partnership_id, &stored.which());
    let action = format!("{back}/simulation");
    Ok(Tried { policy: stored.policy, text: None, back, action })
}

fn fields(policy: &Policy) -> Vec<Field> {
    let classes = policy.urgency_classes.iter();
    let classes = classes.map(|key| (key.clone(), capital(&key.replace('_', " ")))).collect();
    let areas = policy.areas_of_disagreement.iter();
    let areas = areas.map(|area| (area.key.clone(), area.title.clone())).collect();
    let first_area = policy.areas_of_disagreement.first().map(|area| area.key.as_str());
    vec![
        Field::new("start", "When is the challenge raised?", Kind::Instant).optional().hint(
            "Left empty, some telling moments are tried: a Friday afternoon, Christmas Eve, the \
             change of the clocks.",
        ),
        Field::new("urgency_class", "How urgent is it?", Kind::Choice(classes))
            .holding(Some(policy.ordinary_class())),
        Field::new("area_of_disagreement", "What is it about?", Kind::Pick(areas))
            .holding(first_area),
        Field::new("acts", "What do people do?", Kind::Prose).optional().hint(
            "One act a line, such as “stage 1 + 2 working days: receiving acknowledges”. Left empty, \
             everybody is silent.",
        ),
    ]
}

async fn tried_out(
    request: &HttpRequest,
    visitor: &Visitor,
    tried: Tried,
    sent: &Sent,
) -> Result<HttpResponse, Refused> {
    crate::web::reports::check(visitor, request)?;
    let fields: Vec<Field> =
        fields(&tried.policy).into_iter().map(|field| field.filled_with(sent)).collect();
    let calendar = Calendar::new(tried.policy.calendar.clone());
    let calendar = calendar.map_err(|error| broken(&error.to_string()))?;
    let mut reading = Reading::of(sent, &fields, &calendar);
    let start = reading.instant("start");
    let setting = Setting {
        urgency_class: reading.choice("urgency_class"),
        area_of_disagreement: reading.choice("area_of_disagreement"),
        ..Setting::default()
    };
    let mut faults = reading.faults;
    let acts = acts(sent, &mut faults);
    if !faults.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(page(visitor, &tried, fields, &faults, Vec::new(), status));
    }
    let policy = tried.policy.clone();
    let report = web::block(move || played(policy, setting, start, &acts)).await;
    let report = report.map_err(|_stopped| stopped())?.map_err(|why| broken(&why))?;
    if sent.get(AS).is_some_and(|form| form == "calendar") {
        return Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/calendar; charset=utf-8"))
            .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"simulation.ics\""))
            .body(calendar_file(&report)));
    }
    let courses = report.courses.iter().map(course).collect();
    Ok(page(visitor, &tried, fields, &faults, courses, StatusCode::OK))
}

/// A policy that was checked cannot be played: a fault of ours.
pub(super) fn broken(why: &str) -> Refused {
    tracing::error!(error = why, "a policy cannot be played");
    Refused::Failed { is_passing: false }
}

/// What people do, a line each.
fn acts(sent: &Sent, faults: &mut Faults) -> Vec<Act> {
    let text = sent.get("acts").map_or("", String::as_str);
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let mut acts = Vec::new();
    for (number, line) in lines {
        match line.trim().parse::<Act>() {
            Ok(act) => acts.push(act),
            Err(why) => faults.add("acts", format!("Line {number}: {}", curly(&why))),
        }
    }
    if acts.len() > ACTS_MAX {
        faults.add("acts", format!("Write at most {ACTS_MAX} acts."));
    }
    acts
}

fn played(
    policy: Policy,
    setting: Setting,
    start: Option<UtcInstant>,
    acts: &[Act],
) -> Result<Report, String> {
    let simulation = Simulation::new(policy, setting)?;
    let starts: Vec<UtcInstant> = match start {
        Some(start) => vec![start],
        None => {
            let telling = telling_starts(simulation.policy(), simulation.calendar());
            telling.into_iter().map(|start| start.at).collect()
        }
    };
    let courses: Vec<_> =
        starts.into_iter().map(|start| simulation.play(start, acts, None)).collect();
    Ok(Report::of(&simulation, &courses))
}

fn course(course: &CourseReport) -> Course {
    let mut known: Vec<(&str, UtcInstant)> = Vec::new();
    let mut rows = Vec::new();
    for step in &course.steps {
        let new = step.running.iter().filter(|it| !known.contains(&(it.task.as_str(), it.due_at)));
        let due =
            new.map(|it| (format!("{}: {}", it.title, it.due_at_local), curly(&it.derivation)));
        let due = due.collect();
        known = step.running.iter().map(|it| (it.task.as_str(), it.due_at)).collect();
        rows.push(row(step, due));
    }
    Course {
        raised: course.raised_at_local.clone(),
        rows,
        stands: curly(&course.stands),
        unplayed: course.unplayed.clone(),
    }
}

fn row(step: &StepReport, due: Vec<(String, String)>) -> Row {
    // What time does has no name before it; and each deadline stands in a column of its own.
    let by =
        if step.by == Doer::Time.in_words() { String::new() } else { format!("{}: ", step.by) };
    let happened = step.happened.iter().map(|words| words.split("; due ").next().unwrap_or(words));
    let mut what: Vec<String> =
        happened.map(|words| curly(&capital(&format!("{by}{words}")))).collect();
    if let Some(why) = &step.refused {
        let act = step.act.as_deref().unwrap_or("An act");
        what.push(format!("Refused: {act}. {}", curly(why)));
    }
    let told = step.told.iter().map(|told| {
        let asked = if told.is_asked { ": asked to act" } else { "" };
        format!("{}{asked}", curly(&told.name))
    });
    Row { when: step.at_local.clone(), what, due, told: told.collect() }
}

fn page(
    visitor: &Visitor,
    tried: &Tried,
    fields: Vec<Field>,
    faults: &Faults,
    courses: Vec<Course>,
    status: StatusCode,
) -> HttpResponse {
    let (title, version) = (tried.policy.title.clone(), tried.policy.version);
    let page = SimulationPage {
        frame: Frame::of(visitor, format!("Try out version {version} of {title}"))
            .with_faults(!faults.is_empty()),
        back: tried.back.clone(),
        action: tried.action.clone(),
        title,
        version,
        text: tried.text.clone(),
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        form_token: visitor.form_token.clone(),
        courses,
    };
    show(status, &page)
}
