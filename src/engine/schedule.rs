//! Jobs of a time of day: chasers, digests, housekeeping, reports that go to people.
//!
//! A job's slot is claimed in the database, so that one node runs it once; a node that was down
//! runs the latest slot that it missed, and no earlier one. Nothing whose miss would matter hangs
//! here: deadlines and what is told again about overdue cases are states in the database.

use super::cron::CronRule;
use super::report_schedules::ReportSchedule;
use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::directory::{Contact, PartnershipFunction, Seat};
use crate::escalation::{Escalation, NoticeKind, NoticeUrgency, StageEntry};
use crate::ids::{EscalationId, NoticeId, PartnershipId};
use crate::notify::{Letter, Listed, Standing, chaser_letter, digest_letter};
use crate::store::notices::{self, DeliveryState, NewNotice};
use crate::store::{
    Reader, StoreError, Writer, account_letters, account_secrets, browser_sessions, directory,
    escalations, guesses, idempotency, jobs, networks, nodes, people, sessions, sign_in_attempts,
    tickets,
};
use chrono::TimeDelta;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// When each job runs.
#[derive(Debug, Clone)]
pub struct JobTimes {
    /// Telling people of what waits for them and is soon due.
    pub chasers: CronRule,
    /// Telling the partnership how things stand.
    pub digests: CronRule,
    /// Forgetting what is no longer needed.
    pub housekeeping: CronRule,
    /// Reports that go to people.
    pub reports: Vec<Arc<ReportSchedule>>,
}

/// How long expired sessions and run slots are kept.
const KEPT: TimeDelta = TimeDelta::days(8);
/// How long it is kept what letters about accounts were sent, and from where people signed in.
const ACCOUNT_RECORDS_KEPT: TimeDelta = TimeDelta::days(400);
/// How many failed messages a digest counts at most.
const FAILED_COUNT_MAX: i64 = 1_000;
/// How many cases are read at once.
const PAGE: i64 = 200;

#[derive(Debug, Clone)]
enum Job {
    Chasers,
    Digests,
    Housekeeping,
    Report(Arc<ReportSchedule>),
}

impl Job {
    /// What its slots are recorded under.
    fn name(&self) -> Cow<'static, str> {
        match self {
            Self::Chasers => "chasers".into(),
            Self::Digests => "digests".into(),
            Self::Housekeeping => "housekeeping".into(),
            Self::Report(schedule) => schedule.job_name().into(),
        }
    }
}

impl JobTimes {
    fn jobs(&self) -> impl Iterator<Item = Job> {
        let reports = self.reports.iter().map(|schedule| Job::Report(Arc::clone(schedule)));
        [Job::Chasers, Job::Digests, Job::Housekeeping].into_iter().chain(reports)
    }

    fn rule<'t>(&'t self, job: &'t Job) -> &'t CronRule {
        match job {
            Job::Chasers => &self.chasers,
            Job::Digests => &self.digests,
            Job::Housekeeping => &self.housekeeping,
            Job::Report(schedule) => &schedule.rule,
        }
    }

    /// The next slot of any job.
    pub(super) fn next_slot(&self, now: UtcInstant) -> Option<UtcInstant> {
        self.jobs().filter_map(|job| self.rule(&job).next_slot(now)).min()
    }
}

