//! Where files name images and actions, by tags that somebody can move, or pinned; and how a line says the same with a digest.
//!
//! | file | what is looked at |
//! |---|---|
//! | Dockerfile | `FROM`, `COPY --from`, `RUN --mount=from=`, the line `# syntax=`, and defaults of `ARG` that `FROM` uses |
//! | Compose, Kubernetes (Tekton, Argo), Drone, Woodpecker, `CircleCI`, Azure | `image` of whatever |
//! | GitHub | `uses`, `container`, `image` of services, `runs.image` of actions (`docker://…`) |
//! | GitLab, Bitbucket | `image` and `services`, as texts or with a `name` |
//! | Helm's values | `image` with `repository` and `tag`, and a `registry` and `digest` where they are there; `image` as a text |
//!
//! A digest is written where the tag was, and the tag stays for people, and for whoever renews the digest: as a comment at the end of
//! the line in YAML, before the digest where a comment cannot be (`name:tag@sha256:…`). Nothing else of a file changes.

mod dockerfile;
mod yaml;

#[cfg(test)]
mod tests;

use std::ops::Range;

use model::ImagePath;

use crate::{Target, detect};

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An image of a container.
    Image,
    /// An action, or a workflow that others use, by its repository.
    Action,
}

/// A place where a file names something that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// What is named.
    pub what: What,
    /// The name without tag and digest: `team/app`, `actions/checkout`, perhaps with a path behind that.
    pub name: String,
    /// The tag, branch or version; of something pinned, the one that a comment says, or that stands before the digest.
    pub tag: Option<String>,
    /// The digest of an image, or the commit of an action.
    pub pin: Option<String>,
    /// The line, counted from one.
    pub line: u32,
    /// Why it cannot be pinned here, for a person.
    pub obstacle: Option<&'static str>,
    form: Form,
}

/// How the place is written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// It stands nowhere that could be changed.
    Nowhere,
    /// The whole reference stands there, in bytes of the file; after `docker://` where it says that.
    Whole { at: Range<usize>, line: Rest },
    /// The tag alone stands there.
    Tag { at: Range<usize> },
    /// A place for the digest alone.
    Digest { at: Range<usize>, quoted: bool },
}

/// What follows a reference in its line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rest {
    /// Something to which no comment can be added.
    Taken,
    /// Nothing: a comment can be added here.
    Free(usize),
    /// A comment, whose text is here.
    Comment(Range<usize>),
}

impl Use {
    fn new(what: What, reference: &str, line: u32) -> Self {
        let (rest, pin) = match reference.split_once('@') {
            Some((rest, pin)) => (rest, Some(pin)),
            None => (reference, None),
        };
        let mut this = Self {
            what,
            name: rest.to_owned(),
            tag: None,
            pin: pin.map(str::to_owned),
            line,
            obstacle: None,
            form: Form::Nowhere,
        };
        match what {
            What::Image => {
                if let Some((name, tag)) = rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
                    (this.name, this.tag) = (name.to_owned(), Some(tag.to_owned()));
                }
                if this.tag.is_none() && this.pin.is_none() {
                    this.tag = Some("latest".to_owned());
                }
            }
            // What follows the sign is a commit, or else a tag or branch.
            What::Action => {
                if this.pin.as_deref().is_some_and(|pin| !is_commit(pin)) {
                    this.tag = this.pin.take();
                }
            }
        }
        if reference.contains('$') || reference.contains("{{") {
            this.obstacle = Some("a variable decides what it is");
        }
        this
    }

    /// As the file says it, with the tag beside the pin where both are known.
    pub fn shown(&self) -> String {
        let separator = if self.what == What::Image { ":" } else { "@" };
        let tag = self.tag.as_ref().map(|tag| format!("{separator}{tag}")).unwrap_or_default();
        let pin = self.pin.as_ref().map(|pin| format!("@{pin}")).unwrap_or_default();
        match self.what {
            What::Action if self.pin.is_some() => {
                let tag = self.tag.as_ref().map(|tag| format!(" ({tag})")).unwrap_or_default();
                format!("{}{pin}{tag}", self.name)
            }
            _ => format!("{}{tag}{pin}", self.name),
        }
    }

    /// Whether what it names can change under it.
    pub fn is_mutable(&self) -> bool {
        self.pin.is_none()
    }

    /// What to write where, so that it is pinned. None where nothing can be written.
    pub fn edits(&self, content: &str, pin: &str) -> Vec<(Range<usize>, String)> {
        if self.obstacle.is_some() {
            return Vec::new();
        }
        let tag = self.tag.as_deref().unwrap_or_default();
        match &self.form {
            Form::Nowhere => Vec::new(),
            Form::Tag { at } => vec![(at.clone(), format!("{tag}@{pin}"))],
            Form::Digest { at, quoted } => {
                vec![(at.clone(), if *quoted { pin.to_owned() } else { format!("\"{pin}\"") })]
            }
            Form::Whole { at, line } => {
                let short = format!("{}@{pin}", self.name);
                let whole = if tag.is_empty() { short.clone() } else { format!("{}:{tag}@{pin}", self.name) };
                // What was written with both stays so.
                let has_both = !tag.is_empty() && content[at.clone()].starts_with(&format!("{}:{tag}@", self.name));
                match (self.what, line) {
                    _ if has_both => vec![(at.clone(), whole)],
                    (_, Rest::Free(end)) if !tag.is_empty() => {
                        vec![(at.clone(), short), (*end..*end, format!(" # {tag}"))]
                    }
                    // A comment that names the tag already says enough.
                    (_, Rest::Comment(text)) if said(&content[text.clone()]) == Some(tag) => vec![(at.clone(), short)],
                    (What::Action, Rest::Comment(text)) if !tag.is_empty() => {
                        vec![(at.clone(), short), (text.start..text.start, format!("{tag}, "))]
                    }
                    (What::Action, _) => vec![(at.clone(), short)],
                    (What::Image, _) => vec![(at.clone(), whole)],
                }
            }
        }
    }
}

