//! The modules of a tree of files: which folders are modules, which of them are roots, and where a call leads.
//! Follows Terraform's "Module Sources" and what `terraform init` writes to `.terraform/modules/modules.json`.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::File;
use super::json;
use super::module::{Failures, Module, Source};
use super::parse::{self, Broken};
use super::syntax::{Block, Body, Expression};
use crate::parallel;

/// Larger files are not configuration that a person wrote.
const LARGEST_FILE: usize = 8 << 20;

/// What files that are not cheap to read may cost together; see [`parse::cost`].
const MOST_COST: usize = 1_000_000_000;

pub(super) struct Tree<'a> {
    files: &'a [File<'a>],
    paths: HashMap<String, usize>,
    pub modules: Vec<Module>,
    folders: HashMap<String, usize>,
    /// Per root folder: the folder of each installed module, by the names of the calls that lead to it.
    installed: HashMap<String, HashMap<String, String>>,
}

impl<'a> Tree<'a> {
    pub fn new(files: &'a [File<'a>], failures: &mut Failures) -> Self {
        let mut sources: BTreeMap<String, Vec<Source>> = BTreeMap::new();
        let mut paths = HashMap::with_capacity(files.len());
        let mut installed = HashMap::new();
        let admitted = admitted(files);
        let read = parallel::each(&admitted, |(file, admitted)| {
            reader(file.path).map(|reader| if *admitted { text(file).map(reader) } else { Err("too much to be read") })
        });
        for (index, (file, read)) in files.iter().zip(read).enumerate() {
            let Some(path) = join("", file.path) else { continue };
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            match read {
                None => failures.push((index, 1, "cannot be read".to_owned())),
                Some(Some(Ok((body, broken)))) => {
                    failures.extend(broken.into_iter().map(|(line, reason)| (index, line, reason)));
                    let source = Source { file: index, name: name.to_owned(), body };
                    sources.entry(folder.to_owned()).or_default().push(source);
                }
                Some(Some(Err(reason))) => failures.push((index, 1, reason.to_owned())),
                Some(None) => {}
            }
            if let Some(root) = path.strip_suffix(".terraform/modules/modules.json") {
                let root = root.trim_end_matches('/');
                match text(file).map_err(|reason| (1, reason.to_owned())).and_then(|text| manifest(text, root)) {
                    Ok(modules) => {
                        installed.insert(root.to_owned(), modules);
                    }
                    Err((line, reason)) => failures.push((index, line, reason)),
                }
            }
            paths.insert(path, index);
        }
        let modules: Vec<Module> =
            sources.into_iter().map(|(folder, sources)| Module::new(&folder, sources, failures)).collect();
        let folders = modules.iter().enumerate().map(|(index, module)| (module.folder.clone(), index)).collect();
        Self { files, paths, modules, folders, installed }
    }

    /// Modules that nobody calls, or that have settings which only a root has; where modules call each other in a circle,
    /// the first of them.
    pub fn roots(&self) -> Vec<usize> {
        let mut called = HashSet::new();
        for module in &self.modules {
            called.extend(calls(module).filter_map(|block| self.folders.get(&local(module, source(block)?)?).copied()));
        }
        let vendored = |module: &Module| format!("/{}/", module.folder).contains("/.terraform/");
        let is_root = |index: usize, module: &Module| {
            !vendored(module) && (!called.contains(&index) || module.looks_like_a_root())
        };
        let mut roots: Vec<usize> = self
            .modules
            .iter()
            .enumerate()
            .filter(|(index, module)| is_root(*index, module))
            .map(|(at, _)| at)
            .collect();
        let mut reached = HashSet::new();
        for root in &roots {
            self.reach(*root, &mut reached);
        }
        for (index, module) in self.modules.iter().enumerate() {
            if !vendored(module) && !reached.contains(&index) {
                roots.push(index);
                self.reach(index, &mut reached);
            }
        }
        roots
    }

    fn reach(&self, start: usize, reached: &mut HashSet<usize>) {
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            if !reached.insert(at) {
                continue;
            }
            let module = &self.modules[at];
            let next = calls(module).filter_map(|block| self.folders.get(&local(module, source(block)?)?).copied());
            open.extend(next);
        }
    }

    /// The module that a call leads to: the folder beside it, or what `terraform init` has put in place. `path` has the
    /// names of the calls from the root to here.
    pub fn called(&self, root: &Module, caller: &Module, path: &str, block: &Block) -> Option<usize> {
        if let Some(folder) = source(block).and_then(|source| local(caller, source))
            && let Some(index) = self.folders.get(&folder)
        {
            return Some(*index);
        }
        let folder = self.installed.get(&root.folder)?.get(path)?;
        self.folders.get(folder).copied()
    }

    /// The content of a file, by its path from a folder.
    pub fn file(&self, folder: &str, path: &str) -> Option<&'a [u8]> {
        self.paths.get(&join(folder, path)?).map(|index| self.files[*index].bytes)
    }

    /// The files below a folder, by their paths from it.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let before = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.paths.keys().filter_map(move |path| path.strip_prefix(before.as_str()))
    }
}

