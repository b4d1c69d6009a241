//! Patterns of names and paths: `*` is anything within one folder, `**` anything at all, `**/` any folders or none, `?` one
//! character; `\` takes what follows as it is.
//!
//! Both the pattern and the text may come from strangers: a match costs their lengths multiplied, never more.

use std::fmt;

/// Characters of a pattern.
const LONGEST: usize = 1024;

/// A pattern.
#[derive(Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
    parts: Vec<Part>,
}

/// One step of the automaton: what has to be consumed to get to the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Char(char),
    /// One character within a folder.
    One,
    /// Any characters within a folder.
    Some,
    /// Any characters.
    Any,
    /// Nothing; the two steps that follow may be passed over.
    Perhaps,
}

impl Glob {
    /// Reads a pattern.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.chars().count() > LONGEST {
            return Err(format!("a pattern has from 1 to {LONGEST} characters"));
        }
        let mut parts = Vec::new();
        let mut rest = text.chars().peekable();
        while let Some(next) = rest.next() {
            match next {
                '*' if rest.next_if_eq(&'*').is_some() => {
                    let begins = matches!(parts.last(), None | Some(Part::Char('/')));
                    if begins && rest.next_if_eq(&'/').is_some() {
                        parts.extend([Part::Perhaps, Part::Any, Part::Char('/')]);
                    } else {
                        parts.push(Part::Any);
                    }
                }
                '*' => parts.push(Part::Some),
                '?' => parts.push(Part::One),
                '\\' => parts.push(Part::Char(rest.next().ok_or("a pattern cannot end with \\")?)),
                '[' | ']' | '{' | '}' => {
                    return Err(format!(
                        "the pattern {text:?} has {next}, which is not read; write \\{next} for itself"
                    ));
                }
                other => parts.push(Part::Char(other)),
            }
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// A pattern of paths: whether it begins with `/` does not matter, and one that ends with it is all below.
    pub fn of_path(text: &str) -> Result<Self, String> {
        let below = if text.ends_with('/') { "**" } else { "" };
        let mut glob = Self::new(&format!("{}{below}", text.trim_start_matches('/')))?;
        text.clone_into(&mut glob.text);
        Ok(glob)
    }

    /// Exactly this text, whatever characters it has.
    pub fn exactly(text: &str) -> Self {
        Self { text: text.to_owned(), parts: text.chars().map(Part::Char).collect() }
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is only one text that it matches.
    pub fn is_plain(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Char(_)))
    }

    /// Whether the whole text is what the pattern says.
    pub fn matches(&self, text: &str) -> bool {
        // Whether the automaton may be at each of its steps, of which the last is the end.
        let mut at = vec![false; self.parts.len() + 1];
        let mut next = at.clone();
        self.enter(&mut at, 0);
        for character in text.chars() {
            next.fill(false);
            let mut alive = false;
            for (step, part) in self.parts.iter().enumerate().filter(|&(step, _)| at[step]) {
                let (consumes, stays) = match part {
                    Part::Char(expected) => (*expected == character, false),
                    Part::One => (character != '/', false),
                    Part::Some => (character != '/', true),
                    Part::Any => (true, true),
                    Part::Perhaps => (false, false),
                };
                if consumes {
                    alive = true;
                    self.enter(&mut next, if stays { step } else { step + 1 });
                }
            }
            if !alive {
                return false;
            }
            std::mem::swap(&mut at, &mut next);
        }
        at[self.parts.len()]
    }

    /// Notes that a step was reached, and with it those behind it that need nothing.
    fn enter(&self, at: &mut [bool], step: usize) {
        let mut step = step;
        while !at[step] {
            at[step] = true;
            match self.parts.get(step) {
                Some(Part::Perhaps) => {
                    // As deep as there are such steps in a row, of which a pattern has room for a few hundred.
                    self.enter(at, step + 3);
                    step += 1;
                }
                Some(Part::Some | Part::Any) => step += 1,
                _ => return,
            }
        }
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let glob = Glob::new(pattern).unwrap();
        for text in matching {
            assert!(glob.matches(text), "{pattern} {text}");
        }
        for text in others {
            assert!(!glob.matches(text), "{pattern} {text}");
        }
    }

    #[test]
    fn stars_stay_in_their_folder() {
        check("usr/*/lib", &["usr/local/lib", "usr//lib"], &["usr/lib", "usr/a/b/lib", "usr/local/libs"]);
        check("*.jar", &["a.jar", ".jar"], &["lib/a.jar", "a.jars"]);
        check("a?c", &["abc", "aéc"], &["ac", "a/c", "abbc"]);
        check("*", &["", "abc"], &["a/b"]);
    }

    #[test]
    fn two_stars_go_anywhere() {
        check("**", &["", "a", "a/b"], &[]);
        check("**/x", &["x", "a/x", "a/b/x"], &["ax", "a/bx", "x/a"]);
        check("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["a/xb", "ab"]);
        check("a/**", &["a/", "a/b/c"], &["a", "ab"]);
        check("**/a/**/b", &["a/b", "x/a/y/b"], &["x/ay/b"]);
        check("**/**/x", &["x", "a/b/x"], &["bx"]);
        check("ghcr.io/acme/**:1.*", &["ghcr.io/acme/shop:1.2", "ghcr.io/acme/a/b:1.0"], &["ghcr.io/other/shop:1.2"]);
    }

    #[test]
    fn characters_can_be_taken_as_they_are() {
        check(r"a\*b\[c\]", &["a*b[c]"], &["axb[c]"]);
        for pattern in ["", "a[b]", "{a,b}", r"a\"] {
            assert!(Glob::new(pattern).is_err(), "{pattern}");
        }
        assert!(Glob::exactly("[a]*").matches("[a]*") && !Glob::exactly("*").matches("a"));
        assert!(Glob::exactly("a").is_plain() && !Glob::new("a*").unwrap().is_plain());
    }

    #[test]
    fn paths_may_begin_and_end_with_a_slash() {
        let matches = |pattern: &str, path: &str| Glob::of_path(pattern).unwrap().matches(path);
        assert!(matches("/usr/lib/x", "usr/lib/x"));
        assert!(matches("usr/lib/", "usr/lib/a/b") && !matches("usr/lib/", "usr/lib"));
    }

    // What takes exponential time where a matcher tries one way after the other: it would not end.
    #[test]
    fn hostile_patterns_cost_no_more_than_their_length() {
        let pattern = Glob::new(&"**a".repeat(300)).unwrap();
        assert!(!pattern.matches(&"a".repeat(299)));
        assert!(pattern.matches(&"a".repeat(300)));
        assert!(Glob::new(&"a".repeat(LONGEST + 1)).is_err());
    }
}
