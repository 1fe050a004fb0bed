//! Whom a policy means: sides and rungs, never names.

use crate::directory::{PartnershipFunction, Rung, Side};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Whom a stage means, written `raising.line_manager` or `partnership.scrutineer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Who {
    /// A rung of the raising or the receiving agency.
    Rung(Side, Rung),
    /// Posts of the partnership.
    Function(PartnershipFunction),
}

const WORDS: [(&str, Who); 11] = [
    ("raising.practitioner", Who::Rung(Side::Raising, Rung::Practitioner)),
    ("raising.line_manager", Who::Rung(Side::Raising, Rung::LineManager)),
    ("raising.service_manager", Who::Rung(Side::Raising, Rung::ServiceManager)),
    ("raising.head_of_service", Who::Rung(Side::Raising, Rung::HeadOfService)),
    ("receiving.practitioner", Who::Rung(Side::Receiving, Rung::Practitioner)),
    ("receiving.line_manager", Who::Rung(Side::Receiving, Rung::LineManager)),
    ("receiving.service_manager", Who::Rung(Side::Receiving, Rung::ServiceManager)),
    ("receiving.head_of_service", Who::Rung(Side::Receiving, Rung::HeadOfService)),
    ("partnership.business_manager", Who::Function(PartnershipFunction::BusinessManager)),
    ("partnership.scrutineer", Who::Function(PartnershipFunction::Scrutineer)),
    ("partnership.panel_member", Who::Function(PartnershipFunction::PanelMember)),
];

impl Who {
    /// The side that is meant.
    pub fn side(self) -> Side {
        match self {
            Self::Rung(side, _) => side,
            Self::Function(_) => Side::Partnership,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, who)| who == self).map_or("unknown", |(word, _)| word);
        f.write_str(word)
    }
}

impl FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        WORDS.iter().find(|(word, _)| *word == text).map(|(_, who)| *who).ok_or_else(|| {
            let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
            format!("'{text}' is nobody that a policy can name; use one of: {}", words.join(", "))
        })
    }
}

impl TryFrom<String> for Who {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Who> for String {
    fn from(who: Who) -> Self {
        who.to_string()
    }
}
