//! Which files are configuration, and in which language: by their names, and where those say too little, by what is in them.

use model::ImagePath;

use crate::{Target, ansible, helm, host, kustomize};

/// The word for files that are part of a Helm chart and mean nothing by themselves.
pub const HELM: &str = "helm";

/// What others brought along and nobody here wrote.
const FOREIGN: &[&[u8]] = &[b"node_modules", b"site-packages", b"dist-packages", b".git", b"vendor/bundle"];

/// Whether a path may be configuration at all.
pub fn is_candidate(path: &ImagePath) -> bool {
    let bytes = path.as_bytes();
    let foreign = |folder: &[u8]| {
        memchr::memmem::find_iter(bytes, folder)
            .any(|at| (at == 0 || bytes[at - 1] == b'/') && bytes.get(at + folder.len()) == Some(&b'/'))
    };
    !FOREIGN.iter().any(|folder| foreign(folder))
}

/// Whether a path names a Dockerfile: `Dockerfile`, `Containerfile`, `Dockerfile.test`, `api.dockerfile`.
pub fn is_dockerfile(path: &ImagePath) -> bool {
    let name = path.name().to_ascii_lowercase();
    let is_named = [&b"dockerfile"[..], b"containerfile"].iter().any(|known| {
        let begins = name.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"."));
        begins || name.strip_suffix(*known).is_some_and(|rest| rest.ends_with(b"."))
    });
    is_named && !name.ends_with(b".dockerignore") && is_candidate(path)
}

/// Whether a path names a Jenkinsfile: `Jenkinsfile`, `Jenkinsfile.release`, `build.jenkinsfile`.
pub fn is_jenkinsfile(path: &ImagePath) -> bool {
    let name = path.name();
    let begins = name.strip_prefix(b"Jenkinsfile").is_some_and(|rest| rest.is_empty() || rest.starts_with(b"."));
    (begins || path.extension().is_some_and(|it| it.eq_ignore_ascii_case(b"jenkinsfile"))) && is_candidate(path)
}

/// Whether a path names a source of Bicep.
pub fn is_bicep(path: &ImagePath) -> bool {
    path.name().ends_with(b".bicep") && is_candidate(path)
}

/// Whether a path names a file of Terraform or OpenTofu: sources in both syntaxes, values of variables, state.
pub fn is_terraform(path: &ImagePath) -> bool {
    const ENDINGS: [&[u8]; 7] =
        [b".tf", b".tofu", b".tf.json", b".tofu.json", b".tfvars", b".tfvars.json", b".tfstate"];
    // What Terraform itself keeps there are copies, except for the modules that it fetched.
    let name = path.name();
    is_candidate(path) && (ENDINGS.iter().any(|ending| name.ends_with(ending)) || is_list_of_modules(path))
}

/// Where Terraform says which folder a module was fetched to.
fn is_list_of_modules(path: &ImagePath) -> bool {
    path.as_bytes().ends_with(b".terraform/modules/modules.json")
}

/// The word for kustomizations, and for patches that say of no resource what it is.
pub const KUSTOMIZE: &str = "kustomize";

/// The word for a file that belongs to others and is in no language by itself: a part of a chart, a kustomization.
pub fn part(path: &ImagePath, content: &[u8]) -> Option<&'static str> {
    let name = path.to_text();
    if !is_candidate(path) {
        None
    } else if kustomize::is_kustomization(&name) || is_patch(content) {
        Some(KUSTOMIZE)
    } else {
        helm::is_part(&name).then_some(HELM)
    }
}

/// Whether a document is a list of operations (RFC 6902).
fn is_patch(content: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(content, word).is_some();
    let begins = content.trim_ascii_start();
    (begins.starts_with(b"-") || begins.starts_with(b"[") || begins.starts_with(b"#"))
        && (has(b"op:") || has(b"\"op\""))
        && (has(b"path:") || has(b"\"path\""))
}

/// The language of a file.
pub fn language(path: &ImagePath, content: &[u8]) -> Option<Target> {
    if is_dockerfile(path) {
        return Some(Target::Dockerfile);
    }
    if is_terraform(path) {
        return Some(Target::Terraform);
    }
    if is_jenkinsfile(path) {
        return Some(Target::Jenkins);
    }
    if is_bicep(path) {
        return Some(Target::Arm);
    }
    if host::is_known(path) {
        return Some(Target::Host);
    }
    let is_data = |wanted: &[u8]| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(wanted));
    if !is_data(b"yaml") && !is_data(b"yml") && !is_data(b"json") {
        return None;
    }
    if kustomize::is_kustomization(&path.to_text()) {
        return None;
    }
    // What a pipeline of its own name does stands in no other file.
    let name = path.name().to_ascii_lowercase();
    let named =
        |begins: &[u8]| name.strip_prefix(begins).is_some_and(|rest| rest.starts_with(b".") || rest.starts_with(b"-"));
    let within = |folder: &[u8]| memchr::memmem::find(path.as_bytes(), folder).is_some();
    if within(b".github/workflows/") || name == b"action.yml" || name == b"action.yaml" {
        return Some(Target::GithubActions);
    }
    if name.ends_with(b".gitlab-ci.yml") || name.ends_with(b".gitlab-ci.yaml") {
        return Some(Target::GitlabCi);
    }
    if named(b"docker-compose") || named(b"compose") {
        return Some(Target::Compose);
    }
    if named(b"azure-pipelines") {
        return Some(Target::AzurePipelines);
    }
    if name == b"bitbucket-pipelines.yml" {
        return Some(Target::BitbucketPipelines);
    }
    if within(b".circleci/") {
        return Some(Target::CircleCi);
    }
    if name.starts_with(b"serverless.") && !is_data(b"json") {
        return Some(Target::Serverless);
    }
    // Roles have lists of tasks in folders of their own; playbooks lie anywhere.
    if !is_data(b"json") && is_list(content) && (is_list_of_tasks(path) || ansible::is_playbook(content)) {
        return Some(Target::Ansible);
    }
    said(content).filter(|target| *target != Target::Dockerfile)
}

