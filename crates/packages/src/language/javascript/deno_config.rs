//! `deno.json`, `deno.jsonc` and `import_map.json`: what a project for Deno imports (Deno documentation, "deno.json and
//! package.json", "Modules and dependencies"; WHATWG HTML, "Import maps").
//!
//! `imports` and `scopes` give names to modules: `npm:name@1.0.0`, `jsr:@scope/name@1.0.0`, or an address with a version,
//! `https://host/name@1.0.0/mod.ts`. Ranges (`^1`, `~1.2`, `1`) name no version; what they were resolved to is in
//! `deno.lock`. Imports that stand in the programs themselves are not read.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use super::deno_lock::{remote, split};
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Text};
use crate::syntax::jsonc;

/// Names what to load: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "deno-config",
    version: 1,
    files: &[
        Key::Name("deno.json").when(is_the_projects),
        Key::Name("deno.jsonc").when(is_the_projects),
        Key::Name("import_map.json").when(is_the_projects),
    ],
    analyze,
};

json::object! {
    struct Config<'a> {
        "imports" => imports: Entries<'a, Text<'a>>,
        "scopes" => scopes: Entries<'a, Entries<'a, Text<'a>>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let plain = jsonc::plain(file.content)?;
    let config: Config<'_> = json::parse(&plain)?;
    let mut listings = [PackageKind::Npm, PackageKind::Jsr, PackageKind::Generic].map(Listing::new);
    let scoped = config.scopes.0.iter().flat_map(|(_, imports)| &imports.0);
    for (_, module) in config.imports.0.iter().chain(scoped) {
        let module = module.get();
        let (listing, (name, version)) = if let Some(rest) = module.strip_prefix("npm:") {
            (&mut listings[0], split(rest.trim_start_matches('/')))
        } else if let Some(rest) = module.strip_prefix("jsr:") {
            (&mut listings[1], split(rest.trim_start_matches('/')))
        } else {
            let Some(found) = remote(module) else { continue };
            (&mut listings[2], found)
        };
        // A path into the package may follow.
        let version = version.split('/').next().unwrap_or_default();
        if is_exact(version)
            && let Some(package) = listing.add(name, version, Presence::Declared)
        {
            package.relation = Relation::Direct;
        }
    }
    for listing in listings {
        listing.tell(facts);
    }
    Ok(())
}

/// Whether a text is one version: three numbers, and what may follow them (Semantic Versioning 2.0.0).
fn is_exact(text: &str) -> bool {
    let text = text.strip_prefix(['v', '=']).unwrap_or(text);
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3 && numbers.split('.').all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const CONFIG: &str = r#"{
        // What people write there.
        "name": "@own/app", "version": "1.0.0",
        "imports": {
            "@std/path": "jsr:@std/path@1.0.8",
            "@std/assert": "jsr:@std/assert@^1.0.0",
            "chalk": "npm:chalk@5.3.0",
            "react/": "npm:/react@18.3.1/",
            "ranged": "npm:ranged@5",
            "oak": "https://deno.example.test/x/oak@v12.6.1/mod.ts",
            "own": "./src/own.ts",
        },
        "scopes": {"https://deno.example.test/": {"pre": "npm:@s/pre@2.0.0-rc.1"}},
    }"#;

    fn check(path: &str, text: &str, expected: &str) {
        testing::check(&ANALYZER, path, text, expected);
    }

    #[test]
    fn imports_of_one_version_are_packages() {
        check(
            "srv/deno.jsonc",
            CONFIG,
            "@s/pre 2.0.0-rc.1 (declared) direct
             chalk 5.3.0 (declared) direct
             react 18.3.1 (declared) direct
             @std/path 1.0.8 (declared) direct
             deno.example.test/x/oak v12.6.1 (declared) direct",
        );
        check("srv/deno.json", r#"{"tasks": {}, "imports": []}"#, "");
    }

    #[test]
    fn broken_files_are_gaps_and_others_not_wanted() {
        check("deno.json", "{\"imports\": ", "gap: corrupt");
        assert!(wants(&ANALYZER, "srv/import_map.json"));
        assert!(!wants(&ANALYZER, "srv/node_modules/a/deno.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "deno.json", &[CONFIG.as_bytes()]);
    }
}
