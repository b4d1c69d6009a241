//! `cabal.project.freeze` (Cabal User Guide, "cabal freeze").
//!
//! Constraints, of which `any.NAME ==VERSION` name a version. Others choose flags, or say `installed`: the package came
//! with the compiler, and the file does not tell its version. Neither does it tell who asks for what.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// Names what to build, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "cabal-freeze",
    version: 1,
    files: &[Key::Name("cabal.project.freeze").when(is_the_projects)],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Hackage);
    for line in text.lines().filter(|line| !line.trim_start().starts_with("--")) {
        for constraint in line.trim().trim_start_matches("constraints:").split(',') {
            if let Some((name, version)) = constraint.split_once("==") {
                let name = name.trim();
                let is_version = version.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
                if is_version {
                    listing.add(name.strip_prefix("any.").unwrap_or(name), version.trim(), Presence::Declared);
                }
            }
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const FREEZE: &str = "\
active-repositories: example.test:merge
constraints: any.Cabal ==3.2.1.0,
             any.base installed,
             -- any.old ==1.0,
             tls +compat -hans, any.text ==2.0.2,
             any.ranges ==1.0 || ==2.0,
             any.wild ==1.*,
             plain ==0.1
index-state: example.test 2022-07-07T01:01:53Z
";

    #[test]
    fn exact_constraints_are_listed() {
        let check = |freeze: &str, expected: &str| {
            testing::check(&ANALYZER, "srv/cabal.project.freeze", freeze, expected);
        };
        check(FREEZE, "Cabal 3.2.1.0 (declared)\nplain 0.1 (declared)\ntext 2.0.2 (declared)");
        check("", "");
        check("a\0b", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "cabal.project.freeze", &[FREEZE.as_bytes()]);
    }
}
