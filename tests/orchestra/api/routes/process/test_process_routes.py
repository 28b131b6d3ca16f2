"""Health report, log and About over HTTP: for the owner alone, read only, measured by somebody else."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra.api.api_parts import ProcessParts
from orchestra.messages.diagnosis import Diagnosis, doubtful, well
from orchestra.messages.engine_readings import TrendPoint
from orchestra.messages.health_report import HealthReport
from tests.orchestra.api.api_house import LAN, ApiHouse
from tests.source_tree import ROOT

PATHS = ("/api/health", "/api/health/doctor", "/api/logs", "/api/logs/download", "/api/about")


class Examiner:
    def report(self) -> HealthReport:
        trend = (TrendPoint(40.0, 212_000_000, 2.14), TrendPoint(100.0, 0, None))
        return HealthReport(100.0, (doubtful("Disk", "300 MB free", "make room"),), trend)

    def examine(self) -> Sequence[Diagnosis]:
        return [well("Python", "version 3.11.7")]


@pytest.fixture
def watched(house: ApiHouse) -> ApiHouse:
    logs = house.folder / "logs"
    logs.mkdir()
    lines = [f"2026-11-20 10:00:{number:02d},000 - INFO - line {number} PKSECRETKEY\n" for number in range(3)]
    (logs / "orchestrator.log").write_text("".join(lines))
    process = ProcessParts(Examiner(), logs, ("PKSECRETKEY",), ROOT / "requirements.txt")
    house.parts = replace(house.parts, process=process)
    return house


@pytest.mark.parametrize("path", PATHS)
def test_nobody_reads_them_without_a_session(watched: ApiHouse, path: str) -> None:
    assert watched.visitor().get(path).status_code == 401
    assert watched.visitor(LAN).get(path).status_code == 401
    assert watched.owner().get(path).status_code == 200


def test_the_report_tells_each_line_and_the_day_before(watched: ApiHouse) -> None:
    assert watched.owner().get("/api/health").json == {
        "lines": [{"what": "Disk", "state": "warn", "sentence": "300 MB free", "advice": "make room"}],
        "trend": [{"ago_s": 60, "rss_mb": 212.0, "late_s": 2.1}, {"ago_s": 0, "rss_mb": 0.0, "late_s": None}],
    }
    doctor = watched.owner().get("/api/health/doctor").json
    assert doctor == {"lines": [{"what": "Python", "state": "ok", "sentence": "version 3.11.7", "advice": ""}]}


def test_the_log_is_paged_by_the_places_it_names_and_hides_secrets(watched: ApiHouse) -> None:
    owner = watched.owner()
    page = owner.get("/api/logs").json
    assert [each["text"] for each in page["entries"]] == [f"line {number} [hidden]" for number in range(3)]
    assert page["entries"][0]["at"] == "2026-11-20 10:00:00"
    assert page["older"] is None
    last = page["entries"][-1]["id"]
    assert [each["text"][:6] for each in owner.get(f"/api/logs?before={last}").json["entries"]] == ["line 0", "line 1"]
    assert owner.get(f"/api/logs?after={page['newer']}").json["entries"] == []
    assert owner.get("/api/logs?text=LINE%201").json["entries"][0]["text"] == "line 1 [hidden]"
    download = owner.get("/api/logs/download")
    assert download.headers["Content-Disposition"] == 'attachment; filename="autotrader-log.txt"'
    assert download.text.count("[hidden]") == 3


@pytest.mark.parametrize(
    "query", ["level=LOUD", "before=../../etc/passwd", "after=1-2-3", f"text={'a' * 101}", "level="]
)
def test_a_question_that_makes_no_sense_is_refused_in_words(watched: ApiHouse, query: str) -> None:
    answer = watched.owner().get(f"/api/logs?{query}")
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")


@pytest.mark.parametrize("path", PATHS[:-1])
def test_where_there_is_nothing_to_tell_that_is_said(house: ApiHouse, path: str) -> None:
    answer = house.owner().get(path)
    assert answer.status_code == 503
    assert "This AutoTrader keeps no log" in answer.text or "Nobody measures here" in answer.text


def test_about_names_the_packages_that_are_needed_and_the_notices_of_the_page(watched: ApiHouse) -> None:
    vendor = watched.frontend / "vendor"
    vendor.mkdir()
    (vendor / "charts.NOTICE").write_text("Charts by Somebody\n")
    (vendor / "odd.LICENSE").symlink_to(Path("/etc/hostname"))
    told = watched.owner().get("/api/about").json
    assert told["page"] == [{"name": "charts.NOTICE", "text": "Charts by Somebody"}]
    licences = {each["name"].lower(): each["licence"] for each in told["packages"]}
    assert "BSD" in licences["flask"]
    # What Flask needs is there too, what only the tests need is not.
    assert "werkzeug" in licences
    assert "pytest" not in licences
    assert all(licence and "\n" not in licence for licence in licences.values())
