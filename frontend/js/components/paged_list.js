/** A list a page at a time, newest first: older rows on demand, new ones at the top without moving what a finger is on. */

import { h, replace, setHidden, setText } from "../dom.js";
import { mountErrorPanel } from "./error_panel.js";
import { mountReading } from "./reading.js";

const BETWEEN_REFRESHES_MS = 2000;

/**
 * Mount a paged list of a route that answers {[name]: rows with an id, next}. data: app; path(before) -> URL, before is
 * null for the newest; name; what: for the error; empty: see reading.js; groupOf(row) -> the heading it stands under;
 * makeGroup(heading) -> {element, body}; makeRow(row) -> element; onPage(body) hears every newest page; isWhole: the
 * first page is all there is, and what is not on it any more is gone.
 * refresh() asks for news; restart() begins anew, after the path has changed.
 */
export function mountPagedList(parent, { app, path, name, what, empty, isWhole = false, groupOf = () => "", makeGroup, makeRow, onPage = () => {} }) {
  const news = h("button", { type: "button", class: "button primary list-news-button", onclick: showNews }, "");
  const list = h("div", { class: "paged-list", tabindex: "-1" });
  const older = h("button", { type: "button", class: "button", onclick: readOlder, hidden: true }, "Show older");
  const problem = h("div", {});
  const element = h("div", { class: "paged" }, h("div", { class: "list-news" }, news));
  const rows = new Map();
  const groups = new Map();
  let next = null;
  let waiting = null;
  let isPressed = false;
  let timer = null;
  // How often the list began: what was asked for an earlier one does not belong to this one.
  let beginnings = 0;
  setHidden(news, true);
  parent.append(element);
  const reading = mountReading(element, { app, path: () => path(null), show: begin, isEmpty: (body) => !body[name].length, empty, what });
  list.addEventListener("pointerdown", () => (isPressed = true));
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, onRelease);

  function begin(body, box) {
    forget();
    box.append(list, problem, older);
    take(body, { isOlder: true });
    onPage(body);
  }

  function forget() {
    beginnings += 1;
    rows.clear();
    groups.clear();
    replace(list);
    replace(problem);
    waiting = null;
    setHidden(news, true);
  }

  function take(body, { isOlder = false } = {}) {
    // A page that does not reach what is known leaves a gap: then only the page counts.
    const isGap = !isOlder && body.next !== null && !body[name].some(({ id }) => rows.has(id));
    if (isGap || isWhole) forgetAllBut(isGap ? [] : body[name]);
    if (isOlder || isGap) next = body.next;
    body[name].forEach(put);
    arrange();
    setHidden(older, next === null);
  }

  function forgetAllBut(kept) {
    const ids = new Set(kept.map(({ id }) => id));
    for (const id of rows.keys()) if (!ids.has(id)) rows.delete(id);
  }

  function put(row) {
    const text = JSON.stringify(row);
    const known = rows.get(row.id);
    if (known?.text !== text) rows.set(row.id, { row, text, element: makeRow(row) });
  }

  function arrange() {
    const wanted = new Map();
    const sorted = [...rows.values()].sort((one, other) => other.row.id - one.row.id);
    for (const each of sorted) {
      const heading = groupOf(each.row);
      if (!wanted.has(heading)) wanted.set(heading, []);
      wanted.get(heading).push(each.element);
    }
    for (const heading of wanted.keys()) if (!groups.has(heading)) groups.set(heading, makeGroup(heading));
    place(list, [...wanted.keys()].map((heading) => groups.get(heading).element));
    for (const [heading, elements] of wanted) place(groups.get(heading).body, elements);
  }

  async function readOlder() {
    setText(older, "Loading");
    older.disabled = true;
    replace(problem);
    const mine = beginnings;
    const { status, body } = await app.server.ask(path(next));
    older.disabled = false;
    setText(older, "Show older");
    if (mine !== beginnings) return;
    if (status !== 200) {
      mountErrorPanel(problem, { what: `Older ${what.toLowerCase()}`, reason: body.error, onRetry: readOlder });
      return;
    }
    const hadFocus = [older, document.body].includes(document.activeElement);
    take(body, { isOlder: true });
    if (hadFocus) (older.hidden ? list : older).focus({ preventScroll: true });
  }

  function refresh() {
    timer ??= setTimeout(readNewest, BETWEEN_REFRESHES_MS);
  }

  async function readNewest() {
    const mine = beginnings;
    const { status, body } = await app.server.ask(path(null));
    timer = null;
    if (!element.isConnected) return;
    // Begun anew meanwhile, perhaps with an answer from before the news.
    if (mine !== beginnings) refresh();
    if (mine !== beginnings || status !== 200) return;
    onPage(body);
    if (!list.isConnected || !body[name].length) reading.read();
    else if (isPressed || isScrolled()) hold(body);
    else takeNews(body);
  }

  function hold(body) {
    const count = body[name].filter(({ id }) => !rows.has(id)).length;
    // What is known already may say something new where it stands.
    if (!count && !isPressed) takeNews(body);
    else waiting = body;
    setText(news, `Show ${count} new`);
    setHidden(news, !count);
  }

  function takeNews(body) {
    waiting = null;
    setHidden(news, true);
    take(body);
  }

  function showNews() {
    if (waiting) takeNews(waiting);
    list.focus({ preventScroll: true });
    element.scrollIntoView({ block: "start" });
  }

  function isScrolled() {
    const scroller = element.closest("main");
    return scroller !== null && list.getBoundingClientRect().top < scroller.getBoundingClientRect().top;
  }

  function onRelease() {
    isPressed = false;
    if (waiting && !isScrolled()) takeNews(waiting);
  }

  function restart() {
    forget();
    reading.read();
  }

  function destroy() {
    clearTimeout(timer);
    for (const end of ["pointerup", "pointercancel"]) window.removeEventListener(end, onRelease);
    reading.destroy();
    element.remove();
  }

  return { element, refresh, restart, destroy };
}

/** Let a parent hold exactly these children in this order, moving only what is out of place. */
function place(parent, wanted) {
  wanted.forEach((each, index) => parent.children[index] === each || parent.insertBefore(each, parent.children[index] ?? null));
  while (parent.children.length > wanted.length) parent.lastElementChild.remove();
}
