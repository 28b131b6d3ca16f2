CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at TEXT
);

CREATE TABLE algorithms (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    ticker TEXT NOT NULL,
    initial_capital REAL NOT NULL CHECK(initial_capital>0),
    params TEXT DEFAULT '{}',
    file TEXT,
    file_sha256 TEXT,
    sell_wanted INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'RUNNING' CHECK(status IN('RUNNING', 'PAUSED', 'ERROR', 'STOPPED')),
    error_count INTEGER DEFAULT 0,
    last_error TEXT,
    last_run_at TEXT,
    created_at TEXT NOT NULL,
    stopped_at TEXT
);

CREATE TABLE signals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL CHECK(source IN('algorithm', 'analyzer', 'coordinator', 'webhook', 'ai', 'manual')),
    strategy TEXT NOT NULL,
    algo_id INTEGER REFERENCES algorithms(id),
    symbol TEXT NOT NULL,
    action TEXT NOT NULL CONSTRAINT check_valid_action CHECK(action IN('buy', 'sell', 'hold', 'proposed')),
    direction TEXT CHECK(direction IN('CALL', 'PUT')),
    signal_type TEXT,
    timeframe TEXT,
    bar_ts INTEGER,
    price REAL,
    strike REAL,
    expiration TEXT,
    quantity REAL,
    confidence REAL CHECK(confidence BETWEEN 0 AND 1),
    expected_profit REAL,
    status TEXT NOT NULL DEFAULT 'PENDING' CHECK(status IN(
        'RECORDED', 'PENDING', 'APPROVED', 'REJECTED', 'ORDERED', 'EXECUTED', 'EXPIRED', 'FAILED'
    )),
    validation_result TEXT,
    metadata TEXT DEFAULT '{}',
    dedupe_key TEXT UNIQUE,
    created_at TEXT NOT NULL,
    updated_at TEXT
);

CREATE INDEX ix_sig_status ON signals(status,id);

CREATE INDEX ix_sig_time ON signals(created_at DESC);

CREATE INDEX ix_sig_src ON signals(source,symbol,timeframe,id);

CREATE INDEX idx_signals_proposed ON signals(action,created_at) WHERE action='proposed';

CREATE TABLE decisions (
    algo_id INTEGER NOT NULL REFERENCES algorithms(id),
    minute INTEGER NOT NULL,
    until_minute INTEGER NOT NULL,
    action TEXT NOT NULL CHECK(action IN('buy', 'sell', 'hold', 'none')),
    shares TEXT,
    reason TEXT,
    saw TEXT,
    outcome TEXT NOT NULL CHECK(outcome IN(
        'HELD', 'SUBMITTED', 'DENIED', 'SKIPPED', 'FAILED', 'INTERRUPTED', 'MISSED'
    )),
    gate TEXT,
    client_order_id TEXT,
    elapsed_ms REAL,
    PRIMARY KEY(algo_id, minute)
) WITHOUT ROWID;

CREATE TABLE signal_decisions (
    id INTEGER PRIMARY KEY,
    signal_id INTEGER REFERENCES signals(id),
    stage TEXT NOT NULL CHECK(stage IN('PROCESSOR', 'ALLOCATOR', 'RISK', 'COORDINATOR', 'EXIT', 'OWNER')),
    outcome TEXT NOT NULL,
    reasons TEXT NOT NULL DEFAULT '[]',
    score REAL,
    inputs TEXT,
    created_at TEXT NOT NULL
);

CREATE TABLE positions (
    id INTEGER PRIMARY KEY,
    asset_class TEXT NOT NULL CHECK(asset_class IN('us_equity', 'us_option')),
    symbol TEXT NOT NULL,
    contract_symbol TEXT,
    algo_id INTEGER,
    strategy TEXT NOT NULL,
    signal_id INTEGER,
    order_id INTEGER,
    mode TEXT NOT NULL CHECK(mode IN('DEMO', 'PAPER', 'LIVE', 'BACKTEST')),
    side TEXT NOT NULL CHECK(side IN('long', 'short')),
    quantity TEXT NOT NULL,
    multiplier INTEGER NOT NULL DEFAULT 1,
    entry_price TEXT NOT NULL,
    current_price REAL,
    price_at TEXT,
    highest_price REAL,
    stop_price REAL,
    unrealized_pl REAL DEFAULT 0,
    realized_pl TEXT NOT NULL DEFAULT '0',
    iv REAL,
    delta REAL,
    theta REAL,
    status TEXT NOT NULL CHECK(status IN('OPEN', 'CLOSING', 'CLOSED')),
    close_reason TEXT,
    opened_at TEXT NOT NULL,
    closed_at TEXT
);

