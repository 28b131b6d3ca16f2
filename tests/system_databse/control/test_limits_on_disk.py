"""What the owner set is there after a restart, and what is no limit is refused in words."""

from decimal import Decimal
from pathlib import Path

import pytest

from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from system_databse import system_schema
from system_databse.control import limit_rows, stop_rows, taken_wishes
from system_databse.control.limit import MEANINGS, Limit, LimitName, limit_named, number_of, why_not
from tests.system_databse.made_orders import open_store

AT = "2026-11-18T15:00:00.000Z"


def test_limits_are_set_changed_and_lifted_and_survive_a_restart(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.transaction() as connection:
        limit_rows.put(connection, Limit(LimitName.MAX_TRADE_VALUE, Decimal("10000.55")))
        limit_rows.put(connection, Limit(LimitName.MAX_TRADE_VALUE, Decimal(500), 12))
        limit_rows.put(connection, Limit(LimitName.MAX_TRADE_VALUE, Decimal(700), 2))
        limit_rows.put(connection, Limit(LimitName.ORDERS_PER_DAY, Decimal(3)))
        limit_rows.put(connection, Limit(LimitName.ORDERS_PER_DAY, Decimal(4)))
        limit_rows.put(connection, Limit(LimitName.DAILY_LOSS, Decimal(9), 2))
        limit_rows.remove(connection, LimitName.DAILY_LOSS, 2)
        limit_rows.remove(connection, LimitName.DAILY_LOSS, None)
    store.close()
    again = open_database(
        store.path, system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL", is_read_only=True
    )
    with again.reader() as connection:
        assert limit_rows.load(connection) == [
            Limit(LimitName.MAX_TRADE_VALUE, Decimal("10000.55")),
            Limit(LimitName.ORDERS_PER_DAY, Decimal(4)),
            Limit(LimitName.MAX_TRADE_VALUE, Decimal(700), 2),
            Limit(LimitName.MAX_TRADE_VALUE, Decimal(500), 12),
        ]
    again.close()


def test_a_row_of_another_part_or_one_that_is_switched_off_is_no_limit_here(store: SqliteStore) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO risk_limits(name, value) VALUES('portfolio_heat_pct', 0.06)")
        connection.execute(
            "INSERT INTO risk_limits(scope, scope_key, name, value) VALUES('STRATEGY', 'x', 'daily_loss', 1)"
        )
        connection.execute("INSERT INTO risk_limits(name, value, enabled) VALUES('daily_loss', 1, 0)")
        assert limit_rows.load(connection) == []


def test_the_first_reason_of_a_sessions_stop_stands_and_the_next_session_is_free(store: SqliteStore) -> None:
    with store.transaction() as connection:
        stop_rows.add(connection, 100, None, reason="first", at=AT)
        stop_rows.add(connection, 100, None, reason="second", at=AT)
        stop_rows.add(connection, 100, 7, reason="seven", at=AT)
        assert stop_rows.load(connection, 100) == {None: "first", 7: "seven"}
        assert stop_rows.load(connection, 200) == {}


def test_a_wish_is_known_as_taken_up_with_what_came_of_it(store: SqliteStore) -> None:
    with store.transaction() as connection:
        assert taken_wishes.answer_to(connection, "a") is None
        taken_wishes.take(connection, "a", at=AT)
        taken_wishes.take(connection, "b", at=AT, answer="There is no algorithm 9.")
        assert taken_wishes.answer_to(connection, "a") == taken_wishes.DONE
        assert taken_wishes.answer_to(connection, "b") == "There is no algorithm 9."


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("max_trade_value", "0", "more than 0"),
        ("max_trade_value", "-1", "more than 0"),
        ("max_trade_value", "1000000001", "at most 1,000,000,000"),
        ("max_trade_value", "0.0000001", "six decimals"),
        ("orders_per_day", "2.5", "whole number"),
        ("daily_loss_percent", "100.1", "at most 100"),
        ("max_trade_value", "0.01", None),
        ("orders_per_minute", "1", None),
        ("daily_loss_percent", "100", None),
    ],
)
def test_what_is_no_limit_is_refused_in_words(name: str, value: str, words: str | None) -> None:
    reason = why_not(LimitName(name), Decimal(value))
    assert reason is None if words is None else words in (reason or "")


@pytest.mark.parametrize(
    ("text", "number"),
    [("10,000", "10000"), ("$5.50", "5.50"), ("3%", "3"), ("x", None), ("NaN", None), ("inf", None), ("9" * 31, None)],
)
def test_a_number_is_read_as_a_person_writes_it(text: str, number: str | None) -> None:
    assert number_of(text) == (None if number is None else Decimal(number))


def test_every_limit_has_its_meaning_and_no_other_name_is_known() -> None:
    assert set(MEANINGS) == set(LimitName)
    assert limit_named("nonsense") is None
