//! Giving the real engine what was simulated, and comparing what comes of it.

use super::{Case, Place};
use crate::engine::sql::Raw;
use crate::house::{House, digest};
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::directory::Directory;
use bscp_escalation::engine::{CaseView, EngineError, NewDraft, Request};
use bscp_escalation::escalation::{Command, Doer, Event, ImmediateDanger, NoticeKind, PolicyRef};
use bscp_escalation::ids::{EscalationId, PersonId};
use bscp_escalation::simulation::{Step, World, refusal_in_words};
use bscp_escalation::store::idempotency::StoredAnswer;
use bscp_escalation::store::policies::{By, Proposer, StoredPolicy, Via};
use bscp_escalation::store::{
    Reader, StoreError, Writer, escalations, notices, people, policies, posts, timeline,
};
use std::collections::{BTreeMap, BTreeSet};

/// How much was compared.
#[derive(Default)]
pub struct Found {
    pub events: usize,
    pub notices: usize,
}

/// Every made-up partnership with its policy, in the house's database.
pub async fn furnish(house: &House, places: &[Place]) {
    for (number, place) in places.iter().enumerate() {
        let world = place.simulation.world().clone();
        let (policy, text) = (place.policy.clone(), place.text.clone());
        let now = house.engine.now();
        let insert = move |w: &mut Writer<'_>| -> Result<(), StoreError> {
            insert_world(w, &world, number)?;
            let partnership_id = world.partnership.id;
            let which = PolicyRef { key: policy.key.clone(), version: policy.version };
            let stored = StoredPolicy {
                partnership_id,
                policy: policy.clone(),
                sha256: digest(&text),
                proposer: Proposer::Folder,
                proposed_at: now,
                publication: None,
            };
            policies::insert(w, &stored, &text)?;
            let publisher = &world.people[0];
            let (person_id, name) = (publisher.id, publisher.name.clone());
            let by = By { person_id, name, via: Via::Console };
            policies::publish(w, partnership_id, &which, &by, now)
        };
        house.engine.store().write(insert).await.unwrap();
    }
}

fn insert_world(w: &mut Writer<'_>, world: &World, number: usize) -> Result<(), StoreError> {
    let mut partnership = world.partnership.clone();
    partnership.reference_prefix = format!("S{number}");
    people::insert_partnership(w, &partnership)?;
    for agency in &world.agencies {
        people::save_agency(w, agency, None)?;
    }
    for person in &world.people {
        people::save_person(w, person, None)?;
    }
    for post in &world.posts {
        posts::save_post(w, post, None)?;
    }
    for absence in &world.absences {
        people::insert_absence(w, absence)?;
    }
    Ok(())
}

/// A case in the database, and how far it has come.
struct Replayed<'a> {
    case: &'a Case,
    place: &'a Place,
    id: Option<EscalationId>,
    done: usize,
}

impl Replayed<'_> {
    /// The next step at an instant, if it is somebody's.
    fn next_act(&self, at: UtcInstant) -> Option<&Step> {
        let step = self.case.course.steps.get(self.done)?;
        (step.at == at && step.command != Some(Command::Lapse)).then_some(step)
    }

    /// Takes the steps of time at an instant as done.
    fn pass_time(&mut self, at: UtcInstant) {
        let steps = &self.case.course.steps;
        while let Some(step) = steps.get(self.done)
            && step.at == at
            && step.command == Some(Command::Lapse)
        {
            self.done += 1;
        }
    }
}

/// Does all of it in the order of time.
pub async fn replay(house: &House, places: &[Place], cases: &[Case]) -> Found {
    let mut all: Vec<Replayed<'_>> = cases
        .iter()
        .map(|case| Replayed { case, place: &places[case.place], id: None, done: 0 })
        .collect();
    let mut agenda: BTreeMap<UtcInstant, BTreeSet<usize>> = BTreeMap::new();
    for (index, case) in cases.iter().enumerate() {
        for step in &case.course.steps {
            agenda.entry(step.at).or_default().insert(index);
        }
    }
    let mut found = Found::default();
    for (at, indices) in agenda {
        house.clock.wind_on_to(at);
        assert_eq!(house.engine.now(), at);
        loop {
            tick(house).await;
            let mut is_quiet = true;
            for index in &indices {
                let it = &mut all[*index];
                it.pass_time(at);
                if let Some(step) = it.next_act(at).cloned() {
                    act(house, it, &step).await;
                    it.done += 1;
                    is_quiet = false;
                }
            }
            if is_quiet {
                break;
            }
        }
        let over = |index: &&usize| all[**index].done == all[**index].case.course.steps.len();
        let over: Vec<usize> = indices.iter().filter(over).copied().collect();
        for index in over {
            let it = &all[index];
            let Some(id) = it.id else { continue };
            compare(house, it, id, &mut found).await;
        }
        rest(house, &all, &indices);
    }
    assert!(all.iter().all(|it| it.done == it.case.course.steps.len()), "a case was left behind");
    wake(house, &all).await;
    found
}

async fn tick(house: &House) {
    loop {
        let ticked = house.engine.tick().await.unwrap();
        assert_eq!(ticked.failed_count, 0, "a due case could not be acted on");
        if ticked.acted_count == 0 {
            return;
        }
    }
}

