//! A house in which everybody is: a case in each state, and somebody for each way in which people
//! can be to it.

use super::aim::Aim;
use crate::engine::BSCP;
use crate::house::{self, Client, Database, House, Wishes};
use bscp_escalation::engine::Founded;
use bscp_escalation::store::policies::Via;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// People whom the shipped directory has not: somebody without a post, safeguarding leads, an
/// auditor, an officer who has left.
const BESIDES: &str = r#"
[[people]]
name = "Nadia Costa"
email = "nadia.costa@ravensbourne.example"
agency = "primary"

[[people]]
name = "Ivy Marlow"
email = "ivy.marlow@socialcare.example"
agency = "social_care"

[[people]]
name = "Otis Wren"
email = "otis.wren@sundial.example"
agency = "nursery"

[[people]]
name = "Una Firth"
email = "una.firth@bscp.example"

[[people]]
name = "Basil Thorne"
email = "basil.thorne@bscp.example"

[[posts]]
title = "Safeguarding lead, social care"
agency = "social_care"
rung = "line_manager"
team = "Safeguarding unit"
safeguarding_lead = true
holders = ["ivy.marlow@socialcare.example"]

[[posts]]
title = "Safeguarding lead, nursery"
agency = "nursery"
rung = "service_manager"
safeguarding_lead = true
holders = ["otis.wren@sundial.example"]

[[posts]]
title = "Auditor"
function = "auditor"
holders = ["una.firth@bscp.example"]

[[posts]]
title = "Panel member who has left"
function = "panel_member"
holders = ["basil.thorne@bscp.example"]
"#;

/// Another partnership on the same server.
const ELSEWHERE: &str = r#"
[partnership]
key = "elsewhere"
name = "Elsewhere Safeguarding Children Partnership"
reference_prefix = "ELS"
contact_email = "partnership@elsewhere.example"

[[agencies]]
key = "school"
name = "Elsewhere School"
sector = "school"

[[agencies]]
key = "social_care"
name = "Elsewhere Social Care"
sector = "childrens_social_care"

[[people]]
name = "Rex Holloway"
email = "rex.holloway@elsewhere.example"

[[people]]
name = "Dora Finch"
email = "dora.finch@elsewhere.example"

[[people]]
name = "Wes Tanner"
email = "wes.tanner@elsewhere.example"
agency = "school"

[[people]]
name = "Mabel Crane"
email = "mabel.crane@elsewhere.example"
agency = "social_care"

[[posts]]
title = "Teacher"
agency = "school"
rung = "practitioner"
holders = ["wes.tanner@elsewhere.example"]

[[posts]]
title = "Social worker"
agency = "social_care"
rung = "practitioner"
holders = ["mabel.crane@elsewhere.example"]

[[posts]]
title = "Business manager"
function = "business_manager"
holders = ["rex.holloway@elsewhere.example"]

[[posts]]
title = "Independent scrutineer"
function = "scrutineer"
holders = ["dora.finch@elsewhere.example"]
"#;

/// When everything that is prepared has happened: Thursday 31 December 2026, in the afternoon.
const NOW: &str = "2026-12-31T15:00:00Z";
/// Its day.
pub const TODAY: &str = "2026-12-31";
/// Early enough that an emergency look which began then has run out.
const EARLIER: &str = "2026-12-31T10:00:00Z";

/// A state in which a case is prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Draft,
    FirstStage,
    SecondStage,
    Overdue,
    Ended,
    /// Restricted in its first stage; it excludes Margaret Bell and Moira Stennett.
    Restricted,
    /// The same, and the auditor looks at it in an emergency.
    RestrictedBroken,
    /// In its first stage, and the receiving agency's safeguarding lead looks at it.
    GlassBroken,
    /// The same, and the time of looking is over.
    GlassRunOut,
    /// Of the other partnership, in its first stage.
    Elsewhere,
}

impl State {
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::FirstStage,
        Self::SecondStage,
        Self::Overdue,
        Self::Ended,
        Self::Restricted,
        Self::RestrictedBroken,
        Self::GlassBroken,
        Self::GlassRunOut,
        Self::Elsewhere,
    ];
}

