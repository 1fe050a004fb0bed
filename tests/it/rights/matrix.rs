//! The matrix: every operation, asked by everybody, of a case in every state. What is expected stands
//! in docs/access.md.

use super::afresh::afresh;
use super::aim::Aim;
use super::cases::{FullHouse, State, TODAY};
use super::operations::{Asked, Operation, operations};
use super::parts::{column, may_look, row};
use super::stops::harmless;
use super::table::Table;
use crate::engine::sql::Raw;
use crate::hardening;
use crate::house::{Answer, Client, Database, block_on};
use std::collections::{BTreeMap, BTreeSet};

/// What access comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    NotSignedIn,
    /// As if it were not there.
    Absent,
    Refused,
    /// Access allows it; what is asked may still be impossible as things stand.
    Allowed,
}

impl Outcome {
    fn of(answer: &Answer) -> Option<Self> {
        Some(match answer.status {
            401 => Self::NotSignedIn,
            403 => Self::Refused,
            404 => Self::Absent,
            200..300 | 304 | 409 | 412 | 422 => Self::Allowed,
            _ => return None,
        })
    }
}

/// Somebody who asks, and what they are beside any case.
pub(super) struct Somebody {
    pub(super) name: &'static str,
    pub(super) client: Client,
    is: &'static [&'static str],
}

/// Everybody who asks, with what they are in the words of docs/access.md. `part` is whoever has a
/// part in the partnership.
const EVERYBODY: [(&str, &[&str]); 22] = [
    ("Priya Nair", &["part", "works for an agency"]),
    ("Daniel Osei", &["part", "works for an agency"]),
    ("Margaret Bell", &["part", "works for an agency"]),
    ("Simon Achebe", &["part", "works for an agency"]),
    ("Nadia Costa", &["part", "works for an agency"]),
    ("Tom Okafor", &["part", "works for an agency"]),
    ("Karen Whitfield", &["part", "works for an agency"]),
    ("Joel Mensah", &["part", "works for an agency"]),
    ("Leah Morris", &["part", "works for an agency"]),
    ("Anita Desai", &["part", "works for an agency"]),
    ("Ruth Calloway", &["part", "works for an agency"]),
    ("Ivy Marlow", &["part", "works for an agency"]),
    ("Otis Wren", &["part", "works for an agency"]),
    ("Zoe Lambert", &["part", "works for an agency", "themselves"]),
    ("Clare Jessop", &["part", "works for an agency"]),
    ("Judith Hale", &["part", "officer", "officer who proposed it"]),
    ("Professor Alan Greer", &["part", "officer", "another officer"]),
    ("Moira Stennett", &["part", "officer", "another officer"]),
    ("Una Firth", &["part", "auditor"]),
    ("Ellis Grant", &["part", "administrator", "administrator who proposed it"]),
    ("Rex Holloway", &["officer of another partnership"]),
    ("Wes Tanner", &["works for an agency"]),
];

async fn everybody(full: &FullHouse) -> Vec<Somebody> {
    let mut all = Vec::new();
    for (name, is) in EVERYBODY {
        let is_elsewhere = full.elsewhere.people.iter().any(|person| person.name == name);
        let client =
            if is_elsewhere { full.as_elsewhere(name).await } else { full.house.as_(name).await };
        all.push(Somebody { name, client, is });
    }
    all
}

/// Of a safeguarding lead and an auditor: a case that they do not see.
const IN_AN_EMERGENCY: &str = "in an emergency";

/// Who may do what, from docs/access.md.
struct Rules {
    /// Whether somebody sees a case: by who they are, their relation to it, and its state.
    sees: BTreeMap<(String, String, String), bool>,
    /// Each operation's words.
    of_cases: BTreeMap<String, BTreeSet<String>>,
    of_the_rest: BTreeMap<String, BTreeSet<String>>,
}

impl Rules {
    fn read() -> Self {
        let of = |heading: &str| {
            let table = Table::below(heading);
            let words = |cell: &str| cell.split(", ").map(str::to_owned).collect();
            let rows = table.rows.iter().map(|row| (row[0].clone(), words(&row[1])));
            rows.collect::<BTreeMap<String, BTreeSet<String>>>()
        };
        let table = Table::below("Who sees a case");
        let mut sees = BTreeMap::new();
        for row in &table.rows {
            for (column, cell) in table.columns.iter().zip(row).skip(2) {
                assert!(["sees", "-"].contains(&cell.as_str()), "docs/access.md: {row:?}");
                let place = (row[0].clone(), row[1].clone(), column.clone());
                sees.insert(place, cell == "sees");
            }
        }
        Self {
            sees,
            of_cases: of("Who may do what to a case"),
            of_the_rest: of("Who may do everything else"),
        }
    }

