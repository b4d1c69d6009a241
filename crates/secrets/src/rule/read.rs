//! Reads a provider's file of kinds, and refuses what makes no sense. The build reads ours, and the program those of its users.

use rules::{Fields, Node, Wrong};

use super::notation;
use super::request::{self, Request};
use super::shape::{Part, Shape};

/// A provider as its file has it.
#[derive(Debug)]
pub struct Provider {
    pub name: String,
    pub about: String,
    pub kinds: Vec<Kind>,
    pub requests: Vec<Request>,
}

/// A kind as its file has it.
#[derive(Debug)]
pub struct Kind {
    pub id: String,
    pub name: String,
    pub opens: String,
    pub severity: String,
    pub shapes: Vec<Shape>,
    pub needs: String,
    pub words: Vec<String>,
    pub named: Vec<String>,
    pub rotate: String,
    pub revocable: bool,
    pub days: u16,
    pub pair: Vec<String>,
    pub matches: Vec<Example>,
    pub differs: Vec<Example>,
}

/// A text in which a kind is found, or is not.
#[derive(Debug)]
pub struct Example {
    #[allow(dead_code, reason = "the build has no use for it")]
    pub line: usize,
    pub text: String,
}

const FILE: &[&str] = &["provider", "about", "words", "rotate", "kinds", "verify"];
const KIND: &[&str] = &[
    "id",
    "name",
    "opens",
    "severity",
    "shape",
    "needs",
    "words",
    "named",
    "rotate",
    "revocable",
    "days",
    "pair",
    "matches",
    "differs",
];

/// Shorter beginnings stand in ordinary text.
const SHORTEST_PREFIX: usize = 3;

/// Reads one file.
pub fn provider(document: &Node) -> Result<Provider, Wrong> {
    let fields = document.fields(FILE)?;
    let name = fields.text("provider")?.to_owned();
    let kinds = fields.need("kinds")?.list()?;
    let kinds = kinds.iter().map(|node| kind(node, &fields).map_err(|wrong| of_kind(node, &wrong)));
    let kinds = kinds.collect::<Result<Vec<_>, _>>()?;
    let requests = fields.get("verify").map_or(Ok(Vec::new()), request::read)?;
    let known = |id: &String| kinds.iter().any(|kind| kind.id == *id);
    if let Some(id) = requests.iter().flat_map(|request| &request.of).find(|id| !known(id)) {
        return Err(fields.need("verify")?.wrong(&format!("{id:?} is no kind of this file")));
    }
    Ok(Provider { name, about: sentence(fields.need("about")?)?, kinds, requests })
}

/// An error that also names the kind, where it has a name.
fn of_kind(node: &Node, wrong: &str) -> Wrong {
    let entries = node.map().unwrap_or_default();
    match entries.iter().find(|(key, _)| key == "id").map(|(_, id)| id.text()) {
        Some(Ok(id)) => format!("{wrong} (in {id})"),
        _ => wrong.to_owned(),
    }
}

fn kind(node: &Node, file: &Fields<'_>) -> Result<Kind, Wrong> {
    let fields = node.fields(KIND)?;
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let id = fields.text("id")?.to_owned();
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        return Err(node.wrong("an id is made of lower-case letters, digits and hyphens"));
    }
    let severity = one_of(fields.need("severity")?, &["critical", "high", "medium", "low"])?;
    let needs = match fields.get("needs") {
        Some(needs) => one_of(needs, &["nothing", "word", "key", "judged"])?,
        None => "nothing".to_owned(),
    };
    let mut shapes = Vec::new();
    // What is judged has no shape: the program knows it by its surroundings.
    let shape = if needs == "judged" { node } else { fields.need("shape")? };
    if needs == "judged" && fields.get("shape").is_some() {
        return Err(node.wrong("what is judged has no shape"));
    }
    for text in if needs == "judged" { Vec::new() } else { shape.texts()? } {
        shapes.extend(notation::parse(text).map_err(|error| shape.wrong(&error))?);
    }
    if needs == "nothing"
        && let Some(short) = shapes.iter().find(|shape| !tells_itself(shape))
    {
        let begins = short.prefix();
        return Err(shape.wrong(&format!("a shape that begins with {begins:?} is not enough: say what it needs")));
    }
    let words = owned(if fields.get("words").is_some() { fields.texts("words")? } else { file.texts("words")? });
    let named = owned(fields.texts("named")?);
    for word in words.iter().chain(&named) {
        if word.len() < 2 || !word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
            return Err(node.wrong(&format!("{word:?}: words are lower-case letters and digits, without separators")));
        }
    }
    if matches!(&*needs, "word" | "key") && words.is_empty() {
        return Err(node.wrong("it needs a word, but none is given"));
    }
    let rotate = sentence(fields.get("rotate").map_or_else(|| file.need("rotate"), Ok)?)?;
    let days = match fields.get("days") {
        Some(days) => days.text()?.parse().map_err(|_| days.wrong("a number of days was expected"))?,
        None => {
            if severity == "critical" {
                90
            } else {
                365
            }
        }
    };
    let (matches, differs) = (examples(fields.get("matches"))?, examples(fields.get("differs"))?);
    // What is known by its file's name has no text of its own.
    if (matches.len() < 2 || differs.len() < 2) && !(needs == "judged" && matches.is_empty()) {
        return Err(node.wrong("two texts in which it is found and two in which it is not are the least"));
    }
    Ok(Kind {
        id,
        name: fields.text("name")?.to_owned(),
        opens: sentence(fields.need("opens")?)?,
        severity,
        shapes,
        needs,
        words,
        named,
        rotate,
        revocable: fields.flag("revocable")?.unwrap_or(true),
        days,
        pair: owned(fields.texts("pair")?),
        matches,
        differs,
    })
}

/// The texts of a list, or the one that stands in its place.
fn examples(node: Option<&Node>) -> Result<Vec<Example>, Wrong> {
    let Some(node) = node else { return Ok(Vec::new()) };
    let one = |node: &Node| Ok(Example { line: node.line, text: node.text()?.to_owned() });
    match node.list() {
        Ok(list) => list.iter().map(one).collect(),
        Err(_) => Ok(vec![one(node)?]),
    }
}

/// Whether a shape is rare enough to stand alone: it begins with a text, and is long.
fn tells_itself(shape: &Shape) -> bool {
    let texts: usize = shape.parts.iter().map(|part| if let Part::Text(text) = part { text.len() } else { 0 }).sum();
    shape.prefix().len() >= SHORTEST_PREFIX && texts >= 4 && shape.shortest() >= 16
}

fn one_of(node: &Node, known: &[&str]) -> Result<String, Wrong> {
    let text = node.text()?;
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(node.wrong(&format!("{text:?} is none of {}", known.join(", "))))
}

fn sentence(node: &Node) -> Result<String, Wrong> {
    let text = node.text()?.trim();
    if text.len() < 10 {
        return Err(node.wrong("a sentence was expected"));
    }
    Ok(text.to_owned())
}
