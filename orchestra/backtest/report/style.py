"""The look of a report: the page's own tokens, dark or light as the reader likes, plain on paper."""

STYLE = """
:root { color-scheme: light dark; --bg: #f3f5f8; --surface: #fff; --text: #141a22; --muted: #4a5665; --line: #cdd5df;
  --gain: #00694e; --loss: #b3261e; --accent: #0b57b0; --warn: #7a4b00; }
@media (prefers-color-scheme: dark) { :root { --bg: #0e1217; --surface: #171d26; --text: #eaf0f7; --muted: #a9b6c6;
  --line: #2f3a49; --gain: #35c99b; --loss: #ff8a80; --accent: #6db7ff; --warn: #ffc24d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--bg); color: var(--text); line-height: 1.5;
  font-family: system-ui, "Noto Sans", "DejaVu Sans", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
h1 { font-size: 1.5rem; margin: 0.5rem 0 0; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 0 0 0.5rem; }
section, .box { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 1rem;
  margin: 1rem 0; min-width: 0; }
h2 { break-after: avoid; } .whole, .figure, tr { break-inside: avoid; } thead { display: table-header-group; }
ul { margin: 0; padding-left: 1.25rem; } p, li { overflow-wrap: anywhere; }
.muted, .legend { color: var(--muted); } section > p:last-child { margin-bottom: 0; }
.warning { border-left: 6px solid var(--warn); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(max(9rem, 22%), 1fr)); gap: 12px;
  margin: 1rem 0; }
.figure { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 0.75rem; }
.figure b { display: block; font-size: 1.25rem; } .figure span { color: var(--muted); font-size: 0.875rem; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 600; } tbody th[scope=row] { color: var(--text); font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; } .number { text-align: right; white-space: nowrap; }
.short { white-space: nowrap; } td:not([class]), tbody th:not([class]) { min-width: 8rem; }
td, tbody th { overflow-wrap: anywhere; } .digest { font-family: "DejaVu Sans Mono", monospace; font-size: 0.8em; }
.gain { color: var(--gain); } .loss { color: var(--loss); }
.chart { display: block; margin-left: 76px; width: calc(100% - 88px); overflow: visible; }
.chart svg { overflow: visible; } .chart text { fill: var(--muted); font-size: 12px; }
.chart .end { text-anchor: end; } .chart .middle { text-anchor: middle; } .tick { stroke: var(--muted); }
.grid { stroke: var(--line); }
.line { fill: none; stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke-linejoin: round;
  stroke: var(--text); } .area { opacity: 0.25; stroke: none; }
.own { stroke: var(--accent); }
.area.own { fill: var(--accent); } .held { stroke: var(--muted); stroke-dasharray: 5 4; }
.other { stroke: var(--warn); stroke-dasharray: 2 3; } .fall { stroke: var(--loss); } .area.fall { fill: var(--loss); }
.price { stroke: var(--muted); stroke-width: 1.1; } .mark polygon { stroke: var(--surface); stroke-width: 0.7; }
.mark.buy polygon { fill: var(--accent); } .mark.sell polygon { fill: var(--warn); }
.chart .mark text { fill: var(--text); font-size: 11px; font-weight: 600; }
@media (max-width: 40rem) { .chart .often { display: none; } body { padding: 0.5rem; } section { padding: 0.75rem; } }
.key { display: inline-block; margin-right: 1.5rem; } .key::before { content: ""; display: inline-block; width: 1.6rem;
  margin-right: 0.5rem; vertical-align: middle; border-top: 2px solid var(--text); }
.key.own::before { border-color: var(--accent); } .key.held::before { border-top: 2px dashed var(--muted); }
.key.other::before { border-top: 2px dotted var(--warn); }
.shade0 { background: none; } .shade1 { background: color-mix(in srgb, var(--accent) 8%, transparent); }
.shade2 { background: color-mix(in srgb, var(--accent) 16%, transparent); }
.shade3 { background: color-mix(in srgb, var(--accent) 26%, transparent); }
.shade4, .shade5 { background: color-mix(in srgb, var(--accent) 38%, transparent); font-weight: 700; }
@media print { :root { --bg: #fff; --surface: #fff; --text: #000; --muted: #444; --line: #bbb; --gain: #00694e;
  --loss: #b3261e; --accent: #0b57b0; --warn: #7a4b00; } body { max-width: none; padding: 0; font-size: 10pt; }
  section, .box, .figure { border-color: #bbb; } @page { size: A4; margin: 14mm; } .scroll { overflow: visible; }
  table { font-size: 7pt; } td, th { padding: 2px 6px 2px 0; } .months td, .months th { padding-right: 3px; }
  section { padding: 8px; }
  section > p:not(:last-child) { break-after: avoid; } td:not([class]), tbody th:not([class]) { min-width: 0; } }
"""
