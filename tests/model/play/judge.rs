//! One script against the oracle; what fails is cut down and printed.

use super::pure::Pure;
use super::served::Served;
use super::{Differs, Script, play};
use crate::house::{Database, House, Wishes, block_on};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Plays a script by the state machine alone: how many steps it had.
///
/// # Errors
/// Where they differ, with the script cut down to what it needs.
pub fn judge(script: &Script) -> Result<u64, String> {
    let mut by = |script: &Script| caught(|| at_once(play(script, &mut Pure::default())));
    cut_down(script, &mut by)
}

/// Plays a script by the engine on a database of its own, and proves its record; none where there
/// is no such database.
///
/// # Errors
/// As [`judge`].
pub fn judge_served(script: &Script, database: Database) -> Option<Result<u64, String>> {
    let mut is_there = true;
    let mut by = |script: &Script| {
        caught(|| {
            block_on(async {
                let Some(house) = House::build(database, Wishes::default()).await else {
                    is_there = false;
                    return Ok(0);
                };
                let mut subject = Served::in_house(&house, 7, script.policy).await;
                let steps = play(script, &mut subject).await?;
                house.prove_the_record().await;
                Ok(steps)
            })
        })
    };
    let judged = cut_down(script, &mut by);
    is_there.then_some(judged)
}

type Judged = Result<u64, Differs>;

fn cut_down(script: &Script, by: &mut impl FnMut(&Script) -> Judged) -> Result<u64, String> {
    let first = match by(script) {
        Ok(steps) => return Ok(steps),
        Err(first) => first,
    };
    let mut fails_so = |it: &Script| by(it).is_err_and(|it| it.what == first.what);
    let shrunk = script.clone().shrunk(&mut fails_so);
    let why =
        by(&shrunk).err().map_or_else(|| "it failed once, and not again".to_owned(), |it| it.why);
    Err(format!("{}\ncut down:\n{shrunk}{why}", first.why))
}

fn caught(play: impl FnOnce() -> Judged) -> Judged {
    catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let why = format!("it panicked: {}", text.unwrap_or("without a word"));
        Err(Differs { what: "panicked".to_owned(), why })
    })
}

/// The state machine never waits.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}
