"""Every view of the page: a screen in a state, and how a window gets there. What looks at all of them begins here.

A view starts from an unlocked window; what it changes in the house is put back by `GalleryHouse.reset`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from playwright.sync_api import Locator, expect

from database.timestamps import iso_minute
from orchestra.messages.live_snapshot import StreamHealth
from tests.browser.fake_house import CLOSED, HEALTHY, NOW, OPEN
from tests.browser.gallery.gallery_house import ALERTS, ATTENTION, DAY_TRADES, DISCREPANCIES, PROPOSALS, GalleryHouse
from tests.browser.screen import Screen
from tests.browser.served_site import PIN
from tests.browser.traded_house import BOUGHT, DENIED, OPEN_AT, OUTBID

Arrange = Callable[[Screen, GalleryHouse], None]


@dataclass(frozen=True, slots=True)
class View:
    """One view. address: after the `#`; ready: what shows when it is complete; then: what is done there."""

    name: str
    address: str
    ready: str
    before: Callable[[GalleryHouse], None] = lambda _house: None
    then: Arrange = lambda _screen, _house: None

    def show(self, screen: Screen, gallery: GalleryHouse) -> None:
        """Bring the window into this state."""
        gallery.reset()
        self.before(gallery)
        # Another address before the "#", so that the page is loaded anew.
        screen.open(f"/?view={self.name}{screen.flag}#/{self.address}")
        expect(screen.page.locator(self.ready).first).to_be_visible(timeout=20_000)
        screen.is_live()
        self.then(screen, gallery)


def _at_first_account(screen: Screen, _house: GalleryHouse) -> None:
    screen.button("Next").click()
    screen.shows("Start with the demo")


def _at_first_keys(screen: Screen, house: GalleryHouse) -> None:
    _at_first_account(screen, house)
    screen.page.locator(".choice-row", has_text="Connect a paper account").click()
    _fill_keys(screen)


def _at_live_pin(screen: Screen, _house: GalleryHouse) -> None:
    screen.button("Next").click()
    _fill_keys(screen)
    screen.button("Next").click()
    screen.page.get_by_label("Dollars").fill("250")
    screen.button("Next").click()
    screen.shows("Enter the PIN to go on")


def _at_live_hold(screen: Screen, house: GalleryHouse) -> None:
    _at_live_pin(screen, house)
    screen.type_pin(PIN)
    screen.shows("at most $250.00")


def _fill_keys(screen: Screen) -> None:
    screen.page.get_by_label("API key").fill("PKAAAABBBBCCCCDDDD")
    screen.page.get_by_label("Secret key").fill("s" * 40)
    screen.button("Check the connection").click()
    checked = screen.page.get_by_text("The keys open this account.")
    _give_pin_if_asked(screen, checked)


def _give_pin_if_asked(screen: Screen, wanted: Locator) -> None:
    """Wait for what comes, with the PIN where it was entered too long ago: nobody knows how fast this machine is."""
    asked = screen.page.get_by_role("heading", name="Enter the PIN")
    wanted.or_(asked).first.wait_for()
    if asked.is_visible():
        screen.type_pin(PIN)
    wanted.wait_for()


def _at_key_shown(screen: Screen, _house: GalleryHouse) -> None:
    screen.button("Make a key").click()
    screen.page.get_by_label("Name").fill("my dashboard")
    screen.button("Make the key").click()
    made = screen.page.get_by_label("Key", exact=True)
    _give_pin_if_asked(screen, made)


def tap(name: str) -> Arrange:
    """Tap a button by its name."""
    return lambda screen, _house: screen.button(name).first.click()


def ask(name: str) -> Arrange:
    """Tap a button that opens a dialog."""

    def open_dialog(screen: Screen, _house: GalleryHouse) -> None:
        screen.button(name).first.click()
        screen.page.locator("dialog[open]").wait_for()

    return open_dialog


def _at_ticker(screen: Screen, _house: GalleryHouse) -> None:
    screen.page.locator(".choice-row").first.click()
    screen.page.get_by_label("Ticker", exact=True).fill("AAPL")


def _at_money(screen: Screen, house: GalleryHouse) -> None:
    _at_ticker(screen, house)
    screen.button("Check").click()
    screen.page.get_by_label("Cash for this algorithm").wait_for()


def _at_review(screen: Screen, house: GalleryHouse) -> None:
    _at_money(screen, house)
    screen.page.get_by_label("Cash for this algorithm").fill("5000.00")
    screen.button("Next").click()
    screen.page.locator(".review-lead").wait_for()


def _tap_bar(screen: Screen, _house: GalleryHouse) -> None:
    screen.page.locator(".chart-canvas").click(position={"x": 120, "y": 60})
    screen.page.locator(".chart-why").first.wait_for()


def _open_limit(screen: Screen, _house: GalleryHouse) -> None:
    screen.page.get_by_text("Set a limit").click()


def _filter(screen: Screen, _house: GalleryHouse) -> None:
    screen.button("Filter").click()
    screen.page.get_by_role("group", name="Symbol").wait_for()


def _freeze(milliseconds: int) -> Arrange:
    def freeze(screen: Screen, gallery: GalleryHouse) -> None:
        gallery.site.wire.freeze()
        screen.pass_time(milliseconds)
        screen.page.wait_for_function("() => document.documentElement.dataset.link !== 'live'")

    return freeze


def _tab(name: str, ready: str) -> Arrange:
    def turn(screen: Screen, _house: GalleryHouse) -> None:
        screen.page.get_by_role("tab", name=name).click()
        screen.page.locator(ready).first.wait_for()

    return turn


def _lately(screen: Screen, _house: GalleryHouse) -> None:
    screen.page.locator(".table-signals").first.wait_for()


def _use_day_trades(gallery: GalleryHouse) -> None:
    gallery.show(day_trades=DAY_TRADES)


def _settle(screen: Screen, _house: GalleryHouse) -> None:
    screen.button("Settle AAPL").click()
    screen.page.get_by_text("Flatten:").click()


def _flatten(screen: Screen, house: GalleryHouse) -> None:
    _settle(screen, house)
    screen.button("Next").click()


def _break_everything(gallery: GalleryHouse) -> None:
    gallery.halt()
    since = dict.fromkeys(("broker", "data", "orders"), NOW)
    gates = ("the order stream is down", "the broker does not answer", "only 81 MB are free on the disk")
    streams = StreamHealth(False, False, 90.0)
    gallery.show(alerts=ALERTS, health=replace(HEALTHY, streams=streams, down_since=since, closed_gates=gates))


def _open_result(tab: str) -> Arrange:
    """Open the newest kept result at one of its tabs."""

    def open_tab(screen: Screen, _house: GalleryHouse) -> None:
        screen.page.locator("a.row-title").first.click()
        screen.page.get_by_role("tab", name=tab).click()
        screen.page.locator(".assumed").wait_for()

    return open_tab


def _compare(screen: Screen, _house: GalleryHouse) -> None:
    for box in screen.page.get_by_role("checkbox").all():
        box.check()
    screen.page.get_by_role("link", name="Compare the two").click()
    screen.page.locator(".side-by-side").first.wait_for()


def _filled_form(screen: Screen, _house: GalleryHouse) -> None:
    screen.page.get_by_label("Ticker", exact=True).fill("ACME")
    screen.page.get_by_role("radio", name="My own").check()
    screen.page.locator(".days-line .caution").wait_for()


VIEWS = (
    View("home", "home", ".card[data-status]"),
    View("home-attention", "home", ".card[data-status]", lambda g: g.show(cards=ATTENTION)),
    View("home-empty", "home", ".empty", lambda g: g.show(cards=())),
    View("home-live-money", "home", ".card[data-status]", lambda g: g.show(mode="LIVE")),
    View("home-paper-closed", "home", ".card[data-status]", lambda g: g.show(mode="PAPER", market=CLOSED)),
    View("home-stale", "home", ".card[data-status]", then=_freeze(9000)),
    View("home-out-of-date", "home", ".card[data-status]", then=_freeze(20000)),
    View("home-stopped", "home", ".bar-stopped", lambda g: g.halt()),
    View(
        "home-feed-down",
        "home",
        ".bar-down",
        lambda g: g.show(health=replace(HEALTHY, streams=replace(HEALTHY.streams, is_data_connected=False))),
    ),
    View("home-half-day", "home", ".card[data-status]", lambda g: g.show(market=replace(OPEN, is_half_day=True))),
    View("home-critical", "home", ".bar-critical", lambda g: g.show(alerts=ALERTS)),
    View("home-all-down", "home", ".bar-down", _break_everything),
    View("alerts", "alerts", ".alert-row", lambda g: g.show(cards=ATTENTION, alerts=ALERTS)),
    View("alerts-empty", "alerts", ".empty"),
    View("alerts-over", "alerts", ".alerts", then=_tab("Over", ".alert-row")),
    View("home-proposals", "home", ".home-waiting:not([hidden])", lambda g: g.show(proposals=PROPOSALS)),
    View("signals", "signals", ".alert-row", lambda g: g.show(proposals=PROPOSALS), _lately),
    View("signals-live-money", "signals", ".alert-row", lambda g: g.show(proposals=PROPOSALS, mode="LIVE"), _lately),
    View("signals-none-waiting", "signals", ".signals .empty", then=_lately),
    View("account", "account", ".difference", lambda g: g.show(discrepancies=DISCREPANCIES)),
    View("account-settle", "account", ".difference", lambda g: g.show(discrepancies=DISCREPANCIES), _settle),
    View("account-flatten", "account", ".difference", lambda g: g.show(discrepancies=DISCREPANCIES), _flatten),
    View("account-before", "account", ".tab", then=_tab("Held before", ".row")),
    View("account-others", "account", ".tab", then=_tab("Traded by others", ".row")),
    View(
        "account-day-trades", "account", ".tab", lambda g: g.show(day_trades=DAY_TRADES), _tab("Day trades", ".figures")
    ),
    View("home-day-trades", "home", ".home-line a", _use_day_trades),
    View("sell-all", "home", ".bar-stopped", lambda g: g.halt(), ask("Sell everything")),
    View("stop-all", "home", ".card[data-status]", then=ask("Stop all algorithms")),
    View("resume", "home", ".bar-stopped", lambda g: g.halt(), ask("Resume")),
    View("new-choose", "new", ".choice-row"),
    View("new-ticker", "new", ".choice-row", then=_at_ticker),
    View("new-money", "new", ".choice-row", then=_at_money),
    View("new-review", "new", ".choice-row", then=_at_review),
    View("detail", "algorithm/4", ".chart-canvas canvas"),
    View("detail-bar", "algorithm/4", ".chart-canvas canvas", then=_tap_bar),
    View("detail-table", "algorithm/4", ".chart-canvas canvas", then=tap("Show as table")),
    View("detail-no-bars", "algorithm/2", ".chart-stage .empty"),
    View("detail-trades", "algorithm/4/trades", ".detail .row"),
    View("detail-decisions", "algorithm/4/decisions", ".decision-stretch"),
    View("detail-setup", "algorithm/4/setup", ".setup-file", then=_open_limit),
    View("why", f"algorithm/4/why/{iso_minute(BOUGHT)}", ".why-lead"),
    View("why-denied", f"algorithm/4/why/{iso_minute(DENIED)}", ".why-lead"),
    View("why-outbid", f"algorithm/4/why/{iso_minute(OUTBID)}", ".why-lead"),
    View("why-nothing", f"algorithm/4/why/{iso_minute(OPEN_AT)}", ".why-lead"),
    View("detail-stop", "algorithm/1", ".detail", then=ask("Stop")),
    View("test-empty", "test", ".backtests .empty"),
    View("test-form", "test/new", ".backtest-form", then=_filled_form),
    View("test-jobs", "test", ".job", lambda g: (g.keep_results(), g.begin_backtests())),
    View("test-failed", "test", ".job-failure", lambda g: g.fail_backtest()),
    View("test-result", "test", "a.row-title", lambda g: g.keep_results(), _open_result("Overview")),
    View("test-price", "test", "a.row-title", lambda g: g.keep_results(), _open_result("Price and round trips")),
    View("test-figures", "test", "a.row-title", lambda g: g.keep_results(), _open_result("All figures")),
    View("test-decisions", "test", "a.row-title", lambda g: g.keep_results(), _open_result("Decisions")),
    View("test-compare", "test", "a.row-title", lambda g: g.keep_results(), _compare),
    View("positions", "trades/positions", ".table-besides"),
    View("orders", "trades/orders", ".table-orders:not(.has-acts)"),
    View("cancel-order", "trades/orders", ".has-acts .button", then=ask("Cancel: Sell 5 MSFT")),
    View("today", "home", ".card[data-status]", then=ask("Today in detail")),
    View("fills", "trades/fills", ".table-fills"),
    View("round-trips", "trades/round-trips", ".table-trips"),
    View("trades-filter", "trades/fills", ".table-fills", then=_filter),
    View("more", "more", ".more"),
    View("strategies", "strategies", ".table-strategies"),
    View("strategy", "strategy/sma_crossover", ".tiles"),
    View("strategy-curve", "strategy/sma_crossover", ".tiles", then=_tab("Curve", ".plot-sheet")),
    View("strategy-reasons", "strategy/sma_crossover", ".tiles", then=_tab("Reasons", ".table-reasons")),
    View("strategy-trips", "strategy/sma_crossover", ".tiles", then=_tab("Round trips", ".table-strategy-trips")),
    View("strategy-algorithms", "strategy/sma_crossover", ".tiles", then=_tab("Algorithms", ".row")),
    View("strategy-one-trade", "strategy/opening_range", ".tiles"),
    View("strategy-one-day", "strategy/opening_range", ".tiles", then=_tab("Curve", ".plot-sheet")),
    View("strategy-nothing", "strategy/solar_flare", ".tab-panel"),
    View("notifications", "settings/notifications", ".loudness"),
    View("notifications-told", "settings/notifications", ".loudness", lambda g: g.tell_somebody()),
    View("notifications-add", "settings/notifications", ".loudness", then=tap("Add an address")),
    View("notifications-quiet", "settings/notifications", ".loudness", then=tap("Set quiet hours")),
    View("health", "more/health", ".diagnosis"),
    View("health-doctor", "more/health", ".diagnosis", then=tap("Run the doctor")),
    View("log", "more/logs", ".log-foot"),
    View("about", "more/about", ".package"),
    View("first-zone", "welcome", ".zones"),
    View("first-account", "welcome", ".zones", then=_at_first_account),
    View("first-keys", "welcome", ".zones", then=_at_first_keys),
    View("settings", "settings", ".row"),
    View("settings-display", "settings/display", ".preference"),
    View("settings-timezone", "settings/timezone", ".zones"),
    View("settings-regions", "settings/timezone", ".zones", then=tap("Another one")),
    View("settings-limits", "settings/limits", ".row-actions"),
    View("settings-limit", "settings/limits", ".row-actions", then=tap("Set Largest buy")),
    View("settings-account", "settings/account", ".figures"),
    View("settings-account-live", "settings/account", ".figures", lambda g: g.trade_real_money()),
    View("settings-network", "settings/network", ".row"),
    View("settings-keys", "settings/keys", ".row", lambda g: g.give_keys()),
    View("settings-keys-none", "settings/keys", ".reading-box > *"),
    View("settings-key-new", "settings/keys", ".row", lambda g: g.give_keys(), tap("Make a key")),
    View("settings-key-once", "settings/keys", ".reading-box > *", then=_at_key_shown),
    View("settings-key-revoke", "settings/keys", ".row", lambda g: g.give_keys(), tap("Revoke my dashboard")),
    View("settings-pin", "settings/pin", ".pin-pad"),
    View("settings-live", "settings/live", ".points"),
    View("settings-live-pin", "settings/live", ".points", then=_at_live_pin),
    View("settings-live-hold", "settings/live", ".points", then=_at_live_hold),
    View("missing-algorithm", "algorithm/999", "h1"),
)

NAMES = [view.name for view in VIEWS]
BY_NAME = {view.name: view for view in VIEWS}
IN_ALL_THEMES = ("home", "detail", "strategy", "strategy-curve", "strategies")
THEMES = ("dark", "light", "terminal")
SHOW_THEME = "(theme) => document.documentElement.setAttribute('data-theme', theme)"


def show_lock(screen: Screen, gallery: GalleryHouse) -> None:
    """Bring a window that was never unlocked to the lock screen."""
    gallery.reset()
    screen.open(f"/?view=lock{screen.flag}")
    screen.shows("Enter PIN", timeout=20_000)
