/** Alerts that are over, page by page, the newest first. */

import { PRIORITIES } from "../../alert_words.js";
import { mountReading } from "../../components/reading.js";
import { listRow } from "../../components/row.js";
import { h, icon, replace, setHidden, setText } from "../../dom.js";
import { momentNear } from "../../format.js";
import { route } from "../../protocol.js";

const PAGE = 20;
const ENDED_BY = { owner: "dismissed", cause: "over by itself" };

/** Mount the history. */
export function mountHistory(parent, app) {
  return mountReading(parent, {
    app,
    path: () => pathOf(null),
    what: "The alerts that are over",
    isEmpty: ({ alerts }) => alerts.length === 0,
    empty: { text: "No alert is over yet. They are kept here for 90 days." },
    show: (body, box) => fill(app, body, box),
  });
}

function pathOf(before) {
  return `${route("alerts")}?limit=${PAGE}${before === null ? "" : `&before=${before}`}`;
}

function fill(app, first, box) {
  const list = h("ul", { class: "rows", "aria-label": "Alerts that are over" });
  const problem = h("p", { class: "refusal", role: "alert" });
  const more = h("button", { type: "button", class: "button", onclick: readMore }, "Show older ones");
  let before = null;
  box.append(list, problem, more);
  add(first);

  function add({ alerts, next_before: next }) {
    list.append(...alerts.map((alert) => row(app, alert)));
    before = next;
    setHidden(more, next === null);
  }

  async function readMore() {
    more.disabled = true;
    setText(problem, "");
    const { status, body } = await app.server.ask(pathOf(before));
    more.disabled = false;
    if (status !== 200) {
      setText(problem, body.error ?? "The older alerts could not be read.");
      return;
    }
    const next = list.children.length;
    add(body);
    list.children[next]?.querySelector(".row-title").focus();
  }
}

function row(app, alert) {
  const now = app.store.state.market.now;
  const ended = `${ENDED_BY[alert.resolved_by] ?? "over"} ${momentNear(alert.resolved_at, now)}`;
  const repeats = alert.repeats ? `raised ${alert.repeats + 1} times` : "";
  const meta = [alert.symbol, `raised ${momentNear(alert.first_at, now)}`, repeats, ended].filter(Boolean).join(" · ");
  const made = listRow({ title: alert.text, meta, className: "alert-row is-over" });
  const title = made.querySelector(".row-title");
  title.tabIndex = -1;
  const mark = h("span", { class: "alert-mark", "data-priority": alert.priority }, icon(alert.priority), PRIORITIES[alert.priority]);
  replace(made, h("div", { class: "row-words" }, h("p", { class: "alert-head" }, mark), ...made.querySelector(".row-words").childNodes));
  return made;
}
