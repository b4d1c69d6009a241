//! Values: what stands where a secret will be, or in place of one, and how long somebody guesses at the others.

use super::score::{COMMON, HINTS, LETTERS, PLACEHOLDERS, REFERENCES, holds};

/// Longer values are judged by their beginning.
const LONGEST: usize = 256;

/// Whether the value names the place of a secret: a variable, a template, an address.
pub fn is_reference(value: &[u8]) -> bool {
    let begins = |text: &str| value.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text.as_bytes()));
    REFERENCES.iter().any(|text| begins(text))
        || is_variable(value)
        || is_path(value)
        || has(value, b"${")
        || has(value, b"{{")
        || has(value, b"$(")
        || value.first() == Some(&b'<') && value.last() == Some(&b'>')
        || value.first() == Some(&b'[') && value.last() == Some(&b']')
        || value.first() == Some(&b'{') && value.last() == Some(&b'}')
        || value.len() > 2 && value.first() == Some(&b'%') && value.last() == Some(&b'%')
        || is_format(value)
        || is_version(value)
        || value.ends_with(b"...")
        || is_pattern(value)
}

/// A regular expression: classes of characters.
fn is_pattern(value: &[u8]) -> bool {
    has(value, b"a-z") || has(value, b"A-Z") || has(value, b"0-9]")
}

fn has(value: &[u8], text: &[u8]) -> bool {
    value.windows(text.len()).any(|window| window == text)
}

/// `$NAME`, `$1`, `@name@`, `:name`.
fn is_variable(value: &[u8]) -> bool {
    let is_name = |text: &[u8]| {
        !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.->[]'".contains(byte))
    };
    match value {
        [b'$', rest @ ..] => is_name(rest) && rest.iter().filter(|byte| byte.is_ascii_digit()).count() < 4,
        [b'@', rest @ .., b'@'] => is_name(rest),
        [b':' | b'&' | b'@', rest @ ..] => is_name(rest) && !rest.iter().any(u8::is_ascii_digit),
        _ => false,
    }
}

/// `/etc/app/password`, `./secrets/token`, `C:\keys`, `keys/server.pem`.
fn is_path(value: &[u8]) -> bool {
    let slashes = memchr::memchr_iter(b'/', value).count();
    let begins =
        value.starts_with(b"/") || value.starts_with(b"./") || value.starts_with(b"../") || value.starts_with(b"~/");
    let plain = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-~:".contains(byte));
    let ending = value.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| value.len() - dot - 1);
    let ends = (2..=5).contains(&ending) && value.iter().rev().take(ending).all(u8::is_ascii_lowercase);
    plain && (begins && (slashes > 1 || ends) || slashes > 0 && ends)
        || value.get(1..3) == Some(b":\\")
        || value.get(1..3) == Some(b":/")
}

/// `13.0.0-next-8.29`: what a list of dependencies says of a package of that name.
fn is_version(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'.');
    let mut number =
        || parts.next().is_some_and(|part| (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit));
    number() && number() && parts.next().is_some_and(|part| part.first().is_some_and(u8::is_ascii_digit))
}

/// `%s`, `{0}`, `{name}`, `%(name)s`.
fn is_format(value: &[u8]) -> bool {
    matches!(value, [b'%', letter] if letter.is_ascii_alphabetic())
        || value.iter().position(|byte| *byte == b'{').is_some_and(|open| {
            let rest = &value[open + 1..];
            let close = rest.iter().position(|byte| *byte == b'}');
            close.is_some_and(|close| {
                rest[..close].iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.:!".contains(byte))
            })
        })
}

/// Whether the value is what people and manuals write in place of a secret.
pub fn is_placeholder(value: &[u8]) -> bool {
    let mut letters = Vec::with_capacity(value.len());
    // Letters alone, those that digits are drawn for put back: `Pa$$w0rd` is a word as well.
    let mut plain = Vec::with_capacity(value.len());
    for &byte in &value[..value.len().min(LONGEST)] {
        let lower = byte.to_ascii_lowercase();
        letters.extend(lower.is_ascii_alphabetic().then_some(lower));
        let drawn = match lower {
            b'0' => b'o',
            b'1' | b'!' => b'i',
            b'3' => b'e',
            b'4' | b'@' => b'a',
            b'5' | b'$' => b's',
            b'7' => b't',
            _ => lower,
        };
        plain.extend(drawn.is_ascii_alphabetic().then_some(drawn));
    }
    let trimmed = value.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |last| last + 1);
    let plain_start = &plain[..plain.len().min(trimmed)];
    let signs = value.len() - letters.len();
    letters.is_empty() && value.len() < 6
        || holds(PLACEHOLDERS, &letters) && signs <= 6
        || holds(PLACEHOLDERS, &plain)
        || holds(PLACEHOLDERS, plain_start)
        || HINTS.iter().any(|hint| contains_ignoring_case(value, hint.as_bytes()))
        || few(value)
        || walks(value)
}

