"""Play one trial: the same backtest with other parameters, on a stretch of the sessions, counted and forgotten.

In: a request, a history, a trial. Out: an outcome. Thread: main of its process.
"""

from dataclasses import replace

from database.errors import AutoTraderError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history import History
from orchestra.backtest.measures.measure import measure
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.trial import Outcome, PlayTrial, Trial
from system_databse.performance.returns import daily_returns

NOT_BUILT = "it cannot be built with these values"


def player(backtester: Backtester, request: BacktestRequest, history: History) -> PlayTrial:
    """Return what plays the trials of a request. The parameters are set on every algorithm of it."""

    def play(trial: Trial) -> Outcome:
        algorithms = tuple(replace(each, params={**each.params, **trial.params}) for each in request.algorithms)
        asked, part = replace(request, algorithms=algorithms), stretch(history, trial.sessions)
        try:
            played = backtester.play(asked, part)
        except AutoTraderError as error:
            return Outcome(trial, error=str(error) or NOT_BUILT)
        result = measure(played, asked, part)
        start = result.metrics["all"]["start_equity"]
        return Outcome(trial, result.metrics["all"], tuple(daily_returns([start, *result.equity])))

    return play


def stretch(history: History, sessions: tuple[int, int]) -> History:
    """Return the history with only these sessions to be traded; bars before them may be looked at."""
    return replace(history, sessions=history.sessions[sessions[0] : sessions[1]])
