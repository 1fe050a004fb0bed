//! Who raises and who is challenged.

use super::answers::StayResult;
use super::counting::merge;
use super::draft::{Draft, DraftRow, DraftSection, Figure, Heading, Number, TOTAL, column};
use super::tally::Telling;
use super::{CaseFacts, ColumnKind};
use crate::directory::Sector;
use crate::ids::AgencyId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Who raised the cases of the period, and who was challenged.
#[derive(Debug, Clone, Default)]
pub(super) struct Parties {
    sectors: BTreeMap<(Sector, Sector), u64>,
    /// By who raises and who is challenged: one look for a case, as there are many pairs.
    pairs: HashMap<(AgencyId, AgencyId), OfPair>,
}

#[derive(Debug, Clone, Copy, Default)]
struct OfPair {
    cases: u64,
    /// Stays that say how the challenged agency kept its time.
    decided: u64,
    on_time: u64,
    silent: u64,
}

/// The same by agency.
#[derive(Debug, Default)]
struct Agencies {
    pairs: BTreeMap<(AgencyId, AgencyId), u64>,
    agencies: BTreeMap<AgencyId, OfAgency>,
}

#[derive(Debug, Clone, Copy, Default)]
struct OfAgency {
    raised: u64,
    received: u64,
    /// Stays in which it was challenged and that say how it kept its time.
    decided: u64,
    on_time: u64,
    silent: u64,
}

const SECTORS: Heading = Heading {
    key: "sectors",
    title: "Raising by receiving sector",
    definition: "Cases raised in the period by the sector of the agency that raised them (down) and \
        of the agency that was challenged (across), as both were then. Each case counts once. \
        Drafts are not counted; sectors without an agency here and without a case are left out.",
    rows: "Raised by",
    chart: None,
};
const MATRIX: Heading = Heading {
    key: "agencies_by_agencies",
    title: "Raising by receiving agency",
    definition: "Cases raised in the period by the agency that raised them (down) and the agency \
        that was challenged (across). Each case counts once. Drafts and agencies without a case \
        are not counted; of more than twelve challenged agencies the others are counted together.",
    rows: "Raised by",
    chart: None,
};
const AGENCIES: Heading = Heading {
    key: "agencies",
    title: "Each agency",
    definition: "For each agency, the cases of the period that it raised and that it was challenged \
        in, and of the stays in a stage in which it was challenged how many it answered on time \
        and in how many it was silent. Stays whose clock still runs, or that ended before an \
        answer was due, are not counted. An agency does not count as late for what it raised.",
    rows: "Agency",
    chart: None,
};
const NEVER_RAISED: Heading = Heading {
    key: "never_raised",
    title: "Agencies that never escalated",
    definition: "Agencies of the partnership that raised no case in the period, with how often they \
        were challenged. Drafts are not counted. No challenge may mean that there was no \
        disagreement, or that nobody knew how to raise one.",
    rows: "Agency",
    chart: None,
};
const NEVER_IN_TIME: Heading = Heading {
    key: "never_in_time",
    title: "Agencies that never answered in time",
    definition: "Agencies that were challenged in at least one stay in a stage that says how they \
        kept their time, and answered none on time, among the cases of the period. Stays whose \
        clock still runs, or that ended before an answer was due, are not counted.",
    rows: "Agency",
    chart: None,
};

/// How many challenged agencies have a column of their own.
const COLUMNS_MAX: usize = 12;

