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
    "confirm_pin": "/api/confirm-pin",  # POST {pin}: for five minutes acts that want a fresh PIN may be done
    "change_pin": "/api/pin/change",  # POST {old_pin, pin}: {changed}; every other session ends
    "sessions": "/api/sessions",  # GET {sessions: [{id, kind, address, browser, created_at, last_seen_at, is_this}]}
    "one_session": "/api/sessions/<session_id>",  # DELETE {ended}
    "end_other_sessions": "/api/sessions/end-others",  # POST {}: {ended}
    # Keys of other programs. GET {keys: [{id, name, created_at, expires_at, last_used_at, is_expired}], is_open}
    "reader_keys": "/api/keys",  # POST {name, days}: 201 {id, name, key, ...}, the key this once
    "one_reader_key": "/api/keys/<key_id>",  # DELETE {revoked}
    "setup": "/api/setup",  # GET {mode, key, has_paper_keys, obstacle, is_lan, addresses}
    "check_keys": "/api/setup/keys",  # POST {key, secret, mode}: {account, status, cash, currency, feed, ...}
    "mode": "/api/setup/mode",  # POST {mode, key?, secret?}, LIVE {..., most_dollars, pin}: {is_restarting}
    "lan": "/api/setup/lan",  # POST {is_on}: {is_restarting}
    "session": "/api/session",  # GET {expires_at, is_loopback}, expires_at null: it only watches; DELETE ends it
    "resume": "/resume",  # POST {pin}
    "flatten": "/api/flatten",  # POST {confirm: "FLATTEN", pin}: halts, then sells everything our algorithms hold
    "limits": "/api/limits",  # GET {limits: [{name, value, algorithm_id}], known}; PUT {name, value, algorithm_id?}
    "preferences": "/api/preferences",  # GET {preferences, chosen, scales}; PUT the ones that change
    "algorithms": "/api/algorithms",  # GET {algorithms, total_account_value, market_open}; POST {name, ticker, ...}
    "algorithm": "/api/algorithms/<int:algorithm_id>",  # GET, DELETE
    "stop": "/api/algorithms/<int:algorithm_id>/stop",  # POST {liquidate}
    "pause": "/api/algorithms/<int:algorithm_id>/pause",
    "resume_algorithm": "/api/algorithms/<int:algorithm_id>/resume",
    # GET ?timeframe=1m|5m|1d&since=: {bars: [[at, o, h, l, c, v]], fills, decisions}; at most 500 and 200
    "chart": "/api/algorithms/<int:algorithm_id>/chart",
    "decisions": "/api/algorithms/<int:algorithm_id>/decisions",  # GET ?limit=50&before=: newest first, has_older
    "why": "/api/algorithms/<int:algorithm_id>/why",  # GET ?minute=: {decision, verdict, nothing, bar, orders, ...}
    "algorithm_orders": "/api/algorithms/<int:algorithm_id>/orders",  # GET ?limit=50&before=: orders, round_trips
    "algorithm_setup": "/api/algorithms/<int:algorithm_id>/setup",  # GET {parameters, file, file_sha256, created_at}
    "available_algorithms": "/api/available-algorithms",  # GET {algorithms: [{name, help, parameters, error}]}
    "account_cash": "/api/account/cash",  # GET {available, cash, equity, allocated}
    "validate_ticker": "/api/validate-ticker",  # GET ?ticker=, POST {ticker}: {valid, tradable, name, reason, ...}
    "tickers": "/api/tickers",  # GET ?q=aap: {tickers: [{symbol, name}], sentence}; what the letters may mean
    "notifications": "/api/notifications",  # GET {available, targets, topics, quiet_hours, ...}; PUT one
    "test_notification": "/api/notifications/test",  # POST {key}: {delivered, error}
    # Newest first, a page at a time: GET ?limit=50&before=<next of the page above>&algorithm_id=&symbol=&day=2026-11-20
    "orders": "/api/orders",  # {orders: [...], next}; &state=working or ended
    "fills": "/api/fills",  # {fills: [...], next}
    "fill_sums": "/api/fills/sums",  # {count, fees, bought, sold}: of all pages
    "round_trips": "/api/round-trips",  # {round_trips: [...], next, sums}; a day is that of the exit
    # How each strategy does; all figures to date, net of fees.
    "strategy_list": "/api/strategies",  # GET {strategies: [{strategy, algorithms, total_trades, ...}], account}
    # GET {strategy, as_of, days, figures, plots, reasons: {entry, exit, of}, algorithms, round_trips, total}
    "strategy_page": "/api/strategies/<strategy>",
    "order_choices": "/api/orders/choices",  # GET {algorithms: [{id, name, ticker}], symbols, days}: what to select
    "cancel_order": "/api/orders/<client_order_id>/cancel",  # POST: {status, filled_qty, average_price, ...}
    "positions": "/api/positions",  # GET {positions: [...], besides: [{symbol, shares, baseline, is_confirmed, ...}]}
    # The same selections as files of comma-separated values, for a spreadsheet.
    "orders_file": "/api/orders.csv",
    "fills_file": "/api/fills.csv",
    "round_trips_file": "/api/round-trips.csv",
    "signals": "/api/signals",  # GET ?limit=50&before=: {signals: [...], next}; what waits is in the state, proposals
    "approve_signal": "/signals/<int:signal_id>/approve",  # POST {}: {id, status, shares, order_status, reason}
    "reject_signal": "/signals/<int:signal_id>/reject",  # POST {reason?}: {id, status}
    "baseline": "/api/baseline",  # POST {symbols}: {confirmed, waiting}; what the account held before our first start
    "differences": "/api/differences",  # POST {symbol, choice, algorithm_id?, price?}: adopt, ignore, assign, flatten
    # Backtests: {algorithm, tickers, cash, params?, from?, to?, costs?}; jobs are queued, running, failed or canceled.
    "backtests": "/api/backtests",  # GET {jobs, results}; POST 201 {id}
    "backtest": "/api/backtests/<backtest_id>",  # GET {id, state, fraction, ..., result?}; DELETE what is over
    "cancel_backtest": "/api/backtests/<backtest_id>/cancel",  # POST
    "backtest_report": "/api/backtests/<backtest_id>/report",  # GET one HTML document
    "backtest_export": "/api/backtests/<backtest_id>/export",  # GET ?form=json|csv: a file
    "backtest_comparison": "/api/backtest-comparison",  # GET ?first=&second=
    "backtest_days": "/api/backtest-days",  # GET ?ticker=&from=&to=: which have bars; POST the same: fetch the others
    "health_report": "/api/health",  # GET {lines: [{what, state, sentence, advice}], trend: [{ago_s, rss_mb, late_s}]}
    "doctor": "/api/health/doctor",  # GET {lines}: everything looked at anew, which takes its time
    "logs": "/api/logs",  # GET ?level&text&before|after: {entries: [{at, level, text, id}], older, newer, is_cut, zone}
    "log_download": "/api/logs/download",  # GET the whole log as a file, without secrets
    "about": "/api/about",  # GET {version, page: [{name, text}], packages: [{name, version, licence}]}
    "account_truth": "/api/account-truth",  # GET {baseline, differences, external_fills}: what is not our algorithms'
    # Open alerts are in the state. GET ?before=&limit=: those that are over, {alerts, next_before}, newest first
    "alerts": "/api/alerts",
    "acknowledge_alert": "/api/alerts/<int:alert_id>/acknowledge",  # POST: seen, and still open
    "resolve_alert": "/api/alerts/<int:alert_id>/resolve",  # POST: dealt with
    "command": "/api/commands/<command_id>",  # GET what came of an act that answered 202
}

