use super::keys::{KEYS, Raw};
use super::*;
use crate::ids::SessionId;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::PathBuf;

const EXAMPLE: &str = include_str!("../../config/bscp.example.toml");

/// A settings file, gone afterwards.
struct File(PathBuf);

impl File {
    fn new(content: impl AsRef<[u8]>) -> Self {
        let path = std::env::temp_dir().join(format!("bscp-config-{}.toml", SessionId::new()));
        fs::write(&path, content).unwrap();
        Self(path)
    }

    fn load(&self) -> Result<Settings, ConfigError> {
        Settings::load(Some(&self.0), &HashMap::new(), &[])
    }
}

impl Drop for File {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

fn with_file(content: &str) -> Result<Settings, ConfigError> {
    File::new(content).load()
}

fn with_environment(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let owned = variables.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    Settings::load(None, &owned.collect(), &[])
}

fn with_flags(flags: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let owned = flags.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    Settings::load(None, &HashMap::new(), &owned.collect::<Vec<_>>())
}

/// The example with every optional key switched on.
fn whole_example() -> String {
    let switched_on = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c == '[' || c.is_ascii_lowercase()) => {
            rest.to_owned()
        }
        _ => line.to_owned(),
    };
    EXAMPLE.lines().map(|line| switched_on(line) + "\n").collect()
}

/// The settings as keys with dots and their values.
fn flat(settings: &Settings) -> BTreeMap<String, Value> {
    fn add(name: String, value: Value, flat: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(section) => {
                for (key, value) in section {
                    let dot = if name.is_empty() { "" } else { "." };
                    add(format!("{name}{dot}{key}"), value, flat);
                }
            }
            value => assert!(flat.insert(name, value).is_none()),
        }
    }
    let mut keys = BTreeMap::new();
    add(String::new(), serde_json::to_value(settings).unwrap(), &mut keys);
    keys
}

/// Each key of the example with its comment.
fn comments() -> BTreeMap<String, String> {
    let (mut section, mut comment, mut found) = (String::new(), String::new(), BTreeMap::new());
    for line in whole_example().lines() {
        if let Some(words) = line.strip_prefix("# ") {
            comment = comment + words + " ";
        } else if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned() + ".";
        } else if let Some((key, _)) = line.split_once(" = ") {
            found.insert(format!("{section}{key}"), std::mem::take(&mut comment));
        } else {
            comment.clear();
        }
    }
    found
}

#[test]
fn table_example_and_settings_have_the_same_keys() {
    let mut table: Vec<_> = KEYS.iter().map(|key| key.name.to_owned()).collect();
    table.sort();
    let example = with_file(&whole_example()).unwrap();
    assert!(flat(&example).values().all(|value| !value.is_null()), "each key has its effect");
    assert_eq!(flat(&example).into_keys().collect::<Vec<_>>(), table);
    assert_eq!(comments().into_keys().collect::<Vec<_>>(), table);
}

#[test]
fn the_example_shows_the_defaults() {
    let defaults = flat(&with_flags(&[]).unwrap());
    assert_eq!(flat(&with_file(EXAMPLE).unwrap()), defaults);
    assert_eq!(flat(&with_file("").unwrap()), defaults);
    let whole = flat(&with_file(&whole_example()).unwrap());
    for key in KEYS {
        let Some(default) = key.default else { continue };
        let shown = whole[key.name].to_string();
        assert_eq!(shown.trim_matches('"'), default, "{}", key.name);
    }
}

