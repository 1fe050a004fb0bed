//! Cases with whole timelines, and making anew what reports count of them.

use crate::house::House;
use crate::measuring::Measure;
use crate::raw::Raw;
use crate::served::Served;
use bscp_escalation::engine::verify_facts;
use bscp_escalation::ids::EscalationId;
use bscp_escalation::store::escalations::{self, Stored};
use bscp_escalation::store::{Reader, StoreError, timeline};
use bscp_escalation::timeline::{Entry, fold};
use serde_json::{Value, json};

/// How many cases are written in one transaction.
const TOGETHER: u64 = 500;

/// One case after another lives as one of some that were lived through the server.
pub async fn live(house: impl Future<Output = House>, cases: u64) {
    let house = house.await;
    let mut lived = Vec::new();
    for commands in courses() {
        lived.push(live_once(&house, &commands).await);
    }
    for from in (0..cases).step_by(usize::try_from(TOGETHER).unwrap()) {
        let lived = lived.clone();
        let numbers = from..cases.min(from + TOGETHER);
        let written: Result<(), StoreError> = house
            .engine
            .store()
            .write(move |w| {
                for number in numbers.clone() {
                    let which = usize::try_from(number).unwrap() % lived.len();
                    let (stored, entries) = again(&lived[which], number);
                    escalations::insert(w, &stored)?;
                    for entry in &entries {
                        timeline::append(w, entry)?;
                    }
                }
                Ok(())
            })
            .await;
        written.unwrap();
    }
}

/// Makes the facts of all cases anew, and compares them.
pub async fn make_anew(url: &str) {
    let Served { engine, .. } = Served::on(url).await;
    let mut raw = Raw::connect(url);
    let entries = raw.count("timeline_entries", "true");
    let cases = raw.count("escalations", "true");
    println!("{cases} cases with {entries} entries");
    let a_second = |seconds: f64| {
        let rate = f64::from(u32::try_from(cases).unwrap()) / seconds;
        println!("{:>62} a second; {:.0} minutes for 1,000,000", rate.round(), 1e6 / rate / 60.0);
    };
    let measure = Measure::begin(&mut raw);
    let cost = measure.cost_once(async || {
        let made = engine.rebuild_facts().await.unwrap();
        assert_eq!((made.made_count, made.failed_count), (u64::try_from(cases).unwrap(), 0));
    });
    let cost = cost.await;
    cost.say("facts made anew");
    a_second(cost.seconds);
    let cost = measure.cost_once(async || {
        let verified = verify_facts(engine.store()).await.unwrap();
        assert_eq!((verified.to_make_count, verified.differing), (0, Vec::new()));
    });
    let cost = cost.await;
    cost.say("facts compared");
    a_second(cost.seconds);
}

type Done = (&'static str, &'static str, Value);

/// What is done in the cases that are lived: one is answered and agreed, one is withdrawn, one is
/// refused and handed over.
fn courses() -> Vec<Vec<Done>> {
    let reason = || json!({ "reason": "It has been settled between the two of us." });
    let answer =
        |stance: &str| json!({ "stance": stance, "rationale": "The criteria are met in part." });
    let proposal = json!({ "outcome": "decision_changed", "terms": "An assessment by Friday." });
    let feedback = json!({ "text": "It was worth it.", "learning": "Send the chronology too." });
    let debrief = json!({ "held_on": "2026-12-21", "with": "The team" });
    let acknowledged = || ("Tom Okafor", "acknowledgements", json!({ "note": "It has arrived." }));
    let agreed = vec![
        acknowledged(),
        ("Tom Okafor", "responses", answer("accepts_in_part")),
        ("Tom Okafor", "proposals", proposal.clone()),
        ("Priya Nair", "proposals/1/confirmations", json!({})),
        ("Priya Nair", "feedback", feedback),
        ("Priya Nair", "debriefs", debrief),
    ];
    let withdrawn = vec![acknowledged(), ("Priya Nair", "withdrawals", reason())];
    let handed_over = vec![
        acknowledged(),
        ("Tom Okafor", "responses", answer("refuses")),
        ("Priya Nair", "early-escalations", reason()),
    ];
    vec![agreed, withdrawn, handed_over]
}

async fn live_once(house: &House, commands: &[Done]) -> Vec<Entry> {
    let reference = house.raised().await;
    for (name, command, body) in commands {
        let done = house.as_(name).await.command(&reference, command, body).await;
        assert!(done.status < 300, "{name}, {command}: {}", done.body);
    }
    let read = move |r: &mut Reader<'_>| -> Result<_, StoreError> {
        let which = escalations::find_id(r, &reference)?.unwrap();
        timeline::list(r, which, 0, i64::MAX)
    };
    house.engine.store().read(read).await.unwrap()
}

/// The same life, of another case.
fn again(lived: &[Entry], number: u64) -> (Stored, Vec<Entry>) {
    let escalation_id = EscalationId::new();
    let old_reference = fold(lived).unwrap().reference;
    let reference = format!("MADE-2026-{number:06}");
    let mut entries: Vec<Entry> = Vec::with_capacity(lived.len());
    for entry in lived {
        let event = serde_json::to_string(&entry.event).unwrap();
        let event = serde_json::from_str(&event.replace(&old_reference, &reference)).unwrap();
        let last = entries.last().map(|last| (last.sequence, last.hash.as_str()));
        let (at, by) = (entry.recorded_at, entry.by.clone());
        entries.push(Entry::following(escalation_id, last, at, by, event).unwrap());
    }
    let head_hash = entries.last().unwrap().hash.clone();
    (Stored { escalation: fold(&entries).unwrap(), head_hash }, entries)
}
