//! Keeping what is counted of a case beside it, in the transaction of what happened: reports read
//! these rows, and no timeline.
//!
//! A row goes on from where it stands. Where it cannot (there is none, it cannot be read, it is of
//! another version of the case) it is made anew from the timeline. Where that cannot be read either,
//! it is left to be made: no report may hold up a case.

use super::Engine;
use super::policies::PolicyShelf;
use crate::clock::UtcInstant;
use crate::escalation::{Escalation, Event, Sectors};
use crate::ids::AgencyId;
use crate::reports::{CaseFacts, Folding, Measure};
use crate::store::closures::{self, Closure};
use crate::store::reports::{self, KeptFacts};
use crate::store::{Reader, StoreError, Writer, people, timeline};
use crate::timeline::{self as chain, Entry};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// By what cases of one partnership are measured.
pub(super) struct Measuring<'s> {
    shelf: &'s PolicyShelf,
    closures: Vec<Closure>,
    /// The sectors that were kept of a case whose timeline does not say them.
    known_sectors: Option<Sectors>,
}

impl<'s> Measuring<'s> {
    /// By what a case is measured, beside whose facts are kept as they are.
    pub(super) fn of(
        shelf: &'s PolicyShelf,
        r: &mut Reader<'_>,
        it: &Escalation,
        kept: Option<&CaseFacts>,
    ) -> Result<Self, StoreError> {
        let closures = closures::list(r, it.partnership_id)?;
        let sectors =
            |it: &CaseFacts| Sectors { raising: it.raising_sector, receiving: it.receiving_sector };
        Ok(Self { shelf, closures, known_sectors: kept.map(sectors) })
    }

    /// Takes in what happened to a case. Nothing is measured of a draft.
    fn record(
        &self,
        r: &mut Reader<'_>,
        folding: &mut Folding,
        event: &Event,
        at: UtcInstant,
        after: &Escalation,
    ) -> Result<(), StoreError> {
        if after.raised_at.is_none() {
            return Ok(());
        }
        let sectors = match event {
            Event::Raised { sectors: None, .. } => self.sectors(r, after)?,
            _ => None,
        };
        let closures = self.closures_known_at(at);
        let loaded = self.shelf.get_with(r, after.partnership_id, &after.policy, closures)?;
        let (policy, calendars) = (&loaded.policy, &loaded.calendars);
        folding.record(event, at, after, &Measure { policy, calendars, sectors });
        Ok(())
    }

    /// The days that counted at an instant; one that was added or withdrawn at that very instant is
    /// taken as it was before, so that it does not matter which was first.
    fn closures_known_at(&self, at: UtcInstant) -> BTreeSet<NaiveDate> {
        let counted = |it: &&Closure| {
            it.added_at < at && it.withdrawn.is_none_or(|(_, withdrawn_at)| withdrawn_at >= at)
        };
        self.closures.iter().filter(counted).map(|it| it.day).collect()
    }

    /// The sectors of a case that was raised before timelines said them: as they were kept, or else
    /// as they are.
    fn sectors(&self, r: &mut Reader<'_>, it: &Escalation) -> Result<Option<Sectors>, StoreError> {
        let Some(challenge) = it.challenge() else { return Ok(None) };
        if self.known_sectors.is_some() {
            return Ok(self.known_sectors);
        }
        let mut sector = |which: AgencyId| {
            let found = people::find_agency(r, which)?;
            found.map(|found| found.it.sector).ok_or(StoreError::Missing("an agency of a case"))
        };
        let raising = sector(it.raising.agency_id)?;
        let receiving = sector(challenge.receiving.agency_id)?;
        Ok(Some(Sectors { raising, receiving }))
    }

