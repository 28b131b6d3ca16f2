"""Play one trial: the same backtest with other parameters, on a stretch of the sessions, counted and forgotten.

In: a request, a history, a trial. Out: an outcome. Thread: main of its process.
"""

from dataclasses import replace

from database.errors import AutoTraderError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history import History
from orchestra.backtest.measures.measure import measure
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.split import Stretch
from orchestra.backtest.sweep.trial import Outcome, PlayTrial, Trial
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.performance.returns import daily_returns

NOT_BUILT = "it cannot be built with these values"
NOT_THERE = "it asks for bars that a cluster is not sent unless they come from recorded files"


def player(backtester: Backtester, request: BacktestRequest, history: History) -> PlayTrial:
    """Return what plays the trials of a request. The parameters are set on every algorithm of it."""
    parts: dict[Stretch, History] = {}

    def play(trial: Trial) -> Outcome:
        algorithms = tuple(replace(each, params={**each.params, **trial.params}) for each in request.algorithms)
        if trial.sessions not in parts:
            parts.clear()  # trials come stretch by stretch
            parts[trial.sessions] = stretch(history, trial.sessions)
        asked, part = replace(request, algorithms=algorithms), parts[trial.sessions]
        try:
            played = backtester.play(asked, part)
        except AutoTraderError as error:
            return Outcome(trial, error=str(error) or NOT_BUILT)
        for record in played.records:
            if record.status is AlgorithmStatus.ERROR:
                return Outcome(trial, error=f"{record.name} failed time and again: {record.last_error}")
        if played.others and history.source == "store" and not history.paths:
            return Outcome(trial, error=f"{NOT_THERE}: {', '.join(played.others)}")
        result = measure(played, asked, part)
        start = result.metrics["all"]["start_equity"]
        return Outcome(trial, result.metrics["all"], tuple(daily_returns([start, *result.equity])))

    return play


def stretch(history: History, sessions: Stretch) -> History:
    """Return the history with only these sessions to be traded; earlier bars may be looked at, later ones are gone.

    Nothing is copied while the last session is in it.
    """
    chosen = history.sessions[sessions[0] : sessions[1]]
    columns = {symbol: each.before(chosen[-1].close) for symbol, each in history.columns.items()}
    return replace(history, sessions=chosen, columns=columns)
