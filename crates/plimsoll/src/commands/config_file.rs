//! `plimsoll config-file`: what the settings are and who says so, and a file to begin with.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};

use report::one_line;

use crate::args::{ConfigFile, ExplainConfig, Init};
use crate::config::{Config, Places, defaults};
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

/// A file with a line for everything that can be set, all of them comments.
const TEMPLATE: &str = include_str!("../config/template.yaml");

/// Does what is asked for.
pub fn run(command: &ConfigFile, out: &mut dyn Write) -> Result<(), Failure> {
    match command {
        ConfigFile::Explain(asked) => {
            let config = Config::read(&Places::of(&asked.policy, &variable), asked.r#for.as_deref())?;
            written(out.write_all(explained(&config, asked).as_bytes()))
        }
        ConfigFile::Init(asked) => init(asked, out),
    }
}

fn init(asked: &Init, out: &mut dyn Write) -> Result<(), Failure> {
    let name = asked.file.display();
    let made = File::create_new(&asked.file).and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
    made.map_err(|error: io::Error| {
        let exit = if error.kind() == io::ErrorKind::AlreadyExists { Exit::Usage } else { Exit::ScanFailed };
        Failure::new(exit, error).when(format!("cannot write {name}")).remedy("name a new file with --file")
    })?;
    written(writeln!(out, "{} is written: it sets nothing until you uncomment a line", one_line(&name.to_string())))
}

/// A line for each setting, gate and ignore, with who says so.
fn explained(config: &Config, asked: &ExplainConfig) -> String {
    let mut text = String::new();
    let mut line = |what: &str, origin: &str| {
        let _ = writeln!(text, "{}  # {}", one_line(what), one_line(origin));
    };
    let files = if config.files.is_empty() { "none".to_owned() } else { config.files.join(", ") };
    line("files, those that matter least first:", &files);
    for (name, env, default) in defaults() {
        let set = variable(&env).filter(|value| !value.is_empty());
        if let Some(value) = set {
            line(&format!("{name}: {value}"), &env);
        } else if let Some(chosen) = config.settings.get(&name) {
            line(&format!("{name}: {}", chosen.values.join(", ")), &chosen.origin);
        } else if !asked.set && !default.is_empty() {
            line(&format!("{name}: {}", default.join(", ")), "default");
        }
    }
    for (name, (switch, place)) in &config.gates {
        let words = switch.gate.as_ref().map_or("off", |gate| &*gate.words);
        line(&format!("gate {name}: {words}"), place);
    }
    for ignore in &config.ignores {
        let reason = ignore.reason.as_deref().unwrap_or_default();
        line(&format!("ignore {}: {reason}", ignore.name()), &ignore.place());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::known;

    /// The template without the `# ` of its settings. What is said about them begins with `##`.
    fn uncommented() -> String {
        let lines = TEMPLATE.lines().map(|line| match line.strip_prefix("# ") {
            Some(setting) => setting,
            None => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_template_is_all_comments_and_valid_without() {
        let known = known();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let file = policy::file::read("plimsoll.yaml", TEMPLATE, &known).unwrap();
        assert!(file.always.settings.is_empty() && file.always.gates.is_empty() && file.always.ignores.is_empty());
        let file = policy::file::read("plimsoll.yaml", &uncommented(), &known).unwrap();
        assert!(file.always.settings.len() > 5);
        assert!(file.always.gates.len() > 5 && file.always.ignores.len() > 2 && file.overrides.len() == 1);
    }
}
