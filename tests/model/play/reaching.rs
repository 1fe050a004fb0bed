//! Whom the oracle expects to be reached: whoever holds a post and is there, the first deputy who
//! is, the next rung up, the partnership last.

use super::world::{LAST_RESORT, POSTS, Staff};
use Side::{Partnership, Raising, Receiving};

/// The sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Raising,
    Receiving,
    Partnership,
}

/// Somebody whom a stage has reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    pub name: &'static str,
    pub side: Side,
    pub rung: usize,
    pub post: Option<usize>,
    pub deputises: bool,
    /// Asked for the partnership's own function, and not in somebody's place.
    pub determines: bool,
}

const RUNGS: [&str; 4] = ["practitioner", "line_manager", "service_manager", "head_of_service"];
/// The partnership's rung.
pub const AT_THE_TOP: usize = RUNGS.len();

pub fn is_there(staff: &Staff, name: &str) -> bool {
    !staff.away.contains(name)
}

/// Whether somebody holds a post, or stands in because its holder is not there.
pub fn stands_in(staff: &Staff, post: usize, who: &str) -> bool {
    let holder = staff.holders[post];
    holder == Some(who)
        || (POSTS[post].deputies.contains(&who) && !holder.is_some_and(|it| is_there(staff, it)))
}

/// Who is reached in the posts of a place; whether there is a gap.
pub fn in_posts(staff: &Staff, whos: &[&str]) -> (Vec<Seat>, bool) {
    let (mut seats, mut gap) = (Vec::new(), false);
    for (number, post) in POSTS.iter().enumerate().filter(|(_, it)| whos.contains(&it.who)) {
        let (side, rung) = side_and_rung(post.who);
        let seat = |name, deputises| Seat {
            name,
            side,
            rung,
            post: Some(number),
            deputises,
            determines: side == Partnership,
        };
        let holder = staff.holders[number].filter(|it| is_there(staff, it));
        let deputy = || post.deputies.iter().copied().find(|it| is_there(staff, it));
        gap |= holder.is_none();
        match (holder, holder.is_none().then(deputy).flatten()) {
            (Some(name), _) => seats.push(seat(name, false)),
            (None, Some(name)) => seats.push(seat(name, true)),
            (None, None) => {}
        }
    }
    (seats, gap)
}

pub fn side_and_rung(who: &str) -> (Side, usize) {
    let (side, rung) = who.split_once('.').expect("a side and a rung");
    let side = match side {
        "raising" => Raising,
        "receiving" => Receiving,
        _ => Partnership,
    };
    (side, RUNGS.iter().position(|it| *it == rung).unwrap_or(AT_THE_TOP))
}

pub fn in_partnership(staff: &Staff, functions: &[&str]) -> (Vec<Seat>, bool) {
    let (seats, gap) = in_posts(staff, functions);
    if !seats.is_empty() {
        return (seats, gap);
    }
    let (seats, _) = in_posts(staff, &["partnership.business_manager"]);
    if !seats.is_empty() {
        return (seats, true);
    }
    let (side, rung) = (Partnership, AT_THE_TOP);
    (
        vec![Seat {
            name: LAST_RESORT,
            side,
            rung,
            post: None,
            deputises: true,
            determines: false,
        }],
        true,
    )
}

/// Who is reached on a rung: the next one up where nobody is there, the partnership last.
pub fn on_rung(staff: &Staff, side: Side, rung: usize) -> (Vec<Seat>, bool) {
    for (up, name) in RUNGS.iter().enumerate().skip(rung) {
        let side = if side == Raising { "raising" } else { "receiving" };
        let (seats, gap) = in_posts(staff, &[&format!("{side}.{name}")]);
        if !seats.is_empty() {
            return (seats, gap || up > rung);
        }
    }
    let (mut seats, _) = in_partnership(staff, &["partnership.business_manager"]);
    seats.iter_mut().for_each(|seat| seat.determines = false);
    (seats, true)
}

pub fn add(seats: &mut Vec<Seat>, more: Vec<Seat>) {
    for seat in more {
        match seats.iter_mut().find(|it| it.name == seat.name) {
            Some(there) => there.determines |= seat.determines,
            None => seats.push(seat),
        }
    }
}
