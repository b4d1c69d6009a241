//! One pass over a text: runs of token characters, then what they begin with, then the words before them.

mod index;
mod literals;
mod pairs;
mod runs;
mod words;

use std::ops::Range;

use model::Note;

use crate::assignment::{self, FileKind, Notation, What};
use crate::decode::{self, DEEPEST, Inner, unescape};
use crate::noise;
use crate::rule::alphabet::Alphabet;
use crate::rule::kind::{KINDS, Kind, Needs, by_id};
use crate::rule::shape::{Found, LONGEST, Shape};
use crate::structure::{self, address};
use index::Index;
use literals::Literal;
use words::Words;

/// A secret in a text.
#[derive(Clone, Debug)]
pub struct Secret {
    /// What it is.
    pub kind: &'static Kind,
    /// Where it stands.
    pub span: Range<usize>,
    /// What its structure says, and what stands beside it.
    pub notes: Vec<Note>,
    /// Its text, where that is written in another way there.
    inner: Option<Vec<u8>>,
    /// Where the one stands that is needed to use it.
    beside: Option<Range<usize>>,
}

impl Secret {
    fn new(kind: &'static Kind, span: Range<usize>) -> Self {
        Self { kind, span, notes: Vec::new(), inner: None, beside: None }
    }

    /// Its text, of the text in which it was found.
    pub fn text<'t>(&'t self, whole: &'t [u8]) -> &'t [u8] {
        self.inner.as_deref().unwrap_or_else(|| &whole[self.span.clone()])
    }

    /// The text of the one that is needed to use it, of the text in which both were found.
    pub fn pair<'t>(&self, whole: &'t [u8]) -> Option<&'t [u8]> {
        whole.get(self.beside.clone()?)
    }
}

/// The secrets in `text`, in their order, whatever file it is in.
pub fn secrets(text: &[u8]) -> Vec<Secret> {
    secrets_of(text, FileKind::Unknown)
}

/// The secrets in the text of a file of that kind, in their order.
pub fn secrets_of(text: &[u8], file: FileKind) -> Vec<Secret> {
    inside(text, file, 0)
}

/// The secrets of a text that stands so deep inside others.
fn inside(text: &[u8], file: FileKind, depth: usize) -> Vec<Secret> {
    let (runs, mut nothing) = in_runs(text, file, depth);
    let (mut found, mut general): (Vec<_>, Vec<_>) = runs.into_iter().partition(|secret| !is_general(secret.kind));
    found.sort_by_key(|secret| secret.span.start);
    for secret in at_literals(text, file, depth, &found) {
        (if is_general(secret.kind) { &mut general } else { &mut found }).push(secret);
    }
    found.sort_by_key(|secret| secret.span.start);
    // What says only that it is a secret goes after all that say which.
    general.sort_by_key(|secret| secret.span.start);
    nothing.sort_by_key(|span| span.start);
    let mut end = 0;
    general.retain(|secret| {
        let next = nothing.partition_point(|span| span.end <= secret.span.start);
        let is_nothing = nothing.get(next).is_some_and(|span| span.start < secret.span.end);
        let is_new = secret.span.start >= end && !is_nothing && is_clear(&found, &secret.span);
        end = if is_new { secret.span.end } else { end };
        is_new
    });
    add(&mut found, general);
    add_lines(text, file, &mut found);
    pairs::join(text, &mut found);
    for secret in found.iter_mut().filter(|secret| secret.inner.is_none()) {
        secret.notes.extend(structure::notes(secret.kind.id, &text[secret.span.clone()], text));
    }
    found
}

/// Adds the credentials of files in which every line is one.
fn add_lines(text: &[u8], file: FileKind, found: &mut Vec<Secret>) {
    let (kind, lines) = match file {
        FileKind::Pgpass => ("postgresql-pgpass-line", assignment::lines::pgpass(text)),
        FileKind::Htpasswd => ("unix-password-hash-old", assignment::lines::htpasswd(text)),
        _ => return,
    };
    let lines = lines.into_iter().filter(|span| is_clear(found, span));
    let lines = lines.map(|span| Secret::new(judged(kind), span)).collect();
    add(found, lines);
}

/// The secrets of a text inside this one, all of them where that stands.
fn in_inner(inner: &Inner, depth: usize) -> Vec<Secret> {
    let mut found = inside(&inner.text, FileKind::Unknown, depth + 1);
    for secret in &mut found {
        secret.inner = Some(secret.text(&inner.text).to_vec());
        secret.beside = None;
        secret.span = inner.span.clone();
        secret.notes.insert(0, Note::Inside(inner.how.to_owned()));
    }
    found
}

