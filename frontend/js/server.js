/** Questions and acts by HTTP. An act has an id, is sent once, and ends only on the server's answer. */

import { route } from "./protocol.js";

const PATIENCE_MS = 10_000;
const BETWEEN_LOOKS_MS = 2000;
const LOOKS = 60;
const SILENT = "No answer yet";
const UNDELIVERED = "Not delivered yet: AutoTrader does not answer. Algorithms go on.";

export class Server extends EventTarget {
  /**
   * Ask or tell; returns {status, body}. Status 0: the server could not be reached. A question is given up after
   * patienceMs, or a few that hang would keep what comes later waiting, Stop all too; what was told is not, unless asked.
   */
  async call(method, path, { body, id, patienceMs = method === "GET" ? PATIENCE_MS : null } = {}) {
    const isChange = method !== "GET";
    const headers = { Accept: "application/json" };
    if (isChange) Object.assign(headers, { "Content-Type": "application/json", "X-AutoTrader": "1" });
    if (id) headers["Idempotency-Key"] = id;
    const patience = new AbortController();
    const timer = patienceMs && setTimeout(() => patience.abort(), patienceMs);
    try {
      const response = await fetch(path, { method, headers, signal: patience.signal, body: isChange ? JSON.stringify(body ?? {}) : undefined });
      return { status: response.status, body: await asJson(response) };
    } catch {
      return { status: 0, body: { error: "AutoTrader does not answer." } };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Try a PIN at one of the addresses that look at it. */
  tryPin(path, pin) {
    return this.call("POST", path, { body: { pin }, patienceMs: PATIENCE_MS });
  }

  /** Ask a question that needs a session; tells who listens for "locked" when it is over. */
  async ask(path, options) {
    const answer = await this.call("GET", path, options);
    if (answer.status === 401) this.dispatchEvent(new Event("locked"));
    return answer;
  }

  /**
   * Carry out one act. onSilence is called with words when it could not be sent, or no answer came for ten seconds: from
   * then on the act's state is read again and again, the act itself is never sent twice.
   */
  async act(request, onSilence = () => {}) {
    const answer = await this.#actOnce(request, onSilence);
    // Nothing was done yet: the server wants the PIN anew first.
    return answer.body?.needs_pin && (await this.askPinAgain()) ? this.#actOnce(request, onSilence) : answer;
  }

  /** Ask for the PIN and resolve to whether it was right; the page says how. */
  askPinAgain = async () => false;

  async #actOnce({ method = "POST", path, body }, onSilence) {
    const id = newId();
    const sent = this.call(method, path, { body, id });
    const first = await Promise.race([sent, pause(PATIENCE_MS)]);
    if (first && first.status !== 0 && first.status !== 202) return this.#seen(first);
    onSilence(first?.status === 0 ? UNDELIVERED : SILENT);
    return this.#seen(await this.#lookUntilDone(id, first, sent));
  }

  async #lookUntilDone(id, first, sent) {
    let late = first ?? null;
    let unknown = 0;
    if (!late) sent.then((answer) => (late = answer));
    for (let look = 0; look < LOOKS; look += 1) {
      if (late?.status > 0 && late.status !== 202) return late;
      const { status, body } = await this.call("GET", route("command", late?.body?.command_id ?? id));
      if (status === 200) return { status: body.status, body: body.body };
      unknown = status === 404 && late?.status === 0 ? unknown + 1 : 0;
      if (unknown === 2) return notDelivered();
      if (status === 401) return late?.status === 202 ? late : { status, body };
      await pause(BETWEEN_LOOKS_MS);
    }
    const start = late?.status === 0 ? "Not delivered, as far as this screen can tell." : "No answer.";
    return { status: 0, body: { error: `${start} Look here again once the connection is back: the state tells.` } };
  }

  #seen(answer) {
    // A wrong PIN is a 401 as well; it counts the tries.
    if (answer.status === 401 && !("tries_left" in answer.body)) this.dispatchEvent(new Event("locked"));
    return answer;
  }
}

function notDelivered() {
  // It never arrived, or AutoTrader was restarted after it had begun: from here both look the same.
  return { status: 0, body: { error: "Not delivered: AutoTrader knows nothing of it. Look whether it was done before trying again." } };
}

async function asJson(response) {
  if (response.status === 204) return {};
  // A good answer that breaks off half way is none: whoever asked would look for what is not in it.
  if (response.ok) return response.json();
  try {
    return (await response.json()) ?? {};
  } catch {
    return { error: `AutoTrader answered ${response.status} without words.` };
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// crypto.randomUUID exists only on https and loopback; a phone on the local network has neither.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
