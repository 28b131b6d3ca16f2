"""Recovery: a pass that failed is made again, and until then nothing counts as proven."""

import pytest

from orchestra.execution.recovery import FIRST_RETRY_SECONDS, Recovery
from tests.orchestra.execution.order_path import OrderPath


def passes(path: OrderPath) -> list[tuple[object, ...]]:
    return path.rows("SELECT kind FROM recon_runs")


@pytest.fixture
def recovery(path: OrderPath) -> Recovery:
    return Recovery(path.reconciler, path.clock)


def test_a_wanted_pass_is_made_at_once(path: OrderPath, recovery: Recovery) -> None:
    recovery.want("reconnect")
    recovery.run_due()
    assert (passes(path), recovery.is_pending) == ([("reconnect",)], False)


@pytest.mark.requirement("S2-71")
def test_a_pass_that_failed_is_made_again_every_few_seconds(path: OrderPath, recovery: Recovery) -> None:
    path.port.is_out = True
    recovery.want("reconnect")
    assert recovery.is_pending
    requests = len(path.port.exchange.requests)
    for _ in range(10):
        path.clock.sleep(FIRST_RETRY_SECONDS / 10)
        recovery.run_due()
    assert len(path.port.exchange.requests) == requests + 1
    path.port.is_out = False
    path.clock.sleep(2 * FIRST_RETRY_SECONDS)
    recovery.run_due()
    assert (passes(path), recovery.is_pending) == ([("reconnect",)], False)


def test_passes_that_keep_failing_come_ever_later_and_soon_again_after_one_that_worked(
    path: OrderPath, recovery: Recovery
) -> None:
    def seconds_until_asked() -> int:
        requests, start = len(path.port.exchange.requests), path.clock.seconds
        while len(path.port.exchange.requests) == requests:
            path.clock.sleep(1)
            recovery.run_due()
        return int(path.clock.seconds - start)

    path.port.is_out = True
    recovery.want("reconnect")
    assert [seconds_until_asked() for _ in range(6)] == [5, 10, 20, 40, 60, 60]
    path.port.is_out = False
    seconds_until_asked()
    path.port.is_out = True
    recovery.want("periodic")
    assert seconds_until_asked() == 5


def test_without_a_reason_nothing_is_asked(path: OrderPath, recovery: Recovery) -> None:
    requests = len(path.port.exchange.requests)
    recovery.run_due()
    assert len(path.port.exchange.requests) == requests
