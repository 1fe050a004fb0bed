//! Raising a challenge: the first question, then one thing a page, then a last look, then it is sent.
//! Each page is saved as it is left; whoever stops finds their draft on the first page.

use super::acting::{Once, answer_with};
use super::case::titled;
use super::fields::{Faults, Field, Kind, Reading};
use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::posted::Posted;
use super::visitor::Visitor;
use crate::engine::{CaseView, Engine, EngineError, NewDraft, Request};
use crate::escalation::{Child, Command, Content, Draft, FieldFault, ImmediateDanger, ProtectiveDeadline, Prose, Refusal};
use crate::ids::AgencyId;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

type App = web::Data<Engine>;

/// A page of the journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Agency,
    About,
    Child,
    Facts,
    Judgement,
    Risk,
    Tried,
    More,
}

impl Step {
    const ALL: [Self; 8] = [
        Self::Agency,
        Self::About,
        Self::Child,
        Self::Facts,
        Self::Judgement,
        Self::Risk,
        Self::Tried,
        Self::More,
    ];

    fn address(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::About => "about",
            Self::Child => "child",
            Self::Facts => "facts",
            Self::Judgement => "judgement",
            Self::Risk => "risk",
            Self::Tried => "tried",
            Self::More => "more",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Agency => "Whose decision do you challenge?",
            Self::About => "What is it about?",
            Self::Child => "Which child is it about?",
            Self::Facts => "What happened?",
            Self::Judgement => "What do you make of it?",
            Self::Risk => "What is the risk to the child?",
            Self::Tried => "What was tried, and what do you seek?",
            Self::More => "Anything else?",
        }
    }

    fn at(address: &str) -> Result<Self, Refused> {
        Self::ALL.into_iter().find(|step| step.address() == address).ok_or(Refused::NotFound)
    }

    fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).map_or(1, |at| at + 1)
    }

    fn next(self) -> Option<Self> {
        Self::ALL.get(self.number()).copied()
    }
}

/// Key and words of what there is to choose from.
type Choices = Vec<(String, String)>;

/// Who there is to choose from.
struct Known {
    agencies: Choices,
    /// Of the agency that was chosen.
    people: Choices,
}

fn prose(name: &'static str, label: &str, held: Option<&Prose>) -> Field {
    Field::new(name, label, Kind::Prose).holding(held.map(Prose::as_str))
}

