//! Folders of modules in each other, and how Node.js finds a module: in the folder of who asks, then in each above it
//! (Node.js documentation, "Modules: CommonJS modules", "Loading from node_modules folders").

use std::collections::HashMap;

/// How far up modules are looked for. Real trees are a few folders deep.
const DEEPEST: usize = 64;

/// All folders of one lockfile. The first is the project's.
pub(super) struct Folders<'a> {
    folders: Vec<Folder>,
    inside: HashMap<(usize, &'a str), usize>,
}

struct Folder {
    above: usize,
    holds: Option<usize>,
}

impl<'a> Folders<'a> {
    /// The project's.
    pub(super) const PROJECT: usize = 0;

    /// Only the project's.
    pub(super) fn new() -> Self {
        Self { folders: vec![Folder { above: 0, holds: None }], inside: HashMap::new() }
    }

    /// The folder of the module `name` in another folder; made where there is none yet.
    pub(super) fn enter(&mut self, above: usize, name: &'a str) -> usize {
        let new = self.folders.len();
        let folder = *self.inside.entry((above, name)).or_insert(new);
        if folder == new {
            self.folders.push(Folder { above, holds: None });
        }
        folder
    }

    /// What is in a folder: a number of the caller's.
    pub(super) fn put(&mut self, folder: usize, content: usize) {
        self.folders[folder].holds = Some(content);
    }

    /// What the module in `folder` gets when it asks for `name`.
    pub(super) fn find(&self, mut folder: usize, name: &str) -> Option<usize> {
        for _ in 0..DEEPEST {
            let found = self.inside.get(&(folder, name)).and_then(|&found| self.folders[found].holds);
            if found.is_some() || folder == Self::PROJECT {
                return found;
            }
            folder = self.folders[folder].above;
        }
        None
    }
}
