/** An algorithm's own settings: a field for each of its PARAMETERS, checked as far as their ranges tell. */

import { asTitle, toNumber } from "../format.js";
import { mountField } from "./field.js";

/** Mount the fields. data: app, parameters, values: texts by name, written to as they are typed. */
export function mountParameters(parent, { app, parameters = [], values }) {
  const fields = parameters.map((each) => [each, mountParameter(parent, app, each, values)]);

  /** Say beside each field what is wrong; return the first such field, null when all is well. */
  function firstWrong() {
    const wrong = fields.filter(([each, field]) => {
      const text = parameterProblem(each, field.input.value.trim());
      field.setError(text);
      return text;
    });
    return wrong[0]?.[1] ?? null;
  }

  return { firstWrong, destroy: () => fields.forEach(([, field]) => field.destroy()) };
}

function mountParameter(parent, app, parameter, values) {
  const { name, range, help } = parameter;
  const usual = parameter.default == null ? "May stay empty" : `Usual: ${parameter.default}`;
  const sentences = [help, isRange(range) ? `${range[0]} to ${range[1]}` : "", usual];
  return mountField(parent, {
    label: parameterLabel(parameter),
    value: values[name] ?? parameter.default ?? "",
    help: `${sentences.filter(Boolean).join(". ")}.`,
    isSigned: isRange(range) && range[0] < 0,
    keys: isRange(range) && typeof range[0] !== "string" ? "decimal" : "letters",
    isKiosk: app.isKiosk,
    onInput: (text) => (values[name] = text.trim()),
  });
}

/** Write a parameter's name as words. */
export function parameterLabel({ name }) {
  return asTitle(name);
}

/** Return what is to be sent: the values that were given, numbers as numbers. */
export function chosenParameters(parameters = [], values) {
  const given = parameters.filter(({ name }) => (values[name] ?? "") !== "");
  return Object.fromEntries(given.map(({ name }) => [name, toNumber(values[name]) ?? values[name]]));
}

function isRange(range) {
  return Array.isArray(range) && range.length === 2;
}

function parameterProblem({ default: usual, range }, text) {
  if (text === "") return usual == null ? "" : `Say a number; usual is ${usual}.`;
  if (!isRange(range)) return "";
  const number = toNumber(text);
  return number == null || number < range[0] || number > range[1] ? `A number from ${range[0]} to ${range[1]}.` : "";
}
