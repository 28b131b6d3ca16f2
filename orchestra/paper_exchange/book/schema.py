"""The schema of exchange.db, as migrations. Money and shares are decimal TEXT."""

from database.bars.schema_library import Database, Migrations

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


# Columns of an order that only some types and classes use.
ORDER_TERMS = (
    "notional TEXT",
    "stop_price TEXT",
    "trail_price TEXT",
    "trail_percent TEXT",
    "hwm TEXT",
    "is_triggered INTEGER NOT NULL DEFAULT 0",
    "extended_hours INTEGER NOT NULL DEFAULT 0",
    "order_class TEXT NOT NULL DEFAULT ''",
    "parent_id TEXT REFERENCES orders (id)",
    "leg TEXT",
    "replaces TEXT REFERENCES orders (id)",
    "replaced_by TEXT",
    "replaced_at INTEGER",
    "failed_at INTEGER",
)

EVERY_OPEN_ORDER = """
CREATE INDEX open_orders ON orders (status)
WHERE status IN ('accepted', 'held', 'new', 'partially_filled', 'done_for_day')"""

LEGS = "CREATE INDEX legs ON orders (parent_id) WHERE parent_id IS NOT NULL"

EVERY_FINAL_STAYS_FINAL = """
CREATE TRIGGER final_stays_final BEFORE UPDATE OF status ON orders
WHEN OLD.status IN ('filled', 'canceled', 'expired', 'replaced', 'rejected') AND NEW.status <> OLD.status
BEGIN SELECT RAISE(ABORT, 'a finished order never changes its state'); END"""

ACTIVITIES = """
CREATE TABLE activities (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    symbol TEXT NOT NULL,
    day TEXT NOT NULL,
    at INTEGER NOT NULL,
    qty TEXT NOT NULL,
    net_amount TEXT NOT NULL,
    per_share_amount TEXT,
    description TEXT NOT NULL,
    UNIQUE (kind, symbol, day)
)"""

# value: JSON. A name without a row has its default.
CONFIGURATION = "CREATE TABLE configuration (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"

# symbols: a JSON list, in the order they were added.
WATCHLISTS = """
CREATE TABLE watchlists (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    symbols TEXT NOT NULL
) WITHOUT ROWID"""


@migrations()
def m002_every_kind_of_order(database: Database) -> None:
    """Add what stops, families and replacements need, activities, the account's configuration, watchlists."""
    for column in ORDER_TERMS:
        database.execute(f"ALTER TABLE orders ADD COLUMN {column}")
    for name in ("INDEX open_orders", "TRIGGER final_stays_final"):
        database.execute(f"DROP {name}")
    for statement in (EVERY_OPEN_ORDER, LEGS, EVERY_FINAL_STAYS_FINAL, ACTIVITIES, CONFIGURATION, WATCHLISTS):
        database.execute(statement)
