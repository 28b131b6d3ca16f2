"""The plots of a strategy: what its money became day by day, and how far it was below its highest."""

from orchestra.api.feed.state_json import State
from orchestra.messages.plots.axis import day_ticks
from orchestra.messages.plots.chart import Chart, Series
from orchestra.messages.plots.chart_json import chart_values
from system_databse.performance.returns import Drawdown, drawdowns, max_drawdown
from system_databse.performance.value_curve import ValueCurve


def curve_plots(curve: ValueCurve) -> State:
    """Return {equity, falls}, null before the first day."""
    if not curve.days:
        return {"equity": None, "falls": None}
    return {"equity": chart_values(_equity(curve)), "falls": chart_values(_falls(curve))}


def _equity(curve: ValueCurve) -> Chart:
    first, last = curve.equity[0], curve.equity[-1]
    change = f", {_signed(last / first - 1.0)}" if first else ""
    words = (
        f"From {first:,.2f} to {last:,.2f} dollars{change}. Money that came with another algorithm, or left with one"
        " that was stopped, is left out: the line shows what the first money became."
    )
    series = [Series("Value", _placed(curve.equity), "own")]
    return Chart("Value at each close, and now", words, series, day_ticks(curve.days))


def _falls(curve: ValueCurve) -> Chart:
    series = [Series("Below the highest so far", _placed(drawdowns(curve.equity)), "fall", is_area=True)]
    words = _fall_in_words(max_drawdown(curve.equity), curve.days)
    title = "Falls from the highest value so far"
    return Chart(title, words, series, day_ticks(curve.days), is_percent=True, within=(0.0, -0.01))


def _fall_in_words(fall: Drawdown, days: tuple[str, ...]) -> str:
    if not fall.depth:
        return "The value at the close was never below an earlier one."
    labels = ("the start", *days)
    back = "not made good yet" if fall.recovery is None else f"made good on {labels[fall.recovery]}"
    depth = f"{-fall.depth * 100:.2f} %"
    return f"The deepest fall is {depth}, from {labels[fall.peak]} to {labels[fall.trough]}, {back}."


def _placed(values: tuple[float, ...] | list[float]) -> list[tuple[float, float]]:
    return [(float(at), value) for at, value in enumerate(values)]


def _signed(change: float) -> str:
    sign = "+" if change >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{abs(change) * 100:.2f} %"
