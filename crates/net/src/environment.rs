//! What the process was started with, as far as the ways to other servers depend on it. It comes in as a value: nothing
//! below reads a variable or a fixed path of the machine by itself.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Variables, and where the machine's own configuration lies.
#[derive(Clone)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    root: PathBuf,
}

impl Environment {
    /// An environment of these variables, on a machine whose file system starts at `root`.
    pub fn new<K: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (K, V)>,
        root: impl Into<PathBuf>,
    ) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, root: root.into() }
    }

    /// The environment of this process. Variables that are not UTF-8 are left out.
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let mut this = Self::new(std::env::vars_os().filter_map(text), "/");
        if this.get("XDG_RUNTIME_DIR").is_none()
            && let Some(folder) = runtime_folder()
        {
            this.variables.insert("XDG_RUNTIME_DIR".into(), folder);
        }
        this
    }

    /// A variable. An empty one counts as unset, as it does for Docker.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All variables, for a program that is started.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A file or folder of the machine, given from the root of its file system.
    pub fn system(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// The user's own folder.
    pub fn home(&self) -> Option<&Path> {
        self.get("HOME").or_else(|| self.get("USERPROFILE")).map(Path::new)
    }

    /// `$XDG_CONFIG_HOME`, or `~/.config` (XDG Base Directory Specification).
    pub fn config_home(&self) -> Option<PathBuf> {
        self.get("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(self.home()?.join(".config")))
    }

    /// `$XDG_RUNTIME_DIR`, where rootless daemons put their sockets.
    pub fn runtime_folder(&self) -> Option<&Path> {
        self.get("XDG_RUNTIME_DIR").map(Path::new)
    }
}

impl fmt::Debug for Environment {
    /// Values may be secrets; names are not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("variables", &self.variables.keys()).field("root", &self.root).finish()
    }
}

/// Where a session without `XDG_RUNTIME_DIR` (a cron job, `sudo -u`) has its runtime folder all the same.
#[cfg(unix)]
fn runtime_folder() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let user = std::fs::metadata("/proc/self").ok()?.uid();
    let folder = format!("/run/user/{user}");
    Path::new(&folder).is_dir().then_some(folder)
}

#[cfg(not(unix))]
fn runtime_folder() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_variables_count_as_unset_and_values_stay_hidden() {
        let environment = Environment::new([("HOME", "/home/a"), ("XDG_CONFIG_HOME", ""), ("TOKEN", "hidden")], "/");
        assert_eq!(environment.config_home().unwrap(), Path::new("/home/a/.config"));
        let shown = format!("{environment:?}");
        assert!(shown.contains("TOKEN") && !shown.contains("hidden"), "{shown}");
    }
}
