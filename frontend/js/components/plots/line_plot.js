/** Lines, areas and marks as SVG, as the server laid them out; said in words as well. */

import { freshId, h, svg } from "../../dom.js";

// Lines lie in an inner sheet that stretches with the page; labels and marks keep their size.
const [SHEET, TOP, BOTTOM] = [1000, 14, 26];
const MOST_LETTERS = 24;
// Where a label would be cut off, as a share of the width.
const [LEFT_EDGE, RIGHT_EDGE] = [0.04, 0.95];
// Share of the width that a date and its neighbour need there.
const ROOM_ON_A_PHONE = 0.42;

/** Mount a plot. chart: {title, words, series, marks, x_ticks, y_ticks}; height in px. */
export function mountPlot(parent, chart, { height = 240 } = {}) {
  const id = freshId("plot");
  const element = h(
    "figure",
    { class: "plot" },
    h("h2", { id: `${id}-title` }, chart.title),
    drawn(chart, height, id),
    chart.series.length > 1 ? legend(chart.series) : null,
    h("figcaption", { class: "muted", id: `${id}-words` }, chart.words),
  );
  parent.append(element);
  return { element, update: () => {}, destroy: () => element.remove() };
}

function drawn(chart, height, id) {
  const frame = frameOf(chart, height);
  const isLettered = chart.marks.length <= MOST_LETTERS;
  const sheet = svg(
    "svg",
    { viewBox: `0 0 ${SHEET} ${height}`, preserveAspectRatio: "none", width: "100%", height },
    chart.series.flatMap((each) => line(each, frame)),
  );
  return svg(
    "svg",
    { class: "plot-sheet", height, role: "img", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-words` },
    axes(chart, frame, height),
    sheet,
    chart.marks.map((each) => mark(each, frame, isLettered)),
  );
}

/** Return where values lie: x as a share of the width, y in px from the top. */
export function frameOf({ series, y_ticks: ticks }, height) {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = [ticks[0][0], ticks.at(-1)[0]];
  const bottom = height - BOTTOM;
  return {
    bottom,
    x: (value) => Math.min(1, Math.max(0, (value - x0) / (x1 - x0 || 1))),
    y: (value) => Number((bottom - ((value - y0) / (y1 - y0 || 1)) * (bottom - TOP)).toFixed(1)),
  };
}

function axes({ x_ticks: moments, y_ticks: values }, frame, height) {
  const rows = values.flatMap(([at, text]) => {
    const y = frame.y(at);
    return [svg("line", { class: "plot-grid", x1: 0, x2: "100%", y1: y, y2: y }), svg("text", { class: "plot-end", x: -8, y: y + 4 }, text)];
  });
  let kept = -Infinity;
  const columns = moments.flatMap(([at, text]) => {
    const share = frame.x(at);
    const isKept = share - kept >= ROOM_ON_A_PHONE;
    if (isKept) kept = share;
    const side = share < LEFT_EDGE ? "plot-start" : share > RIGHT_EDGE ? "plot-end" : "plot-middle";
    const x = percent(share);
    // A phone has no room for every date.
    const often = isKept ? "" : " plot-often";
    return [svg("line", { class: "plot-tick", x1: x, x2: x, y1: frame.bottom, y2: frame.bottom + 5 }), svg("text", { class: `${side}${often}`, x, y: height - 6 }, text)];
  });
  return svg("g", { class: "plot-axes" }, rows, columns);
}

function line({ points, kind, is_area: isArea }, frame) {
  if (!points.length) return [];
  const places = points.map(([x, y]) => `${Number((frame.x(x) * SHEET).toFixed(1))},${frame.y(y)}`);
  const stroke = svg("polyline", { class: `plot-line plot-${kind}`, points: places.join(" ") });
  if (!isArea) return [stroke];
  const floor = frame.y(0);
  const [first, last] = [places[0], places.at(-1)].map((place) => place.split(",")[0]);
  return [svg("polygon", { class: `plot-area plot-${kind}`, points: `${first},${floor} ${places.join(" ")} ${last},${floor}` }), stroke];
}

function mark({ at: [x, y], is_buy: isBuy, words, count }, frame, isLettered) {
  const down = isBuy ? 1 : -1;
  const letter = `${isBuy ? "B" : "S"}${count > 1 ? `×${count}` : ""}`;
  return svg(
    "svg",
    { class: `plot-mark ${isBuy ? "plot-buy" : "plot-sale"}`, x: percent(frame.x(x)), y: frame.y(y) },
    svg("title", {}, words),
    svg("polygon", { points: `0,${4 * down} -5,${13 * down} 5,${13 * down}` }),
    isLettered ? svg("text", { class: "plot-middle", y: isBuy ? 26 : -17 }, letter) : null,
  );
}

function legend(series) {
  return h("p", { class: "plot-legend muted" }, series.map(({ name, kind }) => h("span", { class: `plot-key plot-key-${kind}` }, name)));
}

function percent(share) {
  return `${(share * 100).toFixed(2)}%`;
}
