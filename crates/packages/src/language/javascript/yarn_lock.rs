//! `yarn.lock`, of Yarn 1 ("yarn lockfile v1", its own text format) and of Yarn 2 and later (YAML; Yarn documentation,
//! "Lexicon": descriptor, resolution, linkType).
//!
//! An entry is what one or more requests of the form `name@range` were resolved to. Under an alias the real name is in
//! the request (`alias@npm:real@range`), in the address of the archive (`…/real/-/file.tgz`) or, from Yarn 2 on, in
//! `resolution`. Folders of the project (`workspace:`, `link:`, `portal:`, `file:`) are left out. From Yarn 2 on the
//! workspaces are entries too, so what they ask for is direct; Yarn's own patches (`builtin<…>`) are entries beside what they
//! patch and are asked for in its place. Neither form tells development from production. Below `node_modules` the file
//! belongs to a dependency, and nobody heeds it. The fixtures were written by hand, after Yarn 1 and 4.

use std::collections::{HashMap, HashSet};

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::graph::Graph;
use crate::language::is_the_projects;
use crate::syntax::{text, yaml};

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "yarn-lock", version: 2, files: &[Key::Name("yarn.lock").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let content = text::decode(file.content)?;
    let mut graph = Graph::default();
    if content.lines().any(|line| line.starts_with("__metadata:")) {
        read_yaml(&yaml::parse(file.content)?, &mut graph);
    } else {
        read_text(&content, &mut graph)?;
    }
    graph.tell(facts);
    Ok(())
}

/// One entry of the first form.
#[derive(Default)]
struct Entry<'a> {
    requests: Vec<&'a str>,
    version: &'a str,
    resolved: &'a str,
    /// Name, range, and whether it can do without.
    needs: Vec<(&'a str, &'a str, bool)>,
}

fn read_text(content: &str, graph: &mut Graph) -> Result<(), Unreadable> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut section = "";
    for (index, line) in content.lines().enumerate() {
        let body = line.trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let broken = || Unreadable::corrupt(format!("not a line of a yarn.lock: line {}", index + 1));
        match line.len() - line.trim_start().len() {
            0 => {
                let requests = body.strip_suffix(':').ok_or_else(broken)?;
                // Ranges may hold spaces and commas only inside of quotes.
                entries.push(Entry { requests: words(requests, ','), ..Entry::default() });
            }
            2 => {
                let entry = entries.last_mut().ok_or_else(broken)?;
                section = body.strip_suffix(':').unwrap_or_default();
                match words(body, ' ')[..] {
                    ["version", version] => entry.version = version,
                    ["resolved", resolved] => entry.resolved = resolved,
                    _ => {}
                }
            }
            _ => {
                let entry = entries.last_mut().ok_or_else(broken)?;
                if let ("dependencies" | "optionalDependencies", [name, range]) = (section, &words(body, ' ')[..]) {
                    entry.needs.push((name, range, section != "dependencies"));
                }
            }
        }
    }
    let mut resolved = HashMap::new();
    for entry in &entries {
        let name = entry.name();
        let local = entry.requests.iter().filter_map(|request| split(request)).any(|(_, range)| is_folder(range));
        let node = graph.add(PackageKind::Npm, name, if local { "" } else { entry.version });
        resolved.extend(entry.requests.iter().map(|request| ((*request).to_owned(), node)));
    }
    for entry in &entries {
        let Some(&node) = entry.requests.first().and_then(|request| resolved.get(*request)) else { continue };
        for (name, range, optional) in &entry.needs {
            if let Some(&needed) = resolved.get(&format!("{name}@{range}")) {
                graph.need(node, needed, *optional);
            }
        }
    }
    Ok(())
}

impl<'a> Entry<'a> {
    /// The real name.
    fn name(&self) -> &'a str {
        let (name, range) = self.requests.first().and_then(|request| split(request)).unwrap_or_default();
        let alias = range.strip_prefix("npm:").map(|target| split(target).map_or(target, |(name, _)| name));
        alias.or_else(|| name_in_address(self.resolved)).unwrap_or(name)
    }
}

/// Where a registry keeps archives: `https://host/path/@scope/name/-/name-1.0.0.tgz`.
fn name_in_address(address: &str) -> Option<&str> {
    let (path, _) = address.strip_prefix("http")?.split_once("/-/")?;
    let start = path.rfind('/')? + 1;
    let scope = path[..start - 1].rfind('/').map_or(start, |slash| slash + 1);
    let start = if path[scope..].starts_with('@') { scope } else { start };
    // Written as `@scope%2fname` it is one component; the request says the same more plainly.
    Some(&path[start..]).filter(|name| !name.contains('%'))
}

