/** What others traded in the account: by hand at the broker, or another program. Shown, never traded. */

import { mountEmpty } from "../../components/empty_state.js";
import { listRow, rowList } from "../../components/row.js";
import { momentNear, money, shares, toNumber } from "../../format.js";
import { lead } from "./lead.js";

/** Show them in a panel. */
export function showExternalFills({ app, panel, body }) {
  if (!body.external_fills.length) {
    mountEmpty(panel, { text: "Nobody but AutoTrader has traded in this account since it first started." });
    return {};
  }
  lead(panel, "Orders that AutoTrader did not send. They belong to no algorithm; AutoTrader takes them into account and never trades them.");
  panel.append(rowList("Traded by others", body.external_fills.map((each) => row(app, each))));
  return {};
}

function row(app, { symbol, qty, at, price }) {
  const count = toNumber(qty);
  const meta = momentNear(at, app.store.state.market.now);
  return listRow({
    title: symbol,
    meta: price == null ? meta : `${meta} · at ${money(price)}`,
    value: `${count < 0 ? "Sold" : "Bought"} ${shares(Math.abs(count))}`,
  });
}
