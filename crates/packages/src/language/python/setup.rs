//! `setup.py` and `setup.cfg` (setuptools documentation, "Dependencies Management in Setuptools").
//!
//! `setup.py` is a program and not run: of its text, the quoted words count that are requirements of just one version.
//! So a package of medium confidence is what comes of it, whatever list it stands in. In `setup.cfg`, the lists
//! `install_requires` and `setup_requires` and the section of extras are read. Names that are put together are not seen.

use model::{Analyzer, Confidence, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::normalize::normalize;
use super::requirement::pinned;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// Names what to install: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "python-setup",
    version: 1,
    files: &[Key::Name("setup.cfg").when(is_the_projects), Key::Name("setup.py").when(is_the_projects)],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Pypi);
    let mut add = |requirement: &str, presence| {
        // A text that compares two words is no requirement: versions have digits.
        if let Some((name, version)) = pinned(requirement)
            && version.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
            && let Some(package) = listing.add(&normalize(name), version, presence)
        {
            package.confidence = Confidence::Medium;
        }
    };
    if file.path.name() == b"setup.py" {
        text.lines().flat_map(quoted).for_each(|word| add(word, Presence::Declared));
    } else {
        let (mut section, mut key) = ("", "");
        for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
            let mut value = line;
            if let Some(header) = line.strip_prefix('[') {
                (section, key) = (header.split(']').next().unwrap_or_default(), "");
                continue;
            }
            if !line.starts_with([' ', '\t']) {
                let Some((name, rest)) = line.split_once(['=', ':']) else { continue };
                (key, value) = (name.trim(), rest);
            }
            let presence = match (section, key) {
                ("options", "install_requires") => Presence::Declared,
                ("options", "setup_requires" | "tests_require") => Presence::DeclaredForDevelopment,
                ("options.extras_require", _) => Presence::DeclaredOptional,
                _ => continue,
            };
            add(value, presence);
        }
    }
    listing.tell(facts);
    Ok(())
}

/// The words in quotes of one line, up to a comment.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.find(['"', '\'', '#'])?;
        let quote = rest.as_bytes()[start];
        let (word, behind) = rest[start + 1..].split_once(char::from(quote)).filter(|_| quote != b'#')?;
        rest = behind;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const PROGRAM: &str = r#"
from setuptools import setup
if x == "a==b":  # "commented==1.0"
    pass
setup(install_requires=["Flask_Login==0.6.3", 'marked==1.0;python_version<"3.6"', "ranged>=1", f"{name}==1"],
      extras_require={"x": [ " spaced == v0.770", 'other==2']})
"#;

    const SETTINGS: &str = "[metadata]
name = app
version = attr==1
[options]
install_requires =
    Flask==1.0
    # none==1.0
    requests>=2
setup_requires = wheel==0.40
packages = find:
[options.extras_require]
plot = numpy==1.26; python_version > '3'
[tool:pytest]
addopts = x==1
";

    #[test]
    fn literal_requirements_are_listed() {
        testing::check(
            &ANALYZER,
            "srv/setup.py",
            PROGRAM,
            "flask-login 0.6.3 (declared)\nmarked 1.0 (declared)\nother 2 (declared)\nspaced v0.770 (declared)",
        );
    }

    #[test]
    fn settings_have_sections() {
        let expected = "flask 1.0 (declared)\nnumpy 1.26 (optional)\nwheel 0.40 (development)";
        testing::check(&ANALYZER, "srv/setup.cfg", SETTINGS, expected);
    }

    #[test]
    fn binary_files_are_gaps() {
        testing::check(&ANALYZER, "srv/setup.py", b"\0", "gap: corrupt");
    }

    #[test]
    fn the_name_tells() {
        assert!(wants(&ANALYZER, "srv/setup.py"));
        assert!(!wants(&ANALYZER, "usr/lib/python3/dist-packages/x/setup.py"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "setup.py", &[PROGRAM.as_bytes()]);
        survives(&ANALYZER, "setup.cfg", &[SETTINGS.as_bytes()]);
    }
}
