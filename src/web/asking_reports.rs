//! Asking for a report: which one, of which period and which cases, for whom. What is asked becomes the
//! address of a report, which can be kept and sent on; nothing is made here.

use super::acts::capital;
use super::fields::{Faults, Field, Kind, Reading, Sent};
use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::visitor::Visitor;
use crate::auth::oidc;
use crate::clock::UtcInstant;
use crate::directory::{Partnership, Sector};
use crate::engine::{Engine, EngineError, ListChoices};
use crate::ids::PartnershipId;
use crate::reports::{Period, RelativePeriod, in_words};
use crate::store::StoreError;
use crate::store::people;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource, web};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

type App = web::Data<Engine>;

/// How many quarters, and how many financial years, can be chosen without writing days.
const QUARTERS: i32 = 12;
const YEARS: i32 = 6;

/// The sectors, by the keys that addresses have.
const SECTORS: [(&str, Sector); 12] = [
    ("childrens_social_care", Sector::ChildrensSocialCare),
    ("police", Sector::Police),
    ("health_provider", Sector::HealthProvider),
    ("general_practice", Sector::GeneralPractice),
    ("integrated_care_board", Sector::IntegratedCareBoard),
    ("school", Sector::School),
    ("early_years", Sector::EarlyYears),
    ("probation", Sector::Probation),
    ("housing", Sector::Housing),
    ("voluntary_sector", Sector::VoluntarySector),
    ("youth_justice", Sector::YouthJustice),
    ("other", Sector::Other),
];

type Choices = Vec<(String, String)>;

struct Ready {
    address: String,
    title: String,
}

#[derive(Template)]
#[template(path = "ask_report.html", config = "src/web/askama.toml")]
struct Ask {
    frame: Frame,
    /// The pack for the annual report of each partnership.
    packs: Vec<Ready>,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
}

/// What the form is made from.
struct Known {
    partnerships: Vec<Partnership>,
    choices: ListChoices,
    today: NaiveDate,
}

fn pairs<const N: usize>(all: [(&str, &str); N]) -> Choices {
    all.map(|(key, title)| (key.to_owned(), title.to_owned())).to_vec()
}

fn quarters(today: NaiveDate) -> Choices {
    let (year, quarter) = (today.year(), i32::try_from(today.month0() / 3).unwrap_or(0));
    let each = (0..QUARTERS).map(|back| {
        let number = year * 4 + quarter - back;
        (number.div_euclid(4), number.rem_euclid(4) + 1)
    });
    let period = |(year, quarter): (i32, i32)| {
        let period = Period::quarter(year, u32::try_from(quarter).ok()?)?;
        Some((format!("{year}-Q{quarter}"), period.in_words()))
    };
    each.filter_map(period).collect()
}

fn years(today: NaiveDate) -> Choices {
    let latest = Period::financial_year_of(today);
    (0..YEARS).map(|back| (year_key(latest - back), year_in_words(latest - back))).collect()
}

fn year_key(year: i32) -> String {
    year.to_string()
}

fn year_in_words(year: i32) -> String {
    format!("April {year} to March {}", year + 1)
}

fn sectors() -> Choices {
    let sector = |(key, it): (&str, Sector)| (key.to_owned(), capital(it.in_words()));
    SECTORS.map(sector).to_vec()
}

fn pick(name: &'static str, label: &str, choices: Choices) -> Field {
    Field::new(name, label, Kind::Pick(choices)).optional()
}

fn fields(known: &Known) -> Vec<Field> {
    let mut fields = Vec::new();
    if known.partnerships.len() > 1 {
        let each = known.partnerships.iter().map(|it| (it.id.to_string(), it.name.clone()));
        let kind = Kind::Choice(each.collect());
        fields.push(Field::new("partnership", "Which partnership?", kind));
    }
    let reports = pairs([
        ("disputes", "Figures and charts"),
        ("cases", "The list of the cases behind them"),
        ("picture", "A picture of the cases, a line each (at most 100)"),
    ]);
    let periods = pairs([
        ("quarter", "A quarter"),
        ("financial_year", "A financial year"),
        ("dates", "From one day to another"),
    ]);
    let audiences = pairs([
        ("officers", "Officers: every count is shown"),
        ("publication", "Publication: small counts are left out, and no filter may be set"),
    ]);
    let beside = pairs([("year", "Show the same time a year before beside the figures")]);
    fields.extend([
        Field::new("report", "What do you want?", Kind::Choice(reports)),
        Field::new("period", "Of which time?", Kind::Choice(periods)),
        pick("quarter", "If a quarter: which one?", quarters(known.today)),
        pick("financial_year", "If a financial year: which one?", years(known.today)),
        Field::new("from", "If days: the first day", Kind::Date).optional(),
        Field::new("to", "If days: the last day", Kind::Date).optional(),
    ]);
    fields.extend(filter_fields(&known.choices));
    fields.extend([
        Field::new("audience", "For whom are the figures?", Kind::Choice(audiences)).optional(),
        Field::new("beside", "Beside it", Kind::Several(beside)).optional(),
    ]);
    fields
}

fn filter_fields(choices: &ListChoices) -> [Field; 6] {
    let of_map = |map: &BTreeMap<String, String>| {
        map.iter().map(|(key, title)| (key.clone(), title.clone())).collect::<Choices>()
    };
    let agencies = choices.agencies.iter().map(|(name, id)| (id.to_string(), name.clone()));
    let classes = choices.urgency_classes.iter().map(|key| (key.clone(), in_words(key)));
    [
        pick("agency", "Only cases that this agency raised or received", agencies.collect()),
        pick("sector", "Only cases of this sector", sectors()),
        pick("topic", "Only under policies for this topic", of_map(&choices.topics)),
        pick("area", "Only about this", of_map(&choices.areas_of_disagreement)),
        Field::new("level", "Only about this level of need", Kind::Line).optional(),
        pick("urgency", "Only of this urgency", classes.collect()),
    ]
}

