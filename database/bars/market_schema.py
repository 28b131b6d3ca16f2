"""The market database, written once: every table and view, as migrations.

Prices are REAL and times epoch seconds, because bars are many and read as numbers.
"""

from database.bars.schema_library import Database, Migrations

APPLICATION_ID = 0x41544D4B  # "ATMK"

migrations = Migrations("market")

_BARS = (
    "CREATE TABLE symbols(id INTEGER PRIMARY KEY, symbol TEXT UNIQUE NOT NULL)",
    # source: rank of a BarSource. Only final bars are stored; rev counts how often a better source replaced one.
    """CREATE TABLE bars_1m(
        symbol_id INTEGER NOT NULL, ts INTEGER NOT NULL,
        o REAL NOT NULL, h REAL NOT NULL, l REAL NOT NULL, c REAL NOT NULL, v REAL NOT NULL DEFAULT 0,
        vwap REAL, n INTEGER, source INTEGER NOT NULL, rev INTEGER NOT NULL DEFAULT 0,
        CHECK(h>=l AND h>=o AND h>=c AND l<=o AND l<=c AND l>0 AND v>=0),
        PRIMARY KEY(symbol_id, ts)) WITHOUT ROWID""",
    """CREATE TABLE bars_derived(
        symbol_id INTEGER NOT NULL,
        timeframe TEXT NOT NULL CHECK(timeframe IN('5m','15m','30m','1h','4h','1d')), ts INTEGER NOT NULL,
        o REAL NOT NULL, h REAL NOT NULL, l REAL NOT NULL, c REAL NOT NULL, v REAL NOT NULL,
        vwap REAL, n INTEGER, is_final INTEGER NOT NULL DEFAULT 1, rev INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY(symbol_id, timeframe, ts)) WITHOUT ROWID""",
    """CREATE VIEW bars AS
        SELECT symbol, '1m' AS timeframe, ts, o, h, l, c, v, vwap, n, source, 1 AS is_final, rev
        FROM bars_1m JOIN symbols ON symbols.id = symbol_id
        UNION ALL
        SELECT symbol, timeframe, ts, o, h, l, c, v, vwap, n, 5, is_final, rev
        FROM bars_derived JOIN symbols ON symbols.id = symbol_id""",
    """CREATE VIEW ohlc_bars AS
        SELECT symbol AS contract_id, strftime('%Y-%m-%dT%H:%M:%SZ', ts, 'unixepoch') AS timestamp,
            CASE substr(timeframe, -1) WHEN 'm' THEN 'minute' WHEN 'h' THEN 'hour' ELSE 'day' END AS timeframe_unit,
            CAST(substr(timeframe, 1, length(timeframe) - 1) AS INTEGER) AS timeframe_value,
            o AS open, h AS high, l AS low, c AS close, v AS volume
        FROM bars WHERE is_final = 1""",
    """CREATE TABLE backfills(
        symbol TEXT, timeframe TEXT, from_ts INTEGER, to_ts INTEGER, status TEXT, rows INTEGER, updated_at TEXT,
        PRIMARY KEY(symbol, timeframe, from_ts))""",
)

_REFERENCE = (
    """CREATE TABLE corporate_actions(
        symbol TEXT, ex_date TEXT, kind TEXT, ratio REAL, applied_at TEXT, PRIMARY KEY(symbol, ex_date, kind))""",
    """CREATE TABLE option_contracts(
        occ TEXT PRIMARY KEY, underlying TEXT NOT NULL, expiry TEXT NOT NULL, type TEXT CHECK(type IN('CALL','PUT')),
        strike REAL NOT NULL, multiplier INTEGER NOT NULL DEFAULT 100, style TEXT DEFAULT 'american',
        tradable INTEGER DEFAULT 1, refreshed_at TEXT)""",
    "CREATE INDEX ix_oc ON option_contracts(underlying, expiry, type, strike)",
    """CREATE TABLE option_quotes(
        occ TEXT, ts INTEGER, bid REAL, ask REAL, last REAL, underlying_price REAL, iv REAL, delta REAL, gamma REAL,
        theta REAL, vega REAL, source TEXT CHECK(source IN('alpaca','sim')), PRIMARY KEY(occ, ts)) WITHOUT ROWID""",
    """CREATE TABLE space_weather(
        ts INTEGER PRIMARY KEY, kp REAL, estimated_kp REAL, source TEXT, fetched_at TEXT)""",
)


@migrations()
def create_bars(db: Database) -> None:
    """Create symbols, minute bars, derived bars, their views and the record of what was fetched."""
    for statement in _BARS:
        db.execute(statement)


@migrations()
def create_reference(db: Database) -> None:
    """Create corporate actions, option contracts and quotes, and space weather."""
    for statement in _REFERENCE:
        db.execute(statement)
