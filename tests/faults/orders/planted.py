"""The gate of the campaign: a checker nobody has seen fail proves nothing, so every planted bug has to be caught."""

from tests.faults.orders.account_simulation import World, live
from tests.faults.orders.bugs import BUGS
from tests.faults.orders.split_simulation import UnbookedSplits
from tests.faults.tally import Plan, Tally


def planted(plan: Plan) -> Tally:
    """Plant each bug of the order path in turn and see it caught by one of so many seeds (2.8)."""
    tally = Tally("planted bugs (survived: caught)", "planted", runs_again=plan.runs)
    worlds = {name: (World(parts=parts), beginnings) for name, (parts, beginnings) in BUGS.items()}
    worlds["splits not booked"] = (World(simulation=UnbookedSplits), ("V4 our books", "V4 the last"))
    for name, (world, beginnings) in worlds.items():
        tried = next((n for n in range(plan.runs) if _is_caught(world, beginnings, plan.seed + n, plan)), None)
        tally.add(plan.seed, () if tried is not None else (f"'{name}' was not caught by {plan.runs} seeds",))
        tally.note(f"'{name}' caught by seed", plan.seed + (tried or 0))
    return tally


def _is_caught(world: World, beginnings: tuple[str, ...], seed: int, plan: Plan) -> bool:
    """Say whether this seed shows what this bug breaks; that it dies of something else is not enough."""
    try:
        outcome, _ = live(seed, plan.folder, world)
    except (ValueError, RuntimeError, KeyError):
        return False
    return any(found.startswith(beginnings) for found in outcome.violations)
