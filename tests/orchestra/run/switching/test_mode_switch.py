"""The mode switch: what it writes, what it refuses, and that a refusal changes nothing."""

from decimal import Decimal
from pathlib import Path

import pytest

from database.errors import ConfigError
from database.schema_check import open_database
from orchestra.messages.setup import AccountLook, Keys, ModeWish
from orchestra.run import run_identity
from orchestra.run.data_directory import in_house
from orchestra.run.run_identity import RunIdentity
from orchestra.run.switching.home_of_mode import folder_of, home_of
from orchestra.run.switching.mode_switch import InUse, ModeSwitch, Running
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.directory_lock import DirectoryLock
from orchestra.runtime.settings import Mode, load_settings
from system_databse import system_schema
from system_databse.door.door_store import DoorStore
from system_databse.door.pin_digest import PEPPER
from system_databse.rows import settings

PAPER, LIVE = Keys("PKPAPERPAPER", "p" * 40), Keys("AKLIVELIVE", "l" * 40)
NOW = "2026-11-20T15:00:00.000Z"


class House:
    """A house in a mode, with a PIN; `refuse` makes Alpaca refuse every key."""

    def __init__(self, root: Path, mode: Mode, *, ties: tuple[str, ...] = (), has_pin: bool = True) -> None:
        self.root = root
        self.refuse = False
        self.started: list[str] = []
        directory = home_of(root, mode)
        directory.create()
        self.system = open_database(
            directory.system, system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
        )
        self.door = DoorStore.open(directory.door)
        run_identity.claim(self.system, RunIdentity(f"of {mode}", mode), NOW)
        if has_pin:
            with self.system.transaction() as connection:
                settings.put(connection, settings.PIN_HASH, "digest", at=NOW)
            self.door.put_control(PEPPER, "ab" * 32)
        running = Running(root, mode, 5001, ties, is_lan=False)
        self.switch = ModeSwitch(running, self._look, addresses=lambda: ("192.168.1.20",))
        self.switch.attach(InUse(self.system, self.door, SystemClock(), self.started.append))

    def _look(self, keys: Keys, mode: Mode) -> AccountLook:
        if self.refuse or (keys == LIVE) != (mode is Mode.LIVE):
            raise ConfigError("Alpaca refuses these keys (401).")
        return AccountLook(f"of {mode}", "ACTIVE", Decimal(1000), "USD", "iex", is_feed_allowed=True)

    def env(self) -> str:
        path = self.root / ".env"
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def test_each_mode_finds_its_own_folder(root: Path) -> None:
    assert home_of(root, Mode.DEMO) == in_house(root, is_demo=True)
    assert home_of(root, Mode.LIVE) == in_house(root, is_demo=False), "who comes first takes the house's own"
    House(root, Mode.PAPER)
    assert (folder_of(root, Mode.PAPER), folder_of(root, Mode.LIVE)) == ("", "live")
    assert home_of(root, Mode.LIVE).market == root / "database" / "live" / "market.db"


def test_to_paper_and_the_pin_comes_along(root: Path) -> None:
    house = House(root, Mode.DEMO)
    house.switch.switch(ModeWish("PAPER", PAPER))
    found = load_settings(root)
    assert found.mode() is Mode.PAPER
    assert found.alpaca_secret_key is not None
    assert found.alpaca_secret_key.get_secret_value() == PAPER.secret
    door = DoorStore.open(home_of(root, Mode.PAPER).door)
    assert door.control(PEPPER) == "ab" * 32
    door.close()


