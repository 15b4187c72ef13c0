"""Twilio's own description as the judge of what goes over the REST interface, in both directions."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs

FILE = Path(__file__).parent / "openapi" / "twilio_api_v2010.json"


@cache
def description() -> dict[str, Any]:
    return plain(json.loads(FILE.read_text()))  # type: ignore[no-any-return] # It is an object.


def plain(value: Any) -> Any:
    """Turn OpenAPI's nullable into JSON Schema, and leave out formats that only Twilio has."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: plain(item) for key, item in value.items() if key not in {"nullable", "format"} or key == item}
    if value.get("nullable") is True:
        return {"anyOf": [{"type": "null"}, made]}
    if "$ref" in value:
        return {"anyOf": [{"type": "null"}, made]}
    return made


def operation(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """Find the operation of a request; its path template and its description."""
    for template, acts in sorted(description()["paths"].items(), key=lambda entry: entry[0].count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in acts:
            return template, acts[method.lower()]
    raise AssertionError(f"Twilio has no {method} {path}")


def check_request(method: str, url: str, body: str) -> None:
    """Hold a request against its description: known names, right values."""
    _, act = operation(method, urlsplit(url).path)
    if method == "POST":
        schema = act["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        validate(form(body, schema), {**schema, "additionalProperties": False})
    known = {parameter["name"] for parameter in act.get("parameters", ())}
    assert {name for name, _ in parse_qsl(urlsplit(url).query)} <= known | {"PageSize", "Page"}


def check_answer(method: str, path: str, status: int, body: str) -> None:
    """Hold an answer against its description: the status, the shape, and every described field is there."""
    _, act = operation(method, path)
    assert str(status) in act["responses"], f"Twilio never answers {method} {path} with {status}"
    if status != 204:
        schema = act["responses"][str(status)]["content"]["application/json"]["schema"]
        validate(json.loads(body), schema)


def validate(value: Any, schema: dict[str, Any]) -> None:
    jsonschema_rs.Draft7Validator({**schema, "components": description()["components"]}).validate(value)


def form(body: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Read form values as the types their description says."""
    read: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        kind = schema["properties"].get(name, {}).get("type")
        if kind == "array":
            read.setdefault(name, []).append(value)
        else:
            read[name] = int(value) if kind == "integer" else boolean(value) if kind == "boolean" else value
    return read


def boolean(text: str) -> bool:
    assert text.lower() in {"true", "false"}
    return text.lower() == "true"
