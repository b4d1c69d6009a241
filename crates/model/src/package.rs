//! A package: something with a name and a version that somebody publishes and somebody else finds faults in.

use serde::{Deserialize, Serialize};

/// A component found in an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Package {
    /// Which package manager's.
    pub kind: PackageKind,
    /// The name as advisories write it: `openssl`, `@angular/core`, `org.apache.logging.log4j:log4j-core`,
    /// `github.com/gorilla/mux`; for Portage with its category, `dev-libs/openssl`.
    pub name: String,
    /// The whole version as the package manager writes it, with its epoch where that is not zero:
    /// `2:8.2.2434-3+deb11u1`, `1:3.0.7-16.el9`.
    pub version: String,
    /// The architecture as the package manager names it.
    pub arch: Option<String>,
    /// What it was built from, where the package manager says so: the name that distributions' advisories use.
    pub source: Option<SourcePackage>,
    /// RPM's modularity label, `name:stream:version:context`.
    pub module: Option<String>,
    /// Who publishes or maintains it, as the package says.
    pub vendor: Option<String>,
    /// Licences as declared, one entry per statement, unparsed.
    pub licenses: Vec<String>,
    /// Whether it is there, or only asked for.
    pub presence: Presence,
}

impl Package {
    /// A package with nothing known but its kind, name and version, installed.
    pub fn new(kind: PackageKind, name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            version: version.into(),
            arch: None,
            source: None,
            module: None,
            vendor: None,
            licenses: Vec::new(),
            presence: Presence::Installed,
        }
    }

    /// What makes two sightings the same package: a rebuilt database that lists it again did not introduce it again.
    pub fn same_as(&self, other: &Self) -> bool {
        (self.kind, &self.name, &self.version, &self.arch) == (other.kind, &other.name, &other.version, &other.arch)
    }
}

/// The source package that a binary package was built from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourcePackage {
    /// Its name.
    pub name: String,
    /// Its whole version, in the form of [`Package::version`].
    pub version: String,
}

/// Whether a package is there or asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Its files are in the image.
    Installed,
    /// A lockfile or manifest names it; its files may be elsewhere or nowhere.
    Declared,
    /// As `Declared`, for development or tests only.
    DeclaredForDevelopment,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $purl:literal, $ecosystem:expr;)+) => {
        /// The package managers whose packages are told apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum PackageKind { $($(#[doc = $doc])+ $kind,)+ }

        impl PackageKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The type in a package URL (purl-spec, "Known purl types").
            pub fn purl_type(self) -> &'static str {
                match self { $(Self::$kind => $purl),+ }
            }

            /// The name that the OSV schema gives the ecosystem; none for distributions, where the release decides.
            pub fn ecosystem(self) -> Option<&'static str> {
                match self { $(Self::$kind => $ecosystem),+ }
            }
        }
    };
}

kinds! {
    /// Debian and its derivatives.
    Deb = "deb", None;
    /// Alpine, Wolfi and their like.
    Apk = "apk", None;
    /// Red Hat, SUSE and their like.
    Rpm = "rpm", None;
    /// Arch Linux (pacman).
    Alpm = "alpm", None;
    /// Gentoo.
    Portage = "portage", None;
    /// Rust.
    Cargo = "cargo", Some("crates.io");
    /// Go modules, and the standard library as `stdlib`.
    Golang = "golang", Some("Go");
    /// Java and its relatives.
    Maven = "maven", Some("Maven");
    /// JavaScript.
    Npm = "npm", Some("npm");
    /// Python.
    Pypi = "pypi", Some("PyPI");
    /// PHP; a name has its vendor, `symfony/http-kernel`.
    Composer = "composer", Some("Packagist");
    /// Ruby.
    Gem = "gem", Some("RubyGems");
    /// .NET.
    Nuget = "nuget", Some("NuGet");
    /// Erlang and Elixir.
    Hex = "hex", Some("Hex");
    /// Dart and Flutter.
    Pub = "pub", Some("Pub");
    /// Swift; a package is named by where its repository is, `github.com/apple/swift-nio`.
    Swift = "swift", Some("SwiftURL");
    /// R's main archive.
    Cran = "cran", Some("CRAN");
    /// R's archive for biology. Not in purl-spec; the type is the one that tools use.
    Bioconductor = "bioconductor", Some("Bioconductor");
    /// Haskell.
    Hackage = "hackage", Some("Hackage");
    /// C and C++.
    Conan = "conan", Some("ConanCenter");
    /// Steps of workflows, `actions/checkout`, perhaps with a path inside of the repository behind that.
    GithubActions = "githubactions", Some("GitHub Actions");
    /// Bitnami's builds of applications.
    Bitnami = "bitnami", Some("Bitnami");
    /// Julia.
    Julia = "julia", Some("Julia");
    /// OCaml.
    Opam = "opam", Some("opam");
    /// Objective-C and Swift. Nobody publishes advisories about it.
    Cocoapods = "cocoapods", None;
    /// Extensions of Visual Studio Code, `publisher.extension`.
    VscodeExtension = "vscode-extension", Some("VSCode");
    /// Software that came with no package manager.
    Generic = "generic", None;
}

impl PackageKind {
    /// Whether a distribution's package manager keeps it, so that the distribution's advisories judge it.
    pub fn is_os(self) -> bool {
        matches!(self, Self::Deb | Self::Apk | Self::Rpm | Self::Alpm | Self::Portage)
    }
}
