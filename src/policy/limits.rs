//! The time that a policy allows: by urgency class, and the shorter of several.

use crate::calendar::Limit;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Limits by urgency class. In a file: a text for every class alike, a list of which the shortest
/// counts, or a table from class to either.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    every: Vec<Limit>,
    of_class: BTreeMap<String, Vec<Limit>>,
}

impl Limits {
    /// The same for every class.
    pub fn same(limit: Limit) -> Self {
        Self { every: vec![limit], of_class: BTreeMap::new() }
    }

    /// The limits of a class, of which the shortest counts; the ordinary class's where it has none
    /// of its own.
    pub fn of<'a>(&'a self, class: &str, ordinary: &str) -> &'a [Limit] {
        self.of_class.get(class).or_else(|| self.of_class.get(ordinary)).unwrap_or(&self.every)
    }

    /// Whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        self.every.is_empty() && self.of_class.is_empty()
    }

    /// The classes that are named.
    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.of_class.keys().map(String::as_str)
    }

    /// Every limit that stands here.
    pub fn all(&self) -> impl Iterator<Item = &Limit> {
        self.every.iter().chain(self.of_class.values().flatten())
    }

    /// In words for people: from class, or "every class", to what is allowed.
    pub fn in_words(&self) -> BTreeMap<String, String> {
        let words = |limits: &[Limit]| {
            let all: Vec<String> = limits.iter().map(ToString::to_string).collect();
            all.join(" or ") + if limits.len() > 1 { ", whichever is sooner" } else { "" }
        };
        if self.of_class.is_empty() && !self.every.is_empty() {
            return BTreeMap::from([("every class".to_owned(), words(&self.every))]);
        }
        self.of_class.iter().map(|(class, limits)| (class.clone(), words(limits))).collect()
    }
}

struct OneOrMore(Vec<Limit>);

struct OneOrMoreVisitor;

impl<'de> Visitor<'de> for OneOrMoreVisitor {
    type Value = OneOrMore;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a limit such as \"5 working days\", or a list of which the shortest counts")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMore, E> {
        Ok(OneOrMore(vec![text.parse().map_err(E::custom)?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<OneOrMore, A::Error> {
        Ok(OneOrMore(Vec::deserialize(SeqAccessDeserializer::new(seq))?))
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMoreVisitor)
    }
}

struct LimitsVisitor;

impl<'de> Visitor<'de> for LimitsVisitor {
    type Value = Limits;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a limit such as \"5 working days\", or a table such as { standard = \"5 working days\" }")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Limits, E> {
        Ok(Limits { every: OneOrMoreVisitor.visit_str(text)?.0, of_class: BTreeMap::new() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Limits, A::Error> {
        Ok(Limits { every: OneOrMoreVisitor.visit_seq(seq)?.0, of_class: BTreeMap::new() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Limits, A::Error> {
        let of_class: BTreeMap<String, OneOrMore> =
            BTreeMap::deserialize(MapAccessDeserializer::new(map))?;
        let of_class = of_class.into_iter().map(|(class, limits)| (class, limits.0)).collect();
        Ok(Limits { every: Vec::new(), of_class })
    }
}

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LimitsVisitor)
    }
}

impl Serialize for Limits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.of_class.is_empty() {
            self.every.serialize(serializer)
        } else {
            self.of_class.serialize(serializer)
        }
    }
}
