//! Charts of three common shapes, rendered as Helm documents it: a library, subcharts with conditions, and one that uses
//! most of the language. Expected manifests are written by hand; where a program `helm` is found, it is asked as well.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "what is skipped is said")]

use std::fs;
use std::process::Command;

use misconfig::helm::{self, File, Options};
use misconfig::{Node, Value, yaml};
use proptest::prelude::*;

type Files = &'static [(&'static str, &'static str)];

/// An application whose deployment is that of a library, with its own values on top.
const LIBRARY: Files = &[
    (
        "app/Chart.yaml",
        "apiVersion: v2\nname: app\nversion: 1.2.3\nappVersion: '7.0'\ndependencies:\n- {name: common, version: 0.1.0, repository: 'file://../common'}\n",
    ),
    (
        "app/values.yaml",
        "image: {repository: registry.example/app, tag: ''}\nreplicas: 2\nsecurity:\n  runAsNonRoot: true\n  capabilities:\n    drop: [ALL]\n",
    ),
    (
        "app/templates/deployment.yaml",
        "{{- include \"common.deployment\" (list . \"app.deployment\") -}}\n{{- define \"app.deployment\" -}}\nspec:\n  replicas: {{ .Values.replicas }}\n  template:\n    spec:\n      containers:\n      - name: {{ .Chart.Name }}\n        image: {{ printf \"%s:%s\" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}\n        securityContext:\n          {{- toYaml .Values.security | nindent 10 }}\n{{- end }}\n",
    ),
    ("app/charts/common/Chart.yaml", "apiVersion: v2\nname: common\nversion: 0.1.0\ntype: library\n"),
    (
        "app/charts/common/templates/_deployment.tpl",
        "{{- define \"common.base\" -}}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"common.name\" . }}\n  labels: {{ include \"common.labels\" . | nindent 4 }}\nspec:\n  replicas: 1\n  selector:\n    matchLabels:\n      app: {{ .Chart.Name }}\n{{- end -}}\n\n{{- define \"common.deployment\" -}}\n{{- $top := first . -}}\n{{- $own := fromYaml (include (index . 1) $top) | default dict -}}\n{{- $base := fromYaml (include \"common.base\" $top) | default dict -}}\n{{- toYaml (merge $own $base) -}}\n{{- end -}}\n",
    ),
    (
        "app/charts/common/templates/_names.tpl",
        "{{- define \"common.name\" -}}\n{{- printf \"%s-%s\" .Release.Name .Chart.Name | trunc 63 | trimSuffix \"-\" -}}\n{{- end }}\n{{ define \"common.labels\" }}app: {{ .Chart.Name }}\nchart: {{ .Chart.Name }}-{{ .Chart.Version | replace \"+\" \"_\" }}{{ end }}\n",
    ),
    ("app/charts/common/templates/never.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: never}\n"),
];

const LIBRARY_EXPECTED: &str = "
apiVersion: apps/v1
kind: Deployment
metadata:
  name: release-name-app
  labels: {app: app, chart: app-1.2.3}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    spec:
      containers:
      - name: app
        image: registry.example/app:7.0
        securityContext:
          capabilities: {drop: [ALL]}
          runAsNonRoot: true
";