    /// The facts of a case, from its first entry on; none of a draft.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the entries are no case's.
    pub(super) fn fold(
        &self,
        r: &mut Reader<'_>,
        entries: &[Entry],
    ) -> Result<Folding, StoreError> {
        let mut folding = Folding::begin();
        let unreadable = |error: chain::Break| StoreError::unreadable("a timeline", error);
        let Some((first, rest)) = entries.split_first() else {
            return Err(StoreError::Missing("a timeline"));
        };
        let mut state = chain::fold(std::slice::from_ref(first)).map_err(unreadable)?;
        for entry in rest {
            state = state.apply(&entry.event, &entry.by, entry.recorded_at);
            self.record(r, &mut folding, &entry.event, entry.recorded_at, &state)?;
        }
        Ok(folding)
    }
}

/// The facts of a case to which something happens.
pub(super) struct FactsInHand<'s> {
    measuring: Measuring<'s>,
    /// None where its timeline cannot be read.
    folding: Option<Folding>,
}

impl Engine {
    /// The facts of a case as they are before something happens to it, under its lock.
    pub(super) fn facts_kept_of(
        &self,
        w: &mut Writer<'_>,
        before: &Escalation,
    ) -> Result<FactsInHand<'_>, StoreError> {
        facts_kept_of(&self.inner.policies, w, before)
    }
}

pub(super) fn facts_kept_of<'s>(
    shelf: &'s PolicyShelf,
    r: &mut Reader<'_>,
    before: &Escalation,
) -> Result<FactsInHand<'s>, StoreError> {
    if before.raised_at.is_none() {
        let measuring = Measuring::of(shelf, r, before, None)?;
        return Ok(FactsInHand { measuring, folding: Some(Folding::begin()) });
    }
    let kept = reports::find(r, before.id)?;
    let (case_version, facts) = match kept {
        Some(KeptFacts { case_version, facts }) => (case_version, facts.ok()),
        None => (0, None),
    };
    let measuring = Measuring::of(shelf, r, before, facts.as_ref())?;
    match facts {
        Some(facts) if case_version == before.version => {
            Ok(FactsInHand { measuring, folding: Some(Folding::go_on(facts)) })
        }
        _ => made_anew(r, measuring, before),
    }
}

/// The facts of a case from its timeline.
pub(super) fn made_anew<'s>(
    r: &mut Reader<'_>,
    measuring: Measuring<'s>,
    it: &Escalation,
) -> Result<FactsInHand<'s>, StoreError> {
    let made =
        timeline::list(r, it.id, 0, i64::MAX).and_then(|entries| measuring.fold(r, &entries));
    let folding = match made {
        Ok(folding) => Some(folding),
        Err(error) if error.is_about_what_is_stored() => {
            say_left_out(it, &error);
            None
        }
        Err(error) => return Err(error),
    };
    Ok(FactsInHand { measuring, folding })
}

fn say_left_out(it: &Escalation, error: &StoreError) {
    tracing::error!(
        escalation_id = %it.id, %error,
        "the facts of a case cannot be made, and reports leave it out"
    );
}

impl FactsInHand<'_> {
    /// Takes in what happened, with the state after it.
    pub(super) fn record(
        &mut self,
        r: &mut Reader<'_>,
        event: &Event,
        at: UtcInstant,
        after: &Escalation,
    ) -> Result<(), StoreError> {
        let Some(folding) = &mut self.folding else { return Ok(()) };
        match self.measuring.record(r, folding, event, at, after) {
            Err(error) if error.is_about_what_is_stored() => {
                say_left_out(after, &error);
                self.folding = None;
                Ok(())
            }
            recorded => recorded,
        }
    }

    /// Whether they could be made.
    pub(super) fn are_known(&self) -> bool {
        self.folding.is_some()
    }

    /// Keeps them beside the case; nothing of a draft.
    pub(super) fn save(self, w: &mut Writer<'_>, after: &Escalation) -> Result<(), StoreError> {
        let Some(raised_at) = after.raised_at else { return Ok(()) };
        match self.folding.and_then(Folding::facts) {
            Some(facts) => reports::save(w, &facts, after.version),
            None => reports::save_to_make(w, after.partnership_id, (raised_at, after.id)),
        }
    }
}
