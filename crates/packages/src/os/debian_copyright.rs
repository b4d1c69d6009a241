//! The licences that Debian's packages declare: what dpkg's database does not tell.
//!
//! **Files.** `usr/share/doc/NAME/copyright`, also inside root filesystems further down. Every package of Debian and of
//! what is built from it has one, or shares that of another package by a link to its folder (Debian Policy 12.5,
//! "Copyright information").
//!
//! **Format.** "Machine-readable debian/copyright file" 1.0 (drafted as DEP-5): paragraphs of fields, the first of which
//! has a `Format`. A `License` begins with a short name or several of them joined by `or`, `and` and commas; the text
//! may follow in indented lines. Other files are prose.
//!
//! **Facts.** What the `License` fields of the header and of paragraphs with `Files` say, as it stands, each once in
//! order of appearance; names are the same whatever their case (section 7.1). A paragraph of its own gives the text of a
//! licence that others name; only one that none of them names counts too. Whether Debian's name is one that SPDX
//! knows is not asked. Of prose, and where no field names a licence: the names of the texts in
//! `/usr/share/common-licenses` that it refers to, and nothing else.
//!
//! **Not seen.** Which files of the package a licence is for. Licences whose text is in the file without a name.
//! Copyrights. `copyright` files anywhere else, such as those of examples.

use std::collections::HashSet;

use memchr::{memchr, memmem};
use model::{Analyzer, Facts, File, ImagePath, Key, Unreadable};

use super::text::{lines, text};

/// The row of the table.
pub const ANALYZER: Analyzer =
    Analyzer { name: "debian-copyright", version: 1, files: &[Key::Name("copyright").when(is_of_a_package)], analyze };

fn is_of_a_package(path: &ImagePath) -> bool {
    let folder = path.parent();
    let Some(slash) = folder.iter().rposition(|&byte| byte == b'/') else { return false };
    folder[..slash].strip_suffix(b"usr/share/doc").is_some_and(|root| root.is_empty() || root.ends_with(b"/"))
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut licenses = Licenses::default();
    if is_machine_readable(file.content) {
        read_fields(file.content, &mut licenses);
    }
    if licenses.found.is_empty() {
        read_prose(file.content, &mut licenses);
    }
    if licenses.is_full {
        facts.gap(Unreadable::limit("the file declares more licences than are kept; the rest is left out"));
    }
    facts.licenses(licenses.found);
    Ok(())
}

/// The licences found so far.
#[derive(Default)]
struct Licenses {
    found: Vec<String>,
    /// What was found, in lower case.
    stated: HashSet<String>,
    /// The names that it consists of, in lower case.
    named: HashSet<String>,
    bytes: usize,
    is_full: bool,
}

impl Licenses {
    /// Bytes that are kept of one file. That of Perl, one of the richest, declares a thousandth of it.
    const MOST: usize = 1 << 20;

    /// Adds a statement that is not there yet.
    fn state(&mut self, license: &[u8]) {
        let Some(license) = text(license) else { return };
        let lower = license.to_lowercase();
        if self.stated.contains(&lower) {
            return;
        }
        self.bytes += license.len();
        if self.bytes > Self::MOST {
            self.is_full = true;
            return;
        }
        self.named.extend(names(&lower).map(str::to_owned));
        self.stated.insert(lower);
        self.found.push(license);
    }

    /// Adds a licence whose text is given, if no statement names it.
    fn define(&mut self, license: &[u8]) {
        if text(license).is_some_and(|license| !self.named.contains(&license.to_lowercase())) {
            self.state(license);
        }
    }
}

/// The licences that a statement in lower case combines (section 7.2), those with an exception also without it.
fn names(statement: &str) -> impl Iterator<Item = &str> {
    let parts = statement.split(',').flat_map(|part| part.split(" or ")).flat_map(|part| part.split(" and "));
    let parts = parts.flat_map(|part| part.split(" and/or ")).map(str::trim);
    parts.flat_map(|part| [Some(part), part.split_once(" with ").map(|(name, _)| name)]).flatten()
}

