//! The two databases have one schema, and a migration that has landed is never edited.

use super::sql::Raw;
use crate::house::{Database, House, Wishes, block_on};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder of migrations, by their path in it.
fn files(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let top = root().join("migrations").join(folder);
    let mut found = BTreeMap::new();
    for migration in fs::read_dir(&top).unwrap() {
        let migration = migration.unwrap().path();
        for file in fs::read_dir(&migration).unwrap() {
            let path = file.unwrap().path();
            let name = path.strip_prefix(&top).unwrap().to_str().unwrap().to_owned();
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn both_folders_hold_the_same_migrations() {
    let sqlite: Vec<String> = files("sqlite").into_keys().collect();
    let postgres: Vec<String> = files("postgres").into_keys().collect();
    assert_eq!(sqlite, postgres);
}

/// Each landed file stands in `tests/migrations.sha256`, as `sha256sum` writes it. A new migration
/// adds its lines; a line that is there never changes.
#[test]
fn a_migration_that_has_landed_is_never_edited() {
    use sha2::{Digest, Sha256};
    let mut lines = String::new();
    for folder in ["postgres", "sqlite"] {
        for (name, bytes) in files(folder) {
            let digest = Sha256::digest(&bytes);
            for byte in digest {
                write!(lines, "{byte:02x}").unwrap();
            }
            writeln!(lines, "  migrations/{folder}/{name}").unwrap();
        }
    }
    let landed = fs::read_to_string(root().join("tests/migrations.sha256")).unwrap();
    assert_eq!(lines, landed, "write the next migration instead of changing one that has landed");
}

/// `table.column` with whether it may be null, of all tables but the migrations' own.
async fn columns(database: Database) -> Option<BTreeMap<String, bool>> {
    let house = House::build(database, Wishes::default()).await?;
    let mut raw = Raw::of(&house);
    let query = if raw.is_sqlite() {
        "select m.name || '.' || p.name || case when p.\"notnull\" = 1 then '' else '?' end as value \
         from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table'"
    } else {
        "select table_name || '.' || column_name || case is_nullable when 'NO' then '' else '?' end \
         as value from information_schema.columns where table_schema = 'public'"
    };
    let found = raw.texts(query).into_iter().filter(|text| !text.starts_with("__diesel"));
    Some(found.map(|text| (text.trim_end_matches('?').to_owned(), text.ends_with('?'))).collect())
}

/// The same, as `src/store/schema.rs` says it.
fn schema() -> BTreeMap<String, bool> {
    let text = fs::read_to_string(Path::new(&root()).join("src/store/schema.rs")).unwrap();
    let mut found = BTreeMap::new();
    for table in text.split("diesel::table! {").skip(1) {
        let head = table.split('{').next().unwrap();
        let name = head.lines().map(str::trim).find(|line| line.contains('(')).unwrap();
        let name = name.split('(').next().unwrap().trim();
        let body = table.split_once('{').unwrap().1.split('}').next().unwrap();
        for column in body.split(',').filter(|column| column.contains("->")) {
            let (column, kind) = column.split_once("->").unwrap();
            let is_nullable = kind.trim().starts_with("Nullable");
            found.insert(format!("{name}.{}", column.trim()), is_nullable);
        }
    }
    found
}

#[test]
fn both_databases_have_the_columns_that_the_code_knows() {
    block_on(async {
        let schema = schema();
        assert!(schema.len() > 100, "the schema was not read: {schema:?}");
        assert_eq!(columns(Database::Sqlite).await.unwrap(), schema);
        if let Some(postgres) = columns(Database::Postgres).await {
            assert_eq!(postgres, schema);
        }
    });
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    block_on(async {
        for database in [Database::Sqlite, Database::Postgres] {
            let Some(house) = House::build(database, Wishes::default()).await else { continue };
            Raw::of(&house).run(
                "insert into __diesel_schema_migrations (version, run_on) \
                 values ('20990101000001', '2099-01-01 00:00:00')",
            );
            let opened = bscp_escalation::app::open_store(&house.settings).await;
            let refusal = format!("{:#}", opened.err().expect("it was opened"));
            assert!(refusal.contains("newer version of this program"), "{refusal}");
        }
    });
}

#[test]
fn every_migration_can_be_undone_and_done_again() {
    block_on(async {
        for (database, folder) in [(Database::Sqlite, "sqlite"), (Database::Postgres, "postgres")] {
            let dir = tempfile::tempdir().unwrap();
            let Some(url) = database.fresh(&dir) else { continue };
            let mut raw = Raw::connect(&url);
            let text = |name: &str| String::from_utf8(files(folder)[name].clone()).unwrap();
            let names: Vec<String> = files(folder).into_keys().collect();
            let ups: Vec<&String> = names.iter().filter(|name| name.ends_with("up.sql")).collect();
            for _ in 0..2 {
                ups.iter().for_each(|up| raw.run(&text(up)));
                ups.iter().rev().for_each(|up| raw.run(&text(&up.replace("up.sql", "down.sql"))));
            }
            let left = if raw.is_sqlite() {
                raw.number(
                    "select count(*) as value from sqlite_master where name not like 'sqlite%'",
                )
            } else {
                raw.number(
                    "select count(*) as value from information_schema.tables \
                     where table_schema = 'public'",
                )
            };
            assert_eq!(left, 0, "{folder}");
        }
    });
}
