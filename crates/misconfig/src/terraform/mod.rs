//! Terraform and OpenTofu: a tree of configuration, plans and state become resources, with the values that Terraform
//! would give them.
//!
//! From the bytes on: [`parse`] and [`json`] read files, [`module`] puts the files of a folder together, [`tree`] finds
//! roots and where calls lead, [`evaluator`] keeps what is known of one root, [`expression`] finds values and [`body`] turns
//! blocks into trees with lines. [`plan`] and [`state`] read what Terraform itself has evaluated.
//!
//! What rules see:
//! - `resource` has the kind that its first label says, `data` the same after `data.`; `provider`, `terraform` and `module`
//!   are kinds of their own. A provider has its name as `name`.
//! - Nested blocks are lists of mappings, however many there are. In the JSON syntax and in plans a single one may be a
//!   mapping, since without the provider's schema nobody can tell it from an argument.
//! - What is known only once it is applied is [`Value::Unknown`], or [`Value::Reference`] with the address of the attribute
//!   that it will be, in the form of addresses of resources: `module.store["eu"].aws_s3_bucket.logs[0].arn`. A variable of
//!   the root without a value is `var.name`.
//! - Where it is not known how many instances there are, one with the key `[*]` stands for all.
//! - A JSON text (`jsonencode`, a policy document, a text in place) of which something is not known yet is a mapping or a
//!   list and no text.

mod body;
mod datum;
mod evaluator;
mod expression;
mod functions;
mod json;
mod module;
mod parse;
mod plan;
mod policy_document;
mod state;
mod syntax;
mod template;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tree;
mod types;
mod variables;

use std::collections::BTreeSet;

use crate::parallel;
use crate::yaml::Wrong;
use crate::{Node, Reading, Resource, Span, Target, Value};

#[cfg(test)]
pub(crate) use self::testing::shown;

use self::datum::Datum;
use self::evaluator::{Budget, Evaluator, short};
use self::syntax::Block;
use self::tree::Tree;
use self::variables::Values;

/// A file of the tree that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its path from the top of the tree, with slashes.
    pub path: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// What the command line of Terraform would say.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// Files with values of variables (`-var-file`), which apply to every root that declares them.
    pub variable_files: Vec<File<'a>>,
    /// Values of variables (`-var`), as they are written there.
    pub variables: Vec<(String, String)>,
    /// The workspace; `default` unless set.
    pub workspace: Option<String>,
}

/// What a tree of files comes to.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// One for each root module, each plan and each state. Addresses are unique within one.
    pub roots: Vec<Root>,
    /// What could not be found out, in the order of files and lines.
    pub gaps: Vec<Gap>,
    /// What is declared sensitive, wherever it comes up.
    pub secrets: BTreeSet<String>,
}

/// A root module, a plan or a state.
#[derive(Debug)]
pub struct Root {
    /// Its folder, or the file of the plan or the state.
    pub path: String,
    /// Its resources, those of the modules that it calls included.
    pub resources: Vec<Resource>,
}

/// Something that could not be found out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The file, by its number; none where it is a file of variables.
    pub file: Option<usize>,
    /// The line.
    pub line: u32,
    /// Why.
    pub reason: String,
}

/// What every root may cost, whatever the others do: enough for some hundred resources.
const EVERY_ROOT: Budget = Budget { steps: 300_000, nodes: 30_000 };
/// What one may cost for which that is not enough, and all of those together, the first of them first.
const LARGE_ROOT: Budget = Budget { steps: 3_000_000, nodes: 1_000_000 };
const LARGE_ROOTS: Budget = Budget { steps: 30_000_000, nodes: 3_000_000 };

/// What a root came to.
struct Evaluated {
    resources: Vec<Resource>,
    gaps: BTreeSet<Gap>,
    secrets: BTreeSet<String>,
    left: Budget,
    exhausted: bool,
}

/// Evaluates one file by itself, in either syntax or a plan, as a root of its own. For the examples of rules, whose calls of
/// modules may lead nowhere: what people have is judged as a tree, where a module that is missing is a gap.
pub fn read(content: &[u8], file: usize) -> Reading {
    let is_json = content.trim_ascii_start().starts_with(b"{");
    let path = if is_json { "main.tf.json" } else { "main.tf" };
    let evaluated = evaluate(&[File { path, bytes: content }], &Options::default());
    let resources = evaluated.roots.into_iter().flat_map(|root| root.resources);
    let is_of_this_file = |gap: &Gap| !(gap.reason.starts_with("module ") && gap.reason.contains("is not in the tree"));
    let wrong = |gap: Gap| Wrong { what: format!("line {}: {}", gap.line, gap.reason), limit: false };
    Reading {
        resources: resources.map(|resource| Resource { file, ..resource }).collect(),
        secrets: evaluated.secrets,
        gaps: evaluated.gaps.into_iter().filter(is_of_this_file).map(wrong).collect(),
    }
}

