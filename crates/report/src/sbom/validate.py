"""Holds bills of materials against the official schemas: {name: text} comes in as JSON, a line per complaint goes out."""

import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from cyclonedx.validation.xml import XmlValidator
from spdx_tools.spdx.parser.error import SPDXParsingError
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.parser.tagvalue.parser import Parser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document


def cyclonedx(text):
    if text.startswith("<"):
        version = text.split('xmlns="http://cyclonedx.org/schema/bom/')[1].split('"')[0]
        validator = XmlValidator(SchemaVersion.from_version(version))
    else:
        validator = JsonStrictValidator(SchemaVersion.from_version(json.loads(text)["specVersion"]))
    errors = [error.data for error in validator.validate_str(text, all_errors=True) or []]
    return [f"{getattr(error, 'json_path', '')} {error.message[:300]!r}" for error in errors]


def spdx(text):
    try:
        document = JsonLikeDictParser().parse(json.loads(text)) if text.startswith("{") else Parser().parse(text)
    except SPDXParsingError as error:
        return error.get_messages()
    return [f"{error.validation_message} {error.context.spdx_id}" for error in validate_full_spdx_document(document)]


def spdx3(text):
    try:
        from spdx_python_model import v3_0_1 as model
    except ImportError:
        print("skipped: SPDX 3, because the module spdx_python_model is not there", file=sys.stderr)
        return []
    objects = model.SHACLObjectSet()
    try:
        model.JSONLDDeserializer().deserialize_data(json.loads(text), objects)
    except Exception as error:
        return [str(error)]
    dangling = [f"{missing} is in no element" for missing in objects.link()]
    return dangling


for name, text in json.load(sys.stdin).items():
    if "cyclonedx" in name:
        complaints = cyclonedx(text)
    elif "spdx-3" in name:
        complaints = spdx3(text)
    else:
        complaints = spdx(text)
    for complaint in complaints:
        print(f"{name}: {complaint}")
