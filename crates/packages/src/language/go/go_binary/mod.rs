//! Programs written in Go, for any system (ELF, PE, Mach-O), by the build information in them: the modules that they were
//! built from, and as `stdlib` the standard library, whose version is Go's (Go source, packages `debug/buildinfo` and
//! `runtime/debug`; vulnerability reports of the Go project name the standard library `stdlib`).
//!
//! A module that was replaced by a folder has no version and is left out. Nor has a module that was built from a checkout,
//! mostly the main one; then a version that the build wrote into a variable (`-ldflags "-X main.version=1.2.3"`) counts.
//! Where there is none, the main module is listed as Go itself writes it, `(devel)`: it is there, and advisories about it
//! cannot be decided.
//! The revision and its date, which Go also notes, do not tell either: they name no release. A program does not tell which
//! modules its own code asks for.
//! Programs packed with UPX are gaps, whatever they are written in.

mod build_info;
mod head;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use crate::executable::is_packed;
use crate::listing::Listing;

/// A program that was built from modules: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "go-binary", version: 2, files: &[Key::Head(head::may_be_go).any()], analyze };

/// What Go writes where it knows no version of a module.
const DEVEL: &str = "(devel)";

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let Some(info) = build_info::find(file.content) else {
        if is_packed(file.content) {
            return Err(Unreadable::unsupported("packed with UPX, so that nobody can see what it was built from"));
        }
        return Ok(());
    };
    let mut listing = Listing::new(PackageKind::Golang);
    if let Some(version) = go_version(info.go) {
        listing.add("stdlib", version, Presence::Installed);
    }
    list_modules(info.modules.unwrap_or_default(), &mut listing);
    listing.tell(facts);
    match info.modules {
        Some(_) => Ok(()),
        None => Err(Unreadable::corrupt("what Go wrote down about the modules of this program is damaged")),
    }
}

/// Go's version as advisories write it: without `go`, and without what follows in words (experiments, a vendor, a date).
fn go_version(go: &str) -> Option<&str> {
    let go = go.strip_prefix("devel ").unwrap_or(go);
    go.strip_prefix("go")?.split_whitespace().next()
}

/// Lines of words separated by tabs: `path` and `mod` for the main package and its module, `dep` for every other module,
/// `=>` for the replacement of the module in the line before, and `build` for a setting.
fn list_modules(info: &str, listing: &mut Listing) {
    let mut modules: Vec<(&str, &str)> = Vec::new();
    let mut main = None;
    let mut flags = String::new();
    for line in info.lines() {
        let mut words = line.split('\t');
        let (kind, path, version) = (words.next(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match kind {
            Some("mod") => {
                main = Some(path);
                modules.push((path, version));
            }
            Some("dep") => modules.push((path, version)),
            Some("=>") => {
                if let Some(replaced) = modules.last_mut() {
                    *replaced = (path, version);
                }
            }
            Some("build") => {
                if let Some(value) = path.strip_prefix("-ldflags=") {
                    flags = unquote(value);
                }
            }
            _ => {}
        }
    }
    for (path, version) in modules {
        if is_version(version) {
            listing.add(path, version, Presence::Installed);
        } else if let Some(version) = version_in_flags(&flags, path, main == Some(path)) {
            listing.add(path, &format!("v{version}"), Presence::Installed);
        } else if main == Some(path) {
            listing.add(path, DEVEL, Presence::Installed);
        }
    }
}

/// Module versions begin with `v` and a digit; `(devel)` and the empty word are none.
fn is_version(word: &str) -> bool {
    word.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

/// Settings with spaces or quotes in them are written as Go strings.
fn unquote(value: &str) -> String {
    match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(inside) => inside.replace("\\\"", "\""),
        None => value.to_owned(),
    }
}

/// The version, without `v`, that the flags for the linker set in a variable: `-X main.version=v1.2.3`. For the main
/// module this may be a variable of any package, but several must agree unless one is in package `main`; for others
/// it must be in a package of the module.
fn version_in_flags<'a>(flags: &'a str, module: &str, is_main: bool) -> Option<&'a str> {
    let words = flags.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).filter(|word| !word.is_empty());
    let mut found = None;
    let mut follows = false;
    for word in words {
        let assignment = if follows { Some(word) } else { word.strip_prefix("-X=") };
        follows = word == "-X";
        let Some((package, variable, value)) = assignment.and_then(|assignment| {
            let (variable, value) = assignment.split_once('=')?;
            let (package, variable) = variable.rsplit_once('.')?;
            Some((package, variable, value.strip_prefix('v').unwrap_or(value)))
        }) else {
            continue;
        };
        let named_so = ["version", "gitVersion", "buildVersion"].iter().any(|name| variable.eq_ignore_ascii_case(name));
        let inside = package.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if !named_so || !is_release(value) || !(is_main || inside) {
            continue;
        }
        if is_main && package == "main" {
            return Some(value);
        }
        if found.is_some_and(|found| found != value) {
            return None;
        }
        found = Some(value);
    }
    found
}

