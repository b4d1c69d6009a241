//! The tables: from rules and the SPDX list to Rust.

use std::collections::BTreeMap;
use std::fmt::Write;

use rules::{Node, Wrong};
use spdx::identifiers::{EXCEPTIONS, LICENSES};

use crate::key::key;

const CLASSES: &[&str] = &["forbidden", "restricted", "reciprocal", "notice", "permissive", "unencumbered", "unknown"];

fn is_listed(id: &str) -> bool {
    LICENSES.iter().any(|license| license.name == id)
}

/// `(licence, class)` for each licence that has one, sorted; and what each class means.
pub fn classes(document: &Node) -> Result<String, Wrong> {
    let mut exact: BTreeMap<String, &str> = BTreeMap::new();
    let mut wild: BTreeMap<String, &str> = BTreeMap::new();
    let mut meanings = String::new();
    for entry in document.list()? {
        let fields = entry.fields(&["class", "why", "remedy", "google", "further"])?;
        let class = fields.text("class")?;
        let class = *CLASSES.iter().find(|known| **known == class).ok_or_else(|| entry.wrong("that is no class"))?;
        for license in fields.texts("google")?.into_iter().chain(fields.texts("further")?) {
            let (table, ids) = if let Some((start, end)) = license.split_once('*') {
                (&mut wild, LICENSES.iter().map(|known| known.name).filter(|id| fits(id, start, end)).collect())
            } else if license.starts_with("LicenseRef-") {
                (&mut exact, vec![license])
            } else {
                let forms = [license.to_owned(), format!("{license}-only"), format!("{license}-or-later")];
                let listed = LICENSES.iter().map(|known| known.name);
                (&mut exact, listed.filter(|id| forms.iter().any(|form| form == id)).collect::<Vec<_>>())
            };
            if ids.is_empty() {
                return Err(entry.wrong(&format!("{license} is not on the SPDX list")));
            }
            for id in ids {
                let before = table.insert(id.to_owned(), class);
                if before.is_some_and(|before| before != class) {
                    return Err(entry.wrong(&format!("{license}: {id} is in two classes")));
                }
            }
        }
        let (why, remedy) = (fields.text("why")?, fields.text("remedy")?);
        let _ = writeln!(meanings, "    (LicenseClass::{}, {why:?}, {remedy:?}),", variant(class));
    }
    for (id, class) in wild {
        exact.entry(id).or_insert(class);
    }
    let mut rows = String::new();
    for (id, class) in exact {
        let _ = writeln!(rows, "    ({id:?}, LicenseClass::{}),", variant(class));
    }
    Ok(format!("(&[\n{rows}], &[\n{meanings}])\n"))
}

fn fits(id: &str, start: &str, end: &str) -> bool {
    id.len() >= start.len() + end.len() && id.starts_with(start) && id.ends_with(end)
}

fn variant(class: &str) -> String {
    let (first, rest) = class.split_at(1);
    first.to_uppercase() + rest
}

/// `(key, exception, softens)`, sorted by key.
pub fn exceptions(document: &Node) -> Result<String, Wrong> {
    let mut rows: BTreeMap<String, (&str, bool)> = BTreeMap::new();
    for known in EXCEPTIONS {
        rows.insert(exception_key(known.name), (known.name, false));
    }
    for entry in document.list()? {
        let fields = entry.fields(&["exception", "softens", "names"])?;
        let id = fields.text("exception")?;
        let listed = EXCEPTIONS.iter().find(|known| known.name == id).ok_or_else(|| format!("{id} is not listed"))?;
        let softens = fields.flag("softens")?.unwrap_or_default();
        rows.insert(exception_key(listed.name), (listed.name, softens));
        for name in fields.texts("names")? {
            let before = rows.insert(exception_key(name), (listed.name, softens));
            if before.is_some_and(|(before, _)| before != listed.name) {
                return Err(format!("{name} means two exceptions"));
            }
        }
    }
    let mut rust = String::from("&[\n");
    for (key, (id, softens)) in rows {
        let _ = writeln!(rust, "    ({key:?}, {id:?}, {softens}),");
    }
    rust.push_str("]\n");
    Ok(rust)
}

/// The key of an exception: whoever writes "exception" behind it means the same.
fn exception_key(name: &str) -> String {
    let key = key(name);
    let words = key.split(' ').filter(|word| !matches!(*word, "exception" | "exceptions"));
    words.collect::<Vec<_>>().join(" ")
}

/// `(key, expression)` for each name, sorted by key: of `names.yaml` first, then identifiers and full names.
pub fn names(document: &Node) -> Result<String, Wrong> {
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    for (name, license) in told(document)? {
        let key = key(&name);
        if key.is_empty() {
            return Err(format!("{name} says nothing"));
        }
        if let Some(before) = rows.insert(key, license.clone())
            && before != license
        {
            return Err(format!("{name} means {before} and {license}"));
        }
    }
    for known in LICENSES {
        let id = modern(known.name);
        rows.entry(key(known.name)).or_insert(id);
    }
    let ids = rows.clone();
    let mut full: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for known in LICENSES {
        full.entry(key(known.full_name)).or_default().push(modern(known.name));
    }
    for (key, mut meanings) in full {
        meanings.dedup();
        if let ([only], false) = (&*meanings, ids.contains_key(&key)) {
            rows.insert(key, only.clone());
        }
    }
    let mut rust = String::from("&[\n");
    for (key, license) in rows {
        let _ = writeln!(rust, "    ({key:?}, {license:?}),");
    }
    rust.push_str("]\n");
    Ok(rust)
}

/// `(name, expression)` as it stands in the file.
pub fn examples(document: &Node) -> Result<String, Wrong> {
    let mut rust = String::from("&[\n");
    for (name, license) in told(document)? {
        let _ = writeln!(rust, "    ({name:?}, {license:?}),");
    }
    rust.push_str("]\n");
    Ok(rust)
}

fn told(document: &Node) -> Result<Vec<(String, String)>, Wrong> {
    let mut told = Vec::new();
    for entry in document.list()? {
        let fields = entry.fields(&["license", "names", "urls"])?;
        let license = fields.text("license")?;
        spdx::Expression::parse(license).map_err(|error| format!("{license}: {error}"))?;
        let names = fields.texts("names")?.into_iter().chain(fields.texts("urls")?);
        told.extend(names.map(|name| (name.to_owned(), license.to_owned())));
    }
    Ok(told)
}

/// The identifier by which the list now calls a licence: those of the GNU project say whether later versions count.
fn modern(id: &str) -> String {
    let (base, suffix) = match id.strip_suffix('+') {
        Some(base) => (base, "-or-later"),
        None => (id, "-only"),
    };
    let modern = format!("{base}{suffix}");
    if is_listed(&modern) { modern } else { id.to_owned() }
}

/// Every identifier, sorted.
pub fn ids() -> String {
    let mut ids: Vec<&str> = LICENSES.iter().map(|known| known.name).collect();
    ids.sort_unstable();
    format!("&{ids:?}\n")
}
