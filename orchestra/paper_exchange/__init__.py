"""A simulated exchange that speaks Alpaca's REST and WebSocket protocols on loopback.

__main__.py                 the exchange alone, for any Alpaca client
exchange.py                 one market, one account, and the clock that waits for its engine
extended_hours.py           The hours around a session in which orders for extended hours trade: 04:00 to the open, …
lockstep_client.py          the handshake with an exchange in another process
pace.py                     How fast an exchange's clock may go: a ceiling, and a while of rest at each close.
paper_broker.py             Market orders of one account in process, for backtests: the book's rules without the …
portfolio_history.py        What the account was worth over time, told again from its executions, dividends and splits.
schedule.py                 the minutes its clock visits: open to close of each session of the market
server.py                   the exchange on a port: starts and stops its threads
share_prices.py             What a share was worth at any second, on the terms of that day's shares.
trading_desk.py             The counter of the exchange: place, replace and cancel orders, close positions, change the …
book/                       one account at the exchange
  account.py                what the account is worth and what it can still spend
  draft.py                  changes that become real together: computed, stored, then put in place
  fees.py                   What an execution costs beside its price: a policy beside the fill model.
  fill_model.py             What a bar gives of its volume, and what dealing costs: policies beside the rule of …
  matching.py               the one rule by which a minute bar fills orders
  order_request.py          the body of POST /v2/orders, checked field by field
  orders.py                 an order, its states, and what each step may change
  positions.py              shares held in one symbol, and what they cost
  refusal.py                a request turned down, as Alpaca says it
  schema.py                 the schema of exchange.db, as migrations
  store.py                  the book on disk, committed before anybody is answered
  entry/                    What becomes of a request: read, checked against the account, made an order.
    account_rules.py        What the account may order now: its settings, its money, its shares, and the wash-trade …
    auction_hours.py        When orders for the opening and closing auctions are taken.
    field_reader.py         One field of a request's body at a time: numbers as JSON numbers or strings, prices on …
    order_entry.py          Make orders of a request: which bar may fill them first, when they die, and which legs …
    order_terms.py          What a client asks for when it places an order.
    replacement.py          The body of PATCH /v2/orders/{id}, and the order that takes the old one's place.
    request_rules.py        Which fields of an order go together, whatever the account holds. Alpaca's published …
    wash_trades.py          Alpaca's table of wash trades: which new order may not meet which resting one of the other …
  floor/                    Where orders meet bars: the matcher, families of orders, corporate actions.
    corporate_actions.py    Splits and dividends, applied to positions and open orders at the open of their ex date.
    families.py             Orders that belong together: what an execution or a cancellation of one means for the …
    matcher.py              Let bars meet the working orders, and do what follows of it.
    trailing.py             The price that a trailing stop drags behind itself.
  records/                  What else the book keeps beside orders: its opening, settings, watchlists, activities.
    activities.py           What happens to an account beside executions: dividends and splits.
    configuration.py        What the owner of the account has set: the body of /v2/account/configurations.
    opening.py              Open a book, or start one, and refuse a book that was kept under other terms.
    rows.py                 Rows of exchange.db to values of the book and back: decimals and dates are text, the rest …
    watchlists.py           Named lists of symbols that the account's owner keeps.
market/                     where the exchange's prices come from
  assets.py                 names of what can be traded
  corporate_action.py       What a company does to its shares: splits and dividends.
  market.py                 what the exchange asks of a market
  replay.py                 the market of a replay: exactly the bars of some recorded files
  session_bars.py           Bars of a long range, made session by session while somebody reads them: two years need no …
  synthetic.py              A market that never was: any symbol, any session, from one seed.
  story/                    How a made-up market comes about: every number follows from the seed, the symbol and the …
    chance.py               Chance that can be repeated: the same text gives the same numbers on every machine and in …
    company.py              What companies do to their shares: a split about every 1,024 days for some, a dividend …
    day_path.py             Where a name stands at the end of each day: anchors every 256 days, and between two of …
    listings.py             What can be traded: about 300 real tickers with their usual price and volume, and any …
    minutes.py              Make the minutes of a session from the seed alone: a bridge from last night to tonight, …
    session_shape.py        How a session breathes: lively after the open and before the close, quiet at noon.
    trading_day.py          One session of one symbol: its minute bars in few bytes.
tape/                       What a data feed tells of a market that holds only minute bars: prints, quotes, longer …
  adjustment.py             Prices on the terms of today: splits and dividends taken out of earlier bars.
  aggregate.py              Several bars of one symbol as one.
  bar_history.py            Bars of every length up to the exchange's minute, from a market that knows minute bars.
  new_york.py               New York days, because the protocol's daily bars begin at midnight there. Nothing is …
  prints.py                 Trades and quotes derived from a minute bar by one rule, for history and stream alike.
  timeframe.py              Lengths of bars, and where each begins: 1 to 59 minutes, 1 to 23 hours, a day, a week, 1 …
wire/                       Alpaca's protocols: REST, both WebSockets, and our control port
  data_plan.py              What a market-data subscription allows (plans of the market-data reference).
  http_server.py            a small HTTP/1.1 server for loopback that hands WebSockets over
  market_shapes.py          The JSON objects of Alpaca's market data, the same on the streams and in history.
  order_shapes.py           The JSON objects of Alpaca's protocol that tell of orders: the order, its events, the …
  request_budget.py         Requests a minute: told in the headers of every answer, and enforced when asked to.
  shapes.py                 the JSON objects of Alpaca's protocol
  faults/                   Faults that the offline Alpaca commits on purpose: on its streams, on its REST answers, …
    board.py                The faults planted now, and how often each has struck.
    fault.py                One planted fault: where it strikes, what it does, how often, and how the control port …
    rest_faults.py          What planted faults make of a REST request and its answer.
    routes.py               Plant, list and clear faults: POST, GET and DELETE /control/faults.
    stream_faults.py        What planted faults make of the messages of one stream.
  rest/                     one blueprint a noun, and the control port
    account.py              the account, its positions, and its fills as activities
    activities.py           The account's activities: executions, dividends, splits, page by page.
    answers.py              what every blueprint does the same way: refuse, read a parameter
    app.py                  one Flask app: key headers, rate headers, error bodies
    control.py              the engine's handshake over HTTP
    orders.py               place, list, look up, cancel
    portfolio_history.py    GET /v2/account/portfolio/history: numbers, not strings, as Alpaca sends them.
    positions.py            Positions: what is held, and selling it.
    reference.py            the market's clock, its calendar, its assets
    watchlists.py           Watchlists: make, look up, change, forget; by id or by name.
    market_data/            Alpaca's market-data REST: bars, trades, quotes, snapshots, auctions, corporate actions, …
      bars.py               Bars of every timeframe: history page by page, and the latest minute. Nothing is served …
      blueprints.py         All routes of the market-data side.
      codes.py              What the codes of trades and quotes mean: GET /v2/stocks/meta/...
      corporate_actions.py  Splits and dividends: GET /v1/corporate-actions, by ex date, announced thirty days ahead.
      paging.py             Pages over several symbols: sorted by symbol, then time, and one limit for all of them …
      query.py              Parameters that all market-data endpoints share. The data host says what is wrong with …
      snapshots.py          Snapshots: the newest trade, quote, minute and day of a symbol, and the day before; and …
      trades_quotes.py      Trades and quotes, derived from the minute bars as the stream tells them: history page by …
  sockets/                  Alpaca's two WebSocket protocols
    connection.py           a bounded queue and a writer, so that a slow client never holds up the exchange
    data_client.py          One client of a data stream: its spelling, its authentication, its subscriptions.
    data_stream.py          market data: binary msgpack arrays, subscriptions by channel
    fakepaca.py             FAKEPACA, the only symbol of the test feed: a price that climbs a cent a minute for an …
    hub.py                  all live connections by their path
    minute_news.py          What happened in a minute, as messages of a data stream for what a client listens to.
    subscriptions.py        What one client of a data stream listens to, and how far its plan reaches.
    trade_stream.py         trade updates: JSON objects in binary frames
"""
