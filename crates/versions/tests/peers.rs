//! The package managers' own answers. Each peer is one process that reads pairs of versions, a tab between them, and
//! prints `-1`, `0`, `1` or `invalid` for each. A peer that is not installed is skipped, loudly.

#![expect(clippy::expect_used, clippy::print_stderr, reason = "a test may panic, and says what it left out")]

mod common;

use std::cmp::Ordering;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use common::{versionlike, written};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use versions::Scheme;

/// How far a peer's word goes.
#[derive(Clone, Copy, PartialEq)]
enum Authority {
    /// What it takes for invalid is, and nothing else.
    Validity,
    /// It decides the order of what it and we take for versions.
    Order,
}

/// The same pairs in every run: neighbours in a list of which most are versions, and some only look like one.
fn pairs(scheme: Scheme, count: usize) -> Vec<(String, String)> {
    let mut runner = TestRunner::deterministic();
    let (written, versionlike) = (written(scheme), versionlike());
    let texts: Vec<String> = (0..=count)
        .map(|i| {
            let version = written.new_tree(&mut runner).expect("a tree").current();
            if i % 10 == 9 { versionlike.new_tree(&mut runner).expect("a tree").current() } else { version }
        })
        .filter(|text| !text.is_empty())
        .collect();
    texts.iter().zip(texts.iter().skip(1)).map(|(a, b)| (a.clone(), b.clone())).collect()
}

