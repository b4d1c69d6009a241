//! Rules of the user's own, in the format of ours. They are checked as strictly as ours are, examples and all, and cost as
//! little: a shape is matched in the time that reading takes, whatever is written into it.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use model::Severity;

use super::fill::{Chance, fill};
use super::kind::{KINDS, Kind, Needs, Request};
use super::read::{self, Example};
use crate::find::secrets;

/// Rules that do what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// How many kinds there are in them.
    pub kinds: usize,
    /// How many examples were tried.
    pub examples: usize,
}

/// What is wrong with one of several files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, counted from zero.
    pub file: usize,
    /// The line, what is wrong, and the kind.
    pub wrong: String,
}

static OWN: OnceLock<Vec<Kind>> = OnceLock::new();

/// The kinds that the user brought.
pub(super) fn own() -> &'static [Kind] {
    OWN.get().map_or(&[], Vec::as_slice)
}

/// Reads files of rules, makes their kinds part of every search from here on, and tries every example against all kinds,
/// theirs and ours. To be called once, and before the first search.
pub fn add_rules(texts: &[String]) -> Result<Added, Vec<Fault>> {
    let (mut kinds, mut tried, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    let mut ids: BTreeSet<String> = KINDS.iter().map(|kind| kind.id.to_owned()).collect();
    for (file, text) in texts.iter().enumerate() {
        let provider = match rules::parse(text).and_then(|document| read::provider(&document)) {
            Ok(provider) => provider,
            Err(wrong) => {
                faults.push(Fault { file, wrong });
                continue;
            }
        };
        let (name, about) = (leak(provider.name), leak(provider.about));
        let requests: Vec<_> = provider.requests.into_iter().map(request).collect();
        for kind in provider.kinds {
            if !ids.insert(kind.id.clone()) {
                let line = kind.matches.first().map_or(1, |example| example.line);
                let wrong = format!("line {line}: another kind has the same id (in {})", kind.id);
                faults.push(Fault { file, wrong });
            }
            if kind.needs == "judged" {
                let wrong = format!("no rule judges what has no shape; say which shape it has (in {})", kind.id);
                faults.push(Fault { file, wrong });
            }
            let asked = requests.iter().find(|(of, _)| of.contains(&kind.id)).map(|(_, request)| *request);
            let (kind, matches, differs) = keep(name, about, kind, asked);
            tried.push(Tried { file, id: kind.id, matches, differs });
            kinds.push(kind);
        }
    }
    for (file, kind) in tried.iter().map(|tried| tried.file).zip(&kinds) {
        for pair in kind.pair.iter().filter(|pair| !ids.contains(**pair)) {
            faults.push(Fault { file, wrong: format!("its pair {pair} is no kind (in {})", kind.id) });
        }
    }
    if faults.is_empty() {
        let kinds_added = kinds.len();
        let _ = OWN.set(kinds);
        faults = tried.iter().flat_map(Tried::failing).collect();
        if faults.is_empty() {
            let examples = tried.iter().map(|tried| tried.matches.len() + tried.differs.len()).sum();
            return Ok(Added { kinds: kinds_added, examples });
        }
    }
    Err(faults)
}

/// The examples of one kind.
struct Tried {
    file: usize,
    id: &'static str,
    matches: Vec<Example>,
    differs: Vec<Example>,
}

impl Tried {
    /// Those that are not found as they should be.
    fn failing(&self) -> Vec<Fault> {
        let Self { file, id, .. } = *self;
        let mut chance = Chance::of(id);
        let mut found = |example: &Example| -> Vec<&str> {
            let text = fill(&example.text, &mut chance);
            secrets(text.as_bytes()).iter().map(|secret| secret.kind.id).collect()
        };
        let mut faults = Vec::new();
        for example in &self.matches {
            let seen = found(example);
            if seen != [id] {
                let seen = if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") };
                let wrong = format!("line {}: what is found here is {seen} (in {id}, matches)", example.line);
                faults.push(Fault { file, wrong });
            }
        }
        for example in &self.differs {
            if found(example).contains(&id) {
                let wrong = format!("line {}: it is found here (in {id}, differs)", example.line);
                faults.push(Fault { file, wrong });
            }
        }
        faults
    }
}

/// The kind as the search wants it. Its texts are kept until the program ends: rules are read once.
fn keep(
    provider: &'static str,
    about: &'static str,
    kind: read::Kind,
    verify: Option<&'static Request>,
) -> (Kind, Vec<Example>, Vec<Example>) {
    let kept = Kind {
        id: leak(kind.id),
        provider,
        about,
        name: leak(kind.name),
        opens: leak(kind.opens),
        severity: Severity::from_word(&kind.severity).unwrap_or_default(),
        shapes: kind.shapes.leak(),
        needs: match &*kind.needs {
            "word" => Needs::Word,
            "key" => Needs::Key,
            _ => Needs::Nothing,
        },
        words: words(kind.words),
        named: words(kind.named),
        rotate: leak(kind.rotate),
        revocable: kind.revocable,
        days: kind.days,
        pair: words(kind.pair),
        verify,
    };
    (kept, kind.matches, kind.differs)
}

/// A request, and the kinds that it is about.
fn request(read: super::request::Request) -> (Vec<String>, &'static Request) {
    let answers = |answers: Vec<(u16, String)>| -> &'static [(u16, &'static str)] {
        answers.into_iter().map(|(status, says)| (status, leak(says))).collect::<Vec<_>>().leak()
    };
    let headers: Vec<_> = read.headers.into_iter().map(|(name, value)| (leak(name), leak(value))).collect();
    let request = Request {
        post: read.post,
        url: leak(read.url),
        headers: headers.leak(),
        basic: leak(read.basic),
        body: leak(read.body),
        signed: read.signed,
        live: answers(read.live),
        revoked: answers(read.revoked),
    };
    (read.of, Box::leak(Box::new(request)))
}

fn words(words: Vec<String>) -> &'static [&'static str] {
    words.into_iter().map(leak).collect::<Vec<_>>().leak()
}

fn leak(text: String) -> &'static str {
    text.leak()
}