#[test]
fn the_example_explains_every_key_with_its_range() {
    let comments = comments();
    for key in KEYS {
        let comment = &comments[key.name];
        assert!(comment.len() > 10, "{} has no comment", key.name);
        let fix = key.check(&Raw::Other("array")).unwrap_err();
        if let Some(range) = fix.strip_prefix("write a whole number ") {
            let range = range.strip_suffix(", without quotes").unwrap();
            assert!(comment.contains(range), "{}: {comment} ({range})", key.name);
        }
    }
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_the_defaults() {
    let file = File::new("[engine]\ntick_seconds = 10\nbatch = 10\nworker = false\n");
    let environment = HashMap::from([
        ("BSCP_ENGINE__BATCH".to_owned(), "20".to_owned()),
        ("BSCP_ENGINE__WORKER".to_owned(), "true".to_owned()),
        ("BSCP_HTTP__LISTEN".to_owned(), "[::1]:81".to_owned()),
        ("BSCPX".to_owned(), "not ours".to_owned()),
    ]);
    let flags = [("http.listen", "0.0.0.0:82"), ("engine.batch", "30"), ("engine.batch", "31")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = Settings::load(Some(&file.0), &environment, &flags).unwrap();
    assert_eq!(settings.engine.tick_seconds, 10);
    assert_eq!(settings.engine.batch, 31);
    assert!(settings.engine.worker);
    assert_eq!(settings.http.listen.to_string(), "0.0.0.0:82");
    assert_eq!(settings.http.body_bytes_max, 262_144);
}

#[test]
fn some_defaults_follow_other_settings() {
    let settings = with_flags(&[("data_dir", "/srv/bscp"), ("http.listen", "[::]:90")]).unwrap();
    assert_eq!(settings.database.url.reveal(), "sqlite:/srv/bscp/escalations.sqlite3");
    assert_eq!(settings.mail.mailbox_dir, PathBuf::from("/srv/bscp/mailbox"));
    assert_eq!(settings.auth.token_key_file, PathBuf::from("/srv/bscp/token.key"));
    assert_eq!(settings.http.public_url, "http://localhost:90");
    assert!(settings.mail.smtp.is_none());
    let settings = with_flags(&[("http.public_url", "https://example.org/bscp/")]).unwrap();
    assert_eq!(settings.http.public_url, "https://example.org/bscp");
    let smtp = with_flags(&[("mail.smtp.host", "smtp.example.org")]).unwrap().mail.smtp.unwrap();
    assert_eq!((smtp.port, smtp.security), (587, SmtpSecurity::StartTls));
}

fn sentence(result: Result<Settings, ConfigError>) -> String {
    let sentence = result.unwrap_err().to_string();
    assert!(sentence.starts_with(|c: char| c.is_uppercase()), "{sentence}");
    assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{sentence}");
    sentence
}

#[test]
fn unknown_keys_are_refused_wherever_they_stand() {
    let file = File::new("[http]\nlisten = \"127.0.0.1:1\"\n# a comment\nlistne = 5\n");
    let expected = format!(
        "There is no setting `http.listne` ({}, line 4); did you mean `http.listen`.",
        file.0.display()
    );
    assert_eq!(sentence(file.load()), expected);
    assert_eq!(
        sentence(with_environment(&[("BSCP_DATABASE_URL", "postgres://u:canary@h/d")])),
        "There is no setting `database_url` (environment variable BSCP_DATABASE_URL); did you \
         mean BSCP_DATABASE__URL."
    );
    assert_eq!(
        sentence(with_flags(&[("smtp.host", "h")])),
        "There is no setting `smtp.host` (command line); did you mean `mail.smtp.host`."
    );
    for (text, key) in [
        ("[htpp]", "htpp"),
        ("[http]\nlisten.port = 5", "http.listen"),
        ("http = 5", "http"),
        ("[[http]]\nlisten = 5", "http"),
        ("[mail.smtp]\nhost = 'h'\npassword = 'canary'", "mail.smtp.password"),
        ("\"http.\\nlisten\" = 5", "http.\\nlisten"),
        ("\"x[4000000000]\" = 5", "x[4000000000]"),
    ] {
        let sentence = sentence(with_file(text));
        assert!(sentence.contains(&format!("`{key}`")), "{text}: {sentence}");
        assert!(!sentence.contains("canary"), "{sentence}");
    }
    for variable in ["BSCP_http__listen", "BSCP_", "BSCP_HTTP", "BSCP_X"] {
        let sentence = sentence(with_environment(&[(variable, "canary")]));
        assert!(sentence.contains(variable) && !sentence.contains("canary"), "{sentence}");
    }
}

#[test]
fn a_bad_value_names_its_key_the_value_and_the_fix() {
    assert_eq!(
        sentence(with_environment(&[("BSCP_HTTP__WORKERS", "0")])),
        "The setting `http.workers` cannot be `0` (environment variable BSCP_HTTP__WORKERS): write \
         a whole number from 1 to 256, without quotes."
    );
    for (key, value) in [
        ("data_dir", ""),
        ("database.url", "mysql://localhost/d"),
        ("database.url", "sqlite:"),
        ("database.url", "sqlite::memory:"),
        ("database.url", "postgres:"),
        ("database.url", "postgres://"),
        ("database.connections_max", "8.0"),
        ("database.connections_max", "-8"),
        ("database.connections_max", "99999999999999999999"),
        ("http.listen", "localhost:8080"),
        ("http.listen", "127.0.0.1"),
        ("http.public_url", "ftp://example.org"),
        ("http.public_url", "https://"),
        ("http.public_url", "https://example.org/?a=b"),
        ("http.public_url", "https://example.org\nX: y"),
        ("mail.from_name", "Two\r\nlines"),
        ("mail.from_email", "nobody"),
        ("mail.from_email", "A <a@example.org>"),
        ("mail.smtp.host", "smtp.example.org:25"),
        ("mail.smtp.host", "smtp://example.org"),
        ("mail.smtp.port", "65536"),
        ("mail.smtp.security", "TLS"),
        ("engine.worker", "yes"),
        ("schedule.time_zone", "Europe/Bromley"),
        ("reports.suppress_below", "2"),
        ("reports.suppress_below", "0"),
        ("log.level", "loud"),
        ("log.format", "xml"),
    ] {
        let sentence = sentence(with_flags(&[(key, value)]));
        let start = format!("The setting `{key}` cannot be `");
        assert!(sentence.starts_with(&start) && sentence.contains(": "), "{sentence}");
        if !key.ends_with("url") {
            assert!(sentence.contains(&value.escape_debug().to_string()), "{sentence}");
        }
    }
}

#[test]
fn types_in_the_file_are_not_guessed() {
    let settings = with_file("[http]\nbody_bytes_max = 262_144\nworkers = 0x10\n").unwrap();
    assert_eq!(settings.http.workers, Some(16));
    for text in [
        "[http]\nworkers = \"2\"",
        "[http]\nworkers = 2.0",
        "[http]\nworkers = true",
        "[http]\nlisten = 8080",
        "[engine]\nworker = \"true\"",
        "[engine]\nworker = 1",
        "data_dir = []",
        "data_dir = 2026-11-20",
    ] {
        assert!(sentence(with_file(text)).contains(", line "), "{text}");
    }
    let hook = ConfigError::refused("schedule.chasers", "0 9 * * 1", "write six fields");
    let expected = "The setting `schedule.chasers` cannot be `0 9 * * 1`: write six fields.";
    assert_eq!(hook.to_string(), expected);
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let smtp = ("mail.smtp.host", "smtp.example.org");
    let (user, password) = (("mail.smtp.username", "u"), ("mail.smtp.password_file", "p"));
    let unencrypted = ("mail.smtp.security", "none");
    let postgres = ("database.url", "postgresql://localhost/d");
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[("mail.smtp.port", "25")], "`mail.smtp.host` is missing"),
        (&[smtp, user], "`mail.smtp.password_file` is missing"),
        (&[smtp, password], "`mail.smtp.username` is missing"),
        (&[smtp, user, password, unencrypted], "`mail.smtp.security` cannot be `none`"),
        (&[postgres], "`auth.token_key_file` is missing"),
        (&[("auth.access_token_seconds", "1801")], "refresh_idle_seconds, which is 1800"),
        (&[("auth.refresh_idle_seconds", "43201")], "refresh_token_seconds, which is 43200"),
    ];
    for (flags, expected) in cases {
        let sentence = sentence(with_flags(flags));
        assert!(sentence.contains(expected), "{sentence}");
    }
    assert!(sentence(with_file("[mail.smtp]\n")).contains("`mail.smtp.host` is missing"));
    with_flags(&[smtp, user, password]).unwrap();
    with_flags(&[("mail.smtp.host", "localhost"), user, password, unencrypted]).unwrap();
    with_flags(&[postgres, ("auth.token_key_file", "/run/secrets/key")]).unwrap();
}

