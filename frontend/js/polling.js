/** Ask again and again, one question at a time, for as long as the answer says so; never while the page is hidden. */

const BETWEEN_MS = 1000;

/** Start at once. onAnswer(answer) returns whether to ask again; ask() does so now; stop() ends it. */
export function startPolling(app, path, onAnswer) {
  let timer = null;
  let isStopped = false;
  let asked = 0;
  document.addEventListener("visibilitychange", wake);
  ask();

  async function ask() {
    clearTimeout(timer);
    timer = null;
    const mine = (asked += 1);
    const answer = await app.server.ask(path());
    if (isStopped || mine !== asked) return;
    // A server that is away is asked again: what runs there goes on.
    const goesOn = answer.status === 0 || answer.status >= 500 ? (onAnswer(answer), true) : onAnswer(answer);
    if (goesOn && !isStopped && !document.hidden) timer = setTimeout(ask, BETWEEN_MS);
  }

  function wake() {
    if (!document.hidden && timer === null && !isStopped) ask();
  }

  function stop() {
    isStopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", wake);
  }

  return { ask, stop };
}
