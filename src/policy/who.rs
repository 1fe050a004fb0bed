//! Whom a policy means: sides and rungs, never names.

use crate::directory::{PartnershipFunction, Rung, Side};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Whom a stage means, written `raising.line_manager`, `partnership.scrutineer`, or
/// `receiving.director` for a role that the policy declares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Who {
    /// A rung of the raising or the receiving agency.
    Rung(Side, Rung),
    /// Posts of the partnership.
    Function(PartnershipFunction),
    /// Posts of the raising or the receiving agency that carry a role of the policy's own.
    Role(Side, String),
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
    pub fn side(&self) -> Side {
        match self {
            Self::Rung(side, _) | Self::Role(side, _) => *side,
            Self::Function(_) => Side::Partnership,
        }
    }

    /// Everybody whom a policy can name without declaring a role.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(word, _)| *word)
    }

    /// The function in the partnership that is meant, if it is one.
    pub fn function(&self) -> Option<PartnershipFunction> {
        match self {
            Self::Function(function) => Some(*function),
            Self::Rung(..) | Self::Role(..) => None,
        }
    }

    /// The role that is meant, if it is one of the policy's own.
    pub fn role(&self) -> Option<&str> {
        match self {
            Self::Role(_, role) => Some(role),
            Self::Rung(..) | Self::Function(_) => None,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(side, role) => write!(f, "{side}.{role}"),
            _ => {
                let word =
                    WORDS.iter().find(|(_, who)| who == self).map_or("unknown", |(word, _)| word);
                f.write_str(word)
            }
        }
    }
}

impl FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some((_, who)) = WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(who.clone());
        }
        match text.split_once('.') {
            Some(("raising", role)) if is_role_key(role) => {
                Ok(Self::Role(Side::Raising, role.to_owned()))
            }
            Some(("receiving", role)) if is_role_key(role) => {
                Ok(Self::Role(Side::Receiving, role.to_owned()))
            }
            _ => Err(nobody(text)),
        }
    }
}

/// What is said of a word that means nobody.
pub(super) fn nobody(text: &str) -> String {
    let words: Vec<&str> = Who::words().collect();
    format!("'{text}' is nobody that a policy can name; use one of: {}", words.join(", "))
}

/// Whether a word can be the key of a role: small letters, digits and underscores.
pub(super) fn is_role_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
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