    fn words(&self, operation: &Operation) -> &BTreeSet<String> {
        let of = if operation.is_of_a_case() { &self.of_cases } else { &self.of_the_rest };
        of.get(&operation.named())
            .unwrap_or_else(|| panic!("{}: say in docs/access.md who may do it", operation.named()))
    }

    /// What is expected of an operation that is not about one case.
    fn expected(&self, operation: &Operation, is: &[&str]) -> &'static [Outcome] {
        let words = self.words(operation);
        let has = |word: &str| words.contains(word);
        if has("everybody") || has("signed in") || is.iter().any(|is| words.contains(*is)) {
            return &[Outcome::Allowed];
        }
        let (no_part, is_all_that_counts) = (!is.contains(&"part"), has("part"));
        match (no_part, is_all_that_counts) {
            (_, true) => &[Outcome::Absent],
            (true, false) => &[Outcome::Refused, Outcome::Absent],
            (false, false) => &[Outcome::Refused],
        }
    }

    /// Whether somebody sees a case.
    fn sees(&self, name: &str, state: State) -> bool {
        let ((who, relation), _) = row(name, state);
        let place = (who.to_owned(), relation.to_owned(), column(name, state).to_owned());
        let found = self.sees.get(&place).copied();
        found.unwrap_or_else(|| panic!("docs/access.md does not tell of {place:?}"))
    }

    /// What is expected of an operation to a case.
    fn expected_of_case(&self, operation: &Operation, name: &str, state: State) -> Outcome {
        let words = self.words(operation);
        let (_, part) = row(name, state);
        let may = |word: &str| words.contains(word);
        match self.sees(name, state) {
            false if may(IN_AN_EMERGENCY) && may_look(name, state) => Outcome::Allowed,
            false => Outcome::Absent,
            // They are told that they see it already.
            true if may(IN_AN_EMERGENCY) => Outcome::Refused,
            true if may("everybody who sees it") => Outcome::Allowed,
            true if part.iter().any(|is| may(is)) => Outcome::Allowed,
            true => Outcome::Refused,
        }
    }
}

/// What went otherwise than it stands in docs/access.md.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    async fn ask(&mut self, client: &Client, whose: &str, asked: &Asked, expected: &[Outcome]) {
        let answer = asked.send(client).await;
        let outcome = Outcome::of(&answer);
        if !outcome.is_some_and(|outcome| expected.contains(&outcome)) {
            let (method, address, status) = (&asked.method, &asked.address, answer.status);
            let what = format!("{method} {address}: {expected:?}, and not {status}");
            self.0.push(format!("{whose}: {what} {}", answer.body));
        }
    }
}

/// Every row of every table, by its table: whatever is done shows here. That a case was read is
/// written down, and looked at by itself.
fn everything_stored(full: &FullHouse) -> BTreeMap<String, BTreeSet<String>> {
    let mut raw = Raw::of(&full.house);
    let tables = hardening::tables(&mut raw).into_iter().filter(|table| table != "case_views");
    tables
        .map(|table| (table.clone(), hardening::rows(&mut raw, &table).into_iter().collect()))
        .collect()
}

/// The tables that are not as they were.
fn changed(full: &FullHouse, before: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let now = everything_stored(full);
    assert!(now.len() > 20, "only {} tables", now.len());
    now.into_iter().filter(|(table, rows)| before[table] != *rows).map(|(table, _)| table).collect()
}

/// Who has read which case, as it was written down.
fn readers(full: &FullHouse) -> BTreeSet<String> {
    let query = "select distinct person_id || ' ' || escalation_id as value from case_views";
    Raw::of(&full.house).texts(query).into_iter().collect()
}

/// Who may have read which case, and has asked.
fn may_have_read(full: &FullHouse, rules: &Rules) -> BTreeSet<String> {
    let mut pairs = BTreeSet::new();
    for (state, case) in &full.cases {
        for (name, _) in EVERYBODY {
            if rules.sees(name, *state) {
                pairs.insert(format!("{} {}", full.person_id(name), case.id));
            }
        }
    }
    pairs
}

/// What operations that are not about one case are aimed at: what is in the partnership, by its
/// keepers.
pub(super) fn aimed_at(full: &FullHouse) -> Aim {
    full.aim(State::FirstStage)
        .with("posts", &full.post_id)
        .with("closures", TODAY)
        .with("machines", &full.machine_id)
}

