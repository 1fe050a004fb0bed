//! What letters about somebody's own account say: what happened, when, and what to do if it was not
//! them. Only invitations and resets carry a link that does something.

use super::invitations::{INVITATION_HOURS, RESET_MINUTES};
use crate::clock::UtcInstant;
use crate::notify::{Letter, Paragraph};
use crate::store::account_letters::AccountLetterKind;

/// What there is to tell.
pub(super) struct Told<'a> {
    pub(super) kind: AccountLetterKind,
    /// The reader's name.
    pub(super) name: &'a str,
    /// When it happened.
    pub(super) queued_at: UtcInstant,
    /// The one link.
    pub(super) link: String,
}

/// What to do about something that was not you.
const NOT_YOU: &str = "If this was you, you need not do anything. If it was not, somebody else may have \
    got into your account: ask for a new password at the address below, and tell your partnership's \
    business manager today.";

/// The letter.
pub(super) fn account_letter(told: Told<'_>) -> Letter {
    let (subject, what) = words(told.kind);
    let mut paragraphs = vec![Paragraph::Text(what)];
    if !is_link(told.kind) {
        let when = told.queued_at.utc().with_timezone(&chrono_tz::Europe::London);
        let when = when.format("%a %-d %b %Y, %H:%M").to_string();
        paragraphs.push(Paragraph::Facts(vec![("When".to_owned(), when)]));
        paragraphs.push(Paragraph::Text(NOT_YOU.to_owned()));
    }
    Letter {
        subject: subject.to_owned(),
        greeting_name: told.name.to_owned(),
        paragraphs,
        link: told.link,
        reply_to_hint: "Questions: your partnership's business manager.".to_owned(),
        partnership: "partnership's".to_owned(),
    }
}

fn is_link(kind: AccountLetterKind) -> bool {
    matches!(kind, AccountLetterKind::Invitation | AccountLetterKind::PasswordReset)
}

fn words(kind: AccountLetterKind) -> (&'static str, String) {
    use AccountLetterKind as Kind;
    let (subject, what) = match kind {
        Kind::Invitation => {
            return (
                "Choose how you sign in to the escalation server",
                format!(
                    "You have an account on the escalation server of your safeguarding partnership. \
                     Choose your password by the link below. It works once, for {INVITATION_HOURS} \
                     hours; after that, ask whoever looks after your account for a new one. Nobody \
                     will ever ask you for the link or for your password."
                ),
            );
        }
        Kind::PasswordReset => {
            return (
                "Choose a new password",
                format!(
                    "Somebody, probably you, asked for a new password for your account. Choose one by \
                     the link below. It works once, for {RESET_MINUTES} minutes. If it was not you, \
                     you need not do anything: your password stays as it is."
                ),
            );
        }
        Kind::NewNetwork => (
            "Your account was used from a new place",
            "Somebody signed in to your account from a network that you had not used in the last \
             three months: another office, your home, or a telephone, perhaps.",
        ),
        Kind::PasswordChanged => (
            "Your password was changed",
            "The password of your account was changed. Whoever was signed in elsewhere was signed \
             out.",
        ),
        Kind::FactorAdded => (
            "A way to sign in was added to your account",
            "A passkey, or an app that makes one-time codes, was added to your account.",
        ),
        Kind::FactorRemoved => (
            "A way to sign in was removed from your account",
            "A passkey, or an app that makes one-time codes, was removed from your account.",
        ),
        Kind::RecoveryCodeUsed => (
            "A recovery code was used",
            "Somebody signed in to your account with one of its recovery codes. That code does not \
             work again.",
        ),
        Kind::RefreshTokenReused => (
            "A session of yours was ended",
            "A session of your account was used from two places at once, as if it had been copied. \
             We have ended it; sign in again.",
        ),
        Kind::ApiTokenMade => (
            "An API token was made for your account",
            "A token was made by which a program can act in your name.",
        ),
        Kind::IdentityLinked => (
            "Your account was linked to your agency's sign-in",
            "Your account can now be used by signing in with your agency.",
        ),
        Kind::CalendarAddressMade => (
            "An address for your calendar was made",
            "A private address was made, by which a calendar shows which cases wait for you, and until \
             when. You can end it at any time: sign in, and choose More, then Your calendar.",
        ),
    };
    (subject, what.to_owned())
}
