//! API tokens: one's own, and those of machines. A token's text is shown once, on the page that
//! answers the form, and kept nowhere.

use super::App;
use crate::access::TokenScope;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::engine::{EngineError, NewApiToken, TOKEN_DAYS_MAX};
use crate::escalation::Refusal;
use crate::ids::{ApiTokenId, PersonId};
use crate::store::api_tokens::ApiToken;
use crate::web::acting::Once;
use crate::web::directory::{Paging, PlaceQuery, id};
use crate::web::fields::{Faults, Field, Kind, Reading, Sent};
use crate::web::frame::{Frame, see_other, show};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::{Sheet, freshly};
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

/// Whose tokens a page is about.
pub(super) struct Owner {
    pub(super) id: PersonId,
    pub(super) is_machine: bool,
    pub(super) name: String,
    /// Where their tokens are.
    pub(super) address: String,
}

impl Owner {
    fn me(visitor: &Visitor) -> Self {
        Self {
            id: visitor.actor.person_id,
            is_machine: false,
            name: "Your API tokens".to_owned(),
            address: "/administration/tokens".to_owned(),
        }
    }

    async fn machine(app: &App, visitor: &Visitor, path: &str) -> Result<Self, Refused> {
        let which: PersonId = id(path)?;
        let all = app.machines(visitor.actor.clone()).await?;
        let machine = all.into_iter().find(|it| it.id == which).ok_or(Refused::NotFound)?;
        let address = format!("/administration/machines/{which}");
        Ok(Self { id: which, is_machine: true, name: machine.name, address })
    }
}

fn scope_in_words(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::DirectoryRead => "Read agencies, posts and people",
        TokenScope::DirectoryWrite => "Change agencies, posts, people and absences",
        TokenScope::PoliciesRead => "Read policies and closures, and try policies",
        TokenScope::CasesRead => "Read cases and their timelines",
        TokenScope::CasesWrite => "Draft, raise and work on cases; end none",
        TokenScope::NoticesRead => "Read which messages went out",
        TokenScope::BouncesWrite => "Hand in messages that came back",
    }
}

struct Row {
    id: ApiTokenId,
    name: String,
    scopes: Vec<&'static str>,
    made: String,
    until: String,
    used: String,
    is_good: bool,
    state: String,
}

fn is_good(token: &ApiToken, now: UtcInstant) -> bool {
    token.revoked_at.is_none() && token.expires_at > now
}

fn row(token: &ApiToken, calendar: &Calendar, now: UtcInstant) -> Row {
    let used = token.last_used_on.map(|day| day.format("%-d %B %Y").to_string());
    Row {
        id: token.id,
        name: token.name.clone(),
        scopes: token.scopes.iter().map(|scope| scope_in_words(*scope)).collect(),
        made: calendar.say(token.made_at),
        until: calendar.say(token.expires_at),
        used: used.unwrap_or_else(|| "Never".to_owned()),
        is_good: is_good(token, now),
        state: match token.revoked_at {
            Some(at) => format!("Taken back {}", calendar.say(at)),
            None if token.expires_at <= now => "Ran out".to_owned(),
            None => "Good".to_owned(),
        },
    }
}

#[derive(Template)]
#[template(path = "tokens.html", config = "src/web/askama.toml")]
struct TokensPage {
    frame: Frame,
    owner: Owner,
    is_revoked: bool,
    rows: Vec<Row>,
    paging: Paging,
}

async fn list(
    app: &App,
    visitor: &Visitor,
    owner: Owner,
    query: &PlaceQuery,
) -> Result<HttpResponse, Refused> {
    let mut all = app.api_tokens(visitor.actor.clone(), owner.id).await?;
    let (calendar, now) = (app.wall_calendar(visitor.actor.clone()).await?, app.now());
    all.sort_by_key(|token| (!is_good(token, now), std::cmp::Reverse(token.made_at)));
    let paging = Paging::of(query.page, all.len())?;
    let (from, limit) = Paging::rows(query.page);
    let title =
        if owner.is_machine { format!("API tokens of {}", owner.name) } else { owner.name.clone() };
    let page = TokensPage {
        frame: Frame::of(visitor, format!("{title}{}", paging.in_title())),
        is_revoked: query.done.as_deref() == Some("revoked"),
        rows: all.iter().skip(from).take(limit).map(|it| row(it, &calendar, now)).collect(),
        owner,
        paging,
    };
    Ok(show(StatusCode::OK, &page))
}