CREATE UNIQUE INDEX ux_pos_open 
    ON positions(mode, COALESCE(algo_id, 0), COALESCE(contract_symbol, symbol)) WHERE status IN('OPEN', 'CLOSING');

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    client_order_id TEXT UNIQUE NOT NULL,
    broker_order_id TEXT UNIQUE,
    signal_id INTEGER REFERENCES signals(id),
    algo_id INTEGER,
    bar_ts INTEGER NOT NULL,
    leg INTEGER NOT NULL DEFAULT 0,
    position_id INTEGER REFERENCES positions(id),
    purpose TEXT NOT NULL CHECK(purpose IN('ENTRY', 'EXIT', 'MANUAL')),
    asset_class TEXT NOT NULL,
    symbol TEXT NOT NULL,
    contract_symbol TEXT,
    side TEXT NOT NULL CHECK(side IN('buy', 'sell')),
    order_type TEXT NOT NULL DEFAULT 'market',
    time_in_force TEXT NOT NULL DEFAULT 'day',
    qty TEXT NOT NULL,
    filled_qty TEXT NOT NULL DEFAULT '0',
    filled_notional TEXT NOT NULL DEFAULT '0',
    limit_price TEXT,
    stop_price TEXT,
    avg_fill_price TEXT,
    mode TEXT NOT NULL CHECK(mode IN('DEMO', 'PAPER', 'LIVE', 'BACKTEST')),
    status TEXT NOT NULL CHECK(status IN(
        'PENDING', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'UNKNOWN',
        'ABANDONED', 'DENIED'
    )),
    raw_status TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_sent_at TEXT,
    last_sent_at TEXT,
    valid_until TEXT,
    cancel_wanted_at TEXT,
    replaces TEXT,
    reject_reason TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT,
    terminal_at TEXT,
    UNIQUE(algo_id, bar_ts, leg)
);

CREATE TABLE baseline (
    symbol TEXT PRIMARY KEY,
    qty TEXT NOT NULL,
    confirmed_at TEXT
);

CREATE TABLE external_fills (
    broker_order_id TEXT PRIMARY KEY,
    symbol TEXT NOT NULL,
    signed_qty TEXT NOT NULL,
    at TEXT NOT NULL
);

CREATE TABLE adjustments (
    id INTEGER PRIMARY KEY,
    symbol TEXT NOT NULL,
    algo_id INTEGER,
    qty TEXT NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT UNIQUE
);

CREATE TABLE recon_runs (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    result TEXT NOT NULL
);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    body TEXT NOT NULL,
    done_at TEXT
);

CREATE UNIQUE INDEX ux_entry_per_signal ON orders(signal_id) WHERE purpose='ENTRY' AND signal_id IS NOT NULL;

CREATE UNIQUE INDEX ux_exit_live
    ON orders(position_id)
    WHERE purpose='EXIT' AND status IN('PENDING', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'UNKNOWN');

CREATE INDEX ix_ord_status ON orders(status,mode);

CREATE TABLE fills (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders(id),
    exec_id TEXT UNIQUE NOT NULL,
    qty TEXT NOT NULL,
    price TEXT NOT NULL,
    fee TEXT NOT NULL DEFAULT '0',
    cum_qty TEXT,
    source TEXT NOT NULL,
    session_date TEXT NOT NULL,
    ts TEXT NOT NULL
);

CREATE INDEX ix_fill ON fills(order_id);

CREATE INDEX ix_fill_day ON fills(session_date);

CREATE TABLE exit_rules (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL CHECK(scope IN('GLOBAL', 'STRATEGY', 'SYMBOL', 'POSITION')),
    scope_key TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL,
    threshold REAL,
    params TEXT DEFAULT '{}',
    priority TEXT NOT NULL CHECK(priority IN('CRITICAL', 'HIGH', 'MEDIUM')),
    auto_exit INTEGER,
    enabled INTEGER NOT NULL DEFAULT 1,
    UNIQUE(scope, scope_key, rule)
);

CREATE TABLE risk_limits (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL DEFAULT 'GLOBAL',
    scope_key TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL,
    value REAL NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    UNIQUE(scope, scope_key, name)
);

CREATE TABLE exit_alerts (
    id INTEGER PRIMARY KEY,
    position_id INTEGER NOT NULL REFERENCES positions(id),
    priority TEXT NOT NULL,
    reason TEXT NOT NULL,
    details TEXT,
    recommended_action TEXT,
    urgency TEXT,
    exit_order_id INTEGER,
    status TEXT NOT NULL DEFAULT 'ACTIVE' CHECK(status IN('ACTIVE', 'ACTED', 'RESOLVED')),
    created_at TEXT,
    updated_at TEXT
);

CREATE UNIQUE INDEX ux_alert ON exit_alerts(position_id,reason) WHERE status='ACTIVE';

CREATE TABLE pdt_day_trades (
    id INTEGER PRIMARY KEY,
    session_date TEXT NOT NULL,
    mode TEXT NOT NULL,
    instrument TEXT NOT NULL,
    strategy TEXT,
    algo_id INTEGER,
    close_order_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    created_at TEXT,
    UNIQUE(mode, instrument, session_date, seq)
);

