"""What the broker of a backtest charges: taken off the cash to the cent, and asked for before a purchase."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from database.bar import MINUTE
from orchestra.paper_exchange.book.fees import NO_FEES, FeeModel, Fees
from orchestra.paper_exchange.book.fill_model import EXACT_FILLS, FillModel, FrictionFills
from orchestra.paper_exchange.paper_broker import PaperBroker, PaperFill

START = 1_780_321_800  # 2026-06-01, 09:50 in New York: 20.60 dollars a million, 0.000195 and 0.000003 dollars a share
PRICE = Decimal(50)


class OnePrice:
    """A symbol that trades at one price. Satisfies Openings."""

    def opening(self, _symbol: str, _ts: int) -> tuple[float, float]:
        return 50.0, 100.0


def made_broker(fees: FeeModel, *, cash: str = "10000", model: FillModel = EXACT_FILLS) -> PaperBroker:
    return PaperBroker(OnePrice(), lambda _symbol: PRICE, cash=Decimal(cash), fill_model=model, fees=fees)


def order(broker: PaperBroker, side: str, qty: int, *, name: str) -> str | None:
    refusal = broker.market_order("AAA", side, qty=Decimal(qty), client_order_id=name)
    return None if refusal is None else f"{refusal.message}: {refusal.details['cost_basis']}"


def fees_of(fills: list[PaperFill]) -> list[Decimal]:
    return [fill.fee for fill in fills]


def test_round_trip_leaves_the_cash_poorer_by_its_fees() -> None:
    broker = made_broker(Fees(per_order=Decimal(1), basis_points=Decimal(2), has_regulatory=True))
    assert order(broker, "buy", 100, name="in") is None
    # 1 + 5,000 x 0.0002, a cent for the audit trail
    assert fees_of(broker.fill_at_open(START)) == [Decimal("2.01")]
    assert order(broker, "sell", 100, name="out") is None
    # 2 + 0.103 -> 0.11 and 0.0195 -> 0.02; the audit trail's cent is paid already
    assert fees_of(broker.fill_at_open(START + MINUTE)) == [Decimal("2.13")]
    assert broker.cash == 10_000 - Decimal("4.14")


def test_order_filled_in_parts_pays_for_itself_once() -> None:
    broker = made_broker(Fees(per_order=Decimal(1)), model=FrictionFills(Decimal("0.1")))
    assert order(broker, "buy", 25, name="in") is None
    fills = [fill for step in range(3) for fill in broker.fill_at_open(START + step * MINUTE)]
    assert [(fill.qty, fill.fee) for fill in fills] == [(10, 1), (10, 0), (5, 0)]


def test_purchase_that_only_its_commission_makes_too_dear_is_refused() -> None:
    assert order(made_broker(NO_FEES, cash="5000"), "buy", 100, name="in") is None
    dear = made_broker(Fees(per_order=Decimal("0.50")), cash="5000")
    assert order(dear, "buy", 100, name="in") == "insufficient buying power: 5000.5"
    assert order(dear, "buy", 99, name="less") is None


def test_commission_of_a_waiting_purchase_is_kept_for_it() -> None:
    broker = made_broker(Fees(per_order=Decimal(1)), cash="5001")
    assert order(broker, "buy", 50, name="first") is None
    assert order(broker, "buy", 50, name="second") == "insufficient buying power: 2501"


costs = st.decimals("0", "3", places=3)
wishes = st.lists(st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 150)), min_size=1, max_size=12)


@given(st.builds(Fees, costs, costs, costs, has_regulatory=st.booleans()), wishes)
def test_cash_is_what_the_fills_left_of_it(fees: Fees, wanted: list[tuple[str, int]]) -> None:
    broker, sides, cash = made_broker(fees, model=FrictionFills(Decimal("0.4"))), {}, Decimal(10_000)
    for number, (side, qty) in enumerate(wanted):
        if broker.market_order("AAA", side, qty=Decimal(qty), client_order_id=str(number)) is None:
            sides[str(number)] = 1 if side == "buy" else -1
        for fill in broker.fill_at_open(START + number * MINUTE):
            cash -= sides[fill.client_order_id] * fill.qty * fill.price + fill.fee
    assert broker.cash == cash
