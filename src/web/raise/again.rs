//! The pages of the journey with what somebody had written before they signed in anew.

use super::steps::{Step, fields};
use super::{App, danger_fields, danger_page, draft_of, known, question};
use crate::web::acting::Once;
use crate::web::fields::{Faults, Sent};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;

/// The first question.
pub(in crate::web) async fn begin_again(
    app: &App,
    visitor: &Visitor,
    mut sent: Sent,
    faults: &Faults,
    status: StatusCode,
) -> Result<HttpResponse, Refused> {
    let once = Once::taken_from(&mut sent)?;
    let asked = danger_fields(app, visitor).await?;
    let fields = asked.into_iter().map(|field| field.filled_with(&sent)).collect();
    Ok(danger_page(visitor, fields, faults, once.form_key, status))
}

/// A page of a draft.
pub(in crate::web) async fn step_again(
    app: &App,
    visitor: &Visitor,
    (id, step): (&str, &str),
    mut sent: Sent,
    (faults, status): (&Faults, StatusCode),
) -> Result<HttpResponse, Refused> {
    let step = Step::at(step)?;
    let once = Once::taken_from(&mut sent)?;
    let (view, draft) = draft_of(app, visitor, id).await?;
    let known = known(app, visitor, &view, &draft).await?;
    let asked = fields(step, &view, &draft, &known).into_iter();
    let fields = asked.map(|field| field.filled_with(&sent)).collect();
    Ok(question(visitor, &view, step, fields, faults, &once, status))
}
