//! Maven's versions: POM Reference, "Version Order Specification", as `ComparableVersion` of Maven 3.9 has it.
//!
//! A version is a list of numbers and words. A hyphen, and any change between digits and letters, opens a list inside
//! the list, which is always its last element: so lists are a chain, and are walked as one without recursion. Each list
//! loses its elements that mean nothing (0, `ga`, `final`, `release`) from its end, or from before the list inside it.
//!
//! That order has circles, since a word is below a list, a word may be above the end, and a list below it:
//! `1.x.1` < `1-alpha` < `1` < `1.x.1`. They are Maven's, and stay. Numbers with one qualifier behind them, and its number
//! right behind that, are totally ordered.

use std::cmp::Ordering;

use crate::text::{compare_ignoring_case, compare_numbers, digits, run, significant};

/// Characters that Maven's model validator bans from versions: those of ranges, properties and file systems.
const BANNED: &[u8] = b"\\/:\"<>|?*[](){},";

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    text: &'a str,
    /// Where the last element that means something begins, plus one: nothing behind it counts.
    end: usize,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && !BANNED.contains(&byte)) {
            return Err("it has a space, one of \\/:\"<>|?*[](){}, or a character that is not ASCII");
        }
        if !text.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return Err("it has neither letters nor digits");
        }
        let (mut place, mut end) = (Place::default(), 0);
        while let Some(element) = Element::at(text, place) {
            if !element.value.is_nothing() {
                end = place.offset + 1;
            }
            place = element.next();
        }
        Ok(Self { text, end })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (Tokens::of(self), Tokens::of(other));
        loop {
            let order = match (a.next(), b.next()) {
                (None, None) => return Ordering::Equal,
                // A list that has ended ends the version: the rest of the other side is compared with nothing.
                (Some(token), None) => return a.compare_with_nothing(token),
                (None, Some(token)) => return b.compare_with_nothing(token).reverse(),
                (Some(a), Some(b)) => a.compare(b),
            };
            if order.is_ne() {
                return order;
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Value<'a> {
    /// In ascending order, where the kinds differ; a list is between the two.
    Word(Qualifier<'a>),
    Number(&'a str),
}

/// A word's rank, and for unknown words the word.
#[derive(Clone, Copy)]
struct Qualifier<'a> {
    rank: u8,
    unknown: &'a str,
}

/// The rank of words that mean the release itself.
const RELEASE: u8 = 5;

impl<'a> Qualifier<'a> {
    fn of(word: &'a str, before_digit: bool) -> Self {
        const KNOWN: [(&str, u8); 11] = [
            ("alpha", 0),
            ("beta", 1),
            ("milestone", 2),
            ("rc", 3),
            ("cr", 3),
            ("snapshot", 4),
            ("", RELEASE),
            ("ga", RELEASE),
            ("final", RELEASE),
            ("release", RELEASE),
            ("sp", 6),
        ];
        const UNKNOWN: u8 = 7;
        let abbreviated = match word.as_bytes() {
            [b'a' | b'A'] if before_digit => "alpha",
            [b'b' | b'B'] if before_digit => "beta",
            [b'm' | b'M'] if before_digit => "milestone",
            _ => word,
        };
        match KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(abbreviated)) {
            Some((_, rank)) => Self { rank: *rank, unknown: "" },
            None => Self { rank: UNKNOWN, unknown: word },
        }
    }
}

impl Value<'_> {
    fn is_nothing(self) -> bool {
        self.compare_with_nothing().is_eq()
    }

    fn compare_with_nothing(self) -> Ordering {
        match self {
            Self::Number(number) => significant(number).len().cmp(&0),
            Self::Word(qualifier) => qualifier.rank.cmp(&RELEASE),
        }
    }
}

/// Where in a text an element begins.
#[derive(Clone, Copy)]
struct Place {
    offset: usize,
    /// Whether it is the first one of its list, of those that are written.
    first: bool,
}

