"""What another process writes into door.db is heard before the next commit, and carried out once."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.bar import MINUTE
from orchestra.api.stored_halt import stored_halt
from orchestra.messages.events import AlertRaised
from orchestra.messages.halt import Halt, HaltKind
from orchestra.parts.control_side import UNREADABLE, command_of
from system_databse.door.wish_rows import Wish
from tests.orchestra.controlled_house import AT, ControlledHouse, controlled
from tests.orchestra.owner_house import CLOSE, NEXT_OPEN, OPEN

# Hangs in its first turn, and tells that it does. Once the halt is there its time is up, however little of it is used.
HANGS = """
import signal
import time
from pathlib import Path

FOLDER = Path(__file__).parent.parent


class Algorithm:
    def __init__(self, ticker, initial_capital):
        pass

    def run(self, current_time, algo_id):
        (FOLDER / "hangs").touch()
        while not (FOLDER / "halted").exists():
            time.sleep(0.002)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.05)
        while True:
            pass
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ControlledHouse]:
    with controlled(tmp_path) as house:
        yield house


def orders(house: ControlledHouse) -> list[tuple[object, ...]]:
    return house.owner.rows("SELECT algo_id, side, status, reject_reason FROM orders ORDER BY id")


def holding(house: ControlledHouse, *tickers: str) -> list[int]:
    """Start algorithms and let each buy five shares."""
    ids = [house.owner.start_algorithm("buyer", ticker) for ticker in tickers]
    house.owner.minute_at(OPEN + MINUTE)
    house.owner.fill()
    return ids


@pytest.mark.requirement("S2-18")
@pytest.mark.parametrize("kind", list(HaltKind))
def test_a_halt_of_another_process_denies_the_very_next_minute_without_a_pass(
    house: ControlledHouse, kind: HaltKind
) -> None:
    house.owner.start_algorithm()
    house.halt_elsewhere(kind)
    house.owner.minute_at(OPEN + MINUTE)
    assert house.owner.rows("SELECT outcome, gate FROM decisions") == [("DENIED", "HALTED")]
    assert house.owner.world.alpaca.orders(None) == []
    assert house.halt.halt == Halt(AT, "the command line", "why", kind)


def test_a_halt_of_another_process_between_two_sends_stops_the_second(house: ControlledHouse) -> None:
    first, second = house.owner.start_algorithm("buyer", "ACME"), house.owner.start_algorithm("buyer", "BETA")
    submit = house.owner.engine.broker.submit

    def halt_after(order):  # type: ignore[no-untyped-def]
        report = submit(order)
        house.halt_elsewhere(HaltKind.STOP_ENTRIES)
        return report

    house.owner.engine.broker.submit = halt_after  # type: ignore[method-assign]
    house.owner.minute_at(OPEN + MINUTE)
    assert orders(house) == [(first, "buy", "ACCEPTED", None), (second, "buy", "DENIED", "HALTED")]


def test_stop_all_cancels_working_entries_and_no_exit_and_stop_entries_cancels_nothing(house: ControlledHouse) -> None:
    [first] = holding(house, "ACME")
    second = house.owner.start_algorithm("buyer", "BETA")
    house.owner.minute_at(OPEN + 2 * MINUTE)
    with house.owner.stores.system.transaction() as connection:
        connection.execute("UPDATE algorithms SET sell_wanted = 1 WHERE id = ?", (first,))
    house.restart()
    house.pass_once()
    working = [(first, "sell", "ACCEPTED", None)]
    assert [row for row in orders(house) if row[2] == "ACCEPTED"] == [(second, "buy", "ACCEPTED", None), *working]
    house.halt_elsewhere(HaltKind.STOP_ENTRIES)
    house.pass_once()
    assert len([row for row in orders(house) if row[2] == "ACCEPTED"]) == 2
    house.halt_elsewhere(HaltKind.STOP_ALL)
    house.pass_once()
    house.owner.pass_until(lambda: (second, "buy", "CANCELED", None) in orders(house))
    assert [row for row in orders(house) if row[2] == "ACCEPTED"] == working


