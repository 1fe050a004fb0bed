//! Who is what to which of the prepared cases: what the tests know of them, apart from the rules.

use super::cases::State;

/// What somebody is to a case, in the words of docs/access.md.
pub type Part = &'static [&'static str];

const OFFICER: Part = &["officer"];
const RAISER: Part = &["raiser"];
const BOTH: Part = &["raiser", "acting raising"];

const LOOKS: Part = &["looks in an emergency"];
const EXCLUDED: Part = &["excluded"];

/// The column of docs/access.md for a state.
pub fn column(state: State) -> &'static str {
    match state {
        State::Draft => "Draft",
        State::FirstStage | State::SecondStage | State::Elsewhere => "Open",
        State::GlassBroken | State::GlassRunOut => "Open",
        State::Overdue => "Overdue",
        State::Ended => "Ended",
        State::Restricted | State::RestrictedBroken => "Restricted",
    }
}

/// Everybody who is something to a case; whoever is not here is nothing to it.
pub fn parts(state: State) -> Vec<(&'static str, Part)> {
    let officers = [
        ("Judith Hale", OFFICER),
        ("Professor Alan Greer", OFFICER),
        ("Moira Stennett", OFFICER),
        ("Una Firth", &["auditor"]),
        ("Ivy Marlow", &["safeguarding lead"]),
    ];
    let first: [(&str, Part); 2] = [("Priya Nair", BOTH), ("Tom Okafor", &["acting receiving"])];
    let second: [(&str, Part); 5] = [
        ("Priya Nair", BOTH),
        // The raiser is on the rung of this stage herself: somebody above her acts too.
        ("Margaret Bell", &["acting raising"]),
        ("Tom Okafor", &["reached receiving"]),
        // She is away, and he stands in for her.
        ("Karen Whitfield", &["acting receiving"]),
        ("Joel Mensah", &["acting receiving"]),
    ];
    let restricted =
        [&first[..], &officers[..2], &[("Ivy Marlow", &["safeguarding lead"] as Part)]];
    let excluded = [("Moira Stennett", EXCLUDED), ("Margaret Bell", EXCLUDED)];
    match state {
        // An officer is one of a draft too, and a lead of an agency: neither sees it.
        State::Draft => [&[("Priya Nair", BOTH)], &officers[..]].concat(),
        State::FirstStage => [&first[..], &officers].concat(),
        State::GlassRunOut => {
            [&first[..], &officers[..4], &[("Ivy Marlow", &["looked in an emergency"] as Part)]]
                .concat()
        }
        State::GlassBroken => [&first[..], &officers[..4], &[("Ivy Marlow", LOOKS)]].concat(),
        State::SecondStage | State::Ended => [&second[..], &officers].concat(),
        State::Overdue => vec![
            ("Priya Nair", RAISER),
            ("Tom Okafor", &["reached receiving"]),
            ("Margaret Bell", &["acting raising"]),
            ("Simon Achebe", &["reached raising"]),
            ("Ruth Calloway", &["acting receiving"]),
            ("Judith Hale", OFFICER),
            ("Professor Alan Greer", &["officer", "determines"]),
            ("Moira Stennett", &["officer", "determines"]),
            ("Una Firth", &["auditor"]),
            ("Ivy Marlow", &["safeguarding lead"]),
        ],
        State::Restricted => {
            [&restricted.concat()[..], &excluded, &[("Una Firth", &["auditor"] as Part)]].concat()
        }
        State::RestrictedBroken => {
            [&restricted.concat()[..], &excluded, &[("Una Firth", LOOKS)]].concat()
        }
        State::Elsewhere => vec![
            ("Wes Tanner", BOTH),
            ("Mabel Crane", &["acting receiving"]),
            ("Rex Holloway", OFFICER),
            ("Dora Finch", OFFICER),
        ],
    }
}

/// Who may look in an emergency at a case that they do not see.
pub fn may_look(name: &str, state: State) -> bool {
    match (name, state) {
        (_, State::Draft | State::Elsewhere) => false,
        ("Ivy Marlow", _) => true,
        ("Una Firth", State::Restricted | State::RestrictedBroken) => true,
        _ => false,
    }
}
