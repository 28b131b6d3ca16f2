/** The chart of one algorithm: its ticker's bars, what it did on them, live; the same in words and as a table. */

import { h, setAttribute, setHidden } from "../../dom.js";
import { freshness } from "../../freshness.js";
import { Painter } from "../../painter.js";
import { route } from "../../protocol.js";
import { mountReading } from "../reading.js";
import { mountCanvas } from "./canvas.js";
import { zoneWords } from "./exchange_time.js";
import { loadChartLibrary } from "./library.js";
import { happenedIn, marksOf } from "./marks.js";
import { ChartModel } from "./model.js";
import { mountStrip } from "./strip.js";
import { mountTable } from "./table.js";
import { mountTools } from "./tools.js";
import { summaryWords } from "./words.js";

const BETWEEN_PAINTS_MS = { kiosk: 1000, elsewhere: 250 };
const BETWEEN_READS_MS = 2000;
const BETWEEN_SUMMARIES_MS = 60_000;
const NO_LIBRARY = "The chart cannot be drawn: its library is missing. Run ./start_autotrader.sh on the appliance, it repairs that. Show as table has the same figures.";

// The next chart begins as the last one was left.
let timeframe = "1m";

/** Mount the panel. data: app, id of the algorithm; update looks at the live state. */
export function mountChartPanel(parent, { app, id }) {
  const drawing = h("div", { class: "chart-drawing", role: "img" });
  const stage = h("div", { class: "chart-stage" });
  const element = h("section", { class: "chart-panel", "aria-label": "Chart" }, stage);
  const pace = new Painter(app.isKiosk ? BETWEEN_PAINTS_MS.kiosk : BETWEEN_PAINTS_MS.elsewhere);
  const whyAddress = (minute) => `#/algorithm/${id}/why/${minute}`;
  let [model, canvas, table, marks] = [null, null, null, []];
  let [isTable, isOver, isAsking, hasNews, hasNone] = [false, false, false, false, false];
  let [askedAt, saidAt, seenPriceAt] = [performance.now(), -Infinity, null];
  const strip = mountStrip(element, { whyAddress });
  const tools = mountTools(element, {
    timeframe,
    onTimeframe: turnTo,
    onFit: () => canvas?.fit(),
    onNearer: () => canvas?.nearer(),
    onFurther: () => canvas?.further(),
    onTable: (wanted) => ((isTable = wanted), arrange()),
  });
  parent.append(element);
  const reading = mountReading(stage, {
    app,
    path: () => `${route("chart", id)}?timeframe=${timeframe}`,
    show: take,
    isEmpty: ({ bars }) => (hasNone = !bars.length),
    empty: { text: "No bars yet: the chart begins with the first minute of prices." },
    what: "The chart",
    rows: 1,
  });
  pace.add(paint);
  app.store.addEventListener("news", onNews);
  tools.update({ isDrawn: false });

  function take(body, box) {
    forget();
    model = new ChartModel(body.timeframe, body);
    marks = marksOf(model);
    askedAt = performance.now();
    seenPriceAt = app.store.algorithm(id)?.price_at ?? null;
    strip.legend(zoneWords(model.bars.at(-1).at));
    box.append(drawing);
    const mine = model;
    loadChartLibrary().then((library) => !isOver && mine === model && begin(library));
    // Its name does not wait for the library.
    paint();
    arrange();
  }

  function begin(library) {
    if (!library) {
      drawing.replaceWith(h("div", { class: "chart-drawing" }, h("p", { class: "chart-missing" }, NO_LIBRARY)));
      return;
    }
    drawing.replaceChildren();
    canvas = mountCanvas(drawing, { library, timeframe: model.timeframe, onTap });
    tools.update({ isDrawn: !isTable });
    paint();
  }

  function paint() {
    const algorithm = app.store.algorithm(id);
    if (!model || !algorithm) return;
    model.live(algorithm.card_calculations.last_price, algorithm.price_at);
    canvas?.draw({ bars: model.bars, marks, isStale: freshness(algorithm, app.store, app.connection).isStale });
    const now = performance.now();
    if (now - saidAt < BETWEEN_SUMMARIES_MS) return;
    saidAt = now;
    setAttribute(drawing, "aria-label", summaryWords(algorithm.ticker, model));
    // Not under the fingers of whoever moves in it by keyboard.
    if (!table?.element.contains(document.activeElement)) table?.update({ model });
  }

  function update() {
    const algorithm = app.store.algorithm(id);
    if (!algorithm) return;
    pace.request();
    const isDue = performance.now() - askedAt >= BETWEEN_READS_MS;
    if (isDue && !isAsking && (hasNews || algorithm.price_at !== seenPriceAt)) renew(algorithm);
  }

  async function renew(algorithm) {
    askedAt = performance.now();
    if (!model) {
      // The first bar may have come; what could not be read waits for its owner to try again.
      if (hasNone) reading.read();
      return;
    }
    const mine = model;
    [isAsking, hasNews] = [true, false];
    const { status, body } = await app.server.ask(`${route("chart", id)}?timeframe=${mine.timeframe}&since=${mine.since}`);
    isAsking = false;
    if (status !== 200) hasNews = true;
    if (isOver || mine !== model || status !== 200) return;
    seenPriceAt = algorithm.price_at;
    model.add(body);
    marks = marksOf(model);
    pace.request();
  }

  function onNews({ detail }) {
    hasNews ||= detail.some(({ data }) => data?.algorithm_id === id);
  }

  function turnTo(name) {
    timeframe = name;
    reading.read();
  }

  function onTap(at) {
    const bar = model.bar(at);
    if (!bar) return;
    strip.bar({ bar, timeframe: model.timeframe, happened: happenedIn(model, at), minute: minuteOf(bar) });
  }

  /** Return the minute to explain for a bar: its own, or the first that a longer bar holds a decision of. */
  function minuteOf({ at }) {
    const first = model.timeframe === "1m" ? at : at + 60;
    return new Date(first * 1000).toISOString().replace(".000Z", "Z");
  }

  function arrange() {
    if (isTable && model && !table) {
      const caption = summaryWords(app.store.algorithm(id)?.ticker ?? "", model);
      table = mountTable(stage, { model, caption, minuteOf, whyAddress });
    } else if (!isTable) {
      table?.destroy();
      table = null;
    }
    setHidden(reading.element, isTable && Boolean(model));
    setHidden(strip.element, isTable);
    tools.update({ isDrawn: Boolean(canvas) && !isTable });
  }

  function forget() {
    canvas?.destroy();
    table?.destroy();
    [canvas, table, saidAt] = [null, null, -Infinity];
  }

  function destroy() {
    isOver = true;
    forget();
    pace.destroy();
    app.store.removeEventListener("news", onNews);
    reading.destroy();
    element.remove();
  }

  return { element, update, destroy };
}
