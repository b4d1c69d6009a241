//! A repository made by the program git, and what is read from it as text.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use git::{History, Layout};
use model::Budget;
use tempfile::TempDir;

/// A repository with a working tree.
pub struct Repository {
    folder: TempDir,
    /// Seconds since the first commit: each is an hour after the one before.
    hours: u32,
}

impl Repository {
    /// An empty one; none where there is no git.
    pub fn new() -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("skipped: repositories are not read, because the program git is not installed");
            return None;
        }
        let repository = Self { folder: tempfile::tempdir().unwrap(), hours: 0 };
        repository.git("init --quiet --initial-branch=main .");
        Some(repository)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Runs git there, with arguments that are apart by spaces. What it says.
    pub fn git(&self, arguments: &str) -> String {
        self.git_with(&arguments.split(' ').collect::<Vec<_>>())
    }

    pub fn git_with(&self, arguments: &[&str]) -> String {
        let date = format!("{} +0200", 1_500_000_000 + 3600 * self.hours);
        let mut git = Command::new("git");
        git.args(arguments).current_dir(self.folder.path());
        git.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", self.folder.path()).env("GIT_ALLOW_PROTOCOL", "file");
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "A U Thor").env(format!("GIT_{role}_EMAIL"), "a@example.com");
            git.env(format!("GIT_{role}_DATE"), &date);
        }
        let done = git.output().unwrap();
        assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    pub fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Commits these files, each `NAME=CONTENT`, or `-NAME` to remove one. The commit's name.
    pub fn commit(&mut self, files: &[&str]) -> String {
        for file in files {
            match file.split_once('=') {
                Some((name, content)) => self.write(name, content),
                None => fs::remove_file(self.path(&file[1..])).unwrap(),
            }
        }
        self.hours += 1;
        self.git("add --all");
        self.git_with(&["commit", "--quiet", "--allow-empty", "--message", &format!("change {}", self.hours)]);
        self.git("rev-parse HEAD")
    }

    /// The next commit is made later.
    pub fn wait(&mut self) {
        self.hours += 1;
    }

    pub fn read(&self) -> Read {
        Read::of(self.root(), &Budget::default())
    }
}

/// What was read.
#[derive(Debug, PartialEq)]
pub struct Read {
    /// `COMMIT PATH=CONTENT`, sorted; the commit in as many digits as tests need. `*` after the content for what is checked out.
    pub versions: Vec<String>,
    /// `COMMIT commit message: TEXT`, of tags as well, sorted.
    pub messages: Vec<String>,
    /// `KIND PATH: DETAIL`.
    pub gaps: Vec<String>,
}

impl Read {
    pub fn of(folder: &Path, budget: &Budget) -> Self {
        let layout = Layout::of(folder).unwrap_or_else(|| panic!("{} is no repository", folder.display()));
        let (seen, messages) = (Mutex::<Vec<_>>::default(), Mutex::<Vec<_>>::default());
        let history = History::read(&layout, budget, 2, &|version| {
            if version.is_message {
                let text = format!("{}: {}", version.path, String::from_utf8_lossy(version.content).trim_end());
                messages.lock().unwrap().push((version.commit, text));
                return;
            }
            let head = if version.at_head { "*" } else { "" };
            let text = format!("{}={}{head}", version.path, String::from_utf8_lossy(version.content));
            seen.lock().unwrap().push((version.commit, text));
        });
        let mut seen = seen.into_inner().unwrap();
        seen.sort();
        let versions = seen.into_iter().map(|(commit, text)| format!("{} {text}", &history.commit(commit).id[..7]));
        let versions = versions.collect();
        let gaps = history.gaps.iter().map(|gap| format!("{} {}: {}", gap.kind.name(), gap.place.path, gap.detail));
        let mut messages = messages.into_inner().unwrap();
        messages.sort();
        let messages = messages.into_iter().map(|(commit, text)| format!("{} {text}", &history.commit(commit).id[..7]));
        Self { versions, messages: messages.collect(), gaps: gaps.collect() }
    }

    /// Nothing else than these versions, and no gap.
    pub fn check(&self, expected: &[(&str, &str)]) {
        let expected: Vec<String> = expected.iter().map(|(commit, text)| format!("{} {text}", &commit[..7])).collect();
        assert_eq!(self.versions, expected);
        assert_eq!(self.gaps, Vec::<String>::new());
    }

    /// One gap, which begins so.
    pub fn check_gap(&self, expected: &str) {
        let [gap] = &*self.gaps else { panic!("one gap was expected: {:?}", self.gaps) };
        assert!(gap.starts_with(expected), "{gap}");
    }
}
