"""The schema of exchange.db, as migrations. Money and shares are decimal TEXT."""

from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x41544558  # "ATEX"

migrations = Migrations("exchange")

ACCOUNT = """
CREATE TABLE account (
    key INTEGER PRIMARY KEY CHECK (key = 1),
    id TEXT NOT NULL,
    account_number TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    opening_cash TEXT NOT NULL,
    cash TEXT NOT NULL,
    last_equity TEXT NOT NULL,
    market_fingerprint TEXT NOT NULL
)"""

CLOCK = """
CREATE TABLE clock (
    key INTEGER PRIMARY KEY CHECK (key = 1),
    minute INTEGER NOT NULL,
    is_settled INTEGER NOT NULL
)"""

ORDERS = """
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    client_order_id TEXT NOT NULL UNIQUE,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    type TEXT NOT NULL,
    time_in_force TEXT NOT NULL,
    qty TEXT NOT NULL,
    limit_price TEXT,
    status TEXT NOT NULL,
    submitted_at INTEGER NOT NULL UNIQUE,
    updated_at INTEGER NOT NULL,
    eligible_from INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    filled_qty TEXT NOT NULL,
    filled_avg_price TEXT,
    filled_at INTEGER,
    canceled_at INTEGER,
    expired_at INTEGER
) WITHOUT ROWID"""

OPEN_ORDERS = "CREATE INDEX open_orders ON orders (status) WHERE status IN ('accepted', 'new', 'partially_filled')"

FILLS = """
CREATE TABLE fills (
    sequence INTEGER PRIMARY KEY,
    execution_id TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL REFERENCES orders (id),
    client_order_id TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    qty TEXT NOT NULL,
    price TEXT NOT NULL,
    cumulative_qty TEXT NOT NULL,
    leaves_qty TEXT NOT NULL,
    position_qty TEXT NOT NULL,
    at INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    UNIQUE (order_id, cumulative_qty)
)"""

POSITIONS = """
CREATE TABLE positions (
    symbol TEXT PRIMARY KEY,
    qty TEXT NOT NULL,
    cost TEXT NOT NULL
) WITHOUT ROWID"""

FINAL_STAYS_FINAL = """
CREATE TRIGGER final_stays_final BEFORE UPDATE OF status ON orders
WHEN OLD.status IN ('filled', 'canceled', 'expired') AND NEW.status <> OLD.status
BEGIN SELECT RAISE(ABORT, 'a finished order never changes its state'); END"""


@migrations()
def m001_book(database: Database) -> None:
    """Create the account, its clock, orders, fills and positions."""
    for statement in (ACCOUNT, CLOCK, ORDERS, OPEN_ORDERS, FILLS, POSITIONS, FINAL_STAYS_FINAL):
        database.execute(statement)