/// Words between separators, with or without quotes; a separator between quotes is none. Nothing is escaped in names.
fn words(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    let parts = text.split(|character: char| {
        quoted ^= character == '"';
        character == separator && !quoted
    });
    parts.map(|part| part.trim().trim_matches('"')).filter(|part| !part.is_empty()).collect()
}

/// The name and the range of a request; the first character may be that of a scope.
fn split(request: &str) -> Option<(&str, &str)> {
    let at = request.char_indices().skip(1).find(|(_, character)| *character == '@')?.0;
    Some((&request[..at], &request[at + 1..]))
}

/// Whether a range names a folder of the project.
fn is_folder(range: &str) -> bool {
    let archive = [".tgz", ".tar.gz"].iter().any(|end| range.contains(end));
    !archive && ["file:", "link:", "portal:", "workspace:", "./", "../"].iter().any(|start| range.starts_with(start))
}

fn read_yaml(lock: &yaml::Node<'_>, graph: &mut Graph) {
    let mut resolved = HashMap::new();
    let mut patched: HashMap<String, usize> = HashMap::new();
    let mut all = Vec::new();
    for (requests, entry) in lock.entries().iter().filter(|(key, _)| key != "__metadata") {
        let first = requests.split(", ").next().unwrap_or_default();
        let resolution = entry.get("resolution").text();
        let (name, range) = split(if resolution.is_empty() { first } else { resolution }).unwrap_or_default();
        let own = entry.get("linkType").text() == "soft" || is_folder(range);
        let node = graph.add(PackageKind::Npm, name, if own { "" } else { entry.get("version").text() });
        resolved.extend(requests.split(", ").map(|request| (request.to_owned(), node)));
        patched.extend(requests.split(", ").filter_map(patched_by_yarn).map(|request| (request, node)));
        all.push((node, range.starts_with("workspace:"), entry));
    }
    for (node, workspace, entry) in all {
        let meta = entry.get("dependenciesMeta").entries().iter();
        let can_do_without: HashSet<&str> =
            meta.filter(|(_, meta)| meta.get("optional").is_true()).map(|(name, _)| &**name).collect();
        for (name, range) in entry.get("dependencies").entries() {
            let range = range.text();
            // Before Yarn 4 the protocol was left out where it is the usual one.
            let requests = [format!("{name}@{range}"), format!("{name}@npm:{range}")];
            let optional = can_do_without.contains(&**name);
            for map in [&resolved, &patched] {
                let Some(&found) = requests.iter().find_map(|request| map.get(request)) else { continue };
                if workspace {
                    graph.ask(found, if optional { Presence::DeclaredOptional } else { Presence::Declared });
                } else {
                    graph.need(node, found, optional);
                }
            }
        }
    }
}

/// The request whose answer Yarn patches: `a@npm:^1` for `a@patch:a@npm%3A^1#optional!builtin<compat/a>`.
fn patched_by_yarn(request: &str) -> Option<String> {
    let (_, patch) = request.split_once("@patch:")?;
    let (base, _) = patch.split_once('#').filter(|(_, patch)| patch.contains("builtin<"))?;
    // In ranges, `encodeURIComponent` leaves only letters, digits and a few signs as they are.
    let mut plain = Vec::with_capacity(base.len());
    let mut rest = base.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        let digits = others.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        plain.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &others[2..] } else { others };
    }
    String::from_utf8(plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/app/yarn.lock", lock, expected);
    }

    const VERSION_1: &str = r#"# yarn lockfile v1


"@s/a@*", "@s/a@^1.0.0 || ^2.0.0, 3":
  version "1.2.0"
  resolved "https://packages.example.test/npm/@s/a/-/a-1.2.0.tgz#00"
  integrity sha512-00==
  dependencies:
    b "^2.0.0"
    "@s/c" ">= 1"
  optionalDependencies:
    d "1"

b@^2.0.0:
  version "2.0.0"
  resolved "https://packages.example.test/b/-/b-2.0.0.tgz"

"@s/c@>= 1":
  version "1.0.0"
  resolved "https://packages.example.test/@s%2fc/-/c-1.0.0.tgz"

"alias@npm:@real/name@^3.0.0":
  version "3.0.0"

