//! The references that a git server advertises over HTTP (gitprotocol-http, "Smart Server Response"; gitprotocol-common, "pkt-line
//! Format"): what each tag and branch points to.

use std::collections::HashMap;

/// References by their full names. Those of annotated tags are also there peeled, as `refs/tags/v1^{}`.
#[derive(Clone, Debug, Default)]
pub(super) struct References(HashMap<String, String>);

impl References {
    pub(super) fn read(content: &[u8]) -> Result<Self, String> {
        let mut rest = content;
        let mut all = HashMap::new();
        let mut said = false;
        while !rest.is_empty() {
            let broken = || "its list of references makes no sense".to_owned();
            let length = rest.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
            let length = length.and_then(|digits| usize::from_str_radix(digits, 16).ok()).ok_or_else(broken)?;
            // Fewer than four are marks without content: the end of a part.
            let end = length.max(4);
            let line = rest.get(4..end).ok_or_else(broken)?;
            rest = &rest[end..];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            if line.starts_with(b"# service=git-upload-pack") {
                said = true;
                continue;
            }
            // Behind the first reference stands what the server can do.
            let line = line.split(|byte| *byte == 0).next().unwrap_or_default();
            let Some((commit, name)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(' ')) else {
                continue;
            };
            let is_commit = matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_commit {
                all.insert(name.to_owned(), commit.to_ascii_lowercase());
            }
        }
        if said { Ok(Self(all)) } else { Err("its server does not speak git's smart protocol".into()) }
    }

    /// The commit that a tag or branch points to; a tag goes before a branch of the same name, as it does for a workflow.
    pub(super) fn commit(&self, name: &str) -> Option<&str> {
        let names = [format!("refs/tags/{name}^{{}}"), format!("refs/tags/{name}"), format!("refs/heads/{name}")];
        names.iter().find_map(|name| self.0.get(name)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(line: &str) -> String {
        format!("{:04x}{line}", line.len() + 4)
    }

    #[test]
    fn tags_are_peeled_and_go_before_branches() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|digit| digit.repeat(40));
        let text = [
            packet("# service=git-upload-pack\n"),
            "0000".to_owned(),
            packet(&format!("{a} HEAD\0multi_ack symref=HEAD:refs/heads/main\n")),
            packet(&format!("{a} refs/heads/main\n")),
            packet(&format!("{b} refs/heads/v1\n")),
            packet(&format!("{c} refs/tags/v1\n")),
            packet(&format!("{d} refs/tags/v1^{{}}\n")),
            packet(&format!("{c} refs/tags/light\n")),
            "0000".to_owned(),
        ]
        .concat();
        let references = References::read(text.as_bytes()).unwrap();
        assert_eq!(references.commit("v1"), Some(&*d));
        assert_eq!(references.commit("light"), Some(&*c));
        assert_eq!(references.commit("main"), Some(&*a));
        assert_eq!(references.commit("v2"), None);
    }

    #[test]
    fn what_is_no_such_list_is_refused() {
        for text in ["<html>", "zzzz", "00ffshort", "", "001e# service=git-receive-pack\n0000"] {
            assert!(References::read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
