import { Command } from 'commander';
import { explainAll, type ExplainedFragment, explainFragment } from '../../scheduler/explain/explain.ts';
import { findRun, readReport, type RunReport } from '../../scheduler/run/runs.ts';
import { counted } from '../../scheduler/words.ts';
import { UserError, usageError } from '../exit-codes.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { renderExplanation, renderFragments } from '../render-explanation.ts';
import { columnsOf, paintFor, printJson, printLines } from '../terminal.ts';

export default new Command('explain')
  .description(
    'Says why a fragment has the size that it has, what was predicted of it, and what happened. Without a fragment: a line for each of the run.',
  )
  .argument('[run]', 'a run id, or the beginning of it; default: the newest run')
  .argument('[fragment]', 'the number of a fragment')
  .option('--worst', 'those first that took the most longer or shorter than expected')
  .option('--json', 'print it as JSON')
  .addHelpText(
    'after',
    `
Examples:
  morsel explain
  morsel explain 20261124-142501 7
  morsel explain --worst | head
  morsel explain --json | jq '.fragments[] | select(.place == "above").why'

A single number of less than eight digits is taken for a fragment of the newest run.

Exit codes: 0 done · 1 there is no such run or fragment · 2 wrong usage`,
  )
  .action(explain);

interface ExplainOptions {
  worst?: true;
  json?: true;
}

/** No id of a run is so short: they begin with a date. */
const FRAGMENT_ALONE = /^\d{1,7}$/;

function explain(run: string | undefined, fragment: string | undefined, options: ExplainOptions): void {
  const isFragment = run !== undefined && fragment === undefined && FRAGMENT_ALONE.test(run);
  const [runId, wanted] = isFragment ? [undefined, run] : [run, fragment];
  if (wanted !== undefined && !/^\d+$/.test(wanted))
    throw usageError(`"${wanted}" is no fragment: fragments are numbered, and \`morsel explain\` lists them.`);
  const report = readReport(findRun(nearestMorselFolder(), runId, 'any').folder);
  if (wanted === undefined) explainRun(report, options);
  else explainOne(report, Number(wanted), options);
}

function explainRun(report: RunReport, { worst, json }: ExplainOptions): void {
  const { entry } = report;
  const fragments = explainAll(report);
  const shown = worst ? worstFirst(fragments) : fragments;
  if (json) printJson({ run: entry.id, job: entry.job, fragments: shown });
  else printLines(renderFragments(shown, entry, columnsOf(process.stdout), paintFor(process.stdout)));
}

function explainOne(report: RunReport, id: number, { json }: ExplainOptions): void {
  const { entry, fragments, instances } = report;
  const explanation = explainFragment(report, id);
  if (explanation === null) throw new UserError(noSuchFragment(report, id));
  if (!json) {
    const width = process.stdout.columns ?? 100;
    return printLines(renderExplanation(explanation, entry, width, paintFor(process.stdout)));
  }
  const fragment = fragments.find((each) => each.fragment === id)!;
  const { place } = explainAll({ fragments: [fragment] })[0]!;
  const instance = instances.find((each) => each.instance === fragment.instance) ?? null;
  printJson({ run: entry.id, job: entry.job, fragment, instance, place, explanation });
}

function noSuchFragment({ entry, fragments }: RunReport, id: number): string {
  if (fragments.length === 0) return `Run ${entry.id} has no fragment ${id}: it has none at all.`;
  const [first, last] = [fragments[0]!.fragment, fragments.at(-1)!.fragment];
  const range = first === last ? `number ${first}` : `numbers ${first} to ${last}`;
  return `Run ${entry.id} has no fragment ${id}: it has ${counted(fragments.length, 'fragment')}, ${range}.`;
}

/** Those that show nothing come last. */
const worstFirst = (fragments: readonly ExplainedFragment[]): ExplainedFragment[] =>
  fragments.toSorted((a, b) => error(b) - error(a));

/** By how many times it took longer or shorter than expected, as a logarithm. */
function error({ place, tookSeconds, predictedSeconds }: ExplainedFragment): number {
  if (place === null || tookSeconds === null) return -1;
  return Math.abs(Math.log(Math.max(tookSeconds, 1e-9) / Math.max(predictedSeconds.expected, 1e-9)));
}