/// What a page asks for, with what the draft holds.
fn fields(step: Step, view: &CaseView, draft: &Draft, known: &Known) -> Vec<Field> {
    let (policy, calendar) = (&view.loaded.policy, view.loaded.calendar());
    let line = |name, label, held: Option<&crate::escalation::Line>| {
        Field::new(name, label, Kind::Line).holding(held.map(|line| line.as_str()))
    };
    match step {
        Step::Agency => {
            let agency = draft.receiving_agency_id.map(|id| id.to_string());
            vec![
                Field::new("receiving_agency_id", "Agency", Kind::Pick(known.agencies.clone()))
                    .holding(agency.as_deref()),
                line("receiving_team", "Team", draft.receiving_team.as_ref())
                    .optional()
                    .hint("If the agency has several teams, and you know which one."),
            ]
        }
        Step::About => {
            let areas = policy.areas_of_disagreement.iter();
            let areas = areas.map(|area| (area.key.clone(), area.title.clone())).collect();
            let classes = policy.urgency_classes.iter();
            let classes =
                classes.map(|key| (key.clone(), words_of_class(key))).collect::<Choices>();
            let practitioner = draft.receiving_practitioner_id.map(|id| id.to_string());
            let class = draft.urgency_class.clone().or_else(|| policy.urgency_classes.first().cloned());
            vec![
                Field::new("area_of_disagreement", "What is it about?", Kind::Choice(areas))
                    .holding(draft.area_of_disagreement.as_deref()),
                Field::new("urgency_class", "How urgent is it?", Kind::Choice(classes))
                    .holding(class.as_deref()),
                Field::new(
                    "receiving_practitioner_id",
                    "Whose decision is it, if you know?",
                    Kind::Pick(known.people.clone()),
                )
                .optional()
                .hint("They are asked first. Left out, whoever leads them is asked.")
                .holding(practitioner.as_deref()),
            ]
        }
        Step::Child => {
            let child = draft.child.as_ref();
            vec![
                line("initials", "Initials", child.map(|it| &it.initials))
                    .hint("Initials only. The full name stays out of this record."),
                line("local_reference", "Your agency’s record number", child.and_then(|it| it.local_reference.as_ref()))
                    .optional(),
                line("level_of_need", "Level of need that is argued about", draft.level_of_need.as_ref())
                    .optional(),
                Field::new("decision_received_on", "When did the decision reach you?", Kind::Date)
                    .optional()
                    .on(draft.decision_received_on),
            ]
        }
        Step::Facts => vec![
            prose("facts", "Facts", draft.facts.as_ref())
                .hint("What happened and was seen, with dates. What you make of it comes next."),
        ],
        Step::Judgement => vec![
            prose("judgement", "Your judgement", draft.judgement.as_ref())
                .hint("What you make of it as a professional."),
            prose("rationale", "Why do you judge so?", draft.rationale.as_ref()),
        ],
        Step::Risk => vec![
            prose("risk", "What happens to the child if nothing changes?", draft.risk.as_ref()),
            prose("childs_voice", "What does the child wish, feel and show?", draft.childs_voice.as_ref())
                .hint("In the child’s own words where you can; or why it is not known."),
            Field::new("safe_by", "Is there a moment before which the child must be safe?", Kind::Instant)
                .optional()
                .hint("Court, discharge, a weekend. The sooner of it and the policy’s limit counts.")
                .at(draft.protective_deadline.as_ref().map(|it| it.at), calendar),
            prose("safe_by_reason", "Why then?", draft.protective_deadline.as_ref().map(|it| &it.reason))
                .optional(),
        ],
        Step::Tried => vec![
            prose("what_was_tried", "What was tried before this?", draft.what_was_tried.as_ref())
                .hint("Whom you spoke to, when, and what they said."),
            prose("outcome_sought", "What outcome do you seek?", draft.outcome_sought.as_ref()),
        ],
        Step::More => vec![
            prose("agreed", "What do both sides agree on?", draft.agreed.as_ref()).optional(),
            prose("disputed", "What is disputed?", draft.disputed.as_ref()).optional(),
            prose("information_sharing", "Why is information shared, or why not?", draft.information_sharing.as_ref())
                .optional(),
        ],
    }
}

fn words_of_class(key: &str) -> String {
    super::acts::capital(&crate::reports::in_words(key))
}

/// The draft with what a page says. What stays empty may be filled in later: the last page says what
/// is missing.
fn filled(step: Step, mut draft: Draft, form: &mut Reading<'_>) -> Draft {
    match step {
        Step::Agency => {
            let agency: Option<AgencyId> =
                form.choice("receiving_agency_id").and_then(|id| id.parse().ok());
            if agency != draft.receiving_agency_id {
                // Whoever was named works for the agency that was named before.
                draft.receiving_practitioner_id = None;
            }
            draft.receiving_agency_id = agency;
            draft.receiving_team = form.line("receiving_team");
        }
        Step::About => {
            draft.area_of_disagreement = form.choice("area_of_disagreement");
            draft.urgency_class = form.choice("urgency_class");
            draft.receiving_practitioner_id =
                form.choice("receiving_practitioner_id").and_then(|id| id.parse().ok());
        }
        Step::Child => {
            let (initials, local_reference) = (form.line("initials"), form.line("local_reference"));
            if initials.is_none() && local_reference.is_some() {
                form.needed_line("initials");
            }
            draft.child = initials.map(|initials| Child { initials, local_reference });
            draft.level_of_need = form.line("level_of_need");
            draft.decision_received_on = form.date("decision_received_on");
        }
        Step::Facts => draft.facts = form.prose("facts"),
        Step::Judgement => {
            draft.judgement = form.prose("judgement");
            draft.rationale = form.prose("rationale");
        }
        Step::Risk => {
            draft.risk = form.prose("risk");
            draft.childs_voice = form.prose("childs_voice");
            let (at, reason) = (form.instant("safe_by"), form.prose("safe_by_reason"));
            let reason = if at.is_some() { form.needed_prose("safe_by_reason") } else { reason };
            if reason.is_some() && at.is_none() {
                form.needed_instant("safe_by");
            }
            draft.protective_deadline =
                at.zip(reason).map(|(at, reason)| ProtectiveDeadline { at, reason });
        }
        Step::Tried => {
            draft.what_was_tried = form.prose("what_was_tried");
            draft.outcome_sought = form.prose("outcome_sought");
        }
        Step::More => {
            draft.agreed = form.prose("agreed");
            draft.disputed = form.prose("disputed");
            draft.information_sharing = form.prose("information_sharing");
        }
    }
    draft
}

