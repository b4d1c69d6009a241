//! The images that a Dockerfile names (Dockerfile reference: `FROM`, `COPY --from`, `RUN --mount`, parser directives).

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::{Form, Rest, Use, What};

/// A word of an instruction, and where it stands.
struct Word<'a> {
    text: &'a str,
    start: usize,
    line: u32,
}

impl Word<'_> {
    fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

pub(super) fn uses(content: &str) -> Vec<Use> {
    let mut uses = Vec::new();
    let mut stages: BTreeSet<String> = BTreeSet::new();
    // Defaults of arguments before the first stage, which its `FROM` may use.
    let mut defaults: HashMap<String, (String, Range<usize>, u32)> = HashMap::new();
    let mut add = |reference: &str, at: Range<usize>, line: u32, defaults: &HashMap<_, (String, Range<usize>, u32)>| {
        // An argument that is the whole reference is pinned where its default stands.
        let (reference, at, line) = match variable(reference).and_then(|name| defaults.get(name)) {
            Some((value, at, line)) => (value.as_str(), at.clone(), *line),
            None => (reference, at, line),
        };
        let mut found = Use::new(What::Image, reference, line);
        found.form = Form::Whole { at, line: Rest::Taken };
        uses.push(found);
    };
    for instruction in instructions(content) {
        let Some((first, rest)) = instruction.split_first() else { continue };
        let flags = rest.iter().take_while(|word| word.text.starts_with("--"));
        match &*first.text.to_ascii_uppercase() {
            "#SYNTAX" => {
                if let [word, ..] = rest {
                    add(word.text, word.range(), word.line, &HashMap::new());
                }
            }
            "ARG" if stages.is_empty() => {
                for word in rest {
                    let Some((name, value)) = word.text.split_once('=') else { continue };
                    let bare = value.trim_matches('"');
                    let start = word.start + name.len() + 1 + usize::from(value.starts_with('"'));
                    defaults.insert(name.to_owned(), (bare.to_owned(), start..start + bare.len(), word.line));
                }
            }
            "FROM" => {
                let mut words = rest.iter().skip_while(|word| word.text.starts_with("--"));
                let Some(image) = words.next() else { continue };
                let name = match (words.next(), words.next()) {
                    (Some(word), Some(name)) if word.text.eq_ignore_ascii_case("as") => name.text.to_ascii_lowercase(),
                    _ => format!("\0{}", stages.len()),
                };
                if image.text != "scratch" && !stages.contains(&image.text.to_ascii_lowercase()) {
                    add(image.text, image.range(), image.line, &defaults);
                }
                stages.insert(name);
            }
            "COPY" => {
                for word in flags {
                    from(word, "--from=", &stages, &mut add);
                }
            }
            "RUN" => {
                for word in flags.filter(|word| word.text.starts_with("--mount=")) {
                    for (at, _) in word.text.match_indices("from=") {
                        if word.text[..at].ends_with([',', '=']) {
                            let text = word.text[at..].split(',').next().unwrap_or_default();
                            from(&Word { text, start: word.start + at, line: word.line }, "from=", &stages, &mut add);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    uses
}

/// An image, or a stage by its name or number, behind `--from=`.
fn from(
    word: &Word<'_>,
    flag: &str,
    stages: &BTreeSet<String>,
    add: &mut impl FnMut(&str, Range<usize>, u32, &HashMap<String, (String, Range<usize>, u32)>),
) {
    let Some(name) = word.text.strip_prefix(flag).filter(|name| !name.is_empty()) else { return };
    let is_stage = name.bytes().all(|digit| digit.is_ascii_digit()) || stages.contains(&name.to_ascii_lowercase());
    // A context that is named when the image is built (`--build-context`) looks like an image without a tag.
    let is_context = !name.contains([':', '/', '@', '$']);
    if !is_stage && !is_context {
        let start = word.start + flag.len();
        add(name, start..start + name.len(), word.line, &HashMap::new());
    }
}

/// The variable that a reference consists of: `${BASE}`, `$BASE`.
fn variable(reference: &str) -> Option<&str> {
    let name = reference.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(name)
}

/// The words of each instruction, over lines that continue, without comments and here-documents.
fn instructions(content: &str) -> Vec<Vec<Word<'_>>> {
    let mut all: Vec<Vec<Word<'_>>> = Vec::new();
    let mut escape = '\\';
    let mut directives = true;
    let mut continues = false;
    let mut document: Option<String> = None;
    let mut start = 0;
    for (number, whole) in (1..).zip(content.split_inclusive('\n')) {
        let offset = start;
        start += whole.len();
        let line = whole.trim_end_matches(['\n', '\r']);
        if let Some(end) = &document {
            if line.trim_start_matches('\t') == end {
                document = None;
            }
            continue;
        }
        if let Some(comment) = line.trim_start().strip_prefix('#') {
            if let Some((name, value)) = comment.split_once('=').filter(|_| directives) {
                let value = value.trim();
                match &*name.trim().to_ascii_lowercase() {
                    "escape" => escape = value.chars().next().unwrap_or(escape),
                    "syntax" if !value.is_empty() => {
                        let at = offset + line.find(value).unwrap_or_default();
                        let name = Word { text: "#SYNTAX", start: offset, line: number };
                        all.push(vec![name, Word { text: value, start: at, line: number }]);
                    }
                    _ => {}
                }
            }
            continue;
        }
        directives = false;
        if line.trim().is_empty() {
            continue;
        }
        let (text, goes_on) = match line.trim_end().strip_suffix(escape) {
            Some(text) => (text, true),
            None => (line, false),
        };
        if !continues {
            all.push(Vec::new());
        }
        continues = goes_on;
        let Some(instruction) = all.last_mut() else { continue };
        let mut from = 0;
        for piece in text.split([' ', '\t']) {
            if !piece.is_empty() {
                instruction.push(Word { text: piece, start: offset + from, line: number });
            }
            from += piece.len() + 1;
        }
        let word = instruction.first().map_or("", |word| word.text);
        if ["RUN", "COPY", "ADD"].iter().any(|known| word.eq_ignore_ascii_case(known)) && !goes_on {
            document = instruction.iter().find_map(|word| here(word.text));
        }
    }
    all
}

/// The end of a here-document that a word opens: `<<EOF`, `<<-"EOF"`.
fn here(word: &str) -> Option<String> {
    let end = word.strip_prefix("<<")?.trim_start_matches('-').trim_matches(['"', '\'']);
    let is_name = !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then(|| end.to_owned())
}
