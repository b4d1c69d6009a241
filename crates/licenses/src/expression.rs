//! Expressions of licences: read from whatever people write, written as SPDX has it (Annex D).

use std::collections::HashSet;
use std::fmt;

use crate::names::{self, is_reference, known, listed};

/// Licences and how they combine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expression {
    /// One licence.
    License(License),
    /// Whoever uses the work chooses one of these.
    Any(Vec<Self>),
    /// All of these have to be kept.
    All(Vec<Self>),
}

/// One licence, perhaps with an exception.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct License {
    /// Which.
    pub name: Name,
    /// The exception's identifier on the SPDX list, or what it is called where it is not on it.
    pub exception: Option<Result<&'static str, String>>,
}

/// What a licence is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// On the SPDX list.
    Listed {
        /// The identifier.
        id: &'static str,
        /// Whether later versions count as well, where the identifier does not say.
        or_later: bool,
    },
    /// `LicenseRef-…`: a name that somebody gave a licence that is not on the list.
    Reference(String),
    /// Not understood: what was declared.
    Other(String),
}

impl License {
    pub(crate) fn new(name: Name) -> Self {
        Self { name, exception: None }
    }
}

/// Longer texts are no declarations.
const LONGEST: usize = 4096;
/// Operators that may be open, and combined.
const DEEPEST: usize = 24;
const MOST_TOKENS: usize = 512;

impl Expression {
    /// What a declaration means. Never fails: what is not understood becomes [`Name::Other`], as a whole or in its part of
    /// an expression.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        if let Some(expression) = Self::standard(text) {
            return expression;
        }
        if text.len() > LONGEST {
            return Self::other(text);
        }
        // "License :: OSI Approved :: MIT License": the last part says which.
        let told = text.rsplit(" :: ").next().unwrap_or(text);
        // OSGi's `Bundle-License` tells where the text is behind the name (Core 8, 3.2.1.11).
        let is_attribute =
            |rest: &str| ["link=", "description="].iter().any(|name| rest.trim_start().starts_with(name));
        let told = told.split_once(';').filter(|(_, rest)| is_attribute(rest)).map_or(told, |(name, _)| name);
        let told = told.strip_suffix("+ file LICENSE").or(told.strip_suffix("+ file LICENCE")).unwrap_or(told).trim();
        if let Some(expression) = known(text).or_else(|| known(told)) {
            return expression;
        }
        let expression = Tokens::of(told).and_then(|mut tokens| {
            let expression = tokens.list(0)?;
            tokens.rest.is_empty().then_some(expression)
        });
        // An expression of nothing that is understood is a sentence.
        match expression {
            Some(expression) if expression.licenses().any(is_understood) => expression,
            _ => Self::other(text),
        }
    }

    /// Several declarations about one work. Some package managers list what to choose from, others what holds for parts.
    pub fn joined(texts: impl IntoIterator<Item = impl AsRef<str>>, choice: bool) -> Option<Self> {
        let mut read: Vec<Self> = Vec::new();
        for text in texts {
            let text = text.as_ref();
            if !text.trim().is_empty() {
                read.push(Self::read(text));
            }
        }
        if choice { any(read) } else { all(read) }
    }

    /// An expression that is one by the standard.
    fn standard(text: &str) -> Option<Self> {
        Self::parse(text, Grammar::Standard)
    }

    /// One of our tables.
    pub(crate) fn of_table(text: &str) -> Option<Self> {
        Self::parse(text, Grammar::Table)
    }

    fn parse(text: &str, grammar: Grammar) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut tokens = Tokens { rest: Vec::new(), grammar };
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        tokens.rest = spaced.split_whitespace().rev().map(Token::standard).collect();
        if tokens.rest.is_empty() || tokens.rest.len() > MOST_TOKENS {
            return None;
        }
        let expression = tokens.list(0)?;
        tokens.rest.is_empty().then_some(expression)
    }

    fn other(text: &str) -> Self {
        Self::License(License::new(Name::Other(text.to_owned())))
    }

    /// The licences in it, from left to right.
    pub fn licenses(&self) -> impl Iterator<Item = &License> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            loop {
                match waiting.pop()? {
                    Self::License(license) => return Some(license),
                    Self::Any(parts) | Self::All(parts) => waiting.extend(parts.iter().rev()),
                }
            }
        })
    }

    /// Whether every part of it has a meaning.
    pub fn is_understood(&self) -> bool {
        self.licenses().all(is_understood)
    }

    /// The parts of which each has to be kept.
    pub fn duties(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            _ => std::slice::from_ref(self),
        }
    }

    /// The identifier, if it is nothing but one licence of the SPDX list.
    pub fn id(&self) -> Option<&'static str> {
        match self {
            Self::License(License { name: Name::Listed { id, or_later: false }, exception: None }) => Some(id),
            _ => None,
        }
    }
}

