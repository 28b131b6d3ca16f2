"""Halts as the exchanges announce them: in two spellings, and nothing else stops a symbol."""

from typing import Any

import msgpack
import pytest

from database.bars.trading_halts import TradingHalts


def status(code: object, symbol: object = "SPY", **more: object) -> dict[str, Any]:
    return {"T": "s", "S": symbol, "sc": code, "t": msgpack.Timestamp(600, 0), **more}


@pytest.mark.parametrize(("halt", "resume"), [("H", "T"), ("2", "3"), ("P", "T")])
def test_halt_lasts_until_trading_resumes(halt: str, resume: str) -> None:
    halts = TradingHalts()
    halts.on_status(status(halt, rm="News Pending", sm="Trading Halt"))
    assert halts.reasons == {"SPY": "News Pending"}
    halts.on_status(status(resume, "QQQ"))
    assert halts.reasons
    halts.on_status(status(resume))
    assert halts.reasons == {}


@pytest.mark.parametrize("message", [status("Q"), status(None), status("H", None), status(["H"]), {"T": "s"}])
def test_other_words_stop_nothing(message: dict[str, Any]) -> None:
    halts = TradingHalts()
    halts.on_status(message)
    assert halts.reasons == {}


@pytest.mark.parametrize(("ts", "is_halted"), [(540, True), (600, True), (660, False)])
def test_bar_of_a_later_minute_ends_a_halt_whose_end_was_lost(ts: int, is_halted: bool) -> None:
    halts = TradingHalts()
    halts.on_status(status("H"))
    halts.on_bar("SPY", ts)
    halts.on_bar("QQQ", ts)
    assert bool(halts.reasons) is is_halted
