//! Beginning challenges, keeping the directory, publishing policies, looking through lists.

use super::asking::{Ask, Fate};
use super::commands::{Wish, words_of};
use super::planning::Happening;
use super::world::World;
use bscp_escalation::access::{Proof, ProofBy};
use bscp_escalation::engine::{NewAbsence, NewDraft, NewPerson, NewPost};
use bscp_escalation::escalation::{
    Child, Command, Draft, ImmediateDanger, Prose, ProtectiveDeadline, Restriction,
    RestrictionReason, StartStage,
};
use bscp_escalation::ids::{PersonId, SessionId};
use bscp_escalation::store::escalations::Filter;
use bscp_escalation::store::policies::Via;
use bscp_escalation::store::{StoreError, directory, people, posts};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

const POLICY: &str = include_str!("../../../config/policies/bscp.toml");
const RAISERS: [&str; 7] = [
    "Priya Nair",
    "Daniel Osei",
    "Sam Porter",
    "Grace Adeyemi",
    "Nicola Reed",
    "DC Aaron Tate",
    "Clare Jessop",
];
/// Who never leaves: a partnership without officers is another story.
const STAY: [&str; 3] = ["Judith Hale", "Professor Alan Greer", "Ellis Grant"];

impl World {
    /// Somebody begins a challenge, and raises it soon.
    pub async fn begin(&mut self) -> Option<usize> {
        let words = words_of(self.asks.len());
        let prose = || Some(Prose::try_from(words.clone()).unwrap());
        let who = *self.dice.pick(&RAISERS);
        let who = self.id(who);
        let agency = match self.name(who).as_str() {
            "Grace Adeyemi" | "DC Aaron Tate" => "social_care",
            _ => *self.dice.pick(&["social_care", "social_care", "hospital", "police"]),
        };
        let is_of_social_care = agency == "social_care";
        let days = i64::try_from(self.dice.between(1, 9)).unwrap();
        let draft = Draft {
            receiving_agency_id: self.founded.agencies.get(agency).copied(),
            receiving_team: is_of_social_care
                .then(|| "Family support".to_owned().try_into().unwrap()),
            child: Some(Child {
                initials: "A.B.".to_owned().try_into().unwrap(),
                local_reference: None,
            }),
            area_of_disagreement: Some("level_of_need".to_owned()),
            urgency_class: self.dice.one_in(3).then(|| "urgent".to_owned()),
            facts: prose(),
            judgement: prose(),
            rationale: prose(),
            risk: prose(),
            childs_voice: prose(),
            what_was_tried: prose(),
            outcome_sought: prose(),
            protective_deadline: self.dice.one_in(5).then(|| ProtectiveDeadline {
                at: self.at.plus(TimeDelta::days(days)),
                reason: prose().unwrap(),
            }),
            start_stage: self
                .dice
                .one_in(6)
                .then(|| StartStage { stage: 3, reason: prose().unwrap() }),
            restriction: self.dice.one_in(6).then(|| Restriction {
                reason: RestrictionReason::ColleaguesChild,
                excluded: vec![self.id("Margaret Bell"), self.id("Karen Whitfield")],
            }),
            ..Draft::default()
        };
        let immediate_danger = ImmediateDanger {
            in_immediate_danger: false,
            action_taken: None,
            taken_at: None,
            taken_by: None,
        };
        let new = NewDraft {
            partnership_id: None,
            policy_key: None,
            topic: None,
            immediate_danger,
            draft,
        };
        for _ in 0..3 {
            self.plan_in((1, 48 * 60), Happening::Act);
        }
        let wish = Wish::Begin(Box::new(new));
        self.ask(Ask { who, wish, which: None, read: None, tries: 0, fate: Fate::Unknown }).await
    }