/// A path from a folder of the tree, without `.` and `..`; nothing where it leads out of the tree.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = if folder.is_empty() { Vec::new() } else { folder.split('/').collect() };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The path from one folder of the tree to another, as `path.module` has it.
pub(super) fn relative(from: &str, to: &str) -> String {
    let split = |path: &'_ str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (split(from), split(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts = vec!["..".to_owned(); from.len() - shared];
    parts.extend_from_slice(&to[shared..]);
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// Whether a name ends in one of these; Terraform minds the case of letters.
pub(super) fn named(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| name.ends_with(ending))
}

/// The files, and whether each may be read: those that cost much only until all of them have cost too much.
fn admitted<'f, 'a>(files: &'f [File<'a>]) -> Vec<(&'f File<'a>, bool)> {
    let mut spent = 0_usize;
    let admit = |file: &File<'_>| {
        let native = named(file.path, &[".tf", ".tofu"]);
        let cost = if native { text(file).map_or(0, parse::cost) } else { 0 };
        spent = spent.saturating_add(cost);
        cost == 0 || spent <= MOST_COST
    };
    files.iter().zip(files.iter().map(admit)).collect()
}

type Reader = fn(&str) -> (Body, Broken);

/// What reads a file, if it is configuration.
fn reader(name: &str) -> Option<Reader> {
    if named(name, &[".tf", ".tofu"]) {
        Some(parse::file)
    } else if named(name, &[".tf.json", ".tofu.json"]) {
        Some(json::file)
    } else {
        None
    }
}

fn text<'a>(file: &File<'a>) -> Result<&'a str, &'static str> {
    if file.bytes.len() > LARGEST_FILE {
        return Err("the file is too large to be configuration");
    }
    std::str::from_utf8(file.bytes).map_err(|_| "the file is not UTF-8")
}

fn calls(module: &Module) -> impl Iterator<Item = &Block> {
    module.blocks.iter().map(|(_, block)| block).filter(|block| block.kind == "module")
}

fn source(block: &Block) -> Option<&str> {
    block.body.attribute("source").and_then(Expression::literal_text)
}

fn local(caller: &Module, source: &str) -> Option<String> {
    (source.starts_with("./") || source.starts_with("../") || source == "." || source == "..")
        .then(|| join(&caller.folder, source))
        .flatten()
}

fn manifest(text: &str, root: &str) -> Result<HashMap<String, String>, (u32, String)> {
    let document = json::document(text)?;
    let modules = document.get("Modules").map_or(&[][..], |modules| modules.items());
    let entry = |module: &crate::Node| {
        let key = module.get("Key")?.text()?;
        Some((key.to_owned(), join(root, module.get("Dir")?.text()?)?))
    };
    Ok(modules.iter().filter_map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_tree() {
        assert_eq!(join("a/b", "../c/./d.tf").as_deref(), Some("a/c/d.tf"));
        assert_eq!(join("a", "../../etc/passwd"), None);
        assert_eq!(relative("live/eu", "modules/store"), "../../modules/store");
        assert_eq!(relative("live", "live"), ".");
    }
}
