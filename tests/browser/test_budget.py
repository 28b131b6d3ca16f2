"""What the page costs: bytes, shifts of what already stands, and a heap that stays as it is."""

from collections.abc import Callable

from playwright.sync_api import Request

from tests.browser.fake_house import FakeHouse, made_card
from tests.browser.screen import Screen
from tests.browser.socket_line import SocketLine

PAGE_BYTES, PAGE_BYTES_COMPRESSED = 160_000, 55_000
MESSAGES = 40_000
WARMED_UP = 20_000
# So that the server is heard in between, and the page by it.
PAUSE_AFTER = 200
HEAP_BYTES = 20_000_000
WATCH_SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, startTime, sources } of list.getEntries()) {
      window.shifts.push({ value, startTime, what: sources.map(({ node }) => node?.className ?? "") });
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""


def test_home_keeps_its_budget_of_bytes(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    sizes: dict[str, tuple[int, int]] = {}

    def note(request: Request) -> None:
        response = request.response()
        if response and "socket.io/" not in request.url and "/api/" not in request.url:
            sizes[request.url] = len(response.body()), request.sizes()["responseBodySize"]

    screen.page.on("requestfinished", note)
    screen.open()
    screen.page.wait_for_selector(".card[data-status]")

    def early() -> list[str]:
        files = [url for url in screen.requested if "socket.io/" not in url and "/api/" not in url]
        # What the other screens need follows a second later, so that they open also while the server is away.
        later = [at for at, url in enumerate(files) if url.endswith(("/js/idle.js", "/css/pads.css"))]
        return files[: min(later, default=len(files))]

    # The page stands before this test has been told of the last answer.
    screen.wait(lambda: all(url in sizes for url in early()))
    assert any(url.endswith("/home.js") for url in early())
    assert sum(sizes[url][0] for url in early()) <= PAGE_BYTES
    assert sum(sizes[url][1] for url in early()) <= PAGE_BYTES_COMPRESSED


def test_nothing_moves_once_it_stands(new_screen: Callable[..., Screen], house: FakeHouse) -> None:
    house.show(cards=tuple(made_card(number, ticker=f"T{number}") for number in range(1, 7)))
    for size, price in (("short", 187.25), ("narrow", 188.5)):
        screen = new_screen(size).open()
        screen.page.wait_for_selector(".card[data-status]")
        screen.page.evaluate(WATCH_SHIFTS)
        house.show(cards=tuple(made_card(number, ticker=f"T{number}", price=price) for number in range(1, 7)))
        screen.shows(f"${price:.2f}")
        # What moved is told after the frame.
        screen.page.wait_for_timeout(300)
        shifts = screen.page.evaluate("() => window.shifts")
        # Only where connecting takes long does the chip say so, and takes its room.
        assert [shift for shift in shifts if shift["what"] != ["connection"]] == []


def test_the_heap_stays_as_it_is(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    # So much at once may cost the page its line; it asks for everything then and goes on.
    screen.may_lose_server = True
    line = SocketLine(screen)
    screen.open()
    screen.page.wait_for_selector(".card[data-status]")
    card = line.snapshot["state"]["algorithms"][0]

    def tell(first: int, last: int) -> int:
        for number in range(first, last):
            if number % PAUSE_AFTER == 0:
                screen.page.wait_for_timeout(20)
            figures = {**card["card_calculations"], "last_price": 100 + number % 90}
            line.tell({"algorithms": [{**card, "card_calculations": figures}]})
        screen.shows(f"${100 + (last - 1) % 90}.00", timeout=60_000)
        return used_heap(screen)

    before = tell(0, WARMED_UP)
    after = tell(WARMED_UP, MESSAGES)
    assert after <= before * 1.1
    assert after <= HEAP_BYTES


def used_heap(screen: Screen) -> int:
    """Return the bytes that are left after a collection."""
    session = screen.context.new_cdp_session(screen.page)
    session.send("HeapProfiler.enable")
    # What ends in one collection frees something for the next.
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    used = int(session.send("Runtime.getHeapUsage")["usedSize"])
    session.detach()
    return used
