//! Checks the tables of this crate below `rules/` and packs each into Rust that is ready when the program starts. A table
//! is one file beside this one, and a row in `TABLES`.

use std::path::PathBuf;
use std::{env, fs, process};

mod end_of_life;
mod inert;
mod starter;
mod table;

use table::Table;

/// Turns a table into an expression.
type Pack = fn(&Table) -> Result<String, String>;

/// The file below `rules/`, the file that the crate includes, and how one becomes the other.
const TABLES: &[(&str, &str, Pack)] = &[
    ("end-of-life.tsv", "end_of_life.rs", end_of_life::pack),
    ("inert.tsv", "inert.rs", inert::pack),
    ("starter.tsv", "starter.rs", starter::pack),
];

fn main() {
    println!("cargo::rerun-if-changed=build");
    let rules = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../rules");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for (facts, packed, pack) in TABLES {
        let path = rules.join(facts);
        println!("cargo::rerun-if-changed={}", path.display());
        let done = Table::read(path)
            .and_then(|table| pack(&table))
            .and_then(|rust| fs::write(out.join(packed), rust).map_err(|error| error.to_string()));
        if let Err(error) = done {
            println!("cargo::error={error}");
            process::exit(1);
        }
    }
}