    /// The directory changes: somebody is away, leaves, comes back, or hands a post over.
    pub async fn keep(&mut self) -> Option<usize> {
        let people = self.everybody().await;
        let movable: Vec<_> =
            people.into_iter().filter(|it| !STAY.contains(&it.name.as_str())).collect();
        // Mostly somebody whom something waits for.
        let wanted = self.somebody_of_an_open_case().await;
        let person = match movable.iter().find(|it| it.id == wanted) {
            Some(person) if !self.dice.one_in(3) => person.clone(),
            _ => self.dice.pick(&movable).clone(),
        };
        let days = i64::try_from(self.dice.between(1, 40)).unwrap();
        let wish = match self.dice.between(0, 5) {
            0 | 1 => {
                let until_at = Some(self.at.plus(TimeDelta::days(days)));
                Wish::Absence(person.id, NewAbsence { from_at: self.at, until_at })
            }
            2 | 3 => Wish::Person(
                person.id,
                NewPerson {
                    name: person.name.clone().try_into().unwrap(),
                    email: person.email.clone(),
                    agency_id: person.agency_id,
                    active: !person.active,
                    administrator: false,
                },
            ),
            _ => {
                let id = person.id;
                let found: Result<_, StoreError> =
                    self.eye.read(move |r| posts::posts_of_person(r, id)).await;
                let post = found.unwrap().into_iter().next()?;
                let colleagues: Vec<PersonId> = movable
                    .iter()
                    .filter(|it| it.agency_id == person.agency_id && it.active)
                    .map(|it| it.id)
                    .collect();
                let holders = if colleagues.is_empty() {
                    Vec::new()
                } else {
                    vec![*self.dice.pick(&colleagues)]
                };
                let new = NewPost {
                    title: post.title.clone().try_into().unwrap(),
                    place: post.place.clone(),
                    role: post.role.clone(),
                    mailbox_email: post.mailbox_email.clone(),
                    holders,
                    deputies: Vec::new(),
                };
                Wish::Post(post.id, new)
            }
        };
        let who = self.id("Ellis Grant");
        self.ask(Ask { who, wish, which: None, read: None, tries: 0, fate: Fate::Unknown }).await
    }

    /// What has been overdue for a working week is determined.
    pub async fn sweep(&mut self) -> Option<usize> {
        let mut on = None;
        for it in self.cases().await {
            let Some(entry) = it.current_entry() else { continue };
            let since = entry.overdue.as_ref().map(|overdue| self.at.since(overdue.recorded_at));
            if since.is_none_or(|since| since < TimeDelta::days(5)) {
                continue;
            }
            let words = Prose::try_from(words_of(self.asks.len())).unwrap();
            let rationale = Prose::try_from("The partnership decides.".to_owned()).unwrap();
            let outcome = "not_changed".to_owned();
            let command = Command::Determine { outcome, decision: words, rationale };
            let who = self.id("Professor Alan Greer");
            on = self.ask_about(&it, who, Wish::Do(command)).await.or(on);
        }
        on
    }

    /// Somebody who must act in an open case, or raised it; anybody where there is none.
    pub async fn somebody_of_an_open_case(&mut self) -> PersonId {
        let cases = self.cases().await;
        let mut people = Vec::new();
        for case in &cases {
            let Some(entry) = case.current_entry() else { continue };
            people.push(case.raiser.person_id);
            people.extend(entry.acting.iter().filter_map(|seat| seat.person_id));
        }
        if people.is_empty() { self.anybody() } else { *self.dice.pick(&people) }
    }

    pub async fn everybody(&self) -> Vec<bscp_escalation::directory::Person> {
        let ids: Vec<String> = self.founded.people.iter().map(|it| it.id.to_string()).collect();
        let found: Result<_, StoreError> = self.eye.read(move |r| people::people_of(r, &ids)).await;
        let mut people = found.unwrap();
        people.sort_by_key(|it| it.id);
        people
    }