/// Cases that are simulated no further are followed no further: nothing is ever due in them again.
fn rest(house: &House, all: &[Replayed<'_>], indices: &BTreeSet<usize>) {
    let over = indices.iter().map(|index| &all[*index]);
    let over = over.filter(|it| it.done == it.case.course.steps.len());
    let ids: Vec<String> = over.filter_map(|it| it.id).map(|id| format!("'{id}'")).collect();
    if !ids.is_empty() {
        let never = "9999-12-31T00:00:00.000000Z";
        Raw::of(house).run(&format!(
            "update escalations set next_act_at = '{never}' where next_act_at is not null and id in ({})",
            ids.join(", ")
        ));
    }
}

/// What is due in the cases is put back as it was, so that the record can be proved.
async fn wake(house: &House, all: &[Replayed<'_>]) {
    let ids: Vec<EscalationId> = all.iter().filter_map(|it| it.id).collect();
    let read = move |r: &mut Reader<'_>| -> Result<_, StoreError> {
        let mut found = Vec::new();
        for id in ids {
            found.push((id, escalations::find(r, id)?.unwrap().escalation.next_act_at()));
        }
        Ok(found)
    };
    let due: Result<Vec<_>, StoreError> = house.engine.store().read(read).await;
    let mut raw = Raw::of(house);
    raw.run("begin");
    for (id, at) in due.unwrap() {
        if let Some(at) = at {
            raw.run(&format!("update escalations set next_act_at = '{at}' where id = '{id}'"));
        }
    }
    raw.run("commit");
}

fn request(world: &World, person_id: PersonId) -> Request {
    let actor = world.actor(person_id).unwrap();
    Request { actor, expected_version: None, idempotency: None }
}

#[expect(clippy::unnecessary_wraps, reason = "what the engine asks for")]
fn the_id(view: &CaseView) -> Result<StoredAnswer, EngineError> {
    Ok(StoredAnswer {
        fingerprint: String::new(),
        status: 200,
        location: None,
        etag: None,
        body: view.escalation.id.to_string(),
    })
}

async fn act(house: &House, it: &mut Replayed<'_>, step: &Step) {
    let world = it.case.simulation.world();
    if it.done == 0 {
        return raise(house, it, step).await;
    }
    let (Some(by), Some(command), Some(id)) = (&step.by, &step.command, it.id) else {
        assert!(step.refused.is_some());
        return;
    };
    let request = request(world, by.person_id);
    let answered = house.engine.change(request, id, command.clone(), the_id).await;
    match (answered, &step.refused) {
        (Ok(_), None) => {}
        (Err(EngineError::Refused(refusal)), Some(why)) => {
            assert_eq!(refusal_in_words(&refusal), *why);
        }
        (answered, _) => panic!("simulated {step:#?}\nbut the engine: {answered:?}"),
    }
}

async fn raise(house: &House, it: &mut Replayed<'_>, step: &Step) {
    let (simulation, at) = (&it.case.simulation, it.case.course.raised_at);
    let world = simulation.world();
    let new = NewDraft {
        partnership_id: Some(world.partnership.id),
        policy_key: Some(it.place.policy.key.clone()),
        topic: None,
        immediate_danger: ImmediateDanger {
            in_immediate_danger: false,
            action_taken: None,
            taken_at: None,
            taken_by: None,
        },
        draft: simulation.draft(at),
    };
    let begun = house.engine.begin_draft(request(world, world.raiser), new, the_id).await;
    let id: EscalationId = begun.unwrap().answer.body.parse().unwrap();
    let raised = house.engine.raise(request(world, world.raiser), id, the_id).await;
    match (raised, &step.refused) {
        (Ok(_), None) => it.id = Some(id),
        (Err(EngineError::Refused(refusal)), Some(why)) => {
            assert_eq!(refusal_in_words(&refusal), *why);
        }
        (raised, _) => panic!("simulated {step:#?}\nbut the engine: {raised:?}"),
    }
}

type Told = (UtcInstant, NoticeKind, String);

async fn compare(house: &House, it: &Replayed<'_>, id: EscalationId, found: &mut Found) {
    let read = move |r: &mut Reader<'_>| -> Result<_, StoreError> {
        let entries = timeline::list(r, id, 0, i64::MAX)?;
        Ok((entries, notices::list_of_escalation(r, id, None, i64::MAX)?))
    };
    let (entries, sent) = house.engine.store().read(read).await.unwrap();
    let mut real = entries.into_iter();
    assert!(matches!(real.next().unwrap().event, Event::Drafted { .. }));
    let steps = &it.case.course.steps;
    for step in steps {
        let doer = step.by.clone().map_or(Doer::Time, Doer::Person);
        for event in &step.events {
            let entry = real.next();
            let entry = entry.unwrap_or_else(|| panic!("the engine did not do {event:#?}"));
            assert_eq!((&entry.recorded_at, &entry.event), (&step.at, event), "{}", it.place.text);
            assert_eq!(entry.by, doer);
            found.events += 1;
        }
    }
    if let Some(more) = real.next() {
        panic!("the engine did more: {more:#?}\nafter {:#?}\n{}", steps.last(), it.place.text);
    }
    let directory = it.case.simulation.world().directory();
    let mut simulated: Vec<Told> = steps.iter().flat_map(|step| told(&directory, step)).collect();
    let mut sent: Vec<Told> =
        sent.into_iter().map(|it| (it.queued_at, it.kind.unwrap(), it.recipient_email)).collect();
    simulated.sort();
    sent.sort();
    found.notices += sent.len();
    assert_eq!(simulated, sent, "{}", it.place.text);
}

/// Who is told in a step, each address once, as the outbox has it.
fn told(directory: &Directory, step: &Step) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for notice in &step.told {
        let email = directory.contact(&notice.seat).email;
        if !told.iter().any(|(_, _, there)| *there == email) {
            told.push((step.at, notice.kind, email));
        }
    }
    told
}
