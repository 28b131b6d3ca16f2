"""What a backtest assumes, in plain sentences: they stand beside every result.

In: the costs and the history of a run. Out: one sentence a name. Thread: any.
"""

from decimal import Decimal

from orchestra.backtest.history.history import History
from orchestra.backtest.request import Costs


def assumptions(costs: Costs, history: History) -> dict[str, str]:
    """Return the sentences by name."""
    return {
        "fill_rule": (
            "A market order decided at a minute fills at the open of that minute's bar, or of the next bar of its "
            "session; what finds no bar ends at the close. Where a bar leaves open what came first, the worse is taken."
        ),
        "commission": _commission(costs),
        "regulatory_fees": (
            "Regulatory fees are those Alpaca passes on, at the rates of their day: the SEC's and FINRA's on sales, "
            "the audit trail's on all trades, each fee's total of a day rounded up to the cent."
            if costs.has_regulatory_fees
            else "No regulatory fees are charged."
        ),
        "spread_slippage": _spread(costs),
        "volume": (
            "A bar gives as many shares as are wanted."
            if costs.volume_fraction is None
            else f"All orders together get at most {_text(costs.volume_fraction * 100)} % of a bar's volume; "
            "the rest waits for the next bar."
        ),
        "cash": "Cash earns no interest, nothing is borrowed or sold short, dividends are not paid.",
        "prices": "Prices are as stored: not adjusted for dividends, nor for splits unless the source did so.",
        "limits": (
            "Your limits, halts and day-trade rule are not applied; the portfolio that sizes are taken from is this "
            "run's money alone."
        ),
        "session_end": "A decision on a session's last bar is denied; nothing is carried to the next open.",
        "annualisation": "Annual figures count 252 sessions a year; the risk-free rate is 0.",
        "data": _data(history),
    }


def _commission(costs: Costs) -> str:
    parts = [
        f"{_text(costs.commission_per_order)} dollars an order" if costs.commission_per_order else "",
        f"{_text(costs.commission_per_share)} dollars a share" if costs.commission_per_share else "",
        f"{_text(costs.commission_bps)} basis points of what is dealt" if costs.commission_bps else "",
    ]
    told = " and ".join(part for part in parts if part)
    return f"Commission is {told}." if told else "No commission is paid."


def _spread(costs: Costs) -> str:
    if not (costs.spread_bps or costs.slippage_bps):
        return "There is no spread and no slippage: live fills will be worse."
    return (
        f"Each side pays half a spread of {_text(costs.spread_bps)} basis points and "
        f"{_text(costs.slippage_bps)} of slippage."
    )


def _data(history: History) -> str:
    if history.source == "store":
        return "Bars come from the market database."
    names = ", ".join(name.rsplit("/", 1)[-1] for name in history.sha256)
    return f"Bars come from the files {names}."


def _text(number: Decimal) -> str:
    return f"{number.normalize():f}"
