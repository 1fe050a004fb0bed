//! R10: PostgreSQL breaks transactions off because others were in their way: every fifth, at a
//! statement or at its commit; then every one.

use super::r04_disk_full::catch_up;
use super::r08_cut_in_commit::check_readiness;
use crate::dice::Dice;
use crate::load::{self, Came, Cases, Load, People, Servers, WRITERS};
use crate::program::{Ground, Program, pause};
use crate::run::Outcome;
use crate::wire::Ask;
use std::time::Duration;

const LENGTH: Duration = Duration::from_millis(2500);
/// As often as the store tries, with a conflict at each try.
const TRIES: i64 = 5;
const HOPELESS: usize = 3;

/// Half of them as a serialization failure, half as a deadlock. One draw decides for a whole
/// transaction, so that one which meets two of these triggers is not broken off more often. The counts
/// survive what is undone.
const FORCING: &str = "
    create sequence seen_count; create sequence forced_count;
    create table force (share double precision); insert into force values (0);
    create function force_conflict() returns trigger language plpgsql as $$
    begin
        perform nextval('seen_count');
        if (hashint8extended(txid_current(), 10) & 1023) < 1024 * (select share from force) then
            perform nextval('forced_count');
            if random() < 0.5 then
                raise exception 'could not serialize access: forced' using errcode = '40001';
            end if;
            raise exception 'deadlock detected: forced' using errcode = '40P01';
        end if;
        return null;
    end $$;
    create constraint trigger forced after insert on idempotency_keys
        deferrable initially deferred for each row execute function force_conflict();
    create trigger forced after insert on stage_entries
        for each statement execute function force_conflict();
    create trigger forced after insert on sessions
        for each statement execute function force_conflict();
";

pub fn trial(mut dice: Dice) -> Outcome {
    let Some(ground) = Ground::postgres(&[]) else {
        let untried = Some("there is no PostgreSQL".to_owned());
        return Outcome { untried, ..Outcome::default() };
    };
    ground.execute(FORCING);
    let program = ground.start();
    ground.execute("update force set share = 0.2");
    let people = People::sign_in(&program);
    let (cases, servers) = (Cases::default(), Servers::only(&program));
    let load = Load::new(&ground, &people, &servers, &cases, "forced");
    let journal = load.run(WRITERS, &mut dice, |_| {
        pause(LENGTH);
        // Many sign in meanwhile; none of them may notice.
        (0..5).for_each(|_| drop(program.token(load::PRIYA)));
    });
    ground.execute("update force set share = 0");
    catch_up(&ground);
    let (seen, forced) = (count(&ground, "seen_count"), count(&ground, "forced_count"));
    let mut outcome = Outcome::held(u64::try_from(forced).unwrap());
    let violations = &mut outcome.violations;
    let refused = |came: &Came| matches!(came, Came::NotDone(answer) if answer.status == 503);
    let refused: Vec<_> = journal.iter().filter(|entry| refused(&entry.came)).collect();
    if !refused.is_empty() {
        eprintln!("  the server said:\n{}", ground.said());
    }
    let refused = refused.len();
    eprintln!("  {seen} tried, {forced} were broken off, {refused} writes were refused for it");
    eprintln!("  {}", load::tally(&journal));
    // Whoever comes past several triggers, or past one several times, is seen as often.
    if !(seen / 20..=seen * 3 / 10).contains(&forced) {
        violations.push(format!("{forced} of {seen}: the trial tried something else"));
    }
    // One in 3,125 meets five in a row.
    if refused > 2 + journal.len() / 500 {
        violations.push(format!("{refused} of {} writes were refused", journal.len()));
    }
    check_hopeless(&ground, &program, &people, violations);
    load::check_answers(&journal, program.address, 5, violations);
    check_readiness(&program, true, violations);
    program.stop();
    super::r04_disk_full::check_refusals(&journal, &[503], violations);
    load::check_effects(&ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

/// Where each try is broken off, so many are made, and whoever asks is told that nothing was done; the
/// same request is done when it is over.
fn check_hopeless(
    ground: &Ground,
    program: &Program,
    people: &People,
    violations: &mut Vec<String>,
) {
    let before = count(ground, "forced_count");
    ground.execute("alter table stage_entries disable trigger forced; update force set share = 1");
    let asks: Vec<Ask> = (0..HOPELESS)
        .map(|number| Ask {
            method: "POST",
            key: Some(format!("key-hopeless-{number}x")),
            body: ground.draft(&format!("mark-hopeless-{number}")).to_string(),
            ..Ask::get("/api/v1/escalations", &people.priya)
        })
        .collect();
    for ask in &asks {
        let answer = program.ask(ask).expect("an answer");
        let is_told = answer.status == 503
            && answer.header("retry-after").is_some()
            && answer.text("/detail").starts_with("Nothing was changed");
        if !is_told {
            violations.push(format!("broken off again and again, and answered {answer:?}"));
        }
    }
    let tries = count(ground, "forced_count") - before;
    if tries != TRIES * i64::try_from(HOPELESS).unwrap() {
        violations.push(format!("{HOPELESS} writes were tried {tries} times in all"));
    }
    ground.execute("update force set share = 0");
    for ask in &asks {
        let answer = program.ask(ask).expect("an answer");
        if answer.status != 201 || answer.header("idempotency-replayed").is_some() {
            violations.push(format!("I10: done later, it was answered {answer:?}"));
        }
    }
}

fn count(ground: &Ground, sequence: &str) -> i64 {
    let question = format!(
        "select cast(case when is_called then last_value else 0 end as text) as a, '' as b \
         from {sequence}"
    );
    ground.rows(&question)[0].a.parse().unwrap()
}
