"""The running process, and the map of this house: one line for every room and module.

alpaca_wrapper.py           port: the only user of alpaca-py's REST clients
engine.py                   every part of one run, built in one place and taken down in reverse order
orchestrator.py             main(): builds the parts, starts the threads, waits, stops in reverse order
pipeline.py                 one minute, left to right: the map you can run
websocket_manager.py        port: the only user of alpaca-py's streams
worlds.py                   what differs between worlds: clock, feed, broker
api/                        What the API answers: one blueprint a noun, who may ask, and the live feed of the screens.
  protocol.py               Every URL and event name that a screen uses; frontend/js/protocol.js holds the same, and a …
execution/                  from an approved decision to a booked fill
  alpaca_broker.py          Alpaca as a Broker: its JSON becomes our nouns
  books.py                  algorithms, orders, fills, positions: in memory and in system.db, never apart
  broker.py                 what the order path needs of a broker
  due_times.py              when to ask again: soon at first, then once a minute
  order_desk.py             intents on disk, then the wire, then what came of it
  order_numbers.py          our order ids: a pure function of install, algorithm, minute and leg
  order_sender.py           sending one order once, and what its answer means
  reconciler.py             our books against the broker's; start-up and recovery are one path
  recovery.py               a reconciliation that is wanted, tried again until it has worked
  settler.py                the end of a simulated minute: done, book what it filled, until nothing new comes
  watched_broker.py         a broker's silence is counted: rest after it, no entries after five in a row
messages/                   frozen values that cross a thread or a stage
  commands.py               what somebody wants done, imperative, one handler each
  event_bus.py              news for onlookers: removing every listener changes no trade
  events.py                 what happened, in the past tense
  live_snapshot.py          The live snapshot: everything a screen shows, frozen, replaced as a whole by the engine.
  lockstep.py               the handshake between the engine and an exchange that owns the clock
paper_exchange/             the offline Alpaca: a simulated exchange that speaks its protocols on loopback
  __main__.py               the exchange alone, for any Alpaca client
  exchange.py               one market, one account, and the clock that waits for its engine
  lockstep_client.py        the handshake with an exchange in another process
  schedule.py               the minutes its clock visits: open to close of each session of the market
  server.py                 the exchange on a port: starts and stops its threads
  book/                     one account at the exchange
    account.py              what the account is worth and what it can still spend
    draft.py                changes that become real together: computed, stored, then put in place
    matching.py             the one rule by which a minute bar fills orders
    opening.py              opens a book, or starts one, and refuses one that was kept under other terms
    order_entry.py          an order made of a request: which bar may fill it first, and when it dies
    order_request.py        the body of POST /v2/orders, checked field by field
    order_rules.py          what the account may order now: money, shares, wash trades
    orders.py               an order, its states, and what each step may change
    positions.py            shares held in one symbol, and what they cost
    refusal.py              a request turned down, as Alpaca says it
    schema.py               the schema of exchange.db, as migrations
    store.py                the book on disk, committed before anybody is answered
  market/                   where the exchange's prices come from
    assets.py               names of what can be traded
    corporate_action.py     What a company does to its shares: splits and dividends.
    market.py               what the exchange asks of a market
    replay.py               the market of a replay: exactly the bars of some recorded files
    replay_file.py          one recorded file, and line by line what is wrong with it
  wire/                     Alpaca's protocols: REST, both WebSockets, and our control port
    http_server.py          a small HTTP/1.1 server for loopback that hands WebSockets over
    shapes.py               the JSON objects of Alpaca's protocol
    rest/                   one blueprint a noun, and the control port
      account.py            the account, its positions, and its fills as activities
      answers.py            what every blueprint does the same way: refuse, read a parameter
      app.py                one Flask app: key headers, rate headers, error bodies
      bars.py               history page by page, and the latest bar; never one whose minute is not over
      control.py            the engine's handshake over HTTP
      orders.py             place, list, look up, cancel
      reference.py          the market's clock, its calendar, its assets
    sockets/                Alpaca's two WebSocket protocols
      connection.py         a bounded queue and a writer, so that a slow client never holds up the exchange
      data_stream.py        market data: binary msgpack arrays, subscriptions by channel
      hub.py                all live connections by their path
      trade_stream.py       trade updates: JSON objects in binary frames
risk/                       our own rules: what may be sent at all
  halt_switch.py            The halt switch: one event that stops every opening order, set by whoever sees the danger …
  risk_gate.py              every signal leaves it as a decision, and every order passed it
  risk_rules.py             one function a rule: None lets the signal pass, a text says why not
run/                        one run of the program: what was asked for, its files, whose they are, what is shown
  command_line.py           the arguments, read and checked
  data_directory.py         where a run keeps its files, and that only one process uses them
  progress.py               how far a replay is, on the screen
  run_files.py              the files of one run: checked before anything is written, locked, opened, closed
  run_identity.py           what a system database remembers of its run, to refuse another
  run_summary.py            what came of a replay, as text and as JSON
  terminal.py               the standard streams, in copies that no strategy can close
runtime/                    what every stage may use
  agenda.py                 jobs that come back, run by the engine between minutes
  clock.py                  the only place that looks at the system clock; the clock of an exchange
  command_desk.py           Commands of the owner on their way to the engine; the same id twice is the same command.
  fetcher.py                a small pool for slow look-ups
  inbox.py                  whatever comes back from the world arrives here as a message
  live_board.py             The board the engine writes on and every screen reads: one snapshot, replaced as a whole, …
  log_setup.py              log lines on disk and on the screen
  minute_loop.py            sleeps on the inbox until the next due time, runs the minute
  news_log.py               the trading day in plain log lines: wanted, denied, filled
  plain_text.py             strangers' text made fit for a database, a log line and a screen
  settings.py               environment > .env > settings.toml > defaults; the only reader of the environment
  stop_switch.py            Ctrl-C and SIGTERM become a message
  subscriptions.py          who wants which symbol: reference counts, never negative
  tick_thread.py            the clock thread of simulated time: ticks into the inbox
signals/                    everything that can want an order
  answer.py                 a strategy's answer: whatever is not exactly the contract never trades
  backfill.py               missed history that is wanted, fetched again until it has come
  market_view.py            feeds become closed bars; what the algorithms may see at a minute
  roster.py                 which algorithms run, and what they subscribe to
  strategy_loader.py        strategy files: found, checked, imported, pinned by their SHA-256
  strategy_runner.py        every running algorithm once a minute, each alone with its limit and faults
  tried_strategies.py       strategy files found, imported and tried before anything is touched
  turn_timer.py             the time limit of a turn: interrupts strangers' code, never ours
  wait_budget.py            how long one turn may wait for history, over all its look-ups
"""
