//! Patterns of users: regular expressions that take time in proportion to the text, whatever they are, and little space.

use regex::bytes::{Regex, RegexBuilder};

/// What one expression may take in memory, as an automaton.
const LARGEST: usize = 4 << 20;

/// A regular expression as Go and Rust have them (RE2's), over bytes.
pub fn regex(text: &str) -> Result<Regex, String> {
    let build = |text: &str| RegexBuilder::new(text).unicode(false).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
    build(text).map_err(|error| {
        let last = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
        format!("{} is no regular expression: {last}", shortened(text))
    })
}

/// Several of them.
pub fn regexes<T: AsRef<str>>(texts: &[T]) -> Result<Vec<Regex>, String> {
    texts.iter().map(|text| regex(text.as_ref())).collect()
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
}
