/** The chart library, loaded when a chart first shows; without it the chart is missing and nothing else. */

let loading = null;

/** Return its module; rejects when its file is not there, and asks anew the next time. */
export function loadChartLibrary() {
  loading ??= load();
  return loading;
}

async function load() {
  try {
    return await import("../../../vendor/lightweight-charts.standalone.production.mjs");
  } catch (error) {
    loading = null;
    throw error;
  }
}
