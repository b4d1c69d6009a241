//! Shapes: what a secret looks like, in a notation that needs no regular expressions.
//!
//! `ghp_<alnum:36>` is those four characters and 36 letters or digits; `<hex:32-64>` is 32 to 64 hexadecimal digits,
//! `<base64url:20+>` 20 and more; `<uuid>` five groups of them. `sk_[live|test]_` is either word. Where a shape tells
//! what surrounds a secret, parentheses say what is the secret: `AccountKey=(<base64:86>==)`.
//!
//! A shape is matched from its first character on without ever going back, so that the time is that of reading.

use std::borrow::Cow;

use super::alphabet::Alphabet;

/// One way in which a secret is written. Borrowed in the tables of the program, owned when a file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What follows what.
    pub parts: Cow<'static, [Part]>,
    /// The parts that are the secret itself: from, and up to before.
    pub secret: (u8, u8),
}

/// A piece of a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// This text.
    Text(Cow<'static, str>),
    /// From so many to so many of these characters.
    Run(Alphabet, u16, u16),
}

/// No secret is longer; what would be is no secret but a document.
pub const LONGEST: u16 = 8192;

impl Shape {
    /// The text that it begins with.
    pub fn prefix(&self) -> &str {
        match self.parts.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }

    /// The fewest characters that it takes.
    pub fn shortest(&self) -> usize {
        self.parts
            .as_ref()
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.len(),
                Part::Run(_, min, _) => usize::from(*min),
            })
            .sum()
    }

    /// Matches at the beginning of `text`. The end of the whole, and where the secret in it is.
    pub fn find(&self, text: &[u8]) -> Option<Found> {
        let parts = &*self.parts;
        let (mut at, mut from, mut to) = (0, 0, 0);
        for (index, part) in parts.iter().enumerate() {
            if index == usize::from(self.secret.0) {
                from = at;
            }
            match part {
                Part::Text(wanted) => at += text[at..].starts_with(wanted.as_bytes()).then(|| wanted.len())?,
                Part::Run(alphabet, min, max) => {
                    let (min, max) = (usize::from(*min), usize::from(*max));
                    let most = text.len().min(at + max);
                    let run = text[at..most].iter().take_while(|&&byte| alphabet.contains(byte)).count();
                    let length = match parts.get(index + 1) {
                        // What follows may be written in the same characters: the first place where it stands.
                        Some(Part::Text(next)) if run > min => {
                            let (next, room) = (next.as_bytes(), &text[at..]);
                            (min..=run).find(|&length| room[length..].starts_with(next))?
                        }
                        _ => run,
                    };
                    if length < min {
                        return None;
                    }
                    at += length;
                }
            }
            if index + 1 == usize::from(self.secret.1) {
                to = at;
            }
        }
        let ends_in = match parts.last() {
            Some(Part::Run(alphabet, ..)) => *alphabet,
            _ => Alphabet(0),
        };
        Some(Found { end: at, secret: from..to, ends_in })
    }
}

/// Where a shape was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The end of all of it.
    pub end: usize,
    /// The secret in it.
    pub secret: std::ops::Range<usize>,
    /// What its last part is made of: the secret is longer than the shape where such a character follows.
    pub ends_in: Alphabet,
}

#[cfg(test)]
mod tests {
    use super::super::notation::parse;

    /// Expected: what of the text is the secret.
    fn check(shape: &str, text: &str, expected: Option<&str>) {
        let shapes = parse(shape).unwrap();
        let found = shapes.iter().find_map(|shape| shape.find(text.as_bytes()));
        assert_eq!(found.map(|found| &text[found.secret]), expected, "{shape} in {text}");
    }

    #[test]
    fn texts_and_runs_follow_each_other() {
        check("ghp_<alnum:4>", "ghp_a1B2", Some("ghp_a1B2"));
        check("ghp_<alnum:4>", "ghp_a1B", None);
        check("ghp_<alnum:4>", "ghx_a1B2", None);
        check("<digit:2-4>:<lower:2>", "12:ab", Some("12:ab"));
        check("<digit:2-4>:<lower:2>", "12345:ab", None);
        check("<digit:2+>", "123456;", Some("123456"));
    }

    #[test]
    fn what_follows_a_run_may_be_of_its_characters() {
        check("<alnum+-:4-12>-us<digit:1-2>", "abcdef-us12", Some("abcdef-us12"));
        check("<alnum+.:2+>.v1.<hex:2>", "a.b.v1.ff", Some("a.b.v1.ff"));
        check("<alnum:4><digit:2>", "abcd12", Some("abcd12"));
    }

    #[test]
    fn alternatives_and_surroundings() {
        check("sk_[live|test]_<digit:2>", "sk_test_12", Some("sk_test_12"));
        check("sk_[live|test]_<digit:2>", "sk_prod_12", None);
        check("Key=(<digit:2>==);", "Key=12==;", Some("12=="));
        check("<uuid>", "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f", Some("0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for shape in
            ["a<alnum>", "<alnum:0>", "<alnum:5-4>", "a[b|c", "a(<digit:1>", "<alnum:2-4><digit:3>", "<alnum:2"]
        {
            assert!(parse(shape).is_err(), "{shape}");
        }
    }
}
