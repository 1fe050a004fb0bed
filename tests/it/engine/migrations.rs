//! The migrations of both databases make the same tables, which are those of `schema.rs`; they go
//! back and forth; and one that has landed is never edited.

use super::sql::Raw;
use crate::house::{Database, block_on};
use crate::on_each_database;
use bscp_escalation::store::{Store, StoreOptions};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const SCHEMA: &str = include_str!("../../../src/store/schema.rs");

/// Migrates a database to the newest schema.
fn migrate(url: &str) -> Result<Store, String> {
    let url = url.parse().unwrap();
    let options = StoreOptions { url, connections_max: 1, busy_timeout_seconds: 10 };
    Store::open(options).map_err(|error| error.to_string())
}

/// A fresh database, migrated; none where there is no PostgreSQL.
fn migrated(database: Database) -> Option<(tempfile::TempDir, Raw)> {
    let dir = tempfile::tempdir().unwrap();
    let url = database.fresh(&dir)?;
    migrate(&url).unwrap();
    let raw = Raw::connect(&url);
    Some((dir, raw))
}

/// The columns of all tables, such as `people.email text` or `people.agency_id text?`.
fn columns(raw: &mut Raw) -> BTreeSet<String> {
    let found = raw.texts(if raw.is_sqlite() {
        "select m.name || '.' || c.name || ' ' || lower(c.type) || \
         case when c.\"notnull\" = 1 then '' else '?' end as value \
         from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'"
    } else {
        "select table_name || '.' || column_name || ' ' || data_type || \
         case when is_nullable = 'NO' then '' else '?' end as value \
         from information_schema.columns where table_schema = 'public'"
    });
    found.into_iter().filter(|column| !column.starts_with("__diesel")).collect()
}

/// The indexes that have a name of their own.
fn indexes(raw: &mut Raw) -> Vec<String> {
    raw.texts(if raw.is_sqlite() {
        "select name as value from sqlite_master where type = 'index' and sql is not null order by 1"
    } else {
        "select i.indexname as value from pg_indexes i where i.schemaname = 'public' and not exists \
         (select 1 from pg_constraint c where c.conname = i.indexname) order by 1"
    })
}

/// The columns that `schema.rs` tells of, as a database would.
fn columns_of_schema(database: Database) -> BTreeSet<String> {
    let mut columns = BTreeSet::new();
    for table in SCHEMA.split("diesel::table! {").skip(1) {
        let uses = |line: &&str| !line.trim_start().starts_with("use ");
        let table = table.lines().filter(uses).collect::<Vec<_>>().join(" ");
        let (name, rest) = table.trim().split_once(' ').unwrap();
        let (_key, rest) = rest.split_once('{').unwrap();
        let (inside, _) = rest.split_once('}').unwrap();
        for column in inside.split(',').map(str::trim).filter(|column| !column.is_empty()) {
            let (column, kind) = column.split_once(" -> ").unwrap();
            let nullable = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            let kind = match (database, nullable.unwrap_or(kind)) {
                (_, "Text") => "text",
                (Database::Sqlite, "Instant") => "text",
                (Database::Sqlite, "Integer" | "BigInt" | "Bool") => "integer",
                (Database::Sqlite, "Binary") => "blob",
                (Database::Postgres, "Binary") => "bytea",
                (Database::Postgres, "Instant") => "timestamp with time zone",
                (Database::Postgres, "Integer") => "integer",
                (Database::Postgres, "BigInt") => "bigint",
                (Database::Postgres, "Bool") => "boolean",
                (_, kind) => panic!("{name}.{column}: what is {kind} in the databases?"),
            };
            let mark = if nullable.is_some() { "?" } else { "" };
            columns.insert(format!("{name}.{column} {kind}{mark}"));
        }
    }
    assert!(columns.len() > 100, "schema.rs could not be read");
    columns
}

fn folder(database: Database) -> PathBuf {
    let name = match database {
        Database::Sqlite => "sqlite",
        Database::Postgres => "postgres",
    };
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(name)
}

