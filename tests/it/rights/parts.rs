//! What everybody is to each of the prepared cases: what the tests know of them, apart from the rules.

use super::cases::State;

/// What somebody is to a case, in the words of the operations' table of docs/access.md.
pub type Part = &'static [&'static str];
/// A row of docs/access.md: who, and their relation to a case.
pub type Row = (&'static str, &'static str);

const BOTH: Part = &["raiser", "acting raising"];
const ACTING_RAISING: Part = &["acting raising"];
const ACTING_RECEIVING: Part = &["acting receiving"];
const REACHED_RAISING: Part = &["reached raising"];
const REACHED_RECEIVING: Part = &["reached receiving"];
const NONE: Part = &[];

/// The column of docs/access.md that somebody's sight of a case stands in. Where an emergency look
/// was asked for, it is a column of whoever asked alone.
pub fn column(name: &str, state: State) -> &'static str {
    match (state, name) {
        (State::Draft, _) => "draft",
        (State::Overdue, _) => "overdue",
        (State::Ended, _) => "ended",
        (State::GlassBroken, "Ivy Marlow") | (State::RestrictedBroken, "Una Firth") => {
            "glass broken"
        }
        (State::GlassRunOut, "Ivy Marlow") => "run out",
        (State::Restricted | State::RestrictedBroken, _) => "restricted",
        _ => "open",
    }
}

/// The row of docs/access.md that somebody stands in, and what they are to the case.
pub fn row(name: &str, state: State) -> (Row, Part) {
    if state == State::Elsewhere {
        return row_elsewhere(name);
    }
    let is_restricted = [State::Restricted, State::RestrictedBroken].contains(&state);
    let is_second = [State::SecondStage, State::Ended].contains(&state);
    match name {
        "Priya Nair" if state == State::Overdue => (("practitioner", "raised it"), &["raiser"]),
        "Priya Nair" => (("practitioner", "raised it"), BOTH),
        "Tom Okafor" if is_second || state == State::Overdue => {
            (("practitioner", "reached before"), REACHED_RECEIVING)
        }
        "Tom Okafor" => (("post holder", "acts, receiving side"), ACTING_RECEIVING),
        // The raiser is on the rung of the second stage herself: somebody above her acts too.
        "Margaret Bell" if is_second || state == State::Overdue => {
            (("post holder", "acts, raising side"), ACTING_RAISING)
        }
        "Margaret Bell" if is_restricted => (("post holder", "acts, excluded"), NONE),
        // She is away, and he stands in for her.
        "Karen Whitfield" if is_second => {
            (("post holder", "came into a post that was reached"), ACTING_RECEIVING)
        }
        "Joel Mensah" if is_second => (("deputy", "the holder is away"), ACTING_RECEIVING),
        "Simon Achebe" if state == State::Overdue => {
            (("practitioner", "reached before"), REACHED_RAISING)
        }
        "Ruth Calloway" if state == State::Overdue => {
            (("post holder", "acts, receiving side"), ACTING_RECEIVING)
        }
        "Margaret Bell" | "Simon Achebe" | "Ruth Calloway" | "Karen Whitfield" => {
            (("post holder", "more senior, not reached"), NONE)
        }
        "Daniel Osei" | "Anita Desai" => (("deputy", "the holder is there"), NONE),
        "Nadia Costa" | "Leah Morris" | "Joel Mensah" => (("post holder", "another team"), NONE),
        "Clare Jessop" | "Zoe Lambert" | "Wes Tanner" => (("post holder", "another agency"), NONE),
        _ => row_of_the_partnership(name, state),
    }
}

fn row_of_the_partnership(name: &str, state: State) -> (Row, Part) {
    let is_restricted = [State::Restricted, State::RestrictedBroken].contains(&state);
    let officer: Part = match (state, name) {
        (State::Overdue, "Professor Alan Greer" | "Moira Stennett") => &["officer", "determines"],
        _ => &["officer"],
    };
    match name {
        "Ivy Marlow" if state == State::GlassBroken => {
            (("safeguarding lead", "receiving agency, not reached"), &["glass broken"])
        }
        "Ivy Marlow" => {
            (("safeguarding lead", "receiving agency, not reached"), &["safeguarding lead"])
        }
        "Otis Wren" => (("safeguarding lead", "another agency"), NONE),
        "Moira Stennett" if is_restricted => {
            (("business manager", "of the partnership, excluded"), NONE)
        }
        "Judith Hale" => (("business manager", "of the partnership"), officer),
        "Professor Alan Greer" => (("scrutineer", "of the partnership"), officer),
        "Moira Stennett" => (("panel member", "of the partnership"), officer),
        "Una Firth" if state == State::RestrictedBroken => {
            (("auditor", "of the partnership"), &["glass broken"])
        }
        "Una Firth" => (("auditor", "of the partnership"), &["auditor"]),
        "Ellis Grant" => (("administrator", "keeps the directory"), NONE),
        "Rex Holloway" => (("business manager", "of another partnership"), NONE),
        other => panic!("say in tests/it/rights/parts.rs what {other} is to a case, {state:?}"),
    }
}

/// The same of a case of the other partnership.
fn row_elsewhere(name: &str) -> (Row, Part) {
    match name {
        "Wes Tanner" => (("practitioner", "raised it"), BOTH),
        "Rex Holloway" => (("business manager", "of the partnership"), &["officer"]),
        "Una Firth" => (("auditor", "of another partnership"), NONE),
        "Ellis Grant" => (("administrator", "keeps the directory"), NONE),
        "Judith Hale" | "Professor Alan Greer" | "Moira Stennett" => {
            (("business manager", "of another partnership"), NONE)
        }
        "Ivy Marlow" | "Otis Wren" => (("safeguarding lead", "another agency"), NONE),
        _ => (("post holder", "another agency"), NONE),
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
