//! Templates in, text out. Expected values come from the documentation of text/template, fmt, Sprig and Helm, and where
//! those are silent from what Go's own implementation is documented to do.

use super::datum::Datum;
use super::machine::Machine;
use super::yaml::{self, Numbers};

const VALUES: &str = "name: web\nport: 8080\nratio: 1.5\n'on': true\n'off': false\nempty: ''\n'null': ~\nlist: [a, b, c]\n\
                      map: {b: 2, a: 1}\ndeep: {a: {b: x}}\ntext: \"line one\\nline two\"\ntemplate: '{{ .name }}!'\n";

/// What a template comes to, or `!` and why not.
fn render(template: &str) -> String {
    let machine = Machine::new(100_000, None);
    if let Err((line, reason)) = machine.add("main", template, 0) {
        return format!("! {line}: {reason}");
    }
    let values = yaml::decode(VALUES, Numbers::Whole).unwrap();
    match machine.render("main", &values) {
        Ok(output) => output.text,
        Err(failure) => format!("! {}: {}", failure.at.unwrap_or_default().line, failure.reason),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (template, expected) in cases {
        let seen = render(template);
        let matches = if *expected == "!" { seen.starts_with("! ") } else { seen == *expected };
        assert!(matches, "{template}\n  comes to {seen:?}\n  and not  {expected:?}");
    }
}

#[test]
fn white_space_and_comments() {
    check(&[
        ("{{23 -}} < {{- 45}}", "23<45"),
        ("a {{- /* no */ -}} b", "ab"),
        ("a {{/* no */}} b", "a  b"),
        ("{{- 3 }}", "3"),
        ("{{-3}}", "-3"),
        ("a\n\n  {{- 1 }}\n\n{{ 2 -}}\n\n b", "a1\n\n2b"),
        ("{{ \"}}\" }}", "}}"),
        ("{{ `a\"b` }}", "a\"b"),
        ("{{ 'a' }}", "97"),
        ("{{ 0x10 }} {{ 1_000 }} {{ 1e3 }} {{ 0b11 }} {{ 017 }}", "16 1000 1000 3 15"),
        ("{{ /* no end", "!"),
        ("{{ .name", "!"),
        ("{{ end }}", "!"),
        ("{{ if .on }}", "!"),
        ("{{ .name.a }}", "!"),
    ]);
}

#[test]
fn values_are_written_as_go_writes_them() {
    check(&[
        ("{{ .name }} {{ .port }} {{ .ratio }} {{ .on }}", "web 8080 1.5 true"),
        ("{{ .list }} {{ .map }} {{ .missing }}", "[a b c] map[a:1 b:2] <no value>"),
        (
            "{{ printf \"%d %5d|%-5d|%05d %x %q %v %s %t\" 1 2 3 4 255 \"a\" .list \"s\" true }}",
            "1     2|3    |00004 ff \"a\" [a b c] s true",
        ),
        ("{{ printf \"%s %d\" 5 \"x\" }}", "%!s(int=5) %!d(string=x)"),
        ("{{ printf \"%s\" .null }}", "%!s(<nil>)"),
        ("{{ printf \"%d %d\" 1 }}", "1 %!d(MISSING)"),
        ("{{ printf \"%d\" 1 2 }}", "1%!(EXTRA int=2)"),
        ("{{ printf \"%.2f %6.1f|%e\" 3.14159 2.55 1500.0 }}", "3.14    2.5|1.500000e+03"),
        ("{{ printf \"%v %v\" 1000000.0 0.00001 }}", "1e+06 1e-05"),
        ("{{ printf \"%[2]s %[1]s\" \"a\" \"b\" }} {{ printf \"%*d\" 4 7 }} {{ printf \"100%%\" }}", "b a    7 100%"),
        ("{{ print 1 2 \"a\" \"b\" 3 }}", "1 2ab3"),
        ("{{ println \"a\" 1 }}", "a 1\n"),
    ]);
}

#[test]
fn actions_choose_and_repeat() {
    check(&[
        ("{{ if .off }}a{{ else if .on }}b{{ else }}c{{ end }}", "b"),
        ("{{ if .empty }}a{{ else }}b{{ end }}{{ if .missing }}a{{ end }}{{ if 0 }}a{{ end }}", "b"),
        ("{{ with .deep.a }}{{ .b }}{{ $.name }}{{ end }}{{ with .empty }}a{{ else }}b{{ end }}", "xwebb"),
        ("{{ with .empty }}a{{ else with .name }}{{ . }}{{ end }}", "web"),
        ("{{ range .list }}{{ . }},{{ end }}", "a,b,c,"),
        ("{{ range $i, $x := .list }}{{ $i }}{{ $x }}{{ end }}", "0a1b2c"),
        ("{{ range $k, $v := .map }}{{ $k }}{{ $v }}{{ end }}", "a1b2"),
        ("{{ range .missing }}a{{ else }}none{{ end }}", "none"),
        ("{{ range 3 }}{{ . }}{{ end }}", "012"),
        ("{{ range .list }}{{ if eq . \"b\" }}{{ continue }}{{ end }}{{ . }}{{ end }}", "ac"),
        ("{{ range .list }}{{ if eq . \"b\" }}{{ break }}{{ end }}{{ . }}{{ end }}", "a"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ end }}{{ $x }}", "2"),
        ("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}", "1"),
        ("{{ if true }}{{ $y := 3 }}{{ end }}{{ $y }}", "!"),
        ("{{ break }}", "!"),
        ("{{ range .name }}{{ end }}", "!"),
        ("{{ .missing.deeper }}", "!"),
    ]);
}

