//! One letter for all that moved late after this server had not run: one for each person, not one
//! for each case.

use super::letter::{Letter, Paragraph};

/// The label of when a limit ran out that was acted on late.
pub(super) const RAN_OUT: &str = "When the time ran out";
/// The label of when that was acted on.
pub(super) const ACTED_ON: &str = "When this server acted on it";
/// The most cases that a letter lists one by one.
const LISTED_MAX: usize = 1_000;

/// The letter that stands for several about cases which moved late, in the order in which they are
/// given; nothing if there are none.
pub fn late_letter(letters: &[&Letter], link: &str) -> Option<Letter> {
    let first = letters.first()?;
    let count = letters.len();
    let mut items: Vec<String> = letters.iter().take(LISTED_MAX).map(|it| listed(it)).collect();
    if count > LISTED_MAX {
        items.push(format!("and {} more: sign in to see them all.", count - LISTED_MAX));
    }
    let known = |label| letters.iter().find_map(|letter| letter.fact(label));
    let mut gap = vec![];
    if let Some(ran_out) = known(RAN_OUT) {
        gap.push(("The first time that ran out".to_owned(), ran_out.to_owned()));
    }
    if let Some(acted_on) = known(ACTED_ON) {
        gap.push((ACTED_ON.to_owned(), acted_on.to_owned()));
    }
    Some(Letter {
        subject: format!("Moved late: {count} escalations need you to look at them"),
        greeting_name: first.greeting_name.clone(),
        paragraphs: vec![
            Paragraph::Text(
                "This server did not run for a while, and limits ran out meanwhile. It has acted on \
                 them now, late. The time of a new stage counts from now, so nobody has lost any of \
                 it. You would have had one message for each of these escalations:"
                    .to_owned(),
            ),
            Paragraph::Facts(gap),
            Paragraph::Items(items),
        ],
        link: link.to_owned(),
        reply_to_hint: first.reply_to_hint.clone(),
        partnership: first.partnership.clone(),
    })
}

/// The message in a line: what is asked, by when, which case and stage, what ran out, and its link.
fn listed(letter: &Letter) -> String {
    let ran_out = letter.fact(RAN_OUT).map(|at| format!(" (time ran out {at})"));
    format!("{}{}: {}", letter.subject, ran_out.unwrap_or_default(), letter.link)
}
