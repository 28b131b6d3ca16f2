"""A check in plain words and as JSON."""

import json
from dataclasses import replace

import pytest

from orchestra.backtest.checks.parity.findings import (
    LONGEST_LIST,
    AlgorithmParity,
    Cause,
    Difference,
    FillParity,
    Parity,
    Said,
)
from orchestra.backtest.checks.parity.wording import LISTED, headline, text_report
from tests.orchestra.backtest.checks.parity.made_day import DAY, HOLD, minute

BOUGHT = FillParity("a", 1, "ACME", "buy", "ENTRY", "FILLED", 10, 10, minute(3), 50.0, 50.0065, 1.3, 0.065, 2.0)
UNFILLED = replace(BOUGHT, status="EXPIRED", filled_qty=0, price=None, slippage_bps=None, slippage_dollars=None)
MISSED = Said("none", "0", "MISSED", None, "no run at this minute")


def parity(*differences: Difference, minutes: int = 390, fills: tuple[FillParity, ...] = ()) -> Parity:
    return Parity(DAY, "PAPER", (AlgorithmParity(1, "sma", "ACME", minutes, differences),), fills)


def differs(first: int, last: int, cause: Cause = Cause.UNEXPLAINED) -> Difference:
    live = MISSED if cause is Cause.MISSED else replace(HOLD, reason="other")
    return Difference(minute(first), minute(last), live, None if cause is Cause.MISSED else HOLD, cause, "why")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (parity(), "390 of 390 decisions equal; no orders"),
        (parity(fills=(BOUGHT, BOUGHT)), "390 of 390 decisions equal; 2 fills, average slippage 1.3 bps"),
        (parity(fills=(UNFILLED,)), "390 of 390 decisions equal; 0 fills, 1 not filled"),
        (
            parity(fills=(replace(BOUGHT, filled_qty=4.0),)),
            "390 of 390 decisions equal; 1 fill, 1 of them partial, average slippage 3.2 bps",
        ),
        (
            parity(fills=(replace(BOUGHT, slippage_dollars=-1e-9),)),
            "390 of 390 decisions equal; 1 fill, average slippage 0.0 bps",
        ),
        (parity(differs(4, 5, Cause.MISSED)), "388 of 390 decisions equal, 2 explained; no orders"),
        (
            parity(differs(4, 5, Cause.MISSED), differs(9, 9)),
            "387 of 390 decisions equal, 2 explained, 1 UNEXPLAINED; no orders",
        ),
        (
            replace(parity(), is_whole=False),
            "390 of 390 decisions equal; no orders; the check ran out of time before it was done",
        ),
        (replace(parity(), algorithms=()), "nothing was decided"),
    ],
)
def test_one_sentence_says_how_it_went(found: Parity, expected: str) -> None:
    assert headline(found) == expected


def test_the_page_names_minute_cause_and_both_decisions() -> None:
    found = parity(differs(4, 5, Cause.MISSED), differs(9, 9), fills=(BOUGHT, UNFILLED))
    assert text_report(found).splitlines() == [
        f"Parity of 2024-07-03 (PAPER): {headline(found)}.",
        "Algorithm 1 (sma on ACME): 387 of 390 equal; MISSED 2, UNEXPLAINED 1.",
        "  2024-07-03T13:34:00Z and 1 more  MISSED: why",
        "      live:  none, missed: no run at this minute",
        "  2024-07-03T13:39:00Z  UNEXPLAINED: why",
        "      live:  hold, held: other",
        "      again: hold, held: quiet",
        "",
        "Orders against the rule of backtests (the open of the first bar from the decision's minute on):",
        "  2024-07-03T13:33:00Z  buy 10 ACME: at 50.0065, the rule pays 50.0000 (+1.3 bps, +0.07 dollars), after 2 s",
        "  2024-07-03T13:33:00Z  buy 10 ACME: not filled (EXPIRED)",
    ]


def test_long_lists_are_cut_and_say_so() -> None:
    found = parity(*(differs(n, n) for n in range(1, 260, 2)))
    text = text_report(found)
    assert text.count("UNEXPLAINED: why") == LISTED
    assert f"and {130 - LISTED} more; --json OUT.json lists them." in text
    values = found.to_values()["algorithms"][0]
    assert (len(values["differences"]), values["unlisted"]) == (LONGEST_LIST, 30)
    assert values["causes"] == {"UNEXPLAINED": 130}


def test_the_values_are_json() -> None:
    found = parity(differs(4, 5, Cause.MISSED), fills=(BOUGHT,)).to_values()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["day"], found["decisions"], found["equal"], found["unexplained"]) == ("2024-07-03", 390, 388, 0)
    assert found["algorithms"][0]["differences"][0]["again"] is None
