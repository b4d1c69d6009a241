//! Installed Python packages: `*.dist-info/METADATA` of wheels, `*.egg-info/PKG-INFO` and `EGG-INFO/PKG-INFO` of
//! setuptools, and `*.egg-info` files of distutils (PyPA specifications, "Core metadata" and "Recording installed
//! projects"; PEP 639 for licence expressions).
//!
//! All are headers like those of a mail. Of the licence statements, the expression counts if there is one, else the
//! `License` field, unless somebody put a whole text there, and the classifiers. What the package needs is there by name;
//! what only its extras need is left out, since nothing says which of them were asked for, and other conditions count as met.

use std::collections::BTreeSet;

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};

use super::normalize::normalize;
use super::requirement;
use crate::listing::is_word;
use crate::syntax::text;

/// A package in the place where Python looks for it: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "python-installed",
    version: 2,
    files: &[
        Key::Name("METADATA").when(is_in_info_folder),
        Key::Name("PKG-INFO").when(is_in_info_folder),
        Key::Extension("egg-info").any(),
    ],
    analyze,
};

pub(super) fn is_in_info_folder(path: &ImagePath) -> bool {
    let folder = path.parent().rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let ending = folder.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    [&b"dist-info"[..], b"egg-info"].iter().any(|info| ending.eq_ignore_ascii_case(info))
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    facts.package(package(file.content)?);
    Ok(())
}

/// The package that metadata are about.
pub(super) fn package(content: &[u8]) -> Result<Package, Unreadable> {
    let text = text::decode(headers(content))?;
    let mut metadata = Metadata::default();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((field, value)) = line.split_once(':') else { continue };
        let mut folded = false;
        while lines.next_if(|line| line.starts_with([' ', '\t'])).is_some() {
            folded = true;
        }
        metadata.take(field, value.trim(), folded);
    }
    let Metadata { name, version, expression, license, classifiers, needs } = metadata;
    if !is_word(name) || !is_word(version) {
        return Err(Unreadable::corrupt(format!(
            "the metadata of a Python package without a usable {}",
            if is_word(name) { "version" } else { "name" }
        )));
    }
    let licenses = match expression {
        Some(expression) => vec![expression.to_owned()],
        None => license.into_iter().chain(classifiers).map(str::to_owned).collect(),
    };
    let name = normalize(name);
    let needs: BTreeSet<String> = needs.into_iter().filter_map(needed).filter(|needed| *needed != name).collect();
    let requires = needs.into_iter().map(|name| Requirement { name, version: None }).collect();
    Ok(Package { licenses, requires, ..Package::new(PackageKind::Pypi, name, version) })
}

/// The name of what is needed in any case: `name[extra] (>=1) ; marker`, where no extra has to be asked for.
fn needed(requirement: &str) -> Option<String> {
    let (specifier, marker) = requirement.split_once(';').unwrap_or((requirement, ""));
    let is_of_an_extra = marker.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "extra");
    let (name, _) = requirement::split(specifier).filter(|_| !is_of_an_extra)?;
    is_word(name).then(|| normalize(name))
}

/// Everything up to the first empty line; the description that follows may be long.
fn headers(content: &[u8]) -> &[u8] {
    let end = memchr::memchr_iter(b'\n', content)
        .find(|&end| matches!(&content[end + 1..], [b'\n', ..] | [b'\r', b'\n', ..]));
    end.map_or(content, |end| &content[..end])
}

/// No honest package asks for more others.
const MOST_NEEDS: usize = 4096;

#[derive(Default)]
struct Metadata<'a> {
    name: &'a str,
    version: &'a str,
    expression: Option<&'a str>,
    license: Option<&'a str>,
    classifiers: Vec<&'a str>,
    needs: Vec<&'a str>,
}

impl<'a> Metadata<'a> {
    fn take(&mut self, field: &str, value: &'a str, folded: bool) {
        // Some tools write this for every field that they know nothing of.
        if value.is_empty() || value == "UNKNOWN" {
            return;
        }
        if field.eq_ignore_ascii_case("Name") {
            self.name = value;
        } else if field.eq_ignore_ascii_case("Version") {
            self.version = value;
        } else if field.eq_ignore_ascii_case("License-Expression") {
            self.expression = Some(value);
        } else if field.eq_ignore_ascii_case("License") && !folded {
            self.license = Some(value);
        } else if field.eq_ignore_ascii_case("Classifier") && value.starts_with("License ::") {
            self.classifiers.push(value);
        } else if field.eq_ignore_ascii_case("Requires-Dist") && self.needs.len() < MOST_NEEDS {
            self.needs.push(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(metadata: impl AsRef<[u8]>, expected: &str) {
        testing::check(&ANALYZER, "site-packages/x.dist-info/METADATA", metadata, expected);
    }

    const METADATA: &str = "Metadata-Version: 2.1
Name: Zope.Interface
Version: 5.4.0
Summary: Interfaces
        Name: not-a-field
License: ZPL 2.1
Classifier: Development Status :: 5 - Production/Stable
Classifier: License :: OSI Approved :: Zope Public License
Requires-Dist: setuptools

Version: 0 (from the description)
";

    #[test]
    fn headers_are_read_and_the_description_is_not() {
        let expected = "zope-interface 5.4.0 [ZPL 2.1; License :: OSI Approved :: Zope Public License] -> setuptools";
        check(METADATA, expected);
        check(METADATA.replace('\n', "\r\n"), expected);
    }

    #[test]
    fn licences_may_be_expressions_texts_or_unknown() {
        let with = |license: &str| format!("name: a\nversion: 1\n{license}\n");
        check(with("License-Expression: MIT OR Apache-2.0\nLicense: MIT"), "a 1 [MIT OR Apache-2.0]");
        check(with("License: Copyright 2024\n        All rights reserved"), "a 1");
        check(with("License: UNKNOWN"), "a 1");
    }

    #[test]
    fn what_it_needs_is_listed_without_what_its_extras_need() {
        let metadata = "Name: a\nVersion: 1\nRequires-Dist: Jinja2 (>=2.10)\nRequires-Dist: b[c,d]>=1 ; python_version < '3'\n\
            Requires-Dist: e; extra == 'docs'\nRequires-Dist: f ; (os_name == 'nt') and extra=='x'\nRequires-Dist: A\n\
            Requires-Dist: -e g\nRequires-Dist: b\n";
        check(metadata, "a 1 -> b, jinja2");
    }

    #[test]
    fn metadata_without_name_or_version_is_a_gap() {
        check("Name: a\n", "gap: corrupt");
        check("Version: 1\n", "gap: corrupt");
        check("Name: a b\nVersion: 1\n", "gap: corrupt");
        check("", "gap: corrupt");
    }

    #[test]
    fn the_folder_tells() {
        for (path, expected) in [
            ("usr/lib/python3/dist-packages/x-1.0.dist-info/METADATA", true),
            ("x-1.0.egg-info/PKG-INFO", true),
            ("x-1.0-py3.8.egg/EGG-INFO/PKG-INFO", true),
            ("site-packages/x/DIST-INFO/METADATA", true),
            ("usr/lib/python3/dist-packages/x-1.0.egg-info", true),
            ("x-1.0/PKG-INFO", false),
            ("x-1.0.dist-info/RECORD", false),
            ("share/METADATA", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "x.dist-info/METADATA", &[METADATA.as_bytes()]);
    }
}
