/** The drawn chart: candles hollow up and filled down, marks, pan and pinch. It draws only when it is told to. */

import { h } from "../../dom.js";
import { exchangeTime } from "./exchange_time.js";
import { inksOf, watchTheme } from "./inks.js";
import { drawn } from "./marks.js";

const LABEL_REM = 0.75;
const STEP = 1.5;
const FEWEST_BARS = 8;
const BARS_AT_FIRST = 120;
const RIGHT_BARS = 3;

/** Mount the canvas. data: library, timeframe, onTap(start of a bar). draw takes {bars, marks, isStale}. */
export function mountCanvas(parent, { library, timeframe, onTap }) {
  const probe = h("span", { hidden: true });
  const box = h("div", { class: "chart-canvas" });
  parent.append(box, probe);
  let inks = inksOf(probe);
  // With the theme at once: a chart made with the library's own options has its logo for a moment.
  const chart = library.createChart(box, { autoSize: true, ...themed(inks) });
  chart.applyOptions(fixedOptions(timeframe));
  const series = chart.addSeries(library.CandlestickSeries, candles(inks));
  const layer = library.createSeriesMarkers(series, []);
  let shown = { bars: [], marks: [], isStale: false };
  const starts = new Map();
  const endWatching = watchTheme(recolour);
  chart.subscribeClick(({ time }) => starts.has(time) && onTap(starts.get(time)));

  function draw(next) {
    const isFirst = !shown.bars.length;
    const isTurn = next.isStale !== shown.isStale;
    const isSame = !isFirst && onlyLastDiffers(shown, next);
    shown = next;
    if (isSame) series.update(candle(next.bars.at(-1), next.isStale));
    else setAll();
    if (isTurn) stopLine();
    if (isFirst) showNewest(BARS_AT_FIRST);
  }

  function setAll() {
    starts.clear();
    for (const { at } of shown.bars) starts.set(exchangeTime(at), at);
    const last = shown.bars.length - 1;
    series.setData(shown.bars.map((bar, index) => candle(bar, shown.isStale && index === last)));
    layer.setMarkers(shown.marks.map((mark) => drawn(mark, exchangeTime(mark.at), inks)));
  }

  function candle({ at, open, high, low, close }, isDimmed) {
    const dim = isDimmed ? { color: close < open ? inks.muted : inks.surface, borderColor: inks.muted, wickColor: inks.muted } : {};
    return { time: exchangeTime(at), open, high, low, close, ...dim };
  }

  function stopLine() {
    series.applyOptions({ priceLineVisible: !shown.isStale, priceLineColor: shown.isStale ? inks.muted : inks.text });
  }

  function recolour() {
    inks = inksOf(probe);
    chart.applyOptions(themed(inks));
    series.applyOptions(candles(inks));
    stopLine();
    setAll();
  }

  function showNewest(count) {
    const all = shown.bars.length;
    chart.timeScale().setVisibleLogicalRange({ from: all - Math.max(FEWEST_BARS, Math.min(all, count)), to: all + RIGHT_BARS });
  }

  function zoom(factor) {
    const range = chart.timeScale().getVisibleLogicalRange();
    if (!range) return;
    const width = Math.max(FEWEST_BARS, Math.min(shown.bars.length + RIGHT_BARS, (range.to - range.from) * factor));
    chart.timeScale().setVisibleLogicalRange({ from: range.to - width, to: range.to });
  }

  function destroy() {
    endWatching();
    chart.remove();
    box.remove();
    probe.remove();
  }

  return {
    draw,
    fit: () => showNewest(Infinity),
    nearer: () => zoom(1 / STEP),
    further: () => zoom(STEP),
    destroy,
  };
}

function onlyLastDiffers(before, next) {
  const [old, fresh] = [before.bars, next.bars];
  const hasSameMarks = before.marks === next.marks && before.isStale === next.isStale;
  return hasSameMarks && old.length === fresh.length && old.at(-1)?.at === fresh.at(-1)?.at && old[0] === fresh[0] && old.at(-2) === fresh.at(-2);
}

function fixedOptions(timeframe) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    // A vertical drag belongs to the page; so does the wheel.
    handleScroll: { horzTouchDrag: true, vertTouchDrag: false, mouseWheel: false, pressedMouseMove: true },
    handleScale: { pinch: true, mouseWheel: false, axisPressedMouseMove: false, axisDoubleClickReset: false },
    kineticScroll: { touch: !isStill, mouse: false },
    timeScale: { timeVisible: timeframe !== "1d", secondsVisible: false, rightOffset: RIGHT_BARS, minBarSpacing: 0.5 },
    localization: { locale: "en-US" },
  };
}

function themed(inks) {
  const label = { labelBackgroundColor: inks.raised, color: inks.control };
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return {
    layout: {
      background: { type: "solid", color: inks.surface },
      textColor: inks.muted,
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: Math.round(rem * LABEL_REM),
      // It would add a style element and a link to the outside; the notice stands in About.
      attributionLogo: false,
    },
    grid: { vertLines: { color: inks.line }, horzLines: { color: inks.line } },
    rightPriceScale: { borderColor: inks.line },
    timeScale: { borderColor: inks.line },
    crosshair: { vertLine: label, horzLine: label },
  };
}

function candles(inks) {
  return {
    upColor: inks.surface,
    downColor: inks.loss,
    borderUpColor: inks.gain,
    borderDownColor: inks.loss,
    wickUpColor: inks.gain,
    wickDownColor: inks.loss,
    // Otherwise the last price is written on the colour of the hollow body, which is the ground.
    priceLineColor: inks.text,
  };
}