#[test]
fn templates_call_each_other() {
    check(&[
        ("{{ define \"a\" }}<{{ . }}>{{ end }}{{ template \"a\" .name }}", "<web>"),
        ("{{ block \"a\" .name }}<{{ . }}>{{ end }}", "<web>"),
        ("{{ define \"a\" }}x{{ .y }}{{ end }}{{ template \"a\" }}", "x<no value>"),
        ("{{ define \"a\" }}a: 1\nb: 2{{ end }}c:{{ include \"a\" . | nindent 2 }}", "c:\n  a: 1\n  b: 2"),
        ("{{ tpl .template . }} {{ tpl \"{{ .port }}\" . }}", "web! 8080"),
        ("{{ define \"a\" }}{{ .name }}{{ end }}{{ tpl \"{{ include \\\"a\\\" . }}\" . }}", "web"),
        ("{{ template \"missing\" }}", "!"),
        ("{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}", "!"),
        ("{{ tpl \"{{\" . }}", "!"),
    ]);
}

#[test]
fn conditions_and_comparisons() {
    check(&[
        (
            "{{ and .on .name }} {{ and .off .missing.deeper }} {{ or .empty .name }} {{ not .off }}",
            "web false web true",
        ),
        (
            "{{ eq 1 1 }} {{ eq .name \"a\" \"web\" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ ge \"b\" \"a\" }}",
            "true true true true true",
        ),
        ("{{ lt 1 \"a\" }}", "!"),
        (
            "{{ index .list 1 }} {{ index .map \"a\" }} {{ index .deep \"a\" \"b\" }} {{ len .list }} {{ len .name }}",
            "b 1 x 3 3",
        ),
        ("{{ slice .list 0 2 }} {{ slice .list 1 }}", "[a b] [b c]"),
        // Sprig's takes the place of Go's, and takes lists alone.
        ("{{ slice .name 1 }}", "!"),
        ("{{ index .list 7 }}", "!"),
        (
            "{{ default \"d\" .empty }} {{ default \"d\" .missing }} {{ .name | default \"d\" }} {{ default 5 0 }}",
            "d d web 5",
        ),
        (
            "{{ coalesce .missing .empty .name }} {{ ternary \"y\" \"n\" true }} {{ .off | ternary \"y\" \"n\" }}",
            "web y n",
        ),
        (
            "{{ empty .list }} {{ kindOf .list }} {{ kindIs \"map\" .map }} {{ typeOf .name }}",
            "false slice true string",
        ),
        ("{{ all 1 0 }} {{ any 0 1 }} {{ deepEqual (list 1 2) (list 1 2) }}", "false true true"),
        ("{{ fail \"no\" }}", "!"),
        ("{{ nowhere 1 }}", "!"),
    ]);
}

