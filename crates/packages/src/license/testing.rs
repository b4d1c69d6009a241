//! Licence texts for tests: those of the crate that has them all, so that none is copied here.

use std::sync::LazyLock;

use model::{Analyzer, Budget, Facts, File, ImagePath, LicenseForm, Meta, What};
use spdx::detection::Store;

static STORE: LazyLock<Store> = LazyLock::new(|| Store::load_inline().unwrap());

/// The text of a licence.
pub(super) fn text_of(license: &str) -> &'static str {
    spdx::license_id(license).unwrap().text()
}

/// The standard header of a licence.
pub(super) fn header_of(license: &str) -> String {
    let entry = STORE.iter().find(|(name, _)| *name == license).unwrap().1;
    entry.headers[0].lines().join("\n")
}

/// What an analyzer says of a file: `licence form`, or the licence alone where it is the package's; and the number of gaps.
pub(super) fn read(analyzer: &Analyzer, path: &str, content: &[u8]) -> (Vec<String>, usize) {
    let (path, budget) = (ImagePath::from(path), Budget::default());
    let mut facts = Facts::new(analyzer.id(), path.clone(), &budget);
    let file = File { path: &path, meta: Meta::default(), content, budget: &budget };
    (analyzer.analyze)(&file, &mut facts).unwrap();
    let (read, gaps) = facts.into_parts();
    let told = read.into_iter().flat_map(|fact| match fact.what {
        What::Licenses(licenses) => licenses,
        What::LicenseText(text) if text.form == LicenseForm::Text => vec![format!("{} text", text.license)],
        What::LicenseText(text) => vec![format!("{} header", text.license)],
        other => panic!("{other:?}"),
    });
    (told.collect(), gaps.len())
}

pub(super) fn check(analyzer: &Analyzer, path: &str, content: &str, expected: &[&str]) {
    let (read, _) = read(analyzer, path, content.as_bytes());
    assert_eq!(read, expected, "{content}");
}
