"""The files of the page: a fixed list made at start, from name to bytes; nothing else is ever served.

In: the folder `frontend/`. Out: the page and its files, each compressed once. Thread: made once, then read by any.
The version in each path is a digest of all files, so that a file may be kept for a year and is never an old one.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
ALREADY_SMALL = {TYPES[".png"], TYPES[".woff2"], TYPES[".ico"]}
PAGE = "dashboard.html"
VERSION = b"{{version}}"
# Installed packages, tests, what shows before the server answers, and the README's pictures are not part of the page.
LEFT_OUT = {"node_modules", "tests", "test", "starting", "pictures"}
LARGEST_BYTES = 4 * 1024 * 1024
MOST_FILES = 300
# The libraries' own words about whose they are: told on the screen About, never served as files.
NOTICE = re.compile(r"LICEN[CS]E|NOTICE")
LARGEST_NOTICE_BYTES = 64 * 1024
REFERENCES = re.compile(rb"""(?:src|href)=["']/frontend/\{\{version\}\}/([^"'?#]+)""")
IMPORTS = re.compile(rb"""^\s*(?:import|export)\b[^"';]*?["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)
REPAIR = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>AutoTrader</title></head>
<body><h1>AutoTrader runs, but its page is not complete</h1>
<p>Missing: {missing}.</p><p>To repair it, run ./start_autotrader.sh and open this page again.</p></body></html>
"""


@dataclass(frozen=True)
class ServedFile:
    """One file as it is sent."""

    content_type: str
    body: bytes

    @cached_property
    def packed(self) -> bytes | None:
        """Return it as gzip, made when first asked for; None where that saves nothing."""
        if self.content_type in ALREADY_SMALL:
            return None
        packed = gzip.compress(self.body, 9, mtime=0)
        return packed if len(packed) < len(self.body) else None


class FrontEnd:
    """Hold every file of the page in memory."""

    def __init__(self, folder: Path) -> None:
        sources = _read(folder)
        self.version = _digest(sources)
        self.missing = _missing(sources)
        self.notices = _notices(folder / "vendor")
        version = self.version.encode()
        self._files = {name: _served(name, body) for name, body in sources.items() if name != PAGE}
        page = sources.get(PAGE, b"").replace(VERSION, version)
        self._page = _served(PAGE, page if not self.missing else _repair_page(self.missing))

    @property
    def page(self) -> ServedFile:
        """Return the page, or the one that says what is missing and how to repair it."""
        return self._page

    @property
    def is_complete(self) -> bool:
        """Say whether everything the page refers to is there."""
        return not self.missing

    def file(self, version: str, name: str) -> ServedFile | None:
        """Return a file of this version by its exact name."""
        return self._files.get(name) if version == self.version else None


def _read(folder: Path) -> dict[str, bytes]:
    """Read what the page may consist of: regular files of known types, no links, nothing hidden."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        is_hidden = any(part.startswith(".") or part in LEFT_OUT for part in relative.parts)
        if is_hidden or path.is_symlink() or not path.is_file() or path.suffix not in TYPES:
            continue
        if path.stat().st_size <= LARGEST_BYTES and len(found) < MOST_FILES:
            found[relative.as_posix()] = path.read_bytes()
    return found


def _notices(folder: Path) -> dict[str, str]:
    """Return the licences and notices that lie beside the libraries, by file name."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*")):
        if not NOTICE.search(path.name) or path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size <= LARGEST_NOTICE_BYTES:
            found[path.name] = path.read_text(encoding="utf-8", errors="replace").strip()
    return found


def _digest(sources: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, body in sources.items():
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()[:12]


def _missing(sources: dict[str, bytes]) -> list[str]:
    """Return the files that the page or one of its modules refers to and that are not there."""
    if PAGE not in sources:
        return [f"frontend/{PAGE}"]
    wanted = {name.decode("utf-8", "replace") for name in REFERENCES.findall(sources[PAGE])}
    for name, body in sources.items():
        if name.endswith((".js", ".mjs")) and not name.startswith("vendor/"):
            wanted |= {_resolved(name, target.decode("utf-8", "replace")) for target in IMPORTS.findall(body)}
    return [f"frontend/{name}" for name in sorted(wanted - set(sources))]


def _resolved(importer: str, target: str) -> str:
    parts = importer.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts = [*parts, part]
    return "/".join(parts)


def _served(name: str, body: bytes) -> ServedFile:
    return ServedFile(TYPES[Path(name).suffix], body)


def _repair_page(missing: list[str]) -> bytes:
    named = ", ".join(name for name in missing[:5] if name.isprintable() and "<" not in name)
    return REPAIR.format(missing=named).encode()
