"""What systemd hears, on a socket as it makes one."""

import socket
from pathlib import Path
from uuid import uuid4

import pytest

from orchestra.runtime.process.service_notifier import ServiceNotifier


def heard(listener: socket.socket) -> list[str]:
    listener.setblocking(False)
    messages = []
    while True:
        try:
            messages.append(listener.recv(4096).decode())
        except BlockingIOError:
            return messages


@pytest.mark.parametrize("kind", ["file", "abstract"])
def test_service_manager_hears_the_whole_life_of_a_run(kind: str, tmp_path: Path) -> None:
    address = str(tmp_path / "notify") if kind == "file" else f"@autotrader-test-{uuid4().hex}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address.replace("@", "\0", 1) if kind == "abstract" else address)
        notifier = ServiceNotifier(address)
        notifier.still_starting(90, "Waiting for the network")
        notifier.ready("Trading")
        notifier.alive()
        notifier.stopping()
        notifier.close()
        notifier.alive()
        assert notifier.is_heard is False
        assert heard(listener) == [
            "EXTEND_TIMEOUT_USEC=90000000\nSTATUS=Waiting for the network",
            "READY=1\nSTATUS=Trading",
            "WATCHDOG=1",
            "STOPPING=1\nSTATUS=Stopping",
        ]


@pytest.mark.parametrize("address", [None, "", "/nowhere/notify", "@nobody-listens-here"])
def test_no_service_manager_is_no_trouble(address: str | None) -> None:
    notifier = ServiceNotifier(address)
    notifier.ready("Trading")
    notifier.alive()
    notifier.close()
    assert notifier.is_heard is False


def test_service_manager_that_reads_nothing_is_not_waited_for(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        notifier = ServiceNotifier(str(tmp_path / "notify"))
        for _ in range(10_000):
            notifier.alive()
        notifier.close()
        assert 0 < len(heard(listener)) < 10_000
