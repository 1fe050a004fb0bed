//! By what a list of cases is narrowed: read from its address, shown as tags that can be taken away, and
//! written into addresses again. No child and no narrative stands in one.

use super::page::Refused;
use crate::calendar::Calendar;
use crate::directory::Side;
use crate::engine::ListChoices;
use crate::ids::AgencyId;
use crate::store::escalations::Filter;
use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta};
use serde::Deserialize;

/// Which list, how it is narrowed, and where in it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    pub(super) show: Option<String>,
    pub(super) after: Option<String>,
    stage: Option<String>,
    waiting: Option<String>,
    raised_by: Option<String>,
    area: Option<String>,
    due_from: Option<String>,
    due_to: Option<String>,
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    stage: Option<i32>,
    waiting: Option<AgencyId>,
    raised_by: Option<AgencyId>,
    area: Option<String>,
    due_from: Option<NaiveDate>,
    due_to: Option<NaiveDate>,
}

/// A field of the form by which a list is narrowed.
pub(super) struct Pick {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) options: Vec<PickOption>,
}

/// Something to choose.
pub(super) struct PickOption {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) is_chosen: bool,
}

/// What a list is narrowed to, in words, and the list without that.
pub(super) struct Tag {
    pub(super) words: String,
    pub(super) without: String,
}

