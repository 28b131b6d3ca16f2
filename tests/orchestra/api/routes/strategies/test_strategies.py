"""Strategies over HTTP: every one that ran, one of them closely, and what is not there yet said in words."""

import pytest

from system_databse.performance import strategy_metrics
from tests.orchestra.api.api_house import ApiHouse, Visitor
from tests.system_databse.strategy_days import TODAY, write_strategies
from tests.system_databse.trade_diary import TradeDiary


@pytest.fixture
def diary(house: ApiHouse) -> TradeDiary:
    return TradeDiary(house.system)


@pytest.fixture
def weeks(house: ApiHouse, diary: TradeDiary) -> TradeDiary:
    """Nine weeks of two strategies; two won, one lost, one sold by the owner."""
    for bought, sold in (("100", "104"), ("104", "103"), ("103", "105")):
        diary.round_trip(bought, sold, reason=f"crossed at {bought}.25")
    write_strategies(house.system)
    return diary


@pytest.mark.parametrize("path", ["/api/strategies", "/api/strategies/sma_crossover"])
def test_nothing_is_told_without_a_session(house: ApiHouse, diary: TradeDiary, path: str) -> None:
    assert house.visitor().get(path).status_code == 401
    assert house.owner().get(path).status_code == 200


@pytest.mark.requirement("S3-30")
def test_every_strategy_that_ran_has_a_row_with_or_without_figures(weeks: TradeDiary, owner: Visitor) -> None:
    body = owner.get("/api/strategies").json
    rows = {row["strategy"]: row for row in body["strategies"]}
    assert list(rows) == ["mean_reversion", "opening_range", "sma_crossover", "solar_flare"]
    crossover = rows["sma_crossover"]
    assert (crossover["total_trades"], crossover["wins"], crossover["profit_loss"]) == (3, 2, 50.0)
    assert crossover["win_rate"] == pytest.approx(2 / 3)
    assert crossover["profit_factor"] == pytest.approx(60 / 10)
    assert crossover["days"] == 44
    assert crossover["sharpe_ratio"] is not None
    assert crossover["algorithms"] == [{"id": 1, "ticker": "AAPL", "status": "RUNNING"}]
    assert {rows["solar_flare"][name] for name in ("total_trades", "win_rate", "updated_at")} == {None}
    assert body["account"]["total_trades"] == 4


def test_one_strategy_tells_figures_curve_reasons_and_its_newest_round_trips(weeks: TradeDiary, owner: Visitor) -> None:
    body = owner.get("/api/strategies/sma_crossover").json
    figures = {each["name"]: each for each in body["figures"]}
    assert (figures["profit_factor"]["value"], figures["profit_factor"]["missing"]) == (pytest.approx(6.0), "")
    assert figures["cagr"]["value"] is not None
    assert body["days"] == 45
    assert [len(series["points"]) for series in body["plots"]["equity"]["series"]] == [46]
    assert body["plots"]["falls"]["words"].startswith("The deepest fall is ")
    assert body["reasons"]["of"] == body["total"] == 3
    (bought,) = body["reasons"]["entry"]
    assert bought == {"reason": "crossed at …", "count": 3, "win_rate": pytest.approx(2 / 3), "pnl": "50"}
    assert [trip["pnl"] for trip in body["round_trips"]] == ["20", "-10", "40"]


def test_what_a_few_days_cannot_tell_is_said_and_not_shown(weeks: TradeDiary, owner: Visitor) -> None:
    figures = {each["name"]: each for each in owner.get("/api/strategies/opening_range").json["figures"]}
    for name in ("sharpe_ratio", "sortino_ratio", "cagr"):
        assert figures[name]["value"] is None
        assert figures[name]["missing"] == "Not enough days yet: it needs 20 sessions and has 0."
    assert figures["profit_factor"]["missing"] == figures["payoff"]["missing"] == "Nothing was lost yet."
    assert figures["win_rate"]["value"] == 1.0


def test_a_strategy_without_any_minute_yet_has_no_figures(weeks: TradeDiary, owner: Visitor) -> None:
    body = owner.get("/api/strategies/solar_flare").json
    assert (body["figures"], body["plots"], body["total"]) == ([], {"equity": None, "falls": None}, 0)
    assert owner.get("/api/strategies/never_heard_of").status_code == 404
    assert owner.get("/api/strategies/*").status_code == 404


def test_a_sale_by_the_owner_is_no_reason_of_the_strategy(diary: TradeDiary, owner: Visitor) -> None:
    diary.order(side="buy", price="10")
    diary.order(side="sell", price="9", purpose="MANUAL")  # type: ignore[arg-type]
    (sold,) = owner.get("/api/strategies/sma_crossover").json["reasons"]["exit"]
    assert (sold["reason"], sold["count"], sold["pnl"]) == ("sold by the owner", 1, "-10")


@pytest.mark.requirement("S1-13", "S1-27")
def test_today_and_analytics_tell_the_same_rows(house: ApiHouse, weeks: TradeDiary) -> None:
    with house.system.reader() as connection:
        row = strategy_metrics.today(connection, "sma_crossover", mode="DEMO", date=TODAY.isoformat())
        told = strategy_metrics.analytics(connection, mode="DEMO")
        assert strategy_metrics.today(connection, "sma_crossover", mode="LIVE", date=TODAY.isoformat()) is None
        assert strategy_metrics.today(connection, "sma_crossover", mode="DEMO", date="2026-11-19") is None
    assert row is not None
    assert set(row) == set(strategy_metrics.COLUMNS)
    assert row in told["strategies"]
    assert len(told["account"]["daily"]) == 45
    assert told["account"]["total_trades"] == 4
    assert strategy_metrics.ALL not in {each["strategy"] for each in told["strategies"]}
