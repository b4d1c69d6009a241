//! `plimsoll.yaml`: what the flags of a scan set, gates, ignores, and what differs for some images (`docs/policy.md`).
//!
//! Read with the line of everything, so that what is wrong can be found and what counts be explained.

use rules::{Node, Wrong};

use crate::gate::Gate;
use crate::glob::Glob;
use crate::ignores::{Ignore, plimsoll};
use crate::scope::each;

/// The keys that are no flags.
const SECTIONS: [&str; 3] = ["gates", "ignores", "overrides"];

/// A file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// What holds for every image.
    pub always: Section,
    /// What holds for some, in the order of the file: the last one counts.
    pub overrides: Vec<Override>,
}

/// Settings, gates and ignores.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// What flags would set.
    pub settings: Vec<Setting>,
    /// Gates by their names.
    pub gates: Vec<Switch>,
    /// Ignores.
    pub ignores: Vec<Ignore>,
}

/// What holds for some images.
#[derive(Clone, Debug)]
pub struct Override {
    /// Which.
    pub images: Vec<Glob>,
    /// What.
    pub section: Section,
}

/// What a flag would set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The flag's name without its dashes.
    pub key: String,
    /// Its values.
    pub values: Vec<String>,
    /// The line.
    pub line: usize,
}

/// A gate, or that there is none of that name.
#[derive(Clone, Debug)]
pub struct Switch {
    /// The name.
    pub name: String,
    /// The gate; none where it is switched off.
    pub gate: Option<Gate>,
    /// The line.
    pub line: usize,
}

/// Reads a file. `flags` are the names of flags that may be set; `name` is how ignores call the file.
pub fn read(name: &str, text: &str, flags: &[&str]) -> Result<File, Wrong> {
    let mut file = File::default();
    let Some(document) = rules::parse_any(text)? else { return Ok(file) };
    let known: Vec<&str> = SECTIONS.iter().copied().chain(flags.iter().copied()).collect();
    file.always = section(name, &document, &known)?;
    let overrides = document.open_fields()?.get("overrides").filter(|node| !node.is_nothing());
    let inner: Vec<&str> = known.into_iter().filter(|key| *key != "overrides").chain(["image"]).collect();
    for node in overrides.map(Node::list).transpose()?.unwrap_or_default() {
        let mut images = Vec::new();
        let fields = node.open_fields()?;
        fields.need("image")?;
        each(&fields, "image", |text| Glob::new(text).map(|glob| images.push(glob)))?;
        file.overrides.push(Override { images, section: section(name, node, &inner)? });
    }
    Ok(file)
}

fn section(name: &str, node: &Node, known: &[&str]) -> Result<Section, Wrong> {
    let mut section = Section::default();
    node.fields(known)?;
    for (key, value) in node.map()? {
        match &**key {
            _ if value.is_nothing() => {}
            "overrides" | "image" => {}
            "gates" => {
                for (name, node) in value.map()? {
                    section.gates.push(switch(name, node)?);
                }
                let mut names: Vec<&Switch> = section.gates.iter().collect();
                names.sort_by_key(|switch| (&switch.name, switch.line));
                if let Some(pair) = names.windows(2).find(|pair| pair[0].name == pair[1].name) {
                    return Err(format!("line {}: there are two gates {:?}", pair[1].line, pair[1].name));
                }
            }
            "ignores" => section.ignores = plimsoll::list(value)?,
            key => {
                let values = value.texts()?.into_iter().map(str::to_owned).collect();
                section.settings.push(Setting { key: key.to_owned(), values, line: value.key_line });
            }
        }
    }
    for ignore in &mut section.ignores {
        name.clone_into(&mut ignore.file);
    }
    Ok(section)
}

