"""The figures of a strategy after recorded days: equal to those calculated from its fills and the bars alone."""

from collections.abc import Iterator
from pathlib import Path

import empyrical
import pandas as pd
import pytest

from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen, Run
from tests.journeys.replay_oracle import UNITS_PER_DOLLAR, Session, read_files, sessions_of

CAPITAL = 120_000
COLUMNS = (
    *("date", "total_trades", "wins", "win_rate", "profit_loss", "profit_factor", "expectancy", "payoff"),
    *("unrealized", "max_drawdown", "exposure", "time_in_market", "minutes", "days", "sharpe_ratio"),
)


def signed_fills(run: Run) -> list[tuple[int, int, float]]:
    """Return second, signed shares and price of every fill."""
    rows = run.rows(
        "SELECT strftime('%s', f.ts), o.side, f.qty, f.price FROM fills f JOIN orders o ON o.id = f.order_id"
        " ORDER BY f.id"
    )
    return [(int(ts), int(qty) * (1 if side == "buy" else -1), float(price)) for ts, side, qty, price in rows]


def ended(fills: list[tuple[int, int, float]]) -> Iterator[float]:
    """Yield the profit of each round trip: every buy is sold whole by the next fill."""
    for (_, shares, bought), (_, _, sold) in zip(fills[::2], fills[1::2], strict=False):
        yield shares * (sold - bought)


def minute_worth(frame: pd.DataFrame, fills: list[tuple[int, int, float]], sessions: list[Session]) -> pd.DataFrame:
    """Return market value and equity at each decision: by the bars that are over and the fills before it."""
    closes = frame.set_index("ts")["close"] / UNITS_PER_DOLLAR
    minutes = [(start, ts) for start, end in sessions for ts in range(start + 60, end + 1, 60)]
    worth = pd.DataFrame(minutes, columns=["session", "ts"])
    worth["price"] = closes.reindex(worth["ts"] - 60, method="ffill").to_numpy()
    worth["shares"] = [sum(shares for at, shares, _ in fills if at < ts) for ts in worth["ts"]]
    worth["cash"] = [CAPITAL - sum(shares * price for at, shares, price in fills if at < ts) for ts in worth["ts"]]
    worth["market"] = worth["shares"] * worth["price"]
    worth["equity"] = worth["cash"] + worth["market"]
    return worth


@pytest.mark.requirement("S1-13", "S1-27", "S3-30")
def test_the_rows_of_recorded_days_are_those_of_their_fills(recorded_days: Path, make_run: MakeRun) -> None:
    file = recorded_days / "equity_1min" / "goog_2015_early_close.csv.gz"
    run = make_run(file, algorithms=(Chosen(ticker="GOOG", capital=CAPITAL),))
    run.finish()
    frame = read_files(file)
    sessions = sessions_of(frame)
    fills = signed_fills(run)
    assert len(fills) > 4
    names = ", ".join(COLUMNS)
    rows = run.rows(
        f"SELECT {names} FROM strategy_metrics WHERE strategy = 'sma_exact' AND mode = 'DEMO' ORDER BY date"
    )
    assert len(rows) == len(sessions)
    worth = minute_worth(frame, fills, sessions)
    for number, values in enumerate(rows, start=1):
        row = dict(zip(COLUMNS, values, strict=True))
        until = sessions[number - 1][1]
        profits = pd.Series(list(ended([fill for fill in fills if fill[0] < until])), dtype=float)
        seen = worth[worth["ts"] <= until]
        equity = pd.Series([CAPITAL, *seen.groupby("session")["equity"].last()])
        won, lost = profits[profits > 0], profits[profits < 0]
        assert row["date"] == pd.Timestamp(until, unit="s").date().isoformat()
        assert (row["total_trades"], row["wins"]) == (len(profits), len(won))
        assert row["profit_loss"] == pytest.approx(profits.sum(), abs=1e-6)
        assert row["win_rate"] == (pytest.approx(len(won) / len(profits)) if len(profits) else None)
        assert row["expectancy"] == (pytest.approx(profits.mean()) if len(profits) else None)
        assert row["profit_factor"] == (pytest.approx(won.sum() / -lost.sum()) if len(lost) else None)
        assert row["payoff"] == (pytest.approx(won.mean() / -lost.mean()) if len(lost) and len(won) else None)
        assert row["unrealized"] == pytest.approx(equity.iloc[-1] - CAPITAL - profits.sum(), abs=1e-6)
        assert row["max_drawdown"] == pytest.approx(empyrical.max_drawdown(equity.pct_change().dropna()), abs=1e-9)
        assert row["exposure"] == pytest.approx((seen["market"] / seen["equity"]).mean(), abs=1e-9)
        assert row["time_in_market"] == pytest.approx((seen["shares"] > 0).mean())
        assert (row["minutes"], row["days"]) == (len(seen), number)
        assert row["sharpe_ratio"] is None
