//! Checks the rules in `rules/` and packs them into tables that are ready when the program starts, together with the
//! identifiers and full names of the SPDX list. A file that breaks a rule of its format ends the build, with its name.

use std::path::PathBuf;
use std::{env, fs, process};

#[path = "../src/key.rs"]
mod key;
mod pack;

fn main() {
    for input in ["build", "rules", "src/key.rs"] {
        println!("cargo::rerun-if-changed={input}");
    }
    if let Err(error) = pack() {
        println!("cargo::error={error}");
        process::exit(1);
    }
}

fn pack() -> Result<(), String> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let read = |name: &str| {
        let path = here.join("rules").join(name);
        let content = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        ::rules::parse(&content).map_err(|error| format!("{}: {error}", path.display()))
    };
    let named = |name: &str, error: String| format!("rules/{name}: {error}");
    let packed = [
        ("classes.rs", pack::classes(&read("classes.yaml")?).map_err(|error| named("classes.yaml", error))?),
        (
            "exceptions.rs",
            pack::exceptions(&read("exceptions.yaml")?).map_err(|error| named("exceptions.yaml", error))?,
        ),
        ("names.rs", pack::names(&read("names.yaml")?).map_err(|error| named("names.yaml", error))?),
        ("examples.rs", pack::examples(&read("names.yaml")?).map_err(|error| named("names.yaml", error))?),
        ("ids.rs", pack::ids()),
    ];
    for (file, rust) in packed {
        fs::write(out.join(file), rust).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}
