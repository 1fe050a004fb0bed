//! Reports on a partnership's disputes, in every form.

use super::escalations::ReadProblems;
use super::extract::{App, Signed};
use super::problem::{Code, Problem};
use crate::directory::Sector;
use crate::engine::{ReportWish, Reported};
use crate::escalation::{Escalation, Refusal};
use crate::ids::{AgencyId, PartnershipId};
use crate::rendering::{
    DisputePicture, RenderingError, ReportForm, STYLE_SHEET, dispute_page, dispute_svg,
};
use crate::reports::{Audience, CaseLine, Filters, Period, Report};
use crate::timeline::Entry;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpResponse, web};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Where the style sheet of the pages stands.
pub const STYLE_SHEET_PATH: &str = "/assets/report.css";
/// The header in which a list says how many cases are missing.
pub(super) const LEFT_OUT_COUNT: HeaderName = HeaderName::from_static("left-out-count");
/// How many entries of a timeline are read at once.
const ENTRIES: i64 = 500;

/// The forms of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// For programs.
    #[default]
    Json,
    /// Comma-separated values, a line a figure.
    Csv,
    /// A spreadsheet.
    Xlsx,
    /// A page that prints.
    Html,
    /// A document to print.
    Pdf,
}

impl Form {
    /// The form of the report outside the API; none of what is for programs.
    fn outside(self) -> Option<ReportForm> {
        match self {
            Self::Json => None,
            Self::Csv => Some(ReportForm::Csv),
            Self::Xlsx => Some(ReportForm::Xlsx),
            Self::Html => Some(ReportForm::Html),
            Self::Pdf => Some(ReportForm::Pdf),
        }
    }
}

/// The forms of a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PictureForm {
    /// A page with the picture and its table.
    #[default]
    Html,
    /// The picture alone.
    Svg,
}

impl PictureForm {
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Html => ReportForm::Html.media_type(),
            Self::Svg => "image/svg+xml",
        }
    }
}

/// The forms of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListForm {
    /// For programs.
    #[default]
    Json,
    /// Comma-separated values.
    Csv,
}

/// A query with a period and filters, and what an operation asks beside them: the address of a
/// report is flat, so that it can be kept and sent on.
macro_rules! period_query {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$field_doc])* pub(super) $field: $type,)*
            /// The financial year that begins on 1 April of this year. Without any period it is the
            /// one that is running.
            #[param(minimum = 2000, maximum = 2200)]
            financial_year: Option<i32>,
            /// A quarter of a calendar year, such as `2026-Q4`.
            quarter: Option<String>,
            /// The first day, with `to`.
            from: Option<NaiveDate>,
            /// The last day, with `from`.
            to: Option<NaiveDate>,
            /// Raised or received by these agencies: ids, with commas between them.
            agencies: Option<String>,
            /// Raised or received by agencies of these sectors, with commas between them.
            sectors: Option<String>,
            /// Under a policy for these topics, with commas between them.
            topics: Option<String>,
            /// About these areas of disagreement, with commas between them.
            areas_of_disagreement: Option<String>,
            /// About this level of need.
            level_of_need: Option<String>,
            /// In these urgency classes, with commas between them.
            urgency_classes: Option<String>,
        }

        impl $name {
            pub(super) fn cases(&self) -> Cases<'_> {
                Cases {
                    financial_year: self.financial_year,
                    quarter: self.quarter.as_deref(),
                    days: (self.from, self.to),
                    agencies: self.agencies.as_deref(),
                    sectors: self.sectors.as_deref(),
                    topics: self.topics.as_deref(),
                    areas_of_disagreement: self.areas_of_disagreement.as_deref(),
                    level_of_need: self.level_of_need.as_deref(),
                    urgency_classes: self.urgency_classes.as_deref(),
                }
            }
        }
    };
}

