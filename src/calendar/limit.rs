//! A limit as a policy writes it: an allowance, how its days are counted, and what else is printed.

use super::allowance::{Allowance, AllowanceError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Where a clock in days ends on its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum DayEnd {
    /// When that day's working hours end.
    #[default]
    #[serde(rename = "close of business")]
    CloseOfBusiness,
    /// When that local day ends and the next begins.
    #[serde(rename = "midnight")]
    Midnight,
    /// At the local time of day at which the clock started. Such a clock runs whole days, so its
    /// start day never counts; a start on a day that is not counted runs to midnight.
    #[serde(rename = "same time")]
    SameTime,
}

impl DayEnd {
    const ALL: [Self; 3] = [Self::CloseOfBusiness, Self::Midnight, Self::SameTime];

    /// As a limit says it: `to midnight`.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Self::CloseOfBusiness => "to close of business",
            Self::Midnight => "to midnight",
            Self::SameTime => "to the same time",
        }
    }
}

/// A time allowance with what a policy says about it beside its length.
///
/// Its text form is `<allowance>[, to close of business|, to midnight|, to the same time][, start
/// day counted|, start day not counted][ (<shown text>)]`: `5 working days, to midnight`,
/// `10 working days, start day counted`, `48 hours (two working days)`. What it does not say, the
/// calendar's rules say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Limit {
    allowance: Allowance,
    day_ends: Option<DayEnd>,
    start_day_counts: Option<bool>,
    shown: Option<String>,
}

const MOST_SHOWN: usize = 80;
const START_DAY: [(&str, bool); 2] =
    [("start day counted", true), ("start day not counted", false)];

impl Limit {
    /// The length that counts.
    pub fn allowance(&self) -> Allowance {
        self.allowance
    }

    /// A second wording that the policy prints beside the length; it is shown and never counted.
    pub fn shown(&self) -> Option<&str> {
        self.shown.as_deref()
    }

    /// Where it ends on its last day, if it says so itself.
    pub fn day_ends(&self) -> Option<DayEnd> {
        self.day_ends
    }

    /// Whether the start day counts, if it says so itself.
    pub fn start_day_counts(&self) -> Option<bool> {
        self.start_day_counts
    }

    fn option(&mut self, text: &str) -> Result<(), LimitError> {
        if let Some(end) = DayEnd::ALL.into_iter().find(|end| end.phrase() == text) {
            return set_once(&mut self.day_ends, end);
        }
        match START_DAY.into_iter().find(|(phrase, _)| *phrase == text) {
            Some((_, counts)) => set_once(&mut self.start_day_counts, counts),
            None => Err(LimitError::UnknownOption),
        }
    }

    fn checked(self) -> Result<Self, LimitError> {
        let options = self.day_ends.is_some() || self.start_day_counts.is_some();
        let same_time = self.day_ends == Some(DayEnd::SameTime);
        if options && !self.allowance.is_in_days() {
            Err(LimitError::NotInDays)
        } else if self.allowance == Allowance::SameWorkingDay
            && (same_time || self.start_day_counts.is_some())
        {
            Err(LimitError::SameDay)
        } else if same_time && self.start_day_counts == Some(true) {
            Err(LimitError::WholeDays)
        } else {
            Ok(self)
        }
    }
}

fn set_once<T>(place: &mut Option<T>, value: T) -> Result<(), LimitError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(LimitError::Twice),
    }
}

impl From<Allowance> for Limit {
    fn from(allowance: Allowance) -> Self {
        Self { allowance, day_ends: None, start_day_counts: None, shown: None }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.allowance)?;
        if let Some(end) = self.day_ends {
            write!(f, ", {}", end.phrase())?;
        }
        for (phrase, counts) in START_DAY {
            if self.start_day_counts == Some(counts) {
                write!(f, ", {phrase}")?;
            }
        }
        match &self.shown {
            Some(shown) => write!(f, " ({shown})"),
            None => Ok(()),
        }
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let (counted, shown) = match text.split_once('(') {
            None => (text, None),
            Some((counted, rest)) => (counted, Some(shown_text(rest)?)),
        };
        let mut parts = counted.split(',');
        let allowance: Allowance = parts.next().unwrap_or_default().parse()?;
        let mut limit = Self { shown, ..Self::from(allowance) };
        for part in parts {
            let words: Vec<&str> = part.split_whitespace().collect();
            limit.option(&words.join(" ").to_ascii_lowercase())?;
        }
        limit.checked()
    }
}

/// What stands after the opening bracket, which must close at the end.
fn shown_text(rest: &str) -> Result<String, LimitError> {
    let inner = rest.trim_end().strip_suffix(')').ok_or(LimitError::Shown)?.trim();
    let odd = |c: char| c.is_control() || c == '(' || c == ')';
    if inner.is_empty() || inner.chars().count() > MOST_SHOWN || inner.contains(odd) {
        return Err(LimitError::Shown);
    }
    Ok(inner.to_owned())
}

/// Why a text is no limit. Does not repeat the text: it may have come from the wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Its length cannot be read.
    #[error(transparent)]
    Allowance(#[from] AllowanceError),
    /// Something after a comma that we do not know.
    #[error(
        "after the comma a limit may say \"to close of business\", \"to midnight\", \"to the same \
         time\", \"start day counted\" or \"start day not counted\"; words that are only shown \
         stand in brackets at its end, such as \"48 hours (two working days)\""
    )]
    UnknownOption,
    /// Two ends of the day, or the start day twice.
    #[error(
        "a limit says only once where its last day ends, and once whether its start day counts"
    )]
    Twice,
    /// A day's end or a start day on a clock that has neither.
    #[error(
        "only a limit in days, weeks or months ends with a day or counts its start day: remove \
         what stands after the comma, or give the length in days"
    )]
    NotInDays,
    /// More about the same working day than it can mean.
    #[error(
        "\"same working day\" ends at close of business or at midnight of that day: remove what \
         else stands after the comma"
    )]
    SameDay,
    /// The same time with the start day counted.
    #[error(
        "a limit to the same time runs whole days, so its start day cannot count: remove \"start \
         day counted\" or \"to the same time\""
    )]
    WholeDays,
    /// Brackets that do not close at the end, hold nothing, or hold brackets or too much.
    #[error(
        "the words that are only shown stand once, in brackets, at the end of the limit, at most \
         {MOST_SHOWN} characters on one line: \"48 hours (two working days)\""
    )]
    Shown,
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Limit {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        super::wording::text_schema(
            "A limit as the policy writes it: a time allowance, how its days are counted, and \
             words that are only shown",
            "48 hours (two working days)",
        )
    }
}

impl utoipa::ToSchema for Limit {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Limit")
    }
}