#[test]
fn a_password_is_never_shown() {
    let url = "postgres://me:ca#n/a@ry@db.example.org/cases?sslpassword=canary&sslmode=verify-full";
    let file = format!("[database]\nurl = {url:?}\n[auth]\ntoken_key_file = \"k\"");
    let settings = with_file(&file).unwrap();
    assert_eq!(settings.database.url.reveal(), url);
    assert!(settings.database.url.is_postgres());
    let safe = "postgres://***@db.example.org/cases";
    assert_eq!(settings.database.url.to_string(), safe);
    assert_eq!(flat(&settings)["database.url"], safe);
    assert!(format!("{settings:?}").contains(safe));
    assert!(!format!("{settings:?}").contains("ry@"));
    for url in [
        "postgress://u:canary@h/d",
        "postgres:u:canary@h/d",
        "u:canary@h/d",
        "host=h password=canary",
        "postgres://u:canary@h/d\nx",
        "postgres://h/d\n?user=u@v&password=canary",
        "postgres://h/d\n?password=canary",
        "postgres://h/d\n?password=a@canary",
    ] {
        let sentence = sentence(with_flags(&[("database.url", url)]));
        assert!(!sentence.contains("canary"), "{sentence}");
    }
    for text in [
        "[database]\nurl = postgres://u:canary@h/d",
        "[database]\nurl = 'postgres://u:canary@h/d",
        "[database]\nurl = \"postgres://u:canary\\qy@h/d\"",
        "[http]\npublic_url = 'https://u:canary@h/d'",
        "[mail.smtp]\nhost = 'smtp://u:canary@h'",
        "postgres://u:canary@h/d",
    ] {
        let sentence = sentence(with_file(text));
        assert!(!sentence.contains("canary"), "{sentence}");
        assert!(sentence.contains(", line "), "{sentence}");
    }
}