/// A chart of charts: one is switched off, one is there under two names, one by a tag, and values go both ways.
const SUBCHARTS: Files = &[
    (
        "shop/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: db, version: 1.0.0, repository: '', condition: 'db.enabled,global.db'}\n- {name: cache, version: 1.0.0, repository: '', alias: hot, import-values: [defaults]}\n- {name: cache, version: 1.0.0, repository: '', alias: cold, tags: [cold]}\n- {name: extra, version: 1.0.0, repository: '', tags: [extras], import-values: [{child: settings, parent: from.extra}]}\n",
    ),
    (
        "shop/values.yaml",
        "global: {zone: eu}\ntags: {cold: false, extras: true}\ndb: {enabled: false}\nhot: {size: 3}\n",
    ),
    (
        "shop/templates/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  limit: {{ .Values.limit | quote }}\n  level: {{ .Values.from.extra.level }}\n",
    ),
    ("shop/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"),
    ("shop/charts/db/templates/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db}\n"),
    ("shop/charts/cache/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 1.0.0\n"),
    (
        "shop/charts/cache/values.yaml",
        "size: 1\nkept: yes\nexports:\n  defaults: {limit: 10}\nglobal: {zone: us, plane: b}\n",
    ),
    (
        "shop/charts/cache/templates/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Chart.Name }}-{{ .Values.global.zone }}-{{ .Values.global.plane }}\ndata:\n  size: {{ .Values.size | quote }}\n  kept: {{ .Values.kept | quote }}\n  from: {{ .Template.Name }}\n",
    ),
    ("shop/charts/extra/Chart.yaml", "apiVersion: v2\nname: extra\nversion: 1.0.0\n"),
    ("shop/charts/extra/values.yaml", "settings: {level: low}\n"),
    (
        "shop/charts/extra/templates/map.yaml",
        "{{- if not .Values.global.quiet }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n{{- end }}\n",
    ),
];

const SUBCHARTS_EXPECTED: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data: {limit: '10', level: low}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: hot-eu-b}
data: {size: '3', kept: 'true', from: shop/charts/hot/templates/map.yaml}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
";

/// Most of the language at once.
const LANGUAGE: Files = &[
    ("all/Chart.yaml", "apiVersion: v2\nname: all\nversion: 1.0.0\n"),
    (
        "all/values.yaml",
        "name: web\nports: {http: 80, https: 443}\nenv:\n- {name: A, value: '1'}\n- {name: B, value: '{{ .Release.Name }}-{{ .Values.name }}'}\nannotations:\n  note: |\n    two\n    lines\nresources: {}\nhosts: [a.example, b.example]\nnode: {disk: ssd}\n",
    ),
    (
        "all/templates/_helpers.tpl",
        "{{/* What all have. */}}\n{{- define \"all.labels\" }}\napp: {{ .Values.name }}\nversion: {{ .Chart.Version | quote }}\n{{- end }}\n",
    ),
    ("all/templates/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\ndata:\n  key: value\n"),
    (
        "all/templates/pod.yaml",
        "{{- $full := printf \"%s-%s\" .Release.Name .Values.name -}}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ $full }}\n  labels: {{- include \"all.labels\" . | indent 4 }}\n  annotations:\n    sum: {{ include (print $.Template.BasePath \"/config.yaml\") . | sha256sum }}\n    {{- with .Values.annotations }}\n    {{- toYaml . | nindent 4 }}\n    {{- end }}\nspec:\n  {{- with .Values.node }}\n  nodeSelector:\n    {{- range $key, $value := . }}\n    {{ $key }}: {{ $value | upper }}\n    {{- end }}\n  {{- end }}\n  containers:\n  - name: {{ .Values.name }}\n    {{- /* No comment. */}}\n    ports:\n    {{- range $name, $port := .Values.ports }}\n    - name: {{ $name }}\n      containerPort: {{ $port }}\n    {{- end }}\n    env:\n    {{- range .Values.env }}\n    - name: {{ .name }}\n      value: {{ tpl .value $ | quote }}\n    {{- end }}\n    {{- if .Values.resources }}\n    resources: {{ toYaml .Values.resources | nindent 6 }}\n    {{- else }}\n    resources: {limits: {memory: {{ mul 64 2 }}Mi}}\n    {{- end }}\n    {{- $old := lookup \"v1\" \"Secret\" .Release.Namespace $full }}\n    args: {{ ternary (list \"new\") (list \"old\") (empty $old) | toJson }}\n    command: [{{ join \", \" .Values.hosts }}]\n",
    ),
    (
        "all/templates/ingress.yaml",
        "{{- $svc := .Values.name }}\n{{- if semverCompare \">=1.19-0\" .Capabilities.KubeVersion.GitVersion }}\napiVersion: networking.k8s.io/v1\n{{- else if .Capabilities.APIVersions.Has \"networking.k8s.io/v1beta1\" }}\napiVersion: networking.k8s.io/v1beta1\n{{- end }}\nkind: Ingress\nmetadata:\n  name: hosts\nspec:\n  rules:\n  {{- range $i, $host := .Values.hosts }}\n  {{- if lt $i 1 }}\n  - host: {{ $host }}\n    index: {{ add $i 1 }}\n    service: {{ $svc }}\n  {{- end }}\n  {{- end }}\n",
    ),
];

