//! Where values come from: variables and the files that set them, locals, the command line.

use crate::terraform::testing::{check, shown};
use crate::terraform::{File, Options, evaluate};

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
