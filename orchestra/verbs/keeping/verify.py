"""The verb `verify`: whether a session's files prove that nothing was lost, doubled or sold twice.

In: arguments, the databases of a directory, which AutoTrader may be using. Out: a report. Thread: main.
"""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from database.bars import market_schema
from database.bars.schema_library import Database, Migrations
from database.errors import ConfigError
from orchestra.paper_exchange.book import schema as exchange_schema
from orchestra.run.data_directory import DataDirectory
from orchestra.run.settings_sources import env_file_values
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.verbs.keeping.which_directory import add_directory, directory_of
from orchestra.verbs.person.arguments import parser_for, writable
from orchestra.verification.session_files import SessionFiles
from orchestra.verification.verify import verify_session
from system_databse import system_schema
from system_databse.door import door_schema

HELP = "check the orders, fills, positions and files of a session, finished or running"
BROKEN = 1
SECRET_NAMES = ("KEY", "SECRET", "TOKEN", "PASSWORD", "PIN")


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Print the report and return 0 when nothing is broken, 1 otherwise; raises ConfigError without a session."""
    parser = parser_for(
        "verify", f"Verify: {HELP}. Ends with 0 when nothing is broken as far as it can be checked, else with {BROKEN}."
    )
    add_directory(parser)
    parser.add_argument(
        "--secret", action="append", metavar="TEXT", help="a text that may stand in no log or database; may repeat"
    )
    parser.add_argument("--env", metavar="FILE", help="a .env file, whose keys and secrets may stand nowhere either")
    parser.add_argument("--json", metavar="OUT.json", help="write the report there as well")
    given = parser.parse_args(arguments)
    out = writable(given.json)
    secrets = {f"--secret number {place}": text for place, text in enumerate(given.secret or (), start=1)}
    secrets |= secrets_of(given.env)
    report = verify_session(
        files_of(directory_of(given)), now=SystemClock().now(), secrets=secrets, known_versions=known_versions()
    )
    screen.say(report.to_text())
    if out is not None:
        out.write_text(json.dumps(report.to_values(), indent=2) + "\n", encoding="utf-8")
    return 0 if report.is_clean else BROKEN


def known_versions() -> dict[str, int]:
    """Return the newest schema of each database that this program knows."""
    kinds = {"system": system_schema, "exchange": exchange_schema, "door": door_schema, "market": market_schema}
    return {name: _newest_version(kind.migrations) for name, kind in kinds.items()}


def _newest_version(migrations: Migrations) -> int:
    memory = Database(memory=True)
    with closing(memory.conn):
        return len(migrations.pending(memory))


def files_of(directory: DataDirectory) -> SessionFiles:
    """Return the paths as the checker, which knows nothing of the program, wants them."""
    return SessionFiles(
        system=directory.system,
        exchange=directory.exchange,
        door=directory.door,
        market=directory.market,
        logs=directory.logs,
    )


def secrets_of(env: str | None) -> dict[str, str]:
    """Return what a `.env` file keeps secret, by name; raises ConfigError for a file that cannot be read."""
    if env is None:
        return {}
    if not Path(env).is_file():
        raise ConfigError(f"There is no file {env}: name a .env file of yours with --env.")
    values = env_file_values(Path(env).absolute())
    return {name: value for name, value in values.items() if any(word in name.upper() for word in SECRET_NAMES)}
