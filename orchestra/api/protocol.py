"""Every URL and event name that a screen uses; frontend/js/protocol.js holds the same, and a test compares them.

The payloads stand beside their names. Times are ISO-Z texts, money and share counts are decimal texts, prices and
fractions are numbers, what is unknown is null.
"""

ROUTES = {
    # No session needed.
    "health": "/health",
    "pin": "/api/pin",  # GET {exists}; POST {pin} from loopback, once: 201 {created: true} and a session cookie
    "validate_pin": "/api/validate-pin",  # POST {pin}: 200 {valid} + cookie, 401 {valid, tries_left}, 429 {wait_s}
    # Both: POST {reason?}, loopback without a session, elsewhere with one: {halted, at, by, reason, kind, ...}
    "halt": "/halt",  # nothing is bought, working entries are canceled
    "stop_entries": "/api/stop-entries",  # nothing is bought, what works stays
    # A session of the owner.
    "session": "/api/session",  # GET {expires_at, is_loopback}; DELETE ends it
    "resume": "/resume",  # POST {pin}
    "flatten": "/api/flatten",  # POST {confirm: "FLATTEN"}: halts, then sells everything our algorithms hold
    "limits": "/api/limits",  # GET {limits: [{name, value, algorithm_id}], known}; PUT {name, value, algorithm_id?}
    "algorithms": "/api/algorithms",  # GET {algorithms, total_account_value, market_open}; POST {name, ticker, ...}
    "algorithm": "/api/algorithms/<int:algorithm_id>",  # GET, DELETE
    "stop": "/api/algorithms/<int:algorithm_id>/stop",  # POST {liquidate}
    "pause": "/api/algorithms/<int:algorithm_id>/pause",
    "resume_algorithm": "/api/algorithms/<int:algorithm_id>/resume",
    "decisions": "/api/algorithms/<int:algorithm_id>/decisions",  # GET ?limit=50: newest first
    "available_algorithms": "/api/available-algorithms",  # GET {algorithms: [{name, help, parameters, error}]}
    "account_cash": "/api/account/cash",  # GET {available, cash, equity, allocated}
    "validate_ticker": "/api/validate-ticker",  # GET ?ticker=, POST {ticker}: {valid, tradable, name, reason, ...}
    "baseline": "/api/baseline",  # POST {symbols}: {confirmed, waiting}; what the account held before our first start
    "differences": "/api/differences",  # POST {symbol, choice, algorithm_id?, price?}: adopt, ignore, assign, flatten
    "command": "/api/commands/<command_id>",  # GET what came of an act that answered 202
}

# Socket.IO, namespace "/". A gap in `seq`, or another `boot`, means: emit RESYNC and take the SNAPSHOT.
SNAPSHOT = "snapshot"  # server -> page, on connect and on RESYNC: {boot, seq, state}
UPDATE = "update"  # server -> page: {boot, seq, changes, events}
HEARTBEAT = "heartbeat"  # server -> page, every 2 s: {boot, seq, now}
RESYNC = "resync"  # page -> server
EVENTS = (SNAPSHOT, UPDATE, HEARTBEAT, RESYNC)
