"""Look at results that were kept: `report`.

In: arguments. Out: a list, a report, a comparison, files. Thread: main.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from database.errors import ConfigError
from orchestra.backtest.jobs.result_file import read_result
from orchestra.backtest.jobs.shelf import Listing, Shelf
from orchestra.backtest.report.compare import compare_html, compare_text
from orchestra.backtest.report.csv_files import write_csv
from orchestra.backtest.report.figures import count, number, percent, plain, signed_percent
from orchestra.backtest.report.html_report import html_report
from orchestra.backtest.report.text import text_report
from orchestra.backtest.result import BacktestResult
from orchestra.run.terminal import Terminal
from orchestra.verbs.backtest import write_text
from orchestra.verbs.person.arguments import RESULTS, parser_for, require_apart, writable, writable_folder

HELP = "look at kept results, compare two, or forget one"
LONGEST_NAMES = 40


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Show what is asked for and return the exit code."""
    parser = parser_for("report", HELP)
    parser.add_argument("result", nargs="?", metavar="ID", help="of a kept result, or a file written with --json")
    parser.add_argument("--compare", metavar="OTHER", help="a second one beside it")
    parser.add_argument("--html", metavar="OUT.html", help="write a report there: one file, works offline")
    parser.add_argument("--json", metavar="OUT.json", help="write the whole result there")
    parser.add_argument("--csv", metavar="FOLDER", help="write fills, round trips, equity and metrics there")
    parser.add_argument("--forget", metavar="ID", help="remove a kept result")
    parser.add_argument("--results", metavar="DIR", default=str(RESULTS), help="where results are kept")
    given = parser.parse_args(arguments)
    _refuse_what_does_not_go_together(given)
    shelf = Shelf(Path(given.results).absolute())
    if given.forget is not None:
        shelf.forget(given.forget)
        terminal.say(f"{given.forget} is forgotten.")
        return 0
    if given.result is None:
        terminal.say(_list(shelf.listings()))
        return 0
    _show(shelf, given, terminal)
    return 0


def _show(shelf: Shelf, given: argparse.Namespace, terminal: Terminal) -> None:
    """Show one result, or two beside each other, and write what is asked for."""
    html_file, json_file = writable(given.html), writable(given.json)
    csv_folder = writable_folder(given.csv, "--csv")
    read = [Path(name) for name in (given.result, given.compare) if name is not None]
    require_apart((html_file, json_file, csv_folder), read=read)
    result = _result(shelf, given.result)
    if given.compare is not None:
        other = _result(shelf, given.compare)
        terminal.say(compare_text(result, other))
        write_text(html_file, compare_html(result, other))
        return
    terminal.say(text_report(result))
    write_text(html_file, html_report(result))
    write_text(json_file, json.dumps(result.to_values(), allow_nan=False) + "\n")
    if csv_folder is not None:
        write_csv(result, csv_folder)


def _refuse_what_does_not_go_together(given: argparse.Namespace) -> None:
    """Raise ConfigError rather than leave out in silence what was asked for."""
    asked = [f"--{name}" for name in ("compare", "html", "json", "csv") if getattr(given, name) is not None]
    if given.forget is not None and (asked or given.result is not None):
        raise ConfigError("--forget stands alone: name only the result to be forgotten.")
    if given.result is None and asked:
        raise ConfigError(f"{asked[0]} needs a result: `report` lists those that are kept.")
    if given.compare is not None and (given.json is not None or given.csv is not None):
        raise ConfigError("--compare goes with --html: write --json or --csv of each result by itself.")


def _result(shelf: Shelf, name: str) -> BacktestResult:
    """Return a kept result, or that of a file."""
    path = Path(name)
    return read_result(path.absolute()) if path.suffix == ".json" or path.is_file() else shelf.result(name)


def _list(listings: Sequence[Listing]) -> str:
    if not listings:
        return "Nothing is kept yet: `backtest` keeps each result."
    lines = [f"{'Result':<14}{'Return':>11}{'Sharpe':>9}{'Fall':>10}{'Trips':>8}  What"]
    for listing in listings:
        head = listing.head
        if listing.damaged is not None:
            lines.append(f"{listing.id:<14}{listing.damaged}; report --forget {listing.id} removes it")
            continue
        figures = (
            f"{signed_percent(head.get('total_return')):>11}{number(head.get('sharpe_ratio')):>9}"
            f"{percent(head.get('max_drawdown')):>10}{count(head.get('total_trades')):>8}"
        )
        part = "" if head.get("is_whole") else " (stopped early)"
        days = f"{head.get('from')} to {head.get('to')}" if head.get("from") else "no session"
        names = ", ".join(head.get("algorithms", ()))
        lines.append(f"{listing.id:<14}{figures}  {plain(names, longest=LONGEST_NAMES)}, {days}{part}")
    return "\n".join(lines)
