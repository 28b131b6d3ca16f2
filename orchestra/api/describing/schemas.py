"""What answers look like, in a few words: JSON schemas as OpenAPI 3.1 has them (JSON Schema 2020-12)."""

from collections.abc import Collection
from typing import Any

Schema = dict[str, Any]


def text(meaning: str, *, one_of: Collection[str] = ()) -> Schema:
    """Return a text; one_of: all that it can be."""
    return {"type": "string", "description": meaning, **({"enum": list(one_of)} if one_of else {})}


def moment(meaning: str) -> Schema:
    """Return a moment in UTC, `2026-11-20T15:31:00.000Z`."""
    return {"type": "string", "format": "date-time", "description": meaning}


def number(meaning: str) -> Schema:
    """Return a number."""
    return {"type": "number", "description": meaning}


def whole(meaning: str) -> Schema:
    """Return a whole number."""
    return {"type": "integer", "description": meaning}


def flag(meaning: str) -> Schema:
    """Return true or false."""
    return {"type": "boolean", "description": meaning}


def anything(meaning: str) -> Schema:
    """Return an object of which only its writer knows what it holds."""
    return {"type": "object", "description": meaning, "additionalProperties": True}


def maybe(schema: Schema) -> Schema:
    """Return the same, or null where it is not known."""
    nullable = {**schema, "type": [schema["type"], "null"]}
    return {**nullable, "enum": [*schema["enum"], None]} if "enum" in schema else nullable


def rows(of: Schema) -> Schema:
    """Return a list."""
    return {"type": "array", "items": of}


def either(meaning: str, *schemas: Schema) -> Schema:
    """Return what is one of these."""
    return {"description": meaning, "anyOf": list(schemas)}


def record(name: str, fields: dict[str, Schema], *, optional: Collection[str] = (), is_open: bool = False) -> Schema:
    """Return an object with a name of its own. is_open: it may hold more than these fields."""
    return {
        "title": name,
        "type": "object",
        "properties": fields,
        "required": [field for field in fields if field not in optional],
        "additionalProperties": is_open,
    }


ERROR = record("Error", {"error": text("What is wrong and what to do, in one sentence.")}, is_open=True)
NOTHING: Schema = {"type": "object", "maxProperties": 0, "description": "Nothing is known."}
