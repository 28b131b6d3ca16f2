"""The document as a page for people: one HTML file, made on the server, without a script.

In: the OpenAPI document. Out: HTML. What it says was written by us; it is escaped all the same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from orchestra.api.describing.schemas import Schema

STYLE = """\
:root { color-scheme: light dark; --ink: #16202a; --soft: #52606d; --paper: #fff; --card: #f3f5f7; --line: #c9d1d9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --soft: #a3b1bf; --paper: #0f151b; --card: #18212a; --line: #33404d; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.75rem; }
h2 { margin: 2.5rem 0 0.25rem; font-size: 1.15rem; overflow-wrap: anywhere; }
h3 { margin: 1rem 0 0.25rem; font-size: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
code { overflow-wrap: anywhere; }
.table { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.4rem 0.75rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
td:first-child code { white-space: nowrap; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; }
nav ul { columns: 14rem; padding-left: 1.2rem; }
a { color: inherit; }
p.key { color: var(--soft); }
"""
CODE = re.compile(r"`([^`]+)`")
NO_KEY = "No key is needed."


def page_of(document: Mapping[str, Any]) -> str:
    """Return the page of an OpenAPI document as this program makes it: GET only."""
    info, schemas = document["info"], document["components"]["schemas"]
    routes = [(path, item["get"]) for path, item in document["paths"].items()]
    title = f"{escape(info['title'])} {escape(info['version'])}"
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<title>{title}</title><link rel="stylesheet" href="/docs/docs.css"></head><body><main>',
            f"<h1>{title}</h1>",
            *(f"<p>{_prose(part)}</p>" for part in info["description"].split("\n\n")),
            '<p>For programs: <a href="/openapi.json">/openapi.json</a></p>',
            '<nav aria-label="Routes"><ul>',
            *(f'<li><a href="#{each["operationId"]}"><code>{escape(path)}</code></a></li>' for path, each in routes),
            "</ul></nav>",
            *(part for path, operation in routes for part in _route(path, operation)),
            "<h1>What comes back</h1>",
            *(part for name in sorted(schemas) for part in _record(name, schemas[name])),
            "</main></body></html>",
        ]
    )


def _route(path: str, operation: Schema) -> Iterator[str]:
    yield f'<section id="{operation["operationId"]}"><h2><code>GET {escape(path)}</code></h2>'
    yield f"<p>{_prose(operation['summary'])}. {_prose(operation['description'])}</p>"
    if operation.get("security") == []:
        yield f'<p class="key">{NO_KEY}</p>'
    if operation["parameters"]:
        rows = [
            (f"<code>{escape(each['name'])}</code>", _kind(each["schema"]), _prose(each["description"]))
            for each in operation["parameters"]
        ]
        yield from _table(("Send", "As", "For"), rows)
    responses = operation["responses"]
    bodies = {status: _kind(answer["content"]["application/json"]["schema"]) for status, answer in responses.items()}
    refusals = [status for status, body in bodies.items() if body == bodies["429"]]
    told = [f"<p>{status}: {body}</p>" for status, body in bodies.items() if status not in refusals]
    yield from [*told, f'<p class="key">{", ".join(refusals)}: {bodies["429"]}</p></section>']


def _record(name: str, schema: Schema) -> Iterator[str]:
    yield f'<section id="{escape(name)}"><h2>{escape(name)}</h2>'
    rows = [
        (f"<code>{escape(field)}</code>", _kind(each), _prose(each.get("description", "")))
        for field, each in schema["properties"].items()
    ]
    yield from _table(("Field", "Kind", "Meaning"), rows)
    yield "</section>"


def _table(heads: tuple[str, ...], rows: list[tuple[str, str, str]]) -> Iterator[str]:
    yield '<div class="table" role="region" tabindex="0" aria-label="' + ", ".join(heads) + '"><table><thead><tr>'
    yield "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
    yield "</tbody></table></div>"


def _kind(schema: Schema) -> str:
    """Return in a few words what a schema allows."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("maxProperties") == 0:
        return "<code>{}</code>"
    if "enum" in schema:
        # A state in other letters is the same state.
        words = {_json(each).casefold(): _json(each) for each in reversed(schema["enum"])}
        return ", ".join(f"<code>{word}</code>" for word in reversed(words.values()))
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return escape(" or ".join(kinds)) + _bounds(schema)


def _bounds(schema: Schema) -> str:
    bounds = f" {schema['minimum']} to {schema['maximum']}" if "maximum" in schema else ""
    return bounds + (f", else {schema['default']}" if "default" in schema else "")


def _json(value: object) -> str:
    return escape(value if isinstance(value, str) else json.dumps(value))


def _prose(text: str) -> str:
    """Return a text with what stands between back quotes as code."""
    return CODE.sub(r"<code>\1</code>", escape(text))
