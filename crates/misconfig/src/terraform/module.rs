//! A module: the configuration files of one folder, put together. Follows Terraform's "Files and Directories" and
//! "Override Files".

use std::collections::{HashMap, HashSet};
use std::mem;

use super::syntax::{Attribute, Block, Body, Expression, Item};
use super::types::Type;

/// Everything that the files of a folder declare.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub folder: String,
    pub variables: HashMap<String, Variable>,
    /// Outputs that nobody may see.
    pub sensitive: HashSet<String>,
    pub locals: HashMap<String, (usize, Expression)>,
    pub outputs: HashMap<String, (usize, Expression)>,
    /// Resources and data sources, module calls, providers and settings, in the order of the files.
    pub blocks: Vec<(usize, Block)>,
    /// Where in `blocks` a resource (`type.name`), data source (`data.type.name`) or call (`module.name`) is.
    index: HashMap<String, usize>,
}

#[derive(Debug)]
pub(super) struct Variable {
    pub file: usize,
    pub kind: Type,
    pub default: Option<Expression>,
    /// Whether null is a value; else it stands for the default.
    pub nullable: bool,
    /// Whether nobody may see it.
    pub sensitive: bool,
}

/// A file of a module, read.
pub(super) struct Source {
    pub file: usize,
    pub name: String,
    pub body: Body,
}

/// What cannot be used: file, line and reason.
pub(super) type Failures = Vec<(usize, u32, String)>;

impl Module {
    /// The files in the order of their names, override files last.
    pub fn new(folder: &str, mut sources: Vec<Source>, failures: &mut Failures) -> Self {
        let mut module = Self { folder: folder.to_owned(), ..Self::default() };
        sources.sort_by(|a, b| (overrides(&a.name), &a.name).cmp(&(overrides(&b.name), &b.name)));
        let opentofu: HashSet<String> =
            sources.iter().filter(|source| source.name.contains(".tofu")).map(|source| source.name.clone()).collect();
        for source in sources {
            // OpenTofu's own file stands in for the one of the same name.
            if opentofu.contains(&source.name.replace(".tf", ".tofu")) {
                continue;
            }
            let over = overrides(&source.name);
            for item in source.body.items {
                let Item::Block(block) = item else { continue };
                module.add(source.file, block, over, failures);
            }
        }
        module
    }

    pub fn block(&self, address: &str) -> Option<&(usize, Block)> {
        self.index.get(address).map(|at| &self.blocks[*at])
    }

    /// Whether it has settings of its own that only a root module has.
    pub fn looks_like_a_root(&self) -> bool {
        self.blocks.iter().any(|(_, block)| match block.kind.as_str() {
            // Without arguments it only passes a provider on, as modules did before Terraform 0.15.
            "provider" => block.body.items.iter().any(|item| match item {
                Item::Attribute(attribute) => !matches!(attribute.name.as_str(), "alias" | "version"),
                Item::Block(_) => true,
            }),
            "terraform" => ["backend", "cloud"].iter().any(|kind| block.body.blocks(kind).next().is_some()),
            _ => false,
        })
    }

