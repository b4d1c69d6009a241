//! Points: how sure it is that an assignment holds a secret. The points are data (`scoring/assignments.yaml`).

use super::files::FileKind;
use super::notation::Notation;
use super::value::{is_placeholder, is_reference, strength};

mod table {
    include!(concat!(env!("OUT_DIR"), "/scoring.rs"));
}
pub use table::*;

/// Whether a sorted list holds a word.
pub fn holds(list: &[&str], word: &[u8]) -> bool {
    list.binary_search_by(|known| known.as_bytes().cmp(word)).is_ok()
}

/// What a statement that sets a password is worth as a name.
pub const STATEMENT: i32 = 42;

/// No guess is harder than this, in bits.
const HARDEST: i32 = 64;
/// Shorter values are found by trying.
const SHORTEST: usize = 4;
const SHORT: usize = 6;

/// The points of a value that is assigned to a name worth `name`; none if it is certainly no secret.
pub fn points(name: i32, value: &[u8], notation: Notation, file: FileKind) -> Option<i32> {
    if value.len() < SHORTEST || value.iter().any(|byte| !(b' '..0x7F).contains(byte)) && !is_text(value) {
        return None;
    }
    if is_reference(value) || is_placeholder(value) {
        return None;
    }
    let seen = strength(value);
    let mut points = name + seen.bits.min(HARDEST) * VALUE_POINT_PER_BITS / 10;
    points += match notation {
        Notation::Environment => NOTATIONS_ENVIRONMENT,
        Notation::Setting => NOTATIONS_SETTING,
        Notation::Quoted => NOTATIONS_QUOTED,
        Notation::Literal => NOTATIONS_LITERAL,
        Notation::Element => NOTATIONS_ELEMENT,
        Notation::Option => NOTATIONS_OPTION,
        Notation::Credentials | Notation::Statement => NOTATIONS_CREDENTIALS,
        Notation::Call => NOTATIONS_CALL,
    };
    points += match file {
        FileKind::Unknown => FILES_UNKNOWN,
        FileKind::Settings | FileKind::Pgpass | FileKind::Htpasswd => FILES_SETTINGS,
        FileKind::Code | FileKind::Shell => FILES_CODE,
        FileKind::Text => FILES_TEXT,
        FileKind::Tests => FILES_TESTS,
        FileKind::Words => FILES_WORDS,
    };
    let in_code = matches!(notation, Notation::Literal | Notation::Call) || file.is_program();
    for (applies, worth) in [
        (seen.digits && seen.letters, VALUE_DIGITS_AND_LETTERS),
        (seen.signs, VALUE_SIGNS),
        (seen.words_only && !in_code, VALUE_WORDS_ONLY),
        (seen.words_only && in_code, VALUE_WORDS_ONLY_IN_CODE),
        (seen.spaces, VALUE_SPACES),
        (is_sentence(value), VALUE_SENTENCE),
        (names_itself(value), VALUE_NAMES_ITSELF),
        (value.len() < SHORT, VALUE_SHORT),
    ] {
        points += if applies { worth } else { 0 };
    }
    Some(points)
}

/// A passphrase has fewer words than what programs say.
fn is_sentence(value: &[u8]) -> bool {
    value.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).count() > 6
}

/// Whether a value of several words speaks of passwords itself: `db-password-v2` is the name of one.
fn names_itself(value: &[u8]) -> bool {
    if value.len() >= 64 {
        return false;
    }
    let mut words = value.split(|byte| !byte.is_ascii_alphabetic());
    let says = |word: &str| value.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
    let is_words = !value.iter().any(u8::is_ascii_digit);
    words.any(|word| word.len() > 3 && word.len() < value.len() && is_name(word))
        || is_words && ["password", "secret", "token", "credential"].into_iter().any(says)
}

fn is_name(word: &[u8]) -> bool {
    let mut lower = [0; 16];
    let Some(lower) = lower.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    NAMES.binary_search_by(|(name, _)| name.as_bytes().cmp(lower)).is_ok()
}

/// Passwords in other scripts than ours are text, too.
fn is_text(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| !text.chars().any(char::is_control))
}