fn contains_ignoring_case(value: &[u8], text: &[u8]) -> bool {
    value.len() >= text.len()
        && text.len() * 4 >= value.len().min(LONGEST)
        && value.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text))
}

/// One or two characters over and over: `******`, `xxxx-xxxx`.
fn few(value: &[u8]) -> bool {
    let set = value.iter().fold(0_u128, |set, byte| set | 1 << (byte.to_ascii_lowercase() & 127));
    let most = if value.len() >= 8 { 3 } else { 2 };
    set.count_ones() <= most
}

/// Keys of a keyboard in their order, letters and digits in theirs.
const WALKS: &[&[u8]] = &[
    b"qwertyuiop",
    b"asdfghjkl",
    b"zxcvbnm",
    b"qwertzuiop",
    b"azertyuiop",
    b"1234567890",
    b"abcdefghijklmnopqrstuvwxyz",
    b"0123456789",
    b"9876543210",
    b"0987654321",
    b"zyxwvutsrqponmlkjihgfedcba",
    b"1q2w3e4r5t6y7u8i9o0p",
    b"1qaz2wsx3edc4rfv",
    b"qazwsxedcrfv",
    b"!@#$%^&*()",
];

/// Whether all of it is made of walks of three and more keys.
fn walks(value: &[u8]) -> bool {
    let mut at = 0;
    while at < value.len() {
        let length = walk(&value[at..]);
        if length < 3 {
            return false;
        }
        at += length;
    }
    true
}

/// How many characters from the first on are a walk.
fn walk(value: &[u8]) -> usize {
    let same = |a: u8, b: u8| a.eq_ignore_ascii_case(&b);
    let from = |row: &[u8]| {
        let start = row.iter().position(|key| same(*key, value[0]))?;
        Some(row[start..].iter().zip(value).take_while(|(key, byte)| same(**key, **byte)).count())
    };
    let repeated = value.iter().take_while(|byte| **byte == value[0]).count();
    WALKS.iter().filter_map(|row| from(row)).max().unwrap_or(1).max(repeated)
}

/// What can be said about a value without knowing it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a feature with its own points")]
pub struct Strength {
    /// How many bits somebody needs who guesses it.
    pub bits: i32,
    pub letters: bool,
    pub digits: bool,
    /// Signs that do not divide words.
    pub signs: bool,
    pub spaces: bool,
    /// Nothing but words, and what divides them.
    pub words_only: bool,
}

/// Measures the value: words that everybody knows count as one character of a random text, words of English by their
/// letters, walks and repetitions hardly.
pub fn strength(value: &[u8]) -> Strength {
    let value = &value[..value.len().min(LONGEST)];
    let mut seen = Strength { words_only: true, ..Strength::default() };
    // In tenths of a bit.
    let (mut tenths, mut at) = (0, 0);
    while at < value.len() {
        let byte = value[at];
        let walked = walk(&value[at..]);
        if walked >= 4 {
            (seen.letters, seen.digits) =
                (seen.letters || byte.is_ascii_alphabetic(), seen.digits || byte.is_ascii_digit());
            tenths += 100;
            at += walked;
        } else if byte.is_ascii_alphabetic() {
            seen.letters = true;
            let end = word_end(value, at);
            let (cost, is_word) = letters(&value[at..end]);
            seen.words_only &= is_word;
            tenths += cost;
            at = end;
        } else {
            match byte {
                b'0'..=b'9' => (seen.digits, seen.words_only, tenths) = (true, false, tenths + 33),
                b'_' | b'-' | b'.' | b':' | b'/' => tenths += 10,
                b' ' | b'\t' => seen.spaces = true,
                _ => (seen.signs, seen.words_only, tenths) = (true, false, tenths + 50),
            }
            at += 1;
        }
    }
    seen.bits = tenths / 10;
    seen
}