#[test]
fn functions_of_texts() {
    check(&[
        ("{{ upper \"abc\" }}{{ title \"hello world\" }}{{ untitle \"Hello\" }}", "ABCHello Worldhello"),
        (
            "{{ trim \"  a \" }}|{{ trimAll \"$\" \"$5.00\" }}|{{ trimSuffix \"-\" \"hello-\" }}|{{ trimPrefix \"-\" \"-hello\" }}",
            "a|5.00|hello|hello",
        ),
        (
            "{{ repeat 3 \"ab\" }} {{ substr 0 5 \"hello world\" }} {{ trunc 5 \"hello world\" }} {{ trunc -5 \"hello world\" }}",
            "ababab hello hello world",
        ),
        ("{{ abbrev 5 \"hello world\" }} {{ initials \"First Try\" }} {{ nospace \"a b c\" }}", "he... FT abc"),
        (
            "{{ contains \"cat\" \"catch\" }} {{ hasPrefix \"cat\" \"catch\" }} {{ hasSuffix \"a\" \"catch\" }}",
            "true true false",
        ),
        (
            "{{ quote \"a\" .missing 1 }} {{ squote \"a\" }} {{ cat \"hello\" \"beautiful\" \"world\" }}",
            "\"a\" \"1\" 'a' hello beautiful world",
        ),
        ("{{ indent 2 .text }}|{{ nindent 2 .text }}", "  line one\n  line two|\n  line one\n  line two"),
        ("{{ replace \" \" \"-\" \"I Am Henry VIII\" }} {{ plural \"one\" \"many\" 2 }}", "I-Am-Henry-VIII many"),
        (
            "{{ snakecase \"FirstName\" }} {{ camelcase \"http_server\" }} {{ kebabcase \"FirstName\" }}",
            "first_name HttpServer first-name",
        ),
        (
            "{{ regexMatch \"^[a-z]+$\" .name }} {{ regexReplaceAll \"a(x*)b\" \"-ab-axxb-\" \"${1}W\" }}",
            "true -W-xxW-",
        ),
        (
            "{{ regexFindAll \"[2,4,6,8]\" \"123456789\" -1 }} {{ regexFind \"[a-zA-Z][1-9]\" \"abcd1234\" }}",
            "[2 4 6 8] d1",
        ),
        ("{{ regexSplit \"z+\" \"pizza\" -1 }} {{ mustRegexMatch \"w\" .name }}", "[pi a] true"),
        (
            "{{ join \"_\" .list }} {{ splitList \"$\" \"foo$bar\" }} {{ (split \"$\" \"foo$bar\")._1 }}",
            "a_b_c [foo bar] bar",
        ),
        ("{{ sortAlpha (list \"c\" \"a\") }} {{ toString 5 }} {{ wrap 5 \"one two\" }}", "[a c] 5 one\ntwo"),
        (
            "{{ base \"foo/bar\" }} {{ dir \"foo/bar/baz\" }} {{ ext \"foo.bar\" }} {{ clean \"foo/bar/../baz\" }}",
            "bar foo/bar .bar foo/baz",
        ),
    ]);
}

