//! Values for the variables of a root module, later ones over earlier ones as "Variable Definition Precedence" says:
//! `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` and `*.auto.tfvars.json` by their names, then what the
//! command line names. The environment of whoever scans is not that of whoever applies, and does not count.

use std::collections::HashMap;

use super::datum::Datum;
use super::module::{Failures, Module};
use super::syntax::{Expression, Kind, Unary};
use super::types::Type;
use super::{File, Options, json, parse, tree};

/// The values that files give.
pub(super) struct Values {
    /// Those that the files of a folder give to the module in it.
    by_folder: HashMap<String, HashMap<String, Datum>>,
    /// Those of the files that the command line names.
    named: HashMap<String, Datum>,
}

impl Values {
    pub fn new(files: &[File<'_>], options: &Options<'_>, failures: &mut Failures) -> Self {
        let mut own: Vec<(u8, String, String, usize)> = Vec::new();
        for (index, file) in files.iter().enumerate().filter(|(_, file)| file.path.contains(".tfvars")) {
            let Some(path) = tree::join("", file.path) else { continue };
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let turn = match name {
                "terraform.tfvars" => 0,
                "terraform.tfvars.json" => 1,
                _ if tree::named(name, &[".auto.tfvars", ".auto.tfvars.json"]) => 2,
                _ => continue,
            };
            own.push((turn, name.to_owned(), folder.to_owned(), index));
        }
        own.sort();
        let mut values = Self { by_folder: HashMap::new(), named: HashMap::new() };
        for (_, name, folder, index) in own {
            let broken = read(&name, files[index].bytes, values.by_folder.entry(folder).or_default());
            failures.extend(broken.into_iter().map(|(line, reason)| (index, line, reason)));
        }
        for file in &options.variable_files {
            // A file that is named may be one of the tree.
            let index = files.iter().position(|known| known.path == file.path).unwrap_or(usize::MAX);
            let broken = read(file.path, file.bytes, &mut values.named);
            failures.extend(broken.into_iter().map(|(line, reason)| (index, line, reason)));
        }
        values
    }

    /// Values of the variables of a root module, by their names.
    pub fn of(&self, module: &Module, options: &Options<'_>) -> HashMap<String, Datum> {
        let mut given = self.by_folder.get(&module.folder).cloned().unwrap_or_default();
        let declared = self.named.iter().filter(|(name, _)| module.variables.contains_key(name.as_str()));
        given.extend(declared.map(|(name, value)| (name.clone(), value.clone())));
        given.extend(options.variables.iter().map(|(name, text)| (name.clone(), argument(module, name, text))));
        given
    }
}

fn read(name: &str, bytes: &[u8], values: &mut HashMap<String, Datum>) -> parse::Broken {
    let Ok(text) = std::str::from_utf8(bytes) else { return vec![(1, "the file is not UTF-8".to_owned())] };
    if tree::named(name, &[".json"]) {
        return match json::values(text) {
            Ok(read) => {
                values.extend(read);
                Vec::new()
            }
            Err(failure) => vec![failure],
        };
    }
    let (body, failures) = parse::file(text);
    values.extend(body.attributes().map(|attribute| (attribute.name.clone(), constant(&attribute.value))));
    failures
}

/// On the command line a text is itself, and any other value an expression.
fn argument(module: &Module, name: &str, text: &str) -> Datum {
    match module.variables.get(name).map(|variable| &variable.kind) {
        Some(Type::Any | Type::Text | Type::Bool | Type::Number) | None => Datum::text(text),
        Some(_) => parse::expression(text).map_or(Datum::Unknown, |expression| constant(&expression)),
    }
}

/// A value that refers to nothing.
pub(super) fn constant(expression: &Expression) -> Datum {
    match &expression.kind {
        Kind::Literal(datum) => datum.clone(),
        Kind::List(items) => Datum::list(items.iter().map(constant).collect()),
        Kind::Object(entries) => Datum::map(
            entries.iter().filter_map(|(key, value)| Some((constant(key).to_text()?, constant(value)))).collect(),
        ),
        Kind::Template(pieces) => {
            let mut text = String::new();
            for piece in pieces {
                let super::syntax::Piece::Text(part) = piece else { return Datum::Unknown };
                text.push_str(part);
            }
            Datum::text(text)
        }
        Kind::Unary(Unary::Negative, operand) => {
            constant(operand).to_number().map_or(Datum::Unknown, |number| Datum::Number(-number))
        }
        _ => Datum::Unknown,
    }
}
