//! `plimsoll secrets` and `plimsoll repo`: what is planted in repositories, files and standard input is found, once.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, OnceLock};

use net::testing::{Answer, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A token as GitHub makes them, with 36 letters and digits; another one for each number.
fn token(number: u64) -> String {
    let digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1;
    let character = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(digits.as_bytes()[usize::try_from(state >> 33).unwrap() % digits.len()])
    };
    format!("{}{}", "ghp_", (0..36).map(character).collect::<String>())
}

fn plimsoll(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    // Clones need git, and git a PATH.
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that has no use for its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// What a scan finds: `PATH:LINE`, and for what is in a repository ` COMMIT STILL`, sorted.
fn found(arguments: &[&str], input: &str) -> Vec<String> {
    let output = plimsoll(&[arguments, &["--no-cache", "-f", "json"]].concat(), input);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["artifacts"][0]["coverage"]["gaps"], json!([]));
    let secrets = report["artifacts"][0]["secrets"].as_array().unwrap().iter();
    let mut found: Vec<String> = secrets.map(told).collect();
    found.sort();
    found
}

fn told(secret: &Value) -> String {
    let place = format!("{}:{}", secret["place"]["path"].as_str().unwrap(), secret["place"]["line"]);
    let committed = &secret["committed"];
    match committed["commit"].as_str() {
        Some(commit) => format!("{place} {} {}", &commit[..7], committed["still"].as_str().unwrap()),
        None => place,
    }
}

/// A repository made by the program git.
struct Repository {
    folder: TempDir,
    commits: u32,
}

