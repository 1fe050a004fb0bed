//! The database behind the server's back, as somebody has it who knows its password.

use crate::house::{House, digest};
#[cfg(feature = "postgres")]
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

/// A connection of one's own.
pub enum Raw {
    Sqlite(SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// The tables that are appended to and never changed.
pub const APPEND_ONLY: [&str; 4] =
    ["timeline_entries", "policies", "directory_changes", "policy_publications"];
/// The tables that change, and only as their triggers allow.
const KEPT: [&str; 4] = ["escalations", "reference_counters", "stage_entries", "notices"];

impl Raw {
    /// To a house's database.
    pub fn of(house: &House) -> Self {
        Self::connect(house.settings.database.url.reveal())
    }

    /// To a database, which for SQLite is made if it is not there.
    pub fn connect(url: &str) -> Self {
        #[cfg(feature = "postgres")]
        if url.starts_with("postgres") {
            return Self::Postgres(PgConnection::establish(url).unwrap());
        }
        let path = url.strip_prefix("sqlite:").unwrap();
        let mut conn = SqliteConnection::establish(path).unwrap();
        conn.batch_execute("pragma busy_timeout = 10000; pragma foreign_keys = on").unwrap();
        Self::Sqlite(conn)
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    fn try_run(&mut self, statements: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(statements),
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => conn.batch_execute(statements),
        }
    }

    /// Runs statements.
    pub fn run(&mut self, statements: &str) {
        self.try_run(statements).unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// Changes exactly one row.
    pub fn change_one(&mut self, statement: &str) {
        let changed = match self {
            Self::Sqlite(conn) => sql_query(statement).execute(conn),
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => sql_query(statement).execute(conn),
        };
        assert_eq!(changed, Ok(1), "{statement}");
    }

    /// What the database itself says against a statement, in small letters.
    pub fn refusal(&mut self, statement: &str) -> String {
        match self.try_run(statement) {
            Ok(()) => panic!("the database let it happen: {statement}"),
            Err(error) => error.to_string().to_lowercase(),
        }
    }

    /// The number that a query calls `value`.
    pub fn number(&mut self, query: &str) -> i64 {
        let found: QueryResult<NumberRow> = match self {
            Self::Sqlite(conn) => sql_query(query).get_result(conn),
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => sql_query(query).get_result(conn),
        };
        found.unwrap_or_else(|error| panic!("{query}: {error}")).value
    }

    /// How many rows a table has that fulfil a condition.
    pub fn count(&mut self, table: &str, condition: &str) -> i64 {
        self.number(&format!("select count(*) as value from {table} where {condition}"))
    }

    /// The texts that a query calls `value`.
    pub fn texts(&mut self, query: &str) -> Vec<String> {
        let found: QueryResult<Vec<TextRow>> = match self {
            Self::Sqlite(conn) => sql_query(query).get_results(conn),
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => sql_query(query).get_results(conn),
        };
        let rows = found.unwrap_or_else(|error| panic!("{query}: {error}"));
        rows.into_iter().map(|row| row.value).collect()
    }

    /// The one text that a query calls `value`.
    pub fn text(&mut self, query: &str) -> String {
        let mut texts = self.texts(query);
        assert_eq!(texts.len(), 1, "{query}");
        texts.remove(0)
    }

    /// Puts another text in the place of a policy version's, with its digest: as whoever may change
    /// both.
    pub fn put_policy(&mut self, text: &str, condition: &str) {
        let sha256 = digest(text);
        let text = text.replace('\'', "''");
        self.change_one(&format!(
            "update policies set text = '{text}', sha256 = '{sha256}' where {condition}"
        ));
    }

    /// Takes the triggers away that keep the record, as somebody can who owns its tables.
    pub fn drop_triggers(&mut self) {
        for table in APPEND_ONLY.into_iter().chain(KEPT) {
            if self.is_sqlite() {
                let triggers = self.texts(&format!(
                    "select name as value from sqlite_master \
                     where type = 'trigger' and tbl_name = '{table}'"
                ));
                assert!(triggers.len() >= 2, "{table}: {triggers:?}");
                for trigger in triggers {
                    self.run(&format!("drop trigger {trigger}"));
                }
            } else {
                self.run(&format!("alter table {table} disable trigger user"));
            }
        }
    }
}
