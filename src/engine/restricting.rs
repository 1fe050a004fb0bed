//! Restrictions, whose people must be there; and emergency looks, by those who see nothing yet.

use super::change::{Answered, Answering, Asked, Request};
use super::reading::CaseView;
use super::{Engine, EngineError};
use crate::escalation::{Command, Prose, Refusal, Restriction};
use crate::ids::EscalationId;
use crate::store::{Reader, people};

/// The fewest characters in the reason of an emergency look.
const REASON_CHARACTERS_MIN: usize = 10;

/// A restriction that excludes nobody by a slip of the pen is worse than none: all must be there.
pub(super) fn known(
    r: &mut Reader<'_>,
    at: &str,
    restriction: Option<&Restriction>,
) -> Result<(), EngineError> {
    let excluded = restriction.map_or(&[][..], |it| &it.excluded);
    for (index, person_id) in excluded.iter().enumerate() {
        if people::find_person(r, *person_id)?.is_none() {
            let pointer = format!("{at}/excluded/{index}");
            return Err(Refusal::field(pointer, "must be somebody of the directory").into());
        }
    }
    Ok(())
}

/// The same of what is asked.
pub(super) fn known_in(r: &mut Reader<'_>, asked: &Asked) -> Result<(), EngineError> {
    match asked {
        Asked::Command(Command::ChangeDraft { draft, .. }) => {
            known(r, "/draft/restriction", draft.restriction.as_ref())
        }
        Asked::Command(Command::Restrict { restriction, .. }) => {
            known(r, "/restriction", Some(restriction))
        }
        _ => Ok(()),
    }
}

impl Engine {
    /// Looks at a case in an emergency: from now on its teller sees it for four hours. Needs no
    /// version: they have read nothing.
    ///
    /// # Errors
    /// As [`Engine::change`]; not found for everybody who may not, as if it were not there.
    pub async fn break_glass(
        &self,
        request: Request,
        which: EscalationId,
        reason: Prose,
        answering: impl Answering<CaseView>,
    ) -> Result<Answered, EngineError> {
        // Before the case is looked for: this fault must not tell that it is there.
        if reason.as_str().chars().count() < REASON_CHARACTERS_MIN {
            let detail = "must say in a few words why it cannot wait: at least 10 characters";
            return Err(Refusal::field("/reason", detail).into());
        }
        let request = Request { expected_version: None, ..request };
        self.change(request, which, Command::BreakGlass { reason }, answering).await
    }
}
