"""The life of one trade as another program hears it, from the demo as its owner starts it."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.appliance import Appliance, opened
from tests.orchestra.api.streams.stream_house import Reader

PATIENCE_SECONDS = 60
LIFE = ("order.submitted", "trade.executed", "position.opened", "order.filled")


def heard(reader: Reader, *, until: str) -> list[dict[str, Any]]:
    """Return the events up to the first of that kind, it included."""
    told = [reader.next(PATIENCE_SECONDS)]
    while told[-1]["type"] != until:
        told.append(reader.next(PATIENCE_SECONDS))
    return told


def of(told: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return what is told of events of that kind."""
    return [each["data"] for each in told if each["type"] == kind]


@pytest.mark.requirement("S0-01", "S0-04", "S1-03", "S1-21", "S1-26", "S1-30")
def test_a_program_hears_the_whole_life_of_a_trade_live_and_afterwards(house: Path, tmp_path: Path) -> None:
    with opened(Appliance(house, tmp_path, (), ())) as (_child, page):
        page.create_pin()
        live = Reader(page.port, "/ws/trades", cookie=page.cookie)
        closed = heard(live, until="position.closed")[-1]
        late = Reader(page.port, "/ws/trades?after=0", cookie=page.cookie)
        told = heard(late, until="position.closed")
        everything = Reader(page.port, "/ws?after=0&bars=1", cookie=page.cookie)
        whole = heard(everything, until="bar.completed")
    assert [each["id"] for each in told] == sorted({each["id"] for each in told})
    opening = next(each for each in told if each["type"] == "position.opened")
    assert set(opening["data"]) == {"strategy", "symbol", "quantity", "price"}
    symbol, strategy = opening["data"]["symbol"], opening["data"]["strategy"]
    life = [each for each in told if (each["data"]["symbol"], each["data"]["strategy"]) == (symbol, strategy)]
    kinds = [each["type"] for each in life]
    assert [kind for kind in kinds if kind in LIFE][:4] == list(LIFE)
    bought = next(each for each in life if each["type"] == "trade.executed")
    assert (float(bought["data"]["price"]), float(bought["data"]["qty"])) == (
        opening["data"]["price"],
        opening["data"]["quantity"],
    )
    order = next(each["data"]["client_order_id"] for each in life if each["type"] == "order.submitted")
    approved = next(data for data in of(whole, "signal.approved") if data["client_order_id"] == order)
    wished = next(data for data in of(whole, "signal.generated") if data["signal_id"] == approved["signal_id"])
    assert {"strategy": strategy, "symbol": symbol, "action": "buy"}.items() <= wished.items()
    assert closed["data"]["quantity"] == 0
    assert "realized_pl" in closed["data"]
