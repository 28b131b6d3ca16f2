"""The OpenAPI document of the window, made of the descriptions that stand beside its routes (S1-07)."""

import re
from http import HTTPStatus
from typing import Any

from flask import Flask

from orchestra.api.describing.arguments import Argument
from orchestra.api.describing.description import Description, described_routes
from orchestra.api.describing.schemas import ERROR, Schema

TITLE, VERSION = "elPyFi API", "1.0.0"
WORDS = """\
A window into AutoTrader for other programs: dashboards, scripts, monitors, AI services. Everything can be looked at,
nothing can be changed: no route here trades.

Send a key of yours in the header `x-api-key` with every request but `/health`. The owner makes keys on AutoTrader's
own page. Moments are UTC in ISO 8601; money is in dollars; shares, prices and fractions are numbers; what is not known
is null. States are in capitals, actions and sides in small letters. Lists are newest first: ask for the next page with
`before_id` set to the `id` of the last row, until a page is shorter than its `limit`.

A refusal is `{"error": "one sentence that says what to do"}`: 400 for an argument that is none, 401 without a key, 403
for a key that is not valid, 429 for too many requests, 503 while a database cannot be read.

What is new is told over WebSockets on the same port, so that nobody has to ask again and again: `/ws` and
`/stream/events` tell everything, `/ws/signals` only signals, `/ws/trades` orders, fills and positions. They take the
same key in the same header. Every message is `{"type", "data", "timestamp", "id"}`; the first has the type `connected`.
A `signal_id` joins what was wished with what was said of it, the `client_order_id` of `signal.approved` with its order.
Send the text `ping` and `pong` comes back. `?after=<id of the last event you have>` begins with what came since, behind
`resume.incomplete` where not all of it is kept any more; `?bars=1` tells bars as well. A stream is closed with 4401
when its key has ended and with 4408 when it is read too slowly: come back with `?after=`."""
PART_OF_PATH = re.compile(r"<(?:\w+:)?(\w+)>")
REFUSALS = {
    401: "There is neither a key nor an unlocked page.",
    403: "The key is not valid, or the request comes from where nothing is told.",
    429: "Too many requests: wait a moment.",
    503: "A database cannot be read now.",
}


def openapi(app: Flask) -> Schema:
    """Return the document of every route that is described."""
    components: dict[str, Schema] = {}
    paths = {
        path_in_document(rule): {"get": _operation(endpoint, description, components)}
        for rule, (endpoint, description) in described_routes(app).items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": WORDS},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        },
    }


def path_in_document(rule: str) -> str:
    """Return a path of Flask, `/bars/<symbol>`, as OpenAPI writes it."""
    return PART_OF_PATH.sub(r"{\1}", rule)


def statuses_of(description: Description) -> dict[int, tuple[str, Schema]]:
    """Return every answer of a route by its status: what it means, and its body."""
    refusals = {429: REFUSALS[429]} if description.is_open else dict(REFUSALS)
    if not description.is_open:
        refusals[400] = "An argument is not what it must be."
    if any(argument.is_in_path for argument in description.arguments):
        refusals[404] = "There is nothing at this address."
    found = {status: (words, ERROR) for status, words in refusals.items()}
    found |= {status: (HTTPStatus(status).phrase, schema) for status, schema in description.other.items()}
    return {200: (description.summary, description.answer), **dict(sorted(found.items()))}


def _operation(endpoint: str, description: Description, components: dict[str, Schema]) -> Schema:
    operation: Schema = {
        "operationId": endpoint.rpartition(".")[2],
        "summary": description.summary,
        "description": description.detail,
        "parameters": [_parameter(argument) for argument in description.arguments],
        "responses": {
            str(status): {
                "description": words,
                "content": {"application/json": {"schema": _with_names(schema, components)}},
            }
            for status, (words, schema) in statuses_of(description).items()
        },
    }
    return {**operation, "security": []} if description.is_open else operation


def _parameter(argument: Argument) -> Schema:
    return {
        "name": argument.name,
        "in": "path" if argument.is_in_path else "query",
        "required": argument.is_in_path,
        "description": argument.meaning,
        "schema": argument.schema(),
    }


def _with_names(schema: Any, components: dict[str, Schema]) -> Any:
    """Return the schema with every record of a name moved to the components."""
    if isinstance(schema, list):
        return [_with_names(each, components) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _with_names(value, components) for key, value in schema.items()}
    name = schema.get("title")
    if not isinstance(name, str):
        return inner
    components[name] = inner
    return {"$ref": f"#/components/schemas/{name}"}