/// Whether the first paragraph says so (section 6.1).
fn is_machine_readable(content: &[u8]) -> bool {
    let lines = lines(content).map(|(_, line)| line);
    let mut header = lines.skip_while(|line| is_blank(line)).take_while(|line| !is_blank(line));
    header.any(|line| field(line).is_some_and(|(name, _)| names_the_format(name)))
}

/// Whether it is the field that makes a header. Drafts called it `Format-Specification`.
fn names_the_format(field: &[u8]) -> bool {
    is(field, b"format") || is(field, b"format-specification")
}

fn read_fields(content: &[u8], licenses: &mut Licenses) {
    let mut defined = Vec::new();
    let mut paragraph = Vec::new();
    // The header is about the whole package, as paragraphs with `Files` are about some of its files.
    let mut states = false;
    for (_, line) in lines(content) {
        match field(line) {
            Some((name, value)) if is(name, b"license") => paragraph.push(value),
            Some((name, _)) => states |= is(name, b"files") || names_the_format(name),
            None if is_blank(line) => {
                finish(&mut paragraph, states, licenses, &mut defined);
                states = false;
            }
            None => {}
        }
    }
    finish(&mut paragraph, states, licenses, &mut defined);
    for license in defined {
        licenses.define(license);
    }
}

/// Ends a paragraph. Honest ones have one licence; where the empty line between two is missing, both count.
fn finish<'a>(paragraph: &mut Vec<&'a [u8]>, states: bool, licenses: &mut Licenses, defined: &mut Vec<&'a [u8]>) {
    if states {
        for license in paragraph.drain(..) {
            licenses.state(license);
        }
    } else {
        defined.append(paragraph);
    }
}

/// Where Debian keeps the texts of licences that many packages have (Debian Policy 12.5).
const COMMON: &[u8] = b"usr/share/common-licenses/";

fn read_prose(content: &[u8], licenses: &mut Licenses) {
    for at in memmem::find_iter(content, COMMON) {
        let rest = &content[at + COMMON.len()..];
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
        let length = rest.iter().position(|&byte| !is_part(byte)).unwrap_or(rest.len());
        // A dot at the end is the sentence's.
        let end = rest[..length].iter().rposition(|&byte| byte.is_ascii_alphanumeric() || byte == b'+');
        licenses.state(&rest[..end.map_or(0, |end| end + 1)]);
    }
}

/// The name and the value of the field that begins in this line. Values that go on do so in indented lines.
fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    if line.first().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'#')) {
        return None;
    }
    let colon = memchr(b':', line)?;
    Some((line[..colon].trim_ascii_end(), &line[colon + 1..]))
}

