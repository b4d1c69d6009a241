//! `conda-lock.yml` and `*.conda-lock.yml` (conda-lock documentation, "Unified lockfile", version 1), and `pixi.lock`
//! (pixi documentation, "The Lock File"; versions 1 to 7 as rattler's `rattler_lock` reads them).
//!
//! conda-lock and pixi up to version 5 list name, version, manager (or kind) and group of each package. Later pixi names
//! Conda packages by their address only, whose last part is `name-version-build.conda` (conda documentation, "Package
//! naming conventions"). What is listed for several platforms is listed once. Packages of Python that the same file lists
//! are Python's; what they need only for an extra (`; extra == '…'`) is left out, because the file does not tell who wants
//! the extra. Folders (`pypi: ./lib`, `path: ./lib`, `conda: lib`, `conda_source`) are code of the project and left out.
//! The tests were written after rattler's own.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Requirement, Unreadable};

use crate::language::is_the_projects;
use crate::language::python::{normalize, split};
use crate::listing::Listing;
use crate::syntax::yaml::{self, Node};

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "conda-lock",
    version: 2,
    files: &[
        Key::Extension("yml").when(is_conda_lock),
        Key::Extension("yaml").when(is_conda_lock),
        Key::Name("pixi.lock").when(is_the_projects),
    ],
    analyze,
};

fn is_conda_lock(path: &ImagePath) -> bool {
    let name = path.name();
    let stem = name.strip_suffix(b".yml").or_else(|| name.strip_suffix(b".yaml"));
    stem.is_some_and(|stem| stem == b"conda-lock" || stem.ends_with(b".conda-lock")) && is_the_projects(path)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = yaml::parse(crate::syntax::document(file.content)?)?;
    let (mut conda, mut pypi) = (Listing::new(PackageKind::Conda), Listing::new(PackageKind::Pypi));
    let packages = [document.get("package"), document.get("packages")].map(Node::items).concat();
    for package in &packages {
        let field = |keys: &[&str]| keys.iter().map(|key| package.get(key).text()).find(|text| !text.is_empty());
        if field(&["pypi", "conda", "path"]).is_some_and(is_folder) {
            continue;
        }
        let from_python = field(&["manager", "kind"]) == Some("pip")
            || field(&["manager", "kind"]) == Some("pypi")
            || field(&["pypi"]).is_some();
        let listing = if from_python { &mut pypi } else { &mut conda };
        let named = field(&["name"]).zip(field(&["version"])).or_else(|| address(field(&["conda"])?));
        let Some((name, version)) = named else { continue };
        let name = if from_python { normalize(name) } else { name.to_owned() };
        let Some(listed) = listing.add(&name, version, presence(package)) else { continue };
        if let Some(license) = field(&["license"])
            && listed.licenses.is_empty()
        {
            listed.licenses.push(license.to_owned());
        }
        let keys = package.get("dependencies").entries().iter().map(|(name, _)| &**name);
        let items = ["depends", "requires_dist"].into_iter().flat_map(|key| package.get(key).items());
        listed.requires.extend(keys.chain(items.filter_map(|item| needed(item.text()))).map(|name| Requirement {
            name: if from_python { normalize(name) } else { name.to_owned() },
            version: None,
        }));
    }
    conda.tell(facts);
    pypi.tell(facts);
    Ok(())
}

/// conda-lock calls its groups categories; everybody gets `main`.
fn presence(package: &Node<'_>) -> Presence {
    match package.get("category").text() {
        "dev" => Presence::DeclaredForDevelopment,
        "" | "main" if !package.get("optional").is_true() => Presence::Declared,
        _ => Presence::DeclaredOptional,
    }
}

/// Whether a place is a folder of the project, and no archive and no address (`git+ssh://…`, `direct+https://…`).
fn is_folder(place: &str) -> bool {
    !place.contains("://") && ![".conda", ".tar.bz2", ".whl", ".tar.gz", ".zip"].iter().any(|end| place.ends_with(end))
}

/// The name in `colorama >=0.4 ; sys_platform == 'win32'`, unless it is needed for an extra only.
fn needed(requirement: &str) -> Option<&str> {
    let (name, rest) = split(requirement)?;
    let is_extra = rest.split_once(';').is_some_and(|(_, marker)| marker.contains("extra =="));
    (!is_extra).then_some(name)
}