def test_a_resume_of_another_process_lets_the_next_minute_buy(house: ControlledHouse) -> None:
    id_ = house.owner.start_algorithm()
    house.halt_elsewhere()
    house.pass_once()
    assert house.halt.is_set
    house.resume_elsewhere()
    house.pass_once()
    assert not house.halt.is_set
    house.owner.minute_at(OPEN + MINUTE)
    house.owner.fill()
    assert house.owner.position(id_) == 5


def test_a_halt_from_here_that_could_not_be_stored_is_not_taken_for_one_that_was_taken_back(
    house: ControlledHouse,
) -> None:
    house.halt_elsewhere(HaltKind.STOP_ENTRIES)
    house.pass_once()
    house.halt._keep = lambda _halt: None
    house.halt.set(Halt(AT, "kiosk"))
    house.resume_elsewhere()
    house.pass_once()
    assert house.halt.halt == Halt(AT, "kiosk")


def test_a_halt_survives_a_restart_whoever_set_it(house: ControlledHouse) -> None:
    house.owner.start_algorithm()
    expected = house.halt_elsewhere()
    house.restart()
    assert house.halt.halt == expected
    house.owner.minute_at(OPEN + MINUTE)
    assert house.owner.world.alpaca.orders(None) == []


def test_a_door_that_cannot_be_read_stops_entries_and_opens_again_when_it_can(
    house: ControlledHouse, caplog: pytest.LogCaptureFixture
) -> None:
    watched = house.control._watch
    house.control._watch = type(watched)(house.owner.folder / "market.db")
    house.control._watch.close()
    for _ in range(2):
        house.pass_once()
    assert UNREADABLE in house.owner.engine.closed_gates()
    assert caplog.text.count("Nothing is bought until door.db can be read again") == 1
    house.control._watch = watched
    house.pass_once()
    assert UNREADABLE not in house.owner.engine.closed_gates()


@pytest.mark.requirement("S2-18")
@pytest.mark.parametrize("is_here", [True, False])
def test_a_halt_while_an_algorithm_hangs_stops_the_others_order_of_that_minute(
    tmp_path: Path, *, is_here: bool
) -> None:
    with controlled(tmp_path, limit_seconds=30) as house:
        (tmp_path / "algorithm" / "hangs.py").write_text(HANGS, encoding="utf-8")
        house.owner.start_algorithm("buyer")
        house.owner.start_algorithm("hangs", "BETA")
        (tmp_path / "hangs").unlink(missing_ok=True)
        is_over = threading.Event()

        def halt() -> None:
            while not (tmp_path / "hangs").exists() and not is_over.wait(0.005):
                pass
            if is_here:
                house.halt.set(Halt(AT, "kiosk"))
            else:
                house.halt_elsewhere()
            (tmp_path / "halted").touch()

        thread = threading.Thread(target=halt)
        thread.start()
        house.owner.minute_at(OPEN + MINUTE)
        is_over.set()
        thread.join(5)
        assert house.owner.rows("SELECT outcome, gate FROM decisions ORDER BY algo_id") == [
            ("DENIED", "HALTED"),
            ("INTERRUPTED", None),
        ]
        assert house.owner.world.alpaca.orders(None) == []


@pytest.mark.requirement("S2-38")
def test_flatten_sells_what_every_algorithm_holds_once_and_buys_nothing_back(house: ControlledHouse) -> None:
    first, second = holding(house, "ACME", "BETA")
    house.halt_elsewhere()
    house.wish("w1", "flatten")
    house.owner.exchange_to(OPEN + 2 * MINUTE)
    house.pass_once()
    house.owner.fill()
    house.pass_once()
    assert (house.owner.account_position("ACME"), house.owner.account_position("BETA")) == (0, 0)
    for _ in range(2):
        house.restart()
        house.pass_once()
    house.owner.minute_at(OPEN + 4 * MINUTE)
    sold = [row for row in orders(house) if row[1] == "sell"]
    assert sold == [(first, "sell", "FILLED", None), (second, "sell", "FILLED", None)]
    assert house.owner.rows("SELECT status, sell_wanted FROM algorithms") == [("RUNNING", 0)] * 2
    assert house.halt.is_set


