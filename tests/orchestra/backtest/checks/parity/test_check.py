"""A day decided again: equal where nothing happened, and a cause for whatever did."""

from datetime import date

import pytest

from orchestra.backtest.checks.parity.findings import Cause
from orchestra.backtest.checks.parity.wording import headline, text_report
from orchestra.messages.commands import PauseAlgorithm, ResumeAlgorithm
from orchestra.messages.halt import Halt
from tests.orchestra.backtest.checks.parity.parity_house import COUNTS, PastHouse, at, causes, only
from tests.orchestra.owner_house import CLOSE, NEXT_OPEN


def test_a_lock_step_day_is_decided_again_the_same(past: PastHouse) -> None:
    for name, ticker in (("swings", "ACME"), ("swings", "GAPS"), ("buyer", "BETA"), ("counts", "ACME")):
        past.house.start_algorithm(name, ticker)
    past.play(40)
    parity = past.check()
    assert [(each.minutes, each.equal) for each in parity.algorithms] == [(40, 40)] * 4
    assert parity.unexplained == 0
    slippage = parity.slippage
    assert slippage.filled > 5
    assert (slippage.bps, slippage.dollars, slippage.partial) == (0.0, 0.0, 0)
    # The recording pauses after twenty minutes: who wanted something then still waits.
    assert 0 < slippage.unfilled == slippage.orders - slippage.filled
    assert headline(parity) == (
        f"160 of 160 decisions equal; {slippage.filled} fills, average slippage 0.0 bps, {slippage.unfilled} not filled"
    )


def sizes_of(house: PastHouse) -> list[int]:
    return [int(shares) for (shares,) in house.house.rows("SELECT shares FROM decisions WHERE action = 'buy'")]


@pytest.mark.requirement("S0-13")
def test_sizes_are_decided_again_by_what_the_account_was_worth(past: PastHouse) -> None:
    past.house.start_algorithm("sizes")
    past.play(12)
    assert past.check().unexplained == 0
    # Two percent of the account, and not of the thousand million dollars it falls back on.
    assert 0 < max(sizes_of(past)) < 1_000


@pytest.mark.requirement("S0-13")
def test_sizes_of_a_real_day_are_decided_again_by_what_the_account_was_worth(real: PastHouse) -> None:
    real.house.create_pin()
    real.house.start_algorithm("sizes")
    for minute in range(1, 12):
        real.house.minute_at(at(minute))
        real.house.fill()
    assert real.check().unexplained == 0
    assert 0 < max(sizes_of(real)) < 1_000


def test_a_whole_session_ends_denied_again(past: PastHouse) -> None:
    past.write("eager", COUNTS.replace('("hold", 0)', '("buy", 1)').replace('f"turn {self.turns}"', '"one more"'))
    past.house.start_algorithm("eager")
    assert past.play(210) == CLOSE
    parity = past.check()
    assert (only(parity).minutes, only(parity).equal) == (210, 210)
    assert past.house.rows(f"SELECT gate FROM decisions WHERE minute = {CLOSE}") == [("SESSION_END",)]


def test_a_day_nobody_decided_says_so(past: PastHouse) -> None:
    past.house.start_algorithm("idle")
    past.play(3)
    parity = past.check(date(2024, 7, 2))
    assert (parity.minutes, headline(parity)) == (0, "nothing was decided")


def test_a_restarted_instance_that_remembers_is_named(past: PastHouse) -> None:
    past.house.start_algorithm("counts")
    past.play(5)
    past.house.restart()
    past.play(5)
    parity = past.check()
    assert only(parity).equal == 5
    assert causes(parity) == dict.fromkeys(range(6, 11), Cause.INSTANCE_AGE)
    assert (only(parity).differences[0].live.reason, only(parity).differences[0].again.reason) == ("turn 1", "turn 6")
    assert parity.unexplained == 0


def test_a_restart_changes_nothing_for_an_instance_without_memory(past: PastHouse) -> None:
    past.house.start_algorithm("swings")
    past.play(8)
    past.house.restart()
    past.play(8)
    assert only(past.check()).equal == 16