/// All places in a file, in its order. None when it is no file of a kind that names any.
pub fn uses(path: &ImagePath, content: &str) -> Option<Vec<Use>> {
    let name = path.name().to_ascii_lowercase();
    let has_ending = [&b".yaml"[..], b".yml"].iter().any(|ending| name.ends_with(ending));
    let target = detect::language(path, content.as_bytes());
    let mut uses = match target {
        Some(Target::Dockerfile) => dockerfile::uses(content),
        Some(
            target @ (Target::Compose
            | Target::Kubernetes
            | Target::GithubActions
            | Target::GitlabCi
            | Target::AzurePipelines
            | Target::BitbucketPipelines
            | Target::CircleCi),
        ) => yaml::uses(content, target),
        // Drone and Woodpecker have `image` in steps and services, as Compose has.
        _ if has_ending && (name.starts_with(b".drone") || name.starts_with(b".woodpecker")) => {
            yaml::uses(content, Target::Compose)
        }
        _ if has_ending && name.starts_with(b"values") => yaml::uses(content, Target::Kubernetes),
        _ => return None,
    };
    uses.sort_by_key(|it| it.line);
    // An anchor is there once, and used often.
    uses.dedup();
    Some(uses)
}

/// A text with these changes, which do not overlap.
pub fn edited(content: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(at, _)| (at.start, at.end));
    let mut text = String::with_capacity(content.len() + 80 * edits.len());
    let mut done = 0;
    for (at, new) in edits {
        // The same place twice, or one inside of another, is written once.
        if at.start < done || !content.is_char_boundary(at.start) || !content.is_char_boundary(at.end) {
            continue;
        }
        text.push_str(&content[done..at.start]);
        text.push_str(&new);
        done = at.end;
    }
    text.push_str(&content[done..]);
    text
}

/// Forty hexadecimal digits, or sixty-four.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The tag that a comment begins with, as people and Renovate write it: `v4.1.2`, `tag=v4`, `1.25-alpine, for the proxy`.
fn said(comment: &str) -> Option<&str> {
    let word = comment.trim_start().split([' ', ',', ';', '\t']).next()?.trim_end_matches('.');
    let word = word.strip_prefix("tag=").or_else(|| word.strip_prefix('@')).unwrap_or(word);
    let is_tag = !word.is_empty()
        && word.len() <= 128
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte))
        && (word.contains(|character: char| character.is_ascii_digit())
            || matches!(word, "latest" | "stable" | "main" | "master" | "edge" | "lts"));
    is_tag.then_some(word)
}