/// Where the word ends that begins at `start`: small letters, also after one capital, or capitals.
fn word_end(value: &[u8], start: usize) -> usize {
    let mut end = start + 1;
    while end < value.len() && value[end].is_ascii_alphabetic() {
        let (before, this) = (value[end - 1], value[end]);
        let acronym_ends = before.is_ascii_uppercase() && value.get(end + 1).is_some_and(u8::is_ascii_lowercase);
        if this.is_ascii_uppercase() && (before.is_ascii_lowercase() || acronym_ends && end - start > 1) {
            break;
        }
        end += 1;
    }
    end
}

/// Tenths of bits for letters, and whether they make a word.
fn letters(text: &[u8]) -> (i32, bool) {
    let mut lower = [0; 32];
    let short = &text[..text.len().min(lower.len())];
    let lower = &mut lower[..short.len()];
    lower.copy_from_slice(short);
    lower.make_ascii_lowercase();
    let length = i32::try_from(text.len()).unwrap_or(i32::MAX / 100);
    if lower.len() >= 3 && holds(COMMON, lower) {
        return (90, true);
    }
    if lower.len() < 3 {
        return (47 * length, false);
    }
    if let Some(rest) = without_common(lower) {
        let (cost, is_word) = if rest.is_empty() { (0, true) } else { letters(rest) };
        return (90 + cost, is_word || rest.len() < 3);
    }
    let index = |letter: u8| usize::from(letter - b'a');
    let cost: i32 = lower.windows(2).map(|pair| i32::from(LETTERS[index(pair[0])][index(pair[1])])).sum();
    let mixed = text.iter().skip(1).any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase);
    let per_letter = cost * 10 / i32::try_from(lower.len() - 1).unwrap_or(1);
    let is_word = per_letter < 52 && !mixed;
    if is_word { (40 + 22 * length, true) } else { ((47 + i32::from(mixed) * 8) * length, false) }
}

/// What is left of letters without a common word at their beginning or end.
fn without_common(lower: &[u8]) -> Option<&[u8]> {
    let lengths = (4..lower.len()).rev();
    lengths.into_iter().find_map(|length| {
        let (start, end) = (&lower[..length], &lower[lower.len() - length..]);
        if holds(COMMON, start) {
            Some(&lower[length..])
        } else if holds(COMMON, end) {
            Some(&lower[..lower.len() - length])
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_writes_is_no_secret() {
        for value in [
            "changeme",
            "ChangeMe123!",
            "password",
            "Passw0rd",
            "P@ssw0rd",
            "xxxxxxxx",
            "********",
            "12345678",
            "qwerty123",
            "your-api-key",
            "<password>",
            "abc123",
            "secret",
            "test1234",
            "admin",
            "0000",
        ] {
            assert!(is_placeholder(value.as_bytes()) || is_reference(value.as_bytes()), "{value}");
        }
        for value in ["hunter2-production", "correct-horse", "Tr0ub4dor&3", "kX9#mP2q", "Sommer2019Berlin"] {
            assert!(!is_placeholder(value.as_bytes()) && !is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn references_are_no_secrets() {
        for value in [
            "$DB_PASSWORD",
            "${DB_PASSWORD:-x}",
            "{{ password }}",
            "%PASSWORD%",
            "%s",
            "{0}",
            "/run/secrets/db",
            "@password@",
            "vault:secret/db#pw",
            "13.0.0-next-8.29",
            "www.example.com/x",
            "eyJ2IjoiMSIs...",
        ] {
            assert!(is_reference(value.as_bytes()), "{value}");
        }
        for value in ["$ecr3t9472Pw", "a/b+c9F2", "100%true9", "x{y"] {
            assert!(!is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn chance_takes_longer_to_guess_than_words() {
        let bits = |value: &str| strength(value.as_bytes()).bits;
        assert!(bits("q7Zp2LkX9w") > bits("production-database"));
        assert!(bits("passwordField") < 25);
        assert!(strength(b"user_password-field").words_only);
        assert!(!strength(b"xkqzvbtw").words_only);
    }
}
