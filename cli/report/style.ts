/** The style sheet of the report page. Eight task colours that differ in lightness too, for those who see few hues. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #fff; --text: #1c1d20; --dim: #62656d; --line: #e3e3e0; --ground: #eeeeeb; --accent: #2558c9;
  --good: #1d7a46; --bad: #b3261e; --care: #8a5a00;
  --task0: #3d7bd9; --task1: #e08a1e; --task2: #2f9e6e; --task3: #b65fc4; --task4: #c9493f; --task5: #17a2b8; --task6: #8a7a2c; --task7: #6c63d8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16171a; --card: #1e2024; --text: #e9e9e6; --dim: #9da1aa; --line: #33363c; --ground: #2b2e34; --accent: #8fb3ff;
    --good: #6fd39b; --bad: #ff8f86; --care: #f0c063;
    --task0: #6ea3f5; --task1: #f0a94f; --task2: #57c795; --task3: #d48be0; --task4: #ea7d74; --task5: #4fcbe0; --task6: #c2b15c; --task7: #a39cf5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 40px 0 12px; }
header p { margin: 6px 0 0; color: var(--dim); overflow-wrap: anywhere; }
code, pre { font: 13px/1.5 ui-monospace, 'Cascadia Code', Menlo, Consolas, monospace; }
.state { display: inline-block; vertical-align: 5px; margin-left: 10px; padding: 1px 10px; border: 1px solid currentColor; border-radius: 99px; font-size: 13px; font-weight: 600; }
.done { color: var(--good); } .failed { color: var(--bad); } .stopped, .interrupted, .running, .paused { color: var(--care); }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(168px, 1fr)); gap: 12px; margin: 28px 0 0; }
dl.figures > div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; }
dt { color: var(--dim); font-size: 13px; }
dd { margin: 0; } dd.figure { font-size: 20px; white-space: nowrap; font-weight: 600; font-variant-numeric: tabular-nums; } dd.figure + dd { color: var(--dim); font-size: 13px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 4px; }
svg.timeline { display: block; width: 100%; min-width: 720px; height: auto; }
.life { fill: var(--ground); } .unlived { fill: none; stroke: var(--line); stroke-dasharray: 3 3; }
.grid { stroke: var(--line); } .axis, .name { fill: var(--dim); font: 11px system-ui, sans-serif; }
.tick { stroke: var(--card); stroke-width: 1.2; } .hatch { stroke: var(--bad); stroke-width: 5; } .lost-ground { fill: var(--ground); }
.expected { fill: var(--dim); opacity: .55; } .band { fill: var(--dim); opacity: .35; }
${Array.from({ length: 8 }, (_, index) => `.task${index} { fill: var(--task${index}); }`).join(' ')}
ul.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; margin: 0 0 12px; padding: 0; color: var(--dim); font-size: 13px; }
ul.legend svg { width: 14px; height: 14px; vertical-align: -2px; margin-right: 6px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--dim); font-weight: 500; font-size: 13px; } td.number, th.number { text-align: right; }
tbody tr:last-child > * { border-bottom: 0; }
details > summary { cursor: pointer; color: var(--accent); } details { margin-top: 16px; } details[open] > summary { margin-bottom: 12px; }
.failure { margin: 0 0 16px; } .failure p { margin: 0; overflow-wrap: anywhere; }
pre { margin: 6px 0 0; padding: 10px 12px; background: var(--ground); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 260px; overflow-y: auto; }
.note, footer { color: var(--dim); font-size: 13px; }
footer { margin-top: 48px; }
@media (max-width: 560px) { main { padding: 20px 14px 40px; } .card { padding: 12px; } dl.figures { grid-template-columns: 1fr 1fr; } }
@media print { .scroll { overflow: visible; } svg.timeline { min-width: 0; } }
`;
