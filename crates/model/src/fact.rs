//! Facts: what the bytes of a layer say, before anybody judges it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Configuration, Digest, Distro, ImagePath, Package, PackageKind, Secret};

/// A layer's position in its image, counted from the bottom and from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LayerIndex(pub u32);

/// The name of an analyzer or a stage, such as `dpkg`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AnalyzerId(pub Cow<'static, str>);

impl AnalyzerId {
    /// The stage that judges packages by advisories. What it could not do is no property of an image.
    pub const ADVISORIES: Self = Self::new("advisories");

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

impl Fact {
    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        let strings = match &self.what {
            What::Distro(distro) => {
                distro.name.len() + distro.cpe.len() + distro.like.iter().map(String::len).sum::<usize>()
            }
            What::Package(package) => {
                let source = package.source.as_ref().map_or(0, |source| source.name.len() + source.version.len());
                let optional = [&package.arch, &package.module, &package.vendor].into_iter().flatten();
                let lists = optional.chain(&package.licenses).chain(&package.cpes);
                let lists = lists.map(|text| text.len() + size_of::<String>());
                let requires = package.requires.iter().map(|required| {
                    size_of_val(required) + required.name.len() + required.version.as_ref().map_or(0, String::len)
                });
                let lists = lists.chain(requires).sum::<usize>();
                package.name.len() + package.version.len() + source + lists
            }
            What::Owns(ownership) => {
                let files = ownership.files.iter().map(|file| file.as_bytes().len() + size_of::<ImagePath>());
                ownership.package.len() + files.sum::<usize>()
            }
            What::Executable(executable) => executable.build_id.as_ref().map_or(0, String::len),
            What::Secret(secret) => {
                secret.kind.len() + secret.redacted.len() + secret.fingerprint.len() + 64 * secret.notes.len()
            }
            What::Licenses(licenses) => licenses.iter().map(|text| text.len() + size_of::<String>()).sum(),
            What::LicenseText(text) => text.license.len(),
            What::Configuration(file) => file.language.len() + file.content.len(),
        };
        size_of::<Self>() + self.place.path.as_bytes().len() + strings
    }
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
    /// Whatever this file was brought with has these licences, each as in [`Package::licenses`].
    Licenses(Vec<String>),
    /// The file is a program.
    Executable(Executable),
    /// The file holds a secret.
    Secret(Secret),
    /// The file has the text of a licence in it, or says at its head which one it is under.
    LicenseText(LicenseText),
    /// The file is configuration.
    Configuration(Configuration),
}

/// A program, as a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Executable {
    /// Whose loader starts it.
    pub format: ExecutableFormat,
    /// The digest of its bytes, where they were all read.
    pub sha256: Option<Digest>,
    /// What its linker called the build, in hexadecimal digits.
    pub build_id: Option<String>,
}

/// Formats of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ExecutableFormat {
    /// Linux and its relatives.
    Elf,
    /// Windows.
    Pe,
    /// Apple's systems.
    MachO,
}

impl ExecutableFormat {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Elf, Self::Pe, Self::MachO];

    /// The stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Elf => "elf",
            Self::Pe => "pe",
            Self::MachO => "mach-o",
        }
    }
}

/// A licence that a file was recognized by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LicenseText {
    /// The licence, as an SPDX expression.
    pub license: String,
    /// How much of the text agrees with that of the licence, in percent.
    pub confidence: u8,
    /// Where it stands.
    pub form: LicenseForm,
}

/// In which form a file speaks of its licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LicenseForm {
    /// The licence's text.
    Text,
    /// The comment at the head of a source file.
    Header,
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
