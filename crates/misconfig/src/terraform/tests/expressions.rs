//! Expressions ("Expressions", "Operators", "Strings and Templates", "For Expressions"): what each comes to.

use crate::terraform::testing::expression;

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