fn switch(name: &str, node: &Node) -> Result<Switch, Wrong> {
    let gate = match node.text() {
        Ok("off") => None,
        Ok(_) => return Err(node.wrong("a gate is a mapping of conditions, or off")),
        Err(_) => Some(Gate::read(name, node)?),
    };
    Ok(Switch { name: name.to_owned(), gate, line: node.key_line })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: [&str; 3] = ["severity", "fail-on", "scanners"];

    fn check_error(text: &str, expected: &str) {
        let error = read("plimsoll.yaml", text, &FLAGS).unwrap_err();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }

    #[test]
    fn everything_has_its_line() {
        let text = "# ours\nscanners: [vuln, secret]\nfail-on: high\nseverity:\ngates:\n  exploited:\n    kev: true\n  \
                    old: off\nignores:\n  - id: CVE-2024-1\n    reason: not used\noverrides:\n  - image: 'legacy/*'\n    \
                    fail-on: critical\n    gates:\n      exploited: off\n";
        let file = read("plimsoll.yaml", text, &FLAGS).unwrap();
        let setting = |key: &str, values: &[&str], line| Setting {
            key: key.into(),
            values: values.iter().map(ToString::to_string).collect(),
            line,
        };
        let expected = [setting("scanners", &["vuln", "secret"], 2), setting("fail-on", &["high"], 3)];
        assert_eq!(file.always.settings, expected);
        let gates = |section: &Section| -> Vec<String> {
            let shown = |gate: &Switch| format!("{} {} {}", gate.line, gate.name, gate.gate.is_some());
            section.gates.iter().map(shown).collect()
        };
        assert_eq!(gates(&file.always), ["6 exploited true", "8 old false"]);
        assert_eq!(file.always.ignores[0].place(), "plimsoll.yaml, line 10");
        let special = &file.overrides[0];
        assert!(special.images[0].matches("legacy/shop"));
        assert_eq!(special.section.settings, [setting("fail-on", &["critical"], 14)]);
        assert_eq!(gates(&special.section), ["16 exploited false"]);
        assert!(read("plimsoll.yaml", "# nothing\n", &FLAGS).unwrap().always.settings.is_empty());
    }

    #[test]
    fn mistakes_are_told_with_their_line_and_the_nearest_name() {
        check_error("\nseverty: high\n", "line 2: there is no \"severty\" here; did you mean \"severity\"?");
        check_error("gates:\n  a:\n    epss: 2\n", "line 3: \"2\" is no number from 0 to 1");
        check_error("gates:\n  a:\n    kve: true\n", "line 3: there is no \"kve\" here; did you mean \"kev\"?");
        check_error("gates:\n  a: maybe\n", "line 2: a gate is a mapping of conditions, or off");
        check_error("gates:\n  a: {}\n", "line 2: a gate without a condition");
        check_error("gates:\n  a:\n    kev: true\n  a:\n    kev: true\n", "line 4: there are two gates \"a\"");
        check_error("gates:\n  a:\n    coverage: complete\n    kev: true\n", "line 3: coverage stands alone");
        check_error(
            "gates:\n  a:\n    severity: hihg\n",
            "line 3: there is no severity \"hihg\"; did you mean \"high\"?",
        );
        check_error("gates:\n  a:\n    age: soon\n", "line 3: \"soon\" is no length of time");
        check_error("gates:\n  a:\n    new: false\n", "line 3: true was expected");
        check_error("ignores:\n  - id: A\n", "line 2: it says no reason");
        check_error("ignores:\n  - reason: A\n", "line 2: it says of nothing");
        check_error("ignores:\n  - id: A\n    reason: b\n    until: soon\n", "line 4: \"soon\" is no date");
        check_error("ignores:\n  - id: A\n    reason: b\n    justification: x\n", "line 4: there is no justification");
        check_error(
            "ignores:\n  - layer: bse\n    reason: b\n",
            "line 2: there is no part of an image \"bse\"; did you",
        );
        check_error("overrides:\n  - severity: high\n", "line 2: \"image\" is missing");
        check_error("overrides:\n  - image: a\n    overrides: []\n", "line 3: there is no \"overrides\" here");
        check_error("fail-on: {a: b}\n", "line 1: a text or a list of texts was expected");
        check_error("- a\n", "line 1: a mapping was expected");
    }
}
