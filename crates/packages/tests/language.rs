//! Formats of programming languages and of infrastructure against files that others wrote: fixtures whose content another
//! project's tests have written down, and programs that the toolchains on this machine build.
//!
//! Neither is part of this repository; without them the tests say that they were skipped. A case that we answer
//! otherwise on purpose has a row in [`DEVIATIONS`].

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use model::{Budget, Facts, File, ImagePath, Meta, Presence, What};
use serde_json::Value;

/// Cases, or folders of them, below the fixtures.
const CASES: &[&str] = &[
    "conan",
    "conda",
    "dart",
    "dotnet",
    "elixir",
    "erlang",
    "github-actions",
    "golang",
    "haskell",
    "jar",
    "jar-metadata",
    "java",
    "javascript",
    "jvm-release",
    "lua",
    "ocaml",
    "php/composer-lock",
    "php/installed-v1",
    "php/installed-v2",
    "php/pear-v5",
    "php/pear-v6",
    "python/installed-egg-info-file",
    "python/installed-malformed-record",
    "python/installed-nested",
    "python/installed-no-version",
    "python/installed-uppercase",
    "python/pdm",
    "python/pipfile-lock",
    "python/poetry-dev-deps",
    "python/poetry-multiple-extras",
    "python/requirements",
    "python/setup.py",
    "python/uv",
    "r",
    "ruby",
    "rust",
    "swift",
    "swipl",
    "terraform",
    "vcpkg",
    "wordpress",
];

