//! What starts a clock and what ends a task: happenings that a policy can name.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Something that happens in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Milestone {
    /// The receiving side says that the challenge arrived.
    Acknowledged,
    /// The receiving side answers, whatever it says.
    Answered,
    /// The receiving side refuses.
    Refused,
    /// Both sides have stated a position in the stage.
    PositionsStated,
    /// The two sides have talked, and this is recorded.
    DiscussionHeld,
    /// A meeting is arranged.
    MeetingArranged,
    /// A meeting was held, and what it came to is recorded.
    MeetingHeld,
    /// The panel is named.
    PanelConvened,
    /// A side puts an outcome.
    ProposalPut,
    /// A proposal is declined.
    ProposalDeclined,
    /// Both sides agree: the case ends.
    Agreed,
    /// The partnership determines: the case ends.
    Determined,
    /// Whoever the task is for ticks it off.
    TickedOff,
}

const MILESTONES: [(&str, Milestone); 13] = [
    ("acknowledged", Milestone::Acknowledged),
    ("answered", Milestone::Answered),
    ("refused", Milestone::Refused),
    ("positions stated", Milestone::PositionsStated),
    ("discussion held", Milestone::DiscussionHeld),
    ("meeting arranged", Milestone::MeetingArranged),
    ("meeting held", Milestone::MeetingHeld),
    ("panel convened", Milestone::PanelConvened),
    ("proposal put", Milestone::ProposalPut),
    ("proposal declined", Milestone::ProposalDeclined),
    ("agreed", Milestone::Agreed),
    ("determined", Milestone::Determined),
    ("ticked off", Milestone::TickedOff),
];

impl Milestone {
    /// All of them, as a policy writes them.
    pub fn words() -> impl Iterator<Item = &'static str> {
        MILESTONES.iter().map(|(word, _)| *word)
    }

    /// Whether the case is over with it.
    pub fn ends_the_case(self) -> bool {
        matches!(self, Self::Agreed | Self::Determined)
    }
}

impl fmt::Display for Milestone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = MILESTONES.iter().find(|(_, it)| it == self).map_or("", |(word, _)| word);
        f.write_str(word)
    }
}

impl FromStr for Milestone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        MILESTONES.iter().find(|(word, _)| *word == text).map(|(_, it)| *it).ok_or_else(|| {
            let words: Vec<&str> = Self::words().collect();
            format!("'{text}' does not end a task; use one of: {}", words.join(", "))
        })
    }
}

/// How a task ended, for a clock that counts from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskEnd {
    /// It was done.
    Done,
    /// Its time ran out.
    Missed,
    /// Either.
    Ended,
}

/// From where a clock counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Anchor {
    /// From when the stage was entered and its people were told.
    #[default]
    StageEntered,
    /// From when the challenge was raised.
    Raised,
    /// From the day on which the decision was received.
    DecisionReceived,
    /// From something that happens in the stage.
    Happens(Milestone),
    /// From the end of another task of the stage.
    Task(String, TaskEnd),
}

impl Anchor {
    /// All that a policy can write without naming a task of its own.
    pub fn words() -> impl Iterator<Item = &'static str> {
        let ends_nothing = MILESTONES.iter().filter(|(_, it)| !it.ends_the_case());
        let happens = ends_nothing.map(|(word, _)| *word).filter(|word| *word != "ticked off");
        ["stage entered", "raised", "decision received"].into_iter().chain(happens)
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StageEntered => f.write_str("stage entered"),
            Self::Raised => f.write_str("raised"),
            Self::DecisionReceived => f.write_str("decision received"),
            Self::Happens(milestone) => milestone.fmt(f),
            Self::Task(key, TaskEnd::Done) => write!(f, "{key} done"),
            Self::Task(key, TaskEnd::Missed) => write!(f, "{key} missed"),
            Self::Task(key, TaskEnd::Ended) => write!(f, "{key} ended"),
        }
    }
}

impl FromStr for Anchor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "stage entered" => return Ok(Self::StageEntered),
            "raised" => return Ok(Self::Raised),
            "decision received" => return Ok(Self::DecisionReceived),
            _ => {}
        }
        if Self::words().any(|word| word == text) {
            return text.parse().map(Self::Happens);
        }
        let task = match text.rsplit_once(' ') {
            Some((key, "done")) => Some((key, TaskEnd::Done)),
            Some((key, "missed")) => Some((key, TaskEnd::Missed)),
            Some((key, "ended")) => Some((key, TaskEnd::Ended)),
            _ => None,
        };
        task.filter(|(key, _)| super::who::is_role_key(key))
            .map(|(key, end)| Self::Task(key.to_owned(), end))
            .ok_or_else(|| {
                let words: Vec<&str> = Self::words().collect();
                format!(
                    "'{text}' does not start a clock; use one of: {}, or a task's key with done, \
                     missed or ended, such as \"speak done\"",
                    words.join(", ")
                )
            })
    }
}

/// What starts a clock: one anchor, or whichever of several comes first. In a file: a text or a
/// list of texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OneOrMore", into = "Vec<Anchor>")]
pub struct Anchors(Vec<Anchor>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Anchors {
    /// All of them; at least one.
    pub fn iter(&self) -> impl Iterator<Item = &Anchor> {
        self.0.iter()
    }
}

impl Default for Anchors {
    fn default() -> Self {
        Anchor::default().into()
    }
}

impl From<Anchor> for Anchors {
    fn from(anchor: Anchor) -> Self {
        Self(vec![anchor])
    }
}

impl From<Anchors> for Vec<Anchor> {
    fn from(anchors: Anchors) -> Self {
        anchors.0
    }
}

impl TryFrom<OneOrMore> for Anchors {
    type Error = String;

    fn try_from(words: OneOrMore) -> Result<Self, Self::Error> {
        let words = match words {
            OneOrMore::One(word) => vec![word],
            OneOrMore::More(words) => words,
        };
        if words.is_empty() {
            return Err("name what starts the clock, such as \"stage entered\"".to_owned());
        }
        Ok(Self(words.iter().map(|word| word.parse()).collect::<Result<_, _>>()?))
    }
}

macro_rules! as_text {
    ($($type:ty),+) => {$(
        impl TryFrom<String> for $type {
            type Error = String;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(it: $type) -> Self {
                it.to_string()
            }
        }
    )+};
}

as_text!(Milestone, Anchor);
