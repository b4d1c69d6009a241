//! What is to be kept up to date, and what it must be like.

use std::ffi::OsStr;
use std::path::Path;

use super::checksum::Checksum;
use super::{draft, ledger};

/// Larger than any file of advisories that anybody publishes.
const MOST: u64 = 4 << 30;

/// Leaves room for what is appended to a name in the making.
const NAME_BYTES: usize = 200;

/// Looks at a file that has come; its complaint is the end of it.
pub type Check = Box<dyn Fn(&Path) -> Result<(), String> + Send + Sync>;

/// A file to keep up to date.
pub struct Wanted {
    /// Where it is, at the remote and below the folder of the copies alike; its parts separated by `/`.
    pub path: String,
    /// How many bytes it may have.
    pub most: u64,
    /// The hash that it must have. A copy that has it is up to date, whatever its age.
    pub checksum: Option<Checksum>,
    /// What else it must be like.
    pub check: Option<Check>,
}

impl Wanted {
    /// The file at `path`, whatever it is like.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), most: MOST, checksum: None, check: None }
    }

    /// Refuses paths that would lead elsewhere, here or at a remote: they may come from a list that was fetched.
    pub(super) fn check_path(&self) -> Result<(), String> {
        let wrong = |why: &str| Err(format!("{:?} is no path that a file may have here: {why}", self.path));
        for part in self.path.split('/') {
            if part.is_empty() || part == "." || part == ".." {
                return wrong("each of its parts must be a name");
            }
            if part.len() > NAME_BYTES {
                return wrong("a name in it is too long");
            }
            if part.contains('\\') || part.chars().any(char::is_control) || Path::new(part).has_root() {
                return wrong("it has characters that no name should have");
            }
            if draft::is_left_over(OsStr::new(part)) || part == ledger::NAME || part == ledger::LOCK {
                return wrong("that name has another use");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_nowhere_else() {
        for good in ["npm/all.zip", "Azure Linux/all.zip", "Debian:12.shard", "[EMPTY]/a..b", ".hidden"] {
            assert_eq!(Wanted::new(good).check_path(), Ok(()));
        }
        let long = "a".repeat(201);
        for bad in [
            "",
            "/etc/passwd",
            "a/../../b",
            "..",
            "a//b",
            "a/",
            "./a",
            "a\\..\\b",
            "a\nb",
            "a\0b",
            "a\u{1b}[2J",
            "fetched.json",
            "fetched.lock",
            "npm/all.zip.claim",
            "a.0123456789abcdef.new",
            &long,
        ] {
            let why = Wanted::new(bad).check_path().unwrap_err();
            assert!(!why.contains(char::is_control), "{bad:?}");
        }
    }
}
