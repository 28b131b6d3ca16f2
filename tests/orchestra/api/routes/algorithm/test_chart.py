"""The chart over HTTP: bars, fills and minutes of one algorithm, bounded, and nothing for whoever asks nonsense."""

import pytest

from tests.orchestra.api.api_house import MINUTE, ApiHouse, Visitor
from tests.orchestra.api.routes.algorithm.told_house import decide, fill, show, store_bars

CHART = "/api/algorithms/1/chart"


def test_the_chart_holds_bars_fills_and_what_was_more_than_a_hold(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    store_bars(house, 30)
    earlier, later = MINUTE - 600, MINUTE - 120
    decide(
        house,
        (earlier, earlier, "buy", "5", "SUBMITTED", "crossed up", None, "{}"),
        (earlier + 60, later - 60, "hold", "0", "HELD", "no cross", None, "{}"),
        (later, later, "buy", "900", "DENIED", "cash is not enough", "CASH", "{}"),
    )
    fill(house, earlier)
    answer = owner.get(CHART).json
    assert (answer["timeframe"], answer["ticker"], len(answer["bars"])) == ("1m", "AAPL", 30)
    assert answer["bars"][-1] == ["2026-11-20T16:59:00Z", 101.0, 102.0, 50.5, 101.0, 10.0]
    assert answer["fills"] == [
        {
            "at": at,
            "side": "buy",
            "shares": shares,
            "price": price,
            "minute": "2026-11-20T16:50:00Z",
            "is_owners": False,
            "reason": "crossed up",
        }
        for at, shares, price in (
            ("2026-11-20T16:50:05.000Z", "3", "100"),
            ("2026-11-20T16:50:06.000Z", "2", "101"),
        )
    ]
    assert [(each["minute"], each["outcome"], each["gate"]) for each in answer["decisions"]] == [
        ("2026-11-20T16:50:00Z", "SUBMITTED", None),
        ("2026-11-20T16:58:00Z", "DENIED", "CASH"),
    ]


def test_only_what_is_new_is_sent_when_that_is_asked_for(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    store_bars(house, 30)
    fill(house, MINUTE - 900)
    answer = owner.get(f"{CHART}?since=2026-11-20T16:58:00Z").json
    assert [bar[0] for bar in answer["bars"]] == ["2026-11-20T16:58:00Z", "2026-11-20T16:59:00Z"]
    assert answer["fills"] == []


def test_longer_bars_are_made_of_the_minutes(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    store_bars(house, 30)
    five = owner.get(f"{CHART}?timeframe=5m").json["bars"]
    assert [bar[0][11:16] for bar in five] == ["16:30", "16:35", "16:40", "16:45", "16:50", "16:55"]
    [day] = owner.get(f"{CHART}?timeframe=1d").json["bars"]
    assert (day[0], day[1], day[4], day[5]) == ("2026-11-20T14:30:00Z", 130.0, 101.0, 300.0)


def test_a_long_history_is_cut_to_what_a_screen_holds(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    store_bars(house, 149)
    for minute in range(MINUTE - 6600, MINUTE, 60):
        fill(house, minute)
    answer = owner.get(CHART).json
    assert len(answer["bars"]) == 149
    assert len(answer["fills"]) == 200
    assert answer["fills"][-1]["at"] == "2026-11-20T16:59:06.000Z"


def test_without_bars_the_chart_is_empty_and_no_error(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    assert owner.get(CHART).json["bars"] == []


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("timeframe=2m", "timeframe"),
        ("timeframe=", "timeframe"),
        ("timeframe=1m'--", "timeframe"),
        ("since=yesterday", "since"),
        ("since=2026-11-20T16:58:00", "since"),
        ("since=" + "9" * 400, "since"),
        ("since=0001-01-01T00:00:00Z", "since"),
        ("since=9999-12-31T23:59:59-23:59", "since"),
    ],
)
def test_a_question_that_is_none_is_refused_in_a_sentence(
    house: ApiHouse, owner: Visitor, query: str, word: str
) -> None:
    show(house)
    answer = owner.get(f"{CHART}?{query}")
    assert (answer.status_code, list(answer.json)) == (400, ["error"])
    assert f"'{word}'" in answer.json["error"]


def test_no_chart_without_an_algorithm_or_without_a_session(house: ApiHouse, owner: Visitor) -> None:
    show(house)
    assert owner.get("/api/algorithms/9/chart").status_code == 404
    assert owner.get(f"/api/algorithms/{10**30}/chart").status_code == 404
    assert house.visitor().get(CHART).status_code == 401
