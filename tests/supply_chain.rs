//! What is built in: from the expected registry with its checksum, under licences that are allowed,
//! without what is banned, without a known weakness that touches us; and the bill of materials tells
//! of exactly that. Works without a network: Cargo.lock, and the manifests that cargo has already.

#![cfg(test)]

use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// The platform that the release is built for; on another one other crates may come with it.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
/// Writes the bill of materials anew.
const RENEW: &str = "RENEW_BILL_OF_MATERIALS";
const BILL: &str = "sbom.cdx.json";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn table(name: &str) -> Value {
    let table: toml::Value = toml::from_str(&text(name)).unwrap();
    serde_json::to_value(table).unwrap()
}

fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    value.pointer(pointer).unwrap().as_array().unwrap().iter()
}

fn string<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} of {value}"))
}

/// What cargo knows of the packages, without asking a network.
static METADATA: LazyLock<Value> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1"])
        .args(["--filter-platform", PLATFORM])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {complaint}");
    serde_json::from_slice(&output.stdout).unwrap()
});

/// A package of the lock file, by name and version.
type Key = (String, String);

fn key(package: &Value) -> Key {
    (string(package, "name").to_owned(), string(package, "version").to_owned())
}

/// The packages of the lock file, save our own.
fn locked() -> Vec<Value> {
    let lock = table("Cargo.lock");
    let others = list(&lock, "/package").filter(|it| string(it, "name") != env!("CARGO_PKG_NAME"));
    let found: Vec<Value> = others.cloned().collect();
    assert!(found.len() > 100, "Cargo.lock was not read");
    found
}

/// The packages of the release with what each needs, by their ids: what is linked in and what builds
/// it, not what only tests need.
fn released() -> BTreeMap<&'static str, Vec<&'static str>> {
    let nodes: BTreeMap<&str, &Value> =
        list(&METADATA, "/resolve/nodes").map(|node| (string(node, "id"), node)).collect();
    let is_released = |need: &&Value| list(need, "/dep_kinds").any(|it| it["kind"] != "dev");
    let mut found = BTreeMap::new();
    let mut wanted = vec![METADATA.pointer("/resolve/root").unwrap().as_str().unwrap()];
    while let Some(id) = wanted.pop() {
        if found.contains_key(id) {
            continue;
        }
        let needs = list(nodes[id], "/deps").filter(is_released).map(|need| string(need, "pkg"));
        let mut needs: Vec<&str> = needs.collect();
        needs.sort_unstable();
        wanted.extend(&needs);
        found.insert(id, needs);
    }
    found
}

fn packages() -> BTreeMap<&'static str, &'static Value> {
    list(&METADATA, "/packages").map(|package| (string(package, "id"), package)).collect()
}

#[test]
fn everything_comes_from_the_one_registry_with_its_checksum() {
    let allowed = table("deny.toml");
    let allowed: Vec<&Value> = list(&allowed, "/sources/allow-registry").collect();
    assert_eq!(allowed, [&json!(REGISTRY.strip_prefix("registry+").unwrap())]);
    for package in locked() {
        assert_eq!(package["source"], REGISTRY, "{package}");
        let checksum = string(&package, "checksum");
        let is_hexadecimal = checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(checksum.len() == 64 && is_hexadecimal, "{package}");
    }
}

/// Whether an SPDX expression can be kept with these licences: `OR` leaves a choice, `AND` does not
/// and binds more tightly, `WITH` loosens a licence. A slash is an old way to write `OR`.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut place = 0;
    let kept = either(&words, &mut place, allowed);
    assert_eq!(place, words.len(), "not read to its end: {expression}");
    kept
}

fn either(words: &[&str], place: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut kept = both(words, place, allowed);
    while words.get(*place) == Some(&"OR") {
        *place += 1;
        kept |= both(words, place, allowed);
    }
    kept
}

fn both(words: &[&str], place: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut kept = one(words, place, allowed);
    while words.get(*place) == Some(&"AND") {
        *place += 1;
        kept &= one(words, place, allowed);
    }
    kept
}

fn one(words: &[&str], place: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let word = words[*place];
    *place += 1;
    if word == "(" {
        let kept = either(words, place, allowed);
        assert_eq!(words.get(*place), Some(&")"), "{words:?}");
        *place += 1;
        return kept;
    }
    if words.get(*place) == Some(&"WITH") {
        *place += 2;
    }
    allowed.contains(word)
}

