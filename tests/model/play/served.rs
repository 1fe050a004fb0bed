//! The engine over a database: the same sequences through the one door, with the outbox and the
//! timeline read back.

use super::Subject;
use super::commands::{command, draft, instant, no_danger, text};
use super::oracle::Happens;
use super::policies;
use super::pure::status_of;
use super::reckoning::At;
use super::script::{Ask, Condition, Script, Step};
use super::world::{Ids, POSTS, RAISER, Staff};
use crate::house::House;
use bscp_escalation::directory::Post;
use bscp_escalation::engine::{
    Answered, CaseView, Engine, EngineError, Idempotency, NewDraft, Request,
};
use bscp_escalation::escalation::{Command, Escalation, PolicyRef, Status};
use bscp_escalation::ids::{EscalationId, NoticeId};
use bscp_escalation::policy::Policy;
use bscp_escalation::store::idempotency::StoredAnswer;
use bscp_escalation::store::policies::{By, Proposer, StoredPolicy, Via};
use bscp_escalation::store::{
    Reader, StoreError, Writer, escalations, notices, people, policies as shelf, posts, timeline,
};
use std::collections::BTreeSet;

/// A case in a house's database.
pub struct Served<'h> {
    house: &'h House,
    /// The process that goes on: another one after a restart.
    engine: Engine,
    ids: Ids,
    script: Option<Script>,
    began: At,
    case: Option<EscalationId>,
    /// How much of the timeline has been looked at, and which notices.
    entries: i64,
    notices: BTreeSet<NoticeId>,
    keys: u32,
    staff: Staff,
    post_versions: [i32; POSTS.len()],
}

#[expect(clippy::unnecessary_wraps, reason = "what the engine asks for")]
fn the_id(view: &CaseView) -> Result<StoredAnswer, EngineError> {
    Ok(StoredAnswer {
        fingerprint: String::new(),
        status: 200,
        location: None,
        etag: Some(view.escalation.version.to_string()),
        body: view.escalation.id.to_string(),
    })
}

fn status_of_error(error: &EngineError) -> u16 {
    match error {
        EngineError::Refused(refusal) => status_of(refusal),
        EngineError::Stale => 412,
        EngineError::KeyUsedOtherwise => 422,
        other => panic!("the engine failed: {other}"),
    }
}

impl<'h> Served<'h> {
    /// A partnership of its own, under the first version of a policy, in a house.
    pub async fn in_house(house: &'h House, number: u64, policy: usize) -> Self {
        let ids = Ids(number);
        let staff = Staff::at_first();
        let everything = {
            let staff = staff.clone();
            move |w: &mut Writer<'_>| -> Result<(), StoreError> {
                people::insert_partnership(w, &ids.the_partnership())?;
                for agency in ids.agencies() {
                    people::save_agency(w, &agency, None)?;
                }
                for person in ids.people() {
                    people::save_person(w, &person, None)?;
                }
                for post in ids.posts(&staff) {
                    posts::save_post(w, &post, None)?;
                }
                Ok(())
            }
        };
        house.engine.store().write(everything).await.expect("a partnership");
        let engine = house.engine.clone();
        let it = Self {
            house,
            engine,
            ids,
            script: None,
            began: At::UNIX_EPOCH,
            case: None,
            entries: 0,
            notices: BTreeSet::new(),
            keys: 0,
            staff,
            post_versions: [1; POSTS.len()],
        };
        it.publish_version(policy, 0).await;
        it
    }

    async fn publish_version(&self, which: usize, version: usize) {
        let (ids, now) = (self.ids, self.engine.now());
        let key = ids.the_partnership().key;
        let text = policies::text(which, version)
            .replace("partnership = \"bromley\"", &format!("partnership = {key:?}"));
        let sha256 = crate::house::digest(&text);
        let insert = move |w: &mut Writer<'_>| -> Result<(), StoreError> {
            let policy = Policy::parse(&text).expect("a policy");
            let at = PolicyRef { key: policy.key.clone(), version: policy.version };
            let stored = StoredPolicy {
                partnership_id: ids.partnership(),
                policy,
                sha256: sha256.clone(),
                proposer: Proposer::Folder,
                proposed_at: now,
                publication: None,
            };
            shelf::insert(w, &stored, &text)?;
            let by =
                By { person_id: ids.person(RAISER), name: RAISER.to_owned(), via: Via::Console };
            shelf::publish(w, ids.partnership(), &at, &by, now)
        };
        self.engine.store().write(insert).await.expect("a published policy");
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader<'_>, EscalationId) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let case = self.case.expect("a case");
        self.engine.store().read(move |r| read(r, case)).await.expect("it can be read")
    }

    /// What has been recorded and queued since this was last asked.
    async fn happened(&mut self) -> Happens {
        let after = self.entries;
        let entries = self.read(move |r, case| timeline::list(r, case, after, i64::MAX)).await;
        self.entries += i64::try_from(entries.len()).expect("a number");
        let queued =
            self.read(|r, case| notices::list_of_escalation(r, case, None, i64::MAX)).await;
        let new = queued.into_iter().filter(|it| self.notices.insert(it.id));
        let told =
            new.map(|it| (it.recipient_name, format!("{:?}", it.kind.as_ref().unwrap()))).collect();
        Happens { kinds: entries.iter().map(|it| it.event.kind().to_owned()).collect(), told }
    }

    async fn door(&self, request: Request, command: Option<Command>) -> Result<Answered, u16> {
        let case = self.case.expect("a case");
        let done = match command {
            Some(command) => self.engine.change(request, case, command, the_id).await,
            None => self.engine.raise(request, case, the_id).await,
        };
        done.map_err(|error| status_of_error(&error))
    }

    fn request(
        &self,
        who: &str,
        staff: &Staff,
        at: At,
        version: i64,
        key: Option<&str>,
    ) -> Request {
        let idempotency = key.map(|fingerprint| Idempotency {
            key: format!("model-{}-{}", self.ids.0, self.keys),
            fingerprint: fingerprint.to_owned(),
        });
        let actor = self.ids.actor(who, staff, instant(at));
        Request { actor, expected_version: Some(version), idempotency }
    }
}