def test_a_crash_on_the_way_neither_loses_a_flatten_nor_sells_twice(house: ControlledHouse) -> None:
    [id_] = holding(house, "ACME")
    house.halt_elsewhere()
    house.wish("w1", "flatten")
    house.owner.exchange_to(OPEN + 2 * MINUTE)
    house.owner.engine.owner.sales.run_due = lambda: (_ for _ in ()).throw(KeyboardInterrupt)  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        house.control.run_due()
    assert house.owner.rows("SELECT sell_wanted FROM algorithms") == [(1,)]
    house.restart()
    house.pass_once()
    house.restart()
    house.pass_once()
    house.owner.fill()
    house.pass_once()
    assert [row for row in orders(house) if row[1] == "sell"] == [(id_, "sell", "FILLED", None)]


def test_flatten_after_the_close_sells_at_the_next_open_through_a_restart(house: ControlledHouse) -> None:
    [id_] = holding(house, "ACME")
    house.owner.exchange_to(CLOSE)
    house.owner.clock.put(CLOSE + 3600)
    house.halt_elsewhere()
    house.wish("w1", "flatten")
    house.pass_once()
    house.restart()
    house.pass_once()
    assert [row for row in orders(house) if row[1] == "sell"] == []
    house.owner.minute_at(NEXT_OPEN + MINUTE)
    house.owner.fill()
    assert house.owner.position(id_) == house.owner.account_position() == 0


def test_a_broker_that_takes_long_over_each_sale_does_not_keep_the_minutes_waiting(house: ControlledHouse) -> None:
    ids = holding(house, "ACME", "BETA")
    submit = house.owner.engine.broker.submit

    def slow(order):  # type: ignore[no-untyped-def]
        house.owner.clock.skip(11)
        return submit(order)

    house.owner.engine.broker.submit = slow  # type: ignore[method-assign]
    house.wish("w1", "flatten")
    house.owner.exchange_to(OPEN + 2 * MINUTE)
    house.control.run_due()
    assert [row[0] for row in orders(house) if row[1] == "sell"] == ids[:1]
    house.owner.engine.owner.sales.run_due()
    assert [row[0] for row in orders(house) if row[1] == "sell"] == ids


def test_a_daily_loss_stops_buying_tells_it_once_and_lasts_through_a_restart(house: ControlledHouse) -> None:
    first = house.owner.start_algorithm("buyer")
    house.wish("w1", "limit", '{"name": "daily_loss", "value": "0.01", "algorithm_id": null}')
    house.pass_once()
    house.owner.minute_at(OPEN + MINUTE)
    house.owner.fill()
    assert house.owner.position(first) == 5
    second = house.owner.start_algorithm("buyer", "BETA")
    # Bought at 50.01; there the price is 50.00 again, and five shares have lost five cents.
    house.owner.exchange_to(CLOSE - 9 * MINUTE)
    house.owner.come_to_rest()
    house.owner.minute_at(CLOSE - 9 * MINUTE)
    gates = f"SELECT gate FROM decisions WHERE algo_id = {second} ORDER BY minute"
    assert house.owner.rows(gates)[-1:] == [("DAILY_LOSS",)]
    house.restart()
    house.owner.minute_at(CLOSE - 8 * MINUTE)
    assert house.owner.rows(gates)[-1:] == [("DAILY_LOSS",)]
    alerts = [
        event for event in house.owner.events if isinstance(event, AlertRaised) and event.kind == "risk.daily_loss"
    ]
    assert len(alerts) == 1