const LANGUAGE_EXPECTED: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data: {key: value}
---
apiVersion: v1
kind: Pod
metadata:
  name: release-name-web
  labels: {app: web, version: 1.0.0}
  annotations:
    sum: SUM
    note: \"two\\nlines\\n\"
spec:
  nodeSelector: {disk: SSD}
  containers:
  - name: web
    ports:
    - {name: http, containerPort: 80}
    - {name: https, containerPort: 443}
    env:
    - {name: A, value: '1'}
    - {name: B, value: release-name-web}
    resources: {limits: {memory: 128Mi}}
    args: [new]
    command: [a.example, b.example]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: hosts}
spec:
  rules:
  - {host: a.example, index: 1, service: web}
";

/// A value with sorted keys and without lines.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

fn documents(text: &str) -> Vec<String> {
    let read = yaml::documents(text);
    assert!(read.wrong.is_none(), "{:?} in {text}", read.wrong);
    let mut all: Vec<_> = read.read.iter().filter(|it| it.get("kind").is_some()).map(shown).collect();
    all.sort();
    all
}

fn rendered(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let tree: Vec<_> = files.iter().map(|(path, text)| File { path, bytes: text.as_bytes() }).collect();
    let rendering = helm::render(&tree, &Options::default());
    let resources = rendering.manifests.iter().flat_map(|manifest| &manifest.resources);
    let mut all: Vec<_> = resources.map(|resource| shown(&resource.body)).collect();
    all.sort();
    let gap = |gap: &helm::Gap| format!("{}:{}: {}", files[gap.file].0, gap.line, gap.reason);
    (all, rendering.gaps.iter().map(gap).collect())
}

/// Renders a chart, and compares it with what was written by hand and with what Helm makes of it.
fn check(files: Files, expected: &str) {
    let (seen, gaps) = rendered(files);
    assert_eq!(gaps, Vec::<String>::new());
    assert_eq!(seen, documents(expected));
    if Command::new("helm").arg("version").output().is_err() {
        eprintln!("skipped: comparing with Helm, because there is no program helm");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let root = folder.path().join(files[0].0.split('/').next().unwrap());
    let made = Command::new("helm").arg("template").arg(root).output().unwrap();
    let error = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{error}");
    assert_eq!(seen, documents(&String::from_utf8_lossy(&made.stdout)));
}

#[test]
fn a_library_gives_templates() {
    check(LIBRARY, LIBRARY_EXPECTED);
}

#[test]
fn subcharts_take_part_as_conditions_say() {
    check(SUBCHARTS, SUBCHARTS_EXPECTED);
}

#[test]
fn most_of_the_language() {
    // SHA-256 of the rendered config.yaml, as sha256sum writes it.
    let sum = "52e48f8018faddc04eaa17109f112ad1cdf1dc658aeecc0439bd8c8c2468115d";
    check(LANGUAGE, &LANGUAGE_EXPECTED.replace("SUM", sum));
}

#[test]
fn what_cannot_be_rendered_is_a_gap_and_the_rest_is_judged() {
    let (seen, gaps) = rendered(&[
        ("c/Chart.yaml", "name: c\nversion: 1.0.0\ndependencies:\n- {name: gone, version: 1.0.0}\n"),
        ("c/values.yaml", "a: 1\n"),
        ("c/templates/broken.yaml", "kind: Pod\n\n{{ if }}\n"),
        ("c/templates/fails.yaml", "kind: Pod\n{{ .Values.a.b }}\n"),
        ("c/templates/loops.yaml", "{{ define \"x\" }}{{ include \"x\" . }}{{ end }}\n{{ include \"x\" . }}\n"),
        ("c/templates/bad.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.a }}\n  name: [\n"),
        (
            "c/templates/open.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec:\n  nodeName: {{ required \"which?\" .Values.node }}\n",
        ),
        ("c/templates/good.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"),
    ]);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[1].contains("nodeName: Unknown"), "{seen:?}");
    for expected in [
        "c/Chart.yaml:0: the chart \"gone\", on which this one depends, is not in its folder charts",
        "c/templates/broken.yaml:3: the template cannot be read: ",
        "c/templates/fails.yaml:2: the template cannot be rendered: can't evaluate field b in type int64",
        "c/templates/loops.yaml:1: the template cannot be rendered: include: templates call each other too deeply",
        "c/templates/bad.yaml:",
        "c/templates/open.yaml:5: a value is required",
    ] {
        assert!(gaps.iter().any(|gap| gap.starts_with(expected)), "{expected} is not among {gaps:#?}");
    }
}

