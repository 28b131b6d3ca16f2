"""The running process, and the map of this house: one line for every room and module.

alpaca_wrapper.py           port: the only user of alpaca-py's REST clients
api_server.py               The API's port: one Flask app with Socket.IO, served on threads of its own (S2-07).
appliance.py                The appliance: one engine and, where somebody may look, the page in front of it.
engine.py                   every part of one run, built in one place and taken down in reverse order
orchestrator.py             main(): builds the parts, starts the threads, waits, stops in reverse order
pipeline.py                 one minute, left to right: the map you can run
trading_runs.py             The runs that trade: a replay, the demo, an account. Parts are built, started, waited for, …
websocket_manager.py        port: the only user of alpaca-py's streams
worlds.py                   what differs between worlds: clock, feed, broker
api/                        What the API answers: one blueprint a noun, who may ask, and the live feed of the screens.
  answers.py                What every route says the same way: JSON, money as text, a refusal in one plain sentence.
  api_context.py            What the blueprints share: the parts, and what is built of them once.
  api_parts.py              What the API is given by the builder: everything it needs, and nothing to trade with.
  command_relay.py          Acts of the owner: handed to the engine, waited for, answered; never done twice under one …
  front_end.py              The files of the page: a fixed list made at start, from name to bytes; nothing else is …
  protocol.py               Every URL and event name that a screen uses; frontend/js/protocol.js holds the same, and a …
  request_body.py           The body of a request: JSON of the right kind, size and shape, or one sentence that says …
  stored_halt.py            The halt in door.db, so that a restart stays halted.
  tickers.py                Whether a ticker can be traded, and in words why not (S2-13).
  auth/                     Who may come in: the PIN, its lockout, sessions, and which request needs what.
    access.py               Which request needs what: nothing is reachable without a session except what is listed here.
    cookies.py              The two cookies: HttpOnly, SameSite=Strict, for the whole site, gone with the browser or …
    lockout.py              The lockout: failed logins slow a source down, and can never lock the owner out …
    login.py                One try with a PIN: may this source try, is it right, what does that cost.
    own_origin.py           Whether a request comes from our own page: the answer to foreign pages and to DNS …
    peer.py                 Who is at the other end: this machine itself, or somebody in the network.
    pin_keeper.py           The PIN: made once, checked in constant time, reset from the command line.
    pin_rules.py            Which PINs are refused: the ones everybody tries first (ASVS 6.2.4, NIST SP 800-63B …
    sessions.py             Sessions on the server's side, so that they can be ended (ASVS 7.2 to 7.4).
    turnstile.py            One at a time, a few may wait, the rest is turned away: hashing PINs never becomes an …
  feed/                     The live feed of the screens: a snapshot, numbered updates, a heartbeat.
    event_json.py           News as the screens hear them: {type, data, timestamp} (domain.md 2b).
    live_feed.py            The live feed: one thread compares states, numbers what changed and tells every screen.
    sockets.py              The Socket.IO side of the feed: sockets carry reads only, acts go through REST.
    state_json.py           The state of the screens as JSON: the live snapshot, in the spelling of the page.
  routes/                   One blueprint a noun: no trading logic here, a command is handed to the engine and its …
    account.py              The account over HTTP: what a new algorithm may be given (S2-12).
    algorithm_acts.py       Algorithms over HTTP, to act on: create, stop, pause, resume (S2-10, S2-14).
    algorithms.py           Algorithms over HTTP, to look at: what they own, and why each minute went as it did (S2-09).
    choices.py              What can be chosen for a new algorithm: a strategy and a ticker (S2-11, S2-13).
    commands.py             What came of an act that answered 202.
    health.py               GET /health: for whoever watches the watcher (domain.md 2b). 503 as soon as something is …
    pages.py                The page and its files (S2-31, S2-90).
    pin.py                  The PIN over HTTP: is there one, make the first one, unlock (S2-08).
    safety.py               Halt and resume: the flag is set by this very thread, whatever the engine is doing.
    session.py              The session over HTTP: until when, and lock again.
  wire/                     How requests arrive: a bounded HTTP server, the gate in front of everything, WebSockets, …
    admission.py            How many connections there may be, and from where (reliability.md 5.2).
    gate.py                 The gate in front of everything: known Host, own page, a session before any socket …
    http_server.py          The HTTP server: Werkzeug's threaded one, with a limit on everything (reliability.md 5.2).
    reaper.py               Deadlines of connections: whoever sends half a request, or reads half an answer, is hung …
    request_handler.py      One connection, request after request: whole heads and whole bodies only, one write an …
    security_headers.py     The headers of every response (reliability.md 4.4, ui.md 11): what a browser must not do …
    token_bucket.py         A rate: so many at once, so many a second after that.
    web_socket.py           WebSockets with a limit on a message, whole writes, and an end that is always noticed.
backtest/                   Backtests: the same files, rules and fills as live, over years of stored minutes.
  backtester.py             Build the simulated twin of the engine for one walk: same loader, gate and book; clock, …
  played.py                 What a walk through the minutes leaves behind: facts, nothing calculated from them yet.
  progress.py               How far a run is, and whether it is still wanted: what a walk tells and asks once a session.
  request.py                What a backtest is asked to do: algorithms, bars, days, costs. Frozen, and the same as JSON.
  result.py                 The result of a backtest, as it is kept, shown, compared and exported: JSON values only.
  checks/                   Whether a run can be trusted: look-ahead, and parity with what was traded live.
    lookahead/              Whether a strategy looks ahead: the same run in a process that has never seen the future.
      check.py              Check a strategy for look-ahead: decisions with the whole history in memory against …
      drip.py               A run whose future is in another process: each bar is handed over once its minute is over …
    parity/                 Parity: a day's live decisions, decided again on the stored bars and compared minute by …
      books_then.py         The books of one algorithm as live had them at a minute: its fills, cash, position and …
      causes.py             Why a decision differs: the first cause that what is known supports, the surest first.
      check.py              The check of a day: every algorithm decided again, its differences explained, its fills …
      fill_rule.py          Live orders against the fill rule of backtests: what each should have paid, paid, and how …
      findings.py           What a parity check finds: decisions that differ, each with its cause, and fills against …
      instance_life.py      How old live's instance of an algorithm was: since when it had lived, and when it was made …
      kept_checks.py        The checks of past evenings: one JSON file a day, below the logs, kept for a little more …
      live_day.py           One day as live decided it, out of the system database, which may be in use.
      repetition.py         One algorithm's minutes decided again: the same runner and rules as live, on the stored …
      suspect_bars.py       Bars that live may not have had as they are stored now: what source, revision and live's …
      watched_world.py      The market as it is stored now, bounded by a minute, that remembers which bars were read.
      wording.py            A parity check in plain words: one headline, and a page for the terminal.
  history/                  Past minutes in memory, and what of them may be seen when.
    file_guard.py           The file guard: while a history is played, nobody opens the files it came from.
    history.py              The past in memory: columns of bars by symbol, and the sessions they were traded in.
    history_bars.py         The history as orders meet it: the bar of a minute, the last price as money.
    history_reader.py       Read a history: recorded files, or the bars of a market database.
    history_world.py        The world of a backtest: what its data functions answer, read from memory.
    window.py               One symbol's newest bars, as strategies read them: lists to slice, an index up to which …
  jobs/                     Backtests in child processes: queue, progress, cancel, and the results that are kept.
    decision_file.py        Decisions of a backtest on disk: the table of the system database, written in batches.
    jobs.py                 Backtests as jobs: a queue, one child process at a time, progress, cancel; what a screen …
    quiet_child.py          A child process that takes only what nobody else wants, and ends with its parent.
    shelf.py                The shelf: results that are kept, one folder each, to be looked at and compared later.
  measures/                 What a run is worth: round trips, metrics, buy and hold, and whether luck explains it.
    assumptions.py          What a backtest assumes, in plain sentences: they stand beside every result.
    buy_and_hold.py         The lazy alternative: each algorithm's money in its ticker from the first minute to the …
    luck.py                 Whether the best of many tries is likely luck.
    measure.py              Measure what was played: from facts to the result that is kept, shown and compared.
    metrics.py              The metrics of a curve and its round trips, by name: what users compare first (domain.md 7).
    minute_values.py        What an algorithm held and was worth at every minute of a run, from its fills alone.
    warnings_of.py          What makes a result less trustworthy than it looks, in plain sentences.
  report/                   A result for a person: one HTML file, the terminal, CSV.
    charts.py               Line charts as SVG: drawn once, sharp at any size, printed like a table; colours come from …
    compare.py              Two results side by side: what was asked differently first, then what came of it.
    csv_files.py            A result as CSV files: fills, round trips, equity, metrics, for whoever works on in a …
    curves.py               The plots of a result: equity beside buy and hold, falls, round trips on the price; each …
    figures.py              Figures as a person reads them: money, percent, durations; what cannot be known is a dash, …
    html_report.py          A result as one HTML file: works offline, prints on paper, runs no script.
    markup.py               HTML and SVG from pieces: every text from outside is escaped here and nowhere else.
    style.py                The look of a report: the page's own tokens, dark or light as the reader likes, plain on …
    text.py                 A result in the terminal: eighty columns, what is read first on top.
  sweep/                    Many runs with other parameters, on all cores or a cluster.
    cluster.py              The same trials on many machines: handed to a Dask scheduler that is already running.
    player.py               Play one trial: the same backtest with other parameters, on a stretch of the sessions, …
    pool.py                 Trials on all cores: processes at the lowest priority that share the history by being …
    space.py                The parameter space of a sweep: a grid of values, or points drawn at random.
    split.py                Which sessions a choice may see, and which judge it afterwards.
    sweep_text.py           A sweep for a person: the best sets, what became of them on unseen days, and whether it is …
    sweeper.py              The sweep: play every parameter set, choose by one figure, judge the choice on sessions it …
    trial.py                One trial of a sweep: a set of parameters, a stretch of sessions, and what came of it.
  walk/                     One run through the minutes: turns, orders, what was decided.
    backtest_books.py       The books of a backtest: positions, cash and working orders in memory, by the same …
    backtest_desk.py        The desk of a backtest: approved decisions become orders at a broker in the same process, …
    decision_log.py         What was decided, minute after minute: equal holds of a session become one row, rows leave …
    decision_row.py         The rows of a backtest's decisions, and where they go: in batches, equal holds of a …
    minute_walk.py          The walk through the minutes: every algorithm decides at each, as live, and most of the …
    seat.py                 An algorithm's seat in a walk: its instance, its state in the books, and the holds in a …
execution/                  from an approved decision to a booked fill
  alpaca_broker.py          Alpaca as a Broker: its JSON becomes our nouns
  books.py                  algorithms, orders, fills, positions: in memory and in system.db, never apart
  broker.py                 what the order path needs of a broker
  decision_book.py          The newest decisions: what each algorithm last wanted and what came of it, in memory and …
  due_times.py              when to ask again: soon at first, then once a minute
  order_desk.py             intents on disk, then the wire, then what came of it
  order_numbers.py          our order ids: a pure function of install, algorithm, minute and leg
  order_sender.py           sending one order once, and what its answer means
  reconciler.py             our books against the broker's; start-up and recovery are one path
  recovery.py               a reconciliation that is wanted, tried again until it has worked
  settler.py                the end of a simulated minute: done, book what it filled, until nothing new comes
  watch/                    Onlookers of the broker: whether it answers, and whether its stream tells everything.
    order_stream_watch.py   The order stream's watch: what a poll finds out, the stream should have told.
    watched_broker.py       A broker that is watched: how often it stayed silent, and whether it is worth asking now.
messages/                   frozen values that cross a thread or a stage
  commands.py               what somebody wants done, imperative, one handler each
  event_bus.py              news for onlookers: removing every listener changes no trade
  events.py                 what happened, in the past tense
  halt.py                   The halt: nothing is bought until the owner says so.
  live_snapshot.py          The live snapshot: everything a screen shows, frozen, replaced as a whole by the engine.
  lockstep.py               the handshake between the engine and an exchange that owns the clock
office/                     The owner's office: commands in, what every screen shows out.
  account_watch.py          The broker's account, asked for off the engine's thread and kept until the next answer.
  allocation.py             Whose money is whose: what the algorithms may use of the account, and what is left for a …
  equity_log.py             The equity log: what the account and each algorithm were worth, written in the minute's …
  front_office.py           The front office: every command of the owner gets one handler and one answer, whatever …
  live_desk.py              The live desk: everything a screen shows, put together after each commit and once a second …
  market_clock.py           The market's clock as a screen shows it: what the exchange is doing now and what comes next.
  owner_pin.py              The owner's PIN as the engine knows it: whether there is one; created once.
  owner_sales.py            The owner's sales: a stopped algorithm's shares, sold through the one path until they are …
  rest_counter.py           The rest counter: an algorithm rests, or runs again.
  sparklines.py             The little line on a card: closes of the session, at most sixty of them.
  start_counter.py          The start counter: a new algorithm, checked and tried before anything is stored.
  stop_counter.py           The stop counter: ending an algorithm, and canceling everything that works, with an honest …
paper_exchange/             the offline Alpaca: a simulated exchange that speaks its protocols on loopback
  __main__.py               the exchange alone, for any Alpaca client
  exchange.py               one market, one account, and the clock that waits for its engine
  extended_hours.py         The hours around a session in which orders for extended hours trade: 04:00 to the open, …
  lockstep_client.py        the handshake with an exchange in another process
  pace.py                   How fast an exchange's clock may go: a ceiling, and a while of rest at each close.
  paper_broker.py           Market orders of one account in process, for backtests: the book's rules without the …
  portfolio_history.py      What the account was worth over time, told again from its executions, dividends and splits.
  schedule.py               the minutes its clock visits: open to close of each session of the market
  server.py                 the exchange on a port: starts and stops its threads
  share_prices.py           What a share was worth at any second, on the terms of that day's shares.
  trading_desk.py           The counter of the exchange: place, replace and cancel orders, close positions, change the …
  book/                     one account at the exchange
    account.py              what the account is worth and what it can still spend
    draft.py                changes that become real together: computed, stored, then put in place
    fees.py                 What an execution costs beside its price: a policy beside the fill model.
    fill_model.py           What a bar gives of its volume, and what dealing costs: policies beside the rule of …
    matching.py             the one rule by which a minute bar fills orders
    order_request.py        the body of POST /v2/orders, checked field by field
    orders.py               an order, its states, and what each step may change
    positions.py            shares held in one symbol, and what they cost
    refusal.py              a request turned down, as Alpaca says it
    schema.py               the schema of exchange.db, as migrations
    store.py                the book on disk, committed before anybody is answered
    entry/                  What becomes of a request: read, checked against the account, made an order.
      account_rules.py      What the account may order now: its settings, its money, its shares, and the wash-trade …
      auction_hours.py      When orders for the opening and closing auctions are taken.
      field_reader.py       One field of a request's body at a time: numbers as JSON numbers or strings, prices on …
      order_entry.py        Make orders of a request: which bar may fill them first, when they die, and which legs …
      order_terms.py        What a client asks for when it places an order.
      replacement.py        The body of PATCH /v2/orders/{id}, and the order that takes the old one's place.
      request_rules.py      Which fields of an order go together, whatever the account holds. Alpaca's published …
      wash_trades.py        Alpaca's table of wash trades: which new order may not meet which resting one of the other …
    floor/                  Where orders meet bars: the matcher, families of orders, corporate actions.
      corporate_actions.py  Splits and dividends, applied to positions and open orders at the open of their ex date.
      families.py           Orders that belong together: what an execution or a cancellation of one means for the …
      matcher.py            Let bars meet the working orders, and do what follows of it.
      trailing.py           The price that a trailing stop drags behind itself.
    records/                What else the book keeps beside orders: its opening, settings, watchlists, activities.
      activities.py         What happens to an account beside executions: dividends and splits.
      configuration.py      What the owner of the account has set: the body of /v2/account/configurations.
      opening.py            Open a book, or start one, and refuse a book that was kept under other terms.
      rows.py               Rows of exchange.db to values of the book and back: decimals and dates are text, the rest …
      watchlists.py         Named lists of symbols that the account's owner keeps.
  market/                   where the exchange's prices come from
    assets.py               names of what can be traded
    corporate_action.py     What a company does to its shares: splits and dividends.
    market.py               what the exchange asks of a market
    replay.py               the market of a replay: exactly the bars of some recorded files
    session_bars.py         Bars of a long range, made session by session while somebody reads them: two years need no …
    synthetic.py            A market that never was: any symbol, any session, from one seed.
    story/                  How a made-up market comes about: every number follows from the seed, the symbol and the …
      chance.py             Chance that can be repeated: the same text gives the same numbers on every machine and in …
      company.py            What companies do to their shares: a split about every 1,024 days for some, a dividend …
      day_path.py           Where a name stands at the end of each day: anchors every 256 days, and between two of …
      listings.py           What can be traded: about 300 real tickers with their usual price and volume, and any …
      minutes.py            Make the minutes of a session from the seed alone: a bridge from last night to tonight, …
      session_shape.py      How a session breathes: lively after the open and before the close, quiet at noon.
      trading_day.py        One session of one symbol: its minute bars in few bytes.
  tape/                     What a data feed tells of a market that holds only minute bars: prints, quotes, longer …
    adjustment.py           Prices on the terms of today: splits and dividends taken out of earlier bars.
    aggregate.py            Several bars of one symbol as one.
    bar_history.py          Bars of every length up to the exchange's minute, from a market that knows minute bars.
    new_york.py             New York days, because the protocol's daily bars begin at midnight there. Nothing is …
    prints.py               Trades and quotes derived from a minute bar by one rule, for history and stream alike.
    timeframe.py            Lengths of bars, and where each begins: 1 to 59 minutes, 1 to 23 hours, a day, a week, 1 …
  wire/                     Alpaca's protocols: REST, both WebSockets, and our control port
    data_plan.py            What a market-data subscription allows (plans of the market-data reference).
    http_server.py          a small HTTP/1.1 server for loopback that hands WebSockets over
    market_shapes.py        The JSON objects of Alpaca's market data, the same on the streams and in history.
    order_shapes.py         The JSON objects of Alpaca's protocol that tell of orders: the order, its events, the …
    request_budget.py       Requests a minute: told in the headers of every answer, and enforced when asked to.
    shapes.py               the JSON objects of Alpaca's protocol
    faults/                 Faults that the offline Alpaca commits on purpose: on its streams, on its REST answers, …
      board.py              The faults planted now, and how often each has struck.
      fault.py              One planted fault: where it strikes, what it does, how often, and how the control port …
      rest_faults.py        What planted faults make of a REST request and its answer.
      routes.py             Plant, list and clear faults: POST, GET and DELETE /control/faults.
      stream_faults.py      What planted faults make of the messages of one stream.
    rest/                   one blueprint a noun, and the control port
      account.py            the account, its positions, and its fills as activities
      activities.py         The account's activities: executions, dividends, splits, page by page.
      answers.py            what every blueprint does the same way: refuse, read a parameter
      app.py                one Flask app: key headers, rate headers, error bodies
      control.py            the engine's handshake over HTTP
      orders.py             place, list, look up, cancel
      portfolio_history.py  GET /v2/account/portfolio/history: numbers, not strings, as Alpaca sends them.
      positions.py          Positions: what is held, and selling it.
      reference.py          the market's clock, its calendar, its assets
      watchlists.py         Watchlists: make, look up, change, forget; by id or by name.
      market_data/          Alpaca's market-data REST: bars, trades, quotes, snapshots, auctions, corporate actions, …
        bars.py             Bars of every timeframe: history page by page, and the latest minute. Nothing is served …
        blueprints.py       All routes of the market-data side.
        codes.py            What the codes of trades and quotes mean: GET /v2/stocks/meta/...
        corporate_actions.py  Splits and dividends: GET /v1/corporate-actions, by ex date, announced thirty days ahead.
        paging.py           Pages over several symbols: sorted by symbol, then time, and one limit for all of them …
        query.py            Parameters that all market-data endpoints share. The data host says what is wrong with …
        snapshots.py        Snapshots: the newest trade, quote, minute and day of a symbol, and the day before; and …
        trades_quotes.py    Trades and quotes, derived from the minute bars as the stream tells them: history page by …
    sockets/                Alpaca's two WebSocket protocols
      connection.py         a bounded queue and a writer, so that a slow client never holds up the exchange
      data_client.py        One client of a data stream: its spelling, its authentication, its subscriptions.
      data_stream.py        market data: binary msgpack arrays, subscriptions by channel
      fakepaca.py           FAKEPACA, the only symbol of the test feed: a price that climbs a cent a minute for an …
      hub.py                all live connections by their path
      minute_news.py        What happened in a minute, as messages of a data stream for what a client listens to.
      subscriptions.py      What one client of a data stream listens to, and how far its plan reaches.
      trade_stream.py       trade updates: JSON objects in binary frames
parts/                      The sides of one engine, each built in one place: the market's and the orders'.
  asked_algorithms.py       The algorithms that the command line asks for, matched with those the books know already.
  evening_parity.py         The evening's parity check of an engine: a child process after each close, looked at now …
  live_watch.py             What only real time needs watched: the clock, the feed, gaps, steps of a price, the order …
  market_side.py            The market's side of an engine: streams, history, and the bars the algorithms may see.
  order_side.py             The orders' side of an engine: books, desk, and the comparison with the broker.
  owner_side.py             The owner's side of an engine: commands, sales, the account's figures, and what the …
risk/                       our own rules: what may be sent at all
  halt_switch.py            The halt switch: one event that stops every opening order, set by whoever sees the danger …
  risk_gate.py              every signal leaves it as a decision, and every order passed it
  risk_rules.py             one function a rule: None lets the signal pass, a text says why not
run/                        one run of the program: what was asked for, its files, whose they are, what is shown
  command_line.py           the arguments, read and checked
  data_directory.py         where a run keeps its files, and that only one process uses them
  first_algorithms.py       What a demo trades before its owner has chosen anything: the strategy that is the …
  market_file.py            The market database of a data directory, for a command that reads or adds bars.
  progress.py               how far a replay is, on the screen
  run_files.py              the files of one run: checked before anything is written, locked, opened, closed
  run_identity.py           what a system database remembers of its run, to refuse another
  run_summary.py            what came of a replay, as text and as JSON
  terminal.py               the standard streams, in copies that no strategy can close
runtime/                    what every stage may use
  agenda.py                 jobs that come back, run by the engine between minutes
  clock.py                  the only place that looks at the system clock; the clock of an exchange
  directory_lock.py         One process a data directory: AutoTrader, or an exchange that runs alone.
  fetcher.py                a small pool for slow look-ups
  inbox.py                  whatever comes back from the world arrives here as a message
  log_setup.py              log lines on disk and on the screen
  minute_loop.py            sleeps on the inbox until the next due time, runs the minute
  news_log.py               the trading day in plain log lines: wanted, denied, filled
  plain_text.py             strangers' text made fit for a database, a log line and a screen
  settings.py               environment > .env > settings.toml > defaults; the only reader of the environment
  stop_switch.py            Ctrl-C and SIGTERM become a message
  tick_thread.py            the clock thread of simulated time: ticks into the inbox
  network/                  The line to the broker: how often it is used, asked again, made anew.
    clock_gate.py           The clock gate: no order before the exchange's clock agrees with ours, since a small …
    reconnect_pace.py       How often a stream may connect: a server that throws us out is not stormed.
    request_line.py         A line to one host: one request at a time, within the budget, and questions asked again …
    steady_stream.py        What alpaca-py's streams lack: an end, a pace, a limit to a silent start, and a reason in …
    subscriptions.py        Who needs which symbol's prices: reference counts that cannot go wrong.
    token_bucket.py         A broker's request budget: what may be asked now, and what has to leave room for something …
  owner/                    What passes between the engine and the screens of its owner: commands in, snapshots out.
    command_desk.py         Commands of the owner on their way to the engine; the same id twice is the same command.
    live_board.py           The board the engine writes on and every screen reads: one snapshot, replaced as a whole, …
signals/                    everything that can want an order
  backfill.py               missed history that is wanted, fetched again until it has come
  market_view.py            feeds become closed bars; what the algorithms may see at a minute
  parameters.py             What an owner may set on a strategy: its class-level PARAMETERS, and values held against …
  roster.py                 which algorithms run, and what they subscribe to
  strategy_catalog.py       The strategies an owner may choose from, read and never run: what a file says of itself …
  strategy_loader.py        strategy files: found, checked, imported, pinned by their SHA-256
  strategy_runner.py        every running algorithm once a minute, each alone with its limit and faults
  tried_strategies.py       strategy files found, imported and tried before anything is touched
  turns/                    One turn of a strategy: its limit, its answer, and the signal it becomes.
    answer.py               Reading a strategy's answer: whatever is not exactly the contract never trades.
    quick_turns.py          Turns of a backtest: a hundred thousand a year, read by the same rules and limited by one …
    turn_signal.py          How a turn becomes a signal: what was answered, and what it was decided on.
    turn_timer.py           The time limit of one algorithm's turn: an interval timer that interrupts strangers' code …
    wait_budget.py          How long one algorithm's turn may wait for the broker's history, over all its look-ups.
  watch/                    What is watched beside the minutes: the feed, and whether the assets may still be traded.
    asset_watch.py          The asset watch: a symbol that can no longer be traded makes its algorithms rest (S2-70).
    feed_watch.py           The feed watch: whether a silent data stream is mute, or nothing is traded.
verbs/                      The verbs of the command line: one module each, for a person at a terminal.
  backtest.py               Try algorithms on the past: `backtest`.
  check_lookahead.py        Check whether an algorithm looks ahead: `check-lookahead`.
  parity.py                 The verb `parity`: today's live or demo decisions, decided again on the stored bars.
  report.py                 Look at results that were kept: `report`.
  sweep.py                  Try many parameter sets: `sweep`.
  verb_list.py              The verbs of the command line by name; each is imported only when it is asked for.
  bars/                     Bars into the store and out of it: the verbs `import`, `export` and `download`.
    bar_arguments.py        What the commands about bars are told: tickers, days, a data directory.
    download.py             The verb `download`: history of an Alpaca account's feed into the store, as much of it as …
    export_bars.py          The verb `export`: stored bars to a file that `--replay`, `backtest --data` and `import` …
    import_bars.py          The verb `import`: minute bars of files into the store, with an account of every row.
  children/                 Processes that the program starts by itself, at the lowest priority.
    backtest_child.py       One job of the queue, in a process of its own: plays, tells how far it is, puts its result …
    evening_check.py        The evening's parity check, as a process of its own that the running engine starts.
  person/                   What the verbs share: what they are asked, how far they are, Ctrl-C.
    arguments.py            What the verbs about backtests are asked: algorithms, bars, days, costs; each checked …
    cancel_switch.py        Ctrl-C while a verb works: the first one asks it to end and tell what it has, the second …
    progress_line.py        How far a verb is: one line in place on a terminal, a line now and then elsewhere.
"""