/// A prepared case.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub id: String,
    pub reference: String,
}

/// The house, with everybody and everything in it.
pub struct FullHouse {
    pub house: House,
    pub elsewhere: Founded,
    pub cases: BTreeMap<State, Prepared>,
    /// Whoever was signed in when they left.
    pub left: Client,
    /// A post of an agency that has no case.
    pub post_id: String,
    /// A program of an agency.
    pub machine_id: String,
}

impl FullHouse {
    /// Builds it; none where there is no PostgreSQL.
    pub async fn build(database: Database) -> Option<Self> {
        let wishes = Wishes { directory_besides: BESIDES, ..Wishes::default() };
        let house = House::build(database, wishes).await?;
        let elsewhere = house::found(&house.engine, ELSEWHERE).await;
        publish_elsewhere(&house, &elsewhere).await;
        let left = Client::stranger(house.address);
        let mut full = Self {
            house,
            elsewhere,
            cases: BTreeMap::new(),
            left,
            post_id: String::new(),
            machine_id: String::new(),
        };
        full.prepare().await;
        Some(full)
    }

    async fn prepare(&mut self) {
        let draft = self.house.draft();
        let mut restricted = draft.clone();
        restricted["draft"]["restriction"] = json!({
            "reason": "manager_is_the_block",
            "excluded": [self.house.person_id("Margaret Bell"), self.house.person_id("Moira Stennett")],
        });
        let overdue = self.raise(State::Overdue, &draft).await;
        let to_the_last = json!({ "to_stage": 4, "reason": "The risk has grown." });
        self.command("Priya Nair", &overdue, "early-escalations", &to_the_last).await;
        self.house.advance_to(EARLIER).await;
        let run_out = self.raise(State::GlassRunOut, &draft).await;
        self.break_glass("Ivy Marlow", &run_out).await;
        self.house.advance_to(NOW).await;
        self.begin(State::Draft, &draft).await;
        self.raise(State::FirstStage, &draft).await;
        let reason = json!({ "reason": "The risk has grown." });
        let second = self.raise(State::SecondStage, &draft).await;
        self.command("Priya Nair", &second, "early-escalations", &reason).await;
        let ended = self.raise(State::Ended, &draft).await;
        self.command("Priya Nair", &ended, "early-escalations", &reason).await;
        self.command("Priya Nair", &ended, "withdrawals", &reason).await;
        self.raise(State::Restricted, &restricted).await;
        let restricted_broken = self.raise(State::RestrictedBroken, &restricted).await;
        self.break_glass("Una Firth", &restricted_broken).await;
        let broken = self.raise(State::GlassBroken, &draft).await;
        self.break_glass("Ivy Marlow", &broken).await;
        self.raise_elsewhere().await;
        self.say_goodbye("Basil Thorne").await;
        let judith = self.house.as_("Judith Hale").await;
        let path = format!("/partnerships/{}/closures", self.house.founded.partnership.id);
        let closed = judith.post(&path, &json!({ "day": TODAY, "reason": "Snow." })).await;
        assert_eq!(closed.status, 201, "{}", closed.body);
        let ellis = self.house.as_("Ellis Grant").await;
        let posts = ellis.get("/posts?limit=200").await.list("/items");
        let post = posts.iter().find(|post| post["title"] == "Housing officer").unwrap();
        post["id"].as_str().unwrap().clone_into(&mut self.post_id);
        let machine = json!({ "name": "List", "agency_id": self.house.agency_id("nursery") });
        let machine = ellis.post("/machines", &machine).await;
        assert_eq!(machine.status, 201, "{}", machine.body);
        self.machine_id = machine.text("/id");
        self.house.settle().await;
    }

    async fn begin(&mut self, state: State, draft: &Value) -> String {
        let begun = self.house.as_("Priya Nair").await.post("/escalations", draft).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        let (id, reference) = (begun.text("/id"), begun.text("/reference"));
        self.cases.insert(state, Prepared { id, reference: reference.clone() });
        reference
    }