fn sheet(owner: &Owner) -> Sheet {
    Sheet {
        title: "Make an API token".to_owned(),
        caption: owner.name.clone(),
        lead: vec![
            "Whoever has the token can do what you choose here, without a password. Its text is \
             shown once, on the next page."
                .to_owned(),
        ],
        action: format!("{}/add", owner.tokens_address()),
        back: (owner.address.clone(), owner.name.clone()),
        button: "Make the token",
        ..Sheet::default()
    }
}

impl Owner {
    /// Where the forms about their tokens are.
    fn tokens_address(&self) -> String {
        if self.is_machine { format!("{}/tokens", self.address) } else { self.address.clone() }
    }
}

fn fields(owner: &Owner) -> Vec<Field> {
    let fits = |scope: &TokenScope| !owner.is_machine || scope.is_for_machines();
    let scopes: Vec<(String, String)> = TokenScope::ALL
        .into_iter()
        .filter(fits)
        .map(|scope| (scope.to_string(), scope_in_words(scope).to_owned()))
        .collect();
    vec![
        Field::new("name", "What do you call it?", Kind::Line).hint("Such as where it is used."),
        Field::new("scopes", "What may it do?", Kind::Several(scopes))
            .hint("As little as will do. It never does more than its owner may."),
        Field::new("days", "For how many days is it good?", Kind::Line)
            .hint("1 to 365. It stops working then."),
    ]
}

fn read(form: &mut Reading<'_>) -> Option<NewApiToken> {
    let name = form.needed_line("name");
    let chosen = form.several("scopes");
    if chosen.is_empty() {
        form.faults.add("scopes", "What may it do? Choose at least one of these");
    }
    let days = form.needed_line("days").map(|days| days.as_str().parse::<i64>());
    let days = match days? {
        Ok(days) if (1..=TOKEN_DAYS_MAX).contains(&days) => days,
        Ok(_) | Err(_) => {
            let text =
                format!("For how many days is it good? Write a number from 1 to {TOKEN_DAYS_MAX}");
            form.faults.add("days", text);
            return None;
        }
    };
    let scopes = TokenScope::ALL.into_iter().filter(|it| chosen.contains(&it.to_string()));
    Some(NewApiToken { name: name?, scopes: scopes.collect(), days })
}

#[derive(Template)]
#[template(path = "token_made.html", config = "src/web/askama.toml")]
struct MadePage {
    frame: Frame,
    address: String,
    name: String,
    token: String,
    until: String,
}

async fn make(
    app: &App,
    visitor: &Visitor,
    owner: &Owner,
    mut sent: Sent,
) -> Result<HttpResponse, Refused> {
    let once = Once::taken_from(&mut sent)?;
    let sheet = sheet(owner);
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let fields: Vec<Field> =
        fields(owner).into_iter().map(|field| field.filled_with(&sent)).collect();
    let mut form = Reading::of(&sent, &fields, &calendar);
    let new = read(&mut form);
    let mut faults = form.faults;
    let there = app.api_tokens(visitor.actor.clone(), owner.id).await?;
    let now = app.now();
    let is_there = |new: &NewApiToken| {
        there.iter().any(|token| token.name == new.name.as_str() && is_good(token, now))
    };
    // A form that is sent twice makes no second token: the text of the first cannot be shown again.
    if new.as_ref().is_some_and(is_there) {
        let text = "What do you call it? There is a token of this name already. If its text is \
                    lost, take it back, and make another one";
        faults.add("name", text);
    }
    let Some(new) = new.filter(|_| faults.is_empty()) else {
        return Ok(sheet.again(visitor, fields, &faults, &once));
    };
    let actor = visitor.actor.clone();
    let made = if owner.is_machine {
        app.make_machine_token(actor, owner.id, new).await
    } else {
        app.make_own_token(actor, new).await
    };
    match made {
        Ok((made, token)) => {
            let page = MadePage {
                frame: Frame::of(visitor, "The token was made"),
                address: owner.address.clone(),
                name: made.name,
                token,
                until: calendar.say(made.expires_at),
            };
            Ok(show(StatusCode::OK, &page))
        }
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            let faults = Faults::of_engine(&found, &fields);
            Ok(sheet.again(visitor, fields, &faults, &once))
        }
        Err(EngineError::Refused(Refusal::NotNow(text))) => {
            Err(Refused::NotNow { text, back: owner.address.clone() })
        }
        Err(other) => Err(other.into()),
    }
}

