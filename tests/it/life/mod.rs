//! The life of an escalation, as the policy tells it.

mod answering;
mod case;
mod clocks;
mod drafting;
mod ending;
mod language;
mod need_to_know;
mod overdue;
mod record;
mod restricted;
mod seniority;
mod working;
