//! Reports that go to people at a time of day: a letter each with a link, and no figure in it. The
//! report is made when somebody opens it, of the cases that they may see then.

use super::report_schedules::{ReportReader, ReportSchedule};
use super::schedule::Daily;
use super::{Engine, EngineError};
use crate::access::{self, Actor, Proof, ProofBy};
use crate::clock::UtcInstant;
use crate::directory::{Contact, Partnership};
use crate::escalation::NoticeKind;
use crate::ids::{PartnershipId, PersonId, SessionId};
use crate::notify::{ReportReady, report_letter};
use crate::store::{Reader, Store, StoreError, Writer, directory, people};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who gets a report, and who does not although the file names them.
#[derive(Debug, Default)]
struct Readers {
    /// Each once.
    contacts: BTreeMap<PersonId, Contact>,
    /// By their number in the file, from 1, each with why.
    nobody: Vec<(usize, &'static str)>,
}

const UNKNOWN: &str = "nobody in the directory has this address, or they have left";
const NOT_THEIRS: &str =
    "they are no officer of the partnership, and only officers may have reports";
const NOT_THERE: &str = "nobody who may have reports is in this post now";

impl Engine {
    /// What is wrong with this server's scheduled reports; see [`misdirected_reports`].
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub async fn misdirected_reports(&self) -> Result<Vec<String>, StoreError> {
        misdirected_reports(self.store(), &self.inner.options.jobs.reports, self.now()).await
    }

    /// Queues the letters of a report's slot, in the transaction that claims it.
    pub(super) fn send_report(
        &self,
        w: &mut Writer<'_>,
        schedule: &ReportSchedule,
        slot: UtcInstant,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        let report = schedule.name.as_str();
        let Some(found) = people::find_partnership_by_key(w, &schedule.partnership)? else {
            tracing::error!(report, "a scheduled report is of a partnership that is not here");
            return Ok(());
        };
        let Some(period) = schedule.period.as_of(schedule.rule.day_of(slot)) else {
            return Ok(());
        };
        let readers = readers(w, schedule, &found, now)?;
        for (number, why) in readers.nobody {
            tracing::error!(report, number, why, "a scheduled report does not go to somebody");
        }
        let link = format!(
            "{}/partnerships/{}/{}?{}",
            self.inner.options.public_url,
            found.id,
            schedule.page(),
            period.in_address()
        );
        let job = schedule.job_name();
        let daily = Daily { kind: NoticeKind::Report, job: job.into(), slot };
        for contact in readers.contacts.into_values() {
            let letter = report_letter(&ReportReady {
                report: schedule.report.in_words(),
                period: &period.in_words(),
                schedule: &schedule.name,
                recipient_name: &contact.name,
                link: &link,
                partnership: &found.name,
                contact_email: &found.contact_email,
            });
            daily.enqueue(w, found.id, contact, letter, now)?;
        }
        Ok(())
    }
}

/// To whom a report goes at this moment.
fn readers(
    r: &mut Reader<'_>,
    schedule: &ReportSchedule,
    partnership: &Partnership,
    now: UtcInstant,
) -> Result<Readers, StoreError> {
    let mut readers = Readers::default();
    for (number, reader) in (1..).zip(&schedule.to) {
        let why = match reader {
            ReportReader::Person(email) => {
                let found = people::find_id_by_email(r, email)?;
                let actor = found.map(|id| actor(r, id, now)).transpose()?.flatten();
                match actor {
                    None => Some(UNKNOWN),
                    Some(actor) => (!readers.add(r, &actor, partnership.id)?).then_some(NOT_THEIRS),
                }
            }
            ReportReader::Function(function) => {
                let there = directory::load(r, partnership.id, &[], &[], &[], now)?;
                let mut is_anybody_there = false;
                for seat in there.route_to_partnership(&[*function], now).seats {
                    let Some(person_id) = seat.person_id else { continue };
                    if let Some(actor) = actor(r, person_id, now)? {
                        is_anybody_there |= readers.add(r, &actor, partnership.id)?;
                    }
                }
                (!is_anybody_there).then_some(NOT_THERE)
            }
        };
        readers.nobody.extend(why.map(|why| (number, why)));
    }
    Ok(readers)
}

impl Readers {
    /// Adds somebody who may have the report; false if they may not.
    fn add(
        &mut self,
        r: &mut Reader<'_>,
        actor: &Actor,
        of: PartnershipId,
    ) -> Result<bool, StoreError> {
        if access::may_report(actor, of).is_err() {
            return Ok(false);
        }
        let found = people::find_person(r, actor.person_id)?;
        let Some(person) = found.map(|found| found.it).filter(|it| it.is_somebody_here()) else {
            return Ok(false);
        };
        let contact =
            Contact { person_id: Some(person.id), name: person.name, email: person.email };
        self.contacts.insert(person.id, contact);
        Ok(true)
    }
}

/// Somebody as the directory knows them now; none if they have left.
fn actor(
    r: &mut Reader<'_>,
    person_id: PersonId,
    now: UtcInstant,
) -> Result<Option<Actor>, StoreError> {
    let proof = Proof { at: now, by: ProofBy::Console };
    directory::find_actor(r, person_id, SessionId::new(), proof, now)
}

/// Whether somebody may have the reports of a partnership now.
pub(super) fn may_still_report(
    r: &mut Reader<'_>,
    person_id: PersonId,
    of: PartnershipId,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    Ok(actor(r, person_id, now)?.is_some_and(|actor| access::may_report(&actor, of).is_ok()))
}

/// What is wrong with scheduled reports by the directory as it is now, a sentence each: partnerships
/// that are not here, and people to whom a report will not go.
///
/// # Errors
/// If the directory cannot be read.
pub async fn misdirected_reports(
    store: &Store,
    schedules: &[Arc<ReportSchedule>],
    now: UtcInstant,
) -> Result<Vec<String>, StoreError> {
    let schedules = schedules.to_vec();
    store
        .read(move |r| {
            let mut sentences = Vec::new();
            for schedule in schedules {
                sentences.extend(misdirected(r, &schedule, now)?);
            }
            Ok(sentences)
        })
        .await
}

fn misdirected(
    r: &mut Reader<'_>,
    schedule: &ReportSchedule,
    now: UtcInstant,
) -> Result<Vec<String>, StoreError> {
    let name = &schedule.name;
    let Some(partnership) = people::find_partnership_by_key(r, &schedule.partnership)? else {
        return Ok(vec![format!(
            "report `{name}`, `partnership`: there is no partnership `{}`",
            schedule.partnership.escape_debug()
        )]);
    };
    let nobody = readers(r, schedule, &partnership, now)?.nobody.into_iter();
    let written = |number: usize| schedule.to.get(number - 1).map_or("", ReportReader::in_file);
    Ok(nobody
        .map(|(number, why)| format!("report `{name}`, `to`, {}: {why}", written(number)))
        .collect())
}