fn is_understood(license: &License) -> bool {
    !matches!(license.name, Name::Other(_)) && !matches!(license.exception, Some(Err(_)))
}

fn any(parts: Vec<Expression>) -> Option<Expression> {
    combine(parts, Expression::Any, |part| match part {
        Expression::Any(parts) => parts,
        other => vec![other],
    })
}

fn all(parts: Vec<Expression>) -> Option<Expression> {
    combine(parts, Expression::All, |part| match part {
        Expression::All(parts) => parts,
        other => vec![other],
    })
}

/// Flattens what combines in the same way, and says everything once.
fn combine(
    parts: Vec<Expression>,
    make: fn(Vec<Expression>) -> Expression,
    flat: fn(Expression) -> Vec<Expression>,
) -> Option<Expression> {
    let mut seen = HashSet::new();
    let mut told: Vec<Expression> = parts.into_iter().flat_map(flat).filter(|part| seen.insert(part.clone())).collect();
    if told.len() > 1 { Some(make(told)) } else { told.pop() }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, operator) = match self {
            Self::License(license) => return license.fmt(f),
            Self::Any(parts) => (parts, " OR "),
            Self::All(parts) => (parts, " AND "),
        };
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(operator)?;
            }
            match part {
                Self::License(license) => license.fmt(f)?,
                Self::Any(_) | Self::All(_) => write!(f, "({part})")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for License {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Name::Listed { id, or_later } => write!(f, "{id}{}", if *or_later { "+" } else { "" })?,
            Name::Reference(name) => f.write_str(name)?,
            Name::Other(text) => write!(f, "LicenseRef-{}", word(text))?,
        }
        match &self.exception {
            None => Ok(()),
            Some(Ok(id)) => write!(f, " WITH {id}"),
            Some(Err(text)) => write!(f, " WITH AdditionRef-{}", word(text)),
        }
    }
}

/// A text as a word that SPDX allows behind `LicenseRef-`.
fn word(text: &str) -> String {
    const LONGEST: usize = 64;
    let mut word = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || character == '.' {
            word.push(character);
        } else if !word.ends_with('-') && !word.is_empty() {
            word.push('-');
        }
        if word.len() >= LONGEST {
            break;
        }
    }
    let word = word.trim_end_matches('-');
    if word.is_empty() { "unnamed".to_owned() } else { word.to_owned() }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Comma,
    /// A name; in expressions by the standard also `WITH`.
    Term(String),
}

impl Token {
    fn standard(word: &str) -> Self {
        match word {
            "(" => Self::Open,
            ")" => Self::Close,
            "AND" | "and" => Self::And,
            "OR" | "or" => Self::Or,
            _ => Self::Term(word.to_owned()),
        }
    }
}

/// Whose words are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grammar {
    /// Anybody's.
    Free,
    /// The standard's, with identifiers of today and of yesterday.
    Standard,
    /// The same with those of today.
    Table,
}

