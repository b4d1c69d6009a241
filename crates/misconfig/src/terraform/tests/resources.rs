//! Resources and the other blocks: their lines, their instances, what they refer to.

use crate::terraform::testing::{check, evaluated};

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
