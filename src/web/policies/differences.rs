//! Two versions of a policy held against each other, and what would become of the open cases.

use super::trying::broken;
use super::{App, PolicyPath, address, curly, day, reading, version};
use crate::access;
use crate::calendar::Due;
use crate::engine::EngineError;
use crate::policy::{Policy, STAGE_TASK};
use crate::simulation::{
    Setting, Shift, Simulation, apart, differences as differ, shifts, telling_starts,
};
use crate::store::policies::StoredPolicy;
use crate::web::acts::capital;
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

/// Which other version it is held against.
#[derive(Deserialize)]
pub(super) struct DifferencesQuery {
    from: Option<i32>,
}

struct Other {
    address: String,
    version: i32,
    is_here: bool,
}

/// Something that the two versions say otherwise.
pub(super) struct Said {
    pub(super) place: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// A deadline that moves.
struct Moved {
    raised: String,
    about: String,
    before: String,
    after: String,
    apart: String,
}

/// The open cases that would get another deadline if somebody moved them.
struct OpenCases {
    lines: Vec<String>,
    hidden_count: usize,
}

#[derive(Template)]
#[template(path = "policy_differences.html", config = "src/web/askama.toml")]
struct DifferencesPage {
    frame: Frame,
    address: String,
    title: String,
    from: i32,
    to: i32,
    others: Vec<Other>,
    said: Vec<Said>,
    moved: Vec<Moved>,
    /// For officers alone.
    open: Option<OpenCases>,
}

/// `GET /partnerships/{id}/policies/{key}/{version}/differences`: what it says otherwise than another
/// version.
pub(super) async fn differences(
    app: App,
    request: HttpRequest,
    visitor: Visitor,
    path: PolicyPath,
    query: web::Query<DifferencesQuery>,
) -> Result<HttpResponse, Refused> {
    crate::web::reports::check(&visitor, &request)?;
    let found = version(&app, &visitor, path).await?;
    let family = reading::family(&app, &visitor, &found.stored).await?;
    let (of, which) = (found.stored.partnership_id, found.stored.which());
    let address = address(of, &which);
    let other =
        other_version(&found.stored, &family, query.from).ok_or_else(|| Refused::NotNow {
            text: "There is no other version of this policy to hold it against.".to_owned(),
            back: address.clone(),
        })?;
    let (old, new) = (other.policy.clone(), found.stored.policy.clone());
    let (from, to, title) = (old.version, new.version, new.title.clone());
    let others = family.iter().filter(|it| it.policy.version != to);
    let others = others.map(|it| Other {
        address: format!("{address}/differences?from={}", it.policy.version),
        version: it.policy.version,
        is_here: it.policy.version == from,
    });
    let others = others.collect();
    let said = said(&old, &new)?;
    let moved = web::block(move || moved(&old, &new)).await.map_err(|_stopped| stopped())??;
    let open = match access::may_set_rules(&visitor.actor, of) {
        Err(_not_theirs) => None,
        Ok(()) => {
            let (seen, hidden_count) =
                app.foresee_version(visitor.actor.clone(), of, which).await?;
            let then = format!("; under version {to}: ");
            let lines =
                seen.into_iter().map(|it| curly(&it.words.replace(" -> ", &then))).collect();
            Some(OpenCases { lines, hidden_count })
        }
    };
    let frame = Frame::of(&visitor, format!("{title}: version {to} beside version {from}"));
    let page = DifferencesPage { frame, address, title, from, to, others, said, moved, open };
    Ok(show(StatusCode::OK, &page))
}

fn other_version<'f>(
    stored: &StoredPolicy,
    family: &'f [StoredPolicy],
    wanted: Option<i32>,
) -> Option<&'f StoredPolicy> {
    let here = stored.policy.version;
    let mut others = family.iter().filter(|it| it.policy.version != here);
    match wanted {
        Some(wanted) => others.find(|it| it.policy.version == wanted),
        // The newest stands first: the one before it, or else the one after it.
        None => {
            let before = family.iter().find(|it| it.policy.version < here);
            before.or_else(|| others.next_back())
        }
    }
}

/// Everything that a version says otherwise than another.
///
/// # Errors
/// A version cannot be written down.
pub(super) fn said(old: &Policy, new: &Policy) -> Result<Vec<Said>, Refused> {
    let nothing = || "(nothing)".to_owned();
    let found = differ(old, new).map_err(EngineError::Entry)?;
    let said = found.into_iter().map(|it| Said {
        place: capital(&curly(&it.place)),
        before: it.before.map_or_else(nothing, worded),
        after: it.after.map_or_else(nothing, worded),
    });
    Ok(said.collect())
}

/// What a file says, as people write it.
fn worded(said: String) -> String {
    said.parse().map_or(said, day)
}

/// Which deadlines move while everybody is silent.
fn moved(old: &Policy, new: &Policy) -> Result<Vec<Moved>, Refused> {
    let setting = Setting::default();
    let simulation = Simulation::new(new.clone(), setting.clone()).map_err(|why| broken(&why))?;
    let calendar = simulation.calendar();
    let starts: Vec<_> = telling_starts(new, calendar).into_iter().map(|it| it.at).collect();
    let moved = shifts(old, new, &setting, &starts).map_err(|why| broken(&why))?;
    let due = |due: &Option<Due>| {
        due.as_ref().map_or_else(|| "None".to_owned(), |it| calendar.say(it.at))
    };
    let row = |it: &Shift| Moved {
        raised: calendar.say(it.raised_at),
        about: match it.task.as_str() {
            STAGE_TASK => format!("{} {}, {}", capital(&new.label), it.stage, it.urgency_class),
            task => format!("{} {}, {}, “{task}”", capital(&new.label), it.stage, it.urgency_class),
        },
        before: due(&it.before),
        after: due(&it.after),
        apart: match (&it.before, &it.after) {
            (Some(before), Some(after)) => capital(&apart(calendar, before.at, after.at)),
            (None, _) => "New".to_owned(),
            (_, None) => "Gone".to_owned(),
        },
    };
    Ok(moved.iter().map(row).collect())
}

pub(super) fn stopped() -> Refused {
    Refused::Failed { is_passing: true }
}

/// The first day of a version, in words.
pub(super) fn first_day(policy: &Policy) -> String {
    day(policy.effective_from)
}
