//! Other people's programs.

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, thread};

use super::skip;

/// A program that is installed.
pub struct Tool {
    path: PathBuf,
}

/// The program of that name. That it is absent is said.
pub fn tool(name: &str) -> Option<Tool> {
    let found = env::var_os("PATH")
        .and_then(|path| env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file()));
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found.map(|path| Tool { path })
}

impl Tool {
    /// A run that has not started.
    pub fn command(&self) -> Command {
        Command::new(&self.path)
    }

    /// What it writes to standard output. It must succeed.
    pub fn ask(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
        self.tell("", arguments)
    }

    /// The same, with something on its standard input.
    pub fn tell(&self, input: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // A program that does not care for its input may be gone by now.
        let writer = thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?} failed: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }
}
