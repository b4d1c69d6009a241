//! `vendor/modules.txt` (The Go Modules Reference, "Vendoring"): the modules whose sources `go mod vendor` copied into the
//! project, and that its builds use instead of the module cache.
//!
//! `# PATH VERSION` begins a module, its packages follow; `=>` names what it was replaced by. Modules without packages
//! are named for consistency only, they are not there and left out; so is what was replaced by a folder of the project.
//! `## explicit` means that `go.mod` names the module; what has no such mark is transitive, and what has one may be
//! either.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// Sources of modules beside the project's own: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "go-vendor",
    version: 1,
    files: &[Key::Ends("vendor/modules.txt").when(is_the_projects)],
    analyze,
};

#[derive(Default)]
struct Module<'a> {
    name: Option<(&'a str, &'a str)>,
    explicit: bool,
    has_packages: bool,
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Golang);
    let mut module = Module::default();
    for line in text.lines() {
        if let Some(marks) = line.strip_prefix("## ") {
            module.explicit |= marks.split(';').any(|mark| mark.trim() == "explicit");
        } else if let Some(header) = line.strip_prefix("# ") {
            list(&std::mem::take(&mut module), &mut listing);
            module.name = name(header);
        } else {
            module.has_packages |= !line.trim().is_empty();
        }
    }
    list(&module, &mut listing);
    listing.tell(facts);
    Ok(())
}

/// `PATH VERSION`, `PATH VERSION => PATH VERSION`, or `… => FOLDER`.
fn name(header: &str) -> Option<(&str, &str)> {
    let mut words = header.split_once(" => ").map_or(header, |(_, replacement)| replacement).split_whitespace();
    let (path, version) = (words.next()?, words.next()?);
    version.starts_with('v').then_some((path, version))
}

fn list(module: &Module<'_>, listing: &mut Listing) {
    if let Some((path, version)) = module.name.filter(|_| module.has_packages)
        && let Some(package) = listing.add(path, version, Presence::Installed)
    {
        package.relation = if module.explicit { Relation::Unknown } else { Relation::Transitive };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(list: &str, expected: &str) {
        testing::check(&ANALYZER, "src/vendor/modules.txt", list, expected);
    }

    const LIST: &str = "# example.com/a v1.2.3
## explicit; go 1.18
example.com/a
example.com/a/internal
# example.com/b/v2 v2.0.0-20200624184116-66aa578126db
example.com/b/v2
# example.com/only-named v1.0.0
## explicit
# example.com/c v1.0.0 => example.com/fork v1.0.1
## explicit
example.com/c
# example.com/d v1.0.0 => ./d
## explicit
example.com/d
# example.com/c => example.com/fork v1.0.1
";

    #[test]
    fn modules_with_packages_are_there() {
        check(
            LIST,
            "example.com/a v1.2.3
             example.com/b/v2 v2.0.0-20200624184116-66aa578126db transitive
             example.com/fork v1.0.1",
        );
    }

    #[test]
    fn other_texts_say_nothing() {
        check("", "");
        check("# a heading of two words\nand text\n", "");
        check("# example.com/a v1.0.0\nexample.com/a\0", "gap: corrupt");
    }

    #[test]
    fn lists_of_dependencies_are_not_wanted() {
        assert!(wants(&ANALYZER, "src/vendor/modules.txt"));
        assert!(!wants(&ANALYZER, "src/modules.txt"));
        assert!(!wants(&ANALYZER, "root/go/pkg/mod/example.com/a@v1.0.0/vendor/modules.txt"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "vendor/modules.txt", &[LIST.as_bytes()]);
    }
}
