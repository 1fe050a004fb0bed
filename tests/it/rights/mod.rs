//! Who may see and do what, over the wire: every operation of the API document, asked by everybody,
//! of cases in every state. What is expected stands in docs/access.md and nowhere else.

mod absent;
mod afresh;
mod aim;
mod bodies;
mod canaries;
mod cases;
mod crawl;
mod driver;
mod forms;
mod logs;
mod matrix;
mod operations;
mod partnerships;
mod parts;
mod stops;
mod table;
mod twins;
