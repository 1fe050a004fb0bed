//! The page of one case: who has it and by when, what can be done, its stages, both sides' words.

use super::acts::{Act, ActKind};
use super::fields::{Field, Reading, Sent};
use super::frame::{Frame, show};
use super::home::{tag, waiting};
use super::ladder::{Step, steps};
use super::page::Refused;
use super::restricting::{self, unseen};
use super::statements::{Said, Statement, ended, others, said_by, summary};
use super::visitor::Visitor;
use crate::access::{Standing, may_see_views};
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::engine::{CaseView, Engine};
use crate::escalation::{Escalation, StageEntry, Status};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

struct Link {
    address: String,
    title: String,
}

/// Who has it, and by when.
struct Now {
    people: String,
    due: String,
    task: Option<String>,
    derivation: String,
    is_overdue: bool,
    pause: Option<String>,
}

#[derive(Template)]
#[template(path = "case.html", config = "src/web/askama.toml")]
struct Case {
    frame: Frame,
    reference: String,
    heading: String,
    tag: (String, bool),
    done: Option<&'static str>,
    now: Option<Now>,
    ended: Option<Statement>,
    acts: Vec<Link>,
    summary: Vec<Said>,
    steps: Vec<Step>,
    raising: Vec<Statement>,
    receiving: Vec<Statement>,
    others: Vec<Statement>,
    warnings: Vec<String>,
    /// Until when whoever comes sees it, where they look at it in an emergency.
    look_ends: Option<String>,
    sees_views: bool,
}

/// What the address of a case may say beside it.
#[derive(Deserialize)]
pub(super) struct CaseQuery {
    /// The act that was just done.
    done: Option<String>,
}

/// `GET /escalations/{id}`: a case.
pub(super) async fn case(
    app: App,
    visitor: Visitor,
    id: web::Path<String>,
    query: web::Query<CaseQuery>,
) -> Result<HttpResponse, Refused> {
    let which = app.resolve(&id).await?;
    let view = app.view(visitor.actor.clone(), which).await;
    let view = view.map_err(|error| unseen(&visitor, &id, error))?;
    let it = &view.escalation;
    if it.status == Status::Draft {
        return Ok(super::frame::see_other(&format!("/escalations/{}/draft", it.reference)));
    }
    let acts = possible(&app, &visitor, &view).await?;
    let now = app.now();
    let challenge = it.challenge().ok_or(Refused::NotFound)?;
    let calendar = view.loaded.calendar();
    let heading =
        format!("{} challenges {}", it.raising.agency_name, challenge.receiving.agency_name);
    let entry = it.current_entry();
    let page = Case {
        frame: Frame::of(&visitor, format!("{} {heading}", it.reference)),
        reference: it.reference.clone(),
        heading,
        tag: tag(it.status, entry.is_some_and(|entry| entry.due.at <= now)),
        done: query.done.as_deref().and_then(done_words),
        now: entry.map(|entry| who_and_when(it, entry, calendar, now)),
        ended: it.ending().map(|ending| ended(&view, ending)),
        acts: acts.iter().map(|act| link(&view, act)).collect(),
        summary: summary(&view, challenge),
        steps: steps(&view),
        raising: said_by(&view, challenge, Side::Raising),
        receiving: said_by(&view, challenge, Side::Receiving),
        others: others(&view),
        warnings: entry.map_or_else(Vec::new, |entry| {
            entry.gaps.iter().map(|gap| gap.warning.clone()).collect()
        }),
        look_ends: look_ends(&visitor, &view, now),
        sees_views: sees_views(&visitor, &view, now),
    };
    Ok(show(StatusCode::OK, &page))
}

/// What is said of an act that was just done.
fn done_words(address: &str) -> Option<&'static str> {
    if address == restricting::LOOK {
        return Some(restricting::LOOKED);
    }
    ActKind::at(address).map(|kind| kind.words().done)
}

fn look_ends(visitor: &Visitor, view: &CaseView, now: UtcInstant) -> Option<String> {
    let is_look = view.relation.standing == Standing::GlassBroken;
    let look = view.escalation.glass_of(visitor.actor.person_id, now).filter(|_| is_look)?;
    Some(view.loaded.calendar().say(look.expires_at))
}

/// Whether whoever comes may see who read the case.
pub(super) fn sees_views(visitor: &Visitor, view: &CaseView, now: UtcInstant) -> bool {
    may_see_views(&visitor.actor, &view.escalation, now).is_ok()
}

/// What whoever comes could do now.
pub(super) async fn possible(
    app: &App,
    visitor: &Visitor,
    view: &CaseView,
) -> Result<Vec<Act>, Refused> {
    let calendar = view.loaded.calendar();
    let today = calendar.local(app.now()).date_naive();
    let mut tried = Vec::new();
    for kind in ActKind::ALL {
        for which in kind.each(view) {
            let act = Act { kind, which };
            let fields = act.fields(view);
            let sent: Sent = fields.iter().flat_map(|field: &Field| field.example(today)).collect();
            let by_form = |act: &Act| act.command(&mut Reading::of(&sent, &fields, calendar));
            if let Some(command) = act.example(view).or_else(|| by_form(&act)) {
                tried.push((act, command));
            }
        }
    }
    let (acts, commands): (Vec<_>, Vec<_>) = tried.into_iter().unzip();
    let can = app.are_possible(visitor.actor.clone(), view.escalation.id, commands).await?;
    Ok(acts.into_iter().zip(can).filter_map(|(act, can)| can.then_some(act)).collect())
}

fn link(view: &CaseView, act: &Act) -> Link {
    let words = act.kind.words();
    let it = &view.escalation;
    let base = format!("/escalations/{}/do/{}", it.reference, words.address);
    let task =
        it.current_entry().and_then(|entry| entry.tasks.iter().find(|it| it.key == act.which));
    match (act.which.as_str(), task) {
        ("", _) => Link { address: base, title: words.title.to_owned() },
        (which, Some(task)) => Link {
            address: format!("{base}/{which}"),
            title: format!("{}: {}", words.title, task.title),
        },
        (which, None) => {
            Link { address: format!("{base}/{which}"), title: format!("{} {which}", words.title) }
        }
    }
}

fn who_and_when(it: &Escalation, entry: &StageEntry, calendar: &Calendar, now: UtcInstant) -> Now {
    Now {
        people: waiting(it, entry),
        due: calendar.say(entry.due.at),
        task: entry.task_due_next().map(|task| task.title.clone()),
        derivation: entry.due.derivation.clone(),
        is_overdue: entry.due.at <= now,
        pause: entry.pause().map(|pause| calendar.say(pause.until)),
    }
}
