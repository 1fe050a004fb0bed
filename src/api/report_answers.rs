//! What a query for a report is answered with, whoever asks: a program here, somebody at a page there.

use super::problem::Problem;
use super::reports::{
    Form, LEFT_OUT_COUNT, ListForm, PictureForm, ReportCases, ReportCasesQuery, ReportPictureQuery,
    ReportQuery, STYLE_SHEET_PATH, answer, in_form, made,
};
use crate::access::Actor;
use crate::engine::{Engine, ReportWish, Reported};
use crate::ids::PartnershipId;
use crate::rendering::{
    Disputes, ListHead, ReportForm, case_list_csv, case_list_page, disputes_page_with_links,
    disputes_svg,
};
use crate::reports::{Audience, CaseLine};
use actix_web::HttpResponse;
use actix_web::http::header::HeaderValue;

/// Addresses of a report's other forms, each with its words.
pub type Links = Vec<(String, String)>;

impl ReportQuery {
    /// The report in a form; a page has links to others.
    ///
    /// # Errors
    /// Not found, not theirs, or the query asks for what cannot be.
    pub(super) async fn answer(
        &self,
        engine: &Engine,
        actor: Actor,
        of: PartnershipId,
        form: Form,
        links: Links,
    ) -> Result<HttpResponse, Problem> {
        let wish = ReportWish {
            beside_year_before: self.beside_year_before.unwrap_or_default(),
            audience: self.audience.unwrap_or(Audience::Officers),
            smallest_count: self.smallest_count,
            ..self.cases().wish(of, engine.now().utc().date_naive())?
        };
        in_form(engine.report(actor, wish).await?, form, links).await
    }

    /// The report for somebody at a page: in the form that is asked for, or as a page with links.
    ///
    /// # Errors
    /// As for a program.
    pub async fn page(
        &self,
        engine: &Engine,
        actor: Actor,
        of: PartnershipId,
        links: Links,
    ) -> Result<HttpResponse, Problem> {
        self.answer(engine, actor, of, self.form.unwrap_or(Form::Html), links).await
    }
}

impl ReportCasesQuery {
    /// The list in a form.
    ///
    /// # Errors
    /// Not found, not theirs, or the query asks for what cannot be.
    pub(super) async fn answer(
        &self,
        engine: &Engine,
        actor: Actor,
        of: PartnershipId,
        form: ListForm,
    ) -> Result<HttpResponse, Problem> {
        let wish = self.cases().wish(of, engine.now().utc().date_naive())?;
        let lines = engine.report_lines(actor, wish).await?;
        let left_out_count = lines.left_out_count;
        let mut list = match form {
            ListForm::Json => {
                super::answer::plain(&ReportCases { items: lines.it, left_out_count })
            }
            ListForm::Csv => {
                let headings: Vec<&str> =
                    CaseLine::COLUMNS.iter().map(|column| column.key).collect();
                let cells = lines.it.into_iter().map(|line| line.cells());
                let list = made(move || case_list_csv(&headings, cells)).await?;
                answer(ReportForm::Csv.media_type(), Some("cases.csv".to_owned()), list)
            }
        };
        list.headers_mut().insert(LEFT_OUT_COUNT, HeaderValue::from(left_out_count));
        Ok(list)
    }

    /// The list for somebody at a page: in the form that is asked for, or as a page with links.
    ///
    /// # Errors
    /// As for a program.
    pub async fn page(
        &self,
        engine: &Engine,
        actor: Actor,
        of: PartnershipId,
        links: Links,
    ) -> Result<HttpResponse, Problem> {
        if let Some(form) = self.form {
            return self.answer(engine, actor, of, form).await;
        }
        let now = engine.now();
        let wish = self.cases().wish(of, now.utc().date_naive())?;
        let period = wish.period;
        let Reported { it, zone, left_out_count } = engine.report_lines(actor, wish).await?;
        let page = made(move || {
            let head = ListHead {
                period,
                as_of: now,
                left_out_count,
                style_sheet: STYLE_SHEET_PATH,
                links: &links,
            };
            case_list_page(&head, &it, zone)
        });
        Ok(answer(ReportForm::Html.media_type(), None, page.await?))
    }
}

impl ReportPictureQuery {
    /// The picture of many; a page has links to others.
    ///
    /// # Errors
    /// Not found, not theirs, or the query asks for what cannot be.
    pub async fn answer(
        &self,
        engine: &Engine,
        actor: Actor,
        of: PartnershipId,
        links: Links,
    ) -> Result<HttpResponse, Problem> {
        let now = engine.now();
        let wish = self.cases().wish(of, now.utc().date_naive())?;
        let Reported { it, zone, left_out_count } = engine.report_facts(actor, wish).await?;
        let form = self.form.unwrap_or_default();
        let picture = made(move || {
            let disputes = Disputes { cases: &it, left_out_count, as_of: now };
            match form {
                PictureForm::Html => {
                    disputes_page_with_links(disputes, zone, STYLE_SHEET_PATH, &links)
                }
                PictureForm::Svg => disputes_svg(disputes, "disputes"),
            }
        });
        Ok(answer(form.media_type(), None, picture.await?))
    }
}
