//! `luarocks.lock` (LuaRocks documentation, "Pinning versions"; the tables are those of published lockfiles).
//!
//! A table `return { dependencies = { name = "version-revision" } }`, with further ones for building and testing, which
//! are for development. Lua itself is pinned too, as `lua`, and left out. The file does not tell who asks for what.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::LUA;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::terms::{self, Term};
use crate::syntax::text;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "luarocks-lock", version: 1, files: &[Key::Name("luarocks.lock").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let terms = terms::parse(&text, &LUA)?;
    let [Term::Word("return"), Term::Group(tables), ..] = terms.as_slice() else {
        return Err(Unreadable::corrupt("not a table of Lua"));
    };
    let mut listing = Listing::new(PackageKind::Luarocks);
    for (table, pins) in assignments(tables) {
        let presence = match table {
            "dependencies" => Presence::Declared,
            "build_dependencies" | "test_dependencies" => Presence::DeclaredForDevelopment,
            _ => continue,
        };
        for (name, version) in assignments(pins.items()).filter(|(name, _)| *name != "lua") {
            listing.add(name, version.text(), presence);
        }
    }
    listing.tell(facts);
    Ok(())
}

/// `name = value` and `["name"] = value`.
fn assignments<'a>(terms: &'a [Term<'a>]) -> impl Iterator<Item = (&'a str, &'a Term<'a>)> {
    terms.windows(3).filter_map(|window| match window {
        [Term::Group(key), Term::Mark('='), value] => Some((key.first()?.text(), value)),
        [key @ Term::Word(_), Term::Mark('='), value] => Some((key.text(), value)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const LOCK: &str = r#"return {
   build_dependencies = { ["luarocks-build"] = "1.0-1", ldoc = "scm-2" },
   dependencies = {
      ["lua-cjson"] = "2.1.0.10-1",
      lpeg = "1.1.0-1",
      lua = "5.4-1",
   },
}
"#;

    #[test]
    fn pins_are_listed() {
        let check = |lock: &str, expected: &str| testing::check(&ANALYZER, "srv/luarocks.lock", lock, expected);
        check(
            LOCK,
            "ldoc scm-2 (development)\nlpeg 1.1.0-1 (declared)\nlua-cjson 2.1.0.10-1 (declared)\nluarocks-build 1.0-1 (development)",
        );
        check("return {}", "");
        check("", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "luarocks.lock", &[LOCK.as_bytes()]);
    }
}
