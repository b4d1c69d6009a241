//! What cannot be read, and what is made to cost: bounded, and the rest is judged.

use std::fmt::Write;

use proptest::prelude::*;

use crate::terraform::testing::{check, evaluated, shown};
use crate::terraform::{File, Options, evaluate};

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
