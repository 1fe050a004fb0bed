//! The days on which a partnership is closed, and working deadlines out again by them.

use super::App;
use crate::access;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::Partnership;
use crate::engine::{EngineError, Request};
use crate::escalation::Line;
use crate::ids::PartnershipId;
use crate::store::StoreError;
use crate::store::closures::{self, Closure};
use crate::web::acting::{Once, answer_with};
use crate::web::directory::{Paging, PlaceQuery, id};
use crate::web::fields::{Field, Kind, Reading};
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::{SURE, Sheet, sure_of};
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

struct Row {
    day: String,
    reason: String,
    state: String,
    /// Where it is withdrawn, while that can be done.
    withdraw: Option<String>,
}

#[derive(Template)]
#[template(path = "closures.html", config = "src/web/askama.toml")]
struct ClosuresPage {
    frame: Frame,
    name: String,
    address: String,
    recount: String,
    done: Option<&'static str>,
    rows: Vec<Row>,
    paging: Paging,
    is_officer: bool,
}

/// A partnership that somebody has a part in, and whether they decide on its days.
pub(super) async fn known(
    app: &App,
    visitor: &Visitor,
    which: PartnershipId,
) -> Result<(Partnership, bool), Refused> {
    let all = app.partnerships_of(visitor.actor.clone()).await?;
    let found = all.into_iter().find(|it| it.id == which).ok_or(Refused::NotFound)?;
    let is_officer = access::may_set_rules(&visitor.actor, which).is_ok();
    Ok((found, is_officer))
}

/// The same, for officers alone.
pub(super) async fn decided(
    app: &App,
    visitor: &Visitor,
    which: PartnershipId,
) -> Result<Partnership, Refused> {
    let (partnership, _) = known(app, visitor, which).await?;
    access::may_set_rules(&visitor.actor, which).map_err(EngineError::from)?;
    Ok(partnership)
}

pub(super) fn address(which: PartnershipId) -> String {
    format!("/administration/closures/{which}")
}

fn in_words(day: NaiveDate) -> String {
    day.format("%A %-d %B %Y").to_string()
}

fn row(it: &Closure, today: NaiveDate, is_officer: bool) -> Row {
    let can_go = it.withdrawn.is_none() && it.day > today && is_officer;
    Row {
        day: in_words(it.day),
        reason: it.reason.clone(),
        state: if it.withdrawn.is_some() { "Withdrawn" } else { "Counts" }.to_owned(),
        withdraw: can_go.then(|| format!("{}/{}/withdraw", address(it.partnership_id), it.day)),
    }
}

fn done_in_words(done: Option<&str>) -> Option<&'static str> {
    match done? {
        "added" => Some(
            "The day is closed. It counts for every deadline that is worked out from now on; what \
             is due already stays due.",
        ),
        "withdrawn" => Some("The closure is withdrawn. It counts no more."),
        "recounted" => Some(
            "The deadlines were worked out again. Each case that moved says so on its timeline.",
        ),
        "nothing-moves" => Some("No deadline would move. Nothing was changed."),
        _ => None,
    }
}

/// `GET /administration/closures/{partnership}`
pub(super) async fn list(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let which: PartnershipId = id(&path)?;
    let (partnership, is_officer) = known(&app, &visitor, which).await?;
    let found: Result<Vec<Closure>, StoreError> =
        app.store().read(move |r| closures::list(r, which)).await;
    let mut all = found.map_err(EngineError::Store)?;
    // What is to come stands before what was.
    all.sort_by_key(|it| std::cmp::Reverse(it.day));
    let today = today(app.now());
    let paging = Paging::of(query.page, all.len())?;
    let (from, limit) = Paging::rows(query.page);
    let page = ClosuresPage {
        frame: Frame::of(
            &visitor,
            format!("Closures of {}{}", partnership.name, paging.in_title()),
        ),
        name: partnership.name,
        address: address(which),
        recount: format!("/administration/recounts/{which}"),
        done: done_in_words(query.done.as_deref()),
        rows: all.iter().skip(from).take(limit).map(|it| row(it, today, is_officer)).collect(),
        paging,
        is_officer,
    };
    Ok(show(StatusCode::OK, &page))
}

fn today(now: UtcInstant) -> NaiveDate {
    now.utc().date_naive()
}

