//! Names of settings: `SPRING_DATASOURCE_PASSWORD`, `apiKey`, `db-password-prod`, and what their last word says.

use super::score::{HARMLESS, KEYS_OF, NAMES, NEUTRAL, UNLIKE, holds};

/// What a name is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    pub points: i32,
    /// Whether it speaks of a password, and not of a key that a machine made.
    pub is_password: bool,
}

/// No name has more words that matter, or longer ones.
const WORDS: usize = 12;
const LONGEST: usize = 40;

/// A word in lower case.
#[derive(Clone, Copy)]
struct Word {
    letters: [u8; LONGEST],
    length: usize,
}

impl Word {
    fn of(text: &[u8]) -> Option<Self> {
        let mut letters = [0; LONGEST];
        letters.get_mut(..text.len())?.copy_from_slice(text);
        letters.make_ascii_lowercase();
        Some(Self { letters, length: text.len() })
    }

    fn text(&self) -> &[u8] {
        &self.letters[..self.length]
    }
}

/// The last words of a name, the last one first: divided by signs, digits and capitals.
fn words(name: &[u8]) -> impl Iterator<Item = Word> {
    let mut rest = name;
    let mut left = WORDS;
    std::iter::from_fn(move || {
        let end = rest.iter().rposition(u8::is_ascii_alphabetic)? + 1;
        let text = &rest[..end];
        let mut start = end - 1;
        while start > 0 && text[start - 1].is_ascii_alphabetic() {
            let (before, this) = (text[start - 1], text[start]);
            let next_is_lower = text.get(start + 1).is_some_and(u8::is_ascii_lowercase);
            let new_word = this.is_ascii_uppercase()
                && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && next_is_lower);
            if new_word {
                break;
            }
            start -= 1;
        }
        rest = &text[..start];
        left = left.checked_sub(1)?;
        Word::of(&text[start..])
    })
}

/// What the name is worth, if it is one of a password or a key.
pub fn worth(name: &[u8]) -> Option<Worth> {
    let mut words = words(name);
    let mut last = words.next()?;
    while holds(NEUTRAL, last.text()) {
        last = words.next()?;
    }
    let before = words.next();
    if last.text() == b"key" || last.text() == b"keys" {
        let before = before?;
        return (holds(KEYS_OF, before.text())).then_some(Worth { points: KEY, is_password: false });
    }
    let text = last.text();
    let is_made = text.starts_with(b"token") || text.starts_with(b"credential");
    if holds(UNLIKE, text) || is_made && is_harmless(before.as_ref(), words.next().as_ref()) {
        return None;
    }
    let known = NAMES.binary_search_by(|(name, _)| name.as_bytes().cmp(text)).ok().map(|index| NAMES[index]);
    let ends = || NAMES.iter().filter(|(name, _)| text.ends_with(name.as_bytes())).max_by_key(|(name, _)| name.len());
    let (word, points) = known.or_else(|| ends().copied())?;
    // `token secret`, `secret token`: what stands before says as much.
    Some(Worth { points, is_password: !(word.ends_with("key") || word.ends_with("token") || word.ends_with("secret")) })
}

/// Whether the words before `token` make something of it that opens nothing: `nextToken`, `publicKeyToken`.
fn is_harmless(before: Option<&Word>, first: Option<&Word>) -> bool {
    let is = |word: Option<&Word>| word.is_some_and(|word| holds(HARMLESS, word.text()));
    is(before) || before.is_some_and(|word| word.text() == b"key") && is(first)
}

/// What a name is worth that ends in `key`.
const KEY: i32 = 34;

/// Whether a name is that of a name and a password in one: `auth` in Docker's settings, `Authorization` in headers.
pub fn is_login(name: &[u8]) -> bool {
    words(name).next().is_some_and(|word| [&b"auth"[..], b"authorization", b"basicauth"].contains(&word.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<bool>) {
        assert_eq!(worth(name.as_bytes()).map(|worth| worth.is_password), expected, "{name}");
    }

    #[test]
    fn the_last_word_says_what_it_is() {
        for name in
            ["password", "DB_PASSWORD", "dbPassword", "db.password", "PASSWORD2", "dbpassword", "db-pwd", "Pass"]
        {
            check(name, Some(true));
        }
        for name in ["API_KEY", "apiKey", "apikey", "client_secret", "clientSecret", "AccessToken", "SECRET_KEY_PROD"] {
            check(name, Some(false));
        }
        for name in [
            "password_file",
            "PasswordHash",
            "key",
            "primary_key",
            "monkey",
            "keyboard",
            "compass",
            "bypass",
            "token_type",
            "secretName",
            "PASSWORD_MIN_LENGTH",
            "passwords_url",
            "nextToken",
            "ClientRequestToken",
            "next_page_token",
            "publicKeyToken",
            "X-Amz-Credential",
            "",
        ] {
            check(name, None);
        }
    }
}
