//! Installed rocks: `*.rockspec` below a tree's `lib/luarocks/rocks-N` (LuaRocks documentation, "Rockspec format").
//!
//! A program in Lua that does nothing but fill variables, of which `package`, `version` with its revision,
//! `description.license` and `dependencies` are read. A value may be put together from texts and from variables that were
//! filled before; what would have to be computed is a gap. Rockspecs elsewhere are the sources of rocks, and not wanted.

use std::collections::HashMap;

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};

use super::LUA;
use crate::listing::is_word;
use crate::syntax::terms::{self, Term};
use crate::syntax::text;

/// A rock in the place where Lua looks for it: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "rockspec", version: 1, files: &[Key::Extension("rockspec").when(is_installed)], analyze };

fn is_installed(path: &ImagePath) -> bool {
    let mut folders = path.parent().split(|&byte| byte == b'/');
    folders.any(|folder| folder == b"rocks" || folder.starts_with(b"rocks-"))
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let terms = terms::parse(&text, &LUA)?;
    let mut variables: HashMap<&str, String> = HashMap::new();
    let mut licenses = Vec::new();
    let mut requires = Vec::new();
    for at in 0..terms.len() {
        match &terms[at..] {
            [Term::Word("description"), Term::Mark('='), Term::Group(fields), ..] => {
                licenses.extend(license(fields).map(str::to_owned));
            }
            [Term::Word("dependencies"), Term::Mark('='), Term::Group(items), ..] => {
                let texts = items.iter().filter(|item| matches!(item, Term::Text(_)));
                let names = texts.map(|item| item.text().trim().split([' ', '=', '>', '<', '~']).next());
                let names = names.flatten().filter(|name| is_word(name) && *name != "lua");
                requires.extend(names.map(|name| Requirement { name: name.to_owned(), version: None }));
            }
            [Term::Word(variable), Term::Mark('='), value @ ..] => {
                let value = evaluate(value, &variables);
                variables.insert(variable, value.unwrap_or_default());
            }
            _ => {}
        }
    }
    let mut take = |variable| variables.remove(variable).filter(|value| is_word(value));
    let (Some(name), Some(version)) = (take("package"), take("version")) else {
        return Err(Unreadable::corrupt("a rockspec without a literal name or version"));
    };
    requires.sort_unstable();
    requires.dedup();
    facts.package(Package { licenses, requires, ..Package::new(PackageKind::Luarocks, name, version) });
    Ok(())
}

fn license<'a>(fields: &'a [Term<'_>]) -> Option<&'a str> {
    fields.windows(3).find_map(|window| match window {
        [Term::Word("license"), Term::Mark('='), Term::Text(text)] if !text.trim().is_empty() => Some(text.trim()),
        _ => None,
    })
}

/// Texts and variables with `..` between them. None when it is more than that, or longer than any version.
fn evaluate(value: &[Term<'_>], variables: &HashMap<&str, String>) -> Option<String> {
    const LONGEST: usize = 1024;
    let mut text = String::new();
    let mut rest = value;
    loop {
        match rest.first()? {
            Term::Text(part) => text.push_str(part),
            Term::Word(variable) => text.push_str(variables.get(variable)?),
            Term::Mark(_) | Term::Group(_) => return None,
        }
        if text.len() > LONGEST {
            return None;
        }
        match &rest[1..] {
            [Term::Mark('.'), Term::Mark('.'), after @ ..] => rest = after,
            // A call or a field.
            [Term::Mark('.') | Term::Group(_), ..] => return None,
            _ => return Some(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::testing::{self, survives, wants};

    const PATH: &str = "usr/local/lib/luarocks/rocks-5.4/lpeg/1.0.2-1/lpeg-1.0.2-1.rockspec";

    fn check(rockspec: &str, expected: &str) {
        testing::check(&ANALYZER, PATH, rockspec, expected);
    }

    const LITERAL: &str = r#"
-- version = "0"
--[[ version = "0"
]]
package = 'LPeg'
version = "1.0.2-1"
source = { url = "https://example.test/lpeg.tar.gz", version = "9" }
description = {
   detailed = [[ it's license = "no" ]],
   license = "MIT/X11"
}
dependencies = {
   "lua >= 5.1", "luasocket",
   -- "luasec",
   "penlight==1.13.1",
   platforms = { unix = { "posix" } },
}
"#;

    #[test]
    fn variables_are_read() {
        check(LITERAL, "LPeg 1.0.2-1 [MIT/X11] -> luasocket, penlight");
    }

    #[test]
    fn values_are_put_together() {
        check(
            r#"local _NAME = "a"
               local _VERSION, revision = "no"
               local number = "2.0"
               package = _NAME
               version = number .. "-" .. '1'"#,
            "a 2.0-1",
        );
        check("package = 'a'\nversion = (x and '1') .. '-1'", "gap: corrupt");
        check("package = 'a'\nversion = tag:sub(2)", "gap: corrupt");
    }

    #[test]
    fn empty_and_broken_files_are_gaps() {
        check("", "gap: corrupt");
        check(&"{".repeat(1000), "gap: limit-hit");
        // Each variable doubles the one before.
        let mut bomb = "v0 = 'x'\n".to_owned();
        for index in 0..60 {
            writeln!(bomb, "v{} = v{index} .. v{index}", index + 1).unwrap();
        }
        check(&format!("{bomb}package = 'a'\nversion = v60"), "gap: corrupt");
    }

    #[test]
    fn sources_of_rocks_are_not_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/app/app-1.0-1.rockspec"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[LITERAL.as_bytes()]);
    }
}
