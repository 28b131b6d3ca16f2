/** What the account held before our first start: the owner confirms it, and no algorithm ever sells it. */

import { mountActButton } from "../../components/act_button.js";
import { mountEmpty } from "../../components/empty_state.js";
import { listRow, rowList } from "../../components/row.js";
import { h } from "../../dom.js";
import { momentNear, shares } from "../../format.js";
import { route } from "../../protocol.js";
import { lead } from "./lead.js";

const LEAD = "The account held these before AutoTrader first started. They stay yours: no algorithm sells them. Until you confirm a holding, nothing is bought in it.";

/** Show the baseline in a panel; again() reads it anew. */
export function showBaseline({ app, panel, body, again }) {
  if (!body.baseline.length) {
    mountEmpty(panel, { text: "The account held nothing before AutoTrader first started." });
    return {};
  }
  lead(panel, LEAD);
  const waiting = body.baseline.filter((each) => !each.confirmed_at);
  const buttons = [];
  const confirm = (parent, label, symbols) => {
    const request = () => ({ path: route("baseline"), body: { symbols } });
    buttons.push(mountActButton(parent, { app, label, className: "primary", prepare: request, onDone: done }));
  };

  function done({ body: answer }) {
    const left = answer.waiting?.length ?? 0;
    app.toast.show(left ? `Confirmed. ${left} more to go.` : "Confirmed. AutoTrader may trade beside these holdings, and never sells them.");
    again();
  }

  if (waiting.length > 1) confirm(panel, `Confirm all ${waiting.length}`, waiting.map(({ symbol }) => symbol));
  const rows = body.baseline.map((each) => {
    const box = h("div", {});
    const row = listRow({ title: each.symbol, meta: state(app, each), value: shares(each.qty), actions: each.confirmed_at ? [] : [box] });
    if (!each.confirmed_at) confirm(box, `Confirm ${each.symbol}`, [each.symbol]);
    return row;
  });
  panel.append(rowList("Held before AutoTrader", rows));
  return { destroy: () => buttons.forEach((button) => button.destroy()) };
}

function state(app, { confirmed_at: at }) {
  return at ? `confirmed ${momentNear(at, app.store.state.market.now)}` : "waits for you to confirm it";
}
