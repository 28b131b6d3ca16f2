"""The served app is asked what its document allows, and what it does not: no 5xx, no answer outside the schema.

The questions are made by schemathesis from the document that the server itself hands out, over a real port.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from orchestra.api.auth.cookies import SESSION_COOKIE
from orchestra.api.auth.peer import Peer
from orchestra.api_server import ApiServer
from tests.orchestra.api.api_house import ApiHouse
from tests.orchestra.api.routes.window.window_house import ODD_NAME, fill_books

CHECKED = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
    *("negative_data_rejection", "positive_data_acceptance"),
)
SOON, LONG = 25, 1500
KNOWN = ("sma_crossover", "claude", ODD_NAME, "*", "...", "%00", "'", "\u202e", "💩", "a" * 4000)


class Fuzzed:
    """A served house with a row of every kind, and the operations of its document."""

    def __init__(self, house: ApiHouse) -> None:
        fill_books(house)
        self.server = ApiServer(house.parts, house.frontend, port=0, limits=house.limits)
        self.server.start()
        self.address = f"http://localhost:{self.server.port}"
        self.client = requests.Session()
        here = Peer("127.0.0.1", is_loopback=True, source="loopback")
        cookie = self.server._app.context.sessions.open(here, "browser")
        self.client.headers["Cookie"] = f"{SESSION_COOKIE}={cookie}"
        document = self.client.get(f"{self.address}/openapi.json", timeout=10).json()
        # An unlocked page opens the door here: keys have tests of their own.
        del document["security"]
        schema = schemathesis.openapi.from_dict(document)
        self.operations = [found.ok() for found in schema.get_all_operations()]
        load_all_checks()
        self.checks = CHECKS.get_by_names(CHECKED)

    def ask(self, case: Any) -> None:
        """Send one question, and hold the answer against the document."""
        case.call_and_validate(base_url=self.address, session=self.client, checks=self.checks, timeout=10)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    house = ApiHouse(Path(tmp_path_factory.mktemp("fuzzed")))
    fuzzed = Fuzzed(house)
    yield fuzzed
    fuzzed.client.close()
    fuzzed.server.stop()
    house.close()


def ask_all(fuzzed: Fuzzed, mode: GenerationMode, examples: int) -> None:
    assert len(fuzzed.operations) == 10
    for operation in fuzzed.operations:
        if mode is GenerationMode.NEGATIVE and not operation.query:
            continue

        @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            fuzzed.ask(case)

        ask()


@pytest.mark.requirement("S1-40")
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_one_that_the_document_names(fuzzed: Fuzzed, mode: GenerationMode) -> None:
    ask_all(fuzzed, mode, SOON)


@pytest.mark.long
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_thousands_of_questions_are_answered_as_the_document_says(fuzzed: Fuzzed, mode: GenerationMode) -> None:
    ask_all(fuzzed, mode, LONG)


@settings(max_examples=60)
@given(data=st.data())
def test_names_and_numbers_of_any_kind_break_nothing(fuzzed: Fuzzed, data: st.DataObject) -> None:
    """Ask what no document would: raw texts in every place of an address, known names, numbers beyond any."""
    words = st.sampled_from(KNOWN) | st.text(max_size=50) | st.integers().map(str) | st.floats().map(str)
    # A client takes these out of an address before it is sent.
    words = words.filter(lambda word: word not in (".", ".."))
    path = data.draw(st.sampled_from(["/positions", "/signals", "/signals/recent", "/orders", "/bars/", "/metrics/"]))
    if path.endswith("/"):
        path += requests.utils.quote(data.draw(words).encode("utf-8", "replace"), safe="")
    names = st.sampled_from(["status", "source", "symbol", "strategy", "limit", "before_id", "timeframe", "n", "x"])
    asked = data.draw(st.dictionaries(names, words, max_size=3))
    sent = {name: word.encode("utf-8", "replace") for name, word in asked.items()}
    answer = fuzzed.client.get(f"{fuzzed.address}{path}", params=sent, timeout=10)
    assert answer.status_code in (200, 400, 404, 414), answer.text
    assert answer.headers["Content-Type"] == "application/json"
    if answer.status_code != 200:
        assert list(answer.json()) == ["error"]
