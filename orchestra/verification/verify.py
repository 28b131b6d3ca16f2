"""Check a session: read its files, ask every invariant, tell what is broken and what could not be checked.

In: a data directory, finished or in use. Out: a Report. Thread: any. Nothing is written, nothing of the engine is used.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from database.errors import ConfigError, StorageError
from orchestra.verification.findings import Finding, Findings, Invariant, Unchecked, critical
from orchestra.verification.invariants.executions import filled_alike
from orchestra.verification.invariants.guards import never_falls
from orchestra.verification.invariants.holdings import account_adds_up, ledger_follows
from orchestra.verification.invariants.intents import no_orphan_and_no_double, none_lost
from orchestra.verification.invariants.leaks import no_secrets
from orchestra.verification.invariants.minutes import after_reconciliation, decided_once
from orchestra.verification.invariants.permissions import (
    nothing_opened_when_forbidden,
    nothing_sold_that_was_not_there,
)
from orchestra.verification.invariants.soundness import sound_files
from orchestra.verification.report import Report
from orchestra.verification.session_files import SessionFiles, files_in, is_begun, is_there
from orchestra.verification.session_reader import read_session
from orchestra.verification.session_rows import Session

CHECKS: tuple[Callable[[Session], Findings], ...] = (
    no_orphan_and_no_double,
    none_lost,
    filled_alike,
    ledger_follows,
    account_adds_up,
    decided_once,
    after_reconciliation,
    nothing_opened_when_forbidden,
    nothing_sold_that_was_not_there,
)
NOT_BEGUN = "the session was cut off before its first table was made"
OF_ROWS = tuple(invariant for invariant in Invariant if invariant < Invariant.SOUND_FILES)


def verify_session(
    where: Path | SessionFiles,
    *,
    now: datetime | None = None,
    is_settled: bool | None = None,
    secrets: Mapping[str, str] | None = None,
    known_versions: Mapping[str, int] | None = None,
) -> Report:
    """Return what V1 to V8 say of a session.

    where: a data directory, or its files. now: market time; by default the latest moment the files speak of.
    is_settled: whether everything the exchange did has had the time to arrive in our books; by default that is asked
    of a finished replay, and of others for what is older than five minutes. secrets: by name, strings that may stand
    nowhere in logs and databases. known_versions: the newest schema of system, exchange, door and market that the
    program which asks knows. Raises ConfigError when there is no session to check.
    """
    files = where if isinstance(where, SessionFiles) else files_in(where)
    _require_session(files)
    found = [
        *sound_files(files, known_versions or {}),
        *_told(lambda: no_secrets(files, secrets or {}), Invariant.NO_SECRETS),
    ]
    try:
        if not is_begun(files.system, files.wait_seconds):
            return _report(files, None, [*found, *(Unchecked(invariant, NOT_BEGUN) for invariant in OF_ROWS)])
        session, wrong = read_session(files, now=now, is_settled=is_settled)
    except StorageError as error:
        return _report(files, None, [*found, *_unreadable(error, OF_ROWS)])
    found += wrong
    found += _told(lambda: never_falls(files), Invariant.FILLED_ALIKE)
    found += [each for check in CHECKS for each in check(session)]
    return _report(files, session, found)


def _require_session(files: SessionFiles) -> None:
    try:
        is_begun = is_there(files.system)
    except StorageError as error:
        raise ConfigError(str(error)) from error
    if not is_begun:
        raise ConfigError(f"There is no {files.system}: name the folder of a session with --data-dir.")


def _told(check: Callable[[], Findings], invariant: Invariant) -> list[Finding | Unchecked]:
    """Return what a check finds; it may meet a file that cannot be read."""
    found: list[Finding | Unchecked] = []
    try:
        found.extend(check())
    except StorageError as error:
        found += _unreadable(error, (invariant,))
    return found


def _unreadable(error: StorageError, invariants: Sequence[Invariant]) -> list[Finding | Unchecked]:
    """Return an unreadable file as a finding of its own, and what rests on it as unchecked."""
    left_out = [Unchecked(invariant, "a file could not be read, see V7") for invariant in invariants]
    return [critical(Invariant.SOUND_FILES, str(error)), *left_out]


def _report(files: SessionFiles, session: Session | None, found: list[Finding | Unchecked]) -> Report:
    counted = {}
    if session is not None:
        counted = {"orders": len(session.books.intents), "fills": len(session.books.executions)}
        counted["decisions"] = len(session.books.spans)
        if session.venue is not None:
            counted["orders at the exchange"] = len(session.venue.orders)
    return Report(
        session=str(files.system.parent),
        findings=tuple(dict.fromkeys(each for each in found if isinstance(each, Finding))),
        unchecked=tuple(dict.fromkeys(each for each in found if isinstance(each, Unchecked))),
        counted=counted,
    )
