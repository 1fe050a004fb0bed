//! What is not sent after all: its recipient may not be told any more, or it has become pointless.

use super::sending::is_about_the_case;
use super::sending_reports::may_still_report;
use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::escalation::{Escalation, NoticeKind, Status};
use crate::store::notices::{self, DeliveryState, StoredNotice};
use crate::store::outbox;
use crate::store::{Reader, StoreError, escalations, people};

/// Why a notice is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Withheld {
    /// Its recipient has left.
    HasLeft,
    /// Its recipient is excluded from the case.
    IsExcluded,
    /// It asks to act in a case that has ended since.
    HasEnded,
    /// It asks to act in a stage that the case has left since.
    HasMovedOn,
    /// It asks to answer a proposal that is not on the table any more.
    WasAnswered,
    /// It tells that a message was not taken, which was taken since.
    ArrivedAfterAll,
    /// It leads to a report that its recipient may not have any more.
    MayNotReport,
}

impl Withheld {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::HasLeft => "not sent: the recipient has left",
            Self::IsExcluded => "not sent: the recipient is excluded from the case",
            Self::HasEnded => "not sent: it asks to act in a case that has ended since",
            Self::HasMovedOn => {
                "not sent: it asks to act in a stage that the case has left since; whoever acts in \
                 the new one was told of that"
            }
            Self::WasAnswered => {
                "not sent: it asks to answer a proposal that is not on the table any more"
            }
            Self::ArrivedAfterAll => {
                "not sent: the message that it tells of was taken or had ended since"
            }
            Self::MayNotReport => {
                "not sent: the recipient is no officer of the partnership any more, and may not have \
                 its reports"
            }
        }
    }
}

/// Why a message has become pointless, by its case as it is now; nothing where it has a point. Only
/// what asks somebody to act in a stage can have none: what informs still does, and what tells of a
/// gap or of a lost message is to be mended in any case.
fn why_pointless(kind: NoticeKind, queued_at: UtcInstant, case: &Escalation) -> Option<Withheld> {
    let asks_in_its_stage = matches!(
        kind,
        NoticeKind::ActionNeeded
            | NoticeKind::Refused
            | NoticeKind::ProposalToAnswer
            | NoticeKind::Overdue
            | NoticeKind::TaskBegins
            | NoticeKind::Reminder
            | NoticeKind::EscalationWarning
            | NoticeKind::Consulted
    );
    if !asks_in_its_stage {
        return None;
    }
    match case.status {
        Status::Draft => None,
        Status::Resolved | Status::Withdrawn => Some(Withheld::HasEnded),
        // Whoever has to act in a later stage was told when it began.
        Status::Open if case.current_entry().is_some_and(|it| queued_at < it.entered_at) => {
            Some(Withheld::HasMovedOn)
        }
        // Of one that was put since, its own message tells.
        Status::Open
            if kind == NoticeKind::ProposalToAnswer
                && case.open_proposal().is_none_or(|it| queued_at < it.at) =>
        {
            Some(Withheld::WasAnswered)
        }
        Status::Open => None,
    }
}

impl Engine {
    /// Why a notice is not to be sent any more; nothing if it is.
    pub(super) fn why_withheld(
        &self,
        r: &mut Reader<'_>,
        notice: &StoredNotice,
    ) -> Result<Option<Withheld>, EngineError> {
        if let (Some(which), Some(person_id)) = (notice.escalation_id, notice.person_id)
            && escalations::is_excluded(r, which, person_id)?
        {
            return Ok(Some(Withheld::IsExcluded));
        }
        if let Some(why) = pointless(r, notice)? {
            return Ok(Some(why));
        }
        let Some(person_id) = notice.person_id else { return Ok(None) };
        if people::find_person(r, person_id)?.is_none_or(|found| !found.it.active) {
            return Ok(Some(Withheld::HasLeft));
        }
        if notice.kind == Ok(NoticeKind::Report)
            && !may_still_report(r, person_id, notice.partnership_id, self.now())?
        {
            return Ok(Some(Withheld::MayNotReport));
        }
        Ok(None)
    }

    /// Records that a notice is not sent. Where its recipient has left, what asks somebody to act must
    /// still reach somebody; where they were excluded, the restriction has asked others already.
    pub(super) async fn withhold(
        &self,
        notice: StoredNotice,
        why: Withheld,
    ) -> Result<(), EngineError> {
        tracing::warn!(notice_id = %notice.id, why = why.in_words(), "a message was not sent");
        let (engine, now, it) = (self.clone(), self.now(), notice.clone());
        let withheld: Result<(), EngineError> = self
            .store()
            .write(move |w| {
                let is_mine = outbox::cancel(w, &it, why.in_words(), now)?;
                if is_mine && it.asks() && why == Withheld::HasLeft {
                    engine.tell_instead(w, &it, now)?;
                }
                Ok(())
            })
            .await;
        match withheld {
            Err(error) if is_about_the_case(&error) => {
                tracing::error!(notice_id = %notice.id, %error, "a message was not sent and nobody was told instead");
                let alone: Result<bool, StoreError> = self
                    .store()
                    .write(move |w| outbox::cancel(w, &notice, why.in_words(), now))
                    .await;
                alone.map(|_cancelled| ()).map_err(EngineError::from)
            }
            withheld => withheld,
        }
    }
}

fn pointless(r: &mut Reader<'_>, notice: &StoredNotice) -> Result<Option<Withheld>, EngineError> {
    let Ok(kind) = notice.kind else { return Ok(None) };
    if kind == NoticeKind::NoticeDelayed
        && let Some(about) = notice.about_notice_id
        && let Some(about) = notices::find(r, about)?
    {
        let waits = matches!(about.state, DeliveryState::Queued | DeliveryState::Leased);
        return Ok((!waits).then_some(Withheld::ArrivedAfterAll));
    }
    let (Some(which), true) = (notice.escalation_id, kind.asks()) else { return Ok(None) };
    match escalations::find(r, which) {
        Ok(found) => Ok(found.and_then(|it| why_pointless(kind, notice.queued_at, &it.escalation))),
        // Whether it has a point cannot be known: then it goes.
        Err(error) if error.is_about_what_is_stored() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
