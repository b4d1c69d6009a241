//! Installed distributions of Perl: `MYMETA.json`, which cpanm leaves in `.meta/NAME-VERSION` below a library, and
//! `META.json` and `MYMETA.json` of what the CPAN client built below `.cpan/build` (CPAN::Meta::Spec, version 2).
//!
//! Name, version and licences of the distribution. What it needs is told in modules, of which the file does not say to
//! which distributions they belong. `unknown` is no licence. `.packlist` files list files, but no version, and are not read;
//! META.yml says nothing that META.json does not.

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use crate::language::lies_below;
use crate::listing::is_word;
use crate::syntax::json::{self, Licenses, Text};

/// A distribution that somebody installed: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "cpan-meta",
    version: 1,
    files: &[
        Key::Name("MYMETA.json").when(|path| is_recorded(path) || is_built(path)),
        Key::Name("META.json").when(is_built),
    ],
    analyze,
};

/// Directly in a folder of `.meta`.
fn is_recorded(path: &ImagePath) -> bool {
    path.parent().rsplit(|&byte| byte == b'/').nth(1) == Some(b".meta")
}

/// Directly in a folder of `.cpan/build`.
fn is_built(path: &ImagePath) -> bool {
    lies_below(path, ".cpan/build") && path.parent().rsplit(|&byte| byte == b'/').nth(1) == Some(b"build")
}

json::object! {
    struct Meta<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "license" => license: Licenses,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let meta: Meta<'_> = json::parse(file.content)?;
    let (name, version) = (meta.name.get(), meta.version.get());
    if !is_word(name) || !is_word(version) {
        let missing = if is_word(name) { "version" } else { "name" };
        return Err(Unreadable::corrupt(format!("a distribution of Perl without a usable {missing}")));
    }
    let mut licenses = meta.license.0;
    licenses.retain(|license| license != "unknown");
    // That it was built says not yet that it was installed.
    let confidence = if is_built(file.path) { Confidence::Medium } else { Confidence::High };
    facts.package(Package { licenses, confidence, ..Package::new(PackageKind::Cpan, name, version) });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const PATH: &str = "usr/local/lib/perl5/site_perl/5.36.0/x86_64-linux-gnu/.meta/Moose-2.2203/MYMETA.json";

    const META: &str = r#"{"abstract": "x", "license": ["perl_5", "unknown"], "name": "Moose", "version": "2.2203",
        "prereqs": {"runtime": {"requires": {"Class::Load": "0.09"}}}, "meta-spec": {"version": 2}}"#;

    #[test]
    fn distributions_are_listed() {
        let check = |meta: &str, expected: &str| testing::check(&ANALYZER, PATH, meta, expected);
        check(META, "Moose 2.2203 [perl_5]");
        check(r#"{"name": "Moose"}"#, "gap: corrupt");
        check("", "gap: corrupt");
    }

    #[test]
    fn only_what_was_installed_is_wanted() {
        for (path, expected) in [
            (PATH, true),
            ("root/.cpan/build/Moose-2.2203-0/META.json", true),
            ("root/.cpan/build/Moose-2.2203-0/t/META.json", false),
            ("srv/Moose/META.json", false),
            ("srv/Moose/MYMETA.json", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[META.as_bytes()]);
    }
}
