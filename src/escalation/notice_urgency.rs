//! Which messages go first where many wait.

use super::tell::NoticeKind;
use serde::{Deserialize, Serialize};

/// How urgent a message is. Of those that wait the most urgent goes first, and of these the one that
/// was queued first; every fourth time whatever has waited longest goes, so that none waits for ever.
///
/// | urgency | which messages |
/// |---|---|
/// | urgent | overdue; a message that could not be delivered; a case that was set aside; whatever asks somebody to act in a case of an urgency class above the ordinary one |
/// | asks | whatever else asks somebody to act |
/// | informs | the rest |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeUrgency {
    /// Before all others.
    Urgent,
    /// Asks somebody to act.
    Asks,
    /// Informs.
    Informs,
}

impl NoticeUrgency {
    /// How urgent a message of this kind is, of a case that is urgent itself or not.
    pub fn of(kind: NoticeKind, case_is_urgent: bool) -> Self {
        match kind {
            NoticeKind::Overdue | NoticeKind::NoticeFailed | NoticeKind::SetAside => Self::Urgent,
            // The message that it tells of goes first: then this one has become pointless.
            NoticeKind::NoticeDelayed => Self::Asks,
            kind if kind.asks() && case_is_urgent => Self::Urgent,
            kind if kind.asks() => Self::Asks,
            _ => Self::Informs,
        }
    }

    /// Its place in line: 0 goes first.
    pub fn rank(self) -> i32 {
        match self {
            Self::Urgent => 0,
            Self::Asks => 1,
            Self::Informs => 2,
        }
    }
}

impl NoticeKind {
    /// Whether it may wait for an hour that its recipient has chosen: it only informs, and of nothing
    /// that ends a case, moves a clock, is missed, or names a day or an hour.
    pub fn may_wait(self) -> bool {
        matches!(
            self,
            Self::StageEntered
                | Self::Acknowledged
                | Self::PositionStated
                | Self::Responded
                | Self::Proposed
                | Self::ProposalDeclined
        )
    }
}