/// Name and version of `https://…/name-version-build.conda`.
fn address(address: &str) -> Option<(&str, &str)> {
    let file = address.rsplit('/').next()?;
    let stem = file.strip_suffix(".conda").or_else(|| file.strip_suffix(".tar.bz2"))?;
    stem.rsplit_once('-')?.0.rsplit_once('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/conda-lock.yml", lock, expected);
    }

    const CONDA_LOCK: &str = "version: 1
metadata:
  platforms: [linux-64, osx-64]
package:
- name: zlib
  version: 1.2.13
  manager: conda
  platform: linux-64
  dependencies: {libzlib: 1.2.13, __glibc: '>=2.17'}
  url: https://example.test/linux-64/zlib-1.2.13-h166bdaf_4.tar.bz2
  category: main
- name: zlib
  version: 1.2.13
  manager: conda
  platform: osx-64
  dependencies: {}
  category: dev
- {name: libzlib, version: 1.2.13, manager: conda, category: main, dependencies: {}}
- {name: pytest, version: 8.0.0, manager: pip, category: dev, dependencies: {}}
- {name: plot, version: '1.10', manager: conda, category: extra, dependencies: {}}
";

    const PIXI: &str = "version: 6
environments:
  default:
    packages:
      linux-64:
      - conda: https://example.test/linux-64/ca-certificates-2024.2.2-hbcca054_0.conda
packages:
- conda: https://example.test/linux-64/ca-certificates-2024.2.2-hbcca054_0.conda
  license: ISC
- conda: https://example.test/linux-64/openssl-3.2.1-hd590300_0.conda
  depends:
  - ca-certificates
  - libgcc-ng >=12
- conda: ./member
  name: member
  version: 0.1.0
- pypi: ./
  name: project
  version: 0.1.0
  editable: true
- pypi: https://example.test/Flask_Login-0.6.3-py3-none-any.whl
  name: Flask_Login
  version: 0.6.3
  requires_dist:
  - flask>=1.0.4
  - blinker ; python_version < '3.8' and extra == 'signals'
- pypi: git+ssh://git@example.test/blinker@0123
  name: blinker
  version: '1.7'
- pypi: https://example.test/flask-3.0.0-py3-none-any.whl
  name: flask
  version: 3.0.0
";

    #[test]
    fn files_of_conda_lock_are_read() {
        check(
            CONDA_LOCK,
            "libzlib 1.2.13 (declared)
             plot 1.10 (optional)
             zlib 1.2.13 (declared) -> libzlib
             pytest 8.0.0 (development)",
        );
    }

    #[test]
    fn files_of_pixi_are_read() {
        check(
            PIXI,
            "ca-certificates 2024.2.2 (declared) [ISC]
             openssl 3.2.1 (declared) -> ca-certificates
             blinker 1.7 (declared)
             flask 3.0.0 (declared)
             flask-login 0.6.3 (declared) -> flask",
        );
        check(
            "version: 4\npackages:\n- {kind: conda, name: a, version: '1.0'}\n- {kind: pypi, name: B, version: '2'}",
            "a 1.0 (declared)\nb 2 (declared)",
        );
        check(
            "version: 5\npackages:\n- {kind: pypi, name: own, version: '0.1', path: ./own, editable: true}
- {kind: pypi, name: c, version: '3', path: ./wheels/c-3-py3-none-any.whl}",
            "c 3 (declared)",
        );
    }

    #[test]
    fn version_7_of_pixi_has_platforms_sources_and_names() {
        check(
            "version: 7
platforms:
- name: linux-64
  virtual-packages: [__unix=0=0]
environments:
  default:
    packages:
      linux-64:
      - conda_source: tool[abc12345] @ ./recipes/tool
packages:
- conda: https://example.test/linux-64/python-3.12.0-h2628c8c_0_cpython.conda
  name: python
  version: 3.12.0
  build: h2628c8c_0_cpython
- conda: https://example.test/noarch/backports.tarfile-1.2.0-pyhcf101f3_2.conda
  depends: [python >=3.8]
- conda: my-monorepo
  name: core-library
  version: 0.1.0
  variants: {python_version: '3.12'}
- conda_source: tool[abc12345] @ ./recipes/tool
  version: 0.1.0
- {pypi: ./, name: no-version}
",
            "backports.tarfile 1.2.0 (declared) -> python\npython 3.12.0 (declared)",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        check("package: [", "gap: corrupt");
    }

    #[test]
    fn the_name_tells() {
        for (path, expected) in [
            ("srv/conda-lock.yml", true),
            ("srv/gpu.conda-lock.yml", true),
            ("srv/pixi.lock", true),
            ("srv/my-conda-lock.yml", false),
            ("srv/a.yml", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "conda-lock.yml", &[CONDA_LOCK.as_bytes(), PIXI.as_bytes()]);
    }
}