/// Whether a text is a semantic version, three numbers and perhaps more, and not only a place-holder.
fn is_release(text: &str) -> bool {
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    numbers.split('.').count() == 3
        && numbers.split('.').all(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
        && numbers != "0.0.0"
}

#[cfg(test)]
mod tests {
    use super::build_info::tests::{elf, inline, pointers};
    use super::*;
    use crate::testing::{self, survives};

    fn check(go: &str, modules: &str, expected: &str) {
        testing::check(&ANALYZER, "usr/bin/app", elf(&inline(go, modules)), expected);
        testing::check(&ANALYZER, "usr/bin/app", elf(&pointers(go, modules)), expected);
    }

    const MODULES: &str = "path\texample.com/app/cmd
mod\texample.com/app\tv1.2.3\th1:00=
dep\texample.com/a\tv0.0.0-20200624184116-66aa578126db\th1:00=
dep\texample.com/b/v2\tv2.0.0+incompatible
dep\texample.com/c\tv1.0.0
=>\texample.com/fork\tv1.0.1\th1:00=
dep\texample.com/d\tv1.0.0
=>\t./d\t(devel)
build\t-compiler=gc
build\tvcs.revision=0123
";

    #[test]
    fn modules_and_the_standard_library_are_listed() {
        check(
            "go1.22.3",
            MODULES,
            "example.com/a v0.0.0-20200624184116-66aa578126db
             example.com/app v1.2.3
             example.com/b/v2 v2.0.0+incompatible
             example.com/fork v1.0.1
             stdlib 1.22.3",
        );
    }

    #[test]
    fn versions_of_go_lose_their_trimmings() {
        for (go, version) in [
            ("go1.22.3", "1.22.3"),
            ("go1.21", "1.21"),
            ("go1.23rc1", "1.23rc1"),
            ("go1.20.1 X:boringcrypto,nocoverageredesign", "1.20.1"),
            ("go1.19.6 (Vendor 1.19.6-1)", "1.19.6"),
            ("devel go1.24-0e1e9c Thu Jan 2 00:00:00 2025 +0000", "1.24-0e1e9c"),
        ] {
            check(go, "", &format!("stdlib {version}"));
        }
        check("devel +0123abc Thu", "", "");
    }

    #[test]
    fn a_checkout_has_the_version_that_the_build_gave_it() {
        let with = |flags: &str| format!("mod\texample.com/app\t(devel)\t\nbuild\t-ldflags={flags}\n");
        for (flags, version) in [
            (r#""-s -w -X main.version=1.2.3 -X main.commit=0123""#, Some("v1.2.3")),
            (r#""-X 'example.com/app/internal.Version=v2.0.0-rc.1'""#, Some("v2.0.0-rc.1")),
            (r#""-X \"example.com/app.gitVersion=v1.30.0+k1\"""#, Some("v1.30.0+k1")),
            ("-X=main.version=1.2.3", Some("v1.2.3")),
            (r#""-X a.Version=1.0.0 -X main.version=1.2.3""#, Some("v1.2.3")),
            (r#""-X a.Version=1.0.0 -X b.Version=2.0.0""#, None),
            (r#""-X main.version=dev -X main.goVersion=1.22.0""#, None),
            (r#""-X main.version=0.0.0-dev""#, None),
            (r#""-X main.version=1.2""#, None),
            (r#""main.version=1.2.3""#, None),
        ] {
            let app = format!("example.com/app {}\n", version.unwrap_or("(devel)"));
            check("go1.22.3", &with(flags), &format!("{app}stdlib 1.22.3"));
        }
    }

    #[test]
    fn a_module_that_was_built_from_single_files_may_have_a_version_too() {
        let with = |flags: &str| {
            format!("path\tcommand-line-arguments\ndep\texample.com/app\t(devel)\t\nbuild\t-ldflags={flags}\n")
        };
        check("go1.22.3", &with("-X=example.com/app/version.Version=8.30.1"), "example.com/app v8.30.1\nstdlib 1.22.3");
        check("go1.22.3", &with("-X=example.com/application.Version=8.30.1"), "stdlib 1.22.3");
        check("go1.22.3", &with("-X=main.version=8.30.1"), "stdlib 1.22.3");
    }

    #[test]
    fn programs_that_are_not_gos_say_nothing_and_packed_ones_are_gaps() {
        testing::check(&ANALYZER, "usr/bin/app", elf(b"something else"), "");
        testing::check(&ANALYZER, "usr/bin/app", elf(b"UPX! something else"), "gap: unsupported");
        testing::check(&ANALYZER, "usr/bin/app", "", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "usr/bin/app", &[&elf(&inline("go1.22.3", MODULES)), &elf(&pointers("go1.13", MODULES))]);
    }
}