CREATE TABLE pdt_tracking (
    session_date TEXT,
    mode TEXT,
    week_start TEXT NOT NULL,
    trades_used INTEGER NOT NULL,
    trades_remaining INTEGER NOT NULL,
    equity REAL,
    policy TEXT,
    updated_at TEXT,
    PRIMARY KEY(session_date, mode)
);

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    ts TEXT NOT NULL
);

CREATE TABLE analyzer_watermarks (
    analyzer_id TEXT,
    symbol TEXT,
    timeframe TEXT,
    last_processed_ts INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT '{}',
    updated_at TEXT,
    PRIMARY KEY(analyzer_id, symbol, timeframe)
);

CREATE TABLE coordinator_watermarks (
    coordinator_id TEXT PRIMARY KEY,
    last_processed_signal_id INTEGER NOT NULL,
    updated_at TEXT
);

CREATE TABLE coordinator_state (
    coordinator_id TEXT,
    symbol TEXT,
    timeframe TEXT,
    direction TEXT,
    signal_id INTEGER,
    at_ts INTEGER,
    PRIMARY KEY(coordinator_id, symbol, timeframe)
);

CREATE TABLE equity_snapshots (
    scope TEXT,
    ts INTEGER,
    equity REAL NOT NULL,
    cash REAL,
    exposure REAL,
    PRIMARY KEY(scope, ts)
) WITHOUT ROWID;

CREATE TABLE strategy_metrics (
    strategy TEXT,
    date TEXT,
    mode TEXT,
    total_trades INTEGER,
    wins INTEGER,
    win_rate REAL,
    profit_loss REAL,
    profit_factor REAL,
    expectancy REAL,
    sharpe_ratio REAL,
    sortino_ratio REAL,
    max_drawdown REAL,
    exposure REAL,
    updated_at TEXT,
    PRIMARY KEY(strategy, date, mode)
);

CREATE TABLE workers (
    name TEXT PRIMARY KEY,
    interval_s REAL,
    last_started TEXT,
    last_finished TEXT,
    last_ok TEXT,
    runs INTEGER DEFAULT 0,
    errors INTEGER DEFAULT 0,
    last_error TEXT
);

CREATE VIEW transactions AS
SELECT fills.id, orders.algo_id, orders.symbol AS ticker, orders.side AS type, CAST(fills.qty AS REAL) AS shares,
       CAST(fills.price AS REAL) AS price, CAST(fills.fee AS REAL) AS fee, fills.ts AS timestamp, orders.id AS order_id
FROM fills JOIN orders ON orders.id = fills.order_id
WHERE orders.algo_id IS NOT NULL AND orders.asset_class = 'us_equity';

CREATE VIEW trades AS
SELECT fills.*, orders.signal_id, orders.position_id, orders.symbol, orders.contract_symbol, orders.side, orders.mode
FROM fills JOIN orders ON orders.id = fills.order_id;

CREATE VIEW detected_signals AS
SELECT id AS signal_id, strftime('%Y-%m-%dT%H:%M:%SZ', bar_ts, 'unixepoch') AS timestamp, symbol AS contract_id,
       timeframe, signal_type, price AS signal_price, metadata AS details
FROM signals WHERE source = 'analyzer';

CREATE VIEW refactored_signals AS
SELECT * FROM signals WHERE source IN('webhook', 'ai', 'manual', 'coordinator');

CREATE VIEW refactored_positions AS
SELECT * FROM positions WHERE asset_class = 'us_option';

CREATE VIEW pending_ai_proposals AS
SELECT * FROM signals
WHERE action = 'proposed' AND created_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour');

-- Monotonicity lives in the database: an end-state check cannot see a value that fell and rose again.
CREATE TRIGGER orders_filled_qty_never_falls
BEFORE UPDATE OF filled_qty ON orders
WHEN CAST(NEW.filled_qty AS REAL) < CAST(OLD.filled_qty AS REAL)
BEGIN
    SELECT RAISE(ABORT, 'filled_qty of an order never falls');
END;

-- A fill may still be found for a canceled order (filled_qty rises), but its status stays.
CREATE TRIGGER orders_terminal_status_stays
BEFORE UPDATE OF status ON orders
WHEN OLD.status IN('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'DENIED') AND NEW.status <> OLD.status
BEGIN
    SELECT RAISE(ABORT, 'a terminal order status never changes');
END;

CREATE TRIGGER fills_are_evidence
BEFORE UPDATE ON fills
BEGIN
    SELECT RAISE(ABORT, 'fills are append only');
END;

CREATE TRIGGER fills_are_kept
BEFORE DELETE ON fills
BEGIN
    SELECT RAISE(ABORT, 'fills are append only');
END;
