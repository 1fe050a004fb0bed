//! Reports on a partnership's disputes: who may have them, of which cases they are, and what things
//! are called in them. What is counted is in `crate::reports`.

use super::publishing::on_console;
use super::reports::FactsAsked;
use super::{Engine, EngineError};
use crate::access::{self, Actor};
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::Agency;
use crate::escalation::{FieldFault, Refusal};
use crate::ids::{EscalationId, PartnershipId, PersonId};
use crate::policy::{GENERAL, Policy, Term};
use crate::reports::{
    AgencyName, Audience, CaseFacts, CaseLine, Filters, List, Names, Period, Question, Report,
    Tally, in_words,
};
use crate::store::people::Scope;
use crate::store::{Reader, StoreError, closures, directory, people, policies, reports};
use chrono::TimeDelta;
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// How many cases a list or a picture of many holds at the most.
const LINES_MAX: usize = 50_000;
/// How many agencies are read at once.
const AGENCIES: i64 = 1_000;

/// A report that somebody wants.
#[derive(Debug, Clone)]
pub struct ReportWish {
    /// Of which partnership.
    pub partnership_id: PartnershipId,
    /// The period.
    pub period: Period,
    /// Whether the same period a year before is put beside it.
    pub beside_year_before: bool,
    /// Which cases.
    pub filters: Filters,
    /// Whom it is for.
    pub audience: Audience,
    /// For publication, counts below this are suppressed; the server's own number if nothing is said.
    pub smallest_count: Option<u32>,
}

/// A report, with what its forms need beside it.
#[derive(Debug, Clone)]
pub struct Reported<T> {
    /// What was made.
    pub it: T,
    /// The partnership's time zone.
    pub zone: Tz,
    /// How many cases could not be counted: their facts are still to be made, or cannot be read.
    pub left_out_count: u64,
}

/// What a question needs, read in one transaction.
struct Ground {
    names: Names,
    calendar: Calendar,
    hidden: BTreeSet<EscalationId>,
}

impl Engine {
    /// Makes a report.
    ///
    /// # Errors
    /// Not found, not theirs, or a report for publication with filters.
    pub async fn report(
        &self,
        actor: Actor,
        wish: ReportWish,
    ) -> Result<Reported<Report>, EngineError> {
        let (ground, question) = self.ground(actor, &wish).await?;
        let asked = all_until(&question, ground.hidden);
        let start = || Tally::new(question.clone());
        let merge = |mut one: Tally, other| {
            one.merge(other);
            one
        };
        let folded = self.fold_facts(asked, start, Tally::count, merge).await?;
        let report = folded
            .sum
            .report(&ground.names, wish.audience, self.smallest_count(&wish))
            .map_err(|error| Refusal::field("/filters", error.to_string()))?
            .saying_what_is_left_out(folded.left_out_count);
        let zone = ground.calendar.rules().zone;
        Ok(Reported { it: report, zone, left_out_count: folded.left_out_count })
    }

    /// Makes a report on the server's console, in an officer's name: of the cases that they see.
    ///
    /// # Errors
    /// As [`Engine::report`].
    pub async fn report_on_console(
        &self,
        by: PersonId,
        wish: ReportWish,
    ) -> Result<Reported<Report>, EngineError> {
        let now = self.now();
        let actor = self.store().read(move |r| on_console(r, by, now)).await?;
        self.report(actor, wish).await
    }

    /// The cases of a period, a line each: those that a report on it counts. The first raised first.
    ///
    /// # Errors
    /// Not found, not theirs, or too many cases for one list.
    pub async fn report_lines(
        &self,
        actor: Actor,
        wish: ReportWish,
    ) -> Result<Reported<Vec<CaseLine>>, EngineError> {
        let (names, question, cases) = self.report_cases(actor, wish).await?;
        let list = List::new(&question, &names);
        let lines = cases.it.iter().filter_map(|case| list.case(case)).collect();
        Ok(Reported { it: lines, zone: cases.zone, left_out_count: cases.left_out_count })
    }

    /// What is counted of the cases of a period, the first raised first; for a picture of many.
    ///
    /// # Errors
    /// As [`Engine::report_lines`].
    pub async fn report_facts(
        &self,
        actor: Actor,
        wish: ReportWish,
    ) -> Result<Reported<Vec<CaseFacts>>, EngineError> {
        Ok(self.report_cases(actor, wish).await?.2)
    }

    async fn report_cases(
        &self,
        actor: Actor,
        wish: ReportWish,
    ) -> Result<(Names, Question, Reported<Vec<CaseFacts>>), EngineError> {
        let (ground, question) = self.ground(actor, &wish).await?;
        let Ground { names, calendar, hidden } = ground;
        let asked = all_until(&question, hidden);
        let wanted = question.clone();
        let each = move |cases: &mut Vec<CaseFacts>, case: &CaseFacts| {
            let day = wanted.calendar.local(case.raised_at).date_naive();
            let is_in_period = (wanted.period.from..=wanted.period.to).contains(&day);
            // One more than may be shows that there are too many.
            if is_in_period && wanted.is_about(case) && cases.len() <= LINES_MAX {
                cases.push(case.clone());
            }
        };
        let merge = |mut one: Vec<CaseFacts>, other: Vec<CaseFacts>| {
            one.extend(other);
            one
        };
        let folded = self.fold_facts(asked, Vec::new, each, merge).await?;
        let mut cases = folded.sum;
        if cases.len() > LINES_MAX {
            let detail = format!("holds more than {LINES_MAX} cases: ask for a shorter period");
            return Err(Refusal::field("/to", detail).into());
        }
        cases.sort_by_key(|case| (case.raised_at, case.escalation_id));
        let zone = calendar.rules().zone;
        let reported = Reported { it: cases, zone, left_out_count: folded.left_out_count };
        Ok((names, question, reported))
    }