impl Parties {
    pub(super) fn count(&mut self, case: &CaseFacts) {
        *self.sectors.entry((case.raising_sector, case.receiving_sector)).or_default() += 1;
        let pair = (case.raising_agency_id, case.receiving_agency_id);
        let of_pair = self.pairs.entry(pair).or_default();
        of_pair.cases += 1;
        for result in case.stays.iter().map(StayResult::of) {
            of_pair.decided += u64::from(result.is_decided());
            of_pair.on_time += u64::from(result == StayResult::OnTime);
            of_pair.silent += u64::from(result == StayResult::Silent);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        merge(&mut self.sectors, other.sectors);
        for (pair, more) in other.pairs {
            let there = self.pairs.entry(pair).or_default();
            there.cases += more.cases;
            there.decided += more.decided;
            there.on_time += more.on_time;
            there.silent += more.silent;
        }
    }

    pub(super) fn section(&self, telling: &Telling<'_>) -> DraftSection {
        let agencies = self.by_agency();
        let tables = vec![
            self.by_sector(telling),
            agencies.by_agency(telling).for_officers(),
            agencies.each_agency(telling).for_officers(),
            agencies.never_raised(telling).for_officers(),
            agencies.never_in_time(telling).for_officers(),
        ];
        DraftSection::new("parties", "Who raises, and who is challenged?", tables)
    }

    fn by_agency(&self) -> Agencies {
        let mut all = Agencies::default();
        for ((raising, receiving), of_pair) in &self.pairs {
            all.pairs.insert((*raising, *receiving), of_pair.cases);
            all.agencies.entry(*raising).or_default().raised += of_pair.cases;
            let challenged = all.agencies.entry(*receiving).or_default();
            challenged.received += of_pair.cases;
            challenged.decided += of_pair.decided;
            challenged.on_time += of_pair.on_time;
            challenged.silent += of_pair.silent;
        }
        all
    }

    fn by_sector(&self, telling: &Telling<'_>) -> Draft {
        let met = self.sectors.keys().flat_map(|(raising, receiving)| [*raising, *receiving]);
        let known = telling.names.agencies.values().map(|agency| agency.sector);
        let sectors: Vec<Sector> =
            met.chain(known).collect::<BTreeSet<Sector>>().into_iter().collect();
        let named: Vec<(String, String)> = sectors.iter().map(|it| sector_named(*it)).collect();
        Draft::grid(&SECTORS, "raised", &named, &named, |row, over| {
            let pair = sectors.get(row).zip(sectors.get(over));
            let pair = pair.map(|(raising, receiving)| (*raising, *receiving));
            pair.and_then(|pair| self.sectors.get(&pair)).copied().unwrap_or(0)
        })
    }
}

impl Agencies {
    fn by_agency(&self, telling: &Telling<'_>) -> Draft {
        let raising = self.named(telling, |agency| agency.raised > 0);
        let mut receiving = self.named(telling, |agency| agency.received > 0);
        if receiving.len() > COLUMNS_MAX {
            let received = |id: &AgencyId| self.agencies.get(id).map_or(0, |it| it.received);
            receiving.sort_by_key(|(id, _)| std::cmp::Reverse(received(id)));
            receiving.truncate(COLUMNS_MAX);
        }
        let own: BTreeMap<AgencyId, usize> =
            receiving.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect();
        let mut cells: BTreeMap<(AgencyId, usize), u64> = BTreeMap::new();
        let mut others = 0;
        for ((from, to), count) in &self.pairs {
            let at = own.get(to).copied().unwrap_or(receiving.len());
            others += if at == receiving.len() { *count } else { 0 };
            *cells.entry((*from, at)).or_default() += count;
        }
        let named = |agencies: &[(AgencyId, String)]| -> Vec<(String, String)> {
            agencies.iter().map(|(id, name)| (id.to_string(), name.clone())).collect()
        };
        let mut columns = named(&receiving);
        if others > 0 {
            columns.push(("others".to_owned(), "Other agencies".to_owned()));
        }
        Draft::grid(&MATRIX, "raised", &named(&raising), &columns, |row, over| {
            let id = raising.get(row).map(|(id, _)| *id);
            id.and_then(|id| cells.get(&(id, over))).copied().unwrap_or(0)
        })
    }

    fn each_agency(&self, telling: &Telling<'_>) -> Draft {
        let columns = vec![
            column("raised", "Raised", ColumnKind::Count),
            column("received", "Challenged", ColumnKind::Count),
            column("on_time", "Answered on time", ColumnKind::Share),
            column("silent", "Silent", ColumnKind::Share),
        ];
        let mut draft = Draft::new(&AGENCIES, columns);
        let mut all = OfAgency::default();
        for (id, name) in self.asked_about(telling) {
            let agency = self.agencies.get(&id).copied().unwrap_or_default();
            all.raised += agency.raised;
            all.received += agency.received;
            all.decided += agency.decided;
            all.on_time += agency.on_time;
            all.silent += agency.silent;
            draft.rows.push(DraftRow::new(id.to_string(), name).with(agency.figures(&id)));
        }
        draft.rows.push(DraftRow::total().with(all.figures(&TOTAL)));
        draft
    }

