"""Preferences: what can be preferred, what is kept, which hours are locked."""

from datetime import UTC, datetime

import pytest

from system_databse.control.preferences import Preferences, read_stored, why_not

NIGHT = Preferences("Europe/Berlin", locked_hours=("22:00", "07:00"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "Europe/Berlin"),
        ("timezone", "UTC"),
        ("timezone", "America/Argentina/Buenos_Aires"),
        ("dim_minutes", 0),
        ("lock_minutes", 1440),
        ("scale", 175),
        ("screen_off", None),
        ("locked_hours", {"from": "22:00", "to": "07:30"}),
        ("day_trade_equity_threshold", 0),
        ("day_trade_min_scores", [0.005, 0, 1]),
    ],
)
def test_what_can_be_preferred(name: str, value: object) -> None:
    assert why_not(name, value) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("timezone", ""),
        ("timezone", 3),
        ("dim_minutes", -1),
        ("dim_minutes", 2.5),
        ("dim_minutes", True),
        ("lock_minutes", 1441),
        ("lock_minutes", "3"),
        ("scale", 110),
        ("scale", "100"),
        ("screen_off", {"from": "22:00"}),
        ("screen_off", {"from": "22:00", "to": "22:00"}),
        ("screen_off", {"from": "24:00", "to": "07:00"}),
        ("screen_off", ["22:00", "07:00"]),
        ("locked_hours", {"from": "9:00", "to": "10:00"}),
        ("day_trade_equity_threshold", -1),
        ("day_trade_equity_threshold", 25_000.5),
        ("day_trade_equity_threshold", "25000"),
        ("day_trade_equity_threshold", True),
        ("day_trade_min_scores", 0.1),
        ("day_trade_min_scores", [0, 0]),
        ("day_trade_min_scores", [0, 0, 1.1]),
        ("day_trade_min_scores", [0, 0, float("nan")]),
        ("day_trade_min_scores", [0, 0, True]),
        ("theme", "dark"),
    ],
)
def test_what_cannot(name: str, value: object) -> None:
    assert why_not(name, value)


def test_values_go_out_and_come_back() -> None:
    chosen = {"scale": 150, "screen_off": {"from": "22:00", "to": "07:00"}, "timezone": "Europe/Berlin"}
    preferences = Preferences().with_values(chosen)
    assert preferences.screen_off == ("22:00", "07:00")
    assert {name: preferences.to_values()[name] for name in chosen} == chosen
    assert preferences.lock_minutes == 15


def test_the_terms_of_day_trades_are_kept_as_they_are_sent() -> None:
    assert (Preferences().day_trade_equity_threshold, Preferences().day_trade_min_scores) == (25_000, (0.0, 0.0, 0.0))
    stored = '{"day_trade_equity_threshold": 30000, "day_trade_min_scores": [0.005, 0, 0]}'
    preferences = Preferences().with_values(read_stored(stored))
    assert (preferences.day_trade_equity_threshold, preferences.day_trade_min_scores) == (30_000, (0.005, 0, 0))


@pytest.mark.parametrize("text", [None, "", "no JSON", "[]", '{"scale": 110}', '{"theme": "dark"}'])
def test_what_cannot_be_used_counts_as_never_chosen(text: str | None) -> None:
    assert read_stored(text) == {}


@pytest.mark.parametrize(
    ("hour", "is_locked"), [("20:59", False), ("21:00", True), ("02:00", True), ("05:59", True), ("06:00", False)]
)
def test_locked_hours_go_over_midnight_in_the_owners_zone(hour: str, is_locked: bool) -> None:
    moment = datetime.fromisoformat(f"2026-11-20T{hour}:00").replace(tzinfo=UTC)
    assert NIGHT.is_locked_at(moment) is is_locked
    assert not Preferences().is_locked_at(moment)


def test_locked_hours_of_one_day() -> None:
    preferences = Preferences("UTC", locked_hours=("09:00", "17:00"))
    assert preferences.is_locked_at(datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert not preferences.is_locked_at(datetime(2026, 11, 20, 17, tzinfo=UTC))
