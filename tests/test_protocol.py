"""The page and the API use the same URLs and event names."""

import re

import pytest

from orchestra.api import protocol
from tests.source_tree import ROOT

PAGE = ROOT / "frontend/js/protocol.js"


def page_routes(text: str) -> dict[str, str]:
    block = text[text.index("export const ROUTES = {") : text.index("};")]
    return dict(re.findall(r'^  (\w+): "([^"]+)",$', block, flags=re.MULTILINE))


def page_events(text: str) -> dict[str, str]:
    return dict(re.findall(r'^export const ([A-Z]+) = "(\w+)";$', text, flags=re.MULTILINE))


@pytest.mark.requirement("S2-31")
def test_the_page_and_the_api_hold_the_same_routes() -> None:
    assert page_routes(PAGE.read_text(encoding="utf-8")) == protocol.ROUTES


def test_the_page_and_the_api_hold_the_same_event_names() -> None:
    names = ("SNAPSHOT", "UPDATE", "HEARTBEAT", "RESYNC")
    expected = {name: getattr(protocol, name) for name in names}
    assert page_events(PAGE.read_text(encoding="utf-8")) == expected
    assert set(protocol.EVENTS) == set(expected.values())


def test_no_other_module_of_the_page_spells_a_url_of_the_api() -> None:
    modules = [path for path in (ROOT / "frontend/js").rglob("*.js") if path != PAGE]
    assert modules
    spelled = re.compile(r"""["'`](/api/|/halt|/resume|/health)""")
    assert [path.name for path in modules if spelled.search(path.read_text(encoding="utf-8"))] == []
