//! One entry of the rules: what its keys mean, and what may be in them.
//!
//! | key | what it says |
//! |---|---|
//! | `id` | a name for the rule, unique |
//! | `about` | what the program is, in a sentence |
//! | `files` | names of files; `*` is any text, `{release}` two numbers with a dot, with which the version has to begin |
//! | `patterns` | what stands in the file, the best evidence first: the first that is found counts |
//! | `with`, `without` | texts of which all, or none, have to be in the file as well |
//! | `package` | kind and name of the package: `Generic nginx` |
//! | `cpe` | vendor and product in the Common Platform Enumeration: `f5:nginx` |
//! | `matches` | examples: text, version, and the file's name where the first of `files` varies |
//! | `differs` | texts in which the rule must find nothing |

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::pattern;
use rules::Node;

/// Endings of libraries' and interpreters' names are numbers: `libQt6Core.so.6.5.0`, `python3.11`.
const MOST_NUMBER: u32 = 199;

pub struct Rule {
    id: String,
    files: Vec<Name>,
    patterns: Vec<String>,
    with: Vec<Vec<u8>>,
    without: Vec<Vec<u8>>,
    kind: String,
    name: String,
    cpe: (String, String),
    /// File, content, and the version that is found there.
    examples: Vec<(String, Vec<u8>, String)>,
}

/// The tables.
pub struct Packed {
    pub rules: String,
    pub files: String,
    pub names: String,
    pub examples: String,
}

/// Reads a file of rules.
pub fn read_all(document: &Node) -> Result<Vec<Rule>, String> {
    document.list()?.iter().map(read).collect()
}

fn read(entry: &Node) -> Result<Rule, String> {
    const KEYS: &[&str] =
        &["id", "about", "files", "patterns", "with", "without", "package", "cpe", "matches", "differs"];
    let entry: BTreeMap<&str, &Node> = entry.map()?.iter().map(|(key, value)| (&**key, value)).collect();
    let id = entry.get("id").ok_or("an entry without id")?.text()?.to_owned();
    let wrong = |what: &str| format!("{id}: {what}");
    if let Some(unknown) = entry.keys().find(|key| !KEYS.contains(key)) {
        return Err(wrong(&format!("unknown key {unknown}")));
    }
    let text =
        |key: &str| entry.get(key).ok_or_else(|| wrong(&format!("no {key}")))?.text().map_err(|error| wrong(&error));
    let texts = |key: &str| -> Result<Vec<String>, String> {
        let Some(list) = entry.get(key) else { return Ok(Vec::new()) };
        list.list()?
            .iter()
            .map(|item| item.text().map(str::to_owned))
            .collect::<Result<_, _>>()
            .map_err(|error| wrong(&error))
    };
    let bytes = |key: &str| texts(key)?.iter().map(|text| pattern::bytes(text)).collect::<Result<Vec<_>, _>>();
    if text("about")?.len() < 10 {
        return Err(wrong("say in a sentence what the program is"));
    }
    let files = texts("files")?.iter().map(|file| Name::read(file)).collect::<Result<Vec<_>, _>>()?;
    let patterns = texts("patterns")?.iter().map(|text| pattern::pack(text)).collect::<Result<Vec<_>, _>>()?;
    let (kind, name) = text("package")?.split_once(' ').ok_or_else(|| wrong("package is a kind and a name"))?;
    let (vendor, product) = text("cpe")?.split_once(':').ok_or_else(|| wrong("cpe is a vendor and a product"))?;
    let is_plain = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.\\/".contains(&byte))
    };
    if !is_plain(vendor) || !is_plain(product) {
        return Err(wrong("a vendor and a product are words"));
    }
    let [first, ..] = &*files else { return Err(wrong("no files")) };
    let mut examples = Vec::new();
    for example in entry.get("matches").ok_or_else(|| wrong("no matches"))?.list()? {
        let (content, version, file) = match example.list()? {
            [content, version] => {
                (content, version, first.fixed().ok_or_else(|| wrong("an example needs a file's name"))?)
            }
            [content, version, file] => (content, version, file.text()?),
            _ => return Err(wrong("an example is a text, its version and perhaps the file's name")),
        };
        examples.push((file.to_owned(), pattern::bytes(content.text()?)?, version.text()?.to_owned()));
    }
    if patterns.is_empty() || examples.len() < patterns.len() {
        return Err(wrong("every pattern needs an example"));
    }
    let file = examples[0].0.clone();
    examples.extend(bytes("differs")?.into_iter().map(|content| (file.clone(), content, String::new())));
    let (with, without) = (bytes("with")?, bytes("without")?);
    let cpe = (vendor.to_owned(), product.to_owned());
    let (kind, name) = (kind.to_owned(), name.to_owned());
    Ok(Rule { id, files, patterns, with, without, kind, name, cpe, examples })
}