    fn add(&mut self, file: usize, mut block: Block, over: bool, failures: &mut Failures) {
        match (block.kind.as_str(), block.labels.as_slice()) {
            ("locals", []) => {
                for item in mem::take(&mut block.body.items) {
                    let Item::Attribute(Attribute { name, value }) = item else { continue };
                    self.locals.insert(name, (file, value));
                }
            }
            ("output", [name]) => {
                if block.body.attribute("sensitive").and_then(Expression::literal_bool) == Some(true) {
                    self.sensitive.insert(name.clone());
                }
                if let Some(value) = take(&mut block.body, "value") {
                    self.outputs.insert(name.clone(), (file, value));
                }
            }
            ("variable", [name]) => {
                let kind = take(&mut block.body, "type").map(|kind| Type::new(&kind));
                let default = take(&mut block.body, "default");
                let nullable = block.body.attribute("nullable").and_then(Expression::literal_bool);
                let sensitive = block.body.attribute("sensitive").and_then(Expression::literal_bool);
                match self.variables.get_mut(name) {
                    Some(variable) if over => {
                        variable.kind = kind.unwrap_or(mem::take(&mut variable.kind));
                        variable.default = default.or(variable.default.take());
                        variable.nullable = nullable.unwrap_or(variable.nullable);
                        variable.sensitive = sensitive.unwrap_or(variable.sensitive);
                    }
                    _ => {
                        let kind = kind.unwrap_or_default();
                        let (nullable, sensitive) = (nullable.unwrap_or(true), sensitive.unwrap_or(false));
                        self.variables.insert(name.clone(), Variable { file, kind, default, nullable, sensitive });
                    }
                }
            }
            ("resource" | "data" | "module", labels) => {
                let Some(address) = address(&block.kind, labels) else {
                    failures.push((file, block.span.first, format!("a {} with {} labels", block.kind, labels.len())));
                    return;
                };
                match self.index.get(&address) {
                    Some(at) if over => merge(&mut self.blocks[*at].1, block),
                    Some(_) => {
                        failures.push((file, block.span.first, format!("{address} is declared a second time")));
                    }
                    None => {
                        self.index.insert(address, self.blocks.len());
                        self.blocks.push((file, block));
                    }
                }
            }
            ("provider", [name]) => {
                let alias = block.body.attribute("alias").and_then(Expression::literal_text).unwrap_or_default();
                let key = format!("provider.{name}.{alias}");
                self.settings(key, file, block, over);
            }
            ("terraform", []) => self.settings("terraform".to_owned(), file, block, over),
            _ => {}
        }
    }

    /// Providers and settings; the latter may stand in several blocks.
    fn settings(&mut self, key: String, file: usize, block: Block, over: bool) {
        match self.index.get(&key) {
            Some(at) if over => merge(&mut self.blocks[*at].1, block),
            _ => {
                self.index.insert(key, self.blocks.len());
                self.blocks.push((file, block));
            }
        }
    }
}

/// How a block is referred to within its module.
pub(super) fn address(kind: &str, labels: &[String]) -> Option<String> {
    match (kind, labels) {
        ("resource", [of, name]) => Some(format!("{of}.{name}")),
        ("data", [of, name]) => Some(format!("data.{of}.{name}")),
        ("module", [name]) => Some(format!("module.{name}")),
        _ => None,
    }
}

fn overrides(name: &str) -> bool {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    stem == "override" || stem.ends_with("_override")
}

fn take(body: &mut Body, name: &str) -> Option<Expression> {
    let at = body.items.iter().position(|item| matches!(item, Item::Attribute(attribute) if attribute.name == name))?;
    let Item::Attribute(attribute) = body.items.swap_remove(at) else { return None };
    Some(attribute.value)
}

/// An argument of the overriding block replaces the one of its name, nested blocks all those of their kind. What came from
/// another file stands on the lines of the block that it changes.
fn merge(block: &mut Block, over: Block) {
    let span = block.span;
    let replaced: HashSet<String> = over
        .body
        .items
        .iter()
        .map(|item| match item {
            Item::Attribute(attribute) => attribute.name.clone(),
            // A dynamic block stands for blocks of the kind that its label says.
            Item::Block(inner) if inner.kind == "dynamic" => inner.labels.first().cloned().unwrap_or_default(),
            Item::Block(inner) => inner.kind.clone(),
        })
        .collect();
    // Lifecycle is merged argument by argument.
    let (lifecycle, rest): (Vec<Item>, Vec<Item>) =
        over.body.items.into_iter().partition(|item| matches!(item, Item::Block(inner) if inner.kind == "lifecycle"));
    block.body.items.retain(|item| match item {
        Item::Attribute(attribute) => !replaced.contains(&attribute.name),
        Item::Block(inner) if inner.kind == "dynamic" => {
            inner.labels.first().is_none_or(|label| !replaced.contains(label))
        }
        Item::Block(inner) => inner.kind == "lifecycle" || !replaced.contains(&inner.kind),
    });
    for item in lifecycle {
        let Item::Block(inner) = item else { continue };
        let known = block.body.items.iter_mut().find_map(|item| match item {
            Item::Block(known) if known.kind == "lifecycle" => Some(known),
            _ => None,
        });
        match known {
            Some(known) => merge(known, inner),
            None => block.body.items.push(Item::Block(inner)),
        }
    }
    block.body.items.extend(rest.into_iter().map(|mut item| {
        match &mut item {
            Item::Attribute(attribute) => attribute.value.stand_at(span),
            Item::Block(inner) => inner.stand_at(span),
        }
        item
    }));
}
