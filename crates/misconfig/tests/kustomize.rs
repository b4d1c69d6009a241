//! Kustomizations, built as Kustomize documents it. Expected resources are written by hand; where a program `kustomize` is
//! found, it is asked as well.

use std::fs;
use std::process::Command;

use misconfig::kustomize::{self, Built, File};
use misconfig::{Node, Value, yaml};

type Files = &'static [(&'static str, &'static str)];

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n  selector:\n    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      serviceAccountName: web\n      containers:\n      - name: web\n        image: registry.example/web:1.0\n        env:\n        - {name: A, value: '1'}\n        - {name: B, value: '2'}\n        envFrom:\n        - configMapRef: {name: settings}\n        ports:\n        - containerPort: 80\n      - name: side\n        image: side\n";

/// A base and an overlay that uses most of what there is.
const OVERLAY: Files = &[
    (
        "base/kustomization.yaml",
        "resources:\n- deployment.yaml\n- account.yaml\n- role.yaml\ncommonLabels: {team: a}\n",
    ),
    ("base/deployment.yaml", DEPLOYMENT),
    (
        "base/account.yaml",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports:\n  - port: 80\n",
    ),
    (
        "base/role.yaml",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: reader}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\nsubjects:\n- {kind: ServiceAccount, name: web, namespace: default}\n",
    ),
    (
        "extra/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: add\n      path: /spec/template/spec/hostNetwork\n      value: true\n",
    ),
    (
        "prod/kustomization.yaml",
        "resources: [../base]\ncomponents: [../extra]\nnamespace: shop\nnamePrefix: p-\nnameSuffix: -x\nlabels:\n- pairs: {tier: front}\n  includeTemplates: true\ncommonAnnotations: {by: hand}\nimages:\n- {name: registry.example/web, newTag: '2.0'}\n- {name: side, newName: registry.example/side, digest: 'sha256:0000000000000000000000000000000000000000000000000000000000000000'}\nreplicas:\n- {name: web, count: 3}\nconfigMapGenerator:\n- name: settings\n  literals: [LEVEL=low]\ngeneratorOptions: {disableNameSuffixHash: true}\npatches:\n- path: patch.yaml\n- path: operations.yaml\n  target: {kind: Service, name: w.*}\n",
    ),
    (
        "prod/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        env:\n        - {name: B, value: '3'}\n        - {name: A, $patch: delete}\n        securityContext: {privileged: true}\n      - name: new\n        image: new:1\n      volumes:\n      - name: data\n        emptyDir: {}\n",
    ),
    (
        "prod/operations.yaml",
        "- op: replace\n  path: /spec/ports/0/port\n  value: 8080\n- op: add\n  path: /metadata/annotations\n  value: {a/b: c}\n- op: remove\n  path: /spec/selector/app\n",
    ),
];

const OVERLAY_EXPECTED: &str = "
apiVersion: apps/v1
kind: Deployment
metadata:
  name: p-web-x
  namespace: shop
  labels: {team: a, tier: front}
  annotations: {by: hand}
spec:
  replicas: 3
  selector:
    matchLabels: {app: web, team: a}
  template:
    metadata:
      labels: {app: web, team: a, tier: front}
      annotations: {by: hand}
    spec:
      hostNetwork: true
      serviceAccountName: p-web-x
      containers:
      - name: web
        image: registry.example/web:2.0
        env:
        - {name: B, value: '3'}
        envFrom:
        - configMapRef: {name: p-settings-x}
        ports:
        - containerPort: 80
        securityContext: {privileged: true}
      - name: new
        image: new:1
      - name: side
        image: registry.example/side@sha256:0000000000000000000000000000000000000000000000000000000000000000
      volumes:
      - name: data
        emptyDir: {}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: p-web-x, namespace: shop, labels: {team: a, tier: front}, annotations: {by: hand}}
---
apiVersion: v1
kind: Service
metadata: {name: p-web-x, namespace: shop, labels: {team: a, tier: front}, annotations: {a/b: c, by: hand}}
spec:
  selector: {team: a}
  ports:
  - port: 8080
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: p-reader-x, labels: {team: a, tier: front}, annotations: {by: hand}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: p-reader-x, labels: {team: a, tier: front}, annotations: {by: hand}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: p-reader-x}
subjects:
- {kind: ServiceAccount, name: p-web-x, namespace: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: p-settings-x, namespace: shop, labels: {tier: front}, annotations: {by: hand}}
data: {LEVEL: low}
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
    let mut all: Vec<_> = read.read.iter().map(shown).collect();
    all.sort();
    all
}