/// The name of a file in three pieces: how it begins, whether a release follows, and the rest between the stars.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    start: String,
    release: bool,
    rest: Vec<String>,
}

impl Name {
    fn read(text: &str) -> Result<Self, String> {
        let (start, release, rest) = if let Some((start, rest)) = text.split_once("{release}") {
            (start, true, rest)
        } else {
            let (start, rest) = text.split_at(text.find('*').unwrap_or(text.len()));
            (start, false, rest)
        };
        if start.len() < 2 || text.contains('/') || start.contains('*') {
            return Err(format!(
                "{text}: the name of a file begins with two plain letters at least, and has no folder"
            ));
        }
        Ok(Self { start: start.to_owned(), release, rest: rest.split('*').map(str::to_owned).collect() })
    }

    /// The whole name, where it does not vary.
    fn fixed(&self) -> Option<&str> {
        (!self.release && self.rest.len() == 1).then_some(&*self.start)
    }

    /// How names that vary may end, behind their last dot.
    fn extensions(&self) -> Vec<String> {
        let last = self.rest.last().map_or("", |last| &**last);
        if let Some((_, extension)) = last.rsplit_once('.') {
            return vec![extension.to_owned()];
        }
        let numbers = (0..=MOST_NUMBER).map(|number| number.to_string());
        let is_library = self.rest.iter().any(|piece| piece.rsplit('.').next() == Some("so"));
        numbers.chain(is_library.then(|| "so".to_owned())).collect()
    }

    fn pack(&self) -> String {
        format!("Name {{ start: {:?}, release: {}, rest: &{:?} }}", self.start, self.release, self.rest)
    }
}

/// Packs all rules.
pub fn pack(mut rules: Vec<Rule>) -> Result<Packed, String> {
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(twice) = rules.windows(2).find(|pair| pair[0].id == pair[1].id) {
        return Err(format!("{}: there are two rules of this name", twice[0].id));
    }
    let (mut packed, mut examples) = (String::new(), String::new());
    let (mut fixed, mut varying, mut extensions) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for rule in &rules {
        let list = |items: Vec<String>| items.join(", ");
        let literals =
            |texts: &[Vec<u8>]| list(texts.iter().map(|text| format!("b\"{}\"", text.escape_ascii())).collect());
        let _ = writeln!(
            packed,
            "    Rule {{ id: {:?}, files: &[{}], patterns: &[{}], with: &[{}], without: &[{}], kind: PackageKind::{}, name: {:?}, vendor: {:?}, product: {:?} }},",
            rule.id,
            list(rule.files.iter().map(Name::pack).collect()),
            list(rule.patterns.clone()),
            literals(&rule.with),
            literals(&rule.without),
            rule.kind,
            rule.name,
            rule.cpe.0,
            rule.cpe.1,
        );
        for file in &rule.files {
            if let Some(name) = file.fixed() {
                fixed.insert(name.to_owned());
            } else {
                varying.insert(file.pack());
                extensions.extend(file.extensions());
            }
        }
        for (file, content, version) in &rule.examples {
            let _ = writeln!(examples, "    ({:?}, {file:?}, b\"{}\", {version:?}),", rule.id, content.escape_ascii());
        }
    }
    let mut files = String::new();
    for name in fixed {
        let _ = writeln!(files, "    Key::Name({name:?}).any(),");
    }
    for extension in extensions {
        let _ = writeln!(files, "    Key::Extension({extension:?}).when(has_name_that_varies),");
    }
    Ok(Packed {
        rules: format!("&[\n{packed}]\n"),
        files: format!("&[\n{files}]\n"),
        names: format!("&[\n{}]\n", varying.into_iter().collect::<Vec<_>>().join(",\n")),
        examples: format!("&[\n{examples}]\n"),
    })
}
