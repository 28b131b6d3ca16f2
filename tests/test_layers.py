"""Who may know whom: the import rules of the house, read from the syntax trees.

Each rule is a function from one source file to its violations, and each is shown a planted violation below.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.source_tree import PACKAGES, SourceFile, imported_names, parse, product_files

STAGES = {"signals", "risk", "execution", "options", "paper_exchange", "backtest", "api", "mirror", "notifications"}
PORTS = {"alpaca_wrapper", "websocket_manager", "api_server"}
# Building is one act in a few files: the program, one running engine and its sides, the worlds it can run in, the
# files of a run.
BUILDERS = {
    f"orchestra/{name}.py"
    for name in (
        *("orchestrator", "trading_runs", "appliance", "engine", "worlds", "run/run_files"),
        *("parts/asked_algorithms", "parts/live_watch", "parts/market_side", "parts/order_side", "parts/owner_side"),
        *("parts/evening_parity", "parts/storage/keeping_side", "parts/control_side", "parts/account_side"),
        *("parts/engine_gauges", "parts/process_side", "parts/notification_side"),
        *("parts/health/health_side", "parts/health/health_desk"),
    )
}
# The owner's word reaches every stage: these act in his name, as the pipeline does in the minute's.
OFFICE = {
    f"orchestra/office/{name}.py"
    for name in (
        *("account_watch", "allocation", "live_desk", "owner_sales", "worth/equity_log", "worth/metrics_log"),
        *("rest_counter", "start_counter", "stop_counter"),
        *("settling/baseline_counter", "settling/difference_counter"),
        *("control/cancel_counter", "control/flatten_counter", "control/limit_counter", "proposals/proposal_counter"),
    )
}
KNOW_EVERY_STAGE = BUILDERS | OFFICE | {"orchestra/pipeline.py", "orchestra/backtest/backtester.py"}
# The API's port is the only one with a stage of its own behind it.
STAGES_OF_A_PORT = {"orchestra/api_server.py": {"api"}}
FREE_FOR_ALL_IN_ORCHESTRA = {"runtime", "messages"}

# Library: the files and folders (with a slash at the end) that may import it.
EDGES = {
    "alpaca": ("orchestra/alpaca_wrapper.py", "orchestra/websocket_manager.py"),
    # The exchange stands for a foreign house: its book has a schema and migrations of its own.
    "sqlite_utils": ("database/", "system_databse/", "orchestra/paper_exchange/book/schema.py"),
    "apprise": ("orchestra/notifications/messenger.py",),
    "flask": ("orchestra/api_server.py", "orchestra/api/", "orchestra/paper_exchange/wire/"),
    "flask_limiter": ("orchestra/api_server.py", "orchestra/api/"),
    "flask_socketio": ("orchestra/api_server.py", "orchestra/api/"),
    "flask_sock": ("orchestra/api_server.py", "orchestra/api/", "orchestra/paper_exchange/wire/"),
}

Rule = Callable[[SourceFile], Iterator[str]]


def package_order(source: SourceFile) -> Iterator[str]:
    package = source.path.partition("/")[0]
    for line, name in imported_names(source.tree):
        target = name.partition(".")[0]
        if target in PACKAGES and PACKAGES.index(target) > PACKAGES.index(package):
            yield f"{source.path}:{line} imports {name}: {package} may not know {target}"


def stages_apart(source: SourceFile) -> Iterator[str]:
    if knows_every_stage(source.path):
        return
    own = _room(source.path)
    known = {own} | STAGES_OF_A_PORT.get(source.path, set())
    for line, name in imported_names(source.tree):
        room = _imported_room(name)
        if room in STAGES and room not in known:
            yield f"{source.path}:{line} imports {name}: pass it in from the builder instead"


def knows_every_stage(path: str) -> bool:
    """Tell who builds; a verb of the command line builds what it needs, a doctor looks at everything."""
    return path in KNOW_EVERY_STAGE or path.startswith(("orchestra/verbs/", "orchestra/examination/"))


def ports_for_the_builder(source: SourceFile) -> Iterator[str]:
    if source.path in BUILDERS or source.path.startswith(("orchestra/verbs/", "orchestra/examination/")):
        return
    for line, name in imported_names(source.tree):
        if _imported_room(name) in PORTS:
            yield f"{source.path}:{line} imports {name}: only the builder imports a port"


def shared_rooms_know_no_root(source: SourceFile) -> Iterator[str]:
    """Keep runtime on messages and itself, and messages on itself, so that both stay usable by all."""
    allowed = {"runtime": {"runtime", "messages"}, "messages": {"messages"}}.get(_room(source.path))
    for line, name in imported_names(source.tree):
        room = _imported_room(name)
        if allowed and room and room not in allowed:
            yield f"{source.path}:{line} imports {name}: {_room(source.path)} may not know {room}"


def builders_out_of_reach(source: SourceFile) -> Iterator[str]:
    """Stop a part from importing the builder or the pipeline, the files that know it."""
    knowing = {_room(path) for path in BUILDERS} | {"pipeline"}
    for line, name in imported_names(source.tree):
        is_own_room = _imported_room(name) == _room(source.path)
        if _imported_room(name) in knowing and not is_own_room and not knows_every_stage(source.path):
            yield f"{source.path}:{line} imports {name}: what builds a part is not known to it"


def libraries_at_their_edges(source: SourceFile) -> Iterator[str]:
    for line, name in imported_names(source.tree):
        places = EDGES.get(name.partition(".")[0])
        if places and not source.path.startswith(places):
            yield f"{source.path}:{line} imports {name}: only {', '.join(places)} may"


def absolute_imports(source: SourceFile) -> Iterator[str]:
    """Rooms are told apart by their full names, so an import must show where it goes."""
    for line, name in imported_names(source.tree):
        if name.startswith("None.") or name.partition(".")[0] in STAGES | PORTS | FREE_FOR_ALL_IN_ORCHESTRA:
            yield f"{source.path}:{line} imports {name}: write the full name, orchestra.…"


RULES: tuple[Rule, ...] = (
    package_order,
    stages_apart,
    ports_for_the_builder,
    shared_rooms_know_no_root,
    builders_out_of_reach,
    libraries_at_their_edges,
    absolute_imports,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_product_keeps_the_rule(rule: Rule) -> None:
    violations = [violation for source in product_files() for violation in rule(source)]
    assert not violations, "\n".join(violations)


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (package_order, "database/bar_store.py", "import orchestra.runtime.clock"),
        (package_order, "database/bar_store.py", "def f():\n    from system_databse import errors"),
        (package_order, "system_databse/ledger.py", "from algorithm.sma_crossover import Algorithm"),
        (stages_apart, "orchestra/signals/intake.py", "from orchestra.risk.risk_gate import RiskGate"),
        (stages_apart, "orchestra/signals/intake.py", "from orchestra import risk"),
        (stages_apart, "orchestra/runtime/minute_loop.py", "import orchestra.execution.order_desk"),
        (stages_apart, "orchestra/backtest/metrics.py", "from orchestra.paper_exchange import paper_broker"),
        (stages_apart, "orchestra/alpaca_wrapper.py", "from orchestra.execution.broker import Broker"),
        (ports_for_the_builder, "orchestra/execution/alpaca_broker.py", "from orchestra.alpaca_wrapper import A"),
        (ports_for_the_builder, "orchestra/pipeline.py", "from orchestra import websocket_manager"),
        (shared_rooms_know_no_root, "orchestra/messages/events.py", "from orchestra.runtime.clock import Clock"),
        (shared_rooms_know_no_root, "orchestra/runtime/inbox.py", "from orchestra.pipeline import Pipeline"),
        (builders_out_of_reach, "orchestra/risk/risk_gate.py", "import orchestra.pipeline"),
        (libraries_at_their_edges, "orchestra/execution/alpaca_broker.py", "from alpaca.trading.client import X"),
        (libraries_at_their_edges, "orchestra/pipeline.py", "import sqlite_utils"),
        (libraries_at_their_edges, "orchestra/paper_exchange/server.py", "from flask import Flask"),
        (absolute_imports, "orchestra/risk/risk_gate.py", "from . import risk_rules"),
        (absolute_imports, "orchestra/risk/risk_gate.py", "import signals"),
    ],
)
def test_a_planted_violation_is_found(rule: Rule, path: str, text: str) -> None:
    assert list(rule(parse(path, text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "orchestra/orchestrator.py",
            "from orchestra import alpaca_wrapper, api_server\nimport orchestra.risk.risk_gate",
        ),
        ("orchestra/pipeline.py", "from orchestra.signals.intake import Intake\nfrom orchestra.risk import risk_gate"),
        ("orchestra/backtest/backtester.py", "from orchestra.paper_exchange.paper_broker import PaperBroker"),
        (
            "orchestra/risk/risk_gate.py",
            "from orchestra.risk.risk_rules import R\nfrom system_databse.order import Order",
        ),
        ("orchestra/risk/risk_gate.py", "from orchestra.runtime.clock import Clock\nimport orchestra.messages.events"),
        ("orchestra/runtime/inbox.py", "from orchestra.messages.events import OrderFilled"),
        ("orchestra/api_server.py", "from flask import Flask\nfrom orchestra.api.orders import blueprint"),
        ("orchestra/alpaca_wrapper.py", "from alpaca.trading.client import TradingClient"),
        ("system_databse/system_schema.py", "from sqlite_utils import Migrations\nfrom database import bar"),
        ("orchestra/signals/strategy_loader.py", "import signal"),
    ],
)
def test_an_allowed_import_is_left_alone(path: str, text: str) -> None:
    assert [violation for rule in RULES for violation in rule(parse(path, text))] == []


def _room(path: str) -> str:
    """Return the folder of a file below orchestra, or the module's own name at orchestra's root."""
    parts = path.removesuffix(".py").split("/")
    return parts[1] if parts[0] == "orchestra" else ""


def _imported_room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if parts[0] == "orchestra" and len(parts) > 1 else ""