async fn cases(full: &FullHouse, all: &[Operation], people: &[Somebody], rules: &Rules) -> Wrong {
    let mut wrong = Wrong::default();
    let stranger = Client::stranger(full.house.address);
    for operation in all.iter().filter(|operation| operation.is_of_a_case()) {
        for state in full.cases.keys() {
            let Some(asked) = harmless(operation, &full.aim(*state)) else { continue };
            for somebody in people {
                let expected = [rules.expected_of_case(operation, somebody.name, *state)];
                let whose = format!("{}, {state:?}", somebody.name);
                wrong.ask(&somebody.client, &whose, &asked, &expected).await;
            }
            for (whose, client) in [("a stranger", &stranger), ("who has left", &full.left)] {
                wrong.ask(client, whose, &asked, &[Outcome::NotSignedIn]).await;
            }
        }
    }
    wrong
}

async fn the_rest(
    full: &FullHouse,
    all: &[Operation],
    people: &[Somebody],
    rules: &Rules,
) -> Wrong {
    let mut wrong = Wrong::default();
    let aim = aimed_at(full);
    let stranger = Client::stranger(full.house.address);
    for operation in all.iter().filter(|operation| !operation.is_of_a_case()) {
        let Some(asked) = harmless(operation, &aim) else { continue };
        for somebody in people {
            let expected = rules.expected(operation, somebody.is);
            wrong.ask(&somebody.client, somebody.name, &asked, expected).await;
        }
        let is_open = rules.words(operation).contains("everybody");
        let expected = if is_open { Outcome::Allowed } else { Outcome::NotSignedIn };
        for (whose, client) in [("a stranger", &stranger), ("who has left", &full.left)] {
            wrong.ask(client, whose, &asked, &[expected]).await;
        }
    }
    wrong
}

/// What cannot be asked for without doing it: each is done, and what it needs is made anew.
async fn for_real(
    full: &FullHouse,
    all: &[Operation],
    people: &mut [Somebody],
    rules: &Rules,
) -> Wrong {
    let mut wrong = Wrong::default();
    let aim = aimed_at(full);
    let stranger = Client::stranger(full.house.address);
    for operation in all.iter().filter(|operation| harmless(operation, &aim).is_none()) {
        let states = if operation.is_of_a_case() { &State::ALL[..] } else { &[State::FirstStage] };
        for state in states {
            for somebody in people.iter_mut() {
                let client = still_signed_in(full, somebody).await;
                let aim = afresh(full, operation, *state, somebody).await;
                let expected = if operation.is_of_a_case() {
                    vec![rules.expected_of_case(operation, somebody.name, *state)]
                } else {
                    rules.expected(operation, somebody.is).to_vec()
                };
                let whose = format!("{}, {state:?}", somebody.name);
                wrong.ask(&client, &whose, &operation.asked(&aim), &expected).await;
            }
        }
        let is_open = rules.words(operation).contains("everybody");
        let expected = if is_open { Outcome::Allowed } else { Outcome::NotSignedIn };
        for (whose, client) in [("a stranger", &stranger), ("who has left", &full.left)] {
            wrong.ask(client, whose, &operation.asked(&aim), &[expected]).await;
        }
    }
    wrong
}

/// Somebody's session, or a new one if theirs has ended.
async fn still_signed_in(full: &FullHouse, somebody: &mut Somebody) -> Client {
    if somebody.client.get("/me").await.status == 401 {
        somebody.client = full.as_anybody(somebody.name).await;
    }
    somebody.client.clone()
}

async fn everybody_asks_for_everything(database: Database) {
    let Some(full) = FullHouse::build(database).await else { return };
    let all = operations(&full.house).await;
    let mut people = everybody(&full).await;
    let rules = Rules::read();
    let (before, read_before) = (everything_stored(&full), readers(&full));
    let mut wrong = cases(&full, &all, &people, &rules).await.0;
    wrong.extend(the_rest(&full, &all, &people, &rules).await.0);
    assert!(wrong.is_empty(), "{} are otherwise:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(changed(&full, &before), [] as [&str; 0], "something was changed");
    let (may, have) = (may_have_read(&full, &rules), readers(&full));
    assert_eq!(&may - &have, BTreeSet::new(), "a reading was not written down");
    assert_eq!(&(&have - &read_before) - &may, BTreeSet::new(), "somebody read too much");
    let wrong = for_real(&full, &all, &mut people, &rules).await.0;
    assert!(wrong.is_empty(), "{} are otherwise:\n{}", wrong.len(), wrong.join("\n"));
    full.house.prove_the_record().await;
}

#[test]
fn everybody_may_what_the_table_says_on_sqlite() {
    block_on(everybody_asks_for_everything(Database::Sqlite));
}

#[cfg(feature = "postgres")]
#[test]
fn everybody_may_what_the_table_says_on_postgres() {
    block_on(everybody_asks_for_everything(Database::Postgres));
}
