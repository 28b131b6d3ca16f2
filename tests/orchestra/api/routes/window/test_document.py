"""The document of the window says what the app serves, and the page of it says the same to people."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from orchestra.api.auth.access import READER_READS
from orchestra.api.protocol import STREAMS
from orchestra.api_server import DEFAULT_PORT
from tests.orchestra.api.api_house import LAN, ApiHouse, Visitor


@pytest.fixture
def document(house: ApiHouse) -> dict[str, Any]:
    answer = house.visitor(LAN).get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


@pytest.mark.requirement("S1-05", "S1-07", "S1-40")
def test_the_document_bears_the_name_of_the_api_and_is_told_without_a_key(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert (document["info"]["title"], document["info"]["version"]) == ("elPyFi API", "1.0.0")
    assert document["security"] == [{"key": []}]
    assert document["components"]["securitySchemes"]["key"] == {"type": "apiKey", "in": "header", "name": "x-api-key"}
    assert all(f"`{path}`" in document["info"]["description"] for paths in STREAMS.values() for path in paths)
    assert DEFAULT_PORT == 5001


def test_the_document_describes_every_route_a_reader_may_ask_and_health(
    house: ApiHouse, document: dict[str, Any]
) -> None:
    rules = {rule.endpoint: rule for rule in house.app.flask.url_map.iter_rules()}
    offered = {name for name in READER_READS if name.startswith("window.")} | {"health.health"}
    served = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rules[name].rule) for name in offered}
    assert set(document["paths"]) == served
    for path, item in document["paths"].items():
        assert list(item) == ["get"]
        named = set(re.findall(r"{(\w+)}", path))
        assert named == {each["name"] for each in item["get"]["parameters"] if each["in"] == "path"}
    assert document["paths"]["/health"]["get"]["security"] == []


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    wanted = set(references(document["paths"])) | set(references(document["components"]))
    assert wanted == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    for name, schema in document["components"]["schemas"].items():
        for field, each in schema["properties"].items():
            assert "description" in each or "$ref" in each or "items" in each, f"{name}.{field} says nothing"


@pytest.mark.requirement("S1-40")
def test_the_page_tells_people_every_route_and_field_without_a_script(
    house: ApiHouse, document: dict[str, Any]
) -> None:
    answer = house.visitor(LAN).get("/docs")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    page = ReadPage()
    page.feed(answer.text)
    assert page.tags & {"script", "iframe", "object", "form", "img"} == set()
    assert page.outside == []
    assert page.aims <= page.ids
    for path, item in document["paths"].items():
        assert f"GET {path}" in page.said
        assert item["get"]["operationId"] in page.ids
    for name, schema in document["components"]["schemas"].items():
        assert {name, *schema["properties"]} <= page.said | page.ids
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    style = house.visitor(LAN).get("/docs/docs.css")
    assert style.mimetype == "text/css"
    assert "prefers-color-scheme: dark" in style.text


def test_nothing_a_reader_gets_may_be_kept_by_a_browser(owner: Visitor) -> None:
    assert owner.get("/positions").headers["Cache-Control"] == "no-store"


def references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return [*own, *(each for value in part.values() for each in references(value))]
    return [each for value in part for each in references(value)] if isinstance(part, list) else []


class ReadPage(HTMLParser):
    """Collect what a page says and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: set[str] = set()
        self.aims: set[str] = set()
        self.outside: list[str] = []
        self.said: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name == "id":
                self.ids.add(str(value))
            if name in ("href", "src") and str(value).startswith("#"):
                self.aims.add(str(value)[1:])
            elif name in ("href", "src") and not str(value).startswith("/"):
                self.outside.append(str(value))

    def handle_data(self, data: str) -> None:
        self.said.add(data)
