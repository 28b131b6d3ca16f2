/** A pair of Alpaca keys: typed, never shown, checked by the server before anything is kept. */

import { mountActButton } from "../../components/act_button.js";
import { mountField } from "../../components/field.js";
import { mountPairs } from "../../components/pairs.js";
import { h, replace } from "../../dom.js";
import { money } from "../../format.js";
import { route } from "../../protocol.js";

const PLACES = { PAPER: "paper account, on Alpaca's paper page under API keys", LIVE: "live account, on Alpaca's live page under API keys" };

/**
 * Mount the form. data: app, mode (PAPER or LIVE), keys: {key, secret} that it fills, onChecked(account, or null once the
 * keys are others again).
 */
export function mountKeyForm(parent, { app, mode, keys, onChecked = () => {} }) {
  const box = h("div", { class: "step-body" });
  box.append(h("p", { class: "hint" }, `Create keys for your ${PLACES[mode]}. They go into the file .env of this machine, which only AutoTrader's user can read, and are never shown again.`));
  const fields = [
    ["key", "API key"],
    ["secret", "Secret key"],
  ].map(([name, label]) => mountField(box, { label, keys: "mixed", isSecret: true, isKiosk: app.isKiosk, onInput: (text) => changed(name, text) }));
  // The keys that are being checked.
  let asked = "";
  const found = h("div", { role: "status" });
  const check = mountActButton(box, {
    app,
    label: "Check the connection",
    prepare: () => {
      asked = JSON.stringify(keys);
      return isFilled() ? { path: route("check_keys"), body: { ...keys, mode } } : null;
    },
    onDone: ({ body }) => {
      // Others by now: the answer is not about them.
      if (asked !== JSON.stringify(keys)) return;
      onChecked(body);
      showAccount(body);
    },
  });
  box.append(found);
  parent.append(box);

  function changed(name, text) {
    keys[name] = text.trim();
    replace(found);
    onChecked(null);
  }

  function isFilled() {
    const empty = fields.filter(({ input }) => !input.value.trim());
    for (const each of empty) each.setError("Enter this key.");
    empty[0]?.input.focus();
    return empty.length === 0;
  }

  function showAccount(account) {
    replace(found, h("p", {}, h("strong", {}, "The keys open this account.")));
    mountPairs(found, ["Account", "Status", "Cash", "Prices"]).update([
      account.account,
      account.status.toLowerCase(),
      money(account.cash),
      account.is_feed_allowed ? `feed ${account.feed} works` : `feed ${account.feed} gave no price`,
    ]);
    if (!account.is_feed_allowed) found.append(h("p", { class: "caution" }, "Without prices no algorithm gets a turn. It may be the hour, or what the account has subscribed to."));
  }

  return { first: fields[0].input, destroy: () => (check.destroy(), box.remove()) };
}
