"""Gives documents to their readers: {"format|name": text} comes in as JSON, a line per complaint goes out."""

import csv
import fnmatch
import importlib
import io
import json
import os
import subprocess
import sys
import tempfile

SCHEMAS = os.environ.get("PLIMSOLL_SCHEMAS", "")
MISSING = set()


def module(name):
    """A Python module, or nothing, said once."""
    try:
        return importlib.import_module(name)
    except ImportError:
        MISSING.add(f"Python's {name} is not there")
        return None


def schema_file(*patterns):
    """The first file below PLIMSOLL_SCHEMAS whose name fits, or nothing, said once."""
    for folder, _, names in os.walk(SCHEMAS) if SCHEMAS else []:
        for name in sorted(names):
            if any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
                return os.path.join(folder, name)
    MISSING.add(f"PLIMSOLL_SCHEMAS names no folder with {' or '.join(patterns)}")
    return None


def against(text, path):
    """What a JSON schema in a file has to say."""
    jsonschema = module("jsonschema")
    if not (path and jsonschema):
        return []
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [f"{error.json_path} {error.message[:200]!r}" for error in validator.iter_errors(json.loads(text))]


def sarif(text):
    complaints = against(text, schema_file("sarif-2.1.0*.json", "sarif-schema-2.1.0*.json"))
    log = json.loads(text)
    for run in log["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        if len(rules) != len(set(rules)):
            complaints.append("a rule is there twice")
        for result in run["results"]:
            if rules[result["ruleIndex"]] != result["ruleId"]:
                complaints.append("a result refers to another rule")
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            if ":" in uri or uri.startswith("/"):
                complaints.append(f"{uri!r} is not relative")
        prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
        if len(prints) != len(set(prints)):
            complaints.append("two results have one fingerprint")
    complaints += multitool(text)
    if reader := module("sarif.sarif_file"):
        with tempfile.NamedTemporaryFile(suffix=".sarif") as place:
            file = reader.SarifFile(place.name, log)
        found = sum(run.get_result_count() for run in file.runs)
        if found != sum(len(run["results"]) for run in log["runs"]):
            complaints.append(f"sarif-tools sees {found} results")
    return complaints


def multitool(text):
    """What Microsoft's validator says by the rules of the standard and of GitHub; all but that we have no page of our own."""
    program = schema_file("Sarif.Multitool")
    if not program:
        return []
    with tempfile.TemporaryDirectory() as folder:
        path, result = os.path.join(folder, "plimsoll.sarif"), os.path.join(folder, "result.sarif")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        command = [program, "validate", path, "--rule-kind", "Gh;Sarif", "--output", result]
        environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        except OSError as error:
            MISSING.add(f"Sarif.Multitool does not start: {error}")
            return []
        if not os.path.exists(result):
            return [f"Sarif.Multitool broke off: {done.stdout[-300:]}"]
        found = [line for line in done.stdout.splitlines() if ": error " in line or ": warning " in line]
        return [line.partition("): ")[2] for line in found if "SARIF2005" not in line]


def gitlab(kind):
    return lambda text: against(text, schema_file(f"{kind}-report-format.json"))


def xml(text):
    if etree := module("lxml.etree"):
        try:
            return etree.fromstring(text.encode()), []
        except etree.XMLSyntaxError as error:
            return None, [str(error)]
    return None, []


def junit(text):
    tree, complaints = xml(text)
    path = schema_file("junit*.xsd", "JUnit*.xsd")
    if tree is not None and path:
        from lxml import etree

        checker = etree.XMLSchema(etree.parse(path))
        if not checker.validate(tree):
            complaints += [f"line {error.line}: {error.message}" for error in checker.error_log]
    if tree is not None and (reader := module("junitparser")):
        suites = reader.JUnitXml.fromstring(text.encode())
        cases = [case for suite in suites for case in suite]
        if len(cases) != text.count("<testcase "):
            complaints.append(f"junitparser sees {len(cases)} tests")
        for suite in suites:
            failures = sum(1 for case in suite if any(isinstance(r, reader.Failure) for r in case.result))
            if failures != suite.failures:
                complaints.append(f"{suite.failures} failures are announced and {failures} there")
    return complaints


def checkstyle(text):
    tree, complaints = xml(text)
    if tree is None:
        return complaints
    if tree.tag != "checkstyle" or any(child.tag != "file" or not child.get("name") for child in tree):
        complaints.append("it is not files of one checkstyle")
    for error in tree.iter("error"):
        if error.get("severity") not in ("error", "warning", "info") or not error.get("line").isdigit():
            complaints.append(f"an error is none: {dict(error.attrib)}")
    return complaints


def table(text):
    rows = list(csv.reader(io.StringIO(text, newline="")))
    complaints = [f"a row has {len(row)} cells" for row in rows if len(row) != len(rows[0])]
    formulas = [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    return complaints + [f"{cell!r} is a formula" for cell in formulas]


def markdown(text):
    reader = module("markdown_it")
    if not reader:
        return []
    html = reader.MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    allowed = {
        "details", "summary", "sub", "h2", "h3", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "a",
        "ol", "ul", "li", "hr", "em", "br",
    }
    return page(html, allowed, {"href", "style"}, lambda address: address.startswith("https://advisories.example/"))


def html(text):
    allowed = {
        "html", "head", "meta", "title", "style", "body", "article", "header", "p", "h1", "code", "section", "h2", "ol", "li",
        "span", "div", "figure", "figcaption", "svg", "rect", "i", "form", "label", "input", "fieldset", "legend", "select",
        "option", "output", "table", "thead", "tr", "th", "tbody", "td", "details", "summary", "b", "dl", "dt", "dd", "a", "br",
        "small", "strong", "em", "ul", "footer", "script", "nav",
    }
    attributes = {
        "lang", "charset", "http-equiv", "content", "name", "id", "class", "role", "aria-label", "viewbox", "viewBox",
        "preserveaspectratio", "preserveAspectRatio", "x", "y", "width", "height", "hidden", "for", "type", "placeholder",
        "autocomplete", "value", "checked", "aria-live", "scope", "data-severity", "data-kind", "data-part", "data-fixed",
        "data-label", "href", "rel", "target",
    }
    fits = lambda address: address.startswith(("https://", "http://", "#"))
    return page(text, allowed, attributes, fits, strict=True)


def page(text, tags, attributes, fits, strict=False):
    """What a browser would make of it: only elements, attributes and addresses that are meant."""
    html5lib = module("html5lib")
    if not html5lib:
        return []
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(text) if strict else parser.parseFragment(text)
    complaints = [f"{error}" for _, error, _ in parser.errors] if strict else []
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "DOCUMENT_FRAGMENT":
            continue
        tag = element.tag.rpartition("}")[2]
        if tag not in tags:
            complaints.append(f"there is a <{tag}>")
        for name, value in element.attrib.items():
            name = name if isinstance(name, str) else name[-1]
            if name not in attributes:
                complaints.append(f"<{tag}> has the attribute {name}")
            if name == "href" and not fits(value):
                complaints.append(f"there is a link to {value!r}")
    return complaints


def asff(text):
    session, validate = module("botocore.session"), module("botocore.validate")
    if not (session and validate):
        return []
    shape = session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings").input_shape
    document = json.loads(text)
    complaints = []
    for finding in document["Findings"]:
        report = validate.ParamValidator().validate({"Findings": [finding]}, shape)
        if report.has_errors():
            complaints.append(report.generate_report())
        limits = {"Title": 256, "Description": 1024, "Id": 512, "GeneratorId": 512}
        complaints += [f"{key} is too long" for key, most in limits.items() if len(finding[key]) > most]
        if "Severity" not in finding or "Types" not in finding:
            complaints.append("severity and types are needed")
        complaints += [f"an empty text at {path}" for path in empty(finding)]
    return complaints


def empty(value, path="$"):
    """Every text there has to have something in it."""
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in empty(item, f"{path}.{key}")]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in empty(item, f"{path}[{index}]")]
    return [path] if isinstance(value, str) and not value.strip() else []