fn adding(partnership: &Partnership) -> Sheet {
    let address = address(partnership.id);
    Sheet {
        title: "Add a closure".to_owned(),
        caption: partnership.name.clone(),
        lead: vec![
            "A day on which nobody works, beside weekends and bank holidays. Deadlines in working \
             days do not count it."
                .to_owned(),
        ],
        action: format!("{address}/add"),
        back: (address, "Closures".to_owned()),
        button: "Add the closure",
        ..Sheet::default()
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::new("day", "Which day?", Kind::Date).hint("For example, 29 12 2026."),
        Field::new("reason", "Why?", Kind::Line)
            .hint("Such as: Offices closed between Christmas and New Year."),
    ]
}

/// `GET /administration/closures/{partnership}/add`
pub(super) async fn add_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let partnership = decided(&app, &visitor, id(&path)?).await?;
    Ok(adding(&partnership).blank(&visitor, fields(), 0))
}

/// What the closure would do to the cases that are open.
async fn foreseen(
    app: &App,
    visitor: &Visitor,
    which: PartnershipId,
    day: NaiveDate,
) -> Result<Vec<String>, Refused> {
    let found = app.foresee_closure(visitor.actor.clone(), which, day).await?;
    let mut lines = vec![
        "What is due already stays due. The day counts for every deadline that is worked out from \
         now on."
            .to_owned(),
    ];
    if found.is_empty() {
        lines.push("No open case would move if you worked the deadlines out again.".to_owned());
        return Ok(lines);
    }
    lines.push("If you then work the deadlines out again, these move:".to_owned());
    lines.extend(found.into_iter().map(|it| it.words.replace("->", "→")));
    Ok(lines)
}

/// `POST /administration/closures/{partnership}/add`
pub(super) async fn add(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let which: PartnershipId = id(&path)?;
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let sure = sent.remove(SURE);
    let sheet = adding(&decided(&app, &visitor, which).await?);
    let calendar: Calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let fields: Vec<Field> = fields().into_iter().map(|field| field.filled_with(&sent)).collect();
    let mut form = Reading::of(&sent, &fields, &calendar);
    let (day, reason): (Option<NaiveDate>, Option<Line>) =
        (form.needed_date("day"), form.needed_line("reason"));
    let faults = form.faults;
    let (Some(day), Some(reason)) = (day, reason) else {
        return Ok(sheet.again(&visitor, fields, &faults, &once));
    };
    // A form that is sent twice is answered as it was: meanwhile cases may have moved.
    if sure.is_none() {
        let warnings = foreseen(&app, &visitor, which, day).await?;
        return Ok(Sheet { warnings, ..sheet }.asks(&visitor, fields, &once));
    }
    let request =
        Request { expected_version: None, ..once.request(&visitor, &sheet.action, &sent) };
    let answering = move |_: &Closure| answer_with(format!("{}?done=added", address(which)));
    let done = app.add_closure(request, which, day, reason, answering).await;
    sheet.answered(&visitor, fields, (&once, 0), done)
}

fn withdrawal(partnership: &Partnership, day: NaiveDate) -> Sheet {
    let address = address(partnership.id);
    Sheet {
        title: "Withdraw a closure".to_owned(),
        caption: format!("{}, {}", in_words(day), partnership.name),
        lead: vec![
            "The day counts as any other for every deadline that is worked out from now on. What is \
             due already stays due."
                .to_owned(),
        ],
        action: format!("{address}/{day}/withdraw"),
        back: (address, "Closures".to_owned()),
        button: "Withdraw the closure",
        ..Sheet::default()
    }
}

/// `GET /administration/closures/{partnership}/{day}/withdraw`
pub(super) async fn withdraw_form(
    app: App,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (which, day) = path.into_inner();
    let (which, day): (PartnershipId, NaiveDate) = (id(&which)?, id(&day)?);
    let partnership = decided(&app, &visitor, which).await?;
    Ok(withdrawal(&partnership, day).blank(&visitor, Vec::new(), 0))
}

/// `POST /administration/closures/{partnership}/{day}/withdraw`
pub(super) async fn withdraw(
    app: App,
    posted: Posted,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (which, day) = path.into_inner();
    let (which, day): (PartnershipId, NaiveDate) = (id(&which)?, id(&day)?);
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let sheet = withdrawal(&decided(&app, &visitor, which).await?, day);
    let request =
        Request { expected_version: None, ..once.request(&visitor, &sheet.action, &sent) };
    let answering = move |_: &Closure| answer_with(format!("{}?done=withdrawn", address(which)));
    let done = app.withdraw_closure(request, which, day, answering).await;
    sheet.answered(&visitor, Vec::new(), (&once, 0), done)
}

/// Whether what was confirmed is what follows.
pub(super) fn is_sure(sure: Option<&String>, warnings: &[String]) -> bool {
    sure.is_some_and(|sure| *sure == sure_of(warnings))
}
