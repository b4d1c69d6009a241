//! Values for the variables of a root module, later ones over earlier ones as "Variable Definition Precedence" says:
//! `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` and `*.auto.tfvars.json` by their names, then what the
//! command line names. The environment of whoever scans is not that of whoever applies, and does not count.

use std::collections::HashMap;

use super::datum::Datum;
use super::module::{Failures, Module};
use super::syntax::{Expression, Kind, Unary};
use super::types::Type;
use super::{File, Options, json, parse, tree};

/// Values of variables, by their names.
pub(super) fn of(
    module: &Module,
    files: &[File<'_>],
    options: &Options<'_>,
    failures: &mut Failures,
) -> HashMap<String, Datum> {
    let mut values = HashMap::new();
    let mut own: Vec<(u8, String, usize)> = Vec::new();
    for (index, file) in files.iter().enumerate().filter(|(_, file)| file.path.contains(".tfvars")) {
        let Some(path) = tree::join("", file.path) else { continue };
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        if folder != module.folder {
            continue;
        }
        let turn = match name {
            "terraform.tfvars" => 0,
            "terraform.tfvars.json" => 1,
            _ if name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json") => 2,
            _ => continue,
        };
        own.push((turn, name.to_owned(), index));
    }
    own.sort();
    for (_, name, index) in own {
        for (line, reason) in read(&name, files[index].bytes, &mut values) {
            failures.push((index, line, reason));
        }
    }
    for file in &options.variable_files {
        // A file that is named may be one of the tree.
        let index = files.iter().position(|known| known.path == file.path).unwrap_or(usize::MAX);
        for (line, reason) in read(file.path, file.bytes, &mut values) {
            failures.push((index, line, reason));
        }
    }
    for (name, text) in &options.variables {
        values.insert(name.clone(), argument(module, name, text));
    }
    values
}

fn read(name: &str, bytes: &[u8], values: &mut HashMap<String, Datum>) -> Vec<(u32, String)> {
    let Ok(text) = std::str::from_utf8(bytes) else { return vec![(1, "the file is not UTF-8".to_owned())] };
    if name.ends_with(".json") {
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