/// Tokens that are not read yet, the next one last.
struct Tokens {
    rest: Vec<Token>,
    grammar: Grammar,
}

impl Tokens {
    /// The tokens of a text in anybody's words. Operators are words, commas and signs; brackets that follow a name belong to
    /// it, and so does "or later".
    fn of(text: &str) -> Option<Self> {
        let signs =
            [('|', " or "), ('&', " and "), (';', " , "), ('/', " or "), (',', " , "), ('(', " ( "), (')', " ) ")];
        let mut spaced = String::with_capacity(text.len() * 2);
        for word in text.replace("and/or", " or ").replace("AND/OR", " or ").split_whitespace() {
            // The slashes of an address are its own; what follows it is not.
            let is_address = word.starts_with("http://") || word.starts_with("https://");
            let end = if is_address { word.trim_end_matches([',', ';', ')']).len() } else { 0 };
            spaced.push_str(&word[..end]);
            for character in word[end..].chars() {
                match signs.iter().find(|(sign, _)| *sign == character) {
                    Some((_, words)) => spaced.push_str(words),
                    None => spaced.push(character),
                }
            }
            spaced.push(' ');
        }
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut tokens: Vec<Token> = Vec::new();
        let mut at = 0;
        while let Some(word) = words.get(at).copied() {
            let later = ["later", "newer", "greater", "any", "above"];
            let next = words.get(at + 1).map(|next| next.to_lowercase()).unwrap_or_default();
            let goes_on = later.contains(&&*next);
            if word == "," && next == "version" {
                // "Apache License, Version 2.0" is one name.
                at += 1;
                continue;
            }
            let token = match (word, word.to_lowercase().as_str(), tokens.last_mut()) {
                ("(", _, Some(Token::Term(name))) => {
                    let end = words[at..].iter().position(|word| *word == ")")?;
                    name.push_str(" (");
                    name.push_str(&words[at + 1..at + end].join(" "));
                    name.push(')');
                    at += end + 1;
                    continue;
                }
                (_, "or" | "and", Some(Token::Term(name))) if goes_on => {
                    name.push_str(" or");
                    at += 1;
                    continue;
                }
                ("(", ..) => Token::Open,
                (")", ..) => Token::Close,
                (",", ..) => Token::Comma,
                // Two signs in a row are one operator.
                (_, "or", Some(Token::Or)) | (_, "and", Some(Token::And)) => {
                    at += 1;
                    continue;
                }
                (_, "or", _) => Token::Or,
                (_, "and", _) => Token::And,
                (_, _, Some(Token::Term(name))) => {
                    name.push(' ');
                    name.push_str(word);
                    at += 1;
                    continue;
                }
                _ => Token::Term(word.to_owned()),
            };
            tokens.push(token);
            if tokens.len() > MOST_TOKENS {
                return None;
            }
            at += 1;
        }
        tokens.reverse();
        Some(Self { rest: tokens, grammar: Grammar::Free })
    }

    fn take(&mut self, token: &Token) -> bool {
        let is_next = self.rest.last() == Some(token);
        if is_next {
            self.rest.pop();
        }
        is_next
    }

    /// What commas part: they bind weaker than words ("Machine-readable debian/copyright file" 1.0, section 7.2). Two names
    /// with nothing but a comma between both count.
    fn list(&mut self, depth: usize) -> Option<Expression> {
        let mut left = self.choice(depth)?;
        while self.take(&Token::Comma) {
            let or = self.take(&Token::Or);
            let _ = !or && self.take(&Token::And);
            let right = self.choice(depth)?;
            left = if or { any(vec![left, right]) } else { all(vec![left, right]) }?;
        }
        Some(left)
    }

    fn choice(&mut self, depth: usize) -> Option<Expression> {
        let mut parts = vec![self.both(depth)?];
        while self.take(&Token::Or) {
            parts.push(self.both(depth)?);
        }
        any(parts)
    }

