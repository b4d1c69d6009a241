//! The features of Terraform's language, each with what its documentation says that it comes to.

use std::fmt::Write;

use proptest::prelude::*;

use super::testing::{check, evaluated, expression, shown};
use super::{File, Options, evaluate};

/// A table of expressions and their values.
fn expressions(examples: &[(&str, &str)]) {
    for (text, expected) in examples {
        assert_eq!(expression(text), *expected, "{text}");
    }
}

#[test]
fn operators() {
    expressions(&[
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 / 4", "2.5"),
        ("10 % 4", "2"),
        ("-5 + 1", "-4"),
        ("0.1 + 0.2", "0.3"),
        ("1 / 0", "!"),
        ("\"5\" + 1", "6"),
        ("\"a\" + 1", "!"),
        ("!true", "false"),
        ("true && false || true", "true"),
        ("1 < 2 && 2 >= 2 && 3 > 2 && 2 <= 2", "true"),
        ("1 == 1.0", "true"),
        // Values of different types are not equal, even where one could become the other.
        ("\"1\" == 1", "false"),
        ("[1, 2] == [1, 2]", "true"),
        ("{ a = 1 } != { a = 2 }", "true"),
        ("null == null", "true"),
        ("true ? \"yes\" : \"no\"", "\"yes\""),
        ("\"true\" ? 1 : 2", "1"),
        ("[] ? 1 : 2", "!"),
    ]);
}