impl Repository {
    /// None where there is no git.
    fn new() -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("skipped: histories are not searched, because the program git is not installed");
            return None;
        }
        let repository = Self { folder: tempfile::tempdir().unwrap(), commits: 0 };
        repository.git("init --quiet --initial-branch=main .");
        Some(repository)
    }

    fn root(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn git(&self, arguments: &str) -> String {
        let mut git = Command::new("git");
        git.args(arguments.split(' ')).current_dir(self.folder.path());
        git.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", self.folder.path());
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "A U Thor").env(format!("GIT_{role}_EMAIL"), "a@example.com");
            git.env(format!("GIT_{role}_DATE"), format!("{} +0000", 1_500_000_000 + 3600 * self.commits));
        }
        let done = git.output().unwrap();
        assert!(done.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn write(&self, name: &str, content: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    /// The first digits of the new commit's name.
    fn commit(&mut self) -> String {
        self.commits += 1;
        self.git("add --all");
        self.git("commit --quiet --allow-empty --message change");
        self.git("rev-parse HEAD")[..7].to_owned()
    }
}

/// A repository with eight secrets, and where each is to be found.
fn planted() -> Option<(Repository, Vec<String>)> {
    let mut it = Repository::new()?;
    let mut expected = Vec::new();
    let line = |number| format!("# settings\nTOKEN={}\n", token(number));

    // Deleted long ago.
    it.write("old.env", &line(1));
    let first = it.commit();
    expected.push(format!("old.env:2 {first} in_history"));
    fs::remove_file(it.path("old.env")).unwrap();
    it.write("README", "text\n");
    it.commit();

    // Still there, in a file that was changed twice since and has moved.
    it.write("config/a.py", &line(2));
    let commit = it.commit();
    it.write("config/a.py", &format!("{}\nDEBUG=1\n", line(2)));
    it.commit();
    fs::remove_file(it.path("config/a.py")).unwrap();
    it.write("src/moved.py", &format!("import os\n{}", line(2)));
    it.commit();
    expected.push(format!("src/moved.py:3 {commit} in_tree"));

    // On a branch that was never merged, and on one that was.
    it.git("checkout --quiet -b side");
    it.write("side.env", &line(3));
    expected.push(format!("side.env:2 {} in_history", it.commit()));
    it.git("checkout --quiet main");
    it.git("checkout --quiet -b merged");
    it.write("merged.env", &line(4));
    let commit = it.commit();
    it.git("checkout --quiet main");
    it.write("main.txt", "text\n");
    it.commit();
    it.git("merge --quiet --no-commit --no-ff merged");
    expected.push(format!("merged.env:2 {commit} in_tree"));

    // In a merge, and in neither of its parents.
    it.write("evil.env", &line(5));
    expected.push(format!("evil.env:2 {} in_tree", it.commit()));

    // Only a tag leads to it.
    it.git("checkout --quiet --detach");
    it.write("tagged.env", &line(6));
    expected.push(format!("tagged.env:2 {} in_history", it.commit()));
    it.git("tag --annotate --message text v1");
    it.git("checkout --quiet main");

    // Deleted in the working tree, and not in a commit.
    it.write("head.env", &line(7));
    expected.push(format!("head.env:2 {} at_head", it.commit()));
    fs::remove_file(it.path("head.env")).unwrap();

    // Never committed.
    it.write("new.env", &line(8));
    expected.push("new.env:2".to_owned());
    expected.sort();
    Some((it, expected))
}

#[test]
fn what_is_planted_in_a_repository_is_found_once_with_its_commit() {
    let Some((it, expected)) = planted() else { return };
    assert_eq!(found(&["secrets", it.root()], ""), expected);
    assert_eq!(found(&["repo", it.root(), "--scanners", "secret"], ""), expected);
    it.git("gc --quiet --aggressive");
    assert_eq!(found(&["secrets", it.root()], ""), expected);
}

#[test]
fn messages_of_commits_and_tags_are_searched_once() {
    let Some(mut it) = Repository::new() else { return };
    it.write("README", "text\n");
    it.commit();
    it.git(&format!("commit --quiet --allow-empty --message TOKEN={}", token(9)));
    it.git(&format!("tag --annotate --message TOKEN={} v1", token(10)));
    let [commit, tag] = ["HEAD", "v1"].map(|name| it.git(&format!("rev-parse {name}"))[..7].to_owned());
    // What git writes down of them beside its objects is the same.
    let expected = [format!("commit message:1 {commit} in_history"), format!("tag message:1 {tag} in_history")];
    assert_eq!(found(&["secrets", it.root()], ""), expected);
}

#[test]
fn history_can_be_left_alone() {
    let Some((it, expected)) = planted() else { return };
    let expected: Vec<String> = expected
        .iter()
        .filter(|told| told.ends_with("in_tree") || !told.contains(' '))
        .map(|told| told.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(found(&["secrets", it.root(), "--no-git-history"], ""), expected);
    assert_eq!(found(&["fs", it.root(), "--scanners", "secret"], ""), expected);
}

#[test]
fn repositories_are_cloned_by_their_address() {
    let Some((it, _)) = planted() else { return };
    let address = format!("file://{}", it.root());
    let cache = tempfile::tempdir().unwrap();
    let places =
        ["old.env:2", "src/moved.py:3", "side.env:2", "merged.env:2", "evil.env:2", "tagged.env:2", "head.env:2"];
    for command in [["secrets", &address].as_slice(), &["repo", &address, "--scanners", "secret"]] {
        let arguments = [command, &["-f", "json", "--cache-dir", cache.path().to_str().unwrap()]].concat();
        let output = plimsoll(&arguments, "");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let artifact = &report["artifacts"][0];
        assert_eq!(artifact["origin"]["reference"].as_str(), Some(&*address));
        let secrets = artifact["secrets"].as_array().unwrap();
        let mut seen: Vec<&str> = secrets.iter().map(|secret| secret["committed"]["path"].as_str().unwrap()).collect();
        seen.sort_unstable();
        let mut expected = places.map(|place| place.split(':').next().unwrap());
        // Where it was first.
        expected[1] = "config/a.py";
        expected.sort_unstable();
        assert_eq!(seen, expected, "{command:?}");
    }
    assert_eq!(fs::read_dir(cache.path().join("clones")).unwrap().count(), 0, "clones are removed");

    let output = plimsoll(&["secrets", "file:///no/such/repository", "--no-cache"], "");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("cannot clone file:///no/such/repository"), "{errors}");
    let output = plimsoll(&["secrets", "https://localhost/a.git", "--offline"], "");
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Serves an organisation's list, and its repositories as plain files (gitprotocol-http(5), "dumb" clients). Everything only
/// for those who have the token.
fn forge(root: PathBuf) -> Server {
    let host = Arc::new(OnceLock::<String>::new());
    let known = Arc::clone(&host);
    let server = Server::start(move |asked| {
        let (path, by) = (asked.path.split('?').next().unwrap(), asked.header("authorization").unwrap_or_default());
        if path == "/api/orgs/acme/repos" && by == "Bearer t0ken" {
            let base = format!("http://{}/acme", known.get().unwrap());
            let list = ["a", "b", "missing"].map(|name| json!({"clone_url": format!("{base}/{name}.git")}));
            return Answer::new(200, json!(list).to_string());
        }
        // `x-access-token:t0ken` in base64.
        if by != "Basic eC1hY2Nlc3MtdG9rZW46dDBrZW4=" {
            return Answer::new(401, "");
        }
        let file = path.strip_prefix("/acme/").and_then(|path| fs::read(root.join(path)).ok());
        file.map_or_else(|| Answer::new(404, ""), |content| Answer::new(200, content))
    });
    host.set(server.host.clone()).unwrap();
    server
}

#[test]
fn an_organisations_repositories_are_all_searched() {
    let Some((it, _)) = planted() else { return };
    let Some(mut other) = Repository::new() else { return };
    other.write("b.env", &format!("TOKEN={}\n", token(9)));
    let commit = other.commit();
    let root = tempfile::tempdir().unwrap();
    for (repository, name) in [(&it, "a.git"), (&other, "b.git")] {
        let copy = root.path().join(name).display().to_string();
        repository.git(&format!("clone --quiet --mirror . {copy}"));
        repository.git(&format!("-C {copy} update-server-info"));
    }
    let server = forge(root.path().to_owned());
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let url = format!("http://{}/api", server.host);
    command.args(["secrets", "--organization", "github:acme", "--forge-url", &url, "--no-cache", "-f", "json"]);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("NO_PROXY", "*");
    let output = command.env("PLIMSOLL_FORGE_TOKEN", "t0ken").output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    // One of three is not there.
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("/acme/missing.git") && !errors.contains("t0ken"), "{errors}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let artifacts: Vec<(&str, usize)> = report["artifacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["origin"]["reference"].as_str().unwrap(), it["secrets"].as_array().unwrap().len()))
        .collect();
    let address = |name: &str| format!("http://{}/acme/{name}.git", server.host);
    assert_eq!(artifacts, [(&*address("a"), 7), (&*address("b"), 1)]);
    assert_eq!(told(&report["artifacts"][1]["secrets"][0]), format!("b.env:1 {commit} at_head"));
}

