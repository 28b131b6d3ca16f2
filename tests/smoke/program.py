"""The run: refuse what must not be, experiment, take back, report."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import requests
from websockets.exceptions import WebSocketException

from database.errors import ConfigError
from orchestra.runtime.settings import Mode, Settings, load_settings
from tests.smoke.experiments import AFTERWARDS, EXPERIMENTS, Laboratory
from tests.smoke.observation import Observation, Verdict, as_json, as_markdown, not_seen
from tests.smoke.wire import Access, OrderStream, Rest

PAPER = "https://paper-api.alpaca.markets"
DATA = "https://data.alpaca.markets"
PAPER_ACCOUNTS = "PA"
DIFFERENT, REFUSED = 1, 2


class Refusal(Exception):
    """Say in one sentence why nothing was tried."""


def main(words: Sequence[str]) -> int:
    """Run and return the exit code."""
    try:
        given = _read(words)
        return _run(given)
    except (Refusal, ConfigError) as error:
        sys.stderr.write(f"{error}\n")
    except (requests.RequestException, WebSocketException, OSError) as error:
        sys.stderr.write(f"The broker did not answer ({type(error).__name__}): look at the account for open orders.\n")
    return REFUSED


def _read(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="paper_account.py", description=__doc__)
    parser.add_argument("--yes", action="store_true", help="yes, place orders of one share in the paper account")
    parser.add_argument("--symbol", default="F", help="a share that costs little and trades much; default F")
    parser.add_argument("--env", type=Path, default=Path.cwd(), metavar="FOLDER", help="folder of .env; default here")
    parser.add_argument("--out", type=Path, default=Path("smoke"), help="report, written as OUT.md and OUT.json")
    return parser.parse_args(words)


def _run(given: argparse.Namespace) -> int:
    settings = load_settings(given.env)
    access = _access(settings)
    if not given.yes:
        raise Refusal("This places orders of one share in the paper account and takes them back: say --yes to let it.")
    rest = Rest(access)
    number = _require_paper(rest)
    _require_untouched(rest, given.symbol)
    lab = _laboratory(rest, access, given.symbol, is_alpaca=settings.alpaca_base_url is None)
    found = list[Observation]()
    try:
        for experiment in EXPERIMENTS:
            found += _tried(experiment, lab)
    finally:
        for experiment in AFTERWARDS:
            found += _tried(experiment, lab)
        lab.stream.close()
        given.out.with_suffix(".md").write_text(as_markdown(number, found), encoding="utf-8")
        given.out.with_suffix(".json").write_text(as_json(number, found, lab.stream.frames), encoding="utf-8")
    sys.stdout.write(as_markdown(number, found))
    return DIFFERENT if any(each.verdict is Verdict.DIFFERENT for each in found) else 0


def _tried(experiment: object, lab: Laboratory) -> list[Observation]:
    """Run one experiment; an answer of another shape than any that is known ends it, and no other."""
    name = experiment.__name__.replace("_", " ")  # type: ignore[attr-defined]
    found = list[Observation]()
    try:
        for each in experiment(lab):  # type: ignore[operator]
            found.append(each)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        found.append(Observation(name, "an answer as documented", repr(error), Verdict.DIFFERENT))
    except requests.RequestException as error:
        found.append(not_seen(name, "an answer", repr(error)))
    return found


def _access(settings: Settings) -> Access:
    mode, key, secret = settings.mode(), settings.alpaca_api_key, settings.alpaca_secret_key
    if mode is not Mode.PAPER or key is None or secret is None:
        raise Refusal(f"The settings mean {mode}, and this is for a paper account alone: give paper keys in .env.")
    own = settings.alpaca_base_url
    if own is not None and "//api.alpaca.markets" in own:
        raise Refusal("AUTOTRADER_ALPACA_BASE_URL names the live host: remove it.")
    return Access(key.get_secret_value(), secret.get_secret_value(), own or PAPER, own or DATA)


def _require_paper(rest: Rest) -> str:
    answer = rest.ask("GET", "/v2/account")
    if answer.status != 200:
        raise Refusal(f"The broker refuses the keys ({answer.status}): make new paper keys at Alpaca.")
    number = str(answer.body.get("account_number"))
    if not number.startswith(PAPER_ACCOUNTS):
        raise Refusal(f"Account {number} is no paper account: nothing was placed.")
    return number


def _require_untouched(rest: Rest, symbol: str) -> None:
    """An order or a share that was there before would be mixed up with those of the experiments."""
    held = rest.ask("GET", f"/v2/positions/{symbol}")
    working = rest.ask("GET", "/v2/orders", params={"status": "open", "symbols": symbol})
    if held.status == 200 or (isinstance(working.body, list) and working.body):
        raise Refusal(f"The account holds {symbol} or has an order in it: choose another --symbol.")


def _laboratory(rest: Rest, access: Access, symbol: str, *, is_alpaca: bool) -> Laboratory:
    price = rest.latest_price(symbol)
    if price is None:
        raise Refusal(f"There is no price of {symbol}: choose another --symbol.")
    is_open = rest.ask("GET", "/v2/clock").body.get("is_open") is True
    return Laboratory(rest, OrderStream(access), symbol, price, is_open, is_alpaca)
