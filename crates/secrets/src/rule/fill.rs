//! Examples of rules have no secrets in them, only what they are made of: `<alnum:32>` is filled in when they are tried.

use super::notation::runs;
use super::shape::Part;

/// A small generator of its own, so that every run sees the same characters.
pub struct Chance(u64);

impl Chance {
    /// The same characters for the same name.
    pub fn of(name: &str) -> Self {
        Self(name.bytes().fold(0x9E37_79B9_7F4A_7C15, |seed, byte| seed.rotate_left(5) ^ u64::from(byte)))
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        // Xorshift (Marsaglia 2003), which is even enough for choosing characters.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or(0)
    }
}

/// Fills in `<alnum:32>`, and writes `<base64 of deploy:{alnum:12}>` in base64. What else stands between angle brackets and
/// is no part of a shape stays.
pub fn fill(text: &str, chance: &mut Chance) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('<') {
        filled.push_str(before);
        if let Some((inside, behind)) = after.split_once('>').filter(|(inside, _)| inside.starts_with(BASE64_OF)) {
            let inner = fill(&inside[BASE64_OF.len()..].replace('{', "<").replace('}', ">"), chance);
            filled.push_str(&base64(inner.as_bytes()));
            rest = behind;
            continue;
        }
        let parts = after.split_once('>').and_then(|(inside, behind)| Some((runs(inside).ok()?, behind)));
        let Some((parts, behind)) = parts else {
            filled.push('<');
            rest = after;
            continue;
        };
        for part in parts {
            match part {
                Part::Text(text) => filled.push_str(&text),
                Part::Run(alphabet, min, max) => {
                    let characters: Vec<u8> = alphabet.characters().collect();
                    let length =
                        usize::from(min) + chance.below(usize::from(max.min(min.saturating_add(40)) - min) + 1);
                    let mut run: Vec<u8> = (0..length).map(|_| characters[chance.below(characters.len())]).collect();
                    // Ends that are no letter or digit would make what surrounds them part of the question.
                    for at in [0, length - 1] {
                        while !run[at].is_ascii_alphanumeric() && characters.iter().any(u8::is_ascii_alphanumeric) {
                            run[at] = characters[chance.below(characters.len())];
                        }
                    }
                    // Without a digit it would be an identifier; one in a hundred is.
                    if length >= 8 && characters.contains(&b'7') && !run.iter().any(u8::is_ascii_digit) {
                        run[length / 2] = b'7';
                    }
                    filled.push_str(&String::from_utf8_lossy(&run));
                }
            }
        }
        rest = behind;
    }
    filled + rest
}

const BASE64_OF: &str = "base64 of ";

/// RFC 4648, section 4.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - three.len()));
        for index in 0..4 {
            let letter = char::from(LETTERS[bits >> (18 - 6 * index) & 63]);
            text.push(if index <= three.len() { letter } else { '=' });
        }
    }
    text
}