#[test]
fn literals_and_templates() {
    expressions(&[
        (r#""a\tb\"\u00e9""#, r#""a\tb\"é""#),
        (r#""$${not} %%{this}""#, r#""${not} %{this}""#),
        (r#""${local.text}, ${1 + 1}!""#, r#""hello, 2!""#),
        // Nothing but an interpolation keeps its type.
        (r#""${local.names}""#, r#"["a","b"]"#),
        (r#""x${local.names}""#, "!"),
        (r#""${null}x""#, "!"),
        (r#""%{ if true }yes%{ else }no%{ endif }""#, r#""yes""#),
        (r#""%{ if false }yes%{ endif }.""#, r#"".""#),
        (r#""%{ for i, n in local.names }${i}=${n};%{ endfor }""#, r#""0=a;1=b;""#),
        (r#""a ${~ "b" ~} c""#, r#""abc""#),
        ("<<EOT\n  a\n    ${1 + 1}\nEOT\n", r#""  a\n    2\n""#),
        ("<<-EOT\n    a\n      b\n    EOT\n", r#""a\n  b\n""#),
        ("<<-EOT\n  %{ for n in local.names ~}\n  - ${n}\n  %{ endfor ~}\nEOT\n", r#""  - a\n  - b\n""#),
        (
            "<<-EOT\n  one\n\n    %{ if true }\n    two $${x}\n    %{ endif }\n  EOT\n",
            r#""one\n\n  \n  two ${x}\n  \n""#,
        ),
        // The marker takes white space of its own line.
        ("<<EOT\n%{ if true ~}\n  two\n%{ endif ~}\n  three\nEOT\n", r#""  two\n  three\n""#),
        ("{ a = 1, \"b\" = 2, (local.text) = 3, \"${local.text}!\" : 4 }", r#"{"a":1,"b":2,"hello":3,"hello!":4}"#),
    ]);
}

#[test]
fn what_hcl_itself_comes_to() {
    // Evaluated with version 2.25 of HCL's own implementation.
    expressions(&[
        ("<<-EOT\n    a\n  \n      b\n   c\n    EOT\n", r#"" a\n  \n   b\nc\n""#),
        ("<<-EOT\n    ${1}\n      b\n    EOT\n", r#""1\n  b\n""#),
        (
            "<<-EOT\n    %{ for x in [1, 2] }\n      ${x}\n    %{ endfor }\n    tail\n  EOT\n",
            r#""\n  1\n\n  2\n\ntail\n""#,
        ),
        (
            "<<EOT\n  x ${~ 1 ~} \n\n  y\n\n  %{~ if false ~}\n    z\n  %{~ else ~}\n  w\n  %{~ endif ~}\n\n  end\nEOT\n",
            r#""  x1\n  y\n\n  w\n\n  end\n""#,
        ),
        (r#""x %{ if true ~} y %{~ else ~} z %{~ endif } w""#, r#""x y w""#),
        (r#""$a %b $$ %%""#, r#""$a %b $$ %%""#),
        ("-10 % 3", "-1"),
        ("5.5 % 2", "1.5"),
        ("true == \"true\"", "false"),
        ("1 < \"2\"", "true"),
        ("\"b\" > \"a\"", "!"),
        ("true && \"false\"", "false"),
        ("null == 1", "false"),
        ("null ? 1 : 2", "!"),
        ("1 ? 2 : 3", "!"),
        ("1.1 + 2.2", "3.3"),
        ("4.35 * 100", "435"),
        ("\"x${1e30}\"", "\"x1000000000000000000000000000000\""),
        ("{1=2}", r#"{"1":2}"#),
        ("{(1+1)=\"x\"}", r#"{"2":"x"}"#),
        ("[1, 2, 3][1.5]", "!"),
        ("[{ a = [{ b = 1 }] }][*].a[*].b", "[[1]]"),
        ("{ id = 1 }.*.id", "[1]"),
        ("null.*.x", "[]"),
        ("(1 +\n2)", "3"),
        ("upper(\n\"a\"\n)", r#""A""#),
    ]);
}

#[test]
fn for_expressions() {
    expressions(&[
        ("[for s in local.names : upper(s)]", r#"["A","B"]"#),
        ("[for i, v in local.names : \"${i} is ${v}\"]", r#"["0 is a","1 is b"]"#),
        ("[for k, v in { b = 1, a = 2 } : \"${k}${v}\"]", r#"["a2","b1"]"#),
        ("{for s in local.names : s => upper(s)}", r#"{"a":"A","b":"B"}"#),
        ("[for s in [\"a\", \"\", \"b\"] : s if s != \"\"]", r#"["a","b"]"#),
        ("{for s in [\"one\", \"two\", \"oh\"] : substr(s, 0, 1) => s...}", r#"{"o":["one","oh"],"t":["two"]}"#),
        ("{for s in [\"aa\", \"ab\"] : substr(s, 0, 1) => s}", "!"),
        ("[for v in toset([\"b\", \"a\"]) : v]", r#"["a","b"]"#),
        ("[for a in [[1, 2], [3]] : [for b in a : b * 2]]", "[[2,4],[6]]"),
        ("[for v in 5 : v]", "!"),
    ]);
}

#[test]
fn indices_and_splats() {
    expressions(&[
        ("local.names[1]", r#""b""#),
        ("local.names.1", r#""b""#),
        ("local.names[2]", "!"),
        ("local.names[-1]", "!"),
        ("{ a = { b = [1] } }.a.b[0]", "1"),
        ("{ a = 1 }[\"a\"]", "1"),
        ("{ a = 1 }.b", "!"),
        ("[{ id = 1 }, { id = 2 }][*].id", "[1,2]"),
        ("[{ id = [1, 2] }, { id = [3] }][*].id[0]", "[1,3]"),
        // The old splat ends where an index begins.
        ("[{ id = 1 }, { id = 2 }].*.id[1]", "2"),
        ("{ id = 1 }[*].id", "[1]"),
        ("null[*]", "[]"),
        ("\"x\"[*]", r#"["x"]"#),
    ]);
}

#[test]
fn resources_data_providers_settings_and_their_lines() {
    let tree = r#"
== main.tf
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
  backend "s3" {
    encrypt = false
  }
}

provider "aws" {
  alias  = "eu"
  region = "eu-west-1"
}

resource "aws_instance" "web" {
  ami = "ami-1"
  root_block_device {
    encrypted = true
  }
  provisioner "local-exec" {
    when    = destroy
    command = "true"
  }
  depends_on = [aws_vpc.main]
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [tags]
  }
}

data "aws_ami" "image" {
  most_recent = true
}
"#;
    check(
        tree,
        r#"
        terraform { required_version = ">= 1.5", required_providers = [{ aws = { source = "hashicorp/aws" } }], backend = [{ s3 = { encrypt = false } }] }
        provider.aws.eu { name = "aws", alias = "eu", region = "eu-west-1" }
        aws_instance.web { ami = "ami-1", root_block_device = [{ encrypted = true }], provisioner = [{ local-exec = { command = "true" } }], lifecycle = [{ prevent_destroy = true }] }
        data.aws_ami.image { most_recent = true }
        "#,
    );
    let evaluation = evaluated(tree);
    let web = &evaluation.roots[0].resources[2];
    let lines = |node: &crate::Node| (node.span.first, node.span.last);
    assert_eq!((web.kind.as_str(), lines(&web.body)), ("aws_instance", (16, 30)));
    assert_eq!(lines(web.body.get("ami").unwrap()), (17, 17));
    let device = &web.body.get("root_block_device").unwrap().items()[0];
    assert_eq!((lines(device), lines(device.get("encrypted").unwrap())), ((18, 20), (19, 19)));
    assert_eq!(evaluation.roots[0].resources[3].kind, "data.aws_ami");
}

#[test]
fn variables_take_values_from_files_in_their_order_and_become_of_their_type() {
    check(
        r#"
== variables.tf
variable "a" { default = "default" }
variable "b" { default = "default" }
variable "c" { default = "default" }
variable "ports" { type = list(string) }
variable "on" { type = bool }
variable "missing" {}
variable "settings" {
  type = object({ name = string, size = optional(number, 5), note = optional(string) })
}
variable "never_null" {
  default  = "kept"
  nullable = false
}
variable "wrong" {
  type    = number
  default = "many"
}
== terraform.tfvars
a = "file"
b = "file"
ports = [80, 443]
on = "true"
settings = { name = "x", other = true }
never_null = null
== z.auto.tfvars
c = "last"
== a.auto.tfvars.json
{ "b": "automatic", "c": "first" }
== elsewhere/terraform.tfvars
a = "of another folder"
== main.tf
resource "r" "a" {
  values   = [var.a, var.b, var.c]
  ports    = var.ports
  on       = var.on
  missing  = var.missing
  text     = "x-${var.missing}"
  settings = var.settings
  kept     = var.never_null
  wrong    = var.wrong
  nothing  = var.undeclared
}
"#,
        r#"
        r.a { values = ["file", "automatic", "last"], ports = ["80", "443"], on = true, missing = <var.missing>, text = <x-${var.missing}>, settings = { name = "x", note = null, size = 5 }, kept = "kept", wrong = ?, nothing = ? }
        gap main.tf:9: variable "wrong": a number is needed, and this is a string
        gap main.tf:10: variable "undeclared" is not declared
        "#,
    );
}

#[test]
fn the_command_line_goes_before_the_files_of_the_tree() {
    let file = |path, text: &'static str| File { path, bytes: text.as_bytes() };
    let files = [
        file(
            "main.tf",
            "variable \"a\" {}\nvariable \"b\" {}\nvariable \"l\" {\n  type = list(number)\n}\nresource \"r\" \"a\" {\n  v = [var.a, var.b, var.l, terraform.workspace]\n}\n",
        ),
        file("terraform.tfvars", "a = 1\nb = 1\n"),
    ];
    let options = Options {
        variable_files: vec![file("prod.tfvars", "a = 2\nb = 2\n")],
        variables: vec![("b".to_owned(), "3".to_owned()), ("l".to_owned(), "[4]".to_owned())],
        workspace: Some("prod".to_owned()),
    };
    let evaluation = evaluate(&files, &options);
    assert_eq!(shown(&evaluation.roots[0].resources[0].body), "{ v = [2, \"3\", [4], \"prod\"] }");
}

#[test]
fn locals_may_come_in_any_order_and_in_circles_are_gaps() {
    check(
        r#"
== main.tf
locals {
  a = "${local.b}!"
  b = "b"
  x = local.y
  y = local.x
}
resource "r" "a" {
  a = local.a
  x = local.x
  z = local.a
}
"#,
        r#"
        r.a { a = "b!", x = ?, z = "b!" }
        gap main.tf:5: it depends on itself
        "#,
    );
}

#[test]
fn count_makes_instances_with_numbers() {
    check(
        r#"
== main.tf
variable "unknown" {}
resource "r" "many" {
  count = 2
  name  = "n${count.index}"
}
resource "r" "none" { count = 0 }
resource "r" "maybe" {
  count = var.unknown ? 1 : 0
  name  = "n${count.index}"
}
resource "s" "all" {
  names = r.many[*].name
  old   = r.many.*.name
  one   = r.many[1].name
  id    = r.many[0].id
  none  = length(r.none)
  maybe = r.maybe[0].id
  maybe_all = r.maybe[*].id
  beyond = r.many[2].id
}
"#,
        r#"
        r.many[0] { name = "n0" }
        r.many[1] { name = "n1" }
        r.maybe[*] { name = <n${}> }
        s.all { names = ["n0", "n1"], old = ["n0", "n1"], one = "n1", id = <r.many[0].id>, none = 0, maybe = <r.maybe[*].id>, maybe_all = <r.maybe[*].id>, beyond = ? }
        gap main.tf:19: there is no element 2 in a list of 2
        "#,
    );
}

#[test]
fn for_each_makes_instances_with_names() {
    check(
        r#"
== main.tf
resource "r" "map" {
  for_each = { b = 1, a = 2 }
  v        = [each.key, each.value]
}
resource "r" "set" {
  for_each = toset(["y", "x", "y"])
  v        = [each.key, each.value]
}
resource "r" "chain" {
  for_each = r.map
  id       = each.value.id
  v        = each.value.v[1]
}
resource "r" "computed" {
  for_each = toset([r.map["a"].id])
  v        = each.value
}
resource "r" "wrong" { for_each = "text" }
output "ids" { value = values(r.map)[*].id }
resource "s" "all" {
  ids = { for k, r in r.map : k => r.id }
  v   = values(r.map)[*].v[0]
}
"#,
        r#"
        r.map["a"] { v = ["a", 2] }
        r.map["b"] { v = ["b", 1] }
        r.set["x"] { v = ["x", "x"] }
        r.set["y"] { v = ["y", "y"] }
        r.chain["a"] { id = <r.map["a"].id>, v = 2 }
        r.chain["b"] { id = <r.map["b"].id>, v = 1 }
        r.computed[*] { v = ? }
        s.all { ids = { a = <r.map["a"].id>, b = <r.map["b"].id> }, v = ["a", "b"] }
        gap main.tf:18: for_each is a string, and has to be a map or a set of strings
        "#,
    );
}

#[test]
fn attributes_of_other_resources_are_resolved_or_named() {
    check(
        r#"
== main.tf
resource "aws_s3_bucket" "logs" {
  bucket = "the-logs"
  versioning {
    enabled = true
  }
}
data "aws_caller_identity" "me" {}
resource "aws_s3_bucket_policy" "logs" {
  bucket  = aws_s3_bucket.logs.id
  name    = aws_s3_bucket.logs.bucket
  on      = aws_s3_bucket.logs.versioning[0].enabled
  deep    = aws_s3_bucket.logs.website[0].domain
  account = data.aws_caller_identity.me.account_id
  arn     = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root"
  whole   = aws_s3_bucket.logs
  upper   = upper(aws_s3_bucket.logs.id)
  missing = aws_s3_bucket.other.id
}
"#,
        r#"
        aws_s3_bucket.logs { bucket = "the-logs", versioning = [{ enabled = true }] }
        data.aws_caller_identity.me {}
        aws_s3_bucket_policy.logs { bucket = <aws_s3_bucket.logs.id>, name = "the-logs", on = true, deep = <aws_s3_bucket.logs.website[0].domain>, account = <data.aws_caller_identity.me.account_id>, arn = <arn:aws:iam::${data.aws_caller_identity.me.account_id}:root>, whole = <aws_s3_bucket.logs>, upper = ?, missing = ? }
        gap main.tf:17: aws_s3_bucket.other is not declared
        "#,
    );
}

#[test]
fn dynamic_blocks_become_what_they_stand_for() {
    check(
        r#"
== main.tf
variable "unknown" {}
resource "aws_security_group" "web" {
  ingress {
    from_port = 22
  }
  dynamic "ingress" {
    for_each = [80, 443]
    content {
      from_port = ingress.value
      number    = ingress.key
    }
  }
  dynamic "egress" {
    for_each = { a = ["x", "y"], b = [] }
    iterator = rule
    content {
      name = rule.key
      dynamic "target" {
        for_each = toset(rule.value)
        content {
          name = "${rule.key}-${target.value}-${target.key}"
        }
      }
    }
  }
  dynamic "maybe" {
    for_each = var.unknown
    content {}
  }
  dynamic "none" {
    for_each = []
    content {}
  }
}
"#,
        r#"
        aws_security_group.web { ingress = [{ from_port = 22 }, { from_port = 80, number = 0 }, { from_port = 443, number = 1 }], egress = [{ name = "a", target = [{ name = "a-x-x" }, { name = "a-y-y" }] }, { name = "b" }], maybe = [?] }
        "#,
    );
}

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

#[test]
fn policies_that_data_sources_render() {
    check(
        r#"
== main.tf
resource "aws_s3_bucket" "b" {}
data "aws_iam_policy_document" "known" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
data "aws_iam_policy_document" "open" {
  source_policy_documents = [data.aws_iam_policy_document.known.json]
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = ["123456789012"]
    }
  }
}
resource "p" "known" { policy = data.aws_iam_policy_document.known.json }
resource "p" "open" { policy = data.aws_iam_policy_document.open.json }
resource "p" "encoded" {
  policy = jsonencode({ Statement = [{ Action = "*", Resource = aws_s3_bucket.b.arn }] })
}
resource "p" "text" {
  policy = <<-EOF
    { "Statement": [{ "Action": "*", "Resource": "${aws_s3_bucket.b.arn}/*" }] }
  EOF
}
"#,
        r#"
        aws_s3_bucket.b {}
        data.aws_iam_policy_document.known { statement = […
        data.aws_iam_policy_document.open { source_policy_documents = […
        p.known { policy = "{\"Statement\":[{\"Action\":[\"s3:PutObject\",\"s3:GetObject\"],\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}},\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\",\"Sid\":\"Read\"}],\"Version\":\"2012-10-17\"}" }
        p.open { policy = { Statement = [{ Action = ["s3:PutObject", "s3:GetObject"], Condition = { Bool = { aws:SecureTransport = "false" } }, Effect = "Allow", Principal = "*", Resource = "*", Sid = "Read" }, { Action = "s3:*", Effect = "Deny", Principal = { AWS = "123456789012" }, Resource = <${aws_s3_bucket.b.arn}/*> }], Version = "2012-10-17" } }
        p.encoded { policy = { Statement = [{ Action = "*", Resource = <aws_s3_bucket.b.arn> }] } }
        p.text { policy = { Statement = [{ Action = "*", Resource = <${aws_s3_bucket.b.arn}/*> }] } }
        "#,
    );
}

#[test]
fn moved_and_import_make_nothing() {
    check(
        r#"
== main.tf
moved {
  from = r.old
  to   = r.a
}
import {
  to = r.a
  id = "x"
}
check "health" {
  assert {
    condition     = true
    error_message = "no"
  }
}
resource "r" "a" {}
"#,
        "r.a {}",
    );
}

#[test]
fn what_cannot_be_read_costs_itself_alone() {
    check(
        r#"
== broken.tf
resource "r" "a" {
  x = 1
}

resource "r" "b" {
  x = = 2
}

resource "r" "c" {
  x = nonsense(1)
  y = [1, missing.thing.id, 3]
}
== twice.tf
resource "r" "a" {}
== nothing.tf.json
{ "resource": [ }
== deep.tf.json
[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
"#,
        r#"
        r.a { x = 1 }
        r.c { x = ?, y = [1, ?, 3] }
        gap broken.tf:6: cannot be read: …
        gap broken.tf:10: there is no function "nonsense"
        gap broken.tf:11: missing.thing is not declared
        gap twice.tf:1: r.a is declared a second time
        gap nothing.tf.json:1: cannot be read: …
        gap deep.tf.json:1: cannot be read: nested too deep
        "#,
    );
}

#[test]
fn hostile_configuration_is_bounded_and_the_rest_is_judged() {
    let mut doubling = String::from("locals {\n  a0 = [\"x\", \"x\"]\n");
    for at in 1..64 {
        let _ = writeln!(doubling, "  a{at} = [local.a{0}, local.a{0}]", at - 1);
    }
    let mut chain = String::from("locals {\n  c0 = 1\n");
    for at in 1..5000 {
        let _ = writeln!(chain, "  c{at} = local.c{} + 1", at - 1);
    }
    let deep = format!("resource \"r\" \"deep\" {{\n  x = {}1{}\n}}\n", "[".repeat(5000), "]".repeat(5000));
    check(
        &format!(
            r#"
== doubling.tf
{doubling}}}
== chain.tf
{chain}}}
== deep.tf
{deep}
== main.tf
resource "r" "a" {{
  doubling = local.a63
  chain    = local.c4999
  range    = range(100000000)
  product  = setproduct(range(1000), range(1000), range(1000))
  loops    = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]
}}
== other/main.tf
resource "r" "judged" {{
  x = 1
}}
resource "r" "many" {{
  count = 100000000
  x     = count.index
}}
"#
        ),
        &{
            let mut expected = String::from(
                "r.a { doubling = ?, chain = ?, range = ?, product = ?, loops = ? }\nr.judged { x = 1 }\n",
            );
            for at in 0..1000 {
                let _ = writeln!(expected, "r.many[{at}] {{ x = {at} }}");
            }
            expected
                + "gap doubling.tf:…
                gap chain.tf:…
                gap deep.tf:2: cannot be read: …
                gap main.tf:4: range: more than 1024 values
                gap main.tf:5: setproduct: the product is too large
                gap main.tf:6: evaluating this module takes too much time or room; what is left of it is unknown
                gap other/main.tf:5: of 100000000 instances the first 1000 are judged
                "
        },
    );
}

#[test]
fn large_files_are_read_block_by_block_and_objects_without_end_not_at_all() {
    let mut large = String::new();
    for at in 0..1000 {
        let _ = write!(
            large,
            "resource \"r\" \"a{at}\" {{\n  a = {at}\n  b = <<E\n}}\nlooks = like a block\nE\n  c = 3\n}}\n"
        );
    }
    let evaluation = evaluated(&format!("== main.tf\n{large}"));
    assert_eq!((evaluation.roots[0].resources.len(), evaluation.gaps.len()), (1000, 0));
    assert_eq!(evaluation.roots[0].resources[999].body.span.first, 999 * 8 + 1);

    let mut endless = String::from("locals {\n  x = {\n");
    for at in 0..20_000 {
        let _ = writeln!(endless, "    k{at} = 1");
    }
    check(
        &format!("== main.tf\n{endless}  }}\n}}\nresource \"r\" \"a\" {{\n  x = 1\n}}\n"),
        "r.a { x = 1 }\ngap main.tf:1: cannot be read: it has too many entries",
    );
}

#[test]
fn a_large_root_gets_what_it_needs_and_a_bottomless_one_an_end() {
    let count = |tree: &str| {
        let evaluation = evaluated(tree);
        let resources = evaluation.roots.iter().flat_map(|root| &root.resources);
        let known = resources.filter(|resource| resource.body.get("x").is_some_and(|x| shown(x) != "?")).count();
        (known, evaluation.gaps.iter().map(|gap| gap.reason.as_str().to_owned()).collect::<Vec<_>>())
    };
    // More than every root may cost, and less than a large one.
    let large = "resource \"r\" \"a\" {\n  count = 900\n  x = [for n in range(100) : n + count.index]\n}\n";
    assert_eq!(count(&format!("== main.tf\n{large}")), (900, vec![]));
    let bottomless =
        "resource \"r\" \"b\" {\n  count = 1000\n  x = [for n in range(1000) : [for m in range(1000) : m]]\n}\n";
    let (known, gaps) = count(&format!("== a/main.tf\n{bottomless}\n== b/main.tf\n{large}"));
    assert!((900..905).contains(&known), "{known}");
    assert_eq!(gaps, ["evaluating this module takes too much time or room; what is left of it is unknown"]);
}

#[test]
fn plans_say_what_is_known_and_what_is_not() {
    check(
        r#"
== plan.json
{"format_version":"1.2","terraform_version":"1.9.0",
"planned_values":{"root_module":{"resources":[
{"address":"aws_s3_bucket.b[0]","mode":"managed","type":"aws_s3_bucket","name":"b","index":0,"values":{"bucket":"x","tags":null}}],
"child_modules":[{"address":"module.m[\"k\"]","resources":[
{"address":"module.m[\"k\"].aws_s3_bucket_policy.p","mode":"managed","type":"aws_s3_bucket_policy","name":"p",
"values":{"rule":[{"a":1}]}}]}]}},
"resource_changes":[
{"address":"aws_s3_bucket.b[0]","change":{"after_unknown":{"arn":true,"id":true,"tags":{}}}},
{"address":"module.m[\"k\"].aws_s3_bucket_policy.p","change":{"after_unknown":{"bucket":true,"id":true,"policy":true,"rule":[{"b":true}]}}}],
"prior_state":{"values":{"root_module":{"resources":[
{"address":"data.aws_region.r","mode":"data","type":"aws_region","name":"r","values":{"name":"eu-west-1"}},
{"address":"aws_s3_bucket.old","mode":"managed","type":"aws_s3_bucket","name":"old","values":{}}]}}},
"configuration":{"root_module":{"module_calls":{"m":{"module":{"resources":[
{"address":"aws_s3_bucket_policy.p","expressions":{
"bucket":{"references":["aws_s3_bucket.inner.id","aws_s3_bucket.inner"]},
"policy":{"references":["var.policy"]}}}]}}}}}}
== state.json
{"format_version":"1.0","terraform_version":"1.9.0","values":{"root_module":{"resources":[
{"address":"r.a","mode":"managed","type":"r","name":"a","values":{"id":"i"}}]}}}
== other.json
{"values": 1}
"#,
        r#"
        aws_s3_bucket.b[0] { bucket = "x", tags = null, arn = ?, id = ? }
        module.m["k"].aws_s3_bucket_policy.p { rule = [{ a = 1, b = ? }], bucket = <module.m["k"].aws_s3_bucket.inner.id>, id = ?, policy = ? }
        data.aws_region.r { name = "eu-west-1" }
        r.a { id = "i" }
        "#,
    );
}

#[test]
fn a_file_by_itself_bears_the_number_that_it_is_given() {
    let alone = super::read(b" {\"resource\": {\"r\": {\"a\": {\"x\": \"${nothing(1)}\"}}}}", 7);
    assert_eq!((alone.resources[0].file, alone.gaps[0].what.as_str()), (7, "line 1: there is no function \"nothing\""));
    assert_eq!(super::read(b"resource \"r\" \"a\" {}", 7).resources[0].address, "r.a");
}

#[test]
fn state_has_instances_with_keys() {
    check(
        r#"
== terraform.tfstate
{"version": 4, "terraform_version": "1.9.0", "resources": [
{"module": "module.m[0]", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "instances": [
{"index_key": "k", "attributes": {"bucket": "x"}},
{"index_key": "l", "attributes": {"bucket": "y"}}]},
{"mode": "managed", "type": "r", "name": "n", "instances": [{"index_key": 1, "attributes": {}}]},
{"mode": "data", "type": "aws_ami", "name": "a", "instances": [{"attributes": {"id": "ami-1"}}]}]}
== old/terraform.tfstate
{"version": 3}
"#,
        r#"
        module.m[0].aws_s3_bucket.b["k"] { bucket = "x" }
        module.m[0].aws_s3_bucket.b["l"] { bucket = "y" }
        r.n[1] {}
        data.aws_ami.a { id = "ami-1" }
        gap old/terraform.tfstate:1: the state is not of version 4
        "#,
    );
}

/// Bytes of configuration, some of them changed, lost or repeated.
fn mangled(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0..4_u8, any::<u8>(), 1..40_usize);
    prop::collection::vec(change, 1..12).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, how, byte, length) in changes {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            let end = (at + length).min(bytes.len());
            match how {
                0 => bytes.insert(at, byte),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
                _ => {
                    // What the language is made of does more harm than any byte.
                    let token: &[&str] =
                        &["${", "}", "%{", "[", "*]", "...", "<<-E\n", "?", ":", "~", "count = ", "\""];
                    bytes.splice(at..at, token[usize::from(byte) % token.len()].bytes());
                }
            }
        }
        bytes
    })
}

const SAMPLE: &str = r#"
variable "v" {
  type    = object({ a = optional(list(string), ["x"]), b = number })
  default = { b = 2 }
}
locals {
  a = [for k, v in { x = 1 } : "${k}-${v}" if v > 0]
  b = merge({ for s in local.a : s => upper(s)... }, jsondecode("{\"k\":[1,2]}"))
  c = <<-EOT
    %{ for s in local.a ~}
    - ${s}
    %{ endfor ~}
  EOT
  d = try(local.b.missing[0], format("%05.2f|%q", 1.5, "x"), cidrsubnet("10.0.0.0/8", 8, 2))
}
resource "r" "a" {
  for_each = toset(local.a)
  x        = each.key == "x-1" ? var.v.a[0] : null
  y        = r.b[*].id
  dynamic "d" {
    for_each = var.v.a
    content {
      v = d.value
    }
  }
}
resource "r" "b" {
  count = 2
  p     = jsonencode({ a = r.c.arn, l = [local.c, local.d] })
  q     = replace("abc", "/b/", "${count.index}")
}
data "aws_iam_policy_document" "c" {
  statement {
    actions   = ["s3:*"]
    resources = ["${r.b[0].arn}/*"]
  }
}
module "m" {
  source = "./m"
  v      = data.aws_iam_policy_document.c.json
}
"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_do_harm(main in mangled(SAMPLE), module in prop::collection::vec(any::<u8>(), 0..200)) {
        let json = String::from_utf8_lossy(&main).replace('=', ":");
        let files = [
            File { path: "main.tf", bytes: &main },
            File { path: "m/main.tf", bytes: &module },
            File { path: "m/x.tf.json", bytes: json.as_bytes() },
            File { path: "terraform.tfvars", bytes: &module },
            File { path: "terraform.tfstate", bytes: &module },
        ];
        let evaluation = evaluate(&files, &Options::default());
        // A panic within would be this.
        let fell = evaluation.gaps.iter().any(|gap| gap.file.is_none());
        prop_assert!(!fell);
    }
}
