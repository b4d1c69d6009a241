//! Profiles of Guix: what users and systems have installed.
//!
//! **Files.** `gnu/store/HASH-NAME/manifest`.
//!
//! **Format.** A symbolic expression (Guix's source, `guix/profiles.scm`, versions 3 and 4 of the manifest): each entry is a
//! list that begins with name, version, output and path in the store, and has among the rest a list of the same kind,
//! `propagated-inputs`, for what came along.
//!
//! **Facts.** Every entry, those of the profile itself as asked for, and what came along with them as what they need.
//!
//! **Not seen.** What is in the store and in no profile, such as the libraries that these programs use: the store's
//! database lists paths without versions of their own. The tests were written from the source.

use std::rc::Rc;

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Requirement, Unreadable};

use super::folders;
use crate::listing::Listing;
use crate::syntax;

/// Names what is in the profile: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "guix", version: 1, files: &[Key::Name("manifest").when(is_profiles)], analyze };

fn is_profiles(path: &ImagePath) -> bool {
    matches!(folders(path), Some([_, "store", "gnu"]))
}

/// A list that is open: the texts at its beginning, the package that it is about, and the one around it. Packages are
/// shared, since millions of lists may lie in one.
#[derive(Default)]
struct Open {
    texts: Vec<String>,
    /// Something else than a text has been seen in it.
    ended: bool,
    entry: Option<Rc<(String, String)>>,
    around: Option<Rc<(String, String)>>,
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    /// Lists around one another. Inputs that propagate inputs add three each.
    const DEEPEST: usize = 128;
    let text = syntax::text::decode(syntax::document(file.content)?)?;
    let mut listing = Listing::new(PackageKind::Guix);
    let mut open: Vec<Open> = Vec::new();
    let mut rest = &*text;
    while let Some(first) = rest.chars().next() {
        match first {
            '(' | '[' => {
                let around = open.last_mut().and_then(|list| {
                    list.ended = true;
                    list.entry.as_ref().or(list.around.as_ref()).cloned()
                });
                if open.len() == DEEPEST {
                    return Err(Unreadable::limit("lists lie deeper in each other than Guix writes them"));
                }
                open.push(Open { around, ..Open::default() });
            }
            ')' | ']' => drop(open.pop()),
            '"' => {
                let (value, length) = quoted(&rest[1..]).ok_or_else(|| Unreadable::corrupt("a text without an end"))?;
                rest = &rest[length..];
                if let Some(list) = open.last_mut().filter(|list| !list.ended && list.texts.len() < 4) {
                    list.texts.push(value);
                    list.entry = entry(&list.texts).map(Rc::new);
                    if let Some(entry) = &list.entry {
                        add(&mut listing, &entry.0, &entry.1, list.around.as_deref());
                    }
                }
            }
            ';' => rest = rest.trim_start_matches(|character| character != '\n'),
            space if space.is_whitespace() => {}
            _ => open.last_mut().into_iter().for_each(|list| list.ended = true),
        }
        // A comment may have been the last of the text.
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    listing.tell(facts);
    Ok(())
}

/// The package that a list with these texts at its beginning is about.
fn entry(texts: &[String]) -> Option<(String, String)> {
    match texts {
        [name, version, _output, path] if path.starts_with("/gnu/store/") => Some((name.clone(), version.clone())),
        _ => None,
    }
}

fn add(listing: &mut Listing, name: &str, version: &str, around: Option<&(String, String)>) {
    let Some(package) = listing.add(name, version, Presence::Installed) else { return };
    // Who is asked for is so even if something else brings it along.
    package.relation = match (around, package.relation) {
        (None, _) | (_, Relation::Direct) => Relation::Direct,
        _ => Relation::Transitive,
    };
    if let Some((needing, its_version)) = around.filter(|around| around.0 != name)
        && let Some(package) = listing.add(needing, its_version, Presence::Installed)
    {
        package.requires.push(Requirement { name: name.to_owned(), version: Some(version.to_owned()) });
    }
}

/// The text behind a quotation mark, and how many bytes it takes with the mark that ends it.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, at + 1)),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "gnu/store/0a1b2c-profile/manifest";
    const MANIFEST: &str = r#";; Made by Guix.
        (manifest (version 4) (packages (
          ("hello" "2.12.1" "out" "/gnu/store/aa-hello-2.12.1" (propagated-inputs ()) (search-paths ())
            (properties (provenance (repository (version 0) (url "https://guix.example")))))
          ("python-requests" "2.31.0" "out" "/gnu/store/bb-python-requests-2.31.0"
            (propagated-inputs (("python-urllib3" "1.26.15" "out" "/gnu/store/cc-u" (propagated-inputs
              (("python-idna" "3.4" "out" "/gnu/store/dd-i" (propagated-inputs ())))))))))))"#;

    #[test]
    fn entries_are_packages_and_what_came_along_is_needed() {
        check(
            &ANALYZER,
            PATH,
            MANIFEST,
            "hello 2.12.1 direct
            python-idna 3.4 transitive
            python-requests 2.31.0 direct -> python-urllib3 1.26.15
            python-urllib3 1.26.15 transitive -> python-idna 3.4",
        );
        check(&ANALYZER, PATH, "", "");
        check(&ANALYZER, PATH, r#"("a" "1" "out""#, "");
        check(&ANALYZER, PATH, r#"("a"#, "gap: corrupt");
        check(&ANALYZER, PATH, "(".repeat(1000), "gap: limit-hit");
        check(&ANALYZER, PATH, ")))", "");
    }

    #[test]
    fn only_profiles_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/a-profile/manifest"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[MANIFEST.as_bytes()]);
    }
}
