//! Facts: what the bytes of a layer say, before anybody judges it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Distro, ImagePath, Package, PackageKind};

/// A layer's position in its image, counted from the bottom and from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LayerIndex(pub u32);

/// The name of an analyzer or a stage, such as `dpkg`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AnalyzerId(pub Cow<'static, str>);

impl AnalyzerId {
    /// The id of an analyzer known at compile time.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
}

/// Where something was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The layer that introduced it. Unknown while facts belong to a layer alone, since images share layers.
    pub layer: Option<LayerIndex>,
    /// The file.
    pub path: ImagePath,
}

/// One thing that the bytes of one file say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fact {
    /// What they say.
    pub what: What,
    /// Where.
    pub place: Place,
    /// Which analyzer read them.
    pub by: AnalyzerId,
}

/// Everything that bytes can say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum What {
    /// This is the distribution.
    Distro(Distro),
    /// A package is there.
    Package(Package),
    /// An installed package brought these files.
    Owns(Ownership),
}

/// The files that a package manager says a package brought.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ownership {
    /// The package manager's kind of packages.
    pub kind: PackageKind,
    /// The package's name, as in [`Package::name`].
    pub package: String,
    /// Regular files and links, without directories.
    pub files: Vec<ImagePath>,
}
