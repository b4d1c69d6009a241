//! The lane beside the runs: short words that stand before passwords, which need not be long or of the characters of tokens.
//! One vectorised search for all of them (Teddy, in the crate aho-corasick).

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A word of which names of passwords are made.
    Word,
    /// The end of an address' scheme.
    Address,
    /// The words of SQL before a password.
    Identified,
    /// The beginning of a shape that is of other characters than tokens.
    Prefix,
    /// The end of the name of a salt.
    Salt,
    /// The end of an address' scheme in escapes.
    Escaped,
    /// A command that takes one, or its option that names who logs in: the names of commands begin as many words do.
    Command,
}

const LITERALS: &[(&str, Literal)] = &[
    ("pass", Literal::Word),
    ("Pass", Literal::Word),
    ("PASS", Literal::Word),
    ("pwd", Literal::Word),
    ("Pwd", Literal::Word),
    ("PWD", Literal::Word),
    ("secret", Literal::Word),
    ("Secret", Literal::Word),
    ("SECRET", Literal::Word),
    ("ntified by ", Literal::Identified),
    ("NTIFIED BY ", Literal::Identified),
    ("://", Literal::Address),
    (":\\/\\/", Literal::Escaped),
    ("%3A%2F%2F", Literal::Escaped),
    ("%3a%2f%2f", Literal::Escaped),
    ("$argon2", Literal::Prefix),
    ("$krb5asrep$", Literal::Prefix),
    ("_KEY'", Literal::Salt),
    ("_SALT'", Literal::Salt),
    ("_SALT=", Literal::Salt),
    ("_AUTH_KEY=", Literal::Salt),
    (" -u ", Literal::Command),
    (" --user ", Literal::Command),
    ("mysql", Literal::Command),
];

/// Calls `visit` with every literal, from left to right.
pub fn each(text: &[u8], mut visit: impl FnMut(Range<usize>, Literal)) {
    static SEARCHER: LazyLock<Option<Searcher>> =
        LazyLock::new(|| Searcher::new(LITERALS.iter().map(|(literal, _)| literal)));
    if let Some(searcher) = &*SEARCHER {
        for found in searcher.find_iter(text) {
            visit(found.start()..found.end(), LITERALS[found.pattern().as_usize()].1);
        }
    }
}