period_query! {
    /// A report: in which form, for whom, of which cases.
    ReportQuery {
        /// In which form; for programs if nothing is said.
        #[param(inline)]
        form: Option<Form>,
        /// Whom it is for; officers if nothing is said.
        audience: Option<Audience>,
        /// For publication: counts from 1 to below this are not shown. If nothing is said, what the
        /// server is set to (`reports.suppress_below`, 5 by default); no less than that may be said.
        #[param(minimum = 3, maximum = 100)]
        smallest_count: Option<u32>,
        /// `true` puts the same period a year before beside it.
        beside_year_before: Option<bool>,
    }
}

period_query! {
    /// A list of cases: in which form, of which cases.
    ReportCasesQuery {
        /// In which form; for programs if nothing is said.
        #[param(inline)]
        form: Option<ListForm>,
    }
}

period_query! {
    /// A picture of many cases: in which form, of which cases.
    ReportPictureQuery {
        /// In which form; a page if nothing is said.
        #[param(inline)]
        form: Option<PictureForm>,
    }
}

/// In which form a case's picture is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PictureQuery {
    /// In which form; a page if nothing is said.
    #[param(inline)]
    form: Option<PictureForm>,
}

/// The cases that a report counts, a line each.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportCases {
    /// The lines, the first raised first.
    pub(super) items: Vec<CaseLine>,
    /// How many cases could not be counted.
    pub(super) left_out_count: u64,
}

/// A period and filters as they were asked for.
pub(super) struct Cases<'q> {
    financial_year: Option<i32>,
    quarter: Option<&'q str>,
    days: (Option<NaiveDate>, Option<NaiveDate>),
    agencies: Option<&'q str>,
    sectors: Option<&'q str>,
    topics: Option<&'q str>,
    areas_of_disagreement: Option<&'q str>,
    level_of_need: Option<&'q str>,
    urgency_classes: Option<&'q str>,
}

/// The parts of a list with commas.
fn parts(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The parts of a list with commas, each read as what it must be.
fn read_parts<T: for<'de> Deserialize<'de>>(
    text: Option<&str>,
    pointer: &str,
    must: &str,
) -> Result<Vec<T>, Problem> {
    let read = |part: String| {
        serde_json::from_value(part.into()).map_err(|_unread: serde_json::Error| {
            Problem::field(pointer, format!("must be {must}, with commas between them"))
        })
    };
    parts(text).into_iter().map(read).collect()
}

impl Cases<'_> {
    fn period(&self, today: NaiveDate) -> Result<Period, Problem> {
        let named =
            [self.financial_year.is_some(), self.quarter.is_some(), self.days != (None, None)];
        if named.into_iter().filter(|it| *it).count() > 1 {
            let detail = "name one period: a financial year, a quarter, or two days";
            return Err(Problem::field("/financial_year", detail));
        }
        if let Some(quarter) = self.quarter {
            let read = quarter.split_once("-Q").and_then(|(year, quarter)| {
                Period::quarter(year.parse().ok()?, quarter.parse().ok()?)
            });
            let known = read.filter(|it| (2000..=2200).contains(&it.from.year()));
            return known.ok_or_else(|| Problem::field("/quarter", "must be such as 2026-Q4"));
        }
        match self.days {
            (None, None) => {}
            (Some(from), Some(to)) => {
                let years = (2000..=2200).contains(&from.year()) && to.year() <= 2200;
                let period = Period::dates(from, to).filter(|_| years);
                return period.ok_or_else(|| {
                    Problem::field("/to", "must not be before from, and between 2000 and 2200")
                });
            }
            (None, Some(_)) => return Err(Problem::field("/from", "name the first day too")),
            (Some(_), None) => return Err(Problem::field("/to", "name the last day too")),
        }
        let year = self.financial_year.unwrap_or(Period::financial_year_of(today));
        let known = Period::financial_year(year).filter(|_| (2000..=2200).contains(&year));
        known.ok_or_else(|| Problem::field("/financial_year", "must be from 2000 to 2200"))
    }

    fn filters(&self, partnership_id: PartnershipId) -> Result<Filters, Problem> {
        Ok(Filters {
            partnership_id: Some(partnership_id),
            agencies: read_parts::<AgencyId>(self.agencies, "/agencies", "ids of agencies")?,
            sectors: read_parts::<Sector>(self.sectors, "/sectors", "sectors such as school")?,
            topics: parts(self.topics),
            areas_of_disagreement: parts(self.areas_of_disagreement),
            levels_of_need: self.level_of_need.map(str::to_owned).into_iter().collect(),
            urgency_classes: parts(self.urgency_classes),
        })
    }

    /// What is wanted of the cases, for officers.
    pub(super) fn wish(
        &self,
        partnership_id: PartnershipId,
        today: NaiveDate,
    ) -> Result<ReportWish, Problem> {
        Ok(ReportWish {
            partnership_id,
            period: self.period(today)?,
            beside_year_before: false,
            filters: self.filters(partnership_id)?,
            audience: Audience::Officers,
            smallest_count: None,
        })
    }
}

