//! Placeholders: what people and manuals write where a secret will be.

/// Words that people put where a secret will be.
const WORDS: &[&str] = &[
    "example",
    "sample",
    "placeholder",
    "changeme",
    "dummy",
    "redacted",
    "insert",
    "yourtoken",
    "yourkey",
    "yoursecret",
    "your-",
    "your_",
    "fake",
    "xxxx",
    "replace",
    "todo",
];

/// Whether `secret` is what people and manuals write in place of one: a single character over and over, characters in their
/// order, words that say so.
pub fn is_placeholder(secret: &[u8]) -> bool {
    let lower: Vec<u8> = secret.to_ascii_lowercase();
    let longest = |goes_on: fn(u8, u8) -> bool| {
        let mut longest = 1;
        let mut current = 1;
        for pair in lower.windows(2) {
            current = if goes_on(pair[0], pair[1]) { current + 1 } else { 1 };
            longest = longest.max(current);
        }
        longest
    };
    let same = longest(|a, b| a == b);
    let rising = longest(|a, b| a.checked_add(1) == Some(b));
    let repeats = same >= 6 && same * 5 >= lower.len() || same >= 12;
    let rises = rising >= 7 && rising * 4 >= lower.len() || rising >= 10;
    // In capitals the word is never there by chance, as in AWS's manuals; names of hosts have it, too.
    let shouts = memchr::memmem::find(secret, b"EXAMPLE").is_some_and(|at| at == 0 || !b"@.".contains(&secret[at - 1]));
    // An example of which somebody left out the middle.
    let is_cut = secret.len() >= 16 && memchr::memmem::find(secret, b"...").is_some();
    is_cut
        || shouts
        || repeats
        || rises
        || is_twice(secret)
        || few_characters(&lower)
        || WORDS.iter().any(|word| covers(&lower, word.as_bytes()))
}

/// The same text twice and more: `abcd1234abcd1234`.
fn is_twice(secret: &[u8]) -> bool {
    let (half, rest) = secret.split_at(secret.len() / 2);
    half.len() >= 8 && half == rest
}

/// Chance puts at least so many different characters into a secret.
fn few_characters(secret: &[u8]) -> bool {
    let set = secret.iter().fold(0_u128, |set, &byte| set | 1 << (byte & 127));
    secret.len() >= 16 && set.count_ones() < 6
}

/// Whether `word` takes so much of `secret` that it is not there by chance.
fn covers(secret: &[u8], word: &[u8]) -> bool {
    word.len() * 10 >= secret.len() && secret.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manuals_write_placeholders() {
        for text in [
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "1234567890abcdef1234567890abcdef",
            "0000000000000000",
            "sk_test_your_key_here",
            "kGwcBiMOS9HrZG15kGwcBiMOS9HrZG15",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
        for text in [concat!("ghp", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"), "9f86d081884c7d659a2feaa0c55ad015"] {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }
}
