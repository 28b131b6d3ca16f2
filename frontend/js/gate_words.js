/** The rules that stop an order, in an owner's words. */

const GATES = {
  MARKET_CLOSED: "The market was closed.",
  SESSION_END: "It was the session's last minute; nothing is carried to the next session.",
  DUPLICATE: "This minute had been decided already.",
  WORKING_ORDER: "An earlier order of this algorithm was still working.",
  STALE_DATA: "Its prices were too old to trade on.",
  TRADING_HALT: "Trading in this ticker was halted.",
  PRICE_JUMP: "The price had jumped as after a split; buying waits until that is settled.",
  BASELINE: "What the account held before AutoTrader had not been confirmed.",
  CORPORATE_ACTION: "A split, merger or new name of this ticker was under way.",
  CLOSED_GATE: "Nothing new was bought at that time, for any algorithm.",
  FROZEN_SYMBOL: "Our books and the account disagreed about this ticker.",
  NO_SHORT_SALE: "It holds no shares that could be sold.",
  NO_SHARES_IN_ACCOUNT: "The account did not hold the shares our books show.",
  SALE_WANTED: "You were having its shares sold.",
  CASH: "Its own cash was not enough.",
  DAY_TRADE_LIMIT: "Your limit of day trades was reached; nobody but you sets it.",
  ALLOCATOR: "There was not enough for every buy; the most promising ones went first.",
  BUYING_POWER: "The account could not have paid for it.",
  DAILY_LOSS: "The limit of a day's loss was reached.",
  MAX_TRADE: "The buy was larger than your limit for one trade.",
  MAX_POSITION: "The position would have become larger than your limit.",
  ORDER_RATE: "Your limit of orders was reached.",
  HALTED: "All was stopped.",
  BROKER_REFUSES_KEYS: "The broker refused our keys.",
  SEND_BUDGET: "Too many orders were being sent at once.",
  WASH_TRADE_GUARD: "An opposite order in the same ticker was working, and the minute ran out.",
  TOO_LATE: "The minute of the order was over before it could be sent.",
};

/** Return the rule as a sentence; one that is not known here by its own name. */
export function gateWords(gate) {
  return GATES[gate] ?? `The rule ${gate} stopped it.`;
}