impl Engine {
    /// Runs the jobs whose slot has come and was not run, and says how many ran.
    ///
    /// # Errors
    /// If a job failed; its slot is not claimed then, and it runs again. It keeps no other from
    /// running.
    pub async fn run_jobs(&self) -> Result<u64, EngineError> {
        if self.stands_aside() {
            return Ok(0);
        }
        let now = self.now();
        let mut ran_count = 0;
        let mut failed = None;
        let times = &self.inner.options.jobs;
        for job in times.jobs() {
            let Some(slot) = times.rule(&job).latest_slot(now) else { continue };
            let (engine, name) = (self.clone(), job.name());
            match self.store().write(move |w| engine.run_slot(w, &job, slot, now)).await {
                Ok(true) => {
                    ran_count += 1;
                    tracing::info!(job = %name, slot_at = %slot, "ran a job");
                }
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(job = %name, slot_at = %slot, %error, "a job failed");
                    failed.get_or_insert(error);
                }
            }
        }
        if ran_count > 0 {
            self.wake();
        }
        failed.map_or(Ok(ran_count), Err)
    }

    fn run_slot(
        &self,
        w: &mut Writer<'_>,
        job: &Job,
        slot: UtcInstant,
        now: UtcInstant,
    ) -> Result<bool, EngineError> {
        let name = job.name();
        let last = jobs::last_slot(w, &name)?;
        if last.is_some_and(|last| last >= slot) || !jobs::claim(w, &name, slot, now)? {
            return Ok(false);
        }
        if last.is_none() {
            // The first start ever: yesterday's slot was nobody's to run.
            return Ok(false);
        }
        match job {
            Job::Chasers => self.chase(w, slot, now)?,
            Job::Digests => self.digest(w, slot, now)?,
            Job::Housekeeping => self.keep_house(w, now)?,
            Job::Report(schedule) => self.send_report(w, schedule, slot, now)?,
        }
        Ok(true)
    }

    /// Forgets what has had its time.
    fn keep_house(&self, w: &mut Writer<'_>, now: UtcInstant) -> Result<(), EngineError> {
        let before = now.plus(-KEPT);
        let answers = TimeDelta::days(self.inner.options.keep_answers_days);
        idempotency::delete_before(w, now.plus(-answers))?;
        sessions::delete_expired_before(w, before)?;
        tickets::delete_before(w, before)?;
        guesses::delete_before(w, before)?;
        account_secrets::delete_expired_before(w, before)?;
        account_letters::delete_ended_before(w, now.plus(-ACCOUNT_RECORDS_KEPT))?;
        networks::delete_before(w, now.plus(-ACCOUNT_RECORDS_KEPT))?;
        sign_in_attempts::delete_expired_before(w, now)?;
        browser_sessions::delete_logout_tokens_before(w, before)?;
        nodes::delete_before(w, before)?;
        for job in self.inner.options.jobs.jobs() {
            jobs::delete_before(w, &job.name(), before)?;
        }
        Ok(())
    }

    /// One letter to each person for whom cases wait that are due by the end of the next working
    /// day.
    fn chase(
        &self,
        w: &mut Writer<'_>,
        slot: UtcInstant,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        let mut lists: BTreeMap<(PartnershipId, String), (Contact, Vec<Listed>)> = BTreeMap::new();
        let mut places = BTreeMap::new();
        self.each_open_case(w, now, |case| {
            let next_day_ends =
                case.calendar.due(now, crate::calendar::Allowance::WorkingDays(1)).at;
            if case.listed_due_at > next_day_ends {
                return;
            }
            for seat in case.waiting.iter().filter(|seat| case.directory.reaches(seat)) {
                let contact = case.directory.contact(seat);
                let key = (case.directory.partnership().id, contact.email.clone());
                lists.entry(key).or_insert((contact, Vec::new())).1.push(case.listed.clone());
            }
            places.insert(case.directory.partnership().id, case.directory.partnership().clone());
        })?;
        for ((partnership_id, _), (contact, listed)) in lists {
            let Some(partnership) = places.get(&partnership_id) else { continue };
            let link = format!("{}/", self.inner.options.public_url);
            let letter = chaser_letter(
                &listed,
                &contact.name,
                &link,
                &partnership.name,
                &partnership.contact_email,
            );
            let daily = Daily { kind: NoticeKind::Chaser, job: Job::Chasers.name(), slot };
            daily.enqueue(w, partnership_id, contact, letter, now)?;
        }
        Ok(())
    }

    /// One letter to each partnership's business manager: how things stand.
    fn digest(
        &self,
        w: &mut Writer<'_>,
        slot: UtcInstant,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        let functions = [PartnershipFunction::BusinessManager];
        // By partnership and address: a case is not there for those whom it excludes.
        let mut standing: BTreeMap<(PartnershipId, String), Standing> = BTreeMap::new();
        self.each_open_case(w, now, |case| {
            let partnership_id = case.directory.partnership().id;
            for seat in case.directory.route_to_partnership(&functions, now).seats {
                let to = case.directory.contact(&seat).email;
                standing.entry((partnership_id, to)).or_default().add(&case);
            }
        })?;
        for found in people::list_partnerships(w)? {
            let partnership = found.it;
            let failed = notices::list_of_partnerships(
                w,
                None,
                &[partnership.id],
                Some(DeliveryState::Failed),
                None,
                FAILED_COUNT_MAX,
            )?;
            let people = directory::load(w, partnership.id, &[], &[], &[], now)?;
            for seat in people.route_to_partnership(&functions, now).seats {
                let contact = people.contact(&seat);
                let to = (partnership.id, contact.email.clone());
                let mut of = standing.remove(&to).unwrap_or_default();
                of.failed_notices_count = failed.len();
                let letter = digest_letter(
                    &of,
                    &contact.name,
                    &format!("{}/", self.inner.options.public_url),
                    &partnership.name,
                    &partnership.contact_email,
                );
                let daily = Daily { kind: NoticeKind::Digest, job: Job::Digests.name(), slot };
                daily.enqueue(w, partnership.id, contact, letter, now)?;
            }
        }
        Ok(())
    }

    /// Walks the open cases, the soonest due first.
    fn each_open_case(
        &self,
        r: &mut Reader<'_>,
        now: UtcInstant,
        mut visit: impl FnMut(OpenCase<'_>),
    ) -> Result<(), EngineError> {
        let mut after: Option<(UtcInstant, EscalationId)> = None;
        let far = now.plus(TimeDelta::days(36_500));
        loop {
            let page = escalations::due(r, far, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(*last);
            for (_, which) in page {
                let read = escalations::find(r, which)
                    .and_then(|stored| stored.ok_or(StoreError::Missing("a case")))
                    .and_then(|stored| self.hold(r, stored, None, now));
                let held = match read {
                    // It must not keep everybody else from being told.
                    Err(error) if error.is_about_what_is_stored() => {
                        tracing::error!(escalation_id = %which, %error, "a case is left out of the daily lists");
                        continue;
                    }
                    read => read?,
                };
                let it = &held.stored.escalation;
                let Some(entry) = it.current_entry() else { continue };
                let sides = it.waiting_for();
                let waiting = entry.who_acts().filter(|seat| sides.contains(&seat.side));
                visit(OpenCase {
                    listed: Listed {
                        reference: it.reference.clone(),
                        stage: entry.stage,
                        due_long: held.loaded.calendar().say(entry.due.at),
                        is_overdue: entry.due.at <= now,
                    },
                    listed_due_at: entry.due.at,
                    waiting: waiting.cloned().collect(),
                    warnings: warnings(it, entry),
                    directory: &held.directory,
                    calendar: held.loaded.calendar(),
                });
            }
        }
    }
}

/// What somebody has to mend, or to look into.
fn warnings(it: &Escalation, entry: &StageEntry) -> Vec<String> {
    let gaps = entry.gaps.iter().map(|gap| gap.warning.clone());
    let unreviewed = it.glass_breaks.iter().filter(|it| it.review.is_none());
    let looks = unreviewed.map(|look| {
        format!("{}: emergency look {} waits for an officer's review.", it.reference, look.number)
    });
    gaps.chain(looks).collect()
}

struct OpenCase<'a> {
    listed: Listed,
    listed_due_at: UtcInstant,
    waiting: Vec<Seat>,
    warnings: Vec<String>,
    directory: &'a crate::directory::Directory,
    calendar: &'a crate::calendar::Calendar,
}

