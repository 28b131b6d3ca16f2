/** Every URL and event name this page uses; orchestra/api/protocol.py holds the same, and a test compares them. */

export const ROUTES = {
  health: "/health",
  pin: "/api/pin",
  validate_pin: "/api/validate-pin",
  halt: "/halt",
  stop_entries: "/api/stop-entries",
  session: "/api/session",
  resume: "/resume",
  flatten: "/api/flatten",
  limits: "/api/limits",
  algorithms: "/api/algorithms",
  algorithm: "/api/algorithms/<int:algorithm_id>",
  stop: "/api/algorithms/<int:algorithm_id>/stop",
  pause: "/api/algorithms/<int:algorithm_id>/pause",
  resume_algorithm: "/api/algorithms/<int:algorithm_id>/resume",
  decisions: "/api/algorithms/<int:algorithm_id>/decisions",
  available_algorithms: "/api/available-algorithms",
  account_cash: "/api/account/cash",
  validate_ticker: "/api/validate-ticker",
  baseline: "/api/baseline",
  differences: "/api/differences",
  command: "/api/commands/<command_id>",
};

export const SNAPSHOT = "snapshot";
export const UPDATE = "update";
export const HEARTBEAT = "heartbeat";
export const RESYNC = "resync";

/** Return the URL of a route; `id` fills its placeholder. */
export function route(name, id = "") {
  return ROUTES[name].replace(/<[^>]+>/, encodeURIComponent(String(id)));
}