def test_to_real_money_the_paper_keys_are_kept_and_come_back(root: Path) -> None:
    house = House(root, Mode.PAPER)
    (root / ".env").write_text(f"APCA_API_KEY_ID={PAPER.key}\nALPACA_SECRET_KEY={PAPER.secret}\n", encoding="utf-8")
    (root / ".env").chmod(0o600)
    house.switch.switch(ModeWish("LIVE", LIVE, Decimal(250)))
    found = load_settings(root)
    assert (found.mode(), found.paper_api_key and found.paper_api_key.get_secret_value()) == (Mode.LIVE, PAPER.key)
    live = House(root, Mode.LIVE)
    live.switch.switch(ModeWish("PAPER"))
    found = load_settings(root)
    assert (found.mode(), found.paper_api_key) == (Mode.PAPER, None)
    assert LIVE.secret not in live.env()


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (ModeWish("PAPER"), "no keys of a paper account"),
        (ModeWish("PAPER", LIVE), "refuses these keys"),
        (ModeWish("LIVE", None, Decimal(1)), "needs the keys of the live account"),
        (ModeWish("LIVE", PAPER, Decimal(1)), "refuses these keys"),
    ],
)
def test_a_refusal_changes_nothing(root: Path, wish: ModeWish, words: str) -> None:
    house = House(root, Mode.DEMO)
    with pytest.raises(ConfigError, match=words):
        house.switch.switch(wish)
    assert (house.env(), house.started) == ("", [])
    assert not home_of(root, Mode.PAPER).system.exists()


def test_a_storm_of_the_test_mode_keeps_real_money_out(root: Path) -> None:
    house = House(root, Mode.PAPER)
    before = f"ALPACA_API_KEY={PAPER.key}\nALPACA_SECRET_KEY={PAPER.secret}\nSOLAR_TEST_MODE=1\n"
    (root / ".env").write_text(before, encoding="utf-8")
    (root / ".env").chmod(0o600)
    with pytest.raises(ConfigError, match="remove it from"):
        house.switch.switch(ModeWish("LIVE", LIVE, Decimal(250)))
    assert (house.env(), house.started) == (before, [])


def test_without_a_pin_nothing_is_switched(root: Path) -> None:
    house = House(root, Mode.DEMO, has_pin=False)
    with pytest.raises(ConfigError, match="There is no PIN yet"):
        house.switch.switch(ModeWish("PAPER", PAPER))
    assert house.env() == ""


def test_a_folder_in_use_or_of_another_account_is_refused(root: Path) -> None:
    house = House(root, Mode.DEMO)
    other = home_of(root, Mode.PAPER)
    other.create()
    lock = DirectoryLock(other.lock)
    lock.take()
    with pytest.raises(ConfigError, match="Another AutoTrader"):
        house.switch.switch(ModeWish("PAPER", PAPER))
    lock.release()
    kept = House(root, Mode.PAPER)
    with kept.system.transaction() as connection:
        settings.put(connection, "account_number", "somebody else's", at=NOW)
    for asked in (house, kept):
        with pytest.raises(ConfigError, match="belongs to account somebody else's"):
            asked.switch.switch(ModeWish("PAPER", PAPER))
    assert house.env() == ""


def test_options_that_belong_to_a_mode_stand_in_the_way(root: Path) -> None:
    house = House(root, Mode.DEMO, ties=("--data-dir", "--seed"))
    assert "started with --data-dir and --seed" in house.switch.standing().obstacle
    with pytest.raises(ConfigError, match="start it without"):
        house.switch.switch(ModeWish("PAPER", PAPER))


def test_the_environment_stands_in_the_way(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(root, Mode.DEMO)
    assert house.switch.standing().obstacle == ""
    assert house.switch.standing().addresses == ("http://192.168.1.20:5001",)
    monkeypatch.setenv("APCA_API_KEY_ID", "PKFROMTHEENVIRONMENT")
    assert "APCA_API_KEY_ID is set in the environment" in house.switch.standing().obstacle
    with pytest.raises(ConfigError, match="APCA_API_KEY_ID"):
        house.switch.switch(ModeWish("PAPER", PAPER))


def test_the_network_is_opened_and_closed(root: Path) -> None:
    house = House(root, Mode.DEMO)
    house.switch.set_lan(is_on=True)
    assert load_settings(root).lan
    house.switch.set_lan(is_on=False)
    assert not load_settings(root).lan