    fn both(&mut self, depth: usize) -> Option<Expression> {
        let mut parts = vec![self.one(depth)?];
        while self.take(&Token::And) {
            parts.push(self.one(depth)?);
        }
        all(parts)
    }

    fn one(&mut self, depth: usize) -> Option<Expression> {
        match self.rest.pop()? {
            Token::Open if depth < DEEPEST => {
                let inner = self.list(depth + 1)?;
                self.take(&Token::Close).then_some(inner)
            }
            Token::Term(name) if self.grammar != Grammar::Free => self.standard(&name),
            Token::Term(name) => Some(known(&name).unwrap_or_else(|| Expression::other(&name))),
            Token::Open | Token::Close | Token::And | Token::Or | Token::Comma => None,
        }
    }

    /// A licence by the standard: an identifier, perhaps `+`, perhaps `WITH` and an exception.
    fn standard(&mut self, name: &str) -> Option<Expression> {
        let name = match (listed(name), name.strip_suffix('+').and_then(listed)) {
            (Some(id), _) if self.grammar == Grammar::Table => Name::Listed { id, or_later: false },
            (Some(id), _) => match known(id)? {
                Expression::License(License { name, exception: None }) => name,
                // An identifier of its own that by now is written as an exception.
                other => return Some(other),
            },
            (None, Some(_)) => match known(name)? {
                Expression::License(License { name, exception: None }) => name,
                _ => return None,
            },
            (None, None) => Name::Reference(is_reference(name).then(|| name.to_owned())?),
        };
        let has_exception = matches!(self.rest.last(), Some(Token::Term(word)) if matches!(&**word, "WITH" | "with"));
        if !has_exception {
            return Some(Expression::License(License::new(name)));
        }
        self.rest.pop();
        match self.rest.pop()? {
            Token::Term(exception) if !exception.contains(' ') => {
                let exception = match exception.strip_prefix("AdditionRef-") {
                    Some(own) => Err(own.to_owned()),
                    None => Ok(names::exception(&exception)?),
                };
                Some(Expression::License(License { name, exception: Some(exception) }))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let read = Expression::read(text);
        assert_eq!(read.to_string(), expected, "{text}");
        let is_reference = |text: &str| text.contains("AdditionRef");
        assert!(is_reference(expected) || spdx::Expression::parse(expected).is_ok(), "{expected} is SPDX");
        assert_eq!(Expression::read(expected).to_string(), expected, "what was written is read again");
    }

    // Annex D.
    #[test]
    fn expressions_by_the_standard() {
        check("MIT", "MIT");
        check("MIT OR Apache-2.0", "MIT OR Apache-2.0");
        check("(MIT)", "MIT");
        check("MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)", "MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)");
        check("MIT OR ISC AND Zlib", "MIT OR (ISC AND Zlib)");
        check("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0");
        check("Apache-2.0+", "Apache-2.0+");
        check("DocumentRef-a:LicenseRef-b OR MIT", "DocumentRef-a:LicenseRef-b OR MIT");
    }

    #[test]
    fn identifiers_of_yesterday_become_those_of_today() {
        check("GPL-2.0", "GPL-2.0-only");
        check("GPL-2.0+", "GPL-2.0-or-later");
        check("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0");
        check("mit or APACHE-2.0", "MIT OR Apache-2.0");
    }

    // "Machine-readable debian/copyright file" 1.0, section 7.
    #[test]
    fn debian() {
        check("GPL-2+", "GPL-2.0-or-later");
        check("GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl");
        check("GPL-1+ or Artistic, and Expat", "(GPL-1.0-or-later OR Artistic-1.0-Perl) AND MIT");
        check("Expat and BSD-3-clause", "MIT AND BSD-3-Clause");
        check("GPL-2+ with OpenSSL exception", "GPL-2.0-or-later WITH x11vnc-openssl-exception");
        check("GPL-3+ with Bison exception", "GPL-3.0-or-later WITH Bison-exception-2.2");
        check("GPL-3+-WITH-BISON-EXCEPTION", "GPL-3.0-or-later WITH Bison-exception-2.2");
        check("public-domain", "LicenseRef-public-domain");
        check("GPL-2+ with distribution exception", "GPL-2.0-or-later WITH AdditionRef-distribution-exception");
    }

    // https://fedoraproject.org/wiki/Licensing before SPDX.
    #[test]
    fn rpm() {
        check("GPLv2+ and MIT", "GPL-2.0-or-later AND MIT");
        check("LGPLv2+ and (GPLv3+ or BSD)", "LGPL-2.0-or-later AND (GPL-3.0-or-later OR LicenseRef-BSD)");
        check("GPLv3+ with exceptions", "GPL-3.0-or-later WITH AdditionRef-exceptions");
        check("ASL 2.0", "Apache-2.0");
        check("BSD with advertising", "BSD-4-Clause");
        check("GPL+ or Artistic", "Artistic-1.0-Perl OR GPL-1.0-or-later");
        check("Public Domain", "LicenseRef-public-domain");
    }

    #[test]
    fn languages() {
        check("License :: OSI Approved :: MIT License", "MIT");
        check("License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later");
        check("Apache 2.0 or MIT", "Apache-2.0 OR MIT");
        check("MIT/Apache-2.0", "MIT OR Apache-2.0");
        check("GPL-2 | GPL-3", "GPL-2.0-only OR GPL-3.0-only");
        check("GPL (>= 2)", "GPL-2.0-or-later");
        check("MIT + file LICENSE", "MIT");
        check("LGPL (>= 2.1) | MIT + file LICENSE", "LGPL-2.1-or-later OR MIT");
        check("BSD-3-Clause || Apache 2", "BSD-3-Clause OR Apache-2.0");
        check("MIT, Apache License, Version 2.0", "MIT AND Apache-2.0");
        check("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0");
        check("GPL v2 or later", "GPL-2.0-or-later");
        check("Apache-2.0;link=\"https://www.apache.org/licenses/LICENSE-2.0.txt\"", "Apache-2.0");
        check(
            "http://www.eclipse.org/legal/epl-2.0, https://www.gnu.org/software/classpath/license.html",
            "EPL-2.0 AND GPL-2.0-only WITH Classpath-exception-2.0",
        );
    }

    #[test]
    fn what_is_not_understood_is_kept() {
        let other = |text: &str| match Expression::read(text) {
            Expression::License(License { name: Name::Other(kept), .. }) => assert_eq!(kept, text.trim()),
            read => panic!("{text} was read as {read}"),
        };
        other("SEE LICENSE IN EULA.txt");
        other("UNLICENSED");
        other("You may use this, or not, and (or) complain");
        other("");
        other("((((");
        other(&"(".repeat(4000));
        other(&"a or ".repeat(2000));
        check("SEE LICENSE IN EULA.txt", "LicenseRef-SEE-LICENSE-IN-EULA.txt");
        check("MIT and Frobozz Magic", "MIT AND LicenseRef-Frobozz-Magic");
        assert!(!Expression::read("MIT and Frobozz Magic").is_understood());
        assert_eq!(Expression::read("\u{1b}[31m").to_string(), "LicenseRef-31m");
    }

    #[test]
    fn declarations_are_joined_by_what_they_mean_together() {
        let joined = |texts: &[&str], choice| Expression::joined(texts, choice).map(|read| read.to_string());
        assert_eq!(joined(&["MIT", "GPL-2+"], true).unwrap(), "MIT OR GPL-2.0-or-later");
        assert_eq!(joined(&["MIT", "Expat", " "], false).unwrap(), "MIT");
        assert_eq!(joined(&["MIT AND ISC", "ISC"], false).unwrap(), "MIT AND ISC");
        assert_eq!(joined(&[" "], false), None);
    }
}
