"""The catalog of strategies: every file of the folder, read and never run (S2-11)."""

from pathlib import Path

import pytest

from orchestra.signals.strategy_catalog import StrategyCatalog
from tests.source_tree import ROOT

CLASS = "class Algorithm:\n    '''Trade on the moon.\n\n    More.'''\n"


def listing(folder: Path, source: str | bytes, name: str = "moon.py") -> list[dict[str, object]]:
    path = folder / name
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    return StrategyCatalog(folder).listings()


@pytest.mark.requirement("S2-11")
def test_the_strategies_of_the_house_are_offered_with_their_parameters() -> None:
    found = {each["name"]: each for each in StrategyCatalog(ROOT / "algorithm").listings()}
    parameters = found["sma_crossover"]["parameters"]
    assert found["sma_crossover"]["error"] is None
    assert isinstance(parameters, list)
    assert parameters[0] == {"name": "sma_short", "default": 20, "range": [2, 200], "help": "Bars of the short average"}
    assert not [name for name in found if str(name).startswith(("test_", "_"))]


@pytest.mark.requirement("S2-11", "S0-16", "S0-03", "S0-06")
@pytest.mark.parametrize(("name", "parameter"), [("opening_range", "range_minutes"), ("solar_flare", "storm_begins")])
def test_the_intraday_strategies_are_offered_in_one_pattern(name: str, parameter: str) -> None:
    found = {each["name"]: each for each in StrategyCatalog(ROOT / "algorithm").listings()}
    assert "holding" not in found, "what strategies share is none"
    assert (found[name]["error"], bool(found[name]["help"])) == (None, True)
    parameters = found[name]["parameters"]
    assert isinstance(parameters, list)
    assert parameters[0]["name"] == parameter
    assert all(each["range"] and each["help"] for each in parameters)
    assert len((ROOT / "algorithm" / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 150


def test_no_file_is_ever_run(tmp_path: Path) -> None:
    mark = tmp_path / "was run"
    (found,) = listing(tmp_path, f"open({str(mark)!r}, 'w')\n{CLASS}    PARAMETERS = open({str(mark)!r}, 'w')\n")
    assert found == {"name": "moon", "help": "Trade on the moon.", "parameters": [], "error": None}
    assert not mark.exists()


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (CLASS + "    def run(:\n", "line 5"),
        (b"class Algorithm:\n    x = '\xff'\n", "utf-8"),
        (b"class Algorithm: pass\n\x00", "null"),
        ("import nowhere_to_be_found\n" + CLASS, "nowhere_to_be_found, which is not installed"),
        (CLASS + "    x = " + "-" * 100_000 + "1\n", "cannot be used"),
        (CLASS + "#" * 1_000_001, "larger"),
    ],
)
def test_a_file_that_cannot_be_used_is_listed_with_its_error(tmp_path: Path, source: str | bytes, word: str) -> None:
    (tmp_path / "good.py").write_text(CLASS)
    good, broken = listing(tmp_path, source)
    assert good["error"] is None
    assert broken["name"] == "moon"
    assert word in str(broken["error"])


@pytest.mark.parametrize("name", ["test_moon.py", "_moon.py", "moon.txt"])
def test_what_is_no_strategy_is_not_listed(tmp_path: Path, name: str) -> None:
    assert listing(tmp_path, CLASS, name) == []
    assert listing(tmp_path, "def helper(): pass", "helper.py") == []
    (tmp_path / "elsewhere.py").symlink_to(ROOT / "algorithm" / "sma_crossover.py")
    assert StrategyCatalog(tmp_path).listings() == []


def test_parameters_that_are_no_plain_values_are_left_out(tmp_path: Path) -> None:
    written = "[{'name': 'a', 'default': 1e999, 'range': (1, 2j), 'help': 5}, {'default': 1}, 7, {'name': 3}]"
    (found,) = listing(tmp_path, f"{CLASS}    PARAMETERS: list = {written}\n")
    assert found["parameters"] == [{"name": "a", "default": None, "range": [1, None], "help": "5"}]


def test_a_changed_file_is_read_again_and_a_new_one_is_found(tmp_path: Path) -> None:
    catalog = StrategyCatalog(tmp_path)
    assert catalog.listings() == []
    (tmp_path / "moon.py").write_text(CLASS)
    assert catalog.listings()[0]["help"] == "Trade on the moon."
    (tmp_path / "moon.py").write_text(CLASS.replace("moon", "sun and the stars"))
    assert catalog.listings()[0]["help"] == "Trade on the sun and the stars."
