"""The same sweep on a cluster: other processes, the same outcomes; what is lost is tried again, then has failed."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from database.errors import ConfigError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep import cluster as of_cluster
from orchestra.backtest.sweep.cluster import LOST, OTHER, Parcel, cluster
from orchestra.backtest.sweep.player import player
from orchestra.backtest.sweep.trial import Outcome, Trial
from tests.orchestra.backtest.made_run import SWINGS, weekdays
from tests.orchestra.backtest.played_house import ROOT, asked, calendar, made_columns, made_history, strategy
from tests.orchestra.backtest.sweep.made_trials import Seen

DAYS = weekdays(date(2024, 3, 1), 3)
HISTORY = made_history(made_columns("ACME", DAYS), days=DAYS)
DEADLY = 13
RUN = "def run(self, current_time, algo_id):\n"
NOTHING = Parcel(BacktestRequest(()), made_history(), {}, 5.0)
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    distributed = pytest.importorskip("distributed")
    folder = tmp_path_factory.mktemp("workers")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=2,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
        local_directory=str(folder),
    ) as local:
        yield local.scheduler_address
    left = [path for place in (folder, Path(gettempdir())) for path in place.rglob("autotrader-sweep-*")]
    assert left == [], "a worker that was killed has left a folder behind"


def parcel(folder: Path, body: str = SWINGS) -> tuple[Parcel, Path]:
    path = strategy(folder, body)
    return Parcel(BacktestRequest((asked(path),)), HISTORY, {str(path): path.read_bytes()}, 5.0), path


def locally(parcel: Parcel, trials: list[Trial]) -> list[Outcome]:
    backtester = Backtester(ROOT / "algorithm", calendar(), limit_seconds=5)
    play = player(backtester, parcel.request, parcel.history)
    return [play(trial) for trial in trials]


def test_a_clusters_outcomes_are_the_local_ones_without_the_file(address: str, tmp_path: Path) -> None:
    sent, path = parcel(tmp_path, SWINGS.replace(RUN, RUN + " " * 12 + "if self.bars == 9: raise ValueError('no')\n"))
    trials = [
        Trial(number, {"bars": bars}, part)
        for number, (bars, part) in enumerate(
            (bars, part) for part in ((0, 3), (0, 2), (2, 3)) for bars in (3, 4, 9, 999)
        )
    ]
    expected = locally(sent, trials)
    path.unlink()
    seen = Seen()
    with cluster(address, sent) as play:
        play(trials, seen)
    assert seen.in_order == expected
    assert [each.error is None for each in expected[:4]] == [True, True, False, False]


def test_a_trial_that_kills_its_workers_fails_and_the_others_are_played(address: str, tmp_path: Path) -> None:
    deadly = f"if self.bars == {DEADLY}: __import__('os')._exit(1)\n"
    sent, _ = parcel(tmp_path, SWINGS.replace(RUN, RUN + " " * 12 + deadly))
    trials = [Trial(number, {"bars": bars}, (0, 1)) for number, bars in enumerate((DEADLY, *range(2, 10)))]
    seen = Seen()
    with cluster(address, sent) as play:
        play(trials, seen)
    assert [each.error for each in seen.in_order] == [LOST, *[None] * 8]
    assert seen.in_order[1:] == locally(sent, trials[1:])


def test_a_sweep_on_a_cluster_can_be_stopped(address: str, tmp_path: Path) -> None:
    sent, _ = parcel(tmp_path)
    seen = Seen(wanted=2)
    with cluster(address, sent) as play:
        play([Trial(number, {"bars": 3}, (0, 3)) for number in range(200)], seen)
    assert len(seen.taken) == 2


def test_a_worker_with_another_release_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    sent, _ = parcel(tmp_path)
    monkeypatch.setattr(of_cluster, "_release", lambda: "another")
    seen = Seen()
    with cluster(address, sent) as play:
        play([Trial(0, {"bars": 3}, (0, 3))], seen)
    assert [each.error for each in seen.taken] == [OTHER]


def test_a_cluster_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(of_cluster, "CONNECT_SECONDS", 1)
    with (
        pytest.raises(ConfigError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"),
        cluster("tcp://127.0.0.1:9", NOTHING),
    ):
        pass


@pytest.mark.parametrize("text", ["", " ", "nowhere", "ftp://127.0.0.1:9"])
def test_what_is_no_address_is_told(text: str) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ConfigError, match=r"address|check --cluster"), cluster(text, NOTHING):
        pass


def test_a_cluster_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(of_cluster, "CONNECT_SECONDS", 2)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1") as empty,
        pytest.raises(ConfigError, match="has no workers"),
        cluster(empty.scheduler_address, NOTHING),
    ):
        pass


def test_without_the_library_its_installation_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    absent: Any = None
    monkeypatch.setitem(sys.modules, "distributed", absent)
    with pytest.raises(ConfigError, match="pip install distributed=="), cluster("tcp://127.0.0.1:9", NOTHING):
        pass


def test_the_release_named_is_the_one_that_is_tested() -> None:
    assert f"distributed=={of_cluster.RELEASE}" in (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").split()


LOCAL = """
import sys
from orchestra.backtest.sweep.cluster import cluster
from orchestra.verbs import sweep
from orchestra.backtest.sweep.pool import play_all
from tests.orchestra.backtest.sweep.made_trials import TRIALS, Seen, parabola
play_all(TRIALS, parabola, jobs=1, watch=Seen())
print(sorted({"distributed", "dask", "ray"} & set(sys.modules)))
"""


def test_a_local_sweep_does_without_the_library() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOCAL], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout == "[]\n"
