//! What a picture of one dispute is drawn from.

use crate::clock::UtcInstant;
use crate::directory::Side;

/// What a picture of one dispute is drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputePicture {
    /// The dispute's reference.
    pub reference: String,
    /// As of when it is drawn: what is open reaches until then.
    pub as_of: UtcInstant,
    /// Its stays in stages, the first first.
    pub stages: Vec<StageSpan>,
    /// What people did, what they were told, and what moved the clocks, the first first.
    pub marks: Vec<Mark>,
}

/// A stay in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSpan {
    /// The stage, counted from 1.
    pub stage: u32,
    /// Its title.
    pub title: String,
    /// When it was entered.
    pub entered_at: UtcInstant,
    /// When it is or was due.
    pub due_at: UtcInstant,
    /// When it was left; none while the case is here.
    pub left_at: Option<UtcInstant>,
    /// Why it was left, in words; empty while the case is here.
    pub left_why: String,
    /// When its clocks stood still.
    pub pauses: Vec<PauseSpan>,
}

/// A time in which clocks stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PauseSpan {
    /// Since when.
    pub from: UtcInstant,
    /// Until when; of one that lasts, until when at the most.
    pub to: UtcInstant,
}

/// Something that happened at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: UtcInstant,
    /// Of which kind.
    pub kind: MarkKind,
    /// Whose doing it was; none for the server's.
    pub side: Option<Side>,
    /// In which post, or that nobody did it.
    pub who: String,
    /// What happened: no child, no narrative, no name.
    pub what: String,
}

/// Of which kind a mark is: its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// A side said something.
    Said,
    /// Something was proposed, decided or done.
    Decided,
    /// People met.
    Met,
    /// People were told or reminded.
    Told,
    /// A message failed or was delayed.
    Failed,
    /// A clock ran out or was moved.
    Clock,
}

impl StageSpan {
    /// Until when it reaches in the picture.
    pub(super) fn end(&self, as_of: UtcInstant) -> UtcInstant {
        self.left_at.unwrap_or(as_of).max(self.entered_at)
    }
}
