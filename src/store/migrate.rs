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

fn pending<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: EmbeddedMigrations,
) -> Result<usize, StoreError> {
    use diesel::migration::MigrationSource;
    let failed = |why: Box<dyn std::error::Error + Send + Sync>| {
        StoreError::Unusable(format!("bringing the database to the newest schema failed: {why}"))
    };
    let known = MigrationSource::<DB>::migrations(&migrations).map_err(failed)?;
    let known: Vec<String> =
        known.iter().map(|migration| migration.name().version().to_string()).collect();
    let applied = conn.applied_migrations().map_err(failed)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(&version.to_string())) {
        return Err(StoreError::Unusable(format!(
            "the database was migrated by a newer version of this program (migration {newer}): \
             start that version, or restore a backup from before"
        )));
    }
    conn.run_pending_migrations(migrations).map(|ran| ran.len()).map_err(failed)
}
