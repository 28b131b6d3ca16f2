/** The session as a line: at most 60 closes, scaled to its box. */

import { setAttribute, svg } from "../dom.js";

const [WIDTH, HEIGHT, MARGIN, MOST] = [120, 32, 2, 60];

/** Mount a sparkline; data is a list of prices. It is decoration: the figures beside it say the same in words. */
export function mountSparkline(parent, data) {
  const line = svg("polyline", { points: "", fill: "none" });
  const element = svg(
    "svg",
    { class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    line,
  );
  parent.append(element);
  const update = (prices) => setAttribute(line, "points", points(prices.slice(-MOST)));
  update(data);
  return { update, destroy: () => element.remove() };
}

/** Return the polyline's points; one price or none draws nothing, a flat session a line in the middle. */
export function points(prices) {
  if (prices.length < 2) return "";
  const low = Math.min(...prices);
  const span = Math.max(...prices) - low;
  const step = (WIDTH - 2 * MARGIN) / (prices.length - 1);
  const y = (price) => (span ? HEIGHT - MARGIN - ((price - low) / span) * (HEIGHT - 2 * MARGIN) : HEIGHT / 2);
  return prices.map((price, index) => `${(MARGIN + index * step).toFixed(1)},${y(price).toFixed(1)}`).join(" ");
}
