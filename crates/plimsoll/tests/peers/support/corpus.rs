//! The images that the tests look at, each as an OCI layout and as a docker-archive.

use std::path::PathBuf;
use std::{env, fs};

use super::skip;

/// One of them.
pub struct Image {
    /// What it is called in the corpus.
    pub name: String,
    /// An OCI layout with gzip layers, whose image is tagged `latest`.
    pub layout: PathBuf,
    /// What `docker save` wrote.
    pub archive: PathBuf,
}

impl Image {
    /// What Docker calls it.
    pub fn tag(&self) -> String {
        format!("corpus/{}:latest", self.name)
    }

    /// The layout as skopeo and umoci name it.
    pub fn in_layout(&self) -> String {
        format!("oci:{}:latest", self.layout.display())
    }
}

/// All images of the corpus, by name. None is said.
pub fn images() -> Vec<Image> {
    let Some(folder) = folder() else { return Vec::new() };
    let mut images: Vec<Image> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let layout = entry.ok()?.path();
            let name = layout.file_name()?.to_str()?.strip_suffix(".oci")?.to_owned();
            let archive = folder.join(format!("{name}.docker.tar"));
            archive.is_file().then_some(Image { name, layout, archive })
        })
        .collect();
    images.sort_by(|a, b| a.name.cmp(&b.name));
    if images.is_empty() {
        skip(&format!("there are no images in {}", folder.display()));
    }
    images
}

/// The image of that name. None is said.
pub fn image(name: &str) -> Option<Image> {
    let folder = folder()?;
    let image = images().into_iter().find(|image| image.name == name);
    if image.is_none() {
        skip(&format!("there is no image {name} in {}", folder.display()));
    }
    image
}

fn folder() -> Option<PathBuf> {
    let folder = env::var_os("PLIMSOLL_CORPUS").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    if folder.is_none() {
        skip("PLIMSOLL_CORPUS names no folder with images");
    }
    folder
}