#[test]
fn files_and_standard_input_are_searched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    let text = format!("first line\nsecond {}\n", token(1));
    fs::write(&file, &text).unwrap();
    assert_eq!(found(&["secrets", file.to_str().unwrap()], ""), ["notes.txt:2"]);
    assert_eq!(found(&["secrets", "-"], &text), ["stdin:2"]);
    assert_eq!(found(&["secrets", folder.path().to_str().unwrap()], ""), ["notes.txt:2"]);
    assert_eq!(found(&["secrets", "-"], ""), Vec::<String>::new());
    let output = plimsoll(&["secrets", "-", "--fail-on", "high"], &text);
    assert_eq!(output.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&output.stdout).contains(&token(1)[8..]), "the secret is shown");
}

#[test]
fn images_are_recognized() {
    let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop.oci");
    let output = plimsoll(&["secrets", image.to_str().unwrap(), "--no-cache", "-f", "json"], "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["artifacts"][0]["origin"]["transport"], "oci-dir");
}

/// Rules of a company that does not exist.
const RULES: &str = "provider: Acme
about: a factory of everything
words: [acme]
rotate: Ask the porter for another one.
kinds:
  - id: acme-door-key
    name: Acme door key
    opens: Opens every door of the factory.
    severity: high
    shape: acmedoor_<alnum:32>
    matches:
      - DOOR=acmedoor_<alnum:32>
      - 'door: acmedoor_<alnum:32>'
    differs:
      - DOOR=acmedoor_<alnum:20>
      - DOOR=acmegate_<alnum:32>
";

/// What is said of rules, and the exit code.
fn check_rules(rules: &str, code: i32, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.yaml");
    fs::write(&file, rules).unwrap();
    let output = plimsoll(&["secrets", "rules", "test", file.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().map(|line| line.rsplit("acme.yaml: ").next().unwrap()).collect();
    assert_eq!(lines, expected);
}

#[test]
fn rules_of_ones_own_are_checked() {
    check_rules(RULES, 0, &["1 kinds with 4 examples, all as they should be"]);
    let example = RULES.replace("- DOOR=acmedoor_<alnum:32>", "- DOOR=acmedoor_<alnum:30>");
    check_rules(&example, 1, &["line 12: what is found here is nothing (in acme-door-key, matches)"]);
    let example = RULES.replace("- DOOR=acmegate_", "- DOOR=acmedoor_");
    check_rules(&example, 1, &["line 16: it is found here (in acme-door-key, differs)"]);
    let severity = RULES.replace("severity: high", "severity: huge");
    check_rules(&severity, 1, &["line 9: \"huge\" is none of critical, high, medium, low (in acme-door-key)"]);
    let taken = RULES.replace("acme-door-key", "github-personal-access-token");
    check_rules(&taken, 1, &["line 12: another kind has the same id (in github-personal-access-token)"]);
    let shape = RULES.replace("shape: acmedoor_<alnum:32>", "shape: acmedoor_<alnum:32");
    check_rules(&shape, 1, &["line 10: a < is never closed (in acme-door-key)"]);
}

#[test]
fn rules_of_ones_own_find_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.yaml");
    fs::write(&file, RULES).unwrap();
    let text = format!("DOOR=acmedoor_{}\n", &token(1)[8..40]);
    let rules = ["--secret-rules", folder.path().to_str().unwrap()];
    assert_eq!(found(&[["secrets", "-"], rules].concat(), &text), ["stdin:1"]);
    assert_eq!(found(&["secrets", "-"], &text), Vec::<String>::new());
    fs::write(&file, RULES.replace("severity", "several")).unwrap();
    let output = plimsoll(&[["secrets", "-"], rules].concat(), &text);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("acme.yaml: line 9: "), "{output:?}");
}

#[test]
fn all_kinds_are_listed() {
    let list = |more: &[&str]| {
        let output = plimsoll(&[&["secrets", "rules", "list"], more].concat(), "");
        String::from_utf8(output.stdout).unwrap()
    };
    let json: Value = serde_json::from_str(&list(&["--format", "json"])).unwrap();
    let kinds = json["list"].as_array().unwrap();
    assert_eq!(json["kinds"], kinds.len());
    assert!(kinds.len() >= 1000 && json["providers"].as_u64().unwrap() >= 600);
    let token = kinds.iter().find(|kind| kind["id"] == "github-personal-access-token").unwrap();
    assert_eq!((&token["provider"], &token["severity"]), (&"GitHub".into(), &"critical".into()));
    assert!(token["rotate"].as_str().unwrap().contains("github.com"));
    assert_eq!(list(&[]).lines().count(), kinds.len() + 3);
}

/// A folder with a token that `server` accepts, and one that it does not.
fn two_tokens(server: impl Fn(&str) -> Answer + Send + Sync + 'static) -> (TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("live.env"), format!("TOKEN={}\n", token(21))).unwrap();
    fs::write(folder.path().join("revoked.env"), format!("TOKEN={}\n", token(22))).unwrap();
    let server = Server::start(move |asked| server(asked.header("authorization").unwrap_or_default()));
    (folder, server)
}

/// Asks about what is in the folder, at this server: the exit code, `PATH VERDICT` of each secret, and what was said.
fn verified(folder: &Path, server: &Server, more: &[&str]) -> (Option<i32>, Vec<String>, String) {
    let endpoint = format!("github=http://{}/api/v3", server.host);
    let asked = ["secrets", folder.to_str().unwrap(), "--verify", "--verify-endpoint", &endpoint, "-f", "json", "-vv"];
    let output = plimsoll(&[&asked, more].concat(), "");
    let said = String::from_utf8(output.stderr).unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let secrets = report["artifacts"][0]["secrets"].as_array().unwrap().iter();
    let mut told: Vec<String> = secrets
        .map(|secret| format!("{} {}", secret["place"]["path"].as_str().unwrap(), secret["verified"].as_str().unwrap()))
        .collect();
    told.sort();
    (output.status.code(), told, said + &String::from_utf8(output.stdout).unwrap())
}

#[test]
fn providers_are_asked_whether_they_accept_a_secret() {
    let live = format!("Bearer {}", token(21));
    let (folder, server) = two_tokens(move |asked| Answer::new(if asked == live { 200 } else { 401 }, "{}"));
    let (code, told, said) = verified(folder.path(), &server, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(told, ["live.env live", "revoked.env revoked"]);
    assert_eq!(server.paths(), ["GET /api/v3/user", "GET /api/v3/user"]);
    // Not even in the log of everything.
    assert!(said.contains("asked about a secret"), "{said}");
    for number in [21, 22] {
        assert!(!said.contains(&token(number)[4..]), "{said}");
    }
    let settings = folder.path().join("plimsoll.yaml");
    fs::write(&settings, "gates: {leaked: {verified: live}}\n").unwrap();
    let (code, _, said) = verified(folder.path(), &server, &["--config", settings.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("gate leaked (verified: live): 1:"), "{said}");
}

#[test]
fn a_secret_goes_to_its_provider_and_to_nobody_else() {
    let other = Arc::new(Server::start(|_| Answer::new(200, "{}")));
    let away = format!("http://{}/user", other.host);
    let (folder, server) = two_tokens(move |_| Answer::new(302, "").with("Location", away.clone()));
    let (_, told, _) = verified(folder.path(), &server, &[]);
    assert_eq!(told, ["live.env unknown", "revoked.env unknown"]);
    assert_eq!(other.paths(), [""; 0]);
    // Whoever was asked too much is left alone.
    let (folder, server) = two_tokens(|_| Answer::new(429, ""));
    let (_, told, _) = verified(folder.path(), &server, &[]);
    assert_eq!(told, ["live.env unknown", "revoked.env unknown"]);
    assert_eq!(server.paths().len(), 1);
}

#[test]
fn secrets_are_not_sent_or_shown_where_that_is_forbidden() {
    for arguments in [
        &["secrets", ".", "--verify", "--offline"][..],
        &["fs", ".", "--scanners", "vuln", "--verify"],
        &["secrets", ".", "--verify-endpoint", "nobody=https://x.example"],
        &["secrets", ".", "--verify-endpoint", "github=https://a@x.example"],
        // Standard output is no terminal here.
        &["secrets", ".", "--show-secrets"],
        &["secrets", ".", "--show-secrets", "-f", "json"],
        &["secrets", ".", "--show-secrets", "-o", "table=report.txt"],
    ] {
        let output = plimsoll(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn only_flags_that_are_of_use_are_offered() {
    let help = String::from_utf8(plimsoll(&["secrets", "--help"], "").stdout).unwrap();
    for flag in ["--verify", "--secret-rules", "--fail-on", "--archives", "--max-file-bytes", "--no-git-history"] {
        assert!(help.contains(flag), "{flag}");
    }
    for flag in
        ["--scanners", "--vex", "--advisories", "--db-max-age", "--severity-source", "--license", "--no-db-update"]
    {
        assert!(!help.contains(&format!("{flag} ")), "{flag}");
    }
}

#[test]
fn the_table_says_that_secrets_were_looked_for() {
    let table =
        String::from_utf8(plimsoll(&["secrets", "-", "--no-cache"], &format!("T={}\n", token(30))).stdout).unwrap();
    assert!(table.contains("secrets only: vulnerabilities were not asked for"), "{table}");
    assert!(table.contains("Secrets     1 high"), "{table}");
}