def test_an_instance_of_the_day_before_is_lived_through_again(past: PastHouse) -> None:
    past.house.start_algorithm("counts")
    past.play(210)
    past.play(4)
    parity = past.check(date(2024, 7, 5))
    assert (only(parity).minutes, only(parity).equal) == (3, 0)
    first = only(parity).differences[0]
    assert (first.minute, first.cause) == (NEXT_OPEN + 60, Cause.INSTANCE_AGE)
    assert first.live.reason == "turn 211"
    assert "decides as live did" in first.words


def test_an_algorithm_that_rested_is_a_new_instance(past: PastHouse) -> None:
    id_ = past.house.start_algorithm("counts")
    past.play(3)
    past.house.give(PauseAlgorithm(id_))
    past.play(2)
    past.house.give(ResumeAlgorithm(id_))
    past.play(2)
    parity = past.check()
    assert only(parity).minutes == 5
    assert causes(parity) == dict.fromkeys((6, 7), Cause.INSTANCE_AGE)


def test_a_changed_file_is_not_run(past: PastHouse) -> None:
    past.house.start_algorithm("swings")
    past.play(6)
    marker = past.folder / "ran"
    past.write("swings", f"open({str(marker)!r}, 'w').close()\n{COUNTS}")
    parity = past.check()
    assert only(parity).causes == {Cause.STRATEGY_CHANGED: 6}
    assert not marker.exists()
    assert headline(parity).startswith("0 of 6 decisions equal, 6 explained; ")


def test_a_file_that_is_gone_is_named(past: PastHouse) -> None:
    past.house.start_algorithm("counts")
    past.play(2)
    (past.folder / "algorithm" / "counts.py").unlink()
    parity = past.check()
    assert only(parity).causes == {Cause.STRATEGY_CHANGED: 2}
    assert "There is no algorithm counts" in only(parity).differences[0].words


def test_a_strategy_that_throws_dice_cannot_be_repeated(past: PastHouse) -> None:
    past.house.start_algorithm("dice")
    past.play(4)
    parity = past.check()
    assert only(parity).causes == {Cause.NOT_REPEATABLE: 4}
    assert parity.unexplained == 0


def test_what_the_bars_do_not_explain_is_unexplained(past: PastHouse) -> None:
    past.house.start_algorithm("peeks")
    past.play(4)
    past.note.write_text("storm", encoding="utf-8")
    parity = past.check()
    assert only(parity).causes == {Cause.UNEXPLAINED: 4}
    assert headline(parity) == "0 of 4 decisions equal, 4 UNEXPLAINED; no orders"
    text = text_report(parity)
    assert "2024-07-03T13:31:00Z and 3 more  UNEXPLAINED" in text
    assert "live:  hold, held: calm" in text
    assert "again: hold, held: storm" in text


def test_a_turn_that_fails_again_is_equal(past: PastHouse) -> None:
    past.note.write_text("fail", encoding="utf-8")
    past.house.start_algorithm("peeks")
    past.play(3)
    assert only(past.check()).equal == 3


def test_a_turn_that_failed_live_only_is_named(past: PastHouse) -> None:
    past.note.write_text("fail", encoding="utf-8")
    past.house.start_algorithm("peeks")
    past.play(3)
    past.note.write_text("calm", encoding="utf-8")
    parity = past.check()
    assert only(parity).causes == {Cause.FAILED: 3}
    assert "told to fail" in only(parity).differences[0].words


def test_a_revised_bar_is_named_where_it_was_looked_at(past: PastHouse) -> None:
    past.house.start_algorithm("swings")
    past.play(12)
    past.change("market", "UPDATE bars_1m SET c = 50.5, source = 40, rev = 1 WHERE ts = ? AND symbol_id = 1", at(6))
    parity = past.check()
    assert set(causes(parity).values()) == {Cause.BAR_LATE_OR_REVISED}
    assert sorted(causes(parity)) == [7, 8, 9]
    words = {each.minute: each.words for each in only(parity).differences}
    # Live's own row tells at the minute whose newest bar it was; later the store does.
    assert words[at(7)] == (
        "the newest bar live saw is 2024-07-03T13:36:00Z at 50.06, stored is 2024-07-03T13:36:00Z at 50.5"
    )
    assert "ACME 2024-07-03T13:36:00Z (HISTORY, revised 1x)" in words[at(8)]


