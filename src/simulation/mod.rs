//! Playing a policy before it is live: what would happen to a challenge that is raised at an
//! instant, if people did this and failed to do that.
//!
//! Pure. A [`Simulation`] makes up a partnership in which every rung and role of the policy is
//! manned (or not, if that is what is asked), and walks a case from its raising to its end by the
//! very functions that the engine calls: `decide`, `apply`, `tell`, `access::may`, and
//! `Escalation::next_act_at` for what comes next. So it cannot promise what the server does not
//! do. [`differences`] and [`shifts`] hold two policies against each other.

mod act;
mod as_text;
mod calendar_file;
mod candidates;
mod course;
mod difference;
mod grammar;
mod moment;
mod play;
mod report;
mod setting;
mod shift;
mod starts;
mod table;
#[cfg(test)]
mod tests;
mod world;

pub use act::{Act, By, Doing};
pub use calendar_file::calendar_file;
pub use course::{Course, Running, Step, Stopped};
pub use difference::{Difference, differences};
pub use moment::{Length, Moment, Since, WallTime};
pub use play::{ACTS_MAX, STARTS_MAX, STEPS_MAX, Simulation, left_alone, refusal_in_words};
pub use report::{CourseReport, Report, RunningReport, StepReport, ToldReport, wrapped};
pub use setting::{Missing, Setting};
pub use shift::{Shift, apart, shifts};
pub use starts::{TellingStart, telling_starts};
pub use table::table;
pub use world::World;
