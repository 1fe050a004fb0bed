//! Lists for a spreadsheet: comma-separated values (RFC 4180), and no cell that a spreadsheet would
//! take for a formula.

use super::escalations::ReadProblems;
use super::extract::{App, Signed};
use super::problem::Problem;
use super::views::EscalationSummary;
use crate::escalation::Status;
use crate::ids::PartnershipId;
use crate::rendering::inert;
use crate::store::escalations::Filter;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

/// How many cases are read at once.
const PAGE: i64 = 200;
/// What of a case stands in its row: keys of [`EscalationSummary`].
const COLUMNS: [&str; 15] = [
    "reference",
    "status",
    "stage",
    "stage_count",
    "stage_title",
    "raising_agency",
    "receiving_agency",
    "area_of_disagreement",
    "urgency_class",
    "drafted_at",
    "raised_at",
    "due_at",
    "due_in_words",
    "overdue",
    "id",
];

/// Which cases are exported.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Only in this status.
    status: Option<Status>,
    /// Only of this partnership.
    partnership_id: Option<PartnershipId>,
}

/// Export cases to a spreadsheet
///
/// Those that you may see, in the order of the list, one a row. No child and no narrative stands in
/// it. A cell that begins with a sign by which a spreadsheet calculates has an apostrophe before it.
#[utoipa::path(
    get, path = "/api/v1/exports/escalations", tag = "escalations", params(ExportQuery),
    responses((status = 200, description = "The rows.", body = String, content_type = "text/csv; charset=utf-8"), ReadProblems),
    security(("bearer" = []))
)]
pub async fn export_escalations(
    app: App,
    signed: Signed,
    query: web::Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let ExportQuery { status, partnership_id } = query.into_inner();
    let filter = Filter { status, partnership_id, ..Filter::default() };
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(COLUMNS).map_err(failed)?;
    let (now, mut after) = (app.now(), None);
    loop {
        let page = app.list_cases(signed.0.clone(), filter.clone(), after, PAGE).await?;
        for listed in &page {
            let row = serde_json::to_value(EscalationSummary::of(listed, now)).map_err(failed)?;
            let cells = COLUMNS.iter().map(|column| cell(row.get(column)));
            rows.write_record(cells).map_err(failed)?;
        }
        after = page.last().map(|listed| listed.place);
        if i64::try_from(page.len()).is_ok_and(|count| count < PAGE) {
            break;
        }
    }
    let text = rows.into_inner().map_err(failed)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"escalations.csv\""))
        .body(text))
}

fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => inert(text).into_owned(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

fn failed(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "writing an export failed");
    Problem::internal()
}
