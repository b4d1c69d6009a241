//! Patterns of users: regular expressions that take time in proportion to the text, whatever they are, and little space; and
//! paths with stars.

use regex::bytes::{Regex, RegexBuilder};

/// What one expression may take in memory, as an automaton.
const LARGEST: usize = 4 << 20;

/// A regular expression as Go and Rust have them (RE2's), over bytes.
pub fn regex(text: &str) -> Result<Regex, String> {
    let build = |text: &str| RegexBuilder::new(text).unicode(false).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
    // Go knows `\z` as we do, but takes `\Z` for nothing; `\/` and the like are plain characters to it.
    build(text).map_err(|error| {
        let last = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
        format!("{} is no regular expression: {last}", shortened(text))
    })
}

/// Several of them.
pub fn regexes<T: AsRef<str>>(texts: &[T]) -> Result<Vec<Regex>, String> {
    texts.iter().map(|text| regex(text.as_ref())).collect()
}

/// A path with stars: `*` is a part of one name, `**` any number of folders; a path that ends in a slash is all below it.
pub fn glob(text: &str) -> Result<Regex, String> {
    let text = text.trim_start_matches("./").trim_start_matches('/');
    let whole = if text.ends_with('/') { format!("{text}**") } else { text.to_owned() };
    let (mut pattern, mut rest) = (String::from("^"), &*whole);
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("**/") {
            pattern.push_str("(?:.*/)?");
            3
        } else if rest.starts_with("**") {
            pattern.push_str(".*");
            2
        } else {
            match first {
                '*' => pattern.push_str("[^/]*"),
                '?' => pattern.push_str("[^/]"),
                _ => pattern.push_str(&regex::escape(&rest[..first.len_utf8()])),
            }
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    regex(&(pattern + "$"))
}

/// Whether `pattern`, which may end in a star, names this kind.
pub fn is_named(pattern: &str, kind: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == kind, |start| kind.starts_with(start))
}

/// For messages.
fn shortened(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    if start.len() < text.len() { format!("{start:?}…") } else { format!("{start:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_limits() {
        assert!(regex("(?i)a[[:alnum:]]{3,5}\\b").unwrap().is_match(b"A123"));
        assert!(regex("(((a{100}){100}){100}){100}").unwrap_err().contains("(((a{100})"));
        assert!(regex("a(").unwrap_err().contains("\"a(\""));
        // No engine that goes back would come to an end here.
        assert!(!regex("^(a+)+$").unwrap().is_match(&[b"a".repeat(50_000), b"b".to_vec()].concat()));
    }

    #[test]
    fn stars_stay_in_one_name_and_two_do_not() {
        let fits = |glob_: &str, path: &str| glob(glob_).unwrap().is_match(path.as_bytes());
        assert!(fits("a/*.env", "a/x.env") && !fits("a/*.env", "a/b/x.env"));
        assert!(fits("**/x.env", "x.env") && fits("**/x.env", "a/b/x.env") && !fits("**/x.env", "a/bx.env"));
        assert!(fits("./tests/", "tests/a/b") && !fits("tests/", "mytests/a"));
        assert!(fits("a?c+", "abc+") && !fits("a?c+", "abcc"));
        assert!(is_named("stripe-*", "stripe-secret-key") && !is_named("stripe", "stripe-secret-key"));
    }
}
