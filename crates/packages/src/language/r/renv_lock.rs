//! `renv.lock` (renv documentation, "Lockfiles").
//!
//! `Packages` lists each package with version, source and what it needs: as names in `Requirements`, or, since renv 1.1,
//! as in the package's description in `Depends`, `Imports` and `LinkingTo`. A source or a repository such as
//! `Bioconductor`, `Bioconductor 3.18` or `BioCsoft` tells its packages from those of CRAN; those of other repositories
//! keep the name of CRAN's, which nearly all have. What the project asks for itself is not in the file, nor are R's own
//! packages.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Requirement, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Items, Text};

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "renv-lock", version: 2, files: &[Key::Name("renv.lock").when(is_the_projects)], analyze };

json::object! {
    struct Lock<'a> {
        "Packages" => packages: Entries<'a, Locked<'a>>,
    }
}

json::object! {
    struct Locked<'a> {
        "Package" => name: Text<'a>,
        "Version" => version: Text<'a>,
        "Source" => source: Text<'a>,
        "Repository" => repository: Text<'a>,
        "Requirements" => requirements: Items<Text<'a>>,
        "Depends" => depends: Items<Text<'a>>,
        "Imports" => imports: Items<Text<'a>>,
        "LinkingTo" => links: Items<Text<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut cran = Listing::new(PackageKind::Cran);
    let mut bioconductor = Listing::new(PackageKind::Bioconductor);
    for (key, locked) in lock.packages.0 {
        let name = if locked.name.get().is_empty() { key.get() } else { locked.name.get() };
        let origins = [locked.source.get(), locked.repository.get()];
        let is_bioconductor = origins.iter().any(|origin| is_bioconductors(origin));
        let listing = if is_bioconductor { &mut bioconductor } else { &mut cran };
        if let Some(package) = listing.add(name, locked.version.get(), Presence::Declared) {
            let lists = [locked.requirements, locked.depends, locked.imports, locked.links];
            package.requires.extend(lists.iter().flat_map(|list| &list.0).map(|entry| {
                let name = entry.get().split([' ', '(']).next().unwrap_or_default();
                Requirement { name: name.to_owned(), version: None }
            }));
        }
    }
    bioconductor.tell(facts);
    cran.tell(facts);
    Ok(())
}

fn is_bioconductors(origin: &str) -> bool {
    origin.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("bioc"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const LOCK: &str = r#"{"R": {"Version": "4.3.1", "Repositories": [{"Name": "CRAN", "URL": "https://example.test"}]},
        "Bioconductor": {"Version": "3.18"},
        "Packages": {
            "stringr": {"Package": "stringr", "Version": "1.5.0", "Source": "Repository", "Repository": "CRAN",
                "Requirements": ["R", "cli", "stats"], "Hash": "00"},
            "cli": {"Package": "cli", "Version": "3.6.1", "Source": "Repository", "Imports": ["utils", "glue (>= 1.6)"]},
            "glue": {"Version": "1.6.2", "Source": "GitHub", "RemoteUsername": "tidyverse"},
            "limma": {"Package": "limma", "Version": "3.58.0", "Source": "Bioconductor"}
        }}"#;

    #[test]
    fn packages_are_listed_with_what_they_need() {
        let check = |lock: &str, expected: &str| testing::check(&ANALYZER, "srv/renv.lock", lock, expected);
        check(
            LOCK,
            "limma 3.58.0 (declared)
             cli 3.6.1 (declared) -> glue
             glue 1.6.2 (declared)
             stringr 1.5.0 (declared) -> cli",
        );
        check(
            r#"{"Packages": {
                "S4Vectors": {"Package": "S4Vectors", "Version": "0.40.2", "Source": "Bioconductor",
                    "Repository": "Bioconductor 3.18", "Requirements": ["BiocGenerics", "Rcpp"]},
                "BiocGenerics": {"Package": "BiocGenerics", "Version": "0.48.1", "Source": "Repository",
                    "Repository": "BioCsoft", "Depends": ["R (>= 4.0.0)"]},
                "Rcpp": {"Package": "Rcpp", "Version": "1.0.12", "Source": "Repository", "Repository": "RSPM"}}}"#,
            "BiocGenerics 0.48.1 (declared)
             S4Vectors 0.40.2 (declared) -> BiocGenerics
             Rcpp 1.0.12 (declared)",
        );
        check("{}", "");
        check("", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "renv.lock", &[LOCK.as_bytes()]);
    }
}
