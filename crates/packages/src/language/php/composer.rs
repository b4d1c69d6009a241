//! Composer: `composer.lock`, what to install, and `vendor/composer/installed.json`, what is (Composer documentation,
//! "composer.lock" and "The composer.json schema").
//!
//! In the lockfile `packages-dev` is for development only. Composer 1 wrote the list of what is installed as it is;
//! Composer 2 put it under `packages`. What is only installed for development is there nevertheless. Neither file
//! holds the project's own list, so what is direct is not told. Requirements of PHP itself and of its extensions are not
//! packages. Branches, `dev-main`, are kept as versions. `installed.php` says the same as PHP code and is not read.
//! Lockfiles below `vendor` belong to dependencies, and nobody heeds them. The fixtures were written after such files.

use std::fmt;

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Requirement, Unreadable};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::language::{is_the_projects, lies_below};
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Items, Licenses, Text};

/// What is installed: [the module](self).
pub const INSTALLED: Analyzer = Analyzer {
    name: "composer-installed",
    version: 1,
    files: &[Key::Ends("composer/installed.json").any()],
    analyze: installed,
};

/// Names what to install, exactly: [the module](self).
pub const LOCK: Analyzer =
    Analyzer { name: "composer-lock", version: 1, files: &[Key::Name("composer.lock").when(is_wanted)], analyze: lock };

fn is_wanted(path: &ImagePath) -> bool {
    is_the_projects(path) && !lies_below(path, "vendor")
}

json::object! {
    struct Lock<'a> {
        "packages" => packages: Items<Locked<'a>>,
        "packages-dev" => development: Items<Locked<'a>>,
    }
}

json::object! {
    struct Locked<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "license" => license: Licenses,
        "require" => require: Entries<'a, IgnoredAny>,
    }
}

/// Both forms of `installed.json`.
#[derive(Default)]
struct Installed<'a>(Vec<Locked<'a>>);

impl<'a> Deserialize<'a> for Installed<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsInstalled;
        impl<'de> Visitor<'de> for AsInstalled {
            type Value = Installed<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or an object")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Installed<'de>, A::Error> {
                let mut found = Vec::new();
                while let Some(package) = list.next_element()? {
                    found.push(package);
                }
                Ok(Installed(found))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Installed<'de>, A::Error> {
                let mut found = Installed::default();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    if key.get() == "packages" {
                        found.0 = map.next_value::<Items<Locked<'de>>>()?.0;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(found)
            }
            json::otherwise_default!(bool number text null);
        }
        deserializer.deserialize_any(AsInstalled)
    }
}

fn installed(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let installed: Installed<'_> = json::parse(file.content)?;
    tell(&[(&installed.0, Presence::Installed)], facts);
    Ok(())
}

fn lock(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    tell(&[(&lock.packages.0, Presence::Declared), (&lock.development.0, Presence::DeclaredForDevelopment)], facts);
    Ok(())
}

fn tell(lists: &[(&Vec<Locked<'_>>, Presence)], facts: &mut Facts) {
    let mut listing = Listing::new(PackageKind::Composer);
    for (packages, presence) in lists {
        for locked in *packages {
            let Some(package) = listing.add(locked.name.get(), locked.version.get(), *presence) else { continue };
            package.licenses.clone_from(&locked.license.0);
            // There is one version of each, so a name is exact.
            let names = locked.require.0.iter().map(|(name, _)| name.get().to_owned());
            package.requires.extend(names.map(|name| Requirement { name, version: None }));
        }
    }
    listing.tell(facts);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const PACKAGES: &str = r#"[
        {"name": "a/one", "version": "v1.2.0", "license": ["MIT", "GPL-2.0-only"],
            "require": {"php": ">=8", "ext-json": "*", "b/two": "^2"}, "require-dev": {"c/three": "*"}},
        {"name": "b/two", "version": "2.0.0"}
    ]"#;
    const DEVELOPMENT: &str =
        r#"[{"name": "c/three", "version": "dev-main", "require": {"a/one": "*"}}, {"name": "d"}]"#;

    #[test]
    fn a_lock_tells_development_from_production() {
        testing::check(
            &LOCK,
            "srv/composer.lock",
            format!(r#"{{"packages": {PACKAGES}, "packages-dev": {DEVELOPMENT}, "platform": []}}"#),
            "a/one v1.2.0 (declared) [MIT; GPL-2.0-only] -> b/two
             b/two 2.0.0 (declared)
             c/three dev-main (development) -> a/one",
        );
    }

    #[test]
    fn both_forms_of_what_is_installed_say_the_same() {
        let expected = "a/one v1.2.0 [MIT; GPL-2.0-only] -> b/two
                        b/two 2.0.0";
        let path = "srv/vendor/composer/installed.json";
        testing::check(&INSTALLED, path, PACKAGES, expected);
        let second = format!(r#"{{"packages": {PACKAGES}, "dev": true, "dev-package-names": ["b/two"]}}"#);
        testing::check(&INSTALLED, path, second, expected);
    }

    #[test]
    fn branches_are_versions_and_their_aliases_are_not() {
        testing::check(
            &INSTALLED,
            "srv/vendor/composer/installed.json",
            r#"[{"name": "symfony/process", "version": "dev-master", "version_normalized": "9999999-dev",
                "extra": {"branch-alias": {"dev-master": "4.1-dev"}}, "license": ["MIT"], "installation-source": "source",
                "require": {"php": "^7.1.3", "psr/log-implementation": "1.0"}, "replace": {"x/y": "self.version"}}]"#,
            "symfony/process dev-master [MIT]",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        testing::check(&LOCK, "composer.lock", "{", "gap: corrupt");
        testing::check(&INSTALLED, "vendor/composer/installed.json", "[", "gap: corrupt");
    }

    #[test]
    fn locks_of_dependencies_are_not_wanted() {
        assert!(wants(&LOCK, "srv/composer.lock"));
        assert!(!wants(&LOCK, "srv/vendor/a/one/composer.lock"));
        assert!(wants(&INSTALLED, "srv/vendor/composer/installed.json"));
        assert!(!wants(&INSTALLED, "srv/installed.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&LOCK, "composer.lock", &[format!(r#"{{"packages": {PACKAGES}}}"#).as_bytes()]);
        survives(&INSTALLED, "vendor/composer/installed.json", &[PACKAGES.as_bytes()]);
    }
}