fn compare(peer: &str, scheme: Scheme, authority: Authority, count: usize, ask: impl FnOnce(&str) -> Option<String>) {
    let mut pairs = pairs(scheme, count);
    if authority == Authority::Order {
        pairs.retain(|(a, b)| scheme.is_valid(a) && scheme.is_valid(b));
    }
    let mut questions = String::new();
    for (a, b) in &pairs {
        writeln!(questions, "{a}\t{b}").expect("a string takes everything");
    }
    let Some(answers) = ask(&questions) else { return };
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), pairs.len(), "{peer} has not answered everything");
    let mut wrong = Vec::new();
    let mut ordered = 0;
    for ((a, b), theirs) in pairs.iter().zip(answers) {
        let ours = match scheme.compare(a, b) {
            Ok(Ordering::Less) => "-1",
            Ok(Ordering::Equal) => "0",
            Ok(Ordering::Greater) => "1",
            Err(_) => "invalid",
        };
        if authority == Authority::Order && theirs == "invalid" {
            continue;
        }
        ordered += usize::from(ours != "invalid");
        if ours != theirs {
            wrong.push(format!("{a} against {b}: {ours}, but {peer} says {theirs}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), pairs.len(), wrong.join("\n"));
    assert!(ordered * 5 > count, "only {ordered} of {count} pairs were versions");
    eprintln!("{peer}: {} pairs asked, {ordered} of them versions, all agree", pairs.len());
}

/// Runs a program on the questions; `None`, and a word about it, where it is not installed.
fn run(peer: &str, command: &mut Command, questions: &str) -> Option<String> {
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match spawned {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("skipped: {peer} is not installed");
            return None;
        }
        spawned => spawned.expect("a process"),
    };
    let mut stdin = child.stdin.take().expect("a pipe");
    let questions = questions.to_owned();
    // From a thread, since a peer that answers as it reads would otherwise wait for us, and we for it. It may also end early.
    let writer = thread::spawn(move || drop(stdin.write_all(questions.as_bytes())));
    let output = child.wait_with_output().expect("an end");
    writer.join().expect("a writer");
    if !output.status.success() {
        eprintln!("skipped: {peer} does not work here: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A shell loop for tools that compare one pair per process; `$a` and `$b` are the versions.
fn shell(peer: &str, tool: &str, body: &str, questions: &str) -> Option<String> {
    let script = format!(
        "command -v {tool} >/dev/null || {{ echo absent >&2; exit 1; }}\n\
         while IFS=\"$(printf '\\t')\" read -r a b; do {body}; done"
    );
    run(peer, Command::new("sh").args(["-c", &script]), questions)
}

fn python(peer: &str, script: &str, questions: &str) -> Option<String> {
    let frame = format!(
        "import sys\n{script}\nfor line in sys.stdin:\n    a, b = line.rstrip('\\n').split('\\t')\n    print(answer(a, b))\n"
    );
    run(peer, Command::new("python3").args(["-c", &frame]), questions)
}

#[test]
fn dpkg() {
    let body = "if ! dpkg --validate-version \"$a\" || ! dpkg --validate-version \"$b\"; then echo invalid; \
                elif dpkg --compare-versions \"$a\" lt \"$b\"; then echo -1; \
                elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo 0; else echo 1; fi 2>/dev/null";
    compare("dpkg", Scheme::Deb, Authority::Validity, 500, |questions| shell("dpkg", "dpkg", body, questions));
}

#[test]
fn rpm() {
    // RPM sorts a version without a release below the same version with one; in dependencies, as here, they match.
    let ask = |questions: &str| {
        let call = |pair: &str| {
            let (mut a, mut b) = pair.split_once('\t').expect("a pair");
            if a.contains('-') != b.contains('-') {
                [a, b] = [a, b].map(|version| version.split('-').next().unwrap_or_default());
            }
            format!("print(rpm.vercmp(\"{a}\", \"{b}\"))print(\"\\n\")")
        };
        let calls: Vec<String> = questions.lines().map(call).collect();
        // Each call's arguments are limited by the system to 128 KiB.
        let mut answers = String::new();
        for calls in calls.chunks(500) {
            answers += &run("rpm", Command::new("rpm").args(["--eval", &format!("%{{lua:{}}}", calls.concat())]), "")?;
        }
        Some(answers.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
    };
    compare("rpm", Scheme::Rpm, Authority::Order, 2_000, ask);
}

#[test]
fn python_packaging() {
    let script = "\
try:
    from packaging.version import Version, InvalidVersion
except ImportError:
    from pip._vendor.packaging.version import Version, InvalidVersion
def answer(a, b):
    try:
        a, b = Version(a), Version(b)
    except InvalidVersion:
        return 'invalid'
    assert str(a) == str(Version(str(a)))
    return (a > b) - (a < b)";
    let ask = |questions: &str| python("packaging", script, questions);
    compare("packaging", Scheme::Pep440, Authority::Validity, 20_000, ask);
}

#[test]
fn python_packaging_normalizes_alike() {
    let script = "\
try:
    from packaging.version import Version
except ImportError:
    from pip._vendor.packaging.version import Version
def answer(a, b):
    return Version(a)";
    let texts: Vec<String> = pairs(Scheme::Pep440, 5_000).into_iter().map(|(text, _)| text).collect();
    let versions: Vec<&String> = texts.iter().filter(|text| Scheme::Pep440.is_valid(text)).collect();
    let questions = versions.iter().fold(String::new(), |all, text| all + text + "\t\n");
    let Some(answers) = python("packaging", script, &questions) else { return };
    let ours = versions.iter().map(|text| Scheme::Pep440.parse(text).expect("valid").to_string());
    assert!(ours.eq(answers.lines()), "normal forms differ");
}

#[test]
fn portage() {
    let script = "\
from portage.versions import ververify, vercmp
def answer(a, b):
    if not (ververify(a) and ververify(b)):
        return 'invalid'
    order = vercmp(a, b)
    return (order > 0) - (order < 0)";
    let ask = |questions: &str| python("portage", script, questions);
    compare("portage", Scheme::Portage, Authority::Validity, 20_000, ask);
}

#[test]
fn rubygems() {
    let script = "\
STDIN.each_line(chomp: true) do |line|
  a, b = line.split(\"\\t\")
  valid = [a, b].all? { |v| v =~ /\\A\\S+\\z/ && Gem::Version.correct?(v) }
  puts valid ? Gem::Version.new(a) <=> Gem::Version.new(b) : 'invalid'
end";
    let ask = |questions: &str| run("ruby", Command::new("ruby").args(["-rrubygems", "-e", script]), questions);
    compare("ruby", Scheme::Gem, Authority::Validity, 20_000, ask);
}

#[test]
fn pacman() {
    compare("vercmp", Scheme::Pacman, Authority::Order, 300, |questions| {
        shell("vercmp", "vercmp", "vercmp \"$a\" \"$b\"", questions)
    });
}

#[test]
fn apk() {
    // apk-tools 3 refuses a number behind the letter, which is read here.
    let body = "if ! apk version --check \"$a\" \"$b\" >/dev/null; then echo invalid; \
                else case \"$(apk version --test \"$a\" \"$b\")\" in '<') echo -1;; '=') echo 0;; *) echo 1;; esac; fi";
    compare("apk", Scheme::Apk, Authority::Order, 300, |questions| shell("apk", "apk", body, questions));
}

#[test]
fn composer() {
    // PHP's numbers end at 2^63, and a version's first number has at most five digits there.
    let script = "\
@include 'Composer/Semver/autoload.php';
if (!class_exists('Composer\\Semver\\VersionParser')) { fwrite(STDERR, 'composer/semver is absent'); exit(1); }
$parser = new Composer\\Semver\\VersionParser();
while (($line = fgets(STDIN)) !== false) {
    try {
        if (preg_match('/\\d{19}/', $line)) throw new Exception('too large');
        [$a, $b] = array_map([$parser, 'normalize'], explode(\"\\t\", rtrim($line, \"\\n\")));
        echo version_compare($a, $b), \"\\n\";
    } catch (Exception $e) {
        echo \"invalid\\n\";
    }
}";
    compare("Composer", Scheme::Composer, Authority::Order, 20_000, |questions| {
        run("php", Command::new("php").args(["-r", script]), questions)
    });
}

#[test]
fn opam() {
    // Of one origin with dpkg's order, which is asked about those that begin with a digit and have no underscore.
    let body = "if ! dpkg --validate-version \"$a\" || ! dpkg --validate-version \"$b\"; then echo invalid; \
                elif dpkg --compare-versions \"$a\" lt \"$b\"; then echo -1; \
                elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo 0; else echo 1; fi 2>/dev/null";
    compare("dpkg", Scheme::Opam, Authority::Order, 500, |questions| shell("dpkg", "dpkg", body, questions));
}

#[test]
fn r() {
    let script = "\
lines <- strsplit(readLines('stdin'), '\\t')
for (pair in lines) {
  valid <- grepl('^[0-9]+([.-][0-9]+)*$', pair) & !grepl('[0-9]{10}', pair)
  cat(if (all(valid)) utils::compareVersion(pair[1], pair[2]) else 'invalid', '\\n', sep = '')
}";
    // R's integers have 31 bits.
    compare("R", Scheme::Cran, Authority::Order, 2_000, |questions| {
        run("R", Command::new("Rscript").args(["-e", script]), questions)
    });
}

#[test]
fn node_semver() {
    node("compare", Scheme::Semver);
}

/// Its order of builds is not part of the standard, but that of Julia and Dart.
#[test]
fn node_semver_with_builds() {
    node("compareBuild", Scheme::SemverBuild);
}

fn node(function: &str, scheme: Scheme) {
    // It reads no shortened versions, so it is asked about the whole ones, and refuses numbers above 2^53.
    let whole = |text: &str| scheme.parse(text).expect("valid").to_string();
    let script = format!(
        "\
const root = require('child_process').execSync('npm root -g', {{stdio: ['ignore', 'pipe', 'ignore']}}).toString().trim();
const semver = require(root + '/npm/node_modules/semver');
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n').slice(0, -1)) {{
  const [a, b] = line.split('\\t');
  console.log(semver.valid(a) && semver.valid(b) ? semver.{function}(a, b) : 'invalid');
}}"
    );
    let ask = |questions: &str| {
        let questions = questions
            .lines()
            .filter_map(|pair| pair.split_once('\t'))
            .fold(String::new(), |all, (a, b)| all + &whole(a) + "\t" + &whole(b) + "\n");
        run("npm's semver", Command::new("node").args(["-e", &script]), &questions)
    };
    compare("npm's semver", scheme, Authority::Order, 20_000, ask);
}

#[test]
fn go() {
    const MAIN: &str = "\
package main

import (
	\"bufio\"
	\"fmt\"
	\"os\"
	\"strings\"

	\"example.test/compare/semver\"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		a, b, _ := strings.Cut(lines.Text(), \"\\t\")
		a, b = \"v\"+strings.TrimPrefix(a, \"v\"), \"v\"+strings.TrimPrefix(b, \"v\")
		if semver.IsValid(a) && semver.IsValid(b) {
			fmt.Println(semver.Compare(a, b))
		} else {
			fmt.Println(\"invalid\")
		}
	}
}
";
    let ask = |questions: &str| {
        let root = run("go", Command::new("go").args(["env", "GOROOT"]), "")?;
        let vendored = Path::new(root.trim()).join("src/cmd/vendor/golang.org/x/mod/semver/semver.go");
        let Ok(semver) = fs::read(vendored) else {
            eprintln!("skipped: this go comes without its sources");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let put = |path: &str, content: &[u8]| fs::write(folder.path().join(path), content).expect("a file");
        fs::create_dir(folder.path().join("semver")).expect("a folder");
        put("go.mod", b"module example.test/compare\n\ngo 1.21\n");
        put("main.go", MAIN.as_bytes());
        put("semver/semver.go", &semver);
        let mut go = Command::new("go");
        go.args(["run", "."]).current_dir(folder.path()).env("GOTOOLCHAIN", "local").env("GOPROXY", "off");
        run("go", &mut go, questions)
    };
    compare("go", Scheme::Go, Authority::Validity, 20_000, ask);
}

#[test]
fn maven() {
    const MAIN: &str = "\
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;

public class Compare {
    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null; ) {
            String[] pair = line.split(\"\\t\");
            var order = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
            System.out.println(Integer.signum(order));
        }
    }
}
";
    let ask = |questions: &str| {
        let Some(jar) = maven_artifact() else {
            eprintln!("skipped: Maven's version library is not installed");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let main = folder.path().join("Compare.java");
        fs::write(&main, MAIN).expect("a file");
        run("java", Command::new("java").arg("-cp").arg(jar).arg(main), questions)
    };
    compare("Maven", Scheme::Maven, Authority::Order, 20_000, ask);
}

/// Maven's version library: in the local repository of 3.9, or where Debian puts it.
fn maven_artifact() -> Option<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let local = fs::read_dir(home.join(".m2/repository/org/apache/maven/maven-artifact")).into_iter().flatten();
    let mut found: Vec<PathBuf> = local
        .filter_map(|version| version.ok()?.file_name().into_string().ok())
        .filter(|version| version.starts_with("3.9."))
        .map(|version| {
            home.join(format!(".m2/repository/org/apache/maven/maven-artifact/{version}/maven-artifact-{version}.jar"))
        })
        .collect();
    found.sort();
    found.reverse();
    found.push("/usr/share/maven/lib/maven-artifact-3.x.jar".into());
    found.into_iter().find(|jar| jar.is_file())
}