#[test]
fn functions_of_collections() {
    check(&[
        ("{{ first .list }} {{ rest .list }} {{ last .list }} {{ initial .list }}", "a [b c] c [a b]"),
        (
            "{{ append .list \"d\" }} {{ prepend .list \"d\" }} {{ concat .list (list 1) }} {{ reverse .list }}",
            "[a b c d] [d a b c] [a b c 1] [c b a]",
        ),
        (
            "{{ uniq (list 1 1 2) }} {{ without .list \"a\" }} {{ has \"a\" .list }} {{ compact (list 1 \"\" 2) }}",
            "[1 2] [b c] true [1 2]",
        ),
        (
            "{{ until 3 }} {{ untilStep 3 6 2 }} {{ seq 5 }} {{ seq 0 2 4 }} {{ chunk 2 .list }}",
            "[0 1 2] [3 5] 1 2 3 4 5 0 2 4 [[a b] [c]]",
        ),
        (
            "{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"b\" 2 }}{{ $d }}{{ $_ := unset $d \"a\" }}{{ $d }}{{ get $d \"b\" }}",
            "map[a:1 b:2]map[b:2]2",
        ),
        (
            "{{ hasKey .map \"a\" }} {{ keys .map }} {{ values .map }} {{ pick .map \"a\" }} {{ omit .map \"a\" }}",
            "true [a b] [1 2] map[a:1] map[b:2]",
        ),
        (
            "{{ merge (dict \"a\" 1) (dict \"a\" 2 \"b\" 3) }} {{ mergeOverwrite (dict \"a\" 1) (dict \"a\" 2) }}",
            "map[a:1 b:3] map[a:2]",
        ),
        ("{{ merge (dict \"x\" (dict \"a\" 1)) .deep (dict \"x\" (dict \"c\" 3)) }}", "map[a:map[b:x] x:map[a:1 c:3]]"),
        (
            "{{ dig \"a\" \"b\" \"none\" .deep }} {{ dig \"a\" \"c\" \"none\" .deep }} {{ pluck \"a\" .map (dict \"a\" 7) }}",
            "x none [1 7]",
        ),
        (
            "{{ $a := dict \"x\" (dict) }}{{ $b := deepCopy $a }}{{ $_ := set $b.x \"y\" 1 }}{{ $a }} {{ $b }}",
            "map[x:map[]] map[x:map[y:1]]",
        ),
        ("{{ $a := dict }}{{ $_ := set $a \"x\" (list $a) }}", "!"),
    ]);
}

#[test]
fn functions_of_numbers() {
    check(&[
        ("{{ add 1 2 3 }} {{ add1 5 }} {{ sub 5 3 }} {{ div 7 2 }} {{ mod 7 3 }} {{ mul 1 2 3 }}", "6 6 2 3 1 6"),
        (
            "{{ max 1 2 3 }} {{ min 1 2 3 }} {{ floor 123.9999 }} {{ ceil 123.001 }} {{ round 123.555555 3 }}",
            "3 1 123 124 123.556",
        ),
        (
            "{{ int \"12\" }} {{ int64 3.9 }} {{ float64 \"2.5\" }} {{ atoi \"7\" }} {{ toDecimal \"0777\" }}",
            "12 3 2.5 7 511",
        ),
        ("{{ div 1 0 }}", "!"),
        ("{{ semverCompare \">=1.2.0\" \"1.3.0\" }} {{ (semver \"1.2.3-alpha.1+123\").Prerelease }}", "true alpha.1"),
    ]);
}

