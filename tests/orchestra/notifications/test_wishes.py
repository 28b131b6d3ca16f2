"""The owner's wishes over a restart, and what a backup does not hold."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import time
from pathlib import Path

import pytest

from orchestra.notifications.notice import Loudness, Topic
from orchestra.notifications.wishes import CHOICES, FileWishes, NotifyWishes, QuietHours, Target, WishBook
from system_databse.door.door_store import NOTIFY_SECRETS, DoorStore, forget_secrets

WISHES = NotifyWishes(
    targets=(Target("ntfys://my-topic"),),
    chosen={Topic.FILL: Loudness.OFF},
    quiet=QuietHours(time(22), time(7, 30)),
    heartbeat="https://beats.example/secret-id",
)


@pytest.fixture
def door(quick_folder: Path) -> Iterator[DoorStore]:
    store = DoorStore.open(quick_folder / "door.db")
    yield store
    store.close()


def test_wishes_come_back_as_they_were(door: DoorStore) -> None:
    WishBook(door, FileWishes()).store(WISHES)
    assert WishBook(door, FileWishes()).load() == WISHES


def test_nothing_kept_means_nobody_is_told_and_the_table_of_defaults(door: DoorStore) -> None:
    wishes = WishBook(door, FileWishes()).load()
    assert wishes == NotifyWishes()
    assert wishes.loudness(Topic.FILL) is Loudness.NORMAL


def test_what_the_files_say_stands_first_and_is_not_copied(door: DoorStore) -> None:
    files = FileWishes(("ntfys://of-the-file", "ntfys://my-topic"), heartbeat="https://beats.example/of-file")
    WishBook(door, FileWishes()).store(WISHES)
    wishes = WishBook(door, files).load()
    assert [(target.address, target.is_of_file) for target in wishes.targets] == [
        ("ntfys://of-the-file", True),
        ("ntfys://my-topic", True),
    ]
    assert (wishes.heartbeat, wishes.is_heartbeat_of_file) == ("https://beats.example/of-file", True)
    WishBook(door, files).store(wishes)
    assert "of-the-file" not in (door.control(NOTIFY_SECRETS) or "")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"targets": 3, "heartbeat": null}', '{"targets": [1]}'])
def test_what_cannot_be_read_tells_nobody(door: DoorStore, text: str) -> None:
    door.put_control(NOTIFY_SECRETS, text)
    door.put_control(CHOICES, '{"loudness": {"fill": "shrill", "x": 1}, "quiet_hours": ["25:00", "1"]}')
    assert WishBook(door, FileWishes()).load() == NotifyWishes()


def test_a_backup_holds_how_loudly_but_not_whom(door: DoorStore, quick_folder: Path) -> None:
    WishBook(door, FileWishes()).store(WISHES)
    copy = quick_folder / "copy.db"
    with door.reader() as connection, closing(sqlite3.connect(copy)) as target:
        connection.backup(target)
        target.isolation_level = None
        forget_secrets(target)
    assert b"my-topic" not in copy.read_bytes()
    assert b"secret-id" not in copy.read_bytes()
    assert b"22:00" in copy.read_bytes()
