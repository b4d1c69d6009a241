//! Inputs to begin with, made by code: the engine changes what is there, and some formats it would never invent.

use std::path::Path;

/// Puts the seeds into the folder that `FUZZ_SEEDS` names. Without it nothing happens.
pub fn plant<S: AsRef<[u8]>>(seeds: impl IntoIterator<Item = S>) {
    let Some(folder) = std::env::var_os("FUZZ_SEEDS") else { return };
    for (number, seed) in seeds.into_iter().enumerate() {
        let file = Path::new(&folder).join(format!("seed-{number}"));
        std::fs::write(&file, seed).unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
    }
}
