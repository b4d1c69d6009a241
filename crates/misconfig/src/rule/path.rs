//! Paths of attributes: `spec.containers[*].image`.
//!
//! A path is keys divided by dots. A key that a list is asked for is asked of each of its entries, so that a block which
//! may be there once or several times needs no `[*]`; `[*]` says it openly, `[0]` is one entry, `*` every value of a
//! mapping, `["a.b"]` a key with dots in it. `.` alone is the value itself. Each `^` in front leads out of one `each`,
//! `some` or `none`, or out of what a kind of resource is a part of. A dot in front keeps a key from being a keyword.

use serde::{Deserialize, Serialize};

/// Where an attribute is, seen from where the condition is.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Path<'a> {
    /// How many scopes it begins further out.
    pub up: u8,
    /// The way from there.
    #[serde(borrow)]
    pub steps: Vec<Step<'a>>,
}

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step<'a> {
    /// To the value of a key.
    Key(&'a str),
    /// To one entry of a list, counted from zero.
    Index(u32),
    /// To each entry of a list, or each value of a mapping.
    Every,
}

impl<'a> Path<'a> {
    /// Reads one, or says what is wrong with it.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        let rest = text.trim_start_matches('^');
        let up = u8::try_from(text.len() - rest.len()).map_err(|_| "too many `^`".to_owned())?;
        let mut path = Self { up, steps: Vec::new() };
        let mut rest = rest.strip_prefix('.').unwrap_or(rest);
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let quoted = inner.strip_prefix('"').and_then(|inner| inner.split_once("\"]"));
                let (step, after) = if let Some((key, after)) = quoted {
                    (Step::Key(key), after)
                } else {
                    let (index, after) = inner.split_once(']').ok_or_else(|| format!("{text}: `]` is missing"))?;
                    let number = || index.parse().map_err(|_| format!("{text}: [{index}] is no index"));
                    (if index == "*" { Step::Every } else { Step::Index(number()?) }, after)
                };
                path.steps.push(step);
                rest = after;
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (key, after) = rest.split_at(end);
                match key {
                    "" => return Err(format!("{text}: a key is missing")),
                    "*" => path.steps.push(Step::Every),
                    _ => path.steps.push(Step::Key(key)),
                }
                rest = after;
            }
            if let Some(after) = rest.strip_prefix('.') {
                if after.is_empty() {
                    return Err(format!("{text}: a key is missing at the end"));
                }
                rest = after;
            }
        }
        Ok(path)
    }
}

impl std::fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.steps.is_empty() {
            return out.write_str("it");
        }
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) if key.contains(['.', '[']) => write!(out, "[\"{key}\"]")?,
                Step::Key(key) if index == 0 => out.write_str(key)?,
                Step::Key(key) => write!(out, ".{key}")?,
                Step::Index(at) => write!(out, "[{at}]")?,
                Step::Every => out.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_keys_indices_and_every_entry() {
        let check = |text: &str, up: u8, expected: &[Step<'_>]| {
            let path = Path::parse(text).unwrap();
            assert_eq!((path.up, &*path.steps), (up, expected), "{text}");
        };
        check("a.b[*].c", 0, &[Step::Key("a"), Step::Key("b"), Step::Every, Step::Key("c")]);
        check("a.*[0]", 0, &[Step::Key("a"), Step::Every, Step::Index(0)]);
        check("labels[\"app.io/x\"].y", 0, &[Step::Key("labels"), Step::Key("app.io/x"), Step::Key("y")]);
        check("^^spec", 2, &[Step::Key("spec")]);
        check(".", 0, &[]);
        check(".all", 0, &[Step::Key("all")]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["a..b", "a.", "a[b]", "a[0"] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
