/** Parts of the page that are loaded when they are needed, and what helps when one does not come. */

const LOADED_ANEW_AT = "autotrader.loaded_anew_at";
const [BETWEEN_LOADS_MS, BETWEEN_QUESTIONS_MS, PATIENCE_MS] = [60_000, 5_000, 10_000];

export const NOT_OPENED = "This could not be opened: AutoTrader does not answer. Try again.";

let isStuck = false;
let askedAt = 0;

/**
 * Return what loads a module; resolves to null when its files do not come.
 *
 * Browsers keep a load that failed for as long as the page lives (whatwg/html, issue 6768), so each further try has an
 * address of its own. What the module itself imports has not: where that failed, the page is stuck until it loads anew.
 */
export function later(path, base) {
  const address = new URL(path, base).href;
  let failures = 0;
  return async () => {
    try {
      return await import(failures ? `${address}?again=${failures}` : address);
    } catch (error) {
      // What does not come stands in the console already.
      if (!(error instanceof TypeError)) console.warn(error);
      failures += 1;
      if (failures > 1 && (await isServed(address))) isStuck = true;
      return null;
    }
  };
}

/** Load the page anew if it is stuck and mayReload(); once a minute, as it may not help. */
export async function loadAnewIfStuck(mayReload) {
  const now = Date.now();
  const isSoonAfter = (at, milliseconds) => Math.abs(now - at) < milliseconds;
  if (!isStuck || isSoonAfter(sessionStorage.getItem(LOADED_ANEW_AT), BETWEEN_LOADS_MS) || isSoonAfter(askedAt, BETWEEN_QUESTIONS_MS)) return;
  if (!mayReload()) return;
  askedAt = now;
  await loadAnew(mayReload);
}

/** Load the page anew unless the server does not answer, which would lose it; resolves to whether it does. */
export async function loadAnew(mayReload = () => true) {
  const isThere = (await isServed(location.pathname)) && mayReload();
  if (isThere) {
    sessionStorage.setItem(LOADED_ANEW_AT, Date.now());
    location.reload();
  }
  return isThere;
}

function isServed(address) {
  return fetch(address, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }).then(({ ok }) => ok, () => false);
}
