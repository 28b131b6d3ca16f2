"""The same sweep on a cluster: other processes, the same outcomes; without the library one plain sentence."""

import sys
from datetime import date
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.progress import tell_nobody
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.cluster import Parcel, play_on_cluster
from orchestra.backtest.sweep.player import player
from orchestra.backtest.sweep.trial import Trial
from tests.orchestra.backtest.made_run import SWINGS, weekdays
from tests.orchestra.backtest.played_house import ROOT, asked, calendar, made_columns, made_history, strategy


@pytest.mark.filterwarnings("ignore")
def test_a_clusters_outcomes_are_the_local_ones(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    days = weekdays(date(2024, 3, 1), 3)
    history = made_history(made_columns("ACME", days), days=days)
    path = strategy(tmp_path, SWINGS)
    request = BacktestRequest((asked(path),))
    trials = [Trial(number, {"bars": bars}, (0, 3)) for number, bars in enumerate((3, 4, 999))]
    play = player(Backtester(ROOT / "algorithm", calendar(), limit_seconds=5), request, history)
    expected = [play(trial) for trial in trials]
    parcel = Parcel(request, history, {str(path): path.read_bytes()}, 5.0)
    path.unlink()  # the workers do not need it
    with distributed.LocalCluster(n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None) as cluster:
        outcomes = play_on_cluster(cluster.scheduler_address, parcel, trials, tell=tell_nobody)
    assert [each.metrics for each in outcomes] == [each.metrics for each in expected]
    assert [each.error is None for each in outcomes] == [True, True, False]


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    parcel = Parcel(BacktestRequest(()), made_history(), {}, 5.0)
    with pytest.raises(ConfigError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"):
        play_on_cluster("tcp://127.0.0.1:9", parcel, [], tell=tell_nobody)


def test_without_the_library_its_installation_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match="pip install distributed=="):
        play_on_cluster("tcp://127.0.0.1:9", Parcel(BacktestRequest(()), made_history(), {}, 5.0), [], tell=tell_nobody)
