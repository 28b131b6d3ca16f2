"""The gate of the campaign: a checker nobody has seen fail proves nothing, so every planted bug has to be caught."""

from tests.faults.orders.account_simulation import World, live
from tests.faults.orders.bugs import BUGS
from tests.faults.tally import Plan, Tally
from tests.orchestra.execution.order_path import Parts


def planted(plan: Plan) -> Tally:
    """Plant each bug of the order path in turn and see it caught; what survives here is the campaign's own power."""
    tally = Tally("planted bugs (survived: caught)", "planted")
    for name, (parts, beginnings) in BUGS.items():
        caught = sum(_is_caught(parts, beginnings, seed, plan) for seed in range(plan.seed, plan.seed + plan.runs))
        tally.add(plan.seed, () if caught else (f"planted bug '{name}' was not caught by {plan.runs} seeds",))
        tally.note(f"'{name}' seeds of {plan.runs}", caught)
    return tally


def _is_caught(parts: Parts, beginnings: tuple[str, ...], seed: int, plan: Plan) -> bool:
    """Say whether this seed shows what this bug breaks; that it dies of something else is not enough."""
    try:
        outcome, _ = live(seed, plan.folder, World(parts=parts))
    except (ValueError, RuntimeError, KeyError):
        return False
    return any(found.startswith(beginnings) for found in outcome.violations)
