//! Fills a database with cases and with what reports count of them.

use crate::made_up::Setting;
use crate::raw::Raw;
use bscp_escalation::ids::PersonId;
use bscp_escalation::store::{Store, StoreError, reports};
use std::ops::Range;

/// How many rows are written in one transaction.
const TOGETHER: u64 = 5_000;
/// How many cases later a case has ended.
const LATER: u64 = 4 * TOGETHER;

/// Writes the cases, with next to nothing in them, and their facts in the order in which they would
/// come: each is written when it is raised, and again when it has ended, some thousand cases later.
pub async fn fill(store: &Store, raw: &mut Raw, setting: &Setting, raiser: PersonId) {
    let cases = setting.cases;
    for from in (0..cases).step_by(usize::try_from(TOGETHER).unwrap()) {
        let until = cases.min(from + TOGETHER);
        raw.run(&adding(raw.is_sqlite(), setting, raiser, from..until));
        let ended = from.saturating_sub(LATER)..until.saturating_sub(LATER);
        write(store, setting, from..until, true).await;
        write(store, setting, ended, false).await;
    }
    write(store, setting, cases.saturating_sub(LATER)..cases, false).await;
    raw.run(if raw.is_sqlite() { "analyze" } else { "vacuum analyze" });
}

async fn write(store: &Store, setting: &Setting, numbers: Range<u64>, is_new: bool) {
    let setting = setting.clone();
    let done: Result<(), StoreError> = store
        .write(move |w| {
            for number in numbers.clone() {
                if is_new {
                    reports::save(w, &setting.facts_at_first(number), 3)?;
                } else {
                    reports::save(w, &setting.facts(number), 10)?;
                }
            }
            Ok(())
        })
        .await;
    done.unwrap();
}

/// Adds the cases with these numbers: all that their facts hang on.
fn adding(is_sqlite: bool, setting: &Setting, raiser: PersonId, numbers: Range<u64>) -> String {
    let Range { start, end } = numbers;
    let (series, id, instant) = if is_sqlite {
        let series = format!(
            "with recursive numbers(n) as (select {start} union all \
             select n + 1 from numbers where n + 1 < {end})"
        );
        (series, "printf('00000000-0000-0000-0000-%012x', n)", "")
    } else {
        let series =
            format!("with numbers(n) as (select * from generate_series({start}, {end} - 1))");
        (series, "('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))", "::timestamptz")
    };
    let at = format!("'2020-01-01T00:00:00.000000Z'{instant}");
    let (of, agency_id) = (setting.partnership_id, setting.agencies[0].0);
    let hash = "0".repeat(64);
    format!(
        "{series} insert into escalations (id, reference, partnership_id, policy_key, \
         policy_version, status, raising_agency_id, receiving_agency_id, raiser_id, drafted_at, \
         raised_at, due_sort_at, is_overdue, version, head_hash, state) \
         select {id}, 'MADE-' || n, '{of}', 'bscp', 1, 'resolved', '{agency_id}', '{agency_id}', \
         '{raiser}', {at}, {at}, {at}, false, 10, '{hash}', '' from numbers"
    )
}
