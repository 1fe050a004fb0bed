//! The first page, and the lists of cases that it leads to.

use super::frame::{Frame, show};
use super::list_filters::{Chosen, ListQuery, Pick, Tag};
use super::page::Refused;
use super::visitor::Visitor;
use crate::clock::UtcInstant;
use crate::engine::{Engine, ListChoices, ListedCase, Shelf, ShelfPage};
use crate::escalation::{StageEntry, Status};
use crate::ids::EscalationId;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

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
    /// How many more wait than are shown.
    more: i64,
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
    /// How long ago it was raised; of an open one.
    age: Option<String>,
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
            age: entry.and(it.raised_at).map(|raised_at| {
                match calendar.working_days_between(raised_at, now) {
                    0 => "Raised today".to_owned(),
                    1 => "Raised 1 working day ago".to_owned(),
                    days => format!("Raised {days} working days ago"),
                }
            }),
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
    let [needs_me, overdue, due_today, due_soon, waiting] = CARDS;
    let shelves = [needs_me, overdue, due_today, due_soon, waiting, Shelf::Drafts];
    let counts = app.count_shelves(visitor.actor.clone(), shelves).await?;
    let [of_cards @ .., drafts] = counts;
    let card = |(shelf, count): (Shelf, i64)| {
        let (address, title, _) = words(shelf);
        let is_pressing = count > 0 && matches!(shelf, Shelf::NeedsMe | Shelf::Overdue);
        Card { address, title, count, is_pressing }
    };
    let cards = CARDS.into_iter().zip(of_cards).map(card).collect();
    let now = app.now();
    let page =
        app.shelf_page(visitor.actor.clone(), Shelf::NeedsMe, |filter| filter, None, PAGE).await?;
    let cases = page.cases.iter().map(|case| Row::of(case, now)).collect();
    let frame = Frame::of(&visitor, "Home");
    Ok(show(StatusCode::OK, &Home { frame, cards, drafts, cases, more: page.count - PAGE }))
}

struct Tab {
    address: String,
    title: &'static str,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "cases.html", config = "src/web/askama.toml")]
struct Cases {
    frame: Frame,
    form_token: String,
    heading: &'static str,
    address: &'static str,
    /// What is said where there is nothing.
    empty: &'static str,
    count: i64,
    /// The first and the last that the page shows, counted from 1; and which page it is, of how many.
    shown: (i64, i64),
    pages: (i64, i64),
    tabs: Vec<Tab>,
    tags: Vec<Tag>,
    picks: Vec<Pick>,
    days: [String; 2],
    is_narrowed: bool,
    cases: Vec<Row>,
    first: String,
    next: Option<String>,
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
    let chosen = Chosen::of(&query)?;
    let actor = &visitor.actor;
    let choices = app.list_choices(actor.clone()).await?;
    let calendar = match chosen.has_days() {
        true => Some(app.own_calendar(actor.clone()).await?),
        false => None,
    };
    let wanted = chosen.clone();
    let narrow = move |filter| wanted.narrowed(filter, calendar.as_ref());
    let page = app.shelf_page(actor.clone(), shelf, narrow, after, PAGE + 1).await?;
    Ok(show(StatusCode::OK, &cases(&visitor, shelf, &chosen, &choices, page, app.now())))
}

fn cases(
    visitor: &Visitor,
    shelf: Shelf,
    chosen: &Chosen,
    choices: &ListChoices,
    page: ShelfPage,
    now: UtcInstant,
) -> Cases {
    let ShelfPage { count, before_count, cases: mut listed } = page;
    let has_more = i64::try_from(listed.len()).is_ok_and(|length| length > PAGE);
    if has_more {
        listed.pop();
    }
    let (address, heading, empty) = words(shelf);
    let first = chosen.address(address);
    let next = listed.last().filter(|_| has_more).map(|case| {
        let (at, id) = case.place;
        format!("{first}&after={}_{id}", at.micros())
    });
    let here = before_count / PAGE + 1;
    let pages = (here, here.max((count + PAGE - 1) / PAGE));
    let title = match pages {
        (_, 1) => heading.to_owned(),
        (here, all) => format!("{heading}, page {here} of {all}"),
    };
    let shown_count = i64::try_from(listed.len()).unwrap_or(PAGE);
    Cases {
        frame: Frame::of(visitor, title),
        form_token: visitor.form_token.clone(),
        heading,
        address,
        empty: if chosen.is_empty() { empty } else { "No case here fits these filters." },
        count,
        shown: (before_count + 1, before_count + shown_count),
        pages,
        tabs: Shelf::ALL
            .into_iter()
            .map(|of| Tab {
                address: chosen.address(words(of).0),
                title: words(of).1,
                is_here: of == shelf,
            })
            .collect(),
        tags: chosen.tags(address, choices),
        picks: chosen.picks(choices),
        days: chosen.days(),
        is_narrowed: !chosen.is_empty(),
        cases: listed.iter().map(|case| Row::of(case, now)).collect(),
        first,
        next,
    }
}

/// A place in a list, as its own link says it.
fn place(text: &str) -> Result<(UtcInstant, EscalationId), Refused> {
    let read = || {
        let (at, id) = text.split_once('_')?;
        let at = chrono::DateTime::from_timestamp_micros(at.parse().ok()?)?;
        Some((UtcInstant::new(at), id.parse().ok()?))
    };
    read().ok_or(Refused::Unreadable)
}