impl Subject for Served<'_> {
    async fn begin(&mut self, script: &Script, at: At) {
        self.script = Some(script.clone());
        self.began = at;
        self.house.clock.wind_on_to(instant(at));
        assert_eq!(self.engine.now(), instant(at), "the clock cannot be wound back");
        let new = NewDraft {
            partnership_id: Some(self.ids.partnership()),
            policy_key: Some(policies::POLICIES[script.policy][0].key.to_owned()),
            topic: None,
            immediate_danger: no_danger(),
            draft: draft(script, at, self.ids, true),
        };
        let request = Request {
            actor: self.ids.actor(RAISER, &self.staff, instant(at)),
            expected_version: None,
            idempotency: None,
        };
        let begun = self.engine.begin_draft(request, new, the_id).await.expect("a draft");
        self.case = Some(begun.answer.body.parse().expect("an id"));
        self.happened().await;
    }

    async fn wait(&mut self, at: At, ticks: bool) -> Happens {
        self.house.clock.wind_on_to(instant(at));
        loop {
            if !ticks {
                break;
            }
            let ticked = self.engine.tick().await.expect("a tick");
            assert_eq!(ticked.failed_count, 0, "a due case could not be acted on");
            if ticked.acted_count == 0 {
                break;
            }
        }
        self.happened().await
    }

    async fn restaff(&mut self, step: Step, staff: &Staff) {
        let ids = self.ids;
        self.staff = staff.clone();
        let post: Option<(Post, i32)> = match step {
            Step::Hand { post, .. } => {
                self.post_versions[post] += 1;
                Some((ids.posts(staff).swap_remove(post), self.post_versions[post] - 1))
            }
            _ => None,
        };
        let change = move |w: &mut Writer<'_>| -> Result<(), StoreError> {
            match (step, &post) {
                (_, Some((post, version))) => posts::save_post(w, post, Some(*version)),
                (Step::Leave(who), _) => people::insert_absence(w, &ids.absence_of(who)),
                (Step::Return(who), _) => {
                    let away = ids.absence_of(who);
                    people::delete_absence(w, away.person_id, away.id).map(|_| ())
                }
                _ => Ok(()),
            }
        };
        self.engine.store().write(change).await.expect("a change of the directory");
    }

    async fn ask(
        &mut self,
        who: &'static str,
        ask: Ask,
        on: Condition,
        at: At,
        staff: &Staff,
    ) -> Result<Happens, u16> {
        let script = self.script.clone().expect("a script");
        let (began, ids) = (self.began, self.ids);
        let drafted = |whole| draft(&script, began, ids, whole);
        let wanted = (ask != Ask::Raise).then(|| command(ask, at, script.policy, drafted));
        let version = self.state().await.version;
        self.keys += 1;
        let (read, key) = match on {
            Condition::Fresh => (version, None),
            Condition::Stale => (version - 1, None),
            Condition::Twice => (version, Some("this")),
        };
        let done = self.door(self.request(who, staff, at, read, key), wanted.clone()).await;
        let happened = self.happened().await;
        if on == Condition::Twice {
            let again = self.door(self.request(who, staff, at, read, key), wanted.clone()).await;
            let other = self.request(who, staff, at, read, Some("that"));
            let other = self.door(other, wanted).await;
            match (&done, again) {
                // Whoever left by what they did sees the case no more, and so not its answer.
                (Ok(first), Ok(again)) => {
                    assert!(again.is_replay, "the same request was done again");
                    assert_eq!(first.answer.body, again.answer.body);
                    assert_eq!(first.answer.etag, again.answer.etag);
                    assert_eq!(other.map(|_| ()), Err(422), "a key for two requests");
                }
                (Err(first), again) => assert_eq!(again.map(|_| ()), Err(*first)),
                (Ok(_), Err(again)) => panic!("the same request was refused: {again}"),
            }
            assert_eq!(self.happened().await, Happens::default(), "one request, one effect");
        }
        match done {
            Ok(_) => Ok(happened),
            Err(status) => {
                assert_eq!(happened, Happens::default(), "a refusal changes nothing");
                Err(status)
            }
        }
    }

    async fn publish(&mut self) {
        let policy = self.script.as_ref().expect("a script").policy;
        let key = policies::POLICIES[policy][0].key.to_owned();
        let at = PolicyRef { key, version: 2 };
        let of = self.ids.partnership();
        let there = self.read(move |r, _| shelf::find(r, of, &at)).await;
        if there.is_none() {
            self.publish_version(policy, 1).await;
        }
    }

    async fn restart(&mut self) {
        self.engine = self.house.another_node().await;
    }

    async fn state(&mut self) -> Escalation {
        let found = self.read(escalations::find).await;
        found.expect("a case").escalation
    }

    /// The case is put to rest, so that it is due no more for those who come after it.
    async fn finish(&mut self) {
        let state = self.state().await;
        if matches!(state.status, Status::Draft | Status::Open) {
            let now = self.engine.now().utc();
            let withdraw = Command::Withdraw { reason: text("It is over.") };
            let request = self.request(RAISER, &self.staff, now, state.version, None);
            self.door(request, Some(withdraw)).await.expect("a raiser withdraws");
        }
    }
}
