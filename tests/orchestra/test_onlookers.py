"""Events are news for onlookers: with all of them, without any, with broken ones, the same trades come of a day."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra.news.event_desk import EventDesk, TalkingEngine
from tests.orchestra.owner_house import OwnerHouse, open_house

# Buys and sells in turn, so that every minute has something to tell.
TRADER = """
class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = "in turn"

    def run(self, current_time, algo_id):
        from system_databse.system_db_manager import get_transactions

        held = sum(t["shares"] if t["type"] == "buy" else -t["shares"] for t in get_transactions(algo_id))
        return ("sell", held) if held else ("buy", 3)
"""
STEPS = 45
FILLS = (
    "SELECT o.client_order_id, o.side, o.status, f.qty, f.price, f.ts"
    " FROM orders o LEFT JOIN fills f ON f.order_id = o.id ORDER BY o.id, f.id"
)
Change = Callable[[OwnerHouse], None]


def traded(folder: Path, change: Change) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return the orders with their fills, and the decisions, of a day that was played with these onlookers."""
    folder.mkdir()
    house = open_house(folder, is_real=False)
    (folder / "algorithm" / "trader.py").write_text(TRADER, encoding="utf-8")
    for ticker in ("ACME", "BETA", "GAPS"):
        house.start_algorithm("trader", ticker)
    change(house)
    for _ in range(STEPS):
        house.step()
    found = house.rows(FILLS), house.rows("SELECT * FROM decisions ORDER BY algo_id, minute")
    house.close()
    without_elapsed = [row[:-1] for row in found[1]]
    return found[0], without_elapsed


def with_all(house: OwnerHouse) -> None:
    engine = house.engine
    books = engine.books
    desk = EventDesk(
        TalkingEngine(
            store=house.stores.system,
            clock=house.world.clock,
            calendar=house.world.calendar,
            publish=engine.publish,
            name_of=lambda id_: books.records[id_].name,
            last_ok=lambda: engine.agenda.last_ok,
        )
    )
    engine.listen(desk.log.on_event)
    engine.each_pass(desk.run_due, at_stop=desk.log.flush)


def with_broken_ones(house: OwnerHouse) -> None:
    def fail(_event: object) -> None:
        raise ValueError("a broken onlooker")

    house.engine.listen(fail)
    stalled = threading.Event()
    house.engine.listen_apart(lambda _event: stalled.wait(60), name="stalled")


def with_none(house: OwnerHouse) -> None:
    house.engine._bus.forget()


@pytest.mark.requirement("S0-01", "S0-23")
def test_removing_every_listener_changes_no_trade(quick_folder: Path) -> None:
    usual = traded(quick_folder / "all", with_all)
    assert len([row for row in usual[0] if row[3] is not None]) > 20
    assert traded(quick_folder / "none", with_none) == usual
    assert traded(quick_folder / "broken", with_broken_ones) == usual
