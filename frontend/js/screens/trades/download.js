/** A list as a file for a spreadsheet; a kiosk has no place for files and says where there is one. */

import { h } from "../../dom.js";
import { route } from "../../protocol.js";

/** Mount the way to the file of a route; query() is the end of its URL. */
export function mountDownload(parent, { app, file, query }) {
  const element = app.isKiosk
    ? h("p", { class: "muted" }, "To keep this list as a file, open AutoTrader's page on a phone or laptop.")
    : h("a", { class: "button", href: route(file) + query(), download: "" }, "Save as CSV");
  parent.append(element);
  return { element, update: () => app.isKiosk || element.setAttribute("href", route(file) + query()) };
}
