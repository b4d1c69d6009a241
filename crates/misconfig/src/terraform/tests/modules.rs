//! Modules: what they are given and give, where they are, which are roots; files that override others; the JSON syntax.

use crate::terraform::testing::{check, evaluated};

#[test]
fn modules_have_inputs_outputs_instances_and_folders() {
    check(
        r#"
== live/main.tf
module "store" {
  source   = "../modules/store"
  for_each = { eu = "eu-west-1", us = "us-east-1" }
  region   = each.value
  number   = 2
}
module "one" {
  source = "../modules/store"
  count  = 1
  region = "x"
}
resource "r" "out" {
  eu     = module.store["eu"].name
  ids    = [for store in module.store : store.ids[0]]
  first  = module.one[0].name
  folder = module.store["us"].folder
  wrong  = module.one[0].nothing
}
== modules/store/main.tf
variable "region" {}
variable "number" { default = 1 }
resource "aws_s3_bucket" "logs" {
  count  = var.number
  bucket = "logs-${var.region}-${count.index}"
}
output "name" { value = aws_s3_bucket.logs[0].bucket }
output "ids" { value = aws_s3_bucket.logs[*].id }
output "folder" { value = path.module }
"#,
        r#"
        module.store["eu"] { source = "../modules/store", region = "eu-west-1", number = 2 }
        module.store["us"] { source = "../modules/store", region = "us-east-1", number = 2 }
        module.one[0] { source = "../modules/store", region = "x" }
        r.out { eu = "logs-eu-west-1-0", ids = [<module.store["eu"].aws_s3_bucket.logs[0].id>, <module.store["us"].aws_s3_bucket.logs[0].id>], first = "logs-x-0", folder = "../modules/store", wrong = ? }
        module.store["eu"].aws_s3_bucket.logs[0] { bucket = "logs-eu-west-1-0" }
        module.store["eu"].aws_s3_bucket.logs[1] { bucket = "logs-eu-west-1-1" }
        module.store["us"].aws_s3_bucket.logs[0] { bucket = "logs-us-east-1-0" }
        module.store["us"].aws_s3_bucket.logs[1] { bucket = "logs-us-east-1-1" }
        module.one[0].aws_s3_bucket.logs[0] { bucket = "logs-x-0" }
        gap live/main.tf:17: module "one" has no output "nothing"
        "#,
    );
}

#[test]
fn installed_modules_are_found_and_others_are_gaps() {
    check(
        r#"
== main.tf
module "net" {
  source  = "example.org/acme/net/aws"
  version = "1.0"
}
module "absent" {
  source = "git::https://example.org/absent.git"
  cidr   = "10.0.0.0/8"
}
resource "r" "a" {
  id     = module.net.inner_id
  absent = module.absent.some.thing
}
== .terraform/modules/modules.json
{"Modules":[{"Key":"","Source":"","Dir":"."},
{"Key":"net","Source":"example.org/acme/net/aws","Version":"1.0","Dir":".terraform/modules/net"},
{"Key":"net.inner","Source":"./inner","Dir":".terraform/modules/net/inner"}]}
== .terraform/modules/net/main.tf
module "inner" { source = "./inner" }
output "inner_id" { value = module.inner.id }
== .terraform/modules/net/inner/main.tf
resource "aws_vpc" "v" {}
output "id" { value = aws_vpc.v.id }
"#,
        r#"
        module.net { source = "example.org/acme/net/aws", version = "1.0" }
        module.absent { source = "git::https://example.org/absent.git", cidr = "10.0.0.0/8" }
        r.a { id = <module.net.module.inner.aws_vpc.v.id>, absent = <module.absent.some.thing> }
        module.net.module.inner { source = "./inner" }
        module.net.module.inner.aws_vpc.v {}
        gap main.tf:5: module "git::https://example.org/absent.git" is not in the tree; `terraform init` would install it
        "#,
    );
}

#[test]
fn roots_are_what_nobody_calls_or_what_has_settings_of_a_root() {
    let evaluation = evaluated(
        r#"
== a/main.tf
module "m" { source = "../m" }
== b/main.tf
module "m" { source = "../m" }
== m/main.tf
resource "r" "m" {}
== c/main.tf
module "d" { source = "./d" }
== c/d/main.tf
terraform {
  backend "local" {}
}
== ring/x/main.tf
module "y" { source = "../y" }
== ring/y/main.tf
module "x" { source = "../x" }
"#,
    );
    let roots: Vec<&str> = evaluation.roots.iter().map(|root| root.path.as_str()).collect();
    assert_eq!(roots, ["a", "b", "c", "c/d", "ring/x"]);
    assert_eq!(evaluation.gaps.len(), 1);
    assert_eq!(evaluation.gaps[0].reason, "the module in \"ring/x\" calls itself");
}

#[test]
fn override_files_replace_arguments_and_blocks() {
    check(
        r#"
== main.tf
resource "r" "a" {
  kept   = 1
  change = 1
  block {
    a = 1
  }
  block {
    a = 2
  }
}
locals { x = 1 }
variable "v" {
  type    = string
  default = 1
}
resource "r" "b" { v = [local.x, var.v] }
== override.tf
resource "r" "a" {
  change = 2
  added  = 3
}
locals { x = 2 }
== z_override.tf
resource "r" "a" {
  block {
    a = 3
  }
}
variable "v" { default = 5 }
"#,
        r#"
        r.a { kept = 1, change = 2, added = 3, block = [{ a = 3 }] }
        r.b { v = [2, "5"] }
        "#,
    );
}

#[test]
fn the_json_syntax_says_the_same() {
    check(
        r#"
== main.tf.json
{
  "//": "a comment",
  "variable": { "name": { "type": "string", "default": "x" }, "list": { "type": "list(string)", "default": [1] } },
  "locals": { "upper": "${upper(var.name)}" },
  "resource": {
    "aws_instance": {
      "web": {
        "count": 2,
        "name": "web-${count.index}-${local.upper}",
        "list": "${var.list}",
        "dynamic": { "disk": { "for_each": [10], "content": { "size": "${disk.value}" } } },
        "root": [{ "encrypted": true }]
      }
    }
  },
  "data": { "aws_ami": { "a": { "owners": ["self"] } } }
}
"#,
        r#"
        aws_instance.web[0] { name = "web-0-X", list = ["1"], disk = [{ size = 10 }], root = [{ encrypted = true }] }
        aws_instance.web[1] { name = "web-1-X", list = ["1"], disk = [{ size = 10 }], root = [{ encrypted = true }] }
        data.aws_ami.a { owners = ["self"] }
        "#,
    );
}
