//! Which licences a text has in it, by comparison with all texts and standard headers of the SPDX list.
//!
//! The texts and the comparison (pairs of words, Sørensen–Dice) come from the crate `spdx`. They are unpacked when the first
//! text is seen, which takes a few tenths of a second and 60 MB; a comparison with all of them takes about 25 ms, so
//! that texts of very different length are left out, and what was compared before is not compared again.
//!
//! Invariant: the answer depends on the text alone. What is remembered is only what would be found again.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use model::{Digest, LicenseForm, LicenseText};
use spdx::detection::{Store, TextData};

/// Below this, in percent, nothing is told. Most texts agree to a half with some licence.
const LEAST: f32 = 0.75;
/// From here on a text may be the licence's as a whole.
const WHOLE: f32 = 0.9;
/// From here on there is no room in it for another licence.
const NOTHING_ELSE: f32 = 0.98;
/// Licences that are another with a few words changed, and a word that their text has and the other's has not: the other,
/// shortened, must not be taken for them.
const DERIVED: &[(&str, &str)] = &[
    ("Pixar", "modified apache"),
    ("ECL-2.0", "educational community"),
    ("SHL-0.5", "solderpad"),
    ("SHL-0.51", "solderpad"),
    ("BSD-3-Clause-HP", "hewlett"),
];
/// Licences that are looked for in one text.
const MOST_LICENSES: usize = 4;
/// Words of which nothing can be told.
const FEWEST_WORDS: usize = 12;
/// Headers are short, and so are the licences that people put at the head of a file as a whole.
const LONGEST_IN_HEADER: usize = 500;
/// Texts whose answer is kept.
const REMEMBERED: usize = 4096;

struct Known {
    license: String,
    form: LicenseForm,
    words: usize,
    data: TextData,
}

/// Every text, sorted by licence; none if the crate's own data cannot be read.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let store = Store::load_inline().unwrap_or_default();
    let mut known: Vec<Known> = store
        .iter()
        .flat_map(|(license, entry)| {
            let originals = std::iter::once(&entry.original).chain(&entry.alternates);
            let texts = originals.map(|data| (LicenseForm::Text, data));
            let headers = entry.headers.iter().map(|data| (LicenseForm::Header, data));
            texts.chain(headers).map(|(form, data)| Known {
                license: license.clone(),
                form,
                words: data.lines().iter().map(|line| words(line)).sum(),
                data: data.clone().without_text(),
            })
        })
        .collect();
    known.sort_by(|a, b| (&a.license, a.form, a.words).cmp(&(&b.license, b.form, b.words)));
    known
});

/// By the digest of a text.
type Answers = HashMap<(Digest, LicenseForm), Vec<LicenseText>>;

static ANSWERS: LazyLock<Mutex<Answers>> = LazyLock::new(Mutex::default);

/// The licences whose texts, or whose standard headers, stand in a text. `form` says whether it is the comment at the head
/// of a source file.
pub(super) fn read(text: &str, form: LicenseForm) -> Vec<LicenseText> {
    let text = without_copyrights(text);
    if words(&text) < FEWEST_WORDS {
        return Vec::new();
    }
    let key = (Digest::sha256(text.as_bytes()), form);
    let answers = || ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(answer) = answers().get(&key) {
        return answer.clone();
    }
    let answer = compare(&text, form);
    let mut answers = answers();
    if answers.len() >= REMEMBERED {
        answers.clear();
    }
    answers.insert(key, answer.clone());
    answer
}

fn compare(text: &str, form: LicenseForm) -> Vec<LicenseText> {
    let lower = text.to_lowercase();
    let lacks_its_word =
        |known: &Known| DERIVED.iter().any(|(license, word)| known.license == *license && !lower.contains(word));
    let fits =
        |known: &&Known| (form == LicenseForm::Text || known.words <= LONGEST_IN_HEADER) && !lacks_its_word(known);
    let length = words(text);
    let mut data = TextData::new(text);
    let of_its_length = KNOWN.iter().filter(fits).filter(|known| similar(known.words, length));
    let whole = best(of_its_length, &data).filter(|(_, score)| *score >= WHOLE);
    if let Some((known, score)) = whole.filter(|(_, score)| *score >= NOTHING_ELSE) {
        return vec![found(known, score, text, form)];
    }
    // Several licences in one text, or one with something before and behind it.
    let mut answer: Vec<LicenseText> = Vec::new();
    while answer.len() < MOST_LICENSES {
        let Some((known, _)) = best(KNOWN.iter().filter(fits), &data) else { break };
        let (part, score) = data.optimize_bounds(&known.data);
        if score < LEAST {
            break;
        }
        let lines = part.lines().join("\n");
        let found = found(known, score, &lines, form);
        if answer.iter().all(|other| other.license != found.license) {
            answer.push(found);
        }
        // What is left, without the gap that was cut: the search for bounds loses its way among empty lines.
        let (start, end) = part.lines_view();
        let left = [&data.lines()[..start], &data.lines()[end..]].concat().join("\n");
        if words(&left) < FEWEST_WORDS {
            break;
        }
        data = TextData::new(left.trim());
    }
    if let Some((known, score)) = whole.filter(|_| answer.is_empty()) {
        answer.push(found(known, score, text, form));
    }
    answer.sort();
    answer
}

/// The text that agrees most; of several the first.
fn best<'a>(candidates: impl Iterator<Item = &'a Known>, data: &TextData) -> Option<(&'a Known, f32)> {
    let mut best: Option<(&Known, f32)> = None;
    for known in candidates {
        let score = known.data.match_score(data);
        if best.is_none_or(|(_, most)| score > most) {
            best = Some((known, score));
        }
    }
    best
}

/// Whether texts of so many words can agree to nine tenths, with room for lines that the comparison leaves out.
fn similar(a: usize, b: usize) -> bool {
    a.min(b) * 5 >= a.max(b) * 3
}

fn found(known: &Known, score: f32, text: &str, form: LicenseForm) -> LicenseText {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is from 0 to 1")]
    let confidence = (score * 100.0).clamp(0.0, 100.0) as u8;
    let name = licenses::Expression::read(&known.license).to_string();
    // The text of a GNU licence is the same whether later versions count or not; the head of a file says it.
    let later = known.form == LicenseForm::Header && text.to_lowercase().contains("later version");
    let license = match name.strip_suffix("-or-later") {
        Some(base) if !later => format!("{base}-only"),
        _ => name,
    };
    LicenseText { license, confidence, form }
}

/// Leaves out the lines that say who holds the rights: they tell apart what is the same.
fn without_copyrights(text: &str) -> String {
    let is_copyright = |line: &str| {
        let line = line.trim().to_lowercase();
        let rest = line.strip_prefix("copyright");
        let marks =
            |text: &str| text.contains(['©']) || text.contains("(c)") || text.contains(|c: char| c.is_ascii_digit());
        rest.is_some_and(marks) || line.starts_with("(c)") || line.starts_with('©')
    };
    let lines = text.lines().map(str::trim_end).filter(|line| !is_copyright(line));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}
