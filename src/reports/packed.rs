//! Facts in a few bytes: what the database keeps of each case, and reports read a million times.

use super::facts::CaseFacts;
use super::unpacking::facts;

/// The format of the bytes, which is their first: one more whenever [`CaseFacts`] or a list of words
/// in it changes, and what was kept in another is made anew from the timeline.
const FORMAT: u8 = 2;
/// The format before, which is still read: it ends before the themes of learning. Nobody could choose
/// any then, so that there are none.
const WITHOUT_THEMES: u8 = 1;

/// Bytes are not facts in the format of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotFacts {
    /// They are in another format, or in none.
    #[error("they are kept in another format")]
    OtherFormat,
    /// They are damaged.
    #[error("they are damaged")]
    Damaged,
}

/// Facts could not be written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("facts cannot be written as bytes: {0}")]
pub struct NotPacked(postcard::Error);

/// Facts as bytes.
///
/// # Errors
/// None that is known: whatever facts hold can be written.
pub fn pack(facts: &CaseFacts) -> Result<Vec<u8>, NotPacked> {
    postcard::to_extend(facts, vec![FORMAT]).map_err(NotPacked)
}

/// The facts that bytes mean.
///
/// # Errors
/// What the bytes are instead.
pub fn unpack(bytes: &[u8]) -> Result<CaseFacts, NotFacts> {
    let read = match bytes.split_first() {
        Some((&FORMAT, packed)) => facts(packed, true),
        Some((&WITHOUT_THEMES, packed)) => facts(packed, false),
        _ => return Err(NotFacts::OtherFormat),
    };
    read.ok_or(NotFacts::Damaged)
}

/// An instant as microseconds since 1970.
pub(super) mod instant {
    use crate::clock::UtcInstant;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::reports) fn serialize<S: Serializer>(
        at: &UtcInstant,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.micros())
    }

    pub(in crate::reports) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<UtcInstant, D::Error> {
        let at = UtcInstant::of_micros(i64::deserialize(deserializer)?);
        at.ok_or_else(|| D::Error::custom("beyond the ends of time"))
    }
}

/// An instant, as it stands within something else.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Packed(#[serde(with = "instant")] crate::clock::UtcInstant);

/// An instant or none.
pub(super) mod optional_instant {
    use super::Packed;
    use crate::clock::UtcInstant;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(in crate::reports) fn serialize<S: Serializer>(
        at: &Option<UtcInstant>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Packed).serialize(serializer)
    }

    pub(in crate::reports) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<UtcInstant>, D::Error> {
        Ok(Option::<Packed>::deserialize(deserializer)?.map(|at| at.0))
    }
}

/// Instants in a list.
pub(super) mod instants {
    use super::Packed;
    use crate::clock::UtcInstant;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::reports) fn serialize<S: Serializer>(
        all: &[UtcInstant],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(all.iter().copied().map(Packed))
    }

    pub(in crate::reports) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<UtcInstant>, D::Error> {
        Ok(Vec::<Packed>::deserialize(deserializer)?.into_iter().map(|at| at.0).collect())
    }
}

/// A day as its number in the common era.
pub(super) mod day {
    use chrono::{Datelike, NaiveDate};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::reports) fn serialize<S: Serializer>(
        day: &NaiveDate,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(day.num_days_from_ce())
    }

    pub(in crate::reports) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<NaiveDate, D::Error> {
        let number = i32::deserialize(deserializer)?;
        NaiveDate::from_num_days_from_ce_opt(number)
            .ok_or_else(|| D::Error::custom("beyond the ends of time"))
    }
}
