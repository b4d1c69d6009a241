//! Files, the places in them, and what they become: text in, text out.

use super::{Use, edited, uses};

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const COMMIT: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn all(path: &str, content: &str) -> Vec<Use> {
    uses(&path.into(), content).unwrap_or_else(|| panic!("{path} is known"))
}

/// Each place: its line, what it names, and why it cannot be pinned.
fn shown(path: &str, content: &str) -> Vec<String> {
    let line = |it: &Use| {
        let why = it.obstacle.map(|why| format!(" | {why}")).unwrap_or_default();
        format!("{} {}{why}", it.line, it.shown())
    };
    all(path, content).iter().map(line).collect()
}

/// The file with everything pinned; `D` is the digest, and `C` the commit.
fn pinned(path: &str, content: &str) -> String {
    let edits = all(path, content).into_iter().filter(Use::is_mutable).flat_map(|it| {
        let pin = if it.what == super::What::Image { DIGEST } else { COMMIT };
        it.edits(content, pin)
    });
    edited(content, edits.collect())
}

fn check(path: &str, content: &str, expected: &str) {
    let once = pinned(path, content);
    assert_eq!(once.replace(DIGEST, "D").replace(COMMIT, "C"), expected, "{path}");
    assert_eq!(pinned(path, &once), once, "{path} again");
}

#[test]
fn dockerfiles() {
    let file = "# syntax=docker/dockerfile:1\n\
                # FROM not:this\n\
                ARG BASE=debian:12\n\
                ARG VERSION=1\n\
                FROM --platform=linux/amd64 node:20-slim AS build\n\
                COPY --from=build /a /a\n\
                RUN --mount=type=cache,target=/x --mount=type=bind,from=golang:1.22,source=/go,target=/go true\n\
                RUN <<EOF\n\
                FROM inside:1\n\
                EOF\n\
                FROM \\\n\
                \x20 alpine\n\
                COPY --from=0 /a /b\n\
                COPY --from=team/tool:2 /t /t\n\
                COPY --from=context /c /c\n\
                FROM ${BASE} AS last\n\
                FROM node:${VERSION}\n\
                FROM last\n\
                FROM scratch\n";
    assert_eq!(
        shown("Dockerfile", file),
        [
            "1 docker/dockerfile:1",
            "3 debian:12",
            "5 node:20-slim",
            "7 golang:1.22",
            "12 alpine:latest",
            "14 team/tool:2",
            "17 node:${VERSION} | a variable decides what it is",
        ]
    );
    let expected = file
        .replace("docker/dockerfile:1\n", "docker/dockerfile:1@D\n")
        .replace("BASE=debian:12", "BASE=debian:12@D")
        .replace("node:20-slim", "node:20-slim@D")
        .replace("golang:1.22", "golang:1.22@D")
        .replace("  alpine\n", "  alpine:latest@D\n")
        .replace("team/tool:2", "team/tool:2@D");
    check("app/Dockerfile.dev", file, &expected);
}

#[test]
fn windows_escapes_and_line_ends() {
    check("Dockerfile", "# escape=`\r\nFROM `\r\n  a/b:1\r\n", "# escape=`\r\nFROM `\r\n  a/b:1@D\r\n");
}

#[test]
fn compose() {
    check(
        "compose.yaml",
        "services:\n  web:\n    image: nginx:1.25   # the proxy\n  db:\n    image: \"postgres:16\"\n  cache: {image: redis, restart: always}\n  app:\n    image: ${IMAGE:-app}\n",
        "services:\n  web:\n    image: nginx:1.25@D   # the proxy\n  db:\n    image: \"postgres@D\" # 16\n  cache: {image: redis:latest@D, restart: always}\n  app:\n    image: ${IMAGE:-app}\n",
    );
}

#[test]
fn kubernetes_and_tekton() {
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - image: registry.example:5000/team/init:1\n    name: image\n  containers:\n  - name: app\n    image: 'team/app'\n---\napiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n  - image: bash:5.2\n";
    let expected = pod
        .replace("team/init:1\n", "team/init@D # 1\n")
        .replace("'team/app'", "'team/app@D' # latest")
        .replace("bash:5.2", "bash@D # 5.2");
    check("deploy.yaml", pod, &expected);
    check(
        "pod.json",
        "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"containers\": [{\"image\": \"a/b:1\"}]}}\n",
        "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"containers\": [{\"image\": \"a/b:1@D\"}]}}\n",
    );
}

#[test]
fn helm_values() {
    check(
        "chart/values.yaml",
        "image:\n  repository: team/app\n  tag: \"1.2\"\nsidecar:\n  image:\n    registry: r.example\n    repository: team/side\n    tag: v1\n    digest: \"\"\njob:\n  image: busybox:1.36\nown:\n  image:\n    repository: team/own\n    tag: \"\"\n",
        "image:\n  repository: team/app\n  tag: \"1.2@D\"\nsidecar:\n  image:\n    registry: r.example\n    repository: team/side\n    tag: v1\n    digest: \"D\"\njob:\n  image: busybox@D # 1.36\nown:\n  image:\n    repository: team/own\n    tag: \"\"\n",
    );
    let values = "image:\n  repository: a/b\n  tag: 1.20\nother:\n  image:\n    repository: c/d\n    tag: \"\"\n";
    assert_eq!(shown("values-prod.yaml", values), ["3 a/b:1.20", "7 c/d:latest | the chart decides about its tag"]);
    check("values.yaml", "image:\n  repository: a/b\n  tag: 1.20\n", "image:\n  repository: a/b\n  tag: 1.20@D\n");
}