#[test]
fn a_password_is_given_where_others_cannot_see_it() {
    for url in [
        "postgres://u:canary@localhost/d",
        "postgres://u:can@ary@localhost/d",
        "postgres://localhost/d?user=u&password=canary",
        "postgresql://u@localhost/d?sslpassword=canary",
    ] {
        let key_file = ("auth.token_key_file", "k");
        let environment = with_environment(&[("BSCP_DATABASE__URL", url)]);
        for refused in [with_flags(&[("database.url", url), key_file]), environment] {
            let sentence = sentence(refused);
            assert!(sentence.contains("name that by database.password_file"), "{sentence}");
            assert!(!sentence.contains("canary"), "{sentence}");
        }
        let file = format!(
            "[database]\nurl = {url:?}\npassword_file = \"p\"\n[auth]\ntoken_key_file = \"k\""
        );
        let sentence = sentence(with_file(&file));
        assert!(sentence.contains("which database.password_file has"), "{sentence}");
        assert!(!sentence.contains("canary"), "{sentence}");
    }
    let url = [("BSCP_DATABASE__URL", "postgres://u@h/d?sslmode=verify-full")];
    let file = ("BSCP_DATABASE__PASSWORD_FILE", "/run/secrets/p");
    let settings = with_environment(&[url[0], file, ("BSCP_AUTH__TOKEN_KEY_FILE", "k")]).unwrap();
    assert_eq!(settings.database.password_file.unwrap().to_str(), Some("/run/secrets/p"));
}

#[test]
fn origins_are_written_as_browsers_write_them() {
    let given = |text: &str| with_flags(&[("http.cors_origins", text)]);
    let origins = given("https://a.example, http://[::1]:3000 ,https://b.example:8443").unwrap();
    let listed = ["https://a.example", "http://[::1]:3000", "https://b.example:8443"];
    assert_eq!(origins.http.origins(), listed);
    assert_eq!(with_flags(&[]).unwrap().http.origins(), [""; 0]);
    for wrong in [
        "*",
        "null",
        "a.example",
        "https://",
        "https://*.a.example",
        "https://A.example",
        "https://a.example/",
        "https://a.example:443",
        "http://a.example:80",
        "https://u@a.example",
        "https://a.example,",
        "ftp://a.example",
    ] {
        assert!(sentence(given(wrong)).contains("write origins as browsers do"), "{wrong}");
    }
}

#[test]
fn a_file_that_is_missing_or_no_text_is_an_error() {
    let nowhere = PathBuf::from("/nonexistent/bscp.toml");
    let missing = Settings::load(Some(&nowhere), &HashMap::new(), &[]);
    assert!(
        sentence(missing).starts_with("The settings file /nonexistent/bscp.toml cannot be read")
    );
    assert!(sentence(File::new(b"data_dir = \"\xff\"").load()).contains("cannot be read"));
    assert!(sentence(with_file("[log]\nlevel = 'info'\n[log]\n")).contains(", line 3"));
}

