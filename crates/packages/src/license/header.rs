//! Heads of source files: which licence a file says that it is under. Only with `--license-full`.
//!
//! **Files.** Source files by their extensions.
//!
//! **Format.** `SPDX-License-Identifier:` and an expression (SPDX specification 2.3, Annex E, "Using SPDX short
//! identifiers in source files"), or the first comment of the file, compared with the standard headers and the short texts on
//! the SPDX list.
//!
//! **Facts.** The licence, with the part of the comment that agrees.
//!
//! **Not seen.** What stands behind the first 16 KiB, or in a text that is no comment, such as that at the head of a Python
//! module. Headers that refer to another file in words of their own.

use memchr::memmem;
use model::{Analyzer, Facts, File, Key, LicenseForm, LicenseText, Pattern, Unreadable};

use super::matcher;

/// The row of the table.
pub(super) const ANALYZER: Analyzer = Analyzer { name: "license-header", version: 1, files: FILES, analyze };

const HEAD: usize = 16 << 10;
/// Lines of a comment that can be its licence.
const LINES: usize = 120;
const TAG: &[u8] = b"SPDX-License-Identifier:";

macro_rules! extensions {
    ($($extension:literal)+) => {
        const FILES: &[Pattern] = &[$(Key::Extension($extension).any()),+];
    };
}

extensions! {
    "c" "h" "cc" "cpp" "cxx" "hh" "hpp" "m" "mm" "s" "cs" "go" "rs" "java" "kt" "kts" "scala" "groovy" "clj" "swift" "dart"
    "js" "mjs" "cjs" "jsx" "ts" "tsx" "vue" "css" "scss" "py" "pyx" "rb" "php" "pl" "pm" "sh" "bash" "lua" "r" "jl" "hs" "ml"
    "erl" "ex" "exs" "el" "lisp" "sql" "proto" "tf" "cmake"
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of analyzers")]
fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let head = &file.content[..file.content.len().min(HEAD)];
    if let Some(at) = memmem::find(head, TAG) {
        let line = head[at + TAG.len()..].split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        let license = tag(&String::from_utf8_lossy(line));
        if let Some(license) = license {
            facts.license_text(LicenseText { license, confidence: 100, form: LicenseForm::Header });
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(head);
    if speaks_of_licences(&head) {
        for text in matcher::read(&comment(&head), LicenseForm::Header) {
            facts.license_text(text);
        }
    }
    Ok(())
}

/// The expression behind the tag, without the end of the comment.
fn tag(line: &str) -> Option<String> {
    let ends = ["*/", "-->", "#}", "--}}", "*)", "\"", "'"];
    let end = ends.iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len());
    let text = line[..end].trim();
    (!text.is_empty()).then(|| licenses::Expression::read(text).to_string())
}

fn speaks_of_licences(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["licens", "licenc", "permission is hereby", "redistribution and use", "public domain"]
        .iter()
        .any(|word| lower.contains(word))
}

/// The first comment: of it the paragraphs from the first to the last that speak of licences.
fn comment(head: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    // Whether a comment that ends with a mark of its own is open.
    let mut open = false;
    for line in head.lines() {
        let line = line.trim();
        let begins = ["/*", "<!--", "(*", "{-"].iter().any(|mark| line.starts_with(mark));
        open |= begins;
        let is_comment = open || ["//", "#", "--", ";", "%", "*", "'", "!"].iter().any(|mark| line.starts_with(mark));
        if is_comment {
            if !line.starts_with("#!") {
                lines.push(line);
            }
        } else if !line.is_empty() && !line.starts_with("<?") && !lines.is_empty() {
            break;
        } else if !lines.is_empty() {
            lines.push("");
        }
        if open && ["*/", "-->", "*)", "-}"].iter().any(|mark| line.ends_with(mark)) {
            open = false;
        }
        if lines.len() >= LINES {
            break;
        }
    }
    let is_mark = |character: char| "/*#;%!<>-(){}'".contains(character) || character.is_whitespace();
    let text: Vec<&str> =
        lines.iter().map(|line| line.trim_start_matches(is_mark).trim_end_matches("*/").trim_end()).collect();
    let text = text.join("\n");
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    let tells = |paragraph: &str| {
        let lower = paragraph.to_ascii_lowercase();
        ["licens", "licenc", "permission", "redistribut", "warrant", "public domain"]
            .iter()
            .any(|word| lower.contains(word))
    };
    let (first, last) =
        (paragraphs.iter().position(|text| tells(text)), paragraphs.iter().rposition(|text| tells(text)));
    match (first, last) {
        (Some(first), Some(last)) => paragraphs[first..=last].join("\n\n"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::{check, header_of};

    fn check_head(content: &str, expected: &[&str]) {
        check(&ANALYZER, "srv/a.c", content, expected);
    }

    /// A comment of these lines.
    fn commented(text: &str, start: &str, line: &str, end: &str) -> String {
        let lines: Vec<String> = text.lines().map(|text| format!("{line}{text}")).collect();
        format!("{start}\n{}\n{end}\nint main(void) {{ return 0; }}\n", lines.join("\n"))
    }

    #[test]
    fn tags_are_read() {
        check_head("// SPDX-License-Identifier: MIT\nint a;\n", &["MIT header"]);
        check_head(
            "/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */\n",
            &["GPL-2.0-only WITH Linux-syscall-note header"],
        );
        check_head(
            "#!/bin/sh\n# SPDX-License-Identifier: (GPL-2.0+ OR BSD-3-Clause)\n",
            &["GPL-2.0-or-later OR BSD-3-Clause header"],
        );
        check_head("<!-- SPDX-License-Identifier: CC0-1.0 -->\r\n", &["CC0-1.0 header"]);
        check_head("// SPDX-License-Identifier: LicenseRef-own\n", &["LicenseRef-own header"]);
        check_head("// SPDX-License-Identifier:\n", &[]);
    }

    #[test]
    fn comments_are_compared_with_headers() {
        for (license, expected) in [
            ("Apache-2.0", "Apache-2.0 header"),
            ("MPL-2.0", "MPL-2.0 header"),
            // The SPDX list has one text for both, which says nothing of later versions.
            ("GPL-2.0-or-later", "GPL-2.0-only header"),
        ] {
            let text = header_of(license);
            check_head(&commented(&text, "/*", " * ", " */"), &[expected]);
            check_head(&commented(&text, "", "// ", ""), &[expected]);
            check_head(&commented(&text, "#!/usr/bin/env python", "# ", ""), &[expected]);
            let told = format!("A program that does much.\n\nCopyright (c) 2020 Acme\n\n{text}\n\nAuthors: A, B and C");
            check_head(&commented(&told, "/**", " * ", " */"), &[expected]);
        }
    }

    #[test]
    fn later_versions_count_where_the_comment_says_so() {
        let text = header_of("GPL-2.0-or-later")
            .replace("; version 2.", "; either version 2 of the License, or (at your option) any later version.");
        assert!(text.contains("any later version"));
        check_head(&commented(&text, "/*", " * ", " */"), &["GPL-2.0-or-later header"]);
    }

    #[test]
    fn other_comments_say_nothing() {
        check_head(
            "// A program that has nothing to say about itself, and says so in many words, for once.\nint a;\n",
            &[],
        );
        check_head(
            "// See the file LICENSE that came with this program for what you may do with it, and what not.\n",
            &[],
        );
        check_head("int license = 0; // licensed\n", &[]);
        check_head("", &[]);
    }
}