/// Whether a document in YAML is a list.
fn is_list(content: &[u8]) -> bool {
    let lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let mut said = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#") && *line != b"---");
    said.next().is_some_and(|line| line.starts_with(b"- "))
}

/// Whether a path is that of tasks or handlers of a role: `roles/web/tasks/main.yml`.
fn is_list_of_tasks(path: &ImagePath) -> bool {
    let mut folders = path.as_bytes().rsplit(|byte| *byte == b'/').skip(1);
    folders.next().is_some_and(|folder| folder == b"tasks" || folder == b"handlers")
}

/// The language that a document says it is in, whatever its name.
pub fn said(content: &[u8]) -> Option<Target> {
    let has = |word: &[u8]| memchr::memmem::find(content, word).is_some();
    // As a key: of a mapping in YAML at the beginning of a line, in JSON in quotes.
    let key = |word: &str| has_key(content, word.as_bytes());
    if has(b"apiVersion") && key("apiVersion") && key("kind") {
        return Some(Target::Kubernetes);
    }
    if has(b"AWSTemplateFormatVersion") || has(b"AWS::") && key("Resources") {
        return Some(Target::CloudFormation);
    }
    if has(b"deploymentTemplate.json#") || has(b"subscriptionDeploymentTemplate.json#") {
        return Some(Target::Arm);
    }
    if has(b"planned_values") && key("terraform_version") {
        return Some(Target::Terraform);
    }
    if key("openapi") || key("swagger") {
        return Some(Target::OpenApi);
    }
    if is_list(content) && ansible::is_playbook(content) {
        return Some(Target::Ansible);
    }
    let mut lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let instruction = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"))?;
    let word = instruction.split(u8::is_ascii_whitespace).next()?;
    let begins = word.eq_ignore_ascii_case(b"FROM") || word.eq_ignore_ascii_case(b"ARG");
    begins.then_some(Target::Dockerfile)
}

/// Whether a document has a key: of an outer mapping in YAML, where no space is before it but that of a list, or anywhere in
/// JSON.
fn has_key(content: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find_iter(content, word).any(|at| {
        let (before, after) = (&content[..at], &content[at + word.len()..]);
        let begins = before.is_empty() || before.ends_with(b"\n") || before.ends_with(b"- ");
        let quoted = before.ends_with(b"\"") && after.starts_with(b"\"");
        quoted || begins && after.starts_with(b":")
    })
}

/// Whether a file is a template of a Helm chart, which is no manifest before it is rendered.
pub fn is_template(content: &[u8]) -> bool {
    memchr::memmem::find(content, b"{{").is_some()
        && [&b"{{-"[..], b".Values", b".Release", b"include \""]
            .iter()
            .any(|sign| memchr::memmem::find(content, sign).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_contents_tell_languages() {
        for (path, content, expected) in [
            ("Dockerfile", "", Some("dockerfile")),
            ("a/Dockerfile.prod", "", Some("dockerfile")),
            ("a/api.Dockerfile", "", Some("dockerfile")),
            ("Dockerfile.dockerignore", "", None),
            ("MyDockerfile", "", None),
            ("node_modules/x/Dockerfile", "", None),
            ("a.yaml", "apiVersion: v1\nkind: Pod\n", Some("kubernetes")),
            ("a.json", "{\"kind\": \"Pod\", \"apiVersion\": \"v1\"}", Some("kubernetes")),
            ("a.yaml", "x:\n  apiVersion: v1\n  kind: Pod\n", None),
            (".github/workflows/a.yml", "on: push\n", Some("github-actions")),
            ("sub/.gitlab-ci.yml", "", Some("gitlab-ci")),
            ("docker-compose.prod.yml", "", Some("compose")),
            ("composer.json", "{}", None),
            ("a.yml", "Resources:\n  B: {Type: 'AWS::S3::Bucket'}\n", Some("cloudformation")),
            ("a.txt", "apiVersion: v1\nkind: Pod\n", None),
            ("infra/main.tf", "", Some("terraform")),
            ("infra/eu.auto.tfvars.json", "{}", Some("terraform")),
            ("infra/.terraform/modules/modules.json", "{}", Some("terraform")),
            ("plan.json", "{\"terraform_version\": \"1.9\", \"planned_values\": {}}", Some("terraform")),
            ("main.tf.bak", "", None),
            ("infra/main.bicep", "", Some("arm")),
            ("serverless.yml", "service: a\n", Some("serverless")),
            ("api.yaml", "openapi: 3.1.0\n", Some("openapi")),
            ("roles/web/tasks/main.yml", "- name: a\n  apt: {name: b}\n", Some("ansible")),
            ("site.yml", "- hosts: all\n  roles: [web]\n", Some("ansible")),
            ("list.yml", "- name: a\n", None),
            ("tasks/a.yml", "---\napiVersion: tekton.dev/v1\nkind: Task\n", Some("kubernetes")),
            ("ci/Jenkinsfile", "", Some("jenkins")),
            ("ci/Jenkinsfile.release", "", Some("jenkins")),
            ("JenkinsfileRunner.java", "", None),
            ("etc/ssh/sshd_config", "", Some("host")),
            ("conf/elasticsearch.yml", "", Some("host")),
        ] {
            assert_eq!(language(&path.into(), content.as_bytes()).map(Target::name), expected, "{path}");
        }
    }
}
