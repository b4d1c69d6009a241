//! The Docker engine, with the corpus loaded.

use super::{Image, Tool, skip, tool};

/// An engine that answers.
pub struct Engine {
    docker: Tool,
}

impl Engine {
    /// The one that `docker` talks to. That there is none is said.
    pub fn find() -> Option<Self> {
        let docker = tool("docker")?;
        let answers = docker.command().arg("info").output().is_ok_and(|output| output.status.success());
        if !answers {
            skip("no Docker engine answers");
        }
        answers.then_some(Self { docker })
    }

    /// Sees to it that the engine has the image as it is in the corpus.
    pub fn load(&self, image: &Image) {
        let expected = archived_id(image);
        if self.id(image).is_none_or(|id| !id.ends_with(&expected)) {
            self.docker.ask(["load".as_ref(), "--quiet".as_ref(), "--input".as_ref(), image.archive.as_os_str()]);
        }
        assert!(self.id(image).is_some_and(|id| id.ends_with(&expected)), "{} is another image now", image.tag());
    }

    /// What the engine says of the image, through one of its templates.
    pub fn inspect(&self, image: &Image, template: &str) -> String {
        self.docker.ask(["image", "inspect", "--format", template, &image.tag()]).trim().to_owned()
    }

    /// What a program in the image writes.
    pub fn inside(&self, image: &Image, program: &str, arguments: &[&str]) -> String {
        let tag = image.tag();
        let run = ["run", "--rm", "--network", "none", "--entrypoint", program, &tag];
        self.docker.ask(run.iter().chain(arguments))
    }

    fn id(&self, image: &Image) -> Option<String> {
        let template = ["image", "inspect", "--format", "{{.Id}}"];
        let output = self.docker.command().args(template).arg(image.tag()).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
    }
}

/// The digest, in hexadecimal, that the archive's own manifest names the configuration by.
fn archived_id(image: &Image) -> String {
    let tar = tool("tar").unwrap();
    let manifest = tar.ask([
        "--extract".as_ref(),
        "--to-stdout".as_ref(),
        "--file".as_ref(),
        image.archive.as_os_str(),
        "manifest.json".as_ref(),
    ]);
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let config = manifest[0]["Config"].as_str().unwrap();
    // `ID.json`, or `blobs/sha256/ID`, depending on Docker's age.
    config.rsplit('/').next().unwrap().trim_end_matches(".json").to_owned()
}