fn built(files: &[(&str, &str)]) -> (Built, Vec<String>, Vec<String>) {
    let tree: Vec<_> = files.iter().map(|(path, text)| File { path, bytes: text.as_bytes() }).collect();
    let built = kustomize::build(&tree);
    let mut all: Vec<_> = built.resources.iter().map(|resource| shown(&resource.body)).collect();
    all.sort();
    let gaps = built.gaps.iter().map(|gap| format!("{}:{}: {}", files[gap.file].0, gap.line, gap.reason)).collect();
    (built, all, gaps)
}

#[test]
fn an_overlay_changes_its_base() {
    let (built, seen, gaps) = built(OVERLAY);
    assert_eq!(gaps, Vec::<String>::new());
    assert_eq!(seen, documents(OVERLAY_EXPECTED));
    let addresses: Vec<_> = built.resources.iter().map(|resource| &*resource.address).collect();
    assert_eq!(addresses[0], "prod: shop/Deployment/p-web-x");
    // What a patch brings stands in the patch, what the base says in the base, an image where it was renamed.
    let container = &built.resources[0].body.at(&["spec", "template", "spec", "containers"]).unwrap().items()[0];
    let place = |node: &Node| built.lines.of(node.span.first).map(|(file, line)| (OVERLAY[file].0, line)).unwrap();
    assert_eq!(place(container.get("securityContext").unwrap()), ("prod/patch.yaml", 12));
    assert_eq!(place(container.get("ports").unwrap()), ("base/deployment.yaml", 23));
    assert_eq!(place(container.get("image").unwrap()), ("prod/kustomization.yaml", 11));
    let host = built.resources[0].body.at(&["spec", "template", "spec", "hostNetwork"]).unwrap();
    assert_eq!(place(host), ("extra/kustomization.yaml", 8));
    if Command::new("kustomize").arg("version").output().is_err() {
        eprintln!("skipped: comparing with Kustomize, because there is no program kustomize");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in OVERLAY {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let made = Command::new("kustomize").arg("build").arg(folder.path().join("prod")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(seen, documents(&String::from_utf8_lossy(&made.stdout)));
}

#[test]
fn what_is_not_here_is_a_gap() {
    let (_, seen, gaps) = built(&[
        (
            "kustomization.yaml",
            "resources:\n- pod.yaml\n- gone.yaml\n- https://user:hunter2@git.example/base?ref=v1\n- github.com/a/b//c\n- ../out.yaml\nhelmCharts:\n- name: a\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: other}\n- target: {kind: Pod}\n  patch: '[{\"op\": \"remove\", \"path\": \"/spec/x\"}]'\n",
        ),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n"),
    ]);
    assert_eq!(seen.len(), 1);
    for expected in [
        "kustomization.yaml:3: gone.yaml is not here",
        "kustomization.yaml:4: git.example/base?ref=v1 is somewhere else, and nothing is fetched",
        "kustomization.yaml:5: github.com/a/b//c is somewhere else, and nothing is fetched",
        "kustomization.yaml:6: ../out.yaml is not here",
        "kustomization.yaml:8: helmCharts of kustomizations are not evaluated",
        "kustomization.yaml:10: the patch names a resource that is not here",
        "kustomization.yaml:14: the patch does not fit: remove /spec/x: nothing is there",
    ] {
        assert!(gaps.iter().any(|gap| gap == expected), "{expected} is not among {gaps:#?}");
    }
    assert!(!gaps.iter().any(|gap| gap.contains("hunter2")));
}

#[test]
fn hostile_kustomizations_end() {
    let (_, _, gaps) =
        built(&[("a/kustomization.yaml", "resources: [../b]\n"), ("b/kustomization.yaml", "resources: [../a]\n")]);
    assert!(gaps.is_empty(), "neither is a root: {gaps:?}");
    let (_, _, gaps) = built(&[
        ("r/kustomization.yaml", "resources: [../a]\n"),
        ("a/kustomization.yaml", "resources: [../b]\n"),
        ("b/kustomization.yaml", "resources: [../a]\n"),
    ]);
    assert!(gaps[0].contains("made of each other"), "{gaps:?}");
    // Each is made of the next one ten times.
    let mut files: Vec<_> = (0..12)
        .map(|n| {
            (
                format!("k{n}/kustomization.yaml"),
                format!("resources: [{}]\n", vec![format!("../k{}", n + 1); 10].join(", ")),
            )
        })
        .collect();
    files.push(("k12/kustomization.yaml".to_owned(), "resources: [pod.yaml]\n".to_owned()));
    files.push(("k12/pod.yaml".to_owned(), "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n".to_owned()));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (_, _, gaps) = built(&files);
    assert!(gaps.iter().any(|gap| gap.contains("becomes too much")), "{gaps:?}");
}
