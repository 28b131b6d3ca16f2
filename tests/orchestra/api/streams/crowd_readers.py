"""A crowd of readers as a process of its own: all read everything but the first, which reads nothing for a while.

Run: python crowd_readers.py PORT COOKIE READERS, told on standard input, a line each, when the first shall read after
all, "go", and which event is the last. Prints for each reader what it got, as JSON.
"""

import asyncio
import json
import socket
import sys
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

SMALL = 4096


async def opened(port: int, cookie: str, *, is_small: bool) -> ClientConnection:
    plain = socket.socket()
    if is_small:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    plain.connect(("127.0.0.1", port))
    plain.setblocking(False)
    found = await connect(
        f"ws://localhost:{port}/ws",
        sock=plain,
        origin=f"http://localhost:{port}",  # type: ignore[arg-type]
        additional_headers={"Cookie": f"autotrader_session={cookie}"},
        compression=None,
        ping_interval=None,
        close_timeout=1,
        max_queue=4 if is_small else 64,
    )
    assert json.loads(await found.recv())["type"] == "connected"
    return found


async def read(
    connection: ClientConnection, last: "asyncio.Future[int]", *, go: "asyncio.Future[str] | None" = None
) -> dict[str, Any]:
    """Read until the last event, or until the other side says goodbye. go: what is waited for before."""
    ids: list[int] = []
    if go is not None:
        await go
    try:
        while not (last.done() and ids and ids[-1] >= last.result()):
            ids.append(json.loads(await asyncio.wait_for(connection.recv(), 60))["id"])
    except (ConnectionClosed, TimeoutError):
        pass
    is_whole = ids == list(range(ids[0], ids[-1] + 1)) if ids else False
    code, reason = connection.close_code, connection.close_reason
    return {"count": len(ids), "last": ids[-1] if ids else 0, "is_whole": is_whole, "code": code, "reason": reason}


async def main(port: int, cookie: str, readers: int) -> None:
    connections = [await opened(port, cookie, is_small=number == 0) for number in range(readers)]
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    go: asyncio.Future[str] = loop.create_future()
    last: asyncio.Future[int] = loop.create_future()

    def listen() -> None:
        loop.call_soon_threadsafe(go.set_result, sys.stdin.readline())
        loop.call_soon_threadsafe(last.set_result, int(sys.stdin.readline()))

    loop.run_in_executor(None, listen)
    stalled, *others = connections
    reading = (read(stalled, last, go=go), *(read(each, last) for each in others))
    print(json.dumps(await asyncio.gather(*reading)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