/// A case, what its origin lists and we do not, what we list and it does not, and why.
const DEVIATIONS: &[(&str, &[&str], &[&str], &str)] = &[
    ("dotnet/deps-json", &["TestCommon@1.0.0", "TestLibrary@1.0.0"], &[], "projects are the program itself"),
    (
        "github-actions/reusable-workflow",
        &["./.github/workflows/workflow-2.yml@"],
        &["actions/checkout@v4"],
        "a workflow of the own repository is the project; its steps are in the file, the list is of workflows only",
    ),
    (
        "github-actions/version-comments",
        &["./.github/actions/bootstrap@"],
        &["octo-org/this-repo/.github/workflows/workflow-1.yml@v1.0.0"],
        "an action of the own repository is the project; the list is of actions only, the file uses a workflow too",
    ),
    (
        "github-actions/workflow",
        &["./.github/actions/bootstrap@"],
        &[],
        "an action of the own repository is the project",
    ),
    ("golang/mod-relative-replace", &["github.com/aws/aws-sdk-go-v2@"], &[], "a folder of the project has no version"),
    ("dart/lock", &["flutter@3.24.5"], &[], "of the SDK the file knows only the oldest version that would do"),
    ("dart/pubspec", &["appainter@2.4.8"], &[], "the project is not its own dependency"),
    (
        "elixir/mix-lock",
        &["enacl@2f50ba6289f2f2d9fef05d22a396c0bab4f64149", "local_dep@"],
        &[],
        "neither a revision nor a folder names a version",
    ),
    (
        "erlang/rebar-lock-git",
        &[
            "bson@14308ab927cfa69324742c3de720578094e0bb19",
            "swc@4835239dca5a5f4ac7202dd94d7effcaa617d575",
            "vernemq_dev@6d622aa8c901ae7777433aef2bd049e380c474a6",
        ],
        &[],
        "a revision names no version",
    ),
    ("haskell/stack-lock", &[], &["kore@0.60.0.0"], "an archive's name and version are in the file, too"),
    (
        "jar-metadata/cassandra-driver-core-3.11.0-shaded",
        &[],
        &["cassandra-driver-core@3.11.0"],
        "the list names what was put into the archive, but the archive is something too",
    ),
    (
        "jar-metadata/snappy-java-1.1.2.6",
        &["snappy-java@1.1.2.6"],
        &["org.xerial.snappy:snappy-java@1.1.2.6"],
        "the bundle's name is the group and the artifact",
    ),
    (
        "jar-metadata/zstd-jni-1.3.8-5",
        &["zstd-jni@1.3.8-5"],
        &["com.github.luben:zstd-jni@1.3.8-5"],
        "the vendor's id is the group",
    ),
    (
        "javascript/bun",
        &["eslint@9.0.0", "eslint-visitor-keys@4.0.0", "typescript@5.0.0"],
        &[],
        "only development needs them",
    ),
    (
        "java/gradle-lockfile",
        &["commons-text@1.8", "hamcrest-core@1.3", "joda-time@2.2", "junit@4.12"],
        &["joda-time:joda-time@2.2", "org.apache.commons:commons-text@1.8"],
        "a name has its group; what only tests need is for development",
    ),
    (
        "java/pom",
        &["example-java-app-maven@0.1.0", "joda-time@2.9.2", "junit@4.12"],
        &["com.joda:joda-time@2.9.2"],
        "a name has its group; the project is not its own dependency; what only tests need is for development",
    ),
    ("javascript/package-lock-v2", &["npm@6.14.6"], &[], "the project is not its own dependency"),
    ("javascript/package-lock-v3", &["lock-v3-fixture@1.0.0"], &[], "the project is not its own dependency"),
    (
        "javascript/pnpm",
        &["@bcoe/v8-coverage@0.2.3", "nanoid@3.3.4", "picocolors@1.0.0", "source-map-js@1.0.2"],
        &[],
        "the first is for development; the others were cut out of the list of packages, which pnpm always writes whole",
    ),
    ("javascript/yarn-berry", &["c0n-fab_u.laTION@7.7.7"], &[], "a workspace is the project itself"),
    ("ocaml/opam-file", &["alcotest@1.5.0"], &[], "the project is not its own dependency"),
    (
        "ocaml/opam-switch",
        &["ocaml-base-compiler@4.14.0"],
        &[],
        "a copy of a repository says what could be installed; what is lies below .opam-switch",
    ),
    ("python/installed-no-version", &["no-version@"], &[], "without a version nothing can be judged; it is a gap"),
    (
        "python/requirements",
        &["mopidy-dirble@1.1", "sqlalchemy@2.0.0", "bar@2.0.0", "numpy@3.4.1", "requests@2.8.0"],
        &[],
        "ranges and wildcards do not say what will be installed",
    ),
    (
        "python/poetry-dev-deps",
        &["added-value@0.14.2", "alabaster@0.7.12", "appnope@0.1.0", "asciitree@0.3.3"],
        &[],
        "their category is development",
    ),
    ("python/uv", &["testpkg@0.1.0"], &[], "the project is not its own dependency"),
    ("ruby/gemfile-lock", &["google-cloud-errors@1.3.0"], &[], "a folder beside the project is its own code"),
    ("rust/cargo-lock-git", &["hello_world@0.1.0"], &[], "without a source it is the project itself"),
    ("rust/cargo-lock-path", &["app@1.0.0", "telemetry@0.1.0"], &[], "without a source it is the project itself"),
    (
        "vcpkg/manifest",
        &[
            "fmt@11.0.2#1",
            "hello@0.1.0",
            "vcpkg-cmake-config@2024-05-23",
            "vcpkg-cmake@2024-04-23",
            "vcpkg-sample-library@1.0.2",
        ],
        &[],
        "versions come from a registry that is not there; the rest is the project itself",
    ),
    (
        "wordpress/akismet",
        &["Akismet Anti-spam: Spam Protection@5.3"],
        &["akismet@5.3"],
        "plugins are published, and advisories written, under the name of the folder",
    ),
    (
        "swift/package-resolved-v2",
        &[
            "swift-algorithms@1.0.0",
            "swift-async-algorithms@0.1.0",
            "swift-atomics@1.1.0",
            "swift-collections@1.0.4",
            "swift-numerics@1.0.2",
        ],
        &[
            "github.com/apple/swift-algorithms@1.0.0",
            "github.com/apple/swift-async-algorithms@0.1.0",
            "github.com/apple/swift-atomics@1.1.0",
            "github.com/apple/swift-collections@1.0.4",
            "github.com/apple/swift-numerics@1.0.2",
        ],
        "advisories name packages by their repository",
    ),
    (
        "swift/package-resolved-v3",
        &["swift-mmio@", "swift-syntax@509.1.1"],
        &["github.com/apple/swift-syntax@509.1.1"],
        "advisories name packages by their repository, and a branch names no version",
    ),
];

