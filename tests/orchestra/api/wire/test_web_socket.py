"""The end of a WebSocket, whoever is first."""

import socket

import pytest

from orchestra.api.wire.web_socket import BoundedWebSocket

UPGRADE = {
    "HTTP_HOST": "localhost",
    "HTTP_UPGRADE": "websocket",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/",
    "QUERY_STRING": "",
    "wsgi.url_scheme": "http",
}
# A client's close frame with code 1000, masked with zeros (RFC 6455, 5.5.1).
GOODBYE = bytes((0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8))


@pytest.mark.parametrize("says_goodbye", [True, False])
def test_hanging_up_on_one_who_was_first_is_no_mistake(says_goodbye: bool) -> None:
    ours, theirs = socket.socketpair()
    ended: list[str] = []

    def serve(ws: BoundedWebSocket) -> None:
        if says_goodbye:
            theirs.sendall(GOODBYE)
        theirs.shutdown(socket.SHUT_WR)
        assert ws.wait() is None
        ws.close()
        ws.close()
        ended.append("in peace")

    with ours, theirs, pytest.raises(ConnectionError):
        BoundedWebSocket(serve, None)({**UPGRADE, "werkzeug.socket": ours}, None)
    assert ended == ["in peace"]
