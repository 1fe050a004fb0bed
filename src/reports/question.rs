//! What a report is asked, and what things are called in it.

use super::{CaseFacts, Filters, Period};
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::Sector;
use crate::ids::{AgencyId, PartnershipId};
use std::collections::BTreeMap;

/// What a report is asked.
///
/// Every case of the partnership that was raised until `as_of` must be counted, not only those of
/// the period: cases that were raised before it end in it and are open after it.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose cases.
    pub partnership_id: PartnershipId,
    /// The period.
    pub period: Period,
    /// A period to put beside it, such as the same a year before.
    pub before: Option<Period>,
    /// Which cases; all if nothing is named.
    pub filters: Filters,
    /// As of when: cases that were raised later are left out. What is known of the others is what
    /// is known now.
    pub as_of: UtcInstant,
    /// The partnership's working days, by which open cases age, and its clock on the wall, by which
    /// a day begins.
    pub calendar: Calendar,
}

/// What an agency is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyName {
    /// Its name.
    pub name: String,
    /// Its sector.
    pub sector: Sector,
}

/// What things are called in a report. What is counted and has no name here is called by its key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The partnership.
    pub partnership: String,
    /// The agencies that serve it: of these is told which never raised a challenge.
    pub agencies: BTreeMap<AgencyId, AgencyName>,
    /// Areas of disagreement, each a key and its title, in the order in which they are shown.
    pub areas_of_disagreement: Vec<(String, String)>,
    /// Urgency classes, likewise.
    pub urgency_classes: Vec<(String, String)>,
    /// Outcomes and where a case can be referred to, likewise.
    pub outcomes: Vec<(String, String)>,
    /// Themes of learning, likewise.
    pub learning_themes: Vec<(String, String)>,
    /// Topics, likewise.
    pub topics: Vec<(String, String)>,
}

/// A report for publication was asked with filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a report for publication is about all cases of its period: two reports with different filters \
     can be subtracted from each other, and what is left is a small count that neither shows; take \
     the filters away, or ask for the report for officers"
)]
pub struct NotForPublication;

impl Question {
    /// Whether it is about this case, whenever it was raised.
    pub fn is_about(&self, case: &CaseFacts) -> bool {
        let filters = &self.filters;
        case.partnership_id == self.partnership_id
            && filters.partnership_id.is_none_or(|it| it == case.partnership_id)
            && case.raised_at <= self.as_of
            && either(&filters.agencies, [&case.raising_agency_id, &case.receiving_agency_id])
            && either(&filters.sectors, [&case.raising_sector, &case.receiving_sector])
            && either(&filters.topics, [&case.topic])
            && either(&filters.areas_of_disagreement, [&case.area_of_disagreement])
            && either(&filters.urgency_classes, [&case.urgency_class])
            && (filters.levels_of_need.is_empty()
                || case.level_of_need.as_ref().is_some_and(|it| {
                    filters.levels_of_need.iter().any(|wanted| level_key(wanted) == level_key(it))
                }))
    }
}

impl Question {
    /// The filters in words, a name and a value each.
    pub(super) fn filters_in_words(&self, names: &Names) -> Vec<(String, String)> {
        let filters = &self.filters;
        let titles = |known: &[(String, String)], keys: &[String]| -> Vec<String> {
            keys.iter().map(|key| title_of(known, key)).collect()
        };
        let agencies = filters.agencies.iter().map(|id| names.agency(*id)).collect();
        let sectors = filters.sectors.iter().map(|it| it.in_words().to_owned()).collect();
        let areas = titles(&names.areas_of_disagreement, &filters.areas_of_disagreement);
        let named = [
            ("Agency", agencies),
            ("Sector", sectors),
            ("Topic", titles(&names.topics, &filters.topics)),
            ("Area of disagreement", areas),
            ("Level of need", filters.levels_of_need.clone()),
            ("Urgency", titles(&names.urgency_classes, &filters.urgency_classes)),
        ];
        let said = named.into_iter().filter(|(_, values)| !values.is_empty());
        said.map(|(name, values)| (name.to_owned(), values.join(" or "))).collect()
    }
}

impl Filters {
    /// Whether they leave no case of a partnership out.
    pub fn leave_nothing_out(&self) -> bool {
        *self == Self { partnership_id: self.partnership_id, ..Self::default() }
    }
}

/// Nothing is wanted, or one of these is.
fn either<T: PartialEq, const N: usize>(wanted: &[T], there: [&T; N]) -> bool {
    wanted.is_empty() || there.iter().any(|it| wanted.contains(it))
}

/// A level of need as it is compared: it is written freely.
pub(super) fn level_key(written: &str) -> String {
    written.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Names {
    /// What an agency is called.
    pub fn agency(&self, id: AgencyId) -> String {
        self.agencies.get(&id).map_or_else(|| id.to_string(), |agency| agency.name.clone())
    }
}

/// The title of a key: the one that is known, or the key in words.
pub(super) fn title_of(known: &[(String, String)], key: &str) -> String {
    let found = known.iter().find(|(it, _)| it == key);
    found.map_or_else(|| in_words(key), |(_, title)| title.clone())
}

/// The keys that are known, in their order, and then those that were met besides; each with its
/// title.
pub(super) fn titled<'m>(
    known: &[(String, String)],
    met: impl Iterator<Item = &'m String>,
) -> Vec<(String, String)> {
    let mut all = known.to_vec();
    for key in met {
        if !known.iter().any(|(it, _)| it == key) {
            all.push((key.clone(), in_words(key)));
        }
    }
    all
}

/// A key as words: `not_met` is `Not met`.
pub fn in_words(key: &str) -> String {
    let words = key.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