/// Adds more secrets, and keeps the order.
fn add(found: &mut Vec<Secret>, more: Vec<Secret>) {
    if !more.is_empty() {
        found.extend(more);
        found.sort_by_key(|secret| secret.span.start);
    }
}

/// Whether no known secret is where `span` is.
fn is_clear(known: &[Secret], span: &Range<usize>) -> bool {
    let next = known.partition_point(|other| other.span.end <= span.start);
    known.get(next).is_none_or(|other| other.span.start >= span.end)
}

/// Secrets that are, or hold, long runs of token characters; and where something is that has the form of one and is none.
fn in_runs(text: &[u8], file: FileKind, depth: usize) -> (Vec<Secret>, Vec<Range<usize>>) {
    let index = Index::all();
    let mut search = Search::new(index, text, file, depth);
    let mut done = 0;
    runs::each(text, |run| {
        if run.start < done {
            return;
        }
        if is_name(&text[run.clone()]) {
            search.name(&run);
        } else {
            let token = widen(text, &run, done);
            done = token.end;
            search.look(&run, &token);
        }
        // A text of several lines is judged once, not again in each line.
        let judged = search.found.last().map(|last| last.span.end).max(search.nothing.last().map(|last| last.end));
        done = done.max(judged.unwrap_or_default()).max(search.read);
    });
    (search.found, search.nothing)
}

/// Secrets that stand after a word or in an address, where none of `known` is: these say more.
fn at_literals(text: &[u8], file: FileKind, depth: usize, known: &[Secret]) -> Vec<Secret> {
    let index = Index::all();
    let (mut found, mut done) = (Vec::new(), 0);
    literals::each(text, |literal, what| {
        if literal.start < done {
            return;
        }
        let secret = match what {
            Literal::Word => assignment::at(text, literal, file).and_then(|found| assigned(text, &found)),
            Literal::Identified => assignment::identified(text, literal.end, file)
                .map(|value| Secret::new(judged("password-in-a-statement"), value)),
            Literal::Command => {
                assignment::command(text, literal, file).map(|value| Secret::new(judged("generic-password"), value))
            }
            Literal::Address => in_address(index, text, literal),
            Literal::Prefix => {
                let mut search = Search::new(index, text, file, depth);
                search.known_prefix(literal.start);
                search.found.pop()
            }
            Literal::Salt => {
                structure::salt::parse(text, &literal).map(|salt| Secret::new(judged("wordpress-salt"), salt))
            }
            Literal::Escaped => {
                let inner = unescape(text, &literal);
                let is_new = depth < DEEPEST && is_clear(known, &inner.span);
                done = inner.span.end;
                found.extend(if is_new { in_inner(&inner, depth) } else { Vec::new() });
                None
            }
        };
        let Some(secret) = secret else { return };
        if is_clear(known, &secret.span) {
            // In a value of which nothing is known something may stand that is.
            done = if is_general(secret.kind) { secret.span.start } else { secret.span.end };
            found.push(secret);
        }
    });
    found
}

/// Whether a kind says no more than that it is a secret.
fn is_general(kind: &Kind) -> bool {
    kind.needs == Needs::Judged && kind.id.starts_with("generic-")
}

