//! The first page, and the lists of cases that it leads to.

use super::frame::{Frame, show};
use super::page::Refused;
use super::visitor::Visitor;
use crate::clock::UtcInstant;
use crate::engine::{Engine, ListedCase, Shelf};
use crate::escalation::{StageEntry, Status};
use crate::ids::EscalationId;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

/// How many cases a page of a list shows.
const PAGE: i64 = 25;

/// The shelves whose counts the first page shows.
const CARDS: [Shelf; 5] =
    [Shelf::NeedsMe, Shelf::Overdue, Shelf::DueToday, Shelf::DueSoon, Shelf::WaitingOnOthers];

/// A shelf's address, its name, and what is said where it is empty.
fn words(shelf: Shelf) -> (&'static str, &'static str, &'static str) {
    match shelf {
        Shelf::NeedsMe => ("needs-me", "Needs you", "Nothing waits for you."),
        Shelf::Overdue => ("overdue", "Overdue", "Nothing is overdue."),
        Shelf::DueToday => ("due-today", "Due today", "Nothing more is due today."),
        Shelf::DueSoon => (
            "due-soon",
            "Due in three working days",
            "Nothing is due in the next three working days.",
        ),
        Shelf::WaitingOnOthers => {
            ("waiting-on-others", "Waiting on others", "You wait for nobody.")
        }
        Shelf::Open => ("open", "All open", "There are no open cases that you can see."),
        Shelf::Drafts => ("drafts", "Your drafts", "You have no drafts."),
        Shelf::Resolved => {
            ("resolved", "Resolved", "There are no resolved cases that you can see.")
        }
        Shelf::Withdrawn => {
            ("withdrawn", "Withdrawn", "There are no withdrawn cases that you can see.")
        }
    }
}

struct Card {
    address: &'static str,
    title: &'static str,
    count: i64,
    is_pressing: bool,
}

#[derive(Template)]
#[template(path = "home.html", config = "src/web/askama.toml")]
struct Home {
    frame: Frame,
    cards: Vec<Card>,
    drafts: i64,
    cases: Vec<Row>,
}

/// A case in a list.
pub(super) struct Row {
    reference: String,
    is_draft: bool,
    /// Its state in a word, and whether that is bad.
    tag: (String, bool),
    what: String,
    stage: String,
    waiting: String,
    due: Option<String>,
}

impl Row {
    /// A line of a list: no child, no narrative.
    pub(super) fn of(listed: &ListedCase, now: UtcInstant) -> Self {
        let it = &listed.escalation;
        let (policy, calendar) = (&listed.loaded.policy, listed.loaded.calendar());
        let entry = it.current_entry();
        let is_overdue = entry.is_some_and(|entry| entry.due.at <= now);
        let challenge = it.challenge();
        let receiving = challenge.map(|it| it.receiving.agency_name.as_str());
        let area = challenge.and_then(|it| {
            let areas = &policy.areas_of_disagreement;
            areas.iter().find(|area| area.key == it.area_of_disagreement)
        });
        let stage = it.stage_entries.last().map(|entry| {
            let label = super::acts::capital(&policy.label);
            format!("{label} {} of {}: {}", entry.stage, policy.stage_count(), entry.title)
        });
        Self {
            reference: it.reference.clone(),
            is_draft: it.status == Status::Draft,
            tag: tag(it.status, is_overdue),
            what: match receiving {
                Some(receiving) => format!("{} challenges {receiving}", it.raising.agency_name),
                None => format!("{} – a draft", it.raising.agency_name),
            } + &area.map_or(String::new(), |area| format!(": {}", area.title)),
            stage: stage.unwrap_or_default(),
            waiting: entry.map_or_else(String::new, |entry| waiting(it, entry)),
            due: entry.map(|entry| calendar.say(entry.due.at)),
        }
    }
}

/// A state in a word, and whether it is bad.
pub(super) fn tag(status: Status, is_overdue: bool) -> (String, bool) {
    let word = match (status, is_overdue) {
        (Status::Draft, _) => "Draft",
        (Status::Open, true) => "Overdue",
        (Status::Open, false) => "Open",
        (Status::Resolved, _) => "Resolved",
        (Status::Withdrawn, _) => "Withdrawn",
    };
    (word.to_owned(), word == "Overdue")
}

