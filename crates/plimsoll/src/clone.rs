//! Repositories by their address, cloned by the program git: it knows how each host wants to be asked.
//!
//! What is cloned is hostile. git is started with an environment of our own: nobody is asked for a password, no configuration of
//! the user's or of the machine is read, no hook is put into the clone, and only protocols that carry objects and run nothing are
//! allowed.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, process};

use report::one_line;

use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;

/// What of a repository is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every reference, and no files.
    History,
    /// The files as well.
    Files,
}

/// Where a repository is, and who asks for it.
#[derive(Clone, Copy)]
pub struct Address<'a> {
    /// As git takes it.
    pub address: &'a str,
    /// A header that says so, for that host and no other.
    pub authorization: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// What everybody may have, or ssh is let in to.
    pub fn anybody(address: &'a str) -> Self {
        Self { address, authorization: None }
    }
}

/// A clone, which is removed when it is no longer needed.
pub struct Cloned {
    folder: PathBuf,
    address: String,
}

/// How much of what git says is told.
const TOLD: usize = 400;

/// What git may read of our environment: how to reach the other side, and who asks.
const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "all_proxy",
    "no_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
    "SYSTEMROOT",
    "TMPDIR",
];

/// The text as the address of a repository, if it is one: `https://…`, `git@host:path`.
pub fn address(text: &str) -> Option<String> {
    const SCHEMES: &[&str] = &["https://", "http://", "ssh://", "file://"];
    if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
        return Some(text.to_owned());
    }
    // As ssh writes it. What begins with a hyphen would be an option.
    let (user, rest) = text.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    let plain = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    (plain(user) && plain(host) && !path.is_empty() && !is_digest(path)).then(|| text.to_owned())
}

/// `name@sha256:…` is an image.
fn is_digest(path: &str) -> bool {
    path.len() >= 32 && path.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Cloned {
    /// Clones a repository into a new folder below `within`.
    pub fn make(from: Address<'_>, wanted: Wanted, within: Option<&Path>, offline: bool) -> Result<Self, Failure> {
        let address = from.address;
        if offline && !address.starts_with("file://") {
            return Err(
                Failure::usage("--offline forbids to clone a repository").remedy("clone it first, and name the folder")
            );
        }
        let within = within.map_or_else(env::temp_dir, Path::to_owned).join("clones");
        let folder = within.join(format!("{}-{:016x}", process::id(), unlike_others()));
        let failed = |error: std::io::Error| {
            Failure::new(Exit::ScanFailed, error).when(format!("cannot make the folder {}", folder.display()))
        };
        fs::create_dir_all(&within).map_err(failed)?;
        fs::create_dir(&folder).map_err(failed)?;
        // From here on it is removed, whatever happens.
        let clone = Self { folder, address: shown(address) };
        clone.fetch(from, wanted)?;
        Ok(clone)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address, without passwords.
    pub fn address(&self) -> &str {
        &self.address
    }

    fn fetch(&self, from: Address<'_>, wanted: Wanted) -> Result<(), Failure> {
        let address = from.address;
        let mut git = Command::new("git");
        let passed = PASSED.iter().filter_map(|name| Some((*name, env::var_os(name)?)));
        git.env_clear().envs(passed);
        let settings: [(&str, OsString); 6] = [
            ("GIT_TERMINAL_PROMPT", "0".into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_CONFIG_GLOBAL", null()),
            ("GIT_ALLOW_PROTOCOL", "https:http:ssh:file".into()),
            // Not even a question whether a host is known.
            ("GIT_SSH_COMMAND", "ssh -o BatchMode=yes".into()),
            ("GIT_LFS_SKIP_SMUDGE", "1".into()),
        ];
        if let Some((header, host)) = from.authorization.zip(host(address)) {
            // Arguments are shown to everybody on the machine, an environment is not.
            git.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", format!("http.{host}/.extraHeader"));
            git.env("GIT_CONFIG_VALUE_0", header);
        }
        git.envs(settings).args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.symlinks=false",
            "-c",
            "credential.helper=",
        ]);
        git.args(["clone", "--quiet", "--template=", "--no-local", "--no-recurse-submodules"]);
        match wanted {
            Wanted::History => git.arg("--mirror"),
            Wanted::Files => git.arg("--no-single-branch"),
        };
        git.arg("--").arg(address).arg(&self.folder);
        git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let failed = |why: String| {
            Failure::new(Exit::ScanFailed, anyhow::Error::msg(why))
                .when(format!("cannot clone {}", self.address))
                .remedy("clone it yourself, and name the folder")
        };
        let done = git.output().map_err(|error| match error.kind() {
            ErrorKind::NotFound => failed("the program git is not installed".to_owned()),
            _ => failed(format!("git cannot be started: {error}")),
        })?;
        if done.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&done.stderr).replace(address, &self.address);
        Err(failed(one_line(said.chars().take(TOLD).collect::<String>().trim()).into_owned()))
    }
}

impl Drop for Cloned {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "the clone is left over");
        }
    }
}

/// The beginning of an address, up to its path, of a host to which a credential may be sent: over https, or to this machine.
fn host(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split('/').next().unwrap_or_default();
    let is_fit = scheme == "https" || scheme == "http" && net::is_loopback(host.split(':').next().unwrap_or_default());
    is_fit.then(|| &address[..scheme.len() + 3 + host.len()])
}

/// The address without what stands before the host, which may be a password.
fn shown(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split_once('/').map_or(rest, |(host, _)| host);
            let user = host.rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", &rest[user..])
        }
        None => address.to_owned(),
    }
}

fn null() -> OsString {
    if cfg!(windows) { "NUL".into() } else { "/dev/null".into() }
}

/// A number that no other clone of this process has, nor one of an earlier process that had the same number.
fn unlike_others() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(variable("PWD"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_images() {
        for text in
            ["https://example.com/a.git", "ssh://git@example.com/a", "git@example.com:team/a.git", "file:///srv/a.git"]
        {
            assert_eq!(address(text).as_deref(), Some(text));
        }
        let digest = format!("team/app@sha256:{}", "0".repeat(64));
        for text in [
            "alpine:3.20",
            "registry:localhost:5000/a",
            "ext::sh -c x",
            "--upload-pack=x",
            "-u@h:p",
            &digest,
            "u@-h:p",
            "git://example.com/a",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(shown("https://user:word@example.com/a@b.git"), "https://example.com/a@b.git");
        assert_eq!(shown("https://example.com/a@b.git"), "https://example.com/a@b.git");
        assert_eq!(shown("git@example.com:a.git"), "git@example.com:a.git");
    }
}