#[test]
fn fixtures_are_read_as_their_origins_say() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(fixtures) = here.ancestors().map(|above| above.join("shared/fixtures")).find(|folder| folder.is_dir())
    else {
        eprintln!("skipped: there is no folder of fixtures beside the repository");
        return;
    };
    let mut wrong = Vec::new();
    let mut compared = 0;
    for case in CASES.iter().flat_map(|folder| cases(&fixtures.join(folder))) {
        let name = case.strip_prefix(&fixtures).unwrap().to_str().unwrap().to_owned();
        match compare(&name, &case) {
            Ok(()) => compared += 1,
            Err(difference) => wrong.push(format!("{name}: {difference}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), compared + wrong.len(), wrong.join("\n"));
    assert!(compared > 80, "only {compared} cases");
}

/// The cases in a folder, or the folder itself when it is one.
fn cases(folder: &Path) -> Vec<PathBuf> {
    if folder.join("expected.json").is_file() {
        return vec![folder.to_owned()];
    }
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = entries.filter(|case| case.join("expected.json").is_file()).collect();
    cases.sort();
    cases
}

fn compare(name: &str, case: &Path) -> Result<(), String> {
    let document: Value = serde_json::from_slice(&fs::read(case.join("expected.json")).unwrap()).unwrap();
    let found = packages_below(&case.join("root"));
    // No list is asserted: it is enough that reading came to an end.
    let Some(listed) = document["expected"].as_array() else { return Ok(()) };
    let text = |package: &Value, key: &str| package[key].as_str().unwrap().to_owned();
    let mut expected: BTreeSet<String> =
        listed.iter().map(|package| text(package, "name") + "@" + &text(package, "version")).collect();
    for (_, without, with, _) in DEVIATIONS.iter().filter(|(case, ..)| *case == name) {
        for package in *without {
            assert!(expected.remove(*package), "{name}: {package} is no deviation");
        }
        for package in *with {
            assert!(expected.insert((*package).to_owned()), "{name}: {package} is no deviation");
        }
    }
    if found == expected {
        return Ok(());
    }
    let missing: Vec<_> = expected.difference(&found).collect();
    let unexpected: Vec<_> = found.difference(&expected).collect();
    Err(format!("missing {missing:?}, unexpected {unexpected:?}"))
}

/// What the analyzers of this folder find in all regular files below `root`: `name@version`.
fn packages_below(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let content = fs::read(&path).unwrap();
        let path = ImagePath::new(path.strip_prefix(root).unwrap().to_str().unwrap().as_bytes());
        found.extend(packages_in(&path, &content));
    }
    found
}

fn packages_in(path: &ImagePath, content: &[u8]) -> BTreeSet<String> {
    let budget = Budget::default();
    let meta = Meta { size: content.len() as u64, mode: 0o755 };
    let file = File { path, meta, content, budget: &budget };
    let mut said = Vec::new();
    let analyzers = packages::language::ANALYZERS.iter().copied().flatten().chain(packages::infrastructure::ANALYZERS);
    for analyzer in analyzers.filter(|analyzer| analyzer.wants(file.path, Some((&file.meta, file.content)))) {
        let mut facts = Facts::new(analyzer.id(), path.clone(), &budget);
        // What cannot be read adds nothing; what was read before that counts.
        let _ = (analyzer.analyze)(&file, &mut facts);
        said.extend(facts.into_parts().0);
    }
    said.into_iter()
        .filter_map(|fact| match fact.what {
            // The origins leave out what only development needs.
            What::Package(package) if package.presence != Presence::DeclaredForDevelopment => {
                Some(package.name + "@" + &package.version)
            }
            _ => None,
        })
        .collect()
}

/// How a program is built: a name, settings in the environment, arguments.
type Build = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const BUILDS: &[Build] = &[
    ("plain", &[], &[]),
    ("stripped, without an id", &[], &["-ldflags=-s -w -buildid="]),
    ("position-independent", &[], &["-buildmode=pie"]),
    ("32 bits", &[("GOARCH", "386")], &[]),
    ("big-endian", &[("GOARCH", "s390x")], &[]),
    ("for Windows", &[("GOOS", "windows")], &["-ldflags=-buildid="]),
    ("for macOS", &[("GOOS", "darwin"), ("GOARCH", "arm64")], &["-ldflags=-buildid="]),
];

/// What we find in real programs is what `go version -m` says of them.
#[test]
fn programs_built_by_go_say_what_they_were_built_from() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("go.mod", "module example.com/app\n\ngo 1.18\n\nrequire example.com/dep v1.2.3\n");
    write("main.go", "package main\n\nimport \"example.com/dep\"\n\nfunc main() { println(dep.Name()) }\n");
    write("vendor/modules.txt", "# example.com/dep v1.2.3\n## explicit; go 1.18\nexample.com/dep\n");
    write("vendor/example.com/dep/dep.go", "package dep\n\nfunc Name() string { return \"dep\" }\n");
    for (name, environment, arguments) in BUILDS {
        let program = folder.path().join("program");
        let go = |arguments: &[&str]| {
            let mut command = Command::new("go");
            command.args(arguments).current_dir(folder.path()).envs(environment.iter().copied());
            command.envs([
                ("CGO_ENABLED", "0"),
                ("GOFLAGS", "-mod=vendor"),
                ("GOTOOLCHAIN", "local"),
                ("GOPROXY", "off"),
            ]);
            command.output()
        };
        let built = match go(&[&["build", "-o", "program"], *arguments, &["."]].concat()) {
            Ok(output) => output,
            Err(error) => {
                eprintln!("skipped: the Go toolchain cannot be run: {error}");
                return;
            }
        };
        assert!(built.status.success(), "{name}: {}", String::from_utf8_lossy(&built.stderr));
        let told = String::from_utf8(go(&["version", "-m", "program"]).unwrap().stdout).unwrap();
        let mut expected = BTreeSet::new();
        for line in told.lines() {
            match *line.split('\t').collect::<Vec<_>>() {
                [first] => {
                    expected.insert(format!("stdlib@{}", first.rsplit_once("go").unwrap().1));
                }
                ["", "mod" | "dep", path, version, ..] => {
                    expected.insert(format!("{path}@{version}"));
                }
                _ => {}
            }
        }
        assert!(expected.len() == 3, "{name}: {told}");
        assert_eq!(packages_in(&"usr/bin/program".into(), &fs::read(&program).unwrap()), expected, "{name}");
    }
}

/// The program that runs this test was built from crates of the workspace's lockfile, and the messages of their panics
/// say so.
#[test]
fn a_program_built_by_cargo_says_what_it_was_built_from() {
    let content = fs::read(std::env::current_exe().unwrap()).unwrap();
    let found = packages_in(&"usr/bin/program".into(), &content);
    let Ok(lock) = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock")) else {
        eprintln!("skipped: the workspace has no lockfile");
        return;
    };
    let locked = packages_in(&"Cargo.lock".into(), &lock);
    if found.is_disjoint(&locked) {
        eprintln!("skipped: the compiler was told not to write where the sources are");
        return;
    }
    let unknown: Vec<_> = found.difference(&locked).collect();
    assert!(unknown.is_empty(), "not in the lockfile: {unknown:?}");
}
