//! Writes the kinds as tables in Rust.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::read::{Kind, Provider};
use crate::shape::{Part, Shape};

/// What only all files together show: ids that are there twice, pairs that are not there.
pub fn check(providers: &[Provider]) -> Vec<String> {
    let (mut errors, mut ids) = (Vec::new(), BTreeSet::new());
    for kind in all(providers) {
        if !ids.insert(&*kind.id) {
            errors.push(format!("two kinds have the id {}", kind.id));
        }
    }
    for kind in all(providers) {
        errors.extend(
            kind.pair
                .iter()
                .filter(|pair| !ids.contains(&***pair))
                .map(|pair| format!("{}: its pair {pair} is no kind", kind.id)),
        );
    }
    errors
}

fn all(providers: &[Provider]) -> impl Iterator<Item = &Kind> {
    providers.iter().flat_map(|provider| &provider.kinds)
}

/// `KINDS`, sorted by id.
pub fn kinds(providers: &[Provider]) -> String {
    let mut sorted: Vec<(&Provider, &Kind)> =
        providers.iter().flat_map(|provider| provider.kinds.iter().map(move |kind| (provider, kind))).collect();
    sorted.sort_by_key(|(_, kind)| &*kind.id);
    let mut out = format!(
        "/// Every kind, sorted by id.\n#[expect(clippy::unreadable_literal, reason = \"made by the build\")]\npub static KINDS: [Kind; {}] = [\n",
        sorted.len()
    );
    for (provider, kind) in sorted {
        let shapes: Vec<String> = kind.shapes.iter().map(shape).collect();
        let _ = writeln!(
            out,
            "Kind {{ id: {:?}, provider: {:?}, about: {:?}, name: {:?}, opens: {:?}, severity: Severity::{}, shapes: &[{}], needs: Needs::{}, words: &{:?}, named: &{:?}, rotate: {:?}, revocable: {}, days: {}, pair: &{:?}, verify: {} }},",
            kind.id,
            provider.name,
            provider.about,
            kind.name,
            kind.opens,
            capital(&kind.severity),
            shapes.join(", "),
            capital(&kind.needs),
            kind.words,
            kind.named,
            kind.rotate,
            kind.revocable,
            kind.days,
            kind.pair,
            request(provider, &kind.id),
        );
    }
    out + "];\n"
}

/// `EXAMPLES`: the id of a kind, the texts in which it is, and those in which it is not.
pub fn examples(providers: &[Provider]) -> String {
    let mut out = "pub static EXAMPLES: &[(&str, &[&str], &[&str])] = &[\n".to_owned();
    for kind in all(providers) {
        let [matches, differs] =
            [&kind.matches, &kind.differs].map(|all| all.iter().map(|it| &*it.text).collect::<Vec<_>>());
        let _ = writeln!(out, "({:?}, &{matches:?}, &{differs:?}),", kind.id);
    }
    out + "];\n"
}

/// The request by which a provider is asked about a kind.
fn request(provider: &Provider, id: &str) -> String {
    let Some(it) = provider.requests.iter().find(|request| request.of.iter().any(|of| of == id)) else {
        return "None".to_owned();
    };
    format!(
        "Some(&Request {{ post: {}, url: {:?}, headers: &{:?}, basic: {:?}, body: {:?}, signed: {}, live: &{:?}, revoked: &{:?} }})",
        it.post, it.url, it.headers, it.basic, it.body, it.signed, it.live, it.revoked
    )
}

fn shape(shape: &Shape) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => format!("Part::Text(Cow::Borrowed({text:?}))"),
        Part::Run(alphabet, min, max) => format!("Part::Run(Alphabet({:#x}), {min}, {max})", alphabet.0),
    };
    let parts: Vec<String> = shape.parts.iter().map(part).collect();
    format!("Shape {{ parts: Cow::Borrowed(&[{}]), secret: {:?} }}", parts.join(", "), shape.secret)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
