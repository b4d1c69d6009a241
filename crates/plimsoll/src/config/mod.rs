//! The settings that files keep: which files there are, what of them counts, and where it is written.
//!
//! Flags come before variables, and variables before files: that of the project, of the user, of the system. A file that
//! was found and not named may belong to whoever wrote the project that is looked at. It may not say where things are written,
//! whose data is trusted, and what a scan may cost; see [`GUARDED`].

mod flags;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use policy::file::{self, Section, Switch};
use policy::ignores::{Ignore, MOST_BYTES};

use crate::args::{Policy, Rules};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::Variables;

pub use flags::{defaults, known, parse};

/// What the file is called.
const NAME: &str = "plimsoll.yaml";
/// The system's file.
const SYSTEM: &str = "/etc/plimsoll/plimsoll.yaml";
/// Folders above the working directory that are looked into.
const HIGHEST: usize = 64;

/// Settings that only a file may have which the user named, or which is his own or the system's.
const GUARDED: [&str; 7] = ["output", "cache-dir", "db-dir", "db-source", "db-key", "vex-trust", "offline"];

/// Where files are looked for.
pub struct Places<'a> {
    /// The file that the user named.
    pub named: Option<&'a Path>,
    /// Whether others count as well.
    pub look_around: bool,
    /// The working directory.
    pub here: PathBuf,
    /// The environment.
    pub variables: Variables<'a>,
}

/// A setting that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The values that a flag would have.
    pub values: Vec<String>,
    /// Where it is written: `plimsoll.yaml, line 3`.
    pub origin: String,
    /// What its paths are relative to.
    pub folder: PathBuf,
}

/// What all files say together.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The files, those that matter least first.
    pub files: Vec<String>,
    /// Settings by the names of their flags.
    pub settings: BTreeMap<String, Chosen>,
    /// Gates by their names, each with its place.
    pub gates: BTreeMap<String, (Switch, String)>,
    /// All ignores.
    pub ignores: Vec<Ignore>,
}

impl Config {
    /// Reads the files, for a target: an image, a folder, a file.
    pub fn read(places: &Places<'_>, target: Option<&str>) -> Result<Self, Failure> {
        let mut config = Self::default();
        for (path, is_guarded) in places.files() {
            config.add(&path, places, is_guarded, target)?;
        }
        Ok(config)
    }

    fn add(&mut self, path: &Path, places: &Places<'_>, is_guarded: bool, target: Option<&str>) -> Result<(), Failure> {
        let name = path.strip_prefix(&places.here).unwrap_or(path).display().to_string();
        let text = read(path)
            .map_err(|error| Failure::new(Exit::Usage, error).when(format!("cannot read the settings in {name}")))?;
        let known = known();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let wrong = |why: String| {
            Failure::usage(format!("{name}, {why}"))
                .remedy("docs/policy.md and plimsoll config-file init say what can be set")
        };
        let file = file::read(&name, &text, &known).map_err(wrong)?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let fits = |special: &&file::Override| {
            target.is_some_and(|target| special.images.iter().any(|glob| glob.matches(target)))
        };
        // What does not count today is checked as well.
        for section in [&file.always].into_iter().chain(file.overrides.iter().map(|it| &it.section)) {
            check(section, is_guarded).map_err(wrong)?;
        }
        for section in [&file.always].into_iter().chain(file.overrides.iter().filter(fits).map(|it| &it.section)) {
            for setting in &section.settings {
                let origin = format!("{name}, line {}", setting.line);
                let chosen = Chosen { values: setting.values.clone(), origin, folder: folder.clone() };
                self.settings.insert(setting.key.clone(), chosen);
            }
            for switch in &section.gates {
                let place = format!("{name}, line {}", switch.line);
                self.gates.insert(switch.name.clone(), (switch.clone(), place));
            }
            self.ignores.extend(section.ignores.iter().cloned());
        }
        self.files.push(name);
        Ok(())
    }

    /// What is no flag.
    pub fn rules(&self) -> Rules {
        let gates = self.gates.values().filter_map(|(switch, _)| switch.gate.clone()).collect();
        Rules { gates, ignores: self.ignores.clone() }
    }
}

/// Whether flags would take the values, and whether the file may set them.
fn check(section: &Section, is_guarded: bool) -> Result<(), String> {
    for setting in &section.settings {
        let wrong = |why: String| Err(format!("line {}: {why}", setting.line));
        let key = &*setting.key;
        let is_safe = key == "offline" && setting.values == ["true"];
        if is_guarded && !is_safe && (GUARDED.contains(&key) || key.starts_with("max-")) {
            return wrong(format!(
                "a file that nobody named may not set {key:?}: it may be a stranger's. Name it with --config, or write it into \
                 your own file"
            ));
        }
        if let Err(why) = flags::check(key, &setting.values) {
            return wrong(why);
        }
    }
    Ok(())
}

impl<'a> Places<'a> {
    /// Where flags and variables say, in this working directory.
    pub fn of(policy: &'a Policy, variables: Variables<'a>) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        Self { named: policy.config.as_deref(), look_around: !policy.no_config, here, variables }
    }

    /// The files that there are, those that matter least first, each with whether it may be a stranger's.
    fn files(&self) -> Vec<(PathBuf, bool)> {
        let mut files = Vec::new();
        if self.look_around {
            files.extend([Some(PathBuf::from(SYSTEM)), self.of_user()].into_iter().flatten().map(|path| (path, false)));
        }
        files.retain(|(path, _)| path.is_file());
        match self.named {
            // One that is not there is an error, told when it is read.
            Some(named) => files.push((self.here.join(named), false)),
            None if self.look_around => files.extend(self.of_project().map(|path| (path, true))),
            None => {}
        }
        files
    }

    /// By the XDG Base Directory Specification.
    fn of_user(&self) -> Option<PathBuf> {
        let folder = |name: &str| (self.variables)(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
        let configs = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))?;
        Some(configs.join("plimsoll").join(NAME))
    }

    /// In this folder or the nearest one above, up to the root of the repository.
    fn of_project(&self) -> Option<PathBuf> {
        for folder in self.here.ancestors().take(HIGHEST) {
            let file = folder.join(NAME);
            if file.is_file() {
                return Some(file);
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        None
    }
}

/// A text that is no longer than such files are.
pub fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it has more than {MOST_BYTES} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}