fn read<T>(
    text: Option<&String>,
    what: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Refused> {
    let Some(text) = text.map(|text| text.trim()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    read(text).map(Some).ok_or_else(|| Refused::unreadable_query(what))
}

/// A key as policies write them: it can stand in an address as it is.
fn key(text: &str) -> Option<String> {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'-';
    (text.len() <= 64 && text.bytes().all(is_plain)).then(|| text.to_owned())
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok().filter(|day: &NaiveDate| (1900..2200).contains(&day.year()))
}

impl Chosen {
    /// What an address says.
    pub(super) fn of(query: &ListQuery) -> Result<Self, Refused> {
        Ok(Self {
            stage: read(query.stage.as_ref(), "the stage is no number", |text| {
                text.parse().ok().filter(|stage| (1..=1000).contains(stage))
            })?,
            waiting: read(query.waiting.as_ref(), "there is no such agency", |it| it.parse().ok())?,
            raised_by: read(query.raised_by.as_ref(), "there is no such agency", |it| {
                it.parse().ok()
            })?,
            area: read(query.area.as_ref(), "there is no such area", key)?,
            due_from: read(
                query.due_from.as_ref(),
                "a day is written as year, month and day, with hyphens between",
                day,
            )?,
            due_to: read(
                query.due_to.as_ref(),
                "a day is written as year, month and day, with hyphens between",
                day,
            )?,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a calendar is needed to narrow by it.
    pub(super) fn has_days(&self) -> bool {
        self.due_from.is_some() || self.due_to.is_some()
    }

    /// A list narrowed by this; days are those of a calendar.
    pub(super) fn narrowed(&self, filter: Filter, calendar: Option<&Calendar>) -> Filter {
        let midnight =
            |day: NaiveDate| calendar.map(|it| it.instant_of(day.and_time(NaiveTime::MIN)));
        let due_to = self.due_to.and_then(|day| midnight(day.checked_add_days(Days::new(1))?));
        let due_to = due_to.map(|end| end.plus(-TimeDelta::microseconds(1)));
        let soonest = [filter.due_by, due_to].into_iter().flatten().min();
        Filter {
            stage: self.stage,
            waiting_agency: self.waiting,
            agency: self.raised_by.map(|agency_id| (agency_id, Some(Side::Raising))),
            area_of_disagreement: self.area.clone(),
            due_from: self.due_from.and_then(midnight),
            due_by: soonest,
            ..filter
        }
    }

    fn parts(&self) -> Vec<(&'static str, String)> {
        let parts = [
            ("stage", self.stage.map(|it| it.to_string())),
            ("waiting", self.waiting.map(|it| it.to_string())),
            ("raised_by", self.raised_by.map(|it| it.to_string())),
            ("area", self.area.clone()),
            ("due_from", self.due_from.map(|it| it.to_string())),
            ("due_to", self.due_to.map(|it| it.to_string())),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The address of a list that is narrowed by this.
    pub(super) fn address(&self, show: &str) -> String {
        self.address_without(show, "")
    }

    fn address_without(&self, show: &str, left_out: &str) -> String {
        let parts = self.parts().into_iter().filter(|(name, _)| *name != left_out);
        let parts: Vec<String> = parts.map(|(name, value)| format!("&{name}={value}")).collect();
        format!("/escalations?show={show}{}", parts.concat())
    }

    /// The days as the form shows them.
    pub(super) fn days(&self) -> [String; 2] {
        [self.due_from, self.due_to].map(|day| day.map_or(String::new(), |day| day.to_string()))
    }

    /// The fields of the form, with what is chosen.
    pub(super) fn picks(&self, choices: &ListChoices) -> Vec<Pick> {
        let stages = (1..=choices.stage_count).map(|it| (it.to_string(), format!("Stage {it}")));
        let agencies = || choices.agencies.iter().map(|(name, id)| (id.to_string(), name.clone()));
        let areas = choices.areas_of_disagreement.iter();
        let areas = areas.map(|(key, title)| (key.clone(), title.clone()));
        let parts = self.parts();
        let pick = |name: &'static str, label, options: Vec<(String, String)>| {
            let chosen = parts.iter().find(|(of, _)| *of == name).map(|(_, value)| value.as_str());
            let option = |(key, title): (String, String)| {
                let is_chosen = chosen == Some(key.as_str());
                PickOption { key, title, is_chosen }
            };
            Pick { name, label, options: options.into_iter().map(option).collect() }
        };
        vec![
            pick("waiting", "Waiting for somebody of", agencies().collect()),
            pick("raised_by", "Raised by", agencies().collect()),
            pick("stage", "Stage", stages.collect()),
            pick("area", "About", areas.collect()),
        ]
    }

    /// What the list is narrowed to, each with the list without it.
    pub(super) fn tags(&self, show: &str, choices: &ListChoices) -> Vec<Tag> {
        let agency = |text: &str| {
            let found = choices.agencies.iter().find(|(_, id)| id.to_string() == text);
            found.map_or_else(|| "another agency".to_owned(), |(name, _)| name.clone())
        };
        let in_words = |text: &str| {
            let day: Option<NaiveDate> = text.parse().ok();
            day.map_or_else(|| text.to_owned(), |day| day.format("%-d %B %Y").to_string())
        };
        let words = |(name, value): &(&'static str, String)| match *name {
            "stage" => format!("Stage {value}"),
            "waiting" => format!("Waiting for {}", agency(value)),
            "raised_by" => format!("Raised by {}", agency(value)),
            "area" => {
                let title = choices.areas_of_disagreement.get(value);
                title.cloned().unwrap_or_else(|| crate::reports::in_words(value))
            }
            "due_from" => format!("Due on {} or later", in_words(value)),
            _ => format!("Due by {}", in_words(value)),
        };
        let tag = |part: &(&'static str, String)| Tag {
            words: words(part),
            without: self.address_without(show, part.0),
        };
        self.parts().iter().map(tag).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The query of an address, as the server reads it.
    fn query(text: &str) -> ListQuery {
        actix_web::web::Query::<ListQuery>::from_query(text).unwrap().into_inner()
    }

    #[test]
    fn what_a_list_is_narrowed_to_comes_back_from_its_address() {
        let agency = AgencyId::new();
        let text = format!(
            "show=open&stage=2&waiting={agency}&raised_by={agency}&area=level_of_need\
             &due_from=2026-12-30&due_to=2027-01-04"
        );
        let chosen = Chosen::of(&query(&text)).unwrap();
        assert_eq!(chosen.address("open"), format!("/escalations?{text}"));
        let again = chosen.address("open");
        let again = query(again.split_once('?').unwrap().1);
        assert_eq!(Chosen::of(&again).unwrap(), chosen);
        assert_eq!(chosen.tags("open", &ListChoices::default()).len(), 6);
        for tag in chosen.tags("open", &ListChoices::default()) {
            let (_, without) = tag.without.split_once('?').unwrap();
            assert_eq!(Chosen::of(&query(without)).unwrap().parts().len(), 5, "{}", tag.words);
        }
    }

    #[test]
    fn what_stays_empty_narrows_nothing_and_what_cannot_be_is_told() {
        assert!(
            Chosen::of(&query("show=open&stage=&waiting=&area=&due_from=")).unwrap().is_empty()
        );
        for wrong in ["stage=0", "stage=x", "waiting=x", "area=%3Cb%3E", "due_from=31.12.2026"] {
            assert!(Chosen::of(&query(wrong)).is_err(), "{wrong}");
        }
    }
}