/// An answer of a kind that a browser shows, or one that it saves under a name.
pub(super) fn answer(
    kind: &'static str,
    name: Option<String>,
    body: impl Into<Vec<u8>>,
) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, kind));
    if let Some(name) = name {
        let value = format!("attachment; filename=\"{name}\"");
        answer.insert_header((header::CONTENT_DISPOSITION, value));
    }
    answer.body(body.into())
}

fn unmade(error: &RenderingError) -> Problem {
    tracing::error!(%error, "making a form of a report failed");
    Problem::new(Code::Internal, "The report could not be made. Nothing was changed.")
}

/// Makes a form where it does not keep other requests waiting.
pub(super) async fn made<T: Send + 'static>(
    make: impl FnOnce() -> Result<T, RenderingError> + Send + 'static,
) -> Result<T, Problem> {
    let made = web::block(make).await.map_err(|_stopped: actix_web::error::BlockingError| {
        Problem::new(Code::Unavailable, "Nothing was changed. Try again in a few seconds.")
    })?;
    made.map_err(|error| unmade(&error))
}

pub(super) async fn in_form(
    report: Reported<Report>,
    form: Form,
    links: Vec<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let Reported { it, zone, .. } = report;
    let Some(form) = form.outside() else { return Ok(super::answer::plain(&it)) };
    let Period { from, to, .. } = it.period;
    // A page is shown; what is to be kept has a name.
    let name =
        (form != ReportForm::Html).then(|| format!("disputes-{from}-to-{to}.{}", form.ending()));
    let body = made(move || form.of(&it, zone, STYLE_SHEET_PATH, &links)).await?;
    Ok(answer(form.media_type(), name, body))
}

