//! Package managers and vendors whose packages lie beside those of the distribution, or without one.

mod apple_app;
mod bitnami;
mod bitnami_components;
mod brew;
mod brew_receipt;
mod flatpak;
mod guix;
mod macports;
mod nix;
mod nix_database;
mod snap;
mod snap_contents;
mod spack;

use model::Analyzer;

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[
    apple_app::ANALYZER,
    bitnami::ANALYZER,
    bitnami_components::ANALYZER,
    brew::ANALYZER,
    brew_receipt::ANALYZER,
    flatpak::ANALYZER,
    guix::ANALYZER,
    macports::ANALYZER,
    nix::ANALYZER,
    nix_database::ANALYZER,
    snap::ANALYZER,
    snap_contents::ANALYZER,
    spack::ANALYZER,
];

/// The last folders above a file, the nearest first, as text; none where one of them is no text.
fn folders<const COUNT: usize>(path: &model::ImagePath) -> Option<[&str; COUNT]> {
    let mut parts = path.parent().rsplit(|&byte| byte == b'/');
    let mut found = [""; COUNT];
    for part in &mut found {
        *part = std::str::from_utf8(parts.next()?).ok()?;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_alphabetical_order() {
        assert!(ANALYZERS.is_sorted_by(|a, b| a.name < b.name));
    }
}
