//! Layers that remove something, against what another project's tests say that they remove.
//!
//! The layers are not part of this repository; without them the test says that it was skipped.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use image::Blob;
use image::layer::{self, Entry, EntryKind, Interest, Room, Visitor};
use model::{Budget, GapKind, ImagePath};
use serde_json::Value;

/// The paths that a layer removes from those below it, `/*` after a folder that it empties.
#[derive(Default)]
struct Removed(Vec<String>);

impl Visitor for Removed {
    fn enter(&mut self, entry: &Entry<'_>) -> Interest {
        match entry.kind {
            EntryKind::Whiteout => self.0.push(entry.path.to_text().into_owned()),
            EntryKind::Opaque => self.0.push(format!("{}/*", entry.path.to_text())),
            _ => {}
        }
        Interest::None
    }

    fn head(&mut self, _: &Entry<'_>, _: &[u8]) -> Interest {
        Interest::None
    }

    fn content(&mut self, _: &Entry<'_>, _: &[u8]) {}

    fn gap(&mut self, _: &ImagePath, _: GapKind, detail: String) {
        self.0.push(detail);
    }
}

fn cases() -> Option<Vec<PathBuf>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.ancestors().map(|above| above.join("shared/fixtures/layer-whiteouts")).find(|at| at.is_dir())?;
    Some(fs::read_dir(folder).unwrap().map(|case| case.unwrap().path()).collect())
}

#[test]
fn layers_remove_what_their_origins_say() {
    let Some(cases) = cases() else {
        eprintln!("skipped: there is no folder of fixtures beside the repository");
        return;
    };
    assert!(!cases.is_empty());
    for case in cases {
        let document: Value = serde_json::from_slice(&fs::read(case.join("expected.json")).unwrap()).unwrap();
        let expected: Vec<&str> =
            document["expected"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
        let name = case.file_name().unwrap().to_str().unwrap();
        let file = File::open(case.join(format!("root/{name}.layer.tar"))).unwrap();
        let (budget, mut removed) = (Budget::default(), Removed::default());
        let blob = Blob { reader: Box::new(file), expected: None };
        layer::read(blob, &budget, &Room::new(budget.memory_bytes), &mut removed);
        removed.0.sort();
        assert_eq!(removed.0, expected, "{name}");
    }
}
