//! The lists of `docs/security-inventory.md` are those of the source, and the source keeps away from
//! what would need guarding: reads both as text, like `tests/tidy.rs`.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What calls itself cryptography, by the crate.
const CRYPTOGRAPHY: [&str; 21] = [
    "aes",
    "aes_gcm",
    "argon2",
    "aws_lc_rs",
    "bcrypt",
    "blake2",
    "getrandom",
    "hkdf",
    "hmac",
    "jsonwebtoken",
    "md5",
    "openssl",
    "p256",
    "rand",
    "ring",
    "rsa",
    "rustls",
    "sha1",
    "sha2",
    "totp_rs",
    "webauthn_rs",
];
/// What opens a connection or listens for one.
const CONNECTING: [&str; 10] = [
    "TcpStream::connect",
    "TcpListener::bind",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "reqwest::Client",
    "Client::builder()",
    "PgConnection::establish",
    "SqliteConnection::establish",
    "HttpServer::new",
];

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every file below a folder with one of these endings, by its path, without its tests.
fn files(folder: &str, endings: &[&str]) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending))
                && !name.contains("/tests/")
                && !name.ends_with("/tests.rs")
            {
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// The program's code, without its comments and the tests at its end.
fn sources() -> BTreeMap<String, String> {
    let code = |text: &str| -> String {
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(|line| [line, "\n"]).collect()
    };
    let sources = files("src", &[".rs"]);
    assert!(sources.len() > 100, "the sources were not found");
    sources.into_iter().map(|(name, text)| (name, code(&text))).collect()
}

/// A section of the inventory, from its heading to the next.
fn section(heading: &str) -> String {
    let text = read("docs/security-inventory.md");
    let begin = format!("\n## {heading}\n");
    let rest = text.split_once(&begin).unwrap_or_else(|| panic!("no section `{heading}`")).1;
    rest.split("\n## ").next().unwrap().to_owned()
}

/// The rows of a section's tables: their cells. Heads and rules of tables are left out.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let text = section(heading);
    let lines: Vec<&str> = text.lines().collect();
    let is_row = |place: usize| {
        let follows_rule = lines.get(place + 1).is_some_and(|next| next.starts_with("|---"));
        lines[place].starts_with('|') && !lines[place].starts_with("|---") && !follows_rule
    };
    let cells = |line: &str| {
        let inside = line.strip_prefix('|').unwrap().strip_suffix('|').unwrap();
        inside.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    (0..lines.len()).filter(|place| is_row(*place)).map(|place| cells(lines[place])).collect()
}

/// What stands in backticks.
fn code(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Fails with what only one of the two has.
fn same(source: &BTreeSet<String>, inventory: &BTreeSet<String>) {
    let not_told: Vec<_> = source.difference(inventory).collect();
    let gone: Vec<_> = inventory.difference(source).collect();
    assert!(
        not_told.is_empty() && gone.is_empty(),
        "\ndocs/security-inventory.md\nlacks: {not_told:#?}\nhas, and the source has not: {gone:#?}"
    );
}

/// Whether the text names this crate or module and goes on into it.
fn uses(text: &str, name: &str) -> bool {
    text.match_indices(&format!("{name}::")).any(|(at, _)| {
        !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    })
}

/// Fails with the places where one of these texts stands.
fn nowhere(texts: &[&str], files: &BTreeMap<String, String>, why: &str) {
    let found: Vec<_> = files
        .iter()
        .flat_map(|(name, code)| {
            texts.iter().filter(|text| code.contains(**text)).map(move |text| (name, text))
        })
        .collect();
    assert!(found.is_empty(), "{why}: {found:?}");
}

#[test]
fn every_column_has_a_class() {
    let schema = read("src/store/schema.rs");
    let mut columns = BTreeSet::new();
    for table in schema.split("diesel::table! {").skip(1) {
        let (head, body) = table.split_once(") {").unwrap();
        let name = head.lines().last().unwrap().split('(').next().unwrap().trim();
        let body = body.split('}').next().unwrap();
        for column in body.split(',').filter_map(|column| column.split_once("->")) {
            columns.insert(format!("{name}.{}", column.0.trim()));
        }
    }
    assert!(columns.len() > 100, "the schema was not found");
    let mut classed = BTreeSet::new();
    for row in rows("Data").iter().filter(|row| row[0].starts_with('`')) {
        let table = row[0].trim_matches('`');
        assert_eq!(row.len(), 5, "{table}: four classes");
        for column in row[1..].iter().flat_map(|cell| code(cell)) {
            assert!(
                classed.insert(format!("{table}.{column}")),
                "{table}.{column} has two classes"
            );
        }
    }
    same(&columns, &classed);
}

#[test]
fn cryptography_stands_only_where_the_inventory_says() {
    let mut used = BTreeSet::new();
    for (file, text) in sources() {
        let here = CRYPTOGRAPHY.iter().filter(|name| uses(&text, name));
        used.extend(here.map(|name| format!("{name} in {file}")));
        assert!(!text.contains("MD5"), "{file}: no MD5");
    }
    let mut listed = BTreeSet::new();
    for row in rows("Cryptography") {
        for library in code(&row[2]) {
            listed.extend(code(&row[3]).into_iter().map(|file| format!("{library} in {file}")));
        }
    }
    same(&used, &listed);
}

#[test]
fn connections_are_opened_only_where_the_inventory_says() {
    let connects = |(file, text): (String, String)| {
        CONNECTING.iter().any(|token| text.contains(token)).then_some(file)
    };
    let opened = sources().into_iter().filter_map(connects).collect();
    same(&opened, &rows("Connections").iter().flat_map(|row| code(&row[2])).collect());
}

/// The lines that a source may log: level and text.
fn logged(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for level in ["error", "warn", "info", "debug", "trace"] {
        for rest in text.split(&format!("tracing::{level}!(")).skip(1) {
            let call = rest.split(");").next().unwrap();
            let call = call.split(")\n").next().unwrap();
            let line = call.rsplit('"').nth(1).unwrap_or("(no text)");
            lines.push(format!("{level}: {line}"));
        }
    }
    lines
}

#[test]
fn every_line_of_the_log_is_in_the_inventory() {
    let sources = sources();
    let lines = sources.values().flat_map(|text| logged(text)).collect();
    let listed = rows("The log").iter().map(|row| format!("{}: {}", row[0], row[1])).collect();
    same(&lines, &listed);
    let writers: Vec<_> = sources.iter().filter(|(_, text)| text.contains("with_writer")).collect();
    assert_eq!(writers.len(), 1, "the log is started in one place");
    assert!(writers[0].1.contains(".with_writer(std::io::stderr)"), "to standard error");
    assert_eq!(writers[0].1.matches("with_writer").count(), 1);
    nowhere(
        &["use tracing::{", "use tracing::info", "use tracing::warn", "use tracing::error"],
        &sources,
        "write tracing::info!, so that this test can read it",
    );
}

#[test]
fn sessions_last_as_the_inventory_says() {
    let example = read("config/bscp.example.toml");
    let auth = example.split("\n[auth]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let settings = auth.lines().filter(|line| !line.starts_with('#'));
    let seconds = settings.filter_map(|line| line.split_once(" = "));
    let seconds = seconds.filter(|(key, _)| key.ends_with("_seconds"));
    let set = seconds.map(|(key, value)| format!("auth.{key} {value}")).collect();
    let told = |row: &Vec<String>| format!("{} {}", row[0].trim_matches('`'), row[1]);
    same(&set, &rows("Sessions").iter().map(told).collect());
}

#[test]
fn the_inventory_says_what_it_must() {
    for heading in [
        "Who reads and writes which fields",
        "Keys",
        "Ways in",
        "How many sessions somebody may have",
        "When a component is weak",
        "What costs much",
    ] {
        let words = section(heading).split_whitespace().count();
        assert!(words > 30, "{heading}: {words} words");
    }
}

#[test]
fn nothing_unsafe_is_in_the_program() {
    let manifest = read("Cargo.toml");
    let lints = manifest.split("\n[lints.rust]\n").nth(1).unwrap().split("\n[").next().unwrap();
    assert!(lints.contains("unsafe_code = \"forbid\""), "{lints}");
    nowhere(&["unsafe {", "unsafe fn", "unsafe impl"], &sources(), "nothing unsafe");
}

#[test]
fn no_statement_and_no_document_is_put_together_from_text() {
    // `into_sql` binds a value.
    let sources: BTreeMap<_, _> =
        sources().into_iter().map(|(file, text)| (file, text.replace("into_sql::<", ""))).collect();
    for (file, text) in &sources {
        let typed =
            text.split("sql::<").skip(1).filter_map(|rest| rest.split_once(">(")).map(|it| it.1);
        for statement in text.split("sql_query(").skip(1).chain(typed) {
            let is_fixed = statement.trim_start().starts_with('"');
            assert!(is_fixed, "{file}: SQL of a fixed text only, with bound values");
        }
        // Those with a number of the settings in them.
        let with_numbers = match file.as_str() {
            "src/store/connecting.rs" => 2,
            "src/store/conn.rs" => 1,
            _ => 0,
        };
        let put_together = text.matches("batch_execute(&format!(").count();
        assert_eq!(put_together, with_numbers, "{file}");
    }
    nowhere(
        &["format!(\"{{\\\"", "format!(r#\"{{", "format!(r#\"<", "format!(\"<html", "format!(\"<p"],
        &sources,
        "serde writes JSON, askama writes HTML",
    );
}

#[test]
fn no_other_program_is_started() {
    let texts = ["process::Command", "libc::", "std::os::unix::process", "CommandExt"];
    nowhere(&texts, &sources(), "the server starts no program");
}

#[test]
fn what_was_decoded_is_not_decoded_again() {
    let texts =
        ["percent_decode", "urlencoding", "urldecode", "unescape", "html_escape", "decode_utf8"];
    nowhere(&texts, &sources(), "actix and serde have decoded it once");
}

#[test]
fn templates_escape_whatever_they_show() {
    let mut templates = files("src", &[".html", ".txt"]);
    assert!(templates.len() >= 4, "the templates were not found");
    // A picture is markup: of our own drawing, with each word in it escaped there
    // (src/rendering/drawing/svg.rs; src/rendering/tests look for canaries in it).
    let mut without = |name: &str, text: &str| {
        let page = templates.get_mut(name).unwrap();
        assert!(page.contains(text), "{name}: what may stand there does not");
        *page = page.replacen(text, "", 1);
    };
    without("src/rendering/templates/report.html", "{{ picture|safe }}");
    without("src/web/templates/timeline.html", "{{ picture.svg|safe }}");
    // A passkey cannot be asked for without one: a file of our own, on the pages that need it.
    without(
        "src/web/templates/passkey.html",
        "<script src=\"/assets/passkeys.js\" defer></script>",
    );
    nowhere(&["|safe", "| safe", "|e(", "autoescape", "{% raw"], &templates, "askama escapes");
    nowhere(&["<script", "javascript:", "onclick="], &templates, "no scripts");
    nowhere(&["escape = \"none\"", "MarkupDisplay", "filters::Safe"], &sources(), "askama escapes");
    let config = files("src", &["askama.toml"]);
    nowhere(&["escaper"], &config, "askama's own rules for escaping");
}

#[test]
fn no_interpreter_and_no_file_server_is_built_in() {
    let lock = read("Cargo.lock");
    let names: BTreeSet<&str> =
        lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(names.contains("actix-web"), "the components were not found");
    for unwanted in [
        "actix-files",
        "actix-multipart",
        "actix-ws",
        "async-graphql",
        "boa_engine",
        "bincode",
        "deno_core",
        "handlebars",
        "juniper",
        "ldap3",
        "liquid",
        "memcache",
        "minijinja",
        "mlua",
        "pyo3",
        "quick-xml",
        "rhai",
        "roxmltree",
        "serde_yaml",
        "tera",
        "tungstenite",
        "wasmtime",
        "xml-rs",
    ] {
        assert!(!names.contains(unwanted), "{unwanted}: then docs/asvs.md has more to say");
    }
}

#[test]
fn passwords_do_not_expire_and_nothing_hints_at_them() {
    let keys = read("src/config/keys.rs");
    for key in keys.split('"').skip(1).step_by(2).filter(|text| text.contains("password")) {
        let is_key = key.contains('.') && !key.contains([' ', '/', ':']);
        assert!(!is_key || key.ends_with("_file"), "{key}: does it make passwords run out?");
    }
    let schema = read("src/store/schema.rs");
    for hint in ["hint", "question", "password_changed", "password_expires", "password_until"] {
        assert!(!schema.contains(hint), "a column holds {hint}");
    }
}

#[test]
fn the_words_that_no_password_is_made_of_are_told() {
    let source = read("src/auth/passwords.rs");
    let list = source.split_once("const LOCAL_WORDS").unwrap().1.split(';').nth(1).unwrap();
    let words = code(&list.replace('"', "`"));
    assert!(words.len() > 3, "the words were not found");
    let told = read("docs/operating.md");
    let told = told.split_once("or the words ").unwrap().1.split('.').next().unwrap();
    let told = told.replace(',', " ");
    let told = told.split_whitespace().filter(|word| *word != "and").map(str::to_owned).collect();
    assert_eq!(words, told, "docs/operating.md");
}
