//! `requirements.txt` and its variations (pip documentation, "Requirements File Format"; PEP 440; PEP 508).
//!
//! Only requirements that name one version, with `==` or `===` and without `*`, or as the address of a wheel whose name
//! has it, say what will be installed; the others depend on the day. Lines that begin with `-` are options: other files that they name are read where they are found,
//! for themselves. Values of environment variables (`${NAME}`) are not known, so what needs one is left out.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Unreadable};

use super::normalize::normalize;
use super::requirement::pinned;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// Names what to install: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "requirements", version: 2, files: &[Key::Extension("txt").when(is_requirements)], analyze };

fn is_requirements(path: &ImagePath) -> bool {
    memchr::memmem::find(path.name(), b"requirements").is_some() && is_the_projects(path)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Pypi);
    let mut requirement = String::new();
    for line in text.lines() {
        // Comments go before lines are joined, so a backslash in one joins nothing, and neither does one before it.
        let line = without_comment(line);
        if let Some(part) = line.strip_suffix('\\') {
            requirement.push_str(part);
            continue;
        }
        requirement.push_str(line);
        if let Some((name, version)) = pinned(&requirement) {
            listing.add(&normalize(name), version, Presence::Declared);
        }
        requirement.clear();
    }
    if let Some((name, version)) = pinned(&requirement) {
        listing.add(&normalize(name), version, Presence::Declared);
    }
    listing.tell(facts);
    Ok(())
}

/// A comment begins with `#` at the start of a line or after a space: elsewhere it is part of an address.
fn without_comment(line: &str) -> &str {
    let mut end = line.len();
    for (at, _) in line.match_indices('#') {
        if line[..at].chars().next_back().is_none_or(char::is_whitespace) {
            end = at;
            break;
        }
    }
    line[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(requirements: impl AsRef<[u8]>, expected: &str) {
        testing::check(&ANALYZER, "srv/requirements.txt", requirements, expected);
    }

    const REQUIREMENTS: &str = "# what the shop needs
Flask==1.0
 zope.interface == 5.4 # indented
SQLAlchemy>=1.4,==1.4.0
arbitrary===2024-01
celery[redis, sqs] == 4.4.7 ; python_version < '3.8'
argh==0.26.2 \\
    --hash=sha256:00 \\
    --hash=sha256:11
bracketed (==1!2.0.post1)
local==1.0+deb.1 --hash=sha256:00
continued \\
    ==3.1
wheel @ https://example.test/wheel-2.1-py3-none-any.whl
";

    #[test]
    fn pinned_versions_are_listed() {
        check(
            REQUIREMENTS,
            "arbitrary 2024-01 (declared)
             argh 0.26.2 (declared)
             bracketed 1!2.0.post1 (declared)
             celery 4.4.7 (declared)
             continued 3.1 (declared)
             flask 1.0 (declared)
             local 1.0+deb.1 (declared)
             sqlalchemy 1.4.0 (declared)
             wheel 2.1 (declared)
             zope-interface 5.4 (declared)",
        );
    }

    #[test]
    fn everything_else_says_nothing_for_certain() {
        check(
            "any\nranged>=1.0,<2\ncompatible~=1.1\nwild==2.8.*\nnot!=1.0\nfrom @ https://example.test/x-1.0.zip
             -r other.txt\n-c constraints==1.txt\n--index-url https://example.test\n-e .\n./folder==1\n==2.3.4
             env==${VERSION}\n$NAME==1.0\n#commented==1.0\nhttps://example.test/x.zip#egg=x==1.0",
            "",
        );
    }

    #[test]
    fn files_from_windows_are_read() {
        check("\u{feff}a==1.0\r\nb==2.0 \\\r\n  --hash=sha256:00\r\n", "a 1.0 (declared)\nb 2.0 (declared)");
        let utf16: Vec<u8> = "\u{feff}a==1.0\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(utf16, "a 1.0 (declared)");
    }

    #[test]
    fn the_name_tells() {
        for (path, expected) in [
            ("srv/requirements.txt", true),
            ("srv/requirements-dev.txt", true),
            ("srv/test_requirements.txt", true),
            ("srv/requirements.in", false),
            ("srv/require.txt", false),
            ("usr/lib/python3/dist-packages/x/requirements.txt", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "requirements.txt", &[REQUIREMENTS.as_bytes()]);
    }
}