    /// Tells the mail server who must get nothing any more.
    pub async fn look_who_is_forbidden(&mut self) {
        let people = self.everybody().await;
        let left: BTreeSet<String> =
            people.iter().filter(|it| !it.active).map(|it| it.email.clone()).collect();
        let mut excluded: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for case in self.cases().await {
            for person in people.iter().filter(|it| case.excludes(it.id)) {
                let of = excluded.entry(person.email.clone()).or_default();
                of.insert(case.reference.clone());
            }
        }
        self.post.forbid(left, excluded);
    }

    /// The text of the next version of the policy.
    pub fn next_policy(&mut self) -> String {
        self.policy_version += 1;
        let text = POLICY
            .replace("version = 1\n", &format!("version = {}\n", self.policy_version))
            .replace("\"2026-09-01\"", &format!("\"{}\"", self.at.utc().date_naive()));
        let limit = *self.dice.pick(&["1 working week", "3 working days", "8 working days"]);
        let reminders = *self.dice.pick(&[
            "",
            "reminders = [\"half way\", \"1 working day before\"]\n",
            "warn_other_side = \"80%\"\nreminders = [\"90%\"]\n",
        ]);
        let text = text
            .replace("standard = \"1 working week\"", &format!("standard = \"{limit}\""))
            .replace(
                "act = [\"raising.line_manager\"",
                &format!("{reminders}act = [\"raising.line_manager\""),
            );
        format!(
            "{text}\n[extension]\nat_most = \"5 working days\"\ntimes = 2\n\n[pause]\n\
             at_most = \"5 working days\"\ntimes = 2\n"
        )
    }

    /// A version of the policy is proposed and published, each on some node.
    pub async fn publish(&mut self) -> Option<usize> {
        let (on, by) = (self.some_node()?, self.some_node()?);
        let version = self.policy_version;
        let text = self.next_policy();
        for number in [on, by] {
            self.nodes[number].wind_to(self.at);
        }
        let proposer = self.id("Judith Hale");
        let proposed = self.nodes[on].engine()?.propose_policy(text, Some(proposer)).await;
        let published = match proposed {
            Ok(it) => {
                let publisher = self.id("Professor Alan Greer");
                let engine = self.nodes[by].engine()?;
                engine.publish_policy(it.partnership_id, it.which, publisher, Via::Console).await
            }
            Err(error) => Err(error),
        };
        let said = if published.is_ok() { "is published" } else { "is not published" };
        self.say(&format!("version {} of the policy {said}", self.policy_version));
        if published.is_err() {
            if self.nodes[on].is_well() && self.nodes[by].is_well() {
                self.violate("a policy could not be published in fair weather");
            }
            // Its number may be taken; the next one has another.
            self.policy_version = self.policy_version.max(version);
        }
        self.bury_if_dead(on);
        self.bury_if_dead(by);
        Some(by)
    }

    /// Somebody looks through their list: nothing in it excludes them (I7).
    pub async fn look(&mut self) -> Option<usize> {
        let on = self.some_node()?;
        let engine = self.nodes[on].engine()?;
        self.nodes[on].wind_to(self.at);
        let now = self.note_moment(on);
        let who = self.anybody();
        let found: Result<_, StoreError> = engine
            .store()
            .read(move |r| {
                let proof = Proof { at: now, by: ProofBy::Password };
                directory::find_actor(r, who, SessionId::made_up(1), proof, now)
            })
            .await;
        let listed = match found {
            Ok(Some(actor)) => engine.list_cases(actor, Filter::default(), None, 100).await,
            _ => Ok(Vec::new()),
        };
        let name = self.name(who);
        match listed {
            Ok(listed) => {
                self.say(&format!("{name} sees {} cases", listed.len()));
                if listed.iter().any(|case| case.escalation.excludes(who)) {
                    self.violate(&format!("I7: {name} is listed a case that excludes them"));
                }
            }
            Err(error) => {
                self.say(&format!("{name} sees no list"));
                if self.nodes[on].is_well() {
                    self.violate(&format!("a list failed in fair weather: {error}"));
                }
            }
        }
        self.bury_if_dead(on);
        Some(on)
    }
}
