const LIGHT = `
  --page: #f6f6f3; --surface: #ffffff; --ink: #1d2226; --muted: #59636b; --rule: #dedfda; --track: #ecece7;
  --accent: #1f6f78; --accent-soft: #8fbfc2; --positive: #2c69b0; --negative: #bd6418; --neutral: #d3d6d2;
  --loss: #a5506a; --records: #8a8f94; --posts: #1f6f78; --responses: #5b6bb0; --pairs: #3c8155;
  --chosen: #edf6ef; --chosen-edge: #3c8155; --rejected: #f8f0ee; --rejected-edge: #b0574a;
  --error: #a8321f; --warning: #8a5a00; --info: #35607e;`;

const DARK = `
  --page: #131618; --surface: #1a1e21; --ink: #e4e7e8; --muted: #a0aab0; --rule: #2e3438; --track: #262b2f;
  --accent: #62b8bd; --accent-soft: #35676b; --positive: #74a9ea; --negative: #e59a55; --neutral: #454c51;
  --loss: #d68aa0; --records: #8d959b; --posts: #62b8bd; --responses: #96a3e6; --pairs: #6cbd88;
  --chosen: #17241b; --chosen-edge: #6cbd88; --rejected: #281c1a; --rejected-edge: #dc8b7d;
  --error: #f0907f; --warning: #e0b35c; --info: #8fbbdb;`;

