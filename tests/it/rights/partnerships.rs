//! Two partnerships on one server that share a police unit and hold the same data, each with words
//! of its own in it.

use crate::engine::BSCP;
use crate::house::{Answer, Client, House, found};
use bscp_escalation::engine::Founded;
use bscp_escalation::store::policies::Via;
use reqwest::Method;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

const DIRECTORY: &str = include_str!("../../../config/demo/bromley.toml");

/// The agency that serves both.
const SHARED: &str = "police";

/// A partnership with what it holds.
pub struct Partnership<'h> {
    pub house: &'h House,
    pub founded: Founded,
    /// Stands in every name of its directory, policies and closures; empty for the house's own.
    pub name_word: &'static str,
    /// Stands in everything that is written in its cases.
    pub case_word: &'static str,
    /// What else its cases hold that nobody else's do.
    child: [&'static str; 2],
    /// Its cases' references and ids, in the order in which they were begun.
    pub cases: RefCell<Vec<(String, String)>>,
    clients: RefCell<HashMap<String, Client>>,
}

impl<'h> Partnership<'h> {
    /// The house's own.
    pub fn own(house: &'h House) -> Self {
        Self::new(house, house.founded.clone(), "", "Aldermoor", ["A.Q.", "ALD-4417"])
    }

    /// A second one with the same agencies, people, posts and policy, by other names. The police of
    /// the first serve it too.
    pub async fn twin_of(first: &Self) -> Self {
        let house = first.house;
        let word = "Wrenquist";
        let founded = found(&house.engine, &twin_directory(word)).await;
        let twin = Self::new(house, founded, word, "Zorblatt", ["Z.X.", "ZOR-9902"]);
        twin.share(&first.agency_id(SHARED), first).await;
        twin.publish(1, "").await;
        twin
    }

