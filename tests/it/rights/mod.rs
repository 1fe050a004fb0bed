//! Who may see and do what, over the wire: every operation of the API document, asked by everybody,
//! of cases in every state. What is expected stands in docs/access.md and nowhere else.

mod absent;
mod aim;
mod bodies;
mod cases;
mod driver;
mod matrix;
mod operations;
mod parts;
mod stops;
mod table;