#[test]
fn hostile_charts_end() {
    // Each chart is there eight times under other names, and so are those in it.
    let aliases: String = ["a", "b", "c", "d", "e", "f", "g", "h"]
        .map(|alias| format!("- {{name: c, version: 1.0.0, alias: {alias}}}\n"))
        .concat();
    let mut files = Vec::new();
    let mut folder = String::new();
    for _ in 0..6 {
        files.push((format!("{folder}Chart.yaml"), format!("name: c\nversion: 1.0.0\ndependencies:\n{aliases}")));
        files.push((format!("{folder}templates/a.yaml"), "{{ range until 100000 }}a{{ end }}".to_owned()));
        folder.push_str("charts/c/");
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (_, gaps) = rendered(&files);
    assert!(gaps.iter().any(|gap| gap.contains("more than 500 charts")), "{gaps:?}");
}

/// Beginnings of honest templates, to be cut and put together at random.
const PIECES: &[&str] = &[
    "{{ ",
    "{{- ",
    " }}",
    " -}}",
    "{{ end }}",
    "{{ else }}",
    "{{ else if .Values.a }}",
    "{{ if ",
    "{{ with ",
    "{{ range $i, $x := ",
    "{{ define \"a\" }}",
    "{{ include \"a\" . }}",
    "{{ tpl .Values.t $ }}",
    "{{/* ",
    " */}}",
    "$x := ",
    "$x",
    ".Values.a",
    ".Values.list",
    ".Release.Name",
    " | ",
    "(",
    ")",
    "toYaml ",
    "nindent 2 ",
    "dict \"a\" ",
    "set .Values \"a\" ",
    "merge .Values ",
    "index .Values.list ",
    "printf \"%s-%05d\" ",
    "trunc -3 ",
    "substr 1 2 ",
    "regexReplaceAll \"a\" ",
    "semverCompare \">=1\" ",
    "untilStep 0 9 2 ",
    "round 1.5 ",
    "slice ",
    "date \"2006\" now",
    "randAlpha 3",
    "\"a\u{e9}\"",
    "`b`",
    "'c'",
    "1",
    "-7",
    "1.5",
    "nil",
    "apiVersion: v1\nkind: Pod\n",
    "metadata:\n  name: ",
    "\n",
    "  ",
    "\u{e9}",
];

proptest! {
    #[test]
    fn pieces_in_any_order(order in prop::collection::vec(0..PIECES.len(), 0..40)) {
        let template: String = order.iter().map(|index| PIECES[*index]).collect();
        rendered(&[
            ("c/Chart.yaml", "name: c\nversion: 1.0.0\n"),
            ("c/values.yaml", "a: x\u{e9}y\nlist: [1, {b: c}]\nt: '{{ .Values.a }}'\n"),
            ("c/templates/a.yaml", &template),
        ]);
    }
}