/// Report on disputes
///
/// How many, who raises and who receives, about what, how far they went, how long each stage took
/// against its limit, what was late and why, what was learned: every figure with its definition. For
/// the partnership's officers. A case from which somebody is excluded is not counted in what they are
/// shown. A report for publication leaves small counts out, takes no filters, and may be published.
#[utoipa::path(
    get, path = "/api/v1/partnerships/{id}/reports/disputes", tag = "reports",
    params(("id" = PartnershipId, Path, description = "Of which partnership."), ReportQuery),
    responses(
        (status = 200, description = "The report, in the form that was asked for.", content(
            (Report = "application/json"), (String = "text/csv; charset=utf-8"),
            (String = "text/html; charset=utf-8"), (String = "application/pdf"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        ReadProblems),
    security(("bearer" = []))
)]
pub async fn report_on_disputes(
    app: App,
    signed: Signed,
    id: web::Path<PartnershipId>,
    query: web::Query<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    query.answer(&app, signed.0, *id, query.form.unwrap_or_default(), Vec::new()).await
}

/// List the cases that a report counts
///
/// One line a case, with what figures are made of; no child, no narrative and nobody's name. At most
/// 50,000. How many cases are missing, because what is counted of them is still being prepared or
/// cannot be read, stands in the header `Left-Out-Count` too: comma-separated values have no other
/// place for it. For the partnership's officers.
#[utoipa::path(
    get, path = "/api/v1/partnerships/{id}/reports/cases", tag = "reports",
    params(("id" = PartnershipId, Path, description = "Of which partnership."), ReportCasesQuery),
    responses(
        (status = 200, description = "The lines.", content(
            (ReportCases = "application/json"), (String = "text/csv; charset=utf-8")),
            headers(("Left-Out-Count" = u64, description = "How many cases are missing."))),
        ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_report_cases(
    app: App,
    signed: Signed,
    id: web::Path<PartnershipId>,
    query: web::Query<ReportCasesQuery>,
) -> Result<HttpResponse, Problem> {
    query.answer(&app, signed.0, *id, query.form.unwrap_or_default()).await
}

/// Picture many disputes at once
///
/// One line a case, its stages against their clocks, for at most 100 cases; with a table that says the
/// same. How many cases are missing is said in both. For the partnership's officers.
#[utoipa::path(
    get, path = "/api/v1/partnerships/{id}/reports/picture", tag = "reports",
    params(("id" = PartnershipId, Path, description = "Of which partnership."), ReportPictureQuery),
    responses(
        (status = 200, description = "The picture.", content(
            (String = "text/html; charset=utf-8"), (String = "image/svg+xml"))),
        ReadProblems),
    security(("bearer" = []))
)]
pub async fn picture_disputes(
    app: App,
    signed: Signed,
    id: web::Path<PartnershipId>,
    query: web::Query<ReportPictureQuery>,
) -> Result<HttpResponse, Problem> {
    query.answer(&app, signed.0, *id, Vec::new()).await
}

/// Picture a case
///
/// Its timeline as a picture: stages against their clocks, people, messages and pauses, with a table
/// that says the same. No child and no narrative stands in it. For everybody who sees the case.
#[utoipa::path(
    get, path = "/api/v1/escalations/{id}/picture", tag = "escalations",
    params(("id" = String, Path, description = "The case's id or reference."), PictureQuery),
    responses(
        (status = 200, description = "The picture.", content(
            (String = "text/html; charset=utf-8"), (String = "image/svg+xml"))),
        ReadProblems),
    security(("bearer" = []))
)]
pub async fn picture_escalation(
    app: App,
    signed: Signed,
    id: web::Path<String>,
    query: web::Query<PictureQuery>,
) -> Result<HttpResponse, Problem> {
    let which = app.resolve(&id).await?;
    let now = app.now();
    let mut entries: Vec<Entry> = Vec::new();
    let (case, zone): (Escalation, _) = loop {
        let after = entries.last().map_or(0, |entry| entry.sequence);
        let (view, more) = app.timeline(signed.0.clone(), which, after, ENTRIES).await?;
        let is_last = i64::try_from(more.len()).is_ok_and(|count| count < ENTRIES);
        entries.extend(more);
        if is_last {
            break (view.escalation, view.loaded.calendar().rules().zone);
        }
    };
    let picture = DisputePicture::of(&case, &entries, now).ok_or_else(|| {
        Problem::from(Refusal::not_now("A draft has no picture yet: raise it first."))
    })?;
    let form = query.form.unwrap_or_default();
    let drawn = made(move || match form {
        PictureForm::Html => dispute_page(&picture, zone, STYLE_SHEET_PATH),
        PictureForm::Svg => dispute_svg(&picture, "dispute", zone),
    });
    Ok(answer(form.media_type(), None, drawn.await?))
}

/// The style sheet of the pages with reports.
pub async fn style_sheet() -> HttpResponse {
    answer("text/css; charset=utf-8", None, STYLE_SHEET)
}
