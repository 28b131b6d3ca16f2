"""A sweep is told whole: the best, the failed, the unseen, the doubts; nothing of it can run in a page."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from orchestra.backtest.sweep.space import axes_of, grid
from orchestra.backtest.sweep.split import Window, held_out, walk_forward
from orchestra.backtest.sweep.sweep_page import sweep_html
from orchestra.backtest.sweep.sweep_result import SweepResult
from orchestra.backtest.sweep.sweep_text import SPENT, STOPPED, sweep_rows, sweep_text
from orchestra.backtest.sweep.sweeper import sweep
from orchestra.backtest.sweep.trial import Outcome, Params, Trial
from tests.orchestra.backtest.sweep.made_trials import Told, here, parabola, some_days

NASTY = "<script>alert(1)</script>"


def play(trial: Trial) -> Outcome:
    if trial.params["x"] == 2:
        return Outcome(trial, error=NASTY)
    return parabola(trial)


def result(sets: Sequence[Params], windows: Sequence[Window] = (), *, until: int | None = None) -> SweepResult:
    about = {"assumptions": {"cash": "Cash earns no interest."}}
    return sweep(
        sets, here(play), days=some_days(40), by="total_return", windows=windows, tell=Told(until), about=about
    )


def line(sets: int = 30) -> list[Params]:
    return [{"x": x} for x in range(sets)]


def test_the_terminal_shows_twenty_the_failed_the_neighbours_and_the_doubt() -> None:
    text = sweep_text(result(line()))
    assert text.startswith("30 parameter sets on 2024-01-02 to 2024-02-28; the best by return:")
    rows = [row for row in text.splitlines() if re.match(r"x \d+ ", row)]
    assert len(rows) == 20
    assert [row.split()[1] for row in rows[:3]] == ["7", "6", "8"]
    assert f"1 of 30 trials failed:\n  1: {NASTY}" in text
    assert "Its 2 neighbours average +99.00 % and range from +99.00 % to +99.00 %" in text
    assert "deflated Sharpe ratio" in text
    assert "Assumed: Cash earns no interest." in text


def test_unseen_sessions_have_columns_of_their_own_and_a_warning() -> None:
    text = sweep_text(result(line(), [held_out(40, 0.3)]))
    assert "Unseen return" in text.splitlines()[2]
    assert SPENT.split(":")[0] in text
    assert "+100.00 % became +100.00 %" in text
    assert "Return over all unseen sessions" in text
    assert "Unseen return" not in sweep_text(result(line()))


def test_walking_forward_tells_each_window() -> None:
    text = sweep_text(result(line(), walk_forward(40, 3, is_anchored=True)))
    assert len(re.findall(r"  2024-\d\d-\d\d to 2024-\d\d-\d\d: x 7: .* became", text)) == 3
    # The same return on ten, on twenty and on thirty sessions, judged on ten each.
    said = text.replace("\n", " ")
    assert "unseen sessions left of the chosen figure, both per session, over 3 of 3 windows: 200.00 %." in said


def test_efficiency_tells_how_many_windows_it_is_of() -> None:
    def losing(trial: Trial) -> Outcome:
        is_loss = trial.sessions == (0, 13)
        return replace(parabola(trial), metrics={"sharpe_ratio": -1.0 if is_loss else 2.0, "total_return": 0.1})

    windows = walk_forward(40, 2, is_anchored=False)
    walked = sweep(line(3), here(losing), days=some_days(40), by="sharpe_ratio", windows=windows, tell=Told())
    said = sweep_text(walked).replace("\n", " ")
    assert "Efficiency, what unseen sessions left of the chosen figure, over 1 of 2 windows: 100.00 %." in said
    first = sweep(
        line(3), here(losing), days=some_days(26), by="sharpe_ratio", windows=[held_out(26, 0.5)], tell=Told()
    )
    said = sweep_text(first).replace("\n", " ")
    assert "Efficiency is not known: no figure above 0 was chosen and judged in 1 window." in said


def test_one_neighbour_is_one() -> None:
    text = sweep_text(result([{"x": 7}, {"x": 6}])).replace("\n", " ")
    assert "Its one neighbour has +99.00 %, where the best has +100.00 %: much less beside it means a" in text


def test_a_sweep_that_was_stopped_begins_with_that() -> None:
    stopped = result(line(), until=4)
    assert sweep_text(stopped).startswith(STOPPED)
    assert STOPPED in sweep_html(stopped)
    nothing = result(line(), until=0)
    assert "none of them has this figure" in sweep_text(nothing)
    assert "<h1>" in sweep_html(nothing)
    assert len(sweep_rows(nothing)) == 1


def test_a_page_maps_two_parameters_and_no_other_number_of_them() -> None:
    page = sweep_html(result(grid(axes_of(["x=5,6,7", "y=1:4:1", "z=3"]))))
    assert "x (down) and y (across)" in page
    assert len(re.findall(r'<td class="number shade\d">', page)) == 12
    assert '<td class="number shade0">+96.00 %</td>' in page
    assert '<td class="number shade3">+100.00 %</td>' in page
    assert "(across)" not in sweep_html(result(line()))
    assert "(across)" not in sweep_html(result(grid(axes_of(["x=5,6", "y=1,2", "z=3,4"]))))
    drawn = [{"x": x, "y": x * x} for x in range(9)]
    assert "(across)" not in sweep_html(result(drawn))


def test_a_page_runs_nothing_whatever_strangers_wrote() -> None:
    sets = grid({"x": [1, 2, 3], NASTY: [NASTY, '"><img src=x onerror=alert(1)>']})
    page = sweep_html(result(sets))
    assert "<script" not in page
    assert "<img" not in page
    assert "default-src 'none'" in page
    assert "&lt;script&gt;" in page


def test_rows_hold_every_trial_in_order() -> None:
    head, *rows = sweep_rows(result(line(), [held_out(40, 0.3)]))
    assert (head[0], head[-1]) == ("x", "error")
    assert [row[0] for row in rows] == list(range(30))
    assert {len(row) for row in rows} == {len(head)}
    assert rows[2][-1] == NASTY
    unseen = head.index("unseen_total_return")
    assert rows[7][unseen] == 1.0
    assert rows[29][unseen] is None


def test_values_are_json() -> None:
    whole = result(line(), walk_forward(40, 3, is_anchored=False))
    values = json.loads(json.dumps(whole.to_values(), allow_nan=False))
    assert values["best"] == {"x": 7}
    assert [each["params"] for each in values["judged"]] == [{"x": 7}] * 3
    assert values["verdict"]["tries"] == 30
    assert len(values["curve"]) == 30
    assert replace(whole, about={}).to_values()["about"] == {}