#[derive(Template)]
#[template(path = "question.html", config = "src/web/askama.toml")]
struct Question {
    frame: Frame,
    caption: String,
    title: String,
    intro: Vec<&'static str>,
    action: String,
    back: Option<String>,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    form_token: String,
    version: i64,
    form_key: String,
    button: &'static str,
}

fn danger_fields() -> Vec<Field> {
    let answers = [("no", "No"), ("yes", "Yes")];
    let answers = answers.map(|(key, title)| (key.to_owned(), title.to_owned())).to_vec();
    vec![
        Field::new("in_immediate_danger", "Is the child in immediate danger?", Kind::Choice(answers)),
        Field::new("action_taken", "If so: what was done?", Kind::Prose)
            .hint("Whom you called, and what they answered."),
        Field::new("taken_at", "If so: when was it done?", Kind::Instant),
        Field::new("taken_by", "If so: who did it?", Kind::Line),
    ]
}

fn danger_page(
    visitor: &Visitor,
    fields: Vec<Field>,
    faults: &Faults,
    form_key: String,
    status: StatusCode,
) -> HttpResponse {
    let page = Question {
        frame: Frame::of(visitor, "Raise a challenge").with_faults(!faults.is_empty()),
        caption: "Raise a challenge".to_owned(),
        title: "First: is the child safe?".to_owned(),
        intro: vec![
            "If a child is in danger now, call 999, the local front door or the out-of-hours team \
             first. A challenge goes on beside that, never instead of it.",
        ],
        action: "/raise".to_owned(),
        back: None,
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        form_token: visitor.form_token.clone(),
        version: 0,
        form_key,
        button: "Save and go on",
    };
    show(status, &page)
}

/// `GET /raise`: the first question.
pub(super) async fn begin_page(visitor: Visitor) -> HttpResponse {
    let form_key = Uuid::new_v4().to_string();
    danger_page(&visitor, danger_fields(), &Faults::default(), form_key, StatusCode::OK)
}

/// `POST /raise`: begins the draft.
pub(super) async fn begin(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let fields: Vec<Field> = danger_fields().into_iter().map(|it| it.as_sent(&sent)).collect();
    let calendar = app.own_calendar(visitor.actor.clone()).await?;
    let mut form = Reading::of(&sent, &fields, &calendar);
    let answer = form.needed_choice("in_immediate_danger");
    let danger = ImmediateDanger {
        in_immediate_danger: answer.as_deref() == Some("yes"),
        action_taken: form.prose("action_taken"),
        taken_at: form.instant("taken_at"),
        taken_by: form.line("taken_by"),
    };
    let mut faults = form.faults;
    if faults.is_empty() {
        faults = Faults::of_engine(&danger.faults(app.now()), &fields);
    }
    let again = |faults: &Faults, fields| {
        let key = once.form_key.clone();
        Ok(danger_page(&visitor, fields, faults, key, StatusCode::UNPROCESSABLE_ENTITY))
    };
    if !faults.is_empty() {
        return again(&faults, fields);
    }
    let request = Request { expected_version: None, ..once.request(&visitor, "/raise", &sent) };
    let new = NewDraft {
        partnership_id: None,
        policy_key: None,
        topic: None,
        immediate_danger: danger,
        draft: Draft::default(),
    };
    let first = Step::ALL[0].address();
    let answering = move |view: &CaseView| {
        answer_with(format!("/escalations/{}/draft/{first}", view.escalation.reference))
    };
    match app.begin_draft(request, new, answering).await {
        Ok(answered) => Ok(see_other(answered.answer.location.as_deref().unwrap_or("/"))),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            again(&Faults::of_engine(&found, &fields), fields)
        }
        Err(other) => Err(other.into()),
    }
}

