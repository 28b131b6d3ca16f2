"""The log as a book: pages of entries before or after a place, filtered by level and text.

In: the folder of a run's logs, what is wanted. Out: a page, newest entry last. Thread: any; each request reads at most
2 MB, and says how to go on. An entry is a line that begins with time and level, with the lines that belong to it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from orchestra.api.log_reading.log_files import LogFile, opened_logs
from orchestra.api.log_reading.masks import Masks

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
HEAD = re.compile(rb"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d{1,6} - ([A-Z]{1,20}) - ?", re.MULTILINE)
BLOCK_BYTES = 256 * 1024
MOST_BYTES = 2 * 1024 * 1024
LONGEST_ENTRY = 8_000
CUT = " … (cut)"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the log, which no rotation moves: a file and a byte in it."""

    inode: int
    offset: int

    def __str__(self) -> str:
        """Return the cursor."""
        return f"{self.inode}-{self.offset}"


def read_place(text: str) -> Place | None:
    """Return the place of a cursor, None for any other text."""
    found = re.fullmatch(r"([0-9]{1,20})-([0-9]{1,12})", text)
    return Place(int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry. at: the log's own local time; place: where it begins; end: where the next one does."""

    at: str
    level: str
    text: str
    place: Place
    end: Place


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries, newest last. older, newer: where to read on, None at the beginning. is_cut: some were left out."""

    entries: tuple[LogEntry, ...]
    older: Place | None
    newer: Place | None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. level: this one and worse ones; text: anywhere in the entry, in any case."""

    level: str = "DEBUG"
    text: str = ""
    limit: int = 100

    def fits(self, entry: LogEntry) -> bool:
        """Say whether an entry is wanted."""
        return _rank(entry.level) >= _rank(self.level) and self.text.casefold() in entry.text.casefold()


class LogBook:
    """Read the logs in a folder."""

    def __init__(self, folder: Path, masks: Masks) -> None:
        self._folder = folder
        self._masks = masks

    def before(self, place: Place | None, wanted: Wanted) -> LogPage:
        """Return the newest wanted entries before a place; None: before the end of the log."""
        with opened_logs(self._folder) as files:
            return self._before(files, place, wanted)

    def after(self, place: Place, wanted: Wanted) -> LogPage:
        """Return the wanted entries since a place; of more than 2 MB the newest, and is_cut says so."""
        with opened_logs(self._folder) as files:
            newest = _end_of(files)
            # A new file may have got the number of one that is gone; it is shorter then.
            is_here = (each.inode == place.inode and place.offset <= each.size for each in files)
            start = next((index for index, fits in enumerate(is_here) if fits), None)
            if newest is None or start is None:
                # Rotated away: begin anew at the end.
                return replace(self._before(files, None, wanted), is_cut=True)
            spans = [(each, place.offset if each is files[start] else 0) for each in files[start:]]
            unread = sum(max(0, each.size - offset) for each, offset in spans)
            if unread > MOST_BYTES:
                return replace(self._before(files, None, wanted), is_cut=True)
            found = [entry for each, offset in spans for entry in self._entries(each, offset, each.size)]
            newer = found[-1].end if found else place
            entries = tuple(entry for entry in found if wanted.fits(entry))
            return LogPage(entries[-wanted.limit :], None, newer, is_cut=len(entries) > wanted.limit)

    def whole(self) -> Iterator[str]:
        """Yield the whole log, oldest first, piece by piece, each ending with a line."""
        with opened_logs(self._folder) as files:
            for each in files:
                for piece in _pieces(each):
                    yield self._masks.over(piece.decode("utf-8", "replace"))

    def _before(self, files: Sequence[LogFile], place: Place | None, wanted: Wanted) -> LogPage:
        newer = _end_of(files)
        found: list[LogEntry] = []
        read = 0
        for file in reversed(_until(files, place)):
            end = place.offset if place is not None and file.inode == place.inode else file.size
            while end > 0:
                if read >= MOST_BYTES:
                    return LogPage(tuple(reversed(found)), Place(file.inode, end), newer)
                start = self._block_start(file, end)
                read += end - start
                for entry in reversed(self._entries(file, start, end)):
                    if wanted.fits(entry):
                        found.append(entry)
                    if len(found) >= wanted.limit:
                        return LogPage(tuple(reversed(found)), entry.place, newer)
                end = start
        return LogPage(tuple(reversed(found)), None, newer)

    @staticmethod
    def _block_start(file: LogFile, end: int) -> int:
        """Return where to begin so that a block before `end` begins with an entry, if one begins there at all."""
        start = max(0, end - BLOCK_BYTES)
        if start == 0:
            return 0
        head = HEAD.search(file.read(start, end))
        # What begins in the middle of a line may look like a head and be none: a line begins after a line end.
        return start + head.start() if head and head.start() else start

    def _entries(self, file: LogFile, start: int, end: int) -> list[LogEntry]:
        data = file.read(start, end)
        # The last line may still be being written.
        data = data[: data.rfind(b"\n") + 1]
        heads = list(HEAD.finditer(data))
        bounds = [*(head.start() for head in heads[1:]), len(data)][: len(heads)]
        return [
            LogEntry(
                at=head[1].decode(),
                level=head[2].decode(),
                text=self._text(data[head.end() : bound]),
                place=Place(file.inode, start + head.start()),
                end=Place(file.inode, start + bound),
            )
            for head, bound in zip(heads, bounds, strict=True)
        ]

    def _text(self, raw: bytes) -> str:
        # Masked before it is cut: half a secret would not be known as one.
        text = self._masks.over(raw.decode("utf-8", "replace").rstrip("\n"))
        shown = "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)
        return shown if len(shown) <= LONGEST_ENTRY else shown[:LONGEST_ENTRY] + CUT


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else len(LEVELS) - 1


def _end_of(files: Sequence[LogFile]) -> Place | None:
    """Return the end of the newest file's last whole line."""
    if not files:
        return None
    newest = files[-1]
    start = max(0, newest.size - LONGEST_ENTRY)
    return Place(newest.inode, start + newest.read(start, newest.size).rfind(b"\n") + 1)


def _until(files: Sequence[LogFile], place: Place | None) -> Sequence[LogFile]:
    """Return the files up to the one of a place; none where it has been rotated away."""
    if place is None:
        return files
    index = next((at for at, each in enumerate(files) if each.inode == place.inode), -1)
    return files[: index + 1]


def _pieces(file: LogFile) -> Iterator[bytes]:
    """Yield a file in pieces that end with a line, so that no secret is cut in two."""
    rest = b""
    for start in range(0, file.size, BLOCK_BYTES):
        data = rest + file.read(start, min(file.size, start + BLOCK_BYTES))
        cut = data.rfind(b"\n") + 1
        rest = data[cut:]
        yield data[:cut]
    yield rest