impl Standing {
    /// Counts an open case.
    fn add(&mut self, case: &OpenCase<'_>) {
        self.open_count += 1;
        if case.listed.is_overdue {
            self.overdue.push(case.listed.clone());
        }
        for warning in &case.warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
    }
}

/// A letter of a job's slot.
pub(super) struct Daily {
    pub(super) kind: NoticeKind,
    pub(super) job: Cow<'static, str>,
    pub(super) slot: UtcInstant,
}

impl Daily {
    /// Queues it to somebody, once.
    pub(super) fn enqueue(
        &self,
        w: &mut Writer<'_>,
        partnership_id: PartnershipId,
        contact: Contact,
        letter: Letter,
        now: UtcInstant,
    ) -> Result<(), StoreError> {
        let notice = NewNotice {
            id: NoticeId::new(),
            event_key: format!("{}:{partnership_id}:{}", self.job, self.slot),
            escalation_id: None,
            partnership_id,
            kind: self.kind,
            person_id: contact.person_id,
            recipient_name: contact.name,
            recipient_email: contact.email,
            letter,
            thread: None,
            urgency: NoticeUrgency::of(self.kind, false),
            bundle: None,
            about_notice_id: None,
        };
        notices::enqueue(w, &notice, now)?;
        Ok(())
    }
}