#[test]
fn five_hundred_damaged_files_are_read_or_refused_in_one_sentence() {
    let mut state = 0x2026_1120_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    let signs = b"\"'[]{}=#.,\n\\ \0\xff09aeT-_:";
    let mut refused = 0;
    for _ in 0..500 {
        let mut text = whole_example().into_bytes();
        for _ in 0..=random(4) {
            if text.is_empty() {
                break;
            }
            let place = random(text.len());
            match random(5) {
                0 => text.truncate(place + 1),
                1 => text[place] = signs[random(signs.len())],
                2 => text.insert(place, signs[random(signs.len())]),
                3 => drop(text.remove(place)),
                _ => {
                    let end = (place + random(80)).min(text.len());
                    let piece = text[place..end].to_vec();
                    let other = random(text.len());
                    text.splice(other..other, piece);
                }
            }
        }
        if let Err(error) = File::new(&text).load() {
            refused += 1;
            sentence(Err(error));
        }
    }
    assert!((100..500).contains(&refused), "{refused} were refused");
}

#[test]
fn no_secret_crosses_a_network_in_clear() {
    let key = ("auth.token_key_file", "k");
    for url in [
        "postgres://bscp@db.example.org/cases",
        "postgres://bscp@db.example.org/cases?sslmode=require",
        "postgres://bscp@db.example.org/cases?sslmode=verify-full&sslmode=disable",
        "postgres://bscp@localhost,db.example.org/cases",
        "postgres://bscp@localhost/cases?host=db.example.org",
        "postgres://bscp@localhost/cases?hostaddr=192.0.2.1",
        "postgres://192.0.2.1:5432/cases",
        "postgres://[2001:db8::1]:5432/cases",
    ] {
        let refused = sentence(with_flags(&[("database.url", url), key]));
        assert!(refused.contains("`database.url`") && refused.contains("verify-full"), "{refused}");
        let unencrypted = ("database.unencrypted", "true");
        with_flags(&[("database.url", url), key, unencrypted]).unwrap();
    }
    for url in [
        "postgres://bscp@db.example.org/cases?sslmode=verify-full&sslrootcert=/etc/bscp/ca.pem",
        "postgres://bscp@localhost:5432/cases",
        "postgres://127.0.0.1:5432/cases",
        "postgres://[::1]:5432/cases",
        "postgres:///cases?host=/run/postgresql",
        "postgres://%2Frun%2Fpostgresql/cases",
    ] {
        with_flags(&[("database.url", url), key]).unwrap();
    }
    for url in ["http://escalations.example.org", "http://192.0.2.1:8080", "http://[2001:db8::1]"] {
        let refused = sentence(with_flags(&[("http.public_url", url)]));
        assert!(refused.contains("`http.public_url`") && refused.contains("https://"), "{refused}");
    }
    for url in ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:80/bscp"] {
        with_flags(&[("http.public_url", url)]).unwrap();
    }
}

#[test]
fn no_key_makes_email_a_second_factor() {
    for key in KEYS.iter().filter(|key| key.name.starts_with("auth.")) {
        for word in ["mail", "letter", "sms", "phone"] {
            assert!(!key.name.contains(word), "{}", key.name);
        }
    }
    for factor in ["email", "mail", "sms", "off", "required,email"] {
        let refused = sentence(with_flags(&[("auth.second_factor", factor)]));
        assert!(refused.contains("required") && refused.contains("optional"), "{refused}");
    }
}

#[test]
fn a_colour_that_white_letters_cannot_be_read_on_is_refused_with_its_contrast() {
    for good in ["#000000", "#0b4f8a", "#767676", "#0A5C36"] {
        let settings = with_flags(&[("pages.accent", good)]).unwrap();
        assert_eq!(settings.pages.accent.as_deref(), Some(good));
    }
    // The grey next to the darkest that will do, and white itself.
    for (bad, contrast) in [("#777777", "4.47 to 1"), ("#ffffff", "1.00 to 1"), ("#1d70ff", "4.3")]
    {
        let refused = with_flags(&[("pages.accent", bad)]).unwrap_err().to_string();
        assert!(refused.contains(contrast) && refused.contains("pages.accent"), "{refused}");
    }
    for no_colour in ["blue", "#fff", "#12345g", "#1234567", "0b4f8a", "#é1234"] {
        let refused = with_flags(&[("pages.accent", no_colour)]).unwrap_err().to_string();
        assert!(refused.contains("#rrggbb"), "{refused}");
    }
    let long = "x".repeat(81);
    assert!(with_flags(&[("pages.service_name", &long)]).is_err());
}
