/** The sentence above a list of the account. */

import { h } from "../../dom.js";

/** Put a sentence into a panel. */
export function lead(panel, text) {
  panel.append(h("p", { class: "account-lead" }, text));
}