#[test]
fn encodings() {
    check(&[
        ("{{ b64enc \"hello\" }} {{ b64dec \"aGVsbG8=\" }} {{ b32enc \"hello\" }}", "aGVsbG8= hello NBSWY3DP"),
        // RFC 1321, RFC 3174, FIPS 180-2: the digests of "abc".
        ("{{ sha1sum \"abc\" }}", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("{{ sha256sum \"abc\" }}", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        // RFC 1950's checksum of "Wikipedia" is 11E60398.
        ("{{ adler32sum \"Wikipedia\" }}", "300286872"),
        (
            "{{ toYaml .map }}|{{ toYaml .list }}|{{ toYaml (dict \"a\" (list 1 (dict \"b\" \"true\"))) }}",
            "a: 1\nb: 2|- a\n- b\n- c|a:\n- 1\n- b: \"true\"",
        ),
        (
            "{{ toYaml (dict \"a\" .text \"b\" \"\" \"c\" \"x: y\" \"d\" .missing) }}",
            "a: |-\n  line one\n  line two\nb: \"\"\nc: 'x: y'\nd: null",
        ),
        (
            "{{ toJson .map }} {{ toPrettyJson (list 1) }} {{ toJson \"<a>\" }} {{ toRawJson \"<a>\" }}",
            "{\"a\":1,\"b\":2} [\n  1\n] \"\\u003ca\\u003e\" \"<a>\"",
        ),
        (
            "{{ (fromYaml \"a: {b: 1}\").a.b }} {{ fromJson \"{\\\"a\\\": [1]}\" }} {{ fromYamlArray \"[a, b]\" }}",
            "1 map[a:[1]] [a b]",
        ),
        ("{{ hasKey (fromYaml \"- a\") \"Error\" }}", "true"),
        ("{{ toToml (dict \"a\" 1 \"b\" (dict \"c\" \"x\")) }}", "a = 1\n\n[b]\n  c = \"x\"\n"),
        (
            "{{ urlquery \"a b&c\" }} {{ html \"<a>\" }} {{ (urlParse \"https://u@example.com:8080/p?q#f\").hostname }}",
            "a+b%26c &lt;a&gt; example.com",
        ),
    ]);
}

#[test]
fn what_nobody_knows_stays_unknown() {
    check(&[
        ("{{ randAlphaNum 5 }}", "\u{10FFFD}"),
        ("{{ $c := genCA \"a\" 1 }}{{ $c.Cert | b64enc }}", "\u{10FFFD}"),
        ("{{ printf \"a-%s\" (uuidv4) }} {{ now | date \"2006\" }}", "a-\u{10FFFD} \u{10FFFD}"),
        ("{{ if randAlpha 5 }}a{{ end }}{{ lookup \"v1\" \"Secret\" \"\" \"\" }}", "amap[]"),
        ("{{ required \"say a name\" .name }} {{ required \"say it\" .missing }}", "web \u{10FFFD}"),
        ("{{ toYaml (dict \"a\" (randAlpha 5)) }}", "a: \u{10FFFD}"),
    ]);
    let machine = Machine::new(1000, None);
    machine.add("main", "\n{{ if eq (randAlpha 5) \"x\" }}a{{ end }}", 3).unwrap();
    assert_eq!(machine.render("main", &Datum::Nil).unwrap().text, "\na");
    assert_eq!(machine.doubts().iter().map(|doubt| doubt.at).collect::<Vec<_>>(), [(3, 2)]);
}

#[test]
fn time_is_what_the_caller_says() {
    let machine = Machine::new(1000, Some("2026-02-03T04:05:06Z".parse().unwrap()));
    let template = "{{ now | date \"2006-01-02 15:04:05 Mon Jan _2\" }} {{ now | unixEpoch }} {{ now | dateModify \"-24h\" | date \"02\" }} {{ htmlDate now }} {{ now.Year }} {{ duration 95 }}";
    machine.add("main", template, 0).unwrap();
    let expected = "2026-02-03 04:05:06 Tue Feb  3 1770091506 02 2026-02-03 2026 1m35s";
    assert_eq!(machine.render("main", &Datum::Nil).unwrap().text, expected);
}

#[test]
fn hostile_templates_end() {
    for template in [
        "{{ range until 99999 }}{{ range until 99999 }}a{{ end }}{{ end }}",
        "{{ range 9999999999 }}a{{ end }}",
        "{{ $a := \"aaaaaaaaaaaaaaaa\" }}{{ range until 60 }}{{ $a = print $a $a }}{{ end }}",
        "{{ $a := list 1 }}{{ range until 60 }}{{ $a = list $a $a }}{{ end }}{{ toJson $a }}",
        "{{ $a := dict }}{{ range until 9000 }}{{ $a = dict \"a\" $a }}{{ end }}{{ toYaml $a }}",
        "{{ define \"a\" }}{{ include \"b\" . }}{{ end }}{{ define \"b\" }}{{ tpl \"{{ include \\\"a\\\" . }}\" . }}{{ end }}{{ include \"a\" . }}",
        "{{ repeat 999999999 \"a\" }}",
        "{{ indent 999999999 \"a\" }}",
        "{{ printf \"%999999999d\" 1 }}",
        "{{ untilStep 0 9999999999 1 }}",
        "{{ regexMatch \"(a{1000}){1000}\" \"a\" }}",
        "{{ $l := list }}{{ range until 99999 }}{{ $l = append $l $l }}{{ end }}",
    ] {
        assert!(render(template).starts_with("! "), "{template}");
    }
    assert!(render(&"(".repeat(100_000)).starts_with('('));
    assert!(render(&format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000))).starts_with("! "));
    assert!(render(&"{{ if true }}".repeat(5000)).starts_with("! "));
    assert!(render(&format!("{{{{ if 0 }}}}{}{{{{ end }}}}", "{{ else if 0 }}".repeat(5000))).starts_with("! "));
}