impl Default for Place {
    fn default() -> Self {
        Self { offset: 0, first: true }
    }
}

struct Element<'a> {
    value: Value<'a>,
    /// A list opens before it, unless it is its list's first element.
    opens: bool,
    /// A list opens behind it.
    opens_next: bool,
    /// Where what follows it and its separator begins.
    end: usize,
}

impl<'a> Element<'a> {
    fn at(text: &'a str, place: Place) -> Option<Self> {
        let rest = text.get(place.offset..)?;
        let first = rest.bytes().next()?;
        // Between two separators there is a zero.
        let (token, after) = match first {
            b'.' | b'-' => ("0", rest),
            digit if digit.is_ascii_digit() => digits(rest),
            _ => run(rest, |byte| !(byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))),
        };
        let separator = after.bytes().next();
        let is_word = !(first.is_ascii_digit() || matches!(first, b'.' | b'-'));
        let before_digit = separator.is_some_and(|next| next.is_ascii_digit());
        Some(Self {
            value: if is_word { Value::Word(Qualifier::of(token, before_digit)) } else { Value::Number(token) },
            opens: is_word && (separator.is_none() || before_digit) && !place.first,
            opens_next: !matches!(separator, None | Some(b'.')),
            end: text.len() - after.len() + usize::from(matches!(separator, Some(b'.' | b'-'))),
        })
    }

    fn next(&self) -> Place {
        Place { offset: self.end, first: self.opens_next }
    }
}

#[derive(Clone, Copy)]
enum Token<'a> {
    Value(Value<'a>),
    /// All further tokens are those of a list inside the list.
    List,
}

impl Token<'_> {
    fn compare(self, other: Self) -> Ordering {
        let kind = |token| match token {
            Self::Value(Value::Word(_)) => 0,
            Self::List => 1,
            Self::Value(Value::Number(_)) => 2,
        };
        match (self, other) {
            (Self::Value(Value::Number(a)), Self::Value(Value::Number(b))) => compare_numbers(a, b),
            (Self::Value(Value::Word(a)), Self::Value(Value::Word(b))) => {
                a.rank.cmp(&b.rank).then_with(|| compare_ignoring_case(a.unknown, b.unknown))
            }
            (a, b) => kind(a).cmp(&kind(b)),
        }
    }
}

/// What counts of a version.
struct Tokens<'a> {
    text: &'a str,
    end: usize,
    place: Place,
    /// A list opens at `place`.
    opens: bool,
    /// Elements before this offset count even if they mean nothing, since one that means something follows.
    counting: usize,
}

impl<'a> Tokens<'a> {
    fn of(version: &Version<'a>) -> Self {
        Self { text: version.text, end: version.end, place: Place::default(), opens: false, counting: 0 }
    }

    /// The first element of those that mean nothing is at `place`. Skips them all if they are their list's last ones.
    /// Returns whether they are. Each is looked at here at most once, however often this is called.
    fn skip_nothing(&mut self) -> bool {
        let mut place = self.place;
        while let Some(element) = Element::at(self.text, place) {
            let is_first = place.offset == self.place.offset;
            if element.opens && !is_first {
                break;
            }
            if !element.value.is_nothing() {
                self.counting = place.offset;
                return false;
            }
            place = element.next();
            self.opens = element.opens_next;
            if element.opens_next {
                break;
            }
        }
        self.place = place;
        true
    }

