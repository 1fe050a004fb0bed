//! One letter for what only informs somebody who wants such messages once a day.

use super::letter::{Letter, Paragraph};

/// The label of a case's reference.
pub(super) const REFERENCE: &str = "Reference";
/// The label of how a limit was worked out: more than a line of a list can hold.
pub(super) const WORKED_OUT: &str = "How this was worked out";
/// The most messages that a letter lists one by one.
const LISTED_MAX: usize = 1_000;

/// The letter that stands for several, in the order in which they are given; nothing if there are none.
pub fn together_letter(letters: &[&Letter], link: &str) -> Option<Letter> {
    let first = letters.first()?;
    let count = letters.len();
    let mut items: Vec<String> = letters.iter().take(LISTED_MAX).map(|it| listed(it)).collect();
    if count > LISTED_MAX {
        items.push(format!("and {} more: sign in to see your cases.", count - LISTED_MAX));
    }
    Some(Letter {
        subject: format!("For your information: {count} messages about escalations"),
        greeting_name: first.greeting_name.clone(),
        paragraphs: vec![
            Paragraph::Text(
                "You asked to have what only informs you once a day. Nothing here asks you to act: \
                 that always comes at once. The first message stands first:"
                    .to_owned(),
            ),
            Paragraph::Items(items),
            Paragraph::Text(
                "To have such messages one by one again, sign in and choose More, then Your messages."
                    .to_owned(),
            ),
        ],
        link: link.to_owned(),
        reply_to_hint: first.reply_to_hint.clone(),
        partnership: first.partnership.clone(),
    })
}

/// The message in a line: which case, what stands beside it, what is told, and its link.
fn listed(letter: &Letter) -> String {
    let (mut beside, mut told) = (Vec::new(), "");
    for paragraph in &letter.paragraphs {
        match paragraph {
            Paragraph::Facts(facts) => {
                let facts = facts.iter().filter(|(label, _)| label != REFERENCE);
                let facts = facts.filter(|(label, _)| label != WORKED_OUT);
                beside.extend(facts.map(|(label, value)| format!("{label}: {value}")));
            }
            Paragraph::Text(text) if told.is_empty() => told = text,
            Paragraph::Text(_) | Paragraph::Items(_) => {}
        }
    }
    let reference = letter.fact(REFERENCE).unwrap_or(&letter.subject);
    let beside =
        if beside.is_empty() { String::new() } else { format!(" ({})", beside.join("; ")) };
    // In its own letter the stage stands below; here before.
    let told = told.replace("the stage below", "this stage");
    format!("{reference}{beside}: {told} {}", letter.link)
}