def test_flatten_is_clamped_to_what_the_account_has(house: ControlledHouse) -> None:
    [id_] = holding(house, "ACME")
    by_hand = house.owner.engine.books.ledger.position(id_, "ACME").qty - 2
    house.owner.world.alpaca.submit_order(symbol="ACME", qty=by_hand, side="sell", client_order_id="by-hand")
    house.owner.exchange_to(OPEN + 2 * MINUTE)
    house.owner.settle()
    house.owner.engine.reconciler.run("test")
    house.halt_elsewhere()
    house.wish("w1", "flatten")
    house.pass_once()
    house.owner.fill()
    assert house.owner.rows("SELECT qty, status FROM orders WHERE side = 'sell'") == [("2", "FILLED")]
    assert house.owner.account_position() == 0


def test_what_is_being_sold_is_not_bought_back_although_trading_was_resumed(house: ControlledHouse) -> None:
    id_ = house.owner.start_algorithm("buyer")
    house.owner.engine.books.want_sale(id_, is_wanted=True)
    house.owner.minute_at(OPEN + MINUTE)
    assert house.owner.rows("SELECT gate FROM decisions") == [("SALE_WANTED",)]


def test_a_limit_is_set_and_lifted_by_wishes_and_holds_at_once_and_after_a_restart(house: ControlledHouse) -> None:
    house.owner.start_algorithm("buyer")
    house.wish("w1", "limit", '{"name": "max_position_shares", "value": "4", "algorithm_id": null}')
    house.pass_once()
    house.owner.minute_at(OPEN + MINUTE)
    assert house.owner.rows("SELECT gate FROM decisions") == [("MAX_POSITION",)]
    house.restart()
    house.owner.minute_at(OPEN + 2 * MINUTE)
    assert house.owner.rows("SELECT gate FROM decisions") == [("MAX_POSITION",)] * 2
    house.wish("w2", "limit", '{"name": "max_position_shares", "value": null, "algorithm_id": null}')
    house.pass_once()
    house.owner.minute_at(OPEN + 3 * MINUTE)
    assert house.owner.rows("SELECT gate FROM decisions ORDER BY minute DESC LIMIT 1") == [(None,)]


def test_an_older_wish_does_not_undo_a_newer_one_after_a_restart(house: ControlledHouse) -> None:
    for number, value in enumerate(("4", "40")):
        body = json.dumps({"name": "max_position_shares", "value": value, "algorithm_id": None})
        house.wish(f"w{number}", "limit", body)
        house.pass_once()
    house.restart()
    house.pass_once()
    assert house.owner.rows("SELECT value FROM risk_limits") == [(40.0,)]


@pytest.mark.parametrize(
    ("act", "body", "words"),
    [
        ("limit", '{"name": "daily_loss", "value": "1", "algorithm_id": 99}', "There is no algorithm 99."),
        ("limit", '{"name": "daily_loss", "value": "-1", "algorithm_id": null}', "daily_loss must be more than 0"),
        ("limit", '{"name": "nonsense", "value": "1", "algorithm_id": null}', "does not understand"),
        ("limit", "no json", "does not understand"),
        ("dance", "{}", "does not understand"),
    ],
)
def test_a_wish_that_cannot_be_is_answered_in_words_once(
    house: ControlledHouse, act: str, body: str, words: str
) -> None:
    house.wish("w1", act, body)
    house.pass_once()
    [(answer,)] = house.owner.rows("SELECT value FROM settings WHERE key = 'wish:w1'")
    assert words in str(answer)
    house.restart()
    house.pass_once()
    assert house.owner.rows("SELECT value FROM risk_limits") == []


def test_a_halt_and_its_resume_from_here_are_heard_as_such_and_not_undone_by_their_own_echo(
    house: ControlledHouse,
) -> None:
    for _ in range(3):
        house.halt.set(Halt(AT, "kiosk"))
        house.pass_once()
        assert house.halt.is_set
        assert stored_halt(house.elsewhere) == Halt(AT, "kiosk")
        house.halt.clear()
        house.pass_once()
        assert not house.halt.is_set


def test_nonsense_is_no_command() -> None:
    assert (
        command_of(Wish("w", AT, "me", "limit", '{"name": "daily_loss", "value": "x", "algorithm_id": null}')) is None
    )
    assert command_of(Wish("w", AT, "me", "limit", "[]")) is None