# Raw WebSockets for other programs, beside what a screen uses. The first frame is {type: "connected", timestamp, id};
# an event is {type, data, timestamp, id}, bars have no id. ?after=<id of the last event>: what the log holds after it
# comes first, behind {type: "resume.incomplete", data: {after, why: "pruned" | "unknown", complete_after, newest}}
# where that is not everything. ?bars=1: bar.completed and bar.updated too. The text "ping" is answered "pong".
# Refused before the upgrade: 401 without session or key, 403 for a foreign page, 400 for a bad id, 426 without an
# upgrade, 503 when too many are open. Closed later: 4401 when session or key has ended, 4408 for who reads too slowly.
STREAMS = {
    "events": ("/ws", "/stream/events"),
    "signals": ("/ws/signals",),  # signal.* and coordinated.*
    "trades": ("/ws/trades",),  # order.*, trade.* and position.*
}

# Socket.IO, namespace "/". A gap in `seq`, or another `boot`, means: emit RESYNC and take the SNAPSHOT.
SNAPSHOT = "snapshot"  # server -> page, on connect and on RESYNC: {boot, seq, state}
UPDATE = "update"  # server -> page: {boot, seq, changes, events}
HEARTBEAT = "heartbeat"  # server -> page, every 2 s: {boot, seq, now}
RESYNC = "resync"  # page -> server
EVENTS = (SNAPSHOT, UPDATE, HEARTBEAT, RESYNC)
