//! Who is what to which of the prepared cases: what the tests know of them, apart from the rules.

use super::cases::State;

/// What somebody is to a case, in the words of docs/access.md.
pub type Part = &'static [&'static str];

const OFFICER: Part = &["officer"];
const RAISER: Part = &["raiser"];
const BOTH: Part = &["raiser", "acting raising"];

/// Everybody who has a part in a case; whoever is not here has none.
pub fn parts(state: State) -> Vec<(&'static str, Part)> {
    let officers = [
        ("Judith Hale", OFFICER),
        ("Professor Alan Greer", OFFICER),
        ("Moira Stennett", OFFICER),
        ("Una Firth", &["auditor"]),
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
    match state {
        State::Draft => vec![("Priya Nair", BOTH)],
        State::FirstStage | State::GlassRunOut => [&first[..], &officers].concat(),
        State::GlassBroken => {
            [&first[..], &officers, &[("Ivy Marlow", &["glass broken"] as Part)]].concat()
        }
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
        ],
        State::Restricted => [&first[..], &officers[..2]].concat(),
        State::RestrictedBroken => {
            [&first[..], &officers[..2], &[("Una Firth", &["glass broken"] as Part)]].concat()
        }
        State::Elsewhere => vec![
            ("Wes Tanner", BOTH),
            ("Mabel Crane", &["acting receiving"]),
            ("Rex Holloway", OFFICER),
            ("Dora Finch", OFFICER),
        ],
    }
}
