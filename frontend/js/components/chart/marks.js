/** Marks on a chart: B below where it bought, S above where it sold, a dot where it wanted to and was not let. */

import { MOST_MARKS } from "./model.js";

const SIDES = {
  buy: { position: "belowBar", shape: "arrowUp", ink: "accent", letter: "B" },
  sell: { position: "aboveBar", shape: "arrowDown", ink: "warn", letter: "S" },
};
const UNDONE = new Set(["DENIED", "FAILED", "INTERRUPTED"]);
// Fills of one side on bars next to each other would write their letters over each other.
const NEARBY_BARS = 2;

/** Return the marks of a model, ascending: {at, kind, count, items}. Nearby fills of one side are one mark. */
export function marksOf(model) {
  const positions = new Map(model.bars.map(({ at }, index) => [at, index]));
  const fills = { buy: [], sell: [] };
  for (const fill of model.fills) put(fills[fill.side], fill, model.barStart(fill.at), positions);
  const undone = model.decisions
    .filter(({ outcome }) => UNDONE.has(outcome))
    .map((decision) => ({ at: model.barStart(decision.minute), kind: "undone", count: 1, items: [decision] }))
    .filter(({ at }) => at !== null);
  const sides = Object.entries(fills).flatMap(([kind, marks]) => marks.map((mark) => ({ ...mark, kind })));
  return [...sides, ...undone].sort((one, other) => one.at - other.at).slice(-MOST_MARKS);
}

function put(marks, fill, at, positions) {
  if (at === null || !marks) return;
  const last = marks.at(-1);
  if (last && positions.get(at) - positions.get(last.at) < NEARBY_BARS) {
    last.count += 1;
    last.items.push(fill);
  } else {
    marks.push({ at, count: 1, items: [fill] });
  }
}

/** Return a mark as the library draws it; inks are the theme's colours by token. */
export function drawn(mark, time, inks) {
  const side = SIDES[mark.kind];
  if (!side) return { time, position: "aboveBar", shape: "circle", color: inks.muted, size: 0.5 };
  const text = mark.count > 1 ? `${side.letter}×${mark.count}` : side.letter;
  return { time, position: side.position, shape: side.shape, color: inks[side.ink], text };
}

/** Return what happened in the bar that begins at `at`: its fills and what was wanted and not done. */
export function happenedIn(model, at) {
  const fills = model.fills.filter((fill) => model.barStart(fill.at) === at);
  const undone = model.decisions.filter(({ minute, outcome }) => UNDONE.has(outcome) && model.barStart(minute) === at);
  return { fills, undone };
}
