//! One licence by whatever it is called.

use crate::expression::{Expression, License, Name};
use crate::gnu;
use crate::key::key;

static IDS: &[&str] = include!(concat!(env!("OUT_DIR"), "/ids.rs"));
static NAMES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/names.rs"));
static EXCEPTIONS: &[(&str, &str, bool)] = include!(concat!(env!("OUT_DIR"), "/exceptions.rs"));

/// The identifier on the SPDX list that is written like this.
pub(crate) fn listed(text: &str) -> Option<&'static str> {
    IDS.binary_search(&text).ok().map(|at| IDS[at])
}

/// The licence, or the licences, that a text without operators names; none if it is not known.
pub(crate) fn known(text: &str) -> Option<Expression> {
    known_by_key(&key(text)).or_else(|| {
        let one = |id, or_later| Some(Expression::License(License::new(Name::Listed { id, or_later })));
        match text.strip_suffix('+') {
            _ if is_reference(text) => Some(Expression::License(License::new(Name::Reference(text.to_owned())))),
            Some(base) => match known(base)? {
                Expression::License(License { name: Name::Listed { id, .. }, exception: None }) => one(id, true),
                _ => None,
            },
            None => None,
        }
    })
}

fn known_by_key(key: &str) -> Option<Expression> {
    if let Ok(at) = NAMES.binary_search_by_key(&key, |(known, _)| known) {
        return Expression::of_table(NAMES[at].1);
    }
    if let Some(id) = gnu::read(key).and_then(|id| listed(&id)) {
        return Some(Expression::License(License::new(Name::Listed { id, or_later: false })));
    }
    let (base, exception) = key.split_once(" with ")?;
    match known_by_key(base)? {
        Expression::License(License { name, exception: None }) => {
            let exception = self::exception(exception).map_or_else(|| Err(exception.to_owned()), Ok);
            Some(Expression::License(License { name, exception: Some(exception) }))
        }
        _ => None,
    }
}

/// The exception that is called so.
pub(crate) fn exception(name: &str) -> Option<&'static str> {
    let key = key(name);
    let words = key.split(' ').filter(|word| !matches!(*word, "exception" | "exceptions"));
    let key = words.collect::<Vec<_>>().join(" ");
    EXCEPTIONS.binary_search_by_key(&&*key, |(known, _, _)| known).ok().map(|at| EXCEPTIONS[at].1)
}

/// Whether what is linked to a work under this exception need not be under its licence.
pub(crate) fn softens(exception: &str) -> bool {
    EXCEPTIONS.iter().any(|(_, id, softens)| *softens && *id == exception)
}

/// Whether it is a reference as SPDX has it, to a text that is given elsewhere.
pub(crate) fn is_reference(text: &str) -> bool {
    let name = match text.split_once(':') {
        Some((document, name)) if document.strip_prefix("DocumentRef-").is_some_and(is_word) => name,
        Some(_) => return false,
        None => text,
    };
    name.strip_prefix("LicenseRef-").is_some_and(is_word)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    static EXAMPLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

    #[test]
    fn every_name_of_the_table_is_read_as_its_licence() {
        for (name, license) in EXAMPLES {
            assert_eq!(Expression::read(name).to_string(), *license, "{name}");
        }
    }

    #[test]
    fn the_tables_can_be_searched() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(EXCEPTIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(IDS.is_sorted());
    }

    #[test]
    fn every_identifier_is_known_in_whatever_case() {
        for license in spdx::identifiers::LICENSES {
            let read = Expression::read(license.name);
            assert!(read.is_understood(), "{}", license.name);
            assert_eq!(Expression::read(&license.name.to_lowercase()), read, "{}", license.name);
        }
    }
}