    fn new(
        house: &'h House,
        founded: Founded,
        name_word: &'static str,
        case_word: &'static str,
        child: [&'static str; 2],
    ) -> Self {
        Self {
            house,
            founded,
            name_word,
            case_word,
            child,
            cases: RefCell::default(),
            clients: RefCell::default(),
        }
    }

    /// Lets an agency of another partnership serve this one too.
    async fn share(&self, agency_id: &str, other: &Self) {
        let ellis = self.house.as_("Ellis Grant").await;
        let path = format!("/agencies/{agency_id}");
        let mut body = ellis.get(&path).await.body;
        let fields = body.as_object_mut().unwrap();
        let version = fields.remove("version").unwrap();
        fields.remove("id");
        fields.insert("partnership_ids".to_owned(), json!([other.id(), self.id()]));
        let headers = [("If-Match", format!("\"{version}\""))];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let shared = ellis.send(Method::PUT, &path, &headers, Some(body.to_string())).await;
        assert_eq!(shared.status, 200, "{}", shared.body);
    }

    /// Publishes a version of its policy, with something more in its title.
    pub async fn publish(&self, version: i32, more: &str) {
        let title = "title = \"BSCP escalation";
        let key = &self.founded.partnership.key;
        let text = BSCP
            .replace("partnership = \"bromley\"", &format!("partnership = \"{key}\""))
            .replace(title, &format!("title = \"{} {more} escalation", self.name_word))
            .replace("version = 1", &format!("version = {version}"));
        let by = self.person("Judith Hale").id;
        let proposed = self.house.engine.propose_policy(text, Some(by)).await.unwrap();
        let of = (proposed.partnership_id, proposed.which);
        let by = self.person("Professor Alan Greer").id;
        self.house.engine.publish_policy(of.0, of.1, by, Via::Console).await.unwrap();
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.founded.partnership.id.to_string()
    }

    /// An agency's id, by its key in the first one's directory.
    pub fn agency_id(&self, key: &str) -> String {
        let own = self.founded.agencies.get(key);
        own.map_or_else(|| self.house.agency_id(key), ToString::to_string)
    }

    fn person(&self, name: &str) -> &bscp_escalation::directory::Person {
        let of = [&self.founded.people, &self.house.founded.people];
        let named = |person: &&bscp_escalation::directory::Person| {
            person.name == name || person.name == format!("{name} {}", self.name_word)
        };
        let found = of.into_iter().find_map(|people| people.iter().find(named));
        found.unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    /// Somebody's id, by their name in the first one's directory.
    pub fn person_id(&self, name: &str) -> String {
        self.person(name).id.to_string()
    }

    /// Somebody who is signed in, by their name in the first one's directory.
    pub async fn as_(&self, name: &str) -> Client {
        let known = self.clients.borrow().get(name).cloned();
        if let Some(client) = known {
            return client;
        }
        let email = self.person(name).email.clone();
        let client = Client::sign_in(self.house.address, &email).await;
        self.clients.borrow_mut().insert(name.to_owned(), client.clone());
        client
    }

    /// Signs everybody in again when they are next asked for: a token lives for some minutes.
    pub fn forget_tokens(&self) {
        self.clients.borrow_mut().clear();
    }

    /// A whole draft against somebody of an agency.
    pub fn draft(&self, agency: &str, team: Option<&str>, practitioner: &str) -> Value {
        let word = self.case_word;
        let [initials, reference] = self.child;
        json!({
            "partnership_id": self.id(),
            "immediate_danger": {
                "in_immediate_danger": true, "action_taken": format!("{word} action taken"),
                "taken_at": "2026-12-21T09:00:00Z", "taken_by": format!("{word} taken by")
            },
            "draft": {
                "receiving_agency_id": self.agency_id(agency),
                "receiving_team": team,
                "receiving_practitioner_id": self.person_id(practitioner),
                "child": { "initials": initials, "local_reference": reference },
                "area_of_disagreement": "level_of_need",
                "level_of_need": format!("{word} level"),
                "facts": format!("{word} facts"), "judgement": format!("{word} judgement"),
                "rationale": format!("{word} rationale"), "risk": format!("{word} risk"),
                "agreed": format!("{word} agreed"), "disputed": format!("{word} disputed"),
                "childs_voice": format!("{word} voice"),
                "what_was_tried": format!("{word} tried"),
                "outcome_sought": format!("{word} sought")
            }
        })
    }

    /// Begins a draft of somebody's.
    pub async fn drafts(&self, who: &str, draft: &Value) -> String {
        let begun = self.as_(who).await.post("/escalations", draft).await;
        assert_eq!(begun.status, 201, "{who}: {}", begun.body);
        let case = (begun.text("/reference"), begun.text("/id"));
        self.cases.borrow_mut().push(case.clone());
        case.0
    }

    /// Somebody's command, which is done.
    pub async fn does(&self, who: &str, which: &str, command: &str, body: &Value) -> Answer {
        let answer = self.as_(who).await.command(which, command, body).await;
        assert_eq!(answer.status, 200, "{who}, {command}: {}", answer.body);
        self.house.settle().await;
        answer
    }

    /// Cases in every state, with everything in them that people can write.
    pub async fn live_through(&self) {
        let word = self.case_word;
        let team = Some("Referral and assessment");
        let draft = self.draft("social_care", team, "Tom Okafor");
        self.drafts("Priya Nair", &draft).await;
        let open = self.drafts("Priya Nair", &draft).await;
        self.does("Priya Nair", &open, "raising", &json!({})).await;
        for (who, command, body) in self.acts() {
            self.does(who, &open, command, &body).await;
        }
        let over = self.drafts("Daniel Osei", &draft).await;
        self.does("Daniel Osei", &over, "raising", &json!({})).await;
        let reason = json!({ "reason": format!("{word} withdrawn") });
        self.does("Daniel Osei", &over, "withdrawals", &reason).await;
        let feedback =
            json!({ "text": format!("{word} feedback"), "learning": format!("{word} learning") });
        self.does("Tom Okafor", &over, "feedback", &feedback).await;
        let debrief = json!({
            "held_on": "2026-12-21", "with": format!("{word} with"), "text": format!("{word} text")
        });
        self.does("Tom Okafor", &over, "debriefs", &debrief).await;
        let closure =
            json!({ "day": "2027-02-02", "reason": format!("{} closing", self.name_word) });
        let officer = self.as_("Judith Hale").await;
        let closed = officer.post(&format!("/partnerships/{}/closures", self.id()), &closure).await;
        assert_eq!(closed.status, 201, "{}", closed.body);
        self.publish(2, "second").await;
    }

    /// What people do to an open case, in order.
    fn acts(&self) -> Vec<(&'static str, &'static str, Value)> {
        let says = |what: &str| format!("{} {what}", self.case_word);
        let position = json!({
            "facts": says("facts"), "judgement": says("judgement"), "rationale": says("rationale")
        });
        vec![
            ("Tom Okafor", "acknowledgements", json!({ "note": says("note") })),
            ("Priya Nair", "positions", position.clone()),
            ("Tom Okafor", "positions", position),
            (
                "Tom Okafor",
                "responses",
                json!({ "stance": "refuses", "rationale": says("refusal") }),
            ),
            (
                "Priya Nair",
                "discussions",
                json!({
                    "held_at": "2026-12-21T09:05:00Z", "with": says("with"), "text": says("talk")
                }),
            ),
            (
                "Priya Nair",
                "proposals",
                json!({ "outcome": "plan_agreed", "terms": says("terms") }),
            ),
            ("Tom Okafor", "proposals/1/refusals", json!({ "reason": says("no") })),
            (
                "Judith Hale",
                "meetings",
                json!({
                    "at": "2026-12-22T12:00:00Z", "place": says("place"),
                    "purpose": says("purpose")
                }),
            ),
            (
                "Priya Nair",
                "actions",
                json!({
                    "what": says("what"), "owner": says("owner"), "due_on": "2026-12-22"
                }),
            ),
            (
                "Priya Nair",
                "protective-deadlines",
                json!({ "at": "2026-12-29T12:00:00Z", "reason": says("court") }),
            ),
            ("Priya Nair", "early-escalations", json!({ "reason": says("sooner") })),
        ]
    }

    /// The words of its cases: they stand in no answer to anybody who is not on them.
    pub fn case_canaries(&self) -> Vec<String> {
        let mut words: Vec<String> = [self.case_word, self.child[0], self.child[1]]
            .iter()
            .map(|word| word.to_lowercase())
            .collect();
        for (reference, id) in &*self.cases.borrow() {
            words.push(reference.to_lowercase());
            words.push(id.clone());
        }
        words
    }

    /// The words and ids of its directory, policies and closures, but not its own id, which stands
    /// on the agency that is shared, nor what that agency's are.
    pub fn directory_canaries(&self) -> Vec<String> {
        let shared = self.founded.agencies.get(SHARED).copied();
        let own = self
            .founded
            .people
            .iter()
            .filter(|one| one.agency_id.is_none() || one.agency_id != shared);
        let mut words = vec![self.name_word.to_lowercase()];
        words.extend(own.map(|person| person.id.to_string()));
        let own = self.founded.agencies.values().filter(|id| Some(**id) != shared);
        words.extend(own.map(ToString::to_string));
        words
    }

    /// What of the other one has the same place as an id of this one: agencies, people, posts, the
    /// partnership itself.
    pub async fn ids_beside(&self, other: &Self) -> BTreeMap<String, String> {
        let mut beside = BTreeMap::from([(self.id(), other.id())]);
        for (key, id) in &self.founded.agencies {
            beside.insert(id.to_string(), other.agency_id(key));
        }
        for person in &self.founded.people {
            beside.insert(person.id.to_string(), other.person_id(&person.name));
        }
        let posts = [self.posts().await, other.posts().await];
        for (title, id) in &posts[0] {
            let twin = format!("{title} {}", other.name_word);
            if let Some((_, twin)) = posts[1].iter().find(|(title, _)| *title == twin) {
                beside.insert(id.clone(), twin.clone());
            }
        }
        for (mine, theirs) in self.cases.borrow().iter().zip(&*other.cases.borrow()) {
            beside.insert(mine.0.clone(), theirs.0.clone());
            beside.insert(mine.1.clone(), theirs.1.clone());
        }
        beside
    }

    /// The titles and ids of its posts, as its officer reads them.
    pub async fn posts(&self) -> Vec<(String, String)> {
        let officer = self.as_("Judith Hale").await;
        let all = officer.get("/posts?limit=200").await.list("/items");
        let text = |post: &Value, field: &str| post[field].as_str().unwrap().to_owned();
        all.iter().map(|post| (text(post, "title"), text(post, "id"))).collect()
    }
}

/// The first one's directory by other names, without the shared agency.
fn twin_directory(word: &str) -> String {
    let mut file: toml::Table = DIRECTORY.parse().unwrap();
    let is_shared = |entry: &toml::Value| {
        let of = |key: &str| entry.get(key).and_then(toml::Value::as_str);
        of("key") == Some(SHARED) || of("agency") == Some(SHARED)
    };
    let lower = word.to_lowercase();
    for list in ["agencies", "people", "posts", "absences"] {
        let entries = file[list].as_array_mut().unwrap();
        entries.retain(|entry| !is_shared(entry));
        for entry in entries {
            let entry = entry.as_table_mut().unwrap();
            for (key, value) in entry.iter_mut() {
                rename(key, value, word, &lower);
            }
            entry.remove("administrator");
        }
    }
    let partnership = file["partnership"].as_table_mut().unwrap();
    for (key, value) in partnership.iter_mut() {
        rename(key, value, word, &lower);
    }
    partnership["key"] = toml::Value::String(lower);
    partnership["reference_prefix"] = toml::Value::String("TWN".to_owned());
    file.to_string()
}

/// Another name for a name, another address for an address.
fn rename(key: &str, value: &mut toml::Value, word: &str, lower: &str) {
    let at = |address: &str| address.replacen('@', &format!("@{lower}."), 1);
    match (key, value) {
        ("name" | "title", toml::Value::String(name)) => *name = format!("{name} {word}"),
        ("email" | "contact_email" | "mailbox" | "person", toml::Value::String(address)) => {
            *address = at(address);
        }
        ("holders" | "deputies", toml::Value::Array(addresses)) => {
            for address in addresses {
                *address = toml::Value::String(at(address.as_str().unwrap()));
            }
        }
        _ => {}
    }
}
