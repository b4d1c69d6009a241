//! Images by code, and the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use model::Digest;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A layer: the instruction that makes it, and its files. A file whose name begins with `.wh.` removes another.
pub struct Layer(pub &'static str, pub Vec<(&'static str, String)>);

/// An image, whose configuration can be changed before it is written.
pub struct Image {
    pub layers: Vec<Layer>,
    /// `config` of the image's configuration (OCI image-spec).
    pub config: Value,
    /// Annotations of the manifest.
    pub annotations: Value,
}

impl Image {
    pub fn new(layers: Vec<Layer>) -> Self {
        Self { layers, config: json!({"User": "app"}), annotations: json!({}) }
    }

    /// Writes it as an OCI layout into that folder, under that tag.
    pub fn write(&self, folder: &Path, tag: &str) {
        fs::create_dir_all(folder.join("blobs/sha256")).unwrap();
        let put = |content: &[u8]| -> (String, usize) {
            let digest = Digest::sha256(content);
            fs::write(folder.join("blobs/sha256").join(digest.hex()), content).unwrap();
            (digest.to_string(), content.len())
        };
        let mut layers = Vec::new();
        let mut diff_ids = Vec::new();
        for Layer(_, files) in self.layers.iter().filter(|Layer(_, files)| !files.is_empty()) {
            let (digest, size) = put(&tar(files));
            diff_ids.push(digest.clone());
            layers.push(json!({"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": size}));
        }
        // A command ends a base image and makes no layer.
        let steps = self.layers.iter().map(|Layer(instruction, files)| {
            json!({"created": "2026-01-02T03:04:05Z", "created_by": instruction, "empty_layer": files.is_empty()})
        });
        let history: Vec<Value> = steps.collect();
        let config = json!({
            "architecture": "amd64", "os": "linux", "created": "2026-01-02T03:04:05Z", "config": self.config,
            "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": history,
        });
        let (digest, size) = put(config.to_string().as_bytes());
        let manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": size},
            "layers": layers, "annotations": self.annotations,
        });
        let (digest, size) = put(manifest.to_string().as_bytes());
        let entry = json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": size,
            "annotations": {"org.opencontainers.image.ref.name": tag},
        });
        let index = json!({"schemaVersion": 2, "manifests": [entry]});
        fs::write(folder.join("index.json"), index.to_string()).unwrap();
        fs::write(folder.join("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}").unwrap();
    }
}

/// An archive of files (POSIX.1-1988, "ustar").
fn tar(files: &[(&str, String)]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (path, content) in files {
        let mut header = [0_u8; 512];
        let mut field = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
        field(0, path);
        field(100, "0000644\0");
        field(108, "0000000\0");
        field(116, "0000000\0");
        field(124, &format!("{:011o}\0", content.len()));
        field(136, "00000000000\0");
        field(148, "        ");
        field(156, "0");
        field(257, "ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        archive.extend_from_slice(&header);
        archive.extend_from_slice(content.as_bytes());
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// The database of dpkg with these packages: name, version, source package.
pub fn dpkg(packages: &[(&str, &str, &str)]) -> String {
    let stanza = |(name, version, source): &(&str, &str, &str)| {
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nSource: {source}\nVersion: {version}\n\n"
        )
    };
    packages.iter().map(stanza).collect()
}

pub const DPKG: &str = "var/lib/dpkg/status";

/// The files of a Debian of that release.
pub fn debian(release: &str, packages: &[(&str, &str, &str)]) -> Vec<(&'static str, String)> {
    let name = format!("ID=debian\nVERSION_ID=\"{release}\"\nPRETTY_NAME=\"Debian GNU/Linux {release}\"\n");
    vec![("etc/os-release", name), (DPKG, dpkg(packages))]
}

/// A working directory, in which the program runs.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs the program with arguments that are apart by spaces. `ADVISORIES` and `SHOP` are our examples.
    pub fn run(&self, arguments: &str) -> Run {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        let example = |name: &str| examples.join(name).to_str().unwrap().to_owned();
        let argument = |text: &str| match text {
            "ADVISORIES" => example("advisories"),
            "SHOP" => example("shop.oci"),
            _ => text.to_owned(),
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(arguments.split_whitespace().map(argument)).current_dir(self.0.path()).stdin(Stdio::null());
        // 2026-02-01T00:00:00Z, by `date -u -d @1769904000 +%FT%TZ`.
        let output = command.env_clear().env("SOURCE_DATE_EPOCH", "1769904000").output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The same, which has to end well.
    pub fn done(&self, arguments: &str) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments}: {}", run.err);
        run.out
    }

    pub fn json(&self, arguments: &str) -> Value {
        serde_json::from_str(&self.done(arguments)).unwrap()
    }
}

/// What the program said.
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}
