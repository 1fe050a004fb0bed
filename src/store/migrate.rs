//! The migrations of each database, compiled in. Same names and columns in both folders; a test
//! holds it.

use super::conn::Conn;
use super::error::StoreError;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Any number that nothing else on the database uses: whoever holds it migrates, others wait.
#[cfg(feature = "postgres")]
const POSTGRES_MIGRATION_LOCK: i64 = 0x6273_6370;

/// Brings the database to the newest schema, and says how many migrations ran. Refuses a database
/// that a newer version of this program has migrated.
pub(super) fn run(conn: &mut Conn) -> Result<usize, StoreError> {
    match conn {
        #[cfg(feature = "postgres")]
        Conn::Postgres(conn) => {
            use diesel::RunQueryDsl;
            // Two servers that start at once must not both migrate.
            diesel::sql_query("select pg_advisory_lock($1)")
                .bind::<diesel::sql_types::BigInt, _>(POSTGRES_MIGRATION_LOCK)
                .execute(conn)?;
            let ran = pending(conn, POSTGRES);
            diesel::sql_query("select pg_advisory_unlock($1)")
                .bind::<diesel::sql_types::BigInt, _>(POSTGRES_MIGRATION_LOCK)
                .execute(conn)?;
            ran
        }
        Conn::Sqlite(conn) => pending(conn, SQLITE),
    }
}

/// Refuses a database that lacks a migration, or has one that this program does not know.
pub(super) fn require_newest(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        #[cfg(feature = "postgres")]
        Conn::Postgres(conn) => newest(conn, POSTGRES),
        Conn::Sqlite(conn) => newest(conn, SQLITE),
    }
}

fn failed(why: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Unusable(format!("bringing the database to the newest schema failed: {why}"))
}

fn newest<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: EmbeddedMigrations,
) -> Result<(), StoreError> {
    refuse_newer(conn, &migrations)?;
    if conn.has_pending_migration(migrations).map_err(failed)? {
        return Err(StoreError::Unusable(
            "the database has the schema of an older version of this program: run \
             `bscp-escalation migrate` on it, or on a copy"
                .to_owned(),
        ));
    }
    Ok(())
}

fn refuse_newer<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: &EmbeddedMigrations,
) -> Result<(), StoreError> {
    use diesel::migration::MigrationSource;
    let known = MigrationSource::<DB>::migrations(migrations).map_err(failed)?;
    let known: Vec<String> =
        known.iter().map(|migration| migration.name().version().to_string()).collect();
    let applied = conn.applied_migrations().map_err(failed)?;
    match applied.iter().find(|version| !known.contains(&version.to_string())) {
        None => Ok(()),
        Some(newer) => Err(StoreError::Unusable(format!(
            "the database was migrated by a newer version of this program (migration {newer}): \
             start that version, or restore a backup from before"
        ))),
    }
}

fn pending<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: EmbeddedMigrations,
) -> Result<usize, StoreError> {
    refuse_newer(conn, &migrations)?;
    conn.run_pending_migrations(migrations).map(|ran| ran.len()).map_err(failed)
}
