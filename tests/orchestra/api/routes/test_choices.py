"""What can be chosen: strategies with their errors, tickers with the reason why not (S2-11, S2-13)."""

import pytest

from tests.orchestra.api.api_house import ApiHouse, Visitor, made_snapshot

GOOD = {
    "ticker": "AAPL",
    "valid": True,
    "tradable": True,
    "name": "Apple Inc.",
    "reason": "",
    "fractionable": True,
    "used_by": [1],
    "last_price": 123.5,
}


@pytest.mark.requirement("S2-13", "S2-70", "S2-18")
def test_a_good_ticker_is_told_with_its_name_price_and_users(house: ApiHouse, owner: Visitor) -> None:
    house.board.replace(made_snapshot())
    assert owner.get("/api/validate-ticker?ticker=AAPL").json == GOOD
    assert owner.get("/api/validate-ticker?symbol=aapl").json == GOOD
    assert owner.post("/api/validate-ticker", {"ticker": " aapl "}).json == GOOD
    assert owner.post("/api/validate-ticker", {"symbol": "AAPL"}).json == GOOD


@pytest.mark.requirement("S2-13", "S2-70")
@pytest.mark.parametrize(
    ("ticker", "is_valid", "word"),
    [
        ("\u017f", False, "one to ten letters"),
        ("NOSUCH", False, "not known"),
        ("OLD", True, "cannot be traded"),
        ("ZHLT", True, "halted"),
        ("BTCUSD", False, "no US stock"),
        ("A1", False, "letters"),
        ("ABCDEFGHIJK", False, "letters"),
        ("<script>", False, "letters"),
        (".A", False, "letters"),
    ],
)
def test_a_bad_ticker_is_told_with_the_reason(owner: Visitor, ticker: str, is_valid: bool, word: str) -> None:
    answer = owner.get("/api/validate-ticker?ticker=" + ticker.replace("<", "%3C"))
    assert answer.status_code == 200
    assert (answer.json["valid"], answer.json["tradable"]) == (is_valid, False)
    assert word in answer.json["reason"]


def test_the_broker_is_asked_once_a_minute_and_not_at_all_about_nonsense(house: ApiHouse, owner: Visitor) -> None:
    for ticker in ("AAPL", "AAPL", "NOSUCH", "NOSUCH", "A1", "x" * 5000):
        owner.get(f"/api/validate-ticker?ticker={ticker}")
    assert house.lookups.asked == ["AAPL", "NOSUCH"]
    house.clock.advance(seconds=61)
    owner.get("/api/validate-ticker?ticker=AAPL")
    assert house.lookups.asked == ["AAPL", "NOSUCH", "AAPL"]


def test_a_silent_broker_is_said_so_and_asked_again(house: ApiHouse, owner: Visitor) -> None:
    house.lookups.is_silent = True
    answer = owner.get("/api/validate-ticker?ticker=AAPL")
    assert (answer.status_code, "cannot be asked" in answer.json["error"]) == (503, True)
    house.lookups.is_silent = False
    assert owner.get("/api/validate-ticker?ticker=AAPL").status_code == 200


@pytest.mark.parametrize("body", [{}, {"ticker": 5}, {"ticker": None}, {"ticker": "A", "more": 1}])
def test_a_question_without_a_ticker_is_refused(owner: Visitor, body: object) -> None:
    assert owner.post("/api/validate-ticker", body).status_code == 400
    assert owner.get("/api/validate-ticker").status_code == 400


@pytest.mark.requirement("S2-11", "S2-18")
def test_the_strategies_are_listed_with_their_errors(house: ApiHouse, owner: Visitor) -> None:
    house.strategies.append({"name": "broken", "help": "", "parameters": [], "error": "line 3: invalid syntax"})
    assert owner.get("/api/available-algorithms").json == {"algorithms": house.strategies}
