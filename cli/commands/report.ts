import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { findRun, readReport } from '../../scheduler/run/runs.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { renderCalibration } from '../render-calibration.ts';
import { renderSummary } from '../render-summary.ts';
import { failuresOf } from '../report/failures.ts';
import { renderReportPage } from '../report/page.ts';
import { replaceFile } from '../replace-file.ts';
import { paintFor, printJson, printLines, say } from '../terminal.ts';

export default new Command('report')
  .description(
    'Shows what became of a run beside what was predicted, and writes it as a page with the timeline: one HTML file that needs nothing else.',
  )
  .argument('[run]', 'a run id, or the beginning of it; default: the newest run')
  .option('--html <file>', 'where to write the page; default: report.html in the folder of the run')
  .option('--json', 'print all that is known of the run as JSON; a page is written only with --html')
  .addHelpText(
    'after',
    `
Examples:
  morsel report
  morsel report 20261124-142501 --html thumbnails.html
  morsel report --json | jq '.fragments[] | select(.how == "lost")'

Exit codes: 0 done · 1 there is no such run · 2 wrong usage`,
  )
  .action(report);

function report(id: string | undefined, options: { html?: string; json?: true }): void {
  const { folder } = findRun(nearestMorselFolder(), id, 'any');
  const known = readReport(folder);
  const page = options.html ?? (options.json ? undefined : join(folder, 'report.html'));
  if (page !== undefined) replaceFile(page, renderReportPage(known), 0o600);
  if (options.json) return printJson(known);
  printLines([
    ...renderSummary(known.summary, failuresOf(known.failures), paintFor(process.stdout)),
    ...renderCalibration(known.calibration, process.stdout.columns ?? 100, paintFor(process.stdout)),
  ]);
  say(`Page with the timeline: ${resolve(page ?? '')}`);
}
