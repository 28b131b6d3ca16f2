"""Two days with a night between them in which a company splits its shares; the account shows it when it likes."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from orchestra.execution.truth.corporate_action import Split
from orchestra.execution.truth.corporate_desk import CorporateDesk
from orchestra.risk.risk_gate import RiskGate
from system_databse.errors import BrokerError
from tests.faults.orders.account_simulation import AccountSimulation
from tests.orchestra.execution.order_path import CALENDAR, DAY, FIRST, MINUTE, OrderPath

SYMBOL = "AAA"
RATIOS = (Fraction(2), Fraction(3), Fraction(3, 2), Fraction(1, 10))
MORNING_MINUTES = 8
SECOND_DAY = CALENDAR.sessions_between(0, 1 << 40)[1]
# The account shows it before the open; the program books it from the open on, and has a minute to do so before
# anything is decided. An exit that is decided before that sells shares of the old count.
SHOWN_BEFORE_SECONDS, LOOK_SECONDS, LOOKS = 1_200.0, 4.0, 13


class SplitSimulation(AccountSimulation):
    """Trade in the morning of one day, hold over the night, trade on the new terms."""

    desk_type = CorporateDesk
    split: Split
    desk: CorporateDesk

    def run(self, **_more):
        self.split = Split(SYMBOL, DAY + timedelta(days=1), self.chance.choice(RATIOS))
        self._live(self._start)
        for number in range(MORNING_MINUTES):
            self._one_minute(FIRST + number * MINUTE, is_deciding=True)
        self._night()
        return super().run(minutes=0)

    def _night(self) -> None:
        """End what works at the close, then trade on the second morning."""
        for order in self.exchange.orders:
            if order.is_working:
                self.exchange.end(order, "expired")
        self.exchange.on_their_way.clear()
        self.clock.seconds = SECOND_DAY.open - 3_600.0
        self._live(self._do_what_is_due)
        self._live(self._recheck, 0)
        self.clock.seconds = SECOND_DAY.open - SHOWN_BEFORE_SECONDS
        self._show()
        self._live(self._recheck, 0)
        self.clock.seconds = float(SECOND_DAY.open)
        for _ in range(LOOKS):
            self.clock.sleep(LOOK_SECONDS)
            self._end_outage()
            self._live(self._recheck, 0)
        for number in range(1, MORNING_MINUTES + 1):
            self._one_minute(SECOND_DAY.open + number * MINUTE, is_deciding=True)

    def _end_outage(self) -> None:
        """Let no outage last over the whole of that minute; single calls fail all the same."""
        if self.path is not None:
            self.path.port.is_out = False

    def _show(self) -> None:
        """Multiply what the account holds, as brokers do before the open."""
        held = self.exchange.position(SYMBOL)
        new = (held * self.split.ratio.numerator / self.split.ratio.denominator).quantize(Decimal("1e-9"))
        self.exchange.moved[SYMBOL] = self.exchange.moved.get(SYMBOL, Decimal(0)) + new - held
        self.exchange.struck["splits"] += 1

    def _start(self) -> None:
        if self.path is not None:
            return
        super()._start()
        path = self.standing()
        self.desk = self.desk_type(
            path.books,
            path.reconciler.truth,
            path.reconciler.alarms,
            store=path.store,
            clock=self.clock,
            calendar=CALENDAR,
            last_price=lambda _symbol: 100.0,
        )
        self._announce()
        path.gate = RiskGate(
            CALENDAR,
            closed_gates=lambda: (),
            frozen=lambda: path.reconciler.frozen_symbols,
            missing=path.reconciler.missing_shares,
            holds=lambda: {"CORPORATE_ACTION": self.desk.holds()},
        )

    def _announce(self, splits: Iterable[Split] | None = None) -> None:
        self.desk.announce([self.split] if splits is None else splits, [], [])

    def _recheck(self, minute: int) -> None:
        self._follow(self.standing())
        super()._recheck(minute)

    def _do_what_is_due(self) -> None:
        self._follow(self.standing())
        super()._do_what_is_due()

    def _follow(self, path: OrderPath) -> None:
        if not self.desk.has_pending:
            return
        try:
            self.desk.follow(dict(path.broker.positions()))
        except BrokerError:
            return


class SplitNotBooked(CorporateDesk):
    """The planted bug: what is announced is never followed, so that account and books part for good."""

    def follow(self, account):
        return []


class UnbookedSplits(SplitSimulation):
    """The same two days, with that desk."""

    desk_type = SplitNotBooked
