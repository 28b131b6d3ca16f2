"""The message: one or many notices as a service carries them, a title and plain lines.

In: notices that were gathered. Out: one message for all of them. Thread: the notifier's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestra.notifications.notice import MEANINGS, Loudness, Notice, Topic

MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. rows: where its notices are kept; made_at: the machine's steady seconds."""

    title: str
    body: str
    loudness: Loudness
    made_at: float
    rows: tuple[int, ...] = ()


def messages_of(notices: Sequence[Notice], sender: str, *, dropped: int = 0, now: float) -> list[Message]:
    """Return the message for all the notices, and one for each summary, which stands alone.

    sender: the name in every title. dropped: how many more there were than could be kept.
    """
    alone = [notice for notice in notices if notice.topic is Topic.SUMMARY]
    together = [notice for notice in notices if notice.topic is not Topic.SUMMARY]
    found = [_together(together, sender, dropped=dropped, now=now)] if together else []
    return found + [_together([notice], sender, dropped=0, now=now) for notice in alone]


def _together(notices: Sequence[Notice], sender: str, *, dropped: int, now: float) -> Message:
    lines = [notice.text for notice in notices[:MOST_LINES]]
    left_out = len(notices) - len(lines) + dropped
    if left_out:
        lines.append(f"And {left_out} more; the page lists them all.")
    return Message(
        title=f"{sender}: {_counted(notices)}",
        body="\n".join(lines),
        loudness=max((notice.loudness for notice in notices), key=lambda loudness: loudness.rank),
        made_at=now,
        rows=tuple(notice.row for notice in notices if notice.row is not None),
    )


def _counted(notices: Iterable[Notice]) -> str:
    """Return what there is, in the order it came: `30 fills, 1 halt`; a single notice has no number."""
    counts: dict[str, tuple[int, str]] = {}
    for notice in notices:
        meaning = MEANINGS[notice.topic]
        number, _ = counts.get(meaning.one, (0, ""))
        counts[meaning.one] = number + 1, meaning.many
    if len(counts) == 1:
        [(one, (number, many))] = counts.items()
        return one if number == 1 else f"{number} {many}"
    return ", ".join(f"{number} {one if number == 1 else many}" for one, (number, many) in counts.items())