async fn revoke_sheet(
    app: &App,
    visitor: &Visitor,
    owner: &Owner,
    which: ApiTokenId,
) -> Result<HttpResponse, Refused> {
    let all = app.api_tokens(visitor.actor.clone(), owner.id).await?;
    let token = all.into_iter().find(|it| it.id == which).ok_or(Refused::NotFound)?;
    let sheet = Sheet {
        title: "Take a token back".to_owned(),
        caption: token.name,
        lead: vec!["It stops working at once, wherever it is used.".to_owned()],
        action: format!("{}/{which}/revoke", owner.tokens_address()),
        back: (owner.address.clone(), owner.name.clone()),
        button: "Take it back",
        is_grave: true,
        ..Sheet::default()
    };
    Ok(sheet.blank(visitor, Vec::new(), 0))
}

async fn revoked(
    app: &App,
    visitor: &Visitor,
    owner: &Owner,
    which: ApiTokenId,
) -> Result<HttpResponse, Refused> {
    match app.revoke_token(visitor.actor.clone(), owner.id, which).await {
        // Sent twice, it is dead all the same.
        Ok(()) | Err(EngineError::Refused(Refusal::NotFound)) => {
            Ok(see_other(&format!("{}?done=revoked", owner.address)))
        }
        Err(other) => Err(other.into()),
    }
}

type Query = web::Query<PlaceQuery>;

/// `GET /administration/tokens`
pub(super) async fn own(app: App, visitor: Visitor, query: Query) -> Result<HttpResponse, Refused> {
    let owner = Owner::me(&visitor);
    list(&app, &visitor, owner, &query).await
}

/// `GET /administration/tokens/add`
pub(super) async fn own_form(app: App, visitor: Visitor) -> Result<HttpResponse, Refused> {
    freshly(&visitor, app.now())?;
    let owner = Owner::me(&visitor);
    Ok(sheet(&owner).blank(&visitor, fields(&owner), 0))
}

/// `POST /administration/tokens/add`
pub(super) async fn make_own(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    make(&app, &visitor, &Owner::me(&visitor), sent).await
}

/// `GET /administration/tokens/{id}/revoke`
pub(super) async fn revoke_own_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    revoke_sheet(&app, &visitor, &Owner::me(&visitor), id(&path)?).await
}

/// `POST /administration/tokens/{id}/revoke`
pub(super) async fn revoke_own(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let visitor = posted.visitor;
    revoked(&app, &visitor, &Owner::me(&visitor), id(&path)?).await
}

/// `GET /administration/machines/{id}`
pub(super) async fn of_machine(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, Refused> {
    let owner = Owner::machine(&app, &visitor, &path).await?;
    list(&app, &visitor, owner, &query).await
}

/// `GET /administration/machines/{id}/tokens/add`
pub(super) async fn machine_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let owner = Owner::machine(&app, &visitor, &path).await?;
    freshly(&visitor, app.now())?;
    Ok(sheet(&owner).blank(&visitor, fields(&owner), 0))
}

/// `POST /administration/machines/{id}/tokens/add`
pub(super) async fn make_of_machine(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let owner = Owner::machine(&app, &visitor, &path).await?;
    make(&app, &visitor, &owner, sent).await
}

/// `GET /administration/machines/{id}/tokens/{token}/revoke`
pub(super) async fn revoke_of_machine_form(
    app: App,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (machine, token) = path.into_inner();
    let owner = Owner::machine(&app, &visitor, &machine).await?;
    revoke_sheet(&app, &visitor, &owner, id(&token)?).await
}

/// `POST /administration/machines/{id}/tokens/{token}/revoke`
pub(super) async fn revoke_of_machine(
    app: App,
    posted: Posted,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let visitor = posted.visitor;
    let (machine, token) = path.into_inner();
    let owner = Owner::machine(&app, &visitor, &machine).await?;
    revoked(&app, &visitor, &owner, id(&token)?).await
}
