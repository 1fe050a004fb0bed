//! Column types that both databases share.

use super::error::StoreError;
use crate::clock::UtcInstant;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::query_builder::QueryId;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{SqlType, Text};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// The SQL type of an instant: a real `timestamptz` on PostgreSQL, text of fixed width on SQLite.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Instant;

/// An instant as a column holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub struct At(pub UtcInstant);

impl ToSql<Instant, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(serialize::IsNull::No)
    }
}

impl FromSql<Instant, Sqlite> for At {
    fn from_sql(
        value: <Sqlite as diesel::backend::Backend>::RawValue<'_>,
    ) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(text.parse()?))
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::{At, Instant, UtcInstant};
    use chrono::{DateTime, Utc};
    use diesel::deserialize::{self, FromSql};
    use diesel::pg::{Pg, PgValue};
    use diesel::serialize::{self, Output, ToSql};
    use diesel::sql_types::Timestamptz;

    impl ToSql<Instant, Pg> for At {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            ToSql::<Timestamptz, Pg>::to_sql(&self.0.utc(), &mut out.reborrow())
        }
    }

    impl FromSql<Instant, Pg> for At {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            let at = <DateTime<Utc> as FromSql<Timestamptz, Pg>>::from_sql(value)?;
            Ok(Self(UtcInstant::new(at)))
        }
    }
}

/// The word under which a value of a closed list is stored: the one that the API uses.
pub(super) fn word<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(_) => Err(StoreError::unreadable(what, "it is not a single word")),
        Err(error) => Err(StoreError::unreadable(what, error)),
    }
}

/// The value that a stored word means.
pub(super) fn of_word<T: DeserializeOwned>(
    what: &'static str,
    word: &str,
) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|error| StoreError::unreadable(what, error))
}

/// The id that is stored as text.
pub(super) fn id<T: FromStr>(what: &'static str, text: &str) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| StoreError::unreadable(what, error))
}

/// The id that is stored as text, if there is one.
pub(super) fn optional_id<T: FromStr>(
    what: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.map(|text| id(what, text)).transpose()
}

/// A value as JSON text.
pub(super) fn json<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::unreadable(what, error))
}

/// The value that JSON text means.
pub(super) fn of_json<T: DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::unreadable(what, error))
}
