/**
 * `npm run bench:prediction`: how wrong the predictive model is, and whether its 80 % intervals hold 80 % of the time, on
 * recorded run times that it sees one after the other. `--traces DIR` reads a folder of other traces; if `tasks-lotaru` is
 * among them, prediction across machines is measured too.
 */
import { parseArgs } from 'node:util';
import { evaluateLotaru } from './prediction/lotaru.ts';
import { evaluateOnline, type OnlineResult } from './prediction/online.ts';
import { Score } from './prediction/score.ts';
import { OWN_TRACES, readTrace, traceFiles } from './read-traces.ts';

const { values } = parseArgs({
  options: { traces: { type: 'string', default: OWN_TRACES }, only: { type: 'string' } },
});

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const line = (cells: readonly string[]): void =>
  console.log(`| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(9))).join(' | ')} |`);

function row(name: string, { model, baselines, ...times }: OnlineResult): void {
  line([
    name,
    String(model.count),
    percent(model.error(0.5)),
    percent(model.error(0.9)),
    percent(model.coverage),
    model.sumRatio.toFixed(3),
    ...baselines.map(({ score }) => percent(score.error(0.5))),
    times.observeMicroseconds.toFixed(1),
    times.predictMicroseconds.toFixed(2),
  ]);
}

const lotaruLine = ([name, ...cells]: readonly string[]): void => line([name!.padEnd(34), ...cells]);

function lotaruRow(name: string, score: Score): void {
  lotaruLine([
    name,
    String(score.count),
    percent(score.error(0.5)),
    percent(score.error(0.9)),
    percent(score.coverage),
  ]);
}

const head = [
  'trace',
  'items',
  'median',
  'p90',
  '80 % int.',
  'sum',
  'mean',
  'last two',
  'log-log',
  'µs learn',
  'µs ask',
];
console.log('Error is |predicted − actual| / actual; sum is all predicted means over all run times.\n');
line(head);
line(head.map(() => '---'));
const overall: OnlineResult = { model: new Score(), baselines: [], observeMicroseconds: 0, predictMicroseconds: 0 };
let items = 0;
for (const { name, file } of traceFiles(values.traces)) {
  if (values.only !== undefined && !new RegExp(values.only).test(name)) continue;
  const rows = readTrace(file).filter(({ runtimeSeconds }) => runtimeSeconds > 0);
  const result = evaluateOnline(rows);
  row(name, result);
  overall.model.merge(result.model);
  for (const [i, { name: baseline, score }] of result.baselines.entries()) {
    (overall.baselines[i] ??= { name: baseline, score: new Score() }).score.merge(score);
  }
  items += rows.length;
  const share = rows.length / items;
  overall.observeMicroseconds += share * (result.observeMicroseconds - overall.observeMicroseconds);
  overall.predictMicroseconds += share * (result.predictMicroseconds - overall.predictMicroseconds);
}
row('all', overall);

for (const { file } of traceFiles(values.traces).filter(({ name }) => name === 'lotaru')) {
  const { unknownMachine, cold, otherMachines, afterCompletions, byWorkflow } = evaluateLotaru(readTrace(file));
  console.log('\nAcross machines, after Lotaru: whole inputs on a machine that the workflow was not run on.\n');
  const columns = ['what is known', 'items', 'median', 'p90', '80 % int.'];
  lotaruLine(columns);
  lotaruLine(columns.map(() => '---'));
  lotaruRow('six inputs on another machine', unknownMachine);
  lotaruRow('and other workflows on this one', cold);
  for (const [workflow, score] of byWorkflow) lotaruRow(`· of them ${workflow}`, score);
  lotaruRow('all inputs on all other machines', otherMachines);
  for (const { completions, score } of afterCompletions) lotaruRow(`as in row two, ${completions} completions`, score);
}