def test_a_bar_that_came_late_is_named(past: PastHouse) -> None:
    past.house.start_algorithm("swings", "GAPS")
    past.play(12)
    past.change("market", "INSERT INTO bars_1m VALUES(?, ?, 30, 31, 29, 30.25, 5, NULL, NULL, 40, 0)", 1, at(4))
    parity = past.check()
    assert set(causes(parity).values()) == {Cause.BAR_LATE_OR_REVISED}
    first = only(parity).differences[0]
    assert (first.minute, first.words) == (
        at(5),
        "the newest bar live saw is 2024-07-03T13:33:00Z at 30.0, stored is 2024-07-03T13:34:00Z at 30.25",
    )


def test_an_unrelated_late_bar_excuses_nothing(past: PastHouse) -> None:
    past.house.start_algorithm("peeks")
    past.play(4)
    past.change("market", "UPDATE bars_1m SET source = 40, rev = 1 WHERE ts = ?", at(1))
    past.note.write_text("storm", encoding="utf-8")
    assert only(past.check()).causes == {Cause.UNEXPLAINED: 4}


@pytest.mark.parametrize("outcome", ["MISSED", "SKIPPED", "INTERRUPTED"])
def test_a_minute_without_an_answer_is_named(past: PastHouse, outcome: str) -> None:
    past.house.start_algorithm("swings")
    past.play(6)
    past.change(
        "system",
        "UPDATE decisions SET action = 'none', shares = '0', outcome = ?, gate = NULL WHERE minute = ?",
        outcome,
        at(3),
    )
    parity = past.check()
    assert causes(parity) == {3: Cause(outcome)}


def test_a_closed_gate_is_named_with_its_words(real: PastHouse) -> None:
    real.house.start_algorithm("buyer")
    for minute in (1, 2):
        real.house.minute_at(at(minute))
    parity = real.check()
    assert only(parity).causes == {Cause.LIVE_GATE: 2}
    difference = only(parity).differences[0]
    assert difference.words == "CLOSED_GATE: no PIN has been created yet"
    assert difference.again is not None
    assert difference.again.outcome == "SUBMITTED"


def test_a_halt_is_named(past: PastHouse) -> None:
    past.house.start_algorithm("buyer")
    past.house.halt.set(Halt("2024-07-03T13:30:00Z", "owner"))
    past.play(2)
    parity = past.check()
    assert only(parity).causes == {Cause.LIVE_GATE: 2}
    assert only(parity).differences[0].words == "HALTED: opening orders are stopped"


def test_a_real_day_with_orders_is_decided_again_the_same(real: PastHouse) -> None:
    real.house.create_pin()
    real.house.start_algorithm("swings")
    for minute in range(1, 15):
        real.house.minute_at(at(minute))
        real.house.fill()
    parity = real.check()
    # A house whose time is held sometimes takes its own stream for broken.
    assert only(parity).equal + only(parity).causes[Cause.LIVE_GATE] == only(parity).minutes == 14
    assert only(parity).equal > 9
    assert parity.slippage.filled > 3


def test_missed_minutes_of_a_real_day_are_named(real: PastHouse) -> None:
    real.house.create_pin()
    real.house.start_algorithm("counts")
    real.house.minute_at(at(1))
    real.house.engine.record_missed([at(2), at(3)])
    real.house.minute_at(at(4))
    parity = real.check()
    assert causes(parity) == {2: Cause.MISSED}
    assert (only(parity).minutes, only(parity).equal) == (4, 2)
    assert only(parity).differences[0].minutes == 2


def test_the_databases_are_only_looked_at(past: PastHouse) -> None:
    past.house.start_algorithm("swings")
    past.play(6)
    past.close()
    before = {path: path.read_bytes() for path in past.folder.glob("*.db*")}
    past.check()
    assert {path: path.read_bytes() for path in past.folder.glob("*.db*")} == before