async fn draft_of(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<(CaseView, Draft), Refused> {
    let which = app.resolve(id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    match view.escalation.content.clone() {
        Content::Draft(draft) if view.escalation.ending().is_none() => Ok((view, *draft)),
        _ => Err(Refused::NotNow {
            text: "This is no draft any more.".to_owned(),
            back: format!("/escalations/{}", view.escalation.reference),
        }),
    }
}

/// `GET /escalations/{id}/draft/{step}`: a page of the journey.
pub(super) async fn step_page(
    app: App,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (id, step) = path.into_inner();
    let step = Step::at(&step)?;
    let (view, draft) = draft_of(&app, &visitor, &id).await?;
    let known = known(&app, &visitor, &view, &draft).await?;
    let fields = fields(step, &view, &draft, &known);
    let once = Once::of(view.escalation.version);
    Ok(question(&visitor, &view, step, fields, &Faults::default(), &once, StatusCode::OK))
}

/// The agencies that a challenge can be raised with, and the people of the one that was chosen; by
/// name.
async fn known(
    app: &App,
    visitor: &Visitor,
    view: &CaseView,
    draft: &Draft,
) -> Result<Known, Refused> {
    let it = &view.escalation;
    let all = app.agencies_of(visitor.actor.clone(), it.partnership_id).await?;
    let others = all.into_iter().filter(|agency| agency.id != it.raising.agency_id);
    let agencies = others.map(|agency| (agency.id.to_string(), agency.name)).collect();
    let people = match draft.receiving_agency_id {
        None => Vec::new(),
        Some(agency) => {
            let people =
                app.people_of_agency(visitor.actor.clone(), it.partnership_id, agency).await?;
            people.into_iter().map(|person| (person.id.to_string(), person.name)).collect()
        }
    };
    Ok(Known { agencies: by_name(agencies), people: by_name(people) })
}

fn by_name(mut choices: Choices) -> Choices {
    choices.sort_by_key(|(_, name)| name.to_lowercase());
    choices
}

fn question(
    visitor: &Visitor,
    view: &CaseView,
    step: Step,
    fields: Vec<Field>,
    faults: &Faults,
    once: &Once,
    status: StatusCode,
) -> HttpResponse {
    let reference = &view.escalation.reference;
    let base = format!("/escalations/{reference}/draft");
    let before = step.number().checked_sub(2).map(|at| Step::ALL[at].address());
    let title = format!("{}: {reference}", step.title());
    let page = Question {
        frame: Frame::of(visitor, title).with_faults(!faults.is_empty()),
        caption: format!("{reference}, page {} of {}", step.number(), Step::ALL.len() + 1),
        title: step.title().to_owned(),
        intro: Vec::new(),
        action: format!("{base}/{}", step.address()),
        back: before.map(|before| format!("{base}/{before}")),
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        form_token: visitor.form_token.clone(),
        version: once.version,
        form_key: once.form_key.clone(),
        button: "Save and go on",
    };
    show(status, &page)
}

/// `POST /escalations/{id}/draft/{step}`: saves the page, and goes on.
pub(super) async fn step(
    app: App,
    posted: Posted,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (id, step) = path.into_inner();
    let step = Step::at(&step)?;
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let (view, draft) = draft_of(&app, &visitor, &id).await?;
    let it = &view.escalation;
    let known = known(&app, &visitor, &view, &draft).await?;
    let fields: Vec<Field> = fields(step, &view, &draft, &known)
        .into_iter()
        .map(|field| field.as_sent(&sent))
        .collect();
    let mut form = Reading::of(&sent, &fields, view.loaded.calendar());
    let draft = filled(step, draft, &mut form);
    let faults = form.faults;
    let again = |faults: &Faults, once: &Once, status| {
        Ok(question(&visitor, &view, step, fields.clone(), faults, once, status))
    };
    if !faults.is_empty() {
        return again(&faults, &once, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let base = format!("/escalations/{}/draft", it.reference);
    let request = once.request(&visitor, &format!("{base}/{}", step.address()), &sent);
    let next = match step.next() {
        Some(next) => format!("{base}/{}", next.address()),
        None => base,
    };
    let immediate_danger = it.immediate_danger.clone();
    let command = Command::ChangeDraft { immediate_danger, draft: Box::new(draft) };
    let location = next.clone();
    let answering = move |_: &CaseView| answer_with(location.clone());
    match app.change(request, it.id, command, answering).await {
        Ok(_) => Ok(see_other(&next)),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            let faults = Faults::of_engine(&found, &fields);
            again(&faults, &once, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(EngineError::Stale) => {
            let text = "This draft was changed in another window, and nothing of this page was \
                        saved. Look at it, then save it again.";
            let faults = Faults(vec![(String::new(), text.to_owned())]);
            again(&faults, &Once::of(it.version), StatusCode::PRECONDITION_FAILED)
        }
        Err(other) => Err(other.into()),
    }
}

struct Part {
    title: &'static str,
    change: String,
    rows: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "check.html", config = "src/web/askama.toml")]
struct Check {
    frame: Frame,
    reference: String,
    parts: Vec<Part>,
    faults: Vec<(String, String)>,
    receiving: String,
    is_whole: bool,
    form_token: String,
    version: i64,
    form_key: String,
}

/// What is written under a field, in words.
fn shown(field: &Field) -> String {
    let value = match &field.kind {
        Kind::Choice(choices) | Kind::Pick(choices) => choices
            .iter()
            .find(|(key, _)| key == field.value())
            .map_or_else(String::new, |(_, title)| title.clone()),
        Kind::Date | Kind::Instant => {
            let parts = field.parts();
            let written: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
            written.join(" ").trim().to_owned()
        }
        _ => field.value().to_owned(),
    };
    if value.is_empty() { "Not filled in".to_owned() } else { value }
}

fn check(
    visitor: &Visitor,
    view: &CaseView,
    draft: &Draft,
    known: &Known,
    found: Vec<(String, String)>,
    status: StatusCode,
) -> HttpResponse {
    let it = &view.escalation;
    let base = format!("/escalations/{}/draft", it.reference);
    let part = |step: Step| Part {
        title: step.title(),
        change: format!("{base}/{}", step.address()),
        rows: fields(step, view, draft, known)
            .iter()
            .map(|field| (field.label.clone(), shown(field)))
            .collect(),
    };
    let receiving = draft.receiving_agency_id.map(|id| id.to_string());
    let receiving = known.agencies.iter().find(|(id, _)| Some(id) == receiving.as_ref());
    let once = Once::of(it.version);
    let page = Check {
        frame: Frame::of(visitor, format!("Check your challenge: {}", it.reference))
            .with_faults(!found.is_empty()),
        reference: it.reference.clone(),
        parts: Step::ALL.into_iter().map(part).collect(),
        is_whole: found.is_empty(),
        faults: found,
        receiving: receiving.map_or_else(|| "the other agency".to_owned(), |it| it.1.clone()),
        form_token: visitor.form_token.clone(),
        version: once.version,
        form_key: once.form_key,
    };
    show(status, &page)
}

/// What the draft still lacks, each with the page where it is asked.
fn lacking(view: &CaseView, draft: &Draft) -> Vec<(String, String)> {
    let receiving = draft.receiving_agency_id.map(|agency_id| crate::directory::Party {
        agency_id,
        agency_name: String::new(),
        team: None,
    });
    let found = draft.complete(receiving, view.loaded.policy.ordinary_class());
    let faults = match found {
        Ok(_whole) => Vec::new(),
        Err(faults) => faults,
    };
    asked_where(view, &faults)
}

/// What is at fault with a draft, each with the page where it is asked.
fn asked_where(view: &CaseView, faults: &[FieldFault]) -> Vec<(String, String)> {
    let base = format!("/escalations/{}/draft", view.escalation.reference);
    let place = |fault: &FieldFault| {
        let name = fault.pointer.split('/').nth(2).unwrap_or_default();
        let step = match name {
            "receiving_agency_id" | "receiving_team" => Step::Agency,
            "area_of_disagreement" | "urgency_class" | "receiving_practitioner_id" => Step::About,
            "child" | "level_of_need" | "decision_received_on" => Step::Child,
            "facts" => Step::Facts,
            "judgement" | "rationale" => Step::Judgement,
            "risk" | "childs_voice" | "protective_deadline" => Step::Risk,
            "what_was_tried" | "outcome_sought" => Step::Tried,
            _ => Step::More,
        };
        (format!("{base}/{}", step.address()), super::acts::capital(&fault.detail))
    };
    faults.iter().map(place).collect()
}

/// `GET /escalations/{id}/draft`: all of it once more.
pub(super) async fn check_page(
    app: App,
    visitor: Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let (view, draft) = draft_of(&app, &visitor, &id).await?;
    let known = known(&app, &visitor, &view, &draft).await?;
    let lacking = lacking(&view, &draft);
    Ok(check(&visitor, &view, &draft, &known, lacking, StatusCode::OK))
}

/// `POST /escalations/{id}/draft`: raises it.
pub(super) async fn raise(
    app: App,
    posted: Posted,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let which = app.resolve(&id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    let address = format!("/escalations/{}/raised", view.escalation.reference);
    let request = once.request(&visitor, &address, &sent);
    let location = address.clone();
    let answering = move |_: &CaseView| answer_with(location.clone());
    match app.raise(request, which, answering).await {
        Ok(_) => Ok(see_other(&address)),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            let (view, draft) = draft_of(&app, &visitor, &id).await?;
            let known = known(&app, &visitor, &view, &draft).await?;
            let found = asked_where(&view, &found);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(check(&visitor, &view, &draft, &known, found, status))
        }
        Err(EngineError::Stale) => Err(Refused::NotNow {
            text: "This draft was changed in another window. Look at it again before you send it."
                .to_owned(),
            back: format!("/escalations/{}/draft", view.escalation.reference),
        }),
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "raised.html", config = "src/web/askama.toml")]
struct Raised {
    frame: Frame,
    reference: String,
    receiving: String,
    area: String,
    people: String,
    due: String,
}

/// `GET /escalations/{id}/raised`: that it was sent, what happens next, and by when.
pub(super) async fn raised(
    app: App,
    visitor: Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let which = app.resolve(&id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    let it = &view.escalation;
    let (Some(challenge), Some(entry)) = (it.challenge(), it.current_entry()) else {
        return Ok(see_other(&format!("/escalations/{}", it.reference)));
    };
    let areas = &view.loaded.policy.areas_of_disagreement;
    let page = Raised {
        frame: Frame::of(&visitor, format!("Challenge sent: {}", it.reference)),
        reference: it.reference.clone(),
        receiving: challenge.receiving.agency_name.clone(),
        area: titled(areas, &challenge.area_of_disagreement).to_owned(),
        people: super::home::waiting(it, entry),
        due: view.loaded.calendar().say(entry.due.at),
    };
    Ok(show(StatusCode::OK, &page))
}
