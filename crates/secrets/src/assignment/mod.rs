//! Assignments: a name that speaks of a password or a key, and what it is set to, in the notations of settings, programs
//! and commands. Such values have no shape; points that are data (`scoring/assignments.yaml`) say what is a secret.

mod command;
mod files;
#[cfg(test)]
mod labelled;
pub mod lines;
mod name;
mod notation;
mod score;
mod value;

use std::ops::Range;

pub use files::FileKind;
use notation::Assignment;
pub use notation::Notation;

use crate::decode;

/// What is assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A password that somebody thought of, or a program.
    Password,
    /// A key or token of nobody knows whom.
    Key,
    /// A name and a password, encoded.
    Login,
}

/// An assignment whose value is a secret.
#[derive(Clone, Debug)]
pub struct Found {
    /// What it is.
    pub what: What,
    /// How it is written.
    pub notation: Notation,
    /// The value.
    pub value: Range<usize>,
}

/// The secret that is assigned to the name in which a word stands, of which `word` is a part.
pub fn at(text: &[u8], word: Range<usize>, file: FileKind) -> Option<Found> {
    if text[..word.end].ends_with(b"sshpass") {
        let value = command(text, word, file)?;
        return Some(Found { what: What::Password, notation: Notation::Option, value });
    }
    let assignment = notation::parse(text, word, file)?;
    judge(text, &assignment, file)
}

/// The password of a statement whose words before it end at `by`.
pub fn identified(text: &[u8], by: usize, file: FileKind) -> Option<Range<usize>> {
    let assignment = notation::identified(text, by)?;
    let points = score::points(score::STATEMENT, &text[assignment.value.clone()], assignment.notation, file)?;
    (points >= score::THRESHOLD).then_some(assignment.value)
}

/// The password of a command of which a name or an option stands at `part`.
pub fn command(text: &[u8], part: Range<usize>, file: FileKind) -> Option<Range<usize>> {
    let value = command::around(text, part)?;
    let points = score::points(score::STATEMENT, &text[value.clone()], Notation::Option, file)?;
    (points >= score::THRESHOLD).then_some(value)
}

/// Whether a text may be a password: it is no placeholder and names no variable.
pub fn is_password(text: &[u8]) -> bool {
    !value::is_reference(text) && !value::is_placeholder(text)
}

/// The judgement of an assignment.
fn judge(text: &[u8], assignment: &Assignment, file: FileKind) -> Option<Found> {
    let (name, value) = (&text[assignment.name.clone()], &text[assignment.value.clone()]);
    let found = |what| Some(Found { what, notation: assignment.notation, value: assignment.value.clone() });
    let Some(name) = name::worth(name) else {
        return if name::is_login(name) && is_login(value) { found(What::Login) } else { None };
    };
    let points = score::points(name.points, value, assignment.notation, file)?;
    (points >= score::THRESHOLD).then_some(())?;
    found(if name.is_password { What::Password } else { What::Key })
}

/// Whether a value is a name and a password in base64 (RFC 7617), as registries and web servers want it.
fn is_login(value: &[u8]) -> bool {
    let encoded = value.strip_prefix(b"Basic ").or(value.strip_prefix(b"basic ")).unwrap_or(value);
    let Some(decoded) = decode::base64(encoded) else { return false };
    let mut parts = decoded.splitn(2, |byte| *byte == b':');
    let (Some(user), Some(password)) = (parts.next(), parts.next()) else { return false };
    !user.is_empty() && password.len() >= 4 && decoded.iter().all(u8::is_ascii_graphic) && is_password(password)
}
