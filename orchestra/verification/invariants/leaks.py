"""V8: no secret stands in logs or databases, as it is, in base64 or as part of an address.

In: paths and secrets by name. Out: findings, which never repeat a secret. Thread: any.
"""

import base64
import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from database.errors import StorageError
from orchestra.verification.findings import Findings, Invariant, Unchecked, critical
from orchestra.verification.session_files import SessionFiles, is_there, opened

V8 = Invariant.NO_SECRETS
# Shorter strings stand everywhere by chance.
SHORTEST_SECRET = 8
CHUNK = 1 << 20
NO_SECRETS_GIVEN = "no secret to look for was given"
BESIDE = ("", "-wal", "-journal")


def no_secrets(files: SessionFiles, secrets: Mapping[str, str]) -> Findings:
    """Yield V8: where each secret was found. Raises StorageError for a file that cannot be read."""
    short = sorted(name for name, value in secrets.items() if len(value) < SHORTEST_SECRET)
    if short:
        yield Unchecked(V8, f"{', '.join(short)}: shorter than {SHORTEST_SECRET} characters")
    wanted = {name: _forms(value) for name, value in secrets.items() if len(value) >= SHORTEST_SECRET}
    if not wanted:
        yield Unchecked(V8, NO_SECRETS_GIVEN)
        return
    for path in _files(files):
        found = _found_in(path, wanted)
        yield from (critical(V8, f"{name} stands in {path}.") for name in sorted(found))
    for path in (files.system, files.door):
        if is_there(path):
            yield from _found_in_rows(path, wanted, wait_seconds=files.wait_seconds)


def _files(files: SessionFiles) -> Iterator[Path]:
    """Return logs, and the databases as bytes: what was deleted may still be on the disk."""
    if files.logs.is_dir():
        yield from sorted(path for path in files.logs.rglob("*") if path.is_file())
    for database in (files.system, files.door):
        beside = [database.with_name(database.name + suffix) for suffix in BESIDE]
        yield from (path for path in beside if path.is_file())


def _forms(secret: str) -> tuple[bytes, ...]:
    raw = secret.encode()
    # In base64 a string looks different at each of three positions; only its inner part stays.
    inner = (base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4] for shift in range(3))
    forms = {raw, quote(secret).encode(), quote_plus(secret).encode(), *inner}
    return tuple(form for form in forms if len(form) >= SHORTEST_SECRET)


def _found_in(path: Path, wanted: Mapping[str, tuple[bytes, ...]]) -> set[str]:
    longest = max(len(form) for forms in wanted.values() for form in forms)
    found: set[str] = set()
    kept = b""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            while chunk := file.read(CHUNK):
                text = kept + chunk
                found |= {name for name, forms in wanted.items() if _stands_in(forms, [text])}
                kept = text[-longest:]
    except (OSError, EOFError) as error:
        raise StorageError(f"{path} cannot be read ({error}): correct its permissions, or move it away.") from error
    return found


def _found_in_rows(path: Path, wanted: Mapping[str, tuple[bytes, ...]], *, wait_seconds: float) -> Findings:
    """Look into every text as well: a long one is not in one piece on the disk."""
    with opened(path, wait_seconds) as connection:
        tables = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            found: set[str] = set()
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                texts = [value.encode() for value in tuple(row) if isinstance(value, str)]
                found |= {name for name, forms in wanted.items() if _stands_in(forms, texts)}
            yield from (critical(V8, f"{name} stands in table {table} of {path}.") for name in sorted(found))


def _stands_in(forms: tuple[bytes, ...], texts: list[bytes]) -> bool:
    return any(form in text for form in forms for text in texts)