fn is(name: &[u8], wanted: &[u8]) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::read;

    const PATH: &str = "usr/share/doc/a/copyright";

    /// Expected: the licences, apart by semicolons.
    fn check(content: &str, expected: &str) {
        let read = read(&ANALYZER, PATH, content.as_bytes());
        assert_eq!(read.licenses.join("; "), expected, "{content}");
        assert_eq!(read.gaps, [], "{content}");
    }

    /// As [`check`], after a header.
    fn check_fields(content: &str, expected: &str) {
        let format = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/";
        check(&format!("{format}\nUpstream-Name: a\n\n{content}"), expected);
    }

    // The syntax is that of "Machine-readable debian/copyright file" 1.0, sections 4 to 7.
    #[test]
    fn paragraphs_on_files_state_licences() {
        check_fields("Files: *\nCopyright: 2020 A\nLicense: Expat\n The text\n .\n License: no\n", "Expat");
        check_fields("License: GPL-2+\nFiles: a\n\nFiles: b\nLicense:\tISC \n", "GPL-2+; ISC");
        check_fields("Files: a\nLicense: ISC\n\nFiles: b\nLicense: MIT\n\nFiles: c\nLicense: ISC\n", "ISC; MIT");
        check_fields("FILES : a\r\nLICENSE:GPL-1+ or Artistic, and Expat\r\n\r\n", "GPL-1+ or Artistic, and Expat");
        check_fields("Files: a\nLicense: BSD-3-clause\n \nFiles: b\nLicense: bsd-3-Clause\n", "BSD-3-clause");
        check_fields("Files: a\nLicense: ISC\nFiles: b\nLicense: MIT\n", "ISC; MIT");
        check_fields("Files: a\n# License: ISC\nLicenses: MIT\n", "");
    }

    #[test]
    fn the_header_states_what_the_whole_has() {
        check("Format: x\nLicense: GPL-2\n\nFiles: *\nLicense: ISC\n", "GPL-2; ISC");
        check("\n\nSource: y\nFormat: x\nLicense: GPL-2\n\nLicense: gpl-2\n", "GPL-2");
        check("Format-Specification: x\n\nFiles: *\nLicense: GPL-2\n", "GPL-2");
    }

    #[test]
    fn texts_of_licences_that_others_name_state_nothing_more() {
        check_fields(
            "Files: *\nLicense: GPL-1+ or Artistic\n\nLicense: GPL-1+\n x\n\nLicense: artistic\n x\n",
            "GPL-1+ or Artistic",
        );
        check_fields("License: MIT\n\nFiles: *\nLicense: ISC, and MIT\n", "ISC, and MIT");
        check_fields(
            "Files: *\nLicense: GPL-3+ with Bison exception or ISC\n\nLicense: GPL-3+\n",
            "GPL-3+ with Bison exception or ISC",
        );
        check_fields("Files: *\nLicense: ISC and/or LGPL-2.1+\n\nLicense: LGPL-2.1+\n", "ISC and/or LGPL-2.1+");
        check_fields("Files: *\nLicense: GPL-2+\n\nLicense: GPL-2\n x\n\nLicense: gpl-2\n", "GPL-2+; GPL-2");
    }

    #[test]
    fn prose_refers_to_texts() {
        check("It is free, see `/usr/share/common-licenses/GPL-2'.\nLicense: no\n", "GPL-2");
        check("/usr/share/common-licenses/LGPL-2.1.\n\n/usr/share/common-licenses/LGPL-2.1, and\n", "LGPL-2.1");
        check("“usr/share/common-licenses/Apache-2.0”; /usr/share/common-licenses/GPL-3+.", "Apache-2.0; GPL-3+");
        check(
            "in /usr/share/common-licenses/, /usr/share/common-licenses/{GPL-2,GPL-3} or /usr/share/common-licenses",
            "",
        );
        check("Files: *\nLicense: GPL-2\n\nFormat: late\n", "");
    }

    #[test]
    fn fields_without_a_name_leave_the_texts() {
        check_fields("Files: *\nLicense:\n See /usr/share/common-licenses/GPL-2.\n", "GPL-2");
        check_fields("Files: *\nLicense: ISC\n See /usr/share/common-licenses/GPL-2.\n", "ISC");
    }

    #[test]
    fn what_a_file_may_declare_has_a_bound() {
        let paragraphs: Vec<_> = (0..100_000).map(|index| format!("Files: a\nLicense: a-license-{index}\n")).collect();
        let read = read(&ANALYZER, PATH, format!("Format: x\n\n{}", paragraphs.join("\n")).as_bytes());
        let kept: usize = read.licenses.iter().map(String::len).sum();
        assert!((1_000_000..=1 << 20).contains(&kept), "{kept} bytes are kept");
        assert_eq!(read.gaps.len(), 1);
    }

    #[test]
    fn only_the_files_of_packages_are_wanted() {
        let wants = |path: &str| ANALYZER.wants(&path.into(), None);
        assert!(wants("usr/share/doc/libc6/copyright"));
        assert!(wants("opt/rootfs/usr/share/doc/libc6/copyright"));
        assert!(!wants("usr/share/doc/a/examples/debian/copyright"));
        assert!(!wants("myusr/share/doc/a/copyright"));
        assert!(!wants("opt/conda/share/doc/a/copyright"));
        assert!(!wants("usr/share/doc/copyright"));
        assert!(!wants("copyright"));
    }
}
