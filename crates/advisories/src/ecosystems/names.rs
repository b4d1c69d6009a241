//! When two spellings are one name: each ecosystem's own rule, and which form of a name advisories and packages are
//! compared in.

use std::borrow::Cow;

/// How an ecosystem treats spellings of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Every difference makes another name, or the registry takes one spelling only:
    ///
    /// - distributions, crates.io (Cargo.lock has a crate's name as it was published), RubyGems, CRAN, Bioconductor,
    ///   Hackage, Julia and opam tell capital letters apart;
    /// - npm has old packages whose names have capital letters, beside others of the same name without;
    /// - Maven's coordinates are taken to the letter;
    /// - Hex, Pub, Conan and Bitnami have no capital letters.
    Exact,
    /// Case does not matter: NuGet ("package IDs are case-insensitive", its documentation) and Packagist, which
    /// publishes all names in small letters (composer.json schema, "name").
    CaseInsensitive,
    /// Python: PEP 503, "Normalized Names".
    Pep503,
    /// `owner/repository` of GitHub, where case does not matter; the path of an action inside of it is left out, since
    /// the OSV schema names actions without.
    Repository,
    /// A Go module's path. It is taken to the letter, but for repositories on GitHub, which does not tell capital letters
    /// apart: `github.com/Masterminds/goutils` and what package URLs make of it are one.
    Module,
    /// Swift: the address of a repository. Package Manager documentation, `CanonicalPackageLocation`: without scheme,
    /// user, port, `.git` and the last slash, in small letters.
    Location,
    /// `publisher.extension` of Visual Studio Code, which purl-spec writes `publisher/extension`; case does not matter.
    Extension,
}

impl Spelling {
    /// The form that all spellings of one name have in common.
    pub(super) fn normal(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::CaseInsensitive => small(name),
            Self::Pep503 => pep503(name),
            Self::Repository => small(match name.match_indices('/').nth(1) {
                Some((end, _)) => &name[..end],
                None => name,
            }),
            Self::Module if name.starts_with("github.com/") => small(name),
            Self::Exact | Self::Module => Cow::Borrowed(name),
            Self::Location => location(name),
            Self::Extension if name.contains('/') => small(name),
            Self::Extension => match name.split_once('.') {
                Some((publisher, extension)) => Cow::Owned(format!("{publisher}/{extension}").to_ascii_lowercase()),
                None => small(name),
            },
        }
    }
}

fn small(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Lower case, and one dash for any run of dashes, dots and underscores.
fn pep503(name: &str) -> Cow<'_, str> {
    let normal = |name: &str| {
        !name.bytes().any(|byte| byte.is_ascii_uppercase() || matches!(byte, b'.' | b'_')) && !name.contains("--")
    };
    if normal(name) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' => {
                if !out.ends_with('-') {
                    out.push('-');
                }
            }
            other => out.push(other.to_ascii_lowercase()),
        }
    }
    Cow::Owned(out)
}

/// `host/path` of a URL or of what ssh takes, `user@host:path`.
fn location(name: &str) -> Cow<'_, str> {
    let (has_scheme, rest) = match name.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, name),
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, first) = host.split_once(':').unwrap_or((host, ""));
    let first = if has_scheme { "" } else { first };
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let parts: Vec<&str> = [host, first, path].into_iter().filter(|part| !part.is_empty()).collect();
    let normal = parts.join("/").to_ascii_lowercase();
    if normal == name { Cow::Borrowed(name) } else { Cow::Owned(normal) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spelling: Spelling, names: &[&str], normal: &str) {
        for name in names {
            assert_eq!(spelling.normal(name), normal, "{name}");
        }
        assert_eq!(spelling.normal(normal), normal);
    }

    #[test]
    fn spellings_of_one_name() {
        check(Spelling::Exact, &["@Babel/traverse"], "@Babel/traverse");
        check(Spelling::CaseInsensitive, &["Newtonsoft.Json", "newtonsoft.json"], "newtonsoft.json");
        check(Spelling::CaseInsensitive, &["Symfony/HTTP-Kernel"], "symfony/http-kernel");
        check(Spelling::Extension, &["ms-python.Python", "MS-Python/python"], "ms-python/python");
        check(Spelling::Extension, &["golang.go.nightly"], "golang/go.nightly");
        check(Spelling::Module, &["github.com/Masterminds/goutils"], "github.com/masterminds/goutils");
        check(Spelling::Module, &["example.com/Case"], "example.com/Case");
    }

    // PEP 503's own example of names that are equal.
    #[test]
    fn python_does_not_tell_separators_apart() {
        let names = ["Friendly-Bard", "FRIENDLY-BARD", "friendly.bard", "friendly_bard", "friendly--bard"];
        check(Spelling::Pep503, &names, "friendly-bard");
        check(Spelling::Pep503, &["FrIeNdLy-._.-bArD"], "friendly-bard");
    }

    #[test]
    fn an_action_is_named_by_its_repository() {
        check(Spelling::Repository, &["GitHub/codeql-action/analyze", "github/CodeQL-Action"], "github/codeql-action");
        check(Spelling::Repository, &["tj-actions/changed-files"], "tj-actions/changed-files");
    }

    #[test]
    fn a_swift_package_is_named_by_where_it_is() {
        let names = [
            "https://github.com/apple/swift-nio.git",
            "https://github.com/Apple/swift-nio/",
            "http://user:secret@github.com:443/apple/swift-nio",
            "ssh://git@github.com/apple/swift-nio.git",
            "git@github.com:apple/swift-nio.git",
            "github.com/apple/swift-nio",
        ];
        check(Spelling::Location, &names, "github.com/apple/swift-nio");
    }
}
