//! What is not a distribution: registries of languages, and the few bodies of advisories that are about one product or
//! about anything at all (OSV schema 1.7, table of ecosystems).
//!
//! A suffix names another repository (`Maven:https://maven.google.com`), which a package found in an image does not
//! tell; names are not reused between repositories.

use versions::Scheme;

use super::names::Spelling;

/// One body of advisories without releases.
pub(super) struct Language {
    pub family: &'static str,
    /// How its versions compare.
    pub scheme: Scheme,
    pub spelling: Spelling,
}

/// By family. Which packages are of which family is [`model::PackageKind::ecosystem`]'s to say.
pub(super) const LANGUAGES: &[Language] = &[
    language("Android", Scheme::Generic, Spelling::Exact),
    language("Bioconductor", Scheme::Cran, Spelling::Exact),
    // Upstream versions with a revision of the package behind them, which makes them later and not earlier.
    language("Bitnami", Scheme::Generic, Spelling::Exact),
    language("ConanCenter", Scheme::Generic, Spelling::Exact),
    // Software that only has a CPE name, in the words of the National Vulnerability Database: `vendor:product`.
    language("CPE", Scheme::Generic, Spelling::Exact),
    language("CRAN", Scheme::Cran, Spelling::Exact),
    language("crates.io", Scheme::Semver, Spelling::Exact),
    language("GHC", Scheme::Pvp, Spelling::Exact),
    language("GitHub Actions", Scheme::Semver, Spelling::Repository),
    language("Go", Scheme::Go, Spelling::Module),
    language("Hackage", Scheme::Pvp, Spelling::Exact),
    language("Hex", Scheme::Semver, Spelling::Exact),
    language("Julia", Scheme::SemverBuild, Spelling::Exact),
    language("Kubernetes", Scheme::Semver, Spelling::Exact),
    language("Linux", Scheme::Generic, Spelling::Exact),
    language("Maven", Scheme::Maven, Spelling::Exact),
    language("npm", Scheme::Semver, Spelling::Exact),
    language("NuGet", Scheme::NuGet, Spelling::CaseInsensitive),
    language("opam", Scheme::Opam, Spelling::Exact),
    language("OSS-Fuzz", Scheme::Generic, Spelling::Exact),
    language("Packagist", Scheme::Composer, Spelling::CaseInsensitive),
    language("Pub", Scheme::SemverBuild, Spelling::Exact),
    language("PyPI", Scheme::Pep440, Spelling::Pep503),
    language("RubyGems", Scheme::Gem, Spelling::Exact),
    language("SwiftURL", Scheme::Semver, Spelling::Location),
    language("VSCode", Scheme::Semver, Spelling::Extension),
];

const fn language(family: &'static str, scheme: Scheme, spelling: Spelling) -> Language {
    Language { family, scheme, spelling }
}