/// The names of a database's migrations, in order.
fn names(database: Database) -> Vec<String> {
    let folders = fs::read_dir(folder(database)).unwrap();
    let mut names: Vec<String> =
        folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn script(database: Database, migration: &str, file: &str) -> String {
    fs::read_to_string(folder(database).join(migration).join(file)).unwrap()
}

on_each_database! {
    async fn the_tables_are_those_of_the_schema(database: Database) {
        let Some((_dir, mut raw)) = migrated(database) else { return };
        let (made, told) = (columns(&mut raw), columns_of_schema(database));
        let only_made: Vec<_> = made.difference(&told).collect();
        let only_told: Vec<_> = told.difference(&made).collect();
        assert_eq!((only_made, only_told), (vec![], vec![]), "migrations and src/store/schema.rs");
    }

    async fn every_migration_is_in_the_program(database: Database) {
        let Some((_dir, mut raw)) = migrated(database) else { return };
        let query = "select version as value from __diesel_schema_migrations order by version";
        let version = |name: &String| name.split('_').next().unwrap().replace('-', "");
        let there: Vec<_> = names(database).iter().map(version).collect();
        assert_eq!(raw.texts(query), there, "a migration was added and the program not rebuilt");
    }

    async fn every_migration_goes_back_and_forth(database: Database) {
        let Some((_dir, mut raw)) = migrated(database) else { return };
        let (before, indexed) = (columns(&mut raw), indexes(&mut raw));
        let names = names(database);
        for name in names.iter().rev() {
            raw.run(&script(database, name, "down.sql"));
        }
        assert_eq!(columns(&mut raw), BTreeSet::new(), "something stays behind");
        assert_eq!(indexes(&mut raw), [""; 0]);
        for name in &names {
            raw.run(&script(database, name, "up.sql"));
        }
        assert_eq!((columns(&mut raw), indexes(&mut raw)), (before, indexed));
        // Each one by itself, from where it leaves the others.
        for name in names.iter().rev() {
            raw.run(&script(database, name, "down.sql"));
            raw.run(&script(database, name, "up.sql"));
            raw.run(&script(database, name, "down.sql"));
        }
    }

    async fn what_was_loaded_before_versions_were_published_counts_as_published(database: Database) {
        let Some((_dir, mut raw)) = migrated(database) else { return };
        let names = names(database);
        let publications = names.iter().find(|name| name.ends_with("_policy_publications")).unwrap();
        for name in names.iter().rev().take_while(|name| *name >= publications) {
            raw.run(&script(database, name, "down.sql"));
        }
        raw.change_one(
            "insert into partnerships (id, key, name, reference_prefix, contact_email) \
             values ('p', 'bromley', 'Bromley', 'ESC', 'p@example.org')",
        );
        raw.change_one(
            "insert into policies (partnership_id, key, version, title, effective_from, text, sha256, \
             loaded_at) values ('p', 'bscp', 1, 'A policy', '2026-09-01', '', '', \
             '2026-09-01T08:00:00.000000Z')",
        );
        for name in names.iter().filter(|name| *name >= publications) {
            raw.run(&script(database, name, "up.sql"));
        }
        let published = "published_via = 'migration' and published_by is null and version = 1 and \
            published_at = '2026-09-01T08:00:00.000000Z'";
        assert_eq!(raw.count("policy_publications", published), 1);
    }

    async fn opening_a_database_again_changes_nothing(database: Database) {
        let dir = tempfile::tempdir().unwrap();
        let Some(url) = database.fresh(&dir) else { return };
        for _ in 0..2 {
            migrate(&url).unwrap();
        }
        let mut raw = Raw::connect(&url);
        let there = i64::try_from(names(database).len()).unwrap();
        assert_eq!(raw.count("__diesel_schema_migrations", "1 = 1"), there);
    }

    async fn a_database_that_a_newer_program_migrated_is_refused(database: Database) {
        let dir = tempfile::tempdir().unwrap();
        let Some(url) = database.fresh(&dir) else { return };
        migrate(&url).unwrap();
        let mut raw = Raw::connect(&url);
        let newer = "insert into __diesel_schema_migrations (version) values ('29991231000001')";
        raw.change_one(newer);
        let before = columns(&mut raw);
        let refused = migrate(&url).err().unwrap();
        assert_eq!(
            refused,
            "the database was migrated by a newer version of this program (migration \
             29991231000001): start that version, or restore a backup from before"
        );
        assert_eq!(columns(&mut raw), before, "and left as it was");
        raw.change_one("delete from __diesel_schema_migrations where version = '29991231000001'");
        assert!(migrate(&url).is_ok());
    }
}

#[test]
fn both_databases_have_the_same_migrations_columns_and_indexes() {
    assert_eq!(names(Database::Sqlite), names(Database::Postgres));
    let Some((_dir, mut postgres)) = migrated(Database::Postgres) else { return };
    let (_dir, mut sqlite) = migrated(Database::Sqlite).unwrap();
    let without_type = |columns: BTreeSet<String>| -> BTreeSet<String> {
        let name = |column: &String| column.split(' ').next().unwrap().to_owned();
        let mark = |column: &String| if column.ends_with('?') { "?" } else { "" };
        columns.iter().map(|column| name(column) + mark(column)).collect()
    };
    assert_eq!(without_type(columns(&mut sqlite)), without_type(columns(&mut postgres)));
    assert_eq!(indexes(&mut sqlite), indexes(&mut postgres));
}

#[test]
fn two_servers_that_start_at_once_on_a_fresh_postgresql_database_do_not_both_migrate() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let Some(url) = Database::Postgres.fresh(&dir) else { return };
        let open = || {
            let url = url.clone();
            tokio::task::spawn_blocking(move || migrate(&url).map(|_store| ()))
        };
        let opened = tokio::join!(open(), open(), open());
        for opened in [opened.0, opened.1, opened.2] {
            assert_eq!(opened.unwrap(), Ok(()));
        }
    });
}

#[test]
fn a_migration_that_has_landed_is_never_edited() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = fs::read_to_string(root.join("tests/migrations.sha256")).unwrap();
    let listed: BTreeSet<&str> = listed.lines().collect();
    let mut there = BTreeSet::new();
    for database in [Database::Sqlite, Database::Postgres] {
        let path = folder(database);
        let path = path.strip_prefix(root).unwrap().to_str().unwrap();
        for (name, file) in
            names(database).iter().flat_map(|name| ["down.sql", "up.sql"].map(|file| (name, file)))
        {
            let digest = Sha256::digest(script(database, name, file));
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            there.insert(format!("{digest}  {path}/{name}/{file}"));
        }
    }
    let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(
        gone.is_empty(),
        "these have landed and were edited or removed. Databases out there have run them: take the \
         edit back, and write a new migration.\n{gone:#?}"
    );
    let new: Vec<_> = there.difference(&listed).collect();
    assert!(
        new.is_empty(),
        "these are new. When they land, add these lines to tests/migrations.sha256:\n{new:#?}"
    );
}
