//! `cpanfile.snapshot` (Carton documentation; the file calls itself "carton snapshot format: version 1.0").
//!
//! Below `DISTRIBUTIONS`, two spaces deep, each distribution as `NAME-VERSION`, and below that, in sections, the modules
//! that it provides and those that it requires. Edges lead from the distribution to that which provides the module. What
//! the project itself asks for is in `cpanfile`, which is not seen.

use std::collections::HashMap;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Requirement, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "cpanfile-snapshot",
    version: 1,
    files: &[Key::Name("cpanfile.snapshot").when(is_the_projects)],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut distributions: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    let mut providers = HashMap::new();
    let mut section = "";
    for line in text.lines() {
        let entry = line.trim();
        let module = entry.split(' ').next().unwrap_or_default();
        match line.len() - line.trim_start_matches(' ').len() {
            2 => {
                section = "";
                distributions.extend(split(entry).map(|(name, version)| (name, version, Vec::new())));
            }
            4 => section = entry,
            6 => {
                let Some((name, _, requires)) = distributions.last_mut() else { continue };
                match section {
                    "provides:" => drop(providers.insert(module, *name)),
                    "requirements:" => requires.push(module),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    let mut listing = Listing::new(PackageKind::Cpan);
    for (name, version, requires) in distributions {
        if let Some(package) = listing.add(name, version, Presence::Declared) {
            let names = requires.into_iter().filter_map(|module| providers.get(module));
            package.requires.extend(names.map(|&name| Requirement { name: name.to_owned(), version: None }));
        }
    }
    listing.tell(facts);
    Ok(())
}

/// `Class-Load-0.25` and `Net-Server-v2.10`; names may have digits, but not behind a dash.
fn split(identifier: &str) -> Option<(&str, &str)> {
    let (name, version) = identifier.rsplit_once('-')?;
    // `-TRIAL` marks a release before the real one.
    let (name, version) = if version == "TRIAL" { name.rsplit_once('-')? } else { (name, version) };
    let digits = version.strip_prefix('v').unwrap_or(version);
    digits.starts_with(|first: char| first.is_ascii_digit()).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const SNAPSHOT: &str = "\
# carton snapshot format: version 1.0
DISTRIBUTIONS
  Class-Load-0.25
    pathname: E/ET/ETHER/Class-Load-0.25.tar.gz
    provides:
      Class::Load 0.25
      Class::Load::PP 0.25
    requirements:
      Module::Runtime 0.012
      perl 5.006
  Module-Runtime-v0.16
    pathname: Z/ZE/ZEFRAM/Module-Runtime-0.016.tar.gz
    provides:
      Module::Runtime 0.016
      Module::Runtime::Hidden undef
  Some-Thing-1.5-TRIAL
    requirements:
      Class::Load::PP > 0.1
      Module::Runtime::Hidden 0
";

    #[test]
    fn modules_are_traced_to_distributions() {
        let check = |snapshot: &str, expected: &str| {
            testing::check(&ANALYZER, "srv/cpanfile.snapshot", snapshot, expected);
        };
        check(
            SNAPSHOT,
            "Class-Load 0.25 (declared) -> Module-Runtime
             Module-Runtime v0.16 (declared)
             Some-Thing 1.5 (declared) -> Class-Load, Module-Runtime",
        );
        check("# carton snapshot format: version 1.0\nDISTRIBUTIONS\n", "");
        check("      a\n    b\n  c", "");
        check("a\0", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "cpanfile.snapshot", &[SNAPSHOT.as_bytes()]);
    }
}
