//! The rules in `rules/programs`, as the build script has packed them.

use model::PackageKind;

use super::pattern::{Part, Pattern, Shape};

/// How one program is known.
pub(super) struct Rule {
    /// For tests and people.
    #[cfg_attr(not(test), expect(dead_code, reason = "what finds a program is told by its package"))]
    pub(super) id: &'static str,
    pub(super) files: &'static [Name],
    /// The best evidence first.
    pub(super) patterns: &'static [Pattern],
    /// Texts that have to be in the file.
    pub(super) with: &'static [&'static [u8]],
    /// Texts that must not.
    pub(super) without: &'static [&'static [u8]],
    pub(super) kind: PackageKind,
    pub(super) name: &'static str,
    /// Of the Common Platform Enumeration.
    pub(super) vendor: &'static str,
    pub(super) product: &'static str,
}

/// The name of a file.
pub(super) struct Name {
    start: &'static str,
    /// Whether a release follows: two numbers with a dot.
    release: bool,
    /// What follows, between the places where anything may stand.
    rest: &'static [&'static str],
}

impl Name {
    /// The release in a name that fits, empty where the rule knows none.
    pub(super) fn release<'a>(&self, name: &'a [u8]) -> Option<&'a [u8]> {
        let start = self.start.as_bytes();
        // Asked of every library with dozens of names: most differ in the first letter.
        let rest = if name.first() == start.first() { name.strip_prefix(start)? } else { return None };
        let release = if self.release { release(rest)? } else { b"" };
        let mut rest = &rest[release.len()..];
        let (last, pieces) = self.rest.split_last()?;
        for (index, piece) in pieces.iter().enumerate() {
            let at = memchr::memmem::find(rest, piece.as_bytes()).filter(|at| index > 0 || *at == 0)?;
            rest = &rest[at + piece.len()..];
        }
        let fits = if pieces.is_empty() { rest == last.as_bytes() } else { rest.ends_with(last.as_bytes()) };
        fits.then_some(release)
    }
}

/// `3.11` of `3.11.so`.
fn release(text: &[u8]) -> Option<&[u8]> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let first = digits(0);
    let dot = text.get(first).is_some_and(|&byte| byte == b'.');
    let second = if dot { digits(first + 1) } else { 0 };
    (first > 0 && second > 0).then(|| &text[..first + 1 + second])
}

/// Names that may be any of several.
pub(super) static VARYING: &[Name] = include!(concat!(env!("OUT_DIR"), "/program_names.rs"));

/// All of them, in alphabetical order of their ids.
pub(super) static RULES: &[Rule] = include!(concat!(env!("OUT_DIR"), "/programs.rs"));
