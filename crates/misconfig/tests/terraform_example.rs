//! A whole configuration of several modules, as a team would keep it, evaluated to the last instance. What it comes to was
//! worked out by hand from Terraform's documentation.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use misconfig::terraform::{Evaluation, File, Options, evaluate};
use misconfig::{Node, Resource, Value};

const FILES: &[(&str, &str)] = &[
    (
        "live/production/main.tf",
        r#"terraform {
  required_version = ">= 1.6"
  backend "s3" {
    bucket  = "acme-state"
    encrypt = true
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  type = string
}

variable "stores" {
  type = map(object({
    public    = optional(bool, false)
    retention = optional(number)
    readers   = optional(list(string), [])
  }))
}

variable "office" {
  type = string
}

locals {
  tags    = { Team = "platform", Environment = "production" }
  offices = [for number in range(2) : cidrsubnet(var.office, 8, number)]
  private = { for name, store in var.stores : name => store if !store.public }
}

module "store" {
  source   = "../../modules/store"
  for_each = var.stores

  name      = "acme-${each.key}"
  public    = each.value.public
  retention = each.value.retention
  readers   = each.value.readers
  tags      = merge(local.tags, { Store = each.key })
}

module "web" {
  source = "../../modules/web"

  zones     = ["a", "b"]
  allowed   = local.offices
  log_store = module.store["logs"].bucket
  key       = module.store["logs"].key
}

resource "aws_cloudtrail" "trail" {
  for_each       = local.private
  name           = each.key
  s3_bucket_name = module.store[each.key].bucket
  kms_key_id     = module.store[each.key].key
}
"#,
    ),
    (
        "live/production/terraform.tfvars",
        r#"region = "eu-west-1"
office = "10.20.0.0/16"
stores = {
  logs = {
    retention = 30
    readers   = ["arn:aws:iam::123456789012:role/audit"]
  }
  site = {
    public = "true"
  }
}
"#,
    ),
    (
        "modules/store/variables.tf",
        r#"variable "name" { type = string }
variable "public" { type = bool }
variable "tags" { type = map(string) }
variable "retention" {
  type    = number
  default = null
}
variable "readers" { type = list(string) }
"#,
    ),
    (
        "modules/store/main.tf",
        r#"resource "aws_kms_key" "key" {
  count               = var.public ? 0 : 1
  enable_key_rotation = true
}

resource "aws_s3_bucket" "this" {
  bucket = var.name
  tags   = var.tags

  dynamic "lifecycle_rule" {
    for_each = var.retention == null ? [] : [var.retention]
    content {
      enabled = true
      expiration {
        days = lifecycle_rule.value
      }
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = !var.public
  block_public_policy     = !var.public
  restrict_public_buckets = !var.public
}

data "aws_iam_policy_document" "read" {
  dynamic "statement" {
    for_each = var.readers
    content {
      sid       = "Reader${statement.key}"
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.this.arn}/*"]
      principals {
        type        = "AWS"
        identifiers = [statement.value]
      }
    }
  }

  dynamic "statement" {
    for_each = var.public ? [1] : []
    content {
      actions   = ["s3:GetObject"]
      resources = ["*"]
      principals {
        type        = "*"
        identifiers = ["*"]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.bucket
  policy = data.aws_iam_policy_document.read.json
}

output "bucket" { value = aws_s3_bucket.this.id }
output "key" { value = one(aws_kms_key.key[*].arn) }
"#,
    ),
    (
        "modules/web/main.tf",
        r#"variable "zones" {}
variable "allowed" {}
variable "log_store" {}
variable "key" {}

locals {
  ports = { http = 80, https = 443 }
}

resource "aws_security_group" "web" {
  dynamic "ingress" {
    for_each = local.ports
    iterator = port
    content {
      description = upper(port.key)
      from_port   = port.value
      to_port     = port.value
      cidr_blocks = var.allowed
    }
  }
}

resource "aws_instance" "web" {
  count                  = length(var.zones)
  ami                    = data.aws_ami.linux.id
  availability_zone      = "eu-west-1${var.zones[count.index]}"
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data              = templatefile("${path.module}/boot.tftpl", { zones = var.zones, index = count.index })

  root_block_device {
    encrypted  = var.key != null
    kms_key_id = var.key
  }
}

data "aws_ami" "linux" {
  most_recent = true
}

resource "aws_iam_role_policy" "web" {
  role = "web"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:PutObject"], Resource = "arn:aws:s3:::${var.log_store}/*" },
      { Effect = "Allow", Action = "iam:*", Resource = "*" },
    ]
  })
}
"#,
    ),
    (
        "modules/web/boot.tftpl",
        r"#!/bin/sh
%{ for number, zone in zones ~}
%{ if number == index ~}
echo here: ${zone}
%{ else ~}
echo peer: ${zone}
%{ endif ~}
%{ endfor ~}
",
    ),
];

fn evaluation() -> Evaluation {
    let files: Vec<File<'_>> = FILES.iter().map(|(path, text)| File { path, bytes: text.as_bytes() }).collect();
    evaluate(&files, &Options::default())
}

fn find<'a>(evaluation: &'a Evaluation, address: &str) -> &'a Resource {
    evaluation.roots[0].resources.iter().find(|resource| resource.address == address).unwrap()
}

fn at<'a>(node: &'a Node, path: &[&str]) -> &'a Node {
    path.iter().fold(node, |node, step| match step.parse::<usize>() {
        Ok(index) => &node.items()[index],
        Err(_) => node.get(step).unwrap(),
    })
}

#[test]
fn every_instance_is_there_and_nothing_was_missed() {
    let evaluation = evaluation();
    assert_eq!(evaluation.gaps, []);
    assert_eq!(evaluation.roots.len(), 1);
    let addresses: Vec<&str> = evaluation.roots[0].resources.iter().map(|resource| resource.address.as_str()).collect();
    assert_eq!(
        addresses,
        [
            "terraform",
            "provider.aws",
            "module.store[\"logs\"]",
            "module.store[\"site\"]",
            "module.web",
            "aws_cloudtrail.trail[\"logs\"]",
            "module.store[\"logs\"].aws_kms_key.key[0]",
            "module.store[\"logs\"].aws_s3_bucket.this",
            "module.store[\"logs\"].aws_s3_bucket_public_access_block.this",
            "module.store[\"logs\"].data.aws_iam_policy_document.read",
            "module.store[\"logs\"].aws_s3_bucket_policy.this",
            "module.store[\"site\"].aws_s3_bucket.this",
            "module.store[\"site\"].aws_s3_bucket_public_access_block.this",
            "module.store[\"site\"].data.aws_iam_policy_document.read",
            "module.store[\"site\"].aws_s3_bucket_policy.this",
            "module.web.aws_security_group.web",
            "module.web.aws_instance.web[0]",
            "module.web.aws_instance.web[1]",
            "module.web.data.aws_ami.linux",
            "module.web.aws_iam_role_policy.web",
        ]
    );
}

#[test]
fn instances_differ_by_what_their_module_was_called_with() {
    let evaluation = evaluation();
    for (name, blocked, days) in [("logs", true, Some(30.0)), ("site", false, None)] {
        let module = format!("module.store[\"{name}\"]");
        let bucket = find(&evaluation, &format!("{module}.aws_s3_bucket.this"));
        assert_eq!(at(&bucket.body, &["bucket"]).text(), Some(format!("acme-{name}").as_str()));
        assert_eq!(at(&bucket.body, &["tags", "Store"]).text(), Some(name));
        assert_eq!(at(&bucket.body, &["tags", "Team"]).text(), Some("platform"));
        match days {
            Some(days) => {
                let found = at(&bucket.body, &["lifecycle_rule", "0", "expiration", "0", "days"]);
                assert_eq!(found.value, Value::Number(days));
                // It stands in the module, where the block is written.
                assert_eq!((FILES[bucket.file].0, found.span.first), ("modules/store/main.tf", 15));
            }
            None => assert!(bucket.body.get("lifecycle_rule").is_none()),
        }
        let block = find(&evaluation, &format!("{module}.aws_s3_bucket_public_access_block.this"));
        assert_eq!(at(&block.body, &["block_public_acls"]).value, Value::Bool(blocked));
        assert_eq!(at(&block.body, &["bucket"]).value, Value::Reference(format!("{module}.aws_s3_bucket.this.id")));
    }
}

#[test]
fn policies_are_seen_through_their_encodings() {
    let evaluation = evaluation();
    let site = find(&evaluation, "module.store[\"site\"].aws_s3_bucket_policy.this");
    assert_eq!(
        at(&site.body, &["policy"]).text(),
        Some(
            r#"{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2012-10-17"}"#
        )
    );
    let logs = find(&evaluation, "module.store[\"logs\"].aws_s3_bucket_policy.this");
    let statement = at(&logs.body, &["policy", "Statement", "0"]);
    assert_eq!(at(statement, &["Principal", "AWS"]).text(), Some("arn:aws:iam::123456789012:role/audit"));
    assert_eq!(
        at(statement, &["Resource"]).value,
        Value::Reference("${module.store[\"logs\"].aws_s3_bucket.this.arn}/*".to_owned())
    );
    let role = find(&evaluation, "module.web.aws_iam_role_policy.web");
    assert_eq!(at(&role.body, &["policy", "Statement", "1", "Action"]).text(), Some("iam:*"));
}

#[test]
fn modules_are_joined_by_what_they_pass_on() {
    let evaluation = evaluation();
    let trail = find(&evaluation, "aws_cloudtrail.trail[\"logs\"]");
    let of = |attribute: &str| Value::Reference(format!("module.store[\"logs\"].{attribute}"));
    assert_eq!(at(&trail.body, &["s3_bucket_name"]).value, of("aws_s3_bucket.this.id"));
    assert_eq!(at(&trail.body, &["kms_key_id"]).value, of("aws_kms_key.key[0].arn"));
    let web = find(&evaluation, "module.web.aws_instance.web[1]");
    assert_eq!(at(&web.body, &["root_block_device", "0", "kms_key_id"]).value, of("aws_kms_key.key[0].arn"));
    assert_eq!(at(&web.body, &["availability_zone"]).text(), Some("eu-west-1b"));
    assert_eq!(at(&web.body, &["user_data"]).text(), Some("#!/bin/sh\necho peer: a\necho here: b\n"));
    let group = find(&evaluation, "module.web.aws_security_group.web");
    assert_eq!(at(&group.body, &["ingress", "1", "description"]).text(), Some("HTTPS"));
    assert_eq!(at(&group.body, &["ingress", "0", "cidr_blocks", "1"]).text(), Some("10.20.1.0/24"));
}
