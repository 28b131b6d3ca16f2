/** What the owner prefers on every screen, as the server tells it; until it does, what is usual. */

const USUAL = { dim_minutes: 3, lock_minutes: 15, scale: 100, timezone: "America/New_York" };

// In hours in which acts want the PIN, a screen that nobody touches locks soon.
const LOCKED_HOUR_MINUTES = 1;

/** Return {dim_minutes, lock_minutes, scale, timezone}. */
export function preferences({ state }) {
  const known = { ...USUAL, ...state?.preferences };
  return known.is_locked_hour ? { ...known, lock_minutes: LOCKED_HOUR_MINUTES } : known;
}
