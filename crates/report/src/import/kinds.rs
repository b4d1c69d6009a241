//! The words of other tools for kinds of packages.

use model::PackageKind;

/// The kind that a tool means by a word: its name for a package manager, a distribution, a type of file or a language.
pub(super) fn kind(word: &str) -> Option<PackageKind> {
    use PackageKind as K;
    let word = word.to_ascii_lowercase();
    // Snyk and Clair write a distribution with its release, `debian:11`; purls and GitLab have types.
    let word = word.split([':', ' ', '@']).next().unwrap_or_default();
    Some(match word {
        "debian" | "ubuntu" | "kali" | "echo" | "dpkg" | "apt" => K::Deb,
        "alpine" | "wolfi" | "chainguard" | "minimos" => K::Apk,
        "redhat"
        | "rhel"
        | "centos"
        | "fedora"
        | "rocky"
        | "alma"
        | "almalinux"
        | "amazon"
        | "amzn"
        | "oracle"
        | "ol"
        | "photon"
        | "suse"
        | "sles"
        | "opensuse"
        | "opensuse-leap"
        | "opensuse-tumbleweed"
        | "opensuse.leap"
        | "opensuse.tumbleweed"
        | "mariner"
        | "cbl-mariner"
        | "azurelinux"
        | "yum"
        | "dnf"
        | "zypper" => K::Rpm,
        "arch" | "archlinux" | "pacman" => K::Alpm,
        "gentoo" | "portage" | "ebuild" => K::Portage,
        "jar" | "pom" | "gradle" | "sbt" | "java" | "java-archive" | "jenkins-plugin" | "war" => K::Maven,
        "npm" | "yarn" | "pnpm" | "bun" | "node-pkg" | "javascript" | "js" | "node" => K::Npm,
        "pip" | "pipenv" | "poetry" | "uv" | "python" | "python-pkg" | "pylock" => K::Pypi,
        "gobinary" | "gomod" | "gomodules" | "golangmodules" | "golangdep" | "govendor" | "go" | "go-module" => {
            K::Golang
        }
        "rustbinary" | "rust" | "rust-crate" => K::Cargo,
        "composer-vendor" | "php" | "php-composer" => K::Composer,
        "bundler" | "gemspec" | "rubygems" | "ruby" => K::Gem,
        "dotnet-core" | "dotnet" | "paket" | "packages-props" => K::Nuget,
        "mix-lock" | "elixir" | "erlang" => K::Hex,
        "conda-pkg" | "conda-environment" => K::Conda,
        "dart" | "dart-pub" => K::Pub,
        "swift-pkg" => K::Swift,
        "pod" => K::Cocoapods,
        "github-action" | "github-action-workflow" => K::GithubActions,
        "hackage" | "haskell" => K::Hackage,
        other => return PackageKind::of_purl_type(other),
    })
}
