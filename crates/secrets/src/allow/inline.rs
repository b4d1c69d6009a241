//! Comments that allow the secret in their line, or in the next one. Every scanner has its own word for it; that of any counts.

/// What allows a secret in the same line.
const HERE: &[&str] = &[
    "plimsoll:ignore",
    "gitleaks:allow",
    "betterleaks:allow",
    "trufflehog:ignore",
    "kingfisher:ignore",
    "pragma: allowlist secret",
    "pragma: whitelist secret",
    "ggignore",
    "checkov:skip=ckv_secret",
    "nosec",
    "nosemgrep",
];

/// What allows a secret in the next line.
const NEXT: &[&str] = &[
    "plimsoll:ignore-next-line",
    "pragma: allowlist nextline secret",
    "pragma: whitelist nextline secret",
    "kics-scan ignore-line",
];

/// So much of a line is looked at before and after a secret.
const REACH: usize = 1024;

/// Why the text at `span` is allowed, where a comment says so.
pub fn comment(text: &[u8], span: &std::ops::Range<usize>) -> Option<String> {
    let from = line_start(text, span.start);
    let after = &text[span.end..text.len().min(span.end + REACH)];
    let to = span.end + memchr::memchr(b'\n', after).unwrap_or(after.len());
    let here = [&text[from..span.start], b"\n", &text[span.end..to]].concat();
    let found = said(HERE, &here);
    let found = found.or_else(|| {
        let end = from.checked_sub(1).filter(|&end| text[end] == b'\n')?;
        said(NEXT, &text[line_start(text, end)..end])
    });
    found.map(|(mark, reason)| {
        let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        format!("allowed by the comment {mark}{reason}")
    })
}

fn line_start(text: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(REACH);
    memchr::memrchr(b'\n', &text[from..at]).map_or(from, |end| from + end + 1)
}

/// The mark that stands in `line` as a word, and what our own gives as the reason.
fn said(marks: &[&'static str], line: &[u8]) -> Option<(&'static str, String)> {
    // All have one of these letters, and most lines have no comment.
    let lower = line.to_ascii_lowercase();
    marks.iter().find_map(|mark| {
        let at = memchr::memmem::find(&lower, mark.as_bytes())?;
        let (before, after) = (&lower[..at], &lower[at + mark.len()..]);
        let is_word = before.last().is_none_or(|byte| !byte.is_ascii_alphanumeric())
            && after.first().is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
        let is_comment = mark.contains(':') || mark.contains(' ') || opens_comment(before);
        let reason = if mark.starts_with("plimsoll") { reason(&line[at + mark.len()..]) } else { String::new() };
        (is_word && is_comment).then_some((*mark, reason))
    })
}

/// Whether a comment begins before a mark that is a single word.
fn opens_comment(before: &[u8]) -> bool {
    let trimmed = before.trim_ascii_end();
    ["#", "//", "/*", "<!--", "--", ";"].iter().any(|sign| trimmed.ends_with(sign.as_bytes()))
}

/// What follows our own mark, up to the end of the comment.
fn reason(rest: &[u8]) -> String {
    let text = String::from_utf8_lossy(rest.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
    let text = text.trim_end().trim_end_matches("*/").trim_end_matches("-->");
    text.trim_matches(|c: char| c.is_whitespace() || ":-(,)".contains(c)).chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let at = text.find("SECRET").unwrap();
        let seen = comment(text.as_bytes(), &(at..at + 6));
        assert_eq!(seen.as_deref(), expected, "{text}");
    }

    #[test]
    fn comments_allow_their_line() {
        check("a = 'SECRET' # plimsoll:ignore", Some("allowed by the comment plimsoll:ignore"));
        let reason = "allowed by the comment plimsoll:ignore: a key of the test system";
        check("a = SECRET /* plimsoll:ignore a key of the test system */", Some(reason));
        check("a = 'SECRET' // Gitleaks:Allow", Some("allowed by the comment gitleaks:allow"));
        check("x\na: SECRET  # pragma: allowlist secret\n", Some("allowed by the comment pragma: allowlist secret"));
        check("a = 'SECRET'  # nosec B105", Some("allowed by the comment nosec"));
        check("<a>SECRET</a> <!-- nosemgrep -->", Some("allowed by the comment nosemgrep"));
    }

    #[test]
    fn comments_allow_the_next_line() {
        let expected = Some("allowed by the comment plimsoll:ignore-next-line: old");
        check("# plimsoll:ignore-next-line: old\nSECRET", expected);
        check("# pragma: allowlist nextline secret\n\nSECRET", None);
        check("# plimsoll:ignore\nSECRET", None);
    }

    #[test]
    fn what_only_looks_like_such_a_comment_allows_nothing() {
        check("a = 'SECRET'\n# gitleaks:allow", None);
        check("nosec = 'SECRET'", None);
        check("a = 'SECRET' # see ungitleaks:allowed", None);
        check("a = 'SECRET' # plimsoll:ignored", None);
    }
}