renamed@^1.5.1:
  version "1.5.2"
  resolved "https://packages.example.test/@other/renamed/-/renamed-1.5.2.tgz"

"repository@https://git.example.test/x.git#1.3.0":
  version "1.3.0"
  resolved "https://git.example.test/x.git#0123"

"own@file:../own":
  version "1.0.0"

"packed@file:./packed.tgz":
  version "1.1.0"
  resolved "file:./packed.tgz#00"
"#;

    const VERSION_8: &str = r#"__metadata:
  version: 8
  cacheKey: 10

"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0":
  version: 1.2.0
  resolution: "@s/a@npm:1.2.0"
  dependencies:
    b: "npm:^2.0.0"
    alias: ^3.0.0
  dependenciesMeta:
    b:
      optional: true
  languageName: node
  linkType: hard

"b@npm:^2.0.0":
  version: 2.0.0
  resolution: "b@npm:2.0.0"
  linkType: hard

"alias@npm:^3.0.0":
  version: 3.0.0
  resolution: "@real/name@npm:3.0.0"
  linkType: hard

"patched@patch:patched@npm%3A^4#~/.yarn/patches/x.patch":
  version: 4.0.0
  resolution: "patched@patch:patched@npm%3A4.0.0#~/.yarn/patches/x.patch::version=4.0.0&hash=00"
  linkType: hard

"fsevents@npm:^2.3.2 || ^3":
  version: 2.3.3
  resolution: "fsevents@npm:2.3.3"
  dependencies:
    b: "npm:^2.0.0"
  conditions: os=darwin
  linkType: hard

"fsevents@patch:fsevents@npm%3A^2.3.2%20%7C%7C%20^3#optional!builtin<compat/fsevents>":
  version: 2.3.3
  resolution: "fsevents@patch:fsevents@npm%3A2.3.3#optional!builtin<compat/fsevents>::version=2.3.3&hash=00"
  conditions: os=darwin
  linkType: hard

"typescript@^4.0.0":
  version: 4.9.5
  resolution: "typescript@npm:4.9.5"
  linkType: hard

"typescript@patch:typescript@^4.0.0#~builtin<compat/typescript>":
  version: 4.9.5
  resolution: "typescript@patch:typescript@npm%3A4.9.5#~builtin<compat/typescript>::version=4.9.5&hash=00"
  linkType: hard

"linked@portal:../linked::locator=app%40workspace%3A.":
  version: 0.0.0-use.local
  resolution: "linked@portal:../linked::locator=app%40workspace%3A."
  linkType: soft

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    "@s/a": "npm:^1.1.0"
    fsevents: "npm:^2.3.2 || ^3"
    typescript: ^4.0.0
  dependenciesMeta:
    fsevents:
      optional: true
  languageName: unknown
  linkType: soft
"#;

    #[test]
    fn the_first_form_is_a_text() {
        check(
            VERSION_1,
            "@other/renamed 1.5.2 (declared)
             @real/name 3.0.0 (declared)
             @s/a 1.2.0 (declared) -> @s/c 1.0.0, b 2.0.0
             @s/c 1.0.0 (declared)
             b 2.0.0 (declared)
             packed 1.1.0 (declared)
             repository 1.3.0 (declared)",
        );
    }

    #[test]
    fn the_second_form_is_yaml_with_workspaces() {
        check(
            VERSION_8,
            "@real/name 3.0.0 (declared) transitive
             @s/a 1.2.0 (declared) direct -> @real/name 3.0.0, b 2.0.0
             b 2.0.0 (optional) transitive
             fsevents 2.3.3 (optional) direct -> b 2.0.0
             patched 4.0.0 (declared) transitive
             typescript 4.9.5 (declared) direct",
        );
    }

    #[test]
    fn an_empty_lock_is_empty_and_a_broken_one_a_gap() {
        check("# yarn lockfile v1\n", "");
        check("<<<<<<< HEAD\n", "gap: corrupt");
        check("  version \"1\"\n", "gap: corrupt");
        check("__metadata: [\n", "gap: corrupt");
    }

    #[test]
    fn locks_of_dependencies_are_not_wanted() {
        assert!(wants(&ANALYZER, "srv/app/yarn.lock"));
        assert!(!wants(&ANALYZER, "srv/node_modules/a/yarn.lock"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "yarn.lock", &[VERSION_1.as_bytes(), VERSION_8.as_bytes()]);
    }
}
