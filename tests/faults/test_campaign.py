"""The fault campaign (reliability.md 3): a few faults of each class in every run, the targets in the long one."""

from collections.abc import Callable

import pytest

from tests.faults.tally import Tally, assert_survived
from tests.faults.verb_list import FAULTS

Inject = Callable[[str, int], Tally]


@pytest.mark.requirement("S2-47", "S2-48", "S2-79")
@pytest.mark.parametrize("verb", FAULTS)
def test_a_few_faults_of_each_class_break_no_promise(verb: str, inject: Inject) -> None:
    fault = FAULTS[verb]
    assert_survived(inject(verb, fault.few), injected=fault.least(fault.few))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.requirement("S2-47", "S2-48")
@pytest.mark.parametrize("verb", FAULTS)
def test_the_target_of_each_class_is_reached_and_no_promise_broken(verb: str, inject: Inject) -> None:
    fault = FAULTS[verb]
    assert_survived(inject(verb, fault.many), injected=fault.least(fault.many))