#[test]
fn licence_expressions_are_read_as_spdx_means_them() {
    let allowed: BTreeSet<String> = ["MIT", "ISC"].map(str::to_owned).into();
    for (expression, kept) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("MIT/Apache-2.0", true),
        ("Apache-2.0 OR MIT", true),
        ("Apache-2.0 AND MIT", false),
        ("MIT AND ISC", true),
        ("MIT OR GPL-3.0-only AND LGPL-3.0-only", true),
        ("(MIT OR GPL-3.0-only) AND LGPL-3.0-only", false),
        ("(Apache-2.0 OR MIT) AND ISC", true),
        ("MIT WITH some-exception", true),
        ("Apache-2.0 WITH LLVM-exception OR ISC", true),
    ] {
        assert_eq!(is_allowed(expression, &allowed), kept, "{expression}");
    }
}

#[test]
fn everything_has_a_licence_that_is_allowed() {
    let rules = table("deny.toml");
    let general: BTreeSet<String> =
        list(&rules, "/licenses/allow").map(|it| it.as_str().unwrap().to_owned()).collect();
    let mut exceptions: BTreeMap<&str, BTreeSet<String>> = list(&rules, "/licenses/exceptions")
        .map(|it| {
            let more = list(it, "/allow").map(|it| it.as_str().unwrap().to_owned());
            (string(it, "name"), general.iter().cloned().chain(more).collect())
        })
        .collect();
    let mut wrong = Vec::new();
    for package in packages().values().filter(|it| !it["source"].is_null()) {
        let name = string(package, "name");
        let licence = package["license"].as_str().unwrap_or("(none)");
        if is_allowed(licence, &general) {
            continue;
        }
        match exceptions.remove(name) {
            Some(more) if is_allowed(licence, &more) => {}
            _ => wrong.push(format!("{name}: {licence}")),
        }
    }
    assert!(wrong.is_empty(), "not allowed by deny.toml:\n{}", wrong.join("\n"));
    assert!(exceptions.is_empty(), "exceptions that are not needed: {:?}", exceptions.keys());
}

/// Versions in the order of SemVer, as far as the lock file needs it.
fn compared(one: &str, other: &str) -> Ordering {
    let read = |version: &str| -> (Vec<u64>, Option<Vec<String>>) {
        let version = version.split('+').next().unwrap();
        let (numbers, before) =
            version.split_once('-').map_or((version, None), |(n, b)| (n, Some(b)));
        let mut numbers: Vec<u64> = numbers.split('.').map(|it| it.parse().unwrap()).collect();
        numbers.resize(3, 0);
        (numbers, before.map(|it| it.split('.').map(|part| format!("{part:0>8}")).collect()))
    };
    let ((one, one_before), (other, other_before)) = (read(one), read(other));
    one.cmp(&other).then_with(|| match (one_before, other_before) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(one), Some(other)) => one.cmp(&other),
    })
}

