//! What the program says of the formats that it reads: their public pages, which are the doc comments of their files.

use model::{Analyzer, Key, Pattern};

/// By the names of the analyzers, sorted.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// What there is to say about one format.
pub struct Page {
    /// The analyzer's name.
    pub name: &'static str,
    /// The files that it wants, as patterns for people: `**/package.json`.
    pub files: Vec<String>,
    /// Markdown, its first paragraph a summary.
    pub text: &'static str,
}

/// A page for each format, by name.
pub fn pages() -> Vec<Page> {
    let mut pages: Vec<Page> = all().map(page).collect();
    pages.sort_by_key(|page| page.name);
    pages
}

/// Every analyzer, also those that not every scan asks.
fn all() -> impl Iterator<Item = &'static Analyzer> {
    crate::analyzers().chain(crate::license::OF_PACKAGES).chain(crate::license::FULL)
}

fn page(analyzer: &'static Analyzer) -> Page {
    let text = PAGES.binary_search_by_key(&analyzer.name, |(name, _)| name).map_or("", |at| PAGES[at].1);
    let mut files: Vec<String> = analyzer.files.iter().map(shown).collect();
    files.sort();
    files.dedup();
    Page { name: analyzer.name, files, text }
}

fn shown(pattern: &Pattern) -> String {
    // The page says which, the function cannot.
    let some = if pattern.filter.is_some() { " (some)" } else { "" };
    match pattern.key {
        Key::Path(path) => format!("/{path}{some}"),
        Key::Ends(path) | Key::Name(path) => format!("**/{path}{some}"),
        Key::Extension(extension) => format!("**/*.{extension}{some}"),
        Key::In(folder) => format!("**/{folder}/*{some}"),
        Key::Folder(above) => format!("**/{above}/*/{some}"),
        Key::Head(_) => "by their first bytes".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_a_page() {
        for Page { name, files, text } in pages() {
            assert!(!text.is_empty(), "{name}: the file that defines it says nothing at its head");
            assert!(!files.is_empty(), "{name}");
        }
    }

    #[test]
    fn no_page_is_about_a_format_that_is_not_in_a_table() {
        for (name, _) in PAGES {
            assert!(all().any(|analyzer| analyzer.name == *name), "{name}");
        }
    }
}
