//! The server as a whole: a real server on a free port, its own database, a clock that stands until
//! it is wound on, and a mailbox to look into. The same bodies run on SQLite and on PostgreSQL.

#![expect(clippy::tests_outside_test_module, reason = "an integration test is all tests")]

mod house;

mod life;
mod process;
