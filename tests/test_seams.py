"""Time, chance, the environment and the network enter through their seams only, so that a test can pass its own."""

import socket
from collections.abc import Iterator

import pytest

from tests.source_tree import SourceFile, parse, product_files, used_names

CLOCK = ("orchestra/runtime/clock.py",)
# The kiosk runs before any package is there, and settings.py needs one.
SETTINGS = ("orchestra/runtime/settings.py", "orchestra/kiosk/surroundings.py")
HTTP_CLIENTS = (
    "orchestra/alpaca_wrapper.py",
    "orchestra/paper_exchange/lockstep_client.py",
    "orchestra/notifications/heartbeat.py",
    "orchestra/runtime/network/bounded_document.py",
)

# Dotted name: the files that may use it.
SEAMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"), CLOCK
    ),
    **dict.fromkeys(
        ("time.time", "time.time_ns", "time.sleep", "time.monotonic", "time.monotonic_ns", "time.perf_counter"), CLOCK
    ),
    **dict.fromkeys(("time.perf_counter_ns", "time.process_time", "time.thread_time"), CLOCK),
    **dict.fromkeys(("os.environ", "os.environb", "os.getenv", "os.putenv"), SETTINGS),
    # A request without a session has neither time limit nor retry rule of its own.
    **dict.fromkeys((f"requests.{verb}" for verb in ("get", "post", "put", "patch", "delete", "head", "request")), ()),
    "requests.Session": HTTP_CLIENTS,
    "urllib.request.urlopen": (),
}
# A generator is passed in; Random itself names its type and makes a seeded one.
RANDOM_ALLOWED = {"random", "random.Random"}


def violations(source: SourceFile) -> Iterator[str]:
    for line, name in used_names(source.tree):
        seam = SEAMS.get(name)
        if seam is not None and source.path not in seam:
            yield f"{source.path}:{line} uses {name}: take it from {' or '.join(seam) or 'a session that is passed in'}"
        if name.startswith("random.") and ".".join(name.split(".")[:2]) not in RANDOM_ALLOWED:
            yield f"{source.path}:{line} uses {name}: take a random.Random as an argument"


@pytest.mark.requirement("S2-50")
def test_the_product_uses_time_chance_and_environment_through_seams_only() -> None:
    found = [violation for source in product_files() for violation in violations(source)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nx = datetime.now()",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "import datetime as dt\nx = dt.date.today()",
        "from datetime import datetime as clock\nx = clock.utcnow()",
        "import time\nx = time.time()",
        "from time import sleep\nsleep(1)",
        "import time as t\nf = t.monotonic",
        "import time\nclass A:\n    def f(self, now=time.perf_counter): ...",
        "import os\nx = os.environ['A']",
        "from os import environ\nx = environ.get('A')",
        "import os\nx = os.getenv('A')",
        "import random\nx = random.random()",
        "from random import choice\nchoice([1])",
        "import requests\nrequests.get('x')",
        "import requests\nrequests.Session()",
    ],
)
def test_a_planted_violation_is_found(text: str) -> None:
    assert list(violations(parse("orchestra/pipeline.py", text)))


@pytest.mark.parametrize("host", ["192.0.2.1", "somewhere.invalid"])
def test_a_test_that_wants_to_leave_this_machine_is_stopped(host: str) -> None:
    with pytest.raises(RuntimeError, match=host):
        socket.create_connection((host, 80), timeout=1)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("orchestra/runtime/clock.py", "import time\nfrom datetime import datetime\ntime.sleep(1)\ndatetime.now()"),
        ("orchestra/runtime/settings.py", "import os\nos.environ['A']"),
        (
            "orchestra/pipeline.py",
            "from datetime import datetime\ndatetime.fromtimestamp(0)\ndatetime.fromisoformat('')",
        ),
        ("orchestra/pipeline.py", "import random\ndef f(rng: random.Random): rng.random()\nr = random.Random(1)"),
        ("orchestra/pipeline.py", "def f(self): self.clock.now(); self.clock.sleep(1); self.session.get('x')"),
        ("orchestra/alpaca_wrapper.py", "import requests\nrequests.Session()"),
    ],
)
def test_the_seam_itself_and_what_is_passed_in_are_left_alone(path: str, text: str) -> None:
    assert list(violations(parse(path, text))) == []