    /// Compares what is left, which begins with `token`, with nothing: the first element that differs from it decides.
    fn compare_with_nothing(&mut self, token: Token) -> Ordering {
        let mut next = Some(token);
        while let Some(token) = next {
            if let Token::Value(value) = token
                && !value.is_nothing()
            {
                return value.compare_with_nothing();
            }
            next = self.next();
        }
        Ordering::Equal
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while self.place.offset < self.end {
            if self.opens {
                (self.opens, self.place.first) = (false, true);
                return Some(Token::List);
            }
            let element = Element::at(self.text, self.place)?;
            if element.opens {
                self.place.first = true;
                return Some(Token::List);
            }
            let counts = !element.value.is_nothing() || self.place.offset < self.counting;
            if !counts && self.skip_nothing() {
                continue;
            }
            self.place = element.next();
            self.opens = element.opens_next;
            return Some(Token::Value(element.value));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Maven;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn padding_and_trimming() {
        // POM Reference, "Version Order Specification": the examples of trimming.
        ascending(Maven, &["1.0.0 = 1 = 1.ga = 1.final = 1.release = 1-ga = 1.0-final = 1-0 = 1.", "1.1"]);
        ascending(Maven, &["1.0.0-0.0.0 = 1", "1.0.0-foo.0.0 = 1-foo"]);
        ascending(Maven, &["1-0.ga = 1.0 = 1--"]);
    }

    #[test]
    fn the_references_end_results() {
        // POM Reference, "Version Order Specification", "End Result Examples".
        ascending(Maven, &["1", "1.1"]);
        ascending(Maven, &["1-snapshot", "1", "1-sp"]);
        ascending(Maven, &["1-foo2", "1-foo10"]);
        ascending(Maven, &["1.foo = 1-foo", "1-1", "1.1"]);
        ascending(Maven, &["1.ga = 1-ga = 1-0 = 1.0 = 1", "1-sp", "1-ga-1", "1-1"]);
        ascending(Maven, &["1-a1 = 1-alpha-1", "1-b1 = 1-beta-1", "1-m1 = 1-milestone-1", "1-rc1 = 1-cr1"]);
    }

    #[test]
    fn qualifiers() {
        ascending(
            Maven,
            &[
                "1-alpha",
                "1-alpha-2",
                "1-beta",
                "1-milestone",
                "1-rc = 1-CR",
                "1-SNAPSHOT",
                "1 = 1-GA",
                "1-sp",
                "1-abc",
                "1-xyz",
                "1-1",
                "1.1",
            ],
        );
    }

    #[test]
    fn versions_in_the_wild() {
        ascending(Maven, &["2.0-beta6", "2.0-beta7", "2.0-beta10", "2.0-rc1", "2.0", "2.0.1", "2.12.2", "2.15.0"]);
        ascending(Maven, &["5.2.19.RELEASE = 5.2.19", "5.2.20.RELEASE"]);
        ascending(Maven, &["4.1.76.Final", "4.1.77.Final = 4.1.77", "4.1.77.Final-redhat-1", "4.1.78.Final"]);
        ascending(Maven, &["2.13.2", "2.13.2.1", "2.13.10"]);
        ascending(Maven, &["31.0-android", "31.0-jre", "31.1-android"]);
    }

    #[test]
    fn circles_are_mavens_own() {
        // By hand from ComparableVersion's rules: a word is below a list, and an unknown word above the end.
        ascending(Maven, &["1.x.1", "1-alpha"]);
        ascending(Maven, &["1-alpha", "1"]);
        ascending(Maven, &["1", "1.x.1"]);
    }

    #[test]
    fn nesting_is_no_burden() {
        let (a, b) = ("1-".repeat(50_000), "1-".repeat(49_999) + "2");
        ascending(Maven, &[&a, &b]);
        let zeros = "0.".repeat(50_000);
        ascending(Maven, &[&format!("1.{zeros}1"), &format!("1.{zeros}2")]);
        ascending(Maven, &[&format!("1-{}1", "0-".repeat(50_000)), &format!("1-{}2", "0-".repeat(50_000))]);
    }

    #[test]
    fn not_versions() {
        valid(Maven, &["1", "Finchley.SR1", "10.0.6+7-e2ba6752", "r03", "20040616", "1.0_01"]);
        invalid(Maven, &["", ".", "--", "${project.version}", "[1.0,2.0)", "1.0 ", "1.0é", "1/2", "1:2"]);
    }
}
