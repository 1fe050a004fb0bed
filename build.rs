//! The migrations are compiled in; a new one has to be seen.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