/// The kind that is judged and has this id.
fn judged(id: &'static str) -> &'static Kind {
    by_id(id).unwrap_or(&KINDS[0])
}

/// A secret that is assigned to a name.
fn assigned(text: &[u8], found: &assignment::Found) -> Option<Secret> {
    let id = match (found.what, found.notation) {
        (_, Notation::Credentials) => "password-in-a-netrc-file",
        (_, Notation::Statement) => "password-in-a-statement",
        (What::Password, _) => "generic-password",
        (What::Key, _) => "generic-api-key",
        (What::Login, _) => "encoded-login",
    };
    let mut secret = Secret::new(judged(id), found.value.clone());
    let value = &text[found.value.clone()];
    // Passphrases are words; whether they are placeholders was judged by points. Machines make keys of neither.
    let class = match found.what {
        What::Key => noise::class(secret.kind, text, &secret.span),
        // A table of words in a program, of which one is `PWD=`.
        What::Password if value.len() >= 40 && noise::are_words(value) => return None,
        What::Password | What::Login => noise::class_of_value(secret.kind, text, &secret.span),
    };
    class.is_none().then_some(())?;
    // What is written in base64 may be a placeholder as well.
    let inner = decode::base64(value)
        .filter(|inner| value.len().is_multiple_of(4) && inner.len() >= 6 && inner.iter().all(u8::is_ascii_graphic));
    if let Some(inner) = inner {
        assignment::is_password(&inner).then_some(())?;
        secret.notes.push(Note::Inside("base64".to_owned()));
        secret.inner = Some(inner);
    }
    Some(secret)
}

/// The password of an address, unless it opens nothing.
fn in_address(index: &Index, text: &[u8], sign: Range<usize>) -> Option<Secret> {
    let address = address::parse(text, sign)?;
    let (user, password, host) =
        (&text[address.user.clone()], &text[address.password.clone()], &text[address.host.clone()]);
    if address::is_local(host)
        || user == password
        || !assignment::is_password(password)
        || noise::is_placeholder(password)
    {
        return None;
    }
    let start = address.scheme.start;
    let shapes = index.address(&text[start..]).iter().filter(|(_, shape)| shape.find(&text[start..]).is_some());
    let known = shapes.max_by_key(|(_, shape)| specificity(shape)).map(|(kind, _)| *kind);
    // Without a user, it is an address only where it is known to be written so.
    (known.is_some() || !user.is_empty()).then_some(())?;
    let scheme = &text[address.scheme];
    let general = if scheme.starts_with(b"http") || scheme.ends_with(b"ftp") {
        "password-in-url"
    } else {
        "password-in-connection-string"
    };
    Some(Secret::new(known.unwrap_or_else(|| judged(general)), address.password))
}

/// What every byte is to a token: a table, because it is asked of every byte near a run.
static CLASSES: [u8; 256] = classes();
/// A character of tokens: those of runs, and those that join them.
const IN_TOKEN: u8 = 1;
/// A letter or digit.
const ALNUM: u8 = 2;
const DIGIT: u8 = 4;
const LOWER: u8 = 8;

const fn classes() -> [u8; 256] {
    let (mut classes, mut byte) = ([0; 256], 0);
    let token = Alphabet::ALNUM.with(Alphabet::of("_-+/=.~:$"));
    while byte < 128_u8 {
        let (token, alnum) = (token.contains(byte), Alphabet::ALNUM.contains(byte));
        classes[byte as usize] = if token { IN_TOKEN } else { 0 }
            | if alnum { ALNUM } else { 0 }
            | if byte.is_ascii_digit() { DIGIT } else { 0 }
            | if byte.is_ascii_lowercase() { LOWER } else { 0 };
        byte += 1;
    }
    classes
}

/// Whether a byte is of a class.
#[inline]
fn is(class: u8, byte: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// Whether a run is the name of something: without a digit, and not in capitals, as names of environments are. Most are.
fn is_name(run: &[u8]) -> bool {
    let seen = run.iter().fold(0, |seen, byte| seen | CLASSES[usize::from(*byte)]);
    seen & (DIGIT | LOWER) == LOWER
}

/// The run with what belongs to it on both sides.
fn widen(text: &[u8], run: &Range<usize>, from: usize) -> Range<usize> {
    let longest = usize::from(LONGEST);
    let from = from.max(run.start.saturating_sub(longest));
    let before = text[from..run.start].iter().rev().take_while(|&&byte| is(IN_TOKEN, byte)).count();
    let to = text.len().min(run.end + longest);
    let after = text[run.end..to].iter().take_while(|&&byte| is(IN_TOKEN, byte)).count();
    run.start - before..run.end + after
}

/// The search in the runs of a text.
struct Search<'t> {
    index: &'static Index,
    text: &'t [u8],
    file: FileKind,
    depth: usize,
    words: Words<'t>,
    found: Vec<Secret>,
    /// What has the form of a secret and is none.
    nothing: Vec<Range<usize>>,
    /// Up to where a text was read that stands inside this one.
    read: usize,
}

impl<'t> Search<'t> {
    fn new(index: &'static Index, text: &'t [u8], file: FileKind, depth: usize) -> Self {
        Self {
            index,
            text,
            file,
            depth,
            words: Words::new(index, text),
            found: Vec::new(),
            nothing: Vec::new(),
            read: 0,
        }
    }

    /// Looks at a run that is a name for what begins with one. Where it is part of a token, another run of that says so.
    fn name(&mut self, run: &Range<usize>) {
        let done = self.begin(run.start, run.start);
        self.begin(run.start + escaped(self.text, run), done);
    }

    /// Looks at one token for secrets.
    fn look(&mut self, run: &Range<usize>, token: &Range<usize>) {
        let (text, before) = (self.text, self.found.len());
        let mut done = self.begin(token.start, token.start);
        done = self.begin(token.start + escaped(text, token), done);
        for at in token.start + 1..token.end {
            if !is(ALNUM, text[at - 1]) {
                done = self.begin(at, done);
            }
        }
        // Without a branch for every byte, compilers make vector instructions of it.
        let digits = text[token.clone()].iter().fold(0, |any, byte| any | u8::from(byte.is_ascii_digit())) != 0;
        if digits && self.found.len() == before && looks_random(&text[token.clone()]) {
            self.by_words(run, token);
        }
    }

    /// Looks at a place where a token may begin. Up to where it was read.
    #[inline]
    fn begin(&mut self, at: usize, done: usize) -> usize {
        if at >= done && self.index.may_begin(&self.text[at..]) { self.known_prefix(at).unwrap_or(done) } else { done }
    }

    /// The most specific kind whose shape begins at `at` with a text of its own. Where it ends.
    fn known_prefix(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let mut best: Option<((bool, usize), &'static Kind, Found)> = None;
        for &(kind, shape) in self.index.beginning(rest) {
            let fits = whole(shape, self.text, at).filter(|found| {
                let mut near = || self.words.near(at + found.secret.start, at + found.end);
                kind.needs == Needs::Nothing || near().gives(kind).is_some()
            });
            // A kind whose provider is named there goes before one that needs nothing.
            let rank = (kind.needs != Needs::Nothing, specificity(shape));
            if let Some(matched) = fits
                && best.as_ref().is_none_or(|(other, ..)| rank > *other)
            {
                best = Some((rank, kind, matched));
            }
        }
        let (_, kind, matched) = best?;
        let span = at + matched.secret.start..at + matched.secret.end;
        // Where a shape says what surrounds the secret, that is most often a password, and may be a reference to one.
        let is_part = matched.secret.start > 0;
        let secret = &self.text[span.clone()];
        let is_real = noise::class(kind, self.text, &span).is_none() && (!is_part || assignment::is_password(secret));
        if is_real && !self.opens_nothing(kind, &span) {
            self.found.push(Secret::new(kind, span));
        } else {
            self.nothing.push(span);
        }
        Some(at + matched.end)
    }

    /// The kind whose word stands nearest to the token, and whose shape it has; else what is written in it, or assigned.
    fn by_words(&mut self, run: &Range<usize>, token: &Range<usize>) {
        let text = self.text;
        let after_sign = |at: &usize| *at > token.start && b"=:/".contains(&text[*at - 1]);
        let mut starts = vec![token.start + escaped(text, token), run.start.max(token.start + escaped(text, token))];
        starts.extend(token.clone().filter(after_sign).take(8));
        starts.sort_unstable();
        starts.dedup();
        if let Some(kind) = structure::jwk::kind(text, token.start) {
            self.found.push(Secret::new(judged(kind), token.clone()));
            return;
        }
        let mut key = None;
        for start in starts {
            let near = self.words.near(start, token.end);
            key = near.key.or(key);
            let mut best: Option<(usize, Secret)> = None;
            for &(kind, distance) in &near.kinds {
                if near.gives(kind).is_none() {
                    continue;
                }
                let mut shapes = kind.shapes.iter().filter(|shape| shape.prefix().len() < 3);
                let Some(matched) = shapes.find_map(|shape| whole(shape, text, start)) else { continue };
                // Without a digit it is the name of something.
                if !text[start + matched.secret.start..start + matched.secret.end].iter().any(u8::is_ascii_digit) {
                    continue;
                }
                // A kind that was asked for by name goes before one that was not.
                let distance = distance * 2 + usize::from(kind.named.is_empty());
                if best.as_ref().is_none_or(|(other, _)| distance < *other) {
                    let span = start + matched.secret.start..start + matched.secret.end;
                    best = Some((distance, Secret::new(kind, span)));
                }
            }
            let Some((_, secret)) = best else { continue };
            if noise::class(secret.kind, text, &secret.span).is_none() && !self.opens_nothing(secret.kind, &secret.span)
            {
                self.found.push(secret);
                return;
            }
            self.nothing.push(secret.span);
        }
        if self.decoded(run, token) {
            return;
        }
        // A key of nobody knows whom.
        let named = key.and_then(|key| assignment::at(text, key..key, self.file));
        let secret = named.and_then(|found| assigned(text, &found));
        self.found.extend(secret.filter(|secret| secret.span.start < token.end && token.start < secret.span.end));
    }

    /// Whether a secret of this kind opens nothing.
    fn opens_nothing(&self, kind: &Kind, span: &Range<usize>) -> bool {
        let before = &self.text[span.start.saturating_sub(256)..span.start];
        let line = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        structure::opens_nothing(kind.id, &self.text[span.clone()], &before[line..])
    }

    /// Whether there are secrets in what the token says in base64 or hexadecimal digits.
    fn decoded(&mut self, run: &Range<usize>, token: &Range<usize>) -> bool {
        let before = self.found.len();
        if self.depth < DEEPEST
            && let Some(inner) = decode::inner(self.text, run, token.start)
        {
            self.read = inner.span.end;
            self.found.extend(in_inner(&inner, self.depth));
        }
        self.found.len() > before
    }
}

/// Whether a part of the token looks as if chance had made it, and not as the name of something. Names are words: their
/// small letters follow letters. What follows otherwise is counted, and is two of three characters in a random text.
fn looks_random(token: &[u8]) -> bool {
    token.split(|byte| !byte.is_ascii_alphanumeric() && !b"_-".contains(byte)).any(|piece| {
        if piece.len() < SHORTEST_PIECE {
            return false;
        }
        let (mut digits, mut lower, mut upper, mut odd, mut last) = (0, 0, 0, 0, b'_');
        for &byte in piece {
            match byte {
                b'0'..=b'9' => (digits, odd) = (digits + 1, odd + 1),
                b'a'..=b'z' => (lower, odd) = (lower + 1, odd + usize::from(last.is_ascii_digit())),
                b'A'..=b'Z' => (upper, odd) = (upper + 1, odd + usize::from(last.is_ascii_alphanumeric())),
                _ => {}
            }
            last = byte;
        }
        let least = if lower > 0 && upper > 0 { 28 } else { 15 };
        digits > 0 && (lower + upper > 0 || digits >= 16) && odd * 100 >= piece.len() * least
    })
}

/// Two of them with a colon between them are the shortest secret without a mark of its own.
const SHORTEST_PIECE: usize = 8;

/// How much of the token belongs to an escape sequence that begins before it: `\n`, `%3D`.
fn escaped(text: &[u8], token: &Range<usize>) -> usize {
    match (token.start.checked_sub(1).map(|before| text[before]), &text[token.clone()]) {
        (Some(b'\\'), [b'n' | b'r' | b't' | b'b' | b'f', _, ..]) => 1,
        (Some(b'%'), [first, second, _, ..]) if first.is_ascii_hexdigit() && second.is_ascii_hexdigit() => 2,
        _ => 0,
    }
}

/// A shape with more text of its own says more.
fn specificity(shape: &Shape) -> usize {
    use crate::rule::shape::Part;
    shape.parts.iter().map(|part| if let Part::Text(text) = part { text.len() } else { 0 }).sum()
}

/// Where a shape matches, unless it is only the beginning of something longer.
fn whole(shape: &Shape, text: &[u8], at: usize) -> Option<Found> {
    let found = shape.find(&text[at..])?;
    let goes_on = text.get(at + found.end).is_some_and(|&next| {
        next.is_ascii_alphanumeric()
            || next == b'_'
            || found.ends_in.contains(next) && !ends_sentence(text, at + found.end)
    });
    (!goes_on).then_some(found)
}

/// Whether the character at `at` ends a sentence or a statement: nothing that goes on follows.
fn ends_sentence(text: &[u8], at: usize) -> bool {
    b".,;:".contains(&text[at]) && text.get(at + 1).is_none_or(|next| !next.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_part_of_something_longer_is_no_secret() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        let count = |text: String| secrets(text.as_bytes()).len();
        assert_eq!(count(token.clone()), 1);
        assert_eq!(count(format!("x{token}")), 0);
        assert_eq!(count(format!("{token}x")), 0);
        assert_eq!(count(format!("see {token}.")), 1);
        assert_eq!(count(format!("a\\n{token}\\n")), 1);
        assert_eq!(count(format!("t%3D{token}")), 1);
        assert_eq!(count(format!("https://{token}@x.io/{token}")), 2);
    }

    #[test]
    fn a_settings_name_may_be_as_long_as_a_secret() {
        let value = "a1b2f3d4e5c6a7b8f9d0e1c2a3b4f5d6";
        for name in ["DD_API_KEY", "DATADOG_API_KEY_OF_PRODUCTION"] {
            assert_eq!(secrets(format!("{name}={value}").as_bytes()).len(), 1, "{name}");
        }
    }
}
