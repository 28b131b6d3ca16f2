"""The gate of the campaign: a checker nobody has seen fail proves nothing, so every planted bug has to be caught."""

from tests.faults.orders.account_simulation import World, live
from tests.faults.orders.bugs import BUGS
from tests.faults.tally import Plan, Tally
from tests.orchestra.execution.order_path import Parts


def planted(plan: Plan) -> Tally:
    """Plant each bug of the order path in turn and see it caught: survived means caught, by one of so many seeds."""
    tally = Tally("planted bugs (survived: caught)", "planted")
    for name, (parts, beginnings) in BUGS.items():
        tried = next((n for n in range(plan.runs) if _is_caught(parts, beginnings, plan.seed + n, plan)), None)
        tally.add(plan.seed, () if tried is not None else (f"'{name}' was not caught by {plan.runs} seeds",))
        tally.note(f"'{name}' caught by seed", plan.seed + (tried or 0))
    return tally


def _is_caught(parts: Parts, beginnings: tuple[str, ...], seed: int, plan: Plan) -> bool:
    """Say whether this seed shows what this bug breaks; that it dies of something else is not enough."""
    try:
        outcome, _ = live(seed, plan.folder, World(parts=parts))
    except (ValueError, RuntimeError, KeyError):
        return False
    return any(found.startswith(beginnings) for found in outcome.violations)
