"""Sessions live as long as they should, on whose machine they should, and only their digests are stored."""

import pytest

from orchestra.api.auth.peer import Peer, peer_of
from tests.orchestra.api.api_house import LAN, ApiHouse

HERE = Peer("127.0.0.1", is_loopback=True, source="loopback")
PHONE = Peer(LAN, is_loopback=False, source=LAN)


@pytest.mark.parametrize(("peer", "lasts", "ends"), [(HERE, 11.9, 12.1), (PHONE, 0.49, 0.51)])
def test_an_idle_session_ends(house: ApiHouse, peer: Peer, lasts: float, ends: float) -> None:
    sessions = house.app.context.sessions
    token = sessions.open(peer, "browser")
    house.clock.advance(hours=lasts)
    assert sessions.find(token, peer) is not None
    house.clock.advance(hours=ends)
    assert sessions.find(token, peer) is None


def test_a_busy_session_ends_after_a_day(house: ApiHouse) -> None:
    sessions = house.app.context.sessions
    token = sessions.open(HERE, "browser")
    for _ in range(23):
        house.clock.advance(hours=1)
        assert sessions.find(token, HERE) is not None
    house.clock.advance(hours=1)
    assert sessions.find(token, HERE) is None


def test_looking_whether_a_session_lives_does_not_keep_it_alive(house: ApiHouse) -> None:
    sessions = house.app.context.sessions
    found = sessions.find(sessions.open(PHONE, "browser"), PHONE)
    assert found is not None
    for _ in range(3):
        house.clock.advance(minutes=10)
        alive = sessions.is_live(found.id)
    assert not alive


def test_the_session_of_the_own_screen_is_worth_nothing_in_the_network(house: ApiHouse) -> None:
    sessions = house.app.context.sessions
    token = sessions.open(HERE, "browser")
    assert sessions.find(token, PHONE) is None
    assert sessions.find(token, HERE) is not None


def test_a_clock_set_back_ends_the_sessions_of_the_future(house: ApiHouse) -> None:
    sessions = house.app.context.sessions
    token = sessions.open(HERE, "browser")
    house.clock.set_back(seconds=30)
    assert sessions.find(token, HERE) is not None
    house.clock.set_back(days=2)
    assert sessions.find(token, HERE) is None


def test_a_trusted_browser_opens_nothing_by_itself(house: ApiHouse) -> None:
    sessions = house.app.context.sessions
    device = sessions.trust(PHONE, "browser")
    assert sessions.is_trusted(device)
    assert sessions.find(device, PHONE) is None
    assert not sessions.is_trusted(sessions.open(PHONE, "browser"))
    sessions.end_all()
    assert not sessions.is_trusted(device)


def test_no_token_is_found_in_the_file(house: ApiHouse) -> None:
    sessions = house.app.context.sessions
    tokens = [sessions.open(HERE, "browser"), sessions.trust(HERE, "browser")]
    stored = b"".join(path.read_bytes() for path in house.folder.glob("door.db*"))
    assert len(set(tokens)) == 2
    assert all(len(token) >= 43 and token.encode() not in stored for token in tokens)


@pytest.mark.parametrize("token", [None, "", "x", "a" * 10_000, "'; DROP TABLE sessions; --", "\udcff"])
def test_what_is_no_token_opens_nothing(house: ApiHouse, token: str | None) -> None:
    assert house.app.context.sessions.find(token, HERE) is None


@pytest.mark.parametrize(
    ("environ", "is_loopback", "source"),
    [
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:5001"}, True, "loopback"),
        ({"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:5001"}, True, "loopback"),
        ({"REMOTE_ADDR": "::ffff:127.0.0.1", "HTTP_HOST": "localhost"}, True, "loopback"),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "autotrader.local"}, False, "proxy"),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "HTTP_X_FORWARDED_FOR": "10.0.0.1"}, False, "proxy"),
        ({"REMOTE_ADDR": "192.168.1.2", "HTTP_HOST": "localhost"}, False, "192.168.1.2"),
        ({"REMOTE_ADDR": "192.168.1.2", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, False, "192.168.1.2"),
        ({"REMOTE_ADDR": "2001:db8:1:2:3::9", "HTTP_HOST": "localhost"}, False, "2001:db8:1:2::/64"),
        ({"REMOTE_ADDR": "fe80::1%eth0", "HTTP_HOST": "localhost"}, False, "fe80::/64"),
        ({"REMOTE_ADDR": "", "HTTP_HOST": "localhost"}, False, "unknown"),
    ],
)
def test_only_who_sits_at_this_machine_is_local(environ: dict[str, str], is_loopback: bool, source: str) -> None:
    peer = peer_of(environ)
    assert (peer.is_loopback, peer.source) == (is_loopback, source)
