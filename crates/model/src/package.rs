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
    /// Who asks for it, where the file tells.
    pub relation: Relation,
    /// What it needs, among packages of its kind: as the file resolves it, sorted. What is not there is passed over.
    pub requires: Vec<Requirement>,
    /// How sure it is that this is what lies there.
    pub confidence: Confidence,
    /// Its names in the Common Platform Enumeration 2.3, where whoever made it gave them or a table knows them.
    pub cpes: Vec<String>,
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
            relation: Relation::Unknown,
            requires: Vec::new(),
            confidence: Confidence::High,
            cpes: Vec::new(),
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
    /// A lockfile or manifest names it, or it lies there packed as it was downloaded: its files may be elsewhere or
    /// nowhere, and nobody says that they were installed.
    Declared,
    /// As `Declared`, but a platform or a feature that is off may do without it.
    DeclaredOptional,
    /// As `Declared`, for development or tests only.
    DeclaredForDevelopment,
}

/// Who asks for a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The project, or whoever made the image, by its name.
    Direct,
    /// Only other packages.
    Transitive,
    /// The file does not tell.
    #[default]
    Unknown,
}

/// One package that another needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Requirement {
    /// Its name, as in [`Package::name`].
    pub name: String,
    /// Its version, as in [`Package::version`], where the file resolves it; else any that is there.
    pub version: Option<String>,
}

/// How sure it is that a package is what we call it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A package manager's own record says so.
    #[default]
    High,
    /// What lies there says so by itself: a text inside of a program, a header of an extension.
    Medium,
    /// It is inferred, from a file's name or from traces of a compiler.
    Low,
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

            /// The kind of packages that a type of package URLs is for.
            pub fn of_purl_type(kind: &str) -> Option<Self> {
                Self::ALL.iter().find(|known| known.purl_type() == kind).copied()
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
    /// Perl's archive; a name is that of the distribution, `Moose`. Advisories are kept elsewhere than in OSV.
    Cpan = "cpan", None;
    /// Lua.
    Luarocks = "luarocks", None;
    /// PHP's extensions and its archive before Composer.
    Pear = "pear", None;
    /// JavaScript's registry for TypeScript, `@scope/name`. Not in purl-spec; the type is the one that tools use.
    Jsr = "jsr", None;
    /// C and C++, Microsoft's ports. Not in purl-spec; the type is the one that tools use.
    Vcpkg = "vcpkg", None;
    /// Packages of any language, built by Conda's channels.
    Conda = "conda", None;
    /// The Nix store. Not in purl-spec; the type is the one that tools use.
    Nix = "nix", None;
    /// Guix. Not in purl-spec but for its list of proposals.
    Guix = "guix", None;
    /// Homebrew. Not in purl-spec; the type is the one that tools use.
    Brew = "brew", None;
    /// MacPorts. Not in purl-spec; the type is the one that tools use.
    Macports = "macports", None;
    /// Snaps. Not in purl-spec; the type is the one that tools use.
    Snap = "snap", None;
    /// Flatpaks. Not in purl-spec; the type is the one that tools use.
    Flatpak = "flatpak", None;
    /// OpenWrt and other small systems. Not in purl-spec; the type is the one that tools use.
    Opkg = "opkg", None;
    /// Void Linux (XBPS). Not in purl-spec, and nobody else lists them.
    Xbps = "xbps", None;
    /// Slackware. Not in purl-spec, and nobody else lists them.
    Slackware = "slackware", None;
    /// Solus. Not in purl-spec, and nobody else lists them.
    Eopkg = "eopkg", None;
    /// FreeBSD's ports. Not in purl-spec, and nobody else lists them.
    Freebsd = "freebsd", None;
    /// Programs built by Spack. Not in purl-spec; the type is the one that tools use.
    Spack = "spack", None;
    /// Modules of Bazel.
    Bazel = "bazel", None;
    /// Nim. Not in purl-spec; the type is the one that tools use.
    Nim = "nim", None;
    /// Chocolatey, which installs programs on Windows. Not in purl-spec but for its list of proposals.
    Chocolatey = "chocolatey", None;
    /// Bottlerocket's own packages. Not in purl-spec; the type is the one that tools use.
    Bottlerocket = "bottlerocket", None;
    /// Container-Optimized OS's own packages. Not in purl-spec; the type is the one that tools use.
    Cos = "cos", None;
    /// Plugins of WordPress. Not in purl-spec; the type is the one that tools use.
    WordpressPlugin = "wordpress-plugin", None;
    /// Themes of WordPress. Not in purl-spec; the type is the one that tools use.
    WordpressTheme = "wordpress-theme", None;
    /// Providers and modules of Terraform, by their address, `registry/namespace/name`.
    /// Not in purl-spec; the type is the one that tools use.
    Terraform = "terraform", None;
    /// Helm charts. Not in purl-spec; the type is the one that tools use.
    Helm = "helm", None;
    /// Models of Hugging Face, `owner/name`.
    HuggingFace = "huggingface", None;
    /// Packs of SWI-Prolog. Not in purl-spec; the type is the one that tools use.
    SwiplPack = "swiplpack", None;
    /// Extensions of Chrome and its relatives, by their id.
    ChromeExtension = "chrome-extension", None;
    /// Repositories of GitHub that are used as they are, `owner/name`.
    Github = "github", None;
    /// Images of containers by their repository.
    Oci = "oci", None;
    /// Software that came with no package manager.
    Generic = "generic", None;
}

impl PackageKind {
    /// Whether a distribution's package manager keeps it, so that the distribution's advisories judge it.
    pub fn is_os(self) -> bool {
        matches!(self, Self::Deb | Self::Apk | Self::Rpm | Self::Alpm | Self::Portage)
    }
}
