//! Where a file lies: what came with a package that somebody else made, for its tests or to show how it is used, is known to
//! everybody who has the package, and nobody here can replace it. Such findings stay in the report, as suppressed.

/// Folders in which package managers put what they install, and into which sources of others are copied.
const INSTALLED: &[&[u8]] = &[
    b"site-packages",
    b"dist-packages",
    b"node_modules",
    b"bower_components",
    b"jspm_packages",
    b"third_party",
    b"third-party",
    b"vendor",
    b"vendored",
    b"_vendor",
    b"gems",
];

/// The same as several folders in a row.
const INSTALLED_IN: &[&str] = &[
    "go/pkg/mod/",
    ".cargo/registry/src/",
    "usr/share/",
    "usr/lib/python",
    "lib/python3",
    "lib/python2",
    ".m2/repository/",
];

/// Folders for tests, and for showing.
const TESTS: &[&[u8]] = &[
    b"test",
    b"tests",
    b"testing",
    b"testdata",
    b"test_data",
    b"test-data",
    b"__tests__",
    b"spec",
    b"specs",
    b"fixtures",
    b"fixture",
    b"mocks",
    b"__mocks__",
    b"certdata",
    b"dummyserver",
    b"testcases",
    b"testsuite",
    b"unittest",
    b"unittests",
];
const SHOWS: &[&[u8]] = &[
    b"doc",
    b"docs",
    b"documentation",
    b"examples",
    b"example",
    b"samples",
    b"sample",
    b"demo",
    b"demos",
    b"tutorials",
    b"man",
    b"info",
];

/// Files that tell about a package.
const ABOUT: &[&[u8]] = &[b"README", b"METADATA", b"PKG-INFO", b"CHANGELOG", b"CHANGES", b"HISTORY", b"NEWS"];

/// Why a secret in the file at this path does not count, where that is so.
pub fn place(path: &[u8]) -> Option<&'static str> {
    let inside = installed(path)?;
    let mut folders: Vec<&[u8]> = inside.split(|&byte| byte == b'/').collect();
    let name = folders.pop().unwrap_or_default();
    let any = |known: &[&[u8]]| folders.iter().any(|folder| known.contains(folder));
    if any(TESTS) || is_test(name) {
        Some("it came with an installed package, for that package's tests")
    } else if any(SHOWS) || is_about(name) {
        Some("it came with an installed package, in that package's documentation")
    } else {
        None
    }
}

/// The part of the path inside the folder of packages, if it is in one.
pub(super) fn installed(path: &[u8]) -> Option<&[u8]> {
    let mut inside = None;
    let mut at = 0;
    for component in path.split(|&byte| byte == b'/') {
        if INSTALLED.contains(&component) {
            inside = inside.or(path.get(at + component.len() + 1..));
        }
        at += component.len() + 1;
    }
    let several = INSTALLED_IN.iter().filter_map(|folders| {
        let at = memchr::memmem::find(path, folders.as_bytes())?;
        (at == 0 || path[at - 1] == b'/').then(|| &path[at + folders.len()..])
    });
    // A Java archive is a package.
    let archive = memchr::memmem::find(path, b".jar!/").map(|at| &path[at + b".jar!/".len()..]);
    inside.or_else(|| several.max_by_key(|rest| rest.len())).or(archive)
}

/// `test_keys.py`, `keys_test.go`, `string.test.ts`, `KeysTest.java`, `conftest.py`.
fn is_test(name: &[u8]) -> bool {
    let (stem, _) = name.iter().rposition(|&byte| byte == b'.').map_or((name, &b""[..]), |dot| name.split_at(dot));
    let ends = [b"_test".as_slice(), b".test", b"-test", b"_spec", b".spec", b"Test", b"Tests", b"_tests"];
    name.starts_with(b"test_")
        || [&b"test"[..], b"tests", b"conftest"].contains(&stem)
        || ends.iter().any(|end| stem.ends_with(end))
}

/// `README`, `NEWS.md`, `examples-1.json`.
fn is_about(name: &[u8]) -> bool {
    let word = name.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    if [b"example".as_slice(), b"examples", b"sample", b"samples"].contains(&word) {
        return true;
    }
    let extension = name.iter().rposition(|&byte| byte == b'.').map_or(&b""[..], |dot| &name[dot + 1..]);
    ABOUT.iter().any(|about| name.starts_with(about)) || [b"md".as_slice(), b"rst", b"adoc"].contains(&extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_documentation_of_installed_packages_do_not_count() {
        for path in [
            "usr/lib/python3/dist-packages/tornado/test/test.key",
            "app/node_modules/zod/src/v4/mini/tests/string.test.ts",
            "app/node_modules/url/test.js",
            "venv/lib/python3.12/site-packages/pyjwt-2.1.dist-info/METADATA",
            "root/go/pkg/mod/example.org/x@v1.0.0/keys_test.go",
            "usr/share/doc/libxmlsec1-dev/examples/rsakey.pem",
            "opt/app.jar!/certs/test/a.key",
            "src/vendor/github.com/a/b/testdata/key.pem",
            "usr/lib/python3/dist-packages/botocore/data/ec2/2016-11-15/examples-1.json",
        ] {
            assert!(place(path.as_bytes()).is_some(), "{path}");
        }
        for path in [
            "app/tests/test.key",
            "app/src/config.py",
            "usr/lib/python3/dist-packages/moto/proxy/ca.key",
            "app/node_modules/left-pad/index.js",
            "srv/README.md",
            "home/test/.env",
            "test/site-packages/a/.env",
        ] {
            assert_eq!(place(path.as_bytes()), None, "{path}");
        }
    }
}