    async fn raise(&mut self, state: State, draft: &Value) -> String {
        let reference = self.begin(state, draft).await;
        self.command("Priya Nair", &reference, "raising", &json!({})).await;
        reference
    }

    async fn command(&self, name: &str, reference: &str, command: &str, body: &Value) {
        let client = self.house.as_(name).await;
        let done = client.command(reference, command, body).await;
        assert_eq!(done.status, 200, "{name}, {command}: {}", done.body);
        self.house.settle().await;
    }

    async fn break_glass(&self, name: &str, reference: &str) {
        let client = self.house.as_(name).await;
        let body = json!({ "reason": "A call from the hospital, and nobody else is there." });
        let broken = client.post(&format!("/escalations/{reference}/break-glass"), &body).await;
        assert!([200, 201].contains(&broken.status), "{name}: {}", broken.body);
        self.house.settle().await;
    }

    async fn raise_elsewhere(&mut self) {
        let wes = self.as_elsewhere("Wes Tanner").await;
        let mut draft = self.house.draft();
        draft["draft"]["receiving_agency_id"] =
            json!(self.elsewhere.agencies["social_care"].to_string());
        draft["draft"]["receiving_team"] = json!(null);
        draft["draft"]["receiving_practitioner_id"] = json!(null);
        let begun = wes.post("/escalations", &draft).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        let (id, reference) = (begun.text("/id"), begun.text("/reference"));
        let raised = wes.command(&reference, "raising", &json!({})).await;
        assert_eq!(raised.status, 200, "{}", raised.body);
        self.cases.insert(State::Elsewhere, Prepared { id, reference });
    }

    /// Somebody leaves, while they are signed in.
    async fn say_goodbye(&mut self, name: &str) {
        self.left = self.house.as_(name).await;
        let ellis = self.house.as_("Ellis Grant").await;
        let path = format!("/people/{}", self.house.person_id(name));
        let read = ellis.get(&path).await;
        let etag = read.header("etag").unwrap();
        let mut body = read.body;
        for field in ["id", "version"] {
            body.as_object_mut().unwrap().remove(field);
        }
        body["active"] = json!(false);
        let headers = [("If-Match", etag.as_str())];
        let gone = ellis.send(reqwest::Method::PUT, &path, &headers, Some(body.to_string())).await;
        assert_eq!(gone.status, 200, "{}", gone.body);
    }

    /// Somebody's id, in either partnership.
    pub fn person_id(&self, name: &str) -> String {
        match self.elsewhere.people.iter().find(|person| person.name == name) {
            Some(person) => person.id.to_string(),
            None => self.house.person_id(name),
        }
    }

    /// Somebody of either partnership.
    pub async fn as_anybody(&self, name: &str) -> Client {
        if self.elsewhere.people.iter().any(|person| person.name == name) {
            return self.as_elsewhere(name).await;
        }
        self.house.as_(name).await
    }

    /// Somebody of the other partnership.
    pub async fn as_elsewhere(&self, name: &str) -> Client {
        let person = self.elsewhere.people.iter().find(|person| person.name == name);
        Client::sign_in(self.house.address, &person.unwrap().email).await
    }

    /// What requests about a case are aimed at.
    pub fn aim(&self, state: State) -> Aim {
        Aim::at(&self.house, &self.cases[&state].id)
    }
}

async fn publish_elsewhere(house: &House, elsewhere: &Founded) {
    let id = |name: &str| elsewhere.people.iter().find(|person| person.name == name).unwrap().id;
    let text = BSCP
        .replace("partnership = \"bromley\"", "partnership = \"elsewhere\"")
        .replace("key = \"bscp\"", "key = \"elsewhere\"");
    let proposed = house.engine.propose_policy(text, Some(id("Rex Holloway"))).await.unwrap();
    let (of, which) = (proposed.partnership_id, proposed.which);
    house.engine.publish_policy(of, which, id("Dora Finch"), Via::Console).await.unwrap();
}