#[test]
fn github() {
    let file = "on: push\njobs:\n  a:\n    container: node:20\n    services:\n      db:\n        image: postgres:16\n    steps:\n    - uses: actions/checkout@v4\n    - uses: actions/cache/restore@v4 # keep\n    - uses: ./local\n    - uses: docker://alpine:3.20\n  b:\n    uses: org/repo/.github/workflows/x.yml@main\n";
    let expected = file
        .replace("container: node:20", "container: node@D # 20")
        .replace("postgres:16", "postgres@D # 16")
        .replace("checkout@v4", "checkout@C # v4")
        .replace("restore@v4 # keep", "restore@C # v4, keep")
        .replace("docker://alpine:3.20", "docker://alpine@D # 3.20")
        .replace("x.yml@main", "x.yml@C # main");
    check(".github/workflows/ci.yml", file, &expected);
    assert_eq!(shown("action.yml", "runs:\n  using: docker\n  image: Dockerfile\n"), [""; 0]);
}

#[test]
fn gitlab_and_others() {
    check(
        ".gitlab-ci.yml",
        "image: ruby:3.3\nservices:\n- postgres:16\n- name: redis:7\n  alias: cache\njob:\n  image:\n    name: golang:1.22\n    entrypoint: ['']\n",
        "image: ruby@D # 3.3\nservices:\n- postgres@D # 16\n- name: redis@D # 7\n  alias: cache\njob:\n  image:\n    name: golang@D # 1.22\n    entrypoint: ['']\n",
    );
    check(
        ".circleci/config.yml",
        "jobs:\n  a:\n    docker:\n    - image: cimg/go:1.22\n",
        "jobs:\n  a:\n    docker:\n    - image: cimg/go@D # 1.22\n",
    );
    check(
        ".drone.yml",
        "kind: pipeline\nsteps:\n- name: a\n  image: golang\n",
        "kind: pipeline\nsteps:\n- name: a\n  image: golang@D # latest\n",
    );
    check(
        "azure-pipelines.yml",
        "resources:\n  containers:\n  - container: tools\n    image: team/tools:1\njobs:\n- container: tools\n- container: ubuntu:24.04\n",
        "resources:\n  containers:\n  - container: tools\n    image: team/tools@D # 1\njobs:\n- container: tools\n- container: ubuntu@D # 24.04\n",
    );
    check(
        "bitbucket-pipelines.yml",
        "image: atlassian/default-image:4\npipelines:\n  default:\n  - step:\n      image: {name: node:20}\n",
        "image: atlassian/default-image@D # 4\npipelines:\n  default:\n  - step:\n      image: {name: node:20@D}\n",
    );
}

#[test]
fn what_is_pinned_keeps_its_tag() {
    let compose = format!(
        "services:\n  a:\n    image: a/b@{DIGEST} # 1.2, for now\n  b:\n    image: a/c:3@{DIGEST}\n  c:\n    image: a/d@{DIGEST} # of the proxy\n"
    );
    let tags: Vec<_> = all("compose.yml", &compose).into_iter().map(|it| it.tag).collect();
    assert_eq!(tags, [Some("1.2".to_owned()), Some("3".into()), None]);
    let workflow = format!("jobs:\n  a:\n    steps:\n    - uses: a/b@{COMMIT} # tag=v4.1\n");
    let found = &all(".github/workflows/a.yaml", &workflow)[0];
    assert_eq!((found.tag.as_deref(), found.is_mutable()), (Some("v4.1"), false));
    // A tag that moved is renewed, and its comment stays.
    let newer = "cccccccccccccccccccccccccccccccccccccccc";
    let renewed = edited(&workflow, found.edits(&workflow, newer));
    assert_eq!(renewed, workflow.replace(COMMIT, newer));
    let found = &all("compose.yml", &compose)[1];
    assert_eq!(
        edited(&compose, found.edits(&compose, "sha256:ff")),
        compose.replacen(&format!("3@{DIGEST}"), "3@sha256:ff", 1)
    );
}

#[test]
fn other_files_name_nothing() {
    for (path, content) in [("main.tf", "image = 1"), ("notes.yaml", "image: node:20\n"), ("a.txt", "FROM node:20")] {
        assert!(uses(&path.into(), content).is_none(), "{path}");
    }
}

#[test]
fn hostile_files_end() {
    let deep = format!("services: {}a{}\n", "{image: ".repeat(500), "}".repeat(500));
    let _ = uses(&"compose.yaml".into(), &deep);
    let anchors = "a: &a\n  image: node:20\nb: *a\nc: *a\n";
    assert_eq!(shown("compose.yaml", anchors).len(), 1);
    let _ = uses(&"compose.yaml".into(), "image: \"\u{e9}\u{e9}:1\"\nx: \"\\u00e9\"\n");
    let _ = uses(&"Dockerfile".into(), "FROM \\\n\\\n# x\n<<\nARG =\nCOPY --from=\n");
}
