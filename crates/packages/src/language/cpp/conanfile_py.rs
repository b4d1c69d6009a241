//! `conanfile.py` (Conan documentation, "conanfile.py: attributes" and "requirements()"): a program, of which only
//! references in plain strings are read.
//!
//! These are the attributes `requires`, `build_requires`, `tool_requires`, `test_requires` and `python_requires` with a
//! string, or a list or tuple of strings, and the first argument of the methods of the same names. Conditions around them
//! are not judged, so confidence is medium; strings that are put together when the program runs, and ranges, are not
//! seen.

use model::{Analyzer, Confidence, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use super::reference;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// What a recipe builds against, as far as it is written in plain words: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "conanfile-py", version: 1, files: &[Key::Name("conanfile.py").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Conan);
    // What the last name was for, and how the tokens since then go on.
    let mut presence = Presence::Declared;
    let mut state = State::Elsewhere;
    for token in Tokens(&text) {
        state = match (state, token) {
            (_, Token::Name("requires")) => {
                presence = Presence::Declared;
                State::Named
            }
            (_, Token::Name("build_requires" | "tool_requires" | "test_requires" | "python_requires")) => {
                presence = Presence::DeclaredForDevelopment;
                State::Named
            }
            (State::Named, Token::Mark('(')) => State::Called,
            (State::Named, Token::Mark('='))
            | (State::Assigned, Token::Mark('(' | '[' | ','))
            | (State::Listed, Token::Mark(',')) => State::Assigned,
            (State::Called, Token::Text(text)) => {
                list(text, presence, &mut listing);
                State::Elsewhere
            }
            (State::Assigned, Token::Text(text)) => {
                list(text, presence, &mut listing);
                State::Listed
            }
            // The end of a tuple inside of a list.
            (State::Listed, Token::Mark(')')) => State::Listed,
            _ => State::Elsewhere,
        };
    }
    listing.tell(facts);
    Ok(())
}

#[derive(Clone, Copy)]
enum State {
    Elsewhere,
    /// Behind the name of an attribute or a method.
    Named,
    /// Behind its opening parenthesis.
    Called,
    /// Where a string of an attribute's value may stand.
    Assigned,
    /// Behind such a string.
    Listed,
}

fn list(text: &str, presence: Presence, listing: &mut Listing) {
    if let Some((name, version)) = reference::parse(text)
        && let Some(package) = listing.add(name, version, presence)
    {
        package.relation = Relation::Direct;
        package.confidence = Confidence::Medium;
    }
}

/// As much of Python's words as tells strings from comments and names (The Python Language Reference, "Lexical analysis").
enum Token<'a> {
    Name(&'a str),
    /// A string without a prefix, as it is written.
    Text(&'a str),
    Mark(char),
}

struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.0 = self.0.trim_start();
            let first = self.0.chars().next()?;
            if first == '#' {
                self.0 = self.0.split_once('\n').map_or("", |(_, rest)| rest);
            } else if matches!(first, '"' | '\'') {
                return Some(Token::Text(self.string(first)));
            } else if first.is_alphabetic() || first == '_' {
                let end = self.0.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.0.len());
                let (name, rest) = self.0.split_at(end);
                self.0 = rest;
                if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
                    // A prefix makes the string something else than it reads.
                    self.string(quote);
                    return Some(Token::Mark(quote));
                }
                return Some(Token::Name(name));
            } else {
                self.0 = &self.0[first.len_utf8()..];
                return Some(Token::Mark(first));
            }
        }
    }
}

impl<'a> Tokens<'a> {
    /// The string that begins here, up to its quote, or to the end of the line or the file when that is missing.
    fn string(&mut self, quote: char) -> &'a str {
        let long = if quote == '"' { "\"\"\"" } else { "'''" };
        if let Some(rest) = self.0.strip_prefix(long) {
            let (text, rest) = rest.split_once(long).unwrap_or((rest, ""));
            self.0 = rest;
            return text;
        }
        let rest = &self.0[1..];
        let mut escaped = false;
        let end = rest.find(|c: char| {
            let ends = !escaped && (c == quote || c == '\n');
            escaped = !escaped && c == '\\';
            ends
        });
        let end = end.unwrap_or(rest.len());
        self.0 = rest.get(end + 1..).unwrap_or_default();
        &rest[..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    fn check(recipe: &str, expected: &str) {
        testing::check(&ANALYZER, "src/conanfile.py", recipe, expected);
    }

    const RECIPE: &str = r#"
from conan import ConanFile
class App(ConanFile):
    """requires = "no/1.0" """
    name = "app"
    requires = "fmt/8.1.1", 'zlib/1.2.13@us/ch'  # "comment/1.0"
    build_requires = ["cmake/3.23.5", ("ninja/1.11.0", "private"),
        "gtest/1.12.0"]
    generators = "not/1.0"
    def requirements(self):
        # self.requires("commented/1.0")
        self.requires("openssl/3.0.3", headers=True, other="else/1.0")
        self.requires(f"boost/{self.version}")
        self.requires("range/[>=1.0]")
        self.requires("joined/" + "1.0")
    def build_requirements(self):
        self.tool_requires('nasm/2.15.05')
"#;

    #[test]
    fn plain_strings_are_references() {
        check(
            RECIPE,
            "cmake 3.23.5 (development) direct
             fmt 8.1.1 (declared) direct
             gtest 1.12.0 (development) direct
             nasm 2.15.05 (development) direct
             ninja 1.11.0 (development) direct
             openssl 3.0.3 (declared) direct
             zlib 1.2.13 (declared) direct",
        );
    }

    #[test]
    fn other_texts_say_nothing() {
        check("", "");
        check("requires = 'unended/1.0", "unended 1.0 (declared) direct");
        check("requires = \"a\\\"/1.0\"", "");
        check("\0", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "conanfile.py", &[RECIPE.as_bytes()]);
    }
}
