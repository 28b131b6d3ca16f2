"""What can be chosen: strategies with their errors, tickers with the reason why not (S2-11, S2-13)."""

from urllib.parse import quote

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


def tickers(owner: Visitor, letters: str) -> list[str]:
    return [each["symbol"] for each in owner.get("/api/tickers?q=" + quote(letters)).json["tickers"]]


@pytest.mark.requirement("S2-13")
def test_letters_find_tickers_and_companies_that_can_be_traded(house: ApiHouse, owner: Visitor) -> None:
    advance = {"name": "Advance Auto Parts, Inc.", "tradable": True}
    house.lookups.assets |= {"AAP": advance, "APLE": {**advance, "name": "Apple Hospitality REIT"}}
    answer = owner.get("/api/tickers?q=aap").json
    assert answer["tickers"][0] == {"symbol": "AAP", "name": "Advance Auto Parts, Inc."}
    assert tickers(owner, "aap") == ["AAP", "AAPL"]
    assert tickers(owner, "apple") == ["AAPL", "APLE"]
    assert tickers(owner, "  apple   h ") == ["APLE"]
    for nothing in ("", "OLD", "BTC", "halted", "%", "x" * 5000, "\u017f"):
        assert tickers(owner, nothing) == []
    assert house.lookups.asked == ["all"]


@pytest.mark.requirement("S2-13")
def test_the_list_of_tickers_is_read_once_a_day(house: ApiHouse, owner: Visitor) -> None:
    tickers(owner, "A")
    house.clock.advance(hours=23)
    tickers(house.owner(), "AA")
    assert house.lookups.asked == ["all"]
    house.clock.advance(hours=2)
    tickers(house.owner(), "AA")
    assert house.lookups.asked == ["all", "all"]


def test_a_broker_without_its_list_leaves_a_sentence_and_is_asked_again_after_a_minute(
    house: ApiHouse, owner: Visitor
) -> None:
    house.lookups.is_silent = True
    for _ in range(3):
        answer = owner.get("/api/tickers?q=A")
        assert (answer.status_code, answer.json["tickers"]) == (200, [])
        assert "type the whole ticker" in answer.json["sentence"]
    assert house.lookups.asked == ["all"]
    house.lookups.is_silent = False
    house.clock.advance(seconds=61)
    assert tickers(owner, "A") == ["AAPL"]


def test_rows_of_another_form_are_left_out_of_the_list(house: ApiHouse, owner: Visitor) -> None:
    strange = {"NULL": {"name": None, "tradable": True}, "WORD": {"tradable": "yes"}, "LONG": {"name": "x" * 500}}
    house.lookups.assets |= {symbol: {"tradable": True, **row} for symbol, row in strange.items()}
    assert owner.get("/api/tickers?q=NULL").json["tickers"] == [{"symbol": "NULL", "name": ""}]
    assert tickers(owner, "WORD") == []
    assert len(owner.get("/api/tickers?q=LONG").json["tickers"][0]["name"]) == 80


def test_who_has_no_session_gets_no_tickers(house: ApiHouse) -> None:
    assert house.visitor().get("/api/tickers?q=A").status_code == 401


@pytest.mark.requirement("S2-11", "S2-18")
def test_the_strategies_are_listed_with_their_errors(house: ApiHouse, owner: Visitor) -> None:
    house.strategies.append({"name": "broken", "help": "", "parameters": [], "error": "line 3: invalid syntax"})
    assert owner.get("/api/available-algorithms").json == {"algorithms": house.strategies}