/// Who has it: the people who must act, and of which side.
pub(super) fn waiting(it: &crate::escalation::Escalation, entry: &StageEntry) -> String {
    let sides = it.waiting_for();
    let people = entry.who_acts().filter(|seat| sides.contains(&seat.side));
    let mut names: Vec<String> = people
        .map(|seat| match &seat.post_title {
            Some(title) if *title != seat.name => format!("{} ({title})", seat.name),
            _ => seat.name.clone(),
        })
        .collect();
    names.dedup();
    if names.is_empty() { "nobody: tell the business manager".to_owned() } else { names.join(", ") }
}

/// `GET /`: what waits for whoever comes.
pub(super) async fn home(app: App, visitor: Visitor) -> Result<HttpResponse, Refused> {
    let shelves: Vec<Shelf> = CARDS.into_iter().chain([Shelf::Drafts]).collect();
    let counts = app.count_shelves(visitor.actor.clone(), shelves).await?;
    let drafts = counts.last().copied().unwrap_or_default();
    let card = |(shelf, count): (Shelf, i64)| {
        let (address, title, _) = words(shelf);
        let is_pressing = count > 0 && matches!(shelf, Shelf::NeedsMe | Shelf::Overdue);
        Card { address, title, count, is_pressing }
    };
    let cards = CARDS.into_iter().zip(counts).map(card).collect();
    let filter = app.shelf_filter(visitor.actor.clone(), Shelf::NeedsMe).await?;
    let now = app.now();
    let listed = app.list_cases(visitor.actor.clone(), filter, None, PAGE).await?;
    let cases = listed.iter().map(|case| Row::of(case, now)).collect();
    let frame = Frame::of(&visitor, "Home");
    Ok(show(StatusCode::OK, &Home { frame, cards, drafts, cases }))
}

/// Which list, and where in it.
#[derive(Deserialize)]
pub(super) struct ListQuery {
    show: Option<String>,
    after: Option<String>,
}

struct Tab {
    address: &'static str,
    title: &'static str,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "cases.html", config = "src/web/askama.toml")]
struct Cases {
    frame: Frame,
    heading: &'static str,
    address: &'static str,
    empty: &'static str,
    count: i64,
    tabs: Vec<Tab>,
    cases: Vec<Row>,
    next: Option<String>,
    is_first: bool,
}

/// `GET /escalations`: a list of cases, the soonest due first.
pub(super) async fn list(
    app: App,
    visitor: Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, Refused> {
    let asked = query.show.as_deref().unwrap_or("open");
    let shelf = Shelf::ALL.into_iter().find(|shelf| words(*shelf).0 == asked);
    let shelf = shelf.ok_or(Refused::NotFound)?;
    let after = query.after.as_deref().map(place).transpose()?;
    let actor = &visitor.actor;
    let count = app.count_shelves(actor.clone(), vec![shelf]).await?.first().copied().unwrap_or(0);
    let filter = app.shelf_filter(actor.clone(), shelf).await?;
    let now = app.now();
    let mut listed = app.list_cases(actor.clone(), filter, after, PAGE + 1).await?;
    let has_more = i64::try_from(listed.len()).is_ok_and(|length| length > PAGE);
    if has_more {
        listed.pop();
    }
    let next = listed.last().filter(|_| has_more).map(|case| {
        let (at, id) = case.place;
        format!("{}_{id}", at.utc().timestamp_millis())
    });
    let (address, heading, empty) = words(shelf);
    let page = Cases {
        frame: Frame::of(&visitor, heading),
        heading,
        address,
        empty,
        count,
        tabs: Shelf::ALL
            .into_iter()
            .map(|of| Tab { address: words(of).0, title: words(of).1, is_here: of == shelf })
            .collect(),
        cases: listed.iter().map(|case| Row::of(case, now)).collect(),
        next,
        is_first: query.after.is_none(),
    };
    Ok(show(StatusCode::OK, &page))
}

/// A place in a list, as its own link says it.
fn place(text: &str) -> Result<(UtcInstant, EscalationId), Refused> {
    let read = || {
        let (at, id) = text.split_once('_')?;
        let at = chrono::DateTime::from_timestamp_millis(at.parse().ok()?)?;
        Some((UtcInstant::new(at), id.parse().ok()?))
    };
    read().ok_or(Refused::Unreadable)
}