#[test]
fn versions_are_compared_as_semver_does() {
    for pair in [
        ["0.9.10", "0.10.0-rc.1"],
        ["0.10.0-rc.3", "0.10.0-rc.19"],
        ["0.10.0-rc.19", "0.10.0"],
        ["1.0.9", "1.0.10"],
        ["0.25.1", "1"],
    ] {
        assert_eq!(compared(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        assert_eq!(compared(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
    }
    assert_eq!(compared("0.3.14+libpq-18.6", "0.3.14"), Ordering::Equal);
}

#[test]
fn nothing_is_there_that_is_banned() {
    let rules = table("deny.toml");
    let released = released();
    let packages = packages();
    for ban in list(&rules, "/bans/deny") {
        let below = ban["version"].as_str().map(|it| it.strip_prefix('<').expect("`<` a version"));
        for id in released.keys() {
            let (name, version) = key(packages[id]);
            let is_meant = below.is_none_or(|below| compared(&version, below).is_lt());
            assert!(name != string(ban, "name") || !is_meant, "{name} {version} is banned");
        }
    }
}

#[test]
fn no_known_weakness_touches_us() {
    let advisories = table("supply-chain/advisories.toml");
    let locked = locked();
    let mut order = Vec::new();
    let mut accepted = BTreeSet::new();
    for advisory in list(&advisories, "/advisory") {
        let (id, name) = (string(advisory, "id"), string(advisory, "crate"));
        assert!(!string(advisory, "what").is_empty());
        order.push((name, id));
        let is_touched = |package: &&Value| {
            let patched = advisory["patched"].as_str();
            string(package, "name") == name
                && patched
                    .is_none_or(|patched| compared(string(package, "version"), patched).is_lt())
        };
        let touched: Vec<Key> = locked.iter().filter(is_touched).map(key).collect();
        match advisory["accepted"].as_str() {
            None => {
                assert!(touched.is_empty(), "{id}: {touched:?}; update, or say why it is no matter")
            }
            Some(why) => {
                assert!(why.len() > 20, "{id}: say why it does not touch us");
                assert!(!touched.is_empty(), "{id} is accepted and touches nothing: remove it");
                accepted.insert(id);
            }
        }
    }
    assert!(order.is_sorted(), "sort them by crate, then id");
    let rules = table("deny.toml");
    let ignored: BTreeSet<&str> =
        list(&rules, "/advisories/ignore").map(|it| it.as_str().unwrap()).collect();
    assert_eq!(ignored, accepted, "deny.toml and supply-chain/advisories.toml accept the same");
}

#[test]
fn our_own_code_is_safe_rust_alone() {
    let manifest = table("Cargo.toml");
    assert_eq!(manifest.pointer("/lints/rust/unsafe_code"), Some(&json!("forbid")));
}

/// The bill of materials (CycloneDX 1.6), a component and a dependency a line. The same from the same
/// lock file: it has no time and no serial number.
fn bill() -> String {
    let checksums: BTreeMap<Key, String> =
        locked().iter().map(|it| (key(it), string(it, "checksum").to_owned())).collect();
    let (released, packages) = (released(), packages());
    let purl = |id: &str| {
        let (name, version) = key(packages[id]);
        format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
    };
    let root = METADATA.pointer("/resolve/root").unwrap().as_str().unwrap();
    let licences = |id: &str| {
        let licence = packages[id]["license"].as_str().unwrap();
        let licence = if licence.contains(" OR ") || !licence.contains('/') {
            licence.to_owned()
        } else {
            licence.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ")
        };
        json!([{ "expression": licence }])
    };
    let mut components = BTreeMap::new();
    let mut dependencies = BTreeMap::new();
    for (id, needs) in &released {
        let mut needs: Vec<String> = needs.iter().map(|id| purl(id)).collect();
        needs.sort();
        dependencies.insert(purl(id), json!({ "ref": purl(id), "dependsOn": needs }));
        if *id == root {
            continue;
        }
        let (name, version) = key(packages[id]);
        let hashes =
            json!([{ "alg": "SHA-256", "content": checksums[&(name.clone(), version.clone())] }]);
        let component = json!({ "type": "library", "bom-ref": purl(id), "name": name,
            "version": version, "purl": purl(id), "hashes": hashes, "licenses": licences(id) });
        components.insert(purl(id), component);
    }
    let (name, version) = key(packages[root]);
    let own = json!({ "component": { "type": "application", "bom-ref": purl(root), "name": name,
        "version": version, "purl": purl(root), "licenses": licences(root) },
        "properties": [{ "name": "cargo:target", "value": PLATFORM }] });
    let lines = |all: BTreeMap<String, Value>| {
        all.values().map(ToString::to_string).collect::<Vec<_>>().join(",\n")
    };
    format!(
        "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1,\n\"metadata\":{own},\n\
         \"components\":[\n{}\n],\n\"dependencies\":[\n{}\n]}}\n",
        lines(components),
        lines(dependencies)
    )
}

#[test]
fn the_bill_of_materials_is_of_this_lock_file() {
    let bill = bill();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(BILL);
    if std::env::var_os(RENEW).is_some() {
        fs::write(&path, &bill).unwrap();
    }
    let read: Value = serde_json::from_str(&bill).unwrap();
    let names: BTreeSet<&str> = list(&read, "/components").map(|it| string(it, "name")).collect();
    assert!(names.contains("rustls") && names.contains("diesel") && !names.contains("proptest"));
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == bill,
        "{BILL} is not of this Cargo.lock. See that what came in is wanted, then write it anew: \
         {RENEW}=1 cargo test --test supply_chain"
    );
}

/// Licences of what the tests in a browser are driven with: it is not in the program, and none of it is
/// changed.
const LICENCES_FOR_TESTS: [&str; 6] =
    ["Apache-2.0", "BlueOak-1.0.0", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0"];

#[test]
fn what_drives_the_browser_is_fixed_by_its_checksum_and_comes_from_whatever_registry_is_set_up() {
    let lock = text("tests/browser/package-lock.json");
    let packages: Value = serde_json::from_str(&lock).unwrap();
    let packages = packages["packages"].as_object().unwrap();
    assert!(packages.len() > 4, "the lock file was not read");
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        let licence = string(package, "license");
        assert!(LICENCES_FOR_TESTS.contains(&licence), "{name} is under {licence}");
        assert!(string(package, "integrity").starts_with("sha512-"), "{name} has no checksum");
        assert_eq!(package["dev"], true, "{name} is for tests only");
    }
    assert!(!lock.contains("://"), "the lock file names a host");
    let own: Value = serde_json::from_str(&text("tests/browser/package.json")).unwrap();
    let wanted = own["devDependencies"].as_object().unwrap();
    for (name, version) in wanted {
        let there = &packages[&format!("node_modules/{name}")]["version"];
        assert_eq!(version, there, "{name}: the two files say different versions");
        let row = format!("| `{name}` | {} |", version.as_str().unwrap());
        assert!(text("docs/browser-tests.md").contains(&row), "docs/browser-tests.md lacks {row}");
    }
}
