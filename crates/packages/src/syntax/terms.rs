//! Literals of programming languages in which package managers write their files: texts, words and brackets around
//! them. What is no literal, such as a condition or a call, is kept as the words and marks that it is made of.

use std::borrow::Cow;

use model::Unreadable;

/// Values of one file.
const MOST_TERMS: usize = 2_000_000;
/// How deep brackets may lie in each other: groups are dropped recursively.
const DEEPEST: usize = 128;

/// How a language writes its literals. Brackets are `(`, `[` and `{` in all of them.
pub(crate) struct Dialect {
    /// What begins a comment that ends with the line.
    pub(crate) comment: &'static str,
    /// Beginnings and ends of comments that go on over lines.
    pub(crate) blocks: &'static [(&'static str, &'static str)],
    /// What stands at both ends of a text that knows escapes with a backslash, the longest first.
    pub(crate) quotes: &'static [&'static str],
    /// Beginnings and ends of texts without escapes.
    pub(crate) raw: &'static [(&'static str, &'static str)],
    /// What belongs to words besides letters, digits and `_`.
    pub(crate) word: &'static str,
    /// Marks that mean something; others are left out, as are all spaces.
    pub(crate) marks: &'static str,
}

/// One value, or a mark between values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Term<'a> {
    /// What stood between quotes.
    Text(Cow<'a, str>),
    /// A name or a number.
    Word(&'a str),
    /// One of the dialect's marks.
    Mark(char),
    /// What stood between brackets.
    Group(Vec<Self>),
}

impl Term<'_> {
    /// The text or the word; empty for others.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Word(word) => word,
            Self::Mark(_) | Self::Group(_) => "",
        }
    }

    /// What is between the brackets; nothing where there are none.
    pub(crate) fn items(&self) -> &[Self] {
        if let Self::Group(items) = self { items } else { &[] }
    }

    /// Whether it is this word, without quotes.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if *found == word)
    }
}

/// Takes a text apart. Brackets that nobody opened are left out, and those that nobody closes end with the file: whether
/// something is missing can be told only by what it means.
pub(crate) fn parse<'a>(text: &'a str, dialect: &Dialect) -> Result<Vec<Term<'a>>, Unreadable> {
    let mut open: Vec<Vec<Term<'a>>> = Vec::new();
    let mut terms = Vec::new();
    let mut count = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        if let Some((begin, end)) = dialect.blocks.iter().find(|(begin, _)| rest.starts_with(begin)) {
            rest = until(&rest[begin.len()..], end).1;
            continue;
        }
        if rest.starts_with(dialect.comment) {
            rest = memchr::memchr(b'\n', rest.as_bytes()).map_or("", |end| &rest[end..]);
            continue;
        }
        let term = if let Some((begin, end)) = dialect.raw.iter().find(|(begin, _)| rest.starts_with(begin)) {
            let (text, after) = until(&rest[begin.len()..], end);
            rest = after;
            Term::Text(Cow::Borrowed(text))
        } else if let Some(quote) = dialect.quotes.iter().find(|quote| rest.starts_with(**quote)) {
            let (text, after) = quoted(&rest[quote.len()..], quote);
            rest = after;
            Term::Text(text)
        } else if is_of_word(first, dialect) {
            let end = rest.find(|next| !is_of_word(next, dialect)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            Term::Word(word)
        } else {
            rest = after;
            match first {
                '(' | '[' | '{' => {
                    if open.len() >= DEEPEST {
                        return Err(Unreadable::limit(format!("nested deeper than {DEEPEST} levels")));
                    }
                    open.push(std::mem::take(&mut terms));
                    continue;
                }
                ')' | ']' | '}' => match open.pop() {
                    Some(outer) => Term::Group(std::mem::replace(&mut terms, outer)),
                    None => continue,
                },
                mark if dialect.marks.contains(mark) => Term::Mark(mark),
                _ => continue,
            }
        };
        terms.push(term);
        count += 1;
        if count > MOST_TERMS {
            return Err(Unreadable::limit(format!("more than {MOST_TERMS} values")));
        }
    }
    while let Some(outer) = open.pop() {
        let group = Term::Group(std::mem::replace(&mut terms, outer));
        terms.push(group);
    }
    Ok(terms)
}

/// What stands before `end`, and what follows it; everything where it is missing.
fn until<'a>(text: &'a str, end: &str) -> (&'a str, &'a str) {
    let found = memchr::memmem::find(text.as_bytes(), end.as_bytes());
    found.map_or((text, ""), |at| (&text[..at], &text[at + end.len()..]))
}

fn is_of_word(character: char, dialect: &Dialect) -> bool {
    character.is_alphanumeric() || character == '_' || dialect.word.contains(character)
}

/// The text up to the quote, with escapes resolved, and what follows.
fn quoted<'a>(inside: &'a str, quote: &str) -> (Cow<'a, str>, &'a str) {
    let first = quote.as_bytes()[0];
    let mut text = Cow::Borrowed("");
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr2(first, b'\\', &inside.as_bytes()[at..]) {
        let here = at + found;
        if inside[here..].starts_with(quote) {
            text += &inside[start..here];
            return (text, &inside[here + quote.len()..]);
        }
        at = here + 1;
        if inside.as_bytes()[here] == b'\\' {
            text += &inside[start..here];
            let escaped = inside[at..].chars().next();
            // Other escapes stand for control characters or for codes, which no name has.
            match escaped {
                Some('n') => text += "\n",
                Some('t') => text += "\t",
                Some(other) => text.to_mut().push(other),
                None => {}
            }
            at += escaped.map_or(0, char::len_utf8);
            start = at;
        }
    }
    text += &inside[start..];
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIALECT: Dialect = Dialect {
        comment: "#",
        blocks: &[("/*", "*/")],
        quotes: &["\"\"\"", "\"", "'"],
        raw: &[("[[", "]]")],
        word: "-",
        marks: "=",
    };

    /// Writes terms as one line: texts in quotes, groups in round brackets.
    fn line(terms: &[Term<'_>]) -> String {
        let words = terms.iter().map(|term| match term {
            Term::Text(text) => format!("{text:?}"),
            Term::Word(word) => (*word).to_owned(),
            Term::Mark(mark) => mark.to_string(),
            Term::Group(items) => format!("({})", line(items)),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn literals_are_taken_apart() {
        for (text, expected) in [
            ("a = 'b', c-d: \"e\" # f\n[1; {g}]", r#"a = "b" c-d "e" (1 (g))"#),
            ("\"\"\"x \"y\" z\"\"\" w", r#""x \"y\" z" w"#),
            (r#""a\"b\\" "\n""#, r#""a\"b\\" "\n""#),
            (r"[[a\b]] c", r#""a\\b" c"#),
            ("'ä # no comment' é", r#""ä # no comment" é"#),
            ("a /* b\n'c */ d /* e", "a d"),
            (") a ( b", "a (b)"),
            ("'open", r#""open""#),
            ("", ""),
        ] {
            assert_eq!(line(&parse(text, &DIALECT).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn depth_and_number_have_bounds() {
        assert!(parse(&"(".repeat(128), &DIALECT).is_ok());
        assert_eq!(parse(&"(".repeat(129), &DIALECT).unwrap_err().kind.name(), "limit-hit");
        assert_eq!(parse(&"a ".repeat(2_000_001), &DIALECT).unwrap_err().kind.name(), "limit-hit");
    }
}
