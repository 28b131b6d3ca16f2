/** The limits of one algorithm: what is limited, and one set or lifted. */

import { mountActButton } from "../../components/act_button.js";
import { mountField } from "../../components/field.js";
import { mountReading } from "../../components/reading.js";
import { listRow, rowList } from "../../components/row.js";
import { freshId, h } from "../../dom.js";
import { route } from "../../protocol.js";

const NAMES = {
  max_trade_value: "One buy, in dollars",
  max_open_positions: "Open positions",
  max_position_value: "Position, in dollars",
  max_position_shares: "Position, in shares",
  orders_per_minute: "Orders in a minute",
  orders_per_day: "Orders in a session",
  daily_loss: "Loss of a day, in dollars",
  daily_loss_percent: "Loss of a day, in percent",
};
// An algorithm holds one position at most.
const TOGETHER_ONLY = "max_open_positions";

/** Mount the list and the form. Limits stop buying alone; selling is never limited. */
export function mountLimits(parent, { app, id }) {
  let buttons = [];
  const reading = mountReading(parent, { app, path: () => route("limits"), show, what: "The limits", rows: 1, keeps: true });

  function show({ limits, known }, box) {
    forget();
    const [own, general] = [limits.filter((each) => each.algorithm_id === id), limits.filter((each) => each.algorithm_id === null)];
    box.append(h("p", { class: "hint" }, "Limits stop buying; selling is never limited."));
    if (own.length) box.append(rowList("Limits of this algorithm", own.map(ownRow)));
    else box.append(h("p", {}, "This algorithm has no limits of its own."));
    if (general.length) box.append(h("p", { class: "muted" }, `For all algorithms together: ${general.map((each) => `${nameOf(each)} ${each.value}`).join("; ")}.`));
    mountForm(box, known.filter(({ name }) => name !== TOGETHER_ONLY));
  }

  function ownRow(limit) {
    const place = h("div", {});
    buttons.push(
      mountActButton(place, {
        app,
        label: "Lift",
        prepare: () => put(limit.name, null),
        onDone: () => done("The limit is lifted."),
      }),
    );
    return listRow({ title: nameOf(limit), value: limit.value, actions: [place] });
  }

  function mountForm(box, known) {
    const select = h("select", { class: "input", id: freshId("limit"), onchange: explain }, known.map(({ name }) => h("option", { value: name }, NAMES[name] ?? name)));
    const form = h("div", { class: "limit-form" }, h("div", { class: "field" }, h("label", { for: select.id }, "Limit"), select));
    const field = mountField(form, { label: "Number", keys: "decimal", isKiosk: app.isKiosk });
    buttons.push(mountActButton(form, { app, label: "Set limit", prepare, onDone: () => done("The limit is set.") }));
    box.append(h("details", { class: "limit-details" }, h("summary", {}, "Set a limit"), form));
    explain();

    function explain() {
      field.setHelp(`At most this: ${known.find(({ name }) => name === select.value)?.meaning ?? ""}.`);
    }

    function prepare() {
      const number = field.input.value.replaceAll(",", "").trim();
      if (Number(number) > 0) return put(select.value, number);
      field.setError("A number above 0, such as 1000.");
      field.input.focus();
      return null;
    }
  }

  function put(name, value) {
    return { method: "PUT", path: route("limits"), body: { name, value, algorithm_id: id } };
  }

  function done(words) {
    app.toast.show(words);
    reading.read();
  }

  function forget() {
    buttons.forEach((each) => each.destroy());
    buttons = [];
  }

  return { destroy: () => (forget(), reading.destroy()) };
}

function nameOf({ name }) {
  return NAMES[name] ?? name;
}
