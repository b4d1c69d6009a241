//! Packages of programming languages, installed or named by a lockfile: a folder for each language, in it one file per
//! format, each with its `ANALYZER`.
//!
//! A lockfile speaks for its own project. What installed dependencies bring along of their own lockfiles was not heeded
//! when they were installed, so formats leave out the folders where package managers keep what they downloaded.

mod beam;
mod conda;
mod cpp;
mod dart;
mod dotnet;
mod extension;
mod go;
mod haskell;
mod java;
mod javascript;
mod julia;
mod lua;
mod nim;
mod ocaml;
mod perl;
mod php;
mod prolog;
mod python;
mod r;
mod ruby;
mod rust;
mod swift;

use model::{Analyzer, ImagePath};

/// The formats of each language.
pub static ANALYZERS: &[&[Analyzer]] = &[
    beam::ANALYZERS,
    conda::ANALYZERS,
    cpp::ANALYZERS,
    dart::ANALYZERS,
    dotnet::ANALYZERS,
    extension::ANALYZERS,
    go::ANALYZERS,
    haskell::ANALYZERS,
    java::ANALYZERS,
    javascript::ANALYZERS,
    julia::ANALYZERS,
    lua::ANALYZERS,
    nim::ANALYZERS,
    ocaml::ANALYZERS,
    perl::ANALYZERS,
    php::ANALYZERS,
    prolog::ANALYZERS,
    python::ANALYZERS,
    r::ANALYZERS,
    ruby::ANALYZERS,
    rust::ANALYZERS,
    swift::ANALYZERS,
];

/// Whether `folders` (one or more, by whole components) are among the folders above the file.
pub(crate) fn lies_below(path: &ImagePath, folders: &str) -> bool {
    let (parent, folders) = (path.parent(), folders.as_bytes());
    memchr::memmem::find_iter(parent, folders).any(|start| {
        let end = start + folders.len();
        (start == 0 || parent[start - 1] == b'/') && (end == parent.len() || parent[end] == b'/')
    })
}

/// Whether a lockfile or a manifest is that of a project here. What a package manager fetched has its own along, which say
/// how that was made and are heeded by nobody.
pub(crate) fn is_the_projects(path: &ImagePath) -> bool {
    /// Where package managers keep what they fetched.
    const FETCHED: &[&str] = &[
        ".build/checkouts",
        ".build/repositories",
        ".cabal/packages",
        ".cache/deno",
        ".cache/uv",
        ".conan/data",
        ".conan2/p",
        ".gradle/caches",
        ".julia/packages",
        ".m2/repository",
        ".nuget/packages",
        ".opam",
        ".opam-switch",
        ".pub-cache",
        ".terraform/modules",
        "Carthage",
        "NuGetFallbackFolder",
        "Pods",
        "SourcePackages/checkouts",
        "_opam",
        "bower_components",
        "bundler/gems",
        "dist-packages",
        "git/checkouts",
        "julia/packages",
        "julia/stdlib",
        "node_modules",
        "pkg/mod",
        "registry/src",
        "site-packages",
        "vcpkg/buildtrees",
        "vcpkg/ports",
    ];
    !FETCHED.iter().any(|folders| lies_below(path, folders)) && !is_in_a_gem(path)
}

/// Whether the file lies in a folder `gems/NAME-VERSION`, as RubyGems makes them.
fn is_in_a_gem(path: &ImagePath) -> bool {
    let folders = || path.parent().split(|&byte| byte == b'/');
    let has_version = |folder: &[u8]| folder.windows(2).any(|pair| pair[0] == b'-' && pair[1].is_ascii_digit());
    folders().zip(folders().skip(1)).any(|(above, folder)| above == b"gems" && has_version(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_compared_by_whole_components() {
        for (path, expected) in [
            ("node_modules/a/package.json", true),
            ("srv/node_modules/package.json", true),
            ("srv/node_modules", false),
            ("srv/my_node_modules/a", false),
            ("srv/node_modules.bak/a", false),
            ("srv/my_node_modules/node_modules/a", true),
        ] {
            assert_eq!(lies_below(&path.into(), "node_modules"), expected, "{path}");
        }
    }

    #[test]
    fn what_was_fetched_is_no_project_of_its_own() {
        for (path, expected) in [
            ("srv/app/package-lock.json", true),
            ("package-lock.json", true),
            ("srv/gems/app/Gemfile.lock", true),
            ("srv/node_modules/a/yarn.lock", false),
            ("usr/lib/python3/dist-packages/a/package-lock.json", false),
            ("root/go/pkg/mod/a.b/c@v1.0.0/go.mod", false),
            ("usr/lib/ruby/gems/3.1.0/gems/rails-7.0.4/yarn.lock", false),
            ("root/.conan2/p/zlib0123/e/conanfile.py", false),
        ] {
            assert_eq!(is_the_projects(&path.into()), expected, "{path}");
        }
    }

    /// Every format that names what a project wants asks the same question.
    #[test]
    fn no_declared_format_wants_what_was_fetched() {
        for name in [
            "Cargo.lock",
            "Cartfile.resolved",
            "Gemfile.lock",
            "Manifest.toml",
            "Package.resolved",
            "Pipfile.lock",
            "Podfile.lock",
            "app.csproj",
            "build.sbt.lock",
            "bun.lock",
            "cabal.project.freeze",
            "composer.lock",
            "conan.lock",
            "conanfile.py",
            "conanfile.txt",
            "cpanfile.snapshot",
            "deno.json",
            "deno.lock",
            "environment.yml",
            "go.mod",
            "gradle.lockfile",
            "gradle/verification-metadata.xml",
            "libman.json",
            "libs.versions.toml",
            "luarocks.lock",
            "maven_install.json",
            "mix.lock",
            "nimble.lock",
            "npm-shrinkwrap.json",
            "opam.locked",
            "package-lock.json",
            "packages.config",
            "packages.lock.json",
            "paket.lock",
            "pdm.lock",
            "pixi.lock",
            "pnpm-lock.yaml",
            "poetry.lock",
            "pom.xml",
            "project.assets.json",
            "pubspec.lock",
            "pylock.toml",
            "pyproject.toml",
            "rebar.lock",
            "renv.lock",
            "requirements.txt",
            "setup.py",
            "stack.yaml",
            "uv.lock",
            "vcpkg.json",
            "yarn.lock",
        ] {
            let wanted = |path: &str| ANALYZERS.iter().copied().flatten().any(|it| it.wants(&path.into(), None));
            assert!(wanted(&format!("srv/{name}")), "{name}");
            assert!(!wanted(&format!("srv/node_modules/a/{name}")), "{name}");
        }
    }
}