def ocsf(text):
    maker, jsonschema = module("ocsf_json_schema"), module("jsonschema")
    if not (maker and jsonschema):
        return []
    complaints, validators = [], {}
    for event in json.loads(text):
        uid, version = event["class_uid"], event["metadata"]["version"]
        if uid not in validators:
            schema = maker.OcsfJsonSchemaEmbedded(maker.get_ocsf_schema(version=version))
            try:
                name = schema.lookup_class_name_from_uid(class_uid=uid)
            except (ValueError, KeyError, TypeError) as error:
                complaints.append(f"there is no class {uid!r}: {error}")
                continue
            validators[uid] = jsonschema.Draft202012Validator(schema.get_class_schema(class_name=name, profiles=[]))
        complaints += [f"{error.json_path} {error.message[:200]!r}" for error in validators[uid].iter_errors(event)]
    return complaints


def cyclonedx(text):
    validation, versions = module("cyclonedx.validation.json"), module("cyclonedx.schema")
    if not (validation and versions):
        return []
    validator = validation.JsonStrictValidator(versions.SchemaVersion.V1_6)
    errors = [error.data for error in validator.validate_str(text, all_errors=True) or []]
    return [f"{error.json_path} {error.message[:200]!r}" for error in errors]


def openvex(text):
    reader = module("vexipy")
    if not reader:
        return []
    try:
        reader.Document.from_json(text)
    except Exception as error:
        return [str(error)]
    return []


READERS = {
    "sarif": sarif,
    "gitlab-container": gitlab("container-scanning"),
    "gitlab-dependency": gitlab("dependency-scanning"),
    "gitlab-secrets": gitlab("secret-detection"),
    "gitlab-quality": lambda text: [] if isinstance(json.loads(text), list) else ["it is no array"],
    "junit": junit,
    "checkstyle": checkstyle,
    "csv": table,
    "markdown": markdown,
    "html": html,
    "asff": asff,
    "ocsf": ocsf,
    "cyclonedx-vex": cyclonedx,
    "openvex": openvex,
}

for name, text in json.load(sys.stdin).items():
    for complaint in READERS[name.split("|")[0]](text):
        print(f"{name}: {' '.join(complaint.split())}")
for why in sorted(MISSING):
    print(f"skipped: a reader of formats, because {why}", file=sys.stderr)
