//! Debian's `docker-registry` on the loopback, its storage in a folder of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;

use tempfile::TempDir;

use super::{Image, Tool, tool};

/// Who may read a guarded registry.
pub const USER: &str = "tester";
/// And how it proves it.
pub const PASSWORD: &str = "moored-at-the-quay";

/// A running registry. It ends with this value.
pub struct Registry {
    /// Host and port.
    pub host: String,
    server: Child,
    skopeo: Tool,
    folder: TempDir,
    guarded: bool,
}

impl Registry {
    /// One that anybody may use.
    pub fn open() -> Option<Self> {
        Self::start(None)
    }

    /// One that wants a name and a password (HTTP Basic).
    pub fn guarded() -> Option<Self> {
        Self::start(Some(&tool("htpasswd")?))
    }

    fn start(htpasswd: Option<&Tool>) -> Option<Self> {
        let (program, skopeo) = (tool("docker-registry")?, tool("skopeo")?);
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let auth = htpasswd.map(|htpasswd| {
            fs::write(at("users"), htpasswd.tell(PASSWORD, ["-niB", USER])).unwrap();
            format!("auth: {{htpasswd: {{realm: test, path: {}}}}}\n", at("users"))
        });
        let config = format!(
            "version: 0.1\nlog: {{level: info}}\nhttp: {{addr: '127.0.0.1:0'}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\n{}",
            at("storage"),
            auth.unwrap_or_default()
        );
        fs::write(at("config.yml"), config).unwrap();
        let mut command = program.command();
        let mut server = command
            .args(["serve", &at("config.yml")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(server.stderr.take().unwrap());
        let mut seen = String::new();
        let host = loop {
            let length = seen.len();
            assert!(log.read_line(&mut seen).unwrap() > 0, "docker-registry ended before it listened: {seen}");
            if let Some((_, rest)) = seen[length..].split_once("listening on ") {
                let end = rest.find(|c: char| !c.is_ascii_digit() && !".:".contains(c)).unwrap();
                break rest[..end].to_owned();
            }
        };
        // A full pipe would stop it.
        thread::spawn(move || log.read_to_end(&mut Vec::new()));
        Some(Self { host, server, skopeo, folder, guarded: htpasswd.is_some() })
    }

    /// The name of an image in it, with whatever tag or digest follows.
    pub fn name(&self, image: &Image, suffix: &str) -> String {
        format!("{}/corpus/{}{suffix}", self.host, image.name)
    }

    /// Stores what skopeo finds at `from` as `name`.
    pub fn push(&self, from: &str, name: &str) {
        let mut arguments = vec!["--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false"];
        let login = format!("{USER}:{PASSWORD}");
        if self.guarded {
            arguments.extend(["--dest-creds", &login]);
        }
        let to = format!("docker://{name}");
        self.skopeo.ask(arguments.into_iter().chain([from, &to]));
    }

    /// The digest of a manifest in it, as skopeo sees it.
    pub fn digest(&self, name: &str) -> String {
        let mut arguments = vec!["inspect", "--tls-verify=false", "--no-tags", "--format", "{{.Digest}}"];
        let login = format!("{USER}:{PASSWORD}");
        if self.guarded {
            arguments.extend(["--creds", &login]);
        }
        let name = format!("docker://{name}");
        self.skopeo.ask(arguments.into_iter().chain([&*name])).trim().to_owned()
    }

    /// Has skopeo write a file of credentials for it, as `docker login` would.
    pub fn log_in(&self, file: &str) {
        let login = ["login", "--tls-verify=false", "--authfile", file, "--username", USER, "--password-stdin"];
        self.skopeo.tell(PASSWORD, login.into_iter().chain([&*self.host]));
    }

    /// The file that the registry keeps a blob in.
    pub fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap();
        let blobs = self.folder.path().join("storage/docker/registry/v2/blobs/sha256");
        blobs.join(&hex[..2]).join(hex).join("data")
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
