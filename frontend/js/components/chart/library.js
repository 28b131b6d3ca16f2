/** The chart library, loaded when a chart first shows; without it the chart is missing and nothing else. */

import { later } from "../../later.js";

const load = later("../../../vendor/lightweight-charts.standalone.production.mjs", import.meta.url);

/** Resolve to its module, or to null when its file is not there; it is asked for anew the next time. */
export const loadChartLibrary = () => load();
