/** What an entry competed for, in words: its rank, its score, and what that rests on. */

const NTH = ["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
const WANTED = {
  PDT_SLOT_UNAVAILABLE: (left) => (Number(left) === 1 ? "one day trade was left" : `${left} day trades were left`),
  POSITION_PLACE_UNAVAILABLE: (left) => (Number(left) === 1 ? "one place for a position was left" : `${left} places for positions were left`),
  BUYING_POWER_UNAVAILABLE: (left) => `the account could buy for $${Number(left).toFixed(2)}`,
};

/** Return the sentence of a verdict. */
export function verdictWords({ outcome, score, inputs }) {
  if (outcome === "EXCEEDED") return "No day trade was left. A protective exit goes ahead all the same.";
  const { rank, rivals, left = {}, least } = inputs;
  const place = rivals > 1 ? `It came ${NTH[rank] ?? `number ${rank}`} of ${rivals}` : "It was alone";
  const supply = Object.entries(left).map(([name, amount]) => WANTED[name]?.(amount)).filter(Boolean);
  if (least) supply.push(`it is kept for a score of ${least.toFixed(4)} or more`);
  return `${[`${place}: score ${score.toFixed(4)}`, ...supply].join("; ")}.`;
}

/** Return what the score is made of: [[name, text]]. */
export function scorePairs({ outcome, inputs }) {
  if (outcome === "EXCEEDED") return [];
  const { confidence, expected_profit: profit, closed, wins } = inputs;
  return [
    ["Its confidence", percent(confidence)],
    ["Profit it expected", percent(profit ?? 0)],
    ["Its closed trades", closed ? `${wins} of ${closed} won` : "none yet"],
  ];
}

function percent(fraction) {
  return `${(fraction * 100).toFixed(1)} %`;
}
