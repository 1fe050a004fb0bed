//! The inside of the one door: what happens to a case under its lock, in one transaction.

use super::letters_together::Together;
use super::policies::LoadedPolicy;
use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::directory::{Directory, SeatCapacity, Sector};
use crate::escalation::{
    Command, Doer, Escalation, Event, Notice, NoticeKind, NoticeUrgency, PolicyRef, Rules, decide,
    tell,
};
use crate::ids::{NoticeId, PersonId};
use crate::notify::{Facts, Late, case_letter};
use crate::store::escalations::{self, Stored};
use crate::store::notices::{self, Bundle, NewNotice};
use crate::store::{Reader, StoreError, Writer, directory, people, timeline};
use crate::timeline::Entry;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// From how many seconds on what time does is told as late, together with whatever else is.
const LATE_SECONDS: i64 = 3_600;

/// A case with everything that a decision about it needs.
pub(super) struct Held {
    pub(super) stored: Stored,
    pub(super) loaded: Arc<LoadedPolicy>,
    pub(super) directory: Directory,
}

impl Held {
    pub(super) fn rules(&self) -> Rules<'_> {
        Rules {
            policy: &self.loaded.policy,
            calendars: &self.loaded.calendars,
            directory: &self.directory,
        }
    }
}

impl Engine {
    /// What a decision about a case needs: its policy (or `policy`, when it is about to be raised
    /// under another version), and the people of both its agencies and of its partnership.
    pub(super) fn hold(
        &self,
        r: &mut Reader<'_>,
        stored: Stored,
        policy: Option<&PolicyRef>,
        now: UtcInstant,
    ) -> Result<Held, StoreError> {
        let it = &stored.escalation;
        let which = policy.unwrap_or(&it.policy);
        let loaded = self.inner.policies.get(r, it.partnership_id, which)?;
        let sectors = loaded.policy.stand_in_sectors();
        let directory = case_directory(r, it, &sectors, now)?.without(it.excluded());
        Ok(Held { stored, loaded, directory })
    }

    /// Does a command to a case that is locked: decides, appends, saves, enqueues. What it hands
    /// back is what the case is now, whether or not anything happened.
    pub(super) fn perform(
        &self,
        w: &mut Writer<'_>,
        held: &Held,
        doer: Doer,
        command: Command,
        now: UtcInstant,
    ) -> Result<Escalation, EngineError> {
        let before = &held.stored;
        let signature = match &doer {
            Doer::Person(by) => Some(by),
            Doer::Time => None,
        };
        let events = decide(&before.escalation, &held.rules(), signature, command, now)?;
        if events.is_empty() {
            return Ok(before.escalation.clone());
        }
        let mut facts = self.facts_kept_of(w, &before.escalation)?;
        let mut after = before.clone();
        let mut entries = Vec::with_capacity(events.len());
        for event in &events {
            let last = (after.escalation.version, after.head_hash.as_str());
            let entry = Entry::following(
                after.escalation.id,
                Some(last),
                now,
                doer.clone(),
                event.clone(),
            )?;
            after.escalation = after.escalation.apply(event, &doer, now);
            after.head_hash = entry.hash.clone();
            facts.record(w, event, now, &after.escalation)?;
            entries.push(entry);
        }
        for entry in &entries {
            timeline::append(w, entry)?;
        }
        escalations::save(w, &after, before.escalation.version)?;
        facts.save(w, &after.escalation)?;
        self.enqueue(w, held, &after.escalation, &events, &doer, now)?;
        Ok(after.escalation)
    }

    /// Enqueues a notice for everybody who must be told, in the transaction of what happened.
    fn enqueue(
        &self,
        w: &mut Writer<'_>,
        held: &Held,
        after: &Escalation,
        events: &[Event],
        doer: &Doer,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        let facts = self.facts(held, after, events, now);
        let bundle = late_since(events).is_some().then_some(Bundle::Late);
        let policy = &held.loaded.policy;
        let is_urgent = policy.urgency(after.urgency_class()).is_some_and(|urgency| urgency > 0);
        // What has just happened may exclude somebody.
        let directory = held.directory.clone().without(after.excluded());
        let told = tell(after, events, doer, &Rules { directory: &directory, ..held.rules() }, now);
        let directory = with_newcomers(w, &directory, &told)?;
        let together = if is_urgent {
            Together::default()
        } else {
            Together::of(w, &told, after, held.loaded.calendar(), now)?
        };
        for notice in told {
            let person = notice.seat.person_id.and_then(|id| directory.person(id));
            let has_left = notice.seat.person_id.is_some() && person.is_none_or(|p| !p.active);
            if has_left && !notice.kind.asks() {
                continue;
            }
            let mut seat = notice.seat;
            if has_left {
                seat.person_id = None;
                seat.capacity = SeatCapacity::LastResort;
            }
            let contact = directory.contact(&seat);
            let new = NewNotice {
                id: NoticeId::new(),
                event_key: format!("escalation:{}:{}", after.id, after.version),
                escalation_id: Some(after.id),
                partnership_id: after.partnership_id,
                kind: notice.kind,
                person_id: contact.person_id,
                letter: case_letter(notice.kind, &facts, &contact.name),
                recipient_name: contact.name,
                recipient_email: contact.email,
                thread: Some(after.reference.clone()),
                urgency: NoticeUrgency::of(notice.kind, is_urgent),
                bundle: bundle.or(together.bundle(notice.kind, contact.person_id)),
                about_notice_id: about_notice(events),
            };
            notices::enqueue(w, &new, now)?;
        }
        Ok(())
    }

