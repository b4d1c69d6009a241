//! Installed packages of R: `DESCRIPTION` in a library's folders (Writing R Extensions, "The DESCRIPTION file"; Debian
//! control fields, of which lines that begin with a space go on).
//!
//! A library is a folder whose name ends in `library`, or one below it where R was told to keep versions and platforms
//! apart, as renv and users' own libraries do. R adds `Built` when it installs a package; deeper in a library nothing
//! counts without it, since packages bring along templates of others. `Repository` tells Bioconductor from CRAN; without
//! it `biocViews` does. Of the dependencies, those in `Depends`, `Imports` and `LinkingTo` are told. R's own packages are
//! listed with R's version. Sources of packages are not wanted.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};

use crate::listing::is_word;
use crate::syntax::text;

/// A package in the place where R looks for it: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "r-description",
    version: 1,
    files: &[Key::Name("DESCRIPTION").when(|path| depth(path).is_some())],
    analyze,
};

/// How many folders lie between the library and the package's own folder.
fn depth(path: &ImagePath) -> Option<usize> {
    // renv keeps system, version of R and platform apart.
    const DEEPEST: usize = 3;
    let mut above = path.parent().rsplit(|&byte| byte == b'/').skip(1).take(DEEPEST + 1);
    above.position(|folder| folder.ends_with(b"library"))
}

#[derive(Default)]
struct Description {
    name: String,
    version: String,
    license: String,
    repository: String,
    git: String,
    views: String,
    depends: String,
    imports: String,
    links: String,
    is_built: bool,
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let description = read(&text);
    if !description.is_built && depth(file.path) != Some(0) {
        return Ok(());
    }
    if !is_word(&description.name) || !is_word(&description.version) {
        let missing = if is_word(&description.name) { "version" } else { "name" };
        return Err(Unreadable::corrupt(format!("the description of an R package without a usable {missing}")));
    }
    let lists = [&description.depends, &description.imports, &description.links];
    let mut names: Vec<_> = lists.iter().flat_map(|list| list.split(',')).map(name).collect();
    names.retain(|name| is_word(name) && *name != "R");
    names.sort_unstable();
    names.dedup();
    let requires = names.iter().map(|&name| Requirement { name: name.to_owned(), version: None }).collect();
    let kind = description.kind();
    let licenses = Vec::from_iter(Some(description.license).filter(|license| !license.is_empty()));
    facts.package(Package { licenses, requires, ..Package::new(kind, description.name, description.version) });
    Ok(())
}

fn read(text: &str) -> Description {
    let mut description = Description::default();
    let mut value: Option<&mut String> = None;
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(value) = &mut value {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        }
        value = None;
        let Some((field, first)) = line.split_once(':') else { continue };
        let target = match field {
            "Package" => &mut description.name,
            "Version" => &mut description.version,
            "License" => &mut description.license,
            "Repository" => &mut description.repository,
            "git_url" => &mut description.git,
            "biocViews" => &mut description.views,
            "Depends" => &mut description.depends,
            "Imports" => &mut description.imports,
            "LinkingTo" => &mut description.links,
            "Built" => {
                description.is_built = true;
                continue;
            }
            _ => continue,
        };
        first.trim().clone_into(target);
        value = Some(target);
    }
    description
}

impl Description {
    fn kind(&self) -> PackageKind {
        let is_bioconductor = if self.repository.is_empty() {
            !self.views.is_empty() || self.git.contains("bioconductor")
        } else {
            self.repository.starts_with("Bioconductor") || self.git.contains("bioconductor")
        };
        if is_bioconductor { PackageKind::Bioconductor } else { PackageKind::Cran }
    }
}

/// `cli` of `cli (>= 3.0)`.
fn name(entry: &str) -> &str {
    entry.trim().split([' ', '(']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use model::What;

    use super::*;
    use crate::testing::{self, survives, wants};

    const PATH: &str = "usr/local/lib/R/site-library/stringr/DESCRIPTION";

    const STRINGR: &str = "\
Package: stringr
Title: Simple: Consistent
Version: 1.5.0
License: MIT + file LICENSE
Depends:
    R (>= 3.3)
Imports: cli, glue (>= 1.6.1),
    vctrs(>= 0.4.0)
LinkingTo: cli
Suggests: covr
Repository: CRAN
Built: R 4.2.2; ; 2023-01-20 18:24:19 UTC; unix
";

    fn check(path: &str, description: &str, expected: &str) {
        testing::check(&ANALYZER, path, description, expected);
    }

    #[test]
    fn fields_go_on_over_lines() {
        check(PATH, STRINGR, "stringr 1.5.0 [MIT + file LICENSE] -> cli, glue, vctrs");
    }

    #[test]
    fn deeper_in_a_library_only_what_was_built_counts() {
        let renv = "srv/renv/library/linux-debian/R-4.3/x86_64-pc-linux-gnu/stringr/DESCRIPTION";
        check(renv, STRINGR, "stringr 1.5.0 [MIT + file LICENSE] -> cli, glue, vctrs");
        check(renv, "Package: a\nVersion: 1.0\n", "");
        check(PATH, "Package: a\nVersion: 1.0\n", "a 1.0");
        check(PATH, "Package: a\nVersion:\n", "gap: corrupt");
        check(PATH, "", "gap: corrupt");
    }

    #[test]
    fn bioconductor_is_told_from_cran() {
        for (fields, expected) in [
            ("", PackageKind::Cran),
            ("biocViews: Sequencing", PackageKind::Bioconductor),
            ("biocViews: Sequencing\nRepository: CRAN", PackageKind::Cran),
            ("biocViews:\nRepository: Bioconductor 3.18", PackageKind::Bioconductor),
            ("git_url: https://git.bioconductor.example/packages/a", PackageKind::Bioconductor),
        ] {
            let content = format!("Package: a\nVersion: 1.0\n{fields}\n");
            let (path, budget) = (ImagePath::from(PATH), model::Budget::default());
            let mut facts = Facts::new(ANALYZER.id(), path.clone(), &budget);
            let file = File { path: &path, meta: model::Meta::default(), content: content.as_bytes(), budget: &budget };
            analyze(&file, &mut facts).unwrap();
            let kinds: Vec<_> = facts.into_parts().0.into_iter().map(|fact| fact.what).collect();
            assert!(matches!(&kinds[..], [What::Package(package)] if package.kind == expected), "{fields}: {kinds:?}");
        }
    }

    #[test]
    fn only_libraries_are_wanted() {
        for (path, expected) in [
            (PATH, true),
            ("usr/lib/R/library/base/DESCRIPTION", true),
            ("root/R/x86_64-pc-linux-gnu-library/4.3/cli/DESCRIPTION", true),
            ("srv/stringr/DESCRIPTION", false),
            ("usr/lib/R/library/a/b/c/d/e/DESCRIPTION", false),
            ("usr/lib/R/library/DESCRIPTION", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[STRINGR.as_bytes()]);
    }
}
