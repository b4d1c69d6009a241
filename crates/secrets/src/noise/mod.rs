//! What has the shape of a secret and is none, by classes: one file for each, decided by what the text is and what
//! surrounds it. Where a file lies decides last, in `place.rs`, and hides nothing: such findings are shown as suppressed.

mod blob;
mod digest;
mod docstring;
mod documented;
mod encrypted;
mod expression;
mod file;
mod name;
mod number;
mod place;
mod placeholder;
mod public;
mod reference;
mod words;

use std::ops::Range;

use crate::Kind;
use crate::rule::kind::Needs;
use crate::rule::shape::Shape;

pub use docstring::set_aside;
pub use place::place;
pub use placeholder::is_placeholder;
pub use words::are_words;

/// Why a text that has the shape of a secret is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// What people and manuals write in place of one.
    Placeholder,
    /// An example that a provider printed in its documentation, or a key for tests that everybody has.
    Documented,
    /// The name of something: a class, a function, a path.
    Words,
    /// A checksum, a commit, the hash of a lock file.
    Digest,
    /// A piece of an image, a font or a source map.
    Blob,
    /// The name of a secret, which stands somewhere else.
    Reference,
    /// Encrypted where it stands.
    Encrypted,
    /// Public by design.
    Public,
    /// Said of a key by its setting, such as its name or its length.
    Metadata,
    /// A piece of a program.
    Expression,
    /// The name of a file.
    File,
    /// A number.
    Number,
}

/// What a class is decided by.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    kind: &'static Kind,
    /// The whole text.
    text: &'a [u8],
    /// Where in it the secret would be.
    from: usize,
    to: usize,
}

/// How much of what surrounds a candidate is looked at.
const REACH: usize = 96;

impl<'a> Candidate<'a> {
    fn value(&self) -> &'a [u8] {
        &self.text[self.from..self.to]
    }

    /// The value without the text with which all of its kind begin.
    fn body(&self) -> &'a [u8] {
        let value = self.value();
        let prefixes = self.kind.shapes.iter().map(Shape::prefix).filter(|prefix| value.starts_with(prefix.as_bytes()));
        &value[prefixes.map(str::len).max().unwrap_or_default()..]
    }

    /// What stands before the value in its line.
    fn before(&self) -> &'a [u8] {
        let near = &self.text[self.from.saturating_sub(REACH)..self.from];
        &near[memchr::memrchr(b'\n', near).map_or(0, |end| end + 1)..]
    }

    /// What stands after the value.
    fn after(&self) -> &'a [u8] {
        &self.text[self.to..self.text.len().min(self.to + REACH)]
    }

    /// The candidate with what goes on before and after it in the characters of base64: of a value with slashes, a part may
    /// have the shape of a secret.
    fn widened(&self) -> Self {
        let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
        let before = self.before().iter().rev().take_while(is_base64).count();
        let after = self.after().iter().take_while(is_base64).count();
        Self { from: self.from - before, to: self.to + after, ..*self }
    }

    /// Whether only what surrounds it makes it a secret, for its kind has no text of its own.
    fn is_shapeless(&self) -> bool {
        self.kind.needs != Needs::Nothing && self.body().len() == self.value().len()
    }
}

/// A test for a class.
type Test = fn(&Candidate<'_>) -> bool;

/// The cheap ones first.
const CLASSES: &[(Class, Test)] = &[
    (Class::Placeholder, |candidate| is_placeholder(candidate.value())),
    (Class::Digest, digest::is_digest),
    (Class::Reference, reference::is_reference),
    (Class::Encrypted, encrypted::is_encrypted),
    (Class::Public, public::is_public),
    (Class::Metadata, name::is_metadata),
    (Class::Expression, expression::is_expression),
    (Class::File, file::is_file),
    (Class::Number, number::is_number),
    (Class::Blob, blob::is_in_blob),
    (Class::Words, |candidate| are_words(candidate.body())),
    (Class::Documented, documented::is_documented),
];

/// The class of noise that the text at `span` belongs to.
pub fn class(kind: &'static Kind, text: &[u8], span: &Range<usize>) -> Option<Class> {
    let candidate = Candidate { kind, text, from: span.start, to: span.end };
    CLASSES.iter().find(|(_, is_of)| is_of(&candidate)).map(|(class, _)| *class)
}

/// The same for a value that may be anything, such as a password: by the classes that are told by marks and surroundings.
pub fn class_of_value(kind: &'static Kind, text: &[u8], span: &Range<usize>) -> Option<Class> {
    const MARKED: &[Class] =
        &[Class::Digest, Class::Reference, Class::Encrypted, Class::Expression, Class::Blob, Class::Documented];
    let candidate = Candidate { kind, text, from: span.start, to: span.end };
    let marked = CLASSES.iter().filter(|(class, _)| MARKED.contains(class));
    marked.into_iter().find(|(_, is_of)| is_of(&candidate)).map(|(class, _)| *class)
}

/// For the tests of the classes: `before`, `value` and `after` as a candidate of `kind`.
#[cfg(test)]
fn with<T>(kind: &str, [before, value, after]: [&str; 3], test: impl FnOnce(&Candidate<'_>) -> T) -> T {
    let text = [before, value, after].concat();
    let kind = crate::rule::kind::by_id(kind).unwrap();
    test(&Candidate { kind, text: text.as_bytes(), from: before.len(), to: before.len() + value.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_place_in_any_text_has_a_class_or_none(
            before in "(?s).{0,120}", value in "(?s).{0,90}", after in "(?s).{0,120}", shapeless in any::<bool>()
        ) {
            let text = [&*before, &value, &after].concat();
            let kind = crate::rule::kind::by_id(if shapeless { "datadog-api-key" } else { "aws-access-key-id" }).unwrap();
            let _ = class(kind, text.as_bytes(), &(before.len()..before.len() + value.len()));
        }
    }
}