async fn known(app: &App, visitor: &Visitor) -> Result<Known, Refused> {
    let of: BTreeSet<PartnershipId> = visitor.actor.officer_of().collect();
    if of.is_empty() {
        let who = "The partnership’s officers report on its disputes. Ask the business manager.";
        return Err(Refused::NotYours(who.to_owned()));
    }
    let all: Result<_, StoreError> = app.store().read(people::list_partnerships).await;
    let all = all.map_err(EngineError::from)?;
    let partnerships = all.into_iter().map(|it| it.it).filter(|it| of.contains(&it.id)).collect();
    let choices = app.list_choices(visitor.actor.clone()).await?;
    let today = local_day(app, visitor, app.now()).await?;
    Ok(Known { partnerships, choices, today })
}

async fn local_day(app: &App, visitor: &Visitor, now: UtcInstant) -> Result<NaiveDate, Refused> {
    let calendar = app.own_calendar(visitor.actor.clone()).await?;
    Ok(calendar.local(now).date_naive())
}

/// The pack for an annual report: a whole financial year, the one before beside it, for publication.
fn packs(known: &Known) -> Vec<Ready> {
    let year = RelativePeriod::LastFinancialYear.as_of(known.today).map(|it| it.from.year());
    let pack = |(it, year): (&Partnership, i32)| {
        let name =
            if known.partnerships.len() > 1 { format!(": {}", it.name) } else { String::new() };
        Ready {
            address: format!(
                "/partnerships/{}/reports/disputes?financial_year={year}&audience=publication\
                 &beside_year_before=true",
                it.id
            ),
            title: format!("The pack for the annual report, {}{name}", year_in_words(year)),
        }
    };
    known.partnerships.iter().zip(year.into_iter().cycle()).map(pack).collect()
}

fn page(
    visitor: &Visitor,
    known: &Known,
    fields: Vec<Field>,
    faults: &Faults,
    status: StatusCode,
) -> HttpResponse {
    let page = Ask {
        frame: Frame::of(visitor, "Reports").with_faults(!faults.is_empty()),
        packs: packs(known),
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
    };
    show(status, &page)
}

/// `GET /reports`: the form; once it is filled in, on to the report.
async fn ask(
    app: App,
    visitor: Visitor,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Refused> {
    let sent: Sent = query.into_inner().into_iter().collect();
    let known = known(&app, &visitor).await?;
    let fields = fields(&known);
    if sent.is_empty() {
        return Ok(page(&visitor, &known, fields, &Faults::default(), StatusCode::OK));
    }
    let fields: Vec<Field> = fields.into_iter().map(|it| it.filled_with(&sent)).collect();
    let calendar = app.own_calendar(visitor.actor.clone()).await?;
    let mut form = Reading::of(&sent, &fields, &calendar);
    let address = address(&mut form, &known);
    let faults = form.faults;
    match address.filter(|_| faults.is_empty()) {
        Some(address) => Ok(see_other(&address)),
        None => Ok(page(&visitor, &known, fields, &faults, StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

/// The period in the words of a report's address.
fn period(form: &mut Reading<'_>) -> Option<String> {
    match form.needed_choice("period")?.as_str() {
        "quarter" => Some(format!("quarter={}", form.needed_choice("quarter")?)),
        "financial_year" => {
            Some(format!("financial_year={}", form.needed_choice("financial_year")?))
        }
        _ => {
            let (from, to) = (form.needed_date("from"), form.needed_date("to"));
            let (from, to) = (from?, to?);
            if to < from {
                form.faults.add("to", "If days: the last day: it must not be before the first day");
                return None;
            }
            Some(format!("from={from}&to={to}"))
        }
    }
}

/// The address of the report; none if something is at fault.
fn address(form: &mut Reading<'_>, known: &Known) -> Option<String> {
    let partnership = match known.partnerships.as_slice() {
        [only] => Some(only.id.to_string()),
        _ => form.needed_choice("partnership"),
    };
    let report = form.needed_choice("report");
    let period = period(form);
    let filters = [
        ("agencies", form.choice("agency")),
        ("sectors", form.choice("sector")),
        ("topics", form.choice("topic")),
        ("areas_of_disagreement", form.choice("area")),
        ("level_of_need", form.line("level").map(|it| oidc::encoded(it.as_str()))),
        ("urgency_classes", form.choice("urgency")),
    ];
    let audience = form.choice("audience");
    let is_beside = !form.several("beside").is_empty();
    let is_narrowed = filters.iter().any(|(_, value)| value.is_some());
    let (partnership, report) = (partnership?, report?);
    let mut parts = vec![period?];
    parts
        .extend(filters.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))));
    if report == "disputes" {
        if audience.as_deref() == Some("publication") && is_narrowed {
            form.faults.add(
                "audience",
                "For whom are the figures? For publication they are of all cases: take the filters away.",
            );
        }
        parts.extend(audience.map(|it| format!("audience={it}")));
        if is_beside {
            parts.push("beside_year_before=true".to_owned());
        }
    }
    Some(format!("/partnerships/{partnership}/reports/{report}?{}", parts.join("&")))
}

/// The page.
pub(super) fn resources(at: super::routes::At) -> Vec<Resource> {
    vec![at("/reports", "GET, HEAD").route(web::get().to(ask))]
}
