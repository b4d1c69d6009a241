//! `plimsoll packages --formats`: what is read, from the pages that the formats' own files begin with.

use std::fmt::Write as _;
use std::io::Write;

use packages::pages::{Page, pages};

use crate::args::PackagesArgs;
use crate::failure::Failure;
use crate::output;

/// Files of a format that the list names.
const SHOWN: usize = 4;

pub fn run(args: &PackagesArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let pages = pages();
    let text = match args.formats.as_deref() {
        None | Some("") => list(&pages),
        Some("all") => document(&pages),
        Some(name) => {
            let page = pages.iter().find(|page| page.name == name);
            let page = page.ok_or_else(|| {
                Failure::usage(format!("there is no format {name}")).remedy("plimsoll packages --formats lists them")
            })?;
            chapter(page)
        }
    };
    output::written(out.write_all(text.as_bytes()))
}

/// A line for each format: its name, its files, and what it is.
fn list(pages: &[Page]) -> String {
    let width = pages.iter().map(|page| page.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for page in pages {
        let more = if page.files.len() > SHOWN { ", ..." } else { "" };
        let files = page.files.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "{:width$}  {files}{more}", page.name);
    }
    let _ = writeln!(text, "\n{} formats; --formats=NAME says all about one of them", pages.len());
    text
}

/// Everything, as the page in `docs`.
fn document(pages: &[Page]) -> String {
    let chapters: Vec<String> = pages.iter().map(chapter).collect();
    format!(
        "# Formats of packages\n\nMade by `plimsoll packages --formats=all` from the files that read them.\n\n{}",
        chapters.join("\n")
    )
}

fn chapter(page: &Page) -> String {
    let files: Vec<String> = page.files.iter().map(|file| format!("`{file}`")).collect();
    format!("## {}\n\nFiles: {}\n\n{}\n", page.name, files.join(", "), page.text)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// `plimsoll packages --formats=all > docs/formats.md` makes it anew.
    #[test]
    fn the_page_in_docs_is_what_the_code_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats.md");
        assert_eq!(std::fs::read_to_string(path).unwrap(), document(&pages()));
    }

    #[test]
    fn the_list_has_a_line_for_each_format() {
        let pages = pages();
        let list = list(&pages);
        assert!(
            list.lines().any(|line| line.starts_with("apk ") && line.contains("**/lib/apk/db/installed")),
            "{list}"
        );
        assert_eq!(list.lines().count(), pages.len() + 2);
    }
}
