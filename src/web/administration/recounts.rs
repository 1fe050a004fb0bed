//! Working the deadlines of a partnership's open cases out again: first what would move, then that.

use super::App;
use super::closures::{address, decided, is_sure};
use crate::calendar::Calendar;
use crate::directory::Partnership;
use crate::engine::{MovedDeadline, RecountWish, Request};
use crate::escalation::Prose;
use crate::ids::PartnershipId;
use crate::store::idempotency::StoredAnswer;
use crate::web::acting::{Once, answer_with};
use crate::web::directory::id;
use crate::web::fields::{Field, Kind, Reading};
use crate::web::frame::see_other;
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::{SURE, Sheet};
use crate::web::visitor::Visitor;
use actix_web::{HttpResponse, web};

fn sheet(partnership: &Partnership) -> Sheet {
    Sheet {
        title: "Work deadlines out again".to_owned(),
        caption: partnership.name.clone(),
        lead: vec![
            "A holiday or a closure that became known after a stage began moves its deadline only \
             by this. You see first what would move."
                .to_owned(),
        ],
        action: format!("/administration/recounts/{}", partnership.id),
        back: (address(partnership.id), "Closures".to_owned()),
        button: "Go on",
        ..Sheet::default()
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::new("reason", "Why?", Kind::Prose)
            .hint("It stands on the timeline of each case that moves."),
    ]
}

/// `GET /administration/recounts/{partnership}`
pub(super) async fn form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let partnership = decided(&app, &visitor, id(&path)?).await?;
    Ok(sheet(&partnership).blank(&visitor, fields(), 0))
}

fn in_words(moved: &MovedDeadline, calendar: &Calendar) -> String {
    let (before, after) = (calendar.say(moved.due_before), calendar.say(moved.due_after));
    format!("{}, stage {}: due {before} → {after}", moved.reference, moved.stage)
}

/// What would move, a line each.
async fn preview(
    app: &App,
    visitor: &Visitor,
    which: PartnershipId,
    reason: Prose,
) -> Result<Vec<String>, Refused> {
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let actor = visitor.actor.clone();
    let request = Request { actor, expected_version: None, idempotency: None };
    let wish = RecountWish { partnership_id: which, reason, apply: false };
    let answering = move |moved: &Vec<MovedDeadline>| {
        let lines: Vec<String> = moved.iter().map(|it| in_words(it, &calendar)).collect();
        Ok(StoredAnswer { body: serde_json::to_string(&lines)?, ..answer_with(String::new())? })
    };
    let answered = app.recount(request, wish, answering).await?;
    serde_json::from_str(&answered.answer.body)
        .map_err(|error| crate::engine::EngineError::Entry(error).into())
}

/// `POST /administration/recounts/{partnership}`
pub(super) async fn recount(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let which: PartnershipId = id(&path)?;
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let sure = sent.remove(SURE);
    let sheet = sheet(&decided(&app, &visitor, which).await?);
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let fields: Vec<Field> = fields().into_iter().map(|field| field.filled_with(&sent)).collect();
    let mut form = Reading::of(&sent, &fields, &calendar);
    let reason = form.needed_prose("reason");
    let faults = form.faults;
    let Some(reason) = reason else {
        return Ok(sheet.again(&visitor, fields, &faults, &once));
    };
    let warnings = preview(&app, &visitor, which, reason.clone()).await?;
    if warnings.is_empty() {
        // Sent a second time, it has been done: nothing is left to move.
        let done = if sure.is_some() { "recounted" } else { "nothing-moves" };
        return Ok(see_other(&format!("{}?done={done}", address(which))));
    }
    if !is_sure(sure.as_ref(), &warnings) {
        let sheet = Sheet { warnings, button: "Move these deadlines", is_grave: true, ..sheet };
        return Ok(sheet.asks(&visitor, fields, &once));
    }
    let request =
        Request { expected_version: None, ..once.request(&visitor, &sheet.action, &sent) };
    let wish = RecountWish { partnership_id: which, reason, apply: true };
    let answering =
        move |_: &Vec<MovedDeadline>| answer_with(format!("{}?done=recounted", address(which)));
    let done = app.recount(request, wish, answering).await;
    sheet.answered(&visitor, fields, (&once, 0), done)
}
