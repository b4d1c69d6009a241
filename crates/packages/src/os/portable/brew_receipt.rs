//! What Homebrew installed, by the receipt that it writes.
//!
//! **Files.** `Cellar/NAME/VERSION/INSTALL_RECEIPT.json`.
//!
//! **Format.** Homebrew's `Tab` (its API documentation, class `Tab`): `installed_on_request`,
//! `installed_as_dependency`, and `runtime_dependencies` with a `full_name` each, which begins with the tap unless it is
//! Homebrew's own. Since 2021 `declared_directly` tells which of them the package needs itself; the others are needed by
//! these. Older receipts list all of them alike.
//!
//! **Facts.** The package, by the names of its folders; who asked for it; what it needs.
//!
//! **Not seen.** Versions of what it needs: those of the day of the installation, and perhaps no longer there. The
//! licence, which is in the recipe beside it. The tests were written from the documentation.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Relation, Requirement, Unreadable};

use super::folders;
use crate::listing::is_word;
use crate::syntax::json::{self, Flag, Items, Text, object};

/// Names what is installed: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "brew-receipt", version: 2, files: &[Key::Name("INSTALL_RECEIPT.json").when(is_kegs)], analyze };

fn is_kegs(path: &ImagePath) -> bool {
    matches!(folders(path), Some([_, _, "Cellar"]))
}

object! {
    struct Receipt<'a> {
        "installed_on_request" => on_request: Flag,
        "installed_as_dependency" => as_dependency: Flag,
        "runtime_dependencies" => dependencies: Items<Dependency<'a>>,
    }
}

object! {
    struct Dependency<'a> {
        "full_name" => name: Text<'a>,
        "declared_directly" => is_direct: Flag,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let receipt: Receipt<'_> = json::parse(file.content)?;
    let Some([version, name, _]) = folders(file.path) else { return Ok(()) };
    if !is_word(name) || !is_word(version) {
        return Ok(());
    }
    let mut package = Package::new(PackageKind::Brew, name, version);
    package.relation = match (receipt.on_request.0, receipt.as_dependency.0) {
        (true, _) => Relation::Direct,
        (false, true) => Relation::Transitive,
        (false, false) => Relation::Unknown,
    };
    let tells = receipt.dependencies.0.iter().any(|dependency| dependency.is_direct.0);
    let needs = receipt.dependencies.0.iter().filter(|dependency| dependency.is_direct.0 || !tells);
    let needs = needs.map(|dependency| {
        let name = dependency.name.get();
        name.rsplit_once('/').map_or(name, |(_tap, name)| name)
    });
    let needs = needs.filter(|needed| is_word(needed) && *needed != name);
    package.requires = needs.map(|name| Requirement { name: name.to_owned(), version: None }).collect();
    package.requires.sort_unstable();
    package.requires.dedup();
    facts.package(package);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "home/linuxbrew/.linuxbrew/Cellar/jq/1.7.1/INSTALL_RECEIPT.json";
    const RECEIPT: &str = r#"{"installed_on_request": true, "installed_as_dependency": true, "runtime_dependencies": [
        {"full_name": "oniguruma", "version": "6.9.9"}, {"full_name": "own/tap/thing", "version": "1"}]}"#;

    #[test]
    fn a_receipt_says_who_asked_and_what_is_needed() {
        check(&ANALYZER, PATH, RECEIPT, "jq 1.7.1 direct -> oniguruma, thing");
        check(
            &ANALYZER,
            PATH,
            r#"{"homebrew_version": "4.6.0", "installed_on_request": true, "runtime_dependencies": [
                {"full_name": "libunistring", "version": "1.3", "revision": 0, "pkg_version": "1.3",
                    "declared_directly": false},
                {"full_name": "acme/tap/openssl@3", "version": "3.5", "declared_directly": true}]}"#,
            "jq 1.7.1 direct -> openssl@3",
        );
        check(&ANALYZER, PATH, r#"{"installed_as_dependency": true}"#, "jq 1.7.1 transitive");
        check(&ANALYZER, PATH, r#"{"runtime_dependencies": null}"#, "jq 1.7.1");
        check(&ANALYZER, PATH, "", "gap: corrupt");
    }

    #[test]
    fn only_receipts_in_the_cellar_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/jq/1.7.1/INSTALL_RECEIPT.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[RECEIPT.as_bytes()]);
    }
}
