"""The protocol's file, its examples and what the Whitelabel App answers agree with one another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from portal.demo.whitelabel import OPERATIONS, Server
from portal.sources import http
from tests.demo.test_whitelabel import MAI, Caller

FILE: dict[str, Any] = json.loads(
    (Path(http.__file__).parents[1] / "protocol.openapi.json").read_text(encoding="utf-8")
)
SPAN = {"until": "2026-11-22T03:04:05Z"}
# A call of each operation, and the schema of each line or object that it is answered with.
CALLS: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "describe": ({}, ("Description",)),
    "find": ({"identifiers": MAI["identifiers"]}, ("Keys",)),
    "counts": ({"person": MAI}, ("Counts",)),
    "young": ({"born_after": "2000-01-01", "limit": 5}, ("Young",)),
    "access": ({"person": MAI}, ("Head", "Row", "End")),
    "keys": ({}, ("KeysHead", "Subject", "End")),
    "settings": ({}, ("KeysHead", "Setting", "End")),
    "erasure": ({"person": MAI, "request_id": "R-1"}, ("Erased",)),
    "preferences": ({"person": MAI, "choices": {"location.level": "off"}}, ("Stored",)),
    "stored": ({"people": [MAI, MAI]}, ("StoredByPerson",)),
    "correction": (
        {
            "person": MAI,
            "request_id": "c1",
            "change": {"table": "members", "column": "full_name", "key": [9001], "old": "x", "new": "y"},
        },
        ("Corrected",),
    ),
    "reported": ({"person": MAI}, ("PhoneSwitch",)),
    "tally": ({"person": MAI, "spans": [SPAN, {}]}, ("Tally",)),
    "points": ({"person": MAI, "limit": 3}, ("Points",)),
    "forget": ({"person": MAI, "span": SPAN, "limit": 5}, ("Forgotten",)),
    "sweep": ({"person": MAI, "sought": MAI["identifiers"]}, ("Mentions",)),
    "overdue": ({"table": "receipts", "before": "2016-11-22", "after": "", "limit": 5}, ("Overdue",)),
    "expire": ({"table": "receipts", "before": "2016-11-22", "people": [MAI]}, ("Expired",)),
}


def fits(value: Any, schema: Mapping[str, Any]) -> None:
    jsonschema_rs.validator_for({**schema, "components": FILE["components"]}).validate(value)


def named(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_what_does_not_fit_is_noticed() -> None:
    for wrong in (
        {"mentions": [{"table": "a"}]},
        {"mentions": [{"table": "a", "column": "b", "rows": 0, "why": "open"}]},
    ):
        with pytest.raises(jsonschema_rs.ValidationError):
            fits(wrong, named("Mentions"))


def contents() -> Iterator[Mapping[str, Any]]:
    """Every body of a call or an answer that is JSON."""
    for path in FILE["paths"].values():
        bodies = [path["post"]["requestBody"], *path["post"]["responses"].values()]
        yield from (
            body["content"]["application/json"] for body in bodies if "application/json" in body.get("content", {})
        )


def test_every_example_is_what_its_schema_says() -> None:
    tried = 0
    for content in contents():
        given = [one["value"] for one in content.get("examples", {}).values()] + [
            content[name] for name in ("example",) if name in content
        ]
        assert given, "each has an example"
        for example in given:
            fits(example, content["schema"])
            tried += 1
    assert tried > 25


def test_every_operation_of_the_file_is_answered_by_the_app_and_tried_here() -> None:
    constants = (schema.get("properties", {}).get("operation", {}) for schema in FILE["components"]["schemas"].values())
    described = {one["const"] for one in constants if one}
    assert described == {name for names in OPERATIONS.values() for name in names} == CALLS.keys()
    assert OPERATIONS.keys() == FILE["paths"].keys()


@pytest.mark.parametrize("operation", CALLS)
def test_what_the_app_answers_is_what_the_file_says(whitelabel: Server, operation: str) -> None:
    rest, schemas = CALLS[operation]
    [path] = [path for path, names in OPERATIONS.items() if operation in names]
    asked = {"operation": operation, **rest}
    fits(asked, FILE["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"])
    status, body = Caller(whitelabel).ask(path, asked)
    assert status == 200, body
    lines = [json.loads(line) for line in body.splitlines()]
    expected = [schemas[0], *schemas[1:2] * (len(lines) - 2), *schemas[2:]]
    for line, schema in zip(lines, expected, strict=True):
        fits(line, named(schema))