/// Evaluates everything in a tree of files.
pub fn evaluate(files: &[File<'_>], options: &Options<'_>) -> Evaluation {
    let mut failures = Vec::new();
    let tree = Tree::new(files, &mut failures);
    let values = Values::new(files, options, &mut failures);
    let roots = tree.roots();
    let workspace = options.workspace.as_deref().unwrap_or("default");
    let evaluate = |root: &usize, budget: Budget| {
        let module = &tree.modules[*root];
        let given = values.of(module, options);
        let evaluator = Evaluator::new(&tree, module, &given, workspace, budget);
        let resources = resources(&evaluator);
        Evaluated {
            resources,
            exhausted: evaluator.exhausted.get(),
            left: evaluator.left.get(),
            gaps: evaluator.gaps.into_inner(),
            secrets: evaluator.secrets.into_inner(),
        }
    };
    let mut evaluated = parallel::each(&roots, |root| evaluate(root, EVERY_ROOT));
    let mut pool = LARGE_ROOTS;
    for (root, evaluated) in roots.iter().zip(&mut evaluated) {
        if evaluated.as_ref().is_some_and(|first| first.exhausted) {
            let budget = Budget { steps: LARGE_ROOT.steps.min(pool.steps), nodes: LARGE_ROOT.nodes.min(pool.nodes) };
            if budget.steps <= EVERY_ROOT.steps || budget.nodes <= EVERY_ROOT.nodes {
                break;
            }
            *evaluated = parallel::each(&[*root], |root| evaluate(root, budget)).pop().flatten();
            let left = evaluated.as_ref().map_or(Budget { steps: 0, nodes: 0 }, |second| second.left);
            pool.steps -= budget.steps - left.steps;
            pool.nodes -= budget.nodes - left.nodes;
        }
    }
    let mut evaluation = Evaluation::default();
    let mut gaps: BTreeSet<Gap> = BTreeSet::new();
    for (root, evaluated) in roots.iter().zip(evaluated) {
        let path = tree.modules[*root].folder.clone();
        if let Some(mut evaluated) = evaluated {
            gaps.append(&mut evaluated.gaps);
            evaluation.secrets.append(&mut evaluated.secrets);
            evaluation.roots.push(Root { path, resources: evaluated.resources });
        } else {
            let reason = format!("the module in {path:?} could not be evaluated");
            gaps.insert(Gap { file: None, line: 0, reason });
        }
    }
    for (index, file) in files.iter().enumerate() {
        match plan::read(index, file, &mut evaluation.secrets)
            .or_else(|| state::read(index, file, &mut evaluation.secrets))
        {
            Some(Ok(resources)) => evaluation.roots.push(Root { path: file.path.to_owned(), resources }),
            Some(Err((line, reason))) => failures.push((index, line, reason)),
            None => {}
        }
    }
    let place = |file| (file < files.len()).then_some(file);
    let gap = |(file, line, reason)| Gap { file: place(file), line, reason: short(reason) };
    gaps.extend(failures.into_iter().map(gap));
    evaluation.gaps = gaps.into_iter().collect();
    evaluation
}

/// All that a root comes to, in the order of its blocks, the modules that it calls after itself.
fn resources(evaluator: &Evaluator<'_>) -> Vec<Resource> {
    let mut resources = Vec::new();
    let mut open = vec![0];
    while let Some(id) = open.pop() {
        let instance = evaluator.module(id);
        let mut called = Vec::new();
        for (file, block) in &instance.module.blocks {
            let Some(address) = module::address(&block.kind, &block.labels) else {
                resources.push(settings(evaluator, id, *file, block, &instance.prefix));
                continue;
            };
            let instances = match evaluator.block(id, &address) {
                Ok(instances) => instances,
                Err(failure) => {
                    evaluator.fail(failure, *file, block.span.first);
                    continue;
                }
            };
            if let Datum::Reference(_) = instances {
                // A module that is not in the tree: what it is called with can be judged all the same.
                resources.push(Resource {
                    target: Target::Terraform,
                    kind: "module".to_owned(),
                    address: format!("{}{address}", instance.prefix),
                    file: *file,
                    body: evaluator.settings(id, *file, block),
                });
            }
            for each in all_instances(&instances) {
                match each {
                    Datum::Instance(resource) => resources.push(self::resource(evaluator, *resource)),
                    Datum::Module(module) => {
                        called.push(*module);
                        if let Some((address, file, body)) = evaluator.call_body(*module) {
                            let kind = "module".to_owned();
                            resources.push(Resource { target: Target::Terraform, kind, address, file, body });
                        }
                    }
                    _ => {}
                }
            }
        }
        open.extend(called.into_iter().rev());
    }
    resources
}

fn all_instances(instances: &Datum) -> Vec<&Datum> {
    match (instances.items(), instances.entries()) {
        (Some(items), _) => items.iter().collect(),
        (_, Some(entries)) => entries.values().collect(),
        _ => vec![instances],
    }
}

fn resource(evaluator: &Evaluator<'_>, id: usize) -> Resource {
    let instance = evaluator.instance(id);
    let of = &instance.block.labels[0];
    let kind = if instance.block.kind == "data" { format!("data.{of}") } else { of.clone() };
    let mut body = evaluator.resource_body(id);
    if let Some((attribute, document)) = policy_document::attribute(&instance.block.kind, of, &body) {
        let node = document.to_node(body.span, &|datum| evaluator.name(datum));
        if let Value::Map(entries) = &mut body.value {
            entries.push((attribute.to_owned(), node));
        }
    }
    Resource { target: Target::Terraform, kind, address: instance.address.clone(), file: instance.file, body }
}

/// A provider, or settings of Terraform.
fn settings(evaluator: &Evaluator<'_>, id: usize, file: usize, block: &Block, prefix: &str) -> Resource {
    let mut body = evaluator.settings(id, file, block);
    let mut address = format!("{prefix}{}", block.kind);
    if let (Some(name), Value::Map(entries)) = (block.labels.first(), &mut body.value) {
        address.push('.');
        address.push_str(name);
        if let Some((_, Node { value: Value::Text(alias), .. })) = entries.iter().find(|(key, _)| key == "alias") {
            address.push('.');
            address.push_str(alias);
        }
        let span = Span { first: body.span.first, last: body.span.first };
        entries.insert(0, ("name".to_owned(), Node { value: Value::Text(name.clone()), span }));
    }
    Resource { target: Target::Terraform, kind: block.kind.clone(), address, file, body }
}