    fn facts(&self, held: &Held, after: &Escalation, events: &[Event], now: UtcInstant) -> Facts {
        let policy = &held.loaded.policy;
        let calendar = held.loaded.calendar();
        let entry = after.current_entry();
        let partnership = held.directory.partnership();
        let warnings = entry.into_iter().flat_map(|entry| &entry.gaps);
        let failed_recipient = events.iter().find_map(|event| match event {
            Event::NoticeFailed { recipient, .. } | Event::NoticeDelayed { recipient, .. } => {
                Some(recipient.clone())
            }
            _ => None,
        });
        Facts {
            reference: after.reference.clone(),
            label: policy.label.clone(),
            stage: entry.map(|entry| entry.stage),
            stage_count: policy.stage_count(),
            stage_title: entry.map(|entry| entry.title.clone()).unwrap_or_default(),
            due_short: entry.map(|entry| calendar.say_short(entry.due.at)),
            due_long: entry.map(|entry| calendar.say(entry.due.at)),
            due_task: entry.and_then(|entry| entry.task_due_next()).map(|run| run.title.clone()),
            due_derivation: entry.map(|entry| entry.due.derivation.clone()),
            warnings: warnings.map(|gap| gap.warning.clone()).collect(),
            late: late_since(events).map(|due_at| Late {
                due_long: calendar.say(due_at),
                acted_long: calendar.say(now),
            }),
            failed_recipient,
            link: self.link_to(&after.reference),
            partnership: partnership.name.clone(),
            contact_email: partnership.contact_email.clone(),
        }
    }

    /// The link to a case, for messages and calendars.
    pub fn link_to(&self, reference: &str) -> String {
        format!("{}/escalations/{reference}", self.inner.options.public_url)
    }

    /// Does what time asks of a case: under its lock, so that of several who try, one does it. A
    /// refusal here is a fault of this program or of the policy, and is not swallowed.
    pub(super) fn perform_of_time(
        &self,
        w: &mut Writer<'_>,
        which: crate::ids::EscalationId,
        command: Command,
        now: UtcInstant,
    ) -> Result<bool, EngineError> {
        let Some(stored) = escalations::lock(w, which)? else { return Ok(false) };
        let before = stored.escalation.version;
        let held = self.hold(w, stored, None, now)?;
        let after =
            self.perform(w, &held, Doer::Time, command, now).map_err(|error| match error {
                EngineError::Refused(refusal) => EngineError::TimeRefused(refusal.to_string()),
                other => other,
            })?;
        Ok(after.version != before)
    }
}

/// The directory of a case with those in it who are told and were not on the case before, such as
/// the members of a panel that has just been named.
fn with_newcomers<'d>(
    r: &mut Reader<'_>,
    directory: &'d Directory,
    told: &[Notice],
) -> Result<Cow<'d, Directory>, StoreError> {
    let told = told.iter().filter_map(|notice| notice.seat.person_id);
    let unknown: Vec<String> =
        told.filter(|id| directory.person(*id).is_none()).map(|id| id.to_string()).collect();
    if unknown.is_empty() {
        return Ok(Cow::Borrowed(directory));
    }
    let newcomers = people::people_of(r, &unknown)?;
    Ok(Cow::Owned(directory.clone().with_people(newcomers)))
}

/// The people whom a decision about a case may concern.
fn case_directory(
    r: &mut Reader<'_>,
    it: &Escalation,
    stand_in_sectors: &[Sector],
    now: UtcInstant,
) -> Result<Directory, StoreError> {
    use crate::escalation::Content;
    let (receiving, practitioner) = match &it.content {
        Content::Draft(draft) => (draft.receiving_agency_id, draft.receiving_practitioner_id),
        Content::Raised(challenge) => {
            (Some(challenge.receiving.agency_id), challenge.receiving_practitioner_id)
        }
    };
    let agencies: Vec<_> = [Some(it.raising.agency_id), receiving].into_iter().flatten().collect();
    let mut besides: BTreeSet<PersonId> =
        it.reached().iter().filter_map(|seat| seat.person_id).collect();
    besides.insert(it.raiser.person_id);
    besides.extend(practitioner);
    let besides: Vec<PersonId> = besides.into_iter().collect();
    directory::load(r, it.partnership_id, &agencies, stand_in_sectors, &besides, now)
}

/// When the time ran out that these events act on late: by more than the tick of a server that runs
/// can explain.
fn late_since(events: &[Event]) -> Option<UtcInstant> {
    events.iter().find_map(|event| match event {
        Event::DeadlinePassed { due_at, late_seconds, .. } if *late_seconds > LATE_SECONDS => {
            Some(*due_at)
        }
        _ => None,
    })
}

/// Whether what was due then would be acted on so late now that it is told of together.
pub(super) fn is_late(due_at: UtcInstant, now: UtcInstant) -> bool {
    now.since(due_at).num_seconds() > LATE_SECONDS
}

/// The message that events tell of, where they tell that one was not taken.
fn about_notice(events: &[Event]) -> Option<NoticeId> {
    events.iter().find_map(|event| match event {
        Event::NoticeFailed { notice_id, .. } | Event::NoticeDelayed { notice_id, .. } => {
            Some(*notice_id)
        }
        _ => None,
    })
}

/// Whether a failed notice was itself a message of last resort, so that nobody is left to tell but
/// the partnership's own address.
pub(super) fn is_fallback(kind: NoticeKind) -> bool {
    kind == NoticeKind::NoticeFailed
}