    async fn ground(
        &self,
        actor: Actor,
        wish: &ReportWish,
    ) -> Result<(Ground, Question), EngineError> {
        let now = self.now();
        let of = wish.partnership_id;
        let ground = self.store().read(move |r| ground(r, &actor, of)).await?;
        self.faults(wish)?;
        let question = Question {
            partnership_id: wish.partnership_id,
            period: wish.period,
            before: wish.beside_year_before.then(|| wish.period.year_before()).flatten(),
            filters: wish.filters.clone(),
            as_of: now,
            calendar: ground.calendar.clone(),
        };
        Ok((ground, question))
    }

    /// Below which number counts are suppressed in a report for publication.
    fn smallest_count(&self, wish: &ReportWish) -> u32 {
        wish.smallest_count.unwrap_or(self.inner.options.suppress_below)
    }

    fn faults(&self, wish: &ReportWish) -> Result<(), Refusal> {
        let mut faults = Vec::new();
        let least = self.inner.options.suppress_below;
        if wish.audience == Audience::Publication && self.smallest_count(wish) < least {
            // Nobody who asks sets a guard aside that was put up for everybody.
            faults.push(FieldFault::new("/smallest_count", format!("must be {least} or more")));
        }
        if wish.audience == Audience::Publication && !wish.filters.leave_nothing_out() {
            let detail = "a report for publication is of all cases: leave the filters out";
            faults.push(FieldFault::new("/audience", detail));
        }
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Faulty(faults)) }
    }
}

/// Every case that was raised until the question's moment: what was raised before its period ends in
/// it, and is open after it.
fn all_until(question: &Question, hidden: BTreeSet<EscalationId>) -> FactsAsked {
    FactsAsked {
        partnership_id: question.partnership_id,
        raised: UtcInstant::EPOCH..question.as_of.plus(TimeDelta::microseconds(1)),
        hidden,
    }
}

fn ground(r: &mut Reader<'_>, actor: &Actor, of: PartnershipId) -> Result<Ground, EngineError> {
    let has_part = directory::partnerships_of(r, actor)?.contains(&of);
    if !has_part && !actor.administrator {
        return Err(Refusal::NotFound.into());
    }
    access::may_report(actor, of)?;
    let partnership = people::find_partnership(r, of)?.ok_or(Refusal::NotFound)?.it;
    let listing = policies::list(r, of)?;
    // Of each key the newest version stands first: its titles count, and an older one's for what it
    // has left out.
    let published: Vec<Policy> = (listing.readable.into_iter())
        .filter(|stored| stored.publication.is_some())
        .map(|stored| stored.policy)
        .collect();
    let by = published.iter().find(|policy| policy.topic == GENERAL).or(published.first());
    let rules = by.map(|policy| policy.calendar.clone()).ok_or_else(|| {
        Refusal::not_now("No policy is published yet, so there is nothing to report on.")
    })?;
    let calendar = Calendar::new(rules)
        .map_err(|error| StoreError::unreadable("a policy's calendar", error))?
        .with_closures(closures::days(r, of)?);
    let agencies = agencies(r, of)?;
    Ok(Ground {
        names: names(partnership.name, &published, agencies),
        calendar,
        hidden: reports::hidden_from(r, actor.person_id)?,
    })
}

fn agencies(r: &mut Reader<'_>, of: PartnershipId) -> Result<Vec<Agency>, StoreError> {
    let scope = Scope::Partnerships(vec![of]);
    let mut all: Vec<Agency> = Vec::new();
    loop {
        let after = all.last().map(|agency| agency.id);
        let page = people::list_agencies(r, &scope, after, AGENCIES)?;
        let is_last = i64::try_from(page.len()).is_ok_and(|count| count < AGENCIES);
        all.extend(page.into_iter().map(|found| found.it));
        if is_last {
            return Ok(all);
        }
    }
}

fn names(partnership: String, policies: &[Policy], agencies: Vec<Agency>) -> Names {
    let mut names = Names { partnership, ..Names::default() };
    names.agencies = (agencies.into_iter())
        .map(|agency| (agency.id, AgencyName { name: agency.name, sector: agency.sector }))
        .collect();
    for policy in policies {
        let titled = |terms: &[Term]| -> Vec<(String, String)> {
            terms.iter().map(|term| (term.key.clone(), term.title.clone())).collect()
        };
        add(&mut names.areas_of_disagreement, titled(&policy.areas_of_disagreement));
        add(&mut names.outcomes, titled(&policy.outcomes));
        add(&mut names.learning_themes, titled(&policy.learning_themes));
        let classes = policy.urgency_classes.iter();
        add(&mut names.urgency_classes, classes.map(|key| (key.clone(), in_words(key))).collect());
        let topic = policy.topic_title.clone().unwrap_or_else(|| in_words(&policy.topic));
        add(&mut names.topics, vec![(policy.topic.clone(), topic)]);
    }
    names
}

/// Adds what is not there yet.
fn add(names: &mut Vec<(String, String)>, more: Vec<(String, String)>) {
    for (key, title) in more {
        if !names.iter().any(|(there, _)| *there == key) {
            names.push((key, title));
        }
    }
}
