//! What the partnership is told when the server itself cannot go on with a case.

use super::letter::{Letter, Paragraph};
use super::wording::questions_to;

/// The letter about a case that the server cannot act on: its deadlines are in people's hands now.
pub fn set_aside_letter(
    reference: &str,
    recipient_name: &str,
    link: &str,
    partnership: &str,
    contact_email: &str,
) -> Letter {
    Letter {
        subject: format!("Act by hand: the server cannot move escalation {reference}"),
        greeting_name: recipient_name.to_owned(),
        paragraphs: vec![
            Paragraph::Text(
                "Something in this escalation is due, and the server cannot do it. Nobody has been \
                 told of the next stage. All other escalations go on."
                    .to_owned(),
            ),
            Paragraph::Facts(vec![("Reference".to_owned(), reference.to_owned())]),
            Paragraph::Text(
                "Please do two things today. Call both sides, and say who has to act now. Then ask \
                 whoever runs the server to look into its log: it says why."
                    .to_owned(),
            ),
            Paragraph::Text(
                "What happens next: the server tries again each minute, and goes on by itself once \
                 the cause is mended."
                    .to_owned(),
            ),
        ],
        link: link.to_owned(),
        reply_to_hint: questions_to(partnership, contact_email),
        partnership: partnership.to_owned(),
    }
}