    fn never_raised(&self, telling: &Telling<'_>) -> Draft {
        let columns = vec![column("received", "Challenged", ColumnKind::Count)];
        let mut draft = Draft::new(&NEVER_RAISED, columns);
        let never = |id: &AgencyId| self.agencies.get(id).is_none_or(|agency| agency.raised == 0);
        for (id, name) in self.asked_about(telling).into_iter().filter(|(id, _)| never(id)) {
            let received = self.agencies.get(&id).map_or(0, |agency| agency.received);
            let number = Number::new(format!("agencies/{id}/received"), received);
            let row = DraftRow::new(id.to_string(), name);
            draft.rows.push(row.with([Figure::Count(number)]));
        }
        draft
    }

    fn never_in_time(&self, telling: &Telling<'_>) -> Draft {
        let columns = vec![
            column("decided", "Stays", ColumnKind::Count),
            column("silent", "Silent", ColumnKind::Count),
        ];
        let mut draft = Draft::new(&NEVER_IN_TIME, columns);
        let never = |agency: &OfAgency| agency.decided > 0 && agency.on_time == 0;
        for (id, name) in self.named(telling, never) {
            let agency = self.agencies.get(&id).copied().unwrap_or_default();
            let number = |what: &str, value| Number::new(format!("agencies/{id}/{what}"), value);
            let figures = [number("decided", agency.decided), number("silent", agency.silent)];
            let row = DraftRow::new(id.to_string(), name);
            draft.rows.push(row.with(figures.map(Figure::Count)));
        }
        draft
    }

    /// The agencies that were met and are such, by their names.
    fn named(
        &self,
        telling: &Telling<'_>,
        is_such: impl Fn(&OfAgency) -> bool,
    ) -> Vec<(AgencyId, String)> {
        let such = self.agencies.iter().filter(|(_, agency)| is_such(agency));
        by_name(such.map(|(id, _)| (*id, telling.names.agency(*id))).collect())
    }

    /// Those that were met and those of the partnership that the filters do not leave out.
    fn asked_about(&self, telling: &Telling<'_>) -> Vec<(AgencyId, String)> {
        let filters = &telling.question.filters;
        let known = telling.names.agencies.iter().filter(|(id, agency)| {
            (filters.agencies.is_empty() || filters.agencies.contains(id))
                && (filters.sectors.is_empty() || filters.sectors.contains(&agency.sector))
        });
        let ids: BTreeSet<AgencyId> =
            known.map(|(id, _)| *id).chain(self.agencies.keys().copied()).collect();
        by_name(ids.into_iter().map(|id| (id, telling.names.agency(id))).collect())
    }
}

impl OfAgency {
    fn figures(&self, id: &impl std::fmt::Display) -> [Figure; 4] {
        let number = |what: &str, value| Number::new(format!("agencies/{id}/{what}"), value);
        let share = |what: &str, value| Figure::Share {
            part: number(what, value),
            whole: number("decided", self.decided),
        };
        [
            Figure::Count(number("raised", self.raised)),
            Figure::Count(number("received", self.received)),
            share("on_time", self.on_time),
            share("silent", self.silent),
        ]
    }
}

fn by_name(mut agencies: Vec<(AgencyId, String)>) -> Vec<(AgencyId, String)> {
    agencies.sort_by(|(id, name), (other, its)| name.cmp(its).then(id.cmp(other)));
    agencies
}

/// A sector's key and title.
pub(super) fn sector_named(sector: Sector) -> (String, String) {
    let words = sector.in_words();
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    (sector_key(sector), first.unwrap_or_default() + letters.as_str())
}

/// A sector's key: its words without spaces.
pub(super) fn sector_key(sector: Sector) -> String {
    sector.in_words().replace('\'', "").replace(' ', "_")
}
