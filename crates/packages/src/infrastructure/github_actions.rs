//! Workflows and composite actions of GitHub (GitHub documentation, "Workflow syntax" and "Metadata syntax"):
//! `.github/workflows/*.yml` and `action.yml` anywhere, each also as `.yaml`.
//!
//! Every `uses: OWNER/REPOSITORY[/PATH]@REF` of a step is an action, of a job a workflow of another repository. The
//! reference is the version as it stands, a tag or a commit. A commit says little, so what people and tools write beside
//! it, `# v4.2.2`, counts instead.
//!
//! Actions and workflows of the own repository (`./…`), images (`docker://…`) and references that an expression makes
//! are left out. So is what packages bring that were fetched: their workflows never run here.

use std::collections::HashMap;

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::{
    text,
    yaml::{self, Node},
};

/// Steps that others wrote: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "github-actions",
    version: 1,
    files: &[
        Key::In(".github/workflows").when(is_workflow),
        Key::Name("action.yml").when(is_the_projects),
        Key::Name("action.yaml").when(is_the_projects),
    ],
    analyze,
};

fn is_workflow(path: &ImagePath) -> bool {
    matches!(path.extension(), Some(b"yml" | b"yaml")) && is_the_projects(path)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = yaml::parse(file.content)?;
    let text = text::decode(file.content)?;
    let comments = comments(&text);
    let mut listing = Listing::new(PackageKind::GithubActions);
    let jobs = document.get("jobs").entries().iter().map(|(_, job)| job);
    for place in jobs.chain([document.get("runs")]) {
        let steps = place.get("steps").items().iter().map(|step| step.get("uses"));
        for used in steps.chain([place.get("uses")]).map(Node::text) {
            let Some((name, reference)) = split(used) else { continue };
            let commented = comments.get(used).filter(|_| is_commit(reference));
            let version = commented.copied().unwrap_or(reference);
            if let Some(package) = listing.add(name, version, Presence::Declared) {
                package.relation = Relation::Direct;
            }
        }
    }
    listing.tell(facts);
    Ok(())
}

/// What is used, and which state of it.
fn split(used: &str) -> Option<(&str, &str)> {
    let (name, reference) = used.split_once('@')?;
    let (owner, path) = name.split_once('/')?;
    let is_own = owner.starts_with('.');
    let is_elsewhere = used.contains("://") || used.contains("${{");
    (!owner.is_empty() && !path.is_empty() && !is_own && !is_elsewhere).then_some((name, reference))
}

/// A commit by its SHA-1 or SHA-256.
fn is_commit(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The versions in comments behind what is used. YAML has no room for comments in its tree, so the lines are read.
fn comments(text: &str) -> HashMap<&str, &str> {
    let mut comments = HashMap::new();
    for line in text.lines() {
        let Some((_, value)) = line.split_once("uses:") else { continue };
        if let Some((used, comment)) = value.split_once(" #")
            && let Some(version) = version_in(comment)
        {
            comments.entry(used.trim().trim_matches(['"', '\''])).or_insert(version);
        }
    }
    comments
}

/// The first word of a comment that is a version: `v4`, `4.2.2`, `tag=v1.2.3-rc.1`, `v 11`.
fn version_in(comment: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    let mut follows_letter = false;
    for word in comment.split(|c: char| !is_part(c)).filter(|word| !word.is_empty()) {
        let number = word.strip_prefix('v').unwrap_or(word);
        let numbers = number.split(['-', '+']).next().unwrap_or_default();
        let is_number =
            |part: &str| !part.is_empty() && part.len() < 6 && part.bytes().all(|byte| byte.is_ascii_digit());
        // Numbers alone may be anything: of an issue, of a year.
        let marked = number.len() < word.len() || numbers.contains('.') || follows_letter;
        if marked && numbers.split('.').count() <= 4 && numbers.split('.').all(is_number) {
            return Some(word);
        }
        follows_letter = word == "v";
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(workflow: &str, expected: &str) {
        testing::check(&ANALYZER, ".github/workflows/ci.yaml", workflow, expected);
    }

    const WORKFLOW: &str = "on: push
jobs:
  call:
    uses: octo-org/shared/.github/workflows/build.yml@v1
  local:
    uses: ./.github/workflows/own.yml
  test:
    container: node:20
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
      - name: quoted
        uses: 'actions/cache/restore@5a3ec84eff668545956fd18022155c47e93e2684'  #v4.2.3
      - uses: actions/setup-go@v5
      - uses: actions/setup-node@main # v4
      - uses: some/tool@0123456789012345678901234567890123456789
      - uses: ./.github/actions/own
      - uses: docker://alpine:3.20
      - uses: ${{ matrix.owner }}/x@v1
      - run: 'echo \"uses: no/such@v1\"'
";

    const ACTION: &str =
        "runs:\n  using: composite\n  steps:\n    - uses: actions/setup-go@v4\n      with: {go: 1.21}\n";

    #[test]
    fn steps_and_jobs_use_what_others_wrote() {
        check(
            WORKFLOW,
            "actions/cache/restore v4.2.3 (declared) direct
             actions/checkout v4.2.2 (declared) direct
             actions/setup-go v5 (declared) direct
             actions/setup-node main (declared) direct
             octo-org/shared/.github/workflows/build.yml v1 (declared) direct
             some/tool 0123456789012345678901234567890123456789 (declared) direct",
        );
        testing::check(&ANALYZER, "action.yml", ACTION, "actions/setup-go v4 (declared) direct");
        testing::check(&ANALYZER, "action.yml", "runs: {using: docker, image: Dockerfile}", "");
    }

    #[test]
    fn comments_have_versions_in_many_forms() {
        for (comment, expected) in [
            ("v4.2.2", Some("v4.2.2")),
            ("4.2.2", Some("4.2.2")),
            ("v4", Some("v4")),
            ("tag=v1.2.3-rc.1", Some("v1.2.3-rc.1")),
            ("ratchet:actions/checkout@v3", Some("v3")),
            ("pin to v1, see #123", Some("v1")),
            ("v 11", Some("11")),
            ("see #123", None),
            ("2024", None),
            ("2024-01-02", None),
            ("main", None),
            ("", None),
        ] {
            assert_eq!(version_in(comment), expected, "{comment}");
        }
    }

    #[test]
    fn workflows_and_actions_are_wanted() {
        for (path, expected) in [
            (".github/workflows/ci.yml", true),
            ("app/node_modules/a/.github/workflows/ci.yml", false),
            ("src/app/.github/workflows/ci.yaml", true),
            ("src/app/.github/actions/setup/action.yml", true),
            (".github/workflows/readme.md", false),
            (".github/dependabot.yml", false),
            ("workflows/ci.yml", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn broken_files_are_gaps() {
        check("jobs: [", "gap: corrupt");
        check("", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, ".github/workflows/ci.yml", &[WORKFLOW.as_bytes(), ACTION.as_bytes()]);
    }
}
