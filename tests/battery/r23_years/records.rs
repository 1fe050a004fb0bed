//! What the database holds at the end of a year, and its lines in the trace.

use super::world::World;
use bscp_escalation::escalation::Escalation;
use bscp_escalation::store::notices::{self, StoredNotice};
use bscp_escalation::store::{StoreError, escalations, timeline};
use bscp_escalation::timeline::Entry;

/// A case with its timeline.
pub struct Record {
    pub case: Escalation,
    pub entries: Vec<Entry>,
    /// Each entry's event, as text.
    pub texts: Vec<String>,
}

const CASES_MAX: i64 = 1_000;

impl World {
    /// Every case as it is in the database, the first begun first.
    pub async fn cases(&self) -> Vec<Escalation> {
        let found: Result<Vec<Escalation>, StoreError> = self
            .eye
            .read(|r| {
                let ids = escalations::ids_after(r, None, CASES_MAX)?;
                let mut cases = Vec::new();
                for id in ids {
                    cases.extend(escalations::find(r, id)?.map(|stored| stored.escalation));
                }
                Ok(cases)
            })
            .await;
        found.unwrap()
    }

    /// Every case with its timeline, the first begun first.
    pub async fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for case in self.cases().await {
            let id = case.id;
            let found: Result<_, StoreError> =
                self.eye.read(move |r| timeline::list(r, id, 0, i64::MAX)).await;
            let entries = found.unwrap();
            let text = |entry: &Entry| serde_json::to_string(&entry.event).unwrap();
            records.push(Record { case, texts: entries.iter().map(text).collect(), entries });
        }
        records
    }

    /// Every notice, the first queued first.
    pub async fn notices(&self) -> Vec<StoredNotice> {
        let of = [self.founded.partnership.id];
        let found: Result<_, StoreError> = self
            .eye
            .read(move |r| notices::list_of_partnerships(r, None, &of, None, None, i64::MAX))
            .await;
        found.unwrap()
    }

    /// Says all that the database holds.
    pub fn say_records(&mut self, records: &[Record], notices: &[StoredNotice]) {
        for record in records {
            let (reference, status) = (&record.case.reference, record.case.status);
            self.say(&format!("{reference} is {status:?} at version {}", record.case.version));
            for (entry, text) in record.entries.iter().zip(&record.texts) {
                let by = serde_json::to_string(&entry.by).unwrap();
                self.say(&format!("{} {} {by} {text}", entry.sequence, entry.recorded_at));
            }
        }
        for it in notices {
            self.say(&format!(
                "notice {} {:?} to {} {:?} after {} tries, queued {}, ended {:?}, {:?}",
                it.id,
                it.kind,
                it.recipient_email,
                it.state,
                it.attempts,
                it.queued_at,
                it.ended_at.map(|at| at.to_string()),
                it.last_error
            ));
        }
    }
}