/** The page's style sheet: two palettes, one scale of sizes, figures of one width, no outside resource. */
export const STYLE = `:root { color-scheme: light dark;${LIGHT} }
@media (prefers-color-scheme: dark) { :root {${DARK} } }
@media print { :root { color-scheme: light;${LIGHT} --page: #ffffff; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
h1, h2 { font-family: Charter, "Bitstream Charter", "Iowan Old Style", "Source Serif 4", Georgia, "Noto Serif", serif;
  font-weight: 600; line-height: 1.2; letter-spacing: -0.01em; text-wrap: balance; }
h1 { font-size: 2.1rem; margin: 0.2rem 0 0.6rem; }
h2 { font-size: 1.4rem; margin: 0 0 0.2rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 0.5rem; }
h4 { font-size: 0.8rem; margin: 1rem 0 0.35rem; color: var(--muted); font-weight: 600; }
h5 { font-size: 0.78rem; margin: 0 0 0.25rem; color: var(--muted); font-weight: 600; }
p { margin: 0 0 0.6rem; }
code { font: 0.88em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
span, code, strong { unicode-bidi: isolate; }
.muted, .sub, .note, .more { color: var(--muted); font-weight: 400; }
.sub { display: block; font-size: 0.8rem; line-height: 1.35; }
.read-out { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

header { padding-top: 2.6rem; padding-bottom: 1.4rem; }
.kind { color: var(--accent); font-size: 0.85rem; font-weight: 600; margin: 0; }
.lead { font-size: 1.1rem; max-width: 46rem; }
.from { color: var(--muted); font-size: 0.85rem; }
.key-figures { display: grid; grid-template-columns: repeat(6, 1fr); gap: 1px; margin: 1.4rem 0 0; padding: 0;
  background: var(--rule); border: 1px solid var(--rule); border-radius: 8px; overflow: hidden; }
.key-figures > div { background: var(--surface); padding: 0.75rem 0.9rem; display: flex; flex-direction: column; }
.key-figures dt { font-size: 0.8rem; color: var(--muted); }
.key-figures dd { margin: auto 0 0; font-size: 1.55rem; font-weight: 600; line-height: 1.25; }
.key-figures .note { display: block; font-size: 0.78rem; line-height: 1.35; min-height: 1.35em; }

nav { position: sticky; top: 0; z-index: 1; background: var(--page); border-block: 1px solid var(--rule); }
nav ul { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; display: flex; gap: 1.25rem; list-style: none;
  overflow-x: auto; scrollbar-width: none; }
nav a { display: block; padding: 0.6rem 0; color: var(--muted); text-decoration: none; font-size: 0.86rem; white-space: nowrap; }
nav a:hover { color: var(--ink); text-decoration: underline; }

section { padding: 2.2rem 0 0.4rem; min-width: 0; }
.lede { color: var(--muted); max-width: 52rem; margin-bottom: 0.9rem; }
.columns { display: grid; grid-template-columns: 1fr 1fr; column-gap: 3rem; align-items: start; }
.two { display: grid; grid-template-columns: 1fr 1fr; column-gap: 3rem; align-items: start; }
.two.tight { column-gap: 0.8rem; align-items: stretch; }
.two > * { min-width: 0; }
.empty { color: var(--muted); border: 1px dashed var(--rule); border-radius: 8px; padding: 0.9rem 1.1rem; margin: 0.3rem 0 0.8rem; }

.table-box { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
caption { text-align: left; color: var(--muted); font-size: 0.8rem; padding-bottom: 0.3rem; }
.quiet caption { font-size: 0; padding: 0; line-height: 0; }
th, td { text-align: left; vertical-align: baseline; padding: 0.42rem 0.9rem 0.42rem 0; border-bottom: 1px solid var(--rule);
  font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-size: 0.8rem; padding-block: 0.2rem; }
.number { text-align: right; white-space: nowrap; }
table.bars { table-layout: fixed; }
table.bars :is(th, td) { vertical-align: middle; }
table.bars .plain { width: 14rem; } table.bars .number { width: 6.5rem; } table.bars .wide { width: 34%; padding-left: 0.6rem; }
table.funnel .wide { width: 17rem; }
table.short .plain { width: 42%; }
table.probe .plain { width: 9rem; } table.probe .wide { width: 22rem; }
table.compact { font-size: 0.82rem; } table.compact th, table.compact td { padding-block: 0.18rem; }
.parts span { margin-right: 0.9rem; } .parts { display: block; color: var(--muted); font-size: 0.82rem; }
.identity { margin-bottom: 0.8rem; } .hash { color: var(--muted); font-size: 0.82rem; }
.verdict { max-width: 52rem; font-size: 1.02rem; }
.severity { font-weight: 600; } .severity.error { color: var(--error); } .severity.warning { color: var(--warning); }
.severity.info { color: var(--info); }

details.numbers { margin: 0.6rem 0 0.8rem; font-size: 0.9rem; }
summary { cursor: pointer; color: var(--accent); padding: 0.25rem 0; width: fit-content; }
details.numbers .table-box { max-width: 46rem; margin-top: 0.4rem; }

svg { display: block; overflow: hidden; }
svg.histogram, svg.interval { overflow: visible; }
.track { fill: var(--track); } .accent { fill: var(--accent); } .accent-soft { fill: var(--accent-soft); }
.positive { fill: var(--positive); } .negative { fill: var(--negative); } .neutral { fill: var(--neutral); }
.loss { fill: var(--loss); } .faint { fill: var(--neutral); }
.unit-records { fill: var(--records); } .unit-posts { fill: var(--posts); }
.unit-responses { fill: var(--responses); } .unit-pairs { fill: var(--pairs); }
.hollow { fill: var(--surface); stroke: var(--accent); stroke-width: 1.6; }
.dashed { fill: none; stroke: var(--muted); stroke-dasharray: 3 3; }
.axis { stroke: var(--rule); } .middle { stroke: var(--muted); }
.chance { stroke: var(--muted); stroke-dasharray: 3 3; } .whisker { stroke: var(--accent); stroke-width: 2; }
svg text { fill: var(--muted); font-size: 11px; text-anchor: middle; font-variant-numeric: tabular-nums; }
svg text.at-start { text-anchor: start; } svg text.at-end { text-anchor: end; }
.threshold { stroke: var(--negative); stroke-width: 1.5; stroke-dasharray: 4 3; }
svg text.threshold-label { fill: var(--negative); text-anchor: start; } svg text.threshold-label.at-end { text-anchor: end; }
svg text.bar-count { font-size: 10px; }
figure { margin: 0 0 1.1rem; } figcaption { font-size: 0.9rem; margin-bottom: 0.35rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; padding: 0; margin: 0.4rem 0; font-size: 0.82rem; color: var(--muted); }
.legend li { display: flex; align-items: center; gap: 0.4rem; }
svg.key { overflow: visible; flex: none; }

.levels { list-style: none; margin: 0; padding: 0; columns: 3 19rem; column-gap: 2.4rem; font-size: 0.82rem; }
.levels li { display: grid; grid-template-columns: minmax(0, 1fr) 6.5rem 2.7rem; gap: 0.6rem; align-items: center;
  break-inside: avoid; padding: 0.16rem 0; line-height: 1.3; }
.figure { text-align: right; color: var(--muted); }
.contrast { list-style: none; margin: 0; padding: 0; font-size: 0.85rem; }
.contrast li { display: grid; grid-template-columns: minmax(0, 1fr) 2.6rem minmax(7rem, 12rem) 2.6rem; gap: 0.5rem;
  align-items: center; padding: 0.22rem 0; line-height: 1.3; }
.end.left { text-align: right; } .end { color: var(--muted); }
.never { font-size: 0.85rem; margin-top: 0.9rem; } .word:not(:last-child)::after { content: ","; }

.example { background: var(--surface); border: 1px solid var(--rule); border-radius: 10px; padding: 1.1rem 1.3rem 0.8rem;
  margin: 0 0 1.3rem; }
.example h3 { margin: 0; } .prompt { margin-bottom: 0.8rem; max-width: 56rem; }
.text { white-space: pre-wrap; font-size: 0.92rem; }
.side { border-radius: 8px; padding: 0.7rem 0.9rem 0.8rem; border-left: 3px solid; }
.side h4 { margin: 0 0 0.35rem; }
.chosen { background: var(--chosen); border-color: var(--chosen-edge); } .chosen > :is(h4, h5) { color: var(--chosen-edge); }
.rejected { background: var(--rejected); border-color: var(--rejected-edge); } .rejected > :is(h4, h5) { color: var(--rejected-edge); }
.chips { list-style: none; margin: 0 0 0.7rem; padding: 0; display: flex; flex-wrap: wrap; gap: 0.35rem; }
.chip { border: 1px solid var(--rule); border-radius: 999px; padding: 0.08rem 0.65rem; font-size: 0.8rem; color: var(--muted); }
.chip.agreed { border-color: var(--accent); color: var(--ink); }
.chip.rest { border-style: dashed; }
.persona { border-top: 1px solid var(--rule); padding-top: 0.4rem; }
.items { padding-left: 1.4rem; margin: 0; } .items > li { margin-bottom: 0.8rem; }
.context { color: var(--muted); border-left: 2px solid var(--rule); padding-left: 0.7rem; margin-bottom: 0.35rem; }
.lineage { color: var(--muted); font-size: 0.8rem; margin: 0.5rem 0 0; }
footer { padding-block: 2rem 3rem; color: var(--muted); font-size: 0.85rem; }

@media (max-width: 62rem) {
  .key-figures { grid-template-columns: repeat(3, 1fr); }
  .columns { grid-template-columns: 1fr; }
  .two:not(.tight) { grid-template-columns: 1fr; }
}
@media (max-width: 42rem) {
  header, main, footer, nav ul { padding-inline: 1rem; }
  header { padding-top: 1.6rem; } h1 { font-size: 1.6rem; }
  .key-figures { grid-template-columns: repeat(2, 1fr); }
  .two.tight { grid-template-columns: 1fr; row-gap: 0.6rem; }
  .example { padding: 0.9rem 0.9rem 0.6rem; }
  table.bars thead { display: none; }
  table.bars tr { display: grid; grid-template-columns: 1fr auto; gap: 0.15rem 0.8rem; padding: 0.45rem 0; border-bottom: 1px solid var(--rule); }
  table.bars :is(th, td) { border: 0; padding: 0 !important; width: auto !important; }
  table.bars .bar { grid-row: 2; grid-column: 1 / -1; } table.bars .wide { grid-column: 1 / -1; font-size: 0.84rem; color: var(--muted); }
  .levels { columns: 1; } .two > figure { margin-top: 0.9rem; }
  .contrast li { grid-template-columns: 2.6rem minmax(0, 1fr) 2.6rem; row-gap: 0.1rem; } .contrast .name { grid-column: 1 / -1; }
  svg text.bar-count { display: none; }
}
@media print {
  body { font-size: 10pt; } nav { display: none; } header, main, footer { max-width: none; padding-inline: 0; }
  .example, tr, figure, .levels li { break-inside: avoid; } h2, h3 { break-after: avoid; }
  svg, .side, .chip { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
