"""The shape of what is asked and answered, as JSON Schema: it checks a body, and it stands in the OpenAPI file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from portal.kernel.problems import N_, Problem

Schema = dict[str, Any]
MOST_TOLD = 20  # of what is wrong in one body


class BadBody(Problem):
    """What was sent has not the shape that it should have; `errors` says what is wrong where (RFC 9457)."""

    status, code = 422, "bad-body"
    say = N_("What was sent cannot be used as it is.")
    then = N_("Look at the list of errors, and at the description of this call in /api/v1/openapi.json.")

    def __init__(self, errors: Sequence[dict[str, str]]) -> None:
        super().__init__()
        self.errors = errors


def obj(required: Schema, **optional: Schema) -> Schema:
    """Describe an object with exactly these members."""
    members = {**required, **optional}
    return {"type": "object", "properties": members, "required": list(required), "additionalProperties": False}


def text(says: str = "", *, most: int = 255, least: int = 1, **more: Any) -> Schema:
    """Describe a string."""
    return _said(says, {"type": "string", "minLength": least, "maxLength": most, **more})


def listed(items: Schema, *, most: int, least: int = 1, says: str = "") -> Schema:
    """Describe an array."""
    return _said(says, {"type": "array", "items": items, "minItems": least, "maxItems": most})


def moment(says: str = "") -> Schema:
    """Describe a moment with its offset, as RFC 3339 writes it."""
    return _said(says, {"type": "string", "format": "date-time", "maxLength": 40})


def day(says: str = "") -> Schema:
    """Describe a day."""
    return _said(says, {"type": "string", "format": "date", "maxLength": 10})


def number(says: str = "", **more: Any) -> Schema:
    """Describe a whole number."""
    return _said(says, {"type": "integer", **more})


def flag(says: str = "") -> Schema:
    """Describe true or false."""
    return _said(says, {"type": "boolean"})


def maybe(schema: Schema) -> Schema:
    """Describe what may be null."""
    return {**schema, "type": [schema["type"], "null"]}


def _said(says: str, schema: Schema) -> Schema:
    return {**schema, "description": says} if says else schema


def checked(schema: Schema, value: Any) -> Any:
    """Return what was sent if it has this shape; raises BadBody with JSON pointers to what is wrong."""
    if wrong := [fault for _, fault in zip(range(MOST_TOLD), faults(schema, value, ""), strict=False)]:
        raise BadBody(wrong)
    return value


def faults(schema: Schema, value: Any, at: str) -> Iterator[dict[str, str]]:
    """Yield what is wrong with a value: what, and a JSON pointer to it (RFC 6901)."""
    if "oneOf" in schema:
        fitting = [one for one in schema["oneOf"] if not any(faults(one, value, at))]
        if len(fitting) != 1:
            yield _fault(at, "must be exactly one of the forms that are described")
        return
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(_TYPES[name](value) for name in names):
        yield _fault(at, f"must be of type {' or '.join(names)}")
    elif isinstance(value, dict):
        yield from _in_object(schema, value, at)
    elif isinstance(value, list):
        yield from _in_list(schema, value, at)
    elif value is not None:
        yield from (_fault(at, says) for says in _in_value(schema, value))


def _in_object(schema: Schema, value: dict[str, Any], at: str) -> Iterator[dict[str, str]]:
    members = schema.get("properties", {})
    yield from (_fault(f"{at}/{name}", "is missing") for name in schema.get("required", ()) if name not in value)
    for name, inner in value.items():
        here = f"{at}/{_escaped(name)}"
        if name in members:
            yield from faults(members[name], inner, here)
        elif isinstance(more := schema.get("additionalProperties", True), dict):
            yield from faults(more, inner, here)
        elif more is False:
            yield _fault(here, "is not known here")


def _in_list(schema: Schema, value: list[Any], at: str) -> Iterator[dict[str, str]]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if not least <= len(value) <= most:
        yield _fault(at, f"must have {least} to {most} items")
        return
    for place, inner in enumerate(value):
        yield from faults(schema["items"], inner, f"{at}/{place}")


def _in_value(schema: Schema, value: Any) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"must be one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, str):
        yield from _in_text(schema, value)
    elif not isinstance(value, bool):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            yield f"must be from {schema.get('minimum', '-')} to {schema.get('maximum', '-')}"


def _in_text(schema: Schema, value: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"must have {schema.get('minLength', 0)} to {schema.get('maxLength', '-')} characters"
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"must match {schema['pattern']}"
    elif "format" in schema and not _FORMATS[schema["format"]](value):
        yield f"must be a {schema['format']}"


def _is_moment(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None and len(value) > 10
    except ValueError:
        return False


def _is_day(value: str) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _fault(at: str, says: str) -> dict[str, str]:
    return {"detail": says, "pointer": f"#{at}"}


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}
_FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": _is_moment,
    "date": _is_day,
    "uri": lambda value: bool(value),
}
