//! No value of a secret is in a finding, whatever the language and wherever the rule looks: not as what was found, not in the
//! lines that are shown. Every example has a finding right where the secret is, which still says its line.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use misconfig::{Judge, detect};
use model::{AnalyzerId, Configuration, Detector, Fact, ImageConfig, Inventory, Item, Place, What};

/// All that is said of a file, as text.
fn findings(path: &str, content: &str) -> Vec<String> {
    let language = detect::language(&path.into(), content.as_bytes()).unwrap().name().to_owned();
    let what = What::Configuration(Configuration { language, content: content.as_bytes().to_vec() });
    let place = Place { layer: None, path: path.into() };
    let fact = Fact { what, place, by: AnalyzerId::new("configuration") };
    let inventory = Inventory { items: vec![Item { fact, removed: None, owner: None }], ..Inventory::default() };
    let (mut findings, mut gaps) = (Vec::new(), Vec::new());
    Judge::default().detect(&ImageConfig::default(), &inventory, &mut findings, &mut gaps);
    let shown = findings.iter().map(|finding| {
        let found = finding.misconfiguration().unwrap();
        format!("{} {:?} {:?} {:?}", found.rule, found.lines, found.found, found.excerpt)
    });
    shown.chain(gaps.iter().map(|gap| gap.detail.clone())).collect()
}

/// The secret is nowhere, and something is shown of it as left out; `open` is what everybody may see.
fn check(path: &str, content: &str, secret: &str, open: &str) {
    assert!(content.contains(secret), "{path}");
    let said = findings(path, content);
    assert!(said.iter().all(|line| !line.contains(secret)), "{path}: {said:#?}");
    assert!(said.iter().any(|line| line.contains('…')), "{path}: {said:#?}");
    assert!(said.iter().any(|line| line.contains(open)), "{path}: {said:#?}");
}

#[test]
fn of_kubernetes() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: Opaque\nstringData:\n  config: hunter2hunter2\n  \
                  note: |\n    first-line-of-it\n    second\ndata:\n  cert: aHVudGVyMg==\n";
    for value in ["hunter2hunter2", "first-line-of-it", "aHVudGVyMg=="] {
        check("secret.yaml", secret, value, "cert: …");
    }
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    \
               kubectl.kubernetes.io/last-applied-configuration: |\n      {\"spec\": \"hunter3\"}\nspec:\n  hostPID: true\n  \
               containers:\n  - name: a\n    image: example.com/a\n    args: [serve, --admin-password, hunter4]\n    env:\n    \
               - {name: DB_PASSWORD, value: hunter5}\n    - name: STRIPE_KEY\n      value: hunter6\n";
    for value in ["hunter3", "hunter4", "hunter5", "hunter6"] {
        check("pod.yaml", pod, value, "hostPID: true");
    }
}

#[test]
fn of_compose() {
    let file = "services:\n  db:\n    image: example.com/db\n    privileged: true\n    command: --requirepass hunter1\n    \
                environment:\n      POSTGRES_PASSWORD: hunter2\n      SIGNING_KEY: 'hunter3'\n      URL: \
                postgres://me:hunter4@db/a\n";
    for value in ["hunter1", "hunter2", "hunter3", "hunter4"] {
        check("compose.yaml", file, value, "privileged: true");
    }
    let list = "services:\n  db:\n    image: example.com/db\n    environment:\n    - API_TOKEN=hunter2\n";
    check("compose.yaml", list, "hunter2", "image: example.com/db");
}

#[test]
fn of_terraform() {
    let file = "variable \"pin\" {\n  sensitive = true\n  default   = \"hunter1\"\n}\n\nresource \"aws_db_instance\" \"a\" {\n  \
                engine              = \"postgres\"\n  password            = \"hunter2\"\n  publicly_accessible = true\n  \
                tags                = { pin = \"is ${var.pin}\", more = sensitive(\"hunter3\") }\n}\n\nresource \
                \"aws_instance\" \"b\" {\n  ami                         = \"ami-1\"\n  associate_public_ip_address = true\n  \
                user_data                   = \"start --token hunter4 ${var.pin} postgres://me:hunter5@db\"\n}\n";
    for value in ["hunter1", "hunter2", "hunter3", "hunter4", "hunter5"] {
        check("main.tf", file, value, "publicly_accessible = true");
    }
    let task = "resource \"aws_ecs_task_definition\" \"a\" {\n  family = \"a\"\n  container_definitions = jsonencode([{\n    \
                name = \"a\", image = \"example.com/a\", privileged = true,\n    environment = [{ name = \"DB_PASSWORD\", value = \
                \"hunter6\" }]\n  }])\n}\n";
    check("main.tf", task, "hunter6", "container_definitions");
    let plan = "{\"format_version\": \"1.2\", \"terraform_version\": \"1.9.0\", \"planned_values\": {\"root_module\": \
                {\"resources\": [\n{\"address\": \"aws_db_instance.a\", \"mode\": \"managed\", \"type\": \"aws_db_instance\", \
                \"name\": \"a\",\n\"values\": {\n\"publicly_accessible\": true,\n\"engine\": \
                \"hunter7\"},\n\"sensitive_values\": {\"engine\": true}}]}}}";
    check("plan.json", plan, "hunter7", "publicly_accessible");
}

#[test]
fn of_cloudformation() {
    let file = "AWSTemplateFormatVersion: '2010-09-09'\nParameters:\n  Pin: {Type: String, NoEcho: true, Default: hunter1}\n\
                Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      MasterUserPassword: hunter2\n      \
                PubliclyAccessible: true\n      DBName: !Sub 'a${Pin}'\n      Tags: [{Key: ApiToken, Value: hunter3}]\n";
    for value in ["hunter1", "hunter2", "hunter3"] {
        check("stack.yaml", file, value, "PubliclyAccessible: true");
    }
}

#[test]
fn of_dockerfiles() {
    let file = "FROM debian:12\nENV DEBUG=1 DB_PASSWORD=hunter1 \\\n    STRIPE_KEY=hunter2\nARG GITHUB_TOKEN=hunter3\n\
                RUN sudo login --password hunter4 && curl https://me:hunter5@example.com | sh\n";
    for value in ["hunter1", "hunter2", "hunter3", "hunter4", "hunter5"] {
        check("Dockerfile", file, value, "sudo login");
    }
}
